"""Small inputs share a task: what is written does not depend on it, and an input that goes wrong is alone in that."""

import gzip
import json
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, ClassVar

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from curate.cluster import Workers
from curate.documents import Documents
from curate.engine.run import run
from curate.errors import IncompleteRunError, NotAnArchiveError, UsageError
from curate.filters.verdict import KEPT, Judgement
from curate.finished.verify import verify
from curate.inputs.input_file import Input, Split
from curate.inputs.tasks import Task, grouped, known
from curate.protocol import Outcome
from curate.recipe import Recipe
from curate.stages import ExactDuplicates, Extract, NearDuplicates, Read
from tests.curate.archives import archive, http, record

HERE = Workers(1)
STAGES = Read(), Extract("resiliparse"), ExactDuplicates(), NearDuplicates(threshold=0.8)
TOGETHER = Recipe("small", STAGES, split_bytes=1 << 20)
APART = replace(TOGETHER, split_bytes=1500)  # no input is an eighth of it


def text(rng: random.Random) -> str:
    return " ".join(f"word{rng.randrange(300)}" for _ in range(60))


@pytest.fixture
def inputs(tmp_path: Path) -> Path:
    """Fifteen inputs of one to four pages in five formats; pages repeat across them; one is no archive."""
    folder, rng = tmp_path / "in", random.Random(3)
    folder.mkdir()
    texts = [text(rng) for _ in range(25)]
    for number in range(15):
        mine = [rng.choice(texts) for _ in range(rng.randrange(1, 5))]
        rows = [{"url": f"https://s{number}.example/{i}", "text": each} for i, each in enumerate(mine)]
        lines = "".join(json.dumps(row) + "\n" for row in rows).encode()
        name = folder / f"in-{rng.randrange(100):02}-{number:02}"
        match number % 5:
            case 0:
                name.with_suffix(".jsonl").write_bytes(lines)
            case 1:
                name.with_suffix(".jsonl.gz").write_bytes(gzip.compress(lines, mtime=0))
            case 2:
                pq.write_table(pa.Table.from_pylist(rows), name.with_suffix(".parquet"), row_group_size=2)
            case 3:
                records = [record(row["url"], http(f"<p>{row['text']}</p>".encode())) for row in rows]
                name.with_suffix(".warc.gz").write_bytes(archive(records)[:-9])  # the last one is cut
            case 4:
                records = [record(row["url"], http(f"<p>{row['text']}</p>".encode())) for row in rows]
                name.with_suffix(".warc").write_bytes(b"".join(records))
    (folder / "in-50-none.warc.gz").write_bytes(b"<html>404</html>")
    return folder


def manifest(out: Path) -> dict[str, Any]:
    return json.loads((out / "manifest.json").read_text())


def report(out: Path) -> dict[str, Any]:
    return json.loads((out / "report.json").read_text())


def finished(recipe: Recipe, specs: Sequence[str], out: Path, workers: Any = HERE) -> str:
    """Run to the end: what was said of inputs that are no archives, or are lost."""
    try:
        run(recipe, specs, out, workers=workers)
    except IncompleteRunError as error:
        return str(error)
    return ""


def markers(out: Path) -> dict[str, int]:
    """The markers of the first segment by name, with their inodes."""
    return {path.name: path.stat().st_ino for path in out.glob("work/00-*/*.json")}


@dataclass(frozen=True)
class AfterDigests:
    """Workers that have read the digests of all inputs when something happens, and read the inputs after that."""

    happens: Callable[[], None]
    happened: list[bool] = field(default_factory=list)

    def here(self) -> int:
        return 1

    def check_shared(self, folder: Path) -> None:
        """One disk."""

    def tidy(self) -> None:
        """Nothing was left elsewhere."""

    def map(self, function: Any, calls: Sequence[tuple[Any, ...]], by_value: Sequence[str] = ()) -> Iterator[Any]:
        if all(isinstance(call[0], Task) for call in calls) and not self.happened:
            self.happened.append(True)
            calls = [(known(task)[0], *rest) for task, *rest in calls]
            self.happens()
        yield from HERE.map(function, calls, by_value)


def test_output_is_the_same_together_and_apart(inputs, tmp_path):
    """Same bytes whether inputs share a task or have one each, also in a folder that another order of names filled."""
    together, apart = tmp_path / "together", tmp_path / "apart"
    said = [finished(recipe, [str(inputs)], out) for recipe, out in ((TOGETHER, together), (APART, apart))]
    assert [line[:30] for line in said] == ["1 of 16 inputs are no archives"] * 2
    assert (len(markers(together)), len(markers(apart))) == (1, 18)
    assert manifest(together)["digest"] == manifest(apart)["digest"]
    assert manifest(together)["inputs"] == manifest(apart)["inputs"]
    both = [
        [{k: v for k, v in each.items() if k != "splits"} for each in report(out)["inputs"]]
        for out in (together, apart)
    ]
    assert both[0] == both[1]
    assert verify(together) == verify(apart) == []


