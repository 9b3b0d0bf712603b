"""Counting on spans of a text, its words and its lines; compiled, linear, without any Python object.

Spans are positions in the text's code points, given as their starts and their ends, int64. `flags` and `sums` are what
`word_splits.read` says of a text.
"""

from typing import Any

import numpy as np

from filters import characters as ch
from filters.compiled import kernel
from filters.hashing import span_hash

NEWLINE, BLANK = 10, 32
ALL = np.uint32(0xFFFFFFFF)


@kernel
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


@kernel
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


@kernel
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


@kernel
def move_words(starts: Any, ends: Any, heads: Any, tails: Any) -> Any:
    """Bounds of the words inside some lines once only those lines are left, joined by newlines.

    `heads` and `tails` bound the lines. Returns (starts, ends, which): int64 each, `which` the word it was before.
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


@kernel
def measure_words(flags: Any, sums: Any, starts: Any, ends: Any) -> Any:
    """The hash of every word, uint64[words], and what it is made of, uint8[words]: flags of `filters.characters`."""
    hashes, kinds = np.empty(len(starts), dtype=np.uint64), np.empty(len(starts), dtype=np.uint8)
    for i in range(len(starts)):
        some, only, kind = np.uint32(0), ALL, ch.ANY_WORD
        for k in range(starts[i], ends[i]):
            some, only = some | flags[k], only & flags[k]
        kind |= (ch.WITH_LETTER if some & ch.LETTER else 0) | (0 if only & ch.NONWORD else ch.PROPER)
        kind |= ch.MARKS if only & ch.MARK else 0
        kind |= ch.END_MARK if only & ch.SENTENCE and ends[i] - starts[i] == 1 else 0
        kind |= ch.ALNUM_FIRST if flags[starts[i]] & ch.ALNUM else 0
        hashes[i], kinds[i] = span_hash(sums, starts[i], ends[i]), kind
    return hashes, kinds


@kernel
def count_kind(kinds: Any, starts: Any, ends: Any, kind: Any) -> Any:
    """How many words are of a kind, and their characters."""
    words, chars = 0, 0
    for i in range(len(kinds)):
        if kinds[i] & kind:
            words, chars = words + 1, chars + ends[i] - starts[i]
    return words, chars


@kernel
def listed_words(hashes: Any, listed: Any) -> Any:
    """How many words are in a short list: (distinct ones, all)."""
    distinct, every = 0, 0
    for k in range(len(listed)):
        found = 0
        for i in range(len(hashes)):
            found += 1 if hashes[i] == listed[k] else 0
        distinct, every = distinct + (1 if found else 0), every + found
    return distinct, every


@kernel
def count_starting(codes: Any, starts: Any, ends: Any, mark: Any) -> Any:
    """How many spans start with a few code points."""
    count = 0
    for i in range(len(starts)):
        same = ends[i] - starts[i] >= len(mark)
        for k in range(len(mark)):
            same = same and codes[starts[i] + k] == mark[k]
        count += 1 if same else 0
    return count


@kernel
def count_ending(codes: Any, starts: Any, ends: Any, mark: Any) -> Any:
    """How many spans end with a few code points."""
    count = 0
    for i in range(len(starts)):
        same = ends[i] - starts[i] >= len(mark)
        for k in range(len(mark)):
            same = same and codes[ends[i] - len(mark) + k] == mark[k]
        count += 1 if same else 0
    return count


@kernel
def count_holding(codes: Any, starts: Any, ends: Any, marks: Any) -> Any:
    """How many spans hold one of a few code points."""
    count = 0
    for i in range(len(starts)):
        holds = False
        for k in range(starts[i], ends[i]):
            for mark in marks:
                holds = holds or codes[k] == mark
        count += 1 if holds else 0
    return count


@kernel
def class_counts(flags: Any, starts: Any, ends: Any, flag: Any) -> Any:
    """Characters of a class in each span, int64[spans]."""
    counts = np.zeros(len(starts), dtype=np.int64)
    for i in range(len(starts)):
        for k in range(starts[i], ends[i]):
            counts[i] += 1 if flags[k] & flag else 0
    return counts


@kernel
def last_class_count(flags: Any, ends: Any, flag: Any) -> Any:
    """How many non-empty spans have a last character of a class; `ends` alone tells where they end."""
    count = 0
    for i in range(len(ends)):
        count += 1 if flags[ends[i] - 1] & flag else 0
    return count


@kernel
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


@kernel
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
        if fresh or (seen_end and (odd_gap or not kinds[i] & (ch.END_MARK | ch.MARKS))):
            count, seen_end = count + 1, False
        seen_end = seen_end or kinds[i] & ch.END_MARK != 0
    return count


@kernel
def class_totals(flags: Any, classes: Any) -> Any:
    """Characters of each of some classes in the whole text, int64[classes]."""
    totals = np.zeros(len(classes), dtype=np.int64)
    for i in range(len(flags)):
        for k in range(len(classes)):
            totals[k] += 1 if flags[i] & classes[k] else 0
    return totals


@kernel
def count_shouted(flags: Any, starts: Any, ends: Any) -> Any:
    """How many spans have a capital and no small letter, as `str.isupper` says."""
    count = 0
    for i in range(len(starts)):
        some = np.uint32(0)
        for k in range(starts[i], ends[i]):
            some |= flags[k]
        count += 1 if some & ch.CAPITAL and not some & ch.SMALL else 0
    return count
