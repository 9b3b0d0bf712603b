"""Runs whose output is on S3: every command reads and changes them there; nodes need no common disk."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from curate import cluster
from curate.cli import main
from curate.inputs import s3
from tests.curate.test_remote_s3 import bucket, files, objects, proxy  # noqa: F401 (fixtures)

HERE = "s3://crawl/out/run"
RECIPE = """
from curate.recipe import Recipe
from curate.stages import ExactDuplicates, Extract, Read, Rules
from curate.filters import gopher
recipe = Recipe("small", (Read(), Extract("resiliparse"), ExactDuplicates(),
                Rules(gopher.quality.with_limits(min_words=7, min_stop_words=0))), split_bytes=2500)
"""


@pytest.fixture
def crawl(tmp_path: Path, record, write_warc) -> tuple[Path, Path]:
    """An archive of 24 pages, six of them copies and some too short, and a recipe."""
    texts = [f"Page {n % 18} of the {'short' if n % 4 else 'long but not endless'} story of rivers." for n in range(24)]
    pages = [f"<html><body><main><p>{text}</p></main></body></html>" for text in texts]
    (tmp_path / "recipe.py").write_text(RECIPE)
    records = [record(f"https://{n % 3}.example/{n}", text) for n, text in enumerate(pages)]
    return write_warc(tmp_path / "crawl.warc.gz", records), tmp_path / "recipe.py"


def run(crawl: tuple[Path, Path], out: object, *more: object) -> int:
    """The command, in this process."""
    return main(["run", str(crawl[0]), "--recipe", str(crawl[1]), "--out", str(out), "--workers", "1", *map(str, more)])


@pytest.fixture
def both(bucket, crawl, tmp_path: Path, monkeypatch, capsys) -> Path:  # noqa: F811
    """One run on S3 and the same run in a folder, which is returned; commands begin without a cache."""
    signal.alarm(600)  # some of them compile
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert run(crawl, HERE) == 0
    assert f"curate inspect {HERE} --stage STAGE" in " ".join(capsys.readouterr().out.split())
    shutil.rmtree(tmp_path / "cache")
    home = tmp_path / "run"
    assert run(crawl, home) == 0
    capsys.readouterr()
    return home


def said(capsys, *command: object) -> str:
    """What a command that succeeds prints."""
    code = main([str(each) for each in command])
    told = capsys.readouterr()
    assert code == 0, told.err
    return told.out


def test_commands_say_of_an_address_what_they_say_of_the_folder(both: Path, capsys, tmp_path: Path) -> None:
    """Table, rejected pages and what-if are the same; each brings only what it reads."""
    cache = tmp_path / "cache/webcurate"
    told = said(capsys, "report", HERE)
    assert [line.split()[:4] for line in told.splitlines()] == [
        line.split()[:4] for line in said(capsys, "report", both).splitlines()
    ]
    assert {path.name for path in cache.rglob("*") if path.is_file()} == {
        "report.json", "manifest.json", "checksums.json", ".lock"}  # fmt: skip
    assert said(capsys, "inspect", HERE) == said(capsys, "inspect", both)
    assert not list(cache.rglob("data/*"))
    change = ("--set", "gopher.quality.min_words=3", "--recipe", tmp_path / "recipe.py", "--json")
    assert said(capsys, "whatif", HERE, *change) == said(capsys, "whatif", both, *change)
    assert "every digest and every count agrees" in " ".join(said(capsys, "verify", HERE).split())
    assert said(capsys, "report", HERE, both)
    assert not list(cache.rglob("work/*/*"))


def test_what_if_applies_and_later_runs_match_against_an_address(both: Path, crawl, capsys, tmp_path: Path) -> None:
    """Work files are brought where they are needed: for other limits, and for duplicates of an earlier run."""
    change = ("--set", "gopher.quality.min_words=3", "--recipe", tmp_path / "recipe.py", "--workers", 1, "--apply")
    said(capsys, "whatif", HERE, *change, tmp_path / "a")
    said(capsys, "whatif", both, *change, tmp_path / "b")
    assert files(tmp_path / "a")["manifest.json"] == files(tmp_path / "b")["manifest.json"]
    assert run(crawl, tmp_path / "c/later", "--against", HERE) == 0
    assert run(crawl, tmp_path / "d/later", "--against", both) == 0
    ours, theirs = (json.loads((tmp_path / each / "later/manifest.json").read_text()) for each in "cd")
    assert ours == theirs
    assert ours["against"][0]["name"] == "run"


def test_a_takedown_reaches_everything_at_the_address(both: Path, bucket, crawl, capsys, tmp_path: Path, monkeypatch):  # noqa: F811
    """Output and work files lose the page there, also when publishing is cut off once; no later run brings it back."""
    (tmp_path / "list").write_text("https://0.example/0\n")
    server = bucket.behaviour
    server.fault = lambda _, path: "denied" if server.seen[-1][0] == "PUT" and "run/manifest.json" in path else ""
    assert main(["takedown", HERE, "--urls", str(tmp_path / "list")]) == 1
    assert "manifest.json" not in objects()
    server.fault = lambda *_: ""
    for place in (HERE, both):
        said(capsys, "takedown", place, "--urls", tmp_path / "list")
    there, kept = objects(), files(both)
    for name in ("manifest.json", "data/part-00000.parquet", "dropped/part-takedown.parquet", "index.json"):
        assert there[name] == kept[name], name
    documents = sorted(name for name in kept if name.startswith("work/") and name.endswith(".parquet"))
    assert documents
    assert {name: there[name] for name in documents} == {name: kept[name] for name in documents}
    assert said(capsys, "verify", HERE)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "another machine"))
    assert run(crawl, HERE) == 0
    assert objects()["data/part-00000.parquet"] == kept["data/part-00000.parquet"]
    freed = said(capsys, "clean", HERE)
    assert "MB of work files removed" in freed
    assert not [name for name in objects() if name.startswith("work/")]


def test_damage_at_the_address_is_found(both: Path, capsys) -> None:
    """`verify` names a flipped byte, a lost and a foreign file there; other commands do not go on with them."""
    how = s3.access()
    stored = bytearray(objects()["data/part-00000.parquet"])
    stored[40] ^= 1
    s3.put(f"{HERE}/data/part-00000.parquet", bytes(stored), how, kind="x")
    s3.put(f"{HERE}/data/part-00009.parquet", b"foreign", how, kind="x")
    s3.delete(f"{HERE}/report.html", how)
    assert main(["verify", HERE]) == 1
    told = capsys.readouterr().out
    assert all(name in told for name in ("data/part-00000.parquet is not the file", "report.html is missing"))
    assert main(["contamination", HERE, "--evals", __file__]) == 2
    assert "part-00000.parquet" in capsys.readouterr().err
    s3.delete(f"{HERE}/manifest.json", how)
    assert main(["report", HERE]) == 2
    assert f"{HERE} holds no manifest.json" in capsys.readouterr().err


def test_a_sheet_and_matches_stay_with_the_run(both: Path, capsys, tmp_path: Path, monkeypatch) -> None:
    """What `audit` and `contamination --report` leave in a run is published, so that a later command finds it."""
    (tmp_path / "evals.jsonl").write_text(json.dumps({"question": "Page 1 of the short story of rivers and more."}))
    said(capsys, "audit", "sample", HERE, "-n", "20")
    said(capsys, "contamination", HERE, "--evals", tmp_path / "evals.jsonl", "--report")
    assert {"audit/plan.json", "audit/sheet.jsonl", "contamination.json"} <= objects().keys()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "another machine"))
    items = [json.loads(line) for line in objects()["audit/sheet.jsonl"].splitlines()]
    lines = "".join(json.dumps({"id": each["id"], "value": 3}) + "\n" for each in items)
    (tmp_path / "labels.jsonl").write_text(lines)
    said(capsys, "audit", "score", HERE, tmp_path / "labels.jsonl")
    assert "audit.json" in objects()
    assert said(capsys, "verify", HERE)


ROOT = Path(__file__).parents[2]
NODE = [sys.executable, "-m", "ray.scripts.scripts", "start", "--num-cpus", "1", "--object-store-memory", "80000000",
        "--block"]  # fmt: skip


def on_a_disk_of_its_own(folder: Path, command: list[str], environment: dict[str, str]) -> "subprocess.Popen[str]":
    """Start a command in a mount namespace in which `folder` is a file system that nobody else sees."""
    script = 'mount -t tmpfs tmpfs "$0" && exec "$@"'
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    return subprocess.Popen(["unshare", "-m", "sh", "-c", script, folder, *command], env=environment, cwd=ROOT, **pipes)  # type: ignore[call-overload]


def end(process: "subprocess.Popen[str]") -> None:
    """End a process and what it started."""
    process.terminate()
    try:
        process.communicate(timeout=60)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()


@pytest.fixture
def nodes(tmp_path: Path) -> Iterator[tuple[Path, str, dict[str, str], list[int]]]:
    """Two Ray nodes, each with its own disk at a folder: the folder, address, environment, and their processes."""
    if os.geteuid() != 0 or subprocess.run(["unshare", "-m", "true"], check=False, capture_output=True).returncode:
        pytest.skip("a node with a file system of its own needs root")
    cluster.stop()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    disk = tmp_path / "disk"
    disk.mkdir()
    environment = {name: value for name, value in os.environ.items() if name != cluster.ON_LOOPBACK}
    environment |= {"RAY_USAGE_STATS_ENABLED": "0", "PYTHONPATH": str(ROOT), "CURATE_HTTP_TIMEOUT": "20"}
    environment |= {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": "a1" * 16}
    head = [*NODE, "--head", "--port", port, "--include-dashboard", "false"]
    started = [on_a_disk_of_its_own(disk, head, environment)]
    try:
        until = time.monotonic() + 180
        while time.monotonic() < until:
            try:
                socket.create_connection(("127.0.0.1", int(port)), 1).close()
                break
            except OSError:
                time.sleep(0.3)
        address = f"127.0.0.1:{port}"
        started.append(on_a_disk_of_its_own(disk, [*NODE, "--address", address], environment))
        yield disk, address, environment, [process.pid for process in started]
    finally:
        for process in reversed(started):
            end(process)


def test_nodes_without_a_common_disk_give_the_run_of_one_machine(bucket, nodes, crawl, tmp_path: Path) -> None:  # noqa: F811
    """Driver and two nodes with a disk each, joined by S3 alone: same manifest; nothing is left on the nodes."""
    signal.alarm(900)
    disk, address, environment, processes = nodes
    crawl[1].write_text(RECIPE.replace("2500", "900"))  # enough splits for both
    assert run(crawl, tmp_path / "run") == 0
    cluster.stop()
    command = ["-m", "curate.cli", "run", str(crawl[0]), "--recipe", str(crawl[1]), "--out", HERE]
    command += ["--stage-dir", str(disk / "stage"), "--ray-address", address]
    without = {name: value for name, value in environment.items() if not name.startswith("RAY_AUTH")}
    refused = on_a_disk_of_its_own(disk, [sys.executable, *command], {**without, "RAY_AUTH_MODE": "disabled"})
    _, told = refused.communicate(timeout=300)
    assert refused.returncode == 2
    assert "wants a token: set RAY_AUTH_MODE=token" in told
    assert told.count("\n") == 1
    driver = on_a_disk_of_its_own(disk, [sys.executable, *command], environment)
    try:
        _, told = driver.communicate(timeout=500)
    except subprocess.TimeoutExpired:
        driver.kill()
        pytest.fail("the run took longer than eight minutes")
    assert driver.returncode == 0, told[-2000:]
    ours, theirs = json.loads(objects()["manifest.json"]), json.loads((tmp_path / "run/manifest.json").read_text())
    assert ours == theirs
    for process in processes:
        looked = subprocess.run(["nsenter", "-t", str(process), "-m", "find", disk], capture_output=True, text=True)
        assert looked.stdout.split() == [str(disk), str(disk / "stage")]
    work = {name.rpartition("/")[2] for name in files(tmp_path / "run") if name.startswith("work/")}
    assert {name.rpartition("/")[2] for name in objects() if name.startswith("work/")} == work
