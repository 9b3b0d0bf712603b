"""Writes the parts of an output folder: of a target size however many splits fed them, in input order."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from curate.census import Census
from curate.documents import PROVENANCE
from curate.files import describe_file, parquet_writer, row_batches, whole_file
from curate.folder import parts
from curate.output.sorting import PLACE, sorted_rows

ROWS_PER_GROUP = 5000  # what readers scan fast, docs/output.md; a group is also bounded in bytes
GROUP_BYTES = 64 << 20  # of text; a row has at most 8 million characters
FIRST_COLUMNS = ("id", "url", "date", "text", "language")
LEFT_OUT = ("html", "robots", "tdm", "copy_sites")


@dataclass(slots=True)
class _Parts:
    """Parts of one folder: rows are cut into groups of a fixed size, groups into parts of a target size."""

    folder: Path
    part_bytes: int
    footer: Mapping[str, str]
    described: list[dict[str, Any]] = field(default_factory=list)

    def write(self, groups: Iterator[pa.Table]) -> None:
        """Write row groups one after another; a part ends once it holds `part_bytes`."""
        group = next(groups, None)
        while group is not None:
            path = self.folder / f"part-{len(self.described):05d}.parquet"
            rows, size = 0, 0
            schema = group.schema.with_metadata(dict(self.footer))
            with whole_file(path) as temporary, parquet_writer(temporary, schema) as writer:
                while group is not None and size < self.part_bytes:
                    writer.write_table(group.combine_chunks(), row_group_size=ROWS_PER_GROUP)
                    rows += group.num_rows
                    size += int(_row_bytes(group).sum())
                    group = next(groups, None)
            self.described.append(describe_file(path, rows))


def write_parts(
    folder: Path,
    pieces: Sequence[Sequence[Path]],
    part_bytes: int,
    *,
    empty: pa.Schema,
    merged: bool = False,
    ranked: Mapping[str, Census] = MappingProxyType({}),
    edits: Sequence[Callable[[pa.Table], pa.Table]] = (),
    footer: Mapping[str, str] = MappingProxyType({}),
) -> list[dict[str, Any]]:
    """Write the rows of `pieces` (for each task in order, the files its rows stand in) as parts in a new folder.

    Within a task rows are sorted by input and place. `merged` makes one row of those with the same id, which takes each
    column from the first that has it. A column that is `ranked` is followed by its percentile among all texts of the
    run; `edits` change rows before they are written; `footer` goes into the footer of every file. When there are no
    rows one empty part is written, so that the schema can be read. Returns the file descriptions, in order.
    """
    folder.mkdir(parents=True, exist_ok=True)
    schema = _schema([path for files in pieces for path in files], empty)
    parts = _Parts(folder, part_bytes, footer)
    tables = (_with_percentiles(table, ranked) for table in _tables(pieces, schema, merged=merged))
    groups = _groups(tables, _with_percentiles(schema.empty_table(), ranked).schema, min(part_bytes, GROUP_BYTES))
    for edit in edits:
        groups = map(edit, groups)
    parts.write(groups)
    return parts.described


def _schema(paths: Sequence[Path], empty: pa.Schema) -> pa.Schema:
    found = [pq.read_schema(path).remove_metadata() for path in paths]
    merged = pa.unify_schemas(found) if found else empty
    names = [name for name in FIRST_COLUMNS if name in merged.names]
    names += [name for name in merged.names if name not in names and name not in LEFT_OUT]
    return pa.schema([merged.field(name) for name in names])


def _tables(pieces: Sequence[Sequence[Path]], schema: pa.Schema, *, merged: bool) -> Iterator[pa.Table]:
    """The rows of each task sorted by input and place, in tables of bounded size."""
    for files in pieces:
        for table in sorted_rows(files, schema.names, max_rows=ROWS_PER_GROUP, max_bytes=GROUP_BYTES):
            yield _cast(_one_row_each(table) if merged else table, schema)


def _one_row_each(table: pa.Table) -> pa.Table:
    """Rows with the same id as one row, each column from the first that has it, in order again."""
    names = [name for name in table.column_names if name != "id"]
    grouped = table.group_by("id", use_threads=False).aggregate([(name, "first") for name in names])
    named = grouped.rename_columns([name.removesuffix("_first") for name in grouped.column_names])
    return named.sort_by([(name, "ascending") for name in PLACE])


def _cast(table: pa.Table, schema: pa.Schema) -> pa.Table:
    columns = [
        table[field.name].cast(field.type) if field.name in table.column_names else pa.nulls(table.num_rows, field.type)
        for field in schema
    ]
    return pa.table(columns, schema=schema)


def _with_percentiles(table: pa.Table, ranked: Mapping[str, Census]) -> pa.Table:
    for name in sorted(set(ranked) & set(table.column_names)):
        found = ranked[name].percentiles(table[name].to_numpy().astype(np.float64))
        place = table.schema.get_field_index(name) + 1
        table = table.add_column(place, f"{name}_percentile", pa.array(found, pa.float32()))
    return table


def _groups(tables: Iterator[pa.Table], schema: pa.Schema, max_bytes: int) -> Iterator[pa.Table]:
    """The same rows in tables of `ROWS_PER_GROUP` rows, or of those that first reach `max_bytes`.

    So files do not depend on how the input was split, and no group is too large to hold.
    """
    waiting, sizes = schema.empty_table(), np.zeros(0, np.int64)
    some = False
    for table in tables:
        waiting, sizes = pa.concat_tables([waiting, table]), np.concatenate([sizes, _row_bytes(table)])
        while (end := _end_of_group(sizes, max_bytes)) is not None:
            yield waiting.slice(0, end)
            some = True
            waiting, sizes = waiting.slice(end), sizes[end:]
    if waiting.num_rows or not some:
        yield waiting


def _end_of_group(sizes: NDArray[np.int64], max_bytes: int) -> int | None:
    """Return how many of some rows, by their sizes, are a whole row group; None when more would fit."""
    full = int(np.searchsorted(np.cumsum(sizes[:ROWS_PER_GROUP]), max_bytes)) + 1
    end = min(full, ROWS_PER_GROUP)
    return end if end <= len(sizes) else None


def _row_bytes(table: pa.Table) -> NDArray[np.int64]:
    """The bytes of text, or of a page, of each row."""
    name = next((name for name in ("text", "raw") if name in table.column_names), None)
    if name is None:
        return np.zeros(table.num_rows, np.int64)
    return np.asarray(pc.fill_null(pc.binary_length(table[name]).cast(pa.int64()), 0))


def text_totals(folder: Path) -> dict[str, int]:
    """Documents, characters and UTF-8 bytes of text in the parts of a folder."""
    totals = {"docs": 0, "chars": 0, "bytes": 0}
    for path in parts(folder):
        for batch in row_batches(path, max_rows=ROWS_PER_GROUP, max_bytes=GROUP_BYTES, columns=["text"]):
            totals["docs"] += batch.num_rows
            totals["chars"] += pc.sum(pc.utf8_length(batch["text"])).as_py() or 0
            totals["bytes"] += pc.sum(pc.binary_length(batch["text"])).as_py() or 0
    return totals


KEPT_SCHEMA = pa.schema([*PROVENANCE, ("text", pa.large_string()), ("language", pa.string())])
