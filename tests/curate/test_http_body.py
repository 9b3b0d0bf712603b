"""HTTP responses to pages: encodings undone, types told from the bytes, statuses, headers."""

import gzip
import random
import tracemalloc
import zlib

import brotli
import pyarrow as pa
import pytest

from curate.warc.pages import Limits, Skip
from tests.curate.archives import HTML, archive, http, page, pages, read, record


def rules(data: bytes, limits: Limits = Limits()) -> list[str]:
    """What became of each record that should bear a page: its rule, or `page`."""
    return [each.rule if isinstance(each, Skip) else "page" for each in read(data, 0, limits)[0]]


def chunked(body: bytes, size: int = 20) -> bytes:
    """A body in chunks."""
    parts = [body[at : at + size] for at in range(0, len(body), size)]
    return b"".join(b"%x;q=1\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


BODY = HTML % 5
RAW_DEFLATE = zlib.compressobj(wbits=-15)
DEFLATED = RAW_DEFLATE.compress(BODY) + RAW_DEFLATE.flush()


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (chunked(BODY), ["Transfer-Encoding: chunked"]),
        (BODY, ["Transfer-Encoding: chunked"]),
        (chunked(BODY).replace(b"0\r\n\r\n", b""), ["Transfer-Encoding: chunked"]),
        (gzip.compress(BODY, mtime=0), ["Content-Encoding: gzip"]),
        (gzip.compress(BODY, mtime=0), ["Content-Encoding: GZIP , identity"]),
        (gzip.compress(BODY, mtime=0)[:-8], ["Content-Encoding: gzip"]),
        (gzip.compress(BODY, mtime=0), []),
        (BODY, ["Content-Encoding: gzip"]),
        (BODY, ["Content-Encoding: br"]),
        (BODY, ["Content-Encoding: deflate"]),
        (BODY, ["Content-Encoding: klingon"]),
        (zlib.compress(BODY), ["Content-Encoding: deflate"]),
        (DEFLATED, ["Content-Encoding: deflate"]),
        (brotli.compress(BODY), ["Content-Encoding: br"]),
        (bytes(pa.compress(BODY, codec="zstd", asbytes=True)), ["Content-Encoding: zstd"]),
        (brotli.compress(gzip.compress(BODY, mtime=0)), ["Content-Encoding: gzip, br"]),
        (brotli.compress(gzip.compress(BODY, mtime=0)), ["Content-Encoding: gzip", "Content-Encoding: br"]),
        (chunked(gzip.compress(BODY, mtime=0)), ["Transfer-Encoding: chunked", "Content-Encoding: gzip"]),
        (BODY, ["no colon here", ": empty name", "Bad\x00Name: x", " folded first"]),
    ],
)
def test_encodings_are_undone(body: bytes, headers: list[str]) -> None:
    """Whatever encodings a body has, or is said to have and has not, the page comes out."""
    assert [each.html for each in pages(archive([record("http://e.example/", http(body, *headers))]))] == [BODY]


@pytest.mark.parametrize("encode", [gzip.compress, zlib.compress, brotli.compress])
def test_encoded_bombs_are_skipped(encode: object) -> None:
    """A body that decodes to more than the cap is skipped as too large, without being decoded whole."""
    name = {gzip.compress: "gzip", zlib.compress: "deflate", brotli.compress: "br"}[encode]
    block = http(encode(bytes(30_000_000)), f"Content-Encoding: {name}")  # type: ignore[operator]
    data = archive([record("http://b.example/", block), page(1)])
    tracemalloc.start()
    assert rules(data, Limits(max_payload_bytes=1 << 20)) == ["too_large", "page"]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 12_000_000


def test_undecodable_is_a_skip() -> None:
    """Binary that is not in the encoding it claims is skipped, never passed on as text."""
    block = http(b"\x00\x01\x02\xff" * 100, "Content-Encoding: br")
    assert rules(archive([record("http://u.example/", block)])) == ["undecodable"]


NOISE = random.Random(4).randbytes(300).hex().encode()
PACKED = gzip.compress(BODY + NOISE, mtime=0)
ZSTD = bytes(pa.compress(BODY + NOISE, codec="zstd", asbytes=True))
WRONG_SUM = PACKED[:-6] + bytes([PACKED[-6] ^ 255]) + PACKED[-5:]


@pytest.mark.parametrize(
    ("body", "name", "share", "damaged"),
    [
        (PACKED, "gzip", 1, 0),
        (PACKED + b"\0" * 20, "gzip", 1, 0),
        (WRONG_SUM, "gzip", 1, 1),
        (PACKED[:-8], "gzip", 1, 1),
        (PACKED[:-60], "gzip", 0.8, 1),
        (PACKED[:-60], "x-klingon", 0.8, 1),
        (zlib.compress(BODY + NOISE)[:-4], "deflate", 1, 1),
        (zlib.compress(BODY + NOISE)[:-60], "deflate", 0.8, 1),
        (brotli.compress(BODY + NOISE)[:-60], "br", 0.1, 1),
        (brotli.compress(gzip.compress(BODY + NOISE)[:-60]), "gzip, br", 0.8, 1),
    ],
)
def test_a_body_that_breaks_off_is_kept_as_far_as_it_goes_and_counted(
    body: bytes, name: str, share: float, damaged: int
) -> None:
    """All that can be decoded, also of the bytes that come with the error, and a damaged place in the account."""
    [found], counts = read(archive([record("http://b.example/", http(body, f"Content-Encoding: {name}"))]))
    assert (BODY + NOISE).startswith(found.html)
    assert len(found.html) >= share * len(BODY + NOISE)
    assert counts.damaged_members == damaged


