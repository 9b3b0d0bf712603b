"""What used to be lost without a word: work nobody sees, inputs that change under a run, keys with a flipped bit."""

import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from curate import cluster
from curate.cluster import Workers
from curate.engine.run import run
from curate.engine.segment import Piece
from curate.errors import IncompleteRunError, UsageError
from curate.files import temporary_path
from curate.finished.verify import verify
from curate.inputs.tasks import Task, known
from curate.output.checksums import renew
from curate.output.parts import write_part
from curate.recipe import Recipe
from curate.stages import ExactDuplicates, NearDuplicates, Read

ROOT = Path(__file__).parents[2]
RECIPE = Recipe("losses", (Read(), ExactDuplicates(), NearDuplicates(threshold=0.8)), split_bytes=8000)
HERE = Workers(1)


@pytest.fixture(scope="module")
def inputs(tmp_path_factory) -> list[str]:
    """Seven inputs of 12 pages; every third page of an input stands in another one too, some copies over three."""
    folder = tmp_path_factory.mktemp("inputs")
    rng = random.Random(5)
    texts = [" ".join(f"word{rng.randrange(4000)}" for _ in range(60)) for _ in range(70)]
    for number in range(7):
        mine = [texts[10 * number + i] if i % 3 else texts[rng.randrange(70)] for i in range(10)]
        rows = [
            {"text": text, "url": f"https://s{number}.example/{i}", "date": "2026-01-02T03:04:05Z"}
            for i, text in enumerate([*mine, *rng.sample(texts, 2)])
        ]
        (folder / f"in-{number}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return [str(folder / f"in-{number}.jsonl") for number in range(7)]


@pytest.fixture(scope="module")
def usual(inputs, tmp_path_factory) -> Path:
    """An undisturbed run."""
    out = tmp_path_factory.mktemp("usual") / "out"
    run(RECIPE, inputs, out, workers=HERE)
    return out


def manifest(out: Path) -> dict[str, Any]:
    return json.loads((out / "manifest.json").read_text())


@dataclass(frozen=True)
class TwoDisks:
    """Workers of which every third call runs on a machine whose OUT is a disk of its own."""

    out: Path
    other: Path

    def here(self) -> int:
        return 1

    def check_shared(self, folder: Path) -> None:
        """As if this node had come later."""

    def map(self, function, calls: Sequence[tuple[Any, ...]], by_value: Sequence[str] = ()) -> Iterator[Any]:
        moved = [tuple(self._moved(part) if i % 3 == 1 else part for part in call) for i, call in enumerate(calls)]
        yield from HERE.map(function, moved, by_value)

    def _moved(self, part: Any) -> Any:
        if isinstance(part, list) and all(isinstance(each, Piece) for each in part):
            return [replace(each, **{name: self._there(getattr(each, name)) for name in PLACES}) for each in part]
        return part

    def _there(self, place: Any) -> Any:
        if isinstance(place, tuple):
            return tuple(map(self._there, place))
        return None if place is None else self.other / place.relative_to(self.out)


PLACES = ("folder", "earlier", "matches")


@dataclass(frozen=True)
class AfterDigests:
    """Workers that have read the digests of all inputs when something happens, and read the inputs after that."""

    happens: Callable[[], None]

    def here(self) -> int:
        return 1

    def check_shared(self, folder: Path) -> None:
        """One disk."""

    def tidy(self) -> None:
        """Nothing was left elsewhere."""

    def map(self, function, calls: Sequence[tuple[Any, ...]], by_value: Sequence[str] = ()) -> Iterator[Any]:
        if all(isinstance(call[0], Task) for call in calls):
            calls = [(known(task)[0], *rest) for task, *rest in calls]
            self.happens()
        yield from HERE.map(function, calls, by_value)


def test_work_that_cannot_be_seen_is_a_lost_split(inputs, usual, tmp_path):
    """Splits whose markers stand on another disk are named as missing; the same command then makes what is right."""
    out = tmp_path / "out"
    with pytest.raises(IncompleteRunError, match=r"4 of 7 splits were lost.*in-1\.jsonl"):
        run(RECIPE, inputs, out, workers=TwoDisks(out, tmp_path / "other"))
    assert [line.split(" ")[0] for line in json.loads((out / "report.json").read_text())["missing"]] == [
        "in-1.jsonl",
        "in-4.jsonl",
        "in-2.jsonl",
        "in-6.jsonl",
    ]
    assert not (out / "manifest.json").exists()
    run(RECIPE, inputs, out, workers=HERE)
    assert manifest(out) == manifest(usual)


def test_work_that_vanishes_between_phases_is_not_taken_for_no_rows(inputs, tmp_path):
    """Files of a split that were there for the barrier and are not after it cost that split, by name."""

    @dataclass(frozen=True)
    class Forgetful:
        """Workers on a disk that loses one split's texts once all have been compared."""

        def here(self) -> int:
            return 1

        def check_shared(self, folder: Path) -> None:
            """One disk."""

        def map(self, function, calls, by_value=()):
            if calls and isinstance(calls[0][0], list) and isinstance(calls[0][0][0], Piece):
                [piece, *_] = calls[2][0]
                for path in [file for folder in piece.earlier for file in folder.glob(f"{piece.identity}.doc*")]:
                    path.unlink()
            yield from HERE.map(function, calls, by_value)

    with pytest.raises(IncompleteRunError, match=r"1 of 7 splits were lost.*in-2\.jsonl"):
        run(RECIPE, inputs, tmp_path / "out", workers=Forgetful())


@dataclass(frozen=True, slots=True)
class Dying(Workers):
    """Workers one of which is killed in the middle of a part, which another then writes."""

    def map(self, function: Callable[..., Any], calls: Any, by_value: Sequence[str] = ()) -> Iterator[tuple[int, Any]]:
        """Leave what a killed worker leaves."""
        if function is write_part:
            path = calls[0][1].path
            path.with_name(temporary_path(path).name.replace(f"-{os.getpid()}-", "-1-")).write_bytes(
                b"PAR1 half a part"
            )
        return Workers.map(self, function, calls, by_value)


def test_half_a_part_of_a_killed_worker_is_no_part(inputs, usual, tmp_path):
    """Polars and DuckDB would read it with the others; and where one lies, verify says so."""
    run(RECIPE, inputs, tmp_path / "out", workers=Dying(1))
    assert manifest(tmp_path / "out") == manifest(usual)
    assert [path.name for path in (tmp_path / "out" / "data").iterdir()] == ["part-00000.parquet"]
    (tmp_path / "out/data/.tmp-host-1-part-00000.parquet").write_bytes(b"PAR1 half a part")
    assert verify(tmp_path / "out") == ["data/.tmp-host-1-part-00000.parquet is not in the manifest"]


def test_matches_of_fewer_splits_are_not_used_again(inputs, usual, tmp_path):
    """A run over five inputs leaves its matches; one over all seven in the same folder is that of a new folder."""
    out = tmp_path / "out"
    run(RECIPE, inputs[:5], out, workers=HERE)
    run(RECIPE, inputs, out, workers=HERE)
    assert manifest(out) == manifest(usual)


@pytest.mark.parametrize("what", ["splits", "pages", "inputs", "rows"])
def test_verify_compares_splits_pages_and_inputs(what, usual, tmp_path):
    """A report that agrees with every digest, but not with what was read, is found."""
    out = tmp_path / "out"
    shutil.copytree(usual, out)
    assert verify(out) == []
    report, made = json.loads((out / "report.json").read_text()), manifest(out)
    if what == "splits":
        report["inputs"][3]["splits"] -= 1
    if what == "pages":
        report["inputs"][3]["pages"] -= 1
    if what == "inputs":
        del report["inputs"][3]
    if what == "rows":  # pages of one input in the accounts of another: every sum still agrees
        report["inputs"][3]["pages"] -= 1
        report["inputs"][4]["pages"] += 1
    (out / "report.json").write_text(json.dumps(report))
    (out / "manifest.json").write_text(json.dumps(made))
    renew(out)
    [*wrong] = verify(out)
    assert any(
        ("6 splits were read, the manifest says 7" if what == "splits" else "in-3.jsonl") in line for line in wrong
    ), wrong


@pytest.mark.parametrize("damage", ["cut", "other bytes of the same length", "no archive", "replaced"])
def test_an_input_that_changes_under_the_run_is_a_lost_split(damage, inputs, usual, tmp_path):
    """It is named, nothing is kept under the identity it had, and with the input restored the output is the usual."""
    folder, out = tmp_path / "in", tmp_path / "out"
    folder.mkdir()
    paths = [shutil.copy(path, folder) for path in inputs]
    victim = Path(paths[4])
    sound = victim.read_bytes()
    stamp = victim.stat()

    def change() -> None:
        if damage == "replaced":
            victim.unlink()
            victim.write_bytes(sound[: len(sound) // 2])
            return
        new = {"cut": sound[:-700], "no archive": b"{"}.get(damage, sound.replace(b"word1", b"word2"))
        victim.write_bytes(new)
        if len(new) == len(sound):
            os.utime(victim, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))

    with pytest.raises(IncompleteRunError, match=r"1 of 7 splits were lost.*in-4\.jsonl.*changed"):
        run(RECIPE, paths, out, workers=AfterDigests(change))
    victim.write_bytes(sound)
    run(RECIPE, paths, out, workers=HERE)
    assert manifest(out)["digest"] == manifest(usual)["digest"]


def test_a_touched_input_is_the_same_input(inputs, usual, tmp_path):
    """Another time on the same bytes is no change."""
    folder = tmp_path / "in"
    folder.mkdir()
    paths = [shutil.copy(path, folder) for path in inputs]

    run(RECIPE, paths, tmp_path / "out", workers=AfterDigests(lambda: os.utime(paths[2])))
    assert manifest(tmp_path / "out")["digest"] == manifest(usual)["digest"]


@pytest.mark.parametrize("kind", ["keys", "documents", "matches"])
def test_a_flipped_bit_in_an_earlier_run_is_refused_before_work(kind, inputs, tmp_path):
    """What documents are matched against has to be what that run wrote, digest by digest."""
    before = tmp_path / "before"
    run(RECIPE, inputs[:3], before, workers=HERE)
    path = min(before.glob(f"work/*/*.{kind}.parquet"))
    data = bytearray(path.read_bytes())
    data[len(data) // 3] ^= 4
    path.write_bytes(data)
    with pytest.raises(UsageError, match=r"--against .*before.*run it again"):
        run(RECIPE, inputs[3:], tmp_path / "out", against=[before], workers=HERE)
    assert not (tmp_path / "out" / "work").exists()


def test_a_flipped_bit_in_matches_is_not_built_upon(inputs, usual, tmp_path):
    """Matches that are not what was written are found again."""
    out = tmp_path / "out"
    shutil.copytree(usual, out)
    for path in sorted(out.glob("work/*/*.matches.parquet")):
        data = bytearray(path.read_bytes())
        data[len(data) // 3] ^= 4
        path.write_bytes(data)
    shutil.rmtree(next(out.glob("work/*-matched-*")))
    run(RECIPE, inputs, out, workers=HERE)
    assert manifest(out) == manifest(usual)
    assert all(pq.read_table(path).num_rows for path in out.glob("work/*/*.matches.parquet"))


def _without_loopback() -> dict[str, str]:
    """The environment without what a local run of this process has told Ray: that its node is 127.0.0.1."""
    return {name: value for name, value in os.environ.items() if name != cluster.ON_LOOPBACK}


@pytest.fixture
def apart(tmp_path) -> Iterator[tuple[str, Path]]:
    """A Ray cluster of two nodes, the second with a tmpfs where OUT is; its address, and OUT."""
    if os.geteuid() != 0 or subprocess.run(["unshare", "-m", "true"], check=False, capture_output=True).returncode:
        pytest.skip("a node with a file system of its own needs root")
    cluster.stop()
    out = tmp_path / "out"
    out.mkdir()
    environment = _without_loopback() | {"RAY_USAGE_STATS_ENABLED": "0", "PYTHONPATH": str(ROOT)}
    holder = subprocess.Popen(
        [sys.executable, "-c", HEAD], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    )
    address = holder.stdout.readline().strip()
    ray = f"{sys.executable} -m ray.scripts.scripts start --address {address} --num-cpus 1 --block"
    command = f"mount -t tmpfs tmpfs {out} && exec {ray} --object-store-memory 80000000"
    second = subprocess.Popen(
        ["unshare", "-m", "sh", "-c", command], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        print("wait", file=holder.stdin, flush=True)
        assert holder.stdout.readline() == "two\n"
        yield address, out
    finally:
        cluster.stop()
        second.terminate()
        second.wait(180)
        holder.communicate("end\n", timeout=180)


HEAD = """
import sys, time
import ray
from ray.cluster_utils import Cluster
cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "object_store_memory": 80 << 20})
print(cluster.address, flush=True)
sys.stdin.readline()
ray.init(address=cluster.address, log_to_driver=False)
until = time.monotonic() + 300
while sum(node["Alive"] for node in ray.nodes()) < 2 and time.monotonic() < until:
    time.sleep(0.2)
alive = sum(node["Alive"] for node in ray.nodes())
ray.shutdown()
print("two" if alive == 2 else "alone", flush=True)
sys.stdin.readline()
cluster.shutdown()
"""


def test_a_node_that_does_not_see_out_is_refused_before_work(apart, inputs):
    """Two nodes, of which one has a disk of its own where OUT is: one line, exit code 2, nothing started."""
    address, out = apart
    command = [sys.executable, "-m", "curate.cli", "run", *inputs, "--out", str(out), "--ray-address", address]
    refused = subprocess.run(command, cwd=ROOT, env=_without_loopback(), capture_output=True, text=True, check=False)
    assert refused.returncode == 2, refused.stderr
    assert "not one folder for all nodes" in refused.stderr
    assert [path.name for path in out.iterdir()] == [".lock"]
