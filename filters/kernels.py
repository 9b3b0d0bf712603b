"""Counting on spans of a text: words, lines, n-grams; compiled, linear, without any Python object.

A span is a pair of positions in the text's code points. Hashes are 64 bits; equal spans always hash equal.
"""

from typing import Any

import numpy as np
from numba import njit

from filters import characters as ch
from filters.hashing import BASE, slot_of, span_hash

NEWLINE = 10
DOT, ELLIPSIS = ord("."), ord("…")
WITH_LETTER, PROPER = 1, 2  # kinds of words: with a letter, and not made of marks alone


@njit(cache=True, nogil=True)
def is_line_break(code: Any) -> Any:
    r"""Whether `str.splitlines` breaks a line here; `\r\n` counts as its `\n`."""
    return (10 <= code <= 13) or (28 <= code <= 30) or code == 0x85 or code == 0x2028 or code == 0x2029


@njit(cache=True, nogil=True)
def line_spans(codes: Any, every_break: Any) -> Any:
    r"""Lines as `str.splitlines()` cuts them, or as `str.split("\n")` does: (starts, ends)."""
    size = len(codes)
    starts, ends = np.empty(size + 1, dtype=np.int32), np.empty(size + 1, dtype=np.int32)
    count, start, i = 0, 0, 0
    while i < size:
        code = codes[i]
        if code == NEWLINE or (every_break and is_line_break(code)):
            starts[count], ends[count], count = start, i, count + 1
            if every_break and code == 13 and i + 1 < size and codes[i + 1] == NEWLINE:
                i += 1
            start = i + 1
        i += 1
    if start < size or not every_break:
        starts[count], ends[count], count = start, size, count + 1
    return starts[:count].copy(), ends[:count].copy()


@njit(cache=True, nogil=True)
def run_spans(codes: Any, start: Any, end: Any, min_run: Any) -> Any:
    """Pieces between runs of at least `min_run` newlines, as `re.split` gives: (starts, ends)."""
    starts, ends = np.empty(end - start + 1, dtype=np.int32), np.empty(end - start + 1, dtype=np.int32)
    count, piece, i = 0, start, start
    while i < end:
        run = i
        while run < end and codes[run] == NEWLINE:
            run += 1
        if run - i >= min_run:
            starts[count], ends[count], count, piece = piece, i, count + 1, run
        i = max(run, i + 1)
    starts[count], ends[count], count = piece, end, count + 1
    return starts[:count].copy(), ends[:count].copy()


@njit(cache=True, nogil=True)
def strip_span(flags: Any, start: Any, end: Any) -> Any:
    """The bounds of a span without white space at its ends."""
    while start < end and flags[start] & ch.SPACE:
        start += 1
    while end > start and flags[end - 1] & ch.SPACE:
        end -= 1
    return start, end


@njit(cache=True, nogil=True)
def strip_spans(flags: Any, starts: Any, ends: Any) -> Any:
    """Spans without white space at their ends: (starts, ends); a blank one has start == end."""
    heads, tails = np.empty_like(starts), np.empty_like(ends)
    for i in range(len(starts)):
        heads[i], tails[i] = strip_span(flags, starts[i], ends[i])
    return heads, tails


@njit(cache=True, nogil=True)
def span_hashes(codes: Any, starts: Any, ends: Any) -> Any:
    """The hash of every span, uint64[spans]."""
    hashes = np.empty(len(starts), dtype=np.uint64)
    for i in range(len(starts)):
        hashes[i] = span_hash(codes, starts[i], ends[i])
    return hashes


@njit(cache=True, nogil=True)
def powers(lengths: Any) -> Any:
    """BASE to the power of each length, modulo 2**64: what appending that many characters multiplies a hash by."""
    result = np.empty(len(lengths), dtype=np.uint64)
    for i in range(len(lengths)):
        value, square, left = np.uint64(1), BASE, lengths[i]
        while left:
            if left & 1:
                value *= square
            square, left = square * square, left >> 1
        result[i] = value
    return result


@njit(cache=True, nogil=True)
def table_bits(count: Any) -> Any:
    """The size of a hash table, in bits, that stays at most half full."""
    bits = 4
    while (1 << bits) < 2 * count:
        bits += 1
    return bits


