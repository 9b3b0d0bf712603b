"""The rate of every bucket in every phase, so that each phase takes the tokens it was given from each bucket.

A document's sightings begin at certain rates: the k-th when rate * weight has carried its exposure to k - u. All such
rates of a bucket, sorted, are a staircase of tokens; the rate wanted is below the step that would pass the budget. What
is missing then, less than a document, is made up by one of the next in line that fits best: its u is raised so that its
step comes at this rate. The staircase is not sorted as a whole: one pass counts tokens by the first bits of the rates,
a second one sorts those in and a little above the cell in which the budget lies.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from math import floor
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from curate.errors import UsageError
from curate.files import whole_file
from curate.mixture.exposure import (
    Floats,
    Ints,
    Judged,
    Keys,
    Ranks,
    Stretch,
    add_exposure,
    buckets_of,
    ranks_of,
    seen,
    shares,
    weights_of,
)
from curate.mixture.plan import Phase, Plan

RATE_BITS = 19  # of the bits of a rate: what its sign leaves of 20
RATE_CELLS = 1 << RATE_BITS
NEXT_TOKENS = 1 << 20  # beyond the budget, of the steps among which one is sought that fills it up
TINY = 1e-300
RAISED_BY = 1e-9  # how far to stay from where a step begins, so that rounding cannot undo it

Stretches = Callable[[], Iterator[Stretch]]


@dataclass(slots=True)
class Rates:
    """The rates that decide about documents: ranks of columns, rates of each phase, and numbers u that were raised."""

    plan: Plan
    ranks: dict[str, Ranks] = field(default_factory=dict)
    rates: list[Floats] = field(default_factory=list)
    raised: dict[int, float] = field(default_factory=dict)

    def write(self, path: Path) -> None:
        """Write what was found, complete or not at all."""
        held: dict[str, Any] = {f"ranks_{name}": each.tokens for name, each in self.ranks.items()}
        keys, values = np.array(list(self.raised), np.uint64), np.array(list(self.raised.values()), np.float64)
        with whole_file(path) as temporary, temporary.open("wb") as file:
            np.savez(file, rates=np.array(self.rates), raised=keys, raised_to=values, **held)

    @classmethod
    def read(cls, path: Path, plan: Plan) -> "Rates":
        """Return what `write` wrote for a plan."""
        with np.load(path) as held:
            ranks = {name: Ranks(held[f"ranks_{name}"]) for name in plan.ranked}
            raised = dict(zip(held["raised"].tolist(), held["raised_to"].tolist(), strict=True))
            return cls(plan, ranks, list(held["rates"]), raised)

    def judge(self, documents: Stretch) -> Judged:
        """Return what is decided about documents by the phases solved so far."""
        ranks = ranks_of(documents, self.ranks)
        buckets = buckets_of(documents, self.plan.buckets, ranks)
        exposures = [np.zeros(len(documents))]
        for phase, rates in zip(self.plan.phases, self.rates, strict=False):
            weights = weights_of(documents, self.plan, phase, ranks)
            exposures.append(add_exposure(exposures[-1], rates, buckets, weights, self.plan.max_epochs))
        return Judged(buckets, self._chances(documents.keys), exposures, ranks)

    def _chances(self, keys: Keys) -> Floats:
        chances = shares(keys)
        if self.raised:
            for row in np.flatnonzero(np.isin(keys, np.array(list(self.raised), np.uint64))).tolist():
                chances[row] = self.raised[int(keys[row])]
        return chances


@dataclass(frozen=True, slots=True)
class Held:
    """The contents of the buckets: documents and tokens of each, and the tokens each phase's curve lets through."""

    documents: Ints
    tokens: Ints
    eligible: Ints


def rank_all(plan: Plan, stretches: Stretches) -> Rates:
    """The ranks a plan needs, by a pass over all documents."""
    found = Rates(plan, {name: Ranks.empty() for name in plan.ranked})
    for documents in stretches() if found.ranks else ():
        for name, ranks in found.ranks.items():
            ranks.count(documents.numbers[name], documents.tokens)
    return found


def hold(found: Rates, stretches: Stretches) -> Held:
    """Return what the buckets hold, by a pass over all documents; the last place of each is for documents in none."""
    plan, count = found.plan, len(found.plan.buckets) + 1
    documents_in, tokens = np.zeros(count, np.int64), np.zeros(count, np.int64)
    eligible = np.zeros((len(plan.phases), count), np.int64)
    for documents in stretches():
        judged = found.judge(documents)
        buckets = judged.buckets
        documents_in += _count(buckets, documents.tokens > 0, count)
        tokens += _count(buckets, documents.tokens, count)
        for place, phase in enumerate(plan.phases):
            lets = weights_of(documents, plan, phase, judged.ranks) > 0
            eligible[place] += _count(buckets, documents.tokens * lets, count)
    return Held(documents_in, tokens, eligible)


