"""The help of every command, and what completes commands in a shell."""

import argparse
import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from curate.cli import _parser, main

SOURCED = (
    'source /dev/stdin; COMP_WORDS=({words}); COMP_CWORD={at}; _shtab_curate curate "{last}"; echo "${{COMPREPLY[@]}}"'
)


def parsers(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    """A parser and those of all its commands."""
    yield parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for command in action.choices.values():
                yield from parsers(command)


ALL = [pytest.param(each, id=each.prog) for each in parsers(_parser([]))]


@pytest.mark.parametrize("parser", ALL)
def test_every_help_is_a_sentence(parser) -> None:
    """Of each option and argument, and of the command itself; there is none that says nothing."""
    said = [(action.dest, action.help or "") for action in parser._actions if action.dest not in ("help", "what")]
    said += [
        (each.dest, each.help or "") for action in parser._actions for each in getattr(action, "_choices_actions", [])
    ]
    said += [(parser.prog, parser.description or "")]
    wrong = {
        name: text for name, text in said if name != argparse.SUPPRESS and not (text[:1].isupper() and text[-1:] == ".")
    }
    assert wrong == {}


@pytest.mark.parametrize("parser", ALL)
def test_help_fits_eighty_columns(parser, monkeypatch) -> None:
    """No line is longer, and none ends in blanks."""
    monkeypatch.setenv("COLUMNS", "80")
    lines = parser.format_help().splitlines()
    assert [line for line in lines if len(line) > 80 or line != line.rstrip()] == []


@pytest.mark.parametrize(
    ("words", "found"),
    [("ver", "verify"), ("run --qui", "--quiet"), ("audit sc", "score"), ("run pyproj", "pyproject.toml")],
)
def test_bash_completes(words: str, found: str) -> None:
    """Commands, options and names of files, in bash itself."""
    pytest.importorskip("shtab", reason="completion is an extra")
    script = subprocess.run(
        [sys.executable, "-m", "curate", "--print-completion", "bash"], capture_output=True, text=True, check=True
    ).stdout
    given = ["curate", *words.split()]
    code = SOURCED.format(words=" ".join(given), at=len(given) - 1, last=given[-1])
    env = {**os.environ, "LC_ALL": "C"}
    done = subprocess.run(["bash", "-c", code], input=script, capture_output=True, text=True, check=True, env=env)
    assert (done.stdout.split(), done.stderr) == ([found], "")


@pytest.mark.parametrize(("typed", "said"), [("veriffy", "did you mean verify?"), ("xyz", "curate --help lists all.")])
def test_a_command_that_is_not_there(typed: str, said: str, capsys) -> None:
    """One line with the nearest, instead of all twenty."""
    assert main([typed]) == 2
    assert capsys.readouterr().err == f"curate: there is no command {typed}; {said}\n"


def test_the_first_words_fit_eighty_columns(capsys) -> None:
    """Of the command alone."""
    assert main([]) == 0
    assert [line for line in capsys.readouterr().out.splitlines() if len(line) > 80] == []


def test_completion_without_its_package_says_how_to_get_it(monkeypatch, capsys) -> None:
    """One line, and the exit code of a mistake."""
    monkeypatch.setitem(sys.modules, "shtab", None)
    with pytest.raises(SystemExit) as left:
        _parser([]).parse_args(["--print-completion", "bash"])
    assert left.value.code == 2
    assert "pip install 'webcurate[completion]'" in capsys.readouterr().err
