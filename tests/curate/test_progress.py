"""How far a run is: what processes say while they work, what is shown of it, and the log that is left."""

import gzip
import json
import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from curate import pulse as pulse_module
from curate.commands.display import Clock, Display, Way, lines, way_of
from curate.dedup.resolve import _titles
from curate.engine.log import Log
from curate.engine.progress import Ended, Progress
from curate.folder import LOG, OLD_LOG
from curate.inputs.tasks import Stretch, sized
from curate.pulse import FOLDER, Pulse, compile_now, pulses, pulsing
from curate.recipe import load_recipe
from tests.curate.archives import page

WATCHING = """
from pathlib import Path
from curate.pulse import pulses
from curate.recipe import Recipe
from curate.stages import Keep, Read

def look(text):
    with Path({seen!r}).open("a") as file:
        for each in pulses(Path({work!r})):
            print(each.bytes, each.pages, file=file)
    return True

recipe = Recipe("watched", (Read(), Keep("look", look)))
"""


@pytest.fixture
def whole(tmp_path: Path) -> Path:
    """An archive of 400 pages in one gzip member, which no splits can be cut from."""
    path = tmp_path / "whole.warc.gz"
    path.write_bytes(gzip.compress(b"".join(page(number) for number in range(400)), 1))
    return path


def test_one_large_input_moves_while_it_is_read(tmp_path, curate, monkeypatch) -> None:
    """Bytes and pages grow from batch to batch within the only task, and nothing of it is left."""
    whole, texts = tmp_path / "rows.jsonl.gz", random.Random(1)
    rows = (json.dumps({"url": f"https://a.org/{n}", "text": texts.randbytes(4000).hex()}) for n in range(400))
    whole.write_bytes(gzip.compress("\n".join(rows).encode()))
    monkeypatch.setattr(pulse_module, "SECONDS", 0.0)
    out, seen = tmp_path / "out", tmp_path / "seen"
    (tmp_path / "watched.py").write_text(WATCHING.format(seen=str(seen), work=str(out / "work")))
    done = curate("run", whole, "--out", out, "--recipe", tmp_path / "watched.py", "--workers", 1)
    assert done.returncode == 0, done.stderr
    said = [tuple(map(int, line.split())) for line in seen.read_text().splitlines()]
    assert len(dict.fromkeys(said)) >= 4
    assert said == sorted(said)
    assert 0 < said[-1][0] <= whole.stat().st_size
    assert not (out / "work" / FOLDER).exists()


