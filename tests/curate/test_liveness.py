"""What waits for a server that is gone ends, with a line, whether or not the wait can be interrupted."""

import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from curate import liveness
from curate.errors import IncompleteRunError

ROOT = Path(__file__).parents[2]
STUCK = """
import sys, threading
from curate import liveness
liveness.LOOK_SECONDS, liveness.GONE_SECONDS, liveness.GRACE_SECONDS = 0.05, 0.3, 0.3
with liveness.watched(sys.argv[1], "the head"):
    threading.Lock().acquire() and threading.Event().wait(600)
"""


@pytest.fixture
def server() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening


def address(server: socket.socket) -> str:
    return f"127.0.0.1:{server.getsockname()[1]}"


def test_a_server_that_goes_ends_the_block_that_looks(server: socket.socket, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is raised while it is there, and IncompleteRunError soon after it is gone, once."""
    for name, seconds in (("LOOK_SECONDS", 0.02), ("GONE_SECONDS", 0.2), ("GRACE_SECONDS", 600.0)):
        monkeypatch.setattr(liveness, name, seconds)
    with liveness.watched(address(server), "the head") as check:
        called_for(check, 0.3)
        where = address(server)
        server.close()
        with pytest.raises(IncompleteRunError, match=f"the head at {where} is gone; what is done is kept"):
            called_for(check, 100)


def called_for(check: Callable[[], None], seconds: float) -> None:
    for _ in range(int(seconds * 100)):
        check()
        time.sleep(0.01)


def test_a_wait_that_cannot_be_interrupted_ends_the_process(server: socket.socket) -> None:
    """Exit code 1 and the same line, from a process that waits for ever."""
    where = address(server)
    server.close()
    done = subprocess.run(
        [sys.executable, "-c", STUCK, where], cwd=ROOT, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 1
    assert (
        done.stderr
        == f"curate: the head at {where} is gone; what is done is kept: start it and run the same command again\n"
    )
