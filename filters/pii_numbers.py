"""Recognisers for what is written in digits: phone, card, US social security number, IP address, IBAN.

All start from runs of digits and separators, cut where neither continues, so no match ends inside a number. Checksums
decide where there are any; elsewhere the format, and words such as "phone" nearby.
"""

import re
from collections.abc import Iterator
from ipaddress import AddressValueError, IPv4Address, IPv6Address

Found = tuple[int, int, float]  # start, end, score

CONTEXT_CHARS = 40
MIN_PHONE_DIGITS, MAX_PHONE_DIGITS = 7, 15  # local numbers; E.164

_SEPARATORS = r" \t\u00a0\u2009\u202f()./\-\u2010-\u2015"
RUN = re.compile(rf"(?:\+ |[+(\uff0b]{{0,2}})\d[\d{_SEPARATORS}]{{3,}}")
_GAP = re.compile(rf"[{_SEPARATORS}]{{4,}}")
_NOT_DIGIT = re.compile(r"\D+")

_IPV4 = re.compile(r"(?<![\w.])(?<!\w[\-/])\d{1,3}(?:\.\d{1,3}){3}(?!\w|\.\d|-\d)", re.ASCII)
_IPV6 = re.compile(r"(?<![\w:.])[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}(?:\.\d{1,3}){0,3}(?![\w:]|\.\d)", re.ASCII)
_IPV6_GROUPS = re.compile(r":[0-9A-Fa-f]{1,4}:[0-9A-Fa-f]{1,4}:[0-9A-Fa-f]{1,4}:")
_VERSION = re.compile(
    r"(?:\bv|versions?|release|build|firmware|rev\.?|section|chapter|figure|table)[\s:]*\Z", re.IGNORECASE
)
_CARD = re.compile(r"(?<!\d)(?<!\d[.\-/])\d(?:[ \-]?\d){11,18}(?!\d|[.\-/]\d)")
_CARD_WORD = re.compile(
    r"\b(?:cards?|cc|credit|debit|visa|master ?card|maestro|amex|diners|jcb|discover)\b", re.IGNORECASE
)
# First digits and lengths of the card brands from 14 digits up; article numbers look like the shorter ones.
_ISSUER = re.compile(
    r"4(?:\d{15}|\d{18})|(?:5[1-5]\d\d|222[1-9]|22[3-9]\d|2[3-6]\d\d|27[01]\d|2720)\d{12}|3[47]\d{13}|"
    r"3(?:0[0-5]|[689]\d)\d{11}|(?:6011|65\d\d|64[4-9]\d)\d{12,15}|(?:2131|1800)\d{11}|35(?:2[89]|[3-8]\d)\d{12,15}|"
    r"62\d{14,17}|(?:5018|5020|5038|5[678]\d\d|6304|67\d\d)\d{10,15}"
)
_SSN = re.compile(r"(?<!\d)(?<!\d[.\-/ ])(\d{3})([\- ]?)(\d{2})\2(\d{4})(?!\d|[.\-/ ]\d)", re.ASCII)
_SSN_WORD = re.compile(r"\b(?:ssns?|social[\s-]security|ss#|ss no)", re.IGNORECASE)
_SPECIMEN_SSN = frozenset({"078051120", "123456789", "219099999"})  # printed in advertisements and manuals
_IBAN = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{2}[0-9]{2}(?:[ \u00a0]?[A-Za-z0-9]){11,40}")
_IBAN_CHARS = {
    country: int(chars)
    for chars, countries in {
        15: "NO", 16: "BE", 18: "DK FI FO GL NL SD", 19: "MK SI", 20: "AT BA EE KZ LT LU MN XK",
        21: "CH CR HR LI LV", 22: "BG BH DE GB GE IE ME RS VA", 23: "AE GI IL IQ OM SO TL",
        24: "AD CZ ES MD PK RO SA SE SK TN VG", 25: "LY PT ST", 26: "IS TR", 27: "BI DJ FR GR IT MC MR SM",
        28: "AL AZ BY CY DO GT HU LB NI PL SV", 29: "BR EG PS QA UA", 30: "JO KW MU", 31: "MT SC", 32: "LC", 33: "RU",
    }.items()
    for country in countries.split()
}  # fmt: skip

