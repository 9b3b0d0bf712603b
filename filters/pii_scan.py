"""Where in a text personal data can stand at all: one compiled pass, so that patterns are tried at those places alone.

Most texts have no place of most kinds, and then a recogniser costs nothing. A place is where the recogniser's pattern
starts, or the number it is about; the pattern decides. What a pattern would take is never left out.
"""

from collections.abc import Iterable
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from curate.filters import characters as ch
from curate.filters import pii_near_numbers as near
from curate.filters.compiled import inner, kernel
from curate.filters.pii_address_words import OPENS, address_words, mark_kinds
from curate.filters.pii_kinds import (
    API_KEY,
    AT,
    AT_IN_BRACKETS,
    AT_IN_WORDS,
    IBAN,
    IN_URL,
    IPV6,
    KEY_STARTS,
    KINDS,
    MASKED,
    NAMED,
    NAMES,
    NATIONAL,
    NUMBER,
    PASSWORD,
    PASSWORD_WORDS,
    RUN,
    SAME_LETTERS,
    Places,
)
from curate.filters.pii_near_numbers import class_of, is_mark
from curate.filters.pii_starts import (
    BLANK,
    BUCKETS,
    COLON,
    HYPHEN,
    UNDERSCORE,
    at_in_brackets,
    at_in_words,
    begun,
    char,
    is_ascii_alnum,
    is_iban,
    is_ipv6,
    is_mask,
    is_national,
    run_end,
)

FOLDED = 0x2200  # code points from here on have no case that matters here
ROOM = 12  # the most places that one character can begin


@inner
def put(out: Any, count: Any, kind: Any, start: Any, end: Any) -> Any:
    """Write a place; the new number of places."""
    out[count, 0], out[count, 1], out[count, 2] = kind, start, end
    return count + 1


@inner
def begins_secret(code: Any) -> Any:
    """Return whether the name of a password, token, API key or signature in an address may begin so."""
    return code == 112 or code == 116 or code == 97 or code == 115


@inner
def at_mark(codes: Any, marks: Any, i: Any, out: Any, count: Any) -> Any:
    """Write what begins at a mark or a blank; the new number of places."""
    code = codes[i]
    if code == BLANK:
        following = char(codes, i + 1)
        if (following == 97 or following == 65 or following == 64) and at_in_words(codes, marks, i):
            count = put(out, count, AT_IN_WORDS, i, i + (3 if following == 64 else 4))
    elif code == 64:
        count = put(out, count, AT, i, i)
    elif (code == 63 or code == 38) and begins_secret(char(codes, i + 1)):  # ? &
        count = put(out, count, IN_URL, i, i)
    if (is_mark(code, marks, OPENS) or code == 38 or code == 0xFF20) and at_in_brackets(codes, i):
        count = put(out, count, AT_IN_BRACKETS, i, i)
    return count


@inner
def at_word(codes: Any, tables: Any, i: Any, previous: Any, out: Any, count: Any) -> Any:
    """Write what begins at the start of a word; the new number of places."""
    classes, folds, plain, _, words, keys, _ = tables
    code, before = codes[i], class_of(previous, classes)
    if not before & ch.ALNUM and previous != HYPHEN:
        found = begun(codes, folds, i, words)
        if found & 1:
            count = put(out, count, NAMED, i, i)
        if found & 2:
            count = put(out, count, PASSWORD, i, i)
    if not is_ascii_alnum(code):
        return at_umlaut(codes, i, previous, out, count)
    if not is_ascii_alnum(previous):
        if is_iban(codes, i):
            count = put(out, count, IBAN, i + 2, i + 2)
        if previous != UNDERSCORE:
            if previous != HYPHEN and begun(codes, plain, i, keys):
                count = put(out, count, API_KEY, i, i)
            if is_national(codes, i):
                count = put(out, count, NATIONAL, i, i)
    return count


@inner
def at_umlaut(codes: Any, i: Any, previous: Any, out: Any, count: Any) -> Any:
    """Write the way that Germans spell an `@` between blanks; the new number of places."""
    umlaut, blank = codes[i] == 0xE4 or codes[i] == 0xC4, previous == 32 or previous == 9
    behind = char(codes, i + 2)
    if umlaut and blank and char(codes, i + 1) | 32 == 116 and (behind == 32 or behind == 9):
        return put(out, count, AT_IN_BRACKETS, i, i)
    return count


