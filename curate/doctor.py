"""Checks that everything is here that a run needs, one check for each thing that was missing on somebody's machine."""

import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from curate.classifiers.fasttext_model import MODELS, SHIPPED_SHA256, digest
from curate.extract.child_process import PageKilled, SandboxLimits
from curate.extract.sandbox import Sandbox
from curate.preflight import WORKER_BYTES, available_memory, free_bytes, gigabytes
from curate.recipe import DECIDING_LIBRARIES

OK, NOTE, BROKEN = "ok", "note", "broken"
LITTLE_DISK = 2 << 30
RAY_SECONDS = 120
OPTIONAL = {"isal": "reading compressed input takes twice as long without it"}
PAGE = b"<html><body><main><p>The doctor reads a page about stone bridges and the rivers below them.</p></main></body>"
RAY_TASK = "from curate.cluster import Workers; print(sorted(Workers(2).map(abs, [(-1,), (-2,)])))"
# Presence only: what they hold is nobody's business but theirs.
CREDENTIALS = (
    "AWS_ACCESS_KEY_ID", "AWS_SESSION_TOKEN", "AWS_PROFILE", "AWS_ENDPOINT_URL", "HTTPS_PROXY", "https_proxy",
    "RAY_ADDRESS",
)  # fmt: skip
CREDENTIAL_FILES = ("~/.aws/credentials", "~/.aws/config", "~/.netrc")


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of a check: `ok`, `note` (works, but know this) or `broken`, and a line on it."""

    check: str
    state: str
    said: str


Check = Callable[[Path], Iterator[Finding]]


def examine(out: Path, *, ray: bool = True) -> Iterator[Finding]:
    """Run all checks; `out` is where a run would write; `ray=False` leaves out the slowest, starting Ray.

    A check that raises is a finding too.
    """
    for name, check in CHECKS.items():
        if name == "ray" and not ray:
            continue
        try:
            yield from check(out)
        except Exception as error:  # noqa: BLE001  the doctor outlives what is ill
            yield Finding(name, BROKEN, f"{type(error).__name__}: {error}")


def _python(_: Path) -> Iterator[Finding]:
    supported = (3, 11) <= sys.version_info[:2] < (3, 14)
    said = f"{platform.python_version()}, {os.cpu_count()} cores, {platform.system()} {platform.machine()}"
    yield Finding("python", OK if supported else BROKEN, said)
    if sys.platform != "linux":
        yield Finding("python", NOTE, "not Linux: a page's memory is not watched while it is extracted")


def _packages(_: Path) -> Iterator[Finding]:
    found = {}
    for name in ("webcurate", "ray", *DECIDING_LIBRARIES):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            yield Finding(name, *((NOTE, OPTIONAL[name]) if name in OPTIONAL else (BROKEN, "is not installed")))
    yield Finding("packages", OK, ", ".join(f"{name} {number}" for name, number in found.items()))


def _models(_: Path) -> Iterator[Finding]:
    from curate.extract.model import load

    for name, wanted in SHIPPED_SHA256.items():
        found = digest(MODELS / name) if (MODELS / name).is_file() else "no file"
        same = found == wanted
        said = f"sha256 {found[:16]}" if same else f"is {found[:16]}, has to be {wanted[:16]}: install again"
        yield Finding(f"model {name}", OK if same else BROKEN, said)
    load()
    yield Finding("model weights.npz", OK, "the extractor's, is what its card says")


def _compiled(_: Path) -> Iterator[Finding]:
    import curate
    from curate import classifiers, filters
    from curate.filters.kept_code import WHERE, folder_of_user

    kept = folder_of_user()
    packages = [Path(str(package.__file__)).parent for package in (filters, classifiers, curate)]
    folders = [Path(kept)] if kept else packages
    count = sum(1 for folder in folders for _ in folder.rglob("*.code"))
    where = f"in {kept}" if kept else "beside the code"
    if not all(os.access(folder, os.W_OK) for folder in folders if folder.exists()):
        yield Finding("compiled code", NOTE, f"{where} cannot be written to: set {WHERE}, or each process compiles")
    elif not count:
        yield Finding("compiled code", NOTE, "none yet: the first run compiles, which takes half a minute of CPU time")
    else:
        yield Finding("compiled code", OK, f"{count} functions kept {where}")


def _disk(out: Path) -> Iterator[Finding]:
    for name, folder in (("disk, OUT", out), ("disk, temporary", Path(tempfile.gettempdir()))):
        free = free_bytes(folder)
        yield Finding(name, OK if free > LITTLE_DISK else NOTE, f"{gigabytes(free)} free at {folder}")


def _memory(_: Path) -> Iterator[Finding]:
    free = available_memory()
    fit = free // WORKER_BYTES
    said = f"{gigabytes(free)} available, enough for {fit} workers of {gigabytes(WORKER_BYTES)}"
    yield Finding("memory", OK if fit >= (os.cpu_count() or 1) else NOTE if fit else BROKEN, said)


def _sandbox(_: Path) -> Iterator[Finding]:
    with Sandbox(SandboxLimits(max_cpu_seconds=1.0)) as sandbox:
        text = sandbox.extract(PAGE, extractor="blocks")
        yield Finding("sandbox", OK if "stone bridges" in text else BROKEN, "a page went in and its text came out")
        try:
            sandbox.run("time:sleep", "no number")
        except PageKilled as killed:
            yield Finding("sandbox", OK, f"a page that breaks costs itself only ({killed.kind})")


def _ray(_: Path) -> Iterator[Finding]:
    environment = {name: value for name, value in os.environ.items() if name != "RAY_ADDRESS"}
    command = [sys.executable, "-c", RAY_TASK]
    environment["PYTHONPATH"] = os.pathsep.join(entry for entry in sys.path if entry)
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=RAY_SECONDS, env=environment, check=False
        )
    except subprocess.TimeoutExpired:
        yield Finding("ray", BROKEN, f"did not start two workers within {RAY_SECONDS} s; use --workers 1 until it does")
        return
    right = done.stdout.strip() == "[(0, 1), (1, 2)]"
    last = (done.stderr.strip().splitlines() or ["it gave another result"])[-1]
    yield Finding("ray", OK if right else BROKEN, "two workers answered" if right else last)


def _credentials(_: Path) -> Iterator[Finding]:
    named = [name for name in CREDENTIALS if os.environ.get(name)]
    named += [name for name in CREDENTIAL_FILES if Path(name).expanduser().is_file()]
    said = f"set: {', '.join(named)} (values are not shown)" if named else "none: public buckets and addresses only"
    yield Finding("credentials", OK, said)


CHECKS: dict[str, Check] = {
    "python": _python,
    "packages": _packages,
    "models": _models,
    "compiled code": _compiled,
    "disk": _disk,
    "memory": _memory,
    "sandbox": _sandbox,
    "ray": _ray,
    "credentials": _credentials,
}


def healthy(findings: list[Finding]) -> bool:
    """Return whether nothing is broken."""
    return all(finding.state != BROKEN for finding in findings)


__all__ = ["BROKEN", "NOTE", "OK", "Finding", "examine", "healthy"]
