"""Cuts words as other tools do, between white space or by the Unicode rules; compiled."""

from typing import Any

import numpy as np

from curate.filters import characters as ch
from curate.filters.compiled import inner, kernel, maker
from curate.filters.hashing import BASE

UNDERSCORE = 95


@kernel
def read(codes: Any, classes: Any) -> Any:
    """Return what every character is, the running sums of `filters.hashing`, and where line breaks are.

    Returns uint32[characters], none for code points past the table; uint64[characters + 1]; int64[line breaks].
    """
    flags, sums = np.zeros(len(codes), dtype=np.uint32), np.empty(len(codes) + 1, dtype=np.uint64)
    breaks = np.empty(len(codes), dtype=np.int64)
    value, count = np.uint64(0), 0
    sums[0] = value
    for i in range(len(codes)):
        if codes[i] < ch.LIMIT:
            flags[i] = classes[codes[i]]
        if flags[i] & ch.LINE_BREAK:
            breaks[count], count = i, count + 1
        value = value * BASE + np.uint64(codes[i]) + np.uint64(1)
        sums[i + 1] = value
    return flags, sums, breaks[:count].copy()


@inner
def put(out: Any, count: Any, start: Any, end: Any) -> Any:
    """Write one word; the new number of words."""
    out[2 * count], out[2 * count + 1] = start, end
    return count + 1


@maker
def unzip(out: Any, count: Any) -> Any:
    """Pairs of bounds as two arrays: (starts, ends), int64[count] each."""
    starts, ends = np.empty(count, dtype=np.int64), np.empty(count, dtype=np.int64)
    for i in range(count):
        starts[i], ends[i] = out[2 * i], out[2 * i + 1]
    return starts, ends


@kernel
def split_spaces(flags: Any) -> Any:
    """Bounds of the runs of non-space characters, as `str.split()` gives: (starts, ends), int64[words] each."""
    out = np.empty(2 * len(flags), dtype=np.int64)
    count = i = np.int64(0)
    while i < len(flags):
        start = i
        while i < len(flags) and not flags[i] & ch.SPACE:
            i += 1
        if i > start:
            count = put(out, count, start, i)
        i += 1
    return unzip(out, count)


@inner
def joins(codes: Any, flags: Any, at: Any) -> Any:
    """Return whether a mark stands between two letters or two digits and holds them together, as in don't and 3.14."""
    code, before, after = codes[at], flags[at - 1], flags[at + 1]
    both = code == 39 or code == 46 or code == 0x2019  # ' . ’
    if before & after & ch.LETTER and not (before | after) & ch.ALONE:
        return both or code == 58 or code == 0xB7  # : ·
    return before & after & ch.DIGIT_ANY != 0 and (both or code == 44 or code == 59)  # , ;


@kernel
def split_unicode(codes: Any, flags: Any) -> Any:
    """Bounds of the words by the Unicode rules (UAX 29, the main ones) that start with a letter or digit."""
    size = len(codes)
    out = np.empty(2 * size, dtype=np.int64)
    count = i = np.int64(0)
    while i < size:
        start, alone = i, flags[i] & ch.ALONE
        if not flags[i] & ch.ALNUM and codes[i] != UNDERSCORE:
            i += 1
            continue
        i += 1
        while i < size and (flags[i] & ch.EXTENDS or (not alone and not flags[i] & ch.ALONE and (
            flags[i] & ch.ALNUM or codes[i] == UNDERSCORE or (i + 1 < size and joins(codes, flags, i))
        ))):  # fmt: skip
            i += 1
        if codes[start] != UNDERSCORE:
            count = put(out, count, start, i)
    return unzip(out, count)
