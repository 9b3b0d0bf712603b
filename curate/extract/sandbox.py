"""A warm, killable child process that runs extraction, so that no page can stop, crash or starve a worker.

C and Rust parsers cannot be interrupted from within their own process; a process can. The parent sends a page and
waits; the child calls the extractor and answers. What ends a page:

- its CPU time, counted by the kernel in the child (`ITIMER_PROF`, whose signal kills when nobody handles it), so that
  a busy machine does not change which pages come out;
- its resident memory, watched by the parent and compared with the peak afterwards. Not an address-space limit: an
  allocation that fails is caught inside libraries, which then quietly return something else. There is one, far above
  the watched limit, for allocations that outrun the watch;
- wall time, as a backstop far above the CPU limit, for a child that waits for something.

A page that ends a child which had served others is tried once more in a fresh one, unless it was out of time: so its
fate does not depend on the pages before. The child dies with its parent and is the first to go when the machine runs
out of memory.
"""

import marshal
import os
import select
import signal
import subprocess
import sys
import time
import weakref
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import IO, Self

from curate.extract import DEFAULT_MARKUP, Extracted, Scored, check_extractor, check_markup
from curate.extract.sandbox_child import DONE, NO_MEMORY, NO_NUMBER, NOT_CALLABLE, RAISED, REPLY, REQUEST, TOO_LONG

EXTRACT = "curate.extract:extract_spans"
WARM_UP_PAGE = b"<html><body><p>The first page pays for imports and for compiled code.</p></body></html>"
WATCH_SECONDS = 0.05
PIPE_BYTES = 1 << 20
_F_SETPIPE_SZ = 1031


@dataclass(frozen=True, slots=True)
class SandboxLimits:
    """What one page may use: CPU and wall time in seconds, resident memory of the child and UTF-8 output in bytes.

    On trafilatura's evaluation pages the 99th percentile is 0.2 s of CPU; a page of 100,000 paragraphs takes 4 s.
    """

    max_cpu_seconds: float = 10.0
    max_wall_seconds: float = 120.0
    max_memory_bytes: int = 3 << 29
    max_text_bytes: int = 64 << 20


# For importing and compiling, which are no page's doing.
START_LIMITS = SandboxLimits(max_cpu_seconds=300.0, max_wall_seconds=600.0)


class PageKilled(Exception):  # noqa: N818 -- what happened, not whose error
    """A page went past a limit or ended the child; `kind` says which.

    Kinds: `cpu_limit`, `wall_limit`, `memory_limit`, `text_limit`, `crash`; for `PageRaised` the exception's name.
    """

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(kind, message)
        self.kind = kind

    def __str__(self) -> str:
        return str(self.args[1])


class PageRaised(PageKilled):
    """The function raised on this page; the child lives on."""


