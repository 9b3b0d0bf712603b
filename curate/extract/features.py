"""Describes a block for the first stage: itself, its neighbours, and the elements around it."""

import numpy as np
from numpy.typing import NDArray

from curate.extract import measures as m
from curate.extract import page as p
from curate.extract.byte_hashes import Hashes, Numbers, look_up
from curate.extract.compiling import compiled
from curate.extract.context_features import AROUND, KIN, PLACED, Rows, around, kin, placed
from curate.extract.measures import Measures
from curate.extract.page import Page
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

LEVELS = 4
SHALLOW = 22
NEIGHBOURS = 14
PER_LEVEL = 6
LINEAGE = 8 + len(_LANDMARKS) + 2
FEATURES = SHALLOW + PLACED + NEIGHBOURS + LEVELS * PER_LEVEL + LINEAGE + AROUND + KIN

# Columns of the scores of elements: float32[elements, 4 + landmarks].
(_OWN, _DECAYED, _PATH_MIN, _PATH_MAX) = range(4)
DECAY = 0.7


@compiled
def _per_word(value: float, words: float) -> float:
    return value / max(words, 1.0)


@compiled
def _shallow(page: Page, i: int, measure: Measures, row: Rows) -> None:
    words, chars = measure[m.WORDS], max(measure[m.CHARS], 1.0)
    block = page.blocks[i]
    row[0], row[1] = np.log1p(chars), np.log1p(words)
    row[2] = chars / max(words, 1.0)
    row[3], row[4] = measure[m.LINK_SHARE], block[p.LINKS]
    row[5], row[6] = _per_word(measure[m.COMMAS], words), _per_word(measure[m.STOPS], words)
    row[7], row[8] = measure[m.ENDS], measure[m.STARTS]
    row[9], row[10], row[11] = measure[m.UPPER] / chars, measure[m.DIGITS] / chars, measure[m.SYMBOLS] / chars
    row[12] = page.elements[block[p.ELEMENT], p.TAG]
    row[13] = block[p.HEADING_LEVEL]
    row[14], row[15] = _per_word(measure[m.TITLE_WORDS], words), measure[m.TITLE_WORDS]
    row[16] = measure[m.REPEATS]
    row[17], row[18] = _per_word(measure[m.SCORE], words), measure[m.LOWEST]
    row[19], row[20] = block[p.IMAGES], block[p.INPUTS]
    row[21] = measure[m.LINES]


@compiled
def _neighbours(page: Page, i: int, measures: Measures, sums: Sums, row: Rows) -> None:
    n, k = len(measures), 0
    for step in (-1, 1, -2, 2):
        j = i + step
        inside = 0 <= j < n
        row[k] = np.log1p(measures[j, m.WORDS]) if inside else -1.0
        row[k + 1] = measures[j, m.LINK_SHARE] if inside else -1.0
        k += 2
    for reach in (3, 10):
        words, linked = words_and_links(sums, max(i - reach, 0), min(i + reach + 1, n))
        row[k], row[k + 1] = words, linked
        k += 2
    row[k] = page.elements[page.blocks[i - 1, p.ELEMENT], p.TAG] if i else -1.0
    row[k + 1] = page.elements[page.blocks[i + 1, p.ELEMENT], p.TAG] if i + 1 < n else -1.0


@compiled
def _levels(page: Page, found: NDArray[np.int64], sums: Sums, row: Rows) -> None:
    n, k = len(sums) - 1, 0
    for element in found:
        first, last = page.elements[element, p.FIRST_BLOCK], page.elements[element, p.LAST_BLOCK]
        part = sums[last] - sums[first]
        row[k], row[k + 1] = np.log1p(part[WORDS_BEFORE]), part[LINKED_BEFORE] / max(part[WORDS_BEFORE], 1.0)
        row[k + 2] = np.log1p(last - first)
        row[k + 3] = part[PARAGRAPHS_BEFORE] / max(last - first, 1)
        row[k + 4] = part[WORDS_BEFORE] / max(sums[n, WORDS_BEFORE], 1.0)
        row[k + 5] = part[GOOD_BEFORE] / max(part[WORDS_BEFORE], 1.0)
        k += PER_LEVEL