_NANP = re.compile(
    r"(?<![\d+])(?<!\d[.\-/])(?:1[\s.\-]?)?(?:\([2-9]\d\d\)[\s.\-]{0,2}|[2-9]\d\d[\s.\-\u2010-\u2015/]{1,3})"
    r"[2-9]\d\d[\s.\-\u2010-\u2015]{1,3}\d{4}(?!\d|[.\-/]\d)"
)
_PHONE_WORD = re.compile(
    r"(?:\b(?:tel|tél|t[eé]l[eé]?[fp]h?on\w*|(?:tele|smart|cell)?phones?|fax|telefax|mobile?|mob|cell|handy|hotline"
    r"|helpline|tlf|call|dial|ring|sms|texting|whats ?app|viber|voicemail|landline|desk"
    r"|toll[ -]?free|ph|тел\w*|móvil|celular|tfno)\b"
    r"|hotline\b|telefon\b|电话|電話|手机|☎|📞|📱)\D{0,32}\Z|(?:^|[\s(|•])[TPMFC](?:el)?\s?[:.]\s{0,3}\Z",
    re.IGNORECASE,
)
_WEAK_PHONE_WORD = re.compile(
    r"\b(?:call\w*|text|messages?|messaging|answering|contact|reach|llám\w*|llame\w*|appelez\w*|chiama\w*|ligue\w*"
    r"|anrufen|kontakt)\b",
    re.IGNORECASE,
)
_PHONE_WORD_AFTER = re.compile(
    r"[\s\-(,:]{1,3}(?:office|fax|mobile|cell|phone|home|work|tel|direct|desk)\b", re.IGNORECASE
)
_EXTENSION = re.compile(r"[\s,;(]{0,2}(?:x|ext|extension|durchwahl)[.:\s]{0,2}\d{1,6}\b", re.IGNORECASE)
_NO_PHONE_WORD = re.compile(
    r"\b(?:isbn|issn|doi|ean|upc|gtin|asin|sku|order|invoice|patent|version|serial|vat|abn|page)\W", re.IGNORECASE
)
_DATE = re.compile(
    r"(?:[0-3]?\d[./\-][0-3]?\d[./\-](?:19|20)\d\d|(?:19|20)\d\d[./\- ][01]?\d[./\- ][0-3]?\d"
    r"|(?:1[5-9]|20)\d\d\s?[\-\u2010-\u2015/]\s?(?:1[5-9]|20)\d\d)(?!\d)"
)
# National numbers by their form alone: with the trunk 0 in two or three groups, as mobile numbers are written from
# Australia to Vietnam, with the area code apart as in Germany and Austria, in pairs as in France; Brazilian ones.
_TRUNK = re.compile(
    r"\(?0\d{2,4}\)?[ .\-\u00a0]\d{3}[ .\-\u00a0]\d{3,4}|\(0\d{1,5}\)[ .\-]?\d{3,4}[ .\-]?\d{3,5}"
    r"|0\d{2,5} ?[/\-\u2013] ?\d{3,4}[ \-]?\d{2,4}(?:[ \-]?\d{1,4})?|0\d{2,4} \d{7,9}|0[1-9](?:[ .\-\u00a0]\d\d){4}"
    r"|\(\d\d\) ?9?\d{4}-\d{4}|1[38]00[ \-]\d{3}[ \-]\d{3,4}"
)
# What is a phone number even where extraction lost the space before or behind it: "Contact us(415) 555-0100PO Box 7".
_RUN_ON = re.compile(
    r"(?:\+?1[.\-]?)?(?:\([2-9]\d\d\)[ .\-]{0,2}|[2-9]\d\d[.\-])[2-9]\d\d[.\-]\d{4}"
    r"|\+[1-9]\d{0,2}[ .\-(]{1,2}\d(?:[ .\-()]{0,2}\d){6,11}"
)
_THOUSANDS = re.compile(r"\d{1,3}(?:[. \u00a0\u202f]\d{3})+\Z")
_WIDE = re.compile(r"\s*/\s*|\s+[\-\u2010-\u2015]\s+|\s{2,}")


