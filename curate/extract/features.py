"""Describes a block for the first stage: itself, its neighbours, and the elements around it."""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from curate.extract import measures as m
from curate.extract import page as p
from curate.extract.arrays import floats, numbers
from curate.extract.byte_hashes import Hashes, Numbers, look_up
from curate.extract.compiling import borrowing, compiled
from curate.extract.context_features import AROUND, BUILT_ALIKE, POSITION, Rows, around, built_alike, position
from curate.extract.measures import Measures
from curate.extract.page import Page
from curate.extract.siblings import SIBLINGS, siblings
from curate.extract.sums import (
    GOOD_BEFORE,
    LINKED_BEFORE,
    PARAGRAPHS_BEFORE,
    WORDS_BEFORE,
    Sums,
    containers,
    running_sums,
    words_and_links,
)
from curate.extract.tags import NUMBER, TAGS

Words: TypeAlias = NDArray[np.float32]

# Elements whose presence above a block is a feature of its own.
_LANDMARKS = (
    ("article", "main"), ("nav", "menu"), ("aside",), ("footer",), ("header", "hgroup"), ("form", "fieldset"),
    ("figure", "figcaption"), ("table",), ("ul", "ol", "dl"), ("blockquote",), ("a",), ("li",), ("noscript",),
)  # fmt: skip
_LANDMARK = np.full(len(TAGS), -1, np.int64)
for _i, _names in enumerate(_LANDMARKS):
    for _name in _names:
        _LANDMARK[NUMBER[_name]] = _i
_LANDMARK_COUNT = len(_LANDMARKS)

# Columns of the scores of elements: float32[elements, _SCORES + landmarks].
(_OWN, _DECAYED, _PATH_MIN, _PATH_MAX, _SCORES) = range(5)
DECAY = 0.7

# Columns of each part of a block's row; the last name of a part counts its columns.
(
    _LOG_CHARS, _LOG_WORDS, _WORD_CHARS, _LINK_SHARE, _LINKS, _COMMAS_A_WORD, _STOPS_A_WORD, _ENDS, _STARTS,
    _UPPER_SHARE, _DIGIT_SHARE, _SYMBOL_SHARE, _TAG, _HEADING_LEVEL, _TITLE_SHARE, _TITLE_WORDS, _REPEATS,
    _MEAN_SCORE, _LOWEST_SCORE, _IMAGES, _INPUTS, _LINES, SHALLOW,
) = range(23)  # fmt: skip
(_IN_LOG_WORDS, _IN_LINK_SHARE, _IN_LOG_BLOCKS, _IN_PARAGRAPHS, _IN_WORD_SHARE, _IN_GOOD_SHARE, PER_LEVEL) = range(7)
(_DEPTH, _PARENT_TAG, _IS_HIDDEN, _FIRST_SCORE) = range(4)
_PARENT_SCORE = _FIRST_SCORE + _SCORES
_FIRST_LANDMARK = _PARENT_SCORE + 1
_FIRST_CENTRE = _FIRST_LANDMARK + _LANDMARK_COUNT
CENTRE_SHARES = (0.5, 0.7)
LINEAGE = _FIRST_CENTRE + len(CENTRE_SHARES)
LEVELS = 4
NEIGHBOURS = 14
FEATURES = SHALLOW + POSITION + NEIGHBOURS + LEVELS * PER_LEVEL + LINEAGE + AROUND + BUILT_ALIKE + SIBLINGS


@borrowing
def _per_word(value: float, words: float) -> float:
    return value / max(words, 1.0)


