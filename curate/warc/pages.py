"""The pages that records of a web archive hold: one record gives one `Page`, one `Skip`, or nothing but a count."""

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from difflib import get_close_matches
from typing import NamedTuple

from curate.warc.charset import decide_charset, decode
from curate.warc.content_type import HTML_TYPES, is_html
from curate.warc.http_body import Response, decode_body, split_response
from curate.warc.records import Fields, Record

MIB = 1 << 20
RECORD_TYPES = frozenset(
    {"warcinfo", "response", "resource", "request", "metadata", "revisit", "conversion", "continuation"}
)


MAX_TYPE_CHARS = 32  # of a record's type that are compared with the known ones


@dataclass(frozen=True, slots=True)
class Page:
    """One page as archived.

    `html` is the payload after transfer and content decoding, and `charset` the Python codec it is in. `robots` holds
    the `X-Robots-Tag` headers, one on each line, and `tdm` the `TDM-Reservation` header. Where records are compressed
    one by one, `offset` and `length` are compressed bytes in the file; the second record of a member has its offset
    plus 1, and so on. Otherwise they are bytes of the uncompressed stream. Where the input is text already, `text` is
    set and `html` is empty. `status` is 0 where none was recorded. `content_type` is the declared one, in lower case
    and without parameters.
    """

    url: str
    date: str
    html: bytes
    charset: str
    offset: int
    length: int
    status: int = 200
    content_type: str = ""
    text: str | None = None
    record_id: str = ""
    robots: str = ""
    tdm: str = ""


@dataclass(frozen=True, slots=True)
class Skip:
    """A record that should carry a page and gave none; `rule` says why, and `value` is the number beyond `limit`."""

    url: str
    date: str
    offset: int
    length: int
    rule: str
    value: float
    limit: float


@dataclass(frozen=True, slots=True)
class Limits:
    """Caps on the size of one record, and the HTTP status that a page must have.

    Common Crawl cuts payloads at 1 MiB, and since 2025 at 5 MiB. 8 MiB of payload keeps all of them, and 16 MiB of
    record leaves room for chunking and headers. `max_inflate_bytes` bounds the work that a compression bomb can cause.
    One member may inflate to this size. A file that is one stream may inflate to 16 times as much, and 1,000 bytes for
    each byte that it has.
    """

    max_record_bytes: int = 16 * MIB
    max_payload_bytes: int = 8 * MIB
    max_inflate_bytes: int = 256 * MIB
    status: int = 200


@dataclass(slots=True)
class ReadCounts:
    """Counts of a reader: records by type, damaged places, and the bytes of the file that were lost to damage.

    `position` is about how far in the file the reader is. `without_text` counts rows without a field `text`; `fields`
    are those of the first such row.
    """

    records: Counter[str] = field(default_factory=Counter)
    damaged_members: int = 0
    bytes_skipped: int = 0
    position: int = 0
    without_text: int = 0
    fields: tuple[str, ...] = ()

    def damage(self, places: int, skipped: int) -> None:
        """Count damaged places and the bytes passed over because of them."""
        self.damaged_members += places
        self.bytes_skipped += skipped


def page_of(record: Record, offset: int, length: int, limits: Limits, counts: ReadCounts) -> Iterable[Page | Skip]:
    """Turn a record into one page, one skip, or nothing but a count; `offset` and `length` say where it is stored."""
    if record.state == "damaged":
        return ()
    if record.state:
        _count_state(record, length, counts)
    if record.state == "junk":
        return ()
    kind = record.fields.get(b"warc-type", b"").decode("latin-1").lower()
    if kind not in RECORD_TYPES:
        counts.records["other"] += 1
        counts.damage(_was_another(kind, record), 0)
        return ()
    counts.records[kind] += 1
    if not _bears_page(kind, record.fields):
        return ()
    place = Place(_uri(record.fields), parse_date(_text(record.fields, b"warc-date")), offset, length)
    if record.state == "truncated":
        return (Skip(*place, "truncated", float(len(record.block)), _declared_length(record.fields)),)
    if record.state == "too_large":
        return (Skip(*place, "too_large", float(record.length), float(limits.max_record_bytes)),)
    return (_READERS[kind](place, record, limits, counts),)


def _was_another(kind: str, record: Record) -> bool:
    """Return whether a record of no known type had one before it was damaged: its type is nearly one, or it is HTTP."""
    if record.state:
        return False
    nearly = bool(get_close_matches(kind[:MAX_TYPE_CHARS], RECORD_TYPES, 1, 0.8))
    return nearly or b"warc-type" not in record.fields or record.block.startswith(b"HTTP/")


def _declared_length(fields: Fields) -> float:
    """The length a record says it has; 0 when it says none or no number."""
    said = fields.get(b"content-length", b"").strip()
    return float(said[:300]) if said.isdigit() else 0.0


def _count_state(record: Record, length: int, counts: ReadCounts) -> None:
    """Count an unsound record as one damaged place, and its bytes as lost if none of them were kept."""
    if record.state in ("length", "truncated", "junk"):
        counts.damage(1, 0 if record.block else min(record.length, length))


def _bears_page(kind: str, fields: Fields) -> bool:
    """Whether a record is expected to carry a page: responses, text conversions (WET), resources that say HTML."""
    if kind == "response":
        return True
    media = _media_type(_text(fields, b"content-type"))
    return (kind == "conversion" and media == "text/plain") or (kind == "resource" and media in HTML_TYPES)


