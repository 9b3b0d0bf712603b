"""Compares arms by what models of every draw say of every held-out site, by a rule that is fixed beforehand.

One draw cuts every arm into two halves by site, and each half trains a model. What an arm is worth is the mean of all
its models; how far the two halves of a draw are apart tells what another crawl by the same recipe would have said.
Arms are compared draw by draw, since a site that several have is drawn alike, and held-out sites are paired too: every
model scores the same ones.

Half the difference of two halves varies as the mean of both does from one crawl to the next. Where a draw reads all of
a corpus, the mean over many draws varies just as much, since every draw has the same sites. Where it reads the share f,
draws differ, and the mean over n of them varies f + (1 - f) / n times as much.
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
    "of one corpus (of both corpora the root mean square); else: not shown."
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
    """The measurements of one layer on each held-out set; `shares` is how much of each arm one draw reads, 0 to 1."""

    layer: str
    sets: tuple[SetBits, ...]
    shares: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """Arm B minus arm A in bits per byte, negative where B is better: of one layer and one held-out set, or their mean.

    `low` and `high` bound it at 95 %; `floor` is twice the root mean square of the A/A deviations of A and of B.
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
    shares = scores.shares[a], scores.shares[b]
    return [_difference(scores.layer, name, of[a], of[b], shares, held, sites) for name, of, held, sites in rows]


def _resampled(found: SetBits, a: int, b: int) -> Floats:
    """The difference in bits per byte when the held-out sites are drawn with replacement; float64[BOOTSTRAPS]."""
    by_site = (found.bits[b] - found.bits[a]).mean(axis=(0, 1))
    count = weights(found.sites, BOOTSTRAPS)
    count[~count.any(axis=1)] = 1.0  # of very few sites a draw may hold none
    drawn: Floats = count @ by_site / (count @ found.sizes)
    return drawn


def spread(halves: Floats) -> float:
    """The variance of a mean of two halves from one crawl to the next, from how far they are apart; float64[draws, 2].

    >>> round(spread(np.array([[1.0, 1.2], [1.3, 1.1]])), 4)
    0.01
    """
    return float(np.mean(((halves[:, 0] - halves[:, 1]) / 2) ** 2))


def left_over(share: float, draws: int) -> float:
    """How much of that variance is left in the mean over some draws, each of which reads a share of the corpus.

    >>> left_over(1.0, 8), left_over(0.0, 8)
    (1.0, 0.125)
    """
    return share + (1 - share) / draws


def aa_deviation(arm: Floats, share: float) -> float:
    """How far two samples of one corpus are apart by chance, in bits per byte, as means over draws; float64[draws, 2].

    >>> round(aa_deviation(np.array([[1.0, 1.2], [1.3, 1.1]]), 1.0), 4)
    0.1414
    """
    return math.sqrt(2 * spread(arm) * left_over(share, len(arm)))


def _difference(
    layer: str, name: str, a: Floats, b: Floats, shares: tuple[float, float], held: Floats, sites: int
) -> Difference:
    """One difference, of bits per byte, float64[draws, 2] each, and of resampled differences.

    What both arms have in common varies as little as in the arm of which a draw reads the smaller share. Held-out sites
    vary by themselves. The two variances add up, each with its degrees of freedom (Welch).
    """
    paired, draws = b - a, len(a)
    value = float(paired.mean())
    left = [left_over(share, draws) for share in shares]
    least = min(left)
    trained = least * spread(paired) + (left[0] - least) * spread(a) + (left[1] - least) * spread(b)
    tested = float(held.var(ddof=1))
    error, degrees = math.sqrt(trained + tested), 1.0
    if error:
        degrees = (trained + tested) ** 2 / (trained**2 / draws + tested**2 / max(sites - 1, 1))
    reach = student(degrees) * error
    floor = 2 * math.sqrt((aa_deviation(a, shares[0]) ** 2 + aa_deviation(b, shares[1]) ** 2) / 2)
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
