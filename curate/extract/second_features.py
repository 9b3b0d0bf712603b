"""Describes a block for the second stage: the first stage's features and its opinion of the blocks around."""

import numpy as np
from numpy.typing import NDArray

from curate.extract import measures as m
from curate.extract import page as p
from curate.extract.byte_hashes import Numbers
from curate.extract.compiling import compiled
from curate.extract.context_features import Rows, sections
from curate.extract.features import FEATURES, LEVELS
from curate.extract.lines import LINES
from curate.extract.measures import Measures
from curate.extract.page import Page
from curate.extract.sums import MIN_GOOD_WORDS, Sums, containers

REVISED = 25
SECOND_FEATURES = FEATURES + REVISED + LINES


@compiled
def _mean_in(weighted: Sums, first: int, last: int) -> float:
    mean: float = (weighted[last, 0] - weighted[first, 0]) / max(weighted[last, 1] - weighted[first, 1], 1e-6)
    return mean


@compiled
def _of_group(groups: Numbers, measures: Measures, odds: Rows) -> Rows:
    sums = np.zeros((len(groups) + 1, 2))
    for i in range(len(groups)):
        words = measures[i, m.WORDS] + 1.0
        sums[groups[i], 0] += words * odds[i]
        sums[groups[i], 1] += words
    return np.array([sums[g, 0] / max(sums[g, 1], 1e-6) for g in groups]).astype(np.float32)


@compiled
def _follows(i: int, parts: NDArray[np.int64], weighted: Sums, odds: Rows, row: Rows) -> None:
    """What the first stage thinks of what comes before, of what follows, and of the section the block is in."""
    n = len(odds)
    label, after = parts[i]
    row[0], row[1] = _mean_in(weighted, max(i - 3, 0), i), _mean_in(weighted, i + 1, min(i + 4, n))
    row[2], row[3] = _mean_in(weighted, i + 1, min(i + 11, n)), _mean_in(weighted, label + 1, after)
    row[4] = odds[label] if label >= 0 else -1.0
    row[5] = np.log1p(weighted[n, 0] - weighted[i + 1, 0])
    row[6] = _mean_in(weighted, i + 1, after)


@compiled
def revise(
    page: Page, measures: Measures, groups: Numbers, rows: Rows, odds: Rows, scores: Rows, asked: NDArray[np.int64]
) -> Rows:  # fmt: skip
    """The second stage's view of the blocks `asked`: the first's, and what that thinks of everything around them.

    `scores` are `lines.line_scores`.
    """
    n = len(measures)
    wide = np.empty((len(asked), SECOND_FEATURES), np.float32)
    weighted, found = np.zeros((n + 1, 2)), np.zeros(LEVELS, np.int64)
    highest, first_high, last_high = 1e-6, n, -1
    for i in range(n):
        words = measures[i, m.WORDS] + 1.0
        weighted[i + 1, 0], weighted[i + 1, 1] = weighted[i, 0] + words * odds[i], weighted[i, 1] + words
        highest = max(highest, odds[i])
        if odds[i] > 0.5 and measures[i, m.WORDS] >= MIN_GOOD_WORDS:
            first_high, last_high = min(first_high, i), i
    alike = _of_group(groups, measures, odds)
    parts = sections(page, measures)
    for place in range(len(asked)):
        i = asked[place]
        wide[place, :FEATURES] = rows[i]
        wide[place, FEATURES + REVISED :] = scores[i]
        row, k = wide[place, FEATURES:], 0
        row[0], row[1], row[2] = odds[i], odds[i] / highest, alike[i]
        for step in (-1, 1, -2, 2):
            row[3 + k] = odds[i + step] if 0 <= i + step < n else -1.0
            k += 1
        for reach in (3, 10):
            row[3 + k] = _mean_in(weighted, max(i - reach, 0), min(i + reach + 1, n))
            k += 1
        containers(page, page.blocks[i, p.ELEMENT], found)
        for element in found:
            row[3 + k] = _mean_in(weighted, page.elements[element, p.FIRST_BLOCK], page.elements[element, p.LAST_BLOCK])
            k += 1
        row[3 + k] = weighted[n, 0] / max(weighted[n, 1], 1e-6)
        row[4 + k] = np.log1p(weighted[n, 0])
        row[5 + k] = weighted[i, 0] / max(weighted[n, 0], 1e-6)
        row[6 + k] = 0.0 if first_high <= i <= last_high else (first_high - i if i < first_high else last_high - i)
        row[7 + k] = odds[i] * measures[i, m.WORDS]
        _follows(i, parts, weighted, odds, row[8 + k :])
    return wide
