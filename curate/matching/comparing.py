"""Compares the lists of possible duplicates and writes the result for each split; see `curate.matching.shuffle`.

- `collect`, for each group of splits, gathers all data of the listed documents that comparing needs. Each file of texts
  is read once, from front to back.
- `compare`, for each list, lets the barrier decide. Lists can be compared independently, because no LSH bucket spans
  two of them.
- `deliver`, for each group of splits after the last barrier, writes for each split the rows that duplicate another
  document.
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from curate.dedup import Matches
from curate.matching.ranking import ranks
from curate.matching.shuffle import FOUND, Job, Keyed, Mapped, found_in, is_done, leave, of_splits, words
from curate.work import describe_file, parquet_writer, read_marker, standing_marker, whole_file, write_marker

FLUSH_BYTES = 128 << 20  # of texts, held by `collect` before it writes
COMPARED = ("id", "url", "date", "chars")


def collect(job: Job, number: int, group: Sequence[Keyed]) -> None:
    """Write key, ranking columns and, if the barrier reads it, text of a group's listed documents, ordered by list."""
    path, started = job.path("collected", number), process_time()
    if is_done(path):
        return
    schema = pa.schema(
        [("document", pa.uint64()), ("list", pa.uint16())]
        + [(name, pa.int64() if name == "chars" else pa.string()) for name in COMPARED]
        + [("key", pa.binary(job.barrier.key_bytes)), ("text", pa.large_string())]
    )
    lists: list[int] = []
    listed = of_splits(job.listed(), group)
    batches = _by_list(_flushes(_rows_to_compare(job, split, listed, schema) for split in group), lists)
    leave(path, batches, schema, started, lists=lists)


def _rows_to_compare(job: Job, split: Keyed, listed: pa.RecordBatch, schema: pa.Schema) -> pa.Table:
    listed = of_splits(listed, [split])
    if not listed.num_rows:
        return schema.empty_table()
    rows = np.asarray(listed["document"]) - np.uint64(split.first)
    keyed = pq.read_table(split.file("keys"), columns=[*COMPARED, job.barrier.name]).take(pa.array(rows))
    texts = _texts(split.file("documents"), rows) if job.barrier.reads_text else pa.nulls(len(rows), pa.large_string())
    columns = [listed["document"], listed["list"], *keyed.columns, texts]
    return pa.table(columns, schema=schema)


def _texts(path: Path, rows: NDArray[np.uint64]) -> pa.ChunkedArray:
    """The texts of some rows, given in ascending order; one row group is in memory at a time."""
    file = pq.ParquetFile(path)
    chunks = []
    first = 0
    for group in range(file.num_row_groups):
        last = first + file.metadata.row_group(group).num_rows
        here = rows[np.searchsorted(rows, first) : np.searchsorted(rows, last)] - np.uint64(first)
        if len(here):
            column = file.read_row_group(group, columns=["text"])["text"].combine_chunks()
            chunks.append(pc.fill_null(column.take(pa.array(here)), ""))
        first = last
    return pa.chunked_array(chunks, pa.large_string())


def _flushes(tables: Iterable[pa.Table]) -> Iterator[pa.Table]:
    """Join tables until they reach about `FLUSH_BYTES`; a single split may be larger."""
    waiting: list[pa.Table] = []
    held = 0
    for table in tables:
        waiting.append(table)
        held += table.nbytes
        if held >= FLUSH_BYTES:
            yield pa.concat_tables(waiting)
            waiting, held = [], 0
    if waiting:
        yield pa.concat_tables(waiting)


def _by_list(tables: Iterable[pa.Table], lists: list[int]) -> Iterator[pa.RecordBatch]:
    """Yield a record batch for each list in each table; the number of its list is appended to `lists`."""
    for table in tables:
        table = table.take(np.argsort(np.asarray(table["list"]), kind="stable")).combine_chunks()
        numbers = np.asarray(table["list"])
        for number in np.unique(numbers).tolist():
            first, last = np.searchsorted(numbers, [number, number + 1])
            [batch] = table.slice(first, last - first).to_batches()
            lists.append(number)
            yield batch


