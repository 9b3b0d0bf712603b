"""Recognisers for phone and fax numbers: international, national by the country's plan, North American, with letters.

A run of digits is taken whole, else its pieces between wide separators, else what is North American in it. Words such
as "phone" nearby decide for what could be anything. Crisis lines, emergency numbers and placeholders are no person's.
"""

import re
from collections.abc import Iterator

from curate.filters.pii_numbers import Found, before, digits

MIN_PHONE_DIGITS, MAX_PHONE_DIGITS = 7, 15  # local numbers; E.164

_NANP = re.compile(
    r"(?<![\d+])(?<!\d[.\-/])(?:1[\s.\-]?)?(?:\([2-9]\d\d\)[\s.\-]{0,2}|[2-9]\d\d[\s.\-\u2010-\u2015/]{1,3})"
    r"[2-9]\d\d[\s.\-\u2010-\u2015]{1,3}\d{4}(?!\d|[.\-/]\d)"
)
_PHONE_WORD = re.compile(
    r"(?:\b(?:tel|tél|t[eé]l[eé]?[fp]h?on\w*|(?:tele|smart|cell)?phones?|fax|telefax|mobi(?:le?|el)|mob|cell|handy|natel|hotline"
    r"|helpline|tlf|call|dial|ring|sms|texting|whats ?app|viber|voicemail|landline|desk"
    r"|toll[ -]?free|ph|paytm|bkash|gpay|contact n(?:umber|o\.?)|phone n(?:umber|o\.?)|тел\w*"
    r"|móvil|celular|telem[oó]vel|tfno|telefoon\w*|(?:main|direct|office) line|[ei]nquiries|inquiry line"
    r"|(?:gsm|cep|fijo)(?= ?[:.])|fone|n[uú]mero verde|rufnummer|komórka|моб\w*|τηλ\w*|κιν\w*"
    r"|điện thoại|đt|sđt|puh\w*)\b"
    r"|hotline\b|telefon\b|电话|電話|手机|手機|携帯|전화|휴대폰|연락처|โทร|هاتف|جوال|טלפון|☎|ＴＥＬ|📞|📱)"
    r"\D{0,32}\Z|(?:^|[\s(|•])(?:[TMFC](?:el)?\s?[:.]|(?-i:P)\s?[:.]|p:)\s{0,3}\Z",
    re.IGNORECASE,
)
_WEAK_PHONE_WORD = re.compile(
    r"\b(?:call\w*|text|messages?|messaging|answering|contact|reach|llám\w*|llame\w*|appelez\w*|chiama\w*|ligue\w*"
    r"|rufen sie"
    r"|anrufen|kontakt|звон\w*)\b",
    re.IGNORECASE,
)
_PHONE_WORD_AFTER = re.compile(
    r"[\s\-(,:]{1,3}(?:office|fax|mobile|cell|phone|home|work|tel|direct|desk)\b", re.IGNORECASE
)
_GLUED_WORD = re.compile(r"(?:tel|phone|fax|mob|mobile|call|cell)\Z", re.IGNORECASE)
_EXTENSION = re.compile(
    r"[\s,;(]{0,2}(?:x|ext|extn|extension|durchwahl|poste|int|anexo|ramal|#)[.:\s]{0,2}\d{1,6}\b", re.IGNORECASE
)
_NO_PHONE_WORD = re.compile(
    r"\b(?:isbn|issn|doi|ean|upc|gtin|asin|sku|order|invoice|patent|version|serial|vat|abn|page"
    r"|(?:licen[cs]e|permit|registration|part|model|lot|item|case|docket|ref)[ .]{0,2}(?:no|nr|num(?:ber)?|id|#))\W",
    re.IGNORECASE,
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
    r"|\(\d\d\) ?9?\d{4}-\d{4}|\(\+?\d{1,3}\)[ \-]?\d{10}|1[38]00[ \-]\d{3}[ \-]\d{3,4}"
)
# What is a phone number even where extraction lost the space before or behind it: "Contact us(415) 555-0100PO Box 7".
_RUN_ON = re.compile(
    r"(?:\+?1[.\-]?)?(?:\([2-9]\d\d\)[ .\-]{0,2}|[2-9]\d\d[.\-])[2-9]\d\d[.\-]\d{4}"
    r"|\+[1-9]\d{0,2}[ .\-(]{1,2}\d(?:[ .\-()]{0,2}\d){6,11}"
)
_THOUSANDS = re.compile(r"\d{1,3}(?:[. \u00a0\u202f]\d{3})+\Z")
_WIDE = re.compile(r"\s*/\s*|\s+[\-\u2010-\u2015]\s+|\s{2,}")
# "888.FAX.NUMBERS", "1-800-GO-ACME", "855-ABC-1881": a toll-free code, then letters for some of the digits.
_VANITY = re.compile(
    r"8(?:00|22|33|44|55|66|77|88)\)?[ .\-]{1,2}"
    r"(?=[\dA-Z.\-]{0,12}[A-Z]{3})[A-Z\d]{1,10}(?:[.\-][A-Z\d]{1,10}){0,3}(?![\w@])"
)
_VANITY_FRONT = re.compile(r"(?<![\w+.\-(])(?:\+?1[ .\-]?)?\(?\Z")
# What stands between two numbers of one owner: "(212) 555-0147 or 555-0148".
_CHAIN = re.compile(r"[ \t]{0,2}(?:,|;|/|&|\||•|·|or|and|oder|ou|o|y|e|et|und)?[ \t]{0,2}")
_LOCAL = re.compile(r"[2-9]\d\d[\-. ]\d{4}")
_ID_WORD = re.compile(
    r"\b(?:meeting|webinar|conference|event|access|participant) (?:id|code|no\.?|number)\W{0,3}\Z", re.IGNORECASE
)
_NO_ONES = re.compile(r"1?(?:555\d{7}|1?234567890|0?123456789\d?|1112223333|9999999999)")
# Crisis, emergency and child-protection lines of several countries: public, and worth keeping where they stand.
CRISIS_LINES = frozenset(
    """8002738255 8007997233 8007873224 8006564673 8664887386 8775658860 8006624357 8002221222 8004224453 8007862929
    8883737888 8009312237 8008435678 8009855990 8886289454 8007994889 8663319474 8005222600 8776968775 8004568255
    116123 116111 116117 116000 116006 08457909090 08000546 08001111 08001110111 08001110222 08000116016 08088002222
    08082000247 08085002222 08081689111 08088081677 0800555111 08006891717 131114 1300224636 1300659467 1800737732
    1800551800 0800543354 0508828865 0800376633 18334564566 8334564566 8006686868 3114 3919 024 112 911 988 999
    000 111
    """.split()
)


