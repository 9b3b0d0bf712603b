"""`curate contamination`: how much of evaluation sets is in a finished run."""

import argparse
import json
from pathlib import Path

from rich.console import Console
from rich.table import Table

from curate.files import asked_for
from curate.output.published import EVERYTHING, Use, run_folder
from curate.report.overlap import Measured, as_json, measure, write_json
from curate.terminal import harmless

HELP = "Measure how much of evaluation sets is in a finished run, or in Parquet files."
REPORT = Path("contamination.json")
SHOWN_CHARS = 200


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument(
        "out", type=run_folder, help="This is a run, a Parquet file with a column `text`, or a folder of such files."
    )
    parser.add_argument("--evals", nargs="+", required=True, metavar="FILE", type=Path,
                        help="These are evaluation sets: JSONL, JSON, Parquet, CSV, TSV, text, "
                        "also .gz or .zst, or folders of them.")  # fmt: skip
    parser.add_argument("--report", nargs="?", type=Path, const=REPORT, metavar="PATH",
                        help="Write every match as JSON to this file (default OUT/contamination.json).")  # fmt: skip
    parser.add_argument("--json", action="store_true", help="Print the same JSON instead of the table.")
    parser.add_argument("-n", type=int, default=10, help="Show so many contaminated documents (default 10).")


def use(options: argparse.Namespace) -> Use:
    """Kept texts are searched; a list of matches that is left in the run has to be published."""
    leaves = options.report is REPORT
    return Use({"out": EVERYTHING if leaves else ("data/",)}, changes=leaves)


def command(options: argparse.Namespace, console: Console) -> int:
    """Print the overlap with each evaluation and the first documents; 0 whatever was found."""
    from curate.contamination.stored import evals

    measured = measure(options.out, evals(options.evals).index())
    if options.report is not None:
        folder = options.out if options.out.is_dir() else options.out.parent
        path = folder / REPORT if options.report is REPORT else options.report
        with asked_for(path):
            write_json(path, measured)
    if options.json:
        print(json.dumps(as_json(measured), indent=1))
        return 0
    console.print(_table(measured))
    console.print(f"{len(measured.found):,} of {measured.documents:,} documents hold evaluation items", markup=False)
    _show(measured, options.n, console)
    if options.report is not None:
        console.print(f"Wrote {harmless(str(path))}", markup=False, soft_wrap=True)
    return 0


def _table(measured: Measured) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column("evaluation")
    for name in ("items", "sought", "found", "share", "documents"):
        table.add_column(name, justify="right")
    table.add_column("fields found")
    for each in measured.overlaps:
        fields = ", ".join(f"{harmless(name)} {count:,}" for name, count in each.fields.items())
        counts = (f"{count:,}" for count in (each.items, each.sought, each.items_found))
        table.add_row(harmless(each.eval), *counts, f"{each.share:.2%}", f"{each.documents:,}", fields)
    return table


def _show(measured: Measured, count: int, console: Console) -> None:
    for each in measured.found[:count]:
        items = dict.fromkeys(f"{match.eval}:{match.item}" for match in each.matches)
        line = "  ".join(part for part in (each.id, each.url, ", ".join(items)) if part)
        console.print(harmless(line), markup=False, style="bold", soft_wrap=True)
        console.print(f"  {harmless(each.excerpt[:SHOWN_CHARS])}", markup=False, style="dim", soft_wrap=True)
