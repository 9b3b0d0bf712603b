"""Writes the keys a split leaves for barriers, and takes out of the split what the barriers matched."""

from collections.abc import Callable, Mapping, Sequence
from time import process_time

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from curate.counts import StageCount
from curate.dedup.copies import SUMMARY, site_hash
from curate.dedup.ranking import score_of
from curate.dedup.windows import without
from curate.documents import CUT, PROVENANCE, Documents, sizes
from curate.engine.flow import dropped_rows
from curate.filters.verdict import Verdict
from curate.stages import Barrier, about

_HOLDER = ("duplicate_of", "duplicate_of_url")


def keys_of(barriers: Sequence[Barrier], kept: Documents, counts: Mapping[str, StageCount]) -> pa.RecordBatch:
    """Return what barriers need to know of documents: names, length, a key for each barrier, the score it ranks by."""
    copies = [name for name in SUMMARY.names if name in kept.batch.schema.names]
    keys = kept.batch.select(["id", "url", "date", *copies]).append_column("chars", pa.array(sizes(kept.batch)))
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
    cut: Callable[[pa.RecordBatch], None],
    *,
    keep_text: bool,
) -> Documents:
    """Take out of documents what each barrier in turn has matched, by the rows of `matched`; counts it.

    What stays gets the columns `copies`, `copies_exact`, `copies_near`, `copies_first`, `copies_last`, `copies_sites`.
    `drop` gets documents that go and their rows under `DROPPED`, `cut` the rows under `CUT` of what is taken out of
    texts; only the last of some barriers may cut, so spans are places in the texts given.
    """
    alive = np.ones(len(documents), bool)
    length = sizes(documents.batch)
    for barrier in barriers:
        count = counts[barrier.name]
        count.docs_in += int(alive.sum())
        count.chars_in += int(length[alive].sum())
        mine = matched.filter(pc.equal(matched["stage"], barrier.name))
        cuts, mine = (mine.filter(which) for which in (pc.is_valid(mine["spans"]), pc.is_null(mine["spans"])))
        rows = np.asarray(mine["row"])
        alive[rows] = False
        count.dropped.update(mine["rule"].to_pylist())
        gone = documents.take(rows)
        drop(gone, _dropped_rows(gone, mine, barrier.name, keep_text=keep_text))
        if cuts.num_rows:
            documents = _cut(documents, cuts, barrier.name, cut)
            length = sizes(documents.batch)
        count.docs_out += int(alive.sum())
        count.chars_out += int(length[alive].sum())
    return _with_copies(documents, matched).take(np.flatnonzero(alive))


def _cut(documents: Documents, cuts: pa.Table, stage: str, cut: Callable[[pa.RecordBatch], None]) -> Documents:
    """Documents without the spans that `cuts` name; what is taken out goes to `cut`."""
    texts, rows = documents.texts(), cuts["row"].to_pylist()
    places, said = [], []
    for i, (row, flat) in enumerate(zip(rows, cuts["spans"].to_pylist(), strict=True)):
        spans, text = np.array(flat, np.int64).reshape(-1, 2), texts[row]
        said += [(start, text[start:end]) for start, end in spans.tolist()]
        places += [i] * len(spans)
        texts[row] = without(text, spans)
    of = documents.batch.take(pa.array([rows[i] for i in places], pa.int64()))
    columns = {name: of.column(name) for name in PROVENANCE.names}
    columns |= {"stage": pa.array([stage] * len(said), pa.string())}
    columns |= {name: cuts[name].combine_chunks().take(pa.array(places, pa.int64())) for name in _HOLDER}
    columns |= {"start": pa.array([start for start, _ in said], pa.int64())}
    columns |= {"text": pa.array([piece for _, piece in said], pa.large_string())}
    cut(pa.RecordBatch.from_pydict({name: columns[name] for name in CUT.names}, CUT))
    return documents.with_texts(texts)


def in_rows(matched: pa.Table, first: int, count: int) -> pa.Table:
    """Return what was matched among `count` rows of a split from row `first` on, rows counted from there."""
    rows = np.asarray(matched["row"]) - first
    here = (rows >= 0) & (rows < count)
    return matched.filter(pa.array(here)).set_column(0, "row", pa.array(rows[here]))


def _dropped_rows(gone: Documents, mine: pa.Table, stage: str, *, keep_text: bool) -> pa.RecordBatch:
    said = (mine[name].to_pylist() for name in ("rule", "value", "limit"))
    verdicts = [Verdict(*each) for each in zip(*said, strict=True)]
    dropped = dropped_rows(gone.batch, stage, verdicts, keep_text=keep_text)
    for name in _HOLDER:
        column = mine[name].combine_chunks()
        dropped = dropped.set_column(dropped.schema.get_field_index(name), name, column)
    return dropped


def _with_copies(documents: Documents, matched: pa.Table) -> Documents:
    """Documents with what was removed for them, by this row of barriers and by those before it."""
    batch, count = documents.batch, len(documents)
    if "copies_exact" not in batch.schema.names:
        date = pc.if_else(pc.equal(batch["date"], ""), None, batch["date"])
        zero = pa.array(np.zeros(count, np.int64))
        held = pa.table([zero, zero, date, date, pa.nulls(count, SUMMARY.field("copy_sites").type)], schema=SUMMARY)
    else:
        held = pa.table(batch.select(SUMMARY.names))
    mine = matched.filter(pc.is_null(matched["stage"]))
    places = np.arange(count)
    places[np.asarray(mine["row"])] = count + np.arange(mine.num_rows)
    found = pa.concat_tables([held, mine.select(SUMMARY.names)]).take(pa.array(places)).combine_chunks()
    own = pa.array([int(site_hash(url) != 0) for url in batch["url"].to_pylist()], pa.int64())
    sites = pc.coalesce(pc.list_value_length(found["copy_sites"]).cast(pa.int64()), own)
    columns = {"copies": pc.add(found["copies_exact"], found["copies_near"]), "copies_sites": sites}
    for name, column in (columns | {name: found[name] for name in SUMMARY.names}).items():
        documents = documents.with_column(name, column.combine_chunks())
    return documents
