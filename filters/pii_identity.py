"""Recognisers for numbers of identity beside the word that names them, and for passwords and passcodes.

Each takes a text and its places and yields (start, end, score). A licence, a docket or an order has a number too and is
left alone.
"""

import re
from collections.abc import Iterator

from curate.filters.pii_kinds import IN_URL, MASKED, NAMED, PASSWORD, Places
from curate.filters.pii_numbers import Found, apart

_SEP = (
    r"[ \t]{0,2}(?:[:#=№]|[Nn][o°º]\.?|[Nn]um(?:ber|mer|éro|ero)?\.?|[Nn]r\.?|is|[-\u2013])?[ \t]{0,2}[:#]?[ \t]{0,2}"
)
_ALIEN = re.compile(r"A ?#? ?\d{2,3}[- ]\d{3}[- ]\d{3}(?![\w\-])|A ?# ?\d{8,9}(?!\w)")
_MASKED = re.compile(
    r"(?<![\w*•#.\-])[xX*•#]{3}[- ][xX*•#]{2}[- ]\d{4}(?![\w\-])"
    r"|(?<![\w*•#.\-])(?:[xX*•]{4}[- ]?){3}\d{4}(?![\w\-])"
)
MASK_CHARS = 15  # the most before the digits that are shown
_NAMED = re.compile(
    r"\b(?i:(?:account|acct|a/c)(?= ?(?:no|num|nr|#|:))|passport(?= ?(?:no|num|nr|#|:))"
    r"|vat(?: ?(?:reg(?:istration|\.)?|id|no))?|tax ?id(?:entification)?|tin|ein|abn|acn|gstin|gst"
    r"|ust-?id(?:[.-]?nr)?|cif|cpf|cnpj|инн"
    r"|company (?:registration )?(?:no|number|reg)|(?:company )?registered in (?:england(?: (?:and"
    r"|&) wales)?|scotland|wales|ireland)"
    r"|(?:uk )?registered company|national id(?:entity)?(?: card)?|identity card|aadhaa?r|nhs|mrn"
    r"|medical record|alien(?: registration)?|national insurance|routing|sort code|medicare(?: card)?"
    r"|steuer(?:-?id(?:entifikationsnummer)?|nummer)|pesel|konto(?:nummer|-?nr)|bsn|personnummer|cpr|nif|nie(?= ?n)"
    r"|curp|cuit|social insurance|tax file|pps|cédula|снилс|паспорт|personalausweis(?:nummer)?|身份证号?码?"
    r"|주민등록번호|マイナンバー)\b\.?"
    rf"(?:[ \t](?:no|number|num|nr|id|reg|registration)\b\.?)?{_SEP}(?:with )?(?i:"
    rf"(?:company )?(?:no\.?|number))?[ \t]?[:#]?[ \t]?"
    r"([A-Z]{0,4}[ \-]?\d[\dA-Z]{0,14}(?:[ .\-/]\d[\dA-Z]{0,9}){0,6}(?:-[A-Z\d])?)(?![\w])"
)
_PASSWORD = re.compile(
    r"\b(?i:pass(?:word|code|wd|phrase)|pwd|pin(?: number)?|(?:access|security|door|entry|gate) code"
    r"|wi-?fi (?:password|key)"
    r"|api[ _-]?key|secret(?:[ _-]?key)?|auth[ _-]?token|access[ _-]?token|client[ _-]?secret"
    r"|contraseña|passwort|kennwort|mot de passe|senha|пароль)"
    r"(?:[\"'’]?[ \t]{0,2}(?:[:=]|is[: ]|->)[ \t]{0,2})[\"'“‘<]?([^\s\"'”’<>,;()\[\]{}&]{4,80})"
)
_DIALLED_CODE = re.compile(r",,\d{6,12}#,{1,6}\*(\d{4,12})(?=#)")
_PWD_IN_URL = re.compile(r"[?&](?:pwd|passcode|password|token|api_?key|access_token|sig)=([\w.\-%~]{6,200})")
_NO_PASSWORD = re.compile(
    r"(?i:your|password|pass|test|example|changeme|none|required|secret|x+|\*+|null|true|false|process\.|os\.|env)"
)


def identity_numbers(text: str, seen: Places) -> Iterator[Found]:
    """Numbers of accounts, passports, taxes, companies and aliens, each beside its word or in its own form."""
    for match in _ALIEN.finditer(text):
        before = text[match.start() - 1] if match.start() else " "
        if not before.isalnum() and before not in "-_/":
            yield (*match.span(), 0.6)
    for place, _ in seen[NAMED]:
        named = _NAMED.match(text, place)
        if named and sum(map(str.isdigit, named[1])) >= 5:
            yield (*named.span(1), 0.6)


def masked_numbers(text: str, seen: Places) -> Iterator[Found]:
    """Numbers of which only the last digits are shown: "xxx-xx-4719"."""
    for digits, end in seen[MASKED]:
        for start in range(max(0, digits - MASK_CHARS), digits - 6):
            match = _MASKED.match(text, start)
            if match and match.end() == end:
                yield start, end, 0.6
                break


def _is_secret(value: str) -> bool:
    digits, letters = sum(map(str.isdigit, value)), sum(map(str.isalpha, value))
    if _NO_PASSWORD.match(value) or value.startswith(("$", "{", "%", "http")):
        return False
    return digits >= 4 or (digits >= 1 and letters >= 3 and len(value) >= 6)


def secrets(text: str, seen: Places) -> Iterator[Found]:
    """Passwords and passcodes behind their word, a meeting's code behind its number, and those in addresses."""
    for place, _ in seen[PASSWORD]:
        match = _PASSWORD.match(text, place)
        value = match[1].rstrip(".!?:") if match else ""
        if match and _is_secret(value):
            yield match.start(1), match.start(1) + len(value), 0.6
    if ",," in text:
        yield from ((*match.span(1), 0.7) for match in _DIALLED_CODE.finditer(text))
    yield from ((*match.span(1), 0.6) for match in apart(_PWD_IN_URL, text, seen[IN_URL]) if _is_secret(match[1]))
