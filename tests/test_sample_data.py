"""The sample crawl: it can be made again, it names nobody, and each kind of page meets the stage it was made for."""

import json
import re
import shlex
import subprocess
import sys
import unicodedata
from collections import Counter
from pathlib import Path
from urllib.parse import urlsplit

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from curate.filters import c4, fineweb, gopher
from curate.filters.spans import apart_from_prose
from curate.filters.text_view import TextView
from curate.warc.pages import ReadCounts
from curate.warc.reading import read_pages

REPOSITORY = Path(__file__).resolve().parents[1]
SAMPLE = REPOSITORY / "sample_data"
RESERVED = (".example", ".example.com", ".example.org", ".example.net")


@pytest.fixture(scope="session")
def expected() -> dict[str, dict[str, str]]:
    """For each URL its kind and the stage that is expected to drop it."""
    fates: dict[str, dict[str, str]] = json.loads((SAMPLE / "expected.json").read_text("ascii"))
    return fates


@pytest.fixture(scope="session")
def out(sample_run: Path) -> Path:
    """What the default recipe makes of the sample crawl, in one process."""
    return sample_run


def rows(folder: Path, columns: list[str]) -> list[dict[str, str]]:
    """The rows of all Parquet files of a folder."""
    tables = [pq.read_table(path, columns=columns) for path in sorted(folder.glob("*.parquet"))]
    return pa.concat_tables(tables).to_pylist() if tables else []


@pytest.fixture(scope="session")
def met(out: Path) -> dict[str, str]:
    """For each URL the stage that dropped it, or `kept`."""
    stages = {row["url"]: row["stage"] for row in rows(out / "dropped", ["url", "stage"])}
    return stages | {row["url"]: "kept" for row in rows(out / "data", ["url"])}


def test_the_generator_writes_what_is_checked_in(tmp_path: Path) -> None:
    """Running the generator again gives the same pages and expectations, and twice gives the same bytes."""
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        subprocess.run([sys.executable, str(SAMPLE / "make_crawl.py"), str(tmp_path / name)], check=True)
    made = (tmp_path / "one" / "crawl.warc.gz").read_bytes()
    assert made == (tmp_path / "two" / "crawl.warc.gz").read_bytes()
    assert (tmp_path / "one" / "expected.json").read_text() == (SAMPLE / "expected.json").read_text()
    # Another zlib may pack the same records differently, so the file in the repository is compared by its pages.
    again, kept = (
        [(page.url, page.date, page.html) for page in read_pages(folder / "crawl.warc.gz")]
        for folder in (tmp_path / "one", SAMPLE)
    )
    assert again == kept


def test_a_dropped_row_can_be_judged_again(out: Path) -> None:
    """As docs/output.md shows: text and spans of a row give the rule and the number that stand beside them."""
    sets = {rules.name: rules for rules in (gopher.repetition, gopher.quality, c4.quality, fineweb.quality)}
    dropped = [
        row for row in rows(out / "dropped", ["stage", "rule", "value", "text", "spans"]) if row["stage"] in sets
    ]
    assert len(dropped) > 200
    for row in dropped:
        view = TextView(row["text"], apart_from_prose(row["text"], row["spans"]))
        verdict = sets[row["stage"]](view, dialect="measured")
        assert (verdict.rule, verdict.value) == (row["rule"], row["value"])


def test_damage_costs_only_the_damaged_records(expected: dict[str, dict[str, str]]) -> None:
    """Every page outside the four spoiled members is read or skipped for a reason, none twice."""
    counts = ReadCounts()
    read = Counter(page.url for page in read_pages(SAMPLE / "crawl.warc.gz", counts=counts))
    lost = {url for url, fate in expected.items() if fate["expected"] == "damaged"}
    fine = {url for url, fate in expected.items() if fate["expected"] not in ("damaged", "read")}
    assert read == Counter(fine)
    assert not lost & set(read)
    assert len(lost) == 4
    assert counts.damaged_members == 6  # the four, and the junk between members in two places


def test_every_host_is_reserved_for_examples(expected: dict[str, dict[str, str]]) -> None:
    """No address in the sample can be somebody's: all hosts lie under names that RFC 2606 sets aside."""
    hosts = {urlsplit(url).hostname or "" for url in expected}
    assert [host for host in hosts if not f".{host}".endswith(RESERVED)] == []


def test_every_page_is_accounted_for(expected: dict[str, dict[str, str]], met: dict[str, str]) -> None:
    """Each URL of the crawl is in data/ or dropped/ unless its record was damaged."""
    assert {url for url, fate in expected.items() if fate["expected"] != "damaged"} == set(met)


