"""English words, cut as spaCy's blank English tokenizer cuts them: one linear pass over code points, compiled.

A run of non-space characters loses marks at both ends, then is cut at inner marks, unless it is a special word
(`filters.english`) or a URL. Punctuation marks are words of their own. Bounds are positions in the text, and the
functions below share their arguments: `codes`, `flags` and `sums` per character, `words` the table of special words and
units, `out` the bounds found so far, as start, end, start, end ..., and `count` how many pairs there are.
"""

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from curate.filters import characters as ch
from curate.filters.compiled import inner, kernel
from curate.filters.english import UNITS, special_words
from curate.filters.hashing import look_up, span_hash, word_table
from curate.filters.web_words import is_url
from curate.filters.word_splits import put, unzip

LONGEST_SPECIAL = 12
LENGTHS = (1 << 24) - 1  # what the table holds for a special word: its packed word lengths ...
JOINABLE = 1 << 24  # ... and whether it is put together again when marks were cut off it
UNIT = 1 << 25  # what it holds for a unit
ALL = np.uint32(0xFFFFFFFF)
DOT, HYPHEN, PLUS, COMMA, COLON, SLASH, DOLLAR, ELLIPSIS, EN_DASH, EM_DASH = (ord(c) for c in ".-+,:/$…–—")


@inner
def special_cut(sums: Any, start: Any, end: Any, words: Any) -> Any:
    """The packed word lengths of a special word, or 0 when the span is none."""
    if end - start > LONGEST_SPECIAL or end <= start:
        return 0
    return look_up(words, span_hash(sums, start, end)) & LENGTHS


@inner
def dots_after(codes: Any, start: Any, end: Any) -> Any:
    """Return how many dots stand in a row from `start` on."""
    i = start
    while i < end and codes[i] == DOT:
        i += 1
    return i - start


@inner
def dollar_length(codes: Any, start: Any, end: Any) -> Any:
    """Length of a dollar sign with its country (US$, C$, A$) at the very start of the span, or 0."""
    if end - start >= 3 and codes[start] == 85 and codes[start + 1] == 83 and codes[start + 2] == DOLLAR:
        return 3
    if end - start >= 2 and (codes[start] == 65 or codes[start] == 67) and codes[start + 1] == DOLLAR:
        return 2
    return 0


@inner
def prefix_length(codes: Any, flags: Any, start: Any, end: Any) -> Any:
    """Return how many characters are cut off the front of a span."""
    first = codes[start]
    if flags[start] & ch.PREFIX:
        return 1
    if first == DOT:
        run = dots_after(codes, start, end)
        return run if run > 1 else 0
    if first == PLUS:
        return 0 if start + 1 < end and flags[start + 1] & ch.DIGIT else 1
    return dollar_length(codes, start, end)


@inner
def final_dots(codes: Any, flags: Any, start: Any, end: Any) -> Any:
    """How many dots are cut off the end: a row of them, or one after a lower-case word, two capitals and the like."""
    i = end
    while i > start and codes[i - 1] == DOT:
        i -= 1
    if end - i > 1:
        return end - i
    if i == start:
        return 0
    if flags[i - 1] & ch.DOT_AFTER:
        return 1
    if i - start < 2:
        return 0
    if flags[i - 1] & ch.UPPER and flags[i - 2] & ch.UPPER:
        return 1
    degrees = codes[i - 2] == 0xB0 and (codes[i - 1] == 67 or codes[i - 1] == 70 or codes[i - 1] == 75)
    return 1 if degrees else 0


@inner
def unit_length(codes: Any, flags: Any, sums: Any, start: Any, end: Any, words: Any) -> Any:
    """Length of a unit, currency or plus that ends the span right after a digit, or 0."""
    stop = max(start, end - 6)
    i = end - 1
    while i >= stop and not flags[i] & ch.DIGIT:
        i -= 1
    size = end - i - 1
    if i < stop or size == 0:
        return 0
    if size == 1 and (codes[end - 1] == PLUS or flags[end - 1] & ch.CURRENCY):
        return 1
    if dollar_length(codes, i + 1, end) == size or look_up(words, span_hash(sums, i + 1, end)) & UNIT:
        return size
    return 0