class Place(NamedTuple):
    """The fields that identify a record, which pages and skips begin with."""

    url: str
    date: str
    offset: int
    length: int


def _response(place: Place, record: Record, limits: Limits, counts: ReadCounts) -> Page | Skip:
    if not _is_http(record.fields, place.url):
        response = Response(0, {"content-type": [_text(record.fields, b"content-type")]}, record.block)
    else:
        response = split_response(record.block)
    if response.status not in (0, limits.status):
        return Skip(*place, "status", float(response.status), float(limits.status))
    declared = response.headers.get("content-type", [""])[-1]
    media = _media_type(declared)
    if not response.body:
        return Skip(*place, "empty", 0.0, 1.0)
    body = decode_body(response, max_bytes=limits.max_payload_bytes)
    counts.damage(int(body.broken), 0)
    if body.rule == "undecodable":
        return Skip(*place, body.rule, 1.0, 0.0)
    if body.rule:  # it is decoded no further than one byte beyond the limit
        size = max(len(response.body), limits.max_payload_bytes + 1)
        return Skip(*place, body.rule, float(size), float(limits.max_payload_bytes))
    if not body.data.strip():
        return Skip(*place, "empty", float(len(body.data)), 1.0)
    if not is_html(body.data, media):
        return Skip(*place, "not_html", 0.0, 1.0)
    return Page(
        place.url,
        place.date,
        body.data,
        decide_charset(body.data, _charset_parameter(declared)),
        place.offset,
        place.length,
        response.status,
        media,
        record_id=_text(record.fields, b"warc-record-id"),
        robots=response.joined("x-robots-tag", "\n"),
        tdm=response.joined("tdm-reservation"),
    )


def _is_http(fields: Fields, url: str) -> bool:
    """Return whether a record holds an HTTP response; resources, and answers by dns: or ftp:, are the bare content."""
    return fields.get(b"warc-type", b"").lower() == b"response" and not url.startswith(("dns:", "ftp:", "whois:"))


def _conversion(place: Place, record: Record, limits: Limits, _: ReadCounts) -> Page | Skip:
    if len(record.block) > limits.max_payload_bytes:
        return Skip(*place, "too_large", float(len(record.block)), float(limits.max_payload_bytes))
    text = decode(record.block, "utf-8")
    if not text.strip():
        return Skip(*place, "empty", float(len(text)), 1.0)
    record_id = _text(record.fields, b"warc-record-id")
    url, date, offset, length = place
    return Page(url, date, b"", "utf-8", offset, length, content_type="text/plain", text=text, record_id=record_id)


_READERS: dict[str, Callable[[Place, Record, Limits, ReadCounts], Page | Skip]] = {
    "response": _response,
    "resource": _response,
    "conversion": _conversion,
}


def _text(fields: Fields, name: bytes) -> str:
    return fields.get(name, b"").decode("utf-8", "replace")


def _uri(fields: Fields) -> str:
    """The address; WARC 1.0 shows it in angle brackets, and a bracket of its own stays."""
    address = _text(fields, b"warc-target-uri").strip()
    return address[1:-1].strip() if address[:1] == "<" and address[-1:] == ">" else address


def _media_type(content_type: str) -> str:
    return content_type.partition(";")[0].partition(",")[0].strip().lower()


_CHARSET = re.compile(r"""charset\s*+=\s*+(?:["']\s*+)?+([^\s"';,]{1,64})""", re.IGNORECASE)


def _charset_parameter(content_type: str) -> str:
    found = _CHARSET.search(content_type)
    return found[1] if found else ""


_DATE = re.compile(
    r"(\d{4})(?:-?(\d{2})(?:-?(\d{2})(?:[T ]?(\d{2})(?::?(\d{2})(?::?(\d{2})(?:\.\d*)?)?)?)?)?)?"
    r"\s*+(Z|[+-]\d{2}:?\d{2})?",
    re.ASCII | re.IGNORECASE,
)


def parse_date(value: str) -> str:
    """Convert a WARC or ARC date of any precision to `YYYY-MM-DDTHH:MM:SSZ` in UTC; an unreadable one becomes "".

    >>> parse_date("2014-02-10T02:00:01.000000002+02:00")
    '2014-02-10T00:00:01Z'
    >>> parse_date("20080430204825"), parse_date("2014-01"), parse_date("yesterday")
    ('2008-04-30T20:48:25Z', '2014-01-01T00:00:00Z', '')
    """
    found = _DATE.fullmatch(value.strip())
    if found is None:
        return ""
    year, month, day, hour, minute, second, zone = found.groups()
    try:
        clock = int(hour or 0), int(minute or 0), min(int(second or 0), 59)  # a leap second is the last of its minute
        when = datetime(int(year), int(month or 1), int(day or 1), *clock)
        if zone and zone[0] in "+-":
            shift = timedelta(hours=int(zone[1:3]), minutes=int(zone[-2:]))
            when = when - shift if zone[0] == "+" else when + shift
    except (ValueError, OverflowError):
        return ""
    return f"{when:%Y-%m-%dT%H:%M:%SZ}" if when.year > 999 else ""
