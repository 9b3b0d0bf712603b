"""Tokens of a text as the quality model reads it: words in lower case, numbers, marks and line ends; compiled.

The reading leaves out what two renderings of one page differ in: case, Markdown's marks at the start of a line and
inside it, the kind of quotation mark or dash, runs of one mark, and white space. So a page scores the same whether it
was written as plain text or as Markdown.
"""

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from curate.filters import characters as ch
from curate.filters.compiled import inner, kernel
from curate.filters.hashing import BASE

WORD, NUMBER, MARK, LINE_END = 0, 1, 2, 3
NEWLINE, BLANK, APOSTROPHE, PIPE, HASH, DOT = 10, 32, 39, 124, 35, 46
LIST_LINE = 1  # what a line end says of its line: it began with a list mark
LOWERED = 0x10000  # letters beyond have no case worth folding
ONE = np.uint64(1)

# Marks that mean the same, by code point: curly quotes, dashes, the ellipsis, bullets, full-width forms.
_SAME = {"’": "'", "‘": "'", "ʼ": "'", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "–": "-", "—": "-", "−": "-",
         "…": ".", "·": "•", "▪": "•", "●": "•", "‣": "•", "›": "•"}  # fmt: skip
_MARKUP = "#*>+-•"  # at the start of a line, before a space
_EMPHASIS = "*_`\\"  # anywhere


@cache
def folded() -> NDArray[np.uint32]:
    """Return what each code point below `LOWERED` reads as, uint32[LOWERED]: lower case, one kind of quote and dash."""
    table = np.arange(LOWERED, dtype=np.uint32)
    for code in range(LOWERED):
        low = chr(code).lower()
        if len(low) == 1 and ord(low) < LOWERED:
            table[code] = ord(low)
    for mark, same in _SAME.items():
        table[ord(mark)] = ord(same)
    table.setflags(write=False)
    return table


@cache
def markup() -> NDArray[np.uint8]:
    """Return which ASCII marks are Markdown's: bit 1 at the start of a line, bit 2 anywhere; uint8[128]."""
    table = np.zeros(128, np.uint8)
    for mark in _MARKUP:
        if mark.isascii():
            table[ord(mark)] |= 1
    for mark in _EMPHASIS:
        table[ord(mark)] |= 2
    return table


@inner
def fold(code: Any, folds: Any) -> Any:
    """A code point as it reads."""
    return folds[code] if code < LOWERED else np.uint32(code)


@inner
def class_of(code: Any, classes: Any) -> Any:
    """The flags of a code point."""
    return classes[code] if code < ch.LIMIT else np.uint32(0)


@inner
def after_markup(codes: Any, start: Any, folds: Any, marks: Any) -> Any:
    """Where the text of a line begins whose first character is at `start`: after Markdown's marks and their space."""
    i, size = start, len(codes)
    while i < size and i - start < 8:
        code = fold(codes[i], folds)
        if not (code < 128 and marks[code] & 1) and code != 0x2022:
            break
        i += 1
    if i > start and i < size and codes[i] == BLANK:
        return i + 1
    return start


@inner
def word_end(codes: Any, start: Any, folds: Any, classes: Any) -> Any:
    """Return where a word that begins at `start` ends: after letters, their combining marks, and inner apostrophes."""
    i, size = start, len(codes)
    while i < size:
        if class_of(codes[i], classes) & (ch.LETTER | ch.EXTENDS) or (
            fold(codes[i], folds) == APOSTROPHE
            and i + 1 < size
            and class_of(codes[i + 1], classes) & ch.LETTER
            and i > start
        ):
            i += 1
        else:
            break
    return i


@inner
def number_end(codes: Any, start: Any, classes: Any) -> Any:
    """Return where a number that begins at `start` ends: after digits and single marks between digits."""
    i, size = start, len(codes)
    while i < size:
        if class_of(codes[i], classes) & ch.DIGIT_ANY or (
            i + 1 < size and codes[i] in (46, 44, 58, 47, 45) and class_of(codes[i + 1], classes) & ch.DIGIT_ANY
        ):
            i += 1
        else:
            break
    return i


@inner
def folded_hash(codes: Any, start: Any, end: Any, folds: Any) -> Any:
    """The hash of a span as it reads: that of `filters.hashing.hash_word` for a word in lower case."""
    value = np.uint64(0)
    for i in range(start, end):
        value = value * BASE + np.uint64(fold(codes[i], folds)) + ONE
    return value


@kernel
def tokenize(codes: Any, classes: Any, folds: Any, marks: Any) -> Any:
    """Tokens of a text: hash, uint64[n], kind, uint8[n], start and end, int64[n] each.

    A line end stands once between lines that have tokens; its start and end bound the line, and its hash is
    `LIST_LINE` where the line began with a list mark, else 0. The last line has one too.
    """
    size = len(codes)
    hashes, kinds = np.empty(size + 2, np.uint64), np.empty(size + 2, np.uint8)
    starts, ends = np.empty(size + 2, np.int64), np.empty(size + 2, np.int64)
    count = i = np.int64(0)
    line, first, table, listed, last = np.int64(0), np.int64(0), False, False, np.uint32(0)
    fresh = True
    while i <= size:
        if i == size or codes[i] == NEWLINE:
            if count > first:
                hashes[count], kinds[count] = LIST_LINE if listed else 0, LINE_END
                starts[count], ends[count], count = line, i, count + 1
            i, first, fresh, last = i + 1, count, True, np.uint32(0)
            continue
        flags = class_of(codes[i], classes)
        if flags & ch.SPACE:
            i, last = i + 1, np.uint32(0)
            continue
        if fresh:
            fresh, table, line = False, codes[i] == PIPE, i
            i = after_markup(codes, i, folds, marks)
            listed = i > line and codes[line] != HASH
            line = i
            continue
        start = i
        if flags & ch.LETTER:
            i = word_end(codes, i, folds, classes)
            kinds[count], hashes[count] = WORD, folded_hash(codes, start, i, folds)
        elif flags & ch.DIGIT_ANY:
            i = number_end(codes, i, classes)
            kinds[count], hashes[count] = NUMBER, 1
        else:
            code = fold(codes[i], folds)
            i += 1
            if code == last or (code < 128 and marks[code] & 2) or (table and code == PIPE) or flags & ch.EXTENDS:
                continue
            kinds[count], hashes[count], last = MARK, np.uint64(code) + ONE, code
            starts[count], ends[count], count = start, i, count + 1
            continue
        starts[count], ends[count], count, last = start, i, count + 1, np.uint32(0)
    return hashes[:count], kinds[:count], starts[:count], ends[:count]