def _is_dialled(piece: str, regions: tuple[str, ...]) -> bool:
    """Return whether the numbering plan of one of the regions has this number."""
    import phonenumbers

    for region in regions:
        try:
            if phonenumbers.is_valid_number(phonenumbers.parse(piece, region)):
                return True
        except phonenumbers.NumberParseException:
            continue
    return False


def _is_nobodys(number: str, ahead: str) -> bool:
    """Return whether digits are a crisis line, a placeholder or the number of a meeting."""
    national = number.removeprefix("1") if len(number) == 11 else number
    return (
        len(set(number)) < 2
        or national in CRISIS_LINES
        or bool(_NO_ONES.fullmatch(number))
        or bool(_ID_WORD.search(ahead))
    )


def _phone_score(text: str, start: int, end: int, regions: tuple[str, ...], home: str) -> float:
    """Return how sure a whole piece of a run is a phone number; 0 when it is not taken for one."""
    piece, ahead = text[start:end], before(text, start)
    number = digits(piece)
    if not MIN_PHONE_DIGITS <= len(number) <= MAX_PHONE_DIGITS or _is_nobodys(number, ahead):
        return 0.0
    if piece.lstrip("(").startswith(("+", "\uff0b")):
        doubtful = number[0] == "0" or piece[:2] == "+ "
        return 0.75 if len(number) >= (10 if doubtful else MIN_PHONE_DIGITS + 1) else 0.0
    if _DATE.match(piece) or _NO_PHONE_WORD.search(ahead[-20:]):
        return 0.0
    if _PHONE_WORD.search(ahead) or _PHONE_WORD_AFTER.match(text, end):
        return 0.75
    return _score_by_form(piece, number, ahead, regions, home)


