"""`curate run`: curate inputs into an output folder."""

import argparse
import json
import re
import shlex
from collections.abc import Mapping, Sequence
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from typing import Any

from rich.console import Console

from curate import cluster
from curate.commands import plan, quality_option
from curate.commands.display import Display
from curate.engine.run import run
from curate.errors import CurateError, UsageError
from curate.extras import have
from curate.memory import keep_what_is_loaded
from curate.output.publish import output_folder
from curate.output.published import Use
from curate.report import tables as report

SAID_OF_STAGES = ("name", "docs_in", "docs_out", "seconds", "dropped", "errors")
HELP = "Curate inputs into an output folder."


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    plan.sources(parser)
    parser.add_argument(
        "--out",
        default=None,
        help="Write into this folder or s3:// address; a second run there goes on (default: out/INPUT).",
    )
    loud = parser.add_mutually_exclusive_group()
    loud.add_argument("--quiet", action="store_true", help="Print nothing but what went wrong.")
    loud.add_argument("--verbose", action="store_true", help="Print a line for each task that ends.")
    parser.add_argument("--json", action="store_true", help="Print what came out as JSON, and nothing else on stdout.")
    parser.add_argument(
        "--workers", type=int, default=0, help="Use so many processes (default: one for each core; 1 is this process)."
    )
    parser.add_argument(
        "--ray-address", default="", help="Work on a running Ray cluster (default: $RAY_ADDRESS, else this machine)."
    )
    parser.add_argument(
        "--stage-dir", type=Path, metavar="DIR", help="A run for s3:// writes here before it is published."
    )
    parser.add_argument(
        "--dry-run", action="store_true", help="Curate a sample and say what the run will take, as `curate plan` does."
    )
    plan.options(parser)
    quality_option.arguments(parser)


def use(_: argparse.Namespace) -> Use:
    """Of earlier runs, the index; the work files it names are brought when they are opened."""
    return Use({"against": ("index.json",)})


def command(options: argparse.Namespace, console: Console) -> int:
    """Run, show progress, print the retention table."""
    from curate.recipe import load_recipe

    if options.dry_run:
        return plan.command(options, console)
    if options.workers < 0:
        raise UsageError(f"--workers must be 0 or more, not {options.workers}")
    if options.out == "":
        raise UsageError("--out is empty: name a folder, or leave the option out")
    out_name = options.out or default_out(options.inputs)
    recipe = quality_option.with_options(load_recipe(options.recipe), options)
    workers = cluster.Workers(_processes(options), options.ray_address)
    keep_what_is_loaded()
    try:
        with output_folder(out_name, options.stage_dir) as out, _display(options, out) as display:
            result = run(
                recipe, options.inputs, out, against=options.against, workers=workers,
                show=display.show, say=display.say,
            )  # fmt: skip
    except CurateError as error:
        if options.json:
            print(json.dumps({"out": out_name, "error": str(error)}, indent=1))
        raise
    if options.json:
        print(json.dumps(_closing(out_name, result), indent=1))
    elif not options.quiet:
        report.print_table(result, console)
        at = out_name.rstrip("/")
        where = f"Output: {at}/  (open {at}/report.html, or: curate inspect {shlex.quote(at)} --stage STAGE)"
        console.print(where, markup=False, soft_wrap=True)
    return 0


def _display(options: argparse.Namespace, out: Path) -> Display:
    return Display(quiet=options.quiet, verbose=options.verbose, out=out)


def _closing(out: str, found: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a program that started a run has to know of it; `report.json` has the rest."""
    said = {key: found[key] for key in ("recipe", "totals", "unreadable_inputs", "missing")}
    stages = [{key: stage[key] for key in SAID_OF_STAGES} for stage in found["stages"]]
    return {"out": out, "error": "", **said, "stages": stages}


def _processes(options: argparse.Namespace) -> int:
    """How many processes work; one where Ray is not installed and nobody asked for more.

    Raises MissingExtraError where somebody did.
    """
    if have("ray"):
        return int(options.workers)
    if options.workers > 1 or options.ray_address:
        import_module("ray")
    return 1


def default_out(inputs: Sequence[str]) -> str:
    """The output folder of a run that names none: the same one for the same inputs, another for others.

    >>> default_out(["CC-MAIN-2026-30:0-9"]), default_out(["CC-MAIN-2026-30:0-9", "s3://crawl/b.arc"])
    ('out/CC-MAIN-2026-30-0-9-bb30c9', 'out/CC-MAIN-2026-30-0-9-and-1-more-f1d638')
    """
    parts = [re.sub(r"[^A-Za-z0-9_-]+", "-", part.partition(".")[0]).strip("-") for part in inputs[0].split("/")]
    name = next((part for part in reversed(parts) if part), "curated")
    more = f"-and-{len(inputs) - 1}-more" if len(inputs) > 1 else ""
    said = "\0".join(str(Path(each).resolve()) if Path(each).exists() else each for each in inputs)
    return f"out/{name}{more}-{sha256(said.encode('utf-8', 'surrogateescape')).hexdigest()[:6]}"
