"""`curate whatif`: what a finished run would have kept with other limits."""

import argparse
import json
from collections import Counter
from collections.abc import Sequence
from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from curate.commands import quality_option
from curate.errors import UsageError
from curate.output.published import EVERYTHING, Use, run_folder
from curate.terminal import harmless

if TYPE_CHECKING:
    from curate.output.fates import Reason
    from curate.whatif.answer import Sample, WhatIf
    from curate.whatif.finished import Finished
    from curate.whatif.flips import Sweep
    from curate.whatif.settings import Setting

HELP = "Say what a finished run would have kept with other limits."
FLIPS_SHOWN = 12
BAR = 40


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument("out", type=run_folder, help="This is the output folder of a finished run.")
    parser.add_argument(
        "--set", dest="settings", action="append", default=[], metavar="STAGE.LIMIT=VALUE",
        help="Set another limit, such as gopher.quality.min_words=30; `none` takes it away. It may be repeated.",
    )  # fmt: skip
    parser.add_argument(
        "--sweep", metavar="STAGE.LIMIT=FROM:TO:STEP", help="Say what would be kept over a range of one limit."
    )
    parser.add_argument("--recipe", default="", help="Name the recipe the run was made with, when it is a .py file.")
    parser.add_argument("--apply", type=Path, metavar="OUT2", help="Write the new output there, from extracted text.")
    parser.add_argument(
        "--in", dest="inputs", nargs="+", default=[], metavar="INPUT", help="These are the run's inputs, for --apply."
    )
    parser.add_argument(
        "--against", type=run_folder, action="append", default=[], metavar="OUT0",
        help="For --apply, name an earlier run that this one was matched against. It may be repeated.",
    )  # fmt: skip
    parser.add_argument(
        "--workers", type=int, default=0, help="Use so many processes for --apply (default: one for each core)."
    )
    parser.add_argument(
        "-n", type=int, default=3, help="Show so many pages that are newly kept, and newly dropped (default 3)."
    )
    parser.add_argument("--chars", type=int, default=300, help="Show so many characters of each page (default 300).")
    quality_option.arguments(parser)
    parser.add_argument("--json", action="store_true", help="Print everything as JSON instead.")


def use(_: argparse.Namespace) -> Use:
    """Stored signals are judged again, and pages shown; --apply also opens work files."""
    return Use({"out": EVERYTHING, "against": ("index.json",)})


def command(options: argparse.Namespace, console: Console) -> int:
    """Judge again, print what changes, and write the new output where asked."""
    from curate.whatif.answer import sweep_of, whatif
    from curate.whatif.finished import open_run
    from curate.whatif.settings import moving, parse_setting, parse_sweep, with_settings

    if not (options.settings or options.sweep) or (options.apply and not options.settings):
        raise UsageError("say what to change: --set STAGE.LIMIT=VALUE" + ("" if options.apply else ", or --sweep"))
    if min(options.n, options.chars) < 0:
        raise UsageError(f"-n and --chars must be 0 or more, not {options.n} and {options.chars}")
    finished = open_run(options.out, options.recipe, lambda recipe: quality_option.with_options(recipe, options))
    settings = [parse_setting(text, finished.recipe) for text in options.settings]
    recipe = with_settings(finished.recipe, settings)
    said = Console(stderr=True, highlight=False)
    say = lambda line: said.print(line, markup=False, soft_wrap=True)  # noqa: E731
    found: dict[str, Any] = {"recipe": finished.recipe.name, "set": [str(setting) for setting in settings]}
    if settings and not (options.apply and moving(finished.recipe, recipe)):
        result = whatif(finished, recipe, samples=options.n, say=say)
        found |= as_json(finished, result)
        if not options.json:
            _print_result(finished, settings, result, options.chars, console)
    if options.sweep:
        stage, limit, values = parse_sweep(options.sweep, recipe)
        loosest, sweep = sweep_of(recipe, stage, limit, values)
        curve = whatif(finished, loosest, sweep=sweep, say=say)
        found["sweep"] = _sweep_json(sweep, curve)
        if not options.json:
            _print_curve(finished, sweep, curve, console)
    if options.json:
        print(json.dumps(found, indent=1))
    if options.apply:
        _apply(finished, settings, options, console)
    return 0


