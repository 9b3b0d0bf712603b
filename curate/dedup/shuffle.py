"""Finds the documents of all splits that may have to be compared; no process ever holds all keys.

A document is known by a number: the place of its split in order, times 2^32, plus its row. Splits of earlier runs come
first. A key is a row of 8-byte words. Each of its first `barrier.cells` words names an LSH bucket; such a word is
called a *cell*. Documents with a cell in common may be duplicates. There are three steps:

- `scatter`, for each group of splits, writes the cells and their documents, with one record batch per range of cells.
- `gather`, for each range of cells, writes pairs that connect the documents of each bucket. A bucket of n documents
  gives n - 1 pairs, not all n * n.
- `connect`, once, follows the pairs. Documents connected directly or through others form a *set*. Sets are distributed
  over *lists* of about equal size, and each list is compared by one task.

Every task writes its file, then a marker. It does nothing when its marker exists.
"""

import mmap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from time import process_time
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from curate.dedup.copies import SUMMARY
from curate.files import read_marker, standing_marker, whole_file, write_marker
from curate.protocol import Barrier

ROW_BITS = 32
MAX_LISTS = 4096  # each is a file that is opened once per group of splits
MAX_RANGES = 4096

Numbers = NDArray[np.uint64]

CELLS = pa.schema([("cell", pa.uint64()), ("document", pa.uint64())])
PAIRS = pa.schema([("left", pa.uint64()), ("right", pa.uint64())])
LISTS = pa.schema([("document", pa.uint64()), ("list", pa.uint16())])
FOUND = pa.schema(
    [
        ("document", pa.uint64()),
        ("similarity", pa.float64()),
        ("duplicate_of", pa.string()),
        ("duplicate_of_url", pa.string()),
    ]
)
MATCHED = pa.schema(
    [
        ("row", pa.int64()),
        ("stage", pa.string()),
        ("rule", pa.string()),
        ("value", pa.float64()),
        ("limit", pa.float64()),
        ("duplicate_of", pa.string()),
        ("duplicate_of_url", pa.string()),
        *SUMMARY,
    ]
)
"""What barriers have found of a split: rows that go, who takes them out and why; without a stage rows with copies."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """The size of tasks; it changes memory and the number of tasks, never the result."""

    group_documents: int = 1 << 18
    range_cells: int = 1 << 23
    list_documents: int = 1 << 16


@dataclass(frozen=True, slots=True)
class Keyed:
    """A split whose documents have keys, and the folder of its files.

    A split of an earlier run may have lost documents to that run's barriers. `matches` is then the file that lists
    them, and `stages` names the barriers whose losses count.
    """

    number: int
    identity: str
    folder: Path
    rows: int
    matches: Path | None = None
    stages: tuple[str, ...] = ()

    @property
    def first(self) -> int:
        """The number of the split's first document."""
        return self.number << ROW_BITS

    def file(self, kind: str) -> Path:
        """The split's file of one kind of rows."""
        return self.folder / f"{self.identity}.{kind}.parquet"


@dataclass(frozen=True, slots=True)
class Job:
    """One barrier over all splits: the arguments that tasks of every step share.

    `first_new` is the number of this run's first document. `before` are the folders of the barriers before this one;
    documents that those dropped do not take part.
    """

    barrier: Barrier
    folder: Path
    first_new: int
    before: tuple[Path, ...]
    sizes: Sizes
    ranges: int

    def path(self, kind: str, number: int = 0) -> Path:
        """The file that a task writes."""
        return self.folder / f"{kind}-{number:05d}.arrow"

    def listed(self) -> pa.RecordBatch:
        """All documents that have to be compared, sorted by number, each with its list."""
        return Mapped(self.path("lists")).batch(0)


class Mapped:
    """An Arrow file mapped into memory; its pages of memory can be released while it stays open."""

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            self._memory = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        self._reader = pa.ipc.open_file(pa.BufferReader(pa.py_buffer(self._memory)))

    def batch(self, number: int) -> pa.RecordBatch:
        """A record batch, whose data is read on first access."""
        return self._reader.get_batch(number)

    def forget(self) -> None:
        """Release the memory of the data accessed so far; it is read again on the next access."""
        self._memory.madvise(mmap.MADV_DONTNEED)


