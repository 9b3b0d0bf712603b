"""Compares arms by numbers that every draw gives for every arm, and says what they show by a rule fixed beforehand.

One draw cuts every arm into two halves by site. Each half trains a model, and every model is scored on every held-out
set, in bits per byte. The first half stands for its arm; the second tells how far two halves of one corpus are apart,
which is the noise floor of that arm. Arms are compared draw by draw, since a site that several have is drawn alike.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

RULE = (
    "B is better than A only if every layer and every learning rate agrees in sign, each 95 % interval of the "
    "difference leaves out 0, and each difference is over twice the deviation between two halves of A and of B; "
    "else: not shown."
)
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Scores:
    """The measurements of one layer: bits per byte, float64[arms, draws, 2 halves, held-out sets]."""

    layer: str
    values: Floats


@dataclass(frozen=True, slots=True)
class Difference:
    """Arm B minus arm A in bits per byte, negative where B is better: of one layer and one held-out set, or their mean.

    `low` and `high` bound it at 95 %; `floor` is twice the larger deviation between two halves of A and of B.
    """

    layer: str
    held_out: str
    value: float
    low: float
    high: float
    floor: float

    @property
    def shown(self) -> int:
        """-1 where B is better, 1 where A is, 0 where it is not shown."""
        if abs(self.value) <= self.floor or self.low <= 0 <= self.high:
            return 0
        return -1 if self.value < 0 else 1


MEAN = "mean"


def differences(scores: Scores, a: int, b: int, names: Sequence[str]) -> list[Difference]:
    """The differences between two arms: on each held-out set, and on the mean of all, which comes last."""
    with_mean = np.concatenate([scores.values, scores.values.mean(axis=3, keepdims=True)], axis=3)
    return [_difference(scores.layer, name, with_mean[a, :, :, i], with_mean[b, :, :, i]) for i, name in
            enumerate([*names, MEAN])]  # fmt: skip


def _difference(layer: str, name: str, a: Floats, b: Floats) -> Difference:
    """One difference, of bits per byte, float64[draws, 2] each.

    Half a corpus varies from draw to draw as the whole one would from one crawl to the next, so the deviation over the
    draws is the standard error of the whole.
    """
    draws = b.mean(axis=1) - a.mean(axis=1)
    value = float(draws.mean())
    error = float((b[:, 0] - a[:, 0]).std(ddof=1)) if len(draws) > 1 else float("inf")
    floor = 2 * max(float(np.sqrt(np.mean((arm[:, 0] - arm[:, 1]) ** 2))) for arm in (a, b))
    return Difference(layer, name, value, value - 1.96 * error, value + 1.96 * error, floor)


def verdict(found: Sequence[Difference], required: Sequence[str]) -> int:
    """Return what the means of all layers show together: -1 B is better, 1 A is, 0 not shown or a layer is missing.

    >>> sure = Difference("n-grams", "mean", -0.2, -0.3, -0.1, 0.05)
    >>> verdict([sure], ["n-grams"]), verdict([sure], ["n-grams", "models"])
    (-1, 0)
    >>> verdict([sure, Difference("models", "mean", -0.2, -0.4, 0.1, 0.05)], ["n-grams", "models"])
    0
    """
    means: Mapping[str, int] = {each.layer: each.shown for each in found if each.held_out == MEAN}
    signs = {means.get(layer, 0) for layer in required}
    return signs.pop() if len(signs) == 1 else 0