def _apply(finished: "Finished", settings: Sequence["Setting"], options: argparse.Namespace, console: Console) -> None:
    from curate.cluster import Workers
    from curate.commands.display import Display
    from curate.report.tables import print_table
    from curate.whatif.reapply import inputs_of, reapply

    inputs = options.inputs or inputs_of(finished)
    with Display() as display:
        workers = Workers(options.workers)
        report = reapply(
            finished, settings, inputs, options.apply,
            against=options.against, workers=workers, show=display.show, say=display.say,
        )  # fmt: skip
    print_table(report, console)
    console.print(f"Output: {options.apply}/  (no page was extracted again)", markup=False, soft_wrap=True)


def as_json(finished: "Finished", result: "WhatIf") -> dict[str, Any]:
    """Return what changes, as JSON; pairs are [before, after], characters those of the extracted text."""
    whole = max(finished.report["totals"]["records_in"], 1)
    return {
        "exact": result.exact,
        "not_searched_for_duplicates": result.unmatched,
        "duplicates_of_dropped_pages": result.orphans,
        "rescored": result.rescored,
        "totals": {
            "docs_out": list(result.docs),
            "survival_docs": [docs / whole for docs in result.docs],
            "extracted_chars": list(result.chars),
        },
        "before": [{name: stage[name] for name in result.after[0]} for stage in result.before],
        "stages": result.after,
        "flips": [
            {"from": _reason_json(finished, flip.old), "to": _reason_json(finished, flip.new), "docs": flip.docs}
            for flip in result.flips
        ],
        "samples": [
            {
                "url": sample.url,
                "from": _reason_json(finished, sample.old),
                "to": _reason_json(finished, sample.new),
                "value": sample.value,
                "limit": None if isnan(sample.limit) else sample.limit,
                "text": sample.text,
            }
            for sample in result.samples
        ],
    }


def _sweep_json(sweep: "Sweep", result: "WhatIf") -> dict[str, Any]:
    points = [{"value": p.value, "docs_out": p.docs, "extracted_chars": p.chars} for p in result.curve]
    return {"stage": sweep.stage, "limit": sweep.limit, "exact": result.exact, "points": points}


def _reason_json(finished: "Finished", reason: "Reason") -> dict[str, Any] | str:
    names = finished.recipe.stage_names
    if reason.place == len(names):
        return "kept"
    return {"stage": names[reason.place], "error" if reason.failed else "rule": reason.rule}


def _reason(finished: "Finished", reason: "Reason") -> str:
    names = finished.recipe.stage_names
    if reason.place == len(names):
        return "kept"
    return harmless(f"{names[reason.place]} {'error: ' if reason.failed else ''}{reason.rule}")


def _print_result(
    finished: "Finished", settings: Sequence["Setting"], result: "WhatIf", chars: int, console: Console
) -> None:
    console.print(f"{finished.recipe.name} with {', '.join(map(str, settings))}", style="bold", markup=False)
    console.print(_stage_table(result))
    console.print(_sentence(finished, result), markup=False)
    for line in _caveats(finished, result):
        console.print(line, markup=False)
    if result.flips:
        console.print(_flip_table(finished, result))
    for sample in result.samples:
        _print_sample(finished, sample, chars, console)


