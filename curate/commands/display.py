"""Shows how far a command is: two lines that stay in place on a terminal, elsewhere one line now and then."""

import time
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Event, Lock, Thread

from rich.console import Console
from rich.live import Live
from rich.text import Text

from curate.engine.progress import Ended, Progress
from curate.preflight import available_memory, free_bytes, gigabytes
from curate.pulse import Pulse, compile_now, pulses
from curate.terminal import harmless

TERMINAL_SECONDS, PIPE_SECONDS = 1.0, 60.0
BAR, SMALLEST_BAR = 30, 8
LEAST_SECONDS = 2.0  # of which a pace is told
COMPILING = "Compiling machine code: about a minute of CPU time, once on this machine."


@dataclass(frozen=True, slots=True)
class Way:
    """How far a phase is: work done of all, pages met and left."""

    done: float
    pages: int = 0
    alive: int = 0


@dataclass(slots=True)
class Clock:
    """When the pace of a phase was begun to be measured, where it was then, and how many processes were seen in it."""

    since: float
    at: Way = Way(0)
    most: float = 0.0
    cores: int = 1


def way_of(seen: Progress, now: Sequence[Pulse], most: float = 0.0) -> Way:
    """Add what processes say of tasks under way to what is done; never less than the `most` that was shown."""
    mine = [pulse for pulse in now if pulse.phase == seen.key]
    done = min(max(seen.done + sum(pulse.bytes for pulse in mine), most), seen.of)
    pages, alive = sum(pulse.pages for pulse in mine), sum(pulse.alive for pulse in mine)
    return Way(done, seen.pages + pages, seen.alive + alive)


def lines(
    seen: Progress, way: Way, clock: Clock, free: str = "", *, width: int, at: float, bar: int = BAR
) -> list[str]:
    """What is shown of a phase at a time: how far it is and for how long, and the pages, their pace, and what is free.

    >>> seen = Progress("read to pii", 20e6, 60e6, pages=900, alive=80, work=Path(), key="00")
    >>> way = way_of(seen, [Pulse("00", 5_000_000, 300, 20), Pulse("00", 5_000_000, 300, 20)])
    >>> for line in lines(seen, way, Clock(100.0, cores=2), "3.1 GB memory, 48.0 GB disk free", width=80, at=130.0):
    ...     print(line)
    read to pii  ━━━━━━━━━━━━━━━───────────────  50%  30.0 of 60.0 MB  30 s left
    1,500 pages, 120 left; 25/s per core; 3.1 GB memory, 48.0 GB disk free
    >>> lines(Progress("dedup_near", 0.5, 1, step="dedup_near: texts"), Way(0.5), Clock(0), width=80, at=0.0)
    ['dedup_near: texts  ━━━━━━━━━━━━━━━───────────────  50%', '']
    """
    share = way.done / seen.of if seen.of else 0.0
    took = max(at - clock.since, 1e-9)
    pace, speed = (way.done - clock.at.done) / took, (way.pages - clock.at.pages) / took / clock.cores
    numbers = [f"{share:.0%}"] if seen.of else []
    numbers += [_of(way.done, seen.of)] if seen.work is not None and seen.of >= 1e6 else []
    numbers += [f"{duration((seen.of - way.done) / pace)} left"] if pace > 0 and took > LEAST_SECONDS else []
    said = [f"{way.pages:,} pages, {way.alive:,} left"] if way.pages else []
    said += [f"{speed:,.0f}/s per core"] if speed >= 0.5 and took > LEAST_SECONDS else []
    first = "  ".join([harmless(seen.step or seen.phase), *numbers])
    room = min(width - len(first) - 2, bar) if seen.of else 0
    if room >= SMALLEST_BAR:
        full = round(share * room)
        title, *rest = first.partition("  ")
        first = f"{title}  {'━' * full}{'─' * (room - full)}{''.join(rest)}"
    return [first[:width], _fitting([*said, *([free] if free else [])], width)]


def _fitting(parts: Sequence[str], width: int) -> str:
    """The parts that fit into a line, the first ones first."""
    line = ""
    for part in parts:
        longer = f"{line}; {part}" if line else part
        line = longer if len(longer) <= width else line
    return line


