"""The sandbox against everything a page can make a parser do."""

import errno
import math
import os
import signal
import subprocess
import sys
import textwrap
import time
import zlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from curate.errors import UsageError
from curate.extract import extract_scored, extract_spans
from curate.extract.child_process import SHARED_BYTES, PageKilled, PageRaised, SandboxLimits
from curate.extract.sandbox import Sandbox, warm

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="limits are enforced by Linux")

HERE = Path(__file__).parent
SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
# A slow machine needs a second of CPU time to fill the memory, so only pages that spin have a small limit on it.
LIMITS = SandboxLimits(max_cpu_seconds=20.0, max_wall_seconds=120.0, max_memory_bytes=256 << 20, max_text_bytes=1 << 20)


@pytest.fixture
def sandbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    """A sandbox with small limits that can import `hostile`."""
    monkeypatch.syspath_prepend(HERE)
    with Sandbox(LIMITS) as sandbox:
        yield sandbox


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    """The same, with half a second of CPU time a page."""
    monkeypatch.syspath_prepend(HERE)
    with Sandbox(replace(LIMITS, max_cpu_seconds=0.5)) as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def harmless() -> Iterator[Sandbox]:
    """One sandbox for all pages that leave its child alive; tests that share it ask for nothing that stays there."""
    with pytest.MonkeyPatch.context() as patched:
        patched.syspath_prepend(HERE)
        with Sandbox(LIMITS) as sandbox:
            yield sandbox


def kind_of_death(sandbox: Sandbox, function: str, page: bytes = b"") -> str:
    """How a call ended that should not have gone well."""
    with pytest.raises(PageKilled) as killed:
        sandbox.run(f"hostile:{function}", page)
    assert "\n" not in str(killed.value)
    return killed.value.kind


