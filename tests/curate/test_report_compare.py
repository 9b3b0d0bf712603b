"""Two runs side by side, bands a recipe expects, and reports of runs too large to hold."""

import html
import json
import re
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree as ET

import pyarrow.parquet as pq
import pytest

from curate.audit import show
from curate.cluster import Workers
from curate.counts import implausible
from curate.engine.run import run
from curate.errors import UsageError
from curate.filters import gopher
from curate.output.checksums import load_report
from curate.recipe import Recipe
from curate.report import limits
from curate.report import pages as rows
from curate.report.chart import BAR, KEPT, LEFT
from curate.report.compare import Difference, compare
from curate.report.published import PUBLISHED
from curate.stages import ExactDuplicates, Extract, Read, Rules

SENTENCE = "the people of the town have to be with that light and go to see water by the old stone house every winter. "


def recipe(min_words: int) -> Recipe:
    """A recipe that differs in one limit."""
    rules = Rules(gopher.quality.with_limits(min_words=min_words))
    return Recipe(name="small", stages=(Read(), Extract("resiliparse"), ExactDuplicates(), rules))


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory, record: Callable, write_warc: Callable) -> tuple[Path, Path]:
    """The same 40 pages of 22 to 880 words, with a least of 100 and of 300 words."""
    folder = tmp_path_factory.mktemp("runs")
    pages = [
        record(f"https://site{i % 4}.example/{i}", f"<main><p>page {i} {SENTENCE * (i + 1)}</p></main>")
        for i in range(40)
    ]
    archive = write_warc(folder / "in.warc.gz", pages)
    for limit in (100, 300):
        run(recipe(limit), [str(archive)], folder / str(limit), workers=Workers(1))
    return folder / "100", folder / "300"


def fate(out: Path) -> dict[str, str]:
    """What became of each page by id, from the files."""
    dropped = pq.read_table(out / "dropped").to_pylist()
    kept = {row["id"]: "kept" for row in pq.read_table(out / "data").to_pylist()}
    return kept | {row["id"]: f"{row['stage']} {row['rule']}" for row in dropped}


def test_runs_are_compared_page_by_page(runs: tuple[Path, Path]) -> None:
    """The limit that differs is named, and every page that changed fate is counted where it went."""
    found = compare(*runs, (load_report(runs[0]), load_report(runs[1])))
    assert found.differences == (Difference("gopher.quality", "rules.min_words", "100", "300"),)
    here, there = map(fate, runs)
    moves = Counter((here[key], there[key]) for key in here if here[key] != there[key])
    assert {(move.here, move.there): move.pages for move in found.moves} == moves
    assert set(moves) == {("kept", "gopher.quality min_words")}
    assert (found.both, found.only_here, found.only_there, found.changed) == (40, 0, 0, sum(moves.values()))
    urls = {row["id"]: row["url"] for row in pq.read_table(runs[0] / "data").to_pylist()}
    assert set(found.moves[0].examples) <= {urls[key] for key in here if there[key] != here[key]}
    assert {name: (a, b) for name, a, b in found.stages}["gopher.quality"] == (
        len(pq.read_table(runs[0] / "data")),
        len(pq.read_table(runs[1] / "data")),
    )


def test_the_command_compares(runs: tuple[Path, Path], curate: Callable) -> None:
    """`curate report A B` prints all of it; with --json it is refused."""
    done = curate("report", *runs)
    assert done.returncode == 0, done.stderr
    assert "rules.min_words" in done.stdout
    assert "kept -> gopher.quality min_words" in done.stdout
    same = curate("report", runs[0], runs[0])
    assert "same stages and settings" in same.stdout
    assert "0 of 40 pages in both runs changed fate" in same.stdout
    assert curate("report", *runs, "--json").returncode == 2


def test_runs_stand_side_by_side_on_a_page(runs: tuple[Path, Path], curate: Callable, tmp_path: Path) -> None:
    """What each keeps alone is counted with its reason and shown; three runs too; labels where there are any."""
    audit = {"digest": json.loads((runs[0] / "manifest.json").read_text())["digest"], "figures": {}}
    for name in show.FIGURES:
        audit["figures"][name] = {"value": 0.75, "low": 0.6, "high": 0.9, "labels": 7}
    (runs[0] / "audit.json").write_text(json.dumps(audit))
    page = tmp_path / "page.html"
    shutil.copytree(runs[0], tmp_path / "copy")
    try:
        assert curate("report", runs[0], runs[1], tmp_path / "copy", "--html", page).returncode == 0
    finally:
        (runs[0] / "audit.json").unlink()
    here, there = map(fate, runs)
    lost = [key for key in here if (here[key], there[key]) == ("kept", "gopher.quality min_words")]
    both = sum(here[key] == there[key] == "kept" for key in here)
    text = re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]*>", " ", page.read_text())))
    assert f"40 pages are in both runs. Both keep {both}, 100 alone {len(lost)}, 300 alone 0." in text
    assert f"gopher.quality min_words {len(lost)} pages" in text
    assert "rules.min_words 100 300 100" in text
    assert "75.0 % (60.0 to 90.0) not labelled 75.0 % (60.0 to 90.0)" in text
    shown = set(re.findall(r"https://site\d\.example/\d+", text))
    urls = {row["url"] for row in pq.read_table(runs[0] / "data").to_pylist() if row["id"] in lost}
    assert len(shown) == 3 and shown <= urls
    assert "script" not in page.read_text()
    for wrong in (("--html",), ("--json",), (runs[0],)):
        assert curate("report", *runs, *wrong).returncode == 2


