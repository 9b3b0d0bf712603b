"""Describes a block for the second stage: the first stage's features and its opinion of the blocks around."""

import numpy as np
from numpy.typing import NDArray

from curate.extract import measures as m
from curate.extract import page as p
from curate.extract.arrays import doubles, floats, numbers
from curate.extract.byte_hashes import Numbers
from curate.extract.compiling import borrowing, compiled
from curate.extract.context_features import Rows, sections
from curate.extract.features import FEATURES, LEVELS
from curate.extract.lines import LINES, OPENING
from curate.extract.measures import Measures
from curate.extract.page import Page
from curate.extract.sums import MIN_GOOD_WORDS, Sums, containers

# Columns of what the first stage thinks; the last name of a part counts its columns.
_STEPS, _REACHES = (-1, 1, -2, 2), (3, 10)
(_ODDS, _OF_HIGHEST, _ALIKE, _FIRST_STEP) = range(4)
_FIRST_REACH = _FIRST_STEP + len(_STEPS)
_FIRST_LEVEL = _FIRST_REACH + len(_REACHES)
_WHOLE = _FIRST_LEVEL + LEVELS
(_MEAN, _LOG_SUM, _BEFORE, _OUTSIDE, _WEIGHT, _FOLLOWS) = range(_WHOLE, _WHOLE + 6)
(_LAST_3, _NEXT_3, _NEXT_10, _SECTION, _LABEL, _LOG_AFTER, _REST, _FOLLOW_COLUMNS) = range(8)
REVISED = _FOLLOWS + _FOLLOW_COLUMNS
# What the table of lines says of the heading above: the line, and how it opens.
_LABEL_LINE = FEATURES + REVISED + LINES
SECOND_FEATURES = _LABEL_LINE + 2


@borrowing
def _mean_in(weighted: Sums, first: int, last: int) -> float:
    mean: float = (weighted[last, 0] - weighted[first, 0]) / max(weighted[last, 1] - weighted[first, 1], 1e-6)
    return mean


@borrowing
def _of_group(groups: Numbers, measures: Measures, odds: Rows, sums: Sums) -> None:
    """Sums over blocks built alike: words times odds, and words; `sums`, float64[blocks, 2], comes as zeros."""
    for i in range(len(groups)):
        words = measures[i, m.WORDS] + 1.0
        sums[groups[i], 0] += words * odds[i]
        sums[groups[i], 1] += words


@borrowing
def _follows(i: int, parts: NDArray[np.int64], weighted: Sums, odds: Rows, row: Rows) -> None:
    """What the first stage thinks of what comes before, of what follows, and of the section the block is in."""
    n = len(odds)
    label, after = parts[i, 0], parts[i, 1]
    row[_LAST_3], row[_NEXT_3] = _mean_in(weighted, max(i - 3, 0), i), _mean_in(weighted, i + 1, min(i + 4, n))
    row[_NEXT_10], row[_SECTION] = _mean_in(weighted, i + 1, min(i + 11, n)), _mean_in(weighted, label + 1, after)
    row[_LABEL] = odds[label] if label >= 0 else -1.0
    row[_LOG_AFTER] = np.log1p(weighted[n, 0] - weighted[i + 1, 0])
    row[_REST] = _mean_in(weighted, i + 1, after)


@compiled
def revise(
    page: Page, measures: Measures, groups: Numbers, rows: Rows, odds: Rows, scores: Rows, asked: NDArray[np.int64]
) -> Rows:  # fmt: skip
    """The second stage's view of the blocks `asked`: the first's, and what that thinks of everything around them.

    `scores` are `lines.line_scores`.
    """
    n = len(measures)
    wide, weighted, alike, parts = floats(len(asked), SECOND_FEATURES), doubles(n + 1, 2), doubles(n, 2), numbers(n, 2)
    _of_group(groups, measures, odds, alike)
    sections(page, measures, parts)
    _fill(page, measures, groups, rows, odds, scores, asked, weighted, alike, parts, numbers(1, LEVELS)[0], wide)
    return wide


@borrowing
def _fill(
    page: Page, measures: Measures, groups: Numbers, rows: Rows, odds: Rows, scores: Rows, asked: NDArray[np.int64],
    weighted: Sums, alike: Sums, parts: NDArray[np.int64], found: NDArray[np.int64], wide: Rows,
) -> None:  # fmt: skip
    n = len(measures)
    highest, first_high, last_high = 1e-6, n, -1
    for i in range(n):
        words = measures[i, m.WORDS] + 1.0
        weighted[i + 1, 0], weighted[i + 1, 1] = weighted[i, 0] + words * odds[i], weighted[i, 1] + words
        highest = max(highest, odds[i])
        if odds[i] > 0.5 and measures[i, m.WORDS] >= MIN_GOOD_WORDS:
            first_high, last_high = min(first_high, i), i
    for place in range(len(asked)):
        i = asked[place]
        for k in range(FEATURES):
            wide[place, k] = rows[i, k]
        for k in range(LINES):
            wide[place, FEATURES + REVISED + k] = scores[i, k]
        label = parts[i, 0]
        wide[place, _LABEL_LINE] = scores[label, 0] if label >= 0 else 0
        wide[place, _LABEL_LINE + 1] = scores[label, OPENING] if label >= 0 else 0
        row, group = wide[place, FEATURES:], groups[i]
        row[_ODDS], row[_OF_HIGHEST] = odds[i], odds[i] / highest
        row[_ALIKE] = alike[group, 0] / max(alike[group, 1], 1e-6)
        for k in range(len(_STEPS)):
            row[_FIRST_STEP + k] = odds[i + _STEPS[k]] if 0 <= i + _STEPS[k] < n else -1.0
        for k in range(len(_REACHES)):
            row[_FIRST_REACH + k] = _mean_in(weighted, max(i - _REACHES[k], 0), min(i + _REACHES[k] + 1, n))
        containers(page, page.blocks[i, p.ELEMENT], found)
        for k in range(LEVELS):
            element = page.elements[found[k]]
            row[_FIRST_LEVEL + k] = _mean_in(weighted, element[p.FIRST_BLOCK], element[p.LAST_BLOCK])
        row[_MEAN] = weighted[n, 0] / max(weighted[n, 1], 1e-6)
        row[_LOG_SUM] = np.log1p(weighted[n, 0])
        row[_BEFORE] = weighted[i, 0] / max(weighted[n, 0], 1e-6)
        row[_OUTSIDE] = 0.0 if first_high <= i <= last_high else (first_high - i if i < first_high else last_high - i)
        row[_WEIGHT] = odds[i] * measures[i, m.WORDS]
        _follows(i, parts, weighted, odds, row[_FOLLOWS:])
