"""What the documents show is true: Python examples run, commands exist, links lead somewhere."""

import doctest
import re
import subprocess
import sys
from pathlib import Path
from pkgutil import resolve_name

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


ANCHOR = re.compile(r"\]\(([^)\s:]*)#([^)\s]+)\)")
CODE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


def anchors(path: Path) -> set[str]:
    """The anchors of a document's headings, as GitHub and the site make them."""
    heads = re.findall(r"^#+ (.+)$", CODE.sub("", path.read_text()), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


@pytest.mark.parametrize("path", DOCUMENTS, ids=names)
def test_anchors_are_headings(path):
    """A link into a document leads to one of its headings."""
    found = ANCHOR.findall(CODE.sub("", path.read_text()))
    missing = [f"{to}#{name}" for to, name in found if name not in anchors(path.parent / to if to else path)]
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


OURS = re.compile(r"`(curate(?:\.\w+)+)")
LIMIT = re.compile(r"`((?:min|max)_\w+)(?:=[\d.]+)?`")


def test_every_name_to_come_to_exists():
    """In the table of names of other libraries each of ours can be imported, and each limit is one of ours."""
    text = (ROOT / "docs" / "coming-from.md").read_text()
    found = set(OURS.findall(text))
    assert len(found) > 30
    for name in sorted(found):
        resolve_name(name)
    from curate.filters import gopher

    ours = {limit for row in text.splitlines() if row.startswith("|") for limit in LIMIT.findall(row.split("|")[2])}
    assert ours <= {rule.name for rule in gopher.quality.rules} | {"min_probability"}
