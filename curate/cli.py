"""The `curate` command: finds the command's module, runs it, and turns errors into one line and an exit code."""

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module

from rich.console import Console

from curate import __version__, cluster
from curate.errors import CurateError, NotAnArchiveError, UsageError
from curate.terminal import harmless

COMMANDS = ("run", "report", "inspect", "explain", "whatif", "verify", "doctor", "takedown", "replay", "clean", "train",
            "audit", "contamination", "limits")  # fmt: skip
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
        print(f"curate: {harmless(str(error))}", file=sys.stderr)
        return USAGE_EXIT
    except CurateError as error:
        print(f"curate: {harmless(str(error))}", file=sys.stderr)
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
    for name in COMMANDS:
        module = import_module(f"curate.commands.{name}")
        command = commands.add_parser(name, help=module.HELP)
        module.arguments(command)
        command.set_defaults(command=module.command)
    return parser


if __name__ == "__main__":
    sys.exit(main())
