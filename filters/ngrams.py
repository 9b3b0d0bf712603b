"""What is there more than once in a text: repeated lines, repeated runs of words; compiled, linear.

Words and lines are compared by their hashes. `offsets` are running sums of word lengths, one more than there are words.
"""

from typing import Any

import numpy as np

from curate.filters.compiled import inner, kernel, maker
from curate.filters.hashing import power, slot_of, span_hash

JOINT = np.uint64(0xC2B2AE3D27D4EB4F)  # odd, and not a power of the base: tells "ab", "c" from "a", "bc"


@maker
def empty_slots(count: Any) -> Any:
    """A hash table for up to `count` entries: its size in bits, and its slots, all -1; sparse while it fits a cache."""
    bits, room = 4, 8 * count if count < 4096 else 2 * count
    while (1 << bits) < room:
        bits += 1
    slots = np.empty(1 << bits, dtype=np.int32)
    for i in range(len(slots)):
        slots[i] = -1
    return bits, slots


@inner
def claim(slots: Any, bits: Any, hashes: Any, i: Any) -> Any:
    """The earliest index whose hash equals the one at `i`; `i` itself when it is the first, which takes the slot."""
    slot = slot_of(hashes[i], bits)
    while slots[slot] >= 0:
        if hashes[slots[slot]] == hashes[i]:
            return np.int64(slots[slot])
        slot = (slot + 1) & (len(slots) - 1)
    slots[slot] = i
    return i


@kernel
def repeats(sums: Any, starts: Any, ends: Any) -> Any:
    """Copies of spans but the first, (how many, their characters), and all copies of what is there twice, (same)."""
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


@maker
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


@maker
def scan_repeats(grams: Any, count: Any, offsets: Any, n: Any) -> Any:
    """Characters in n-grams met again on a scan that jumps over every repeated one."""
    bits, slots = empty_slots(count)
    chars, i = np.int64(0), np.int64(0)
    while i < count:
        if claim(slots, bits, grams, i) == i:
            i += 1
        else:
            chars, i = chars + offsets[i + n] - offsets[i], i + n
    return chars


@kernel
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


@maker
def longest_top_gram(grams: Any, count: Any, offsets: Any, n: Any) -> Any:
    """Characters in all copies of the most frequent n-gram, the longest on ties; 0 when none is there twice."""
    bits, slots = empty_slots(count)
    seen = np.zeros(count, dtype=np.int32)
    for i in range(count):
        seen[claim(slots, bits, grams, i)] += 1
    times, size = 1, 0
    for i in range(count):
        if seen[i] > times or (seen[i] == times > 1 and offsets[i + n] - offsets[i] > size):
            times, size = seen[i], offsets[i + n] - offsets[i]
    return size * times


@maker
def copies(grams: Any, count: Any, offsets: Any, n: Any) -> Any:
    """Characters of n-grams that occur twice or more, every copy counted: (each in full, each word only once, all)."""
    bits, slots = empty_slots(count)
    seen, first = np.zeros(count, dtype=np.int32), np.empty(count, dtype=np.int64)
    for i in range(count):
        first[i] = claim(slots, bits, grams, i)
        seen[first[i]] += 1
    full, covered, every, reached = 0, 0, 0, 0
    for i in range(count):
        every += offsets[i + n] - offsets[i]
        if seen[first[i]] > 1:
            full += offsets[i + n] - offsets[i]
            covered += offsets[i + n] - offsets[max(i, reached)]
            reached = i + n
    return full, covered, every


@kernel
def count_ngrams(hashes: Any, starts: Any, ends: Any, last_top: Any, last: Any, covered: Any) -> Any:
    """Characters of the top n-gram and of repeated n-grams, blanks never counted, and what to divide each by.

    With `covered` a word counts once however many repeated n-grams it is in, and an n-gram has to be there twice to be
    the top one. Returns two int64[last + 1].
    """
    words = len(hashes)
    result, whole = np.zeros(last + 1, dtype=np.int64), np.ones(last + 1, dtype=np.int64)
    offsets, joined = np.zeros(words + 1, dtype=np.int64), np.empty_like(hashes)
    for i in range(words):
        offsets[i + 1], joined[i] = offsets[i] + ends[i] - starts[i], hashes[i]
    for n in range(2, min(last, words) + 1):
        count = words - n + 1
        for i in range(count):
            joined[i] = joined[i] * JOINT + hashes[i + n - 1]
        whole[n] = offsets[words]
        if n > last_top:
            full, once, every = copies(joined, count, offsets, n)
            result[n], whole[n] = once if covered else full, whole[n] if covered else every
        elif covered:
            result[n] = longest_top_gram(joined, count, offsets, n)
        else:
            at, times = top_gram(joined, count)
            result[n] = (offsets[at + n] - offsets[at]) * times
    return result, whole
