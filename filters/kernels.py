"""Counting on spans of a text, its words and its lines; compiled, linear, without any Python object.

Spans are positions in the text's code points, given as their starts and their ends, int64. `flags` and `sums` are what
`word_splits.read` says of a text.
"""

from typing import Any

import numpy as np

from curate.filters import characters as ch
from curate.filters.compiled import inner, kernel
from curate.filters.hashing import span_hash

NEWLINE, BLANK, KELVIN = 10, 32, 0x212A
ALL = np.uint32(0xFFFFFFFF)


@inner
def lower(code: Any) -> Any:
    """A code point in lower case, as far as ASCII letters go."""
    if 65 <= code <= 90:
        return code + np.uint32(32)
    return np.uint32(107) if code == KELVIN else np.uint32(code)


@inner
def matches(codes: Any, start: Any, phrase: Any) -> Any:
    """Return whether a phrase, padded with zeros, stands at a position, in whatever case."""
    if start < 0:
        return False
    for k in range(len(phrase)):
        if phrase[k] == 0:
            break
        if start + k >= len(codes) or lower(codes[start + k]) != phrase[k]:
            return False
    return True


@kernel
def line_spans(codes: Any, breaks: Any) -> Any:
    """Lines as `str.splitlines()` cuts them, between the line breaks of `word_splits.read`: (starts, ends)."""
    starts, ends = np.empty(len(breaks) + 1, dtype=np.int64), np.empty(len(breaks) + 1, dtype=np.int64)
    count, start = 0, 0
    for at in breaks:
        if at < start:  # the newline of a return and newline
            continue
        starts[count], ends[count], count = start, at, count + 1
        start = at + (2 if codes[at] == 13 and at + 1 < len(codes) and codes[at + 1] == NEWLINE else 1)
    if start < len(codes):
        starts[count], ends[count], count = start, len(codes), count + 1
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
def kind_totals(kinds: Any, starts: Any, ends: Any, wanted: Any) -> Any:
    """Return how many words are of each kind wanted, and their characters: int64[2, kinds wanted]."""
    totals = np.zeros((2, len(wanted)), dtype=np.int64)
    for k in range(len(wanted)):
        words, chars = 0, 0
        for i in range(len(kinds)):
            if kinds[i] & wanted[k]:
                words, chars = words + 1, chars + ends[i] - starts[i]
        totals[0, k], totals[1, k] = words, chars
    return totals


@kernel
def listed_words(hashes: Any, listed: Any) -> Any:
    """Return how many words are in a short list: (distinct ones, all)."""
    distinct, every = 0, 0
    for k in range(len(listed)):
        found = 0
        for i in range(len(hashes)):
            found += 1 if hashes[i] == listed[k] else 0
        distinct, every = distinct + (1 if found else 0), every + found
    return distinct, every


@kernel
def count_starting(codes: Any, starts: Any, ends: Any, mark: Any) -> Any:
    """Return how many spans start with a few code points."""
    count = 0
    for i in range(len(starts)):
        same = ends[i] - starts[i] >= len(mark)
        for k in range(len(mark)):
            same = same and codes[starts[i] + k] == mark[k]
        count += 1 if same else 0
    return count


@kernel
def count_ending(codes: Any, starts: Any, ends: Any, mark: Any) -> Any:
    """Return how many spans end with a few code points."""
    count = 0
    for i in range(len(starts)):
        same = ends[i] - starts[i] >= len(mark)
        for k in range(len(mark)):
            same = same and codes[ends[i] - len(mark) + k] == mark[k]
        count += 1 if same else 0
    return count


@kernel
def count_holding(codes: Any, starts: Any, ends: Any, marks: Any) -> Any:
    """Return how many spans hold one of a few code points."""
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
    """Return how many non-empty spans have a last character of a class; `ends` alone tells where they end."""
    count = 0
    for i in range(len(ends)):
        count += 1 if flags[ends[i] - 1] & flag else 0
    return count


@kernel
def count_words(flags: Any, starts: Any, ends: Any) -> Any:
    """Words between white space in each span, int64[spans]."""
    counts = np.zeros(len(starts), dtype=np.int64)
    for i in range(len(starts)):
        words, before = 0, True
        for k in range(starts[i], ends[i]):
            space = flags[k] & ch.SPACE != 0
            words += before and not space
            before = space
        counts[i] = words
    return counts


@kernel
def longest_words(flags: Any, starts: Any, ends: Any) -> Any:
    """Length of the longest word between white space in each span, int64[spans]."""
    longest = np.zeros(len(starts), dtype=np.int64)
    for i in range(len(starts)):
        run = 0
        for k in range(starts[i], ends[i]):
            run = 0 if flags[k] & ch.SPACE else run + 1
            longest[i] = max(longest[i], run)
    return longest


@kernel
def sentence_count(codes: Any, kinds: Any, starts: Any, ends: Any, heads: Any, tails: Any) -> Any:
    """Sentences of some lines, each counted on its own: a sentence ends with an end mark and the marks after it.

    `heads` and `tails` bound the lines; words outside count for nothing. White space other than one blank between words
    is a word of its own to the counter, and starts a sentence as one.
    """
    count, seen_end, word = 0, False, 0
    for line in range(len(heads)):
        fresh = True
        while word < len(starts) and starts[word] < heads[line]:
            word += 1
        while word < len(starts) and ends[word] <= tails[line]:
            gap = 0 if fresh else starts[word] - ends[word - 1]
            odd_gap = gap > 1 or (gap == 1 and codes[starts[word] - 1] != BLANK)
            if fresh or (seen_end and (odd_gap or not kinds[word] & (ch.END_MARK | ch.MARKS))):
                count, seen_end, fresh = count + 1, False, False
            seen_end = seen_end or kinds[word] & ch.END_MARK != 0
            word += 1
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
    """Return how many spans have a capital and no small letter, as `str.isupper` says."""
    count = 0
    for i in range(len(starts)):
        some = np.uint32(0)
        for k in range(starts[i], ends[i]):
            some |= flags[k]
        count += 1 if some & ch.CAPITAL and not some & ch.SMALL else 0
    return count


@kernel
def holds_any(codes: Any, phrases: Any, anchors: Any) -> Any:
    """Return whether a text holds one of a few phrases in whatever case of ASCII letters (and the Kelvin sign).

    `phrases` is uint32[phrases, longest], in lower case and padded with zeros; `anchors` is where each phrase has its
    rarest letter, which alone is looked for at every character.
    """
    wanted = np.zeros(128, dtype=np.bool_)
    for k in range(len(phrases)):
        letter = phrases[k, anchors[k]]
        wanted[letter] = True
        if 97 <= letter <= 122:
            wanted[letter - 32] = True
    for i in range(len(codes)):
        code = codes[i]
        if wanted[code] if code < 128 else code == KELVIN:
            for k in range(len(phrases)):
                if phrases[k, anchors[k]] == lower(code) and matches(codes, i - anchors[k], phrases[k]):
                    return True
    return False