def _stage_table(result: "WhatIf") -> Table:
    """Each stage's documents out before and after, and the rules that drop more or fewer pages."""
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column("stage", no_wrap=True)
    for heading in ("out", "would be", "dropped", "would be"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("by", overflow="fold")
    for before, after in zip(result.before, result.after, strict=True):
        gone = [stage["docs_in"] - stage["docs_out"] for stage in (before, after)]
        moved = before["docs_out"] != after["docs_out"]
        table.add_row(
            before["name"],
            f"{before['docs_out']:,}",
            Text(f"{after['docs_out']:,}", style="bold" if moved else ""),
            f"{gone[0]:,}" if gone[0] else "",
            f"{gone[1]:,}" if any(gone) else "",
            Text(harmless(_rule_changes(before, after))),
        )
    return table


def _rule_changes(before: dict[str, Any], after: dict[str, Any]) -> str:
    old, new = (Counter(stage["dropped"]) + Counter(stage["errors"]) for stage in (before, after))
    changes = [(rule, new[rule] - old[rule]) for rule in old | new if new[rule] != old[rule]]
    changes.sort(key=lambda item: (-abs(item[1]), item[0]))
    return ", ".join(f"{rule} {change:+,}" for rule, change in changes)


def _sentence(finished: "Finished", result: "WhatIf") -> str:
    totals = finished.report["totals"]
    whole, (docs, would), (chars, would_chars) = max(totals["records_in"], 1), result.docs, result.chars
    said = f"{would:,} pages of {whole:,} would be kept ({would / whole:.2%}) instead of {docs:,} ({docs / whole:.2%})"
    if not chars:
        return said
    tokens = round(totals["tokens_out"] * would_chars / chars)
    return f"{said}, about {tokens:,} tokens instead of {totals['tokens_out']:,}"


def _caveats(finished: "Finished", result: "WhatIf") -> list[str]:
    """Return what a full run could find that this has not, or that it would find the same."""
    from curate.whatif.finished import made_by_other_code

    if made_by_other_code(finished):
        return ["the run was made by other code or libraries than today's: a new run may differ"]
    if result.exact:
        return ["a full run with these limits keeps exactly these pages"]
    lines = []
    if result.unmatched:
        lines.append(
            f"{result.unmatched:,} pages would newly be searched for duplicates: here none of them counts as one"
        )
    if result.orphans:
        lines.append(
            f"{result.orphans:,} pages stay dropped here as duplicates of pages that would now be dropped before"
        )
    return [*lines, "to know exactly, write the new output: --apply OUT2"]


def _flip_table(finished: "Finished", result: "WhatIf") -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False)
    for heading, side in (("pages", "right"), ("was", "left"), ("would be", "left")):
        table.add_column(heading, justify=side)  # type: ignore[arg-type]
    for flip in result.flips[:FLIPS_SHOWN]:
        table.add_row(f"{flip.docs:,}", Text(_reason(finished, flip.old)), Text(_reason(finished, flip.new)))
    rest = sum(flip.docs for flip in result.flips[FLIPS_SHOWN:])
    if rest:
        table.add_row(f"{rest:,}", "others", "")
    return table


def _print_sample(finished: "Finished", sample: "Sample", chars: int, console: Console) -> None:
    kept = sample.new.place == len(finished.recipe.stage_names)
    reason = sample.old if kept else sample.new
    limit = "" if isnan(sample.limit) else f" (limit {'was ' if kept else ''}{sample.limit:g})"
    sign, style = ("+", "green") if kept else ("-", "red")
    said = f"{_reason(finished, reason)} {sample.value:g}{limit}"
    console.print(
        f"[{style}]{sign}[/{style}] [bold]{escape(said)}[/bold]  {escape(harmless(sample.url))}", soft_wrap=True
    )
    console.print(f"  {escape(harmless(' '.join(sample.text[:chars].split())))}", style="dim", soft_wrap=True)


def _print_curve(finished: "Finished", sweep: "Sweep", result: "WhatIf", console: Console) -> None:
    from curate.whatif.settings import limit_now

    now = limit_now(finished.recipe, sweep.stage, sweep.limit)
    whole = max(finished.report["totals"]["records_in"], 1)
    most = max((point.docs for point in result.curve), default=0)
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column(f"{sweep.stage}.{sweep.limit}", justify="right")
    for heading in ("pages", "of all"):
        table.add_column(heading, justify="right")
    table.add_column("", no_wrap=True, min_width=BAR)
    table.add_column("")
    for point in result.curve:
        bar = "█" * round(BAR * point.docs / most) if most else ""
        here = point.value == now
        value = Text(f"{point.value:g}", style="bold" if here else "")
        table.add_row(value, f"{point.docs:,}", f"{point.docs / whole:.2%}", bar, "now" if here else "")
    console.print(table)
    for line in _caveats(finished, result):
        console.print(line, markup=False)
