"""What the toxicity model sees of a text: words, their classes, and what stands near them, chunk by chunk; compiled.

A chunk is about a sentence: one of a few words is read together with the next, a long one in pieces. Addresses, names
of accounts and character references are left out, so that a post reads the same here and on the site it was written
for. Names of groups are all one word. Every feature belongs to the word it ends at, so a chunk's score is a sum over
its words, and so is that of any window in it.
"""

from typing import Any

import numpy as np

from curate.classifiers.grams import PAIR, THIRD, joined
from curate.classifiers.tokens import LINE_END, MARK, WORD
from curate.filters.compiled import inner, kernel
from curate.filters.hashing import hash_word, look_up, slot_of

BITS = 18
MIN_WORDS, MAX_WORDS = 6, 32  # a shorter chunk is joined to the next, a longer one cut
MAX_FEATURES = 24  # of one word
NEAR, FAR = 2, 6  # words between two classes that are seen together
GROUP_CLASS = 1
GROUP = np.uint64(hash_word("groupname"))
BLANK, MASKED = np.uint64(0x51ED270B), np.uint64(0x7FEB352D)
AMPERSAND, AT, STAR, SEMICOLON, DOT, SPACE = 38, 64, 42, 59, 46, 32
QUESTION, EXCLAMATION, QUOTE = 63, 33, 34
_URL = (hash_word("http"), hash_word("https"), hash_word("www"))
HTTP, HTTPS, WWW = (np.uint64(value) for value in _URL)
RETWEET = np.uint64(hash_word("rt"))
TAGS = tuple(
    np.uint64(odd)
    for odd in (
        0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0x27D4EB2F165667C5, 0x85EBCA77C2B2AE63,
        0xD6E8FEB86659FD93, 0xA0761D6478BD642F, 0xE7037ED1A0B428DB, 0x8EBC6AF09C88C6E3,
    )
)  # fmt: skip
(
    WORD_TAG,
    WORDS_TAG,
    CLASS_TAG,
    PAIR_TAG,
    THREE_TAG,
    FOUR_TAG,
    TOGETHER_TAG,
    BEFORE_TAG,
    AFTER_TAG,
) = TAGS


@inner
def glued(codes: Any, starts: Any, ends: Any, kinds: Any, j: Any) -> Any:
    """Whether a token stands on without a space after the one before."""
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
    """Whether a word goes on after asterisks, as in f**k: the mark hides a letter."""
    if i + 1 >= len(kinds) or kinds[i + 1] != WORD or ends[i] - starts[i] > 3 or ends[i + 1] - starts[i + 1] > 8:
        return False
    gap = starts[i + 1] - ends[i]
    if gap < 1 or gap > 4:
        return False
    for k in range(ends[i], starts[i + 1]):  # noqa: SIM110 - numba compiles no generator
        if codes[k] != STAR:
            return False
    return True


@kernel
def words(  # noqa: C901
    codes: Any, hashes: Any, kinds: Any, starts: Any, ends: Any, table: Any, min_line: Any
) -> Any:
    """Words as the model reads them: value, uint64[n], class, int64[n], start and end, int64[n], and how each ends.

    How a word ends is 0 inside a sentence, 1 at the end of one, 2 at the end of a line. Marks that carry a tone count
    as words without letters: start and end are equal. Lines of fewer words than `min_line` are left out.
    """
    size = len(kinds)
    value, group = np.empty(size, np.uint64), np.empty(size, np.int64)
    begin, end, last = np.empty(size, np.int64), np.empty(size, np.int64), np.zeros(size, np.uint8)
    count = i = line = 0
    while i < size:
        after = skip_address(codes, hashes, kinds, starts, ends, i)
        if after > i:
            i = after
            continue
        kind = kinds[i]
        if kind == LINE_END:
            if count - line < min_line:
                count = line
            elif count > 0:
                last[count - 1] = 2
            line = count
        elif kind == MARK:
            mark = hashes[i] - np.uint64(1)
            apart = i + 1 >= size or kinds[i + 1] == LINE_END or starts[i + 1] > ends[i]
            if mark in (QUESTION, EXCLAMATION, QUOTE):
                value[count], group[count], begin[count], end[count] = hashes[i], 0, starts[i], starts[i]
                last[count] = 1 if apart and mark != QUOTE else 0
                count += 1
            elif mark == DOT and apart and count > 0:
                last[count - 1] = max(last[count - 1], 1)
        elif kind == WORD and hashes[i] != RETWEET:
            value[count], begin[count], end[count] = hashes[i], starts[i], ends[i]
            group[count], last[count] = look_up(table, hashes[i]), 0
            if is_masked(codes, starts, ends, kinds, i):
                value[count], group[count], end[count] = MASKED, 0, ends[i + 1]
                i += 1
            if group[count] == GROUP_CLASS:
                value[count] = GROUP
            if count == 0 or value[count] != GROUP or value[count - 1] != GROUP or last[count - 1] != 0:
                count += 1
            else:
                end[count - 1] = end[count]
        i += 1
    return value[:count], group[:count], begin[:count], end[:count], last[:count]


