"""Finds windows of texts that repeat over all splits, and what to cut of each document: the steps of a marking barrier.

A document's key is a list of windows, each an 8-byte hash. Windows go by hash range into files, as the cells of
`shuffle` do; but documents that share one are not compared. Each range says of its windows which documents have them
too often (`mark`), and that is the answer: there are no sets, so nothing grows with what connects documents.

- `scatter` writes the windows of a group of splits with their documents and the order of these.
- `mark`, for each range, writes the documents and windows that repeat.
- `narrow`, for a barrier whose first windows are only seeds, reads the texts of marked documents and writes the windows
  that stand around those seeds; these are marked in turn.
- `cut`, for each group, reads the texts of marked documents again and writes the spans that go.

An order says who comes first, as a policy does for copies: 34 bits of it and 30 of the document's id. Two documents of
equal order, which takes a chance of one in a billion, are both first.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from hashlib import blake2b
from pathlib import Path
from time import process_time

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from curate.dedup.comparing import texts_of
from curate.dedup.shuffle import (
    FOUND,
    Job,
    Keyed,
    Mapped,
    alive_rows,
    found_in,
    is_done,
    leave,
    of_splits,
    partitioned,
    spread,
)
from curate.files import standing_marker
from curate.protocol import Marking

ROWS = pa.schema([("cell", pa.uint64()), ("document", pa.uint64()), ("order", pa.uint64())])
MARKS = pa.schema([("document", pa.uint64()), ("cell", pa.uint64())])
MAX_WINDOWS_A_SEED = 32
_LAST = (1 << 34) - 1

Numbers = NDArray[np.uint64]
Windows = tuple[Numbers, Numbers, Numbers]


def _seconds(keys: pa.Table) -> NDArray[np.int64]:
    """Seconds of each date since 1970, -1 for what is none."""
    found = pc.strptime(keys["date"], format="%Y-%m-%dT%H:%M:%SZ", unit="s", error_is_null=True)
    return np.asarray(pc.fill_null(found.cast(pa.int64()), -1))


def _dated(keys: pa.Table, sign: int) -> NDArray[np.int64]:
    seconds = _seconds(keys)
    return np.where(seconds < 0, _LAST, np.clip(seconds if sign > 0 else _LAST - 1 - seconds, 0, _LAST - 1))


ORDERS: dict[str, Callable[[pa.Table, NDArray[np.int64]], NDArray[np.int64]]] = {
    "earliest": lambda keys, _weight: _dated(keys, 1),
    "latest": lambda keys, _weight: _dated(keys, -1),
    "longest": lambda keys, _weight: np.clip(_LAST - np.asarray(keys["chars"]), 0, _LAST),
    "shortest": lambda _keys, weight: np.clip(weight, 0, _LAST),
    "original": lambda keys, weight: (weight << 24) + (_dated(keys, 1) >> 10),
}
"""By policy, the upper 34 bits of an order, from a split's keys and a number of each document below 1024.

