"""Counting on spans of a text: words, lines, n-grams; compiled, linear, without any Python object.

Spans are positions in the text's code points, given as their starts and their ends, int64. `flags` and `sums` are what
`tokenizer.read` says of a text.
"""

from typing import Any

import numpy as np
from numba import njit

from filters import characters as ch
from filters.hashing import power, slot_of, span_hash

NEWLINE, BLANK, DOT, ELLIPSIS = 10, 32, ord("."), ord("…")
ALL = np.uint32(0xFFFFFFFF)
JOINT = np.uint64(0xC2B2AE3D27D4EB4F)
# What a word is made of.
WITH_LETTER, PROPER, MARKS, END_MARK = 1, 2, 4, 8  # a letter; not marks alone; marks alone; a lone end of sentence


@njit(cache=True, nogil=True)
def line_spans(codes: Any, flags: Any) -> Any:
    """Lines as `str.splitlines()` cuts them: (starts, ends)."""
    size, count, start, i = len(codes), 0, 0, 0
    lines = 1
    for i in range(size):
        lines += 1 if flags[i] & ch.LINE_BREAK else 0
    starts, ends = np.empty(lines, dtype=np.int64), np.empty(lines, dtype=np.int64)
    i = 0
    while i < size:
        if flags[i] & ch.LINE_BREAK:
            starts[count], ends[count], count = start, i, count + 1
            if codes[i] == 13 and i + 1 < size and codes[i + 1] == NEWLINE:
                i += 1
            start = i + 1
        i += 1
    if start < size:
        starts[count], ends[count], count = start, size, count + 1
    return starts[:count], ends[:count]


@njit(cache=True, nogil=True)
def run_spans(newlines: Any, start: Any, end: Any, min_run: Any) -> Any:
    """Pieces of a stretch of text between runs of at least `min_run` newlines, as `re.split` gives: (starts, ends)."""
    starts, ends = np.empty(len(newlines) + 1, dtype=np.int64), np.empty(len(newlines) + 1, dtype=np.int64)
    count, piece, i = 0, start, 0
    while i < len(newlines):
        run = i
        while run + 1 < len(newlines) and newlines[run + 1] == newlines[run] + 1:
            run += 1
        if run - i + 1 >= min_run and newlines[i] >= start and newlines[run] < end:
            starts[count], ends[count], count, piece = piece, newlines[i], count + 1, newlines[run] + 1
        i = run + 1
    starts[count], ends[count] = piece, end
    return starts[: count + 1], ends[: count + 1]


@njit(cache=True, nogil=True)
def strip_spans(flags: Any, starts: Any, ends: Any) -> Any:
    """Spans without white space at their ends: (starts, ends); a blank one has start == end."""
    heads, tails = np.empty(len(starts), dtype=np.int64), np.empty(len(starts), dtype=np.int64)
    for i in range(len(starts)):
        start, end = starts[i], ends[i]
        while start < end and flags[start] & ch.SPACE:
            start += 1
        while end > start and flags[end - 1] & ch.SPACE:
            end -= 1
        heads[i], tails[i] = start, end
    return heads, tails


@njit(cache=True, nogil=True)
def move_words(starts: Any, ends: Any, heads: Any, tails: Any) -> Any:
    """Bounds of the words inside some lines once only those lines are left, joined by newlines.

    `heads` and `tails` bound the lines. Returns (starts, ends, which): int64 each, `which` the index of the word before.
    """
    which = np.empty(len(starts), dtype=np.int64)
    new_starts, new_ends = np.empty(len(starts), dtype=np.int64), np.empty(len(starts), dtype=np.int64)
    count, word, offset = 0, 0, 0
    for line in range(len(heads)):
        while word < len(starts) and starts[word] < heads[line]:
            word += 1
        while word < len(starts) and ends[word] <= tails[line]:
            new_starts[count], new_ends[count] = starts[word] - heads[line] + offset, ends[word] - heads[line] + offset
            which[count], count, word = word, count + 1, word + 1
        offset += tails[line] - heads[line] + 1
    return new_starts[:count], new_ends[:count], which[:count]


