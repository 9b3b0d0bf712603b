"""Parquet as input, hostile in size: memory is bounded, and every row is a page or counted."""

import contextlib
import io
import subprocess
import sys
from datetime import datetime

import pyarrow as pa
import pytest
from pyarrow import parquet

from curate.inputs.parquet_pages import BadPageError, page_sizes
from curate.inputs.parquet_rows import read_parquet
from curate.warc.pages import Limits, Page, ReadCounts, Skip

PEAK = """
import sys, time
from curate.inputs.parquet_rows import read_parquet
from curate.warc.pages import Limits, ReadCounts
from pyarrow.parquet import ParquetFile
def peak():
    return next(int(line.split()[1]) >> 10 for line in open("/proc/self/status") if line.startswith("VmHWM"))
before = peak()
with open(sys.argv[1], "rb") as file:
    groups = ParquetFile(sys.argv[1]).num_row_groups
    items = read_parquet(file, "x", 0, groups, limits=Limits(), counts=ReadCounts())
    rules = [getattr(each, "rule", "page") for each in items]
print(len(rules), *sorted(set(rules)), peak() - before)
"""


def read(table: pa.Table, **how) -> list[Page | Skip]:
    sink = io.BytesIO()
    parquet.write_table(table, sink, **how)
    groups = parquet.ParquetFile(sink).num_row_groups
    return list(read_parquet(sink, "x.parquet", 0, groups, limits=Limits(), counts=ReadCounts()))


def in_a_process(path) -> tuple[int, list[str], int]:
    """Rows, their fates, and how much memory reading took, in megabytes."""
    done = subprocess.run([sys.executable, "-c", PEAK, path], capture_output=True, text=True, timeout=900)
    assert done.returncode == 0, done.stderr
    count, *rules, peak = done.stdout.split()
    return int(count), rules, int(peak)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
@pytest.mark.parametrize("column", ["text", "url"])
def test_many_rows_of_one_long_string(tmp_path, column):
    """Sixty-four rows that share one string of 64 MB, a few kilobytes on disk."""
    text = pa.DictionaryArray.from_arrays(pa.array([0] * 64, pa.int32()), pa.array(["a" * (64 << 20)]))
    columns = {"text": pa.array(["b"] * 64), column: text}
    parquet.write_table(pa.table(columns), tmp_path / "x.parquet", compression="zstd")
    assert (tmp_path / "x.parquet").stat().st_size < 100_000
    count, rules, peak = in_a_process(tmp_path / "x.parquet")
    assert (count, rules) == (64, ["too_large"])
    assert peak < 700


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
@pytest.mark.parametrize("dictionary", [False, True])
def test_one_row_of_a_quarter_of_a_gigabyte(tmp_path, dictionary):
    """The size of a page is known before it is decompressed; the group that holds it is counted row by row."""
    table = pa.table({"text": ["a" * (256 << 20), "b"]})
    parquet.write_table(
        table, tmp_path / "x.parquet", compression="zstd", use_dictionary=dictionary, write_statistics=False
    )
    del table
    count, rules, peak = in_a_process(tmp_path / "x.parquet")
    assert (count, rules) == (2, ["too_large"])
    assert peak < 200


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_many_rows_that_repeat_the_one_before(tmp_path):
    """An encoding that stores what differs from the row before: a page of 10 MB that holds 100 times as much."""
    table = pa.table({"text": ["a" * (10 << 20)] * 100})
    parquet.write_table(
        table, tmp_path / "x.parquet", use_dictionary=False, compression="zstd",
        column_encoding={"text": "DELTA_BYTE_ARRAY"},
        write_statistics=False, data_page_size=1 << 40,
    )  # fmt: skip
    del table
    count, rules, peak = in_a_process(tmp_path / "x.parquet")
    assert (count, rules) == (100, ["too_large"])
    assert peak < 700


def test_rows_are_what_they_were():
    """Texts, addresses and dates of any type come out whatever encoding they are in."""
    rows = [
        {"url": f"http://a/{i}", "date": datetime(2024, 5, 6, 7, 8, i % 60), "text": f"text ä {i % 7}"}
        for i in range(700)
    ]
    table = pa.Table.from_pylist(rows)
    for how in (
        {},
        {"use_dictionary": False},
        {"row_group_size": 100},
        {"data_page_version": "2.0"},
        {"compression": "none"},
    ):
        found = read(table, **how)
        assert [(each.url, each.text, each.date) for each in found] == [
            (row["url"], row["text"], f"{row['date']:%Y-%m-%dT%H:%M:%SZ}") for row in rows
        ]
        assert [each.offset for each in found] == list(range(700))


def test_rows_without_a_text():
    """Nulls, blanks and columns that hold no strings are counted rows."""
    assert [each.rule for each in read(pa.table({"text": [None, "  "]}))] == ["no_text", "empty"]
    assert [each.rule for each in read(pa.table({"text": [[1], [2]]}))] == ["no_text"] * 2
    assert [each.text for each in read(pa.table({"text": ["a"], "url": [3], "date": [b"x"]}))] == ["a"]


def test_page_sizes_are_those_of_the_pages():
    """The walk over page headers meets every value, and the sizes the footer adds up to."""
    sink = io.BytesIO()
    texts = [f"text {i}" * (i % 50) for i in range(5000)]
    parquet.write_table(pa.table({"text": texts}), sink, data_page_size=2000, write_batch_size=50)
    column = parquet.ParquetFile(sink).metadata.row_group(0).column(0)
    begin = column.dictionary_page_offset or column.data_page_offset
    found = list(page_sizes(sink, begin, begin + column.total_compressed_size))
    assert sum(page.values for page in found if not page.is_dictionary) == 5000
    assert sum(page.is_dictionary for page in found) == 1
    assert (
        0 < column.total_uncompressed_size - sum(page.bytes for page in found) < 1200 * len(found)
    )  # headers, with their statistics


def test_damaged_page_headers_have_an_end():
    """Whatever stands where a page should begin, the walk ends or says that it is none."""
    import random

    rng = random.Random(3)
    for _ in range(300):
        data = rng.randbytes(rng.randrange(1, 400)) + bytes([255]) * rng.choice((0, 3000))
        with contextlib.suppress(BadPageError):
            assert len(list(page_sizes(io.BytesIO(data), 0, len(data)))) <= len(data)
