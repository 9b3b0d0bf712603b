"""Damage that once cost more than it touched, or was not said: large records, zstd, lines, Parquet, ARC, file names."""

import bz2
import gzip
import io
import json
import os
import random
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest
import zstandard
from pyarrow import parquet

from curate.cluster import Workers
from curate.engine.run import run
from curate.errors import IncompleteRunError, NotAnArchiveError, UsageError
from curate.finished.verify import verify
from curate.inputs.sources import plan, read, resolve
from curate.recipe import Recipe
from curate.stages import ExactDuplicates, Read
from curate.warc.pages import Limits, Page, ReadCounts, Skip
from tests.curate.archives import HTML, archive, http, page, pages, record, urls
from tests.curate.archives import read as read_bytes
from tests.curate.damage import zst

RECIPE = Recipe("damage", (Read(), ExactDuplicates()))
PACKS: dict[str, Callable[[bytes], bytes]] = {
    "zst": zst,
    "bz2": bz2.compress,
    "gz": lambda data: gzip.compress(data, 1),
}


def read_file(path: Path, limits: Limits = Limits()) -> tuple[list[Page | Skip], ReadCounts]:
    """All pages and skips of a file, in one split."""
    counts = ReadCounts()
    [split] = plan(resolve([str(path)]), 1 << 40)
    return list(read(split, limits=limits, counts=counts)), counts


@pytest.mark.parametrize("name", ["plain", "zst", "bz2", "one member", "gzip in gzip", "members"])
@pytest.mark.parametrize("size", [200_000, 3_000_000], ids=["too large to hold", "more than is believed"])
def test_a_record_above_every_limit_does_not_end_the_stream(name: str, size: int) -> None:
    """Pages on both sides of a large record are read, and the large one is named, in any compression."""
    large = record("http://large.example/", http(HTML % 0 + b"x" * size))
    records = [*map(page, range(50)), large, *map(page, range(50, 100))]
    plain = b"".join(records)
    data = {
        "plain": plain,
        "zst": zst(plain),
        "bz2": bz2.compress(plain),
        "one member": gzip.compress(plain),
        "gzip in gzip": gzip.compress(archive(records)),
        "members": archive(records),
    }[name]
    limits = Limits(max_record_bytes=1 << 17, max_payload_bytes=1 << 16, max_inflate_bytes=1 << 20)
    items, counts = read_bytes(data, 0, limits)
    assert urls(items) == [f"http://site.example/{number}" for number in range(100)]
    named = [each.rule for each in items if isinstance(each, Skip)]
    assert named == ["too_large"] or (named == [] and counts.damaged_members == 1 and counts.bytes_skipped > 100)


def test_what_inflates_without_end_is_given_up_and_said() -> None:
    """A stream that gives thousands of times what it has is left at its bound, with what was not read of it counted."""
    plain = page(1) + record("http://bomb.example/", http(b"a" * 60_000_000)) + page(2)
    items, counts = read_bytes(zst(plain), 0, Limits(1 << 17, 1 << 16, 1 << 20))
    assert urls(items) == ["http://site.example/1"]
    assert counts.damaged_members >= 1


@pytest.mark.parametrize("claimed", [20_000_000, 200_000_000])
def test_a_lying_large_length_does_not_swallow_pages_unsaid(claimed: int) -> None:
    """A length within the believed ones but beyond the file ends where the next record begins; else the bytes count."""
    liar = record("http://liar.example/", http(HTML % 0), length=claimed)
    few, _ = read_bytes(liar + page(1) + page(2))
    assert urls(few)[-2:] == ["http://site.example/1", "http://site.example/2"]
    many = liar + b"".join(page(number, bytes(1 << 20)) for number in range(24))
    items, counts = read_bytes(many)
    if len(urls(items)) < 24:
        assert counts.damaged_members >= 1
        assert counts.bytes_skipped > 16 << 20