class _List:
    """The documents of one list; their texts stay in the files until they are asked for."""

    def __init__(self, job: Job, number: int, groups: int) -> None:
        self._files: list[Mapped] = []
        self._batches: list[pa.RecordBatch] = []
        for group in range(groups):
            path = job.path("collected", group)
            lists = standing_marker(path.with_suffix(".json"))["lists"]
            if number in lists:
                self._files.append(Mapped(path))
                self._batches += [self._files[-1].batch(i) for i, each in enumerate(lists) if each == number]
        self._starts = np.cumsum([0, *(batch.num_rows for batch in self._batches)])
        names = ("document", "key", *COMPARED)
        self.table = pa.Table.from_batches([batch.select(names) for batch in self._batches])

    def texts(self, wanted: NDArray[np.int64]) -> list[str]:
        """The texts at some places in the list, given in ascending order; the mapped memory is released at once."""
        bounds = np.searchsorted(wanted, self._starts)
        texts: list[str] = []
        for i, batch in enumerate(self._batches):
            here = wanted[bounds[i] : bounds[i + 1]] - self._starts[i]
            if len(here):
                texts += batch["text"].take(pa.array(here)).to_pylist()
        for file in self._files:
            file.forget()
        return texts


def compare(job: Job, number: int, groups: int) -> None:
    """Decide about the documents of one list; documents of an earlier run are never dropped."""
    path, started = job.path("found", number), process_time()
    if is_done(path):
        return
    listed = _List(job, number, groups)
    table = listed.table
    new = np.asarray(table["document"]) >= np.uint64(job.first_new)
    matches = job.barrier.resolve(
        words(table["key"]), ranks(table, new, job.barrier.keep), listed.texts, int((~new).sum())
    )
    leave(path, [_found(table, new, matches)], FOUND, started, counts=dict(matches.counts))


def _found(table: pa.Table, new: NDArray[np.bool_], matches: Matches) -> pa.RecordBatch:
    gone = np.flatnonzero(new & (matches.representative != np.arange(len(new))))
    kept = pa.array(matches.representative[gone])
    columns = [
        table["document"].take(pa.array(gone)),
        pa.chunked_array([matches.similarity[gone]]),
        table["id"].take(kept),
        table["url"].take(kept),
    ]
    found = pa.table(columns, schema=FOUND).sort_by("document").combine_chunks()
    return found.to_batches()[0] if len(gone) else pa.RecordBatch.from_pylist([], FOUND)


def deliver(jobs: Sequence[Job], number: int, group: Sequence[Keyed], folder: Path) -> None:
    """Write for each split of a group the rows that duplicate another document, with the barrier that found each."""
    marker = folder / f"delivered-{number:05d}.json"
    if read_marker(marker) is not None:
        return
    started, files = process_time(), {}
    found = [(job, batch) for job in jobs for batch in found_in(job.folder, group)]
    for split in group:
        tables = [_rows(job, of_splits(batch, [split]), split) for job, batch in found]
        table = pa.concat_tables(tables).sort_by("row") if any(each.num_rows for each in tables) else None
        path = folder / f"{split.identity}.matches.parquet"
        path.unlink(missing_ok=True)
        if table is not None:
            with whole_file(path) as temporary, parquet_writer(temporary, table.schema) as writer:
                writer.write_table(table)
            files[split.identity] = describe_file(path, table.num_rows)
    write_marker(marker, {"files": files, "seconds": process_time() - started})


def _rows(job: Job, found: pa.RecordBatch, split: Keyed) -> pa.Table:
    rows = (np.asarray(found["document"]) - np.uint64(split.first)).astype(np.int64)
    columns: dict[str, Any] = {"row": rows, "stage": pa.array([job.barrier.name] * len(rows), pa.string())}
    return pa.table(columns | {name: found[name] for name in FOUND.names[1:]})
