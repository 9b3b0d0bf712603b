"""The inputs of a run, each once and in the order of their names, in a file of its own: a million take no memory.

SQLite keeps and sorts them in a temporary file without a name, which is gone when the process ends. Whatever goes
through the inputs of a run takes them from here one after another, or by their number.
"""

import json
import os
import pickle
import sqlite3
import weakref
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import overload

from curate.errors import UsageError
from curate.inputs.input_file import Input
from curate.inputs.locations import first_name, longer_name

ROWS = 1000
_TABLES = """
PRAGMA journal_mode = OFF;
PRAGMA cache_size = -8000;
CREATE TABLE found (real BLOB PRIMARY KEY, place BLOB, name TEXT, named INTEGER) WITHOUT ROWID;
CREATE TABLE inputs (
    number INTEGER PRIMARY KEY, name TEXT, path BLOB, format TEXT, bytes INTEGER, origin BLOB, sha256 TEXT, stamp TEXT
);
"""
_FIND = "INSERT INTO found VALUES (?, ?, ?, ?) ON CONFLICT (real) DO UPDATE SET named = named OR excluded.named"
_CLASHING = "SELECT name FROM found GROUP BY name HAVING count(*) > 1"
_PUT = "REPLACE INTO inputs VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
_COLUMNS = "name, path, format, bytes, origin, sha256, stamp"
_GET = f"SELECT {_COLUMNS} FROM inputs WHERE number BETWEEN ? AND ? ORDER BY number"  # noqa: S608

Place = tuple[str, str, bool]
Describe = Callable[[Sequence[Place], int], Iterable[Input]]
"""Makes inputs, in order, of some places: of each the name, the place, and whether the user named it by itself. The
number says how many places there are in all."""


class Inputs(Sequence[Input]):
    """The inputs of a run by number, from 0, in the order of their names; a slice is a tuple."""

    def __init__(self, found: Iterable[Place], describe: Describe) -> None:
        """List what is at some places; each comes with what it really is, without links, and whether it was named.

        Of places that are really the same the first counts. Raises UsageError when the temporary folder has no room,
        and what `describe` raises.
        """
        with _room():
            self._rows = sqlite3.connect("", check_same_thread=False)  # a finalizer closes it, in any thread
            weakref.finalize(self, self._rows.close)
            self._rows.executescript(_TABLES)
            self._count = 0
            _find(self._rows, found)
            of = int(self._rows.execute("SELECT count(*) FROM found").fetchone()[0])
            named = self._rows.execute("SELECT name, place, named FROM found ORDER BY name")
            while some := named.fetchmany(ROWS):
                inputs = describe([(name, os.fsdecode(place), bool(named)) for name, place, named in some], of)
                self._rows.executemany(_PUT, (_row(*each) for each in enumerate(inputs, self._count)))
                self._count += len(some)
            self._rows.execute("DROP TABLE found")

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, place: int) -> Input: ...

    @overload
    def __getitem__(self, place: slice) -> tuple[Input, ...]: ...

    def __getitem__(self, place: int | slice) -> Input | tuple[Input, ...]:
        if isinstance(place, slice):
            first, last, step = place.indices(self._count)
            return tuple(self._between(first, last))[::step]
        number = range(self._count)[place]
        return self._between(number, number + 1)[0]

    def __iter__(self) -> Iterator[Input]:
        for first in range(0, self._count, ROWS):
            yield from self._between(first, first + ROWS)

    def _between(self, first: int, last: int) -> list[Input]:
        return [_input(*row) for row in self._rows.execute(_GET, (first, last - 1))]

    def put(self, number: int, each: Input) -> None:
        """Note what has become known of an input, such as its digest."""
        with _room():
            self._rows.execute(_PUT, _row(number, each))

    @property
    def bytes(self) -> int:
        """Return how many bytes all of them have."""
        return int(self._rows.execute("SELECT coalesce(sum(bytes), 0) FROM inputs").fetchone()[0])


def _find(rows: sqlite3.Connection, found: Iterable[Place]) -> None:
    """Enter places, and name each with as few of its last parts as tell it from all the others."""
    longest = 0

    def entered() -> Iterator[tuple[bytes, bytes, str, bool]]:
        nonlocal longest
        for real, place, named in found:
            longest = max(longest, place.count("/") + 1)
            yield os.fsencode(real), os.fsencode(place), first_name(place), named

    rows.executemany(_FIND, entered())
    rows.create_function("longer", 2, lambda place, depth: longer_name(os.fsdecode(place), depth, longest))
    for depth in range(2, longest + 2):
        if not rows.execute(f"UPDATE found SET name = longer(place, ?) WHERE name IN ({_CLASHING})", (depth,)).rowcount:  # noqa: S608
            return


@contextmanager
def _room() -> Iterator[None]:
    try:
        yield
    except sqlite3.OperationalError as error:
        raise UsageError(f"the list of inputs does not fit into the temporary folder (TMPDIR): {error}") from error


def _row(number: int, each: Input) -> tuple[object, ...]:
    origin = None if each.origin is None else pickle.dumps(each.origin)
    path, stamp = os.fsencode(each.path), json.dumps(each.stamp)
    return number, each.name, path, each.format, each.bytes, origin, each.sha256, stamp


def _input(name: str, path: bytes, form: str, size: int, origin: bytes | None, sha256: str, stamp: str) -> Input:
    whence = None if origin is None else pickle.loads(origin)  # noqa: S301  (this process has written it)
    return Input(name, os.fsdecode(path), form, size, whence, sha256, tuple(json.loads(stamp)))