def is_done(path: Path) -> bool:
    """Whether a task has written its file and its marker."""
    return read_marker(path.with_suffix(".json")) is not None


def leave(path: Path, batches: Iterable[pa.RecordBatch], schema: pa.Schema, started: float, **facts: Any) -> None:
    """Write record batches to an Arrow file and then its marker, with the CPU seconds since `started` and `facts`."""
    rows = 0
    with whole_file(path) as temporary, pa.ipc.new_file(temporary, schema) as writer:
        for batch in batches:
            writer.write_batch(batch)
            rows += batch.num_rows
    described = {"file": path.name, "rows": rows, "bytes": path.stat().st_size}  # not the digest: these files pass away
    facts |= {"seconds": process_time() - started, "peak_bytes": getrusage(RUSAGE_SELF).ru_maxrss * 1024}
    write_marker(path.with_suffix(".json"), {"files": {"rows": described}, **facts})


def scatter(job: Job, number: int, group: Sequence[Keyed]) -> None:
    """Write the cells of a group of splits; record batch p holds the cells of range p."""
    path, started = job.path("cells", number), process_time()
    if is_done(path):
        return
    lost = [batch for folder in job.before for batch in found_in(folder, group)]
    found = [_cells(job, split, lost) for split in group]
    cells, documents = (np.concatenate([each[side] for each in found]) for side in (0, 1))
    ranges = ((cells >> np.uint64(32)) * np.uint64(job.ranges) >> np.uint64(32)).astype(np.uint16)
    order = np.argsort(ranges, kind="stable") if job.ranges > 1 else np.arange(len(cells))
    bounds = np.searchsorted(ranges[order], np.arange(job.ranges + 1))
    batches = (pa.record_batch([cells[order[a:b]], documents[order[a:b]]], schema=CELLS) for a, b in pairwise(bounds))
    leave(path, batches, CELLS, started, counts={"long_documents": sum(each[2] for each in found)})


def _cells(job: Job, split: Keyed, lost: Sequence[pa.RecordBatch]) -> tuple[Numbers, Numbers, int]:
    """The cells of a split, their documents, and how many documents are longer than the part their keys cover."""
    rows = _alive_rows(split, lost)
    table = pq.read_table(split.file("keys"), columns=[job.barrier.name, "chars"])
    long = np.asarray(table["chars"])[rows] > job.barrier.made_with.get("max_chars", np.inf)
    keys = words(table[job.barrier.name])
    cells = keys[rows, : job.barrier.cells]
    documents = np.repeat(rows.astype(np.uint64) + np.uint64(split.first), cells.shape[1])
    cells = cells.ravel()
    return cells[cells != 0], documents[cells != 0], int(long.sum())


