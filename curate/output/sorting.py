"""The rows of a few files in the order of their places in the inputs, without ever holding all of them.

A task's files are nearly sorted: rows of later batches come later, and only within a batch does each stage write by
itself what it drops. So the order is computed from the places alone, and then row groups are read as they are needed,
and forgotten after the last row that is wanted of them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

PLACE = ("warc_path", "warc_offset")
WITHIN = ("start",)  # of several rows of one page, such as what was cut out of it


@dataclass(slots=True)
class _Groups:
    """The row groups of some files; each is read when it is first wanted, and forgotten after its last row."""

    files: list[pq.ParquetFile]
    columns: list[list[str]]
    groups: list[tuple[int, int]]  # file and number in it
    left: NDArray[np.int64]  # rows not taken yet
    held: dict[int, pa.Table] = field(default_factory=dict)

    def take(self, group: int, rows: NDArray[np.int64]) -> pa.Table:
        """Some rows of a group."""
        if group not in self.held:
            file, number = self.groups[group]
            self.held[group] = self.files[file].read_row_group(number, columns=self.columns[file])
        found = _some(self.held[group], rows)
        self.left[group] -= len(rows)
        if not self.left[group]:
            del self.held[group]
        return found


def sorted_rows(paths: Sequence[Path], columns: Sequence[str], *, max_rows: int, max_bytes: int) -> Iterator[pa.Table]:
    """The rows of some files by input and place, rows with equal places in the order of the files.

    Yields tables of about `max_rows` rows and `max_bytes` bytes at most, but rows of one place always together. Of
    `columns` each file gives those it has.
    """
    files = [pq.ParquetFile(path) for path in paths]
    held = [[name for name in columns if name in file.schema_arrow.names] for file in files]
    groups = [(number, each) for number, file in enumerate(files) for each in range(file.num_row_groups)]
    if not groups:
        return
    keys = [*PLACE, *(WITHIN if all(WITHIN[0] in file.schema_arrow.names for file in files) else ())]
    places = pa.concat_tables(file.read(columns=keys) for file in files)
    order = np.asarray(pc.sort_indices(places, sort_keys=[(name, "ascending") for name in keys])).astype(np.int64)
    counts = np.array([files[file].metadata.row_group(each).num_rows for file, each in groups], np.int64)
    bytes_ = np.array([files[file].metadata.row_group(each).total_byte_size for file, each in groups], np.int64)
    of_row, starts = np.repeat(np.arange(len(groups)), counts), np.cumsum(counts) - counts
    cost = (bytes_ // np.maximum(counts, 1))[of_row[order]]
    reader = _Groups(files, held, groups, counts.copy())
    for first, last in _bounds(_starts(places, order), cost, max_rows, max_bytes):
        yield _gathered(reader, of_row[order[first:last]], order[first:last] - starts[of_row[order[first:last]]])


def _starts(places: pa.Table, order: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return whether each row, in order, has another place than the one before it."""
    path = pc.dictionary_encode(places["warc_path"].combine_chunks()).indices
    first = np.ones(len(order), bool)
    numbers = (np.asarray(each)[order] for each in (path, places["warc_offset"]))
    first[1:] = np.logical_or.reduce([number[1:] != number[:-1] for number in numbers])
    return first


def _bounds(
    starts: NDArray[np.bool_], cost: NDArray[np.int64], max_rows: int, max_bytes: int
) -> Iterator[tuple[int, int]]:
    """Stretches of rows, each of at most so many rows and bytes as long as it can end where a place does."""
    ends = [*np.flatnonzero(starts)[1:].tolist(), len(starts)]
    spent = np.concatenate([[0], np.cumsum(cost)])
    first = 0
    for end, following in zip(ends, [*ends[1:], None], strict=True):
        more = following is not None and following - first <= max_rows and spent[following] - spent[first] <= max_bytes
        if not more:
            yield first, end
            first = end


def _gathered(reader: _Groups, groups: NDArray[np.int64], rows: NDArray[np.int64]) -> pa.Table:
    """Rows of several groups, in the order asked for."""
    by_group = np.argsort(groups, kind="stable")
    cuts = np.flatnonzero(np.diff(groups[by_group])) + 1
    taken = [reader.take(int(groups[some[0]]), rows[some]) for some in np.split(by_group, cuts)]
    back = np.empty(len(by_group), np.int64)
    back[by_group] = np.arange(len(by_group))
    return _some(pa.concat_tables(taken, promote_options="default"), back)


def _some(table: pa.Table, rows: NDArray[np.int64]) -> pa.Table:
    """Some rows of a table; those that follow each other are not copied."""
    if len(rows) and (np.diff(rows) == 1).all():
        return table.slice(rows[0], len(rows))
    return table.take(pa.array(rows))
