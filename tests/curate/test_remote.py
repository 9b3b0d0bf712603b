"""Files on a real HTTP server that answers as bad servers do: the right bytes, or a failure that is named, in time."""

import gzip
import io
import json
import pickle
import random
import re
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from curate.errors import NotAnArchiveError, SourceError, UsageError
from curate.inputs import remote_files as remote
from curate.inputs import transfer
from curate.inputs.input_file import identity
from curate.inputs.patience import Patience, patience
from curate.inputs.sources import plan, read, resolve
from curate.inputs.transfer import Version
from curate.warc.pages import Limits, Page, ReadCounts, Skip
from tests.curate.archives import archive, page
from tests.curate.fault_server import FaultServer, any_of, sometimes

PASSING = [
    "403",
    "429",
    "500",
    "503",
    "short",
    "stall",
    "silent",
    "reset",
    "honest_short",
    "other_range",
    "page",
    "xml",
]
QUICK = Patience(delay=0.005, max_delay=0.05)
IMPATIENT = "0.3"  # seconds without a byte, where servers stall; elsewhere a busy machine must not look like one
DATA = random.Random(5).randbytes(300_000)


@pytest.fixture(autouse=True)
def in_time(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every test ends within two minutes, and waits little."""
    monkeypatch.setenv("CURATE_HTTP_DELAY", "0.005")
    monkeypatch.setenv("CURATE_HTTP_TIMEOUT", "10")
    monkeypatch.delenv("http_proxy", raising=False)
    signal.signal(signal.SIGALRM, lambda *_: pytest.fail("took longer than two minutes"))
    signal.alarm(120)
    yield
    signal.alarm(0)


@pytest.fixture
def server() -> Iterator[FaultServer]:
    """A server with some random bytes and an archive of 60 pages."""
    rng = random.Random(3)
    pages = archive([page(number, rng.randbytes(2000).hex().encode()) for number in range(60)])
    with FaultServer(files={"/x.bin": DATA, "/crawl.warc.gz": pages}) as running:
        yield running


def everything(spec: str, split_bytes: int = 16_384) -> list[Page | Skip]:
    """All that an input gives, split by split."""
    return [
        item
        for split in plan(resolve([spec]), split_bytes)
        for item in read(split, limits=Limits(), counts=ReadCounts())
    ]


def local(server: FaultServer, path: Path, name: str = "/crawl.warc.gz") -> Path:
    """A file of the server as a local one."""
    place = path / name.lstrip("/")
    place.write_bytes(server.behaviour.files[name])
    return place


def fetch(server: FaultServer, start: int = 0, count: int = 1 << 20, wait: Patience = QUICK, **known) -> bytes:
    """Part of the server's random bytes."""
    return transfer.fetch("x.bin", lambda: (f"{server.url}/x.bin", {}), start, count, wait=wait, **known)[0]


@pytest.mark.parametrize("fault", PASSING)
def test_a_third_of_the_answers_bad_and_every_page_read(server, tmp_path: Path, monkeypatch, fault: str) -> None:
    """With any passing fault at 30 % of requests, the pages are those of the local file, byte for byte."""
    expected = everything(str(local(server, tmp_path)))
    assert len(expected) == 60
    server.behaviour.fault = sometimes(fault, 0.3)
    server.behaviour.stall = 0.5
    monkeypatch.setenv("CURATE_HTTP_TIMEOUT", IMPATIENT)
    assert everything(f"{server.url}/crawl.warc.gz") == expected
    assert server.behaviour.faults.count(fault) >= 3


@pytest.mark.parametrize("seed", range(3))
def test_faults_of_all_kinds_mixed(server, tmp_path: Path, monkeypatch, seed: int) -> None:
    """All passing faults at once, at 30 %: the same pages."""
    server.behaviour.stall = 0.5
    monkeypatch.setenv("CURATE_HTTP_TIMEOUT", IMPATIENT)
    server.behaviour.fault = any_of(PASSING, 0.3, seed)
    assert everything(f"{server.url}/crawl.warc.gz") == everything(str(local(server, tmp_path)))


@pytest.mark.parametrize("fault", [*PASSING, "drip", "empty"])
def test_a_server_that_never_recovers_is_given_up(server: FaultServer, fault: str) -> None:
    """When every answer is bad the range is given up after few tries, with an error that names the file."""
    server.behaviour.fault = sometimes(fault, 1)
    server.behaviour.stall = 1
    with pytest.raises(SourceError, match=r"^x\.bin: .*gave up after \d+ tries"):
        fetch(server, version=Version(len(DATA), '"v1"'), wait=Patience(tries=3, delay=0.005, stall=0.2, connect=0.2))
    assert 3 <= len(server.behaviour.seen) <= 40


@pytest.mark.parametrize(
    ("fault", "said"), [("401", "401"), ("404", "404"), ("410", "410"), ("denied", "AccessDenied")]
)
def test_what_will_not_pass_is_not_tried_again(server: FaultServer, fault: str, said: str) -> None:
    """An answer that no retry changes fails at the first request and says which it was."""
    server.behaviour.fault = sometimes(fault, 1)
    with pytest.raises(SourceError, match=said):
        fetch(server)
    assert len(server.behaviour.seen) == 1
    with pytest.raises(UsageError, match=said):
        resolve([f"{server.url}/crawl.warc.gz"])


def test_a_broken_body_is_carried_on_at_its_byte(server: FaultServer) -> None:
    """After half a body the next request asks for the other half only."""
    server.behaviour.fault = lambda number, _: "short" if number == 0 else ""
    assert fetch(server, 1000, 10_000) == DATA[1000:11_000]
    asked = [headers["range"] for _, _, headers in server.behaviour.seen]
    assert asked == ["bytes=1000-10999", "bytes=6000-10999"]


def test_a_file_that_changes_while_it_is_read_is_an_error(server: FaultServer) -> None:
    """Another ETag, date or length than at the beginning fails, also between two halves of one range."""

    def change(number: int, _: str) -> str:
        server.behaviour.etag = f'"v{number}"'
        return "short" if number == 0 else ""

    server.behaviour.fault = change
    with pytest.raises(SourceError, match="changed on the server"):
        fetch(server)
    server.behaviour.fault = sometimes("", 0)
    server.behaviour.etag = ""
    known = Version(len(DATA), "", "Mon, 01 Jan 2024 00:00:00 GMT")
    for version in (known, Version(len(DATA) + 1)):
        with pytest.raises(SourceError, match="changed on the server"):
            fetch(server, version=version)
    with pytest.raises(SourceError, match="shorter than it was"):
        fetch(server, len(DATA) + 5, version=Version(len(DATA) + 9))


def test_a_whole_run_reads_one_version(server: FaultServer) -> None:
    """Splits planned for one version of an archive refuse to be read from the next."""
    splits = list(plan(resolve([f"{server.url}/crawl.warc.gz"]), 50_000))
    sent = pickle.loads(pickle.dumps(splits[1]))
    assert len(list(read(sent, limits=Limits(), counts=ReadCounts()))) > 5
    server.behaviour.etag = '"v2"'
    with pytest.raises(SourceError, match=r"crawl\.warc\.gz: it was changed"):
        list(read(splits[1], limits=Limits(), counts=ReadCounts()))


def test_retry_after_is_waited_for_within_reason(server: FaultServer) -> None:
    """The wait a server asks for is kept, but not without end; as a number or as a date."""
    server.behaviour.fault = lambda number, _: "429" if number == 0 else ""
    server.behaviour.retry_after = "1"
    started = time.monotonic()
    fetch(server)
    assert time.monotonic() - started >= 1
    server.behaviour.seen.clear()
    server.behaviour.retry_after = "Fri, 31 Dec 2055 23:59:59 GMT"
    started = time.monotonic()
    fetch(server, wait=Patience(delay=0.005, max_retry_after=0.5))
    assert 0.5 <= time.monotonic() - started < 100


@pytest.mark.parametrize("fault", ["", "short", "reset", "503"])
def test_a_server_without_ranges(server: FaultServer, tmp_path: Path, fault: str) -> None:
    """A file that only comes whole is read as one split, through faults too."""
    server.behaviour.ranges = False
    server.behaviour.fault = sometimes(fault, 0.3, seed=4)
    assert len(list(plan(resolve([f"{server.url}/crawl.warc.gz"]), 16_384))) == 1
    assert everything(f"{server.url}/crawl.warc.gz") == everything(str(local(server, tmp_path)))


def test_reading_here_and_there(server: FaultServer) -> None:
    """Seeks, reads, peeks and lines give what they give on the bytes in memory."""
    rng = random.Random(11)
    origin, _ = remote.look(f"{server.url}/x.bin")
    ours, theirs = remote.open_origin(origin, end=100_000, block=20_000), io.BytesIO(DATA)
    for _ in range(120):
        position, count = rng.randrange(len(DATA) + 2000), rng.choice([0, 1, 10, 5000, 30_000, -1])
        if rng.random() < 0.5:
            assert ours.seek(position) == theirs.seek(position)
        name = rng.choice(["read", "readline", "tell"])
        arguments = () if name == "tell" else (count,)
        assert getattr(ours, name)(*arguments) == getattr(theirs, name)(*arguments)
    assert ours.seek(-5, 2) == len(DATA) - 5
    assert list(ours) == list(io.BytesIO(DATA[-5:]))


def test_a_split_costs_few_requests_and_little_more_than_its_bytes() -> None:
    """Of a large archive, a middle split is read with one request and little over a mebibyte around it."""
    rng = random.Random(1)
    data = archive([page(number, rng.randbytes(30_000).hex().encode()) for number in range(160)], level=1)
    with FaultServer(files={"/big.warc.gz": data}) as server:
        splits = list(plan(resolve([f"{server.url}/big.warc.gz"]), 2 << 20))
        before = len(server.behaviour.seen)
        assert len(splits) >= 3
        list(read(splits[1], limits=Limits(), counts=ReadCounts()))
        asked = [headers["range"].removeprefix("bytes=") for _, _, headers in server.behaviour.seen[before:]]
        total = sum(int(last) - int(first) + 1 for first, _, last in (each.partition("-") for each in asked))
    assert len(asked) == 1
    assert total <= (2 << 20) + (5 << 18)


@pytest.mark.parametrize("name", ["/x.parquet", "/x.jsonl", "/x.jsonl.gz", "/x.jsonl.zst", "/x.warc", "/x.warc.zst"])
def test_other_formats(server: FaultServer, tmp_path: Path, name: str) -> None:
    """Rows, lines and archives compressed as one stream read the same from a server."""
    rows = [{"text": f"text {number}", "url": f"http://a/{number}"} for number in range(500)]
    sink = io.BytesIO()
    parquet.write_table(pa.Table.from_pylist(rows), sink, row_group_size=100)
    lines = "".join(json.dumps(row) + "\n" for row in rows).encode()
    plain = b"".join(page(number) for number in range(300))
    server.behaviour.files |= {
        "/x.parquet": sink.getvalue(),
        "/x.jsonl": lines,
        "/x.jsonl.gz": gzip.compress(lines),
        "/x.jsonl.zst": pa.compress(lines, codec="zstd", asbytes=True),
        "/x.warc": plain,
        "/x.warc.zst": pa.compress(plain, codec="zstd", asbytes=True),
    }
    expected = everything(str(local(server, tmp_path, name)))
    assert len(expected) in (300, 500)
    server.behaviour.fault = any_of(["503", "short", "reset"], 0.3)
    assert everything(f"{server.url}{name}") == expected


@pytest.mark.parametrize("name", ["/x.jsonl.gz", "/x.jsonl.zst", "/x.warc.zst", "/x.jsonl.bz2", "/x.warc"])
def test_a_lost_connection_is_never_taken_for_damage(
    server: FaultServer, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the server fails for good in the midst of a stream, the split fails; nothing is passed over silently."""
    import bz2

    rng = random.Random(2)
    plain = b"".join(page(number, rng.randbytes(30_000).hex().encode()) for number in range(60))
    lines = b"".join(json.dumps({"text": rng.randbytes(30_000).hex()}).encode() + b"\n" for number in range(60))
    packed = {"gz": gzip.compress, "bz2": bz2.compress, "zst": lambda raw: pa.compress(raw, codec="zstd", asbytes=True)}
    raw = lines if "jsonl" in name else plain
    server.behaviour.files[name] = packed.get(name.rpartition(".")[2], bytes)(raw)
    monkeypatch.setattr(remote, "BLOCK_BYTES", 1 << 16)
    [split] = plan(resolve([f"{server.url}{name}"]), 1 << 30)
    most = len(server.behaviour.files[name]) // 4
    at = re.compile(r"bytes=(\d+)")
    server.behaviour.fault = lambda *_: "404" if int(at.match(server.behaviour.seen[-1][2]["range"])[1]) > most else ""
    counts = ReadCounts()
    items: list[Page | Skip] = []
    with pytest.raises(SourceError, match="404"):
        items.extend(read(split, limits=Limits(), counts=counts))
    assert len(items) < 60
    assert counts.damaged_members == 0


def test_an_error_page_in_place_of_the_file(server: FaultServer) -> None:
    """A page of HTML is refused as such, and a file that is no archive is refused without its bytes."""
    server.behaviour.fault = sometimes("page", 1)
    with pytest.raises(UsageError, match="a page \\(text/html\\) in place of the file"):
        resolve([f"{server.url}/crawl.warc.gz"])
    server.behaviour.fault = sometimes("", 0)
    server.behaviour.files["/bad.warc.gz"] = b"<html>503 Slow Down"
    with pytest.raises(NotAnArchiveError, match=r"bad\.warc\.gz is no web archive[^<]*$"):
        resolve([f"{server.url}/bad.warc.gz"])


def test_secrets_stay_in_requests(server: FaultServer) -> None:
    """User, password and query are sent and appear nowhere else: not in names, paths, identities, reprs or errors."""
    address = server.url.replace("//", "//me:p%40ss@") + "/crawl.warc.gz?token=s3cret#f"
    [found] = resolve([address])
    _, path, headers = server.behaviour.seen[0]
    assert (path, headers["authorization"]) == ("/crawl.warc.gz?token=s3cret", "Basic bWU6cEBzcw==")
    assert found.name == "crawl.warc.gz"
    said = [repr(found), found.path, str(identity(found))]
    for fault in ("404", "reset", "short", "503"):
        server.behaviour.fault = sometimes(fault, 1)
        with pytest.raises(UsageError) as refused:
            resolve([address])
        said.append(str(refused.value))
    assert not [text for text in said if "s3cret" in text or "ss@" in text or "p%40ss" in text]


def test_names_tell_addresses_apart(server: FaultServer) -> None:
    """Names are as short as can be; what differs only in a query differs by a digest, not by the query."""
    server.behaviour.files |= {"/a/x.warc.gz": server.behaviour.files["/crawl.warc.gz"]}
    server.behaviour.files["/b/x.warc.gz"] = server.behaviour.files["/a/x.warc.gz"]
    specs = [
        f"{server.url}/{path}" for path in ("a/x.warc.gz", "b/x.warc.gz", "crawl.warc.gz?id=1", "crawl.warc.gz?id=2")
    ]
    found = [each.name for each in resolve(specs)]
    assert {"a/x.warc.gz", "b/x.warc.gz"} < set(found)
    assert len(set(found)) == 4
    assert "id=" not in str(found)


def test_a_redirect_is_followed_and_keeps_its_secrets(server: FaultServer) -> None:
    """Another server may give the file, without being told the password; a loop is an error at once."""
    with FaultServer(files={"/there.warc.gz": server.behaviour.files["/crawl.warc.gz"]}) as other:
        server.behaviour.redirect = {"/here.warc.gz": f"{other.url}/there.warc.gz", "/loop": "/loop"}
        address = server.url.replace("//", "//me:secret@")
        assert len(everything(f"{address}/here.warc.gz")) == 60
        assert not any("authorization" in headers for _, _, headers in other.behaviour.seen)
    with pytest.raises(UsageError, match="redirects"):
        resolve([f"{server.url}/loop"])


@pytest.mark.parametrize(
    "address", ["http://", "https://host:port/x", "http://127.0.0.1:1/x.warc.gz", "http://[::1/x", "s3://", "ftp://a/b"]
)
def test_an_address_that_cannot_be(address: str) -> None:
    """An address that is none, or where nobody listens, is one line before anything starts."""
    with pytest.raises(UsageError) as refused:
        resolve([address])
    assert "\n" not in str(refused.value)


def test_an_empty_file(server: FaultServer) -> None:
    """A file of no bytes is an input of no pages, as on disk."""
    server.behaviour.files["/empty.warc.gz"] = b""
    assert everything(f"{server.url}/empty.warc.gz") == []


def test_identity_needs_no_download(server: FaultServer) -> None:
    """An ETag, or else a date, or else the digest of the beginning says which version was read."""
    address = f"{server.url}/crawl.warc.gz"
    given = [('"v1"', "Wed, 01 Jul 2026 00:00:00 GMT"), ("", "Wed, 01 Jul 2026 00:00:00 GMT"), ("", "")]
    found = []
    for server.behaviour.etag, server.behaviour.modified in given:
        [each] = resolve([address])
        found.append(identity(each))
    assert [sorted(each) for each in found] == [["etag", "last_modified"], ["last_modified"], ["head_sha256"]]
    assert len(server.behaviour.seen) == 3


@pytest.mark.parametrize("name", ["CURATE_HTTP_TRIES", "CURATE_HTTP_TIMEOUT", "CURATE_HTTP_DELAY"])
@pytest.mark.parametrize("value", ["0", "-1", "soon", "nan"])
def test_settings_that_are_no_numbers(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    """A setting of the environment that makes no sense is refused by its name."""
    monkeypatch.setenv(name, value)
    with pytest.raises(UsageError, match=name):
        patience()


def test_the_file_server_that_comes_with_python(tmp_path: Path) -> None:
    """`python -m http.server`, which knows no ranges and no ETags, gives the same pages and an identity by date."""
    from functools import partial
    from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
    from threading import Thread

    class Silent(SimpleHTTPRequestHandler):
        def log_message(self, *arguments: object) -> None:
            pass

    rng = random.Random(3)
    (tmp_path / "x.warc.gz").write_bytes(archive([page(number, rng.randbytes(40_000)) for number in range(40)]))
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Silent, directory=str(tmp_path)))
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_address[1]}"
    assert everything(f"{address}/x.warc.gz", 100_000) == everything(str(tmp_path / "x.warc.gz"))
    assert list(identity(resolve([f"{address}/x.warc.gz"])[0])) == ["last_modified"]
    with pytest.raises(UsageError, match="sent a page"):
        resolve([address])
    server.shutdown()
    server.server_close()
