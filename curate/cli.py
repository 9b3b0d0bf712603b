"""The `curate` command: thin skins over library calls, and the only prints."""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from curate import __version__, browse, cluster, report
from curate.errors import CurateError, NotAnArchiveError, UsageError
from curate.flow import Failure
from curate.run import Progress as Step
from curate.run import run
from curate.warc import Skip

USAGE_EXIT, INCOMPLETE_EXIT = 2, 1
PLAIN_WIDTH = 140  # of tables that go to a file or a log


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; returns 0, 1 when a run is incomplete or a check failed, 2 when the user has to act."""
    options = _parser().parse_args(arguments)
    console = Console(highlight=False)
    if not console.is_terminal and "COLUMNS" not in os.environ:
        console.width = PLAIN_WIDTH
    try:
        return int(options.command(options, console))
    except (UsageError, NotAnArchiveError) as error:
        print(f"curate: {report.harmless(str(error))}", file=sys.stderr)
        return USAGE_EXIT
    except CurateError as error:
        print(f"curate: {report.harmless(str(error))}", file=sys.stderr)
        return INCOMPLETE_EXIT
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    finally:
        cluster.stop()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="curate", description="Curate raw web crawl into training text.")
    parser.add_argument("--version", action="version", version=f"curate {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    command = commands.add_parser("run", help="curate inputs into an output folder")
    command.add_argument("inputs", nargs="+", metavar="INPUT", help="WARC, WET, Parquet or JSONL: file, glob or folder")
    command.add_argument("--out", required=True, type=Path, help="output folder; a second run there resumes")
    command.add_argument("--recipe", default="webtext", help="webtext (pipelines.webtext), module:ATTR, or a .py file")
    command.add_argument("--workers", type=int, default=0, help="processes (default: every core; 1: this process)")
    command.add_argument("--ray-address", default="", help="a running Ray cluster (default: $RAY_ADDRESS, else local)")
    command.set_defaults(command=_run)

    command = commands.add_parser("report", help="show the retention table of a run")
    command.add_argument("out", type=Path)
    command.add_argument("--json", action="store_true", help="print report.json instead")
    command.set_defaults(command=_report)

    command = commands.add_parser("verify", help="check a run's files against its manifest and report")
    command.add_argument("out", type=Path)
    command.set_defaults(command=_verify)

    command = commands.add_parser("inspect", help="show rejected pages, nearest to their limit first")
    command.add_argument("out", type=Path)
    command.add_argument("--stage", default="")
    command.add_argument("--rule", default="")
    command.add_argument("-n", type=int, default=20, help="how many pages (default 20)")
    command.add_argument("--chars", type=int, default=300, help="characters of text per page (default 300)")
    command.set_defaults(command=_inspect)

    command = commands.add_parser("explain", help="walk one page through a recipe")
    command.add_argument("recipe")
    command.add_argument("page", metavar="FILE_OR_URL", help="a saved page, or an address found in --in")
    command.add_argument("--in", dest="archives", nargs="+", default=[], metavar="ARCHIVE")
    command.add_argument("--signals", action="store_true", help="also show every number behind the verdicts")
    command.set_defaults(command=_explain)
    return parser


def _run(options: argparse.Namespace, console: Console) -> int:
    from curate.recipe import load_recipe

    if options.workers < 0:
        message = f"--workers must be 0 or more, not {options.workers}"
        raise UsageError(message)
    recipe = load_recipe(options.recipe)
    workers = cluster.Workers(options.workers, options.ray_address)
    with _Display() as display:
        try:
            result = run(recipe, options.inputs, options.out, workers=workers, show=display.show, say=display.say)
        finally:
            display.close()
    report.print_table(result, console)
    where = f"Output: {options.out}/  (open {options.out}/report.html, or: curate inspect {options.out} --stage STAGE)"
    console.print(where, markup=False, soft_wrap=True)
    return 0


class _Display(AbstractContextManager["_Display"]):
    """A progress bar on a terminal; elsewhere silent but for one line where earlier work is reused."""

    def __init__(self) -> None:
        console = Console(stderr=True)
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

    def close(self) -> None:
        """Take the bar away."""
        self._progress.stop()

    def __exit__(self, *_: object) -> None:
        self.close()


def _report(options: argparse.Namespace, console: Console) -> int:
    found = report.load_report(options.out)
    if options.json:
        print(json.dumps(found, indent=1))
    else:
        report.print_table(found, console)
    return 0


def _verify(options: argparse.Namespace, console: Console) -> int:
    from curate.verify import verify

    wrong = verify(options.out)
    for line in wrong:
        console.print(report.harmless(line), markup=False)
    if not wrong:
        console.print(f"{options.out}: every digest and every count agrees", markup=False)
    return INCOMPLETE_EXIT if wrong else 0


def _inspect(options: argparse.Namespace, console: Console) -> int:
    for row in browse.rejected(options.out, stage=options.stage, rule=options.rule, count=options.n):
        console.print(f"[bold]{escape(row['stage'])} {escape(row['rule'])}[/bold]: {row['value']:g} "
                      f"(limit {row['limit']:g})  {escape(report.harmless(row['url']))}", soft_wrap=True)  # fmt: skip
        if row["duplicate_of"]:
            console.print(f"  kept instead: {escape(report.harmless(row['duplicate_of_url']))}", soft_wrap=True)
        if row["text"]:
            shown = " ".join(row["text"][: options.chars].split())
            console.print(f"  {escape(report.harmless(shown))}", style="dim", soft_wrap=True)
    return 0


def _explain(options: argparse.Namespace, console: Console) -> int:
    from curate.recipe import load_recipe

    recipe = load_recipe(options.recipe)
    page = browse.find_page(options.page, options.archives)
    if isinstance(page, Skip):
        console.print(f"read  dropped: {page.rule} {page.value:g} (limit {page.limit:g})", markup=False)
        return 0
    console.print(report.harmless(f"{page.url}  {page.date}  {len(page.html):,} bytes, {page.charset}"), markup=False)
    for step in browse.explain(recipe, page):
        console.print(f"{step.stage:<20} {_said(step.fate)}", markup=False, soft_wrap=True)
        if options.signals:
            for name, value in step.signals.items():
                console.print(f"    {name} = {value:g}", style="dim", markup=False)
    return 0


def _said(fate: object) -> str:
    if fate is None:
        return "(not decided by one page alone)"
    if isinstance(fate, Failure):
        return report.harmless(f"failed: {fate.kind} {fate.detail}")
    return "kept" if fate else f"dropped: {fate.rule} is {fate.value:g}, limit {fate.limit:g}"  # type: ignore[attr-defined]


if __name__ == "__main__":
    sys.exit(main())
