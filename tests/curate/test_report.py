"""The report adds up, and shows hostile text harmlessly."""

import io
from html.parser import HTMLParser

import pytest
from rich.console import Console

from curate.counts import AccountingError, fold, implausible, report
from curate.report.tables import print_table, rules_text, summary
from curate.report.webpage import write_html
from curate.terminal import harmless

HOSTILE = '<script>alert(1)</script><img src=x onerror="alert(2)">\x1b[31m\u202e[bold]'


def marker(**stages) -> dict:
    read = {"damaged_members": 1, "bytes_skipped": 10, "records": {"response": 3}}
    return {"input": "crawl.warc.gz", "stages": stages, "read": read}


def stage(docs_in: int, docs_out: int, **dropped: int) -> dict:
    return {"docs_in": docs_in, "docs_out": docs_out, "chars_in": docs_in * 10, "chars_out": docs_out * 10,
            "seconds": 0.5, "dropped": dropped, "errors": {}}  # fmt: skip


def made() -> dict:
    slow = [[20.25, "b" * 32, f"https://slow.example/{HOSTILE}"], [0.5, "a" * 32, "https://e.example/"]]
    markers = [
        marker(read=stage(60, 50, status=10)),
        marker(read=stage(40, 40)),
        {"stages": {"filter": {**stage(90, 2, min_words=80, **{HOSTILE: 8}), "slowest": slow[1:]}}},
        {"stages": {"filter": {**stage(0, 0), "slowest": slow[:1]}}},
    ]
    tally = fold(["read", "filter"], markers)
    tally.check()
    inputs = [{"name": HOSTILE, "format": "warc.gz", "bytes": 1000, "sha256": "0" * 64}]
    return report("test", {"inputs": inputs}, 1000, tally, {"docs": 2, "chars": 20, "bytes": 22}, [])


def test_markers_of_all_splits_are_added():
    """The report is a fold over markers, whatever their order and whoever made them."""
    totals = made()["totals"]
    assert totals["records_in"] == 100
    assert totals["docs_out"] == 2
    assert totals["survival_docs"] == 0.02
    assert totals["survival_bytes"] == 0.022
    assert totals["damaged_members"] == 2
    assert totals["warc_records"] == {"response": 6}
    assert made()["stages"][0]["dropped"] == {"status": 10}
    assert summary(made()) == "2.0% of 100 pages survived; filter and read removed most."


def test_the_slowest_pages_of_all_splits_are_listed():
    """Slowest first whatever split they were in, and only for stages that measure them."""
    read, filtered = made()["stages"]
    assert [(seconds, id_[0]) for seconds, id_, _ in filtered["slowest"]] == [(20.25, "b"), (0.5, "a")]
    assert "slowest" not in read


SITE = {"share": 0.75, "site": "worst.example", "pages": 40, "lost": 30, "removed_by": ["dedup_exact", "dedup_near"]}


def test_a_site_that_loses_too_much_is_named():
    """The line has the share, the band and the site with its numbers; bounds are plausible."""
    found = made()
    found["totals"]["site_loss"] = SITE
    said = "site_loss is 75.00%, expected 0.00% to 50.00%; "
    lost = "worst.example lost 30 of 40 pages to dedup_exact and dedup_near"
    assert implausible(found, {"site_loss": (0.0, 0.5)}) == [said + lost]
    assert implausible(found, {"site_loss": (0.0, 0.75)}) == []


def test_without_a_site_that_is_large_enough_no_band_is_missed():
    """Nothing to say about is plausible, also for a report in which it was not counted."""
    found = made()
    assert implausible(found, {"site_loss": (0.1, 0.5)}) == []
    found["totals"]["site_loss"] = {**SITE, "share": None, "site": "", "pages": 0, "lost": 0}
    assert implausible(found, {"site_loss": (0.1, 0.5)}) == []


def test_a_page_lost_between_stages_is_loud():
    """A stage must take in what the one before let out."""
    tally = fold(["read", "filter"], [marker(read=stage(60, 50, status=10)), {"stages": {"filter": stage(49, 49)}}])
    with pytest.raises(AccountingError, match="read let out 50 documents but filter took in 49"):
        tally.check()


def test_rules_are_listed_commonest_first_and_the_rest_is_summed():
    """No count is hidden: what is not listed is in `others`."""
    dropped = {f"rule{i}": i for i in range(1, 8)}
    assert rules_text({"dropped": dropped, "errors": {"crash": 9}}) == (
        "error: crash 9, rule7 7, rule6 6, rule5 5, others 10"
    )


def test_hostile_text_is_harmless_in_the_terminal():
    """Escapes and bidi controls show as code points; brackets are not mark-up."""
    assert harmless("a\x1b[31m\u202eb\x00\u2066") == "a<U+001B>[31m<U+202E>b<U+0000><U+2066>"
    assert harmless("Grüße, 世界\n") == "Grüße, 世界\n"
    console = Console(width=400, record=True, file=io.StringIO())
    print_table(made(), console)
    shown = console.export_text()
    assert "\x1b" not in shown
    assert "[bold]" in shown
    assert "<U+202E>" in shown


def test_hostile_text_is_harmless_in_the_page(tmp_path):
    """No element or attribute comes out of data, and nothing is loaded from anywhere."""
    write_html(tmp_path / "report.html", made())
    tags: list[tuple[str, dict]] = []

    class Tags(HTMLParser):
        def handle_starttag(self, tag, attributes):
            tags.append((tag, dict(attributes)))

    page = (tmp_path / "report.html").read_text()
    Tags().feed(page)
    assert not {tag for tag, _ in tags} & {"script", "img", "link", "iframe"}
    assert not [name for _, attributes in tags for name in attributes if name.startswith("on") or name == "src"]
    links = [attributes["href"] for _, attributes in tags if "href" in attributes]
    assert links and all(link.startswith("#") for link in links)
    assert "&lt;script&gt;alert(1)" in page
    assert "https://slow.example/&lt;script&gt;" in page and "20.250" in page
    assert "\x1b" not in page and "\u202e" not in page
    assert "2.0% of 100 pages survived" in page