@inner
def suffix_length(codes: Any, flags: Any, sums: Any, start: Any, end: Any, words: Any) -> Any:
    """Return how many characters are cut off the end of a span."""
    if end <= start:
        return 0
    last, before = codes[end - 1], codes[max(start, end - 2)]
    if last == DOT:
        return final_dots(codes, flags, start, end)
    if flags[end - 1] & ch.AFFIX:
        return 2 if last == ELLIPSIS and before == ELLIPSIS and end - start > 1 else 1
    if (last == 115 or last == 83) and (before == 39 or before == 0x2019):  # 's
        return 2
    return unit_length(codes, flags, sums, start, end, words)


@inner
def dash_length(codes: Any, flags: Any, at: Any, end: Any) -> Any:
    """Length of a dash, or a row of them, that stands before a letter; the caller looks at what is before it."""
    most = 3 if codes[at] == HYPHEN else 2 if codes[at] == EM_DASH else 1
    for size in range(1, most + 1):
        if at + size >= end:
            return 0
        if flags[at + size] & ch.ALPHA:
            return size
        if codes[at + size] != codes[at]:
            return 0
    return 0


@inner
def infix_length(codes: Any, flags: Any, start: Any, at: Any, end: Any) -> Any:
    """Length of the mark at a position inside a span at which the span is cut, or 0."""
    code = codes[at]
    if code == ELLIPSIS or flags[at] & ch.SYMBOL:
        return 1
    if code == DOT and at + 1 < end and codes[at + 1] == DOT:
        return dots_after(codes, at, end)
    if at == start or at + 1 >= end:
        return 0
    before, after = flags[at - 1], flags[at + 1]
    if code == DOT:
        return 1 if before & (ch.LOWER | ch.QUOTE) and after & (ch.UPPER | ch.QUOTE) else 0
    if code == COMMA:
        return 1 if before & ch.ALPHA and after & ch.ALPHA else 0
    between_digits = before & ch.DIGIT and (after & ch.DIGIT or codes[at + 1] == HYPHEN)
    if between_digits and code in (PLUS, HYPHEN, 42, 94):  # + - * ^
        return 1
    if not before & (ch.ALPHA | ch.DIGIT):
        return 0
    if code in (HYPHEN, EM_DASH, EN_DASH, 126):
        return dash_length(codes, flags, at, end)
    if code in (COLON, SLASH, 60, 61, 62):  # < = >
        return 1 if after & ch.ALPHA else 0
    return 0


@inner
def put_cut(out: Any, count: Any, start: Any, cut: Any) -> Any:
    """Write the words of a special word; the new number of words."""
    while cut:
        count = put(out, count, start, start + (cut & 255))
        start, cut = start + (cut & 255), cut >> 8
    return count


@inner
def put_core(codes: Any, flags: Any, out: Any, count: Any, start: Any, end: Any) -> Any:
    """Write what is left of a run without its ends, when it is no special word: a URL, or pieces between marks."""
    dotted = False
    for i in range(start, end):
        dotted = dotted or codes[i] == DOT
    if dotted and is_url(codes, flags, start, end):
        return put(out, count, start, end)
    piece, i = start, start
    while i < end:
        size = infix_length(codes, flags, start, i, end)
        if size and i > start:
            if i > piece:
                count = put(out, count, piece, i)
            count, piece = put(out, count, i, i + size), i + size
        i += max(size, 1)
    return put(out, count, piece, end) if piece < end else count


