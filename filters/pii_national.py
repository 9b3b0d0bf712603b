"""National numbers and wallets that prove themselves: a form, and a check digit where the number has one.

A number with a check digit scores 1; of those without one only the form is known, and they score a half. The entities
have Presidio's names. A test holds that Presidio finds the same; it brings 190 MB of spaCy, which these do not need.

Source: Real Decreto 1553/2005 and the table of letters of the Spanish ministry of the interior; Decreto ministeriale
23 dicembre 1976; HMRC's manual NIM39110; IRS Publication 1915; Bitcoin's base58check, and BIP 173 and 350.
"""

import re
from collections.abc import Callable, Iterator
from hashlib import sha256

from curate.filters.pii_kinds import NATIONAL, Places
from curate.filters.pii_numbers import apart

CHECKED, FORM_ONLY = 1.0, 0.5

_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_BASE58CHECK_BYTES = 25
_BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_BECH32_TERMS = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_BECH32_REST = (1, 0x2BC830A3)  # of an address by BIP 173, and by BIP 350
_NIF_LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE"
_FISCAL_ODD = dict(zip("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ",
                       (1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8,
                        12, 14, 16, 10, 22, 25, 24, 23), strict=True))  # fmt: skip


def _is_wallet(found: str) -> bool:
    return _is_bech32(found) if found.startswith("bc1") else _is_base58check(found)


def _is_base58check(address: str) -> bool:
    """Return whether the last four bytes are the head of the SHA-256 of the SHA-256 of those before."""
    number = 0
    for character in address:
        number = number * 58 + _BASE58.index(character)
    if number.bit_length() > 8 * _BASE58CHECK_BYTES:
        return False
    held = number.to_bytes(_BASE58CHECK_BYTES, "big")
    return sha256(sha256(held[:-4]).digest()).digest()[:4] == held[-4:]


def _is_bech32(address: str) -> bool:
    """Return whether the polynomial over prefix and data leaves one of the two known rests."""
    data = [_BECH32.find(character) for character in address[3:]]
    prefix = [*(ord(character) >> 5 for character in "bc"), 0, *(ord(character) & 31 for character in "bc")]
    rest = 1
    for value in (*prefix, *data):
        top = rest >> 25
        rest = (rest & 0x1FFFFFF) << 5 ^ value
        for place, term in enumerate(_BECH32_TERMS):
            rest ^= term if top >> place & 1 else 0
    return min(data) >= 0 and rest in _BECH32_REST


def _is_nif(found: str) -> bool:
    return found[-1] == _NIF_LETTERS[int(found[:-1].rstrip("-")) % len(_NIF_LETTERS)]


def _is_fiscal_code(found: str) -> bool:
    odd = sum(_FISCAL_ODD[character] for character in found[:-1:2])
    even = sum(int(c) if c.isdigit() else ord(c) - ord("A") for c in found[1:-1:2])
    return (odd + even) % 26 == ord(found[-1]) - ord("A")


_FORMS: dict[str, tuple[str, Callable[[str], bool] | None]] = {
    "CRYPTO": (r"bc1[a-z0-9]{25,59}|[13][a-km-zA-HJ-NP-Z1-9]{25,34}", _is_wallet),
    "ES_NIF": (r"\d{7,8}-?[A-Z]", _is_nif),
    "IT_FISCAL_CODE": (
        r"[A-Z]{6}\d\d[A-EHLMPR-T](?:[04][1-9]|[1256]\d|[37][01])[A-MZ]\d{3}[A-Z]",
        _is_fiscal_code,
    ),
    "UK_NINO": (
        r"(?!BG|GB|NK|KN|NT|TN|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d\d ?\d\d ?\d\d ?[A-D]",
        None,
    ),
    "US_ITIN": (r"9\d\d[ -](?:5\d|6[0-5]|7\d|8[0-8]|9[0-24-9])[ -]\d{4}", None),
}
ENTITIES = tuple(_FORMS)
_ANY = re.compile(rf"\b(?:{'|'.join(f'(?P<{entity}>{form})' for entity, (form, _) in _FORMS.items())})\b", re.ASCII)


def national_numbers(text: str, seen: Places, entities: frozenset[str]) -> Iterator[tuple[int, int, str, float]]:
    """Finds of those of `ENTITIES` that are in `entities`, as (start, end, entity, score).

    >>> from curate.filters.pii_scan import places
    >>> text = "DNI 12345678Z, not 12345678A; NINO AB 12 34 56 C"
    >>> found = national_numbers(text, places(text), frozenset(ENTITIES))
    >>> [(text[start:end], entity) for start, end, entity, _ in found]
    [('12345678Z', 'ES_NIF'), ('AB 12 34 56 C', 'UK_NINO')]
    """
    for match in apart(_ANY, text, seen[NATIONAL]) if entities.intersection(ENTITIES) else ():
        entity = str(match.lastgroup)
        check = _FORMS[entity][1]
        if entity in entities and (check is None or check(match[0])):
            yield match.start(), match.end(), entity, FORM_ONLY if check is None else CHECKED
