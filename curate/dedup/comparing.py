"""Compares the lists of possible duplicates and writes the result for each split; see `curate.dedup.shuffle`.

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

from curate.dedup import copies
from curate.dedup.copies import SUMMARY
from curate.dedup.ranking import ranks, score_of
from curate.dedup.shuffle import FOUND, MATCHED, Job, Keyed, Mapped, found_in, is_done, keys_in, leave, of_splits
from curate.files import describe_file, parquet_writer, read_marker, standing_marker, whole_file, write_marker
from curate.matches import Matches
from curate.protocol import Comparing, about

FLUSH_BYTES = 128 << 20  # of texts, held by `collect` before it writes
_SPANS = FOUND.field("spans").type
COMPARED = ("id", "url", "date", "chars")


def collect(job: Job, number: int, group: Sequence[Keyed]) -> None:
    """Write key, ranking columns and, if the barrier reads it, text of a group's listed documents, ordered by list."""
    path, started = job.path("collected", number), process_time()
    if is_done(path):
        return
    schema = pa.schema(
        [("document", pa.uint64()), ("list", pa.uint16())]
        + [(name, pa.int64() if name == "chars" else pa.string()) for name in COMPARED]
        + [("score", pa.float64()), *SUMMARY, ("key", _key_type(job, group)), ("text", pa.large_string())]
    )
    lists: list[int] = []
    listed, counted = of_splits(job.listed(), group), counted_of(job.before, group)
    batches = _by_list(_flushes(_rows_to_compare(job, split, listed, counted, schema) for split in group), lists)
    leave(path, batches, schema, started, lists=lists)


def _key_type(job: Job, group: Sequence[Keyed]) -> pa.DataType:
    return pq.read_schema(group[0].file("keys")).field(job.barrier.name).type


def counted_of(folders: Sequence[Path], group: Sequence[Keyed]) -> pa.Table:
    """The copies of a group's documents, as the last of some barriers that has counted any of a document says."""
    batches = [found_in(folder, group, "counted") for folder in folders]
    return copies.latest([pa.Table.from_batches(found, copies.COUNTED) for found in batches])


def _rows_to_compare(job: Job, split: Keyed, listed: pa.RecordBatch, counted: pa.Table, schema: pa.Schema) -> pa.Table:
    listed = of_splits(listed, [split])
    if not listed.num_rows:
        return schema.empty_table()
    rows = np.asarray(listed["document"]) - np.uint64(split.first)
    keyed = _keyed(split, job.barrier.name, pa.array(rows))
    before = copies.before(keyed.select(SUMMARY.names), np.asarray(listed["document"]), counted)
    barrier: Comparing = job.barrier  # type: ignore[assignment]
    texts = texts_of(split.file("documents"), rows) if barrier.reads_text else pa.nulls(len(rows), pa.large_string())
    named = keyed.select([*COMPARED, "score"]).columns
    columns = [listed["document"], listed["list"], *named, *before.columns, keyed[job.barrier.name], texts]
    return pa.table(columns, schema=schema)


def _keyed(split: Keyed, barrier: str, rows: pa.Array) -> pa.Table:
    """Keys and names of some rows, their scores and copies so far: null where their run had none."""
    optional = {score_of(barrier): pa.field("score", pa.float64()), **{field.name: field for field in SUMMARY}}
    held = set(pq.read_schema(split.file("keys")).names).intersection(optional)
    keyed = pq.read_table(split.file("keys"), columns=[*COMPARED, barrier, *held]).take(rows)
    for name, field in optional.items():
        column = keyed[name] if name in held else pa.nulls(len(rows), field.type)
        keyed = keyed.append_column(f"_{field.name}", column)
    plain = keyed.select([*COMPARED, barrier, *(f"_{field.name}" for field in optional.values())])
    return plain.rename_columns([name.removeprefix("_") for name in plain.column_names])


def texts_of(path: Path, rows: NDArray[np.uint64]) -> pa.ChunkedArray:
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
        names = ("document", "key", "score", *COMPARED, *SUMMARY.names)
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
    barrier: Comparing = job.barrier  # type: ignore[assignment]
    matches = barrier.resolve(keys_in(table["key"]), ranks(table, new, barrier.keep), listed.texts, int((~new).sum()))
    told = about(barrier)
    stands = np.arange(len(new)) if told.cuts else matches.representative  # a page that holds another is no copy
    counted = copies.count(table, new, stands, exact=told.exact)
    leave(job.path("counted", number), [_one_batch(counted)], copies.COUNTED, started)
    counts = dict(matches.counts)
    if not new.all() and not told.cuts:
        counts["copies_of_earlier"] = int((new & ~new[matches.representative]).sum())
    leave(path, [_found(table, new, matches)], FOUND, started, counts=counts)


