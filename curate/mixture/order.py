"""Where every sighting of a document stands: its phase, and a 64-bit key by which the sightings of a phase are sorted.

The key is a keyed hash: a shuffle of everything that nobody has to hold. Of m sightings in one phase the i-th has a key
in the i-th of m equal stretches, so that they lie apart. In a phase with an order the key is the document's rank. The
control is the same sightings as one phase, with other hashes. So phases, strict order and control are one mechanism.
"""

from dataclasses import dataclass

import numpy as np

from curate.mixture.exposure import UNKNOWN_RANK, Floats, Ints, Judged, Keys, Stretch, mixed, salt
from curate.mixture.plan import Order, Plan

KEY_CELL_BITS = 16  # the first bits of a key, by which sightings are counted and cut into ranges
KEY_CELLS = 1 << KEY_CELL_BITS


@dataclass(frozen=True, slots=True)
class Layout:
    """How sightings are laid out: in the phases of a plan, or, for the control, in one."""

    name: str
    phases: tuple[str, ...]
    orders: tuple[Order | None, ...]

    @property
    def is_control(self) -> bool:
        """Return whether all phases are one."""
        return self.name == "control"


def layout_of(plan: Plan) -> Layout:
    """The phases of a plan in their order."""
    return Layout("plan", tuple(phase.name for phase in plan.phases), tuple(phase.order for phase in plan.phases))


def control_of(_plan: Plan) -> Layout:
    """The matched control of a plan: every document as often as in all phases together, in one shuffled phase."""
    return Layout("control", ("control",), (None,))


@dataclass(frozen=True, slots=True)
class Sightings:
    """Sightings of some documents: the row of each, its phase and its key; ordered by phase, then by row."""

    rows: Ints
    phases: Ints
    keys: Keys


def sightings(documents: Stretch, judged: Judged, layout: Layout) -> Sightings:
    """Place every sighting of some documents in a layout."""
    counts, ranks = judged.counts, judged.ranks
    if layout.is_control:
        counts = counts.sum(axis=0, keepdims=True)
    placed = []
    for phase, (name, order) in enumerate(zip(layout.phases, layout.orders, strict=True)):
        often = counts[phase]
        rows = np.repeat(np.arange(len(documents)), often)
        number = np.arange(len(rows)) - np.repeat(np.cumsum(often) - often, often)
        hashes = mixed((documents.keys[rows] ^ salt(layout.name, name)) + mixed(number.astype(np.uint64)))
        keys = _spread(hashes, number, often[rows]) if order is None else _ranked(ranks[order.column][rows], order)
        placed.append(Sightings(rows, np.full(len(rows), phase), keys))
    return Sightings(*(np.concatenate([getattr(each, name) for each in placed]) for name in ("rows", "phases", "keys")))


def _spread(hashes: Keys, number: Ints, often: Ints) -> Keys:
    """Keys in the stretch of their number among as many equal stretches as there are sightings."""
    width = np.uint64(2**64 - 1) // np.maximum(often, 1).astype(np.uint64)
    return width * number.astype(np.uint64) + hashes % np.maximum(width, np.uint64(1))


def _ranked(ranks: Floats, order: Order) -> Keys:
    ranks = np.where(np.isnan(ranks), UNKNOWN_RANK, ranks)
    return ((1 - ranks if order.falling else ranks) * 2.0**52).astype(np.uint64) << np.uint64(11)


@dataclass(slots=True)
class Census:
    """Counts of a layout: sightings and tokens by phase and bucket, bytes by phase and the first bits of the key."""

    documents: Ints
    tokens: Ints
    bytes: Ints

    @classmethod
    def empty(cls, layout: Layout, buckets: int) -> "Census":
        """Before anything is counted."""
        phases = len(layout.phases)
        documents, tokens = np.zeros((phases, buckets), np.int64), np.zeros((phases, buckets), np.int64)
        return cls(documents, tokens, np.zeros((phases, KEY_CELLS), np.int64))

    def count(self, found: Sightings, documents: Stretch, buckets: Ints) -> None:
        """Count some sightings."""
        np.add.at(self.documents, (found.phases, buckets[found.rows]), 1)
        np.add.at(self.tokens, (found.phases, buckets[found.rows]), documents.tokens[found.rows])
        np.add.at(self.bytes, (found.phases, key_cells(found.keys)), documents.sizes[found.rows])


def key_cells(keys: Keys) -> Ints:
    """The first bits of keys."""
    return (keys >> np.uint64(64 - KEY_CELL_BITS)).astype(np.int64)


@dataclass(frozen=True, slots=True)
class Ranges:
    """The stretches of keys that are sorted at a time, over all phases: `of_cell` is int64[phases, cells].

    `count` of them in each phase; the ranges of a phase come after those of the phases before it.
    """

    of_cell: Ints
    count: tuple[int, ...]

    @property
    def total(self) -> int:
        """All ranges of all phases."""
        return sum(self.count)

    def of_phase(self, phase: int) -> range:
        """The numbers of a phase's ranges, in order."""
        first = sum(self.count[:phase])
        return range(first, first + self.count[phase])


def cut(census: Census, range_bytes: int) -> Ranges:
    """Cut each phase into ranges of about `range_bytes`, one at least."""
    first, counts, rows = 0, [], []
    for sizes in census.bytes:
        before = np.cumsum(sizes) - sizes
        numbers = np.unique(before // range_bytes, return_inverse=True)[1]
        counts.append(int(numbers[-1]) + 1)
        rows.append(numbers + first)
        first += counts[-1]
    return Ranges(np.array(rows, np.int64), tuple(counts))
