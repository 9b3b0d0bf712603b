"""What reading may cost: CPU a byte is bounded for any input, also for those made to be dear."""

import io
import signal
import time
from types import FrameType

import pytest

from curate.errors import NotAnArchiveError
from curate.filters import html
from curate.warc.pages import Page, ReadCounts, parse_date
from curate.warc.reading import read_pages
from tests.curate.worst import CASES

SIZE = 400_000
SECONDS_PER_MEGABYTE = 2.0  # of CPU time, of bytes read or decompressed, whichever are more
SECONDS_PER_RECORD = 0.003
START = 0.05  # compiled patterns, imported modules


def cost(data: bytes, size: int) -> tuple[float, float]:
    """CPU seconds spent on an archive of `size` bytes, decompressed, and those it may cost."""
    counts = ReadCounts()
    started = time.process_time()
    try:
        for page in read_pages(io.BytesIO(data), counts=counts):
            assert isinstance(page, Page)
            html.ENGLISH(page.html, charset=page.charset)
    except NotAnArchiveError:
        pass
    found = counts.records.total() + counts.damaged_members
    return time.process_time() - started, START + SECONDS_PER_MEGABYTE * size / 1e6 + SECONDS_PER_RECORD * found


def _too_long(_signal: int, _frame: FrameType | None) -> None:
    raise TimeoutError("the CPU time of the test is spent")


@pytest.fixture(autouse=True)
def bounded():
    """Give a case up that takes ten times what it may."""
    before = signal.signal(signal.SIGVTALRM, _too_long)
    signal.setitimer(signal.ITIMER_VIRTUAL, 20)
    yield
    signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    signal.signal(signal.SIGVTALRM, before)


@pytest.mark.parametrize("name", CASES)
def test_reading_is_bounded_a_byte(name):
    """Each of the worst inputs known costs at most two seconds a megabyte and three milliseconds a record."""
    spent, allowed = cost(CASES[name](SIZE), SIZE)
    assert spent <= allowed, f"{spent:.2f} s, {allowed:.2f} s allowed"


def test_dates_are_bounded():
    """A date of a row of JSON or Parquet may be megabytes long."""
    started = time.process_time()
    assert parse_date("2024" + " " * 4_000_000 + "x") == ""
    assert parse_date(" " * 100 + "2024-05-06" + " " * 100) == "2024-05-06T00:00:00Z"
    assert time.process_time() - started < 1
