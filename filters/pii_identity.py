"""Recognisers for numbers of identity beside the word that names them, and for passwords and passcodes.

Each takes a text and yields (start, end, score). A licence, a docket or an order has a number too and is left alone.
"""

import re
from collections.abc import Iterator

from filters.pii_numbers import Found

_SEP = r"[ \t]{0,2}(?:[:#=№]|[Nn][o°º]\.?|[Nn]um(?:ber|mer|éro|ero)?\.?|[Nn]r\.?|is|[-\u2013])?[ \t]{0,2}[:#]?[ \t]{0,2}"
_ALIEN = re.compile(
    r"(?<![\w\-])A ?#? ?\d{2,3}[- ]\d{3}[- ]\d{3}(?![\w\-])"
    r"|(?<=[Nn]umber )A ?\d{8,9}(?!\w)|(?<=[Nn]o\. )A ?\d{8,9}(?!\w)|(?<=A-[Nn]umber: )A?\d{8,9}(?!\w)|(?<=A#)\d{8,9}(?!\w)"
)
_MASKED = re.compile(
    r"(?<![\w*•#.\-])[xX*•#]{3}[- ]?[xX*•#]{2}[- ]?\d{4}(?![\w\-])"
    r"|(?<![\w*•#.\-])(?:[xX*•]{4}[- ]?){3}\d{4}(?![\w\-])"
)
_NAMED = re.compile(
    r"\b(?i:(?:bank |checking |savings |customer )?(?:account|acct|a/c)(?= ?(?:no|num|nr|#|:))|passport(?= ?(?:no|num|nr|#|:))"
    r"|vat(?: ?(?:reg(?:istration|\.)?|id|no))?|tax ?id(?:entification)?|tin|ein|employer id(?:entification)?|abn|acn|gstin|gst|siret|siren|kvk"
    r"|ust-?id(?:[.-]?nr)?|steuernummer|p\.? ?iva|partita iva|c\.?i\.?f|n\.?i\.?f|d\.?n\.?i|r\.?u\.?t|rfc|curp|cpf|cnpj|инн|огрн"
    r"|company (?:registration )?(?:no|number|reg)|(?:company )?registered in (?:england(?: (?:and|&) wales)?|scotland|wales|ireland)"
    r"|(?:uk )?registered company|national id(?:entity)?(?: card)?|id card|identity card|aadhaa?r|pan card|nhs|medicare|mrn"
    r"|medical record|national insurance|routing|sort code|iban|swift|bic)\b\.?"
    rf"(?:[ \t](?:no|number|num|nr|id|reg|registration)\b\.?)?{_SEP}(?:with )?(?i:(?:company )?(?:no\.?|number))?[ \t]?[:#]?[ \t]?"
    r"([A-Z]{0,4}[ \-]?\d[\dA-Z]{0,14}(?:[ .\-/]\d[\dA-Z]{0,9}){0,6}(?:-[A-Z\d])?)(?![\w])"
)
_NAMED_GATE = re.compile(r"\d{4}")
_PASSWORD = re.compile(
    r"\b(?i:pass(?:word|code|wd|phrase)|pwd|pin(?: code| number)?|access code|security code|door code|entry code|gate code|wi-?fi (?:password|key)"
    r"|api[ _-]?key|secret(?:[ _-]?key)?|auth[ _-]?token|access[ _-]?token|client[ _-]?secret|contraseña|passwort|kennwort|mot de passe|senha|пароль)"
    r"(?:[\"'’]?[ \t]{0,2}(?:[:=]|is[: ]|->)[ \t]{0,2})[\"'“‘<]?([^\s\"'”’<>,;()\[\]{}&]{4,80})"
)
_DIALLED_CODE = re.compile(r",,\d{6,12}#,{1,6}\*(\d{4,12})(?=#)")
_PWD_IN_URL = re.compile(r"[?&](?:pwd|passcode|password|token|api_?key|access_token|sig)=([\w.\-%~]{6,200})")
_NO_PASSWORD = re.compile(r"(?i:your|password|pass|test|example|changeme|none|required|secret|x+|\*+|null|true|false|process\.|os\.|env)")


def identity_numbers(text: str) -> Iterator[Found]:
    """Numbers of accounts, passports, taxes, companies and aliens, each beside its word or in its own form."""
    if not _NAMED_GATE.search(text) and "-" not in text:
        return
    yield from ((*match.span(), 0.6) for match in _ALIEN.finditer(text))
    for match in _NAMED.finditer(text):
        if sum(map(str.isdigit, match[1])) >= 5:
            end = match.end(1)
            yield match.start(1), end, 0.6


def masked_numbers(text: str) -> Iterator[Found]:
    """Numbers of which only the last digits are shown: "xxx-xx-4719"."""
    yield from ((*match.span(), 0.6) for match in _MASKED.finditer(text))


def _is_secret(value: str) -> bool:
    digits, letters = sum(map(str.isdigit, value)), sum(map(str.isalpha, value))
    if _NO_PASSWORD.match(value) or value.startswith(("$", "{", "%", "http")):
        return False
    return digits >= 4 or (digits >= 1 and letters >= 3 and len(value) >= 6)


def secrets(text: str) -> Iterator[Found]:
    """Passwords and passcodes behind their word, a meeting's code behind its number, and those in addresses."""
    for match in _PASSWORD.finditer(text):
        value = match[1].rstrip(".!?:")
        if _is_secret(value):
            yield match.start(1), match.start(1) + len(value), 0.6
    if ",," in text:
        yield from ((*match.span(1), 0.7) for match in _DIALLED_CODE.finditer(text))
    if "=" in text:
        yield from ((*m.span(1), 0.6) for m in _PWD_IN_URL.finditer(text) if _is_secret(m[1]))
