"""Copies counted on the pages that stay: against plain Python, wherever the searches stand, and pages that repeat."""

import json
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from curate.cluster import Workers
from curate.engine.run import run
from curate.errors import UsageError
from curate.recipe import Recipe
from curate.stages import ExactDuplicates, Keep, NearDuplicates, Read
from tests.curate.test_resolve import Row, barriers, corpus, duplicates, plainly, without_ties, write

COLUMNS = ("copies", "copies_exact", "copies_near", "copies_first", "copies_last", "copies_sites")


def kept(out: Path) -> dict[str, tuple[Any, ...]]:
    """By address, what the pages that stay say of their copies."""
    rows = [row for path in sorted((out / "data").glob("*.parquet")) for row in pq.read_table(path).to_pylist()]
    return {row["url"]: tuple(row[name] for name in COLUMNS) for row in rows}


def counted(rows: Sequence[Row], removed: dict[str, tuple[str, str, float]]) -> dict[str, tuple[Any, ...]]:
    """The same from who was removed for whom: every page under the one that is left at the end of its chain."""
    groups: defaultdict[str, list[Row]] = defaultdict(list)
    for row in rows:
        last = row["url"]
        while last in removed:
            last = removed[last][1]
        groups[last].append(row)
    texts = {row["url"]: row["text"].split() for row in rows}
    found = {}
    for url, group in groups.items():
        same = sum(row["text"].split() == texts.get(url) for row in group) - 1
        dates = sorted(row["date"] for row in group if row["date"]) or [None]
        sites = {row["url"].split("/")[2] for row in group}
        found[url] = (len(group) - 1, same, len(group) - 1 - same, dates[0], dates[-1], len(sites))
    return found


@pytest.mark.parametrize("keep", ["earliest", "longest"])
def test_copies_are_what_comparing_all_with_all_removes(keep, tmp_path):
    """Copies of copies among them, exact and near apart, with their dates and sites; a loner has none."""
    rows = without_ties(corpus(7), keep)
    stages = (Read(), *barriers(keep))
    run(Recipe("near", stages), write(tmp_path / "in", rows, 5), tmp_path / "out", workers=Workers(1))
    removed = plainly(rows, keep)
    chains = [found for found in removed.values() if found[1] in removed]
    assert kept(tmp_path / "out") == counted(rows, removed)
    assert any(found[0] == "dedup_exact" for found in chains) or keep == "longest"


def some_dates_missing(rows: Sequence[Row]) -> list[Row]:
    """Pages whose copies have no date, one date, or dates of which some are missing."""
    return [{**row, "date": "" if i % 3 else row["date"]} for i, row in enumerate(rows)]


def test_unknown_dates_are_null_and_never_first(tmp_path):
    """Where pages have no date those of their copies count, and where none has one there is none."""
    rows = some_dates_missing(corpus(8))
    out = tmp_path / "out"
    run(Recipe("near", (Read(), *barriers())), write(tmp_path / "in", rows, 2), out, workers=Workers(1))
    assert kept(out) == counted(rows, duplicates(out))
    assert any(dates == (None, None) for *_, dates in ((row[0], row[3:5]) for row in kept(out).values()))


def test_searches_with_stages_in_between_add_up(tmp_path):
    """Counts, dates and sites are those of searches that stand together, as long as nothing goes in between."""
    rows = without_ties(corpus(9), "earliest")
    exact, near = barriers()
    inputs = write(tmp_path / "in", rows, 4)
    apart = Recipe("apart", (Read(), exact, Keep("any", len, min_value=0), near), split_bytes=700)
    run(apart, inputs, tmp_path / "apart", workers=Workers(1))
    run(Recipe("together", (Read(), exact, near)), inputs, tmp_path / "together", workers=Workers(1))
    assert kept(tmp_path / "apart") == kept(tmp_path / "together")
    assert any(exact and near for _, exact, near, *_ in kept(tmp_path / "apart").values())


