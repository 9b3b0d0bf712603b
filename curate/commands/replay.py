"""`curate replay`: run a quarantined page again, stage by stage, where a debugger can follow."""

import argparse
import pdb
import sys
import traceback
from typing import Any

from rich.console import Console

from curate.commands.fates import said
from curate.output.published import Use, run_folder
from curate.stages import Failure
from curate.terminal import harmless

HELP = "Run a quarantined page again, stage by stage."


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument("out", type=run_folder, metavar="OUT", help="This is the output folder of a run.")
    parser.add_argument(
        "id", metavar="QUARANTINE_ID", help="This is the id of a row in quarantine/, or its first digits."
    )
    parser.add_argument("--recipe", default="", help="Use another recipe than that of the run.")
    parser.add_argument("--in-process", action="store_true", help="Extract in this process, without any limit.")
    parser.add_argument(
        "--pdb",
        action="store_true",
        help="Stop in the debugger where a stage raises; all is done in this process then.",
    )


def use(_: argparse.Namespace) -> Use:
    """Quarantined pages, and the name of the recipe."""
    return Use({"out": ("quarantine/", "report.json")})


def command(options: argparse.Namespace, console: Console) -> int:
    """Show what each stage says; 1 when one fails again, 0 when none does."""
    from curate.output.checksums import load_report
    from curate.recipe import load_recipe
    from curate.walk import quarantined, replay

    row = quarantined(options.out, options.id)
    recipe = load_recipe(options.recipe or load_report(options.out)["recipe"])
    console.print(harmless(_head(row)), markup=False, soft_wrap=True)
    steps = replay(recipe, row, in_process=options.in_process or options.pdb)
    try:
        for step in steps:
            console.print(f"{step.stage:<20} {step.chars:>9,}  {said(step.fate)}", markup=False, soft_wrap=True)
            if isinstance(step.fate, Failure):
                return 1
    except Exception as error:  # noqa: BLE001  what the user came to see
        console.print(harmless("".join(traceback.format_exception(error))), markup=False, soft_wrap=True)
        if options.pdb:
            pdb.post_mortem(sys.exc_info()[2])
        return 1
    return 0


def _head(row: dict[str, Any]) -> str:
    cut = "" if row["raw_bytes"] == len(row["raw"]) else f", of which the first {len(row['raw']):,} were kept"
    return (
        f"{row['id']}  {row['url'] or 'no address'}  {row['date'] or 'no date'}  {row['raw_bytes']:,} bytes{cut}\n"
        f"broke {row['stage']}: {row['kind']} {row['detail']}"
    )