That is how much of it repeats, for the most original first; for the shortest it is its windows, any number.
"""


def orders(keys: pa.Table, weight: NDArray[np.int64], policy: str) -> Numbers:
    """The order of documents, uint64[n]: the lower comes first."""
    upper = ORDERS[policy](keys, weight).astype(np.uint64) << np.uint64(30)
    return upper | (_hashes(keys["id"].to_pylist()) >> np.uint64(34))


def _hashes(ids: Sequence[str]) -> Numbers:
    """The last 64 bits of each id, which is a hash itself (`documents.document_id`), or else of a hash of it."""
    return np.array([_hash(id_) for id_ in ids], np.uint64)


def _hash(id_: str) -> int:
    try:
        return int(id_[-16:], 16)
    except ValueError:
        return int.from_bytes(blake2b(id_.encode("utf-8", "surrogatepass"), digest_size=8).digest())


def count_windows(groups: Iterable[Sequence[Keyed]], name: str) -> int:
    """Return how many windows the keys of all splits have, from what their files say of themselves."""
    total = 0
    for split in (split for group in groups for split in group):
        held = pq.read_metadata(split.file("keys"))
        for group in range(held.num_row_groups):
            columns = (held.row_group(group).column(i) for i in range(held.num_columns))
            total += sum(each.num_values for each in columns if each.path_in_schema.startswith(f"{name}.list"))
    return total


def scatter(job: Job, number: int, group: Sequence[Keyed]) -> None:
    """Write the windows of a group of splits; record batch p holds those of range p."""
    path, started = job.path("cells", number), process_time()
    if is_done(path):
        return
    lost = [batch for folder in job.before for batch in found_in(folder, group)]
    _leave_windows(job, path, [_windows(job, split, alive_rows(split, lost)) for split in group], started)


def _windows(job: Job, split: Keyed, rows: NDArray[np.int64]) -> Windows:
    name = job.barrier.name
    keys = pq.read_table(split.file("keys"), columns=["id", "date", "chars", name]).take(pa.array(rows))
    lists = keys[name].combine_chunks()
    sizes = np.asarray(pc.list_value_length(lists)).astype(np.int64)
    order = _orders_of(job, split, keys, sizes)
    documents = rows.astype(np.uint64) + np.uint64(split.first)
    return np.asarray(lists.flatten()), np.repeat(documents, sizes), np.repeat(order, sizes)


def _orders_of(job: Job, split: Keyed, keys: pa.Table, weight: NDArray[np.int64]) -> Numbers:
    """The order of some documents; what an earlier run has kept comes before all, unless sizes decide."""
    if split.first < job.first_new and job.barrier.keep != "shortest":
        return np.zeros(keys.num_rows, np.uint64)
    return orders(keys, np.clip(weight, 0, 1023) if job.barrier.keep == "original" else weight, job.barrier.keep)


def _leave_windows(job: Job, path: Path, found: Sequence[Windows], started: float) -> None:
    columns = [np.concatenate([each[side] for each in found]) for side in range(3)]
    batches = partitioned(columns, spread(columns[0]), job.ranges, ROWS)
    leave(path, batches, ROWS, started, counts={"windows": len(columns[0])})


def range_of(job: Job, number: int, groups: int, schema: pa.Schema = ROWS, kind: str = "cells") -> list[Numbers]:
    """The rows of one range from the files of all groups, sorted by the first column."""
    batches = [Mapped(job.path(kind, group)).batch(number) for group in range(groups)]
    columns = [np.concatenate([np.asarray(batch[name]) for batch in batches]) for name in schema.names]
    order = np.argsort(columns[0])
    return [column[order] for column in columns]


def mark(job: Job, number: int, groups: int, last: bool) -> None:  # noqa: FBT001  a task takes no keywords
    """Write the documents and windows of a range that repeat; of the last windows only those that go."""
    from curate.dedup.window_kernels import marks

    path, started = job.path("marks", number), process_time()
    if is_done(path):
        return
    barrier: Marking = job.barrier  # type: ignore[assignment]
    cells, documents, order = range_of(job, number, groups)
    spare = barrier.spares_first and last
    holders, found = marks(cells, documents, order, np.uint64(job.first_new), barrier.min_documents, spare)
    by_document = np.argsort(holders, kind="stable")
    leave(path, [pa.record_batch([holders[by_document], found[by_document]], schema=MARKS)], MARKS, started)


def _marked(job: Job, group: Sequence[Keyed]) -> Iterator[tuple[Keyed, NDArray[np.int64], list[Numbers], list[str]]]:
    """Each split of a group that has marks: its marked rows, the sorted windows of each, and their texts."""
    parts = [of_splits(Mapped(job.path("marks", number)).batch(0), group) for number in range(job.ranges)]
    documents, cells = (np.concatenate([np.asarray(part[name]) for part in parts]) for name in MARKS.names)
    order = np.lexsort((cells, documents))
    documents, cells = documents[order], cells[order]
    for split in group:
        first, last = np.searchsorted(documents, np.array([split.first, split.first + split.rows], np.uint64))
        mine, places = np.unique(documents[first:last], return_index=True)
        if len(mine):
            rows = mine - np.uint64(split.first)
            windows = np.split(cells[first:last], places[1:])
            texts = texts_of(split.file("documents"), rows).to_pylist()
            yield split, rows.astype(np.int64), windows, texts


def narrow(first: Job, then: Job, number: int, group: Sequence[Keyed]) -> None:
    """Write the windows around the seeds of a group's marked documents, in ranges."""
    path, started = then.path("cells", number), process_time()
    if is_done(path):
        return
    barrier: Marking = first.barrier  # type: ignore[assignment]
    found: list[Windows] = [(np.empty(0, np.uint64),) * 3]
    for split, rows, windows, texts in _marked(first, group):
        columns = ["id", "date", "chars", barrier.name]
        keys = pq.read_table(split.file("keys"), columns=columns).take(pa.array(rows))
        seeds = np.asarray(pc.list_value_length(keys[barrier.name])).astype(np.int64)
        order = _orders_of(first, split, keys, 1023 * np.array([len(mine) for mine in windows]) // seeds)
        cells = [barrier.narrowed(text, mine) for text, mine in zip(texts, windows, strict=True)]
        sizes = [len(each) for each in cells]
        documents = rows.astype(np.uint64) + np.uint64(split.first)
        found.append((np.concatenate(cells), np.repeat(documents, sizes), np.repeat(order, sizes)))
    _leave_windows(then, path, found, started)


def most_narrowed(job: Job) -> int:
    """Return how many windows there can be around the seeds that are marked."""
    markers = [standing_marker(job.path("marks", number).with_suffix(".json")) for number in range(job.ranges)]
    return MAX_WINDOWS_A_SEED * sum(marker["files"]["rows"]["rows"] for marker in markers)


def cut(job: Job, folder: Path, group: Sequence[Keyed]) -> None:
    """Write for each marked document of a group the spans that go, or that it goes itself."""
    path, started = folder / f"found-{group[0].number:05d}.arrow", process_time()
    if is_done(path):
        return
    barrier: Marking = job.barrier  # type: ignore[assignment]
    rows: list[tuple[int, float, list[int] | None]] = []
    for split, places, windows, texts in _marked(job, group):
        urls = pq.read_table(split.file("keys"), columns=["url"])["url"].take(pa.array(places)).to_pylist()
        for row, mine, text, url in zip(places.tolist(), windows, texts, urls, strict=True):
            spans = barrier.spans(text, url, mine)
            if len(spans):
                share = float((spans[:, 1] - spans[:, 0]).sum() / len(text))
                goes = share > barrier.threshold
                rows.append((split.first + row, share, None if goes else spans.ravel().tolist()))
    cuts = [spans for _, _, spans in rows if spans is not None]
    counts = {"cut_documents": len(cuts), "cut_spans": sum(len(spans) // 2 for spans in cuts)}
    said = [{"document": document, "similarity": share, "spans": spans} for document, share, spans in rows]
    leave(path, [pa.RecordBatch.from_pylist(said, FOUND)], FOUND, started, counts=counts)
