"""Sends documents through stages and accounts for each: it is kept, dropped with a verdict, or quarantined.

Stages only decide. This module alone removes rows, stores the dropped ones and counts, so that no stage can lose a
document without an AccountingError.
"""

from collections.abc import Mapping, Sequence
from time import process_time
from typing import Protocol

import numpy as np
import pyarrow as pa

from curate.census import rounded
from curate.counts import SLOWEST, Slow, StageCount
from curate.documents import DROPPED, MEASURED, PROVENANCE, QUARANTINE, SPANS, Documents, sizes, text_bytes, with_column
from curate.filters.verdict import Rule, Verdict
from curate.protocol import Failure, Fate, Outcome, Stage, about
from curate.stages.attempt import attempt

MAX_QUARANTINE_BYTES = 1 << 20


class Sink(Protocol):
    """Receives the dropped, quarantined and measured rows of a flow."""

    def dropped(self, rows: pa.RecordBatch) -> None:
        """Take rows under `DROPPED`."""
        ...

    def quarantined(self, rows: pa.RecordBatch) -> None:
        """Take rows under `QUARANTINE`."""
        ...

    def measured(self, rows: pa.RecordBatch) -> None:
        """Take provenance, language where it is known, and one float64 column per signal."""
        ...


def flow(
    documents: Documents,
    stages: Sequence[Stage],
    counts: Mapping[str, StageCount],
    sink: Sink,
    *,
    keep_text: bool = True,
) -> Documents:
    """Send documents through stages in order and return those that every stage kept.

    Dropped and failed rows go to the sink as they were before the stage that decided. Their text is left out unless
    `keep_text`. `counts` must have a StageCount for each stage; the counts are added to it.
    """
    alive, length = np.ones(len(documents), bool), sizes(documents.batch)
    signals: dict[str, np.ndarray] = {}
    for index, stage in enumerate(stages):
        if not stage.measures and not alive.all():
            gone, left = np.flatnonzero(~alive), np.flatnonzero(alive)
            if signals or any(later.measures for later in stages[index:]):  # else pages would be copied for nothing
                measure(documents.take(gone), stages[index:], counts, sink, _rows_of(signals, gone))
            documents, signals = documents.take(left), _rows_of(signals, left)
            alive, length = np.ones(len(documents), bool), length[left]
        before = documents
        outcome, decided, length = _one_stage(stage, documents, alive, length, counts[stage.name])
        documents = outcome.documents
        signals |= _named(stage, outcome)
        alive[list(decided)] = False
        _store_fates(before, stage.name, decided, sink, keep_text=keep_text)
    _store_signals(documents, signals, sink)
    return documents if alive.all() else documents.take(np.flatnonzero(alive))


def measure(
    documents: Documents,
    stages: Sequence[Stage],
    counts: Mapping[str, StageCount],
    sink: Sink,
    known: Mapping[str, np.ndarray] | None = None,
) -> None:
    """Run those of the stages that measure on documents already dropped, and store only their signals."""
    signals = dict(known or {})
    for stage in stages:
        if stage.measures and len(documents):
            outcome = _clocked(stage, documents, counts[stage.name])
            documents = outcome.documents
            signals |= _named(stage, outcome)
    _store_signals(documents, signals, sink)


def settle(
    documents: Documents,
    limits: Sequence[tuple[str, Rule]],
    stages: Sequence[Stage],
    counts: Mapping[str, StageCount],
    sink: Sink,
    *,
    keep_text: bool,
) -> Documents:
    """Drop documents whose score misses a limit that was set after its stage had passed them.

    `limits` name the stage of each. The stage had counted such a document as kept; the count moves to dropped. Stages
    to come that measure are still run on the dropped documents.
    """
    for name, rule in limits:
        scores = rounded(documents.batch.column(name).to_numpy(zero_copy_only=False))
        fails = np.flatnonzero(~(scores >= rule.limit))
        gone = documents.take(fails)
        verdicts = {row: Verdict(rule.name, float(scores[row]), rule.limit) for row in fails.tolist()}
        _store_fates(documents, name, verdicts, sink, keep_text=keep_text)
        measure(gone, stages, counts, sink)
        counts[name].docs_out -= len(fails)
        counts[name].chars_out -= int(sizes(gone.batch).sum())
        counts[name].dropped.update([rule.name] * len(fails))
        documents = documents.take(np.setdiff1d(np.arange(len(documents)), fails))
    return documents


def _rows_of(signals: Mapping[str, np.ndarray], rows: np.ndarray) -> dict[str, np.ndarray]:
    return {name: values[rows] for name, values in signals.items()}


def _named(stage: Stage, outcome: Outcome) -> dict[str, np.ndarray]:
    return {f"{stage.name}.{name}": values for name, values in outcome.signals.items()}


