"""How far each process is with its task, in a small file of its own that a display reads and nobody keeps.

A worker cannot speak to the process that shows progress: it may be that process, another one, or one on another
machine. All of them see the folder of work files. So whoever works on a task replaces a file there, at most once a
second, and removes it when the task is over. The names are those of half-written files: what a killed process leaves
goes with those, and no digest, marker or manifest ever covers it. Where nodes have no common disk the files stay on
their nodes, and progress moves by whole tasks. A file that cannot be written costs nothing but a picture.
"""

import json
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from curate.compiling import WHERE, tell
from curate.files import TEMPORARY

FOLDER = f"{TEMPORARY}pulse"
SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Pulse:
    """What one process says: the phase, bytes of input dealt with, pages met and left."""

    phase: str
    bytes: int = 0
    pages: int = 0
    alive: int = 0


class Pulsing:
    """Says how far one task is, which `of` bytes of input are in; `phase` tells the tasks of one phase from others.

    What is said of compiling (`curate.compiling`) is taken back by the next word on how far the task is.
    """

    def __init__(self, work: Path, phase: str, of: int) -> None:
        self._path = work / FOLDER / f"{socket.gethostname()}-{os.getpid()}.json"
        self.compiling = self._path.with_suffix(".compiling")
        self._phase, self._of, self._next = phase, of, 0.0

    def due(self) -> bool:
        """Return whether a second has passed since the last word."""
        return time.monotonic() >= self._next

    def say(self, share: float, pages: int, alive: int) -> None:
        """Say what share of the task is done, how many pages it has met, and how many of them are not dropped."""
        self._next = time.monotonic() + SECONDS
        new = self._path.with_suffix(".new")
        with suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            new.write_text(json.dumps(asdict(Pulse(self._phase, round(share * self._of), pages, alive))))
            new.replace(self._path)
            self.compiling.unlink(missing_ok=True)

    def end(self) -> None:
        """Take back what was said."""
        with suppress(OSError):
            self._path.unlink(missing_ok=True)
            self.compiling.unlink(missing_ok=True)


@contextmanager
def pulsing(work: Path, phase: str, of: int) -> Iterator[Pulsing]:
    """Let a task say how far it is, and that it or its child process compiles."""
    pulse = Pulsing(work, phase, of)
    with suppress(OSError):
        pulse.compiling.parent.mkdir(parents=True, exist_ok=True)
    os.environ[WHERE] = str(pulse.compiling)
    tell()
    try:
        yield pulse
    finally:
        del os.environ[WHERE]
        pulse.end()


def pulses(work: Path) -> list[Pulse]:
    """What the processes at work in a folder say now."""
    found = []
    for path in _left(work, "json"):
        with suppress(OSError, ValueError, TypeError):
            found.append(Pulse(**json.loads(path.read_bytes())))
    return found


def compile_now(work: Path) -> bool:
    """Return whether a process at work in a folder compiles."""
    return bool(_left(work, "compiling"))


def _left(work: Path, kind: str) -> list[Path]:
    """The files of processes, but for those of this machine that were killed."""
    return [path for path in (work / FOLDER).glob(f"*.{kind}") if _lives(*path.stem.rsplit("-", 1))]


def _lives(host: str, process: str) -> bool:
    try:
        if host == socket.gethostname():
            os.kill(int(process), 0)
    except (OSError, ValueError):
        return False
    return True
