"""Patterns for the pieces of addresses; `filters.pii_addresses` puts the pieces together.

All repetitions are bounded, so each pattern reads a bounded stretch of text from where it is tried. A pattern is
compiled when it is first asked for: all of them take a tenth of a second, and most commands look for no address.
"""

import re

from curate.filters import pii_places as places

UPPER = "A-ZÀ-ÖØ-ÞĀĂĄĆČĎĐĒĘĚĞĢĪİĶŁĻŃŇŌŐŘŚŠŞȘŢȚŤŪŮŰŹŻŽΑ-ΩА-ЯЁЄІЇ"
CAP = rf"[{UPPER}][\w.'’&\-]{{0,24}}"
ORDINAL = r"\d{1,3}(?:st|nd|rd|th|ST|ND|RD|TH|[ºª°])"
DIRECTION = r"(?:[NSEW]\.?|[NS]\.?[EW]\.?|North|South|East|West|North(?:east|west)|South(?:east|west))"
JOIN = (
    r"(?:de|del|della|delle|dei|di|da|do|dos|das|du|des|la|las|le|les|los|el|e|y|et|of|the|and|&|van"
    r"|von|der|den|zum|zur|am|an|im)"
)
NAME = rf"(?:(?:{CAP}|{ORDINAL}|[dl]['’]{CAP}|{JOIN})[ ])"
NUMBER = r"(?!0)\d{1,6}(?:[A-Za-z](?![\w])|[ ]?½|[ ]1/2)?(?:[ ]?[\-\u2013/&][ ]?\d{1,5}[A-Za-z]?\b)?"
UNIT = (
    rf"(?:(?:{places.UNIT})\b\.?[ ]?(?:No\.?[ ]?|#[ ]?)?(?:[A-Z]?\d[\w\-/.]{{0,6}}|[A-Z])\b"
    rf"|#[ ]?\w{{1,6}}(?:[/\-]\w{{1,4}})?\b"
    rf"|(?:\d{{1,3}}(?:st|nd|rd|th)|First|Second|Third|Fourth|Fifth|Ground|Top|Lower|Upper"
    rf"|Main)[ ](?:Floor|Flr|Fl|Level)\b\.?|\d{{1,2}}\.?[ºª°]\.?(?:[ ]?(?:[A-Z]\b|(?:[Dd]cha|[Ii]zq(?:u?i?e?r?da)?"
    rf"|[Ii]zda|[Dd]ta|[Dd]to|[Ee]sq)\b\.?))?|(?:\d{{1,2}}|st|kl)\.[ ]?(?:tv|th|mf)\b\.?"
    rf"|(?:ap|apto?|piso|pta|puerta|esc|dpto|depto|of|sala|bl|bloco|cj|lok|m|D|Kat|Daire)[.:]{{0,2}}"
    rf"[ ]?\d{{1,4}}[A-Z]?\b)"
)
UK = r"(?:GIR ?0AA|[A-PR-UWYZ][A-HK-Y]?\d[A-Z\d]? ?\d[ABD-HJLNP-UW-Z]{2})\b"
CA = r"[ABCEGHJ-NPRSTVXY]\d[ABCEGHJ-NPRSTV-Z][ \-]?\d[ABCEGHJ-NPRSTV-Z]\d\b"
ZIP = r"\d{5}(?:[\-\u2013]\d{4})?(?![\w\-])"
STATE = (
    rf"(?:(?:{places.US_STATE})\b\.?|(?:{places.US_STATE_NAME})(?![\w])"
    rf"|(?:{places.CA_PROVINCE})(?![\w])|(?:{places.AU_STATE})\b|(?:{places.IN_STATE})\b"
    rf"|(?:{places.REGION})\b)"
)
COUNTRY = rf"(?:{places.COUNTRY})(?!\w)"
CODE = rf"(?:{UK}|{CA}|{ZIP}|\d{{3}} ?\d{{3}}(?![\w\-])|\d{{4}}(?![\w\-]))"
NOT_CITY = (
    r"(?!(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|(?:January|February|March|April|May|June|July"
    r"|August|September|October"
    r"|November|December|Tel|Telephone|Phone|Fax|Email|E-mail|Mobile|Cell|Call|Contact|Web|Website"
    r"|Open|Hours|The|A|I|He"
    r"|She|It|We|You|They|This|That|In|On|At|For|With|But|And|Or|If|When|Where|Who|From|To|By|As"
    r"|Directions|Map|Home)\b)"
)
CITY = rf"{NOT_CITY}{CAP}(?:[ \-](?:{JOIN}[ ])?{NOT_CITY}{CAP}){{0,3}}"
ZIP_CITY = (
    rf"(?:[A-Z]{{1,3}}[\- ])?(?:\d{{4,6}}|\d{{3}}[ ]\d{{2,3}}|\d\d[\- ]\d{{3}}"
    rf"|\d{{4,5}}-\d{{3}})(?:[ ][A-Z]{{2}})?[ ]{CITY}"
)

