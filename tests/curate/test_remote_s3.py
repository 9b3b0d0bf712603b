"""S3 as inputs and as output, against moto's server, also through a server that fails a third of the requests."""

import json
import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from curate.cluster import Workers
from curate.errors import IncompleteRunError, SourceError, UsageError
from curate.inputs import s3
from curate.inputs.input_file import identity
from curate.inputs.sources import plan, read, resolve
from curate.output import publish
from curate.warc.pages import Limits, Page, ReadCounts, Skip
from tests.curate.archives import archive, page
from tests.curate.fault_server import FaultServer, any_of, sometimes

READING = ["403", "429", "500", "503", "short", "stall", "silent", "reset", "page"]
WRITING = ["429", "500", "503", "reset", "silent", "stall", "short", "page"]
IMPATIENT = "0.4"  # seconds, where servers stall; elsewhere a busy machine must not look like one

SETTINGS = {
    "AWS_ACCESS_KEY_ID": "key",
    "AWS_SECRET_ACCESS_KEY": "hidden-secret",
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_CONFIG_FILE": "/nowhere",
    "AWS_SHARED_CREDENTIALS_FILE": "/nowhere",
    "CURATE_HTTP_TIMEOUT": "20",
    "CURATE_HTTP_DELAY": "0.005",
}


@pytest.fixture(scope="module")
def proxy() -> Iterator[FaultServer]:
    """An S3 server behind one that can be told to fail."""
    pytest.importorskip("moto.server", reason="moto's S3 server is not installed: pip install webcurate[test]")
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    with FaultServer(forward=f"{host}:{port}", stall=0.6) as running:
        yield running
    server.stop()


@pytest.fixture
def bucket(proxy: FaultServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[FaultServer]:
    """A bucket named `crawl` with some archives, and no other settings than these; every test ends in time."""
    signal.signal(signal.SIGALRM, lambda *_: pytest.fail("took longer than three minutes"))
    signal.alarm(180)
    for name in [name for name in os.environ if name.startswith(("AWS_", "CURATE_"))] + ["http_proxy"]:
        monkeypatch.delenv(name, raising=False)
    for name, value in {**SETTINGS, "AWS_ENDPOINT_URL": proxy.url}.items():
        monkeypatch.setenv(name, value)
    s3._has_credentials.cache_clear()
    made = s3.client(s3.access())
    made.create_bucket(Bucket="crawl", ACL="public-read")
    for number, name in enumerate(("a/x.warc.gz", "a/b/y.warc.gz", "c.warc.gz", "a/readme.txt")):
        data = archive([page(10 * number + each) for each in range(5)])
        made.put_object(Bucket="crawl", Key=name, Body=data, ACL="public-read")
    proxy.behaviour.seen.clear()
    proxy.behaviour.faults.clear()
    yield proxy
    proxy.behaviour.fault = sometimes("", 0)
    for item in made.list_objects_v2(Bucket="crawl").get("Contents", ()):
        made.delete_object(Bucket="crawl", Key=item["Key"])
    made.delete_bucket(Bucket="crawl")
    signal.alarm(0)


def everything(spec: str, split_bytes: int = 300) -> list[Page | Skip]:
    """All that an input gives."""
    return [
        item
        for split in plan(resolve([spec]), split_bytes)
        for item in read(split, limits=Limits(), counts=ReadCounts())
    ]


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ("s3://crawl/c.warc.gz", ["c.warc.gz"]),
        ("s3://crawl/a", ["x.warc.gz", "y.warc.gz"]),
        ("s3://crawl/a/", ["x.warc.gz", "y.warc.gz"]),
        ("s3://crawl", ["c.warc.gz", "x.warc.gz", "y.warc.gz"]),
        ("s3://crawl/a/*.warc.gz", ["x.warc.gz"]),
        ("s3://crawl/**.warc.gz", ["c.warc.gz", "x.warc.gz", "y.warc.gz"]),
        ("s3://crawl/?.warc.gz", ["c.warc.gz"]),
    ],
)
def test_objects_prefixes_and_globs(bucket: FaultServer, spec: str, expected: list[str]) -> None:
    """A key, a prefix and a glob name what they name on disk."""
    assert [each.name for each in resolve([spec])] == expected
    assert all("etag" in identity(each) for each in resolve([spec]))


@pytest.mark.parametrize(
    "spec",
    [
        "s3://crawl/none",
        "s3://crawl/none.warc.gz",
        "s3://crawl/x*y",
        "s3://nosuch/x.warc.gz",
        "s3://nosuch/a/",
        "s3://Bad_bucket!/x",
    ],
)
def test_what_is_not_there_is_one_line(bucket: FaultServer, spec: str) -> None:
    """A missing key, prefix or bucket is refused at once, by name."""
    with pytest.raises(UsageError) as refused:
        resolve([spec])
    assert spec[:9] in str(refused.value)
    assert "\n" not in str(refused.value)
    assert len(bucket.behaviour.seen) < 12