def _count(buckets: Ints, weights: Ints | NDArray[np.bool_], count: int) -> Ints:
    return np.bincount(buckets % count, weights, count).astype(np.int64)


def budgets_of(plan: Plan, held: Held, tokens: int) -> Ints:
    """The tokens each phase takes from each bucket: int64[phases, buckets].

    Raises UsageError for an empty bucket, a phase for which nothing is left, and a budget that cannot be met.
    """
    for place, bucket in enumerate(plan.buckets):
        if not held.tokens[place] and not bucket.may_be_empty:
            raise UsageError(
                f"plan {plan.name!r}: the bucket {bucket.name!r} is empty: no document fits its conditions"
            )
    parts = np.array([phase.share * _weights(plan, phase, held.eligible[p]) for p, phase in enumerate(plan.phases)])
    _check_feasible(plan, held, parts, tokens)
    return np.rint(parts * tokens).astype(np.int64)


def _weights(plan: Plan, phase: Phase, eligible: Ints) -> Floats:
    """The share of each bucket in a phase; what an empty one would have goes to the others."""
    names = [bucket.name for bucket in plan.buckets]
    weights = eligible[:-1].astype(float)
    if phase.weights is not None:
        weights = np.array([phase.weights.get(name, 0) for name in names]) * (eligible[:-1] > 0)
    if not weights.sum():
        raise UsageError(f"plan {plan.name!r}: the phase {phase.name!r} has no tokens: all its buckets are empty")
    return weights / weights.sum()


def _check_feasible(plan: Plan, held: Held, parts: Floats, tokens: int) -> None:
    """Raise UsageError with the arithmetic unless the repetition cap lets every bucket give what is asked of it."""
    room = plan.max_epochs * np.minimum(held.eligible[:, :-1], held.tokens[:-1])
    narrow = np.argsort(-np.array([phase.curve.min_rank if phase.curve else 0 for phase in plan.phases]), kind="stable")
    most, tight = np.inf, (0, 0, 0.0)
    asked = np.zeros(len(plan.buckets))
    for phase in narrow.tolist():  # what the narrowest curve may take, others may take too
        asked += parts[phase]
        with np.errstate(divide="ignore", invalid="ignore"):
            fits = np.where(asked > 0, room[phase] / asked, np.inf)
        if fits.min() < most:
            bucket = int(fits.argmin())
            most, tight = float(fits[bucket]), (phase, bucket, float(asked[bucket]))
    if tokens > most:
        phase, bucket, share = tight
        raise UsageError(_arithmetic(plan, bucket, share, int(held.eligible[phase, bucket]), tokens, floor(most)))


def _arithmetic(plan: Plan, bucket: int, share: float, holds: int, tokens: int, most: int) -> str:
    """Why a budget cannot be met, and the nearest that can."""
    wanted, epochs, name = round(tokens * share), plan.max_epochs, plan.buckets[bucket].name
    return (
        f"plan {plan.name!r} cannot give {tokens:,} tokens: {share:.1%} of them, {wanted:,}, are to come from the "
        f"bucket {name!r}, which holds {holds:,}, and {epochs} epochs of that are {epochs * holds:,}; "
        f"the most it can give is --tokens {most} (or set max_epochs={-(-wanted // holds)})"
    )


def solve(found: Rates, budgets: Ints, stretches: Stretches) -> None:
    """Find the rates of all phases, one after the other: two passes over all documents for each."""
    for phase, asked in zip(found.plan.phases, budgets, strict=True):
        staircase = np.zeros((len(asked), RATE_CELLS), np.int64)
        for held, rows, rates in _steps(found, phase, stretches):
            np.add.at(staircase, (held.buckets[rows], _cells(rates)), held.tokens[rows])
        below = np.cumsum(staircase, axis=1)
        wanted = _reachable(found.plan, phase, asked, below[:, -1])
        first, last = (_cell_of(below, wanted + more) for more in (0, NEXT_TOKENS))
        near = _near(found, phase, stretches, first, last)
        solved = np.zeros(len(wanted))
        for bucket, steps in enumerate(near):
            if wanted[bucket] and len(steps.rates):
                before = int(below[bucket, first[bucket] - 1]) if first[bucket] else 0
                solved[bucket], raised = _rate(steps, int(wanted[bucket]) - before)
                found.raised |= raised
        found.rates.append(solved)


def _cell_of(below: Ints, tokens: Ints) -> Ints:
    """The cell of each bucket's staircase that reaches so many tokens, the last one where none does."""
    found = [int(np.searchsorted(row, want)) for row, want in zip(below, tokens.tolist(), strict=True)]
    return np.minimum(np.array(found), RATE_CELLS - 1)


