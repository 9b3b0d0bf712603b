"""What several test modules need: small archives made on the spot, and the command run as a user runs it."""

import gc
import gzip
import os
import shutil
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Callable, Sequence
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).parents[1]
HTML_HEADERS = "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"

# Property tests try the same examples on every run and every machine, however slow it is.
settings.register_profile("same", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("same")

SAMPLE_RUN = pytest.StashKey[Path]()
MANY = 20_000  # objects that take the collector ten milliseconds


def pytest_configure(config: pytest.Config) -> None:
    """Run the sample crawl once, which compiles everything, before several test processes would each do both."""
    if getattr(config.option, "numprocesses", None) and not hasattr(config, "workerinput"):
        folder = Path(tempfile.mkdtemp())
        config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))
        config.stash[SAMPLE_RUN] = run_of_the_sample(folder)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell a test process of xdist's where the run lies."""
    node.workerinput["sample_run"] = str(node.config.stash[SAMPLE_RUN])


def run_of_the_sample(folder: Path) -> Path:
    """The sample crawl through the default recipe by the command, in one process of its own."""
    crawl, out = ROOT / "sample_data" / "crawl.warc.gz", folder / "sample"
    command = [sys.executable, "-m", "curate.cli", "run", "--recipe", "webtext", "--workers", "1", "--out", out, crawl]
    subprocess.run(list(map(str, command)), capture_output=True, check=False, cwd=ROOT)
    return out


@pytest.fixture(scope="session")
def sample_run(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the command makes of the sample crawl with the default recipe; to be read only, and copied to be changed."""
    folder = tmp_path_factory.mktemp("sample")
    made = getattr(request.config, "workerinput", {}).get("sample_run")
    out = Path(shutil.copytree(made, folder / "sample")) if made and Path(made).exists() else run_of_the_sample(folder)
    assert (out / "manifest.json").exists(), "curate run fails on the sample crawl"
    return out


def pytest_collection_finish() -> None:
    """Leave thousands of tests and their modules out of the collector's rounds.

    A run asks for ten of them, and each would take half a second in which it looks at nothing of the run's.
    """
    leave_out()


def pytest_runtest_logfinish() -> None:
    """Leave out as well the models and compiled code that a test has loaded, once it is over."""
    if len(gc.get_objects(generation=2)) > MANY:
        leave_out()


def leave_out() -> None:
    """Whatever is alive now is never again looked at by the collector."""
    gc.collect()
    gc.freeze()


def warc_record(url: str, html: str | bytes, *, date: str = "2026-07-01T00:00:00Z", http: str = HTML_HEADERS) -> bytes:
    """One response record, uncompressed."""
    body = http.encode() + (html.encode() if isinstance(html, str) else html)
    head = (
        f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: {url}\r\nWARC-Date: {date}\r\n"
        f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body + b"\r\n\r\n"


@pytest.fixture(scope="session")
def record() -> Callable[..., bytes]:
    """The maker of single records."""
    return warc_record


@pytest.fixture(scope="session")
def write_warc() -> Callable[[Path, Sequence[bytes]], Path]:
    """Write records as a .warc.gz with a gzip member per record."""

    def write(path: Path, records: Sequence[bytes]) -> Path:
        path.write_bytes(b"".join(gzip.compress(item, 6, mtime=0) for item in records))
        return path

    return write


@pytest.fixture(scope="session")
def curate() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run the command and give back its exit code and output.

    It runs in this process, which starts it in no time, unless the test names a hash seed or workers of its own: those
    need processes of their own.
    """

    def call(*arguments: object, hash_seed: int | None = None) -> subprocess.CompletedProcess[str]:
        words = [str(argument) for argument in arguments]
        alone = words[words.index("--workers") + 1] == "1" if "--workers" in words else words[:1] != ["run"]
        if hash_seed is None and alone:
            return in_this_process(words)
        environment = os.environ | {"PYTHONHASHSEED": str(hash_seed or 0), "COLUMNS": "160"}
        command = [sys.executable, "-m", "curate.cli", *words]
        return subprocess.run(command, capture_output=True, text=True, env=environment, timeout=900, check=False)

    return call


def in_this_process(arguments: Sequence[str]) -> subprocess.CompletedProcess[str]:
    """What the command prints and returns when it is called as a function."""
    from curate.cli import main

    with (
        redirect_stdout(StringIO()) as output,
        redirect_stderr(StringIO()) as errors,
        pytest.MonkeyPatch.context() as env,
    ):
        env.setenv("COLUMNS", "160")
        try:
            code = main(arguments)
        except SystemExit as ended:  # of argparse
            code = int(ended.code or 0)
        except Exception:
            code = 1
            traceback.print_exc()
    return subprocess.CompletedProcess(list(arguments), code, output.getvalue(), errors.getvalue())