def _found(table: pa.Table, new: NDArray[np.bool_], matches: Matches) -> pa.RecordBatch:
    gone = np.flatnonzero(new & (matches.representative != np.arange(len(new))))
    kept = pa.array(matches.representative[gone])
    columns = [
        table["document"].take(pa.array(gone)),
        pa.chunked_array([matches.similarity[gone]]),
        table["id"].take(kept),
        table["url"].take(kept),
        pa.array([None if (cut := matches.spans.get(i)) is None else cut.ravel() for i in gone.tolist()], _SPANS),
    ]
    return _one_batch(pa.table(columns, schema=FOUND).sort_by("document"))


def _one_batch(table: pa.Table) -> pa.RecordBatch:
    return (table.combine_chunks().to_batches() or [pa.RecordBatch.from_pylist([], table.schema)])[0]


def deliver(jobs: Sequence[Job], number: int, group: Sequence[Keyed], folder: Path) -> None:
    """Write for each split of a group the rows that match another document, and what those that stay have of copies."""
    marker = folder / f"delivered-{number:05d}.json"
    if read_marker(marker) is not None:
        return
    started, files = process_time(), {}
    found = [(job, batch) for job in jobs for batch in found_in(job.folder, group)]
    going = [batch.filter(pc.is_null(batch["spans"])) for _, batch in found]
    gone = np.concatenate([np.empty(0, np.uint64), *(np.asarray(batch["document"]) for batch in going)])
    counted = counted_of([job.folder for job in jobs], group)
    counted = counted.filter(pa.array(~np.isin(np.asarray(counted["document"]), gone)))
    for split in group:
        tables = [_rows(job, of_splits(batch, [split]), split) for job, batch in found]
        tables.append(_copied(jobs, of_splits(_one_batch(counted), [split]), split))
        table = pa.concat_tables(tables).sort_by("row") if any(each.num_rows for each in tables) else None
        path = folder / f"{split.identity}.matches.parquet"
        path.unlink(missing_ok=True)
        if table is not None:
            with whole_file(path) as temporary, parquet_writer(temporary, table.schema) as writer:
                writer.write_table(table)
            files[split.identity] = describe_file(path, table.num_rows)
    write_marker(marker, {"files": files, "seconds": process_time() - started})


def _rows(job: Job, found: pa.RecordBatch, split: Keyed) -> pa.Table:
    """Rows that go for another document, or lose spans."""
    barrier, same = job.barrier, ("duplicate_of", "duplicate_of_url", "spans")
    says = {"stage": barrier.name, "rule": barrier.rule, "limit": float(barrier.threshold)}
    columns = {"value": found["similarity"], **{name: found[name] for name in same}}
    return _matched(found, split, says, columns)


def _copied(jobs: Sequence[Job], counted: pa.RecordBatch, split: Keyed) -> pa.Table:
    """Rows that stay for copies, and those that repeat too often to stay themselves."""
    tables = []
    for barrier in (job.barrier for job in jobs if about(job.barrier).drop_all):
        told = about(barrier)
        over = pa.array(copies.repeating(counted, told.max_copies, told.min_sites))
        going, counted = counted.filter(over), counted.filter(pc.invert(over))
        says = {"stage": barrier.name, "rule": "max_copies", "limit": float(told.max_copies)}
        value = pc.add(going["copies_exact"], going["copies_near"]).cast(pa.float64())
        tables.append(_matched(going, split, says, {"value": value, **_summary(going)}))
    return pa.concat_tables([*tables, _matched(counted, split, {}, _summary(counted))])


def _summary(counted: pa.RecordBatch) -> dict[str, Any]:
    return {name: counted[name] for name in SUMMARY.names}


def _matched(rows: pa.RecordBatch, split: Keyed, says: dict[str, Any], columns: dict[str, Any]) -> pa.Table:
    """Rows under `MATCHED`: what is the same for all, what is not, and null for the rest."""
    columns["row"] = (np.asarray(rows["document"]) - np.uint64(split.first)).astype(np.int64)
    columns |= {name: pa.repeat(pa.scalar(value), rows.num_rows) for name, value in says.items()}
    columns |= {field.name: pa.nulls(rows.num_rows, field.type) for field in MATCHED if field.name not in columns}
    return pa.table(columns).select(MATCHED.names)