def _reachable(plan: Plan, phase: Phase, wanted: Ints, top: Ints) -> Ints:
    """What is wanted, or what there is where that is less by what whole documents make; UsageError where by more."""
    short = int(np.argmax(wanted - top))
    if wanted[short] - top[short] > max(0.01 * wanted[short], 0):
        raise UsageError(
            f"plan {plan.name!r}: the phase {phase.name!r} is to take {wanted[short]:,} tokens from the bucket "
            f"{plan.buckets[short].name!r}, and what earlier phases and {plan.max_epochs} epochs leave are "
            f"{top[short]:,}: ask for fewer --tokens"
        )
    return np.minimum(wanted, top)


@dataclass(frozen=True, slots=True)
class Steps:
    """Further sightings that a phase could give: the document of each, the rate from which it occurs, its tokens.

    `slack` is how far the document's number u can be raised before it is seen more often in an earlier phase.
    """

    buckets: Ints
    rates: Floats
    tokens: Ints
    weights: Floats
    chances: Floats
    slack: Floats
    keys: Keys

    def take(self, rows: Ints | NDArray[np.bool_]) -> "Steps":
        """Some of them."""
        return Steps(*(getattr(self, name)[rows] for name in self.__slots__))


def _steps(found: Rates, phase: Phase, stretches: Stretches) -> Iterator[tuple[Steps, Ints, Floats]]:
    """Documents with what a step is made of (their rates are empty), the rows of some that have a next step, its rates.

    A document comes as often as it could be seen once more.
    """
    cap = found.plan.max_epochs
    for documents in stretches():
        judged = found.judge(documents)
        before, chances = judged.exposures[-1], judged.chances
        weights = weights_of(documents, found.plan, phase, judged.ranks)
        level, usable = seen(before, chances), (judged.buckets >= 0) & (weights > 0)
        slack = np.min([seen(each, chances) + 1 - (each + chances) for each in judged.exposures], axis=0)
        held = Steps(judged.buckets, before, documents.tokens, weights, chances, slack, documents.keys)
        while True:
            level = level + 1
            rows = np.flatnonzero(usable & (level <= cap))
            if not len(rows):
                break
            yield held, rows, ((level - chances - before) / np.maximum(weights, TINY))[rows]


def _cells(rates: Floats) -> Ints:
    """The first bits of rates."""
    bits = np.ascontiguousarray(rates).view(np.uint64) >> np.uint64(63 - RATE_BITS)
    return np.minimum(bits, RATE_CELLS - 1).astype(np.int64)


def _near(found: Rates, phase: Phase, stretches: Stretches, first: Ints, last: Ints) -> list[Steps]:
    """The steps of each bucket between two cells, by rate."""
    found_near: list[list[Steps]] = [[] for _ in first]
    for held, rows, rates in _steps(found, phase, stretches):
        cells, buckets = _cells(rates), held.buckets[rows]
        near = np.flatnonzero((cells >= first[buckets]) & (cells <= last[buckets]))
        steps = replace(held.take(rows[near]), rates=rates[near])
        for bucket in np.unique(steps.buckets).tolist():
            found_near[bucket].append(steps.take(steps.buckets == bucket))
    return [_sorted(each) for each in found_near]


def _sorted(held: list[Steps]) -> Steps:
    empty = Steps(*(np.empty(0, type_) for type_ in ("i8", "f8", "i8", "f8", "f8", "f8", "u8")))
    whole = Steps(*(np.concatenate([getattr(each, name) for each in [empty, *held]]) for name in Steps.__slots__))
    return whole.take(np.lexsort((whole.keys, whole.rates)))


def _rate(steps: Steps, wanted: int) -> tuple[float, dict[int, float]]:
    """The rate up to which the steps give at most the tokens wanted, and whose number is raised to what to fill up."""
    heights = np.concatenate([[0], np.cumsum(steps.tokens)])
    place = int(np.searchsorted(heights, wanted, side="right")) - 1
    if place == len(steps.rates):
        return float(steps.rates[-1] * (1 + RAISED_BY)), {}
    rate = float((steps.rates[place - 1] + steps.rates[place]) / 2 if place else steps.rates[0] * (1 - RAISED_BY))
    gap, later = wanted - int(heights[place]), steps.take(np.arange(place, len(steps.rates)))
    # A document's steps lie 1 / weight apart: what is nearer than that is its next one.
    ahead = (later.rates - rate) * later.weights + RAISED_BY
    raised = later.chances + ahead
    can = (ahead < 1) & (raised < 1) & (ahead < later.slack)
    misses = np.where(can, np.abs(later.tokens - gap), np.iinfo(np.int64).max)
    best = int(misses.argmin())
    return rate, {int(later.keys[best]): float(raised[best])} if misses[best] < gap else {}
