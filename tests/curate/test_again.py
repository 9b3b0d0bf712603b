"""A run that is repeated writes nothing, unless what it would write is not what stands there."""

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from curate.cluster import Workers
from curate.engine.run import run
from curate.finished.cleaning import clean
from curate.finished.verify import verify
from curate.folder import LOCK, LOG
from curate.recipe import Recipe
from curate.stages import ExactDuplicates, Read

RECIPE = Recipe("again", (Read(), ExactDuplicates()))


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """A finished run over two files of lines."""
    for name in "ab":
        rows = [{"url": f"http://{name}.example/{n}", "text": f"page {n % 3} of {name}"} for n in range(5)]
        (tmp_path / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    again(tmp_path / "out")
    return tmp_path / "out"


def again(out: Path, recipe: Recipe = RECIPE, names: str = "ab") -> dict[str, object]:
    return run(recipe, [str(out.parent / f"{name}.jsonl") for name in names], out, workers=Workers(1))


def files(out: Path) -> dict[str, tuple[int, int]]:
    """All files outside `work/` by inode and time of change: a file that is written again has another."""
    found = (path for path in out.rglob("*") if path.is_file() and "work" not in path.relative_to(out).parts)
    kept = {path.relative_to(out).as_posix(): path.stat() for path in found}
    return {name: (status.st_ino, status.st_mtime_ns) for name, status in kept.items() if name not in (LOCK, LOG)}


def test_the_same_command_leaves_every_file_alone(out: Path) -> None:
    """Nothing is written, and the report that comes back is the one that was written."""
    before, said = files(out), json.loads((out / "report.json").read_text())
    assert again(out) == said
    assert files(out) == before


def flip(path: Path) -> None:
    data = path.read_bytes()
    path.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))


@pytest.mark.parametrize(
    "harm",
    [
        lambda out: flip(out / "data/part-00000.parquet"),
        lambda out: (out / "dropped/part-00000.parquet").unlink(),
        lambda out: shutil.copy(out / "data/part-00000.parquet", out / "data/part-00001.parquet"),
        lambda out: flip(out / "report.html"),
        lambda out: (out / "manifest.json").unlink(),
        lambda out: flip(out / "manifest.json"),
        lambda out: (out / "checksums.json").unlink(),
        lambda out: flip(out / "work/finished.json"),
        clean,
    ],
)
def test_whatever_is_not_as_it_was_written_is_written_again(out: Path, harm: Callable[[Path], object]) -> None:
    """Parts changed, removed or added, reports, manifests: afterwards the folder verifies, with one digest."""
    digest = json.loads((out / "manifest.json").read_text())["digest"]
    harm(out)
    again(out)
    assert verify(out) == []
    assert json.loads((out / "manifest.json").read_text())["digest"] == digest
    assert len(list((out / "data").iterdir())) == 1


def test_other_settings_or_inputs_are_written(out: Path) -> None:
    """Smaller parts, another name, fewer inputs: each gives what a run in an empty folder gives."""
    for recipe, names in ((replace(RECIPE, part_bytes=1), "ab"), (replace(RECIPE, name="other"), "ab"), (RECIPE, "a")):
        fresh = out.parent / "fresh"
        shutil.rmtree(fresh, ignore_errors=True)
        again(out, recipe, names)
        again(fresh, recipe, names)
        assert (out / "manifest.json").read_bytes() == (fresh / "manifest.json").read_bytes()
        assert verify(out) == []