@kernel
def chunks(last: Any) -> Any:
    """Where chunks begin among the words, and the number of words at the end: int64[chunks + 1]."""
    size = len(last)
    out, count, first = np.zeros(size + 1, np.int64), 1, 0
    for i in range(size):
        long = i + 1 - first
        if (last[i] and long >= MIN_WORDS) or long >= MAX_WORDS:
            first = i + 1
            out[count], count = first, count + 1
    if first < size:
        if count > 1 and size - first < MIN_WORDS:
            out[count - 1] = size
        else:
            out[count], count = size, count + 1
    return out[:count]


@inner
def slot(tag: Any, value: Any) -> Any:
    """The slot of a feature of a kind."""
    return np.int32(slot_of((value ^ tag) * PAIR + np.uint64(1), BITS))


@inner
def seen_as(value: Any, group: Any, small: Any) -> Any:
    """A word as patterns see it: its class, itself where it is a small word or a mark, else a blank."""
    if group > 0:
        return np.uint64(group)
    return value if look_up(small, value) & 1 or value < np.uint64(128) else BLANK


@inner
def word_features(value: Any, group: Any, seen: Any, last: Any, t: Any, out: Any) -> Any:
    """Write the slots of what ends at a word into `out`; returns how many."""
    out[0] = slot(WORD_TAG, value[t])
    count = 1
    c = np.uint64(group[t])
    if c:
        out[count], count = slot(CLASS_TAG, c), count + 1
    if t < 1 or last[t - 1]:
        return count
    out[count] = slot(WORDS_TAG, joined(value[t - 1], value[t], PAIR))
    pair = joined(seen[t - 1], seen[t], PAIR)
    out[count + 1] = slot(PAIR_TAG, pair)
    count += 2
    if t > 1 and not last[t - 2]:
        three = joined(seen[t - 2], pair, THIRD)
        out[count], count = slot(THREE_TAG, three), count + 1
        if t > 2 and not last[t - 3]:
            out[count], count = slot(FOUR_TAG, joined(seen[t - 3], three, PAIR)), count + 1
    for d in range(1, min(FAR, t) + 1):
        if last[t - d]:
            break
        before, far = np.uint64(group[t - d]), np.uint64(d > NEAR)
        if before and c:
            out[count], count = slot(TOGETHER_TAG, joined(before, c, PAIR) + far), count + 1
        if d <= NEAR + 1 and before and not c:
            out[count], count = slot(BEFORE_TAG, joined(before, value[t], PAIR)), count + 1
        if d <= NEAR + 1 and c and not before:
            out[count], count = slot(AFTER_TAG, joined(value[t - d], c, PAIR)), count + 1
    return count


@kernel
def skeleton(value: Any, group: Any, small: Any) -> Any:
    """Each word as patterns see it, uint64[n]."""
    out = np.empty(len(value), np.uint64)
    for i in range(len(value)):
        out[i] = seen_as(value[i], group[i], small)
    return out


@kernel
def slots(value: Any, group: Any, seen: Any, last: Any) -> Any:
    """The slots of all words, int32[m], and where each word's begin, int64[n + 1]; for training."""
    size = len(value)
    out, bounds, room = (
        np.empty(MAX_FEATURES * size, np.int32),
        np.zeros(size + 1, np.int64),
        np.empty(MAX_FEATURES, np.int32),
    )
    total = 0
    for t in range(size):
        count = word_features(value, group, seen, last, t, room)
        out[total : total + count] = room[:count]
        total += count
        bounds[t + 1] = total
    return out[:total].copy(), bounds


@kernel
def sums(value: Any, group: Any, seen: Any, last: Any, weights: Any, room: Any) -> Any:
    """What the words of a text add up to, from the first on: int64[n + 1, heads]; `room` is int32[MAX_FEATURES]."""
    size, heads = len(value), weights.shape[1]
    out = np.zeros((size + 1, heads), np.int64)
    for t in range(size):
        count = word_features(value, group, seen, last, t, room)
        for h in range(heads):
            out[t + 1, h] = out[t, h]
        for k in range(count):
            for h in range(heads):
                out[t + 1, h] += weights[room[k], h]
    return out
