"""Random pages in every format that is read, damaged at random, and what has to come out of them all the same."""

import bz2
import gzip
import io
import json
import random
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, pairwise

import pyarrow as pa
import pyarrow.parquet as pq
import zstandard

from tests.curate.archives import http, record, request

Data = list[tuple[int, int] | bytes]  # stretches of the original, and bytes that are none of it


@dataclass(frozen=True)
class Unit:
    """One page: its address, its payload or text, and where it stands, in the file or in the stream under it."""

    url: str
    body: bytes
    begin: int
    end: int


@dataclass(frozen=True)
class Made:
    """A file: its bytes and pages. `checked` says that its parts have checksums.

    `prefix` gives, of a file that is one stream, the bytes that its first bytes hold; None where each page has bytes
    of the file to itself.
    """

    suffix: str
    data: bytes
    units: list[Unit]
    checked: bool = True
    prefix: Callable[[bytes], bytes] | None = None
    others: list[int] = field(default_factory=list)


def words(rng: random.Random, count: int) -> bytes:
    """Text that compresses like text, with lines, now and then one that looks like a record's, and noise."""
    line = [
        rng.choice(("the", "river", "WARC", "stone", "light", "über", "1.0", str(rng.random()))) for _ in range(count)
    ]
    text = " ".join(line).encode()
    if rng.random() < 0.1:
        text += b"\r\n\r\nWARC/1.0\r\nWARC-Type: response\r\n\r\n"
    return text


def body(rng: random.Random, number: int) -> bytes:
    """An HTML page, sometimes a large one that hardly compresses."""
    noise = rng.randbytes(rng.choice((0, 0, 300, 30_000))).hex().encode() if rng.random() < 0.3 else b""
    return b"<!DOCTYPE html><html><body><p>%d %b %b</p></body></html>" % (number, words(rng, rng.randrange(200)), noise)


def warc(rng: random.Random, pages: Sequence[bytes]) -> tuple[list[bytes], list[int]]:
    """Records, and which of them hold the pages; requests stand between them."""
    records, places = [], []
    for number, each in enumerate(pages):
        if rng.random() < 0.4:
            records.append(request(number))
        places.append(len(records))
        records.append(record(url(number), http(each)))
    return records, places


def wet(rng: random.Random, pages: Sequence[bytes]) -> tuple[list[bytes], list[int]]:
    """Conversion records, which hold texts."""
    plain = "Content-Type: text/plain"
    records = [record(url(number), each, "conversion", plain) for number, each in enumerate(pages)]
    return records, list(range(len(pages)))


def arc(rng: random.Random, pages: Sequence[bytes]) -> tuple[list[bytes], list[int]]:
    """A file description and ARC records."""
    about = b"1 0 test\nURL IP-address Archive-date Content-type Archive-length\n"
    records = [b"filedesc://t.arc 0.0.0.0 20240506070809 text/plain %d\n%b\n" % (len(about), about)]
    for number, each in enumerate(pages):
        block = http(each)
        head = f"{url(number)} 10.0.0.1 20240506070809 text/html {len(block)}\n".encode()
        records.append(head + block + b"\n")
    return records, list(range(1, len(records)))


def url(number: int) -> str:
    return f"http://site{number}.example/page/{number}"


def zst(data: bytes, *, checked: bool = True) -> bytes:
    return zstandard.ZstdCompressor(level=3, write_checksum=checked).compress(data)


def gunzipped(data: bytes) -> bytes:
    """What the first bytes of one gzip member hold."""
    return zlib.decompressobj(31).decompress(data)


def unbzipped(data: bytes) -> bytes:
    decompressor, out = bz2.BZ2Decompressor(), b""
    for at in range(len(data)):
        out += decompressor.decompress(data[at : at + 1])
    return out


def unzstd(data: bytes) -> bytes:
    return zstandard.ZstdDecompressor().decompressobj().decompress(data)


Pack = Callable[[bytes], bytes]
ARCHIVES = {"warc": warc, "wet": wet, "arc": arc}
EACH: dict[str, tuple[str, Pack, bool]] = {
    "plain": ("", bytes, False),
    "members": (".gz", lambda each: gzip.compress(each, 6, mtime=0), True),
    "frames": (".zst", zst, True),
    "unchecked frames": (".zst", lambda each: zst(each, checked=False), False),
    "streams": (".bz2", bz2.compress, True),
}
WHOLE: dict[str, tuple[str, Pack, Callable[[bytes], bytes]]] = {
    "one member": (".gz", lambda data: gzip.compress(data, 6, mtime=0), gunzipped),
    "one frame": (".zst", zst, unzstd),
    "one stream": (".bz2", lambda data: bz2.compress(data, 1), unbzipped),
}


def made(kind: str, pack: str, rng: random.Random) -> Made:
    """A file of 0 to 14 random pages."""
    pages = [body(rng, number) for number in range(rng.randrange(15))]
    if kind == "parquet":
        return parquet(rng, pages)
    if kind == "jsonl":
        texts = [words(rng, rng.randrange(1, 400)) + b" %d" % number for number in range(len(pages))]
        records, places, pages = _lines(texts), list(range(len(texts))), texts
    else:
        records, places = ARCHIVES[kind](rng, pages)
    urls = [url(number) for number in range(len(pages))]
    if pack in WHOLE:
        ending, compress, prefix = WHOLE[pack]
        return Made(f".{kind}{ending}", compress(b"".join(records)), _units(records, places, urls, pages), True, prefix)
    if pack == "members in a member":
        stored = [gzip.compress(each, 6, mtime=0) for each in records]
        data = gzip.compress(b"".join(stored), 6, mtime=0)
        units = _units(stored, places, urls, pages)
        return Made(f".{kind}.gz", data, units, True, gunzipped)
    ending, compress, checked = EACH[pack]
    stored = [compress(each) for each in records]
    return Made(f".{kind}{ending}", b"".join(stored), _units(stored, places, urls, pages), checked)


