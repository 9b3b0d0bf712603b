"""Prints the retention report as a table, and two runs side by side."""

from collections.abc import Mapping, Sequence
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from curate.terminal import harmless

if TYPE_CHECKING:
    from curate.report.compare import Comparison

RULES_SHOWN = 4
HINTS = {"no_text": "Rows of JSON need a field called text."}
LEAST_WHY = 45  # columns that reasons need beside the numbers


def summary(report: Mapping[str, Any]) -> str:
    """One sentence: what share survived and which stages removed most."""
    totals = report["totals"]
    lost = sorted(report["stages"], key=lambda stage: stage["docs_out"] - stage["docs_in"])[:2]
    names = " and ".join(stage["name"] for stage in lost if stage["docs_in"] > stage["docs_out"])
    removed = f"; {names} removed most" if names else ""
    return f"{totals['survival_docs']:.1%} of {totals['records_in']:,} pages survived{removed}."


def rules_text(stage: Mapping[str, Any], shown: int | None = RULES_SHOWN) -> str:
    """The commonest reasons of a stage with their counts."""
    return ", ".join(_reasons(stage, shown))


def _reasons(stage: Mapping[str, Any], shown: int | None) -> list[str]:
    reasons = [*stage["dropped"].items(), *((f"error: {kind}", n) for kind, n in stage["errors"].items())]
    reasons.sort(key=lambda item: (-item[1], item[0]))
    parts = [f"{name} {count:,}" for name, count in reasons[:shown]]
    rest = sum(count for _, count in reasons[len(parts) :])
    return [*parts, f"others {rest:,}"] if rest else parts


def print_table(report: Mapping[str, Any], console: Console) -> None:
    """Print the retention table, stage by stage, and the totals."""
    for number, line in enumerate(table_lines(report, console.width)):
        console.print(line, highlight=False, markup=False, soft_wrap=True, style="bold" if number == 0 else "")
    plain = (totals_line(report), *plan_lines(report))
    for said, style in (*((line, "") for line in plain), *((harmless(line), "bold red") for line in alarms(report))):
        for line in said.splitlines():
            console.print(
                "\n".join(folded(line, console.width)), highlight=False, markup=False, soft_wrap=True, style=style
            )


def folded(line: str, width: int) -> list[str]:
    """A sentence in lines of at most `width` characters, no word broken.

    >>> folded("about 1,447,041 tokens out", 20)
    ['about 1,447,041', 'tokens out']
    """
    return wrap(line, width, break_long_words=False, break_on_hyphens=False)


def table_lines(report: Mapping[str, Any], width: int) -> list[str]:
    """The retention table for a terminal of some width; no reason is broken, and no line ends in blanks.

    Reasons stand in the last column where there is room for them, else below their stage.

    >>> stage = {"name": "language", "docs_in": 1200, "docs_out": 900, "seconds": 0.5, "errors": {},
    ...          "dropped": {"language_de": 200, "language_fr": 100}}
    >>> for line in table_lines({"totals": {"records_in": 1200}, "stages": [stage]}, 62):
    ...     print(line)
    stage     pages in  out  dropped  of all left  CPU s
    language     1,200  900      300        75.0%    0.5
        language_de 200, language_fr 100
    """
    stages, whole = report["stages"], max(report["totals"]["records_in"], 1)
    cells = [("stage", "pages in", "out", "dropped", "of all left", "CPU s"), *(_cells(each, whole) for each in stages)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    rows = ["  ".join([row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])]) for row in cells]
    beside = width - len(rows[0]) - 2 >= LEAST_WHY
    lines = [f"{rows[0]}  why" if beside else rows[0]]
    for row, stage in zip(rows[1:], stages, strict=True):
        reasons = [harmless(reason) for reason in _reasons(stage, RULES_SHOWN)]
        why = _wrapped(reasons, width - len(row) - 2 if beside else width - 4)
        if beside:
            lines += [f"{row}  {why[0]}" if why else row, *(" " * (len(row) + 2) + line for line in why[1:])]
        else:
            lines += [row, *(f"    {line}" for line in why)]
    return [line.rstrip() for line in lines]


def plan_lines(report: Mapping[str, Any]) -> list[str]:
    """Return what was planned beside what it was, if a plan was made for the run.

    >>> plan_lines({"plan": {"pages": [90, 100, 110, 104], "pages kept": [None, 12, None, 9]}})
    ['Planned: 90 to 110 pages, found 104; about 12 pages kept, found 9.']
    """
    said = [
        f"{f'{low:,.0f} to {high:,.0f}' if high is not None else f'about {value:,.0f}'} {name}, found {was:,.0f}"
        for name, (low, value, high, was) in report.get("plan", {}).items()
    ]
    return [f"Planned: {'; '.join(said)}."] if said else []


