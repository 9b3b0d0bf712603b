"""CPU seconds per page of the whole pipeline, ours against datatrove's FineWeb recipe, on one WARC in one run.

    python bench/pipeline.py [--warc WARC] [--recipe webtext ...] [--workers 1 ...] [--no-datatrove] [--margin]

Everything a command starts is counted, from start to exit, whoever its parent is then: Ray's raylet does not wait for
its workers, so that their time is in no parent's account. `--margin` runs each also on every fourth page and gives
the cost of one page more: the difference, over the pages between. (Four times the same pages would not do: the copies
go before the last stages.) "Outside" is what our stages do not account for: start, files, output, report. datatrove
gets a virtual environment of its own under out/, made at the first run.
"""

import argparse
import ctypes
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import threading
import time
import zlib
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
DATATROVE = ["datatrove[io,processing]==0.10.1", "spacy>=3.8,<4", "lxml_html_clean", "resiliparse>=2,<3", "orjson"]
PR_SET_CHILD_SUBREAPER = 36
TICKS = os.sysconf("SC_CLK_TCK")
LOOK_SECONDS = 0.05
PART = 4


class Unwaited:
    """CPU time of processes whose parent ignores SIGCHLD: the kernel adds it to nobody's account when they end.

    They are looked at while they run, so at most the last `LOOK_SECONDS` of each is missed. Those that are waited for
    are in the account of this process's children, exactly, in the end.
    """

    def __init__(self) -> None:
        self.seconds: dict[int, float] = {}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> "Unwaited":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._stop.wait(LOOK_SECONDS):
            running = processes()
            for pid, (parent, seconds) in running.items():
                if parent in running and parent != os.getpid() and descends(pid, running) and ignores_children(parent):
                    self.seconds[pid] = seconds


def processes() -> dict[int, tuple[int, float]]:
    """Every process: its parent, and its CPU seconds with those of the children it has waited for."""
    found = {}
    for entry in os.scandir("/proc"):
        if entry.name.isdecimal():
            try:
                fields = Path(entry.path, "stat").read_bytes().rpartition(b")")[2].split()
            except OSError:  # it has ended
                continue
            found[int(entry.name)] = (int(fields[1]), sum(map(int, fields[11:15])) / TICKS)
    return found


def descends(pid: int, running: dict[int, tuple[int, float]]) -> bool:
    """Whether this process is an ancestor."""
    while pid in running and pid != os.getpid():
        pid = running[pid][0]
    return pid == os.getpid()


def ignores_children(pid: int) -> bool:
    """Whether a process has told the kernel that it will not wait for its children."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False
    ignored = int(status.partition("SigIgn:")[2].split()[0], 16)
    return bool(ignored >> (signal.SIGCHLD - 1) & 1)


def measured(command: list[str], **options: object) -> dict[str, float]:
    """Run a command and wait for all it started: CPU s of the whole tree, wall s, peak MB of one process."""
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1)
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    with Unwaited() as unwaited:
        code = subprocess.run(command, check=False, **options).returncode  # type: ignore[call-overload]
        wall = time.perf_counter() - started
        while True:
            try:
                reaped, _ = os.waitpid(-1, 0)
                unwaited.seconds.pop(reaped, None)  # an orphan in the end, and so in the account of children
            except ChildProcessError:
                break
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if code:
        sys.exit(f"{' '.join(command)} failed with {code}")
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime + sum(unwaited.seconds.values())
    return {"cpu": cpu, "wall": wall, "peak_mb": after.ru_maxrss / 1024}


def datatrove_python(folder: Path) -> Path:
    """The interpreter of datatrove's environment, made when it is not there."""
    python = folder / "bin" / "python"
    if not (folder / "ready").exists():
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", "--upgrade", "pip"], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", *DATATROVE], check=True)
        (folder / "ready").touch()
    return python


def every_fourth(warc: Path, out: Path) -> Path:
    """A WARC of the records of every fourth address of another, by a hash of it, as they are stored there."""
    from warcio.archiveiterator import ArchiveIterator

    with warc.open("rb") as file, out.open("wb") as part:
        records = ArchiveIterator(file)
        for record in records:
            address = record.rec_headers.get_header("WARC-Target-URI") or ""
            records.read_to_end(record)
            if zlib.crc32(address.encode()) % PART == 0:
                offset, length = records.get_record_offset(), records.get_record_length()
                part.write(os.pread(file.fileno(), length, offset))
    return out


