"""Takes one task through segments of a recipe: the work of a worker, and the files and the marker it writes.

A task is a split of an input, or some small inputs whole. A segment is a row of stages that can run on one task without
the others; `curate.engine.phases` explains how a recipe is cut into them. A segment's folder holds up to six files for
each task: `<identity>.documents.parquet` with the documents that every stage kept, and `.dropped`, `.quarantine`,
`.signals`, `.keys` and `.cut` in the same form. A file without rows is not written. The marker, `<identity>.json`, is
written last; it says that the others are complete, and the first segment's also what was read of each input.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from curate.counts import StageCount
from curate.dedup.shuffle import MATCHED
from curate.documents import BATCH_CHARS, BATCH_DOCUMENTS, MEASURED, PROVENANCE, SPANS, Documents, sizes
from curate.engine.flow import flow, measure, settle
from curate.engine.reading import Found, read_dict, read_pages
from curate.engine.split_keys import in_rows, keys_of, without_matched
from curate.engine.work_rows import WorkRows
from curate.files import left_by, read_marker, row_batches, write_marker
from curate.filters.verdict import Rule
from curate.inputs.input_file import Split
from curate.inputs.tasks import Task, identity_of, known
from curate.places import here
from curate.pulse import Pulsing, pulsing
from curate.recipe import Segment, fingerprint
from curate.stages import Barrier, Read, Stage

BATCH_BYTES = 32 << 20
FILES = ("documents", "dropped", "quarantine", "signals", "keys", "cut")


@dataclass(frozen=True, slots=True)
class Piece:
    """The work of one segment on one task, with the paths it reads and writes; workers receive it as an argument.

    `splits` are what the first segment reads. `identity` names the files; before that segment it is not known, and
    both are empty until `begin` has read the inputs' digests. `earlier` are the folders of the segments before.
    `barriers` are those resolved just before this segment, and `matches` is the file that lists the duplicates they
    found in this task, None when there are none. `settled` are the limits computed just before this segment from the
    scores of all tasks, each with the name of its stage.
    """

    segment: Segment
    folder: Path
    identity: str
    keep_text: bool
    earlier: tuple[Path, ...] = ()
    matches: Path | None = None
    barriers: tuple[Barrier, ...] = ()
    settled: tuple[tuple[str, Rule], ...] = ()
    splits: tuple[Split, ...] = ()

    @property
    def marker(self) -> Path:
        """The file whose presence says that the work is done."""
        return self.folder / f"{self.identity}.json"

    def file(self, kind: str) -> Path:
        """The file of one kind of rows."""
        return self.folder / f"{self.identity}.{kind}.parquet"


@dataclass(slots=True)
class _Files:
    """Writes the rows of one split and segment, a file for each kind; all signals have one schema from the start."""

    files: dict[str, WorkRows]
    measures: pa.Schema

    def dropped(self, rows: pa.RecordBatch) -> None:
        self.files["dropped"].write(rows)

    def quarantined(self, rows: pa.RecordBatch) -> None:
        self.files["quarantine"].write(rows)

    def cut(self, rows: pa.RecordBatch) -> None:
        self.files["cut"].write(rows)

    def measured(self, rows: pa.RecordBatch) -> None:
        undeclared = set(rows.schema.names) - set(self.measures.names)
        assert not undeclared, f"signals a stage did not declare: {sorted(undeclared)}"
        held = set(rows.schema.names)
        columns = [rows[f.name] if f.name in held else pa.nulls(rows.num_rows, f.type) for f in self.measures]
        self.files["signals"].write(pa.RecordBatch.from_arrays(columns, schema=self.measures))


def _signal_schema(stages: Sequence[Stage]) -> pa.Schema:
    names = [f"{stage.name}.{signal}" for stage in stages for signal in stage.signals]
    return pa.schema([*MEASURED, *((name, pa.float64()) for name in names)])


@dataclass(frozen=True, slots=True)
class Advanced:
    """The result of a task: its identity, for each segment whether it was reused, and the inputs that were lost.

    `unread` gives, by the place in the task, why a split could not be read. `began` and `ended` are seconds since 1970
    on the worker's clock; they go into the log alone.
    """

    identity: str
    reused: tuple[bool, ...]
    unread: Mapping[int, str] = field(default_factory=dict)
    began: float = 0.0
    ended: float = 0.0


def begin(task: Task, pieces: Sequence[Piece], size: int) -> Advanced:
    """Read the digests of a task's inputs, which name its work, and take it through the first segments of a recipe.

    Raises UsageError when none of its inputs can be read, and SourceError when one changes while it is read.
    """
    began = time.time()
    found, unread = known(task)
    name = fingerprint(identity_of(found))
    done = advance([replace(piece, identity=name, splits=found.splits) for piece in pieces], size)
    return replace(done, unread=unread, began=began)


def advance(pieces: Sequence[Piece], size: int) -> Advanced:
    """Take one task, which `size` bytes of input are in, through consecutive segments."""
    began, folder = time.time(), pieces[0].folder
    with pulsing(folder.parent, folder.name, size) as pulse:
        way = _Way(pulse, len(pieces))
        reused = tuple(_do(piece, way) for piece in pieces)
    return Advanced(pieces[0].identity, reused, began=began, ended=time.time())


@dataclass(slots=True)
class _Way:
    """How far a task is: segments done, and in the next one bytes of what it reads, or rows of a file."""

    pulse: Pulsing
    segments: int
    done: int = 0
    rows: int = 0
    of_rows: int = 0
    pages: int = 0

    def say(self, counts: Mapping[str, StageCount], found: Sequence[Found]) -> None:
        """Say it, once a second."""
        if self.pulse.due():
            here = _share_read(found) if found else self.rows / max(self.of_rows, 1)
            self.pages = max(self.pages, next((count.docs_in for count in counts.values()), 0))
            alive = next((count.docs_out for count in reversed(list(counts.values())) if count.docs_in), 0)
            self.pulse.say((self.done + here) / self.segments, self.pages, alive)


def _share_read(found: Sequence[Found]) -> float:
    """About what share of some splits has been read; those of Parquet, whose ends are row groups, count when done."""
    passed = sum(min(max(each.counts.position - each.split.start, 0), _span(each)) for each in found)
    return passed / max(sum(map(_span, found)), 1)


def _span(found: Found) -> int:
    return found.split.end - found.split.start


def _do(piece: Piece, way: _Way) -> bool:
    if read_marker(piece.marker, digests=True) is not None:
        way.done += 1
        return True
    piece.folder.mkdir(parents=True, exist_ok=True)
    sink = _Files({kind: WorkRows(piece.file(kind)) for kind in FILES}, _signal_schema(piece.segment.stages))
    reads = [] if piece.segment.reads is None else [Read.name]
    named: tuple[Stage | Barrier, ...] = (*piece.barriers, *piece.segment.stages, *piece.segment.barriers)
    settled = [name for name, _ in piece.settled]
    counts = {name: StageCount() for name in (*reads, *settled, *(stage.name for stage in named))}
    found = [Found(split) for split in piece.splits] if piece.segment.reads else []
    try:
        for documents in _incoming(piece, counts, sink, found, way):
            kept = flow(documents, piece.segment.stages, counts, sink, keep_text=piece.keep_text)
            sink.files["documents"].write(kept.batch)
            if piece.segment.barriers:
                sink.files["keys"].write(keys_of(piece.segment.barriers, kept, counts))
            way.say(counts, found)
        for documents in _dropped_before(piece):
            measure(documents, piece.segment.stages, counts, sink)
        described = {kind: file.close() for kind, file in sink.files.items()}
    finally:
        for file in sink.files.values():
            file.abandon()
    for name, count in counts.items():
        count.check(name)
    write_marker(piece.marker, _marker(piece, counts, found, described))
    way.done += 1
    return False


def _marker(
    piece: Piece, counts: dict[str, StageCount], found: Sequence[Found], described: dict[str, Any]
) -> dict[str, Any]:
    return {
        "inputs": [each.as_dict() for each in found],
        "read": read_dict(found) if piece.segment.reads else {},
        "stages": {name: _as_dict(count) for name, count in counts.items()},
        "peak_bytes": getrusage(RUSAGE_SELF).ru_maxrss * 1024,
        "files": {kind: file for kind, file in described.items() if file},
    }


def _as_dict(count: StageCount) -> dict[str, Any]:
    return {
        "docs_in": count.docs_in,
        "docs_out": count.docs_out,
        "chars_in": count.chars_in,
        "chars_out": count.chars_out,
        "seconds": round(count.seconds, 6),
        "dropped": dict(sorted(count.dropped.items())),
        "errors": dict(sorted(count.errors.items())),
        **({"census": count.census.rows()} if count.census.docs else {}),
        **({"slowest": [[round(seconds, 6), *page] for seconds, *page in count.slowest]} if count.slowest else {}),
    }


def _incoming(
    piece: Piece, counts: dict[str, StageCount], sink: _Files, found: Sequence[Found], way: _Way
) -> Iterator[Documents]:
    if piece.segment.reads is not None:
        return read_pages(found, piece.segment.reads, counts[Read.name], sink.dropped)
    return _resumed(piece, counts, sink, way)


def _resumed(piece: Piece, counts: dict[str, StageCount], sink: _Files, way: _Way) -> Iterator[Documents]:
    """Documents of the segment before, without those the barriers between have matched to others."""
    matched = MATCHED.empty_table() if piece.matches is None else pq.read_table(here(piece.matches))

    def drop(gone: Documents, rows: pa.RecordBatch) -> None:
        sink.dropped(rows)
        measure(gone, stages, counts, sink)

    first, stages = 0, piece.segment.stages
    for path in left_by(piece.earlier[-1], piece.identity, "documents"):
        way.of_rows = pq.read_metadata(path).num_rows
        for batch in row_batches(path, max_rows=BATCH_DOCUMENTS, max_bytes=BATCH_BYTES):
            for rows in _cut(batch):
                left = settle(Documents(rows), piece.settled, stages, counts, sink, keep_text=piece.keep_text)
                gone = in_rows(matched, first, rows.num_rows)
                yield without_matched(left, gone, piece.barriers, counts, drop, sink.cut, keep_text=piece.keep_text)
                first = way.rows = first + rows.num_rows


def _dropped_before(piece: Piece) -> Iterator[Documents]:
    """Re-reads texts dropped earlier so that their signals are recorded too; what-if needs signals for every page."""
    if not any(stage.measures for stage in piece.segment.stages):
        return
    for folder in piece.earlier:
        for path in left_by(folder, piece.identity, "dropped"):
            columns = [*PROVENANCE.names, "text", SPANS]
            for batch in row_batches(path, max_rows=BATCH_DOCUMENTS, max_bytes=BATCH_BYTES, columns=columns):
                for rows in _cut(batch.filter(pc.is_valid(batch["text"]))):
                    yield Documents(rows)


def _cut(batch: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
    """Cut a batch into parts of at most `BATCH_CHARS`, or of one document: views cost 28 bytes a character."""
    numbers = (np.cumsum(sizes(batch)) - 1) // BATCH_CHARS
    for start, end in pairwise([0, *(np.flatnonzero(np.diff(numbers)) + 1).tolist(), batch.num_rows]):
        yield batch.slice(start, end - start)