def test_each_input_of_a_task_has_its_account(inputs, tmp_path):
    """Format, pages and damage of each input, counted here from how it was made."""
    finished(TOGETHER, [str(inputs)], tmp_path / "out")
    for each in report(tmp_path / "out")["inputs"]:
        path = inputs / each["name"]
        form = path.name.partition(".")[2].replace("jsonl.gz", "jsonl+gz")
        if path.name == "in-50-none.warc.gz":
            form, rows = "unknown", 0
        elif form == "parquet":
            rows = pq.read_metadata(path).num_rows
        elif form.startswith("jsonl"):
            rows = len((gzip.decompress(path.read_bytes()) if "+" in form else path.read_bytes()).splitlines())
        elif form == "warc":
            rows = path.read_bytes().count(b"WARC/1.0")
        else:
            rows = path.read_bytes().count(b"\x1f\x8b\x08\x00\x00\x00\x00\x00") - 1
        damaged = 1 if form == "warc.gz" else 0
        assert (each["format"], each["pages"], each["damaged_members"]) == (form, rows, damaged), each


@pytest.mark.parametrize("harm", ["gone", "cut"])
def test_an_input_that_changes_while_its_task_is_read_is_lost_alone(harm, inputs, tmp_path):
    """Its neighbours in the task are read one by one; with the input restored the same command gives the usual."""
    usual, out = tmp_path / "usual", tmp_path / "out"
    finished(TOGETHER, [str(inputs)], usual)
    victim = sorted(inputs.glob("*.jsonl"))[2]
    sound = victim.read_bytes()
    change = victim.unlink if harm == "gone" else lambda: victim.write_bytes(sound[:-20])
    said = finished(TOGETHER, [str(inputs)], out, AfterDigests(change))
    assert said.startswith(f"1 of 16 splits were lost, see report.json: {victim.name} bytes")
    [line] = report(out)["missing"]
    assert line.startswith(victim.name)
    with pytest.raises(UsageError, match=f"lost 1 splits, the first is {victim.name}.*; run the same command again"):
        verify(out)
    wanted = {each["name"]: each["pages"] for each in report(usual)["inputs"]} | {victim.name: 0}
    assert {each["name"]: each["pages"] for each in report(out)["inputs"]} == wanted
    assert not (out / "manifest.json").exists()
    victim.write_bytes(sound)
    finished(TOGETHER, [str(inputs)], out)
    assert manifest(out) == manifest(usual)


def test_an_input_that_has_other_bytes_when_it_is_read_again_is_those(inputs, tmp_path):
    """Its task's digests no longer hold; read by itself it has its new digest, and all is as if it had been so."""
    victim = sorted(inputs.glob("*.jsonl"))[2]
    new = victim.read_bytes().replace(b"word1", b"word2")
    finished(TOGETHER, [str(inputs)], tmp_path / "out", AfterDigests(lambda: victim.write_bytes(new)))
    assert report(tmp_path / "out")["missing"] == []
    finished(TOGETHER, [str(inputs)], tmp_path / "usual")
    assert manifest(tmp_path / "out") == manifest(tmp_path / "usual")


def test_an_input_that_cannot_be_opened_is_lost_alone(inputs, tmp_path):
    """It is missing by name, without a second try of the others."""
    victim = sorted(inputs.glob("*.jsonl"))[1]

    @dataclass(frozen=True)
    class Before:
        """Workers before whom a file vanishes."""

        here: ClassVar[Any] = staticmethod(lambda: 1)
        check_shared: ClassVar[Any] = staticmethod(lambda _: None)
        map: ClassVar[Any] = staticmethod(lambda *call: (victim.unlink(missing_ok=True), HERE.map(*call))[1])

    said = finished(TOGETHER, [str(inputs)], tmp_path / "out", Before())
    assert said.startswith(f"1 of 16 splits were lost, see report.json: {victim.name} bytes")
    assert len(markers(tmp_path / "out")) == 1