@njit(cache=True, nogil=True)
def claim(slots: Any, bits: Any, hashes: Any, i: Any) -> Any:
    """The earliest index whose hash equals the one at `i`; `i` itself when it is the first, which takes the slot."""
    mask = (1 << bits) - 1
    slot = slot_of(hashes[i], bits)
    while slots[slot] >= 0:
        if hashes[slots[slot]] == hashes[i]:
            return slots[slot]
        slot = (slot + 1) & mask
    slots[slot] = i
    return i


@njit(cache=True, nogil=True)
def first_seen(hashes: Any, count: Any) -> Any:
    """For each of the first `count` hashes, the index of its first occurrence: int32[count]."""
    bits = table_bits(count)
    slots = np.full(1 << bits, -1, dtype=np.int32)
    first = np.empty(count, dtype=np.int32)
    for i in range(count):
        first[i] = claim(slots, bits, hashes, i)
    return first


@njit(cache=True, nogil=True)
def repeats(hashes: Any, lengths: Any) -> Any:
    """Second and later occurrences: (how many, their characters), and all copies of what occurs twice: (same)."""
    first = first_seen(hashes, len(hashes))
    again = np.zeros(len(hashes), dtype=np.bool_)
    later, later_chars = 0, 0
    for i in range(len(hashes)):
        if first[i] != i:
            later, later_chars, again[first[i]] = later + 1, later_chars + lengths[i], True
    every, every_chars = later, later_chars
    for i in range(len(hashes)):
        if again[i]:
            every, every_chars = every + 1, every_chars + lengths[i]
    return later, later_chars, every, every_chars


@njit(cache=True, nogil=True)
def grow_ngrams(grams: Any, hashes: Any, weights: Any, n: Any) -> Any:
    """Turn the hashes of all (n-1)-grams into those of all n-grams, in place; how many there are."""
    count = len(hashes) - n + 1
    for i in range(count):
        grams[i] = grams[i] * weights[i + n - 1] + hashes[i + n - 1]
    return max(count, 0)


@njit(cache=True, nogil=True)
def top_gram(grams: Any, count: Any) -> Any:
    """Position and number of occurrences of the most frequent n-gram, the first seen on ties."""
    first = first_seen(grams, count)
    seen = np.zeros(count, dtype=np.int32)
    for i in range(count):
        seen[first[i]] += 1
    best = 0
    for i in range(count):
        if seen[i] > seen[best]:
            best = i
    return best, seen[best]


@njit(cache=True, nogil=True)
def scan_repeats(grams: Any, count: Any, offsets: Any, n: Any) -> Any:
    """Characters in n-grams met again on a scan that jumps over every repeated one."""
    bits = table_bits(count)
    slots = np.full(1 << bits, -1, dtype=np.int32)
    chars, i = 0, 0
    while i < count:
        if claim(slots, bits, grams, i) == i:
            i += 1
        else:
            chars += offsets[i + n] - offsets[i]
            i += n
    return chars


@njit(cache=True, nogil=True)
def scan_ngrams(hashes: Any, lengths: Any, last_top: Any, last: Any) -> Any:
    """Characters of the top n-gram (words joined by a space) and of repeated n-grams (words joined by nothing).

    Returns int64[last + 1]: entries 2 to `last_top` for the top n-grams, the others up to `last` for the repeated.
    """
    words = len(hashes)
    result = np.zeros(last + 1, dtype=np.int64)
    offsets = np.zeros(words + 1, dtype=np.int64)
    for i in range(words):
        offsets[i + 1] = offsets[i] + lengths[i]
    spaced, plain = hashes.copy(), hashes.copy()
    joined = np.full(words, BASE * BASE + np.uint64(2), dtype=np.uint64)
    weights = powers(lengths)
    for n in range(2, last + 1):
        count = grow_ngrams(plain, hashes, weights, n)
        if count == 0:
            break
        if n <= last_top:
            grow_ngrams(spaced, hashes, joined, n)
            at, times = top_gram(spaced, count)
            result[n] = (offsets[at + n] - offsets[at] + n - 1) * times
        else:
            result[n] = scan_repeats(plain, count, offsets, n)
    return result


