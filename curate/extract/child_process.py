"""Starts the child process of a sandbox and talks to it: a call goes out, an answer comes back or it has ended."""

import marshal
import mmap
import os
import select
import signal
import subprocess
import sys
import time
import weakref
from contextlib import suppress
from dataclasses import dataclass
from typing import IO

from curate.extract import Extracted
from curate.extract.sandbox_child import REPLY, REQUEST

WATCH_SECONDS = 0.05
PIPE_BYTES = 1 << 20
READ_BYTES = 1 << 16
# A larger page goes through the pipe; what no page has filled takes no memory.
SHARED_BYTES = 4 << 20
_F_SETPIPE_SZ = 1031


@dataclass(frozen=True, slots=True)
class SandboxLimits:
    """Limits for one page: CPU and wall time in seconds, resident memory of the child and UTF-8 output in bytes.

    On trafilatura's evaluation pages the 99th percentile is 0.2 s of CPU; a page of 100,000 paragraphs takes 4 s.
    """

    max_cpu_seconds: float = 10.0
    max_wall_seconds: float = 120.0
    max_memory_bytes: int = 3 << 29
    max_text_bytes: int = 64 << 20


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


def past(limits: SandboxLimits, kind: str) -> PageKilled:
    """Return what to raise for a page that went past the limit that `kind` names."""
    limit = {
        "cpu_limit": f"{limits.max_cpu_seconds:g} s of CPU time",
        "wall_limit": f"{limits.max_wall_seconds:g} s of wall time",
        "memory_limit": f"{limits.max_memory_bytes} bytes of memory",
        "text_limit": f"{limits.max_text_bytes} bytes of text",
    }
    return PageKilled(kind, f"the page took more than {limit[kind]}")


class ChildGone(Exception):  # noqa: N818
    """The child closed its pipes: it has ended or is about to."""


class Child:
    """The child process and its pipes; every wait keeps an eye on its memory and on the clock."""

    def __init__(self, limits: SandboxLimits) -> None:
        self.owner = os.getpid()
        self.cpu_seconds = 0.0
        self.peak_bytes = 0
        self.warm: set[str] = set()
        self._left = b""
        shared, self._pages = _shared_memory()
        arguments = map(str, (self.owner, limits.max_memory_bytes, limits.max_text_bytes, shared))
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "curate.extract.sandbox_child", *arguments],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                bufsize=0,
                env=_environment(),
                pass_fds=[shared] if shared >= 0 else [],
            )
        finally:
            if shared >= 0:
                os.close(shared)
        self._requests, self._replies = _pipe(self._process.stdin), _pipe(self._process.stdout)
        self._writable, self._readable = select.poll(), select.poll()
        self._writable.register(self._requests, select.POLLOUT)
        self._readable.register(self._replies, select.POLLIN)
        self._kill_when_lost = weakref.finalize(self, _kill, self._process, self.owner)

    def call(
        self, function: str, page: bytes | str, options: dict[str, str | None], limits: SandboxLimits
    ) -> tuple[int, Extracted]:
        """Outcome and result of one call; raises PageKilled past a limit and ChildGone when the child is."""
        deadline = time.monotonic() + limits.max_wall_seconds
        shared, sent = -1, page
        if self._pages and isinstance(page, bytes) and len(page) <= SHARED_BYTES:
            self._pages[: len(page)] = page
            shared, sent = len(page), b""
        body = marshal.dumps((function, sent, options))
        self._send(REQUEST.pack(len(body), shared, limits.max_cpu_seconds) + body, deadline, limits)
        # The answer is never there yet.
        self._wait(self._readable, deadline, limits)
        return self.receive(deadline, limits)

    def receive(self, deadline: float, limits: SandboxLimits) -> tuple[int, Extracted]:
        """The next reply's outcome, text, number and spans."""
        header = self._read(REPLY.size, deadline, limits)
        outcome, size, spans_size, number, self.cpu_seconds, self.peak_bytes = REPLY.unpack(header)
        if max(size, spans_size) > limits.max_text_bytes:  # only from a child whose memory a page has overwritten
            raise past(limits, "text_limit")
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
        self._pages = None

    def _send(self, data: bytes, deadline: float, limits: SandboxLimits) -> None:
        rest = memoryview(data)
        while rest:
            try:
                rest = rest[os.write(self._requests.fileno(), rest) :]
            except BlockingIOError:
                self._wait(self._writable, deadline, limits)
            except BrokenPipeError:
                raise ChildGone from None

    def _read(self, size: int, deadline: float, limits: SandboxLimits) -> bytes:
        chunks, self._left = [self._left[:size]], self._left[size:]
        missing = size - len(chunks[0])
        while missing > 0:
            try:
                # More than is asked for, as a text comes with its header; much more only where it is needed.
                chunk = os.read(self._replies.fileno(), max(READ_BYTES, min(missing, PIPE_BYTES)))
            except BlockingIOError:
                self._wait(self._readable, deadline, limits)
                continue
            if not chunk:
                raise ChildGone
            chunks.append(chunk[:missing])
            self._left = chunk[missing:]
            missing -= len(chunk)
        return b"".join(chunks)

    def _wait(self, pipe: select.poll, deadline: float, limits: SandboxLimits) -> None:
        while not pipe.poll(WATCH_SECONDS * 1000):
            if time.monotonic() > deadline:
                raise past(limits, "wall_limit")
            if _resident_bytes(self._process.pid) > limits.max_memory_bytes:
                raise past(limits, "memory_limit")


def _shared_memory() -> tuple[int, mmap.mmap | None]:
    """A descriptor of memory that a child can share, and the memory; -1 and None where the system has none."""
    if sys.platform != "linux":
        return -1, None
    try:
        descriptor = os.memfd_create("curate-page", os.MFD_CLOEXEC)
    except OSError:  # some containers forbid it
        return -1, None
    os.ftruncate(descriptor, SHARED_BYTES)
    return descriptor, mmap.mmap(descriptor, SHARED_BYTES)


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
