"""The rate of every bucket in every phase, so that each phase takes the tokens it was given from each bucket.

A document's sightings begin at certain rates: the k-th when rate * weight has carried its exposure to k - u. All such
rates of a bucket, sorted, are a staircase of tokens; the rate wanted is where it comes nearest to the budget, so that a
bucket misses its budget by half a document at most. The staircase is not sorted as a whole: one pass counts tokens by
the first bits of the rates, a second one sorts those of the one cell in which the budget lies.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from math import floor
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from curate.errors import UsageError
from curate.files import whole_file
from curate.mixture.exposure import Floats, Ints, Ranks, Stretch, add_exposure, buckets_of, ranks_of, seen, weights_of
from curate.mixture.exposure import shares as chances
from curate.mixture.plan import Phase, Plan

RATE_BITS = 19  # of the bits of a rate: what its sign leaves of 20
RATE_CELLS = 1 << RATE_BITS

Stretches = Callable[[], Iterator[Stretch]]


@dataclass(slots=True)
class Rates:
    """What decides about every document: the ranks of columns, and each phase's rate of each bucket."""

    plan: Plan
    ranks: dict[str, Ranks] = field(default_factory=dict)
    rates: list[Floats] = field(default_factory=list)

    def write(self, path: Path) -> None:
        """Write what was found, complete or not at all."""
        held: dict[str, Any] = {f"ranks_{name}": each.tokens for name, each in self.ranks.items()}
        with whole_file(path) as temporary, temporary.open("wb") as file:
            np.savez(file, rates=np.array(self.rates), **held)

    @classmethod
    def read(cls, path: Path, plan: Plan) -> "Rates":
        """What `write` wrote for a plan."""
        with np.load(path) as held:
            ranks = {name: Ranks(held[f"ranks_{name}"]) for name in plan.ranked}
            return cls(plan, ranks, list(held["rates"]))

    def judge(self, documents: Stretch) -> tuple[Ints, list[Floats], dict[str, Floats]]:
        """The bucket of each document, its exposure before the first and after every phase solved, and its ranks."""
        ranks = ranks_of(documents, self.ranks)
        buckets = buckets_of(documents, self.plan.buckets, ranks)
        exposures = [np.zeros(len(documents))]
        for phase, rates in zip(self.plan.phases, self.rates, strict=False):
            weights = weights_of(documents, self.plan, phase, ranks)
            exposures.append(add_exposure(exposures[-1], rates, buckets, weights, self.plan.max_epochs))
        return buckets, exposures, ranks


@dataclass(frozen=True, slots=True)
class Held:
    """What the buckets hold: documents and tokens of each, and the tokens each phase's curve lets through."""

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
    """What the buckets hold, by a pass over all documents; the last place of each is for documents in none."""
    plan, count = found.plan, len(found.plan.buckets) + 1
    documents_in, tokens = np.zeros(count, np.int64), np.zeros(count, np.int64)
    eligible = np.zeros((len(plan.phases), count), np.int64)
    for documents in stretches():
        buckets, _, ranks = found.judge(documents)
        documents_in += _count(buckets, documents.tokens > 0, count)
        tokens += _count(buckets, documents.tokens, count)
        for place, phase in enumerate(plan.phases):
            lets = weights_of(documents, plan, phase, ranks) > 0
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
    for place, phase in enumerate(found.plan.phases):
        wanted = budgets[place]
        staircase = np.zeros((len(wanted), RATE_CELLS), np.int64)
        for buckets, rates, tokens in _steps(found, phase, stretches):
            np.add.at(staircase, (buckets, _cells(rates)), tokens)
        below = np.cumsum(staircase, axis=1)
        wanted = _reachable(found.plan, phase, wanted, below[:, -1])
        cells = np.array([int(np.searchsorted(row, want)) for row, want in zip(below, wanted, strict=True)])
        inside = _inside(found, phase, stretches, cells)
        before = [int(row[cell - 1]) if cell else 0 for row, cell in zip(below, cells.tolist(), strict=True)]
        found.rates.append(
            np.array([_rate(*each) for each in zip(inside, before, wanted.tolist(), strict=True)], np.float64)
        )


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


def _steps(found: Rates, phase: Phase, stretches: Stretches) -> Iterator[tuple[Ints, Floats, Ints]]:
    """Every further sighting a phase could give: its bucket, the rate at which it begins, its tokens."""
    cap = found.plan.max_epochs
    for documents in stretches():
        buckets, exposures, ranks = found.judge(documents)
        weights = weights_of(documents, found.plan, phase, ranks)
        level, chance = seen(exposures[-1], documents), chances(documents.keys)
        usable = (buckets >= 0) & (weights > 0)
        for _ in range(cap):
            level = level + 1
            rows = np.flatnonzero(usable & (level <= cap))
            if not len(rows):
                break
            rates = (level[rows] - chance[rows] - exposures[-1][rows]) / weights[rows]
            yield buckets[rows], rates, documents.tokens[rows]


def _cells(rates: Floats) -> Ints:
    return np.minimum(np.ascontiguousarray(rates).view(np.uint64) >> np.uint64(63 - RATE_BITS), RATE_CELLS - 1).astype(
        np.int64
    )


def _inside(found: Rates, phase: Phase, stretches: Stretches, cells: Ints) -> list[tuple[Floats, Ints]]:
    """The rates and tokens of the steps in one cell of each bucket."""
    held: list[list[tuple[Floats, Ints]]] = [[] for _ in cells]
    for buckets, rates, tokens in _steps(found, phase, stretches):
        rows = np.flatnonzero(_cells(rates) == cells[buckets])
        for bucket in np.unique(buckets[rows]).tolist():
            mine = rows[buckets[rows] == bucket]
            held[bucket].append((rates[mine], tokens[mine]))
    empty = (np.empty(0), np.empty(0, np.int64))
    return [tuple(map(np.concatenate, zip(*each, strict=True))) if each else empty for each in held]  # type: ignore[misc]


def _rate(inside: tuple[Floats, Ints], before: int, wanted: int) -> float:
    """The rate at which the staircase is nearest to what is wanted, between two steps of it."""
    rates, tokens = inside
    if not wanted or not len(rates):
        return 0.0
    order = np.argsort(rates, kind="stable")
    rates, heights = rates[order], before + np.concatenate([[0], np.cumsum(tokens[order])])
    place = int(np.abs(heights - wanted).argmin())
    if place == 0:
        return float(np.nextafter(rates[0], 0))
    after = rates[place] if place < len(rates) else rates[-1] * (1 + 1e-9)
    return float((rates[place - 1] + after) / 2)
