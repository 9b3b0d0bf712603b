"""`curate inspect`: rejected pages of a run, nearest to their limit first."""

import argparse

from rich.console import Console
from rich.markup import escape

from curate.errors import UsageError
from curate.output.published import Use, run_folder
from curate.report.rejected import rejected
from curate.terminal import harmless

HELP = "Show rejected pages, those nearest to their limit first."


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument("out", type=run_folder, metavar="OUT", help="This is the output folder of a run.")
    parser.add_argument("--stage", default="", help="Show what this stage rejected (default: any).")
    parser.add_argument("--rule", default="", help="Show what this rule rejected (default: any).")
    parser.add_argument("-n", type=int, default=20, help="Show so many pages (default 20).")
    parser.add_argument("--chars", type=int, default=300, help="Show so many characters of each page (default 300).")


def use(_: argparse.Namespace) -> Use:
    """Only dropped pages are looked at."""
    return Use({"out": ("dropped/",)})


def command(options: argparse.Namespace, console: Console) -> int:
    """Print each page's reason, address and the beginning of its text."""
    if options.n < 1 or options.chars < 0:
        raise UsageError(f"-n must be 1 or more and --chars 0 or more, not {options.n} and {options.chars}")
    for row in rejected(options.out, stage=options.stage, rule=options.rule, count=options.n):
        console.print(f"[bold]{escape(row['stage'])} {escape(row['rule'])}[/bold]: {row['value']:g} "
                      f"(limit {row['limit']:g})  {escape(harmless(row['url'] or ''))}", soft_wrap=True)  # fmt: skip
        if row["duplicate_of"]:
            console.print(
                f"  kept instead: {escape(harmless(row['duplicate_of_url'] or 'no address'))}", soft_wrap=True
            )
        if row["text"]:
            shown = " ".join(row["text"][: options.chars].split())
            console.print(f"  {escape(harmless(shown))}", style="dim", soft_wrap=True)
    return 0
