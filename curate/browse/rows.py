"""The rows of a finished run by number, with the little that filters need in memory.

A row is kept, dropped or quarantined. Its number counts the rows of `data/`, `dropped/` and `quarantine/` in the order
of the files. Addresses and texts stay on disk and are read a row group at a time.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from curate.errors import UsageError
from curate.folder import ENDS, SIGNALS, parts
from curate.output.checksums import load_report
from curate.output.fates import find, keys_of

KEPT = "kept"
_LIGHT = ("id", "stage", "rule", "kind", "value", "limit")


@dataclass(frozen=True, slots=True)
class Group:
    """A row group of an open file, and the number of its first row."""

    file: pq.ParquetFile
    group: int
    first: int
    rows: int


@dataclass(frozen=True, slots=True)
class Rows:
    """All rows of a run: `ended` is the place in `ends`, `language` in `languages`; `gap` is how far past its limit.

    `ends` are pairs of stage and rule, the first those of the kept. `scores` are float32 by signal, NaN where there is
    none; `gap` is a share of the limit, infinite where there is no number. `measured` is the row's place in `signals`,
    -1 where the run measured nothing.
    """

    out: Path
    groups: tuple[Group, ...]
    keys: np.ndarray
    ended: np.ndarray
    ends: tuple[tuple[str, str], ...]
    gap: np.ndarray
    language: np.ndarray
    languages: tuple[str, ...]
    scores: dict[str, np.ndarray]
    measured: np.ndarray
    signals: tuple[Group, ...]

    def __len__(self) -> int:
        return len(self.keys)

    def group_of(self, row: int) -> Group:
        """The row group a row stands in."""
        return _holding(self.groups, row)


def open_rows(out: Path) -> Rows:
    """The rows of the finished run in `out`; UsageError where none has finished."""
    load_report(out)
    groups = tuple(_groups(path for kind in ENDS for path in parts(out / kind)))
    ends = {(KEPT, ""): 0}
    if not groups:
        raise UsageError(f"{out} holds no pages")
    parts_of = [_light(group, ends) for group in groups]
    keys, ended, gap = (np.concatenate([part[i] for part in parts_of]) for i in range(3))
    signals = tuple(_groups(parts(out / SIGNALS)))
    language, languages, scores, measured = _signals(signals, keys)
    return Rows(out, groups, keys, ended, tuple(ends), gap, language, languages, scores, measured, signals)


def _groups(paths: Iterable[Path]) -> Iterator[Group]:
    first = 0
    for path in paths:
        file = pq.ParquetFile(path)
        for number in range(file.num_row_groups):
            rows = file.metadata.row_group(number).num_rows
            yield Group(file, number, first, rows)
            first += rows


def _light(group: Group, ends: dict[tuple[str, str], int]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Keys, ends and gaps of a row group; `ends` gets those it lacks."""
    table = read_group(group, _LIGHT)
    keys = keys_of(table["id"])
    if "stage" not in table.column_names:
        return keys, np.zeros(len(keys), np.int32), np.full(len(keys), np.inf, np.float32)
    names = zip(
        table["stage"].to_pylist(), table["rule" if "rule" in table.column_names else "kind"].to_pylist(), strict=True
    )
    ended = np.fromiter((ends.setdefault(pair, len(ends)) for pair in names), np.int32, len(keys))
    if "value" not in table.column_names:
        return keys, ended, np.full(len(keys), np.inf, np.float32)
    value, limit = (np.asarray(table[name].to_numpy(), np.float64) for name in ("value", "limit"))
    gap = np.abs(value - limit) / np.where(limit == 0, 1.0, np.abs(limit))
    return keys, ended, np.nan_to_num(gap, nan=np.inf, posinf=np.inf).astype(np.float32)


def _signals(
    groups: Sequence[Group], keys: np.ndarray
) -> tuple[np.ndarray, tuple[str, ...], dict[str, np.ndarray], np.ndarray]:
    """Languages, scores and places of the rows in `signals/`, whose rows are in an order of their own."""
    order = np.argsort(keys)
    among, languages = keys[order], {"": 0}
    language, measured = np.zeros(len(keys), np.int16), np.full(len(keys), -1, np.int64)
    scores: dict[str, np.ndarray] = {}
    for group in groups:
        names = group.file.schema_arrow.names
        table = read_group(group, [name for name in names if name in ("id", "language") or name.endswith(".score")])
        found, places = find(among, keys_of(table["id"]))
        rows = order[places[found]]
        measured[rows] = group.first + np.flatnonzero(found)
        if "language" in table.column_names:
            language[rows] = _coded(table["language"].combine_chunks(), languages)[found]
        for name in table.column_names:
            if name.endswith(".score"):
                held = scores.setdefault(name, np.full(len(keys), np.nan, np.float32))
                held[rows] = np.asarray(table[name].to_numpy(), np.float32)[found]
    return language, tuple(languages), scores, measured


def _coded(column: pa.Array, known: dict[str, int]) -> np.ndarray:
    coded = pc.fill_null(column, "").dictionary_encode()
    numbers = [known.setdefault(name, len(known)) for name in coded.dictionary.to_pylist()]
    return np.array(numbers or [0], np.int16)[np.asarray(coded.indices)]


def read_group(group: Group, columns: Sequence[str]) -> pa.Table:
    """Some columns of a row group, those that its file has."""
    return read_groups([group], columns)


def read_groups(groups: Sequence[Group], columns: Sequence[str]) -> pa.Table:
    """Some columns of row groups of one file, those that it has."""
    file = groups[0].file
    held = [name for name in columns if name in file.schema_arrow.names]
    return file.read_row_groups([group.group for group in groups], columns=held, use_threads=False)


def read_row(rows: Rows, row: int) -> dict[str, Any]:
    """Every column of one row but the bytes of a quarantined page, and its signals."""
    group = rows.group_of(row)
    names = [name for name in group.file.schema_arrow.names if name != "raw"]
    found: dict[str, Any] = read_group(group, names).slice(row - group.first, 1).to_pylist()[0]
    return found


def signals_of(rows: Rows, row: int) -> dict[str, float]:
    """The numbers that were measured on one row's page, by stage and signal."""
    place = int(rows.measured[row])
    if place < 0:
        return {}
    group = _holding(rows.signals, place)
    names = [name for name in group.file.schema_arrow.names if "." in name]
    found: dict[str, float] = read_group(group, names).slice(place - group.first, 1).to_pylist()[0]
    return {name: value for name, value in found.items() if value is not None and value == value}


def _holding(groups: Sequence[Group], row: int) -> Group:
    return groups[int(np.searchsorted([group.first for group in groups], row, side="right")) - 1]
