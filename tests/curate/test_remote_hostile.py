"""Servers that mean harm: they never end, they lie about sizes, they lead elsewhere."""

import errno
import signal
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest

from curate.errors import IncompleteRunError, NotAnArchiveError, SourceError, UsageError
from curate.inputs import links
from curate.inputs import remote_files as remote
from curate.inputs.remote_files import shown
from curate.inputs.sources import resolve
from tests.curate.archives import archive, page
from tests.curate.fault_server import FaultServer


@pytest.fixture(autouse=True)
def in_time(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every test ends within two minutes."""
    monkeypatch.setenv("CURATE_HTTP_DELAY", "0.005")
    monkeypatch.delenv("http_proxy", raising=False)
    signal.signal(signal.SIGALRM, lambda *_: pytest.fail("took longer than two minutes"))
    signal.alarm(120)
    yield
    signal.alarm(0)


@pytest.fixture
def server() -> Iterator[FaultServer]:
    """A server with an archive of some pages."""
    with FaultServer(files={"/crawl.warc.gz": archive([page(number) for number in range(9)])}) as running:
        yield running


def test_headers_that_drip_are_given_up(server: FaultServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that sends a byte of its headers now and then is a server that stalls."""
    monkeypatch.setenv("CURATE_HTTP_TIMEOUT", "0.5")
    monkeypatch.setenv("CURATE_HTTP_TRIES", "2")
    server.behaviour.fault = lambda number, path: "drip_headers"
    started = time.monotonic()
    with pytest.raises(UsageError, match="stalled"):
        resolve([f"{server.url}/crawl.warc.gz"])
    assert time.monotonic() - started < 50  # the headers never end, nor would it


def test_a_length_no_disk_can_hold_is_refused_before_it_is_fetched(server: FaultServer) -> None:
    """Without ranges a file has to be brought here whole; one that cannot be is one line."""
    server.behaviour.ranges = False
    place = f"{server.url}/crawl.warc.gz"
    origin, _ = remote.look(place)
    lies = replace(origin, version=replace(origin.version, bytes=10**15))
    asked = len(server.behaviour.seen)
    with pytest.raises(SourceError, match=r"more than the \d+ free"):
        remote.open_origin(lies)
    assert len(server.behaviour.seen) == asked


def test_a_full_temporary_folder_is_one_line(server: FaultServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """The disk can also fill while the file comes."""
    server.behaviour.ranges = False
    origin, _ = remote.look(f"{server.url}/crawl.warc.gz")

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(remote, "TemporaryFile", full)
    with pytest.raises((SourceError, IncompleteRunError), match="no space left"):
        remote.open_origin(origin)


PRIVATE = ["127.0.0.1", "[::1]", "169.254.169.254", "10.0.0.8", "192.168.1.1", "172.16.0.1", "0.0.0.0", "[fd00::1]",
           "[::ffff:127.0.0.1]", "100.64.0.1", "localhost"]  # fmt: skip


@pytest.mark.parametrize("host", PRIVATE)
def test_addresses_of_this_network_are_known(host: str) -> None:
    """Loopback, link-local and private addresses, however they are spelled."""
    assert links.is_inside(host.strip("[]"))
    assert not links.is_inside("93.184.216.34")


def test_a_redirect_from_outside_does_not_lead_inside(server: FaultServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """An address on the web may not send a reader to this machine or its network, unless that is allowed."""
    target = FaultServer(files={"/secret": b"WARC/1.0 secret bytes of an inner service"})
    with target as inner:
        server.behaviour.redirect = {"/crawl.warc.gz": f"{inner.url}/secret"}
        # Both servers are on loopback here; the one that redirects stands for one on the web.
        usual = links.is_inside
        monkeypatch.setattr(links, "is_inside", lambda host: host != "localhost" and usual(host))
        server.url = server.url.replace("127.0.0.1", "localhost")
        with pytest.raises(UsageError, match="redirected to an address of this network") as refused:
            resolve([f"{server.url}/crawl.warc.gz"])
        assert "secret" not in str(refused.value)
        assert not inner.behaviour.seen
        monkeypatch.setenv("CURATE_HTTP_PRIVATE", "1")
        assert [each.format for each in resolve([f"{server.url}/crawl.warc.gz"])] == ["warc"]
        assert inner.behaviour.seen


def test_what_is_no_archive_elsewhere_is_not_quoted(server: FaultServer) -> None:
    """An error about a remote file shows none of its bytes; about a local one it does."""
    server.behaviour.files["/x.warc.gz"] = b"root:x:0:0 a secret that nobody should see in a log"
    with pytest.raises(NotAnArchiveError) as refused:
        resolve([f"{server.url}/x.warc.gz"])
    assert "secret" not in str(refused.value)
    assert shown(server.url) in str(refused.value)
