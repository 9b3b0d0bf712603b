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

import os
import signal
import time
from types import TracebackType
from typing import Self

from curate.extract import DEFAULT_MARKUP, Extracted, Scored, check_extractor, check_markup
from curate.extract.child_process import Child, ChildGone, PageKilled, PageRaised, SandboxLimits, past
from curate.extract.sandbox_child import DONE, NO_MEMORY, NO_NUMBER, NOT_CALLABLE, RAISED, TOO_LONG

EXTRACT = "curate.extract:extract_spans"
WARM_UP_PAGE = b"<html><body><p>The first page pays for imports and for compiled code.</p></body></html>"


# For importing and compiling, which are no page's doing.
START_LIMITS = SandboxLimits(max_cpu_seconds=300.0, max_wall_seconds=600.0)


class Sandbox:
    """One warm child process, started by the first page and again after each page that ends it.

    Not for several threads at a time. After a fork the copy starts a child of its own.

    >>> with Sandbox() as sandbox:
    ...     sandbox.run("textwrap:dedent", "  text")
    'text'
    """

    def __init__(self, limits: SandboxLimits = SandboxLimits()) -> None:
        self.limits = limits
        self._child: Child | None = None
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
            raise past(self.limits, "memory_limit")
        if child.peak_bytes > self.limits.max_memory_bytes // 2:
            self.close()  # what earlier pages left in caches and fragments shall not decide about a later one
        return _found_or_raise(outcome, found, function, self.limits)

    def _call(
        self, child: Child, function: str, page: bytes | str, options: dict[str, str | None], limits: SandboxLimits
    ) -> tuple[int, Extracted]:
        try:
            return child.call(function, page, options, limits)
        except ChildGone:
            raise _why(self._end_child(), limits) from None
        except BaseException:
            # Also when interrupted from the keyboard: a half-read answer must not be taken for the next page's.
            self._end_child()
            raise

    def _living_child(self) -> Child | None:
        if self._child and self._child.owner != os.getpid():
            self._child.disown()
            self._child = None
        return self._child

    def _start(self) -> Child:
        self._child = child = Child(self.limits)
        try:
            child.receive(time.monotonic() + START_LIMITS.max_wall_seconds, START_LIMITS)
        except (ChildGone, PageKilled):
            raise RuntimeError(f"the sandbox's child process does not start: exit code {self._end_child()}") from None
        return child

    def _warm_up(self, child: Child, extractor: str) -> None:
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

    The compiled code is kept where `curate.filters.kept_code` says. A child that finds it there starts in a second.
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
        raise past(limits, "text_limit")
    raise RuntimeError(f"the sandbox cannot call {function}: {found.text}")


def _why(code: int, limits: SandboxLimits) -> PageKilled:
    """Return what an exit code says about the page; a negative one is the signal that ended the child."""
    if code == -signal.SIGPROF:
        return past(limits, "cpu_limit")
    ended_by = f"signal {-code}" if code < 0 else f"exit code {code}"
    return PageKilled("crash", f"the page ended the child process: {ended_by}")
