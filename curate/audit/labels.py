"""Labels as people and programs leave them: lines of JSON or of tab-separated fields, one page a line."""

import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa

from curate.errors import UsageError

VALUES = range(6)
WORTHY = 3  # a page of this value or more is worth having
KEYS = ("id", "url")
COLUMNS = ("id", "value", "labeller")  # of lines without a head; of other numbers of fields only the first two


@dataclass(slots=True)
class Reading:
    """The labels of one labeller, in one file: a value from 0 to 5 for each page, by its id or its address."""

    name: str
    key: str
    values: dict[str, int] = field(default_factory=dict)


def read_labels(paths: Sequence[Path]) -> list[Reading]:
    """The readings in some files, one for each file and labeller, in order.

    A row has `id` or `url`, `value` and perhaps `labeller`; anything else in it is left alone, and a row whose value is
    empty is no label. Lines of tabs may begin with a head that names the columns. Raises UsageError, naming the line,
    for what is no label, for a page with two values, or when a file holds none.
    """
    found: dict[tuple[Path, str, str], Reading] = {}
    for path in paths:
        before = len(found)
        for place, row in _rows(path):
            key = next((name for name in KEYS if row.get(name)), None)
            if key is None:
                raise UsageError(f"{place}: a label needs an id or a url")
            value, labeller = _value(row.get("value"), place), str(row.get("labeller") or "")
            if value is None:
                continue
            reading = found.setdefault((path, labeller, key), Reading(labeller or path.name, key))
            if reading.values.setdefault(str(row[key]), value) != value:
                raise UsageError(f"{place}: {row[key]} has another value before")
        if len(found) == before:
            raise UsageError(f"{path} holds no labels")
    return list(found.values())


def _value(said: object, place: str) -> int | None:
    if said in (None, ""):
        return None
    try:
        number = float(str(said))
    except ValueError:
        number = -1.0
    if number not in VALUES:
        raise UsageError(f"{place}: the value {said!r} is none of 0 to 5")
    return int(number)


def _rows(path: Path) -> Iterator[tuple[str, Mapping[str, object]]]:
    """The rows of a file of either kind, each with its place."""
    columns: Sequence[str] = ()
    for number, line in enumerate(_lines(path), 1):
        place = f"{path} line {number}"
        if not line.strip():
            continue
        if line.lstrip().startswith("{"):
            yield place, _parsed(line, place)
            continue
        fields = line.rstrip("\r\n").split("\t")
        if len(fields) < 2:
            raise UsageError(f"{place} is neither JSON nor fields between tabs")
        if not columns and "value" in fields:
            columns = fields
            continue
        columns = columns or (COLUMNS if len(fields) == len(COLUMNS) else COLUMNS[:2])
        yield place, dict(zip(columns, fields, strict=False))


def _parsed(line: str, place: str) -> Mapping[str, object]:
    try:
        row: Mapping[str, object] = json.loads(line)
    except (ValueError, RecursionError):
        raise UsageError(f"{place} is no JSON") from None
    return row


def _lines(path: Path) -> Iterator[str]:
    try:
        with pa.input_stream(str(path)) as file:
            yield from io.TextIOWrapper(file, encoding="utf-8-sig", newline="\n")
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} cannot be read: {error}") from None
