"""Two judgements of the same texts side by side: where the value model and the WebText-style one differ, for whom.

A score says nothing by itself about another model's score, so texts are compared by their places: the percentile each
model gives a text among all texts that both have scored.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from curate.report.groups import Dimension
from curate.report.pages import Floats, Ints, Pages

JUDGES = ("quality", "webtext")
MIN_TEXTS = 50  # scored by both, for a comparison to say anything
MIN_GROUP = 10
SHOWN = 8
CLEAR = 10.0  # percentiles between the two means of a group, to be named


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A group that one model likes better: mean percentile by each, in 0 to 100."""

    dimension: str
    group: str
    pages: int
    first: float
    second: float


@dataclass(frozen=True, slots=True)
class Judges:
    """How two models see `texts` texts: their rank correlation, and quarters by the first (rows) and the second.

    `quarters` are counts, [4][4], from the lowest; `liked_more` and `liked_less` are groups the first model places
    higher or lower; `examples` are addresses on which the two are furthest apart, higher by the first, by the second.
    """

    names: tuple[str, str]
    texts: int
    agreement: float
    quarters: tuple[tuple[int, ...], ...]
    liked_more: tuple[Disagreement, ...]
    liked_less: tuple[Disagreement, ...]
    examples: tuple[tuple[str, ...], tuple[str, ...]]


def judges(pages: Pages, cuts: Sequence[Dimension], names: tuple[str, str] = JUDGES) -> Judges | None:
    """Compare two scores of a run; None when fewer than `MIN_TEXTS` texts have both."""
    scores = [pages.signals.get(f"{name}.score") for name in names]
    if any(score is None for score in scores):
        return None
    first, second = (np.asarray(score, np.float64) for score in scores)
    both = np.flatnonzero(~np.isnan(first) & ~np.isnan(second))
    if len(both) < MIN_TEXTS:
        return None
    mine, theirs = _percentiles(first[both]), _percentiles(second[both])
    apart = mine - theirs
    order = np.lexsort((pages.ids[both].astype(str), apart))
    found = [each for cut in cuts for each in _of(cut, both, mine, theirs)]
    found.sort(key=lambda each: (each.first - each.second, each.dimension, each.group))
    return Judges(
        names,
        len(both),
        float(np.corrcoef(mine, theirs)[0, 1]) if mine.std() and theirs.std() else 0.0,
        _quarters(mine, theirs),
        tuple(each for each in reversed(found) if each.first - each.second >= CLEAR)[:SHOWN],
        tuple(each for each in found if each.second - each.first >= CLEAR)[:SHOWN],
        (tuple(pages.urls[both[order[::-1][:SHOWN]]].tolist()), tuple(pages.urls[both[order[:SHOWN]]].tolist())),
    )


def _percentiles(scores: Floats) -> Floats:
    """Each score's place among all, texts of one score sharing theirs, in 0 to 100."""
    _, place, count = np.unique(scores, return_inverse=True, return_counts=True)
    share: Floats = 100 * ((np.cumsum(count) - count / 2) / len(scores))[place]
    return share


def _quarters(mine: Floats, theirs: Floats) -> tuple[tuple[int, ...], ...]:
    rows, columns = (np.minimum(each // 25, 3).astype(int) for each in (mine, theirs))
    counts = np.zeros((4, 4), int)
    np.add.at(counts, (rows, columns), 1)
    return tuple(tuple(row) for row in counts.tolist())


def _of(cut: Dimension, both: Ints, mine: Floats, theirs: Floats) -> list[Disagreement]:
    labels, found = cut.label[both], []
    for name in sorted({label for label in labels.tolist() if label}):
        at = labels == name
        if at.sum() >= MIN_GROUP:
            found.append(Disagreement(cut.name, name, int(at.sum()), float(mine[at].mean()), float(theirs[at].mean())))
    return found