class Sandbox:
    """One warm child process, started by the first page and again after each page that ends it.

    Not for several threads at a time. After a fork the copy starts a child of its own.

    >>> with Sandbox() as sandbox:
    ...     sandbox.run("textwrap:dedent", "  text")
    'text'
    """

    def __init__(self, limits: SandboxLimits = SandboxLimits()) -> None:
        self.limits = limits
        self._child: _Child | None = None
        self._ended_cpu_seconds = 0.0

    @property
    def cpu_seconds(self) -> float:
        """CPU time of all this sandbox's children up to the last answer, their start-up included."""
        return self._ended_cpu_seconds + (self._child.cpu_seconds if self._child else 0.0)

    def extract(self, html: bytes | str, *, charset: str = "", url: str | None = None, extractor: str) -> str:
        """`curate.extract.extract` in the child; raises as `extract_scored` does."""
        return self.extract_scored(html, charset=charset, url=url, extractor=extractor).text

    def extract_scored(self, html: bytes | str, *, charset: str = "", url: str | None = None, extractor: str) -> Scored:
        """`curate.extract.extract_scored` in the child; raises PageKilled, UsageError for an unknown extractor."""
        found = self.extract_spans(html, charset=charset, url=url, extractor=extractor)
        return Scored(found.text, found.expected_f1)

    def extract_spans(
        self, html: bytes | str, *, charset: str = "", url: str | None = None, extractor: str,
        markup: str = DEFAULT_MARKUP,
    ) -> Extracted:  # fmt: skip
        """`curate.extract.extract_spans` in the child; raises PageKilled, UsageError for an unknown name."""
        names = {"extractor": check_extractor(extractor), "markup": check_markup(markup)}
        return self._run(EXTRACT, html, {"charset": charset, "url": url, **names})

    def run(self, function: str, page: bytes | str, **options: str | None) -> str:
        """Call `module:name` on a page in the child and return its text.

        Raises PageKilled when the page goes past a limit or ends the child, PageRaised when the function raises, and
        RuntimeError when there is no such function or no child can be started: that is no page's fault.
        """
        return self._run(function, page, options).text

    def close(self) -> None:
        """End the child, if there is one; the next page starts another."""
        self._end_child()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _run(self, function: str, page: bytes | str, options: dict[str, str | None]) -> Extracted:
        reused = self._living_child() is not None
        try:
            return self._attempt(function, page, options)
        except PageKilled as killed:
            if not reused or killed.kind not in ("memory_limit", "crash"):
                raise
        return self._attempt(function, page, options)

    def _attempt(self, function: str, page: bytes | str, options: dict[str, str | None]) -> Extracted:
        child = self._living_child() or self._start()
        if function == EXTRACT:
            self._warm_up(child, options["extractor"] or "")
        outcome, found = self._call(child, function, page, options, self.limits)
        if outcome == NO_MEMORY or child.peak_bytes > self.limits.max_memory_bytes:
            self.close()
            raise _past(self.limits, "memory_limit")
        if child.peak_bytes > self.limits.max_memory_bytes // 2:
            self.close()  # what earlier pages left in caches and fragments shall not decide about a later one
        return _found_or_raise(outcome, found, function, self.limits)

    def _call(
        self, child: "_Child", function: str, page: bytes | str, options: dict[str, str | None], limits: SandboxLimits
    ) -> tuple[int, Extracted]:
        try:
            return child.call(function, page, options, limits)
        except _ChildGone:
            raise _why(self._end_child(), limits) from None
        except BaseException:
            # Also when interrupted from the keyboard: a half-read answer must not be taken for the next page's.
            self._end_child()
            raise

    def _living_child(self) -> "_Child | None":
        if self._child and self._child.owner != os.getpid():
            self._child.disown()
            self._child = None
        return self._child

    def _start(self) -> "_Child":
        self._child = child = _Child(self.limits)
        try:
            child.receive(time.monotonic() + START_LIMITS.max_wall_seconds, START_LIMITS)
        except (_ChildGone, PageKilled):
            raise RuntimeError(f"the sandbox's child process does not start: exit code {self._end_child()}") from None
        return child

    def _warm_up(self, child: "_Child", extractor: str) -> None:
        """Import and compile what an extractor needs, once per child and not at the cost of a page."""
        if extractor in child.warm:
            return
        try:
            outcome, found = self._call(child, EXTRACT, WARM_UP_PAGE, {"extractor": extractor}, START_LIMITS)
        except PageKilled as killed:
            outcome, found = NOT_CALLABLE, Extracted(str(killed), NO_NUMBER, b"")
        if outcome != DONE:
            self.close()
            raise RuntimeError(f"the extractor {extractor} does not start: {found.text}")
        child.warm.add(extractor)

    def _end_child(self) -> int:
        """Kill and reap the child; its exit code, negative for a signal."""
        child, self._child = self._child, None
        if child is None:
            return 0
        code, cpu_seconds = child.end()
        self._ended_cpu_seconds += cpu_seconds
        return code


def warm(extractor: str) -> None:
    """Have a child process compile what an extractor needs, once per machine, before many workers each do it.

    The compiled code is kept where numba keeps it: in `__pycache__` beside the sources, or, when that is read-only, in
    the user's cache folder; NUMBA_CACHE_DIR names another. A child that finds it there starts in a second.
    Raises UsageError when there is no such extractor, RuntimeError when it does not start.
    """
    with Sandbox() as sandbox:
        sandbox.extract(WARM_UP_PAGE, extractor=extractor)


def _found_or_raise(outcome: int, found: Extracted, function: str, limits: SandboxLimits) -> Extracted:
    if outcome == DONE:
        return found
    if outcome == RAISED:
        raise PageRaised(found.text.partition(":")[0], found.text)
    if outcome == TOO_LONG:
        raise _past(limits, "text_limit")
    raise RuntimeError(f"the sandbox cannot call {function}: {found.text}")


def _past(limits: SandboxLimits, kind: str) -> PageKilled:
    limit = {
        "cpu_limit": f"{limits.max_cpu_seconds:g} s of CPU time",
        "wall_limit": f"{limits.max_wall_seconds:g} s of wall time",
        "memory_limit": f"{limits.max_memory_bytes} bytes of memory",
        "text_limit": f"{limits.max_text_bytes} bytes of text",
    }
    return PageKilled(kind, f"the page took more than {limit[kind]}")


def _why(code: int, limits: SandboxLimits) -> PageKilled:
    """What an exit code says about the page; a negative one is the signal that ended the child."""
    if code == -signal.SIGPROF:
        return _past(limits, "cpu_limit")
    ended_by = f"signal {-code}" if code < 0 else f"exit code {code}"
    return PageKilled("crash", f"the page ended the child process: {ended_by}")


class _ChildGone(Exception):  # noqa: N818
    """The child closed its pipes: it has ended or is about to."""