@borrowing
def _shallow(page: Page, i: int, measure: Measures, log_words: np.float32, row: Rows) -> None:
    words, chars = measure[m.WORDS], max(measure[m.CHARS], 1.0)
    block = page.blocks[i]
    row[_LOG_CHARS], row[_LOG_WORDS] = np.log1p(chars), log_words
    row[_WORD_CHARS] = chars / max(words, 1.0)
    row[_LINK_SHARE], row[_LINKS] = measure[m.LINK_SHARE], block[p.LINKS]
    row[_COMMAS_A_WORD], row[_STOPS_A_WORD] = _per_word(measure[m.COMMAS], words), _per_word(measure[m.STOPS], words)
    row[_ENDS], row[_STARTS] = measure[m.ENDS], measure[m.STARTS]
    row[_UPPER_SHARE], row[_DIGIT_SHARE] = measure[m.UPPER] / chars, measure[m.DIGITS] / chars
    row[_SYMBOL_SHARE] = measure[m.SYMBOLS] / chars
    row[_TAG] = page.elements[block[p.ELEMENT], p.TAG]
    row[_HEADING_LEVEL] = block[p.HEADING_LEVEL]
    row[_TITLE_SHARE], row[_TITLE_WORDS] = _per_word(measure[m.TITLE_WORDS], words), measure[m.TITLE_WORDS]
    row[_REPEATS] = measure[m.REPEATS]
    row[_MEAN_SCORE], row[_LOWEST_SCORE] = _per_word(measure[m.SCORE], words), measure[m.LOWEST]
    row[_IMAGES], row[_INPUTS] = block[p.IMAGES], block[p.INPUTS]
    row[_LINES] = measure[m.LINES]


@borrowing
def _neighbours(page: Page, i: int, measures: Measures, log_words: Words, sums: Sums, row: Rows) -> None:
    n, k = len(measures), 0
    for step in (-1, 1, -2, 2):
        j = i + step
        inside = 0 <= j < n
        row[k] = log_words[j] if inside else -1.0
        row[k + 1] = measures[j, m.LINK_SHARE] if inside else -1.0
        k += 2
    for reach in (3, 10):
        words, linked = words_and_links(sums, max(i - reach, 0), min(i + reach + 1, n))
        row[k], row[k + 1] = words, linked
        k += 2
    row[k] = page.elements[page.blocks[i - 1, p.ELEMENT], p.TAG] if i else -1.0
    row[k + 1] = page.elements[page.blocks[i + 1, p.ELEMENT], p.TAG] if i + 1 < n else -1.0


@borrowing
def _levels(page: Page, found: NDArray[np.int64], before: NDArray[np.int64], sums: Sums, rows: Rows, i: int) -> None:
    """What is in the elements `found` around block `i`; what they share with the block before is the same."""
    n, first_column = len(sums) - 1, SHALLOW + POSITION + NEIGHBOURS
    for level in range(len(found)):
        column = first_column + level * PER_LEVEL
        if i and found[level] == before[level]:
            for k in range(column, column + PER_LEVEL):
                rows[i, k] = rows[i - 1, k]
            continue
        before[level] = found[level]
        first, last = page.elements[found[level], p.FIRST_BLOCK], page.elements[found[level], p.LAST_BLOCK]
        words, of = sums[last, WORDS_BEFORE] - sums[first, WORDS_BEFORE], rows[i, column:]
        of[_IN_LOG_WORDS] = np.log1p(words)
        of[_IN_LINK_SHARE] = (sums[last, LINKED_BEFORE] - sums[first, LINKED_BEFORE]) / max(words, 1.0)
        of[_IN_LOG_BLOCKS] = np.log1p(last - first)
        of[_IN_PARAGRAPHS] = (sums[last, PARAGRAPHS_BEFORE] - sums[first, PARAGRAPHS_BEFORE]) / max(last - first, 1)
        of[_IN_WORD_SHARE] = words / max(sums[n, WORDS_BEFORE], 1.0)
        of[_IN_GOOD_SHARE] = (sums[last, GOOD_BEFORE] - sums[first, GOOD_BEFORE]) / max(words, 1.0)


@compiled
def element_scores(page: Page, keys: Hashes, values: Numbers) -> Rows:
    """Class-token scores and landmarks of every element, its ancestors' included; parents come before children."""
    scores = floats(page.state[p.ELEMENTS], _SCORES + _LANDMARK_COUNT)
    _score_elements(page, keys, values, scores)
    return scores


