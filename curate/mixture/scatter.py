"""The shuffle outside memory: a task for each part writes its sightings by range, and ranges are sorted when read.

A task leaves an Arrow file in which each batch holds the sightings of one range, with what the format needs of their
documents, and the part's rows of the ledger. Reading a range takes its batches out of all files and sorts them by key:
memory is that of a range, whatever the size of the corpus.
"""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from itertools import pairwise, repeat
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from curate.dedup.shuffle import Mapped
from curate.files import RowFile, describe_file, read_marker, standing_marker, whole_file, write_marker
from curate.mixture.exposure import Ints, Stretch, stretch
from curate.mixture.laid_out import Document
from curate.mixture.ledger import ledger_rows
from curate.mixture.measure import ROWS, passing, stored_rows, tokens_of
from curate.mixture.order import Layout, Ranges, key_cells, sightings
from curate.mixture.plan import Plan
from curate.mixture.ragged import Ragged
from curate.mixture.rates import Rates
from curate.mixture.sources import Part

ROW_BYTES = 64  # of a sighting beside its text and tokens
RANGE_BYTES = 16 << 20
CHUNK_BYTES = 16 << 20  # of documents that a task holds at a time

LEDGER_COLUMNS = ("id", "site", "licence", "opt_outs")


@dataclass(frozen=True, slots=True)
class Corpus:
    """The documents of a mixture: the plan, the parts of all sources, their measures, the seed, needs of the format.

    `item_bytes` is the size of a stored token, 0 where the format needs none.
    """

    plan: Plan
    parts: tuple[Part, ...]
    measured: Path
    seed: int
    texts: bool
    item_bytes: int

    def rows(self, parts: Sequence[Part], columns: Sequence[str]) -> Iterator[tuple[Part, pa.RecordBatch]]:
        """The measured columns of some parts."""
        own = ("key", "tokens", "text_bytes", *columns)
        return stored_rows(self.measured, parts, tuple(dict.fromkeys(own)))

    def stretches(self) -> Iterator[Stretch]:
        """All documents, a stretch at a time, as the arithmetic takes them."""
        for part, batch in self.rows(self.parts, (*self.plan.numbers, *self.plan.names)):
            yield self.stretch(part, batch)

    def stretch(self, part: Part, batch: pa.RecordBatch) -> Stretch:
        """A batch of measured columns as the arithmetic takes it."""
        sizes = np.asarray(batch["tokens"]).astype(np.int64) * self.item_bytes + ROW_BYTES
        if self.texts:
            sizes = sizes + np.asarray(batch["text_bytes"])
        return stretch(batch, part.source, self.plan, self.seed, sizes)


@dataclass(frozen=True, slots=True)
class Shuffle:
    """One layout of a corpus: the folder its tasks write to, the rates, and the ranges."""

    corpus: Corpus
    layout: Layout
    folder: Path
    decided: Path
    ranges: Ranges
    ledger: bool

    def file(self, number: int) -> Path:
        """The file of the task for one part."""
        return self.folder / f"{number:05d}.arrow"

    def ledger_file(self, number: int) -> Path:
        """The rows of the ledger that the task for one part leaves."""
        return self.folder / f"{number:05d}.ledger.parquet"

    @property
    def schema(self) -> pa.Schema:
        """The columns of a sighting: key, bucket, id, and as far as the format needs them text and tokens."""
        fields = [("key", pa.uint64()), ("bucket", pa.int16()), ("id", pa.large_string())]
        fields += [("text", pa.large_string())] if self.corpus.texts else []
        return pa.schema(fields + ([("tokens", pa.large_binary())] if self.corpus.item_bytes else []))