def test_a_response_whose_type_cannot_be_read_is_damage() -> None:
    """A record that lost its type to a flipped byte is no page, and is counted."""
    for spoiled in (b"WARC-Tyqe: response", b"WARC-Type: responsf"):
        items, counts = read_bytes(page(1) + page(2).replace(b"WARC-Type: response", spoiled) + page(3))
        assert urls(items) == ["http://site.example/1", "http://site.example/3"]
        assert counts.damaged_members == 1


@pytest.mark.parametrize("checked", [True, False])
def test_a_small_zstd_archive_cut_anywhere_keeps_its_whole_frames(checked: bool) -> None:
    """Four records, a frame each, cut at every byte: what is whole is read, the rest is counted."""
    frames = [zst(page(number), checked=checked) for number in range(4)]
    ends = [sum(map(len, frames[: n + 1])) for n in range(4)]
    data = b"".join(frames)
    for cut in range(ends[0], len(data)):
        items, counts = read_bytes(data[:cut])
        assert urls(items) == [f"http://site.example/{number}" for number in range(sum(end <= cut for end in ends))]
        assert counts.damaged_members == (cut not in ends), cut


@pytest.mark.parametrize("pack", ["zst", "bz2"])
def test_damage_early_in_a_large_archive_costs_one_record(pack: str) -> None:
    """2,000 records, a frame or stream each, with noise written over a place at 5 %: 1,999 are read."""
    frames = [PACKS[pack](page(number)) for number in range(2000)]
    data = bytearray(b"".join(frames))
    at = sum(map(len, frames[:100])) + 30
    data[at : at + 40] = random.Random(1).randbytes(40)
    items, counts = read_bytes(bytes(data))
    assert urls(items) == [f"http://site.example/{number}" for number in range(2000) if number != 100]
    assert counts.damaged_members == 1
    assert 0 < counts.bytes_skipped <= len(frames[100])


def test_noise_in_one_long_frame_keeps_the_blocks_before_it() -> None:
    """Of one frame over all records what comes before the broken block is read, and the bytes behind are counted."""
    rng = random.Random(4)
    plain = b"".join(page(number, rng.randbytes(3000).hex().encode()) for number in range(400))
    data = bytearray(zst(plain))
    at = len(data) // 2
    data[at : at + 200_000] = rng.randbytes(200_000)
    items, counts = read_bytes(bytes(data))
    assert urls(items)[:170] == [f"http://site.example/{number}" for number in range(170)]
    assert counts.damaged_members >= 1
    assert counts.bytes_skipped > len(data) // 3


def lines(count: int) -> list[bytes]:
    """Rows as lines of JSON with text that hardly compresses."""
    rng = random.Random(2)
    return [json.dumps({"url": f"http://a/{n}", "text": rng.randbytes(300).hex()}).encode() for n in range(count)]