def is_running(pid: int) -> bool:
    """Whether a process exists and is no zombie."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def open_files() -> int:
    """How many file descriptors this process has."""
    return len(list(Path("/proc/self/fd").iterdir()))


def wait_until_gone(pid: int) -> bool:
    """Give a killed process a minute to be gone."""
    end = time.monotonic() + 60
    while is_running(pid) and time.monotonic() < end:
        time.sleep(0.02)
    return not is_running(pid)


@pytest.mark.parametrize("function", ["spin", "spin_in_c", "catch_everything"])
def test_a_page_that_spins_is_ended_by_its_cpu_time(hasty: Sandbox, function: str) -> None:
    """In Python, inside C and with a library that catches everything; the next page is served."""
    assert kind_of_death(hasty, function) == "cpu_limit"
    assert 0.45 < hasty.cpu_seconds < 4.0
    assert hasty.run("hostile:echo", b"next") == "next"


def test_cpu_time_counts_for_each_page_on_its_own(hasty: Sandbox) -> None:
    """Pages that together use more than the limit are all served, by one child."""
    child = hasty.run("hostile:process_id", b"")
    assert [hasty.run("hostile:spin_for", b"0.2") for _ in range(4)] == ["done"] * 4
    assert hasty.run("hostile:process_id", b"") == child


def test_waiting_uses_no_cpu_time(hasty: Sandbox) -> None:
    """A page that waits longer than the CPU limit, but not longer than the wall limit, is served."""
    assert hasty.run("hostile:sleep", b"1") == "awake"


@pytest.mark.parametrize("function", ["sleep", "wait_in_c"])
def test_a_page_that_waits_is_ended_by_the_wall_clock(monkeypatch: pytest.MonkeyPatch, function: str) -> None:
    """In Python and blocked inside C; no CPU limit would ever be reached."""
    monkeypatch.syspath_prepend(HERE)
    with Sandbox(SandboxLimits(max_wall_seconds=0.7)) as sandbox:
        start = time.monotonic()
        assert kind_of_death(sandbox, function, b"1000") == "wall_limit"
        assert time.monotonic() - start < 200


@pytest.mark.parametrize("function", ["allocate", "allocate_slowly"])
def test_a_page_that_takes_too_much_memory_is_ended(sandbox: Sandbox, function: str) -> None:
    """10 GB at once and in steps; a page within the limit is served."""
    assert kind_of_death(sandbox, function, b"10000000000") == "memory_limit"
    assert sandbox.run("hostile:allocate", b"100000000") == "100000000"


def test_a_short_peak_over_the_memory_limit_counts_too(sandbox: Sandbox) -> None:
    """Memory that is taken and given back between two looks of the watch is seen in the peak afterwards."""
    assert kind_of_death(sandbox, "allocate", b"300000000") == "memory_limit"


def test_what_earlier_pages_left_behind_does_not_count(sandbox: Sandbox) -> None:
    """Each page keeps 100 MB of a 256 MB limit; none is blamed for the others."""
    pages = [sandbox.run("hostile:keep", b"100000000") for _ in range(6)]
    # Whether one or two fit beside the interpreter depends on its version; three never do.
    assert pages[0] == "1" and set(pages) <= {"1", "2"}


@pytest.mark.parametrize(("function", "how"), [("crash", "signal 11"), ("leave", "exit code 3")])
def test_a_page_that_crashes_the_child_is_reported(sandbox: Sandbox, function: str, how: str) -> None:
    """A segmentation fault and a silent exit; the next page is served."""
    sandbox.run("hostile:echo", b"")
    with pytest.raises(PageKilled, match=how) as killed:
        sandbox.run(f"hostile:{function}", b"")
    assert killed.value.kind == "crash"
    assert sandbox.run("hostile:echo", b"next") == "next"


def test_a_crash_earlier_pages_may_have_caused_is_tried_in_a_fresh_child(sandbox: Sandbox) -> None:
    """A page that crashes only a used child gets its text."""
    assert [sandbox.run("hostile:crash_when_used", b"") for _ in range(3)] == ["1", "1", "1"]


def test_an_exception_is_reported_and_the_child_lives_on(harmless: Sandbox) -> None:
    """With its type and message, also when it is no Exception."""
    child = harmless.run("hostile:process_id", b"")
    for function, kind, message in [("fail", "ValueError", "no such page"), ("exit_politely", "SystemExit", "4")]:
        with pytest.raises(PageRaised, match=message) as raised:
            harmless.run(f"hostile:{function}", b"")
        assert raised.value.kind == kind
    assert harmless.run("hostile:process_id", b"") == child


def test_too_much_text_is_refused(harmless: Sandbox) -> None:
    """The limit itself passes."""
    assert harmless.run("hostile:repeat", b"1048576") == "x" * (1 << 20)
    assert kind_of_death(harmless, "repeat", b"1048577") == "text_limit"
    assert kind_of_death(harmless, "repeat", b"100000000") == "text_limit"


@pytest.mark.parametrize("size", [0, 1, 65_535, 65_536, 1 << 20, (1 << 20) + 1, 9_999_999])
def test_pages_of_any_size_arrive_whole(harmless: Sandbox, size: int) -> None:
    """Also those larger than the pipe between the processes."""
    page = (b"0123456789abcde" * (size // 15 + 1))[:size]
    assert harmless.run("hostile:checksum", page) == str(zlib.crc32(page))


def test_nothing_of_a_page_is_in_the_next(harmless: Sandbox) -> None:
    """Longer, shorter, empty, and larger than the memory that pages are sent in: each arrives as it is."""
    for page in (b"a" * 70_000, b"b" * 10, b"", b"c" * (SHARED_BYTES + 1), b"d" * SHARED_BYTES, b"f" * 20):
        assert harmless.run("hostile:checksum", page) == str(zlib.crc32(page))
    assert harmless.run("hostile:echo", "text among bytes") == "text among bytes"


def test_pages_go_through_the_pipe_where_no_memory_can_be_shared(monkeypatch: pytest.MonkeyPatch) -> None:
    """Some containers forbid `memfd_create`."""

    def refuse(*_: object) -> int:
        raise PermissionError(errno.EPERM, "not here")

    monkeypatch.syspath_prepend(HERE)
    monkeypatch.setattr(os, "memfd_create", refuse)
    with Sandbox(LIMITS) as sandbox:
        for page in (b"", b"a" * 70_000, b"b" * (SHARED_BYTES + 1)):
            assert sandbox.run("hostile:checksum", page) == str(zlib.crc32(page))


def test_text_comes_back_as_it_was(harmless: Sandbox) -> None:
    """Lone surrogates, NULs and characters beyond the basic plane included."""
    text = "a\x00\ud800\U0001f600\r\n\u2028" * 1000
    assert harmless.run("hostile:echo", text) == text
    assert harmless.run("hostile:echo", b"\xff\x00") == "\udcff\x00"


def test_a_number_comes_back_beside_the_text() -> None:
    """What `blocks` expects of its text is the child's as it is ours; libraries expect nothing."""
    page = b"<html><body><nav><a href=/>Home</a></nav><p>" + b"The tide turned at noon, and the boats rose. " * 9
    with Sandbox() as sandbox:
        assert sandbox.extract_scored(page, extractor="blocks") == extract_scored(page, extractor="blocks")
        text, number = sandbox.extract_scored(page, extractor="resiliparse")
    assert text == extract_scored(page, extractor="resiliparse").text
    assert math.isnan(number)


