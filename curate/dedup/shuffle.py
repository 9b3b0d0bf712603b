"""The files that barriers leave for each other: the cells of keys, by range of hashes; no process holds all keys.

A document is known by a number: the place of its split in order, times 2^32, plus its row. Splits of earlier runs come
first. A key is a row of 8-byte words, or a list of them. Each of the first `barrier.cells` words of a row, and each of
a list, names a bucket; such a word is called a *cell*. `scatter`, for each group of splits, writes the cells and their
documents, with one record batch per range of cells. What follows is in `pairing` and `comparing` for barriers that
compare documents with a cell in common, and in `marking` for those that only ask how many there are.

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
from curate.places import here
from curate.protocol import Barrier, Comparing

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
        ("spans", pa.list_(pa.int64())),
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
        ("spans", pa.list_(pa.int64())),
        *SUMMARY,
    ]
)
"""What barriers have found of a split: rows that go, who takes them out and why; without a stage rows with copies.

Rows with spans, from and to of each, stay without these characters of their text.
"""


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
        """The split's file of one kind of rows, to be read."""
        return here(self.folder / f"{self.identity}.{kind}.parquet")


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
        with here(path).open("rb") as file:
            self._memory = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        self._reader = pa.ipc.open_file(pa.BufferReader(pa.py_buffer(self._memory)))

    def batch(self, number: int) -> pa.RecordBatch:
        """A record batch, whose data is read on first access."""
        return self._reader.get_batch(number)

    def forget(self) -> None:
        """Release the memory of the data accessed so far; it is read again on the next access."""
        self._memory.madvise(mmap.MADV_DONTNEED)


def is_done(path: Path) -> bool:
    """Return whether a task has written its file and its marker."""
    return read_marker(path.with_suffix(".json"), digests=True) is not None


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
    batches = partitioned([cells, documents], cells, job.ranges, CELLS)
    leave(path, batches, CELLS, started, counts={"long_documents": sum(each[2] for each in found)})


def spread(values: Numbers) -> Numbers:
    """Values as hashes over all 64 bits, where they are low ones or numbers in a row."""
    return values * np.uint64(0x9E3779B97F4A7C15)


def partitioned(
    columns: Sequence[Numbers], hashes: Numbers, ranges: int, schema: pa.Schema
) -> Iterator[pa.RecordBatch]:
    """Yield a record batch for each range of hashes with the rows whose hash is in it."""
    numbers = ((hashes >> np.uint64(32)) * np.uint64(ranges) >> np.uint64(32)).astype(np.uint16)
    order = np.argsort(numbers, kind="stable") if ranges > 1 else np.arange(len(hashes))
    bounds = np.searchsorted(numbers[order], np.arange(ranges + 1))
    for first, last in pairwise(bounds):
        yield pa.record_batch([column[order[first:last]] for column in columns], schema=schema)


def _cells(job: Job, split: Keyed, lost: Sequence[pa.RecordBatch]) -> tuple[Numbers, Numbers, int]:
    """The cells of a split, their documents, and how many documents are longer than the part their keys cover."""
    rows = alive_rows(split, lost)
    table = pq.read_table(split.file("keys"), columns=[job.barrier.name, "chars"])
    long = np.asarray(table["chars"])[rows] > job.barrier.made_with.get("max_chars", np.inf)
    keys = words(table[job.barrier.name])
    barrier: Comparing = job.barrier  # type: ignore[assignment]
    cells = keys[rows, : barrier.cells]
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


def keys_in(column: pa.ChunkedArray) -> Any:
    """Keys of fixed size as `words`, lists as a list of arrays."""
    if not pa.types.is_list(column.type):
        return words(column)
    return [np.asarray(chunk[i].values) for chunk in column.chunks for i in range(len(chunk))]


def alive_rows(split: Keyed, lost: Sequence[pa.RecordBatch]) -> NDArray[np.int64]:
    """The rows of a split that take part: not matched by an earlier barrier, nor, of an earlier run, by this one.

    What an earlier run dropped because it repeats too often still stands for its copies.
    """
    alive = np.ones(split.rows, bool)
    if split.matches is not None:
        matched = pq.read_table(here(split.matches), columns=["row", "stage", "duplicate_of", "spans"])
        gone = pc.is_in(matched["stage"], pa.array(split.stages, pa.string()))
        gone = pc.and_(gone, pc.and_(pc.is_valid(matched["duplicate_of"]), pc.is_null(matched["spans"])))
        alive[np.asarray(matched["row"].filter(gone))] = False
    for batch in lost:
        alive[np.asarray(of_splits(batch, [split])["document"]) - np.uint64(split.first)] = False
    return np.flatnonzero(alive)


def found_in(folder: Path, group: Sequence[Keyed], kind: str = "found") -> list[pa.RecordBatch]:
    """What was found of a group's documents, or `counted` of them, from the lists that have any, or its own file."""
    lists = standing_marker(folder / "done.json")["lists"]
    numbers = range(lists) if lists is not None else [group[0].number] if kind == "found" else []
    paths = [folder / f"{kind}-{number:05d}.arrow" for number in numbers]
    found = (of_splits(Mapped(path).batch(0), group) for path in paths)
    return [batch for batch in found if batch.num_rows]


def of_splits(batch: pa.RecordBatch, group: Sequence[Keyed]) -> pa.RecordBatch:
    """The rows of consecutive splits in a batch sorted by document."""
    edges = np.array([group[0].first, group[-1].first + group[-1].rows], np.uint64)
    first, last = np.searchsorted(np.asarray(batch["document"]), edges)
    return batch.slice(first, last - first)