@pytest.mark.parametrize("fault", READING)
def test_reading_through_faults(bucket: FaultServer, fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a third of the requests failing the pages are the same."""
    monkeypatch.setenv("CURATE_HTTP_TIMEOUT", IMPATIENT)
    expected = everything("s3://crawl/a/b/y.warc.gz")
    assert len(expected) == 5
    bucket.behaviour.fault = sometimes(fault, 0.3, seed=3)
    assert everything("s3://crawl/a/b/y.warc.gz", 100) == expected
    assert bucket.behaviour.faults.count(fault) >= 1


def test_access_denied_is_final_and_secrets_are_not_shown(bucket: FaultServer, tmp_path: Path) -> None:
    """Denied access fails at the first answer, names the object and shows neither key nor signature."""
    [split] = plan(resolve(["s3://crawl/c.warc.gz"]), 1 << 20)
    bucket.behaviour.seen.clear()
    bucket.behaviour.fault = sometimes("denied", 1)
    with pytest.raises(SourceError, match=r"s3://crawl/c\.warc\.gz: the server answered 403 AccessDenied") as refused:
        list(read(split, limits=Limits(), counts=ReadCounts()))
    assert len(bucket.behaviour.seen) == 1
    assert "Signature" in bucket.behaviour.seen[0][1]
    with pytest.raises(UsageError, match="AWS_PROFILE") as listing:
        resolve(["s3://crawl/a/"])
    assert not [
        text for text in (str(refused.value), str(listing.value), repr(split)) if "hidden" in text or "X-Amz" in text
    ]


def test_anonymous_requests_are_not_signed(bucket: FaultServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without credentials, or where it is asked for, requests carry no signature."""
    monkeypatch.setenv("CURATE_S3_ANONYMOUS", "1")
    bucket.behaviour.seen.clear()
    assert len(everything("s3://crawl/c.warc.gz")) == 5
    monkeypatch.delenv("CURATE_S3_ANONYMOUS")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    s3._has_credentials.cache_clear()
    assert s3.access().anonymous
    assert len(everything("s3://crawl/a/")) == 10
    assert not [path for _, path, headers in bucket.behaviour.seen if "Signature" in path or "authorization" in headers]


def test_a_profile_is_used_and_a_wrong_one_refused(bucket: FaultServer, monkeypatch, tmp_path: Path) -> None:
    """AWS_PROFILE names the credentials; one that is not there is one line."""
    (tmp_path / "keys").write_text("[mine]\naws_access_key_id = profilekey\naws_secret_access_key = s\n")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "keys"))
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_PROFILE", "mine")
    bucket.behaviour.seen.clear()
    resolve(["s3://crawl/c.warc.gz"])
    assert "profilekey" in bucket.behaviour.seen[-1][1]
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    with pytest.raises(UsageError, match="nobody"):
        resolve(["s3://crawl/c.warc.gz"])


def finished(out: Path, parts: int = 3, word: str = "one") -> Path:
    """A folder as a run leaves it, as far as publishing looks."""
    import pyarrow as pa
    from pyarrow import parquet

    from curate.files import describe_file, write_json

    outputs = []
    for name in ("data", "dropped", "quarantine", "signals"):
        (out / name).mkdir(parents=True, exist_ok=True)
        for number in range(parts if name == "data" else 1):
            path = out / name / f"part-{number:05}.parquet"
            parquet.write_table(pa.table({"text": [f"{word} {name} {number}"]}), path)
            outputs.append({**describe_file(path, 1), "file": f"{name}/{path.name}"})
    write_json(out / "report.json", {"word": word})
    (out / "report.html").write_text(f"<p>{word}")
    write_json(
        out / "manifest.json",
        {"recipe": {}, "versions": {}, "inputs": [], "outputs": outputs, "digest": ""},
    )
    return out


def objects() -> dict[str, bytes]:
    """What lies below the target."""
    how = s3.access()
    made = s3.client(how)
    return {
        key.removeprefix("out/run/"): made.get_object(Bucket="crawl", Key=key)["Body"].read()
        for key, _ in s3.keys("s3://crawl/out/run/", how)
    }


def files(out: Path) -> dict[str, bytes]:
    """What lies in a folder."""
    return {path.relative_to(out).as_posix(): path.read_bytes() for path in out.rglob("*") if path.is_file()}


def test_publishing_is_the_folder_and_nothing_else(bucket: FaultServer, tmp_path: Path) -> None:
    """What is published is what the run left; again is no work; after a change only what differs moves."""
    target = "s3://crawl/out/run"
    publish.check_target(target)
    out = finished(tmp_path / "out")
    assert publish.publish(out, target) == 8
    assert objects() == files(out) | {".curate": b"published by curate\n"}
    assert publish.publish(out, target) == 0
    (out / "data/part-00002.parquet").unlink()
    finished(out, parts=2)
    assert publish.publish(out, target) == 0
    assert objects() == files(out) | {".curate": b"published by curate\n"}
    finished(out, parts=2, word="two")
    publish.publish(out, target + "/")
    assert objects() == files(out) | {".curate": b"published by curate\n"}