@dataclass(frozen=True)
class Breaks:
    """A stage that forgets to decide where one page is among the documents."""

    word: str
    name: ClassVar[str] = "breaks"
    measures: ClassVar[bool] = False
    signals: ClassVar[tuple[str, ...]] = ()
    edits: ClassVar[bool] = False
    judgement: ClassVar[Judgement] = Judgement("a test", "everything else")

    def __call__(self, documents: Documents) -> Outcome:
        broken = any(self.word in url for url in documents.batch.column("url").to_pylist())
        return Outcome(documents, [] if broken else [KEPT] * len(documents))


def test_a_bug_that_one_input_meets_costs_that_input(inputs, tmp_path):
    """The others of its task are in the output."""
    victim = min(inputs.glob("*.warc"))
    number = int(victim.name[6:8])
    recipe = Recipe("bug", (Read(), Breaks(f"s{number}.")), split_bytes=1 << 20)
    said = finished(recipe, [str(inputs)], tmp_path / "out")
    assert said.startswith(f"1 of 16 splits were lost, see report.json: {victim.name} bytes")
    assert "IndexError" in said
    assert sum(each["pages"] > 0 for each in report(tmp_path / "out")["inputs"]) == 14


def test_a_changed_input_costs_the_work_of_its_task_alone(inputs, tmp_path):
    """With several tasks, changing one input leaves the markers of the others untouched; touching it leaves all."""
    recipe, out = replace(TOGETHER, split_bytes=5000), tmp_path / "out"
    finished(recipe, [str(inputs)], out)
    before = markers(out)
    victim = sorted(inputs.glob("*.jsonl"))[2]
    victim.touch()
    finished(recipe, [str(inputs)], out)
    assert len(before) > 3
    assert markers(out) == before
    victim.write_bytes(victim.read_bytes().replace(b"word1", b"word2"))
    finished(recipe, [str(inputs)], out)
    after = markers(out)
    assert before.items() <= after.items()
    assert len(after) == len(before) + 1
    finished(recipe, [str(inputs)], tmp_path / "new")
    assert manifest(out) == manifest(tmp_path / "new")


def test_an_input_more_changes_only_the_tasks_near_it():
    """Of 3,000 inputs, one more, or one of another size, leaves nine tasks in ten as they were."""
    sizes = [random.Random(n).randrange(200, 9000) for n in range(3000)]
    splits = [Split(Input(f"page-{n:05}.warc.gz", "", "warc.gz", size), 0, size) for n, size in enumerate(sizes)]
    before = set(grouped(splits, 200_000))
    assert 50 < len(before) < 120
    new = Split(Input("page-01500b.warc.gz", "", "warc.gz", 500), 0, 500)
    more = set(grouped([*splits[:1501], new, *splits[1501:]], 200_000))
    assert len(before & more) > 0.9 * len(before)
    for task in before:
        assert sum(each.input.bytes for each in task.splits) <= 200_000


def test_many_inputs_are_listed_in_a_file_and_none_is_opened_before_work(tmp_path):
    """Of 1,200 inputs each has a row; a list names them, and one that is no archive is found when it is read."""
    folder, out = tmp_path / "in", tmp_path / "out"
    folder.mkdir()
    for number in range(1200):
        row = {"url": f"https://s.example/{number}", "text": f"page {number}"}
        (folder / f"{number:04}.jsonl").write_text(json.dumps(row) + "\n")
    (folder / "0007.jsonl").rename(folder / "0007.warc")
    paths = tmp_path / "all.paths"
    paths.write_text("".join(f"{path}\n" for path in sorted(folder.iterdir(), reverse=True)))
    said = finished(Recipe("many", (Read(),), split_bytes=1 << 20), [f"@{paths}"], out)
    assert said.startswith("1 of 1200 inputs are no archives, the rest is done: 0007.warc: ")
    assert manifest(out)["inputs"] == report(out)["inputs"] == []
    rows = pq.read_table(out / "inputs.parquet").to_pylist()
    assert [row["name"] for row in rows] == sorted(path.name for path in folder.iterdir())
    assert [row["pages"] for row in rows] == [int(number != 7) for number in range(1200)]
    assert verify(out) == []
    (out / "inputs.parquet").write_bytes(b"")
    assert verify(out) != []


def test_many_inputs_of_which_none_is_an_archive_stop_before_work(tmp_path):
    """As few of them do."""
    folder = tmp_path / "in"
    folder.mkdir()
    for number in range(1100):
        (folder / f"{number:04}.warc").write_bytes(b"not found")
    with pytest.raises(NotAnArchiveError, match="none of 1100 inputs is an archive"):
        run(Recipe("none", (Read(),)), [str(folder)], tmp_path / "out", workers=HERE)
    assert not (tmp_path / "out").exists()
