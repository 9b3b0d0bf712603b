"""Five hundred hostile archives, small: every one is read, judged and accounted for, and none takes long."""

import gzip
import io
import json
import subprocess
import sys

import pytest

from curate.errors import NotAnArchiveError
from curate.recipe import load_recipe
from curate.walk import explain
from curate.warc.pages import Page
from curate.warc.reading import read_pages
from tests.clock import takes_at_most
from tests.curate.hostile_cases import cases

SCALE = 0.002
MAX_CPU_SECONDS = 2.0  # most take milliseconds; a shape with quadratic cost takes minutes at full size


@pytest.fixture(scope="module")
def corpus():
    return list(cases(SCALE))


def test_there_are_enough_and_they_differ(corpus):
    """Names and bytes are all different."""
    assert len(corpus) >= 300
    assert len({name for name, _ in corpus}) == len(corpus)
    assert len({data for _, data in corpus}) > len(corpus) * 0.95


def test_no_case_raises_or_takes_long(corpus):
    """Each archive gives its pages or says that it is none; each page goes through every stage of the recipe."""
    recipe, pages = load_recipe("webtext"), 0

    def explained(name: str, data: bytes) -> int:
        try:
            found = [page for page in read_pages(io.BytesIO(data)) if isinstance(page, Page)]
        except NotAnArchiveError:
            return 0
        for page in found:
            assert list(explain(recipe, page)), name
        return len(found)

    for name, data in corpus:
        warm, counts = pages > 0, []
        bounded = takes_at_most(MAX_CPU_SECONDS, lambda case=(name, data), to=counts: to.append(explained(*case)))
        assert bounded or not warm or name.endswith("bomb"), name
        pages += counts[0]
    assert pages > len(corpus) * 0.8


def test_a_run_over_all_of_them_adds_up(corpus, tmp_path):
    """A few archives made of all cases: the run ends, every record is kept, dropped or quarantined, and files agree."""
    families: dict[str, bytes] = {}
    for name, data in corpus:
        family = name.split("/")[0]
        families[family] = families.get(family, b"") + (data if data[:2] == b"\x1f\x8b" else gzip.compress(data))
    for family, data in families.items():
        (tmp_path / f"{family}.warc.gz").write_bytes(data)
    out = tmp_path / "out"
    command = [sys.executable, "-m", "curate.cli"]
    run = subprocess.run([*command, "run", *map(str, tmp_path.glob("*.gz")), "--out", str(out), "--workers", "1"],
                         capture_output=True, text=True, timeout=900, check=False)  # fmt: skip
    assert run.returncode == 0, run.stderr
    report = json.loads((out / "report.json").read_text())
    assert report["totals"]["records_in"] > len(corpus) * 0.8
    assert subprocess.run([*command, "verify", str(out)], capture_output=True, timeout=300, check=False).returncode == 0
