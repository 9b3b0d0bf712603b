"""Whole runs of the command on inputs and outputs elsewhere: the same digests as at home, or what is lost by name."""

import json
import random
from pathlib import Path

import pytest

from curate.cli import main
from tests.curate.fault_server import FaultServer, any_of
from tests.curate.test_remote import PASSING

RECIPE = """
from curate.recipe import Recipe
from curate.stages import ExactDuplicates, Extract, Read
recipe = Recipe("small", (Read(), Extract("resiliparse"), ExactDuplicates()), split_bytes=12_000)
"""


def run(recipe: Path, out: Path, *inputs: object) -> int:
    """Run the command in this process and give its exit code."""
    return main(["run", *map(str, inputs), "--recipe", str(recipe), "--out", str(out), "--workers", "1"])


@pytest.fixture(scope="module")
def home(tmp_path_factory, record, write_warc) -> tuple[Path, Path, dict]:
    """An archive of 80 pages, the recipe for it, and the manifest of a run at home."""
    folder = tmp_path_factory.mktemp("home")
    rng = random.Random(9)
    pages = [
        f"<html><body><main><p>Page {number} says {rng.randbytes(300).hex()} and no more.</p></main></body></html>"
        for number in range(80)
    ]
    records = [record(f"https://a.example/{number}", text) for number, text in enumerate(pages)]
    archive = write_warc(folder / "crawl.warc.gz", records)
    (folder / "recipe.py").write_text(RECIPE)
    assert run(folder / "recipe.py", folder / "out", archive) == 0
    return archive, folder / "recipe.py", json.loads((folder / "out/manifest.json").read_text())


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Retries that wait little, and for a server that is only busy long enough."""
    monkeypatch.setenv("CURATE_HTTP_DELAY", "0.005")
    monkeypatch.setenv("CURATE_HTTP_TIMEOUT", "20")


def test_a_run_on_a_bad_server_is_the_run_at_home(home, tmp_path: Path, monkeypatch) -> None:
    """With a third of the answers bad, every digest of the output is that of the local run; inputs are told by ETag."""
    archive, recipe, manifest = home
    monkeypatch.setenv("CURATE_HTTP_TIMEOUT", "0.4")
    files = {"/crawl.warc.gz": archive.read_bytes()}
    with FaultServer(files=files, fault=any_of(PASSING, 0.3, 2), stall=0.6) as server:
        assert run(recipe, tmp_path / "out", f"{server.url}/crawl.warc.gz") == 0
        assert sum(map(bool, server.behaviour.faults)) >= 2
    ours = json.loads((tmp_path / "out/manifest.json").read_text())
    assert (ours["outputs"], ours["digest"]) == (manifest["outputs"], manifest["digest"])
    [each] = ours["inputs"]
    assert (each["etag"], each["bytes"], "sha256" in each) == ('"v1"', archive.stat().st_size, False)


def test_a_part_that_cannot_be_had_is_lost_by_name_and_fetched_by_the_next_run(home, capsys, tmp_path: Path) -> None:
    """A server that keeps failing for some bytes costs the splits that need them; the next run does only those."""
    archive, recipe, manifest = home
    with FaultServer(files={"/crawl.warc.gz": archive.read_bytes()}) as server:
        # Requests one after another: the first is the look at the file, each further one is a split.
        server.behaviour.fault = lambda number, _: "404" if number in (2, 4) else ""
        address = f"{server.url}/crawl.warc.gz?token=s3cret"
        assert run(recipe, tmp_path / "out", address) == 1
        said = capsys.readouterr().err
        assert "2 of " in said
        assert "crawl.warc.gz bytes 12000-24000" in said
        assert "s3cret" not in said
        assert not (tmp_path / "out/manifest.json").exists()
        assert len(json.loads((tmp_path / "out/report.json").read_text())["missing"]) == 2
        server.behaviour.fault = lambda *_: ""
        before = len(server.behaviour.seen)
        assert run(recipe, tmp_path / "out", address) == 0
        assert len(server.behaviour.seen) - before == 3
    assert json.loads((tmp_path / "out/manifest.json").read_text())["digest"] == manifest["digest"]
    for path in (tmp_path / "out").rglob("*"):
        assert path.is_dir() or b"s3cret" not in path.read_bytes()


@pytest.mark.parametrize(("name", "said"), [("none.warc.gz", "404"), ("page.warc.gz", "no web archive")])
def test_what_is_wrong_before_work_starts_is_one_line(home, capsys, tmp_path: Path, name: str, said: str) -> None:
    """A missing file and a page of HTML under an archive's name exit 2 with one line and leave nothing."""
    with FaultServer(files={"/page.warc.gz": b"<html>no archive</html>"}) as server:
        assert run(home[1], tmp_path / "out", f"{server.url}/{name}") == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert said in error
    assert not (tmp_path / "out").exists()
