"""What users and their disks do wrong: one line, and the exit code the README gives for it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from curate.cli import INCOMPLETE_EXIT, USAGE_EXIT
from curate.errors import UsageError
from curate.files import DiskFullError, disk_errors
from curate.inputs.sources import identified, resolve
from curate.recipe import load_recipe
from tests.curate.archives import archive, page

RECIPE = """
from curate.recipe import Recipe
from curate.stages import Extract, Read
recipe = Recipe("small", (Read(), Extract("resiliparse")))
"""


@pytest.fixture
def crawl(tmp_path: Path) -> Path:
    """A folder with an archive and a recipe."""
    (tmp_path / "a.warc.gz").write_bytes(archive(page(number) for number in range(4)))
    (tmp_path / "small.py").write_text(RECIPE)
    return tmp_path


@pytest.mark.parametrize("name", ["../../x", "..", ".x", "a/b", "x y", "", ":", "../x:recipe", "a\nb"])
def test_names_that_are_no_recipe(name: str) -> None:
    """A line that says what recipes there are."""
    with pytest.raises(UsageError, match="no recipe") as refused:
        load_recipe(name)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("code", "line"), [("recipe = (", 1), ("\n1 / 0", 2), ("import nosuchmodule", 1), ("raise ValueError('a\\nb')", 1)]
)
def test_a_recipe_file_that_does_not_load(tmp_path: Path, code: str, line: int) -> None:
    """What is wrong, and in which line of whose file."""
    (tmp_path / "mine.py").write_text(code)
    with pytest.raises(UsageError, match=rf"mine\.py line {line}: ") as refused:
        load_recipe(str(tmp_path / "mine.py"))
    assert "\n" not in str(refused.value)


def test_an_output_inside_the_input_is_left_out(crawl, curate) -> None:
    """A second run over the folder reads what the first read; with nothing else in it there is nothing to read."""
    run = ("run", crawl, "--out", crawl / "out", "--recipe", crawl / "small.py", "--workers", 1)
    assert curate(*run).returncode == 0
    before = (crawl / "out/manifest.json").read_bytes()
    assert curate(*run).returncode == 0
    assert (crawl / "out/manifest.json").read_bytes() == before
    assert [each.name for each in resolve([str(crawl)], out=crawl / "out")] == ["a.warc.gz"]
    done = curate("run", crawl / "out", "--out", crawl / "out", "--recipe", crawl / "small.py", "--workers", 1)
    assert done.returncode == USAGE_EXIT
    assert len(done.stderr.splitlines()) == 1


def test_an_input_that_vanishes(crawl) -> None:
    """Between the list of inputs and the reading of them."""
    (found,) = resolve([str(crawl / "a.warc.gz")])
    (crawl / "a.warc.gz").unlink()
    with pytest.raises(UsageError, match=r"'a\.warc\.gz' cannot be read"):
        identified(found)


def test_a_folder_that_is_no_longer_writable_is_one_line(tmp_path: Path) -> None:
    """Refusals to write below the folder are its own; others are not taken for it."""
    with pytest.raises(DiskFullError, match="make it writable"), disk_errors(tmp_path):
        raise PermissionError(13, "Permission denied", str(tmp_path / "data"))
    with pytest.raises(PermissionError), disk_errors(tmp_path):
        raise PermissionError(13, "Permission denied", "/elsewhere/x")


@pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("setpriv"), reason="needs another user to be")
def test_an_output_made_read_only_at_the_end(crawl, curate, tmp_path_factory) -> None:
    """A run that may not replace its output ends with one line and exit code 1."""
    run = ["run", crawl / "a.warc.gz", "--out", crawl / "out", "--recipe", crawl / "small.py", "--workers", 1]
    assert curate(*run).returncode == 0
    for path in [crawl, *crawl.parents][:3]:
        path.chmod(0o755)
    for path in [crawl / "out", *(crawl / "out").rglob("*")]:
        os.chown(path, 65534, 65534)
    os.chown(crawl / "out", 0, 0)
    (crawl / "out").chmod(0o755)
    home = tmp_path_factory.mktemp("home")
    os.chown(home, 65534, 65534)
    command = ["setpriv", "--reuid", "65534", "--clear-groups", sys.executable, "-m", "curate.cli", *map(str, run)]
    done = subprocess.run(command, capture_output=True, text=True, env=os.environ | {"HOME": str(home)}, timeout=200)
    assert done.returncode in (INCOMPLETE_EXIT, USAGE_EXIT), done.stderr
    assert "Traceback" not in done.stderr
    assert "cannot write to" in done.stderr.splitlines()[-1]
