"""Features of wording: words, pairs of words, patterns of small words, and how lines begin and end; compiled.

Each feature is a slot in one of four tables of 2**18, by a hash. Patterns are runs of four tokens in which every
content word is a blank: they show whether the words stand in the order of sentences, whatever they are about.
"""

from typing import Any

import numpy as np

from curate.classifiers.form import STOP, share
from curate.classifiers.tokens import LINE_END, WORD
from curate.filters.compiled import inner, kernel
from curate.filters.hashing import look_up, slot_of

BITS = 18
TABLES = ("words", "pairs", "patterns", "edges")
SLOTS = len(TABLES) << BITS
PAIR, THIRD, EDGE_LEFT, EDGE_RIGHT, EDGE_PAIR = (
    np.uint64(odd) for odd in (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0x27D4EB2F165667C5,
                               0x85EBCA77C2B2AE63)
)  # fmt: skip
BLANK_WORD, LINE_BREAK = np.uint64(0x51ED270B), np.uint64(0x2545F491)
ROTATE, BACK = np.uint64(23), np.uint64(41)
SHORT_EDGE, LONG_EDGE = 40, 120  # characters of a line: how it begins means another thing in a short line


@inner
def joined(left: Any, right: Any, factor: Any) -> Any:
    """A hash of two hashes, in this order."""
    return ((left << ROTATE) | (left >> BACK)) * factor ^ right


@inner
def slot(table: Any, value: Any) -> Any:
    """The slot of a hash in a table."""
    return np.int32((table << BITS) | slot_of(value * PAIR + np.uint64(1), BITS))


@inner
def skeleton(hashes: Any, kinds: Any, i: Any, small: Any) -> Any:
    """A token as patterns see it: a content word is a blank."""
    if kinds[i] == WORD:
        return hashes[i] if look_up(small, hashes[i]) & STOP else BLANK_WORD
    return LINE_BREAK if kinds[i] == LINE_END else hashes[i]


@inner
def seen(hashes: Any, kinds: Any, i: Any) -> Any:
    """A token as words and pairs see it."""
    return LINE_BREAK if kinds[i] == LINE_END else hashes[i]


@kernel
def slots(hashes: Any, kinds: Any, starts: Any, ends: Any, small: Any) -> Any:
    """The slots of all features of a text, with repeats, int32[features], and where each table's begin, int64[5]."""
    size = len(kinds)
    out, bounds = np.empty(6 * size + 8, np.int32), np.zeros(5, np.int64)
    for i in range(size):
        out[i] = slot(0, seen(hashes, kinds, i))
    bounds[1] = size
    count = size
    for i in range(size - 1):
        out[count] = slot(1, joined(seen(hashes, kinds, i), seen(hashes, kinds, i + 1), PAIR))
        count += 1
    bounds[2] = count
    a = b = c = np.uint64(0)
    for i in range(size):
        d = skeleton(hashes, kinds, i, small)
        if i >= 3:
            out[count] = slot(2, joined(joined(a, b, PAIR), joined(c, d, THIRD), PAIR))
            count += 1
        a, b, c = b, c, d
    bounds[3] = count
    first = 0
    for i in range(size):
        if kinds[i] != LINE_END:
            continue
        chars = ends[i] - starts[i]
        length = np.uint64(1 if chars < SHORT_EDGE else 2 if chars < LONG_EDGE else 3)
        left, right = hashes[first], hashes[i - 1]
        out[count] = slot(3, joined(left, length, EDGE_LEFT))
        out[count + 1] = slot(3, joined(right, length, EDGE_RIGHT))
        count += 2
        if i - first > 1:
            out[count] = slot(3, joined(joined(left, hashes[first + 1], PAIR), length, EDGE_PAIR))
            count += 1
        first = i + 1
    bounds[4] = count
    return out[:count], bounds


@kernel
def count_slots(found: Any, bounds: Any, room: Any) -> Any:
    """Distinct slots in the order they first occur, int32[d], their counts, int32[d], and bounds of tables, int64[5].

    `room` is int32[SLOTS], all zero; it is so again afterwards.
    """
    which, counts, tables = np.empty(len(found), np.int32), np.empty(len(found), np.int32), np.zeros(5, np.int64)
    count = 0
    for table in range(4):
        for k in range(bounds[table], bounds[table + 1]):
            if room[found[k]] == 0:
                which[count], count = found[k], count + 1
            room[found[k]] += 1
        tables[table + 1] = count
    for k in range(count):
        counts[k] = room[which[k]]
        room[which[k]] = 0
    return which[:count], counts[:count], tables


@kernel
def repeat_form(counts: Any, tables: Any, bounds: Any) -> Any:
    """The numbers of `form.REPEATS`, float64[5]: what share of words, pairs and patterns is distinct, and so on."""
    out, once, most = np.zeros(5), 0, 0
    for table in range(3):
        out[table] = share(tables[table + 1] - tables[table], bounds[table + 1] - bounds[table])
    for k in range(tables[0], tables[1]):
        once, most = once + (counts[k] == 1), max(most, counts[k])
    out[3], out[4] = share(once, tables[1]), share(most, bounds[1])
    return out
