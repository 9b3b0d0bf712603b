"""WARC records as Common Crawl writes them: one gzip member each, a request, a response and a metadata record per page."""

import base64
import gzip
import hashlib
import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import brotli

CRAWL_STARTED = datetime(2024, 5, 18, 3, 12, 40)
TYPES = ("warcinfo", "request", "response", "metadata", "revisit")
REASONS = {200: "OK", 301: "Moved Permanently", 302: "Found", 403: "Forbidden", 404: "Not Found", 410: "Gone",
           500: "Internal Server Error", 503: "Service Unavailable"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Page:
    """One fetch of the made crawl: what the server answered, and what is wrong with it.

    `kind` is a key of `kinds.KINDS`; `coding` is a Content-Encoding (`gzip`, `br`) or `chunked`; `damage` spoils the
    gzip member of the response (`flipped`, `cut`, `junk` in front of it). Pages of one `group` are copies of each
    other, and the one with `leads` is written first.
    """

    kind: str
    url: str
    body: bytes
    content_type: str = "text/html; charset=utf-8"
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    coding: str = ""
    truncated: str = ""
    damage: str = ""
    group: str = ""
    leads: bool = False


def members(pages: list[Page]) -> Iterator[bytes]:
    """The gzip members of the whole file, in order."""
    info = record_id("warcinfo")
    yield member(warcinfo(info))
    for number, page in enumerate(pages):
        moment = (CRAWL_STARTED + timedelta(seconds=7 * number)).strftime("%Y-%m-%dT%H:%M:%SZ")
        yield member(request(page, number, moment))
        yield damaged(member(response(page, number, moment, info)), page.damage)
        yield member(metadata(page, number, moment))
        if number % 400 == 399:
            yield member(revisit(page, number, moment))


def member(record: bytes) -> bytes:
    """One record as its own gzip member, with no time stamp in it."""
    return gzip.compress(record, compresslevel=9, mtime=0)


def damaged(packed: bytes, damage: str) -> bytes:
    """The member as a failing disk, a broken copy or a careless concatenation would leave it."""
    third = len(packed) // 3
    if damage == "flipped":
        return packed[:third] + bytes(byte ^ 0xA5 for byte in packed[third : third + 24]) + packed[third + 24 :]
    if damage == "cut":
        return packed[: 2 * third]
    if damage == "junk":
        return hashlib.sha256(packed).digest() * 12 + packed
    return packed


def record_id(record_type: str, number: int = 0) -> str:
    """A record id that depends on nothing but its place in the file."""
    return f"<urn:uuid:5ca1ab1e-2024-4051-8000-{number:08x}{TYPES.index(record_type):04x}>"


def record(fields: list[tuple[str, str]], block: bytes) -> bytes:
    """A WARC record: version line, fields, blank line, block, two line ends."""
    head = "".join(f"{name}: {value}\r\n" for name, value in [*fields, ("Content-Length", str(len(block)))])
    return f"WARC/1.0\r\n{head}\r\n".encode() + block + b"\r\n\r\n"


def warcinfo(info: str) -> bytes:
    """The first record: who crawled, and what for."""
    fields = [
        ("WARC-Type", "warcinfo"),
        ("WARC-Date", CRAWL_STARTED.strftime("%Y-%m-%dT%H:%M:%SZ")),
        ("WARC-Filename", "crawl.warc.gz"),
        ("WARC-Record-ID", info),
        ("Content-Type", "application/warc-fields"),
    ]
    lines = (
        "isPartOf: SAMPLE-2024-22",
        "description: A crawl of sites that do not exist",
        "format: WARC File Format 1.0",
    )
    return record(fields, "".join(f"{line}\r\n" for line in lines).encode())


def request(page: Page, number: int, moment: str) -> bytes:
    """What the crawler asked for."""
    parts = urlsplit(page.url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    block = (f"GET {target} HTTP/1.1\r\nUser-Agent: samplebot/1.0\r\nHost: {parts.netloc}\r\n\r\n").encode(
        "utf-8", "replace"
    )
    fields = common(page, "request", number, moment, "application/http; msgtype=request")
    return record(fields, block)


def response(page: Page, number: int, moment: str, info: str) -> bytes:
    """What the server answered, HTTP head and all."""
    payload = encode(page.body, page.coding)
    head = f"HTTP/1.1 {page.status} {REASONS[page.status]}\r\n"
    head += "".join(f"{name}: {value}\r\n" for name, value in http_headers(page, payload, moment))
    block = head.encode("utf-8", "replace") + b"\r\n" + payload
    fields = common(page, "response", number, moment, "application/http; msgtype=response")
    fields += [
        ("WARC-Warcinfo-ID", info),
        ("WARC-IP-Address", address(page)),
        ("WARC-Payload-Digest", digest(payload)),
    ]
    if page.truncated:
        fields.append(("WARC-Truncated", page.truncated))
    return record(fields, block)


def http_headers(page: Page, payload: bytes, moment: str) -> Iterator[tuple[str, str]]:
    """The HTTP headers of one answer."""
    yield "Date", datetime.strptime(moment, "%Y-%m-%dT%H:%M:%SZ").strftime("%a, %d %b %Y %H:%M:%S GMT")
    yield "Server", ("nginx", "Apache/2.4.57 (Debian)", "LiteSpeed", "cloudfront")[zlib.crc32(page.url.encode()) % 4]
    if page.content_type:
        yield "Content-Type", page.content_type
    yield from page.headers
    if page.coding == "chunked":
        yield "Transfer-Encoding", "chunked"
    else:
        yield "Content-Length", str(len(payload))
    if page.coding in ("gzip", "br"):
        yield "Content-Encoding", page.coding


def encode(body: bytes, coding: str) -> bytes:
    """The body as it crossed the wire."""
    if coding == "gzip":
        return gzip.compress(body, mtime=0)
    if coding == "br":
        return bytes(brotli.compress(body))
    if coding == "chunked":
        pieces = [body[start : start + 1000] for start in range(0, len(body), 1000)]
        return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in [*pieces, b""])
    return body


def metadata(page: Page, number: int, moment: str) -> bytes:
    """What the crawler noted about the fetch."""
    noted = {"fetchTimeMs": str(90 + zlib.crc32(page.url.encode()) % 900)}
    if "charset=" in page.content_type:
        noted["charset-detected"] = page.content_type.rsplit("charset=", 1)[1]
    fields = common(page, "metadata", number, moment, "application/warc-fields")
    return record(fields, "".join(f"{name}: {value}\r\n" for name, value in noted.items()).encode())


def revisit(page: Page, number: int, moment: str) -> bytes:
    """A later fetch that found the same bytes again, written after a few of the pages; it carries no page of its own."""
    fields = common(page, "revisit", number, moment, "application/http; msgtype=response")
    fields += [
        ("WARC-Profile", "http://netpreserve.org/warc/1.0/revisit/identical-payload-digest"),
        ("WARC-Refers-To", record_id("response", number)),
        ("WARC-Payload-Digest", digest(encode(page.body, page.coding))),
    ]
    return record(fields, b"HTTP/1.1 304 Not Modified\r\n\r\n")


def common(page: Page, record_type: str, number: int, moment: str, content_type: str) -> list[tuple[str, str]]:
    """The fields every record of a page has."""
    return [
        ("WARC-Type", record_type),
        ("WARC-Date", moment),
        ("WARC-Record-ID", record_id(record_type, number)),
        ("Content-Type", content_type),
        ("WARC-Target-URI", page.url),
    ]


def address(page: Page) -> str:
    """An address of the documentation range 198.51.100.0/24, one per host."""
    return f"198.51.100.{zlib.crc32(urlsplit(page.url).netloc.encode()) % 254 + 1}"


def digest(data: bytes) -> str:
    """A digest in WARC's spelling."""
    return "sha1:" + base64.b32encode(hashlib.sha1(data, usedforsecurity=False).digest()).decode()


def expectations(pages: list[Page], stages: dict[str, str]) -> str:
    """The contents of expected.json: for each URL its kind and the stage that is expected to drop it, or `kept`."""
    fates = ((page.url, {"kind": page.kind, "expected": stages[page.kind]}) for page in pages)
    return "{\n" + ",\n".join(f"{json.dumps(url)}: {json.dumps(fate)}" for url, fate in fates) + "\n}\n"