@pytest.mark.parametrize("pack", PACKS)
@pytest.mark.parametrize("parts", [1, 40])
def test_cut_lines_give_what_is_readable_and_say_damage(pack: str, parts: int, tmp_path: Path) -> None:
    """A cut file of compressed lines, in one part or in forty, gives the lines before the cut and one damaged place."""
    rows = lines(4000)
    step = len(rows) // parts
    packed = [PACKS[pack](b"\n".join(rows[at : at + step]) + b"\n") for at in range(0, len(rows), step)]
    path = tmp_path / f"rows.jsonl.{pack}"
    data = b"".join(packed)
    path.write_bytes(data[: len(data) * 2 // 3])
    items, counts = read_file(path)
    found = [each.url for each in items if isinstance(each, Page)]
    assert len(found) > (1300 if pack == "bz2" and parts == 1 else 2400)
    assert found == [f"http://a/{number}" for number in range(len(found))]
    assert counts.damaged_members == 1


@pytest.mark.parametrize("pack", PACKS)
def test_a_broken_part_of_a_file_of_lines_costs_its_lines(pack: str, tmp_path: Path) -> None:
    """Lines in parts behind a broken one are read."""
    rows = lines(400)
    parts = [PACKS[pack](b"\n".join(rows[at : at + 10]) + b"\n") for at in range(0, 400, 10)]
    parts[3] = parts[3][:200] + bytes(50) + parts[3][250:]
    path = tmp_path / f"rows.jsonl.{pack}"
    path.write_bytes(b"".join(parts))
    items, counts = read_file(path)
    found = {each.url for each in items if isinstance(each, Page)}
    assert {f"http://a/{n}" for n in range(400) if not 30 <= n < 40} <= found
    assert len(found) < 400
    assert counts.damaged_members >= 1


@pytest.mark.parametrize(
    ("dates", "said"),
    [
        (pa.array([1_767_323_045_123_456_789, None], pa.timestamp("ns")), ["2026-01-02T03:04:05Z", ""]),
        (pa.array([1_767_323_045_123_456_789, 0], pa.timestamp("ns", "Asia/Tokyo")), ["2026-01-02T03:04:05Z", "1970"]),
        (pa.array([2**62, -(2**62)], pa.timestamp("us")), ["", ""]),
        (pa.array([2**53, 1_767_323_045], pa.timestamp("s", "UTC")), ["", "2026-01-02T03:04:05Z"]),
        (pa.array([2**30, -(2**30)], pa.date32()), ["", ""]),
        (pa.array([20_455, None], pa.date32()), ["2026-01-02T00:00:00Z", ""]),
        (pa.array([2**62, 0], pa.date64()), ["", "1970-01-01T00:00:00Z"]),
        (pa.array(["2026-01-02", "x"]).dictionary_encode(), ["2026-01-02T00:00:00Z", ""]),
        (pa.array([1, 2]), ["", ""]),
    ],
    ids=lambda each: str(each.type) if isinstance(each, pa.Array) else "",
)
def test_any_date_of_parquet_is_read_or_left_empty(dates: pa.Array, said: list[str], tmp_path: Path) -> None:
    """Nanoseconds, zones, the extremes of every unit and other types: never an exception, the page is always there."""
    path = tmp_path / "x.parquet"
    parquet.write_table(pa.table({"text": ["one", "two"], "date": dates}), path)
    items, counts = read_file(path)
    assert [each.text for each in items if isinstance(each, Page)] == ["one", "two"]
    assert all(
        each.date.startswith(begin) and bool(each.date) == bool(begin) for each, begin in zip(items, said, strict=True)
    )
    assert counts.damaged_members == 0


def test_text_that_is_no_utf_8_is_a_skip(tmp_path: Path) -> None:
    """A string column that holds other bytes costs that row, by name."""
    text = pa.Array.from_buffers(
        pa.string(), 3, [None, pa.py_buffer(b"\0\0\0\0\3\0\0\0\5\0\0\0\10\0\0\0"), pa.py_buffer(b"one\xff\xfetwo")]
    )
    path = tmp_path / "x.parquet"
    parquet.write_table(pa.Table.from_arrays([text], ["text"]), path)
    assert [each.rule if isinstance(each, Skip) else each.text for each in read_file(path)[0]] == [
        "one",
        "no_text",
        "two",
    ]


def table(path: Path, rows: int = 40) -> bytes:
    """A Parquet file of a few row groups, with checksums."""
    texts = [f"text number {number} {number * 7919}" for number in range(rows)]
    columns = {"text": texts, "url": [f"http://a/{n}" for n in range(rows)]}
    parquet.write_table(pa.table(columns), path, row_group_size=10, write_page_checksum=True)
    return path.read_bytes()


def test_flips_in_a_row_group_cost_it_and_are_counted(tmp_path: Path) -> None:
    """A flipped byte anywhere in the pages of a row group: the other groups are read, the damage is counted."""
    path = tmp_path / "x.parquet"
    data = table(path)
    group = parquet.ParquetFile(path).metadata.row_group(1).column(0)
    begin = group.dictionary_page_offset or group.data_page_offset
    for at in range(begin, begin + group.total_compressed_size, 7):
        path.write_bytes(data[:at] + bytes([data[at] ^ 16]) + data[at + 1 :])
        items, counts = read_file(path)
        found = {each.url for each in items if isinstance(each, Page)}
        assert {f"http://a/{n}" for n in range(40) if not 10 <= n < 20} <= found, at
        assert len(items) == 40 or counts.damaged_members == 1, at


def test_a_broken_footer_is_an_unreadable_input_by_name(tmp_path: Path) -> None:
    """Flips in the footer: alone it is refused; among others the rest is done, exit code 1, and the line names it."""
    sound, broken = tmp_path / "a.parquet", tmp_path / "b.parquet"
    data = table(sound)
    spoiled = 0
    for at in range(len(data) - 500, len(data), 41):
        broken.write_bytes(data[:at] + bytes([data[at] ^ 255, data[at - 1] ^ 3]) + data[at + 2 :])
        try:
            read_file(broken)
        except NotAnArchiveError:
            spoiled += 1
            if spoiled > 2:
                break
    with pytest.raises(NotAnArchiveError, match=r"b\.parquet is no readable Parquet"):
        read_file(broken)
    with pytest.raises(IncompleteRunError, match=r"1 of 2 inputs are no archives, the rest is done: b\.parquet"):
        run(RECIPE, [str(sound), str(broken)], tmp_path / "out", workers=Workers(1))
    assert json.loads((tmp_path / "out/report.json").read_text())["totals"]["docs_out"] == 40


def test_parquet_without_text_among_others_is_named_and_the_rest_is_finished(tmp_path: Path) -> None:
    """Exit code 1, the columns there are, five names and how many more; the output is finished and verifies."""
    table(tmp_path / "a.parquet")
    for number in range(7):
        parquet.write_table(pa.table({"id": [1], "content": ["words"]}), tmp_path / f"b{number}.parquet")
    with pytest.raises(IncompleteRunError) as caught:
        run(RECIPE, [str(tmp_path)], tmp_path / "out", workers=Workers(1))
    said = str(caught.value)
    assert said.startswith("7 of 8 inputs are no archives, the rest is done: b0.parquet: ")
    assert "it has id, content" in said
    assert said.count(".parquet: ") == 5
    assert said.endswith("; and 2 more, see report.json")
    assert json.loads((tmp_path / "out/report.json").read_text())["totals"]["docs_out"] == 40
    assert verify(tmp_path / "out") == []


@pytest.mark.parametrize("ending", [".jsonl", ".jsonl.gz"])
def test_lines_whose_text_has_another_name_are_said_loudly(ending: str, tmp_path: Path) -> None:
    """Where no record has a field `text` the last line names file and fields; a single such record is a drop."""
    rows = [json.dumps({"id": n, "content": f"page {n}"}) + "\n" for n in range(3)]
    fine = [json.dumps({"text": "a page"}) + "\n", rows[0]]
    for name, lines in (("other", rows), ("fine", fine)):
        data = "".join(lines).encode()
        (tmp_path / f"{name}{ending}").write_bytes(gzip.compress(data) if ending.endswith("gz") else data)
    with pytest.raises(IncompleteRunError) as caught:
        run(RECIPE, [str(tmp_path)], tmp_path / "out", workers=Workers(1))
    assert str(caught.value) == (
        f"1 of 2 inputs have records without a field 'text', the rest is done: other{ending} has id, content; "
        "call the one that holds the text 'text' and run the same command again"
    )
    report = json.loads((tmp_path / "out/report.json").read_text())
    assert report["stages"][0]["dropped"] == {"no_text": 4}
    assert verify(tmp_path / "out") == []


@pytest.mark.parametrize("off", [-3, -2, -1, 0, 1, 2, 3, 4, 5, 8])
@pytest.mark.parametrize("which", ["description", "page"])
def test_a_wrong_length_in_an_arc_file_eats_no_address(off: int, which: str) -> None:
    """A file description or page whose length is a few bytes off: every page is read under its own address."""
    about = b"1 0 test\nURL IP-address Archive-date Content-type Archive-length\n"

    def head(url: str, kind: str, length: int) -> bytes:
        return f"{url} 10.0.0.1 20240506070809 {kind} {length}\n".encode()

    bodies = [http(HTML % number) for number in range(4)]
    data = head("filedesc://t.arc", "text/plain", len(about) + (off if which == "description" else 0)) + about + b"\n"
    for number, body in enumerate(bodies):
        wrong = off if which == "page" and number == 1 else 0
        data += head(f"http://site.example/{number}", "text/html", len(body) + wrong) + body + b"\n"
    items, counts = read_bytes(data)
    assert urls(items) == [f"http://site.example/{number}" for number in range(4)]
    assert [each.html for each in pages(data)][2:] == [HTML % 2, HTML % 3]
    assert (
        counts.damaged_members == 0
        if off in ((-1, 0, 1) if which == "description" else (0, 1))
        else counts.damaged_members >= 1
    )


def test_an_arc_header_that_is_broken_costs_its_own_page(tmp_path: Path) -> None:
    """The page before a broken header is not joined to the one behind it."""
    records = []
    for number in range(3):
        block = http(HTML % number)
        records.append(
            f"http://site.example/{number} 10.0.0.1 20240506070809 text/html {len(block)}\n".encode() + block
        )
    data = b"\n".join(records).replace(b"/1 10.0.0.1 ", b"/1 10.p.0.1 ") + b"\n"
    found = pages(data)
    assert [(each.url, each.html) for each in found] == [(f"http://site.example/{n}", HTML % n) for n in (0, 2)]
    assert read_bytes(data)[1].damaged_members == 1


def test_a_file_name_that_is_no_utf_8_is_an_input_like_others(tmp_path: Path) -> None:
    """Its name in outputs shows the bytes by their digits; two such names stay two inputs."""
    folder = tmp_path / "in"
    folder.mkdir()
    rows = lines(3)
    for number, name in enumerate((b"a\xff.jsonl", b"a\xfe.jsonl")):
        mine = b"\n".join(row.replace(b"a/", b"a/%d" % number) for row in rows) + b"\n"
        (folder / os.fsdecode(name)).write_bytes(mine)
    report = run(RECIPE, [str(folder)], tmp_path / "out", workers=Workers(1))
    assert [each["name"] for each in report["inputs"]] == ["a\\xfe.jsonl", "a\\xff.jsonl"]
    assert report["totals"]["records_in"] == 6
    assert verify(tmp_path / "out") == []


def test_a_folder_is_read_whole_or_refused(tmp_path: Path) -> None:
    """Folders that are links are looked into, once; a link to nothing is named, not left out."""
    folder, elsewhere = tmp_path / "in", tmp_path / "elsewhere"
    folder.mkdir()
    elsewhere.mkdir()
    (elsewhere / "x.jsonl").write_bytes(lines(1)[0])
    (folder / "linked").symlink_to(elsewhere)
    (elsewhere / "round").symlink_to(folder)
    assert [each.name for each in resolve([str(folder)])] == ["x.jsonl"]
    (folder / "gone.jsonl").symlink_to(tmp_path / "nowhere.jsonl")
    with pytest.raises(UsageError, match=r"gone\.jsonl"):
        resolve([str(folder)])


def test_a_list_longer_than_the_limit_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A compressed list is not cut off at the limit without a word."""
    from curate.inputs import locations

    path = tmp_path / "all.paths.gz"
    (tmp_path / "a.warc").touch()
    path.write_bytes(gzip.compress(f"{tmp_path}/a.warc\n".encode() * 1000))
    monkeypatch.setattr(locations, "MAX_LIST_BYTES", 1000)
    with pytest.raises(UsageError, match=r"all\.paths\.gz.* is longer than"):
        resolve([f"@{path}"])


def test_the_reference_agrees_that_zstd_is_what_is_written() -> None:
    """Frames with and without checksum, of every level, one in the other's company, and frames to be skipped."""
    plain = b"".join(page(number, os.urandom(5000)) for number in range(60))
    for level in (-5, 1, 3, 9):
        packer = zstandard.ZstdCompressor(level=level, write_checksum=level > 1)
        out = io.BytesIO()
        with packer.stream_writer(out, closefd=False) as writer:
            writer.write(plain)
        data = out.getvalue() + b"\x50\x2a\x4d\x18\3\0\0\0abc" + zst(page(60))
        items, counts = read_bytes(data)
        assert urls(items) == [f"http://site.example/{number}" for number in range(61)]
        assert counts.damaged_members == 0
