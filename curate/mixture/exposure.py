"""How often each document is seen in each phase: ranks, buckets, weights, and the counts that follow from rates.

Everything here is arithmetic on arrays, a stretch of documents at a time.

**One number per document.** Each document has a number u from 0 to 1, a keyed hash of its id. Its exposure grows from
phase to phase by rate * weight, up to the repetition cap: c(1), c(2), ... Up to the end of phase p it is seen
floor(c(p) + u) times. So nobody is seen twice before everybody of the same weight was seen once, what a phase has taken
the next does not take again as long as there is something else, and the sum over phases is what one phase with all of
the exposure would give: the matched control.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from curate.mixture.plan import Among, Bucket, Curve, Phase, Plan, Ranked
from curate.mixture.sources import SOURCE

CELL_BITS = 20  # of a value's bits, by which it is ranked
CELLS = 1 << CELL_BITS
UNKNOWN_RANK = 0.5
LAST = 1 - 2.0**-53  # ranks are less than 1

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Keys = NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class Stretch:
    """Some documents of one source: their keys, tokens, bytes in a shuffle, and the columns that a plan reads."""

    keys: Keys
    tokens: Ints
    sizes: Ints
    numbers: Mapping[str, Floats]
    names: Mapping[str, pa.Array]

    def __len__(self) -> int:
        return len(self.keys)


def stretch(batch: pa.RecordBatch, source: str, plan: Plan, seed: int, sizes: Ints) -> Stretch:
    """Documents with their keys under a seed; a number that a source does not have is NaN, a name is null."""
    count, there = batch.num_rows, batch.schema.names
    numbers = {name: _numbers(batch[name]) if name in there else np.full(count, np.nan) for name in plan.numbers}
    names = {name: batch[name] if name in there else pa.nulls(count, pa.string()) for name in plan.names}
    if SOURCE in names:
        names[SOURCE] = pa.array([source]).take(pa.array(np.zeros(count, np.int64)))
    keys = mixed(np.asarray(batch["key"]).astype(np.uint64) ^ salt(seed, source))
    return Stretch(keys, np.asarray(batch["tokens"]).astype(np.int64), sizes, numbers, names)


def _numbers(column: pa.Array) -> Floats:
    found: Floats = pc.fill_null(column.cast(pa.float64()), np.nan).to_numpy(zero_copy_only=False)
    return found


def salt(*parts: object) -> np.uint64:
    """64 bits that stand for some values."""
    digest = blake2b("\0".join(map(str, parts)).encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return np.uint64(int.from_bytes(digest, "little"))


def mixed(keys: Keys) -> Keys:
    """Each 64-bit number as another one that looks like chance (splitmix64): uint64 of the same shape."""
    with np.errstate(over="ignore"):
        keys = keys + np.uint64(0x9E3779B97F4A7C15)
        keys = (keys ^ (keys >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        keys = (keys ^ (keys >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return keys ^ (keys >> np.uint64(31))


def shares(keys: Keys) -> Floats:
    """Numbers from 0 to less than 1, of 53 bits."""
    return (keys >> np.uint64(11)).astype(np.float64) / (1 << 53)


@dataclass(slots=True)
class Ranks:
    """Tokens by value in one column, from which a document's rank is read; values are told apart to 1 in 2,048."""

    tokens: Ints
    below: Floats | None = None

    @classmethod
    def empty(cls) -> "Ranks":
        """Before anything is counted."""
        return cls(np.zeros(CELLS, np.int64))

    def count(self, values: Floats, tokens: Ints) -> None:
        """Count documents; those without a value are left out."""
        known = ~np.isnan(values)
        self.tokens += np.bincount(_cells(values[known]), tokens[known], CELLS).astype(np.int64)

    def of(self, values: Floats, ties: Floats) -> Floats:
        """The rank of each document, 0 to 1: the share of the tokens below; those of one value in the order of `ties`.

        NaN for a document without a value.
        """
        if self.below is None:
            self.below = np.concatenate([[0], np.cumsum(self.tokens)]) / max(int(self.tokens.sum()), 1)
        cells = _cells(np.nan_to_num(values))
        found = np.minimum(self.below[cells] + ties * (self.below[cells + 1] - self.below[cells]), LAST)
        return np.where(np.isnan(values), np.nan, found)


