"""Describes a block beyond its neighbours: blocks like it on the page, its place, and the blocks on both sides."""

import numpy as np
from numpy.typing import NDArray

from curate.extract import measures as m
from curate.extract import page as p
from curate.extract.arrays import doubles, firsts_of, hashes
from curate.extract.byte_hashes import BASIS, Hashes, Numbers, mix
from curate.extract.compiling import borrowing, compiled
from curate.extract.measures import Measures
from curate.extract.page import Page
from curate.extract.sums import GOOD_BEFORE, MIN_GOOD_WORDS, WORDS_BEFORE, Sums

Rows = NDArray[np.float32]

# A paragraph by any standard; a line that names what follows it; how far it is looked for either.
MIN_LONG_WORDS, MAX_LONG_LINK_SHARE = 20, 0.3
MAX_LABEL_WORDS = 6
MAX_DISTANCE = 60
_COLON = 2  # of `measures.ENDS`

# Columns of each part of a block's row; the last name of a part counts its columns.
(
    _PLACE, _WORDS_BEFORE, _LOG_BLOCKS, _LOG_WORDS, _AFTER_HEADING, _WORDS_AFTER_HEADING, _AFTER_TOP, _GOOD_SHARE,
    POSITION,
) = range(9)  # fmt: skip
(_LONG_AT, _LONG_WORDS, _SHORT_FIRST, _A_SIDE) = range(4)
(_LABEL_SCORE, _LABEL_LOWEST, _AFTER_LABEL, _GOOD_BEFORE, AROUND) = range(2 * _A_SIDE, 2 * _A_SIDE + 5)
(_LOG_COUNT, _LOG_MEAN_WORDS, _ALIKE_LINKED, _ALIKE_SHARE, _OF_MEAN_WORDS, BUILT_ALIKE) = range(6)


@compiled
def signatures(page: Page) -> Numbers:
    """Return which blocks are built alike: for each the first of them, by tags and classes two levels up."""
    built = hashes(1, page.state[p.BLOCKS])[0]
    _hash_structure(page, built)
    return firsts_of(built)


@borrowing
def _hash_structure(page: Page, built: Hashes) -> None:
    for i in range(len(built)):
        element, value = page.blocks[i, p.ELEMENT], BASIS
        for _ in range(3):
            if element < 0:
                break
            value = mix(value, int(page.elements[element, p.TAG]))
            first = page.elements[element, p.FIRST_TOKEN]
            if first < page.elements[element, p.LAST_TOKEN]:
                value = mix(value, page.tokens[first] & np.uint64(0xFFFFFFFF))
            element = page.elements[element, p.PARENT]
        built[i] = value


@compiled
def built_alike(groups: Numbers, measures: Measures, rows: Rows, column: int) -> None:
    """Of the blocks built alike: how many, how long, how linked, how much of the page, how many in a row."""
    sums, total = doubles(len(groups), 3), 0.0
    _sum_alike(groups, measures, sums)
    for i in range(len(groups)):
        total += sums[i, 1]
    _describe_alike(groups, measures, sums, max(total, 1.0), rows, column)


@borrowing
def _sum_alike(groups: Numbers, measures: Measures, sums: Sums) -> None:
    for i in range(len(groups)):
        words = measures[i, m.WORDS]
        sums[groups[i], 0] += 1
        sums[groups[i], 1] += words
        sums[groups[i], 2] += words * measures[i, m.LINK_SHARE]


@borrowing
def _describe_alike(
    groups: Numbers, measures: Measures, sums: Sums, total: float, rows: Rows, column: int
) -> None:  # fmt: skip
    for i in range(len(groups)):
        of, row = sums[groups[i]], rows[i, column:]
        count, words, linked = of[0], of[1], of[2]
        row[_LOG_COUNT], row[_LOG_MEAN_WORDS] = np.log1p(count), np.log1p(words / count)
        row[_ALIKE_LINKED], row[_ALIKE_SHARE] = linked / max(words, 1.0), words / total
        row[_OF_MEAN_WORDS] = measures[i, m.WORDS] * count / max(words, 1.0)


