"""A split before and behind barriers: the keys it leaves for them, and what they matched, taken out again."""

from collections.abc import Callable, Mapping, Sequence
from time import process_time

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from curate.documents import Documents, sizes
from curate.flow import StageCount, dropped_rows
from curate.matching.ranking import score_of
from curate.stages import Barrier, about
from filters.verdict import Verdict

MATCHED = pa.schema(
    [
        ("row", pa.int64()),
        ("stage", pa.string()),
        ("similarity", pa.float64()),
        ("duplicate_of", pa.string()),
        ("duplicate_of_url", pa.string()),
    ]
)
"""What barriers have found of a split: the row of each document that goes, who takes it out, and for what."""


def keys_of(barriers: Sequence[Barrier], kept: Documents, counts: Mapping[str, StageCount]) -> pa.RecordBatch:
    """What barriers need to know of documents: names, length, a key for each barrier, the score it ranks by."""
    keys = kept.batch.select(["id", "url", "date"]).append_column("chars", pa.array(sizes(kept.batch)))
    for barrier in barriers:
        started = process_time()
        if barrier.keep == "best":
            scores = kept.batch.column(about(barrier).best_by).cast(pa.float64())
            keys = keys.append_column(score_of(barrier.name), scores)
        keys = keys.append_column(barrier.name, barrier.keys(kept))
        counts[barrier.name].seconds += process_time() - started
    return keys


def without_matched(
    documents: Documents,
    matched: pa.Table,
    barriers: Sequence[Barrier],
    counts: Mapping[str, StageCount],
    drop: Callable[[Documents, pa.RecordBatch], None],
    *,
    keep_text: bool,
) -> Documents:
    """Take out of documents what each barrier in turn has matched, by the rows of `matched`; counts it.

    `drop` gets documents that go and their rows under `DROPPED`.
    """
    alive = np.ones(len(documents), bool)
    length = sizes(documents.batch)
    for barrier in barriers:
        count = counts[barrier.name]
        count.docs_in += int(alive.sum())
        count.chars_in += int(length[alive].sum())
        mine = matched.filter(pc.equal(matched["stage"], barrier.name))
        rows = np.asarray(mine["row"])
        alive[rows] = False
        count.dropped.update([barrier.rule] * len(rows))
        gone = documents.take(rows)
        drop(gone, _duplicate_rows(gone, mine, barrier, keep_text=keep_text))
        count.docs_out += int(alive.sum())
        count.chars_out += int(length[alive].sum())
    return documents.take(np.flatnonzero(alive))


def in_rows(matched: pa.Table, first: int, count: int) -> pa.Table:
    """What was matched among `count` rows of a split from row `first` on, rows counted from there."""
    rows = np.asarray(matched["row"]) - first
    here = (rows >= 0) & (rows < count)
    return matched.filter(pa.array(here)).set_column(0, "row", pa.array(rows[here]))


def _duplicate_rows(gone: Documents, mine: pa.Table, barrier: Barrier, *, keep_text: bool) -> pa.RecordBatch:
    verdicts = [Verdict(barrier.rule, value, barrier.threshold) for value in mine["similarity"].to_pylist()]
    dropped = dropped_rows(gone.batch, barrier.name, verdicts, keep_text=keep_text)
    for name in ("duplicate_of", "duplicate_of_url"):
        column = mine[name].combine_chunks()
        dropped = dropped.set_column(dropped.schema.get_field_index(name), name, column)
    return dropped