@njit(cache=True, nogil=True)
def measure_words(flags: Any, sums: Any, starts: Any, ends: Any) -> Any:
    """The hash of every word, uint64[words], and what it is made of, uint8[words]."""
    hashes, kinds = np.empty(len(starts), dtype=np.uint64), np.empty(len(starts), dtype=np.uint8)
    for i in range(len(starts)):
        some, only = np.uint32(0), ALL
        for k in range(starts[i], ends[i]):
            some, only = some | flags[k], only & flags[k]
        kind = (WITH_LETTER if some & ch.LETTER else 0) | (0 if only & ch.NONWORD else PROPER)
        kind |= (MARKS if only & ch.MARK else 0) | (END_MARK if ends[i] - starts[i] == 1 and only & ch.SENTENCE else 0)
        hashes[i], kinds[i] = span_hash(sums, starts[i], ends[i]), kind
    return hashes, kinds


@njit(cache=True, nogil=True)
def kind_counts(kinds: Any, starts: Any, ends: Any) -> Any:
    """Counts over words: (with a letter, not of marks alone, characters of those)."""
    letters, proper, chars = 0, 0, 0
    for i in range(len(kinds)):
        letters += 1 if kinds[i] & WITH_LETTER else 0
        if kinds[i] & PROPER:
            proper, chars = proper + 1, chars + ends[i] - starts[i]
    return letters, proper, chars


@njit(cache=True, nogil=True)
def listed_words(hashes: Any, listed: Any) -> Any:
    """How many words are in a short list: (distinct ones, all)."""
    found = np.zeros(len(listed), dtype=np.int64)
    for i in range(len(hashes)):
        for k in range(len(listed)):
            if hashes[i] == listed[k]:
                found[k] += 1
    distinct, every = 0, 0
    for k in range(len(found)):
        distinct, every = distinct + (1 if found[k] else 0), every + found[k]
    return distinct, every


@njit(cache=True, nogil=True)
def line_marks(codes: Any, starts: Any, ends: Any, bullets: Any) -> Any:
    """How many lines start with a bullet, and how many end in three dots or the ellipsis character."""
    bulleted, trailing = 0, 0
    for i in range(len(starts)):
        start, end = starts[i], ends[i]
        if end > start:
            for mark in bullets:
                bulleted += 1 if codes[start] == mark else 0
            dots = end - start > 2 and codes[end - 1] == DOT and codes[end - 2] == DOT and codes[end - 3] == DOT
            trailing += 1 if dots or codes[end - 1] == ELLIPSIS else 0
    return bulleted, trailing


@njit(cache=True, nogil=True)
def last_class_count(flags: Any, ends: Any, flag: Any) -> Any:
    """How many non-empty spans have a last character of a class; `ends` alone tells where they end."""
    count = 0
    for i in range(len(ends)):
        count += 1 if flags[ends[i] - 1] & flag else 0
    return count


@njit(cache=True, nogil=True)
def line_words(flags: Any, starts: Any, ends: Any) -> Any:
    """Words between white space per span, and the length of the longest: two int64[spans]."""
    counts, longest = np.zeros(len(starts), dtype=np.int64), np.zeros(len(starts), dtype=np.int64)
    for i in range(len(starts)):
        run, words, most = 0, 0, 0
        for k in range(starts[i], ends[i]):
            if flags[k] & ch.SPACE:
                run = 0
            else:
                run += 1
                words += 1 if run == 1 else 0
                most = max(most, run)
        counts[i], longest[i] = words, most
    return counts, longest


@njit(cache=True, nogil=True)
def sentence_count(codes: Any, kinds: Any, starts: Any, ends: Any) -> Any:
    """Sentences of the text, each line counted on its own: a sentence ends with an end mark and the marks after it.

    White space other than one blank between words is a word of its own to the counter, and starts a sentence as one.
    """
    count, seen_end = 0, False
    for i in range(len(starts)):
        gap = starts[i] - ends[i - 1] if i else 0
        fresh = i == 0
        for k in range(starts[i] - gap, starts[i]):
            fresh = fresh or codes[k] == NEWLINE
        odd_gap = gap > 1 or (gap == 1 and codes[starts[i] - 1] != BLANK)
        if fresh or (seen_end and (odd_gap or not kinds[i] & (END_MARK | MARKS))):
            count, seen_end = count + 1, False
        seen_end = seen_end or kinds[i] & END_MARK != 0
    return count