@borrowing
def position(page: Page, measures: Measures, sums: Sums, rows: Rows, column: int) -> None:
    """Where the block stands: in the page, after the last heading, around the first h1."""
    n, heading, top = len(measures), -1, -1
    log_blocks, log_words = np.log1p(n), np.log1p(sums[n, WORDS_BEFORE])
    for i in range(n):
        row = rows[i, column:]
        level = page.blocks[i, p.HEADING_LEVEL]
        row[_PLACE], row[_WORDS_BEFORE] = i / n, sums[i, WORDS_BEFORE] / max(sums[n, WORDS_BEFORE], 1.0)
        row[_LOG_BLOCKS], row[_LOG_WORDS] = log_blocks, log_words
        if level:
            heading = i
        if level == 1 and top < 0:
            top = i
        row[_AFTER_HEADING] = i - heading if heading >= 0 else -1.0
        after = sums[i, WORDS_BEFORE] - sums[heading, WORDS_BEFORE]
        row[_WORDS_AFTER_HEADING] = np.log1p(after) if heading >= 0 else -1.0
        row[_AFTER_TOP] = i - top if top >= 0 else -1.0
        row[_GOOD_SHARE] = sums[n, GOOD_BEFORE] / max(sums[n, WORDS_BEFORE], 1.0)


@borrowing
def _is_long(measure: Measures) -> bool:
    return bool(measure[m.WORDS] >= MIN_LONG_WORDS and measure[m.LINK_SHARE] < MAX_LONG_LINK_SHARE)


@borrowing
def is_label(page: Page, i: int, measure: Measures) -> bool:
    """Return whether a block names what follows: a heading, or a few words that end in a colon."""
    return bool(page.blocks[i, p.HEADING_LEVEL] or (measure[m.WORDS] <= MAX_LABEL_WORDS and measure[m.ENDS] == _COLON))


@borrowing
def sections(page: Page, measures: Measures, parts: NDArray[np.int64]) -> None:
    """Write the label that each block stands under (itself, if it is one; or -1) and the next label after that."""
    n, label = len(measures), -1
    for i in range(n):
        if is_label(page, i, measures[i]):
            label = i
        parts[i, 0] = label
    after = n
    for i in range(n - 1, -1, -1):
        parts[i, 1] = after
        if parts[i, 0] == i:
            after = i


@borrowing
def _towards(measures: Measures, log_words: NDArray[np.float32], rows: Rows, column: int, step: int) -> None:
    """To one side: how far the next long block is and how long, and how many short blocks come first."""
    n, far, short = len(measures), -1, 0
    for k in range(n):
        i = k if step > 0 else n - 1 - k
        row = rows[i, column:]
        row[_LONG_AT] = min(abs(i - far), MAX_DISTANCE) if far >= 0 else MAX_DISTANCE + 1
        row[_LONG_WORDS] = log_words[far] if far >= 0 else -1.0
        row[_SHORT_FIRST] = min(short, MAX_DISTANCE)
        short = 0 if measures[i, m.WORDS] >= MIN_GOOD_WORDS else short + 1
        if _is_long(measures[i]):
            far = i


@borrowing
def around(
    page: Page, measures: Measures, log_words: NDArray[np.float32], sums: Sums, rows: Rows, column: int
) -> None:  # fmt: skip
    """What lies on both sides beyond the neighbours, and what the last label says."""
    n, label = len(measures), -1
    _towards(measures, log_words, rows, column, 1)
    _towards(measures, log_words, rows, column + _A_SIDE, -1)
    for i in range(n):
        row = rows[i, column:]
        if label >= 0:
            row[_LABEL_SCORE] = measures[label, m.SCORE] / max(measures[label, m.WORDS], 1.0)
            row[_LABEL_LOWEST] = measures[label, m.LOWEST]
        row[_AFTER_LABEL] = min(i - label, MAX_DISTANCE) if label >= 0 else -1.0
        row[_GOOD_BEFORE] = sums[i, GOOD_BEFORE] / max(sums[n, GOOD_BEFORE], 1.0)
        if is_label(page, i, measures[i]):
            label = i