def test_kinds_meet_their_stage(expected: dict[str, dict[str, str]], met: dict[str, str]) -> None:
    """At least 97 of 100 pages are dropped by the stage they were made for."""
    missed = Counter(
        (fate["kind"], fate["expected"], met.get(url, "damaged"))
        for url, fate in expected.items()
        if met.get(url, "damaged") != fate["expected"]
    )
    assert missed.total() <= 0.03 * len(expected), missed


def test_exactly_the_good_articles_are_kept(expected: dict[str, dict[str, str]], met: dict[str, str]) -> None:
    """What comes out is the articles that were written to come out, and a few pages near the value model's limit."""
    kept = {url for url, stage in met.items() if stage == "kept"}
    near = {url for url, fate in expected.items() if fate["kind"] in ("doorway page", "repeated notice")}
    assert kept - near == {url for url, fate in expected.items() if fate["expected"] == "kept"}
    assert len(kept & near) <= 12


def test_foreign_pages_are_decoded_as_they_were_written(out: Path, expected: dict[str, dict[str, str]]) -> None:
    """Whatever the charset and however it was declared, a dropped foreign page holds the sentences of its bank."""
    lines = (SAMPLE / "text" / "languages.txt").read_text("utf-8").splitlines()
    written = {unicodedata.normalize("NFC", line) for line in lines if line and not line.startswith("== ")}
    foreign = {url for url, fate in expected.items() if fate["kind"] == "foreign in English frame"}
    dropped = rows(out / "dropped", ["url", "stage", "text"])
    texts = [row["text"] for row in dropped if row["stage"] == "language" and row["url"] in foreign]
    assert len(texts) > 200
    # Of the five or more sentences of a page extraction may leave a short last one.
    assert [text for text in texts if sum(line in text for line in written) < 4] == []


def test_every_stage_has_work_to_do(out: Path) -> None:
    """No stage of the default recipe passes everything, so that the report shows what each is for.

    But for `webtext`, whose limit is so low that it drops what no other stage would keep.
    """
    report = json.loads((out / "report.json").read_text())
    assert [stage["name"] for stage in report["stages"] if not sum(stage["dropped"].values())] == ["webtext"]


def test_addresses_and_numbers_in_kept_articles_are_redacted(out: Path) -> None:
    """Articles that carry a mail address or a telephone number come out with a tag in its place."""
    texts = "\n".join(row["text"] for row in rows(out / "data", ["text"]))
    assert "<EMAIL_ADDRESS>" in texts
    assert "<PHONE_NUMBER>" in texts
    assert "@" not in texts
    assert "555-01" not in texts


def test_the_readme_names_every_kind(expected: dict[str, dict[str, str]]) -> None:
    """The table in the README lists each kind of page under the stage that is expected to drop it."""
    table = {
        cells[1].strip("`"): cells[2]
        for cells in (
            [cell.strip() for cell in line.split("|")] for line in (SAMPLE / "README.md").read_text().splitlines()
        )
        if len(cells) == 5 and cells[1].startswith("`")
    }
    kinds = Counter((fate["expected"], fate["kind"]) for fate in expected.values())
    for (stage, kind), count in kinds.items():
        assert f"{kind} ({count})" in table[stage], (stage, kind, count)


TUTORIALS = REPOSITORY / "docs" / "tutorial"


@pytest.mark.parametrize("name", [path.name for path in sorted(TUTORIALS.glob("*.md"))])
def test_the_tutorials_show_what_is_printed(name: str, out: Path, curate, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every command that a tutorial gives with its output prints these lines in this order; `...` leaves some out."""
    monkeypatch.setenv("COLUMNS", "120")
    blocks = re.findall(r"^```\n\$ curate (.*)\n((?:.*\n)*?)```", (TUTORIALS / name).read_text(), re.MULTILINE)
    for command, shown in blocks:
        done = curate(*shlex.split(command.replace("out/sample", str(out))))
        assert done.returncode == 0, done.stderr
        said = iter(" ".join(line.split()) for line in done.stdout.splitlines())
        missing = [line for line in shown.splitlines() if line != "..." and " ".join(line.split()) not in said]
        assert missing == []
    assert blocks or name not in ("changing-a-limit.md", "reading-the-report.md")


def test_the_first_tutorial_shows_the_table(out: Path, curate, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its rows are those of the report, whatever the seconds are."""
    monkeypatch.setenv("COLUMNS", "160")
    table = re.search(r"^```\n(stage .*?)^```", (TUTORIALS / "first-crawl.md").read_text(), re.MULTILINE | re.DOTALL)
    said = [re.sub(r" +\d+\.\d  ", " ", line).split() for line in curate("report", out).stdout.splitlines()]
    assert table
    shown = [re.sub(r" +\d+\.\d  ", " ", line).split() for line in table[1].splitlines() if line != "..."]
    assert [line for line in shown if line not in said] == []
