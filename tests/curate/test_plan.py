"""`curate plan`: what a sample says of the whole."""

import json
import random
from collections import Counter
from math import inf
from pathlib import Path

import pytest

from curate.counts import StageCount, Tally
from curate.inputs import sources
from curate.planning import sample
from curate.planning.forecast import Range, forecast
from curate.planning.sample import Measured, choose
from curate.planning.told import as_json, cost, lines
from curate.recipe import load_recipe
from tests.curate.archives import archive, page

RECIPE = """
from curate.filters import gopher
from curate.recipe import Recipe
from curate.stages import ExactDuplicates, Extract, Read, Rules
rules = Rules(gopher.quality.with_limits(min_words=WORDS, min_stop_words=0))
recipe = Recipe("small", (Read(), Extract("blocks"), rules, ExactDuplicates()))
"""


@pytest.fixture
def crawl(tmp_path: Path) -> Path:
    """A recipe, and an archive of 120 pages that can be cut."""
    (tmp_path / "a.warc.gz").write_bytes(archive(page(number) for number in range(120)))
    (tmp_path / "small.py").write_text(RECIPE.replace("WORDS", "5"))
    return tmp_path


def planned(curate, crawl: Path, *more: object) -> dict:
    """The plan as JSON."""
    done = curate("plan", crawl / "a.warc.gz", "--recipe", crawl / "small.py", "--json", *more)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_an_input_read_whole_is_known(crawl, curate) -> None:
    """The plan then says what the run finds, with nothing left to chance, and nothing is left behind."""
    scratch = crawl / "scratch"
    scratch.mkdir()
    plan = planned(curate, crawl, "--scratch", scratch, "--out", crawl / "out")
    assert list(scratch.iterdir()) == [] and not (crawl / "out").exists()
    done = curate("run", crawl / "a.warc.gz", "--out", crawl / "out", "--recipe", crawl / "small.py", "--workers", 1)
    report = json.loads((crawl / "out" / "report.json").read_text())
    assert plan["pages"] == [120.0] * 3
    assert plan["kept"] == [float(report["totals"]["docs_out"])] * 3
    assert report["plan"]["pages"] == [120.0, 120.0, 120.0, 120]
    assert "Planned: 120 to 120 pages, found 120; " in done.stdout
    (crawl / "small.py").write_text(RECIPE.replace("WORDS", "6"))
    curate("run", crawl / "a.warc.gz", "--out", crawl / "out", "--recipe", crawl / "small.py", "--workers", 1)
    assert "plan" not in json.loads((crawl / "out" / "report.json").read_text())


