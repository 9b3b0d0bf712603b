"""The child's side of the sandbox: read a call, make it, answer; run as `python -m curate.extract.sandbox_child`.

Frames are a header and that many bytes. The parent's body is marshalled `(function, page, options)`; a page of bytes
that fits lies in memory that both can see instead, which the child only reads. The child's is
UTF-8 text, because nothing a page may have tampered with should be unpickled, and after it the packed spans of its
parts; a number is beside them in the header. A function returns its text, or text, number and, if it likes, spans.
"""

import gc
import marshal
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from struct import Struct
from typing import Any, BinaryIO

REQUEST = Struct("<Qqd")  # body bytes; bytes of the page in shared memory, or -1; CPU limit of this call in seconds
# Outcome; bytes of text; bytes of spans; the number that came with the text, or NaN; CPU seconds of the process so far;
# its peak resident bytes, or an upper bound of them that is below half the limit.
REPLY = Struct("<BQQddQ")
NO_NUMBER = float("nan")
DONE, RAISED, NO_MEMORY, TOO_LONG, NOT_CALLABLE = range(5)

# The watched limit is on resident memory; this is only for allocations that outrun the watch.
ADDRESS_SPACE_PER_MEMORY = 4
_PR_SET_PDEATHSIG = 1


def main(parent: int, max_memory_bytes: int, max_text_bytes: int, shared: int) -> None:
    """Serve calls from standard input until it closes; `shared` is a descriptor of memory shared for pages, or -1."""
    requests, replies = _take_pipes()
    pages = _shared_memory(shared)
    _prepare(parent, max_memory_bytes)
    if os.environ.get("CURATE_COMPILING"):
        from curate.compiling import tell

        tell()
    few_bytes, is_cold = max_memory_bytes // 2, True
    _reply(replies, DONE, b"", b"", NO_NUMBER, few_bytes)
    while len(header := requests.read(REQUEST.size)) == REQUEST.size:
        size, page_size, max_cpu_seconds = REQUEST.unpack(header)
        body = requests.read(size)
        if len(body) < size:
            return
        outcome, text, number, spans = answer(body, max_cpu_seconds, pages[:page_size] if page_size >= 0 else None)
        if len(text) > max_text_bytes or len(spans) > max_text_bytes:
            outcome, text, spans = TOO_LONG, b"", b""
        _reply(replies, outcome, text, spans, number, few_bytes)
        if is_cold:
            # What the first call has imported stays: the collector need not look at it again.
            gc.freeze()
            is_cold = False


def answer(body: bytes, max_cpu_seconds: float, page: bytes | None = None) -> tuple[int, bytes, float, bytes]:
    """Make one call: outcome, text, number, spans; the kernel ends a process that takes more CPU time than it may.

    `page` is the page where it is not in the body.
    """
    import signal

    function, sent, options = marshal.loads(body)
    try:
        call = _function(function)
    except (ImportError, AttributeError) as error:
        return NOT_CALLABLE, f"{type(error).__name__}: {error}".encode(errors="replace"), NO_NUMBER, b""
    signal.setitimer(signal.ITIMER_PROF, max_cpu_seconds)
    try:
        result = call(sent if page is None else page, **options)
        text, number, spans, *_ = (*result, b"") if isinstance(result, tuple) else (result, NO_NUMBER, b"")
        return DONE, text.encode("utf-8", "surrogatepass"), number, spans
    except MemoryError:
        return NO_MEMORY, b"", NO_NUMBER, b""
    except BaseException as error:  # the boundary of the process: Rust panics and SystemExit are no Exception
        return RAISED, _describe(error), NO_NUMBER, b""
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


@cache
def _function(name: str) -> Callable[..., str | tuple[Any, ...]]:
    from importlib import import_module

    module, _, attribute = name.partition(":")
    function: Callable[..., str | tuple[Any, ...]] = getattr(import_module(module), attribute)
    return function


def _describe(error: BaseException) -> bytes:
    from traceback import format_exception_only

    return "".join(format_exception_only(error)).strip()[:1000].encode(errors="replace")


def _take_pipes() -> tuple[BinaryIO, BinaryIO]:
    """Move the pipes away from standard input and output, which what we call may read or print to."""
    requests, replies = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)
    os.close(nothing)
    return os.fdopen(requests, "rb"), os.fdopen(replies, "wb")


def _shared_memory(descriptor: int) -> Any:
    """What the parent writes pages to, and this process may not."""
    if descriptor < 0:
        return b""
    import mmap

    pages = mmap.mmap(descriptor, 0, access=mmap.ACCESS_READ)
    os.close(descriptor)
    return pages


def _prepare(parent: int, max_memory_bytes: int) -> None:
    import logging
    import resource
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides what Ctrl-C means
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    logging.disable(logging.CRITICAL)  # libraries log every odd page; what matters comes back as an outcome
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        _bind_to_parent(parent)
        most = ADDRESS_SPACE_PER_MEMORY * max_memory_bytes
        hard = resource.getrlimit(resource.RLIMIT_AS)[1]
        if hard == resource.RLIM_INFINITY or hard >= most:
            resource.setrlimit(resource.RLIMIT_AS, (most, most))
        # Some containers mount /proc read-only.
        with suppress(OSError), open("/proc/self/oom_score_adj", "w") as score:  # noqa: PTH123 -- no pathlib at start
            score.write("1000")


def _bind_to_parent(parent: int) -> None:
    """Be killed when the parent dies, also in the middle of a page and also when it was killed itself."""
    import ctypes
    import signal

    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(0)


def _reply(replies: BinaryIO, outcome: int, text: bytes, spans: bytes, number: float, few_bytes: int) -> None:
    import time

    header = REPLY.pack(outcome, len(text), len(spans), number, time.process_time(), _peak_bytes(few_bytes))
    # In one piece: every write wakes the parent.
    replies.write(b"".join((header, text, spans)))
    replies.flush()


@cache
def _status() -> int:
    return os.open("/proc/self/status", os.O_RDONLY)


def _peak_bytes(few_bytes: int) -> int:
    """Peak resident memory, or an upper bound of it up to `few_bytes`, which is cheaper to have.

    The peak that `getrusage` gives starts at the parent's size after a vfork, so it is never too small.
    """
    if sys.platform != "linux":
        return 0
    import resource

    if (most := resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << 10) <= few_bytes:
        return most
    _, _, peak = os.pread(_status(), 4096, 0).partition(b"VmHWM:")
    return int(peak.split(None, 1)[0]) << 10 if peak else 0


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