def scatter(shuffle: Shuffle, number: int) -> None:
    """Write the sightings of one part by range; does nothing where the marker stands."""
    path = shuffle.file(number)
    if read_marker(path.with_suffix(".json")) is not None:
        return
    rates = Rates.read(shuffle.decided, shuffle.corpus.plan)
    part = shuffle.corpus.parts[number]
    batches: dict[int, list[int]] = {}
    count = 0
    with ExitStack() as stack:
        writer = stack.enter_context(pa.ipc.new_file(stack.enter_context(whole_file(path)), shuffle.schema))
        ledger = stack.enter_context(RowsOf(shuffle.ledger_file(number))) if shuffle.ledger else None
        for table, found in _chunks(shuffle, part, rates, ledger):
            for range_, batch in _by_range(table, found, shuffle.schema):
                writer.write_batch(batch)
                batches.setdefault(range_, []).append(count)
                count += 1
    files = {"sightings": passing(path, count)}
    if shuffle.ledger and part.rows:
        files["ledger"] = describe_file(shuffle.ledger_file(number), part.rows)
    write_marker(path.with_suffix(".json"), {"files": files, "batches": {str(r): held for r, held in batches.items()}})


class RowsOf(AbstractContextManager["RowsOf"]):
    """A Parquet file of rows that come in batches, complete or absent."""

    def __init__(self, path: Path) -> None:
        self._file = RowFile(path)

    def write(self, rows: pa.RecordBatch) -> None:
        """Append rows."""
        self._file.write(rows)

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self._file.close()
        self._file.abandon()


@dataclass(frozen=True, slots=True)
class _Found:
    """The sightings of a chunk of documents: the row of each in the chunk, its range, key and bucket."""

    rows: Ints
    ranges: Ints
    keys: Any
    buckets: Ints


def _chunks(shuffle: Shuffle, part: Part, rates: Rates, ledger: RowsOf | None) -> Iterator[tuple[pa.Table, _Found]]:
    """The documents of a part in chunks of bounded size, with their sightings."""
    corpus = shuffle.corpus
    columns = (*rates.plan.numbers, *rates.plan.names, *LEDGER_COLUMNS)
    content = _Content(corpus, part)
    for _, batch in corpus.rows([part], columns):
        documents = corpus.stretch(part, batch)
        judged = rates.judge(documents)
        if ledger is not None:
            ledger.write(ledger_rows(batch, part.source, rates.plan, judged))
        placed = sightings(documents, judged, shuffle.layout)
        ranges = shuffle.ranges.of_cell[placed.phases, key_cells(placed.keys)]
        for start, end in _pieces(documents.sizes * np.maximum(judged.counts.sum(axis=0), 1)):
            mine = np.flatnonzero((placed.rows >= start) & (placed.rows < end))
            rows = placed.rows[mine]
            table = content.take(batch["id"].slice(start, end - start))
            yield table, _Found(rows - start, ranges[mine], placed.keys[mine], judged.buckets[rows])


def _pieces(sizes: Ints) -> Iterator[tuple[int, int]]:
    """Rows cut into pieces of about `CHUNK_BYTES`, each a multiple of `ROWS`."""
    start, held = 0, 0
    for row in range(0, len(sizes), ROWS):
        size = int(sizes[row : row + ROWS].sum())
        if held and held + size > CHUNK_BYTES:
            yield start, row
            start, held = row, 0
        held += size
    if start < len(sizes):
        yield start, len(sizes)


class _Content:
    """Texts and tokens of a part, read once from the front to the back."""

    def __init__(self, corpus: Corpus, part: Part) -> None:
        self._readers: dict[str, _Reader] = {}
        if corpus.texts:
            batches = pq.ParquetFile(part.path).iter_batches(ROWS, columns=["text"])
            self._readers["text"] = _Reader(batch["text"].cast(pa.large_string()) for batch in batches)
        if corpus.item_bytes:
            self._readers["tokens"] = _Reader(_token_rows(tokens_of(corpus.measured, part)))

    def take(self, ids: pa.Array) -> pa.Table:
        """The next documents, whose ids are given, with what is read of them."""
        columns = {name: reader.take(len(ids)) for name, reader in self._readers.items()}
        return pa.table({"id": ids.cast(pa.large_string()), **columns})


def _token_rows(path: Path) -> Iterator[pa.Array]:
    with pa.OSFile(str(path)) as file:
        reader = pa.ipc.open_file(file)
        for number in range(reader.num_record_batches):
            yield reader.get_batch(number)["tokens"]


