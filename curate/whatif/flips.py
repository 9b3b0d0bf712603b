"""Counts pages by where they ended and where they would end with other limits, and keeps a few of them to show."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from curate.output.fates import KEPT, Reason, Reasons


@dataclass(frozen=True, slots=True)
class Sweep:
    """Values of one limit, ascending; `column` is the signal it judges."""

    stage: str
    limit: str
    values: tuple[float, ...]
    column: str

    @property
    def loosest(self) -> float:
        """The value that lets most pages pass."""
        return self.values[0] if self.limit.startswith("min_") else self.values[-1]


@dataclass(frozen=True, slots=True)
class Pages:
    """Some pages: keys, old and new reasons, characters, and the swept signal where there is one."""

    keys: np.ndarray
    old: np.ndarray
    new: np.ndarray
    chars: np.ndarray
    swept: np.ndarray

    def take(self, places: np.ndarray) -> "Pages":
        """The pages at some places, in that order."""
        return Pages(self.keys[places], self.old[places], self.new[places], self.chars[places], self.swept[places])

    @staticmethod
    def joined(pages: Sequence["Pages"]) -> "Pages":
        """All of them, sorted by key."""
        kinds = {"keys": np.uint64, "old": np.int32, "new": np.int32, "chars": np.float64, "swept": np.float64}
        empty = Pages(*(np.zeros(0, kind) for kind in kinds.values()))
        whole = Pages(*(np.concatenate([getattr(each, name) for each in [empty, *pages]]) for name in kinds))
        return whole.take(np.argsort(whole.keys))


@dataclass(slots=True)
class Tally:
    """Pages counted by old and new reason, and the few of them that are shown: those with the smallest keys.

    `barriers` are the places of the barriers. `lost` are the pages that went past one and would now be dropped before.
    """

    reasons: Reasons
    barriers: Sequence[int]
    samples: int
    sweep: Sweep | None
    flips: Counter[tuple[int, int]] = field(default_factory=Counter)
    chars: np.ndarray = field(default_factory=lambda: np.zeros(2))
    shown: dict[bool, list[tuple[int, int, int]]] = field(default_factory=lambda: {True: [], False: []})
    swept: np.ndarray = field(default_factory=lambda: np.zeros((2, 0)))
    lost: list[Pages] = field(default_factory=list)

    def add(self, pages: Pages) -> None:
        """Count pages whose new reason is known."""
        pairs, counts = np.unique(np.stack([pages.old, pages.new]), axis=1, return_counts=True)
        self.flips.update(dict(zip(zip(*pairs.tolist(), strict=True), counts.tolist(), strict=True)))
        chars = np.nan_to_num(pages.chars)
        self.chars += [chars[pages.old == KEPT].sum(), chars[pages.new == KEPT].sum()]
        for kept in (True, False):
            ends, begins = (pages.new, pages.old) if kept else (pages.old, pages.new)
            self._show(kept, pages.take(np.flatnonzero((ends == KEPT) & (begins != KEPT))))
        old, new = self.reasons.places[pages.old], self.reasons.places[pages.new]
        self.lost.append(pages.take(np.flatnonzero(np.any([(new < at) & (at < old) for at in self.barriers], axis=0))))
        if self.sweep is not None:
            self._sweep(self.sweep, pages.take(np.flatnonzero(pages.new == KEPT)))

    def _show(self, kept: bool, pages: Pages) -> None:  # noqa: FBT001
        some = pages.take(np.argsort(pages.keys)[: self.samples])
        rows = zip(some.keys.tolist(), some.old.tolist(), some.new.tolist(), strict=True)
        self.shown[kept] = sorted([*self.shown[kept], *rows])[: self.samples]

    def _sweep(self, sweep: Sweep, kept: Pages) -> None:
        """Count, for each value, the kept pages that pass it: a page passes all values up to, or from, its own."""
        values = np.array(sweep.values)
        least = sweep.limit.startswith("min_")
        edge = np.searchsorted(values, kept.swept, side="right" if least else "left")
        ones = np.stack([np.bincount(edge, weights, len(values) + 1) for weights in (None, np.nan_to_num(kept.chars))])
        passing = ones[:, ::-1].cumsum(1)[:, ::-1][:, 1:] if least else ones.cumsum(1)[:, :-1]
        self.swept = passing + (self.swept if self.swept.size else 0)

    def ended(self, side: int) -> dict[int, Counter[Reason]]:
        """Pages by the place and the reason they ended by, before (side 0) or after (1)."""
        found: dict[int, Counter[Reason]] = {}
        for pair, count in self.flips.items():
            reason = self.reasons.listed[pair[side]]
            found.setdefault(reason.place, Counter())[reason] += count
        return found