class _Child:
    """The child process and its pipes; every wait keeps an eye on its memory and on the clock."""

    def __init__(self, limits: SandboxLimits) -> None:
        self.owner = os.getpid()
        self.cpu_seconds = 0.0
        self.peak_bytes = 0
        self.warm: set[str] = set()
        arguments = map(str, (self.owner, limits.max_memory_bytes, limits.max_text_bytes))
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "curate.extract.sandbox_child", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
            env=_environment(),
        )
        self._requests, self._replies = _pipe(self._process.stdin), _pipe(self._process.stdout)
        self._kill_when_lost = weakref.finalize(self, _kill, self._process, self.owner)

    def call(
        self, function: str, page: bytes | str, options: dict[str, str | None], limits: SandboxLimits
    ) -> tuple[int, Extracted]:
        """Outcome and result of one call; raises PageKilled past a limit and _ChildGone when the child is."""
        deadline = time.monotonic() + limits.max_wall_seconds
        body = marshal.dumps((function, page, options))
        self._send(REQUEST.pack(len(body), limits.max_cpu_seconds), deadline, limits)
        self._send(body, deadline, limits)
        return self.receive(deadline, limits)

    def receive(self, deadline: float, limits: SandboxLimits) -> tuple[int, Extracted]:
        """The next reply's outcome, text, number and spans."""
        header = self._read(REPLY.size, deadline, limits)
        outcome, size, spans_size, number, self.cpu_seconds, self.peak_bytes = REPLY.unpack(header)
        if max(size, spans_size) > limits.max_text_bytes:  # only from a child whose memory a page has overwritten
            raise _past(limits, "text_limit")
        text = self._read(size, deadline, limits).decode("utf-8", "surrogatepass")
        return outcome, Extracted(text, number, self._read(spans_size, deadline, limits))

    def end(self) -> tuple[int, float]:
        """Kill and reap the process: exit code (negative for a signal) and CPU seconds."""
        # Not Popen.kill, which would reap a dead child and lose its CPU time. The exit code of a child that is dead
        # or dying already stays what it was.
        with suppress(ProcessLookupError):
            os.kill(self._process.pid, signal.SIGKILL)
        try:
            _, status, usage = os.wait4(self._process.pid, 0)
        except ChildProcessError:  # somebody in this process reaps every child
            code, cpu_seconds = 0, self.cpu_seconds
        else:
            code, cpu_seconds = os.waitstatus_to_exitcode(status), usage.ru_utime + usage.ru_stime
        self._process.returncode = code
        self.disown()
        return code, cpu_seconds

    def disown(self) -> None:
        """Close this process's ends of the pipes and leave the process alone."""
        self._kill_when_lost.detach()
        self._requests.close()
        self._replies.close()

    def _send(self, data: bytes, deadline: float, limits: SandboxLimits) -> None:
        rest = memoryview(data)
        while rest:
            try:
                rest = rest[os.write(self._requests.fileno(), rest) :]
            except BlockingIOError:
                self._wait(self._requests, select.POLLOUT, deadline, limits)
            except BrokenPipeError:
                raise _ChildGone from None

    def _read(self, size: int, deadline: float, limits: SandboxLimits) -> bytes:
        chunks = []
        while size:
            try:
                chunk = os.read(self._replies.fileno(), min(size, PIPE_BYTES))
            except BlockingIOError:
                self._wait(self._replies, select.POLLIN, deadline, limits)
                continue
            if not chunk:
                raise _ChildGone
            chunks.append(chunk)
            size -= len(chunk)
        return b"".join(chunks)

    def _wait(self, pipe: IO[bytes], event: int, deadline: float, limits: SandboxLimits) -> None:
        poll = select.poll()
        poll.register(pipe, event)
        while not poll.poll(WATCH_SECONDS * 1000):
            if time.monotonic() > deadline:
                raise _past(limits, "wall_limit")
            if _resident_bytes(self._process.pid) > limits.max_memory_bytes:
                raise _past(limits, "memory_limit")


def _environment() -> dict[str, str]:
    """The parent's import path, however it came about, and a fixed hash seed."""
    path = os.pathsep.join(entry or os.getcwd() for entry in sys.path)  # noqa: PTH109
    return {**os.environ, "PYTHONPATH": path, "PYTHONHASHSEED": "0"}


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    assert pipe is not None
    os.set_blocking(pipe.fileno(), False)
    if sys.platform == "linux":
        import fcntl

        # A page in one piece; refused beyond the user's quota, which only costs switches between the processes.
        with suppress(PermissionError):
            fcntl.fcntl(pipe.fileno(), _F_SETPIPE_SZ, PIPE_BYTES)
    return pipe


def _resident_bytes(pid: int) -> int:
    if sys.platform != "linux":
        return 0
    try:
        with open(f"/proc/{pid}/statm", "rb") as numbers:  # noqa: PTH123
            return int(numbers.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (FileNotFoundError, ProcessLookupError):
        return 0


def _kill(process: subprocess.Popen[bytes], owner: int) -> None:
    """For a sandbox nobody closed; in a fork of its owner the process is not ours to kill."""
    if os.getpid() == owner:
        process.kill()
        process.wait()
