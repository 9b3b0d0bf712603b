"""Ends a wait for something on the network that is gone: calls to it may never return."""

import os
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from curate.errors import IncompleteRunError, UsageError

CONNECT_SECONDS = 20.0
LOOK_SECONDS = 5.0
GONE_SECONDS = 60.0  # without an answer; a server that is only busy still takes connections
GRACE_SECONDS = 60.0  # until this process is ended, because it waits in a call that nothing can interrupt


@contextmanager
def watched(address: str, gone: str) -> Iterator[Callable[[], None]]:
    """Watch for the time of a block whether anything listens at `host:port`; yields what is to be called now and then.

    The call raises IncompleteRunError, which says what is `gone`, once nothing has listened for `GONE_SECONDS`. If the
    block has not ended `GRACE_SECONDS` later, the process prints the same line and ends with exit code 1.
    """
    lost, over = threading.Event(), threading.Event()
    line = f"{gone} at {address} is gone; what is done is kept: start it and run the same command again"

    def check() -> None:
        if lost.is_set():
            raise IncompleteRunError(line)

    threading.Thread(target=_watch, args=(address, line, lost, over), daemon=True).start()
    try:
        yield check
    finally:
        over.set()


def _watch(address: str, line: str, lost: threading.Event, over: threading.Event) -> None:
    heard = time.monotonic()
    while not over.wait(LOOK_SECONDS):
        if _listens(address):
            heard = time.monotonic()
        elif time.monotonic() - heard >= GONE_SECONDS:
            lost.set()
            if not over.wait(GRACE_SECONDS):
                with suppress(OSError, ValueError):
                    print(f"curate: {line}", file=sys.stderr, flush=True)
                os._exit(1)
            return


def refuse_silent(address: str, what: str) -> None:
    """Raise UsageError, which begins with `what`, when nothing takes a connection at `host:port`."""
    try:
        _connect(address, CONNECT_SECONDS)
    except (OSError, OverflowError) as error:
        raise UsageError(f"{what}: {error}") from error


def _listens(address: str) -> bool:
    try:
        _connect(address, LOOK_SECONDS)
    except (OSError, OverflowError):
        return False
    return True


def _connect(address: str, seconds: float) -> None:
    host, _, port = address.rpartition(":")
    socket.create_connection((host.strip("[]"), int(port)), seconds).close()
