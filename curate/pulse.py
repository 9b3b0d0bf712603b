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

from curate.files import TEMPORARY

FOLDER = f"{TEMPORARY}pulse"
SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Pulse:
    """What one process says: the phase, bytes of input dealt with, pages met and left, whether it compiles code."""

    phase: str
    bytes: int = 0
    pages: int = 0
    alive: int = 0
    compiling: bool = False


class Pulsing:
    """Says how far one task is, which `of` bytes of input are in; `phase` tells the tasks of one phase from others."""

    def __init__(self, work: Path, phase: str, of: int) -> None:
        self._path = work / FOLDER / f"{socket.gethostname()}-{os.getpid()}.json"
        self._phase, self._of = phase, of
        self._said, self._next = Pulse(phase), 0.0

    def due(self) -> bool:
        """Return whether a second has passed since the last word."""
        return time.monotonic() >= self._next

    def say(self, share: float, pages: int, alive: int) -> None:
        """Say what share of the task is done, how many pages it has met, and how many of them are not dropped."""
        self._say(Pulse(self._phase, round(share * self._of), pages, alive))

    def compiles(self) -> None:
        """Say that machine code is being made; the next word on how far the task is takes that back."""
        if not self._said.compiling:
            said = self._said
            self._say(Pulse(said.phase, said.bytes, said.pages, said.alive, compiling=True))

    def end(self) -> None:
        """Take back what was said."""
        with suppress(OSError):
            self._path.unlink(missing_ok=True)

    def _say(self, pulse: Pulse) -> None:
        self._said, self._next = pulse, time.monotonic() + SECONDS
        new = self._path.with_suffix(".new")
        with suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            new.write_text(json.dumps(asdict(pulse)))
            new.replace(self._path)


@contextmanager
def pulsing(work: Path, phase: str, of: int) -> Iterator[Pulsing]:
    """Let a task say how far it is, and that numba compiles what this machine has not kept."""
    from numba.core import event

    pulse = Pulsing(work, phase, of)
    listener = _listener(pulse)
    event.register("numba:compile", listener)
    try:
        yield pulse
    finally:
        event.unregister("numba:compile", listener)
        pulse.end()


def _listener(pulse: Pulsing) -> object:
    from numba.core.event import Event, Listener

    class Compiling(Listener):  # type: ignore[misc]
        def on_start(self, _: Event) -> None:
            pulse.compiles()

        def on_end(self, _: Event) -> None:
            pass

    return Compiling()


def pulses(work: Path) -> list[Pulse]:
    """What the processes at work in a folder say now; those of this machine that were killed say nothing."""
    found = []
    for path in (work / FOLDER).glob("*.json"):
        host, _, process = path.stem.rpartition("-")
        with suppress(OSError, ValueError, TypeError):
            if host == socket.gethostname():
                os.kill(int(process), 0)
            found.append(Pulse(**json.loads(path.read_bytes())))
    return found
