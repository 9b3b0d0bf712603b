"""Which pages took longest to extract: measured one by one, listed in the report, and in no other output."""

import json
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from curate.cluster import Workers
from curate.documents import PAGES, Documents
from curate.engine.run import run
from curate.extract.child_process import SandboxLimits
from curate.recipe import Recipe
from curate.stages import ExactDuplicates, Extract, Read

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="limits are enforced by Linux")

PARAGRAPH = "<p>A paragraph of a page that takes its time, with <b>bold</b> words and a <a href='/x'>link</a>.</p>"
RECIPE = Recipe("slow", (Read(), Extract("trafilatura"), ExactDuplicates()), split_bytes=400)


def html(paragraphs: int) -> str:
    return f"<html><body><main>{PARAGRAPH * paragraphs}</main></body></html>"


def documents(*pages: str | None) -> Documents:
    """Pages with ids 0, 1, 2 ...; None stands for a text that came without HTML."""
    rows = [
        {"id": str(i), "url": f"https://e.example/{i}", "html": (page or "").encode(), "charset": "utf-8",
         "text": "A text." if page is None else None}
        for i, page in enumerate(pages)
    ]  # fmt: skip
    return Documents(pa.RecordBatch.from_pylist(rows, PAGES))


def test_each_pages_time_is_its_own():
    """Not the child's start, which the first page does not pay, nor that after a page which was killed."""
    limits = SandboxLimits(max_cpu_seconds=1.5)
    pages = documents(html(2), html(1500), None, html(1 << 16), html(3))
    outcome = Extract("trafilatura", limits=limits)(pages)
    seconds = outcome.page_seconds
    assert [getattr(fate, "kind", "") for fate in outcome.fates] == ["", "", "", "cpu_limit", ""]
    assert np.isnan(seconds).tolist() == [False, False, True, False, False]
    assert 1 < seconds[3] < 4
    assert max(seconds[0], seconds[4]) < seconds[1] / 3 < seconds[3]
    assert np.nansum(seconds) <= outcome.child_seconds


def test_the_report_lists_them_and_nothing_else_knows(tmp_path, record, write_warc):
    """Ten of twelve pages from several splits; a second run writes the same manifest though its times differ."""
    sizes = {f"https://e.example/{n}": 800 if n == 7 else n + 1 for n in range(12)}
    crawl = write_warc(tmp_path / "a.warc.gz", [record(url, html(size)) for url, size in sizes.items()])
    outs = [tmp_path / "one", tmp_path / "two"]
    reports = [run(RECIPE, [str(crawl)], out, workers=Workers(1)) for out in outs]
    read, extract, exact = json.loads((outs[0] / "report.json").read_text())["stages"]
    assert "slowest" not in read and "slowest" not in exact
    slowest = extract["slowest"]
    assert slowest == reports[0]["stages"][1]["slowest"]
    assert (len(slowest), slowest[0][2]) == (10, "https://e.example/7")
    assert slowest == sorted(slowest, key=lambda page: -page[0])
    rows = [
        row for path in outs[0].glob("d*/*.parquet") for row in pq.read_table(path, columns=["id", "url"]).to_pylist()
    ]
    assert {(id_, url) for _, id_, url in slowest} <= {(row["id"], row["url"]) for row in rows}
    assert "Slowest pages of extract" in (outs[0] / "report.html").read_text()
    assert (outs[0] / "manifest.json").read_bytes() == (outs[1] / "manifest.json").read_bytes()
    columns = {name for path in Path(outs[0]).glob("[dqs]*/*.parquet") for name in pq.read_schema(path).names}
    assert not [name for name in columns if "seconds" in name or "slow" in name]