def _cells(stage: Mapping[str, Any], whole: int) -> tuple[str, ...]:
    gone = stage["docs_in"] - stage["docs_out"]
    counts = f"{stage['docs_in']:,}", f"{stage['docs_out']:,}", f"{gone:,}" if gone else ""
    return (harmless(stage["name"]), *counts, f"{stage['docs_out'] / whole:.1%}", f"{stage['seconds']:.1f}")


def _wrapped(reasons: Sequence[str], width: int) -> list[str]:
    """Reasons with commas between them in lines of at most `width` characters, each reason in one piece."""
    lines: list[str] = []
    for place, reason in enumerate(reasons):
        said = f"{reason}," if place + 1 < len(reasons) else reason
        if lines and len(lines[-1]) + 1 + len(said) <= width:
            lines[-1] += f" {said}"
        else:
            lines.append(said)
    return lines


def alarms(report: Mapping[str, Any]) -> list[str]:
    """What a reader must not overlook: stages that removed every page that came to them, with the commonest reason.

    >>> rule = {"name": "language", "docs_in": 7, "docs_out": 0, "dropped": {"language_de": 7}, "errors": {}}
    >>> alarms({"stages": [rule, rule | {"docs_in": 0, "dropped": {}}]})
    ['Nothing is left: language removed all 7 pages that came to it (language_de 7).']
    >>> alarms({"stages": [rule | {"docs_out": 1}]})
    []
    """
    return [
        f"Nothing is left: {each['name']} removed all {each['docs_in']:,} pages that came to it ({rules_text(each)})."
        + "".join(f" {hint}" for rule, hint in HINTS.items() if rule in each["dropped"])
        for each in report["stages"]
        if each["docs_in"] and not each["docs_out"]
    ]


def totals_line(report: Mapping[str, Any]) -> str:
    """Return what came in and what went out, in one or two lines."""
    totals = report["totals"]
    line = (
        f"{summary(report)}\n{totals['bytes_in']:,} bytes in; {totals['docs_out']:,} documents, "
        f"{totals['chars_out']:,} characters, about {totals['tokens_out']:,} tokens out"
    )
    damaged = (
        f"\n{totals['damaged_members']:,} damaged gzip members or records, {totals['bytes_skipped']:,} bytes skipped"
    )
    return line + (damaged if totals["damaged_members"] or totals["bytes_skipped"] else "")


def print_comparison(
    found: "Comparison", reports: tuple[Mapping[str, Any], Mapping[str, Any]], console: Console
) -> None:
    """Print two runs side by side: settings that differ, stages, and the pages that changed fate."""
    settings = _table(("stage", "setting"), ("first run", "second run"))
    for each in found.differences:
        settings.add_row(*(Text(harmless(text)) for text in (each.stage, each.setting, each.here, each.there)))
    console.print(settings if found.differences else "The recipes have the same stages and settings.", markup=False)
    stages = _table(("pages left after",), ("first run", "second run", "change"))
    whole = tuple(report["totals"]["records_in"] for report in reports)
    for name, here, there in (("all pages", *whole), *found.stages):
        change = "" if here is None or there is None else f"{there - here:+,}"
        stages.add_row(Text(harmless(name)), *("" if n is None else f"{n:,}" for n in (here, there)), change)
    console.print()
    console.print(stages)
    sampled = f" (of a sample of {found.share:.1%} of them)" if found.share < 1 else ""
    line = f"{found.changed:,} of {found.both:,} pages in both runs changed fate{sampled}; "
    console.print(
        f"\n{line}{found.only_here:,} are in the first run only, {found.only_there:,} in the second.", markup=False
    )
    for move in found.moves:
        console.print(harmless(f"{move.pages:>9,}  {move.here} -> {move.there}"), markup=False, soft_wrap=True)
        for url in move.examples:
            console.print(harmless(f"           {url}"), markup=False, soft_wrap=True, style="dim")


def _table(texts: tuple[str, ...], numbers: tuple[str, ...]) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False)
    for heading in texts:
        table.add_column(heading, overflow="fold")
    for heading in numbers:
        table.add_column(heading, justify="right", overflow="fold")
    return table
