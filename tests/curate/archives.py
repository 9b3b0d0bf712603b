"""Web archives built by hand, record by record, for the tests of reading."""

import gzip
import zlib
from collections.abc import Iterable, Sequence

from curate.warc.pages import Limits, Page, ReadCounts, Skip
from curate.warc.reading import read_split

HTML = b"<!DOCTYPE html><html><head><title>t</title></head><body><p>page %d says hello</p></body></html>"


def http(body: bytes, *headers: str, status: str = "200 OK", content_type: str = "text/html; charset=utf-8") -> bytes:
    """The block of a response record."""
    lines = [f"HTTP/1.1 {status}", *([f"Content-Type: {content_type}"] if content_type else []), *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def record(url: str, block: bytes, kind: str = "response", *headers: str, length: object = None) -> bytes:
    """One WARC record."""
    lines = [
        "WARC/1.0",
        f"WARC-Type: {kind}",
        f"WARC-Target-URI: {url}",
        "WARC-Date: 2024-05-06T07:08:09Z",
        f"WARC-Record-ID: <urn:uuid:{zlib.crc32(url.encode() + kind.encode()):08x}>",
        *headers,
        f"Content-Length: {len(block) if length is None else length}",
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + block + b"\r\n\r\n"


def page(number: int, filler: bytes = b"") -> bytes:
    """A response record with a small page of its own."""
    return record(f"http://site.example/{number}", http(HTML % number + filler))


def request(number: int) -> bytes:
    """A request record."""
    return record(f"http://site.example/{number}", b"GET / HTTP/1.1\r\n\r\n", "request")


def archive(records: Iterable[bytes], level: int = 6) -> bytes:
    """Records compressed one by one."""
    return b"".join(gzip.compress(each, level, mtime=0) for each in records)


def urls(items: Sequence[Page | Skip]) -> list[str]:
    """The addresses of the pages among items."""
    return [each.url for each in items if isinstance(each, Page)]


def read(data: bytes, step: int = 0, limits: Limits = Limits()) -> tuple[list[Page | Skip], ReadCounts]:
    """Read bytes as a file, in splits of `step` bytes or whole."""
    import io

    counts = ReadCounts()
    items: list[Page | Skip] = []
    step = step or max(len(data), 1)
    for start in range(0, max(len(data), 1), step):
        items += read_split(io.BytesIO(data), start, min(start + step, len(data)), limits=limits, counts=counts)
    return items, counts


def pages(data: bytes, limits: Limits = Limits()) -> list[Page]:
    """The pages of an archive."""
    return [each for each in read(data, 0, limits)[0] if isinstance(each, Page)]
