"""The exposure ledger: how often every document is seen, phase by phase, and the same by site, licence and source.

`ledger/part-*.parquet` has a row for every document of the sources, seen or not: `expected_PHASE` is its exposure, a
real number, and `sightings_PHASE` how often it is laid out, a whole number that differs from it by less than 1.
`ledger.json` adds the rows up. A trainer that reads each phase once delivers exactly the sightings.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from curate.mixture.exposure import Judged
from curate.mixture.plan import Plan

TEXT_COLUMNS = ("id", "site", "licence", "opt_outs")
GROUPS = ("source", "bucket", "licence", "opt_outs", "site")
TOP_SITES = 100
NO_BUCKET = ""


def ledger_rows(batch: pa.RecordBatch, source: str, plan: Plan, judged: Judged) -> pa.RecordBatch:
    """The rows of the ledger for some documents."""
    buckets, exposures, counts = judged.buckets, judged.exposures, judged.counts
    count = batch.num_rows
    names = pa.array([*(bucket.name for bucket in plan.buckets), NO_BUCKET])
    there = {name: batch[name].cast(pa.string()) for name in TEXT_COLUMNS if name in batch.schema.names}
    columns: dict[str, pa.Array] = {"source": pa.array([source]).take(pa.array(np.zeros(count, np.int64)))}
    columns |= {name: pc.fill_null(there.get(name, pa.nulls(count, pa.string())), "") for name in TEXT_COLUMNS}
    columns |= {"bucket": names.take(pa.array(buckets % len(names))), "tokens": batch["tokens"]}
    columns["text_bytes"] = batch["text_bytes"]
    for place, phase in enumerate(plan.phases):
        columns[f"expected_{phase.name}"] = pa.array((exposures[place + 1] - exposures[place]).astype(np.float32))
        columns[f"sightings_{phase.name}"] = pa.array(counts[place].astype(np.int32))
    columns["expected"] = pa.array(exposures[-1].astype(np.float32))
    columns["sightings"] = pa.array(counts.sum(axis=0).astype(np.int32))
    return pa.record_batch(columns)


def summary(parts: Iterable[Path], phases: Sequence[str]) -> tuple[dict[str, Any], pa.Table]:
    """The ledger added up, and the table of all sites with the one seen most first.

    Memory is that of the different sites, licences and opt-outs.
    """
    sums: dict[str, pa.Table] = {}
    histogram: dict[int, int] = {}
    for path in parts:
        for batch in pq.ParquetFile(path).iter_batches(1 << 16):
            rows = _with_tokens(pa.Table.from_batches([batch]), phases)
            for name in GROUPS:
                sums[name] = _added(sums.get(name), rows, name, phases)
            for often in pc.value_counts(rows["sightings"]).to_pylist():
                histogram[often["values"]] = histogram.get(often["values"], 0) + often["counts"]
    if not sums:
        raise ValueError("a ledger has rows")
    found = {name: _listed(table, name, phases) for name, table in sums.items() if name != "site"}
    sites = _ordered(sums["site"], "site")
    top = _listed(sites.slice(0, TOP_SITES), "site", phases)
    seen = {str(often): histogram[often] for often in sorted(histogram)}
    return {"documents_by_sightings": seen, **found, "sites": sites.num_rows, "site": top}, sites


def _measures(phases: Sequence[str]) -> list[str]:
    return [f"{what}{phase}" for what in ("sightings", "tokens_seen") for phase in ("", *(f"_{p}" for p in phases))]


def _with_tokens(rows: pa.Table, phases: Sequence[str]) -> pa.Table:
    """Each row as a document, with the tokens that are seen of it."""
    rows = rows.append_column("documents", pa.array(np.ones(rows.num_rows, np.int64)))
    for phase in ("", *(f"_{name}" for name in phases)):
        seen = pc.multiply(rows["tokens"], rows[f"sightings{phase}"].cast(pa.int64()))
        rows = rows.append_column(f"tokens_seen{phase}", seen)
    return rows


def _added(before: pa.Table | None, rows: pa.Table, name: str, phases: Sequence[str]) -> pa.Table:
    """Sums by the values of a column, of what was added up before and of some rows."""
    measures = ["documents", "tokens", *_measures(phases)]
    here = rows.select([name, *measures])
    here = here.set_column(0, name, here[name].cast(pa.string()))
    whole = [here.cast(_sum_schema(name, measures))]
    grouped = pa.concat_tables([*([before] if before is not None else []), *whole]).group_by(name, use_threads=False)
    found = grouped.aggregate([(each, "sum") for each in measures])
    return found.select([name, *(f"{each}_sum" for each in measures)]).rename_columns([name, *measures])


def _sum_schema(name: str, measures: Sequence[str]) -> pa.Schema:
    return pa.schema([(name, pa.string()), *((each, pa.int64()) for each in measures)])


def _ordered(table: pa.Table, name: str) -> pa.Table:
    return table.sort_by([("tokens_seen", "descending"), ("documents", "descending"), (name, "ascending")])


def _listed(table: pa.Table, name: str, phases: Sequence[str]) -> list[dict[str, Any]]:
    """Rows of sums as JSON holds them, by tokens seen."""
    rows = _ordered(table, name).to_pylist()
    return [
        {
            name: row[name],
            "documents": row["documents"],
            "tokens": row["tokens"],
            "sightings": {"sum": row["sightings"], **{phase: row[f"sightings_{phase}"] for phase in phases}},
            "tokens_seen": {"sum": row["tokens_seen"], **{phase: row[f"tokens_seen_{phase}"] for phase in phases}},
        }
        for row in rows
    ]
