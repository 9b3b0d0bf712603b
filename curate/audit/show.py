"""An audit as it is read: its figures in words, in the terminal and for the report page."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from curate.folder import MANIFEST
from curate.terminal import harmless

RESULT = "audit.json"
FIGURES = {
    "precision": "of what was kept, worth having (value 3 or more)",
    "good_kept": "of what was kept, value 4 or 5",
    "junk_kept": "of what was kept, junk (value 0 or 1)",
    "recall": "of what is worth having, kept",
    "recall_without_copies": "the same, removed copies not counted",
    "recall_good": "of value 4 or 5, kept",
}


def load_audit(out: Path) -> dict[str, Any] | None:
    """The audit of the run in `out`; None where there is none, or only one of what stood there before."""
    try:
        found: dict[str, Any] = json.loads((out / RESULT).read_text())
        manifest = json.loads((out / MANIFEST).read_text())
    except FileNotFoundError:
        return None
    return found if found["digest"] == manifest["digest"] else None


def share(figure: Mapping[str, Any]) -> str:
    """A share with its interval.

    >>> share({"value": 0.756, "low": 0.66, "high": 0.8312, "labels": 90})
    '75.6 % (66.0 to 83.1)'
    >>> share({"value": 0.756, "low": 0.756, "high": 0.756, "labels": 247})
    '75.6 %'
    """
    return _told(figure, lambda value: f"{100 * value:.1f}", " %")


def number(figure: Mapping[str, Any]) -> str:
    """A number with its interval, whole numbers above 10; `∞` has no bound, a dash is not known."""
    return _told(figure, lambda value: f"{value:,.0f}" if value >= 10 or value == int(value) else f"{value:.2g}", "")


def _told(figure: Mapping[str, Any], write: Any, unit: str) -> str:
    value, low, high = (figure[name] for name in ("value", "low", "high"))
    if low is None and value is None:
        return "-"
    parts = ["∞" if part is None else write(part) for part in (value, low, high)]
    interval = "" if parts[1] == parts[2] else f" ({parts[1]} to {parts[2]})"
    return f"{parts[0]}{'' if value is None else unit}{interval}"


def figures(found: Mapping[str, Any]) -> Iterator[tuple[str, str, int]]:
    """Return what each figure is of, its share with interval, and the labels behind it."""
    for name, told in FIGURES.items():
        figure = found["figures"][name]
        if name != "recall_without_copies" or figure != found["figures"]["recall"]:
            yield told, share(figure), figure["labels"]


def rows(found: Mapping[str, Any]) -> Iterator[tuple[str, str, int, int, str, str, str]]:
    """Each stage, and its rules where it has more than one: pages, labels, worthy, junk, worthy lost per junk page."""
    for row in found["stages"]:
        several = sum(each["stage"] == row["stage"] for each in found["stages"]) > 2
        if not row["rule"] or several:
            numbers = (number(row[name]) for name in ("worthy", "junk", "worthy_per_junk"))
            yield (row["stage"], row["rule"], row["pages"], row["labels"], *numbers)


def basis(found: Mapping[str, Any]) -> str:
    """Return what the figures rest on, in a sentence or two."""
    labels, pages = found["labels"], found["pages"]
    if found["sampled"]:
        skipped = f", all but those that {', '.join(found['skip'])} dropped" if found["skip"] else ""
        said = f"{labels:,} labels, drawn from {pages:,} pages with text{skipped}; 95 % intervals in brackets."
        gone = sum(count for *_, count in found["unlabelled"])
        return f"{said} {gone:,} pages in strata without a label are left out." if gone else said
    said = f"{labels:,} of the {pages:,} pages of the run are labelled; each counts once, the others are left out."
    return f"{said} {found['unmatched']:,} labels name no page of it." if found["unmatched"] else said


def print_audit(found: Mapping[str, Any], console: Console) -> None:
    """Print what labels say of a run: its figures, and what each stage and rule costs."""
    console.print("What labels say", style="bold")
    console.print(basis(found), markup=False, soft_wrap=True)
    for told, figure, _ in figures(found):
        console.print(f"  {figure:<24}{told}", markup=False, soft_wrap=True, highlight=False)
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column("dropped by", overflow="fold")
    for heading in ("pages", "labels", "worth having", "junk", "worthy lost per junk page"):
        table.add_column(heading, justify="right", no_wrap=True)
    for stage, rule, pages, labels, *numbers in rows(found):
        name = Text(harmless(f"  {rule}" if rule else stage), style="" if rule else "bold")
        table.add_row(name, f"{pages:,}", f"{labels:,}", *numbers)
    console.print(table)
