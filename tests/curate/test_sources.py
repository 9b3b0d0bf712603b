"""From what the user names to pages: names, splits, Parquet and JSON lines."""

import gzip
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from curate.errors import NotAnArchiveError, UsageError
from curate.inputs.input_file import Input
from curate.inputs.sources import plan, read, resolve
from curate.warc.pages import Limits, Page, ReadCounts, Skip
from tests.curate.archives import archive, page, urls
from tests.curate.fault_server import FaultServer

BAD = r"bad\.warc\.gz"


def read_all(path: Path, split_bytes: int = 1 << 30) -> tuple[list[Page | Skip], ReadCounts]:
    """Everything in one file, by way of a plan."""
    counts = ReadCounts()
    return [
        item
        for split in plan(resolve([str(path)]), split_bytes)
        for item in read(split, limits=Limits(), counts=counts)
    ], counts


@pytest.fixture
def crawl(tmp_path: Path) -> Path:
    """A folder with archives, some with the same base name, and a file that is none of ours."""
    for name in ("b.warc.gz", "a/x.warc.gz", "c/x.warc.gz", "c/deep/crawl-data/CC-1/y.warc.gz", "readme.txt"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(archive([page(1)]))
    return tmp_path


def test_a_folder_gives_its_archives_with_short_names(crawl: Path) -> None:
    """A directory is read recursively; names are as short as can be, a crawl path is kept, no machine path shows."""
    found = resolve([str(crawl)])
    assert [each.name for each in found] == ["a/x.warc.gz", "b.warc.gz", "c/x.warc.gz", "crawl-data/CC-1/y.warc.gz"]
    assert {each.format for each in found} == {"warc.gz"}
    assert [each.bytes for each in found] == [Path(each.path).stat().st_size for each in found]


def test_the_same_file_counts_once(crawl: Path) -> None:
    """A file named directly, by glob, by folder and through a link is one input."""
    (crawl / "link.warc.gz").symlink_to(crawl / "b.warc.gz")
    specs = [str(crawl / "b.warc.gz"), str(crawl / "*.warc.gz"), f"{crawl}/./b.warc.gz"]
    assert [each.name for each in resolve(specs)] == ["b.warc.gz"]


def test_order_does_not_depend_on_the_arguments(crawl: Path) -> None:
    """Inputs come sorted by name whatever order they are given in."""
    specs = [str(crawl / "b.warc.gz"), str(crawl / "a" / "x.warc.gz")]
    assert resolve(specs)[:] == resolve(specs[::-1])[:]


@pytest.mark.parametrize(
    "spec", ["", "nowhere.warc.gz", "no*where", "gs://bucket/key", "CC-MAIN-2026-30", "@nowhere.txt"]
)
def test_what_cannot_be_read_is_one_line(spec: str) -> None:
    """An argument that gives no file is refused with one line that names it."""
    with pytest.raises(UsageError) as refused:
        resolve([spec])
    assert spec.removeprefix("@") in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_folder_without_archives_is_refused(tmp_path: Path) -> None:
    """A directory in which there is nothing to read is the user's mistake."""
    with pytest.raises(UsageError, match="holds no file"):
        resolve([str(tmp_path)])


def test_an_error_page_is_refused_by_name_and_fails_alone_in_a_folder(tmp_path: Path) -> None:
    """An error page under an archive's name is refused when named, and fails only its own split among others."""
    (tmp_path / "bad.warc.gz").write_bytes(gzip.compress(b"<html>503 Slow Down"))
    (tmp_path / "good.warc.gz").write_bytes(archive([page(1)]))
    with pytest.raises(NotAnArchiveError, match=BAD):
        resolve([str(tmp_path / "bad.warc.gz")])
    bad, good = plan(resolve([str(tmp_path)]), 1 << 20)
    assert urls(list(read(good, limits=Limits(), counts=ReadCounts()))) == ["http://site.example/1"]
    with pytest.raises(NotAnArchiveError, match=BAD):
        list(read(bad, limits=Limits(), counts=ReadCounts()))


def test_splits_cover_a_file_without_gap_or_overlap() -> None:
    """Splits of a splittable input touch end to end; other formats are one split."""
    inputs = [Input("x", "x", "warc.gz", 1000), Input("y", "y", "warc+gz", 1000), Input("z", "z", "", 0)]
    splits = list(plan(inputs, 300))
    assert [(each.start, each.end) for each in splits] == [
        (0, 300),
        (300, 600),
        (600, 900),
        (900, 1000),
        (0, 1000),
        (0, 0),
    ]
    with pytest.raises(UsageError):
        plan([], 0)


@pytest.mark.parametrize("split_bytes", [1, 100, 1000, 1 << 20])
def test_an_archive_by_splits_is_the_archive(tmp_path: Path, split_bytes: int) -> None:
    """Reading a planned archive gives each page once for any split size."""
    path = tmp_path / "x.warc.gz"
    path.write_bytes(archive([page(number) for number in range(9)]))
    assert urls(read_all(path, split_bytes)[0]) == [f"http://site.example/{number}" for number in range(9)]


LINES = [
    json.dumps({"text": "one", "url": "http://a/", "date": "2024-01-02", "more": [1]}),
    json.dumps({"text": "zwei ü"}, ensure_ascii=False),
    "",
    "{broken",
    "[1, 2]",
    json.dumps({"url": "http://b/"}),
    json.dumps({"text": 7}),
    json.dumps({"text": "  "}),
    '{"text": "lone \\ud800 surrogate", "url": 5}',
    '{"text": ' + "[" * 100_000,
    json.dumps({"text": "last, without a line end"}),
]


@pytest.mark.parametrize("split_bytes", [1, 7, 64, 1 << 20])
def test_json_lines_by_splits(tmp_path: Path, split_bytes: int) -> None:
    """Lines give pages or a named skip, each once for any split size, and what is no string is no text."""
    path = tmp_path / "x.jsonl"
    path.write_bytes("\n".join(LINES).encode())
    items = read_all(path, max(split_bytes, path.stat().st_size // 3 if split_bytes > 64 else 997))[0]
    assert [each.rule if isinstance(each, Skip) else each.text for each in items] == [
        "one", "zwei ü", "bad_json", "bad_json", "no_text", "no_text", "empty", "lone \ufffd surrogate", "bad_json",
        "last, without a line end",
    ]  # fmt: skip
    first = items[0]
    assert isinstance(first, Page)
    assert (first.url, first.date, first.html) == ("http://a/", "2024-01-02T00:00:00Z", b"")
    data = path.read_bytes()
    assert [data[each.offset : each.offset + each.length].rstrip(b"\n") for each in items] == [
        line.encode() for line in LINES if line
    ]


@pytest.mark.parametrize("step", range(1, 40))
def test_a_line_belongs_to_the_split_it_begins_in(tmp_path: Path, step: int) -> None:
    """Short lines with every split size around their length are neither lost nor doubled."""
    path = tmp_path / "x.jsonl"
    path.write_text("".join(f'{{"text": "t{number}"}}\n' for number in range(12)))
    assert [each.text for each in read_all(path, step)[0] if isinstance(each, Page)] == [
        f"t{number}" for number in range(12)
    ]


@pytest.mark.parametrize("suffix", ["gz", "zst", "bz2"])
def test_compressed_json_lines(tmp_path: Path, suffix: str) -> None:
    """Compressed lines are one split and read the same."""
    import bz2

    data = b'{"text": "one"}\n{"text": "two"}\n'
    pack = {"gz": gzip.compress, "bz2": bz2.compress, "zst": lambda raw: pa.compress(raw, codec="zstd", asbytes=True)}
    path = tmp_path / f"x.jsonl.{suffix}"
    path.write_bytes(pack[suffix](data))
    assert [(each.text, each.offset) for each in read_all(path, 4)[0] if isinstance(each, Page)] == [
        ("one", 0),
        ("two", 16),
    ]


def test_a_line_above_the_cap_is_one_skip(tmp_path: Path) -> None:
    """A line longer than the record cap is passed over without being held, the next is read."""
    path = tmp_path / "x.jsonl"
    path.write_text('{"text": "' + "x" * 5000 + '"}\n{"text": "next"}\n')
    [split] = plan(resolve([str(path)]), 1 << 20)
    items = list(read(split, limits=Limits(max_record_bytes=1000), counts=ReadCounts()))
    assert [each.rule if isinstance(each, Skip) else each.text for each in items] == ["too_large", "next"]


@pytest.mark.parametrize("split_bytes", [1, 1 << 30])
def test_parquet_by_row_groups(tmp_path: Path, split_bytes: int) -> None:
    """Rows of any split give their number in the file; other columns are ignored and null text is a skip."""
    path = tmp_path / "x.parquet"
    texts = [f"text {number}" if number != 5 else None for number in range(12)]
    table = pa.table({"score": range(12), "text": texts, "url": [f"http://a/{n}" for n in range(12)]})
    parquet.write_table(table, path, row_group_size=5)
    items = read_all(path, split_bytes)[0]
    assert len(list(plan(resolve([str(path)]), split_bytes))) == (3 if split_bytes == 1 else 1)
    assert [each.offset for each in items] == list(range(12))
    assert [each.rule for each in items if isinstance(each, Skip)] == ["no_text"]
    assert [each.text for each in items if isinstance(each, Page)] == [text for text in texts if text]


def test_parquet_that_is_none_or_has_no_text(tmp_path: Path) -> None:
    """Broken Parquet and Parquet without a text column are refused with a line that names the file."""
    broken, other = tmp_path / "broken.parquet", tmp_path / "other.parquet"
    broken.write_bytes(b"PAR1 nothing")
    parquet.write_table(pa.table({"n": [1]}), other)
    with pytest.raises(NotAnArchiveError, match=r"broken\.parquet"):
        list(plan(resolve([str(broken)]), 10))
    with pytest.raises(NotAnArchiveError, match=r"other.parquet has no column 'text'; it has n"):
        list(plan(resolve([str(other)]), 10))


@pytest.fixture(params=["folder", "server"])
def base(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, bytes]]:
    """A small copy of Common Crawl, in a folder or on a server: a list of four files, of which three are there."""
    paths = [f"crawl-data/CC-MAIN-2026-30/segments/1/warc/CC-{number}.warc.gz" for number in range(4)]
    files = {f"/{path}": archive([page(number)]) for number, path in enumerate(paths[:3])}
    files["/crawl-data/CC-MAIN-2026-30/warc.paths.gz"] = gzip.compress("\n".join(paths).encode())
    files["/crawl-data/CC-MAIN-2025-05/wet.paths.gz"] = gzip.compress(b"/etc/hostname\ncrawl-data/../../etc/hostname\n")
    if request.param == "folder":
        for name, data in files.items():
            (tmp_path / name[1:]).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name[1:]).write_bytes(data)
        monkeypatch.setenv("CURATE_CRAWL_BASE", str(tmp_path))
        yield files
        return
    with FaultServer(files=files) as server:
        monkeypatch.setenv("CURATE_CRAWL_BASE", f"{server.url}/")
        monkeypatch.setenv("CURATE_HTTP_DELAY", "0.01")
        yield files


def test_files_of_a_crawl_by_number(base: dict[str, bytes]) -> None:
    """Numbers count from 0 in the crawl's list; a path of the crawl works too; names are crawl paths."""
    assert [each.name[-7:] for each in resolve(["CC-MAIN-2026-30:0-1,2"])] == ["warc.gz"] * 3
    [one] = resolve(["crawl-data/CC-MAIN-2026-30/segments/1/warc/CC-1.warc.gz"])
    assert resolve(["CC-MAIN-2026-30:1"])[:] == (one,)
    assert one.name == "crawl-data/CC-MAIN-2026-30/segments/1/warc/CC-1.warc.gz"
    assert urls(list(read(*plan([one], 1 << 20), limits=Limits(), counts=ReadCounts()))) == ["http://site.example/1"]


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ("CC-MAIN-2026-30:0-4", "files 0 to 3"),
        ("CC-MAIN-2026-30:2-1", "files 0 to 3"),
        ("CC-MAIN-2026-30:one", "has to say which files"),
        ("CC-MAIN-2026-30", "has to say which files"),
        ("CC-MAIN-2026-30/wat:0", "warc and wet files"),
        ("CC-MAIN-2026-31:0", "CC-MAIN-2026-31/warc.paths.gz"),
        ("CC-MAIN-2026-30:3", "CC-3.warc.gz"),
        ("CC-MAIN-2025-05/wet:0", "no path of a crawl"),
        ("CC-MAIN-2025-05/wet:1", "no path of a crawl"),
        ("crawl-data/CC-MAIN-2026-30/none.warc.gz", "none.warc.gz"),
    ],
)
def test_a_crawl_that_has_no_such_file(base: dict[str, bytes], spec: str, said: str) -> None:
    """What is not in the crawl is refused with what there is; a list cannot lead out of the crawl."""
    with pytest.raises(UsageError, match=re.escape(said)):
        resolve([spec])


