"""A run whose duplicates cost one site too much fails and says which."""

import json

import pytest

from curate.cluster import Workers
from curate.engine.run import run
from curate.errors import IncompleteRunError
from curate.finished.takedown import takedown
from curate.output.checksums import load_report
from curate.recipe import Recipe
from curate.stages import ExactDuplicates, Extract, Read

TEXTS = [f"Page {n} tells of the river, the stones and the light on the hills in its own words." for n in range(30)]


def recipe(**expect: tuple[float, float]) -> Recipe:
    return Recipe("loss", (Read(), Extract("resiliparse"), ExactDuplicates()), expect=expect)


@pytest.fixture
def crawl(tmp_path, record, write_warc) -> str:
    """25 pages of one site, 16 of them the same, and 22 of another that are all different."""
    pages = [(f"https://www.example.co.uk/{n}", TEXTS[min(n, 9)]) for n in range(25)]
    pages += [(f"https://fair.example/{n}", f"Elsewhere. {TEXTS[n]}") for n in range(22)]
    return str(write_warc(tmp_path / "a.warc.gz", [record(u, f"<main><p>{text}</p></main>") for u, text in pages]))


def test_the_worst_site_fails_the_run_and_is_named(crawl, tmp_path):
    """15 of 25 pages; everything is written all the same, and the page says it too."""
    with pytest.raises(IncompleteRunError, match=r"site_loss is 60.00%.*example.co.uk lost 15 of 25 pages to dedup_ex"):
        run(recipe(site_loss=(0.0, 0.5)), [crawl], tmp_path / "out", workers=Workers(1))
    assert (tmp_path / "out" / "manifest.json").is_file()
    assert "example.co.uk lost 15 of 25 pages to dedup_exact" in (tmp_path / "out" / "report.html").read_text()


def test_it_is_counted_only_for_a_recipe_that_asks_and_again_after_a_takedown(crawl, tmp_path):
    """A site that has been taken down is named no longer."""
    assert "site_loss" not in run(recipe(), [crawl], tmp_path / "plain", workers=Workers(1))["totals"]
    out = tmp_path / "out"
    loss = run(recipe(site_loss=(0.0, 0.6)), [crawl], out, workers=Workers(1))["totals"]["site_loss"]
    assert loss == {"share": 0.6, "site": "example.co.uk", "pages": 25, "lost": 15, "removed_by": ["dedup_exact"]}
    takedown(out, "domains", ["example.co.uk"])
    assert load_report(out)["totals"]["site_loss"]["site"] == "fair.example"
    assert "example.co.uk" not in json.dumps(load_report(out))
