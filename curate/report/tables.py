"""The retention report as people read it: the table in the terminal, and two runs side by side."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from curate.terminal import harmless

if TYPE_CHECKING:
    from curate.report.compare import Comparison

RULES_SHOWN = 4


def summary(report: Mapping[str, Any]) -> str:
    """One sentence: what share survived and which stages removed most."""
    totals = report["totals"]
    lost = sorted(report["stages"], key=lambda stage: stage["docs_out"] - stage["docs_in"])[:2]
    names = " and ".join(stage["name"] for stage in lost if stage["docs_in"] > stage["docs_out"])
    removed = f"; {names} removed most" if names else ""
    return f"{totals['survival_docs']:.1%} of {totals['records_in']:,} pages survived{removed}."


def rules_text(stage: Mapping[str, Any], shown: int | None = RULES_SHOWN) -> str:
    """The commonest reasons of a stage with their counts."""
    reasons = [*stage["dropped"].items(), *((f"error: {kind}", n) for kind, n in stage["errors"].items())]
    reasons.sort(key=lambda item: (-item[1], item[0]))
    parts = [f"{name} {count:,}" for name, count in reasons[:shown]]
    rest = sum(count for _, count in reasons[len(parts) :])
    return ", ".join([*parts, f"others {rest:,}"] if rest else parts)


def print_table(report: Mapping[str, Any], console: Console) -> None:
    """Print the retention table, stage by stage, and the totals."""
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column("stage", no_wrap=True)
    for heading in ("pages in", "out", "dropped", "of all left", "CPU s"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("why", overflow="fold")
    whole = max(report["totals"]["records_in"], 1)
    for stage in report["stages"]:
        gone = stage["docs_in"] - stage["docs_out"]
        table.add_row(
            stage["name"],
            f"{stage['docs_in']:,}",
            f"{stage['docs_out']:,}",
            f"{gone:,}" if gone else "",
            f"{stage['docs_out'] / whole:.1%}",
            f"{stage['seconds']:.1f}",
            Text(harmless(rules_text(stage))),
        )
    console.print(table)
    console.print(totals_line(report), highlight=False, markup=False)


def totals_line(report: Mapping[str, Any]) -> str:
    """What came in and what went out, in one or two lines."""
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
