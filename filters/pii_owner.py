"""Tells whose a find is: an organisation's own contact, as far as the words around it tell, or anybody's.

A text seldom says whose a number is, so the answer is "an organisation's" only for a reason; all else is a person's.
"""

import re

from curate.filters.address import canonical_host, registered_domain

CONTEXT_CHARS = 100

_ROLE = re.compile(
    r"(?:info|contact|contacts|support|help|helpdesk|sales|office|admin|hello|hi|mail|post|team"
    r"|service|services|customer\w*"
    r"|care|press|media|news|editor|editors|editorial|jobs|careers|hr|recruit\w*|billing|accounts?"
    r"|orders?|shop|store|webmaster"
    r"|postmaster|abuse|security|privacy|legal|dpo|gdpr|feedback|enquir\w*|inquir\w*|booking"
    r"|bookings|reservations?|events?"
    r"|marketing|partners?|members?(?:hip)?|newsletter|no-?reply|donations?|volunteer\w*|library"
    r"|registrar|admissions|clerk"
    r"|kontakt|presse|verkauf|contacto|ventas|contato|vendas|redaktion|redaccion|bonjour|accueil|tips)\d{0,3}",
    re.IGNORECASE,
)
_TOLL_FREE = re.compile(
    r"(?:\+?1[ .\-]?)?\(?8(?:00|33|44|55|66|77|88)\)?[ .\-][\dA-Z]|0800|0808|0845|0844|0870|0871"
    r"|1[38]00[ \-]|900[ \-]|\+800"
)
_ORGANISATION = re.compile(
    r"\b(?:Inc|Ltd|LLC|LLP|PLC|GmbH|AG|Corp|Corporation|Company|Co|Pty|Office|Offices|Department"
    r"|Dept|Headquarters|Headoffice|HQ"
    r"|Customer (?:Service|Care|Support)|Support|Sales|Reception|[Hh]elp ?[Dd]esk|[Hh]otline"
    r"|[Tt]oll[- ][Ff]ree|Clerk|Courts?|School|Church"
    r"|Club|Cent(?:er|re)|Hospital|Clinic|University|College|Library|Museum|Store|Shop|Restaurant"
    r"|Hotel|Foundation|Association"
    r"|Society|Ministry|Ministries|Bureau|Institute|Labs?|Board|Commission|Council|Police|Bank|Fund"
    r"|Registry|Realty|Agency|Services"
    r"|Solutions|Group|(?:[Cc]all|[Cc]ontact|[Vv]isit|[Ff]ind|[Ee]-?mail) (?:us|Us|US)|CONTACT US"
    r"|CALL US|VISIT US|Contact Information"
    r"|Mailing Address|Fax|FAX|[Ff]ax|Locations?|Our (?:office|store|address))\b"
)
_PERSON = re.compile(
    r"\b(?:[Mm]y|[Hh]is|[Hh]er|Mr|Mrs|Ms|Dr|Sir|Rev|Prof|[Cc]ell|[Mm]obile|[Mm]ob|[Hh]ome"
    r"|[Rr]esiden(?:ce|t)|lives?|lived|author_email"
    r"|President|Secretary|Treasurer|Chair|Editor|Director|Coach|Teacher|Instructor|Professor|Pastor)\b"
    r"|\b(?:[Cc]ontact|[Cc]all|[Tt]ext|[Ee]-?mail|[Rr]each)(?:ing)? (?!Us\b|Information\b|Center\b)[A-Z][a-z]+"
    r"|(?:^|\n|, )[A-Z][a-z]+ (?:[A-Z]\.? )?[A-Z][a-z]+\W{1,3}\Z"
)


def _mail_is_organisations(local: str, domain: str, site: str) -> bool:
    if _ROLE.fullmatch(local):
        return True
    own = bool(site) and registered_domain(domain.lower()) == site
    return own and "." not in local and "_" not in local


def is_organisations(text: str, start: int, end: int, entity: str, site: str) -> bool:
    """Return whether a contact may be taken for an organisation's own: by its form, the page's domain or the words
    before it.

    `site` is the registered domain of the page, or empty. Only mail, phone and street addresses can be.

    >>> text = "Acme Inc., 12 Elm Road. Mrs Roe, 5 Oak Road"
    >>> is_organisations(text, 11, 22, "STREET_ADDRESS", ""), is_organisations(text, 33, 43, "STREET_ADDRESS", "")
    (True, False)
    """
    if entity == "EMAIL_ADDRESS":
        local, _, domain = text[start:end].rpartition("@")
        return _mail_is_organisations(local, domain, site)
    if entity not in ("PHONE_NUMBER", "STREET_ADDRESS"):
        return False
    if entity == "PHONE_NUMBER" and _TOLL_FREE.match(text, start):
        return True
    ahead = text[max(0, start - CONTEXT_CHARS) : start]
    person = max((match.end() for match in _PERSON.finditer(ahead)), default=-1)
    organisation = max((match.end() for match in _ORGANISATION.finditer(ahead)), default=-1)
    return organisation >= 0 and organisation + 4 > person  # "Acme Inc., " reads like a name as well


# Where a language is at home when the address does not say: only languages of one country's phone plan, by and large.
_LANGUAGE_COUNTRY = dict(
    pair.split("-")
    for pair in (
        "bg-BG cs-CZ da-DK de-DE el-GR et-EE fi-FI fr-FR he-IL hi-IN hr-HR hu-HU id-ID it-IT ja-JP ko-KR lt-LT lv-LV"
        " nb-NO nl-NL no-NO pl-PL ro-RO sk-SK sl-SI sv-SE th-TH tr-TR uk-UA vi-VN"
    ).split()
)
_NO_COUNTRY = frozenset(
    {"ai", "cc", "co", "eu", "fm", "gg", "io", "me", "tv", "ws", "to", "ly", "su", "la", "ac", "vc"}
)


def country_of(url: str, language: str = "") -> str | None:
    """The country (ISO 3166) whose phone numbers a page has in national form, by the address's suffix, else language.

    >>> country_of("https://www.example.co.uk/"), country_of("https://example.org/", "pl")
    ('GB', 'PL')
    >>> country_of("https://example.io/") is None
    True
    """
    suffix = canonical_host(url).rpartition(".")[2] if url else ""
    if len(suffix) == 2 and suffix.isalpha() and suffix not in _NO_COUNTRY:
        return "GB" if suffix == "uk" else suffix.upper()
    return _LANGUAGE_COUNTRY.get(language[:2].lower())
