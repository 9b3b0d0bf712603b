"""A page taken down is gone from every file of a run, and every count still adds up."""

import json
import random
import shutil
from hashlib import sha256
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from curate.cluster import Workers
from curate.engine.run import run
from curate.errors import UsageError
from curate.finished import takedown
from curate.finished.requests import load_requests
from curate.finished.takedown import returned
from curate.finished.verify import verify
from curate.recipe import load_recipe

RECIPE = '''
"""Keeps, drops, matches and quarantines."""
from dataclasses import dataclass
from curate.engine.flow import Outcome
from curate.recipe import Recipe
from curate.stages import ExactDuplicates, Extract, Read, Rules
from curate.filters import gopher
from curate.filters.verdict import KEPT

@dataclass(frozen=True)
class NoPoison:
    name: str = "mine"
    measures: bool = False
    signals: tuple[str, ...] = ()
    def __call__(self, documents):
        if any("poisonous" in text for text in documents.texts()):
            raise RuntimeError("met poison")
        return Outcome(documents, [KEPT] * len(documents))

recipe = Recipe("small", (Read(), Extract("resiliparse"), ExactDuplicates(), NoPoison(), Rules(gopher.quality)),
                split_bytes=9000)
'''
WORDS = "the river of stone and light that we have seen was made to be a home with gardens where people walk".split()
KEPT, COPY, SHORT, POISON = "kept", "copy", "short", "poison"


def text(number: int, words: int) -> str:
    """Words, and a mark no other page has."""
    rng = random.Random(number)
    return f"{' '.join(rng.choice(WORDS) + ('.' if i % 12 == 11 else '') for i in range(words))} secret{number:03}x."


@pytest.fixture(scope="module")
def finished(tmp_path_factory, record, write_warc) -> tuple[Path, Path, Path]:
    """A crawl of 44 pages on 5 hosts, its recipe, and a finished run."""
    folder = tmp_path_factory.mktemp("takedown")
    texts = [text(number, 120) for number in range(36)]
    texts += [texts[3], texts[4]]  # 36, 37: copies
    texts += [text(number, 12) for number in range(38, 42)]
    texts += [text(42, 60) + " poisonous " + text(42, 60), text(43, 120)]
    records = [
        record(f"https://www{i % 5}.site{i % 5}.example/{i}", f"<html><body><main><p>{each}</p></main></body></html>",
               date=f"2026-07-01T00:00:{i:02}Z")
        for i, each in enumerate(texts)
    ]  # fmt: skip
    crawl = write_warc(folder / "crawl.warc.gz", records)
    recipe = folder / "small.py"
    recipe.write_text(RECIPE)
    out = folder / "out"
    run(load_recipe(str(recipe)), [str(crawl)], out, workers=Workers(1))
    return crawl, recipe, out


@pytest.fixture
def out(finished, tmp_path) -> Path:
    """A copy of the finished run."""
    return Path(shutil.copytree(finished[2], tmp_path / "out"))


def url(number: int) -> str:
    return f"https://www{number % 5}.site{number % 5}.example/{number}"


def everything(out: Path) -> str:
    """All that the files of a run hold, Parquet decoded, as one string."""
    texts = []
    for path in sorted(out.rglob("*")):
        if path.suffix == ".parquet":
            texts += [repr(row) for row in pq.read_table(path).to_pylist()]
        elif path.is_file():
            texts.append(path.read_text(errors="replace"))
    return "\n".join(texts)


def rows(out: Path, folder: str) -> list[dict]:
    return [row for path in sorted((out / folder).glob("part-*.parquet")) for row in pq.read_table(path).to_pylist()]


def digests(out: Path) -> dict[str, str]:
    return {str(p.relative_to(out)): sha256(p.read_bytes()).hexdigest() for p in sorted(out.rglob("*.parquet"))}


def written(out: Path) -> dict[str, str]:
    """The digests of what a run leaves to be read; work done again is work kept."""
    return {name: digest for name, digest in digests(out).items() if not name.startswith("work/")}


# A kept page, one with a copy among the dropped, a copy itself, a short one, a quarantined one.
@pytest.mark.parametrize("number", [0, 3, 36, 38, 42])
def test_a_page_is_gone_from_everywhere(number, out):
    """Neither its address nor its text stands anywhere, and the run verifies; a copy elsewhere keeps its text."""
    before = json.loads((out / "report.json").read_text())
    assert url(number) in everything(out)
    done = takedown.takedown(out, "urls", [url(number), "https://nowhere.example/"])
    left = everything(out)
    assert f"{url(number)}'" not in left
    if number not in (3, 36):
        assert f"secret{number:03}x" not in left
    assert len(done.ids) == 1
    assert done.unmatched == ["https://nowhere.example/"]
    assert verify(out) == []
    after = json.loads((out / "report.json").read_text())
    kept = number in (0, 3)
    assert after["totals"]["docs_out"] == before["totals"]["docs_out"] - kept
    assert [stage["name"] for stage in after["stages"]][-1] == ("takedown" if kept else "gopher.quality")
    pages = [row["id"] for folder in ("data", "dropped", "quarantine") for row in rows(out, folder)]
    assert len(pages) == len(set(pages)) == 44
    assert done.ids[0] in pages


