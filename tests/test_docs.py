"""What the documents show is true: Python examples run, commands exist, links lead somewhere."""

import doctest
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("**/*.md"))]
FENCE = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?!https?:)([^)#\s]+)")


def names(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", DOCUMENTS, ids=names)
def test_python_examples_run(path):
    """Each fenced Python block is a doctest; blocks of one document share their names."""
    text = "\n".join(FENCE.findall(path.read_text()))
    test = doctest.DocTestParser().get_doctest(text, {}, names(path), str(path), 0)
    said: list[str] = []
    assert doctest.DocTestRunner(verbose=False).run(test, out=said.append).failed == 0, "".join(said)


@pytest.mark.parametrize("path", DOCUMENTS, ids=names)
def test_links_lead_somewhere(path):
    """Relative links name files of the project."""
    missing = [target for target in LINK.findall(path.read_text()) if not (path.parent / target).exists()]
    assert missing == []


def test_the_readme_names_every_command():
    """A command nobody can find is not there."""
    usage = subprocess.run(
        [sys.executable, "-m", "curate.cli", "-h"], capture_output=True, text=True, check=True
    ).stdout
    commands = re.findall(r"^    (\w+) ", usage, re.MULTILINE)
    readme = (ROOT / "README.md").read_text()
    assert {"run", "report", "verify", "inspect", "explain"} <= set(commands)
    assert [command for command in commands if f"curate {command}" not in readme] == []


def test_the_readme_fits_on_a_few_screens():
    """At most 150 lines."""
    assert len((ROOT / "README.md").read_text().splitlines()) <= 150