@inner
def at_number(codes: Any, tables: Any, start: Any, end: Any, out: Any, count: Any) -> Any:
    """Write what a number, from its first digit to its last, may be; the new number of places."""
    classes, folds, _, streets, _, _, marks = tables
    if near.in_address(codes, classes, folds, streets, marks, start, end):
        count = put(out, count, NUMBER, start, end)
    if end - start == 4:
        before = char(codes, start - 1)
        if before == 32 or before == 45:
            before = char(codes, start - 2)
        if is_mask(before):
            count = put(out, count, MASKED, start, end)
    return count


@kernel
def scan(codes: Any, tables: Any) -> Any:  # noqa: C901 - compiled
    """Places in a text, int64[places, 3]: kind, start and end, in order of their starts; `tables` are those below.

    Of IPv6 addresses only the first is told: their pattern is tried everywhere or nowhere.
    """
    classes, size, count, run, colons = tables[0], len(codes), np.int64(0), np.int64(0), False
    out = np.empty((ROOM + 64, 3), np.int64)
    previous, digits = np.uint32(10), np.int64(0)  # the character before; where the number that was begun ends
    for i in range(size):
        code = codes[i]
        if 97 <= code <= 122 and (97 <= previous <= 122 or 65 <= previous <= 90):  # inside a word
            previous = code
            continue
        if count + ROOM > len(out):
            larger = np.empty((2 * len(out), 3), np.int64)
            for k in range(count):  # an assignment of slices would compile half of numba's strings
                larger[k, 0], larger[k, 1], larger[k, 2] = out[k, 0], out[k, 1], out[k, 2]
            out = larger
        flags = class_of(code, classes)
        if code == COLON:
            if not colons and is_ipv6(codes, i):
                count, colons = put(out, count, IPV6, i, i), True
        elif not flags & ch.ALNUM:
            count = at_mark(codes, tables[6], i, out, count)
        else:
            if flags & ch.DECIMAL and i >= digits:
                digits = np.int64(i + 1)
                while digits < size and class_of(codes[digits], classes) & ch.DECIMAL:
                    digits += 1
                count = at_number(codes, tables, i, digits, out, count)
                if i >= run:
                    run, wanted = run_end(codes, classes, tables[6], i)
                    if wanted:
                        count = put(out, count, RUN, i, run)
            if not (class_of(previous, classes) & ch.ALNUM and (code >= 128 or is_ascii_alnum(previous))):
                count = at_word(codes, tables, i, previous, out, count)
        previous = code
    return out[:count]


def _lower(code: int) -> int:
    return ord(chr(code).translate(SAME_LETTERS).lower())


def _listed(phrases: dict[str, int]) -> tuple[NDArray[Any], ...]:
    """Phrases and their bits as `begun` takes them: by their first three characters, each list a chain."""
    table = np.zeros((len(phrases), max(map(len, phrases))), np.uint32)
    heads, following = np.full(BUCKETS, -1, np.int64), np.full(len(phrases), -1, np.int64)
    for k, phrase in enumerate(phrases):
        table[k, : len(phrase)] = list(map(ord, phrase))
        bucket = (ord(phrase[0]) * 961 + ord(phrase[1]) * 31 + ord(phrase[2])) & (BUCKETS - 1)
        following[k] = heads[bucket]
        heads[bucket] = k
    return table, heads, following, np.array(list(phrases.values()), np.uint8)


def _bits(*lists: Iterable[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for place, words in enumerate(lists):
        for word in words:
            found[word] = found.get(word, 0) | 1 << place
    return found


@cache
def _tables() -> tuple[Any, ...]:
    folds, plain = np.array(list(map(_lower, range(FOLDED))), np.uint32), np.arange(128, dtype=np.uint32)
    words, keys = _listed(_bits(NAMES, PASSWORD_WORDS)), _listed(_bits(KEY_STARTS))
    return ch.classes(), folds, plain, address_words(), words, keys, mark_kinds()


def places(text: str) -> Places:
    """The places of a text by their kinds: for each of `KINDS` a list of (start, end), in order."""
    found: Places = [[] for _ in range(KINDS)]
    codes = np.array([text]).view(np.uint32)[: len(text)]
    for kind, start, end in zip(*scan(codes, _tables()).T.tolist(), strict=True):
        found[kind].append((start, end))
    return found