def test_a_slow_page_is_named_no_longer(out):
    """Neither the report nor a marker of a split lists it as one of the slowest; the others stay listed."""
    extract = json.loads((out / "report.json").read_text())["stages"][1]
    (_, gone, address), *others = extract["slowest"]
    takedown.takedown(out, "ids", [gone])
    assert f'"{address}"' not in everything(out)
    assert json.loads((out / "report.json").read_text())["stages"][1]["slowest"] == others


def test_only_affected_parts_are_rewritten(out):
    """Parts without the page are the same bytes; the manifest describes the others anew."""
    before = digests(out)
    takedown.takedown(out, "urls", [url(0)])
    after = digests(out)
    parts = [name for name in before if name.startswith(("data", "dropped", "quarantine", "signals"))]
    changed = {name for name in parts if before[name] != after[name]}
    assert {name.partition("/")[0] for name in changed} == {"data", "signals"}
    assert len(parts) == 2 + len(changed)
    manifest = json.loads((out / "manifest.json").read_text())
    assert {item["file"]: item["sha256"] for item in manifest["outputs"]} == written(out)


def test_a_domain_takes_its_subdomains_and_an_id_its_page(out):
    """`site2.example` holds every fifth page whatever became of it; its name's end alone does not match."""
    done = takedown.takedown(out, "domains", ["site2.example", "ite3.example", "# a note", ""])
    assert len(done.ids) == 9
    assert done.unmatched == ["ite3.example"]
    assert "site2.example" not in everything(out)
    one = rows(out, "data")[0]
    assert takedown.takedown(out, "ids", [one["id"].upper()]).ids == [one["id"]]
    assert one["url"] not in {row["url"] for row in rows(out, "data")}
    assert verify(out) == []


def test_the_record_says_what_was_done_but_not_to_whom(out):
    """Hashes of the request, digests of the files before and after, the ids; no address."""
    before = digests(out)
    takedown.takedown(out, "urls", [url(1), url(38)])
    assert ".example/" not in (out / "takedown.json").read_text()
    [request] = load_requests(out)
    assert request["done"]
    assert len(request["sha256"]) == len(request["ids"]) == 2
    after = digests(out)
    for name, change in request["files"].items():
        assert (change["before"], change["after"]) == (before.get(name, ""), after[name])
    assert sum(change["rows"] for name, change in request["files"].items() if name.startswith("data")) == 1


def test_taking_down_twice_changes_nothing(out):
    """The second request finds nothing to rewrite; nor does the order of requests matter."""
    takedown.takedown(out, "urls", [url(0), url(38)])
    once = digests(out)
    assert takedown.takedown(out, "urls", [url(38), url(0)]).rows["data"] == 0
    assert digests(out) == once


class Killed(BaseException):
    """What a kill looks like from inside."""


def test_killed_at_any_write_it_is_finished_by_the_next(finished, tmp_path, monkeypatch):
    """Stopped before each replacement of a file in turn; repeated, it leaves what an undisturbed takedown leaves."""
    whole = Path(shutil.copytree(finished[2], tmp_path / "whole"))
    asked = [url(0), url(42)]
    takedown.takedown(whole, "urls", asked)
    replace, stops = Path.replace, 0
    while True:
        out, left = tmp_path / f"stopped-{stops}", [stops]
        shutil.copytree(finished[2], out)

        def interrupted(self: Path, target: Path, left: list[int] = left) -> Path:
            if not left[0]:
                raise Killed
            left[0] -= 1
            return replace(self, target)

        monkeypatch.setattr(Path, "replace", interrupted)
        try:
            takedown.takedown(out, "urls", asked)
        except Killed:
            monkeypatch.undo()
            assert not stops or verify(out)
            takedown.takedown(out, "urls", asked)
        else:
            break
        assert written(out) == written(whole)
        assert "secret000x" not in everything(out)
        assert (out / "report.json").read_text() == (whole / "report.json").read_text()
        assert verify(out) == []
        stops += 5
    assert stops > 13  # the request, four files with a note before each, work, reports, manifest, the request as done