@njit(cache=True, nogil=True)
def measure_words(codes: Any, flags: Any, starts: Any, ends: Any) -> Any:
    """The hash of every word, uint64[words], and what each is made of, uint8[words]: `WITH_LETTER`, `PROPER`."""
    hashes, kinds = np.empty(len(starts), dtype=np.uint64), np.zeros(len(starts), dtype=np.uint8)
    for i in range(len(starts)):
        value, some, only = np.uint64(0), np.uint32(0), np.uint32(0xFFFFFFFF)
        for k in range(starts[i], ends[i]):
            value = value * BASE + np.uint64(codes[k]) + np.uint64(1)
            some, only = some | flags[k], only & flags[k]
        hashes[i] = value
        kinds[i] = (WITH_LETTER if some & ch.LETTER else 0) | (0 if only & ch.NONWORD else PROPER)
    return hashes, kinds


@njit(cache=True, nogil=True)
def kind_counts(kinds: Any, lengths: Any) -> Any:
    """Counts over words: (with a letter, not of marks alone, characters of those)."""
    letters, proper, chars = 0, 0, 0
    for i in range(len(kinds)):
        letters += 1 if kinds[i] & WITH_LETTER else 0
        if kinds[i] & PROPER:
            proper, chars = proper + 1, chars + lengths[i]
    return letters, proper, chars


@njit(cache=True, nogil=True)
def listed_words(hashes: Any, listed: Any) -> Any:
    """How many words are in a short list: (distinct ones, all)."""
    found = np.zeros(len(listed), dtype=np.int64)
    for i in range(len(hashes)):
        for k in range(len(listed)):
            if hashes[i] == listed[k]:
                found[k] += 1
                break
    return np.count_nonzero(found), found.sum()


@njit(cache=True, nogil=True)
def ends_in_ellipsis(codes: Any, start: Any, end: Any) -> Any:
    """Whether a span ends in three dots or in the ellipsis character."""
    if end > start and codes[end - 1] == ELLIPSIS:
        return True
    return end - start > 2 and codes[end - 1] == DOT and codes[end - 2] == DOT and codes[end - 3] == DOT


@njit(cache=True, nogil=True)
def sentence_counts(codes: Any, flags: Any, starts: Any, ends: Any) -> Any:
    """Sentences of the whole text, each line counted on its own: a sentence ends at a lone end mark and the marks after.

    White space other than one blank between words is a token to the counter, and starts the next sentence too.
    """
    count, seen_end = 0, False
    for i in range(len(starts)):
        gap = starts[i] - ends[i - 1] if i else 0
        fresh = i == 0
        for k in range(starts[i] - gap, starts[i]):
            fresh = fresh or codes[k] == NEWLINE
        odd_gap = gap > 1 or (gap == 1 and codes[starts[i] - 1] != 32)
        only = np.uint32(0xFFFFFFFF)
        for k in range(starts[i], ends[i]):
            only &= flags[k]
        is_end = ends[i] - starts[i] == 1 and only & ch.SENTENCE != 0
        if fresh:
            count, seen_end = count + 1, False
        elif seen_end and (odd_gap or (not is_end and not only & ch.MARK)):
            count, seen_end = count + 1, False
        seen_end = seen_end or is_end
    return count


TERMINAL = np.uint32(ch.TERMINAL)


@njit(cache=True, nogil=True)
def last_class_count(flags: Any, ends: Any, flag: Any) -> Any:
    """How many non-empty spans have a last character of a class; `ends` alone tells where they end."""
    count = 0
    for end in ends:
        if flags[end - 1] & flag:
            count += 1
    return count


@njit(cache=True, nogil=True)
def line_marks(codes: Any, flags: Any, starts: Any, ends: Any, bullets: Any) -> Any:
    """How many lines, without white space at their ends, start with a bullet, and how many end in an ellipsis."""
    bulleted, trailing = 0, 0
    for i in range(len(starts)):
        start, end = strip_span(flags, starts[i], ends[i])
        for mark in bullets:
            bulleted += 1 if end > start and codes[start] == mark else 0
        trailing += 1 if ends_in_ellipsis(codes, start, end) else 0
    return bulleted, trailing


@njit(cache=True, nogil=True)
def line_words(flags: Any, starts: Any, ends: Any) -> Any:
    """Words between white space per span, and the length of the longest: two int32[spans]."""
    counts, longest = np.zeros(len(starts), dtype=np.int32), np.zeros(len(starts), dtype=np.int32)
    for i in range(len(starts)):
        run = 0
        for k in range(starts[i], ends[i]):
            if flags[k] & ch.SPACE:
                run = 0
            else:
                run += 1
                counts[i] += run == 1
                longest[i] = max(longest[i], run)
    return counts, longest
