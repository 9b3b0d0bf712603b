"""`curate run`: curate inputs into an output folder."""

import argparse
import re
from collections.abc import Sequence
from contextlib import AbstractContextManager
from hashlib import sha256
from importlib import import_module
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from curate import cluster
from curate.commands import quality_option
from curate.engine.phases import Progress as Step
from curate.engine.run import run
from curate.errors import UsageError
from curate.extras import have
from curate.output.publish import output_folder
from curate.output.published import Use, run_folder
from curate.report import tables as report

HELP = "curate inputs into an output folder"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument(
        "inputs", nargs="+", metavar="INPUT", help="file, glob, folder, s3://, https://, crawl path, @list"
    )
    parser.add_argument(
        "--out", default="", help="output folder or s3:// address (default: out/INPUT); a second run there resumes"
    )
    parser.add_argument("--quiet", action="store_true", help="print nothing but what went wrong")
    parser.add_argument(
        "--recipe",
        default="webtext",
        help="webtext, module:ATTR, or a .py file: Python code, which is run",
    )
    parser.add_argument("--workers", type=int, default=0, help="processes (default: every core; 1: this process)")
    parser.add_argument("--ray-address", default="", help="a running Ray cluster (default: $RAY_ADDRESS, else local)")
    parser.add_argument("--against", action="append", default=[], type=run_folder, metavar="OUT",
                        help="an earlier run whose documents count as already kept; may be repeated")  # fmt: skip
    parser.add_argument(
        "--stage-dir", type=Path, metavar="DIR", help="where a run for s3:// writes before it is published"
    )
    quality_option.arguments(parser)


def use(_: argparse.Namespace) -> Use:
    """Of earlier runs, the index; the work files it names are brought when they are opened."""
    return Use({"against": ("index.json",)})


def command(options: argparse.Namespace, console: Console) -> int:
    """Run, show progress, print the retention table."""
    from curate.recipe import load_recipe

    if options.workers < 0:
        raise UsageError(f"--workers must be 0 or more, not {options.workers}")
    out_name = options.out or default_out(options.inputs)
    recipe = quality_option.with_options(load_recipe(options.recipe), options)
    workers = cluster.Workers(_processes(options), options.ray_address)
    with Display(quiet=options.quiet) as display, output_folder(out_name, options.stage_dir) as out:
        result = run(
            recipe, options.inputs, out, against=options.against, workers=workers, show=display.show, say=display.say
        )
    if not options.quiet:
        report.print_table(result, console)
        at = out_name.rstrip("/")
        where = f"Output: {at}/  (open {at}/report.html, or: curate inspect {at} --stage STAGE)"
        console.print(where, markup=False, soft_wrap=True)
    return 0


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


class Display(AbstractContextManager["Display"]):
    """A progress bar on a terminal; elsewhere silent but for one line where earlier work is reused."""

    def __init__(self, *, quiet: bool = False) -> None:
        console = Console(stderr=True, quiet=quiet)
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[note]}"),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
        )
        self._progress = Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
        self._tasks: dict[str, int] = {}
        self._console = console
        self._progress.start()

    def show(self, step: Step) -> None:
        """Show how far a phase has come."""
        if step.phase not in self._tasks:
            self._tasks[step.phase] = self._progress.add_task(step.phase, total=step.of, note="")
        task = self._progress.tasks[self._tasks[step.phase]]
        rate = f"{step.pages / task.elapsed:,.0f} pages/s, " if step.pages and task.elapsed else ""
        note = f"{rate}{step.alive:,} alive" if step.pages else ""
        self._progress.update(task.id, completed=step.done, note=note)
        if step.done == step.of and step.reused:
            self.say(f"{step.phase}: reused {step.reused} of {step.of} from an earlier run")

    def say(self, line: str) -> None:
        """Print a line above the bar."""
        self._console.print(line, highlight=False, markup=False, soft_wrap=True)

    def __exit__(self, *_: object) -> None:
        self._progress.stop()
