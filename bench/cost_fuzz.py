# ruff: noqa: E501 (lists of words read best in few lines)
"""A search for inputs that cost much CPU time a byte, over every step that reads or judges raw bytes.

    python bench/cost_fuzz.py [--minutes 20] [--seed 1] [--only STEP ...] [--size 200000] [--keep 5]

An input is a few pieces, each repeated some number of times: what makes a program slow is long and regular. The
search changes pieces and numbers, keeps what cost most by what it may cost, and goes on from there. Allowed are 2 s of
CPU time for each megabyte read or decompressed, whichever is more, and 3 ms a record. A line for each step says the
worst; exit code 1 when one costs more than it may.
"""

import argparse
import bz2
import gzip
import io
import random
import signal
import struct
import sys
import time
import zlib
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

SECONDS_PER_MEGABYTE, SECONDS_PER_RECORD = 2.0, 0.003
START = 0.02  # below this a clock says little
GIVEN_UP = 15.0  # CPU seconds for one input

Genes = list[tuple[bytes, int]]
Cost = tuple[int, int]  # bytes read or decompressed, records


def zstd(data: bytes) -> bytes:
    import pyarrow as pa

    return bytes(pa.compress(data, codec="zstd", asbytes=True))


def brotli(data: bytes) -> bytes:
    import brotli as library

    return library.compress(data, quality=1)


def inflated(codec: str, data: bytes) -> int:
    """Bytes that a file of a compression holds, as far as a reader goes for one record."""
    from curate.warc.gzip_members import Bytes
    from curate.warc.streams import decoded

    total = 0
    for piece in decoded(Bytes(io.BytesIO(data)), (codec,), lambda *_: None, 1 << 30):
        total += len(piece) if isinstance(piece, bytes) else 0
        if total > 1 << 30:
            break
    return total


# --- the steps: what is made of the bytes of an input, and what it came to


def archive(data: bytes) -> Cost:
    from curate.errors import NotAnArchiveError
    from curate.warc.pages import Limits, Page, ReadCounts
    from curate.warc.reading import read_split

    counts, size = ReadCounts(), len(data)
    try:
        for item in read_split(io.BytesIO(data), 0, len(data), limits=Limits(), counts=counts):
            size += len(item.html) if isinstance(item, Page) else 0
    except NotAnArchiveError:
        pass
    return size, counts.records.total() + counts.damaged_members


def _record(block: bytes) -> bytes:
    return b"WARC/1.0\r\nWARC-Type: response\r\nContent-Length: %d\r\n\r\n%s\r\n\r\n" % (len(block), block)


def plain_warc(data: bytes) -> Cost:
    return archive(_record(b"HTTP/1.1 200 OK\r\n\r\n<p>") + data)


def warc_gz(data: bytes) -> Cost:
    return archive(gzip.compress(_record(b"HTTP/1.1 200 OK\r\n\r\n<p>")) + data)


def warc_zst(data: bytes) -> Cost:
    return archive(zstd(_record(b"HTTP/1.1 200 OK\r\n\r\n<p>")) + data)


def warc_bz2(data: bytes) -> Cost:
    return archive(bz2.compress(_record(b"HTTP/1.1 200 OK\r\n\r\n<p>")) + data)


def one_member(data: bytes) -> Cost:
    size, found = archive(gzip.compress(_record(b"HTTP/1.1 200 OK\r\n\r\n<p>") * 3 + data, 1))
    return max(size, len(data)), found


def two_layers(data: bytes) -> Cost:
    members = gzip.compress(_record(b"HTTP/1.1 200 OK\r\n\r\n<p>")) * 3
    size, found = archive(gzip.compress(members + data, 1))
    return max(size, len(data)), found


def arc(data: bytes) -> Cost:
    first = b"filedesc://a 0.0.0.0 20200101000000 text/plain 6\n1 0 a\n\n"
    return archive(first + b"http://a/ 1.2.3.4 20200101000000 text/html 5\n<p>ab\n" + data)


