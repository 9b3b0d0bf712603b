"""Before work starts: is there room for what a run will write, and memory for its workers?"""

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from curate.errors import UsageError
from curate.inputs.input_file import Input

# Bytes under OUT at their peak (texts kept for later runs, parts, and parts about to replace them) per byte of input.
# Measured on the crawl the benches use: 0.4 of compressed HTML. Texts come without markup: what is read is written
# again, kept or dropped with its reason.
OUTPUT_PER_INPUT = {"html": 0.5, "plain html": 0.15, "text": 3.0, "plain text": 1.2}
# A worker with its models, and the child that extracts for it; what their libraries share is counted once.
WORKER_BYTES = 900 << 20
_CGROUPS = (
    (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory.current")),
    (Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"), Path("/sys/fs/cgroup/memory/memory.usage_in_bytes")),
)


def check_room(inputs: Sequence[Input], out: Path, workers: int) -> None:
    """Raise UsageError when the disk of `out` or this machine's memory is too small for a run.

    `workers` is the number of processes here; 0 when they work elsewhere.
    """
    need = max(0, expected_bytes(inputs) - _bytes_below(out))
    free = free_bytes(out)
    if need > free:
        raise UsageError(
            f"about {gigabytes(need)} more are needed under {out} for {gigabytes(sum(i.bytes for i in inputs))} of "
            f"input, and {gigabytes(free)} are free: make room, or choose another OUT or fewer inputs"
        )
    memory = available_memory()
    fit = memory // WORKER_BYTES
    if workers > fit and workers > 1:
        raise UsageError(
            f"{workers} workers need about {gigabytes(workers * WORKER_BYTES)} of memory, {gigabytes(memory)} are "
            f"available: use --workers {max(1, fit)}"
        )


def refuse_foreign(out: Path) -> None:
    """Refuse an OUT that holds files of something else than a run, as a mistyped path does, or is not in UTF-8."""
    try:
        str(out).encode()
    except UnicodeEncodeError:  # Arrow takes paths in UTF-8 only, and would say so after all work was done
        raise UsageError(f"OUT {out} has bytes in its name that are no UTF-8; choose another OUT") from None
    if out.exists() and not out.is_dir():
        raise UsageError(f"OUT {out} is a file")
    if out.is_dir() and any(out.iterdir()) and not (out / ".lock").exists():
        raise UsageError(f"OUT {out} holds files that no run has written; choose an empty or a new folder")


def expected_bytes(inputs: Sequence[Input]) -> int:
    """About how many bytes a run over some inputs has under OUT at its peak."""
    return round(sum(each.bytes * OUTPUT_PER_INPUT[_content(each)] for each in inputs))


def _content(each: Input) -> str:
    form = each.format or each.name.rpartition(".")[2]  # what was not looked into is taken by its name
    is_text = form.startswith(("jsonl", "parquet")) or ".wet" in each.name or ".jsonl" in each.name
    plain = "plain " if form in ("jsonl", "warc", "arc") else ""
    return f"{plain}{'text' if is_text else 'html'}"


def free_bytes(folder: Path) -> int:
    """Bytes free for this user on the disk a folder is, or will be, on."""
    standing = next(path for path in (folder.absolute(), *folder.absolute().parents) if path.exists())
    return shutil.disk_usage(standing).free


def available_memory() -> int:
    """Bytes of memory this process may still use: the machine's, or its container's if that is less."""
    pages = os.sysconf("SC_AVPHYS_PAGES") if "SC_AVPHYS_PAGES" in os.sysconf_names else 0
    available = pages * os.sysconf("SC_PAGE_SIZE")
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
        available = next(int(line.split()[1]) << 10 for line in lines if line.startswith("MemAvailable:"))
    except (OSError, StopIteration):
        pass
    for limit, used in _CGROUPS:
        try:
            available = min(available, int(limit.read_text()) - int(used.read_text()))
        except (OSError, ValueError):  # no such container, or no limit ("max")
            continue
    return max(0, available)


def gigabytes(count: float) -> str:
    """A number of bytes for people.

    >>> gigabytes(5 << 30), gigabytes(300_000)
    ('5.37 GB', '0.3 MB')
    """
    return f"{count / 1e9:.2f} GB" if count >= 1e9 else f"{count / 1e6:.1f} MB"


def _bytes_below(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) if folder.is_dir() else 0