def _one_stage(
    stage: Stage, documents: Documents, alive: np.ndarray, length: np.ndarray, count: StageCount
) -> tuple[Outcome, dict[int, Fate], np.ndarray]:
    """What a stage says, the fates of those it removes, and the sizes of all behind it; `length` are those before."""
    outcome = _clocked(stage, documents, count)
    fates = {row: outcome.fates[row] for row in np.flatnonzero(alive).tolist()}
    decided = {row: fate for row, fate in fates.items() if isinstance(fate, Failure) or not fate}
    out = alive.copy()
    out[list(decided)] = False
    length_out = length if _same_texts(documents.batch, outcome.documents.batch) else sizes(outcome.documents.batch)
    count.docs_in += int(alive.sum())
    count.docs_out += int(out.sum())
    count.chars_in += int(length[alive].sum())
    count.chars_out += int(length_out[out].sum())
    if "score" in outcome.signals and about(stage).ranks:
        count.census.count(outcome.signals["score"][alive], text_bytes(documents.batch)[alive])
    count.errors.update(fate.kind for fate in decided.values() if isinstance(fate, Failure))
    count.dropped.update(fate.rule for fate in decided.values() if isinstance(fate, Verdict))
    return outcome, decided, length_out


def _same_texts(before: pa.RecordBatch, after: pa.RecordBatch) -> bool:
    """Return whether a stage left the column of texts, and that of HTML, as it was: mostly it is the very same one."""
    held = [name for name in ("text", "html") if name in before.schema.names]
    return all(name in after.schema.names and after.column(name).equals(before.column(name)) for name in held)


def _clocked(stage: Stage, documents: Documents, count: StageCount) -> Outcome:
    """Run a stage on documents and count its CPU time and slowest documents."""
    started = process_time()
    outcome = attempt(stage, documents) if len(documents) else Outcome(documents, [])
    count.seconds += process_time() - started + outcome.child_seconds
    if outcome.page_seconds is not None:
        count.note_slow(_slowest(documents, outcome.page_seconds))
    return outcome


def _slowest(documents: Documents, seconds: np.ndarray) -> list[Slow]:
    rows = np.flatnonzero(~np.isnan(seconds))
    rows = rows[np.argsort(-seconds[rows], kind="stable")][:SLOWEST]
    ids, urls = (documents.batch.column(name).take(pa.array(rows, pa.int64())).to_pylist() for name in ("id", "url"))
    return [(float(seconds[row]), id_, url) for row, id_, url in zip(rows, ids, urls, strict=True)]


def _store_fates(before: Documents, stage: str, decided: Mapping[int, Fate], sink: Sink, *, keep_text: bool) -> None:
    verdicts = {row: fate for row, fate in decided.items() if isinstance(fate, Verdict)}
    failures = {row: fate for row, fate in decided.items() if isinstance(fate, Failure)}
    if verdicts:
        rows = before.batch.take(pa.array(list(verdicts), pa.int64()))
        sink.dropped(dropped_rows(rows, stage, list(verdicts.values()), keep_text=keep_text))
    if failures:
        rows = before.batch.take(pa.array(list(failures), pa.int64()))
        sink.quarantined(_quarantine_rows(rows, stage, list(failures.values())))


def dropped_rows(rows: pa.RecordBatch, stage: str, verdicts: Sequence[Verdict], *, keep_text: bool) -> pa.RecordBatch:
    """Rows under `DROPPED` for documents that `stage` dropped with `verdicts`."""
    columns = {name: rows.column(name) for name in PROVENANCE.names}
    columns |= {
        "stage": pa.array([stage] * len(verdicts), pa.string()),
        "rule": pa.array([verdict.rule for verdict in verdicts], pa.string()),
        "value": pa.array([verdict.value for verdict in verdicts], pa.float64()),
        "limit": pa.array([verdict.limit for verdict in verdicts], pa.float64()),
    }
    columns |= {name: rows.column(name) for name in ("text", SPANS) if keep_text and name in rows.schema.names}
    nulls = {name: pa.nulls(len(verdicts), DROPPED.field(name).type) for name in DROPPED.names if name not in columns}
    return pa.RecordBatch.from_pydict(columns | nulls, DROPPED)


def _quarantine_rows(rows: pa.RecordBatch, stage: str, failures: Sequence[Failure]) -> pa.RecordBatch:
    raw = _raw(rows)
    columns = {name: rows.column(name) for name in PROVENANCE.names}
    columns |= {
        "stage": pa.array([stage] * len(failures), pa.string()),
        "kind": pa.array([failure.kind for failure in failures], pa.string()),
        "detail": pa.array([failure.detail.encode("utf-8", "replace").decode() for failure in failures], pa.string()),
        "raw_bytes": pa.array([len(data) for data in raw], pa.int64()),
        "raw": pa.array([data[:MAX_QUARANTINE_BYTES] for data in raw], pa.large_binary()),
    }
    return pa.RecordBatch.from_pydict(columns, QUARANTINE)


def _raw(rows: pa.RecordBatch) -> list[bytes]:
    """The input that broke the stage: the payload bytes, or the text in UTF-8 once there is one."""
    texts = rows.column("text").to_pylist()
    html = rows.column("html").to_pylist() if "html" in rows.schema.names else [b""] * len(texts)
    return [(page or b"") if text is None else text.encode() for text, page in zip(texts, html, strict=True)]


def _store_signals(documents: Documents, signals: Mapping[str, np.ndarray], sink: Sink) -> None:
    if not signals or not len(documents):
        return
    rows = documents.batch.select([name for name in MEASURED.names if name in documents.batch.schema.names])
    for name, values in signals.items():
        rows = with_column(rows, name, pa.array(values, pa.float64()))
    sink.measured(rows)