def test_a_value_beside_a_limit_is_beyond_it() -> None:
    """Also where a body is too large only once it is decoded, or has no size that could be compared."""
    block = http(gzip.compress(bytes(5000)), "Content-Encoding: gzip")
    [large] = read(archive([record("http://b.example/", block)]), 0, Limits(max_payload_bytes=1000))[0]
    [unread] = read(archive([record("http://b.example/", http(b"\0\1\2" * 99, "Content-Encoding: br"))]))[0]
    assert (large.rule, large.value, large.limit) == ("too_large", 1001, 1000)
    assert (unread.rule, unread.value, unread.limit) == ("undecodable", 1, 0)


def test_an_address_in_angle_brackets() -> None:
    """WARC 1.0 writes it so; a bracket of its own stays."""
    made = archive(record(url, http(BODY)) for url in ("<http://b.example/a>", "http://b.example/<b>"))
    assert [each.url for each in pages(made)] == ["http://b.example/a", "http://b.example/<b>"]


@pytest.mark.parametrize(
    ("body", "content_type", "rule"),
    [
        (BODY, "text/html", "page"),
        (BODY, "TEXT/HTML;charset=x", "page"),
        (BODY, "", "page"),
        (BODY, "text/plain", "page"),
        (b"\n\n<!-- hi --> <html><p>x", "application/octet-stream", "page"),
        (b'<?xml version="1.0"?><!DOCTYPE html PUBLIC "-//W3C"><html>', "application/xhtml+xml", "page"),
        (b'<?xml version="1.0"?><html xmlns="x">', "application/xml", "page"),
        (b"just words", "text/html", "page"),
        ("<html>\0\0</html>".encode("utf-16-le"), "text/html", "page"),
        (b"<html>" + b"\0" * 500, "text/html", "page"),
        (b"just words", "text/plain", "not_html"),
        (b"just words", "", "not_html"),
        (b"%PDF-1.4 ...", "text/html", "not_html"),
        (b"\xff\xd8\xff\xe0JFIF", "text/html", "not_html"),
        (b' {"a": 1}', "text/html", "not_html"),
        (b'[{"a": 1}]', "text/html", "not_html"),
        (b'<?xml version="1.0"?>\n<rss version="2.0">', "text/html", "not_html"),
        (bytes(range(32)) * 20, "text/html", "not_html"),
        (b"", "text/html", "empty"),
        (b" \r\n ", "text/html", "empty"),
    ],
)
def test_the_bytes_decide_what_is_a_page(body: bytes, content_type: str, rule: str) -> None:
    """HTML is taken whatever its declared type, what is no HTML is skipped whatever it says."""
    assert rules(archive([record("http://t.example/", http(body, content_type=content_type))])) == [rule]


@pytest.mark.parametrize(
    ("block", "rule", "status"),
    [
        (http(BODY, status="301 Moved"), "status", 301),
        (http(BODY, status="404 Not Found"), "status", 404),
        (http(b"", status="204 No Content"), "status", 204),
        (http(BODY, status="200"), "page", 200),
        (b"HTTP/2 200\r\n\r\n" + BODY, "page", 200),
        (b"HTTP/1.1 200 OK\nContent-Type: text/html\n\n" + BODY, "page", 200),
        (b"Content-Type: text/html\r\n\r\n" + BODY, "page", 0),
        (BODY, "page", 0),
        (b"HTTP/1.1 200 OK\r\nContent-Type: text/html", "empty", 0),
        (b"", "empty", 0),
    ],
)
def test_status_lines(block: bytes, rule: str, status: int) -> None:
    """Only status 200 is a page; a missing status line or header end is survived."""
    [item] = read(archive([record("http://s.example/", block)]))[0]
    assert (item.rule if isinstance(item, Skip) else "page") == rule
    assert (int(item.value) if isinstance(item, Skip) else item.status) == status


def test_headers_for_consent_are_kept() -> None:
    """Every X-Robots-Tag and the TDM reservation reach the page, the charset and type too."""
    block = http(BODY, "X-Robots-Tag: noai", "x-robots-tag: bot: noindex", "TDM-Reservation: 1")
    [found] = pages(archive([record("http://r.example/", block)]))
    assert (found.robots, found.tdm) == ("noai\nbot: noindex", "1")
    assert (found.charset, found.content_type, found.record_id[:9]) == ("utf-8", "text/html", "<urn:uuid")
