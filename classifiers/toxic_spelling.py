"""How words hide in what is written, for `toxic_reading`: letters masked or replaced, stems, addresses; compiled."""

from typing import Any

import numpy as np

from curate.classifiers.tokens import LINE_END, MARK, WORD
from curate.filters.compiled import inner
from curate.filters.hashing import BASE, hash_word, look_up

AMPERSAND, AT, STAR, SEMICOLON, DOT, SPACE = 38, 64, 42, 59, 46, 32
QUESTION, COMMA, HASH, DOLLAR, PERCENT = 63, 44, 35, 36, 37
MIN_STEM, MAX_STEM, MAX_DISGUISED = 4, 8, 14
_URL = (hash_word("http"), hash_word("https"), hash_word("www"))
HTTP, HTTPS, WWW = (np.uint64(value) for value in _URL)


@inner
def glued(codes: Any, starts: Any, ends: Any, kinds: Any, j: Any) -> Any:
    """Return whether a token stands on without a space after the one before."""
    return kinds[j] != LINE_END and (starts[j] == ends[j - 1] or codes[ends[j - 1]] > SPACE)


@inner
def skip_address(codes: Any, hashes: Any, kinds: Any, starts: Any, ends: Any, i: Any) -> Any:
    """Where reading goes on after an address, an account or a character reference that begins at `i`; `i` if none."""
    size, mark = len(kinds), hashes[i] - np.uint64(1)
    address = kinds[i] == WORD and (hashes[i] == HTTP or hashes[i] == HTTPS or hashes[i] == WWW)
    account = kinds[i] == MARK and mark == AT
    j = i + 1
    if address or account:
        while j < size and glued(codes, starts, ends, kinds, j) and (address or kinds[j] != MARK):
            j += 1
        return j if address or j > i + 1 else i
    if kinds[i] == MARK and mark == AMPERSAND:
        while j < min(i + 4, size) and glued(codes, starts, ends, kinds, j):
            if kinds[j] == MARK and hashes[j] - np.uint64(1) == SEMICOLON:
                return j + 1
            j += 1
    return i


@inner
def is_masked(codes: Any, starts: Any, ends: Any, kinds: Any, i: Any) -> Any:
    """Return whether a word goes on after asterisks or the like, as in f**k: the mark hides a letter."""
    if i + 1 >= len(kinds) or kinds[i + 1] != WORD or ends[i] - starts[i] > 3 or ends[i + 1] - starts[i + 1] > 8:
        return False
    gap = starts[i + 1] - ends[i]
    if gap < 1 or gap > 4:
        return False
    for k in range(ends[i], starts[i + 1]):
        if codes[k] not in (STAR, HASH, DOLLAR, PERCENT, AT):
            return False
    return ends[i + 1] >= len(codes) or codes[ends[i + 1]] != DOT or codes[ends[i]] != AT


@inner
def undisguised(codes: Any, start: Any, letters: Any, table: Any, coarse: Any) -> Any:
    """A word written with digits or marks for letters, as in sh1t: its hash and where it ends; 0, 0 if it is none."""
    value, i = np.uint64(0), start
    while i < len(codes) and i - start < MAX_DISGUISED and codes[i] < 128 and letters[codes[i]]:
        value = value * BASE + np.uint64(letters[codes[i]]) + np.uint64(1)
        i += 1
    if i - start > 2 and (i == len(codes) or codes[i] <= SPACE or codes[i] in (DOT, COMMA, QUESTION)):
        group = look_up(table, value)
        if group > 0 and coarse[group]:
            return value, i
    return np.uint64(0), 0


@inner
def stem_class(codes: Any, start: Any, end: Any, stems: Any) -> Any:
    """The class of a word that begins or ends with a listed stem, as in fuckwit; 0 if none."""
    value = np.uint64(0)
    for i in range(start, min(start + MAX_STEM, end)):
        value = value * BASE + np.uint64(codes[i] | 32) + np.uint64(1)
        if i - start >= MIN_STEM - 1:
            found = look_up(stems, value) & 255
            if found:
                return found
    value, power = np.uint64(0), np.uint64(1)
    for i in range(end - 1, max(end - MAX_STEM, start) - 1, -1):
        value, power = value + power * (np.uint64(codes[i] | 32) + np.uint64(1)), power * BASE
        if end - i >= MIN_STEM:
            found = look_up(stems, value) >> 8
            if found:
                return found
    return 0