def _cells(values: Floats) -> Ints:
    """The first bits of values in single precision, so that greater values have greater ones."""
    bits = (values.astype(np.float32) + np.float32(0)).view(np.uint32)
    signed = np.where(bits >> 31, ~bits, bits | np.uint32(1 << 31))
    return (signed >> np.uint32(32 - CELL_BITS)).astype(np.int64)


def ranks_of(documents: Stretch, ranks: Mapping[str, Ranks]) -> dict[str, Floats]:
    """The ranks of documents in each ranked column, as `Ranks.of`."""
    return {
        name: each.of(documents.numbers[name], shares(mixed(documents.keys ^ salt("ties", name))))
        for name, each in ranks.items()
    }


def buckets_of(documents: Stretch, buckets: Sequence[Bucket], ranks: Mapping[str, Floats]) -> Ints:
    """The place of the first bucket each document fits in, -1 where it fits in none."""
    found = np.full(len(documents), -1, np.int64)
    for place, bucket in enumerate(buckets):
        fits = found < 0
        for condition in bucket.conditions:
            if isinstance(condition, Among):
                fits &= _among(documents.names[condition.column], condition.names)
            else:
                held = ranks if isinstance(condition, Ranked) else documents.numbers
                fits &= (held[condition.column] >= condition.low) & (held[condition.column] < condition.high)
        found[fits] = place
    return found


def _among(column: pa.Array, names: Sequence[str]) -> NDArray[np.bool_]:
    listed = pc.is_in(column.cast(pa.string()), value_set=pa.array(names, pa.string()))
    return np.asarray(pc.fill_null(listed, pa.scalar(value=False)))


def weights_of(documents: Stretch, plan: Plan, phase: Phase, ranks: Mapping[str, Floats]) -> Floats:
    """Return how much oftener than others of its bucket each document is seen in a phase; 0 for what has no tokens."""
    weights = np.ones(len(documents))
    if plan.copies:
        copies = np.nan_to_num(np.maximum(documents.numbers[plan.copies.column], 0))
        weights = np.minimum((1 + copies) ** plan.copies.power, plan.copies.max_weight)
    if phase.curve:
        weights = weights * on_curve(phase.curve, ranks[phase.curve.column])
    # Single precision: the last bit of a power is not the same on every machine.
    return np.where(documents.tokens > 0, weights, 0).astype(np.float32).astype(np.float64)


def on_curve(curve: Curve, ranks: Floats) -> Floats:
    """The height of a curve at some ranks, greatest 1."""
    x = (np.where(np.isnan(ranks), UNKNOWN_RANK, ranks) - curve.min_rank) / (1 - curve.min_rank)
    above = np.clip(x, 0, 1)
    height = above**curve.power * np.exp(curve.growth * (above - (curve.growth > 0)))
    return np.where(x >= 0, height, 0)


def add_exposure(exposure: Floats, rates: Floats, buckets: Ints, weights: Floats, cap: int) -> Floats:
    """Exposure after a phase: `rates` is the phase's rate of each bucket, float64[buckets]."""
    used = np.where(buckets >= 0, np.append(rates, 0.0)[buckets], 0)
    return np.minimum(exposure + used * weights, cap)


def seen(exposure: Floats, chances: Floats) -> Ints:
    """Return how often each document is seen up to some exposure."""
    return np.floor(exposure + chances).astype(np.int64)


@dataclass(frozen=True, slots=True)
class Judged:
    """Decisions about some documents: bucket, number u, exposure before the first and after each phase, ranks."""

    buckets: Ints
    chances: Floats
    exposures: Sequence[Floats]
    ranks: Mapping[str, Floats]

    @property
    def counts(self) -> Ints:
        """Return how often each document is seen in each phase: int64[phases, documents]."""
        return np.diff(np.array([seen(exposure, self.chances) for exposure in self.exposures]), axis=0)