def _lines(texts: Sequence[bytes]) -> list[bytes]:
    rows = [{"url": url(number), "text": text.decode()} for number, text in enumerate(texts)]
    return [json.dumps(row, ensure_ascii=number % 2 == 0).encode() + b"\n" for number, row in enumerate(rows)]


def _units(stored: Sequence[bytes], places: Sequence[int], urls: Sequence[str], pages: Sequence[bytes]) -> list[Unit]:
    ends = list(accumulate(map(len, stored)))
    return [
        Unit(*each, ends[at] - len(stored[at]), ends[at])
        for each, at in zip(zip(urls, pages, strict=True), places, strict=True)
    ]


def parquet(rng: random.Random, pages: Sequence[bytes]) -> Made:
    """Rows in groups of four, with checksums; the bytes of a page are those of its row group and of the footer."""
    texts = [words(rng, 200) + b" %d" % number for number in range(len(pages))]
    table = pa.table({"url": [url(number) for number in range(len(pages))], "text": [text.decode() for text in texts]})
    table = table.cast(pa.schema([("url", pa.string()), ("text", pa.string())]))
    file = io.BytesIO()
    pq.write_table(table, file, row_group_size=4, write_page_checksum=True, compression=rng.choice(["zstd", "snappy"]))
    units = [Unit(url(number), text, 0, len(file.getvalue())) for number, text in enumerate(texts)]
    return Made(".parquet", file.getvalue(), units)


def damaged(data: bytes, rng: random.Random) -> tuple[bytes, Data]:
    """Bytes with one to three stretches flipped, cut off, removed, doubled, moved, overwritten or put in."""
    parts: Data = [(0, len(data))]
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        size = sum(map(_size, parts))
        if not size:
            break
        at = rng.randrange(size)
        span = min(rng.choice((1, 1, 4, 40, 400, 4000)), size - at)
        before, middle, after = _cut(parts, 0, at), _cut(parts, at, at + span), _cut(parts, at + span, size)
        old = joined(data, middle)
        flipped = bytes([old[0] ^ 1 << rng.randrange(8)])
        change: Data = rng.choice(
            [
                [flipped, *_cut(middle, 1, span)],
                [flipped, *_cut(middle, 1, span)],
                [],
                [*middle, *middle],
                [bytes(span)],
                [rng.randbytes(span)],
                [rng.randbytes(span), *middle],
                [*_cut(parts, 0, span), *middle],
            ]
        )
        parts = [*before, *change] if rng.random() < 0.12 else [*before, *change, *after]
    return joined(data, parts), parts


def joined(data: bytes, parts: Data) -> bytes:
    """The bytes that stretches are."""
    return b"".join(part if isinstance(part, bytes) else data[part[0] : part[1]] for part in parts)


def _size(part: tuple[int, int] | bytes) -> int:
    return len(part) if isinstance(part, bytes) else part[1] - part[0]


def _cut(parts: Data, begin: int, end: int) -> Data:
    found: Data = []
    at = 0
    for part in parts:
        low, high = max(begin - at, 0), min(end - at, _size(part))
        if low < high:
            found.append(part[low:high] if isinstance(part, bytes) else (part[0] + low, part[0] + high))
        at += _size(part)
    return found


def runs(parts: Data) -> list[tuple[int, int]]:
    """Unbroken stretches of the original."""
    found: list[tuple[int, int]] = []
    joins = False
    for part in parts:
        if isinstance(part, bytes):
            joins = joins and not part
            continue
        if joins and found and found[-1][1] == part[0]:
            found[-1] = (found[-1][0], part[1])
        else:
            found.append(part)
        joins = True
    return found


def prefix_bytes(parts: Data) -> int:
    """How many of the first bytes are the original's."""
    first = runs(parts)[0] if parts and not isinstance(parts[0], bytes) else (1, 1)
    return first[1] if first[0] == 0 else 0


def sound(file: Made, parts: Data) -> list[Unit]:
    """The pages that damage has not touched and that have to be read byte for byte."""
    if file.suffix == ".parquet":
        return file.units if runs(parts) == [(0, len(file.data))] == parts else []
    left = runs(parts)
    if file.checked and file.suffix.endswith(".gz") and any(b[0] < a[1] for a, b in pairwise(left)):
        return []  # what was doubled or moved may stand inside what was broken, as an archive in a page would
    if file.prefix is not None:
        held = len(file.prefix(file.data[: prefix_bytes(parts)]))
        return [each for each in file.units if each.end < held]
    lead = 0 if file.checked else 10_000 if file.suffix.endswith(".zst") else 4  # what ends the page before it
    first = prefix_bytes(parts)
    return [
        each
        for each in file.units
        if each.end <= first or any(begin + lead <= each.begin and each.end <= end for begin, end in left)
    ]


def touched(file: Made, parts: Data) -> list[Unit]:
    """The pages of which something is left, but not all in its place."""
    intact = sound(file, parts)
    left = runs(parts)
    return [
        each
        for each in file.units
        if each not in intact
        and (file.prefix is not None or any(begin < each.end and each.begin < end for begin, end in left))
    ]


KINDS = [
    *((kind, pack) for kind in ("warc", "wet", "arc", "jsonl") for pack in (*EACH, *WHOLE)),
    *((kind, "members in a member") for kind in ("warc", "wet", "arc")),
    ("parquet", ""),
]
