"""`curate verify`: check a run's files against its manifest and report."""

import argparse

from rich.console import Console

from curate.output.published import EVERYTHING, Use, run_folder
from curate.terminal import harmless

HELP = "Check a run's files against its manifest and report."


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument("out", type=run_folder, metavar="OUT", help="This is the output folder of a run.")


def use(_: argparse.Namespace) -> Use:
    """Everything is read as it is: whether it is right is what the command is to say."""
    return Use({"out": EVERYTHING}, blindly=True)


def command(options: argparse.Namespace, console: Console) -> int:
    """Print what is wrong, a line each; 1 when something is."""
    from curate.finished.verify import verify

    wrong = verify(options.out)
    for line in wrong:
        console.print(harmless(line), markup=False)
    if not wrong:
        console.print(f"{options.out}: every digest and every count agrees", markup=False)
    return 1 if wrong else 0
