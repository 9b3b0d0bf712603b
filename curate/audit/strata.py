"""Sorts the pages of a run into strata by what became of them, and says how many labels each stratum gets."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from heapq import heappush, heapreplace
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from curate.errors import UsageError
from curate.folder import DATA, DROPPED, parts

ROWS = 1000  # read at a time, with their texts
KEPT = "kept"  # the stratum of what every stage kept
OTHERS = "other rules"  # of one stage, each too rare for labels of its own
KEPT_SHARE = 0.3  # of the labels, for what was kept
MIN_LABELS = 5  # for every stratum that has so many pages
POWER = 0.5  # labels grow with pages to this power: 1 is best for totals over the run, 0 for the single rules

Cell = tuple[str, str]  # stage and rule


@dataclass(frozen=True, slots=True)
class End:
    """Where a page with text ended: its stage and rule, `KEPT` and "" where it was kept; a copy is of a kept page."""

    id: str
    stage: str
    rule: str
    copy: bool = False


@dataclass(frozen=True, slots=True)
class Stratum:
    """Pages that ended alike: how many there are, the ids drawn of them, and whether they are copies of others."""

    stage: str
    rule: str
    pages: int
    ids: tuple[str, ...]
    copies: bool = False


def ends_of(out: Path, skip: Sequence[str] = ()) -> Iterator[End]:
    """Every page with text of the run in `out`, but those that the stages in `skip` dropped; a few texts at a time."""
    for folder in (DATA, DROPPED):
        for path in parts(out / folder):
            file = pq.ParquetFile(path)
            names = [n for n in ("id", "stage", "rule", "duplicate_of", "text") if n in file.schema_arrow.names]
            if "text" not in names:
                continue
            for batch in file.iter_batches(ROWS, columns=names):
                read = batch.filter(pc.greater(pc.binary_length(batch.column("text")), 0))
                yield from (end for end in _ends(read) if end.stage not in skip)


def _ends(batch: pa.RecordBatch) -> Iterator[End]:
    if "stage" not in batch.schema.names:
        yield from (End(id_, KEPT, "") for id_ in batch.column("id").to_pylist())
        return
    columns = [
        batch.column("id"),
        batch.column("stage"),
        batch.column("rule"),
        pc.is_valid(batch.column("duplicate_of")),
    ]
    yield from (End(*row) for row in zip(*(column.to_pylist() for column in columns), strict=True))


@dataclass(slots=True)
class _Drawn:
    """The pages of a cell with the lowest hashes, as a heap, and how many pages there are."""

    pages: int
    copies: int
    lowest: list[tuple[int, str]]


def draw(ends: Iterator[End], stages: Sequence[str], n: int, seed: int) -> list[Stratum]:
    """Draw `n` pages (all where there are fewer) in strata; the same for any order of `ends`.

    Within a stratum those are drawn whose hash of seed and id is lowest: each set of pages is as likely as any other.
    `stages` gives the order of the strata. Raises UsageError when `n` is too few, or nothing has text.
    """
    cells: dict[Cell, _Drawn] = {}
    for end in ends:
        cell = cells.setdefault((end.stage, end.rule), _Drawn(0, 0, []))
        cell.pages += 1
        cell.copies += end.copy
        item = (-hash_of(seed, end.id), end.id)
        if len(cell.lowest) < n:
            heappush(cell.lowest, item)
        elif item > cell.lowest[0]:
            heapreplace(cell.lowest, item)
    if not cells:
        raise UsageError("no page of this run has text: nothing can be labelled")
    order = [*stages, KEPT]
    pooled = sorted(_pool(cells, n).items(), key=lambda item: (order.index(item[0][0]), -item[1].pages, item[0]))
    labels = allocate([cell.pages for _, cell in pooled], [name[0] == KEPT for name, _ in pooled], n)
    return [
        Stratum(*name, cell.pages, tuple(id_ for _, id_ in sorted(cell.lowest, reverse=True)[:count]), cell.copies > 0)
        for (name, cell), count in zip(pooled, labels, strict=True)
    ]


def hash_of(seed: int, text: str) -> int:
    """A number below 2^64 from a seed and a text."""
    return int.from_bytes(blake2b(f"{seed}\0{text}".encode(), digest_size=8).digest())


def _pool(cells: Mapping[Cell, _Drawn], n: int) -> dict[Cell, _Drawn]:
    """The same cells with those of a stage as one that are too small for `MIN_LABELS` by their size."""
    dropped = [cell.pages for name, cell in cells.items() if name[0] != KEPT]
    whole, spare = sum(pages**POWER for pages in dropped), n * (1 - KEPT_SHARE)
    pooled: dict[Cell, _Drawn] = {}
    for name, cell in cells.items():
        small = name[0] != KEPT and spare * cell.pages**POWER < MIN_LABELS * whole
        pool = pooled.setdefault((name[0], OTHERS) if small else name, _Drawn(0, 0, []))
        pool.pages += cell.pages
        pool.copies += cell.copies
        pool.lowest += cell.lowest
    return pooled


def allocate(sizes: Sequence[int], kept: Sequence[bool], n: int) -> list[int]:
    """Return how many of `n` labels each stratum gets, at most its size; `kept` says which stratum holds what was kept.

    What was kept gets `KEPT_SHARE`, every stratum `MIN_LABELS`; the rest goes by size to the power `POWER`.
    Raises UsageError when `n` is too few for the least numbers.

    >>> allocate([1000, 200, 100, 3], [True, False, False, False], 100)
    [30, 39, 28, 3]
    >>> allocate([10, 20], [True, False], 100)
    [10, 20]
    """
    least = [min(size, MIN_LABELS) for size in sizes]
    if n < sum(least) and n < sum(sizes):
        raise UsageError(f"--n {n} is too few for {len(sizes)} strata of stages and rules: take {sum(least)} or more")
    given = [min(size, max(low, round(KEPT_SHARE * n) if mine else 0))
             for size, low, mine in zip(sizes, least, kept, strict=True)]  # fmt: skip
    while sum(given) > n:  # few labels: what was kept takes no more than the others leave
        given[given.index(max(given))] -= 1
    while sum(given) < min(n, sum(sizes)):
        # The next label goes where it is most missing: least labels for the weight among strata that are not exhausted.
        open_ = [i for i, size in enumerate(sizes) if given[i] < size and not kept[i]]
        open_ = open_ or [i for i, size in enumerate(sizes) if given[i] < size]
        given[min(open_, key=lambda i: (given[i] + 0.5) / sizes[i] ** POWER)] += 1
    return given