@borrowing
def _score_elements(page: Page, keys: Hashes, values: Numbers, scores: Rows) -> None:
    for i in range(len(scores)):
        element = page.elements[i]
        if element[p.FIRST_BLOCK] == element[p.LAST_BLOCK]:
            continue
        total, known = 0.0, 0
        for j in range(element[p.FIRST_TOKEN], element[p.LAST_TOKEN]):
            value = look_up(keys, values, page.tokens[j] & np.uint64(0xFFFFFFFF))
            if value != -1:
                total, known = total + value, known + 1
        own = total / max(known, 1)
        row = scores[i]
        if i:
            above = scores[element[p.PARENT]]
            for k in range(len(row)):
                row[k] = above[k]
        row[_OWN] = own
        row[_DECAYED] = own + DECAY * row[_DECAYED]
        row[_PATH_MIN], row[_PATH_MAX] = min(own, row[_PATH_MIN]), max(own, row[_PATH_MAX])
        landmark = _LANDMARK[element[p.TAG]]
        if landmark >= 0:
            row[_SCORES + landmark] += 1


@borrowing
def smallest_with(page: Page, sums: Sums, share: float) -> int:
    """The smallest element that holds a share of the page's good text."""
    n, best, best_size = len(sums) - 1, 0, len(sums)
    goal = share * sums[n, GOOD_BEFORE]
    for i in range(page.state[p.ELEMENTS]):
        first, last = page.elements[i, p.FIRST_BLOCK], page.elements[i, p.LAST_BLOCK]
        if last - first <= best_size and sums[last, GOOD_BEFORE] - sums[first, GOOD_BEFORE] >= goal:
            best, best_size = i, last - first
    return best


@borrowing
def _lineage(page: Page, i: int, scores: Rows, centres: NDArray[np.int64], row: Rows) -> None:
    element = page.blocks[i, p.ELEMENT]
    parent = max(page.elements[element, p.PARENT], 0)
    row[_DEPTH] = page.elements[element, p.DEPTH]
    row[_PARENT_TAG] = page.elements[parent, p.TAG]
    row[_IS_HIDDEN] = page.elements[element, p.IS_HIDDEN]
    for k in range(_SCORES):
        row[_FIRST_SCORE + k] = scores[element, k]
    row[_PARENT_SCORE] = scores[parent, _OWN]
    for k in range(_LANDMARK_COUNT):
        row[_FIRST_LANDMARK + k] = scores[element, _SCORES + k]
    for k in range(len(centres)):
        row[_FIRST_CENTRE + k] = page.elements[centres[k], p.FIRST_BLOCK] <= i < page.elements[centres[k], p.LAST_BLOCK]


@compiled
def features(page: Page, measures: Measures, scores: Rows, groups: Numbers) -> Rows:
    """The first stage's view of a page: float32[blocks, FEATURES]."""
    n = len(measures)
    rows, log_words, found, centres = floats(n, FEATURES), floats(1, n)[0], numbers(2, LEVELS), numbers(1, 2)[0]
    sums = running_sums(page, measures)
    for i in range(n):
        log_words[i] = np.log1p(measures[i, m.WORDS])
    centres[0], centres[1] = smallest_with(page, sums, CENTRE_SHARES[0]), smallest_with(page, sums, CENTRE_SHARES[1])
    _fill(page, measures, log_words, scores, sums, centres, found, rows)
    position(page, measures, sums, rows, SHALLOW)
    around(page, measures, log_words, sums, rows, FEATURES - SIBLINGS - BUILT_ALIKE - AROUND)
    built_alike(groups, measures, rows, FEATURES - SIBLINGS - BUILT_ALIKE)
    siblings(page, measures, groups, rows, FEATURES - SIBLINGS)
    return rows


@borrowing
def _fill(
    page: Page, measures: Measures, log_words: Words, scores: Rows, sums: Sums, centres: NDArray[np.int64],
    found: NDArray[np.int64], rows: Rows,
) -> None:  # fmt: skip
    neighbours, lineage = SHALLOW + POSITION, SHALLOW + POSITION + NEIGHBOURS + LEVELS * PER_LEVEL
    for i in range(len(rows)):
        row = rows[i]
        _shallow(page, i, measures[i], log_words[i], row)
        _neighbours(page, i, measures, log_words, sums, row[neighbours:])
        containers(page, page.blocks[i, p.ELEMENT], found[0])
        _levels(page, found[0], found[1], sums, rows, i)
        _lineage(page, i, scores, centres, row[lineage:])
