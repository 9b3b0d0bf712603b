"""`curate verify`: check a run's files against its manifest and report."""

import argparse
from pathlib import Path

from rich.console import Console

from curate.terminal import harmless

HELP = "check a run's files against its manifest and report"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument("out", type=Path)


def command(options: argparse.Namespace, console: Console) -> int:
    """Print what is wrong, a line each; 1 when something is."""
    from curate.finished.verify import verify

    wrong = verify(options.out)
    for line in wrong:
        console.print(harmless(line), markup=False)
    if not wrong:
        console.print(f"{options.out}: every digest and every count agrees", markup=False)
    return 1 if wrong else 0
