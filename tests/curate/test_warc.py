"""Reading archives: splits, damage, hostile bytes, and agreement with warcio."""

import bz2
import gzip
import io
import random
import tracemalloc
from pathlib import Path

import pyarrow as pa
import pytest
from warcio.archiveiterator import ArchiveIterator
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from curate.errors import NotAnArchiveError
from curate.warc.pages import Limits, Skip, parse_date
from curate.warc.reading import read_pages
from tests.curate.archives import HTML, archive, http, page, pages, read, record, request, urls

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
needs_shared = pytest.mark.skipif(not SHARED.exists(), reason="needs the shared measuring data beside the repository")
NOISE = random.Random(7).randbytes(200_000)


def test_agrees_with_warcio() -> None:
    """Addresses, types and payloads are those an independent reader gives for an archive warcio wrote."""
    out = io.BytesIO()
    writer = WARCWriter(out, gzip=True)
    for number in range(30):
        head = StatusAndHeaders("200 OK", [("Content-Type", "text/html"), ("X-N", str(number))], protocol="HTTP/1.1")
        body = io.BytesIO(HTML % number + NOISE[: number * 1000])
        writer.write_record(
            writer.create_warc_record(f"http://a.example/{number}", "response", payload=body, http_headers=head)
        )
    out.seek(0)
    expected = [(each.rec_headers["WARC-Target-URI"], each.content_stream().read()) for each in ArchiveIterator(out)]
    assert [(each.url, each.html) for each in pages(out.getvalue())] == expected


def test_offset_and_length_give_the_member() -> None:
    """The bytes at a page's offset and length are a gzip file of exactly that record."""
    data = archive([request(1), page(1), request(2), page(2)])
    found = pages(data)
    members = [gzip.decompress(data[each.offset : each.offset + each.length]) for each in found]
    assert members == [page(1), page(2)]


def nested_archive() -> bytes:
    """An archive whose pages carry whole archives, stored uncompressed, and whose damage takes every form."""
    inner = archive([page(900), page(901)])
    inner_long = archive([page(902 + number, NOISE[number * 9000 : number * 9000 + 9000]) for number in range(20)])
    carrier = HTML % 1
    good = [request(0), page(2), page(3, NOISE[:3000]), request(4), page(4, NOISE[:70_000])]
    parts = [
        archive(good),
        archive([record("http://c.example/stored", http(carrier + inner))], 0),
        archive([record("http://c.example/noise", http(carrier + NOISE[:50] + inner_long + NOISE[:50]))]),
        archive([page(5)]),
        gzip.compress(b"no record in here", mtime=0),
        b"\x1f\x8b\x08\x00 junk between two members \x1f\x8b\x08",
        archive([page(6)]),
        archive([page(7)])[:-9] + b"\xff" * 9,
        archive([page(8)])[:100],
        gzip.compress(b"", mtime=0),
        archive([page(number, NOISE[number * 500 : number * 500 + 5000]) for number in range(9, 40)]),
        bytes(5000),
    ]
    return b"".join(parts)


def test_any_splits_read_every_page_once() -> None:
    """Pages, damage and bytes lost do not depend on the size of the splits, whatever lies between the members."""
    data = nested_archive()
    whole, whole_counts = read(data)
    seen = urls(whole)
    assert seen[:6] == [
        *(f"http://site.example/{n}" for n in (2, 3, 4)),
        "http://c.example/stored",
        "http://c.example/noise",
        "http://site.example/5",
    ]
    assert seen[6:] == [f"http://site.example/{number}" for number in (6, *range(9, 40))]
    assert whole_counts.damaged_members == 3  # no record; junk; the broken one with the cut one behind it
    for step in (997, 4096, 20_011, 65_536, 100_003, len(data) - 1):
        items, counts = read(data, step)
        assert items == whole, step
        assert counts == whole_counts, step


