"""Character references (HTML standard 13.2.5.72 to 80) decoded while a page is read, once and within bounds."""

from html.entities import html5
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from curate.extract.byte_hashes import BASIS, Hashes, Numbers, hash_bytes, look_up, mix, table_of
from curate.extract.compiling import borrowing

Bytes: TypeAlias = NDArray[np.uint8]

LONGEST_NAME = max(map(len, html5))
LONGEST_BARE = max(len(name) for name in html5 if not name.endswith(";"))
_NAMES = sorted(html5)
_EXPANSIONS = [html5[name].encode() for name in _NAMES]

# Names keep their semicolon: the few that may go without one are entries of their own.
KEYS, VALUES = table_of({hash_bytes(name.encode()): n for n, name in enumerate(_NAMES)}, 13)
STARTS = np.cumsum([0] + [len(text) for text in _EXPANSIONS]).astype(np.int32)
EXPANSIONS = np.frombuffer(b"".join(_EXPANSIONS), np.uint8)

# 13.2.5.80: numbers 0x80 to 0x9F mean windows-1252.
WINDOWS_1252 = np.array(
    [ord(bytes([byte]).decode("cp1252", "ignore") or chr(byte)) for byte in range(0x80, 0xA0)], np.int64
)
NO_CODE_POINT = -1


@borrowing
def _is_alphanumeric(byte: int) -> bool:
    return 48 <= byte <= 57 or 65 <= byte <= 90 or 97 <= byte <= 122


@borrowing
def named(html: Bytes, at: int, end: int, keys: Hashes, values: Numbers) -> tuple[int, int]:
    """The entity whose name begins at `at`: its row and the position after it, or (-1, at).

    The longest name wins (13.2.5.73); without a semicolon only the short legacy names are tried.
    """
    value, best, best_end = BASIS, -1, at
    stop = min(end, at + LONGEST_NAME)
    for i in range(at, stop):
        byte = html[i]
        if byte == 59:
            row = look_up(keys, values, mix(value, byte))
            return (row, i + 1) if row >= 0 else (best, best_end)
        if not _is_alphanumeric(byte):
            break
        value = mix(value, byte)
        if i - at < LONGEST_BARE:
            row = look_up(keys, values, value)
            if row >= 0:
                best, best_end = row, i + 1
    return best, best_end


@borrowing
def _digit(byte: int, base: int) -> int:
    if 48 <= byte <= 57:
        return byte - 48
    lower = byte | 32
    if base == 16 and 97 <= lower <= 102:
        return lower - 87
    return -1


@borrowing
def numeric(html: Bytes, at: int, end: int, windows_1252: NDArray[np.int64]) -> tuple[int, int]:
    """The code point of a numeric reference whose `#` is at `at`, and the position after it, or (-1, at)."""
    base, i = 10, at + 1
    if i < end and html[i] | 32 == 120:
        base, i = 16, i + 1
    first, code = i, 0
    while i < end:
        digit = _digit(html[i], base)
        if digit < 0:
            break
        code = min(code * base + digit, 0x110000)
        i += 1
    if i == first:
        return NO_CODE_POINT, at
    if i < end and html[i] == 59:
        i += 1
    if 0x80 <= code < 0xA0:
        code = windows_1252[code - 0x80]
    if code == 0 or code > 0x10FFFF or 0xD800 <= code < 0xE000:
        code = 0xFFFD
    return code, i
