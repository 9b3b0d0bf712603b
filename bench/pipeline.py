"""CPU seconds per page of the whole pipeline, ours against datatrove's FineWeb recipe, on one WARC in one run.

    python bench/pipeline.py [--warc WARC] [--recipe webtext ...] [--workers 1 ...] [--no-datatrove]

Both are timed from process start to exit, with every process they start: this one adopts orphans and waits for them, so
Ray's daemons count too. datatrove gets a virtual environment of its own under out/, made at the first run.
"""

import argparse
import ctypes
import json
import os
import resource
import shutil
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
DATATROVE = ["datatrove[io,processing]==0.10.1", "spacy>=3.8,<4", "lxml_html_clean", "resiliparse>=2,<3", "orjson"]
PR_SET_CHILD_SUBREAPER = 36


def measured(command: list[str], **options: object) -> dict[str, float]:
    """Run a command and wait for all it started: CPU s of the whole tree, wall s, peak MB of one process."""
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1)
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    code = subprocess.run(command, check=False, **options).returncode  # type: ignore[call-overload]
    wall = time.perf_counter() - started
    while True:
        try:
            os.waitpid(-1, 0)
        except ChildProcessError:
            break
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if code:
        sys.exit(f"{' '.join(command)} failed with {code}")
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
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


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--warc", type=Path, default=ROOT.parent / "shared/data/crawl/dev.warc.gz")
    parser.add_argument("--recipe", nargs="+", default=["webtext"])
    parser.add_argument("--workers", nargs="+", default=["1"])
    parser.add_argument("--no-datatrove", action="store_true")
    parser.add_argument("--datatrove-python", type=Path, help="an interpreter that has datatrove already")
    options = parser.parse_args()
    if not options.warc.exists():
        print(f"skipped: {options.warc} is not there")
        return
    scratch = ROOT / "out" / "bench-pipeline"
    shutil.rmtree(scratch, ignore_errors=True)
    rows = []
    for recipe in options.recipe:
        for workers in options.workers:
            out = scratch / f"{Path(recipe).stem}-{workers}"
            command = [
                sys.executable,
                "-m",
                "curate.cli",
                "run",
                str(options.warc),
                "--out",
                str(out),
                "--recipe",
                recipe,
            ]
            figures = measured([*command, "--workers", workers], cwd=ROOT, stdout=subprocess.DEVNULL)
            totals = json.loads((out / "report.json").read_text())["totals"]
            rows.append((f"curate {recipe}, WORKERS={workers}", figures, totals["records_in"], totals["docs_out"]))
    pages = rows[0][2]
    if not options.no_datatrove:
        python = options.datatrove_python or datatrove_python(ROOT / "out" / "datatrove-venv")
        command = [str(python), str(HERE / "datatrove_fineweb.py"), str(options.warc), str(scratch / "datatrove")]
        figures = measured(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        rows.append(("datatrove 0.10.1 FineWeb", figures, pages, -1))
    slowest = rows[-1][1]["cpu"]
    print(f"{'':<34}{'CPU s':>8}{'ms/page':>9}{'wall s':>8}{'peak MB':>9}{'kept':>7}{'times less CPU':>16}")
    for name, figures, _, kept in rows:
        print(
            f"{name:<34}{figures['cpu']:>8.1f}{1000 * figures['cpu'] / pages:>9.2f}{figures['wall']:>8.1f}"
            f"{figures['peak_mb']:>9.0f}{kept if kept >= 0 else '':>7}{slowest / figures['cpu']:>16.1f}"
        )


if __name__ == "__main__":
    main()