@compiled
def element_scores(page: Page, keys: Hashes, values: Numbers) -> Rows:
    """Class-token scores and landmarks of every element, its ancestors' included; parents come before children."""
    n = page.state[p.ELEMENTS]
    scores = np.zeros((n, 4 + _LANDMARK_COUNT), np.float32)
    for i in range(n):
        element = page.elements[i]
        total, known = 0.0, 0
        for j in range(element[p.FIRST_TOKEN], element[p.LAST_TOKEN]):
            value = look_up(keys, values, page.tokens[j] & np.uint64(0xFFFFFFFF))
            if value != -1:
                total, known = total + value, known + 1
        own = total / max(known, 1)
        row = scores[i]
        if i:
            row[:] = scores[element[p.PARENT]]
        row[_OWN] = own
        row[_DECAYED] = own + DECAY * row[_DECAYED]
        row[_PATH_MIN], row[_PATH_MAX] = min(own, row[_PATH_MIN]), max(own, row[_PATH_MAX])
        landmark = _LANDMARK[element[p.TAG]]
        if landmark >= 0:
            row[4 + landmark] += 1
    return scores


@compiled
def smallest_with(page: Page, sums: Sums, share: float) -> int:
    """The smallest element that holds a share of the page's good text."""
    n, best, best_size = len(sums) - 1, 0, len(sums)
    goal = share * sums[n, GOOD_BEFORE]
    for i in range(page.state[p.ELEMENTS]):
        first, last = page.elements[i, p.FIRST_BLOCK], page.elements[i, p.LAST_BLOCK]
        if last - first <= best_size and sums[last, GOOD_BEFORE] - sums[first, GOOD_BEFORE] >= goal:
            best, best_size = i, last - first
    return best


@compiled
def _lineage(page: Page, i: int, scores: Rows, centres: NDArray[np.int64], row: Rows) -> None:
    element = page.blocks[i, p.ELEMENT]
    row[0] = page.elements[element, p.DEPTH]
    parent = max(page.elements[element, p.PARENT], 0)
    row[1] = page.elements[parent, p.TAG]
    row[2] = page.elements[element, p.IS_HIDDEN]
    for k in range(4):
        row[3 + k] = scores[element, k]
    row[7] = scores[parent, _OWN]
    for k in range(_LANDMARK_COUNT):
        row[8 + k] = scores[element, 4 + k]
    k = 8 + _LANDMARK_COUNT
    for centre in centres:
        row[k] = page.elements[centre, p.FIRST_BLOCK] <= i < page.elements[centre, p.LAST_BLOCK]
        k += 1


@compiled
def features(page: Page, measures: Measures, scores: Rows, groups: Numbers) -> Rows:
    """The first stage's view of a page: float32[blocks, FEATURES]."""
    n = len(measures)
    rows, found = np.zeros((n, FEATURES), np.float32), np.zeros(LEVELS, np.int64)
    sums = running_sums(page, measures)
    centres = np.array([smallest_with(page, sums, 0.5), smallest_with(page, sums, 0.7)])
    for i in range(n):
        row, k = rows[i], 0
        _shallow(page, i, measures[i], row)
        k += SHALLOW + PLACED
        _neighbours(page, i, measures, sums, row[k:])
        k += NEIGHBOURS
        containers(page, page.blocks[i, p.ELEMENT], found)
        _levels(page, found, sums, row[k:])
        k += LEVELS * PER_LEVEL
        _lineage(page, i, scores, centres, row[k:])
    placed(page, measures, sums, rows, SHALLOW)
    around(page, measures, sums, rows, FEATURES - KIN - AROUND)
    kin(groups, measures, rows, FEATURES - KIN)
    return rows