def test_a_split_inside_a_carried_archive_is_not_fooled() -> None:
    """A split that begins just before an archive stored inside a page takes none of the pages in it."""
    inner = archive([page(900 + number) for number in range(50)])
    data = (
        archive([page(1, NOISE[:150_000])])
        + archive([record("http://c.example/", http(HTML % 1 + inner))], 0)
        + archive([page(2)])
    )
    first = data.index(inner)
    for start in (first, first - 1, first + 1, first + 300):
        counts_and_items = [read_from(data, start)]
        assert counts_and_items == [["http://site.example/2"]]


def read_from(data: bytes, start: int) -> list[str]:
    """Addresses of the pages that begin at or after a byte."""
    from curate.warc.pages import ReadCounts
    from curate.warc.reading import read_split

    return urls(list(read_split(io.BytesIO(data), start, len(data), limits=Limits(), counts=ReadCounts())))


def test_a_damaged_member_does_not_let_out_what_it_carries() -> None:
    """The pages of an archive carried by a damaged member stay inside: reading goes on behind the member."""
    inner = archive([page(900 + number) for number in range(20)])
    carrier = bytearray(archive([record("http://c.example/", http(HTML % 1 + inner))], 0))
    carrier[600] ^= 0xFF
    items, counts = read(archive([page(1)]) + bytes(carrier) + archive([page(2), page(3)]))
    assert urls(items) == [f"http://site.example/{number}" for number in (1, 2, 3)]
    assert (counts.damaged_members, counts.bytes_skipped) == (1, len(carrier))


def test_damage_before_members_of_equal_length_loses_none_of_them() -> None:
    """A member whose own length is overwritten is not taken to reach to a later member that inflates to as much."""
    parts = [archive([page(number, b"x" * 20_000)]) for number in range(1, 6)]
    parts[1] = parts[1][:-4] + b"\xff" * 4
    items, counts = read(b"".join(parts))
    assert urls(items) == [f"http://site.example/{number}" for number in (1, 3, 4, 5)]
    assert (counts.damaged_members, counts.bytes_skipped) == (1, len(parts[1]))


@pytest.mark.parametrize("where", ["body", "crc", "length", "magic", "flags"])
def test_a_damaged_member_costs_itself_only(where: str) -> None:
    """Whichever part of a member is damaged, all other pages are read and one member is counted with its bytes."""
    parts = [archive([page(number, NOISE[number * 100 : number * 100 + 2000])]) for number in range(7)]
    broken = bytearray(parts[3])
    at = {"body": 1000, "crc": len(broken) - 7, "length": len(broken) - 2, "magic": 1, "flags": 3}[where]
    broken[at] ^= 0xF0
    items, counts = read(b"".join([*parts[:3], bytes(broken), *parts[4:]]))
    assert urls(items) == [f"http://site.example/{number}" for number in (0, 1, 2, 4, 5, 6)]
    assert (counts.damaged_members, counts.bytes_skipped) == (1, len(broken))


def test_cut_anywhere_keeps_what_is_whole() -> None:
    """An archive cut at any byte gives the pages of its whole members, and one damaged member if cut inside one."""
    parts = [archive([page(number)]) for number in range(4)]
    ends = [sum(map(len, parts[: n + 1])) for n in range(4)]
    data = b"".join(parts)
    for cut in range(40, len(data), 3):
        items, counts = read(data[:cut])
        assert len(urls(items)) == sum(end <= cut for end in ends)
        assert counts.damaged_members == (cut not in ends)


def test_a_bomb_costs_at_most_the_cap() -> None:
    """A member that inflates without end is given up at the cap, held in bounded memory, and the next page is read."""
    bomb = record("http://bomb.example/", http(HTML % 0 + bytes(40_000_000)))
    data = archive([page(1), bomb, page(2)])
    small = Limits(max_record_bytes=1 << 20, max_payload_bytes=1 << 19, max_inflate_bytes=4 << 20)
    tracemalloc.start()
    items, counts = read(data, 0, small)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert urls(items) == ["http://site.example/1", "http://site.example/2"]
    assert counts.damaged_members == 1
    assert peak < 20_000_000


