"""`curate report`: the retention table of a run."""

import argparse
import json
from pathlib import Path

from rich.console import Console

from curate import report

HELP = "show the retention table of a run"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument("out", type=Path)
    parser.add_argument("--json", action="store_true", help="print report.json instead")


def command(options: argparse.Namespace, console: Console) -> int:
    """Print the table, or the report as JSON."""
    found = report.load_report(options.out)
    if options.json:
        print(json.dumps(found, indent=1))
    else:
        report.print_table(found, console)
    return 0