def test_lists_of_inputs(crawl: Path, base: dict[str, bytes]) -> None:
    """A list names files, globs and crawl paths, one a line; blank lines and comments are passed over."""
    lines = [
        f"{crawl}/b.warc.gz",
        "",
        "# both of these",
        f"{crawl}/c/*.gz",
        "crawl-data/CC-MAIN-2026-30/segments/1/warc/CC-0.warc.gz",
    ]
    (crawl / "list.txt").write_text("\n".join(lines))
    (crawl / "list.paths.gz").write_bytes(gzip.compress("\n".join(lines).encode()))
    names = ["b.warc.gz", "crawl-data/CC-MAIN-2026-30/segments/1/warc/CC-0.warc.gz", "x.warc.gz"]
    assert [each.name for each in resolve([f"@{crawl}/list.txt"])] == names
    assert [each.name for each in resolve([f"{crawl}/list.paths.gz"])] == names


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "names nothing"),
        (b"@other.txt", "another list"),
        (b"\x1f\x8b\x08junk", "list"),
        (b"\xff\xfe", "no list of paths"),
    ],
)
def test_lists_that_are_none(tmp_path: Path, data: bytes, said: str) -> None:
    """An empty, nested, damaged or binary list is refused by name."""
    (tmp_path / "list.txt").write_bytes(data)
    with pytest.raises(UsageError, match=said):
        resolve([f"@{tmp_path}/list.txt"])


def test_a_list_from_elsewhere_names_no_local_file(tmp_path: Path) -> None:
    """A list that came from a server cannot make this machine read its own files."""
    (tmp_path / "mine.warc.gz").write_bytes(archive([page(1)]))
    files = {"/x.txt": f"{tmp_path}/mine.warc.gz".encode()}
    with FaultServer(files=files) as server, pytest.raises(UsageError, match="no address and no crawl path"):
        resolve([f"@{server.url}/x.txt"])