def words(column: pa.ChunkedArray) -> Numbers:
    """Fixed-size binary keys as rows of 8-byte words, uint64[n, words]."""
    width = column.type.byte_width
    chunks = [
        np.frombuffer(chunk.buffers()[1], np.uint8)[chunk.offset * width : (chunk.offset + len(chunk)) * width]
        for chunk in column.chunks
        if len(chunk)
    ]
    joined = np.concatenate(chunks) if chunks else np.empty(0, np.uint8)
    return joined.view("<u8").reshape(-1, width // 8)


def _alive_rows(split: Keyed, lost: Sequence[pa.RecordBatch]) -> NDArray[np.int64]:
    """The rows of a split that take part: not matched by an earlier barrier, nor, of an earlier run, by this one.

    What an earlier run dropped because it repeats too often still stands for its copies.
    """
    alive = np.ones(split.rows, bool)
    if split.matches is not None:
        matched = pq.read_table(split.matches, columns=["row", "stage", "duplicate_of"])
        gone = pc.is_in(matched["stage"], pa.array(split.stages, pa.string()))
        gone = pc.and_(gone, pc.is_valid(matched["duplicate_of"]))
        alive[np.asarray(matched["row"].filter(gone))] = False
    for batch in lost:
        alive[np.asarray(of_splits(batch, [split])["document"]) - np.uint64(split.first)] = False
    return np.flatnonzero(alive)


def found_in(folder: Path, group: Sequence[Keyed], kind: str = "found") -> list[pa.RecordBatch]:
    """What comparing has found of a group's documents, or `counted` of them, from the lists that have any."""
    paths = [folder / f"{kind}-{number:05d}.arrow" for number in range(standing_marker(folder / "done.json")["lists"])]
    found = (of_splits(Mapped(path).batch(0), group) for path in paths)
    return [batch for batch in found if batch.num_rows]


def of_splits(batch: pa.RecordBatch, group: Sequence[Keyed]) -> pa.RecordBatch:
    """The rows of consecutive splits in a batch sorted by document."""
    edges = np.array([group[0].first, group[-1].first + group[-1].rows], np.uint64)
    first, last = np.searchsorted(np.asarray(batch["document"]), edges)
    return batch.slice(first, last - first)


def gather(job: Job, number: int, groups: int) -> None:
    """Write the pairs that connect the documents of each bucket of a range of cells."""
    from curate.dedup.kernels import star_pairs

    path, started = job.path("pairs", number), process_time()
    if is_done(path):
        return
    batches = [Mapped(job.path("cells", group)).batch(number) for group in range(groups)]
    cells, documents = (np.concatenate([np.asarray(batch[name]) for batch in batches]) for name in ("cell", "document"))
    order = np.argsort(cells)
    left, right = star_pairs(cells[order], documents[order], np.uint64(job.first_new))
    order = np.argsort(left)  # looking up what is sorted is several times as fast
    leave(path, [pa.record_batch([left[order], right[order]], schema=PAIRS)], PAIRS, started)


def connect(job: Job, groups: int) -> None:
    """Write each document that has a pair, with the list it is compared in; count sets and the size of the largest.

    Memory is some 60 bytes per document with a pair, plus the pairs of one range.
    """
    from curate.dedup.kernels import join_pairs, roots

    path, started = job.path("lists"), process_time()
    if is_done(path):
        return
    documents = _all_of(np.concatenate(pair) for pair in _pairs(job))
    parents = np.arange(len(documents))
    for left, right in _pairs(job):
        join_pairs(np.searchsorted(documents, left), np.searchsorted(documents, right), parents)
    lists, facts = _deal(roots(parents), job.sizes.list_documents)
    before = [job.path("cells", group) for group in range(groups)] + [job.path("pairs", r) for r in range(job.ranges)]
    markers = [standing_marker(each.with_suffix(".json")) for each in before]
    facts["spent"] = sum(marker.get("seconds", 0.0) for marker in markers)
    facts["counts"]["long_documents"] = sum(marker.get("counts", {}).get("long_documents", 0) for marker in markers)
    leave(path, [pa.record_batch([documents, lists], schema=LISTS)], LISTS, started, **facts)


def _all_of(arrays: Iterable[Numbers]) -> Numbers:
    """All distinct values, sorted. New values are merged only once they outnumber the held ones, so time is linear."""
    held, waiting = np.empty(0, np.uint64), [np.empty(0, np.uint64)]
    for array in arrays:
        waiting.append(_distinct([array]))
        if sum(map(len, waiting)) > len(held):
            held, waiting = _distinct([held, *waiting]), []
    return _distinct([held, *waiting])


def _distinct(arrays: Sequence[Numbers]) -> Numbers:
    from curate.dedup.kernels import without_repeats

    values = np.concatenate(arrays)
    values.sort()  # vectorised, several times as fast as the hash tables of np.unique
    return without_repeats(values)


def _pairs(job: Job) -> Iterator[tuple[Numbers, Numbers]]:
    for number in range(job.ranges):
        batch = Mapped(job.path("pairs", number)).batch(0)
        yield np.asarray(batch["left"]), np.asarray(batch["right"])


def _deal(roots: NDArray[np.int64], list_documents: int) -> tuple[NDArray[np.uint16], dict[str, Any]]:
    """Distribute sets, by their lowest document, over lists of about equal size; a set is never divided."""
    sizes = np.bincount(roots, minlength=len(roots))
    sets = np.flatnonzero(sizes)
    target = max(list_documents, -(-len(roots) // MAX_LISTS))
    numbers = (np.cumsum(sizes[sets]) - sizes[sets]) // target
    _, numbers = np.unique(numbers, return_inverse=True)
    of_root = np.zeros(len(roots), np.uint16)
    of_root[sets] = numbers
    largest = int(sizes.max(initial=0))
    counts = {"sets": len(sets), "largest_set": largest}
    return of_root[roots], {"lists": int(numbers.max(initial=-1)) + 1, "counts": counts}
