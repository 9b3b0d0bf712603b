"""The site that loses most to duplicate removal, on rows written by hand."""

import random
from collections import Counter
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from curate.report.sites import site_loss

STAGES = ("read", "language", "dedup_exact", "gopher.quality", "dedup_near", "quality")
REMOVAL = ("dedup_exact", "dedup_near")


def write(out: Path, rows: list[tuple[str, str]]) -> Path:
    """The files of a run whose pages (address, stage they ended at, `kept`, or `failed` for quarantine) these are."""
    for folder, chosen in (
        ("data", [row for row in rows if row[1] == "kept"]),
        ("dropped", [row for row in rows if row[1] not in ("kept", "failed")]),
        ("quarantine", [(url, "quality") for url, stage in rows if stage == "failed"]),
    ):
        (out / folder).mkdir(parents=True)
        columns = {"url": pa.array([url for url, _ in chosen], pa.string())}
        if folder != "data":
            columns["stage"] = pa.array([stage for _, stage in chosen], pa.string())
        for part, start in enumerate(range(0, len(chosen), 40)):
            pq.write_table(pa.table(columns).slice(start, 40), out / folder / f"part-{part:05}.parquet")
    return out


def pages(host: str, **ends: int) -> list[tuple[str, str]]:
    """So many pages of a host that ended at each stage."""
    names = [stage.replace("__", ".") for stage, count in ends.items() for _ in range(count)]
    return [(f"http://{host}/{n}", stage) for n, stage in enumerate(names)]


def test_the_worst_site_is_counted_over_its_hosts_and_over_pages_that_came_that_far(tmp_path):
    """15 of 25: both duplicate stages count, as do pages that were kept, dropped between or after, or quarantined."""
    rows = [
        *pages("www.worst.co.uk", dedup_exact=7, kept=3, read=50, language=9),
        *pages("blog.worst.co.uk:8080", dedup_near=8, gopher__quality=4, quality=2, failed=1),
        *pages("fair.example", dedup_exact=10, kept=10),
        *pages("small.example", dedup_exact=19),  # one page short of being looked at
        *pages("early.example", read=100, language=20),
        ("", "dedup_exact"),
        ("not an address", "dedup_exact"),
    ]
    assert site_loss(write(tmp_path, rows), STAGES, REMOVAL) == {
        "share": 15 / 25, "site": "worst.co.uk", "pages": 25, "lost": 15, "removed_by": ["dedup_exact", "dedup_near"],
    }  # fmt: skip


def test_of_equal_shares_the_larger_site_is_named_and_twenty_pages_are_enough(tmp_path):
    """Then the first by name."""
    rows = [*pages("b.example", dedup_near=10, kept=10), *pages("a.example", dedup_near=10, kept=10)]
    assert site_loss(write(tmp_path / "same", rows), STAGES, REMOVAL)["site"] == "a.example"
    rows += pages("c.example", dedup_exact=20, kept=20)
    assert site_loss(write(tmp_path / "larger", rows), STAGES, REMOVAL)["site"] == "c.example"


def test_no_site_is_large_enough(tmp_path):
    """There is no share then, also of a run without pages."""
    found = site_loss(write(tmp_path / "small", pages("a.example", dedup_exact=19)), STAGES, REMOVAL)
    assert (found["share"], found["site"], found["pages"]) == (None, "", 0)
    assert site_loss(tmp_path / "nothing", STAGES, REMOVAL)["share"] is None


@pytest.mark.parametrize("max_sites", [1, 3, 50, 1000])
def test_few_sites_at_a_time_give_the_same_site(max_sites, tmp_path):
    """However small the part of all sites that is held, and however often the rows are read for it."""
    rng = random.Random(5)
    rows = []
    for number in range(60):
        lost = rng.randrange(30)
        rows += pages(f"site{number}.example", dedup_exact=lost, kept=rng.randrange(30))
    rng.shuffle(rows)
    whole, lost = Counter[str](), Counter[str]()
    for url, stage in rows:
        site = url.split("/")[2]
        whole[site] += 1
        lost[site] += stage == "dedup_exact"
    worst = min((-lost[site] / n, -n, site) for site, n in whole.items() if n >= 20)
    found = site_loss(write(tmp_path, rows), STAGES, REMOVAL, max_sites=max_sites)
    assert (-found["share"], -found["pages"], found["site"]) == worst