@njit(cache=True, nogil=True)
def empty_slots(count: Any) -> Any:
    """A hash table for up to `count` entries: its size in bits, and its slots, all -1."""
    bits = 4
    while (1 << bits) < 2 * count:
        bits += 1
    slots = np.empty(1 << bits, dtype=np.int32)
    for i in range(len(slots)):
        slots[i] = -1
    return bits, slots


@njit(cache=True, nogil=True)
def claim(slots: Any, bits: Any, hashes: Any, i: Any) -> Any:
    """The earliest index whose hash equals the one at `i`; `i` itself when it is the first, which takes the slot."""
    slot = slot_of(hashes[i], bits)
    while slots[slot] >= 0:
        if hashes[slots[slot]] == hashes[i]:
            return np.int64(slots[slot])
        slot = (slot + 1) & (len(slots) - 1)
    slots[slot] = i
    return i


@njit(cache=True, nogil=True)
def repeats(sums: Any, starts: Any, ends: Any) -> Any:
    """Second and later copies of spans, (how many, their characters), then all copies of what is there twice, (same)."""
    count = len(starts)
    hashes, again = np.empty(count, dtype=np.uint64), np.zeros(count, dtype=np.bool_)
    bits, slots = empty_slots(count)
    later, later_chars = 0, 0
    for i in range(count):
        hashes[i] = span_hash(sums, starts[i], ends[i])
        first = claim(slots, bits, hashes, i)
        if first != i:
            later, later_chars, again[first] = later + 1, later_chars + ends[i] - starts[i], True
    every, every_chars = later, later_chars
    for i in range(count):
        if again[i]:
            every, every_chars = every + 1, every_chars + ends[i] - starts[i]
    return later, later_chars, every, every_chars


@njit(cache=True, nogil=True)
def top_gram(grams: Any, count: Any) -> Any:
    """Position and number of occurrences of the most frequent n-gram, the first seen on ties."""
    bits, slots = empty_slots(count)
    seen = np.zeros(count, dtype=np.int32)
    best = 0
    for i in range(count):
        seen[claim(slots, bits, grams, i)] += 1
    for i in range(count):
        if seen[i] > seen[best]:
            best = i
    return best, np.int64(seen[best])


@njit(cache=True, nogil=True)
def scan_repeats(grams: Any, count: Any, offsets: Any, n: Any) -> Any:
    """Characters in n-grams met again on a scan that jumps over every repeated one."""
    bits, slots = empty_slots(count)
    chars, i = 0, 0
    while i < count:
        if claim(slots, bits, grams, i) == i:
            i += 1
        else:
            chars += offsets[i + n] - offsets[i]
            i += n
    return chars


@njit(cache=True, nogil=True)
def scan_ngrams(hashes: Any, starts: Any, ends: Any, last_top: Any, last: Any) -> Any:
    """Characters of the top n-gram (words joined by a blank) and of repeated n-grams (words joined by nothing).

    Returns int64[last + 1]: entries 2 to `last_top` for the top n-grams, the others up to `last` for the repeated.
    """
    words = len(hashes)
    result, offsets = np.zeros(last + 1, dtype=np.int64), np.zeros(words + 1, dtype=np.int64)
    joined, plain, weights = np.empty_like(hashes), np.empty_like(hashes), np.empty_like(hashes)
    for i in range(words):
        offsets[i + 1] = offsets[i] + ends[i] - starts[i]
        joined[i], plain[i], weights[i] = hashes[i], hashes[i], power(ends[i] - starts[i])
    for n in range(2, min(last, words) + 1):
        count = words - n + 1
        for i in range(count):
            joined[i] = joined[i] * JOINT + hashes[i + n - 1]
            plain[i] = plain[i] * weights[i + n - 1] + hashes[i + n - 1]
        if n <= last_top:
            at, times = top_gram(joined, count)
            result[n] = (offsets[at + n] - offsets[at] + n - 1) * times
        else:
            result[n] = scan_repeats(plain, count, offsets, n)
    return result
