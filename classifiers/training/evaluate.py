"""Measures a classifier in the few numbers that a model card needs; numpy only."""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import ArrayLike


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


def fit_calibration(scores: ArrayLike, positive: ArrayLike, *, steps: int = 50) -> tuple[float, float]:
    """Slope and offset on the log-odds of scores that make them probabilities, were both classes equally frequent.

    Source: Platt 1999, by Newton's method, with classes weighted to balance.
    """
    truth = np.asarray(positive, bool)
    safe = np.clip(np.asarray(scores, np.float64), 1e-5, 1 - 1e-5)
    design = np.column_stack([np.log(safe / (1 - safe)), np.ones(len(safe))])
    weight = np.where(truth, 0.5 / max(truth.sum(), 1), 0.5 / max((~truth).sum(), 1)) * len(truth)
    found = np.zeros(2)
    for _ in range(steps):
        expected = 1 / (1 + np.exp(-design @ found))
        curvature = design.T @ (design * (weight * expected * (1 - expected) + 1e-9)[:, None])
        found -= np.linalg.solve(curvature, design.T @ (weight * (expected - truth)))
    return float(found[0]), float(found[1])
