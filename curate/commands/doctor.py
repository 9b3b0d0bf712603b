"""`curate doctor`: is everything here that a run needs?"""

import argparse
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from curate.terminal import harmless

HELP = "Check this machine: packages, models, disk, memory, sandbox, Ray, credentials."
STYLES = {"ok": "green", "note": "yellow", "broken": "bold red"}


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument(
        "--out", type=Path, default=Path(), help="A run would write here (default: the current folder)."
    )
    parser.add_argument("--no-ray", action="store_true", help="Leave out starting Ray, which is the slowest check.")


def command(options: argparse.Namespace, console: Console) -> int:
    """Show what every check finds; 1 when something is broken."""
    from curate.doctor import examine, healthy

    table = Table(box=None, show_header=False, pad_edge=False)
    findings = list(examine(options.out, ray=not options.no_ray))
    for found in findings:
        table.add_row(Text(found.state), Text(found.check), Text(harmless(found.said)), style=STYLES[found.state])
    console.print(table)
    return 0 if healthy(findings) else 1