def test_a_rerun_does_not_bring_it_back(finished, out):
    """Whether it goes on from `work/` or reads the archive again, it leaves the very files the takedown left."""
    crawl, recipe, _ = finished
    takedown.takedown(out, "urls", [url(0), url(3)])
    takedown.takedown(out, "domains", ["site2.example"])
    parts = written(out)
    for forget in ("", "work"):
        if forget:
            shutil.rmtree(out / forget)
        report = run(load_recipe(str(recipe)), [str(crawl)], out, workers=Workers(1))
        assert written(out) == parts
        assert report["stages"][-1]["name"] == "takedown"
        assert "site2.example" not in everything(out)
        assert verify(out) == []


def test_verify_notices_a_page_that_came_back(finished, out):
    """A part put back by hand is named, and so is an unfinished takedown."""
    takedown.takedown(out, "urls", [url(0)])
    requests = load_requests(out)
    requests[0]["done"] = False
    (out / "takedown.json").write_text(json.dumps({"requests": requests}))
    for path in (finished[2] / "data").iterdir():
        shutil.copy(path, out / "data" / path.name)
    wrong = returned(out)
    assert any("interrupted" in line for line in wrong)
    assert any("holds a page that was taken down" in line for line in wrong)


@pytest.mark.parametrize(
    ("kind", "lines", "said"),
    [
        ("urls", ["example.org/page"], "is no http address"),
        ("domains", ["https://example.org/"], "is no domain"),
        ("domains", ["example.org", "com"], "'com' is no domain"),
        ("domains", ["co.uk"], "'co.uk' is no domain"),
        ("ids", ["1234"], "is no document id"),
        ("urls", ["# nothing", " "], "empty"),
    ],
)
def test_a_wrong_request_is_refused_before_anything_is_touched(kind, lines, said, out):
    """The line is quoted and nothing is recorded."""
    with pytest.raises(UsageError, match=said):
        takedown.takedown(out, kind, lines)
    assert not (out / "takedown.json").exists()


def test_a_damaged_part_is_not_given_a_new_digest(out):
    """A file that is not what the run wrote is named, and stays as it is."""
    path = min((out / "dropped").glob("part-*.parquet"))
    damaged = path.read_bytes() + b"x"
    path.write_bytes(damaged)
    with pytest.raises(UsageError, match=path.name):
        takedown.takedown(out, "urls", [url(0)])
    assert path.read_bytes() == damaged


def test_an_unfinished_run_is_searched_too(out):
    """Without a manifest the text goes from what is there."""
    (out / "manifest.json").unlink()
    assert takedown.takedown(out, "urls", [url(0)]).rows["data"] == 1
    assert "secret000x" not in everything(out)


def test_a_run_that_was_matched_against_it_notices(finished, out, tmp_path):
    """What was found in the pages that went is searched for again, so their addresses go from there, too."""
    crawl, recipe, _ = finished

    def later(name: str) -> Path:
        run(load_recipe(str(recipe)), [str(crawl)], tmp_path / name, against=[out], workers=Workers(1))
        return tmp_path / name

    assert f"{url(0)}'" in repr(rows(later("resumed"), "dropped"))
    takedown.takedown(out, "urls", [url(0)])
    index = (out / "index.json").read_bytes()
    assert digests(later("resumed") / "dropped") == digests(later("fresh") / "dropped")
    assert not [row for row in rows(tmp_path / "resumed", "dropped") if row["duplicate_of_url"] == url(0)]
    run(load_recipe(str(recipe)), [str(crawl)], out, workers=Workers(1))
    assert (out / "index.json").read_bytes() == index


@pytest.mark.parametrize("damage", ["one digit", "cut", "other shape", "empty"])
def test_a_damaged_record_stops_what_would_bring_a_page_back(damage, finished, out):
    """Before work starts, and verify names it: with one digit changed the page would be in the output again."""
    crawl, recipe, _ = finished
    takedown.takedown(out, "urls", [url(0)])
    said = (out / "takedown.json").read_text()
    asked = load_requests(out)[0]["sha256"][0]
    changed = {"one digit": said.replace(asked, f"{(int(asked[0], 16) + 1) % 16:x}{asked[1:]}"), "cut": said[:-9],
               "other shape": '{"requests": [{"when": "", "sha256": "", "done": true}]}', "empty": ""}  # fmt: skip
    (out / "takedown.json").write_text(changed[damage])
    for command in (
        lambda: run(load_recipe(str(recipe)), [str(crawl)], out, workers=Workers(1)),
        lambda: takedown.takedown(out, "urls", [url(3)]),
    ):
        with pytest.raises(UsageError, match=r"takedown\.json is damaged"):
            command()
    assert verify(out) == ["takedown.json is not the file that was written: its digest differs"]