def http(data: bytes) -> Cost:
    size, found = archive(_record(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n" + data))
    return max(size, len(data)), found + 1


def http_page(data: bytes) -> Cost:
    size, found = archive(_record(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html>" + data))
    return max(size, len(data)), found + 1


def record_header(data: bytes) -> Cost:
    data = data[:65000]
    size, found = archive(b"WARC/1.0\r\nWARC-Type: response\r\n" + data + b"\r\nContent-Length: 3\r\n\r\nabc\r\n\r\n")
    return max(size, len(data)), found + 1


def encoded_as(name: str, wrap: Callable[[bytes], bytes] = bytes) -> Callable[[bytes], Cost]:
    def decode(data: bytes) -> Cost:
        from curate.warc.http_body import DECODERS

        body = wrap(data)
        found = DECODERS[name](body, 8 << 20)
        return max(len(body), len(found or b"")), 1

    return decode


def charset(data: bytes) -> Cost:
    from curate.warc.charset import decide_charset
    from curate.warc.charset import decode as decoded

    label = data[:12].decode("latin-1") if data[:1] < b"\x80" else ""
    decoded(data, decide_charset(data, label))
    return len(data), 1


def date(data: bytes) -> Cost:
    from curate.warc.pages import parse_date

    parse_date(data.decode("utf-8", "replace"))
    return len(data), 1


def prefilter(data: bytes) -> Cost:
    from curate.filters import consent, html

    html.ENGLISH(data)
    consent.quality(consent.read_consent(data))
    return len(data), 1


def address(data: bytes) -> Cost:
    from curate.filters import url

    text = "http://" + data.decode("utf-8", "replace")
    url.quality(text)
    url.canonical_url(text)
    return len(data), 1


def lines(data: bytes) -> Cost:
    from curate.inputs.text_rows import read_jsonl
    from curate.warc.pages import Limits, ReadCounts

    found = sum(1 for _ in read_jsonl(io.BytesIO(data), 0, len(data), limits=Limits(), counts=ReadCounts()))
    return len(data), found + 1


# --- what inputs are made of


def _member(data: bytes, flags: int = 0, extra: bytes = b"") -> bytes:
    packer = zlib.compressobj(6, wbits=-15)
    body = packer.compress(data) + packer.flush()
    return b"\x1f\x8b\x08" + bytes([flags]) + bytes(6) + extra + body + struct.pack("<II", zlib.crc32(data), len(data))


WARC_WORDS = [
    b"WARC/1.0\r\n", b"WARC/1.1\n", b"WARC/9\n", b"\r\n", b"\n", b"\r\n\r\n", b"WARC-Type: response\r\n", b"warc-type: resource\r\n",
    b"Content-Length: 0\r\n", b"Content-Length: 16700000\r\n", b"Content-Length: 9\r\n", b"Content-Length: 250000000\r\n",
    b"WARC-Date: 2024", b"WARC-Target-URI: <http://a/", b"Content-Type: text/html; charset=", b" ", b"\t", b":", b"a", b"\n ", b"HTTP/1.1 200 OK\r\n",
    b"WARC/1.0\r\nContent-Length: 3\r\n\r\nabc\r\n\r\n", b"\0", b"\n\r", b"\r",
]  # fmt: skip
ARC_WORDS = [
    b"\nhttp://a/", b" 1.2.3.4", b" 20200101000000", b" text/html", b" 5\n", b" 16000000\n", b" ", b"1", b"\n", b"a:", b"a", b".", b"-", b" null",
    b"\nhttp://a/ 1.2.3.4 20200101000000 text/html 1\na", b"\r\n",
]  # fmt: skip
HTML_WORDS = [
    b"<html", b" lang", b"=", b'"', b"'", b">", b"<", b"<meta ", b"charset=", b"charset", b" ", b"\n", b"<!--", b"-->", b"-", b"--!>", b"<?xml ", b"encoding=",
    b"http-equiv", b"refresh", b"<frameset", b"<script>", b"</script>", b"&", b"&#", b";", b"content=", b"name=robots ", b"noai,", b"rel=license ", b"href=",
    b"<link ", b"<a ", b"https://creativecommons.org/licenses/by/4.0/", b"utf-8", b"gb18030", b"\xe4", b"\xc3\xa4", b"\xff\xfe", b"\0", b"\x1b$B", b"~{", b"{",
    b"[", b"<svg", b"<rss", b"tdm-reservation", b"<title>", b"the ", b" and ", b"\x81\x30", b"\xc2", b"/", b"?",
]  # fmt: skip
HTTP_WORDS = [
    b"\r\n", b"\n", b"Content-Type: text/html; charset=", b"Content-Encoding: gzip\r\n", b"Content-Encoding: br, gzip\r\n", b"Transfer-Encoding: chunked\r\n",
    b"X-Robots-Tag: ", b"TDM-Reservation: 1\r\n", b" a\r\n", b"\t", b" ", b"a", b":", b",", b";", b"\r\n\r\n", b"1\r\na\r\n", b"0001;", b"charset=", b'"', b"=",
    b"a: b\r\n",
]  # fmt: skip
URL_WORDS = [
    b"a", b".", b"/", b"@", b":", b"%25", b"%", b"?", b"#", b"xn--", b"-", b"sex", b"porn", b"essex", b"[", b"]", b"\\", b"..", b"&", b"=", b";", b"+",
    "ß".encode(), "ﬁ".encode(), "。".encode(), "́".encode(), b"_", b"//", b"0x", b"1", b"com.", b"co.uk", b" ", b"\xff",
]  # fmt: skip
JSON_WORDS = [
    b'{"text": "', b'"}\n', b'", "date": "2024', b'", "url": "', b" ", b"\\ud800", b"\\u0041", b"\\n", b"[", b"]", b"{", b"}", b'"', b",", b":", b"1", b"-", b"e9",
    b"\n", b"null", b"a", "ß".encode(), b'{"a":', b"\r",
]  # fmt: skip
DATE_WORDS = [
    b"2024",
    b"-05",
    b"-06",
    b"T07",
    b":08",
    b":09",
    b".",
    b"0",
    b" ",
    b"Z",
    b"+",
    b"+02:00",
    b"\t",
    b"\n",
    b"x",
]
NOISE = random.Random(7).randbytes(400)
GZIP_WORDS = [
    gzip.compress(b"", mtime=0), b"\x1f\x8b\x08\0\0\0\0\0\0\xff", b"\x1f\x8b\x08\x08", b"\x1f\x8b\x08\x04", b"\x1f\x8b\x08\x10", b"\x1f\x8b\x08\x1f", b"\0\0\0\xff\xff",
    b"\0", b"\2\0", b"\3\0", b"a", _member(b"WARC/1.0\r\nContent-Length: 0\r\n\r\n\r\n"), _member(b"WARC/1.0\r\nContent-Length: 900000000\r\n\r\n" + NOISE)[:-8],
    _member(b"WARC/1.0\r\nContent-Length: 16000\r\n\r\n" + NOISE)[:-8] + bytes(8), _member(b"\0" * 100_000), _member(b"x" * 3000, 8, b"name\0"),
    gzip.compress(gzip.compress(b"")), _member(b"WARC/1.0\r\nContent-Length: 9\r\n\r\n" + b"a" * 16000), NOISE, b"\1", b"\4", b"\xff",
]  # fmt: skip
ZSTD_WORDS = [
    zstd(b""), zstd(b"a"), zstd(_record(b"HTTP/1.1 200\r\n\r\n<p>")), b"\x50\x2a\x4d\x18\0\0\0\0", b"\x28\xb5\x2f\xfd", zstd(b"\0" * 200_000), b"\0", NOISE,
    b"\x28\xb5\x2f\xfd\x00\xa8\x01\0\0", zstd(NOISE)[:-3], b"\x50\x2a\x4d\x18\xff\xff\0\0",
]  # fmt: skip
BZ2_WORDS = [bz2.compress(b""), bz2.compress(b"a"), bz2.compress(_record(b"HTTP/1.1 200\r\n\r\n<p>")), b"BZh9", bz2.compress(b"\0" * 2_000_000), b"\0", NOISE,
             bz2.compress(NOISE * 40), b"1AY&SY", bz2.compress(b"abab" * 60_000)]  # fmt: skip
BROTLI_WORDS = [
    brotli(b""),
    brotli(b"a" * 100_000),
    b"\x06",
    b"\x0c\x00",
    b"\x0b\x00\x80a\x03",
    b"\0",
    NOISE,
    brotli(NOISE),
    b"\x21",
    b"\x3b",
]
DEFLATE_WORDS = [
    zlib.compress(b""),
    zlib.compress(b"\0" * 100_000),
    b"\x78\x9c",
    b"\0\0\0\xff\xff",
    b"\2\0",
    b"\0",
    NOISE,
    b"\4",
    b"\xff",
]

STEPS: dict[str, tuple[Callable[[bytes], Cost], list[bytes]]] = {
    "plain_warc": (plain_warc, WARC_WORDS),
    "record_header": (record_header, WARC_WORDS + DATE_WORDS),
    "warc_gz": (warc_gz, GZIP_WORDS),
    "one_member": (one_member, WARC_WORDS + GZIP_WORDS[:4]),
    "two_layers": (two_layers, GZIP_WORDS),
    "warc_zst": (warc_zst, ZSTD_WORDS),
    "warc_bz2": (warc_bz2, BZ2_WORDS),
    "arc": (arc, ARC_WORDS),
    "http": (http, HTTP_WORDS),
    "http_page": (http_page, HTML_WORDS),
    "body_gzip": (encoded_as("gzip"), GZIP_WORDS),
    "body_gzip_twice": (encoded_as("gzip", gzip.compress), GZIP_WORDS),
    "body_deflate": (encoded_as("deflate"), DEFLATE_WORDS),
    "body_br": (encoded_as("br"), BROTLI_WORDS),
    "body_zstd": (encoded_as("zstd"), ZSTD_WORDS),
    "charset": (charset, HTML_WORDS),
    "date": (date, DATE_WORDS),
    "prefilter": (prefilter, HTML_WORDS),
    "address": (address, URL_WORDS),
    "lines": (lines, JSON_WORDS),
}


LAYERS = {warc_zst: "zst", warc_bz2: "bz2", warc_gz: "gz", two_layers: "gz"}

# --- the search


def grown(genes: Genes, size: int) -> bytes:
    """The bytes of an input, cut at a size."""
    out = bytearray()
    for piece, times in genes:
        out += piece * min(times, max(0, size - len(out)) // max(1, len(piece)) + 1)
        if len(out) >= size:
            break
    return bytes(out[:size])


def changed(genes: Genes, words: list[bytes], rng: random.Random) -> Genes:
    genes = list(genes)
    for _ in range(rng.choice((1, 1, 2, 4))):
        how = rng.randrange(7)
        place = rng.randrange(len(genes)) if genes else 0
        if how == 0 or not genes:
            genes.insert(place, (rng.choice(words), rng.choice((1, 1, 2, 50, 3000, 1 << 20))))
        elif how == 1 and len(genes) > 1:
            del genes[place]
        elif how == 2:
            genes[place] = (genes[place][0], rng.choice((1, 3, 100, 1000, 8000, 60_000, 1 << 20)))
        elif how == 3:
            genes[place] = (genes[place][0] + rng.choice(words), genes[place][1])
        elif how == 4:
            piece = bytearray(genes[place][0])
            piece[rng.randrange(len(piece))] = rng.randrange(256)
            genes[place] = (bytes(piece), genes[place][1])
        elif how == 5:
            genes[place] = (b"".join(piece * min(times, 60) for piece, times in genes[:8])[:4000] or b"a", 1 << 20)
        else:
            rng.shuffle(genes)
    return genes[:12]


def _too_long(*_: object) -> None:
    raise TimeoutError


def score(step: Callable[[bytes], Cost], data: bytes) -> tuple[float, float, bool]:
    """CPU seconds by what they may be, the seconds, and whether anything was raised that should not be."""
    signal.setitimer(signal.ITIMER_VIRTUAL, GIVEN_UP)
    started, cost, raised = time.process_time(), (len(data), 1), False
    try:
        cost = step(data)
    except TimeoutError:
        pass
    except Exception as error:
        raised = True
        print(f"raised {type(error).__name__}: {error} on {data[:60]!r}", flush=True)
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    seconds = time.process_time() - started
    if step in LAYERS and seconds > START:
        cost = max(cost[0], inflated(LAYERS[step], data)), cost[1]
    allowed = START + SECONDS_PER_MEGABYTE * cost[0] / 1e6 + SECONDS_PER_RECORD * cost[1]
    return seconds / allowed, seconds, raised


def search(name: str, seconds: float, size: int, keep: int, rng: random.Random) -> tuple[float, Genes, int, bool]:
    """The worst input found for a step within so many CPU seconds: its score, its genes, and how many were tried."""
    step, words = STEPS[name]
    score(step, b"a")  # imports are not the input's
    best: list[tuple[float, int, Genes]] = []
    tried, raised, started = 0, False, time.process_time()
    while time.process_time() - started < seconds:
        fresh = not best or rng.random() < 0.15
        parent = [] if fresh else best[min(int(rng.expovariate(0.7)), len(best) - 1)][2]
        genes = changed(parent, words, rng)
        for _ in range(rng.randrange(3) if fresh else 0):
            genes = changed(genes, words, rng)
        data = grown(genes, rng.choice((size // 8, size, size, size)))
        found, _, wrong = score(step, data)
        if best and found > -best[0][0]:
            found = min(found, score(step, data)[0])  # a clock that hiccups is no find
        tried, raised = tried + 1, raised or wrong
        if raised:
            break
        best = sorted([*best, (-found, tried, genes)])[:keep]
    genes = best[0][2] if best else []
    return (-best[0][0] if best else 0.0), genes, tried, raised


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", nargs="+", choices=STEPS, default=list(STEPS))
    parser.add_argument("--size", type=int, default=200_000)
    parser.add_argument("--keep", type=int, default=12)
    options = parser.parse_args()
    signal.signal(signal.SIGVTALRM, _too_long)
    wrong = False
    for name in options.only:
        rng = random.Random(f"{options.seed} {name}")
        share = options.minutes * 60 / len(options.only)
        worst, genes, tried, raised = search(name, share, options.size, options.keep, rng)
        wrong |= worst > 1 or raised
        shown = [(piece[:80], times) for piece, times in genes]
        print(f"{name:16} {tried:7} tried, the worst costs {worst:6.2f} of what it may: {shown}", flush=True)
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