def runs(text: str) -> Iterator[tuple[int, int]]:
    """Spans of digits held together by at most three separators each, four characters or more."""
    for match in RUN.finditer(text):
        start = match.start()
        for gap in _GAP.finditer(text, start, match.end()):
            yield start, gap.start()
            start = gap.end()
        end = start + len(
            text[start : match.end()].rstrip(" \t\u00a0\u2009\u202f()./-\u2010\u2011\u2012\u2013\u2014\u2015")
        )
        if end > start:
            yield start, end


def digits(text: str) -> str:
    """The decimal digits of a text, of any script, as ASCII.

    >>> digits("+44 (0)20")
    '44020'
    """
    found = _NOT_DIGIT.sub("", text)
    return found if found.isascii() else "".join(str(int(digit)) for digit in found)


def is_luhn(number: str) -> bool:
    """Whether ASCII digits end in their Luhn check digit (ISO/IEC 7812-1, annex B).

    >>> is_luhn("4111111111111111"), is_luhn("4111111111111112")
    (True, False)
    """
    doubled = (sum(divmod(2 * int(digit), 10)) for digit in number[-2::-2])
    return (sum(map(int, number[-1::-2])) + sum(doubled)) % 10 == 0


def is_iban(code: str) -> bool:
    """Whether a code without spaces is an IBAN: its country's length and the ISO 7064 mod 97-10 check.

    >>> is_iban("GB82WEST12345698765432"), is_iban("GB82WEST12345698765431")
    (True, False)
    """
    code = code.upper()
    if not (code.isascii() and code.isalnum()) or _IBAN_CHARS.get(code[:2]) != len(code):
        return False
    return int("".join(str(int(char, 36)) for char in code[4:] + code[:4])) % 97 == 1


def _before(text: str, start: int) -> str:
    return text[max(0, start - CONTEXT_CHARS) : start]


def _in_a_row(text: str, start: int, end: int) -> bool:
    """Whether spaced groups go on on either side, as in a table of numbers."""
    return text[max(0, start - 2) : start - 1].isdigit() or text[end + 1 : end + 2].isdigit()


def cards(text: str, start: int, end: int) -> Iterator[Found]:
    """Payment card numbers in a run: Luhn digit, with a brand's prefix and length or beside a word such as "card"."""
    for match in _CARD.finditer(text, start, end):
        number = digits(match[0])
        if not is_luhn(number) or len(set(number)) == 1 or (" " in match[0] and _in_a_row(text, *match.span())):
            continue
        branded = len(number) >= 14 and _ISSUER.fullmatch(number)
        if branded or _CARD_WORD.search(_before(text, match.start())):
            yield match.start(), match.end(), 1.0


def social_security_numbers(text: str, start: int, end: int) -> Iterator[Found]:
    """US social security numbers in a run; without hyphens only beside the words, never a number that is not issued."""
    for match in _SSN.finditer(text, start, end):
        area, separator, group, serial = match.groups()
        if area in ("000", "666") or area[0] == "9" or group == "00" or serial == "0000":
            continue
        named = _SSN_WORD.search(_before(text, match.start()))
        if (named or separator == "-") and area + group + serial not in _SPECIMEN_SSN:
            yield match.start(), match.end(), 0.85 if named else 0.6


def ipv4_addresses(text: str, start: int, end: int, *, public_only: bool) -> Iterator[Found]:
    """IPv4 addresses in a run that are no part of a longer dotted number and follow no word such as "version"."""
    for match in _IPV4.finditer(text, start, end):
        try:
            address = IPv4Address(match[0])
        except AddressValueError:
            continue
        after = text[match.end() : match.end() + 1]
        if (after.isascii() and (after.isalnum() or after == "_")) or _VERSION.search(_before(text, match.start())):
            continue
        if address.is_global or not public_only:
            yield match.start(), match.end(), 0.6


def ipv6_addresses(text: str, *, public_only: bool) -> Iterator[Found]:
    """IPv6 addresses; short forms only when they start as addresses in use do, since `a::b` is more often a program."""
    if "::" not in text and not _IPV6_GROUPS.search(text):
        return
    for match in _IPV6.finditer(text):
        first, _, rest = match[0].partition(":")
        if match[0].count(":") < 7 and (len(first) < 3 or not any(char.isdigit() for char in match[0]) or not rest):
            continue
        try:
            address = IPv6Address(match[0])
        except AddressValueError:
            continue
        if address.is_global or not public_only:
            yield match.start(), match.end(), 0.6