def test_markup_and_spans_come_back_from_the_child() -> None:
    """As they are made in this process."""
    fill = "A sentence of the article that is long enough for anyone to take it for one, and then some more of it."
    page = f"<h1>Title</h1><p>{fill}</p><p>{fill}</p><pre>x = 1</pre><p>{fill}</p>".encode()
    with Sandbox() as sandbox:
        found = sandbox.extract_spans(page, extractor="blocks", markup="markdown")
    assert found == extract_spans(page, markup="markdown")
    assert len(found.spans) >= 3 * 16


def test_output_and_input_of_a_library_do_not_reach_the_pipes(harmless: Sandbox) -> None:
    """What it prints is lost and what it reads is empty."""
    assert [harmless.run("hostile:print_and_read", b"") for _ in range(2)] == ["ok", "ok"]


def test_a_child_killed_from_outside_is_replaced(sandbox: Sandbox) -> None:
    """As by the machine running out of memory; the next page does not notice."""
    child = int(sandbox.run("hostile:process_id", b""))
    os.kill(child, signal.SIGKILL)
    assert wait_until_gone(child)
    assert int(sandbox.run("hostile:process_id", b"")) != child


def test_closing_leaves_no_process_no_zombie_and_no_open_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """After kills of every kind, too; a closed sandbox starts again when it is asked."""
    monkeypatch.syspath_prepend(HERE)
    before = open_files()
    with Sandbox(replace(LIMITS, max_cpu_seconds=0.5)) as sandbox:
        children = [int(sandbox.run("hostile:process_id", b""))]
        for function in ("spin", "crash", "fail"):
            kind_of_death(sandbox, function)
            children.append(int(sandbox.run("hostile:process_id", b"")))
        sandbox.close()
        children.append(int(sandbox.run("hostile:process_id", b"")))
    assert not any(Path(f"/proc/{child}").exists() for child in children)
    assert open_files() == before


def test_a_sandbox_nobody_closed_takes_its_child_along(monkeypatch: pytest.MonkeyPatch) -> None:
    """When it is collected."""
    monkeypatch.syspath_prepend(HERE)
    sandbox = Sandbox(LIMITS)
    child = int(sandbox.run("hostile:process_id", b""))
    del sandbox
    assert not Path(f"/proc/{child}").exists()


@pytest.mark.parametrize("busy", [False, True])
def test_the_child_dies_with_a_parent_that_was_killed(busy: bool) -> None:
    """While it waits for a page and in the middle of one that would never end."""
    script = f"""
        import sys; sys.path.insert(0, {str(HERE)!r})
        from curate.extract.sandbox import Sandbox
        sandbox = Sandbox()
        print(sandbox.run("hostile:process_id", b""), flush=True)
        sandbox.run("hostile:sleep", b"1000") if {busy} else sys.stdin.read()
    """
    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(script)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=HERE.parents[1],
    ) as parent:  # fmt: skip
        assert parent.stdout
        child = int(parent.stdout.readline())
        assert is_running(child)
        parent.kill()
    assert wait_until_gone(child)


