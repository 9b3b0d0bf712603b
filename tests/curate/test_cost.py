"""What reading may cost: CPU a byte is bounded for any input, also for those made to be dear."""

import io
import signal
from types import FrameType

import pytest

from curate.errors import NotAnArchiveError
from curate.filters import html
from curate.warc.pages import Page, ReadCounts, parse_date
from curate.warc.reading import read_pages
from tests.clock import cpu_seconds, takes_at_most
from tests.curate.worst import CASES

SIZE = 400_000
SECONDS_PER_MEGABYTE = 2.0  # of CPU time, of bytes read or decompressed, whichever are more
SECONDS_PER_RECORD = 0.003
START = 0.05  # compiled patterns, imported modules


def read(data: bytes) -> int:
    """Read an archive and judge its pages; gives its records and damaged members."""
    counts = ReadCounts()
    try:
        for page in read_pages(io.BytesIO(data), counts=counts):
            assert isinstance(page, Page)
            html.ENGLISH(page.html, charset=page.charset)
    except NotAnArchiveError:
        pass
    return counts.records.total() + counts.damaged_members


def _too_long(_signal: int, _frame: FrameType | None) -> None:
    raise TimeoutError("the CPU time of the test is spent")


@pytest.fixture(autouse=True)
def bounded():
    """Give a case up that takes many times what it may."""
    before = signal.signal(signal.SIGVTALRM, _too_long)
    signal.setitimer(signal.ITIMER_VIRTUAL, 60)
    yield
    signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    signal.signal(signal.SIGVTALRM, before)


@pytest.mark.parametrize("name", CASES)
def test_reading_is_bounded_a_byte(name):
    """Each of the worst inputs known costs at most two seconds a megabyte and three milliseconds a record."""
    data = CASES[name](SIZE)
    found: list[int] = []
    spent = cpu_seconds(lambda: found.append(read(data)))
    allowed = START + SECONDS_PER_MEGABYTE * SIZE / 1e6 + SECONDS_PER_RECORD * found[0]
    assert spent <= allowed or takes_at_most(allowed, lambda: read(data)), f"{spent:.2f} s, {allowed:.2f} s allowed"


def test_dates_are_bounded():
    """A date of a row of JSON or Parquet may be megabytes long."""
    assert parse_date(" " * 100 + "2024-05-06" + " " * 100) == "2024-05-06T00:00:00Z"
    long = "2024" + " " * 4_000_000 + "x"
    assert parse_date(long) == ""
    assert takes_at_most(1, lambda: parse_date(long))