def test_a_part_says_the_same_twice(crawl, curate, monkeypatch) -> None:
    """Pages and what is kept; the dry run of `curate run` is the same plan, and starts nothing."""
    monkeypatch.setattr(sample, "PIECE_BYTES", (crawl / "a.warc.gz").stat().st_size // 10)
    part = ("--sample", str((crawl / "a.warc.gz").stat().st_size / 2e6))
    first, second = planned(curate, crawl, *part), planned(curate, crawl, *part)
    assert first["read_bytes"] < first["bytes"]
    assert {name: first[name] for name in ("pages", "kept", "pieces")} == {
        name: second[name] for name in ("pages", "kept", "pieces")
    }
    low, expected, high = first["pages"]
    assert low < expected < high and 110 < expected < 130
    run = curate("run", crawl / "a.warc.gz", "--recipe", crawl / "small.py", "--dry-run", "--out", crawl / "o", *part)
    assert run.returncode == 0 and "pages kept, at most" in run.stdout
    assert not (crawl / "o").exists()


def test_the_sample_does_not_depend_on_how_inputs_are_named_first(tmp_path) -> None:
    """Order of the arguments, or a folder instead of its files."""
    for name in "abcdef":
        (tmp_path / f"{name}.warc.gz").write_bytes(archive(page(number) for number in range(3)))
    names = [str(tmp_path / f"{name}.warc.gz") for name in "fbdace"]
    assert choose(sources.resolve(names), 1000) == choose(sources.resolve([str(tmp_path)]), 1000)
    assert len(choose(sources.resolve(names), 1)) == 1


def test_of_an_input_that_cannot_be_cut_the_beginning_is_read(tmp_path, curate, monkeypatch) -> None:
    """And it is said; one piece says nothing of how far it may be off."""
    chance = random.Random(0)
    rows = b"".join(page(number, chance.randbytes(300)) for number in range(300))
    (tmp_path / "a.warc.gz").write_bytes(rows)  # plain, as it turns out
    (tmp_path / "small.py").write_text(RECIPE.replace("WORDS", "5"))
    monkeypatch.setattr(sample, "PIECE_BYTES", len(rows) // 6)
    plan = planned(curate, tmp_path)
    assert plan["beginnings"] == plan["pieces"] == 1
    assert plan["pages"][0] == 0.0 and plan["pages"][2] is None
    assert 200 < plan["pages"][1] < 400
    assert any("only the beginning was read" in line for line in plan["cannot_know"])


def measured(pieces: list[tuple[int, int, int, float]]) -> Measured:
    """Pieces of (bytes, pages, kept, seconds) of a recipe with the stages read and keep."""
    counts, tally = [], Tally({"read": StageCount(), "keep": StageCount()})
    for _, pages, kept, seconds in pieces:
        read = StageCount(pages, pages)
        counts.append({"read": read, "keep": StageCount(pages, kept, seconds=seconds, dropped=Counter(a=pages - kept))})
        for name, count in counts[-1].items():
            tally.stages[name].add(count)
    tally.peak_bytes = 400_000_000
    text = {"docs": sum(each[2] for each in pieces), "bytes": 4400 * sum(each[2] for each in pieces)}
    return Measured(tuple(each[0] for each in pieces), tuple(counts), tally, 0.5, 1000, text, 0)


def test_what_is_expected_is_in_proportion_to_bytes() -> None:
    """Two pieces of 100 and 300 bytes with 10 and 50 pages, of 4,000 bytes: 600 pages, and ten times of all else."""
    found = forecast(measured([(100, 10, 2, 1.0), (300, 50, 4, 3.0)]), 4000, ("read", "keep"), workers=4)
    assert (found.pages.value, found.kept.value) == (600, 60)
    assert found.stages["keep"].value == pytest.approx(40)
    assert found.output.value == 5
    assert found.cpu.value == pytest.approx(45)
    assert found.wall.value == pytest.approx(40 / 4 + 5)
    assert cost(found, 3600.0).value == pytest.approx(4 * (40 / 4 + 5))
    assert found.disk.value == pytest.approx(10_000)
    assert found.pages.low < 600 < found.pages.high
    assert found.pages.high > 50 / 300 * 4000 - 1


def test_pieces_that_are_all_alike_leave_no_doubt() -> None:
    """The interval is of chance alone."""
    found = forecast(measured([(100, 10, 2, 1.0)] * 9), 100_000, ("read", "keep"), workers=1)
    assert found.pages == Range(10_000, 10_000, 10_000)
    one = forecast(measured([(100, 10, 2, 1.0)]), 100_000, ("read", "keep"), workers=1)
    assert one.pages == Range(10_000, 0.0, inf)
    assert as_json(one, load_recipe("webtext"))["pages"] == [0.0, 10_000, None]


def test_lines_fit_eighty_columns() -> None:
    """Also for a whole crawl of 90 TB."""
    chance = random.Random(3)
    pieces = [(2_000_000, chance.randint(80, 160), chance.randint(0, 40), chance.random()) for _ in range(30)]
    said = lines(forecast(measured(pieces), 90_000_000_000_000, ("read", "keep"), workers=4096), 0.04)
    assert all(len(line) <= 80 and line == line.rstrip() for line in said), said
    assert any(line.startswith("money at 0.04 an hour") for line in said)


@pytest.mark.parametrize("wrong", [("--sample", "0"), ("--workers", "-1"), ("--price-per-core-hour", "-2"),
                                   ("--scratch", "no/such/folder")])  # fmt: skip
def test_mistakes_are_refused(crawl, curate, wrong) -> None:
    """A line that names the option."""
    done = curate("plan", crawl / "a.warc.gz", *wrong)
    assert done.returncode == 2 and wrong[0] in done.stderr and done.stdout == ""


def test_empty_inputs_are_refused(tmp_path, curate) -> None:
    """There is nothing to say of them."""
    (tmp_path / "a.warc.gz").touch()
    done = curate("plan", tmp_path / "a.warc.gz")
    assert (done.returncode, done.stderr) == (2, "curate: the inputs are empty (1): there is nothing to plan\n")
