"""Estimates totals and ratios of a run from the labels of a sample, with intervals that know the sampling.

A stratum is a simple random sample without replacement, so N pages of which n are labelled, c of them of a class, are
estimated to hold N c / n of it. The interval is that of the Polya posterior (Lo 1988; Ghosh and Meeden 1997): the
pages not labelled are drawn many times as the labels let expect, and the figure is computed anew each time; 2.5 and
97.5 % of what comes out are the bounds. A stratum whose labels are all alike still may hold other pages: each class
gets a small count before any label (`priors`). Where all is labelled nothing is left to draw and the bounds meet.

Source: Cochran, Sampling Techniques (1977), chapters 5 and 6; Lo, A Bayesian bootstrap for a finite population, Annals
of Statistics 16 (1988); Brown, Cai and DasGupta, Interval estimation for a binomial proportion (2001).
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from curate.audit.labels import WORTHY

JUNK, LOW, FAIR, GOOD = CLASSES = range(4)  # values 0 and 1, 2, 3, 4 and 5
CLASS_OF = (JUNK, JUNK, LOW, FAIR, GOOD, GOOD)
WORTHY_CLASSES = sorted({CLASS_OF[value] for value in range(WORTHY, 6)})
EACH = 0.5  # of a page, for each class before any label
DRAWS = 4000
LEVEL = 0.95

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Figure:
    """An estimate with its interval and the number of labels behind it; None where it is unknown or has no bound."""

    value: float | None
    low: float | None
    high: float | None
    labels: int

    def as_json(self) -> dict[str, float | int | None]:
        """The same as JSON, to six places."""
        return {name: round(v, 6) if isinstance(v, float) else v for name, v in asdict(self).items()}


@dataclass(frozen=True, slots=True)
class Estimate:
    """Pages of each class in each stratum: `counts` of labels, the expected `totals`, and `draws` of them.

    Shapes: (strata, 4) and (draws, strata, 4).
    """

    counts: Ints
    totals: Floats
    draws: Floats

    def ratio(self, over: "Part", under: "Part") -> Figure:
        """Return how many pages of one part there are to one of another, with its interval.

        It is not known where a part has no stratum with labels, or no page is of the second part, nor of the first.
        """
        labels = int(self.counts[over.strata | under.strata].sum())
        value = _quotient(over.of(self.totals), under.of(self.totals))
        if np.isnan(value) or not (over.strata.any() and under.strata.any()):
            return Figure(None, None, None, labels)
        return _figure(value, _quotient(over.of(self.draws), under.of(self.draws)), labels)

    def total(self, part: "Part") -> Figure:
        """Return how many pages of a part there are, with its interval."""
        return _figure(part.of(self.totals), part.of(self.draws), int(self.counts[part.strata].sum()))


@dataclass(frozen=True, slots=True)
class Part:
    """Some classes in some strata, which are given as bool per stratum."""

    strata: NDArray[np.bool_]
    classes: Sequence[int]

    def of(self, pages: Floats) -> Floats:
        """The pages of the part, summed over the last two axes."""
        return pages[..., self.strata, :][..., list(self.classes)].sum((-2, -1))


def estimate(
    pages: Sequence[int], counts: Ints, kept: Sequence[bool], *, seed: int = 0, draws: int = DRAWS
) -> Estimate:
    """Estimate the pages of each class in strata of `pages`, each with some labels: `counts` (strata, 4)."""
    whole, found = np.array(pages, np.int64), counts.sum(1)
    prior = priors(counts, np.array(kept, bool))
    random = np.random.default_rng(seed)
    drawn = np.empty((draws, len(whole), len(CLASSES)))
    for row, (rest, seen) in enumerate(zip(whole - found, counts, strict=True)):
        shares = random.dirichlet(seen + prior[row], draws)
        drawn[:, row] = seen + random.multinomial(rest, shares)
    return Estimate(counts, whole[:, None] * counts / found[:, None], drawn)


def priors(counts: Ints, kept: NDArray[np.bool_]) -> Floats:
    """The count (strata, 4) that each class has in each stratum before any label.

    It is two pages in all. For what was kept that is a half for each class. For dropped pages the classes have the
    shares they have among all dropped pages with labels: so many small strata together do not pull a sum over them.
    """
    dropped = counts[~kept].sum(0) + EACH
    return np.where(kept[:, None], EACH, len(CLASSES) * EACH * dropped / dropped.sum())


def _quotient(over: Floats, under: Floats) -> Floats:
    """The quotient, infinite where only the second is 0, NaN where both are."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(over / under)


def _figure(value: Floats, draws: Floats, labels: int) -> Figure:
    known = draws[~np.isnan(draws)]
    edges = [(1 - LEVEL) / 2, (1 + LEVEL) / 2]
    bounds = np.quantile(known if len(known) else value, edges, method="inverted_cdf")
    # Where no label, or every label, is of a class the draws alone would leave the estimate out.
    low, high = np.minimum(value, bounds[0]), np.maximum(value, bounds[1])
    return Figure(_finite(value), _finite(low), _finite(high), labels)


def _finite(number: Floats) -> float | None:
    return float(number) if np.isfinite(number) else None