@inner
def put_run(
    codes: Any, flags: Any, sums: Any, words: Any, out: Any, tails: Any, count: Any, start: Any, end: Any
) -> Any:
    """Write the words of one run of non-space characters; the new number of words. `tails` is room to work in."""
    n_tails, stop = 0, end
    cut = special_cut(sums, start, stop, words)
    while start < stop and not cut:
        front = prefix_length(codes, flags, start, stop)
        back, cut = 0, special_cut(sums, start + front, stop, words) if front else 0
        if not cut:
            back = suffix_length(codes, flags, sums, start + front, stop, words)
            cut = special_cut(sums, start, stop - back, words) if back else 0
            front = 0 if cut else front
        if not front and not back:
            break
        if front:
            count, start = put(out, count, start, start + front), start + front
        if back:
            stop -= back
            tails[n_tails], n_tails = stop, n_tails + 1
        if front and back:
            cut = special_cut(sums, start, stop, words)
    if cut:
        count = put_cut(out, count, start, cut)
    elif start < stop:
        count = put_core(codes, flags, out, count, start, stop)
    for i in range(n_tails - 1, -1, -1):
        count = put(out, count, tails[i], end if i == 0 else tails[i - 1])
    return count


@inner
def mark_joins(sums: Any, words: Any, out: Any, marks: Any, first: Any, count: Any) -> Any:
    """Mark where special words were cut apart inside a run: how many pieces at the first, -1 at spoilt ones; if any.

    Longer ones go first, then earlier ones; one that overlaps a better one is not joined, yet spoils what it covers.
    """
    size, found = count - first, False
    for i in range(size):
        marks[i] = 0
    for pieces in range(min(size, LONGEST_SPECIAL), 1, -1):
        for i in range(size - pieces + 1):
            start, end = out[2 * (first + i)], out[2 * (first + i + pieces) - 1]
            if end - start > LONGEST_SPECIAL or not look_up(words, span_hash(sums, start, end)) & JOINABLE:
                continue
            joined = marks[i] == 0 and marks[i + pieces - 1] == 0
            for k in range(i, i + pieces):
                marks[k] = -1 if marks[k] == 0 else marks[k]
            if joined:
                marks[i], found = pieces, True
    return found


@inner
def rejoin(sums: Any, words: Any, out: Any, marks: Any, first: Any, count: Any) -> Any:
    """Put special words back together that were cut apart inside a run, such as smileys; the new number of words."""
    if not mark_joins(sums, words, out, marks, first, count):
        return count
    kept, i = first, first
    while i < count:
        start, last = out[2 * i], i + max(marks[i - first], 1) - 1
        if last > i:
            kept = put_cut(out, kept, start, special_cut(sums, start, out[2 * last + 1], words))
        else:
            kept = put(out, kept, start, out[2 * i + 1])
        i = last + 1
    return kept


@kernel
def tokenize(codes: Any, flags: Any, sums: Any, words: Any) -> Any:
    """Bounds of the English words of a text: (starts, ends), int64[words] each."""
    size = len(codes)
    out, tails = np.empty(2 * size, dtype=np.int64), np.empty(size, dtype=np.int64)
    count = i = np.int64(0)  # a plain 0 would have every function below compiled twice
    while i < size:
        if flags[i] & ch.SPACE:
            i += 1
            continue
        start, only, some = i, ALL, np.uint32(0)
        while i < size and not flags[i] & ch.SPACE:
            only, some, i = only & flags[i], some | flags[i], i + 1
        if only & ch.ALPHA and not some & ch.AFFIX:
            cut = special_cut(sums, start, i, words)
            count = put_cut(out, count, start, cut) if cut else put(out, count, start, i)
            continue
        first = count
        count = put_run(codes, flags, sums, words, out, tails, count, start, i)
        if count - first > 1:
            count = rejoin(sums, words, out, tails, first, count)
    return unzip(out, count)


def _entry(word: str, lengths: tuple[int, ...]) -> int:
    """Return what the table holds for a special word; one whose marks are all inside is never cut apart by them."""
    packed = sum(length << (8 * place) for place, length in enumerate(lengths))
    open_ended = not (word[0].isalnum() and word[-1].isalnum()) or "/" in word
    return packed | (JOINABLE if open_ended and len(lengths) < 3 else 0)


@cache
def special_table() -> NDArray[np.uint64]:
    """The special words and the units, as `tokenize` takes them."""
    special = {word: _entry(word, lengths) for word, lengths in special_words().items()}
    return word_table(dict.fromkeys(UNITS.split(), UNIT) | special)