def test_a_record_above_the_cap_is_one_skip() -> None:
    """A record too large to hold is passed over, named, and costs nothing else."""
    large = record("http://large.example/", http(HTML % 0 + bytes(3_000_000)))
    for data in (archive([page(1), large, page(2)]), page(1) + large + page(2)):
        items, counts = read(data, 0, Limits(max_record_bytes=1 << 20))
        assert urls(items) == ["http://site.example/1", "http://site.example/2"]
        assert [each.rule for each in items if isinstance(each, Skip)] == ["too_large"]
        assert counts.damaged_members == 0


def test_memory_does_not_grow_with_the_file() -> None:
    """A file of 48 MB, plain or one gzip member, is read in a few megabytes."""
    plain = b"".join(page(number, bytes(300_000)) for number in range(160))
    for data in (plain, gzip.compress(plain, 1)):
        file = io.BytesIO(data)
        tracemalloc.start()
        assert sum(1 for _ in read_pages(file)) == 160
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < 12_000_000


def compressions() -> dict[str, bytes]:
    """The same four records in every wrapping that is read."""
    plain = b"".join([request(1), page(1), page(2), page(3)])
    third = len(plain) // 3
    return {
        "plain": plain,
        "one member": gzip.compress(plain),
        "members across records": b"".join(gzip.compress(plain[at : at + third]) for at in range(0, len(plain), third)),
        "double": gzip.compress(archive([request(1), page(1), page(2), page(3)])),
        "bzip2": bz2.compress(plain),
        "zstd": bytes(pa.compress(plain, codec="zstd", asbytes=True)),
        "zstd frames": b"".join(
            pa.compress(each, codec="zstd", asbytes=True) for each in (request(1), page(1), page(2), page(3))
        ),
        "two records a member": gzip.compress(request(1) + page(1)) + gzip.compress(page(2) + page(3)),
    }


@pytest.mark.parametrize("name", compressions())
def test_every_wrapping_gives_the_same_pages(name: str) -> None:
    """Plain, whole-file gzip, gzip over record borders, gzip twice, bzip2 and zstd archives are read alike."""
    items, counts = read(compressions()[name], 300)
    assert urls(items) == [f"http://site.example/{number}" for number in (1, 2, 3)]
    assert len({each.offset for each in items}) == 3
    assert (counts.damaged_members, counts.records["request"]) == (0, 1)


