"""From what a sample took and left to what the whole will: ratios to the bytes of input, with intervals.

Pieces are drawn again a thousand times, with replacement, and the middle 90 % of what they then say is the interval. It
is widened because pieces are few, as Student's distribution says, and narrowed by the share of the input that was read:
of an input read whole nothing is left to chance but the clock. Pieces, not pages, are drawn, because pages that stand
together are alike. On 3,523 real pages, of which 4, 8 or 16 pieces of 1 or 2 MB were taken at random 400 times, the
interval held the true number of pages 351 to 367 times (360 would be 90 %); 293 to 345 times without being widened.

Source: Cochran 1977, "Sampling Techniques", chapter 6 (ratio estimates); Efron and Tibshirani 1993, chapter 13.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import inf

import numpy as np

from curate.census import BYTES_PER_TOKEN
from curate.planning.sample import Measured
from curate.preflight import WORKER_BYTES

DRAWS = 1000
SPAN = (0.05, 0.95)
FEW = 8  # pieces: of fewer an interval says little


@dataclass(frozen=True, slots=True)
class Range:
    """What is expected, and between which numbers with 90 % confidence."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Forecast:
    """What a run will take and leave; CPU times are in seconds, and `wall` is on so many `workers`.

    Beside the `stages` CPU goes into putting the `output` together. `beginnings`
    of the pieces are only the first bytes of inputs that cannot be cut. `worker_bytes` is the most one process took.
    """

    read_bytes: int
    bytes: int
    pieces: int
    beginnings: int
    pages: Range
    kept: Range
    tokens: Range
    stages: dict[str, Range]
    output: Range
    cpu: Range
    wall: Range
    disk: Range
    worker_bytes: int
    workers: int

    @property
    def memory(self) -> Range:
        """Bytes of memory: what a worker of the sample took, up to what a run wants to have for each."""
        low = self.worker_bytes * self.workers
        return Range(low, low, max(low, WORKER_BYTES * self.workers))


def forecast(found: Measured, total_bytes: int, stages: Sequence[str], workers: int) -> Forecast:
    """Say what a run over `total_bytes` of input will take with `workers` processes, from a sample of it."""
    sizes = np.array(found.bytes, np.float64)
    share = min(sizes.sum() / max(total_bytes, 1), 1.0)
    drawn = np.random.default_rng(0).integers(0, len(sizes), (DRAWS, len(sizes)))

    width = np.sqrt(1 - share) * widened(len(sizes)) if share < 1 else 0.0

    def ratio(values: Sequence[float]) -> Range:
        numbers = np.array(values, np.float64)
        value = numbers.sum() / sizes.sum() * total_bytes
        if len(sizes) == 1 and share < 1:
            return Range(float(value), 0.0, inf)
        spread = np.quantile(numbers[drawn].sum(1) / sizes[drawn].sum(1) * total_bytes, SPAN) - value
        low, high = value + spread * width
        return Range(float(value), float(max(low, 0.0)), float(high))

    def counted(stage: str, what: str) -> list[float]:
        return [float(getattr(each[stage], what)) if stage in each else 0.0 for each in found.counts]

    pages, kept = ratio(counted(stages[0], "docs_in")), ratio(counted(stages[-1], "docs_out"))
    costs = {name: added([ratio(counted(name, "seconds")), exactly(_joined(found, name) / share)]) for name in stages}
    staged, last = added(costs.values()), exactly(found.last_seconds / share)
    text_bytes = found.text["bytes"] / max(found.text["docs"], 1)
    return Forecast(
        read_bytes=int(sizes.sum()), bytes=total_bytes, pieces=len(sizes), beginnings=found.beginnings,
        pages=pages, kept=kept, tokens=times(kept, text_bytes / BYTES_PER_TOKEN),
        stages=costs, output=last, cpu=added([staged, last]),
        wall=added([times(staged, 1 / workers), last]), disk=like(found.left / share, pages),
        worker_bytes=found.tally.peak_bytes, workers=workers,
    )  # fmt: skip


def widened(pieces: int) -> float:
    """By what an interval from so many drawn pieces is too narrow; infinite for one.

    The quantile of Student's distribution is expanded around that of the normal one (Cornish and Fisher).

    >>> [round(widened(pieces), 2) for pieces in (2, 4, 16, 1000)]
    [3.95, 1.62, 1.1, 1.0]
    """
    if pieces < 2:
        return inf
    free, normal = pieces - 1, 1.6449
    student = (
        normal + (normal**3 + normal) / (4 * free) + (5 * normal**5 + 16 * normal**3 + 3 * normal) / (96 * free**2)
    )
    return float(np.sqrt(pieces / free) * student / normal)


def _joined(found: Measured, stage: str) -> float:
    """CPU seconds of a stage in work over all pieces together: the search of a barrier."""
    apart = sum(each[stage].seconds for each in found.counts if stage in each)
    return max(found.tally.stages[stage].seconds - apart, 0.0)


def exactly(value: float) -> Range:
    """A number that nothing is known of but that it was so in the sample."""
    return Range(value, value, value)


def added(ranges: Iterable[Range]) -> Range:
    """Return the sum, as uncertain as if all its parts erred on one side.

    >>> added([Range(2, 1, 3), exactly(1)])
    Range(value=3, low=2, high=4)
    """
    each = list(ranges)
    return Range(sum(r.value for r in each), sum(r.low for r in each), sum(r.high for r in each))


def times(each: Range, factor: float) -> Range:
    """The same, so many times."""
    return Range(each.value * factor, each.low * factor, each.high * factor) if factor else exactly(0.0)


def like(value: float, other: Range) -> Range:
    """A number as uncertain, in proportion, as another.

    >>> like(10, Range(4, 3, 6))
    Range(value=10, low=7.5, high=15.0)
    """
    return (
        times(Range(1, other.low / other.value, other.high / other.value), value)
        if other.value and value
        else exactly(value)
    )
