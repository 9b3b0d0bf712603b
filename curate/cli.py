"""Runs the `curate` command: finds the command's module, calls it, and turns errors into one line and an exit code."""

import argparse
import os
import shlex
import sys
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from importlib import import_module
from io import TextIOWrapper
from typing import Any, NoReturn

from rich.console import Console

from curate import __version__, cluster
from curate.errors import CurateError, NotAnArchiveError, UsageError
from curate.memory import set_up
from curate.output.published import Use, brought
from curate.terminal import harmless

COMMANDS = ("run", "plan", "report", "inspect", "browse", "explain", "whatif", "verify", "doctor", "takedown", "replay",
            "clean", "train", "audit", "contamination", "mix", "tokenizer", "prove", "limits")  # fmt: skip
USAGE_EXIT, INCOMPLETE_EXIT, INTERRUPTED_EXIT = 2, 1, 130
BEGIN = """Raw web crawl in, training text out, with a reason for every page that did not
make it. To begin:

  curate run crawl.warc.gz --out out/mine  curate an archive, folder or crawl
  curate report out/mine                   see what survived each stage, and why
  curate inspect out/mine --stage STAGE    see the pages that a stage rejected

curate --help lists all commands, curate COMMAND --help explains one."""
PLAIN_WIDTH = 140  # of tables that go to a file or a log


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; returns 0, 1 when a run is incomplete or a check failed, 2 when the user has to act.

    A command that is interrupted from the keyboard returns 130.
    """
    set_up()
    given = sys.argv[1:] if arguments is None else list(arguments)
    _never_fail_to_print()
    if not given:
        print(BEGIN)
        return 0
    if given[0] not in COMMANDS and not given[0].startswith("-"):
        near = get_close_matches(given[0], COMMANDS, 1)
        hint = f"did you mean {near[0]}?" if near else "curate --help lists all."
        print(f"curate: there is no command {harmless(given[0])}; {hint}", file=sys.stderr)
        return USAGE_EXIT
    options = _parser(given[:1]).parse_args(given)
    console, said = Console(highlight=False), Console(stderr=True, highlight=False)
    if not console.is_terminal and "COLUMNS" not in os.environ:
        console.width = PLAIN_WIDTH
    try:
        with brought(options, options.use(options), lambda line: said.print(line, markup=False, soft_wrap=True)):
            return int(options.command(options, console))
    except (UsageError, NotAnArchiveError) as error:
        print(f"curate: {harmless(str(error))}", file=sys.stderr)
        return USAGE_EXIT
    except CurateError as error:
        print(f"curate: {harmless(str(error))}", file=sys.stderr)
        return INCOMPLETE_EXIT
    except KeyboardInterrupt:
        print(
            f"\ncurate: interrupted; what is done is kept, and the same command goes on: curate {shlex.join(given)}",
            file=sys.stderr,
        )
        return INTERRUPTED_EXIT
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    finally:
        cluster.stop()


def _never_fail_to_print() -> None:
    """What an output's encoding lacks is shown as its code: a finished run must not fail over its last line."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


class Completion(argparse.Action):
    """Prints what completes commands, options and file names in a shell, and ends."""

    def __call__(self, parser: argparse.ArgumentParser, _: object, values: object, option: str | None = None) -> None:
        """Print it; a user without the package that makes it is told how to get it."""
        try:
            import shtab
        except ImportError:
            parser.error("completion needs the package shtab: pip install 'webcurate[completion]'")
        for action in _takes_values(parser):
            action.complete = shtab.FILE  # type: ignore[attr-defined]
        print(shtab.complete(parser, str(values)))
        parser.exit()


class Parser(argparse.ArgumentParser):
    """A parser whose errors are one line."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong and where the options are explained, without listing them."""
        self.exit(USAGE_EXIT, f"{self.prog}: {harmless(message)}; {self.prog} --help explains\n")


def _takes_values(parser: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    """The options and arguments, of all commands, that take a value which is none of a few names."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for command in action.choices.values():
                yield from _takes_values(command)
        elif action.nargs != 0 and action.choices is None:
            yield action


def _describe(commands: "argparse._SubParsersAction[Any]") -> None:
    """Let the help of each command begin with what the list of commands says of it."""
    for said in commands._choices_actions:
        command = commands.choices[said.dest]
        command.description = said.help
        for action in command._actions:
            if isinstance(action, argparse._SubParsersAction):
                _describe(action)


def _parser(named: Sequence[str]) -> argparse.ArgumentParser:
    """The parser of the command that is named first, which alone is imported; of all commands when none is."""
    parser = Parser(prog="curate", description="Curate raw web crawl into training text.")
    parser.add_argument("--version", action="version", version=f"curate {__version__}", help="Print the version.")
    parser.add_argument(
        "--print-completion",
        action=Completion,
        choices=("bash", "zsh", "tcsh"),
        help="Print what completes commands in a shell.",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name in named if set(named) <= set(COMMANDS) and named else COMMANDS:
        module = import_module(f"curate.commands.{name}")
        command = commands.add_parser(name, help=module.HELP)
        module.arguments(command)
        _describe(commands)
        command.set_defaults(command=module.command, use=getattr(module, "use", lambda _: Use({})))
    return parser


if __name__ == "__main__":
    sys.exit(main())