def test_a_fork_of_the_parent_has_a_child_of_its_own(sandbox: Sandbox) -> None:
    """Two processes never share the pipes, and the copy's end is not the original's."""
    child = sandbox.run("hostile:process_id", b"")
    read, write = os.pipe()
    copy = os.fork()
    if not copy:
        os.write(write, sandbox.run("hostile:process_id", b"").encode())
        sandbox.close()
        os._exit(0)
    os.close(write)
    os.waitpid(copy, 0)
    with os.fdopen(read, "rb") as pipe:
        assert pipe.read().decode() not in ("", child)
    assert sandbox.run("hostile:process_id", b"") == child


def test_an_interrupted_page_leaves_no_half_read_answer(sandbox: Sandbox) -> None:
    """After Ctrl-C in the middle of a page the next page gets its own text."""

    def interrupt(number: int, frame: object) -> None:
        raise KeyboardInterrupt

    sandbox.run("hostile:echo", b"")
    before = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, 0.2)
    try:
        with pytest.raises(KeyboardInterrupt):
            sandbox.run("hostile:sleep", b"20")
    finally:
        signal.signal(signal.SIGALRM, before)
    assert sandbox.run("hostile:echo", b"next") == "next"


def test_the_child_has_a_fixed_hash_seed_and_few_files(sandbox: Sandbox) -> None:
    """Nothing that varies between runs, and none of the parent's open files."""
    with Path(__file__).open("rb") as file:
        os.set_inheritable(file.fileno(), True)
        seed, files = sandbox.run("hostile:environment", b"").split()
    assert seed == "0"
    assert int(files) <= 8


def test_a_function_that_is_not_there_is_nobodys_page(harmless: Sandbox) -> None:
    """It is loud, not a dropped page; so is an extractor nobody knows."""
    for name in ("hostile:nothing", "no_such_module:f"):
        with pytest.raises(RuntimeError, match=name):
            harmless.run(name, b"")
    with pytest.raises(UsageError, match="unknown extractor 'magic'; choose from: trafilatura"):
        harmless.extract(b"", extractor="magic")


def test_a_child_that_cannot_start_is_nobodys_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is loud, not a crash recorded for every page."""
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(RuntimeError, match="does not start: exit code 1"):
        Sandbox().run("hostile:echo", b"")


def test_warming_up_starts_the_extractor_or_says_why_not() -> None:
    """An extractor that is there starts; one that is not is the user's mistake."""
    warm("resiliparse")
    with pytest.raises(UsageError, match="blocks"):
        warm("magic")


def test_start_up_is_not_charged_to_a_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """Importing trafilatura takes more CPU time than this limit, extracting a small page less."""
    page = b"<html><body><article><p>" + b"A sentence of some length, for a page. " * 20
    with Sandbox(SandboxLimits(max_cpu_seconds=0.2)) as sandbox:
        text = sandbox.extract(page, charset="utf-8", extractor="trafilatura")
        assert text.startswith("A sentence of some length, for a page.")
        assert sandbox.cpu_seconds > 0.2


@pytest.mark.skipif(not SHARED.exists(), reason="needs the shared measuring data beside the repository")
@pytest.mark.parametrize("extractor", ["trafilatura", "resiliparse"])
def test_html_bombs_end_in_bounded_time(extractor: str) -> None:
    """Deep nesting, 200,000 siblings, unclosed tables, a 3 MB word, NULs; the ordinary last page comes out."""
    from warcio.archiveiterator import ArchiveIterator

    fates = {}
    bombs = SHARED / "odd" / "html-bombs.warc.gz"
    with bombs.open("rb") as file, Sandbox(SandboxLimits(max_cpu_seconds=1.0)) as sandbox:
        for record in ArchiveIterator(file):
            page, before = record.content_stream().read(), sandbox.cpu_seconds
            try:
                fate = sandbox.extract(page, charset="utf-8", extractor=extractor)
            except PageKilled as killed:
                fate = killed.kind
            fates[record.rec_headers.get_header("WARC-Target-URI")] = fate
            assert sandbox.cpu_seconds - before < 8.0
    assert "The quick council met on Tuesday" in fates["http://ok.example/"]
    assert "The quick council met on Tuesday" in fates["http://nul.example/"]