@pytest.mark.parametrize("stop", [0, 5, 12, 20, 29, 40])
def test_a_manifest_is_there_only_when_all_is(bucket: FaultServer, tmp_path: Path, stop: int) -> None:
    """Publishing that is cut off after any number of requests leaves no manifest, or a whole publication."""
    target = "s3://crawl/out/run"
    publish.check_target(target)
    out = finished(tmp_path / "out")
    publish.publish(out, target)
    before = objects()
    finished(out, word="two", parts=2)
    (out / "data/part-00002.parquet").unlink()
    begun = len(bucket.behaviour.seen)
    bucket.behaviour.fault = lambda number, _: "denied" if number >= begun + stop else ""
    with suppress(IncompleteRunError):
        publish.publish(out, target)
    bucket.behaviour.fault = sometimes("", 0)
    after = objects()
    assert "manifest.json" not in after or after in (before, files(out) | {".curate": before[".curate"]})
    publish.publish(out, target)
    assert objects() == files(out) | {".curate": before[".curate"]}


@pytest.mark.parametrize("fault", WRITING)
def test_publishing_through_faults(bucket: FaultServer, tmp_path: Path, fault: str, monkeypatch) -> None:
    """With a third of the requests failing the publication is whole."""
    monkeypatch.setenv("CURATE_HTTP_TIMEOUT", IMPATIENT)
    publish.check_target("s3://crawl/out/run")
    out = finished(tmp_path / "out")
    bucket.behaviour.fault = sometimes(fault, 0.3, seed=5)
    publish.publish(out, "s3://crawl/out/run")
    bucket.behaviour.fault = sometimes("", 0)
    assert {name: data for name, data in objects().items() if name != ".curate"} == files(out)


def test_refusals_before_work(bucket: FaultServer, tmp_path: Path) -> None:
    """A prefix with foreign objects, a missing bucket, and a folder without a finished run are refused."""
    with pytest.raises(UsageError, match="no run has published"):
        publish.check_target("s3://crawl/a")
    with pytest.raises(UsageError, match="NoSuchBucket"):
        publish.check_target("s3://nosuch/out")
    with pytest.raises(UsageError, match="no run has finished"):
        publish.publish(tmp_path, "s3://crawl/out/run")
    out = finished(tmp_path / "out")
    (out / "data/part-00000.parquet").write_bytes(b"flipped")
    with pytest.raises(IncompleteRunError, match="digest differs"):
        publish.publish(out, "s3://crawl/out/run")
    assert "manifest.json" not in objects()


def test_a_run_from_s3_to_s3_is_the_run_at_home(bucket: FaultServer, tmp_path: Path, monkeypatch) -> None:
    """Inputs and output on S3, with a fifth of all requests failing: the manifest's digest is that of the local run."""
    from curate.engine.run import run
    from curate.recipe import Recipe
    from curate.stages import ExactDuplicates, Extract, Read

    recipe = Recipe("small", (Read(), Extract("resiliparse"), ExactDuplicates()), split_bytes=400)
    (tmp_path / "c.warc.gz").write_bytes(archive([page(20 + each) for each in range(5)]))
    one = Workers(1)
    run(recipe, [str(tmp_path / "c.warc.gz")], tmp_path / "home", workers=one)
    bucket.behaviour.fault = any_of(WRITING, 0.2, 8)
    monkeypatch.setenv("CURATE_HTTP_TIMEOUT", IMPATIENT)
    for _ in range(2):
        with publish.output_folder("s3://crawl/out/run", tmp_path / "stage") as out:
            run(recipe, ["s3://crawl/c.warc.gz"], out, workers=one)
    bucket.behaviour.fault = sometimes("", 0)
    found = objects()
    ours, theirs = (
        json.loads(each) for each in (found["manifest.json"], (tmp_path / "home/manifest.json").read_text())
    )
    assert (ours["outputs"], ours["digest"]) == (theirs["outputs"], theirs["digest"])
    assert {name for name in found if name.startswith("data/")} == {"data/part-00000.parquet"}
    assert found["report.html"] == (tmp_path / "stage/report.html").read_bytes()


def test_an_output_folder_of_this_machine_is_left_alone(tmp_path: Path) -> None:
    """A local output is the folder itself, and the staging folder of an address is always the same."""
    with publish.output_folder(str(tmp_path)) as out:
        assert out == tmp_path
    assert publish.staging_folder("s3://a/b") == publish.staging_folder("s3://a/b/")
    assert publish.staging_folder("s3://a/b") != publish.staging_folder("s3://a/c")
