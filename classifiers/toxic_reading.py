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
from curate.classifiers.toxic_spelling import (
    DOT,
    MIN_STEM,
    QUESTION,
    SPACE,
    is_masked,
    skip_address,
    stem_class,
    undisguised,
)
from curate.filters.compiled import inner, kernel
from curate.filters.hashing import hash_word, look_up, slot_of

BITS = 18
MIN_WORDS, MAX_WORDS = 6, 32  # a shorter chunk is joined to the next, a longer one cut
MAX_FEATURES = 48  # of one word
NEAR, MIDDLE, FAR = 2, 6, 12  # words between two classes that are seen together
GROUP_CLASS = 1
CHARGED = np.uint64(8)  # in `toxic_words.frames`: a class that is a target or does harm
GROUP = np.uint64(hash_word("groupname"))
BLANK, MASKED = np.uint64(0x51ED270B), np.uint64(0x7FEB352D)
EXCLAMATION, QUOTE = 33, 34
PICTURES = 0x1F000  # code points from which marks are pictures
RETWEET = np.uint64(hash_word("rt"))
TAGS = tuple(
    np.uint64(odd)
    for odd in (
        0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0x27D4EB2F165667C5, 0x85EBCA77C2B2AE63,
        0xD6E8FEB86659FD93, 0xA0761D6478BD642F, 0xE7037ED1A0B428DB, 0x8EBC6AF09C88C6E3, 0x589965CC75374CC3,
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
    SAID_TAG,
) = TAGS


@inner
def write_mark(found: Any, count: Any, hashes: Any, kinds: Any, starts: Any, ends: Any, i: Any, table: Any) -> Any:
    """Write a mark that carries a tone as a word without letters, or note that a sentence ends; gives the new count."""
    value, group, begin, end, last = found
    mark = hashes[i] - np.uint64(1)
    apart = i + 1 >= len(kinds) or kinds[i + 1] == LINE_END or starts[i + 1] > ends[i]
    tone = mark in (QUESTION, EXCLAMATION, QUOTE)
    picture = look_up(table, hashes[i]) if mark >= PICTURES else 0
    if tone or picture:
        value[count], group[count], begin[count], end[count] = hashes[i], picture, starts[i], starts[i]
        last[count] = 1 if tone and apart and mark != QUOTE else 0
        return count + 1
    if mark == DOT and apart and count > 0:
        last[count - 1] = max(last[count - 1], 1)
    return count


@inner
def write_word(
    found: Any, count: Any, codes: Any, hashes: Any, kinds: Any, starts: Any, ends: Any, i: Any, lists: Any
) -> Any:
    """Write a word with its class, out of its disguise; returns the new count and the last token that it took."""
    value, group, begin, end, last = found
    table, stems, coarse, letters = lists
    value[count], begin[count], end[count] = hashes[i], starts[i], ends[i]
    group[count], last[count] = look_up(table, hashes[i]), 0
    after = ends[i]
    if after < len(codes) and codes[after] < 128 and codes[after] > SPACE and letters[codes[after]]:
        plain, stop = undisguised(codes, starts[i], letters, table, coarse)
        if stop:
            value[count], group[count], end[count] = plain, look_up(table, plain), stop
            while i + 1 < len(kinds) and kinds[i + 1] != LINE_END and starts[i + 1] < stop:
                i += 1
    if end[count] == ends[i] and group[count] == 0 and is_masked(codes, starts, ends, kinds, i):
        value[count], group[count], end[count] = MASKED, 0, ends[i + 1]
        i += 1
    elif group[count] == 0 and end[count] - begin[count] > MIN_STEM and codes[begin[count]] < 128:
        group[count] = stem_class(codes, begin[count], end[count], stems)
    if group[count] == GROUP_CLASS:
        value[count] = GROUP
        if count > 0 and value[count - 1] == GROUP and last[count - 1] == 0:  # "black women" is one name
            end[count - 1] = end[count]
            return count, i
    return count + 1, i


@kernel
def words(codes: Any, hashes: Any, kinds: Any, starts: Any, ends: Any, lists: Any, min_line: Any) -> Any:
    """Words as the model reads them: value, uint64[n], class, int64[n], start and end, int64[n], and how each ends.

    `lists` are the tables of `toxic_words`: classes, stems, which classes are coarse, and letters behind marks.

    How a word ends is 0 inside a sentence, 1 at the end of one, 2 at the end of a line. Marks that carry a tone count
    as words without letters: start and end are equal. Lines of fewer words than `min_line` are left out.
    """
    size = len(kinds)
    value, group = np.empty(size, np.uint64), np.empty(size, np.int64)
    begin, end, last = np.empty(size, np.int64), np.empty(size, np.int64), np.zeros(size, np.uint8)
    found = (value, group, begin, end, last)
    count = i = line = 0
    while i < size:
        after = skip_address(codes, hashes, kinds, starts, ends, i)
        if after > i:
            i = after
            continue
        if kinds[i] == LINE_END:
            if count - line < min_line:
                count = line
            elif count > 0:
                last[count - 1] = 2
            line = count
        elif kinds[i] == MARK:
            count = write_mark(found, count, hashes, kinds, starts, ends, i, lists[0])
        elif kinds[i] == WORD and hashes[i] != RETWEET:
            count, i = write_word(found, count, codes, hashes, kinds, starts, ends, i, lists)
        i += 1
    return value[:count], group[:count], begin[:count], end[:count], last[:count]


@kernel
def chunks(last: Any) -> Any:
    """Return where chunks begin among the words, and the number of words at the end: int64[chunks + 1]."""
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
def word_features(  # noqa: C901 - compiled
    value: Any, group: Any, seen: Any, last: Any, frames: Any, t: Any, out: Any
) -> Any:
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
    said = np.uint64(0)
    for d in range(1, min(FAR, t) + 1):
        if last[t - d]:
            break
        before, far = np.uint64(group[t - d]), np.uint64(d > NEAR) + np.uint64(d > MIDDLE)
        said |= frames[group[t - d]]
        if before and c:
            out[count], count = slot(TOGETHER_TAG, joined(before, c, PAIR) + far), count + 1
            if frames[group[t - d]] == CHARGED and frames[group[t]] == CHARGED:
                out[count], count = slot(SAID_TAG, joined(before, c, PAIR) + said), count + 1
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
def slots(value: Any, group: Any, seen: Any, last: Any, frames: Any) -> Any:
    """The slots of all words, int32[m], and where each word's begin, int64[n + 1]; for training."""
    size = len(value)
    out, bounds, room = (
        np.empty(MAX_FEATURES * size, np.int32),
        np.zeros(size + 1, np.int64),
        np.empty(MAX_FEATURES, np.int32),
    )
    total = 0
    for t in range(size):
        count = word_features(value, group, seen, last, frames, t, room)
        out[total : total + count] = room[:count]
        total += count
        bounds[t + 1] = total
    return out[:total].copy(), bounds


@kernel
def sums(value: Any, group: Any, seen: Any, last: Any, frames: Any, weights: Any, room: Any) -> Any:
    """What the words of a text add up to, from the first on: int64[n + 1, heads]; `room` is int32[MAX_FEATURES]."""
    size, heads = len(value), weights.shape[1]
    out = np.zeros((size + 1, heads), np.int64)
    for t in range(size):
        count = word_features(value, group, seen, last, frames, t, room)
        for h in range(heads):
            out[t + 1, h] = out[t, h]
        for k in range(count):
            for h in range(heads):
                out[t + 1, h] += weights[room[k], h]
    return out


@kernel
def worst(odds: Any, begin: Any, heads: Any, limits: Any) -> Any:
    """For each head how many sentences reach its limit, and where the worst of them begins, -1 for none: int64[2, k].

    `odds` is float64[sentences, all heads], `begin` int64[sentences].
    """
    out = np.zeros((2, len(heads)), np.int64)
    for k in range(len(heads)):
        most = -np.inf
        out[1, k] = -1
        for i in range(len(odds)):
            value = odds[i, heads[k]]
            if value >= limits[k]:
                out[0, k] += 1
                if value > most:
                    most, out[1, k] = value, begin[i]
    return out
