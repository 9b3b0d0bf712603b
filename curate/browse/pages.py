"""Makes the page of the browser out of an address: the filters, the rows found, and one page to read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from math import isfinite
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import numpy as np
from markupsafe import Markup

from curate.browse import original
from curate.browse.labels import Labels
from curate.browse.rows import KEPT, Rows, read_row, signals_of
from curate.browse.search import Found, Query, search
from curate.errors import UsageError
from curate.terminal import harmless

TEXT = 200_000  # characters shown
ORDERS = (("stored", "as stored"), ("near", "nearest to its limit"), ("low", "lowest score"), ("high", "highest score"))
VALUES = ((0, "nothing"), (1, "hardly anything"), (2, "little"), (3, "fair"), (4, "good"), (5, "excellent"))
FIELDS = ("end", "language", "site", "url", "text", "score", "least", "most", "order", "start")


@dataclass(frozen=True, slots=True)
class Browser:
    """A run that is browsed: its rows, the archives at hand, and the labels given."""

    title: str
    rows: Rows
    archives: Mapping[str, Sequence[Path]]
    labels: Labels


def query_of(asked: Mapping[str, str]) -> Query:
    """The query in an address's fields; UsageError for a number that is none.

    >>> query_of({"end": "gopher.quality min_words", "least": "0.5"}).rule
    'min_words'
    """
    stage, _, rule = asked.get("end", "").partition(" ")
    fate = stage if stage in (KEPT, "gone") and not rule else ""
    return Query(
        fate=fate,
        stage="" if fate else stage,
        rule=rule,
        order=asked["order"] if asked.get("order") in dict(ORDERS) else "stored",
        least=_number(asked.get("least", "")),
        most=_number(asked.get("most", "")),
        start=int(max(0, _number(asked.get("start", "")) or 0)),
        **{name: asked.get(name, "") for name in ("language", "score", "site", "url", "text")},
    )


def _number(said: str) -> float | None:
    try:
        number = float(said) if said else None
    except ValueError:
        number = float("nan")
    if number is not None and not isfinite(number):
        raise UsageError(f"{said!r} is no number")
    return number


def page_of(browser: Browser, asked: Mapping[str, str]) -> str:
    """The page for an address's fields."""
    rows, problem = browser.rows, ""
    try:
        query = query_of(asked)
    except UsageError as error:
        query, problem = Query(), str(error)
    found = search(rows, query)
    row = int(asked["row"]) if asked.get("row", "").isdecimal() else (found.rows[0] if found.rows else -1)
    shown = 0 <= row < len(rows)
    kept = {name: asked[name] for name in FIELDS if asked.get(name)}
    links = {each: _link(kept, row=each) for each in found.rows}
    at = found.rows.index(row) if row in found.rows else -1
    more = _link({name: value for name, value in kept.items() if name != "start"}, start=found.next)
    last = more if found.next else ""
    return str(
        _template().render(
            title=browser.title,
            total=len(rows),
            ends=_ends(rows),
            languages=sorted(filter(None, rows.languages)),
            scores=sorted(rows.scores),
            orders=ORDERS,
            values=VALUES,
            chosen={name: asked.get(name, "") for name in FIELDS},
            problem=problem,
            found=found,
            more=more,
            words=bool(query.site or query.url or query.text),
            items=_items(browser, found, links),
            row=row,
            page=_page(browser, row) if shown else None,
            before=links[found.rows[at - 1]] if at > 0 else "",
            after=links[found.rows[at + 1]] if 0 <= at < len(found.rows) - 1 else last,
            labelled=len(browser.labels),
        )
    )


def _link(fields: Mapping[str, str], **more: int) -> str:
    return "./?" + urlencode({**fields, **more})


def _ends(rows: Rows) -> list[tuple[str, str, int]]:
    """Where rows ended, to choose from: value, name, count."""
    counts = np.bincount(rows.ended, minlength=len(rows.ends)).tolist()
    found = [(KEPT, "kept", counts[0]), ("gone", "dropped, anywhere", sum(counts) - counts[0])]
    stages: dict[str, list[tuple[str, int]]] = {}
    for (stage, rule), count in list(zip(rows.ends, counts, strict=True))[1:]:
        stages.setdefault(stage, []).append((rule, count))
    for stage, rules in stages.items():
        found.append((stage, stage, sum(count for _, count in rules)))
        ordered = sorted(rules, key=lambda each: (-each[1], each[0])) if len(rules) > 1 else []
        found += [(f"{stage} {rule}", f"{stage} {rule}", count) for rule, count in ordered]
    return found


def _items(browser: Browser, found: Found, links: Mapping[int, str]) -> list[dict[str, Any]]:
    keys = [f"{int(browser.rows.keys[row]):016x}" for row in found.rows]
    labels = browser.labels.by_key()
    return [
        {"row": row, "url": url, "href": links[row], "end": _end(browser.rows, row), "label": labels.get(key)}
        for row, url, key in zip(found.rows, found.urls, keys, strict=True)
    ]


def _end(rows: Rows, row: int) -> str:
    return " ".join(rows.ends[int(rows.ended[row])]).strip()


def _page(browser: Browser, row: int) -> dict[str, Any]:
    found = read_row(browser.rows, row)
    numbers: Sequence[tuple[str, float]] = sorted(signals_of(browser.rows, row).items())
    return {
        "id": found["id"],
        "url": found["url"] or "",
        "date": found["date"] or "",
        "end": _end(browser.rows, row),
        "value": _said(found.get("value")),
        "limit": _said(found.get("limit")),
        "language": browser.rows.languages[int(browser.rows.language[row])],
        "text": (found.get("text") or "")[:TEXT],
        "instead": found.get("duplicate_of_url") or "",
        "label": browser.labels.of(found["id"]),
        "original": original.original(browser.archives, found) is not None,
        "signals": [(name, f"{value:g}") for name, value in numbers],
    }


def _said(value: float | None) -> str | None:
    return None if value is None or value != value else f"{value:g}"


@cache
def _template() -> Any:
    from jinja2 import Environment, PackageLoader, select_autoescape

    # What is printed is made harmless whether or not the template thought of it, and then escaped.
    environment = Environment(
        loader=PackageLoader("curate.browse"),
        autoescape=select_autoescape(default=True),
        finalize=lambda value: harmless(value) if isinstance(value, str) and not isinstance(value, Markup) else value,
        trim_blocks=True,
    )
    environment.filters["cut"] = lambda text, length: text if len(text) <= length else text[: length - 1] + "…"
    return environment.get_template("browse.html")