def test_a_process_speaks_once_a_second_and_takes_it_back(tmp_path) -> None:
    """Also when it was killed in the middle: its number then belongs to no process."""
    with pulsing(tmp_path, "00-read", 1000) as pulse:
        assert pulse.due()
        pulse.say(0.25, 10, 7)
        assert not pulse.due()
        assert pulses(tmp_path) == [Pulse("00-read", 250, 10, 7)]
    assert pulses(tmp_path) == []
    code = (
        "import os, sys; from pathlib import Path; from curate.pulse import Pulsing;"
        "Pulsing(Path(sys.argv[1]), 'x', 9).say(1, 1, 1); os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=False, env=os.environ)
    assert len(list((tmp_path / FOLDER).iterdir())) == 1
    assert pulses(tmp_path) == []


def test_compiling_is_said_until_work_goes_on(tmp_path) -> None:
    """By numba itself, so only when machine code is really made; in a child process, too."""
    from numba import njit

    with pulsing(tmp_path, "00", 10) as pulse:
        double = njit(lambda number: number * 2)
        assert not compile_now(tmp_path)
        double(3)
        assert compile_now(tmp_path)
        pulse.say(0.5, 1, 1)
        double(4)
        assert not compile_now(tmp_path)
        code = "from curate.compiling import tell; tell(); from numba import njit; njit(lambda number: -number)(3)"
        subprocess.run([sys.executable, "-c", code], check=True)
        assert compile_now(tmp_path)
    assert not compile_now(tmp_path)


def test_a_folder_that_cannot_be_written_costs_nothing_but_the_picture(tmp_path) -> None:
    """A full disk is told by those who write what counts."""
    (tmp_path / FOLDER).write_text("no folder")
    with pulsing(tmp_path, "00", 10) as pulse:
        pulse.say(0.5, 1, 1)
    assert pulses(tmp_path) == []


def test_what_is_under_way_is_added_and_never_goes_back() -> None:
    """Between a task's last word and its result its bytes are nowhere; the bar stays where it was."""
    seen = Progress("read", 10.0, 100.0, pages=5, alive=2, key="00")
    way = way_of(seen, [Pulse("00", 30, 7, 3), Pulse("01", 50, 9, 9)])
    assert way == Way(40, 12, 5)
    assert way_of(seen, [], most=40.0).done == 40
    assert way_of(seen, [Pulse("00", 500)]).done == 100


@pytest.mark.parametrize("width", [20, 40, 80, 200])
@pytest.mark.parametrize("of", [900.0, 57e6, 9e12])
def test_lines_fit_the_terminal(width: int, of: float) -> None:
    """Whatever the numbers are."""
    seen = Progress("read to toxicity", of / 3, of, pages=123_456_789, alive=98_765_432, work=Path())
    shown = lines(seen, way_of(seen, []), Clock(0.0), "31.1 GB memory, 4,800.0 GB disk free", width=width, at=99.0)
    assert len(shown) == 2 and all(len(line) <= width for line in shown)
    assert "33%" in shown[0] or width == 20


def test_the_pace_is_of_work_that_was_done_now(tmp_path) -> None:
    """An earlier run's half took no time; 10 MB in 10 s leave 20 s for 20 MB."""
    clock = Clock(100.0, Way(30e6, 1000))
    seen = Progress("read", 40e6, 60e6, pages=1100, alive=9, work=tmp_path)
    first, second = lines(seen, way_of(seen, []), clock, width=80, at=110.0)
    assert first.endswith("67%  40.0 of 60.0 MB  20 s left")
    assert second == "1,100 pages, 9 left; 10/s per core"


def test_steps_of_the_duplicate_search_are_one_bar() -> None:
    """A title for each step, in the order of the work."""
    barriers = load_recipe("webtext").barriers
    assert _titles(barriers)[:5] == [f"dedup_exact: {step}" for step in ("keys", "buckets", "sets", "texts", "compare")]
    assert _titles(barriers)[-1] == "dedup_exact, dedup_near: matches"
    assert len(set(_titles(barriers))) == 11


def test_tasks_share_the_bytes_of_their_input() -> None:
    """Ranges of bytes as long as they are; row groups, which splits of Parquet count, by their part of all."""
    cut = [Stretch(0, 1, 0, 70, 100), Stretch(0, 1, 70, 100, 100)]
    groups = [Stretch(1, 1, 0, 3, 1000), Stretch(1, 1, 3, 4, 1000)]
    assert [each.bytes for each in sized([*cut, *groups, Stretch(2, 5, bytes=77)])] == [70, 30, 750, 250, 77]


def test_in_a_pipe_nothing_moves(whole, tmp_path, curate, monkeypatch) -> None:
    """Neither escape codes nor lines that are overwritten; `--verbose` says a line for each task."""
    monkeypatch.setattr("curate.commands.display.PIPE_SECONDS", 3600.0)  # of a machine that is busy
    (tmp_path / "small.py").write_text(SMALL)
    run = ["run", whole, "--recipe", tmp_path / "small.py", "--workers", 1]
    done = curate(*run, "--out", tmp_path / "a")
    assert (done.returncode, done.stderr) == (0, "")
    loud = curate(*run, "--out", tmp_path / "b", "--verbose")
    assert "\x1b" not in loud.stderr and "\r" not in loud.stderr
    assert [line for line in loud.stderr.splitlines() if "whole.warc.gz bytes 0-" in line and "400 pages" in line]


def test_json_is_all_there_is_on_stdout(whole, tmp_path, curate) -> None:
    """Of a run that is done, and of one that cannot be."""
    (tmp_path / "small.py").write_text(SMALL)
    run = ["run", whole, "--recipe", tmp_path / "small.py", "--workers", 1, "--json"]
    done = curate(*run, "--out", tmp_path / "out")
    found = json.loads(done.stdout)
    assert (found["error"], found["out"], found["totals"]["records_in"]) == ("", str(tmp_path / "out"), 400)
    assert [stage["name"] for stage in found["stages"]] == ["read", "extract"]
    report = json.loads((tmp_path / "out" / "report.json").read_text())
    assert found["totals"] == report["totals"]
    refused = curate(*run, "--out", whole)
    assert refused.returncode == 2
    assert json.loads(refused.stdout)["error"] == refused.stderr.strip().removeprefix("curate: ")


def test_the_log_has_a_line_for_each_task_and_goes_on(whole, tmp_path, curate) -> None:
    """A second run finds all done; neither changes what `curate verify` says, or the manifest."""
    (tmp_path / "small.py").write_text(SMALL)
    out = tmp_path / "out"
    run = ["run", whole, "--recipe", tmp_path / "small.py", "--workers", 1, "--out", out]
    assert curate(*run).returncode == 0
    first = [json.loads(line) for line in (out / LOG).read_text().splitlines()]
    assert [line["event"] for line in first] == ["begin", "task", "end"]
    assert (first[1]["pages"], first[1]["kept"]) == (400, first[2]["kept"])
    assert first[1]["began"] <= first[1]["ended"] and first[1]["seconds"] > 0
    manifest = (out / "manifest.json").read_bytes()
    assert curate(*run).returncode == 0
    both = [json.loads(line) for line in (out / LOG).read_text().splitlines()]
    assert both[:3] == first and both[4]["reused"] is True
    assert (out / "manifest.json").read_bytes() == manifest
    assert LOG not in (out / "checksums.json").read_text()
    assert curate("verify", out).returncode == 0
    (out / LOG).unlink()
    assert curate("verify", out).returncode == 0


def test_a_line_that_was_cut_off_harms_no_other(tmp_path) -> None:
    """A kill or a full disk can do that; what follows stands on lines of its own."""
    (tmp_path / LOG).write_text('{"at": "2026-')
    log = Log(tmp_path, recipe="a")
    log.note(Progress("read", 1, 1, ended=Ended("a.warc", lost="gone")))
    cut, *others = (tmp_path / LOG).read_text().splitlines()
    assert cut == '{"at": "2026-'
    assert [json.loads(line)["event"] for line in others] == ["begin", "task"]
    assert json.loads(others[1])["lost"] == "gone"


def test_a_long_log_is_set_aside(tmp_path, monkeypatch) -> None:
    """When the next run begins."""
    monkeypatch.setattr("curate.engine.log.MAX_BYTES", 10)
    (tmp_path / LOG).write_text("a line of some length\n")
    Log(tmp_path, recipe="a")
    assert (tmp_path / OLD_LOG).read_text() == "a line of some length\n"
    assert len((tmp_path / LOG).read_text().splitlines()) == 1


def test_showing_costs_next_to_nothing(tmp_path) -> None:
    """One look at two processes, as there is one a second: below half a percent of a core."""
    (tmp_path / FOLDER).mkdir()
    for process in ("a-1", "b-2"):
        (tmp_path / FOLDER / f"{process}.json").write_text('{"phase": "00", "bytes": 5, "pages": 1, "alive": 1}')
    display = Display(out=tmp_path)
    display.show(Progress("read", 10.0, 100.0, work=tmp_path, key="00"))
    display._look()
    least = 1.0
    for _ in range(5):
        began = time.process_time()
        display._look()
        least = min(least, time.process_time() - began)
    assert least < 0.005


SMALL = """
from curate.recipe import Recipe
from curate.stages import Extract, Read
recipe = Recipe("small", (Read(), Extract("blocks")))
"""
