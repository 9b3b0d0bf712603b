"""What a run leaves is covered by digests, every file of it; damage is named in a line, never a traceback."""

import fcntl
import json
import random

import pytest

from curate.errors import UsageError
from curate.finished.verify import verify
from curate.folder import LOCK, LOG
from curate.output.checksums import CHECKSUMS
from tests.curate.archives import archive, http, record

RECIPE = """
from curate.recipe import Recipe
from curate.stages import ExactDuplicates, Extract, Read
recipe = Recipe("small", (Read(), Extract("resiliparse"), ExactDuplicates()))
"""
PAGE = b"<html><body><main><p>%d words of a page that says something of its own about itself.</p></main></body></html>"


@pytest.fixture(scope="module")
def finished(tmp_path_factory, curate):
    """A finished run, the command that made it, and its bytes."""
    place = tmp_path_factory.mktemp("checksums")
    (place / "small.py").write_text(RECIPE)
    (place / "a.warc.gz").write_bytes(archive(record(f"http://a/{n}", http(PAGE % (n // 2))) for n in range(6)))
    run = ("run", place / "a.warc.gz", "--out", place / "out", "--recipe", place / "small.py", "--workers", 1)
    assert curate(*run).returncode == 0
    assert verify(place / "out") == []
    return place / "out", run


def covered(out) -> list:
    return sorted(
        path for path in out.rglob("*") if path.is_file() and "work" not in path.parts and path.name not in (LOCK, LOG)
    )


def test_every_flip_in_every_file_is_found(finished):
    """Twenty flips in each file: verify says something about it, and raises nothing but what the user can read."""
    out, _ = finished
    rng = random.Random(5)
    names = {path.name for path in covered(out)}
    assert {"manifest.json", "report.json", "report.html", "index.json", CHECKSUMS} <= names
    for path in covered(out):
        whole = path.read_bytes()
        for _ in range(20):
            data = bytearray(whole)
            data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
            path.write_bytes(data)
            try:
                wrong = verify(out)
            except UsageError as error:
                wrong = [str(error)]
            assert wrong, path
            assert all("\n" not in line for line in wrong)
        path.write_bytes(whole)
    assert verify(out) == []


def test_a_file_that_is_gone_is_found(finished):
    """Each file in turn."""
    out, _ = finished
    for path in covered(out):
        whole = path.read_bytes()
        path.unlink()
        try:
            assert verify(out), path
        except UsageError:
            assert path.name == "manifest.json"
        path.write_bytes(whole)


@pytest.mark.parametrize(
    "said", ["null", "{}", "[]", "", '{"recipe": {}}', "\x00", "[" * 100_000, '{"recipe": {"x": 1}}']
)
def test_a_damaged_manifest_is_one_line_and_does_not_stop_the_next_run(finished, curate, said):
    """Whatever stands in it: verify, what-if and takedown say so, and a run writes it anew."""
    out, run = finished
    whole = (out / "manifest.json").read_bytes()
    (out / "manifest.json").write_text(said)
    (out.parent / "ids").write_text("0" * 32 + "\n")
    commands = (("verify", out), ("whatif", out, "--set", "x.y=1"), ("takedown", out, "--ids", out.parent / "ids"))
    for command in commands:
        done = curate(*command)
        assert done.returncode in (1, 2), done.stderr
        assert "Traceback" not in done.stderr and len((done.stderr + done.stdout).splitlines()) <= 2
    done = curate(*run)
    assert done.returncode == 0, done.stderr
    assert (out / "manifest.json").read_bytes() == whole
    assert verify(out) == []


def test_the_manifest_holds_no_clock_and_is_covered(finished):
    """Two runs write one manifest; the digests of what holds seconds are apart from it."""
    out, _ = finished
    manifest = json.loads((out / "manifest.json").read_text())
    assert {item["file"].partition("/")[0] for item in manifest["outputs"]} == {
        "data",
        "dropped",
        "quarantine",
        "signals",
    }
    assert set(json.loads((out / CHECKSUMS).read_text())["files"]) >= {"manifest.json", "report.html", "index.json"}


def test_no_false_alarm_while_a_run_writes(finished):
    """What is being replaced is not called damaged: who is at work in it is named."""
    out, _ = finished
    with (out / ".lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert verify(out) == []  # nothing is replaced yet
        (out / "manifest.json").rename(out / "aside")
        with pytest.raises(UsageError, match="is being written by"):
            verify(out)
        (out / "aside").rename(out / "manifest.json")
    assert verify(out) == []


def test_commands_that_change_files_leave_digests_of_them(finished, curate):
    """The page made again and a takedown are not damage."""
    out, _ = finished
    assert curate("report", out, "--html").returncode == 0
    assert verify(out) == []
    (out.parent / "urls").write_text("http://a/1\n")
    assert curate("takedown", out, "--urls", out.parent / "urls").returncode == 0
    assert verify(out) == []


@pytest.mark.parametrize("name", ["data/new.parquet", "data/more/part-00000.parquet", "signals/part-9.parquet"])
def test_a_file_that_no_run_wrote_is_found_among_the_parts(finished, name):
    """Whoever opens data/ as one data set would read it, whatever it is called."""
    out, _ = finished
    (out / name).parent.mkdir(exist_ok=True)
    (out / name).write_bytes(next((out / "data").glob("part-*.parquet")).read_bytes())
    try:
        assert verify(out) == [f"{name} is not in the manifest"]
    finally:
        (out / name).unlink()
