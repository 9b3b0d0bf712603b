"""Reads the pages of a run into arrays: every page with its fate, or a sample when there are too many to hold."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from curate.documents import SPANS, view_of
from curate.filters.text_view import TextView
from curate.folder import ENDS, SIGNALS, parts

MAX_PAGES = 100_000  # held at a time; a larger run is sampled
MAX_TEXT = 20_000  # characters read of a text
MAX_ADDRESS = 2000  # of an address, which may have 65,536

Strings = NDArray[np.object_]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Pages:
    """Pages and their fates as parallel arrays of n; a `share` of all pages is here, chosen by hash of id.

    `fate` is the index of the stage a page ended at, the number of stages when it was kept; `rule` why, "" when kept.
    `signals` maps `<stage>.<signal>` to float64[n], NaN where it was not measured; `language` is "" where unknown.
    `place` is the file, row group and row a page's text stands in.
    """

    out: Path
    stages: tuple[str, ...]
    share: float
    total: int
    ids: Strings
    urls: Strings
    dates: Strings
    inputs: Strings
    fate: Ints
    rule: Strings
    failed: NDArray[np.bool_]
    value: Floats
    limit: Floats
    duplicate_of: Strings
    place: Ints
    files: tuple[Path, ...]
    signals: Mapping[str, Floats]
    language: Strings

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def kept(self) -> NDArray[np.bool_]:
        """Return which pages every stage kept."""
        kept: NDArray[np.bool_] = self.fate == len(self.stages)
        return kept

    def dropped_by(self, stage: str) -> NDArray[np.bool_]:
        """Return which pages ended at a stage."""
        ended: NDArray[np.bool_] = self.fate == self.stages.index(stage)
        return ended

    def reached(self, stage: str) -> NDArray[np.bool_]:
        """Return which pages a stage decided about."""
        reached: NDArray[np.bool_] = self.fate >= self.stages.index(stage)
        return reached


def count_pages(out: Path) -> int:
    """Return how many pages the run in `out` kept, dropped or quarantined."""
    return sum(pq.read_metadata(path).num_rows for kind in ENDS for path in parts(out / kind))


def read_pages(out: Path, stages: Sequence[str], *, share: float | None = None) -> Pages:
    """Read the pages of the run in `out`, or a share of them; by default at most about `MAX_PAGES`."""
    files = tuple(path for kind in ENDS for path in parts(out / kind))
    total = count_pages(out)
    share = min(1.0, MAX_PAGES / max(total, 1)) if share is None else share
    bound = _bound(share)
    tables = [table for number, path in enumerate(files) for table in _ends(path, number, bound)]
    table = pa.concat_tables(tables, promote_options="default") if tables else _ENDS.empty_table()
    table = table.combine_chunks()
    measured = _measured(out, bound, table["id"])
    index = {name: number for number, name in enumerate(stages)}
    ended = [index.get(name, len(stages)) for name in table["stage"].to_pylist()]
    return Pages(
        out=out,
        stages=tuple(stages),
        share=share,
        total=total,
        ids=_strings(table["id"]),
        urls=_strings(table["url"]),
        dates=_strings(table["date"]),
        inputs=_strings(table["warc_path"]),
        fate=np.array(ended, np.int64),
        rule=_strings(table["rule"]),
        failed=np.asarray(table["failed"].to_numpy(), bool),
        value=_floats(table["value"]),
        limit=_floats(table["limit"]),
        duplicate_of=_strings(table["duplicate_of"]),
        place=np.stack([table[name].to_numpy() for name in ("file", "group", "row")], axis=1),
        files=files,
        signals={name: _floats(measured[name]) for name in measured.column_names if "." in name},
        language=_strings(measured["language"]) if "language" in measured.column_names else _none(len(table)),
    )


_ENDS = pa.schema(
    [
        *((name, pa.string()) for name in ("id", "url", "date", "warc_path", "stage", "rule", "duplicate_of")),
        ("value", pa.float64()),
        ("limit", pa.float64()),
        ("failed", pa.bool_()),
        *((name, pa.int64()) for name in ("file", "group", "row")),
    ]
)


def _bound(share: float) -> str | None:
    """The id below which pages are in a sample of that share; ids are hashes in hex, so their order is random."""
    return None if share >= 1 else f"{int(share * 2**64):016x}"


def _chosen(ids: pa.ChunkedArray, bound: str | None) -> pa.Array:
    return pa.array(np.arange(len(ids))) if bound is None else pc.indices_nonzero(pc.less(ids, bound))


def _ends(path: Path, number: int, bound: str | None) -> Iterator[pa.Table]:
    """The sampled rows of one file under `_ENDS`."""
    file = pq.ParquetFile(path)
    held = [name for name in _ENDS.names if name in file.schema_arrow.names]
    kind = ["kind"] if "kind" in file.schema_arrow.names else []
    for group in range(file.num_row_groups):
        table = file.read_row_group(group, columns=[*held, *kind], use_threads=False)
        rows = _chosen(table["id"], bound)
        table = table.take(rows)
        size = len(rows)
        columns = {name: table[name] for name in held}
        columns["url"] = pc.utf8_slice_codeunits(table["url"], 0, MAX_ADDRESS)
        if kind:
            columns["rule"] = table["kind"]
        columns["failed"] = pa.array(np.full(size, bool(kind)))
        columns |= {"file": pa.array(np.full(size, number)), "group": pa.array(np.full(size, group)), "row": rows}
        columns |= {field.name: pa.nulls(size, field.type) for field in _ENDS if field.name not in columns}
        yield pa.table({field.name: columns[field.name] for field in _ENDS}).cast(_ENDS)


def _measured(out: Path, bound: str | None, ids: pa.ChunkedArray) -> pa.Table:
    """The signals of the pages with these ids, in their order; null where a page has none."""
    found = []
    for path in parts(out / SIGNALS):
        file = pq.ParquetFile(path)
        names = [name for name in file.schema_arrow.names if "." in name or name in ("id", "language")]
        for group in range(file.num_row_groups):
            table = file.read_row_group(group, columns=names, use_threads=False)
            found.append(table.take(_chosen(table["id"], bound)) if bound else table)
    if not found:
        return pa.table({"id": ids})
    table = pa.concat_tables(found, promote_options="default")
    return table.take(pc.index_in(ids, value_set=table["id"]))


def _strings(column: pa.ChunkedArray) -> Strings:
    return np.asarray(pc.fill_null(column, "").to_numpy(), object)


def _none(size: int) -> Strings:
    return np.full(size, "", object)


def _floats(column: pa.ChunkedArray) -> Floats:
    return np.asarray(column.to_numpy(), np.float64)


def read_texts(pages: Pages, wanted: Ints) -> dict[int, TextView]:
    """The texts of some pages, the first `MAX_TEXT` characters of each; pages whose text was not kept are left out."""
    texts: dict[int, TextView] = {}
    by_group: dict[tuple[int, int], list[int]] = {}
    for page in np.unique(wanted).tolist():
        by_group.setdefault((int(pages.place[page, 0]), int(pages.place[page, 1])), []).append(page)
    opened: dict[int, Any] = {}
    for (number, group), members in by_group.items():
        if number not in opened:
            opened[number] = pq.ParquetFile(pages.files[number])
        file = opened[number]
        held = [name for name in ("text", SPANS) if name in file.schema_arrow.names]
        if "text" not in held:
            continue
        chosen = file.read_row_group(group, columns=held, use_threads=False).take(pa.array(pages.place[members, 2]))
        short = pc.utf8_slice_codeunits(chosen["text"], 0, MAX_TEXT).to_pylist()
        spans = chosen[SPANS].to_pylist() if SPANS in held else [None] * len(short)
        rows = zip(members, short, spans, strict=True)
        texts.update((page, view_of(text, packed)) for page, text, packed in rows if text)
    return texts