def template(sites: int, per_site: int, seed: int = 0) -> list[Row]:
    """One text on some pages of some sites: every other page has a word changed."""
    words = [f"t{seed}x{i}" for i in range(60)]
    pages = [(site, page) for site in range(sites) for page in range(per_site)]
    return [
        {
            "text": " ".join([*words, f"n{site}" if page % 2 else "same"]),
            "url": f"https://s{site}.example/{seed}/{page}",
            "date": f"2026-05-{site + 1:02}T00:{page:02}:00Z",
        }
        for site, page in pages
    ]


@pytest.mark.parametrize(
    ("limits", "left"),
    [
        ({"drop_all": False, "max_copies": 3}, 3),
        ({"drop_all": True, "max_copies": 15, "min_sites": 4}, 3),
        ({"drop_all": True, "max_copies": 14, "min_sites": 5}, 3),
        ({"drop_all": True, "max_copies": 14, "min_sites": 4}, 2),
        ({"drop_all": True, "max_copies": 8, "min_sites": 1}, 1),
        ({"drop_all": True, "max_copies": 0, "min_sites": 1}, 1),
    ],
)
def test_nothing_is_kept_of_what_repeats_too_often(limits, left, tmp_path):
    """The bounds themselves pass: 15 copies on four sites, nine on one, and a page without any."""
    rows = [*template(4, 4), *template(1, 10, seed=1), *template(1, 1, seed=2)]
    out = tmp_path / "out"
    stages = (Read(), ExactDuplicates(), NearDuplicates(**limits))
    report = run(Recipe("near", stages), write(tmp_path / "in", rows, 3), out, workers=Workers(1))
    assert len(kept(out)) == left
    gone = [row for path in (out / "dropped").glob("*.parquet") for row in pq.read_table(path).to_pylist()]
    over = {
        (row["stage"], row["value"], row["limit"], row["duplicate_of"]) for row in gone if row["rule"] == "max_copies"
    }
    most = limits["max_copies"]
    assert over == {("dedup_near", n, most, None) for n in [15, 9][: 3 - left]}
    assert report["stages"][-1]["dropped"].get("max_copies", 0) == 3 - left


def test_limits_that_cannot_be_are_the_users_error():
    """A negative number of copies, or of sites."""
    for wrong in ({"max_copies": -1}, {"min_sites": -1}):
        with pytest.raises(UsageError, match="no -1 copies or sites"):
            ExactDuplicates(drop_all=True, **wrong)


def test_what_repeated_too_often_still_stands_for_its_copies(tmp_path):
    """A template that an earlier run dropped whole does not come back with the next crawl."""
    recipe = Recipe("near", (Read(), ExactDuplicates(), NearDuplicates(drop_all=True, max_copies=5)))
    first, second = template(3, 3), [{**row, "url": row["url"] + "/b"} for row in template(2, 2)]
    run(recipe, write(tmp_path / "a", first, 2), tmp_path / "A", workers=Workers(1))
    run(recipe, write(tmp_path / "b", second, 2), tmp_path / "B", against=[tmp_path / "A"], workers=Workers(1))
    assert kept(tmp_path / "A") == kept(tmp_path / "B") == {}
    report = json.loads((tmp_path / "B" / "report.json").read_text())
    assert sum(stage.get("counts", {}).get("copies_of_earlier", 0) for stage in report["stages"]) == len(second)


def test_copies_among_a_new_crawl_count_and_those_of_an_earlier_one_are_told(tmp_path):
    """What a page of this run has is this run's; what goes for an earlier run's page is counted in the report."""
    recipe = Recipe("near", (Read(), *barriers()))
    old, new = corpus(21, days=(1, 10)), corpus(22, days=(11, 28))
    run(recipe, write(tmp_path / "a", old, 3), tmp_path / "A", workers=Workers(1))
    run(recipe, write(tmp_path / "b", new, 4), tmp_path / "B", against=[tmp_path / "A"], workers=Workers(1))
    removed = duplicates(tmp_path / "B")
    to_earlier = [url for url, (_, of, _) in removed.items() if ".example/21/" in of]
    report = json.loads((tmp_path / "B" / "report.json").read_text())
    assert sum(stage.get("counts", {}).get("copies_of_earlier", 0) for stage in report["stages"]) == len(to_earlier) > 9
    expected = counted(new, removed)
    assert kept(tmp_path / "B") == {url: found for url, found in expected.items() if ".example/22/" in url}
