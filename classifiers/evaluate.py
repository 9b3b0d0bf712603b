"""How good a classifier is, in the few numbers a model card needs; numpy only."""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray


def roc_auc(scores: ArrayLike, positive: ArrayLike) -> float:
    """The chance that a positive scores above a negative, ties counting half; NaN when one of the two is missing.

    >>> roc_auc([0.9, 0.4, 0.4, 0.1], [1, 1, 0, 0])
    0.875
    """
    values, truth = np.asarray(scores, np.float64), np.asarray(positive, bool)
    positives, negatives = int(truth.sum()), int((~truth).sum())
    if not positives or not negatives:
        return float("nan")
    _, place, count = np.unique(values, return_inverse=True, return_counts=True)
    rank = (np.cumsum(count) - (count - 1) / 2)[place]
    return float((rank[truth].sum() - positives * (positives + 1) / 2) / (positives * negatives))


def precision_recall(predicted: Sequence[str], truth: Sequence[str], wanted: str) -> tuple[float, float]:
    """Precision and recall of one label, each NaN when nothing was predicted or nothing was there.

    >>> precision_recall(["en", "en", "de"], ["en", "de", "en"], "en")
    (0.5, 0.5)
    """
    guessed = [guess == wanted for guess in predicted]
    there = [label == wanted for label in truth]
    both = sum(a and b for a, b in zip(guessed, there, strict=True))
    return (both / sum(guessed) if any(guessed) else float("nan"), both / sum(there) if any(there) else float("nan"))


def accuracy_by_label(predicted: Iterable[str], truth: Iterable[str]) -> dict[str, float]:
    """The share of each label that was recognised, by label in alphabetical order.

    >>> accuracy_by_label(["en", "de", "de"], ["en", "en", "de"])
    {'de': 1.0, 'en': 0.5}
    """
    hits: dict[str, list[bool]] = {}
    for guess, label in zip(predicted, truth, strict=True):
        hits.setdefault(label, []).append(guess == label)
    return {label: sum(found) / len(found) for label, found in sorted(hits.items())}


def reliability(scores: ArrayLike, positive: ArrayLike, *, bins: int = 10) -> list[tuple[float, float, int]]:
    """What a score is worth: (mean score, share that is positive, count) per score interval; empty intervals left out.

    >>> reliability([0.05, 0.95, 0.95], [0, 1, 0], bins=2)
    [(0.05, 0.0, 1), (0.95, 0.5, 2)]
    """
    values, truth = np.asarray(scores, np.float64), np.asarray(positive, bool)
    interval = np.minimum((values * bins).astype(int), bins - 1)
    return [
        (float(values[interval == at].mean()), float(truth[interval == at].mean()), int((interval == at).sum()))
        for at in range(bins)
        if (interval == at).any()
    ]


def quantiles(scores: ArrayLike, shares: Sequence[float]) -> NDArray[np.float64]:
    """The scores below which the given shares of all scores lie: float64, as many as shares."""
    return np.quantile(np.asarray(scores, np.float64), shares)
