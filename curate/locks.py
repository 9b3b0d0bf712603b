"""The lock on an output folder: one process works in it at a time, and a second one is told who does."""

import fcntl
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from curate.errors import UsageError
from curate.files import disk_errors, remove_temporaries


def holder(folder: Path) -> str:
    """The process that is using an output folder right now, "" when there is none."""
    try:
        with (folder / ".lock").open() as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return lock.read().strip() or "another process"
    except OSError:
        pass
    return ""


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Lock an output folder for one run; a second run in it is refused with UsageError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / ".lock").open("a+")
    except OSError as error:
        raise UsageError(f"{folder} cannot be written to: {error.strerror or error}") from error
    with disk_errors(folder), lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            holder = lock.read().strip() or "another process"
            raise UsageError(f"{folder} is in use by {holder}; wait for it or choose another OUT") from None
        lock.truncate(0)
        lock.write(f"process {os.getpid()} on {socket.gethostname()}")
        lock.flush()
        try:
            yield
        except BaseException:
            remove_temporaries(folder)
            raise