def ibans(text: str) -> Iterator[Found]:
    """IBANs, spaced or not, in either case."""
    for match in _IBAN.finditer(text):
        wanted = _IBAN_CHARS.get(match[0][:2].upper(), 0)
        kept = [place for place, char in enumerate(match[0]) if char not in " \u00a0"][:wanted]
        if not wanted or len(kept) < wanted:
            continue
        end = match.start() + kept[-1] + 1
        after = text[end : end + 1]
        if not (after.isascii() and after.isalnum()) and is_iban("".join(match[0][place] for place in kept)):
            yield match.start(), end, 1.0


def _is_dialled(piece: str, regions: tuple[str, ...]) -> bool:
    """Whether the numbering plan of one of the regions has this number."""
    import phonenumbers

    for region in regions:
        try:
            if phonenumbers.is_valid_number(phonenumbers.parse(piece, region)):
                return True
        except phonenumbers.NumberParseException:
            continue
    return False


def _phone_score(text: str, start: int, end: int, regions: tuple[str, ...]) -> float:
    """How sure a whole piece of a run is a phone number; 0 when it is not taken for one."""
    piece, before = text[start:end], _before(text, start)
    number = digits(piece)
    if not MIN_PHONE_DIGITS <= len(number) <= MAX_PHONE_DIGITS or len(set(number)) < 2:
        return 0.0
    if piece.lstrip("(").startswith(("+", "\uff0b")):
        doubtful = number[0] == "0" or piece[:2] == "+ "
        return 0.75 if len(number) >= (10 if doubtful else MIN_PHONE_DIGITS + 1) else 0.0
    if _DATE.match(piece) or _NO_PHONE_WORD.search(before[-20:]):
        return 0.0
    if _PHONE_WORD.search(before) or _PHONE_WORD_AFTER.match(text, end):
        return 0.75
    grouped = len(piece) > len(number)
    if _WEAK_PHONE_WORD.search(before) and grouped and not _THOUSANDS.match(piece.lstrip("(")):
        return 0.5
    if before[-1:] in tuple("-.,:$€£¥"):
        return 0.0
    if _NANP.fullmatch(piece):
        return 0.6 if not piece.replace(" ", "").isdigit() or _is_dialled(piece, ("US",)) else 0.0
    if not grouped or len(number) < 9:
        return 0.0
    return 0.4 if _TRUNK.fullmatch(piece) or (number[0] == "0" and _is_dialled(piece, regions)) else 0.0


def phones(text: str, start: int, end: int, *, regions: tuple[str, ...]) -> Iterator[Found]:
    """Phone numbers in a run: the whole run, else its pieces between wide separators, else the North American."""
    previous, following = text[start - 1 : start] if start else "", text[end : end + 1]
    two_in_a_row = previous.isdigit() and text[start] in "+\uff0b"
    if previous.isascii() and (previous.isalnum() or previous in tuple("_/=#%&@")) and not two_in_a_row:
        if previous.isalpha() and _RUN_ON.fullmatch(text, start, end) and _is_dialled(text[start:end], ("US",)):
            yield start, end, 0.6
        return
    if text[start] == "(" and text.find(")", start, end) < 0:
        start += 1
    extension = _EXTENSION.match(text, end)
    joined = not extension and following.isascii() and (following.isalnum() or following in tuple("_@=%"))
    score = _phone_score(text, start, end, regions)
    # "Phone 555 0147Map": extraction lost a line break; the word before decides, or a form that nothing else has.
    if joined and score < 0.75:
        score = 0.6 if following.isalpha() and _RUN_ON.fullmatch(text, start, end) else 0.0
    if score:
        yield start, extension.end() if extension else end, score
        return
    edges = [] if joined else [match.span() for match in _WIDE.finditer(text, start, end)]
    for left, right in zip([start, *(e for _, e in edges)], [*(s for s, _ in edges), end], strict=True):
        score = _phone_score(text, left, right, regions) if edges else 0.0
        if score:
            yield left, right, score
        else:
            yield from ((*match.span(), 0.6) for match in _NANP.finditer(text, left, right))
