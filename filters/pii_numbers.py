"""Recognisers for what is written in digits: card, US social security number, IP address, IBAN.

All start from runs of digits and separators, cut where neither continues, so no match ends inside a number. Checksums
decide where there are any; elsewhere the format, and words such as "phone" nearby.
"""

import re
from collections.abc import Iterator, Sequence
from ipaddress import AddressValueError, IPv4Address, IPv6Address, ip_address, ip_network

from curate.filters.pii_kinds import IBAN, IPV6, RUN, Places

Found = tuple[int, int, float]  # start, end, score

CONTEXT_CHARS = 40
MIN_CHARS = 7  # of a run that can be a phone, card or social security number

_SEPARATORS = r" \t\u00a0\u2009\u202f()./\-\u2010-\u2015"
_GAP = re.compile(rf"[{_SEPARATORS}]{{4,}}|[ .\-/(]*\t[ .\-/)]*")  # a tab parts the cells of a table
_NOT_DIGIT = re.compile(r"\D+")

_IPV4 = re.compile(r"(?<![\w.])(?<!\w[\-/])\d{1,3}(?:\.\d{1,3}){3}(?!\w|\.\d|-\d)", re.ASCII)
_IPV6 = re.compile(r"(?<![\w:.])[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}(?:\.\d{1,3}){0,3}(?![\w:]|\.\d)", re.ASCII)
_VERSION = re.compile(
    r"(?:\bv|versions?|release|build|firmware|rev\.?|section|chapter|figure|table)[\s:]*\Z", re.IGNORECASE
)
_IP_WORD = re.compile(
    r"\b(?:ips?|ipv4|addr(?:ess)?|host|server|ping|inet|gateway|dns|node|proxy|client|from|user|visitor|via|nameserver)\b",
    re.IGNORECASE,
)
_RESOLVERS = frozenset(
    map(
        ip_address,
        """8.8.8.8 8.8.4.4 1.1.1.1 1.0.0.1 9.9.9.9 149.112.112.112 208.67.222.222 208.67.220.220 4.2.2.1 4.2.2.2
        94.140.14.14 94.140.15.15 76.76.2.0 76.76.10.0 64.6.64.6 64.6.65.6 185.228.168.9 77.88.8.8 114.114.114.114
        223.5.5.5 255.255.255.255 255.255.255.0 255.255.0.0 255.0.0.0 2001:4860:4860::8888 2001:4860:4860::8844
        2606:4700:4700::1111 2606:4700:4700::1001 2620:fe::fe 2620:119:35::35""".split(),
    )
)
_LOCAL_NETWORKS = tuple(map(ip_network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7")))
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
_IBAN = re.compile(r"[0-9](?<=(?<![A-Za-z0-9])[A-Za-z]{2}[0-9])[0-9](?:[ \u00a0]?[A-Za-z0-9]){11,40}")
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


def _with_sign(text: str, start: int) -> int:
    """Return where a run starts with the `+` and the bracket before its first digit."""
    if text[max(0, start - 2) : start] == "+ ":
        return start - 2
    for _ in range(2):
        start -= start > 0 and text[start - 1] in "+(\uff0b"
    return start


def runs(text: str, seen: Places) -> Iterator[tuple[int, int]]:
    """Spans of digits held together by at most three separators each, in stretches of seven digits or three dots."""
    for first, done in seen[RUN]:
        start = _with_sign(text, first)
        for gap in _GAP.finditer(text, start, done):
            yield start, gap.start()
            start = gap.end()
        end = start + len(text[start:done].rstrip(" \t\u00a0\u2009\u202f()./-\u2010\u2011\u2012\u2013\u2014\u2015"))
        if end > start:
            yield start, end


def apart(pattern: re.Pattern[str], text: str, places: Sequence[tuple[int, int]]) -> Iterator[re.Match[str]]:
    """Matches of a pattern that start at some places, without those inside an earlier one."""
    done = 0
    for place, _ in places:
        match = pattern.match(text, place) if place >= done else None
        if match:
            done = match.end()
            yield match


def digits(text: str) -> str:
    """The decimal digits of a text, of any script, as ASCII.

    >>> digits("+44 (0)20")
    '44020'
    """
    found = _NOT_DIGIT.sub("", text)
    return found if found.isascii() else "".join(str(int(digit)) for digit in found)


def is_luhn(number: str) -> bool:
    """Return whether ASCII digits end in their Luhn check digit (ISO/IEC 7812-1, annex B).

    >>> is_luhn("4111111111111111"), is_luhn("4111111111111112")
    (True, False)
    """
    doubled = (sum(divmod(2 * int(digit), 10)) for digit in number[-2::-2])
    return (sum(map(int, number[-1::-2])) + sum(doubled)) % 10 == 0


def is_iban(code: str) -> bool:
    """Return whether a code without spaces is an IBAN: its country's length and the ISO 7064 mod 97-10 check.

    >>> is_iban("GB82WEST12345698765432"), is_iban("GB82WEST12345698765431")
    (True, False)
    """
    code = code.upper()
    if not (code.isascii() and code.isalnum()) or _IBAN_CHARS.get(code[:2]) != len(code):
        return False
    return int("".join(str(int(char, 36)) for char in code[4:] + code[:4])) % 97 == 1


def before(text: str, start: int) -> str:
    """The characters before a place in which a word may name what stands there."""
    return text[max(0, start - CONTEXT_CHARS) : start]


def _in_a_row(text: str, start: int, end: int) -> bool:
    """Return whether spaced groups go on on either side, as in a table of numbers."""
    return text[max(0, start - 2) : start - 1].isdigit() or text[end + 1 : end + 2].isdigit()


def cards(text: str, start: int, end: int) -> Iterator[Found]:
    """Payment card numbers in a run: Luhn digit, with a brand's prefix and length or beside a word such as "card"."""
    for match in _CARD.finditer(text, start, end):
        number = digits(match[0])
        if not is_luhn(number) or len(set(number)) == 1 or (" " in match[0] and _in_a_row(text, *match.span())):
            continue
        branded = len(number) >= 14 and _ISSUER.fullmatch(number)
        if branded or _CARD_WORD.search(before(text, match.start())):
            yield match.start(), match.end(), 1.0


def social_security_numbers(text: str, start: int, end: int) -> Iterator[Found]:
    """US social security numbers in a run; without hyphens only beside the words, never a number that is not issued."""
    for match in _SSN.finditer(text, start, end):
        area, separator, group, serial = match.groups()
        if area in ("000", "666") or area[0] == "9" or group == "00" or serial == "0000":
            continue
        named = _SSN_WORD.search(before(text, match.start()))
        if (named or separator == "-") and area + group + serial not in _SPECIMEN_SSN:
            yield match.start(), match.end(), 0.85 if named else 0.6


def _is_nobodys(address: IPv4Address | IPv6Address) -> bool:
    """Return whether an address is a machine's own, of a local network, or a resolver's that everybody types."""
    return (
        address in _RESOLVERS
        or address.is_loopback
        or address.is_link_local
        or address.is_multicast
        or address.is_unspecified
        or any(address in network for network in _LOCAL_NETWORKS if network.version == address.version)
    )


def ipv4_addresses(text: str, start: int, end: int, *, public_only: bool) -> Iterator[Found]:
    """IPv4 addresses in a run that are no part of a longer dotted number and no version.

    A version is named so, or has six digits or fewer and no word such as "host" beside it.
    """
    for match in _IPV4.finditer(text, start, end):
        try:
            address = IPv4Address(match[0])
        except AddressValueError:
            continue
        after, ahead = text[match.end() : match.end() + 1], before(text, match.start())
        if (after.isascii() and (after.isalnum() or after == "_")) or _VERSION.search(ahead):
            continue
        if address.packed[0] == 0 or (len(match[0]) < 10 and not _IP_WORD.search(ahead)) or _is_nobodys(address):
            continue
        if address.is_global or not public_only:
            yield match.start(), match.end(), 0.6


def ipv6_addresses(text: str, seen: Places, *, public_only: bool) -> Iterator[Found]:
    """IPv6 addresses; short forms only when they start as addresses in use do, since `a::b` is more often a program."""
    for match in _IPV6.finditer(text) if seen[IPV6] else ():
        first, _, rest = match[0].partition(":")
        if match[0].count(":") < 7 and (len(first) < 3 or not any(char.isdigit() for char in match[0]) or not rest):
            continue
        try:
            address = IPv6Address(match[0])
        except AddressValueError:
            continue
        if not _is_nobodys(address) and (address.is_global or not public_only):
            yield match.start(), match.end(), 0.6


def ibans(text: str, seen: Places) -> Iterator[Found]:
    """IBANs, spaced or not, in either case."""
    for match in apart(_IBAN, text, seen[IBAN]):
        start = match.start() - 2
        wanted = _IBAN_CHARS.get(text[start : start + 2].upper(), 0)
        kept = [place for place in range(start, match.end()) if text[place] not in " \u00a0"][:wanted]
        if not wanted or len(kept) < wanted:
            continue
        end = kept[-1] + 1
        after = text[end : end + 1]
        if not (after.isascii() and after.isalnum()) and is_iban("".join(text[place] for place in kept)):
            yield start, end, 1.0
