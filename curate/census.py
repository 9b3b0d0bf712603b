"""Counts how the texts of a run were scored, over all splits; percentiles and limits that keep a share come from it.

A census counts texts by score in steps of 1/10,000. Counts are added over splits, so it is the same in whatever order
they were done, by however many workers. It covers every text that came to the stage, whatever the stage then kept.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

STEPS = 10_000
_MOST = 2.0**62 / STEPS
BYTES_PER_TOKEN = 4.4  # UTF-8 bytes per token of the GPT-2 and later English tokenisers, within some 10 %


@dataclass(slots=True)
class Census:
    """Texts, and UTF-8 bytes of text, by score in steps of 1/10,000."""

    docs: Counter[int] = field(default_factory=Counter)
    bytes: Counter[int] = field(default_factory=Counter)

    def count(self, scores: NDArray[np.floating], sizes: NDArray[np.integer]) -> None:
        """Count texts by their scores; those without one, NaN, are left out."""
        known = ~np.isnan(scores)
        for step, size in zip(_steps(scores[known]).tolist(), sizes[known].tolist(), strict=True):
            self.docs[step] += 1
            self.bytes[step] += size

    def add(self, other: "Census") -> None:
        """Add what was counted elsewhere."""
        self.docs.update(other.docs)
        self.bytes.update(other.bytes)

    def rows(self) -> list[tuple[int, int, int]]:
        """The census as JSON holds it: step, texts and bytes, by step."""
        return [(step, self.docs[step], self.bytes[step]) for step in sorted(self.docs)]

    @classmethod
    def of(cls, rows: Iterable[Sequence[int]]) -> "Census":
        """A census from its rows."""
        held = [(int(step), int(docs), int(size)) for step, docs, size in rows]
        return cls(Counter({s: docs for s, docs, _ in held}), Counter({s: size for s, _, size in held}))

    def percentiles(self, scores: NDArray[np.floating]) -> NDArray[np.float32]:
        """Each score's percentile among all texts, those of the same score counting half: float32 of shape [n].

        >>> Census.of([(1000, 1, 40), (5000, 2, 90), (9000, 1, 10)]).percentiles(np.array([0.1, 0.5, 0.9])).tolist()
        [12.5, 50.0, 87.5]
        """
        steps = np.array(sorted(self.docs), np.int64)
        docs = np.array([self.docs[step] for step in steps.tolist()], np.int64)
        below, total = np.concatenate([[0], np.cumsum(docs)]), max(int(docs.sum()), 1)
        wanted = _steps(np.nan_to_num(scores))
        low, high = np.searchsorted(steps, wanted), np.searchsorted(steps, wanted, side="right")
        return (100 * (below[low] + below[high]) / 2 / total).round(2).astype(np.float32)

    def limit(self, *, share: float | None = None, tokens: float | None = None) -> float:
        """The least score to keep so that at most this share of the texts, or so many tokens, are left.

        Texts of one score stay or go together. When even the best score holds more than is wanted, only it is kept.

        >>> Census.of([(1000, 1, 40), (5000, 2, 90), (9000, 1, 10)]).limit(share=0.5)
        0.9
        >>> Census.of([(1000, 1, 44), (5000, 2, 88), (9000, 1, 44)]).limit(tokens=30)
        0.5
        """
        steps = sorted(self.docs, reverse=True)
        counted, most = (self.docs, (share or 0.0) * self.docs.total()) if tokens is None else (
            self.bytes, tokens * BYTES_PER_TOKEN)  # fmt: skip
        kept, limit = 0, 1.0
        for step in steps:
            kept += counted[step]
            if kept > most and step != steps[0]:
                break
            limit = step / STEPS
        return limit

    def kept(self, limit: float) -> tuple[int, int]:
        """Texts and bytes of text that reach a score."""
        steps = [step for step in self.docs if step >= round(limit * STEPS)]
        return sum(self.docs[step] for step in steps), sum(self.bytes[step] for step in steps)

    def expected(self, limit: float) -> float:
        """Return how many of the texts under a score were worth having, were the score the chance of that."""
        return sum(self.docs[step] * step / STEPS for step in self.docs if step < round(limit * STEPS))


def rounded(scores: NDArray[np.floating]) -> NDArray[np.float64]:
    """Scores as a census counts them: in steps of 1/10,000."""
    return np.rint(np.asarray(scores, np.float64) * STEPS) / STEPS


def _steps(scores: NDArray[np.floating]) -> NDArray[np.int64]:
    # An endless score, such as a log probability of nothing, counts as the greatest or the least step there is.
    return np.rint(np.clip(np.asarray(scores, np.float64), -_MOST, _MOST) * STEPS).astype(np.int64)