_LATE: dict[str, str] = {}


def __getattr__(name: str) -> re.Pattern[str]:
    """Compile a pattern of this module at its first use."""
    if name not in _LATE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return globals().setdefault(name, re.compile(_LATE[name]))


NO_FIRM = r"(?!,?[ ](?:[A-Z][\w&]*,?[ ]){0,2}(?:LLC|L\.L\.C|Inc|Corp|LLP|Ltd|Realty|Assoc|Associates|Owners)\b)"
_LATE["STRONG"] = (
    rf"{NUMBER}(?:,[ ]|[ ](?!of[ ]))(?:(?:{DIRECTION}[ ])?(?:Broadway|BROADWAY|Avenue (?:of the {CAP}|[A-Z\d]\b)"
    rf"|(?:(?:US|U\.S\.|State|County|Cty\.|Rural|Old|FM|N|S|E|W)[ ]){{0,2}}(?:Highway|Hwy|Route|Rte|Road|Rd|FM|CR|SR)"
    rf"\.?[ ](?:#?\d{{1,5}}(?:/\d{{1,4}})?[A-Z]?|[A-Z]{{1,2}}))\b(?![ ](?:{places.STREET})\b)"
    rf"|(?:{NAME}){{1,5}}?(?:(?:{places.STREET}|Dr|DR)\b"
    rf"|(?:St|ST)\b(?!\.?[ ](?:Mary|John|Paul|Peter|James|Patrick))))"
    rf"(?:[ ](?:{places.STREET})\b)?\.?(?:,?[ ]{DIRECTION}(?![\w]))?{NO_FIRM}"
)
_LATE["WEAK"] = (
    rf"{NUMBER}(?:,[ ]|[ ](?!of[ ]))(?:{NAME}){{1,4}}?(?:{places.WEAK_STREET})\b\.?(?:,?[ ]{DIRECTION}(?![\w]))?"
)
ROMANCE_STREETS = (
    "rue avenue av. boulevard bld bd. bd place allées allée impasse chemin quai cours route ruelle sentier passage"
    " square esplanade calle rua via jalan jl. đường phố"
).split()
_LATE["ROMANCE"] = (
    rf"\d{{1,4}}(?:[ ]?(?:bis|ter|quater|[A-D])\b)?,?[ ](?i:{'|'.join(map(re.escape, ROMANCE_STREETS))})[ ]"
    rf"(?:{NAME}|d['’]|l['’]){{0,5}}{CAP}"
)
_LATE["DIRECTED"] = (
    rf"\d{{2,5}}[ ](?:[NSEW]\.?|[NS][EW]|North|South|East|West)[ ](?:{CAP}"
    rf"|{ORDINAL})(?:[ ]{CAP})?(?=[ ]?(?:[,;)\n]|\Z)){NO_FIRM}"
)
_LATE["BARE"] = (
    rf"{NUMBER}(?:,|[ ][\-\u2013])?[ ](?:{NAME}){{0,3}}(?:{CAP}"
    rf"|{ORDINAL}),?(?=[ ]{CITY},?[ ](?:{places.US_STATE}),?[ ]\d{{5}}\b)"
)
_LATE["MOO"] = r"\d{1,4}(?:/\d{1,3})?[ ](?:Moo|M\.|Soi)[ ]?\d{1,3}\b"
# "Carrera 7 # 71-21": a street by its number, then the house by the cross street and how far it stands from it.
_LATE["GRID_WORD"] = (
    r"(?<!\w)(?:Carrera|Calle|Cra|Cll|Kr|Cl|Avenida|Av|Diagonal|Dg|Transversal|Tv)\.?[ ](?:No\.?[ ])?\Z"
)
_LATE["GRID"] = (
    r"\d{1,3}[ ]?[A-Z]?(?:[ ]?[Bb]is)?(?:[ ](?:Sur|Norte|Este|Oeste))?[ ]?(?:#|No\.?|N[º°])[ ]?"
    r"\d{1,3}[ ]?[A-Z]?[ ]?[\-\u2013][ ]?\d{1,3}\b"
)
_LATE["CJK"] = (
    r"[\d０-９\-−ー–之]{1,12}(?:丁目|番地?|号|號|室|층|호|번지)?(?:[\d０-９\-−ー之]{1,8}(?:丁目|番地?|号|號|室|楼|樓)?){0,3}"
)
_LATE["CJK_BEFORE"] = (
    r"(?:(?:〒\s?\d{3}[\-−]\d{4}\s{0,2})?(?:東京都|北海道|[一-龥]{2,3}[府県])[一-龥ぁ-んァ-ヶー々]{2,24}"
    r"|(?:[一-龥]{2,8}[省市区區县縣]){1,4}[一-龥]{1,12}(?:路|街|大道|巷|弄|段)"
    r"|(?:[가-힣]{1,6}[시도군구동읍면] ?){1,4}[가-힣\d]{1,10}(?:로|길))\s?\Z"
)
_LATE["PIECE"] = (
    rf"[ ]?[,.;]?[ ]?(?:[\-\u2013•·|/][ ])?[ ]?\(?(?:(?P<unit>{UNIT})"
    rf"|(?P<code>[A-Z]{{2}},?[ ](?:CEP:? )?\d{{5}}-\d{{3}}\b|[A-HJ-NP-Z]\d{{4}}(?:[A-Z]{{3}})?[ ]{CITY}"
    rf"|{UK}|{CA}|(?:CEP:? )?\d{{5}}-\d{{3}}\b"
    rf"|{STATE}(?:,|[ ]?[\-\u2013])?[ ]{{1,2}}{CODE}|{ZIP_CITY})"
    rf"|(?P<place>(?:{STATE}|{COUNTRY})\)?(?=[ ]?(?:[,.;)•·|\n\t]|[\-\u2013][ ]|\Z|{COUNTRY})))"
    rf"|(?P<town>{CITY},?[ ]{STATE}(?:,|[ ]?[\-\u2013])?(?:[ ]{{1,2}}{CODE})|{CITY},?[ ](?:{UK}|{CA}"
    rf"|{ZIP}|\d{{6}}(?!\w))|[,][ ]?\d{{5,6}}(?=[,\n]|\Z)|{CITY},?[ ](?!19"
    rf"|20)\d{{4}}(?=[ ]?(?:[,.;)\n]|\Z))|Dublin[ ]\d{{1,2}}\b"
    rf"|{CITY}(?:,|[ ]?[\-\u2013/])[ ]?[A-Z]{{2}},?[ ](?:[\-\u2013][ ])?(?:CEP:? )?\d{{5}}-\d{{3}}\b"
    rf"|{CITY},?[ ](?:{places.US_STATE})(?!\w)))"
)
_LATE["CITY_PIECE"] = rf"[ ]?[,.;][ ]{{1,2}}(?:[\-\u2013][ ])?{CITY}(?=[ ]?(?:[,.;)•·|\n\t(]|[\-\u2013][ ]|\Z))"
ENDING = tuple(places.STREET_ENDING)
WEAK_ENDING = tuple(places.WEAK_STREET_ENDING)
_LATE["NAME_STREET"] = (
    rf"(?:(?:{CAP}|{ORDINAL}) ){{1,3}}(?:{places.STREET_AFTER_NAME}),?\s?(?:No\.?:?\s?|nr\.?\s?|#|д(?:ом)?\.?\s?)?\Z"
)
_LATE["BOX"] = rf"(?<!\w)(?:{places.POST_BOX})[ ]?(?:No\.?|#|№|N[º°])?:?[ ]?(?:[A-Z]-?)?\Z"
WEAK_BOXES = frozenset("BOX BP B.P. CS C.P. TK T.K. PK P.K.".split())
_LATE["UNIT_BEFORE"] = rf"(?<!\w)(?:{places.UNIT})\.?[ ]?(?:No\.?[ ]?|#[ ]?)?[A-Z]?-?\Z"
_LATE["STATE_BEFORE"] = (
    rf"(?:(?<=\s)|(?<=[,(])|\A)(?:(?:{CAP}[ ]){{0,3}}{CAP}(?:,[ ]?|[ ]))?(?:(?P<us>{places.US_STATE})"
    rf"|(?P<name>{places.US_STATE_NAME})"
    rf"|(?P<au>{places.AU_STATE})|(?P<in>{places.IN_STATE}))(?:,|\.|[ ]?[\-\u2013:])?[ ]{{0,2}}\Z"
)
NUMERAL = "One|Two|Three|Four|Five|Six|Seven|Eight|Nine|Ten"
_LATE["BUILDING_BEFORE"] = (
    rf"(?:\A|(?<=\W[at][to][ ])|(?<=[,;:(•·|\t\n])|(?<=[\-\u2013][ ]))[ ]?((?:(?:{NUMERAL})[ ]{CAP}(?:[ ]{CAP}){{0,2}}"
    rf"|(?:{CAP}[ ]){{0,5}}(?:{places.BUILDING}|{places.STREET})|{UNIT}"
    rf"|\d{{1,5}}[A-Za-z]?,?[ ](?:{CAP}[ ]?){{1,3}})[ ]?,[ ]?)\Z"
)
_LATE["CITY_BEFORE"] = rf"(?:\A|(?<=[,;:(•·|\t\n])|(?<=[\-\u2013][ ]))[ ]?({CITY}[ ]?(?:,[ ]?|[ ]))\Z"
_LATE["REVERSED_BEFORE"] = (
    rf"(?:\A|(?<=[,;:(•·|\t\n])|(?<=[\-\u2013][ ]))[ ]?({CITY},[ ](?:{places.US_STATE}"
    rf"|{COUNTRY})(?:[ ]\d{{5}})?[ ]?[,:\-\u2013|][ ])\Z"
)
_LATE["GAP"] = rf"[ \t,.;:•·|()\-\u2013/]{{0,4}}(?:{CITY}[ ,.;\-\u2013]{{0,3}}){{0,3}}"
_LATE["PUNCTUATION"] = r"[ \t,.;•·|()\-\u2013]{0,4}"
_LATE["BULLET"] = r"[\s>\-*•·|–]*"
_LATE["FOLLOWED"] = rf"[ ]?(?:[,;)\n•|]|\Z|[ ]{UNIT}|[ ]{CITY},?[ ](?:{places.US_STATE})\b)"
_LATE["TAKEN_FOR_YEAR"] = (
    r"(?:\b(?:in|since|of|from|until|till|by|during|the|after|before|early|late|around|and|to|In"
    r"|Since|From|Until|By|During|After|Before)|©|\([cC]\)|[A-Z][a-z]{2,8}\.?(?: \d{1,2},?)?)[ ]\Z"
)
_LATE["YEAR"] = r"(?:19|20)\d\d(?!\d)"
_LATE["PLACE_LINE"] = (
    rf"(?:{COUNTRY}|{STATE}|{CITY},?[ ](?:{places.US_STATE}|{places.CA_PROVINCE}"
    rf"|{places.AU_STATE})(?:[ ]{{1,2}}{CODE})?"
    rf"|(?:{CITY},?[ ])?(?:{UK}|{CA})|{ZIP_CITY}(?:[ ]?[,(][ ]?{CITY}\)?)?"
    rf"|{CITY},?[ \-\u2013]{{1,3}}\d{{4,6}}|{CITY},[ ]?(?:{STATE}|{COUNTRY})|{UNIT}"
    rf"|{ZIP}|C\.?P\.?[ ]\d{{2}}[ ]?\d{{3}}[ ]{CITY}(?:,[ ]{CITY})?)(?:,?[ ]{COUNTRY})?[,.]?"
)
_LATE["CITY_LINE"] = rf"{CITY}(?:,[ ]{CITY})?,?"
_LATE["ABOVE_LINE"] = (
    rf"(?:{UNIT}|{NUMBER}(?:,|[ ][\-\u2013])?[ ](?:(?:{NAME}){{0,4}}(?:{CAP}|{ORDINAL}))"
    rf"|\d{{1,3}}[a-z]?\.?[ ]{CAP}[ ]#\d{{1,5}}"
    rf"|(?:{CAP},?[ ]){{0,5}}(?:{places.BUILDING}|{places.STREET}"
    rf"|{places.WEAK_STREET})(?:,[ ](?:{CAP},?[ ]?){{1,3}})?(?:[ ]?,?[ ]{UNIT})?)"
    rf"(?:,?[ ]{DIRECTION})?[,.]?"
)
# The first digit of a state's ZIP codes: "OR 97205" is a place, "OR 20000" is none.
ZIP_DIGITS = {
    state: digit
    for digit, states in (
        ("0", "CT MA ME NH NJ NY PR RI VT VI AE"), ("1", "DE NY PA"), ("2", "DC MD NC SC VA WV"),
        ("3", "AL FL GA MS TN AA"),
        ("4", "IN KY MI OH"), ("5", "IA MN MT ND SD WI"), ("6", "IL KS MO NE"), ("7", "AR LA OK TX"),
        ("8", "AZ CO ID NM NV UT WY"), ("9", "AK CA HI OR WA AP GU AS MP"),
    )
    for state in states.split()
}  # fmt: skip
UNITS = frozenset(places.UNIT.lower().replace("\\", "").split("|"))
BOX_WORDS = frozenset(
    """box bag drawer bx pmb pob postfach postbus postboks postlåda bp cs p
    apartado apdo postal correos aéreo casilla casella postale а/я no""".split()
)
STATE_WORDS = frozenset(
    word.replace("\\", "").split()[-1].strip(".").lower()
    for table in (places.US_STATE, places.US_STATE_NAME, places.AU_STATE, places.IN_STATE)
    for word in table.split("|")
)
STREET_BEFORE = places.STREET_BEFORE
_LATE["HOUSE"] = r"\d{1,5}(?:[ ]?[A-Za-zА-Яа-я](?!\w))?(?:[/\-\u2013]\d{1,4}[A-Za-z]?)?"
_LATE["ZIP_BEHIND"] = rf",?[ ]{ZIP_CITY}|[ ]?\n[>\-*•·|\t ]{{0,6}}{ZIP_CITY}"
_LATE["ENDING_BEFORE"] = rf"(?:{CAP}[ ])?\S+ ?\Z"
_LATE["NAMED_BEFORE"] = (
    rf"(?i:[\w/.'\-]{{1,14}})[ ](?:(?:{CAP}|{JOIN}|\d{{1,2}}(?:[ ]de)?|[dl]['’]{CAP}|[A-Z]\.),?[ ]?){{1,6}}"
    r"(?:[-\u2013][ ])?(?:[Nn]r?\.?[º°o]?\.?|No\.?|[Nn][úu]m\.?|#|№|д\.?|дом|буд\.?|km\.?)?:?[ ]?"
)
_LATE["ZIP_FORM"] = r"\d{5}-\d{4}\b|\d{5}\b|\d{3}[ ]?\d{3}\b|\d{4}\b"
_LATE["LETTERED"] = rf"{UK}|{CA}"
_LATE["CODE_CONTEXT"] = rf"(?:\A|[\n\t•·|>*\-]|{CAP}[ ]?,?)[ ]?\Z"
_LATE["UNIT_NUMBER"] = r"\d[\w\-/.]{0,6}\b"
_LATE["LAST_WORD"] = r"([^\W\d_][\w'/]*)[ ,.#:№º°\-\u2013]{0,5}\Z"
_LATE["UNIT_FRONT"] = rf"(?<!\w)(?:(?:{places.UNIT})\.?|[Nn]os?\.|#|Km|Kilometer|Door|Plot)[ ]?(?:No\.?[ ]?)?\Z"
_LATE["LINE_END"] = r"[ ,.;\t\r]{0,4}\n[>\-*•·|– \t]{0,8}(?:\n[ ]?)?"
_LATE["LINE"] = r"[^\n\t]{2,90}(?=[\n\t]|\Z)"
_LATE["CROSSING"] = (
    rf"\d{{1,3}}(?:st|nd|rd|th)[ ](?:and|&|at)[ ](?!\d)(?:{NAME}){{1,3}}?(?:{places.STREET}"
    rf"|St)\b\.?(?:[ ]{DIRECTION}(?!\w))?"
)
# "Am Alten Markt 7, 50667 Köln": what stands before a number is a street when a postcode and its town stand behind it.
_LATE["ZIP_COMMA"] = (
    rf",[ ](?:[A-Z]{{1,2}}-)?(?:\d{{5}}|\d{{3}}[ ]\d\d|\d\d-\d{{3}}|(?!1[5-9]|20)\d{{4}}(?:[ ][A-Z]{{2}})?)[ ]{CITY}"
)
_LATE["NAMED_STREET"] = (
    rf"(?:(?:{CAP}|{JOIN}|Am|An|Auf|Im|In|Zum|Zur"
    rf"|Unter)[ ]){{0,3}}{CAP}(?:[ ][a-zà-ž]{{3,9}})?[ ](?:[Nn]r?[.º°]*[ ])?\Z"
)
_LATE["MONTH"] = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?"
    r"|Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?"
    r"|Dec(?:ember)?)\.?[ ]\Z"
)
_LATE["MORE_DIGITS"] = r"(?:[ ]\d{2,3})*(?![\d])"
_LATE["VIA"] = rf"(?:Via|Viale|Vicolo)[ ](?:{JOIN}[ ])?{CAP}(?:[ ]{CAP}){{0,2}},?[ ]\Z"