def _score_by_form(piece: str, number: str, ahead: str, regions: tuple[str, ...], home: str) -> float:
    """The score of a number without a leading `+` and without a word such as "phone" beside it."""
    grouped = len(piece) > len(number)
    mobile = number[0] == "0" and len(number) in (10, 11)
    if _WEAK_PHONE_WORD.search(ahead) and (grouped or mobile) and not _THOUSANDS.match(piece.lstrip("(")):
        return 0.5
    if ahead[-1:] in tuple("-.,:$€£¥"):
        return 0.0
    if _NANP.fullmatch(piece):
        return 0.6 if not piece.replace(" ", "").isdigit() or _is_dialled(piece, ("US",)) else 0.0
    if not grouped or len(number) < 8:
        return 0.0
    if _TRUNK.fullmatch(piece) and len(number) > 8:
        return 0.4
    if number[0] == "0" and len(number) > 8 and _is_dialled(piece, (home, *regions) if home else regions):
        return 0.4
    return 0.4 if home and not _THOUSANDS.match(piece) and _is_dialled(piece, (home,)) else 0.0


def _glued(text: str, start: int, end: int) -> bool:
    """Return whether a number behind a letter is one all the same: "Tel01234 567890", "Contact us(415) 555-0100"."""
    if not text[start - 1].isalpha() or _is_nobodys(digits(text[start:end]), before(text, start)):
        return False
    if _RUN_ON.fullmatch(text, start, end) and _is_dialled(text[start:end], ("US",)):
        return True
    return bool(_GLUED_WORD.search(text, max(0, start - 12), start)) and len(digits(text[start:end])) > 8


def phones(text: str, start: int, end: int, *, regions: tuple[str, ...], home: str = "") -> Iterator[Found]:
    """Phone numbers in a run: the whole run, else its pieces between wide separators, else the North American."""
    previous, following = text[start - 1 : start] if start else "", text[end : end + 1]
    two_in_a_row = previous.isdigit() and text[start] in "+\uff0b"
    if previous.isascii() and (previous.isalnum() or previous in tuple("_/=#%&@")) and not two_in_a_row:
        if _glued(text, start, end):
            yield start, end, 0.6
        return
    if text[start] == "(" and text.find(")", start, end) < 0:
        start += 1
    ten = _NANP.match(text, start, end)
    if ten and ten.end() < end and text[ten.end()] in " \u00a0" and len(digits(text[ten.end() : end])) > 1:
        yield from phones(text, start, ten.end(), regions=regions, home=home)  # "(207) 555-0100 50 State Street"
        start = ten.end() + 1
    extension = _EXTENSION.match(text, end)
    lettered = following == "-" and text[end + 1 : end + 2].isalpha()  # "1-800-273-TALK"
    joined = not extension and following.isascii() and (following.isalnum() or following in tuple("_@=%") or lettered)
    score = _phone_score(text, start, end, regions, home)
    # "Phone 555 0147Map": extraction lost a line break; the word before decides, or a form that nothing else has.
    if joined and score < 0.75:
        score = 0.6 if following.isalpha() and _RUN_ON.fullmatch(text, start, end) else 0.0
    if score:
        yield start, extension.end() if extension else end, score
        return
    edges = [] if joined else [match.span() for match in _WIDE.finditer(text, start, end)]
    yield from _pieces(text, start, end, edges, regions, home)


def _pieces(
    text: str, start: int, end: int, edges: list[tuple[int, int]], regions: tuple[str, ...], home: str
) -> Iterator[Found]:
    for left, right in zip([start, *(e for _, e in edges)], [*(s for s, _ in edges), end], strict=True):
        score = _phone_score(text, left, right, regions, home) if edges else 0.0
        if score:
            yield left, right, score
            continue
        for match in _NANP.finditer(text, left, right):
            ahead = before(text, match.start())
            if not _is_nobodys(digits(match[0]), ahead) and not _NO_PHONE_WORD.search(ahead[-20:]):
                yield (*match.span(), 0.6)


def next_phone(text: str, last: int, start: int, end: int) -> Iterator[Found]:
    """A number that is taken for one because it follows one that ended at `last`: "... or 555-0148"."""
    gap = _CHAIN.fullmatch(text, last, start) if 0 < start - last < 8 else None
    number = digits(text[start:end]) if gap else ""
    if not gap or _is_nobodys(number, before(text, start)):
        return
    if _LOCAL.fullmatch(text, start, end) or (9 <= len(number) <= 11 and number[0] == "0"):
        yield start, end, 0.5


def vanity_phones(text: str) -> Iterator[Found]:
    """Toll-free numbers with letters: "888.FAX.NUMBERS"."""
    for match in _VANITY.finditer(text):
        front = _VANITY_FRONT.search(text, max(0, match.start() - 8), match.start())
        keys = sum(map(str.isalnum, match[0]))
        if front and 9 <= keys <= 16 and digits(match[0]) not in ("18002738", "8002738", "1800273", "800273"):
            yield match.start() - len(front[0]), match.end(), 0.7