def ours(recipe: str, workers: str, warc: Path, out: Path) -> tuple[dict[str, float], dict[str, int]]:
    """A run of a recipe, and the totals of its report."""
    command = [sys.executable, "-m", "curate.cli", "run", str(warc), "--out", str(out), "--recipe", recipe]
    figures = measured([*command, "--workers", workers], cwd=ROOT, stdout=subprocess.DEVNULL)
    report = json.loads((out / "report.json").read_text())
    figures["outside"] = figures["cpu"] - sum(stage["seconds"] for stage in report["stages"])
    return figures, report["totals"]


def theirs(python: Path, warc: Path, out: Path) -> dict[str, float]:
    """A run of datatrove's FineWeb recipe."""
    command = [str(python), str(HERE / "datatrove_fineweb.py"), str(warc), str(out)]
    return measured(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--warc", type=Path, default=ROOT.parent / "shared/data/crawl/dev.warc.gz")
    parser.add_argument("--recipe", nargs="+", default=["webtext"])
    parser.add_argument("--workers", nargs="+", default=["1"])
    parser.add_argument("--margin", action="store_true", help="also run every fourth page")
    parser.add_argument("--no-datatrove", action="store_true")
    parser.add_argument("--datatrove-python", type=Path, help="an interpreter that has datatrove already")
    options = parser.parse_args()
    if not options.warc.exists():
        print(f"skipped: {options.warc} is not there")
        return
    scratch = ROOT / "out" / "bench-pipeline"
    shutil.rmtree(scratch, ignore_errors=True)
    (scratch / "part").mkdir(parents=True)
    warcs = [options.warc, *([every_fourth(options.warc, scratch / "part/part.warc.gz")] if options.margin else [])]
    rows, pages = [], []
    for recipe in options.recipe:
        for workers in options.workers:
            runs = [ours(recipe, workers, w, scratch / f"{Path(recipe).stem}-{workers}-{w.stem}") for w in warcs]
            pages = [totals["records_in"] for _, totals in runs]
            name = f"curate {recipe}, WORKERS={workers}"
            rows.append((name, [figures for figures, _ in runs], runs[0][1]["docs_out"]))
    if not options.no_datatrove:
        python = options.datatrove_python or datatrove_python(ROOT / "out" / "datatrove-venv")
        rows.append(
            ("datatrove 0.10.1 FineWeb", [theirs(python, w, scratch / f"datatrove-{w.stem}") for w in warcs], "")
        )
    show(rows, pages)


def show(rows: list[tuple[str, list[dict[str, float]], object]], pages: list[int]) -> None:
    """Print a line a run: the cost of a page, and of one page more where a part of the pages was run too."""
    slowest, margins = rows[-1][1][0]["cpu"], [margin(runs, pages, "cpu") for _, runs, _ in rows]
    print(
        f"{'':<30}{'CPU s':>8}{'ms/page':>9}{'one more':>10}{'outside':>9}{'one more':>10}{'wall s':>8}{'peak MB':>9}"
        f"{'kept':>7}{'times less CPU':>16}{'at the margin':>15}"
    )
    for (name, runs, kept), more in zip(rows, margins, strict=True):
        whole = runs[0]
        ratio = f"{margins[-1] / more:.1f}" if more else ""
        outside = 1000 * whole["outside"] / pages[0] if "outside" in whole else None
        outside_more = margin(runs, pages, "outside") if outside else 0.0
        print(
            f"{name:<30}{whole['cpu']:>8.1f}{1000 * whole['cpu'] / pages[0]:>9.2f}{shown(more):>10}"
            f"{shown(outside):>9}{shown(outside_more):>10}{whole['wall']:>8.1f}{whole['peak_mb']:>9.0f}{kept:>7}"
            f"{slowest / whole['cpu']:>16.1f}{ratio:>15}"
        )


def shown(milliseconds: float | None) -> str:
    """A cost in two decimals, nothing where there is none."""
    return f"{milliseconds:.2f}" if milliseconds else ""


def margin(runs: list[dict[str, float]], pages: list[int], what: str) -> float:
    """CPU ms of one page more, from a run of all pages and one of a part; 0 where there is only one."""
    return 1000 * (runs[0][what] - runs[1][what]) / (pages[0] - pages[1]) if len(runs) > 1 else 0.0


if __name__ == "__main__":
    main()