def test_the_chart_is_drawn_from_the_report(runs: tuple[Path, Path], curate: Callable, tmp_path: Path) -> None:
    """Bars are as long as the shares they show, and every stage and published rate has one."""
    assert curate("report", runs[0], "--chart", tmp_path / "chart.svg").returncode == 0
    drawn = ET.parse(tmp_path / "chart.svg").getroot()
    bars = [(each.get("fill"), float(each.get("width", 0))) for each in drawn.iter() if each.get("x") == str(LEFT)]
    report = load_report(runs[0])
    left = [width for fill, width in bars if fill == KEPT][1:]  # the first is in the key
    assert left == [pytest.approx(BAR * stage["docs_out"] / 40, abs=0.06) for stage in report["stages"]]
    said = [each.text for each in drawn.iter() if each.tag.endswith("text")]
    assert all(stage["name"] in said for stage in report["stages"])
    assert all(band.name in said for band in PUBLISHED)
    assert curate("report", runs[0], "--chart").returncode == 0
    assert (runs[0] / "survival.svg").read_bytes() == (tmp_path / "chart.svg").read_bytes()
    assert curate("verify", runs[0]).returncode == 0


def test_the_page_is_written_where_asked(runs: tuple[Path, Path], curate: Callable, tmp_path: Path) -> None:
    """`--html` alone makes OUT's page again; with a path it writes there."""
    (runs[0] / "report.html").unlink()
    assert curate("report", runs[0], "--html").returncode == 0
    assert curate("report", runs[0], "--html", tmp_path / "page.html").returncode == 0
    assert (tmp_path / "page.html").read_bytes() == (runs[0] / "report.html").read_bytes()


def test_large_runs_are_sampled_by_id(runs: tuple[Path, Path]) -> None:
    """A share of the pages are those whose id, read as a fraction, is below it; their signals stay theirs."""
    names = [stage["name"] for stage in load_report(runs[0])["stages"]]
    whole, part = (rows.read_pages(runs[0], names, share=share) for share in (1.0, 0.4))
    expected = sorted(key for key in fate(runs[0]) if int(key[:16], 16) / 2**64 < 0.4)
    assert sorted(part.ids) == expected
    assert 0 < len(expected) < 40
    words = dict(zip(whole.ids, whole.signals["gopher.quality.words"], strict=True))
    assert [words[key] for key in part.ids] == part.signals["gopher.quality.words"].tolist()
    assert part.total == 40


def test_a_page_of_a_sampled_run_says_so(
    runs: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page names the share, and the counts of stages and rules stay exact."""
    from curate.report.webpage import write_html

    report = load_report(runs[0])
    monkeypatch.setattr(rows, "MAX_PAGES", 20)
    write_html(tmp_path / "page.html", report, runs[0])
    page = (tmp_path / "page.html").read_text()
    assert "is of a sample of" in page
    dropped = report["stages"][-1]["dropped"]["min_words"]
    assert f"{dropped:,} pages, " in page


def test_limits_are_found_in_the_report(runs: tuple[Path, Path]) -> None:
    """Every limit of the recipe's rule set, as the rule set itself has it."""
    report = load_report(runs[0])
    found = limits.limits_of(report)
    mine = {(limit.rule, limit.limit) for limit in found if limit.stage == "gopher.quality"}
    assert mine == {(rule.name, rule.limit) for rule in gopher.quality.with_limits(min_words=100).rules}


def test_a_band_that_is_missed_names_the_commonest_rules(runs: tuple[Path, Path]) -> None:
    """A share outside its band is one line; bounds are plausible, and a band of nothing known is the user's mistake."""
    report = load_report(runs[0])
    share = report["totals"]["survival_docs"]
    assert implausible(report, {"survival_docs": (share, share), "stage read": (1.0, 1.0)}) == []
    (line,) = implausible(report, {"survival_docs": (0.0, share / 2)})
    dropped = report["stages"][-1]["dropped"]["min_words"]
    assert f"most were removed by gopher.quality min_words ({dropped:,})" in line
    (line,) = implausible(report, {"stage gopher.quality": (0.99, 1.0)})
    assert line.startswith("stage gopher.quality is ")
    with pytest.raises(UsageError, match=r"stage gopher\.quality"):
        implausible(report, {"stage gofer": (0.0, 1.0)})


def test_the_page_says_what_the_recipe_did_not_expect(runs: tuple[Path, Path], tmp_path: Path) -> None:
    """A band that is missed stands on the first screen; one that is met does not."""
    from curate.report.webpage import write_html

    report = load_report(runs[0])
    share = report["totals"]["survival_docs"]
    for band, said in (([0.0, share / 2], True), ([share, 1.0], False)):
        copy = tmp_path / str(said)
        shutil.copytree(runs[0], copy)
        report["settings"]["Recipe"]["expect"] = {"survival_docs": band}
        write_html(copy / "report.html", report)
        assert ("Not what the recipe expects" in (copy / "report.html").read_text()) == said
