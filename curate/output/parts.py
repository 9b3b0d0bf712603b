"""Writes the parts of an output folder: one call for each, in any process, in input order.

A part holds the rows of whole tasks, and ends with the task that brings it to its target size. So what a part holds is
known from the sizes that tasks have noted, before anything is read, and parts can be written side by side.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from curate.census import Census
from curate.documents import PROVENANCE
from curate.errors import IncompleteRunError
from curate.files import all_left_by, describe_file, parquet_writer, row_batches, whole_file
from curate.folder import SIGNALS, parts
from curate.inputs.links import CONNECTIONS
from curate.output.columns import edits_for
from curate.output.privacy import edits_of
from curate.output.sorting import PLACE, sorted_rows
from curate.recipe import Recipe

ROWS_PER_GROUP = 5000  # what readers scan fast, docs/output.md; a group is also bounded in bytes
GROUP_BYTES = 64 << 20  # of text; a row has at most 8 million characters
FIRST_COLUMNS = ("id", "url", "date", "text", "language")
LEFT_OUT = ("html", "robots", "tdm", "copy_sites")


@dataclass(frozen=True, slots=True)
class Folder:
    """How the parts of one folder are written.

    `kind` of rows is gathered from the folders of `segments`. A column that is `ranked` is followed by its percentile
    among all texts of the run, and `footer` goes into the footer of every file.
    """

    name: str
    kind: str
    segments: tuple[Path, ...]
    schema: pa.Schema
    recipe: Recipe
    ranked: Mapping[str, Census]
    footer: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Part:
    """One file of a folder, and the tasks whose rows it holds, by their identities, in order."""

    path: Path
    tasks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Written:
    """A part that was written: its description for the manifest, and characters and UTF-8 bytes of text in it."""

    described: dict[str, Any]
    chars: int
    bytes: int


def cut_into_parts(folder: Path, tasks: Sequence[tuple[Sequence[str], int]], part_bytes: int) -> Iterator[Part]:
    """The parts of a folder: tasks in order until they hold `part_bytes`; one part at least, though it be empty.

    Of each task come the identities of its work files, which are several where its inputs were tried one by one, and
    the bytes of its rows.

    >>> [part.tasks for part in cut_into_parts(Path("data"), [(["a"], 7), (["b", "c"], 2), (["d"], 1)], 8)]
    [('a', 'b', 'c'), ('d',)]
    """
    held: list[str] = []
    number = size = 0
    for identities, bytes_ in tasks:
        held += identities
        size += bytes_
        if size >= part_bytes:
            yield Part(folder / f"part-{number:05d}.parquet", tuple(held))
            number, held, size = number + 1, [], 0
    if held or not number:
        yield Part(folder / f"part-{number:05d}.parquet", tuple(held))


def write_part(folder: Folder, part: Part) -> Written:
    """Write the rows of some tasks as one file.

    Within a task rows are sorted by input and place. Rows of signals with the same id become one row, which takes each
    column from the first that has it.
    """
    with ThreadPoolExecutor(CONNECTIONS) as threads:  # files that are elsewhere are brought
        pieces = list(threads.map(partial(all_left_by, folder.segments, folder.kind), part.tasks))
    merged, ranked = folder.name == SIGNALS, folder.ranked
    tables = (_with_percentiles(table, ranked) for table in _tables(pieces, folder.schema, merged=merged))
    empty = _with_percentiles(folder.schema.empty_table(), ranked)
    groups: Iterable[pa.Table] = _groups(tables, empty.schema, min(folder.recipe.part_bytes, GROUP_BYTES))
    for edit in (*edits_of(folder.recipe, folder.name), *edits_for(folder.name)):
        groups = map(edit, groups)
    return _write(part.path, iter(groups), folder.footer)


def _write(path: Path, groups: Iterator[pa.Table], footer: Mapping[str, str]) -> Written:
    group = next(groups)
    rows = chars = bytes_ = 0
    schema = group.schema.with_metadata(dict(footer))
    with whole_file(path) as temporary, parquet_writer(temporary, schema) as writer:
        while group is not None:
            writer.write_table(group.combine_chunks(), row_group_size=ROWS_PER_GROUP)
            rows += group.num_rows
            if "text" in schema.names:
                chars += pc.sum(pc.utf8_length(group["text"])).as_py() or 0
                bytes_ += pc.sum(pc.binary_length(group["text"])).as_py() or 0
            group = next(groups, None)
    return Written(describe_file(path, rows), chars, bytes_)


def totals_of(written: Iterable[Written]) -> dict[str, int]:
    """Documents, characters and UTF-8 bytes of text in some parts."""
    found = list(written)
    return {
        "docs": sum(each.described["rows"] for each in found),
        "chars": sum(each.chars for each in found),
        "bytes": sum(each.bytes for each in found),
    }


def schema_of(paths: Iterable[Path], empty: pa.Schema) -> pa.Schema:
    """The columns of an output folder, from files of each schema that its rows are in; `empty` where there is none.

    Raises IncompleteRunError where a column has several types, which a stage of the user's own can do.
    """
    found = [pq.read_schema(path).remove_metadata() for path in paths]
    merged = _merged(found) if found else empty
    names = [name for name in FIRST_COLUMNS if name in merged.names]
    names += [name for name in merged.names if name not in names and name not in LEFT_OUT]
    return pa.schema([merged.field(name) for name in names])


def _merged(schemas: Sequence[pa.Schema]) -> pa.Schema:
    try:
        return pa.unify_schemas(schemas)
    except pa.ArrowTypeError as error:
        types: dict[str, list[str]] = {}
        for field in (field for schema in schemas for field in schema):
            types[field.name] = list(dict.fromkeys([*types.get(field.name, []), str(field.type)]))
        name = next(name for name, each in types.items() if len({*each} - {"null"}) > 1)
        raise IncompleteRunError(
            f"the column {name!r} is {' here and '.join(types[name])} there: let the stage that adds it name one type, "
            "as in pa.array(values, pa.float64()), and run the same command again"
        ) from error


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
    """The same rows in tables of `ROWS_PER_GROUP` rows, or of those that first reach `max_bytes`."""
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