def test_a_cut_whole_file_member_keeps_what_came_before() -> None:
    """A single gzip member cut in the middle gives every page that was complete and counts one damage."""
    plain = b"".join(page(number, NOISE[number * 40_000 :][:40_000]) for number in range(4)) + page(9)
    data = gzip.compress(plain)
    items, counts = read(data[: len(data) * 5 // 8])
    assert urls(items) == ["http://site.example/0", "http://site.example/1"]
    assert counts.damaged_members == 1


def test_a_cut_zstd_archive_keeps_what_came_before() -> None:
    """A zstd archive cut in the middle gives the pages before the cut and counts the damage."""
    plain = b"".join(page(number, NOISE[number * 9000 :][:9000]) for number in range(20))
    data = bytes(pa.compress(plain, codec="zstd", asbytes=True))
    items, counts = read(data[:-1])
    assert len(urls(items)) >= 13  # zstd decodes by blocks of 128 KiB
    assert urls(items) == [f"http://site.example/{number}" for number in range(len(items))]
    assert counts.damaged_members == 1


@pytest.mark.parametrize("length", [-1, 99_999_999_999, 5, 300, "x", "", "1e3", "9" * 400])
def test_a_lying_length_loses_no_page(length: object) -> None:
    """A record with a wrong, negative, huge or senseless length ends where the next begins, and is counted."""
    block = http(HTML % 1)
    data = page(0) + record("http://lie.example/", block, length=length) + page(2) + page(3)
    items, counts = read(data)
    assert urls(items) == [
        "http://site.example/0",
        "http://lie.example/",
        "http://site.example/2",
        "http://site.example/3",
    ]
    assert items[1].html == HTML % 1  # type: ignore[union-attr]
    assert counts.damaged_members == 1


def test_line_ends_turned_to_lf_lose_no_page() -> None:
    """A plain archive whose CRLF became LF, so that every length is wrong, gives every page."""
    data = b"".join(page(number) for number in range(5)).replace(b"\r\n", b"\n")
    items, _ = read(data)
    assert urls(items) == [f"http://site.example/{number}" for number in range(5)]


def test_junk_in_a_plain_archive_is_counted() -> None:
    """Bytes between two plain records are passed over and counted, the records kept."""
    items, counts = read(page(1) + b"x" * 1000 + b"\n" + page(2))
    assert urls(items) == ["http://site.example/1", "http://site.example/2"]
    assert (counts.damaged_members, counts.bytes_skipped) == (1, 1001)


def test_a_page_that_quotes_a_record_is_one_page() -> None:
    """The text of a whole WARC record inside a page is not taken for a record."""
    inner = page(66)
    items, counts = read(page(1, b"\r\n\r\n" + inner) + page(2))
    assert urls(items) == ["http://site.example/1", "http://site.example/2"]
    assert counts.damaged_members == 0


@pytest.mark.parametrize("data", [b"", gzip.compress(b"", mtime=0), gzip.compress(b"", mtime=0) * 3])
def test_nothing_in_it_is_no_error(data: bytes) -> None:
    """An empty file, and one of empty members, has no record and no damage."""
    items, counts = read(data)
    assert (items, counts.damaged_members, counts.bytes_skipped) == ([], 0, 0)


@pytest.mark.parametrize(
    "data",
    [
        b"<html>503 Slow Down</html>",
        gzip.compress(b"<html>503</html>", mtime=0),
        NOISE,
        bytes(100),
        b"W",
        b"\x1f\x8b\x08",
    ],
)
def test_no_archive_is_said_before_the_first_page(data: bytes) -> None:
    """Something that is no web archive raises an error that says so, at the first step."""
    with pytest.raises(NotAnArchiveError, match="no web archive"):
        next(read_pages(io.BytesIO(data)))


def test_zstd_with_a_dictionary_is_named() -> None:
    """An archive that begins with a zstd dictionary, which is not read, is refused as that."""
    frame = b"\x5d\x2a\x4d\x18" + (4).to_bytes(4, "little") + b"dict" + b"\x28\xb5\x2f\xfd\x63\xff\xff"
    with pytest.raises(NotAnArchiveError, match="dictionary"):
        next(read_pages(io.BytesIO(frame)))


def test_a_broken_beginning_does_not_hide_the_rest() -> None:
    """An archive whose first bytes are overwritten is still read from the first whole member."""
    data = bytearray(archive([request(0), page(1), page(2)]))
    data[:40] = b"?" * 40
    items, counts = read(bytes(data))
    assert urls(items) == ["http://site.example/1", "http://site.example/2"]
    assert counts.damaged_members == 1


def test_which_records_bear_pages() -> None:
    """Responses, WET conversions and HTML resources give pages; all types are counted, unknown ones as other."""
    data = archive(
        [
            record("urn:i", b"software: x", "warcinfo"),
            page(1),
            request(1),
            record("http://a/", b"", "revisit"),
            record("http://a/", b"k: v", "metadata"),
            record("http://wet/", "Grüße aus dem WET".encode(), "conversion", "Content-Type: text/plain"),
            record("http://res/", HTML % 2, "resource", "Content-Type: text/html"),
            record("http://log/", b"log", "resource", "Content-Type: text/plain"),
            record("http://odd/", b"", "\x00zzz"),
        ]
    )
    items, counts = read(data)
    assert urls(items) == ["http://site.example/1", "http://wet/", "http://res/"]
    assert [(each.text, each.status) for each in pages(data)] == [(None, 200), ("Grüße aus dem WET", 200), (None, 0)]
    assert counts.records == {
        "warcinfo": 1,
        "response": 1,
        "request": 1,
        "revisit": 1,
        "metadata": 1,
        "conversion": 1,
        "resource": 2,
        "other": 1,
    }


def test_arc_is_read_like_warc() -> None:
    """The older ARC format gives its pages, dates in full, plain and compressed."""
    block = http(HTML % 3)
    head = b"filedesc://x.arc 0.0.0.0 20080430204825 text/plain 10\n1 1 Inter\n\n"
    first = b"http://arc.example/a 1.2.3.4 20080430204825 text/html %d\n" % len(block) + block + b"\n"
    second = b"http://arc.example/b 1.2.3.4 20080430204826 text/html %d\n" % len(block) + block + b"\n"
    for data in (head + first + second, b"".join(map(gzip.compress, (head, first, second)))):
        found = pages(data)
        assert [each.url for each in found] == ["http://arc.example/a", "http://arc.example/b"]
        assert (found[0].html, found[0].date) == (HTML % 3, "2008-04-30T20:48:25Z")


@pytest.mark.parametrize(
    ("raw", "parsed"),
    [
        ("2024-05-06T07:08:09Z", "2024-05-06T07:08:09Z"),
        ("2014-02-10T00:00:01.000000002Z", "2014-02-10T00:00:01Z"),
        ("2014-02-10T01:00:00+02:00", "2014-02-09T23:00:00Z"),
        ("2014", "2014-01-01T00:00:00Z"),
        ("2014-02-10T05", "2014-02-10T05:00:00Z"),
        ("20080430204825", "2008-04-30T20:48:25Z"),
        ("2016-12-31T23:59:60Z", "2016-12-31T23:59:59Z"),
        ("2008-10-294T05:21:46-0700", ""),
        ("2014-13-01", ""),
        ("0001-01-01T00:00:00+05:00", ""),
        ("٢٠٢٤-05-06", ""),
        ("", ""),
    ],
)
def test_dates_are_read_leniently(raw: str, parsed: str) -> None:
    """Dates of any precision and zone come out in one form, senseless ones empty."""
    assert parse_date(raw) == parsed


def damaged(data: bytes, chance: random.Random) -> bytes:
    """Bytes with one stretch flipped, removed, doubled or overwritten."""
    at, size = chance.randrange(len(data)), chance.randrange(1, 200)
    middle = data[at : at + size]
    change = chance.choice(
        [
            bytes(b ^ chance.randrange(1, 256) for b in middle[:3]) + middle[3:],
            b"",
            middle * 2,
            bytes(len(middle)),
            b"\x1f\x8b\x08" + middle,
        ]
    )
    return data[:at] + change + data[at + size :]


@pytest.mark.parametrize("form", ["members", "one member", "plain"])
def test_damage_never_raises_and_costs_no_more_than_itself(form: str) -> None:
    """Random damage never raises; of gzip members, all pages but those it touched are read, for any splits alike."""
    parts = [
        each for number in range(12) for each in (request(number), page(number, NOISE[number * 900 :][: number * 200]))
    ]
    data = {"members": archive(parts), "one member": gzip.compress(b"".join(parts)), "plain": b"".join(parts)}[form]
    for seed in range(60):  # bench/fuzz.py does thousands
        broken = damaged(data, random.Random(seed))
        try:
            items, counts = read(broken)
        except NotAnArchiveError:
            assert form == "one member"
            continue
        if form == "members":
            assert len(urls(items)) >= 10
            assert set(urls(items)) <= {f"http://site.example/{number}" for number in range(12)}
            split, split_counts = read(broken, 1500)
            assert (split, split_counts) == (items, counts)
        if len(items) < 12 and form == "members":
            assert counts.damaged_members > 0


@needs_shared
def test_odd_files_are_read() -> None:
    """Of the odd files only the one that is no archive is refused, and damage costs the damaged record only."""
    responses = {}
    for path in sorted((SHARED / "odd").glob("*.[wab]*")):
        if path.name == "dev-not-a-warc.warc.gz":
            with pytest.raises(NotAnArchiveError):
                list(read_pages(path))
            continue
        responses[path.name] = read(path.read_bytes())[1].records["response"]
    for name in ("garbage-between", "bitrot-one-member", "zero-padded-tail", "one-gzip-member", "double-gz", "v1.1"):
        assert responses[f"dev-{name}.warc.gz"] == 20
    for name in ("plain", "lf-only", "huge-length", "negative-length"):
        assert responses[f"dev-{name}.warc"] == 20
    assert responses["dev-cut-midmember.warc.gz"] == 13
