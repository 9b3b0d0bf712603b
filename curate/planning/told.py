"""A forecast as lines for a terminal and as JSON."""

from collections.abc import Callable, Iterator
from dataclasses import asdict
from math import isfinite
from typing import Any

from curate.planning.forecast import FEW, Forecast, Range, times
from curate.preflight import gigabytes
from curate.recipe import Recipe, fingerprint

CANNOT_KNOW = (
    "Copies are looked for in the sample only: the run finds more, and keeps fewer.",
    "Times are of an idle machine; the start, work files and the report come on top.",
)


def lines(found: Forecast, price: float | None = None) -> list[str]:
    """The forecast as a table of at most 80 columns, and what it cannot know."""
    share = found.read_bytes / max(found.bytes, 1)
    head = (
        f"From {found.pieces} pieces, {gigabytes(found.read_bytes)} of {gigabytes(found.bytes)} of input ({share:.1%})"
    )
    rows = [("", "expected", "90 % interval"), *_rows(found, price)]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    table = [f"{a.ljust(widths[0])}  {b.rjust(widths[1])}  {c.rjust(widths[2])}".rstrip() for a, b, c in rows]
    return [head, "", *table, "", *_notes(found)]


def _notes(found: Forecast) -> Iterator[str]:
    if found.pieces < FEW and found.read_bytes < found.bytes:
        yield f"Intervals from {found.pieces} pieces say little; a larger --sample says more."
    if found.beginnings:
        yield f"Of {found.beginnings} large inputs that cannot be cut only the beginning was read."
    yield from CANNOT_KNOW


def _rows(found: Forecast, price: float | None) -> Iterator[tuple[str, str, str]]:
    for name, each in (("pages", found.pages), ("pages kept, at most", found.kept), ("tokens, at most", found.tokens)):
        yield _row(name, each, number)
    yield _row("CPU time", found.cpu, cpu_time)
    for name, each in (*found.stages.items(), ("output", found.output)):
        yield _row(f"  {name}", each, cpu_time)
    yield _row(f"wall time, {_workers(found)}", found.wall, cpu_time)
    yield _row(f"memory, {_workers(found)}", found.memory, gigabytes)
    yield _row("disk under OUT", found.disk, gigabytes)
    if price is not None:
        yield _row(f"money at {price:g} an hour", cost(found, price), lambda sum_: f"{sum_:,.2f}")


def _workers(found: Forecast) -> str:
    return f"{found.workers:,} worker{'s' if found.workers > 1 else ''}"


def _row(name: str, each: Range, said: Callable[[float], str]) -> tuple[str, str, str]:
    return name, said(each.value), f"{said(each.low)} to {said(each.high)}" if isfinite(each.high) else "unknown"


def cost(found: Forecast, price: float) -> Range:
    """Money: the hours of all workers, busy or not, at a price for an hour of one."""
    return times(found.wall, found.workers * price / 3600)


def number(count: float) -> str:
    """A number of pages or tokens.

    >>> number(3523.4), number(2.34e9), number(9.84e11)
    ('3,523', '2,340.0 million', '984.0 billion')
    """
    if count < 1e7:
        return f"{count:,.0f}"
    return f"{count / 1e6:,.1f} million" if count < 1e10 else f"{count / 1e9:,.1f} billion"


def cpu_time(seconds: float) -> str:
    """A time of work.

    >>> cpu_time(8.25), cpu_time(500), cpu_time(7e6)
    ('8.2 s', '8.3 min', '1,944.4 h')
    """
    if seconds < 100:
        return f"{seconds:.1f} s"
    return f"{seconds / 60:.1f} min" if seconds < 6000 else f"{seconds / 3600:,.1f} h"


def as_json(found: Forecast, recipe: Recipe, price: float | None = None) -> dict[str, Any]:
    """The forecast as JSON; each range is [low, expected, high], null where unknown, and times are in seconds."""
    said = {name: _flat(value) for name, value in asdict(found).items() if name != "stages"}
    said |= {"stages": {name: _flat(asdict(each)) for name, each in found.stages.items()}}
    said |= {"recipe": recipe.name, "fingerprint": fingerprint(recipe)}
    said |= {"memory": _flat(asdict(found.memory)), "cannot_know": list(_notes(found))}
    return said | ({"money": _flat(asdict(cost(found, price)))} if price is not None else {})


def _flat(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    return [round(value[key], 6) if isfinite(value[key]) else None for key in ("low", "value", "high")]
