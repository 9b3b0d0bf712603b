"""Compares arms by what models of every draw say of every held-out site, by a rule that is fixed beforehand.

One draw cuts every arm into two halves by site, and each half trains a model. What an arm is worth is the mean of all
its models; how far the two halves of a draw are apart tells what another crawl by the same recipe would have said.
Arms are compared draw by draw, since a site that several have is drawn alike, and held-out sites are paired too: every
model scores the same ones.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from curate.prove.draws import weights

RULE = (
    "B is better than A only if every layer and every learning rate agrees in sign, each 95 % interval of the "
    "difference leaves out 0, and each difference is over twice the A/A deviation, which is that between two samples "
    "of one corpus, of A or of B, whichever is larger; else: not shown."
)
MEAN = "mean"
BOOTSTRAPS = 400  # of held-out sites
# Two-sided 5 % points of Student's t for 1, 2, 3 ... degrees of freedom.
_T = (12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131, 2.120,
      2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042)  # fmt: skip

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class SetBits:
    """Bits that models need for one held-out set, by site: float64[arms, draws, 2 halves, sites]; `sizes` in bytes."""

    name: str
    sites: tuple[str, ...]
    sizes: Floats
    bits: Floats

    def per_byte(self) -> Floats:
        """Bits per byte; float64[arms, draws, 2]."""
        found: Floats = self.bits.sum(axis=3) / self.sizes.sum()
        return found


@dataclass(frozen=True, slots=True)
class Scores:
    """The measurements of one layer on each held-out set."""

    layer: str
    sets: tuple[SetBits, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """Arm B minus arm A in bits per byte, negative where B is better: of one layer and one held-out set, or their mean.

    `low` and `high` bound it at 95 %; `floor` is twice the larger of the A/A deviations of A and of B.
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


def differences(scores: Scores, a: int, b: int) -> list[Difference]:
    """The differences between two arms: on each held-out set, and on the mean of all, which comes last."""
    values = np.stack([each.per_byte() for each in scores.sets])
    resampled = np.stack([_resampled(each, a, b) for each in scores.sets])
    fewest = [len(each.sites) for each in scores.sets]
    rows = [(each.name, values[i], resampled[i], fewest[i]) for i, each in enumerate(scores.sets)]
    rows.append((MEAN, values.mean(axis=0), resampled.mean(axis=0), min(fewest)))
    return [_difference(scores.layer, name, of[a], of[b], held, sites) for name, of, held, sites in rows]


def _resampled(found: SetBits, a: int, b: int) -> Floats:
    """The difference in bits per byte when the held-out sites are drawn with replacement; float64[BOOTSTRAPS]."""
    by_site = (found.bits[b] - found.bits[a]).mean(axis=(0, 1))
    count = weights(found.sites, BOOTSTRAPS)
    count[~count.any(axis=1)] = 1.0  # of very few sites a draw may hold none
    drawn: Floats = count @ by_site / (count @ found.sizes)
    return drawn


def aa_deviation(arm: Floats) -> float:
    """How far two samples of one corpus are apart, in bits per byte: a root mean square, of float64[draws, 2].

    Two halves are each half as large as the corpus, so they differ by the square root of 2 times more than two samples
    of its own size would.

    >>> round(aa_deviation(np.array([[1.0, 1.2], [1.3, 1.1]])), 4)
    0.1414
    """
    return float(np.sqrt(np.mean((arm[:, 0] - arm[:, 1]) ** 2) / 2))


def _difference(layer: str, name: str, a: Floats, b: Floats, held: Floats, sites: int) -> Difference:
    """One difference, of bits per byte, float64[draws, 2] each, and of resampled differences.

    A half varies about the mean of both halves as the corpus would from one crawl to the next; held-out sites vary by
    themselves. The two variances add up, each with its degrees of freedom (Welch).
    """
    paired = b - a
    value = float(paired.mean())
    trained = float(np.mean(((paired[:, 0] - paired[:, 1]) / 2) ** 2))
    tested = float(held.var(ddof=1))
    error, degrees = math.sqrt(trained + tested), 1.0
    if error:
        degrees = (trained + tested) ** 2 / (trained**2 / len(paired) + tested**2 / max(sites - 1, 1))
    reach = student(degrees) * error
    floor = 2 * max(aa_deviation(a), aa_deviation(b))
    return Difference(layer, name, value, value - reach, value + reach, floor)


def student(degrees: float) -> float:
    """The two-sided 5 % point of Student's t.

    >>> student(3.7), student(2000)
    (3.182, 1.96)
    """
    whole = int(degrees + 1e-9)
    return _T[max(whole, 1) - 1] if whole <= len(_T) else 1.96 + 2.4 / whole if whole < 240 else 1.96


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
