"""Words that addresses are made of: streets, units, post boxes, states, countries, in the languages of large crawls.

Tables only. Each is an alternation for a regular expression, the longest words first.
"""

import re


def _any(words: str) -> str:
    """An alternation of words separated by `|` or line ends, the longest first so that none hides a longer one."""
    found = {word.strip() for word in re.split(r"[|\n]", words) if word.strip()}
    return "|".join(sorted(found, key=lambda word: (-len(word), word)))


# English words that end a street's name and are little else beside a number; `St` and `Dr` are seen to apart.
STREET = _any(
    "Street|Str|Avenue|Ave|Av|Aven|Avenida|Road|Rd|Boulevard|Blvd|Boul|Lane|Ln|Drive|Drv|Parkway|Pkwy|Pky"
    "|Highway(?! Patrol)|Hwy"
    "|Terrace|Terr|Crescent|Cres|Tpke|Expressway|Expy|Freeway|Fwy|Causeway|Esplanade|Embankment|Broadway"
    "|Frontage Rd|STREET|AVENUE|AVE|ROAD|RD|BOULEVARD|BLVD|LANE|LN|DRIVE|PARKWAY|PKWY|HIGHWAY|HWY|TERRACE|CRESCENT"
)
# The same, but common words beside a number as well: they need a place, a unit or an end of line behind them.
WEAK_STREET = _any(
    "Way|Place|Pl|Court|Ct|Square|Sq|Circle|Cir|Trail|Trl|Loop|Row|Walk|Close|Gardens|Gdns|Grove|Green|Mews|Park|Plaza"
    "|Plz|Hill|Heights|Hts|Parade|Pde|Pike|Path|Bend|Cove|Alley|Quay|Wharf|Ridge|Point|Crossing|Xing|Gate"
    "|Route|Rte|View|Vale|Mall|Bypass|Sideroad|Concession|Nagar|Marg|Chowk|Colony|Layout|Enclave|Vihar"
    "|Salai|Bazaar|Bazar|Americas|WAY|PLACE|PL|COURT|CT|SQUARE|CIRCLE|TRAIL|PLAZA|PARK|CLOSE|PIKE"
)
# What ends the name of a building, seen before a street or a place: "The Sports Centre, Festival Place, ...".
BUILDING = _any(
    "Building|Bldg|Buildings|House|Hall|Tower|Towers|Center|Centre|Plaza|Campus|Complex|Floor|Mall|Estate|Business Park"
    "|Industrial Park|Industrial Estate|Park|Library|Court|Chambers|Works|Mill|Mills|Barn|Farm|Cottage|Lodge|Manor"
    "|Hospital|Arcade|Annex|Annexe|Pavilion|Office|Offices|Station|School|College|Square|Place|Point|Village|Gardens"
)
UNIT = _any(
    "Suite|Ste|Apartment|Apt|Unit|Flat|Floor|Fl|Room|Rm|Office|Level|Shop|Lot|Studio|Bldg|Building|Block|Tower|Mailbox"
    "|Mail Stop|MS|Mail Code|SUITE|STE|APT|UNIT|ROOM|Space|Spc|Hangar|Bay|Dept|PMB|Piso|Local|Despacho|Oficina|Of"
    "|Sala|Apto|Depto|Int|Etage|Stock|Wohnung|Top|Stiege|Bât|Bâtiment|Appartement|Escalier|Interno|Scala|Plot|Sector|Moo|кв|корп|стр|оф|офис|этаж|под"
)
# Words that come before the name of a street: Romance and Slavic languages, Indonesian, Vietnamese, Greek.
STREET_BEFORE = frozenset(
    """rue avenue boulevard allée allées impasse chemin quai faubourg calle c/ avenida avda av paseo pza carrera
    carretera ctra calzada bulevar rambla travesía jirón pasaje prolongación carrer passeig avinguda plaza plaça
    viale v.le piazza p.zza piazzale p.le corso c.so vicolo lungomare lungotevere rua praça travessa alameda rodovia
    ul ulica ulice aleje náměstí nám třída bulevardul calea șoseaua şoseaua piața strada
    ул улица вул вулиця пр-т просп проспект пер переулок бульвар б-р наб набережная шоссе площадь проезд мкр
    jalan jl jln lorong lebuh persiaran đường phố ngõ οδός λεωφόρος λεωφ شارع خیابان""".split()
)
# Endings of one-word streets: German, Dutch, Swedish, Norwegian, Danish, Finnish, Estonian.
STREET_ENDING = (
    "straße strasse str. gasse allee platz chaussee ufer gatan vägen gränd torget gaten veien vegen straat laan plein"
    " gracht kade dijk singel hof katu kuja polku allé stræde gade vej väg promenade stieg steig markt brücke wall"
).split()
WEAK_STREET_ENDING = "weg damm gata gate vei tie graben berg feld kamp wiese garten bogen zeile torg".split()
# The same as words of their own: "Lange Straße 12", "Berliner Allee 5", "Atatürk Caddesi No: 5", "Váci utca 12".
STREET_AFTER_NAME = _any(
    "Straße|Strasse|Str\\.|Weg|Platz|Allee|Gasse|Ufer|Chaussee|Caddesi|Cad\\.|Cd\\.|Sokak|Sokağı|Sok\\.|Sk\\."
    "|Bulvarı|Blv\\.|Mahallesi|Mah\\.|utca|út|útja|tér|krt\\.|körút|Allé|gatan|vägen|väg|gate|vei|vej|Plads|Street|Road"
    "|Avenue|Lane|улица|ул\\.|проспект|пр\\.|переулок|пер\\.|бульвар|шоссе|вулиця|вул\\."
)
POST_BOX = (
    r"(?:P\.? ?O\.?|G\.?P\.?O\.?|Post(?:al)?(?: Office)?|Locked|Private) ?-?(?:Box|Drawer|Bag)(?: (?:No\.?|Number))?"
    r"|(?:P ?O|PO) ?Bx|P\.?M\.?B\.?|(?:HC|RR) \d{1,3},? Box|POB|Post ?fach|Post[bB]us|Post[bB]oks"
    r"|Postlåda|Box|BP|B\.P\.|Boîte [Pp]ostale|CS|C\.P\."
    r"|(?:Apartado|Apdo)\.?(?: (?:de Correos|[Pp]ostal|Aéreo))?|Apto\.? Postal"
    r"|Casilla(?: (?:de Correos?|[Pp]ostal))?|Casella [Pp]ostale"
    r"|Caixa [Pp]ostal|Skr(?:ytka)? ?[Pp]oczt\w*|а/я|А/я|T\.?K\.?|P\.?K\.?"
)
US_STATE = (
    "AL|AK|AZ|AR|CA|CO|CT|DE|DC|FL|GA|HI|ID|IL|IN|IA|KS|KY|LA|ME|MD|MA|MI|MN|MS|MO|MT|NE|NV|NH|NJ|NM|NY|NC|ND|OH|OK|OR"
    "|PA|RI|SC|SD|TN|TX|UT|VT|VA|WA|WV|WI|WY|PR|VI|GU|AS|MP|AE|AP|AA"
)
US_STATE_NAME = _any(
    "Alabama|Alaska|Arizona|Arkansas|California|Colorado|Connecticut|Delaware|District of Columbia|Florida|Georgia"
    "|Hawaii|Idaho|Illinois|Indiana|Iowa|Kansas|Kentucky|Louisiana|Maine|Maryland|Massachusetts|Michigan|Minnesota"
    "|Mississippi|Missouri|Montana|Nebraska|Nevada|New Hampshire|New Jersey|New Mexico|New York|North Carolina"
    "|North Dakota|Ohio|Oklahoma|Oregon|Pennsylvania|Rhode Island|South Carolina|South Dakota|Tennessee|Texas|Utah"
    "|Vermont|Virginia|Washington|West Virginia|Wisconsin|Wyoming|Puerto Rico"
    "|Ala\\.|Ariz\\.|Ark\\.|Calif\\.|Cal\\.|Colo\\.|Conn\\.|Del\\.|Fla\\.|Ga\\.|Ill\\.|Ind\\.|Kan\\.|Ky\\.|La\\.|Mass\\.|Md\\."
    "|Mich\\.|Minn\\.|Miss\\.|Mo\\.|Mont\\.|Neb\\.|Nev\\.|N\\.H\\.|N\\.J\\.|N\\.M\\.|N\\.Y\\.|N\\.C\\.|N\\.D\\.|Okla\\.|Ore\\.|Pa\\."
    "|R\\.I\\.|S\\.C\\.|S\\.D\\.|Tenn\\.|Tex\\.|Va\\.|Vt\\.|Wash\\.|W\\.Va\\.|Wis\\.|Wyo\\.|D\\.C\\."
)
CA_PROVINCE = (
    "AB|BC|MB|NB|NL|NS|NT|NU|ON|PE|PEI|QC|PQ|SK|YT|Alberta|British Columbia|Manitoba|New Brunswick|Newfoundland"
    "|Nova Scotia|Ontario|Prince Edward Island|Quebec|Québec|Saskatchewan|Yukon|B\\.C\\.|Ont\\.|Que\\."
)
AU_STATE = (
    "NSW|VIC|QLD|WA|SA|TAS|ACT|NT|Vic|Qld|Tas|New South Wales|Victoria|Queensland|Western Australia|South Australia"
    "|Tasmania"
)
IN_STATE = _any(
    "Andhra Pradesh|Assam|Bihar|Chandigarh|Chhattisgarh|Delhi|New Delhi|Goa|Gujarat|Haryana|Himachal Pradesh|Jharkhand"
    "|Karnataka|Kerala|Madhya Pradesh|Maharashtra|Odisha|Orissa|Punjab|Rajasthan|Tamil Nadu|Tamilnadu|Telangana"
    "|Uttar Pradesh|Uttarakhand|West Bengal|Mumbai|Bangalore|Bengaluru|Chennai|Kolkata|Hyderabad|Pune|Ahmedabad"
    "|Gurugram|Gurgaon|Noida|Jaipur|Lucknow|Kochi|Indore|Surat|Nagpur|Coimbatore|Thane|Bhopal|Vadodara|Mysuru"
    "|Singapore"
)
# Names of regions that stand on a line or behind a town without a postcode.
REGION = _any(
    "England|Scotland|Wales|Northern Ireland|Bedfordshire|Berkshire|Buckinghamshire|Cambridgeshire|Cheshire|Cornwall"
    "|Cumbria|Derbyshire|Devon|Dorset|Durham|East Sussex|West Sussex|Sussex|Essex|Gloucestershire|Greater Manchester"
    "|Hampshire|Herefordshire|Hertfordshire|Kent|Lancashire|Leicestershire|Lincolnshire|Merseyside|Middlesex|Norfolk"
    "|Northamptonshire|Northumberland|North Yorkshire|West Yorkshire|South Yorkshire|Yorkshire|Nottinghamshire"
    "|Oxfordshire|Shropshire|Somerset|Staffordshire|Suffolk|Surrey|Tyne and Wear|Warwickshire|West Midlands|Wiltshire"
    "|Worcestershire|Co\\. Dublin|Co\\. Cork|County Dublin|County Cork|Bavaria|Bayern|Catalonia|Hessen|Île-de-France"
)
COUNTRY = _any(
    """United States|United States of America|USA|U\\.S\\.A\\.|US|U\\.S\\.|United Kingdom|UK|U\\.K\\.
    |Great Britain|Canada
    |Australia|New Zealand|Ireland|Republic of Ireland|South Africa|India|Singapore|Malaysia|Philippines
    |The Philippines
    |Hong Kong|Kenya|Nigeria|Ghana|Uganda|Tanzania|Zambia|Zimbabwe|Botswana|Namibia|Rwanda|Ethiopia|Pakistan
    |Bangladesh
    |Sri Lanka|Nepal|Germany|Deutschland|Austria|Österreich|Switzerland|Schweiz|Suisse|Svizzera|Liechtenstein|France
    |Belgium|Belgique|België|Luxembourg|Netherlands|The Netherlands|Nederland|Holland|Spain|España|Portugal
    |Italy|Italia
    |Malta|Greece|Ελλάδα|Cyprus|Turkey|Türkiye|Israel|Sweden|Sverige|Norway|Norge|Denmark|Danmark|Finland|Suomi
    |Iceland
    |Estonia|Latvia|Lithuania|Poland|Polska|Czech Republic|Czechia|Slovakia|Slovenia|Hungary|Magyarország|Romania
    |România|Bulgaria|Serbia|Croatia|Hrvatska|Bosnia and Herzegovina|Montenegro|Albania|North Macedonia|Kosovo|Moldova
    |Ukraine|Україна|Russia|Россия|Russian Federation|Belarus|Georgia|Armenia|Azerbaijan|Kazakhstan|Uzbekistan|China
    |P\\.R\\. China|PR China|Taiwan|Japan|South Korea|Korea|Republic of Korea|Vietnam|Viet Nam|Việt Nam
    |Thailand|Cambodia
    |Laos|Myanmar|Indonesia|Mexico|México|Guatemala|Belize|El Salvador|Honduras|Nicaragua|Costa Rica|Panama
    |Panamá|Cuba
    |Dominican Republic|República Dominicana|Haiti|Jamaica|Puerto Rico|Trinidad and Tobago|Barbados|Bahamas|Colombia
    |Venezuela|Ecuador|Peru|Perú|Bolivia|Chile|Argentina|Uruguay|Paraguay|Brazil|Brasil|Egypt|Morocco|Maroc|Algeria
    |Tunisia|Libya|Senegal|Cameroon|Saudi Arabia|United Arab Emirates|UAE|U\\.A\\.E\\.|Qatar|Kuwait|Bahrain
    |Oman|Jordan
    |Lebanon|Iraq|Iran|Afghanistan|Mauritius|Fiji|UNITED STATES|UNITED KINGDOM|CANADA|AUSTRALIA|INDIA|GERMANY|FRANCE"""
)
