"""The inputs that took most memory in `bench/memory_fuzz.py`, small, and that nothing holds all of them."""

import gc
import os
import random
import subprocess
import sys
import weakref
from pathlib import Path

import pytest

from curate.cluster import Workers
from curate.counts import StageCount
from curate.engine.reading import BATCH_BYTES, Found, read_pages
from curate.engine.run import run
from curate.inputs.sources import plan, resolve
from curate.recipe import Recipe
from curate.report.pages import MAX_ADDRESS
from curate.report.pages import read_pages as pages_of
from curate.stages import Read
from curate.warc.http_body import DECODERS
from tests.curate.archives import archive, http, record


def long_addresses(path: Path, count: int) -> None:
    """Pages that are none, each under an address as long as one may be."""
    block, tail = http(b"%PDF", content_type="application/pdf"), "u" * 60_000
    path.write_bytes(archive([record(f"http://s.example/{n}/{tail}", block) for n in range(count)]))


def test_pages_that_are_none_are_held_by_their_bytes(tmp_path: Path) -> None:
    """17,000 records that are no pages, with long addresses, took 3.2 GB: what is dropped was held by number alone."""
    path = tmp_path / "a.warc.gz"
    long_addresses(path, 400)
    [split] = plan(resolve([str(path)]), 1 << 30)
    dropped: list[int] = []
    count = StageCount()
    for _ in read_pages([Found(split)], Read(), count, lambda rows: dropped.append(rows.nbytes)):
        pass
    assert count.docs_in == 400
    assert sum(dropped) > 2 * BATCH_BYTES
    assert max(dropped) < BATCH_BYTES + (1 << 17)


def test_a_report_holds_the_beginning_of_an_address(tmp_path: Path) -> None:
    """A hundred thousand pages with such addresses would take 6 GB."""
    long_addresses(tmp_path / "a.warc.gz", 30)
    run(Recipe("long", (Read(),)), [str(tmp_path / "a.warc.gz")], tmp_path / "out", workers=Workers(1))
    found = pages_of(tmp_path / "out", ("read",))
    assert [len(url) for url in found.urls] == [MAX_ADDRESS] * 30


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="the resident memory is read from /proc")
def test_bodies_that_do_not_decode_leave_nothing_behind() -> None:
    """Broken zstd bodies each left 64 KB for good: 400 of them 26 MB."""

    def resident() -> int:
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    rng = random.Random(1)
    body = b"\x28\xb5\x2f\xfd" + rng.randbytes(2000)
    for _ in range(50):
        DECODERS["zstd"](body, 1 << 20)
    before = resident()
    for _ in range(400):
        DECODERS["zstd"](body, 1 << 20)
    assert resident() - before < 8 << 20


def test_what_waits_in_cycles_goes_after_each_task():
    """Texts in reference cycles came to 300 MB within twenty tasks, because the collector counts objects, not bytes."""

    class Held:
        itself: object = None

    seen = []

    def task() -> None:
        held = Held()
        held.itself = held
        seen.append(weakref.ref(held))

    gc.disable()
    try:
        list(Workers(1).map(task, [(), ()]))
    finally:
        gc.enable()
    assert [each() for each in seen] == [None, None]


LATER = """
import sys
import pyarrow as pa
from curate.memory import set_up
set_up()
pa.array(["a"]), pa.RecordBatch.from_pylist([{"a": 1}])
assert "pandas" not in sys.modules
import pandas
assert pa.array(pandas.Series([1.0, None]))[1].as_py() is None, "Arrow takes NaN of a Series for a number"
assert pa.Table.from_pandas(pandas.DataFrame({"a": [1]})).to_pandas()["a"].tolist() == [1]
print("done")
"""


def test_pandas_is_imported_when_somebody_needs_it() -> None:
    """Arrow imports it at the first list, for 40 MB a process; a stage that uses it finds Arrow as ever."""
    pytest.importorskip("pandas")
    done = subprocess.run([sys.executable, "-c", LATER], capture_output=True, text=True)
    assert done.stdout == "done\n", done.stderr