def _of(done: float, of: float) -> str:
    """Bytes done of all, in the unit of all."""
    number, unit = gigabytes(of).split()
    return f"{done / (1e9 if unit == 'GB' else 1e6):.{len(number.partition('.')[2])}f} of {number} {unit}"


def duration(seconds: float) -> str:
    """A time for people.

    >>> duration(42), duration(200), duration(7500), duration(300_000)
    ('42 s', '3 min', '2 h 5 min', '3 d 11 h')
    """
    whole = round(seconds)
    if whole < 100:
        return f"{whole} s"
    minutes = round(seconds / 60)
    if minutes < 100:
        return f"{minutes} min"
    hours, rest = divmod(minutes, 60)
    return f"{hours} h {rest} min" if hours < 48 else f"{hours // 24} d {hours % 24} h"


def ended_line(phase: str, each: Ended) -> str:
    """A task that has ended, in a line."""
    if each.lost:
        return f"{phase}: {each.task}: lost: {each.lost}"
    how = "done before" if each.reused else f"{each.seconds:.1f} CPU s in {duration(each.ended - each.began)}"
    return f"{phase}: {each.task}: {each.pages:,} pages, {each.kept:,} left, {how}"


class Display(AbstractContextManager["Display"]):
    """Shows progress while it is open; `verbose` prints a line for each task that ends, `quiet` nothing at all.

    A thread draws, so that what one task tells is seen while the process that shows it is busy with that task.
    """

    def __init__(self, *, quiet: bool = False, verbose: bool = False, out: Path | None = None) -> None:
        self._console = Console(stderr=True, quiet=quiet, highlight=False)
        self._verbose, self._out = verbose, out
        lives = self._console.is_terminal and not self._console.is_dumb_terminal and not quiet
        self._live = Live(console=self._console, auto_refresh=False, transient=True) if lives else None
        self._seen, self._clock, self._compiled = Progress("starting", 0, 0), Clock(time.monotonic()), False
        self._lock, self._closed = Lock(), Event()
        self._thread = Thread(target=self._draw, daemon=True)

    def __enter__(self) -> "Display":
        if self._live is not None:
            self._live.start()
        if not self._console.quiet:
            self._thread.start()
        return self

    def show(self, step: Progress) -> None:
        """Take note of how far a phase has come."""
        with self._lock:
            before, self._seen = self._seen, step
            if (step.phase, step.of) != (before.phase, before.of):
                self._clock = Clock(time.monotonic())
            if step.ended is not None and step.ended.reused:
                self._clock.at = Way(step.done, step.pages)
                self._clock.since = time.monotonic()
        if self._verbose and step.ended is not None:
            self.say(harmless(ended_line(step.phase, step.ended)))
        if step.done >= step.of and step.reused:
            self.say(f"{step.phase}: {step.reused / step.of:.0%} reused from an earlier run")

    def say(self, line: str) -> None:
        """Print a line above the bar."""
        self._console.print(line, markup=False, soft_wrap=True)

    def _draw(self) -> None:
        while not self._closed.wait(TERMINAL_SECONDS if self._live is not None else PIPE_SECONDS):
            said = self._look()
            if self._live is not None:
                self._live.update(Text("\n".join(said), no_wrap=True, overflow="crop"), refresh=True)
            elif self._seen.of:
                self.say("; ".join(filter(None, said)))

    def _look(self) -> list[str]:
        with self._lock:
            seen, clock = self._seen, self._clock
        now = pulses(seen.work) if seen.work is not None else []
        way, at = way_of(seen, now, clock.most), time.monotonic()
        clock.most, clock.cores = way.done, max(clock.cores, len(now))
        if seen.work is not None and compile_now(seen.work):
            if not self._compiled:
                self.say(COMPILING)
            self._compiled = True
            clock.since, clock.at = at, way
            seen = replace(seen, step="compiling")
        free = f"{gigabytes(available_memory())} memory"
        free += f", {gigabytes(free_bytes(self._out))} disk" if self._out is not None else ""
        return lines(
            seen, way, clock, f"{free} free", width=self._console.width, at=at, bar=BAR if self._live is not None else 0
        )

    def __exit__(self, *_: object) -> None:
        self._closed.set()
        if self._thread.is_alive():
            self._thread.join()
        if self._live is not None:
            self._live.stop()