class _Reader:
    """Arrays one behind another, taken in lengths of one's own."""

    def __init__(self, arrays: Iterator[pa.Array]) -> None:
        self._arrays, self._left = arrays, []  # type: tuple[Iterator[pa.Array], list[pa.Array]]

    def take(self, count: int) -> pa.ChunkedArray:
        while sum(map(len, self._left)) < count:
            self._left.append(next(self._arrays))
        held = pa.chunked_array(self._left)
        self._left = held.slice(count).chunks
        return held.slice(0, count)


def _by_range(table: pa.Table, found: _Found, schema: pa.Schema) -> Iterator[tuple[int, pa.RecordBatch]]:
    """The sightings of a chunk, range by range."""
    order = np.argsort(found.ranges, kind="stable")
    if not len(order):
        return
    columns = _taken(table, found.rows[order])
    columns |= {"key": pa.array(found.keys[order]), "bucket": pa.array(found.buckets[order].astype(np.int16))}
    batch = pa.record_batch([columns[name] for name in schema.names], schema=schema)
    ranges = found.ranges[order]
    bounds = np.concatenate([[0], np.flatnonzero(np.diff(ranges)) + 1, [len(ranges)]])
    for start, end in pairwise(bounds.tolist()):
        yield int(ranges[start]), batch.slice(start, end - start)


def _taken(table: pa.Table, rows: Ints) -> dict[str, pa.Array]:
    """Columns of some rows; tokens are copied by our own code, Arrow takes several times as long."""
    names = [name for name in table.column_names if name != "tokens"]
    taken = table.select(names).combine_chunks().take(pa.array(rows)).combine_chunks()
    columns = {name: _one_chunk(taken[name]) for name in names}
    if "tokens" in table.column_names:
        columns["tokens"] = Ragged.of(table["tokens"].chunks, "u1").take(rows).arrow()
    return columns


def _one_chunk(column: pa.ChunkedArray) -> pa.Array:
    return column.chunk(0) if column.num_chunks else pa.array([], column.type)


@dataclass(frozen=True, slots=True)
class Scattered:
    """The result of all tasks: their files, and for each range the batches in each file."""

    files: tuple[Path, ...]
    batches: tuple[dict[str, list[int]], ...]
    names: tuple[str, ...]
    item_bytes: int

    def read(self, ranges: range, bucket: int | None = None) -> Iterator[Document]:
        """The documents of some ranges in their final order, of one bucket or of all."""
        files = [Mapped(path) for path in self.files]
        for number in ranges:
            held = zip(files, (each.get(str(number), []) for each in self.batches), strict=True)
            batches = [file.batch(place) for file, places in held for place in places]
            if batches:
                yield from self._sorted(batches, bucket)
            for file in files:
                file.forget()

    def _sorted(self, batches: Sequence[pa.RecordBatch], bucket: int | None) -> Iterator[Document]:
        table = pa.Table.from_batches(batches)
        rows = np.arange(table.num_rows)
        if bucket is not None:
            rows = np.flatnonzero(np.asarray(table["bucket"]) == bucket)
        order = rows[np.argsort(np.asarray(table["key"])[rows], kind="stable")]
        if not len(order):
            return iter(())
        columns = _taken(table.drop_columns(["key"]), order)
        nothing = repeat(np.empty(0, np.uint32))
        tokens = Ragged.of([columns["tokens"]], f"<u{self.item_bytes}").rows() if self.item_bytes else nothing
        texts = columns["text"].to_pylist() if "text" in columns else repeat("")
        buckets = map(self.names.__getitem__, columns["bucket"].to_pylist())
        return map(Document, columns["id"].to_pylist(), texts, tokens, buckets)


def scattered(shuffle: Shuffle) -> Scattered:
    """Return what the tasks of a shuffle have left. Raises IncompleteRunError when something of it is missing."""
    files = tuple(map(shuffle.file, range(len(shuffle.corpus.parts))))
    batches = tuple(standing_marker(path.with_suffix(".json"))["batches"] for path in files)
    names = tuple(bucket.name for bucket in shuffle.corpus.plan.buckets)
    return Scattered(files, batches, names, shuffle.corpus.item_bytes)
