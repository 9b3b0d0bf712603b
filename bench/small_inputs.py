"""What small inputs cost: one crawl as a single file, and the same pages as a file each; and planning a million.

    python bench/small_inputs.py [--shard ../shared/data/crawl/dev.warc.gz] [--files 5000] [--plan 0]

Prints CPU seconds with children, bytes of memory and work files, and whether both outputs hold the same texts. With
more files than the crawl has pages, its pages come again.
"""

import argparse
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from resource import RUSAGE_CHILDREN, RUSAGE_SELF, getrusage
from time import process_time

import pyarrow.parquet as pq

from curate.cluster import Workers
from curate.engine.run import run
from curate.inputs import sources
from curate.inputs.tasks import planned
from curate.recipe import load_recipe
from curate.warc.pages import Limits, ReadCounts

ROOT = Path(__file__).parent.parent
SPLIT_BYTES = 8 << 20


def members(shard: Path) -> Iterator[bytes]:
    """The stored bytes of each page of a crawl."""
    data = shard.read_bytes()
    for split in sources.plan(sources.resolve([str(shard)]), 1 << 62):
        for page in sources.read(split, limits=Limits(), counts=ReadCounts()):
            yield data[page.offset : page.offset + page.length]


def cpu() -> float:
    """CPU seconds of this process and of children that have ended."""
    return sum(used.ru_utime + used.ru_stime for used in map(getrusage, (RUSAGE_SELF, RUSAGE_CHILDREN)))


def measured(name: str, specs: list[str], out: Path) -> list[str]:
    """Run the default recipe in a child process, print what it took, and return the texts kept."""
    before = cpu()
    pid = os.fork()
    if not pid:
        report = run(load_recipe("webtext"), specs, out, workers=Workers(1))
        print(f"{name}: {report['totals']['records_in']} pages, own count {report['totals']['seconds']:.1f} CPU s")
        os._exit(0)
    os.waitpid(pid, 0)
    files = sum(path.is_file() for path in (out / "work").rglob("*"))
    peak = getrusage(RUSAGE_CHILDREN).ru_maxrss >> 10
    print(f"{name}: {cpu() - before:.1f} CPU s with children, {files} work files, at most {peak} MiB", flush=True)
    paths = sorted((out / "data").glob("*.parquet"))
    return sorted(text for path in paths for text in pq.read_table(path, columns=["text"])["text"].to_pylist())


def runs(shard: Path, files: int, folder: Path) -> None:
    """The two runs beside each other."""
    pages = list(members(shard))
    pages = (pages * (files // len(pages) + 1))[:files]
    whole = folder / "whole.warc.gz"
    whole.write_bytes(b"".join(pages))
    small = folder / "small"
    for number, page in enumerate(pages):
        place = small / f"{number // 1000:04}"
        place.mkdir(parents=True, exist_ok=True)
        (place / f"page-{number:07}.warc.gz").write_bytes(page)
    listed = folder / "small.txt"
    listed.write_text("".join(f"{path}\n" for path in sorted(small.rglob("*.gz"))))
    for path in [whole, *small.rglob("*.gz")]:
        path.open("rb").read()
    one = measured("one file", [str(whole)], folder / "out-whole")
    many = measured(f"{len(pages)} files", [f"@{listed}"], folder / "out-small")
    again = measured("the same again, nothing to do", [f"@{listed}"], folder / "out-small")
    print("texts kept are the same" if one == many == again else "TEXTS KEPT DIFFER")


def plans(count: int, folder: Path) -> None:
    """Plan empty files."""
    listed = folder / "plan.txt"
    with listed.open("w") as lines:
        for number in range(count):
            place = folder / "plan" / f"{number // 1000:04}"
            place.mkdir(parents=True, exist_ok=True)
            path = place / f"page-{number:07}.warc.gz"
            path.touch()
            lines.write(f"{path}\n")
    before, held = process_time(), getrusage(RUSAGE_SELF).ru_maxrss >> 10
    tasks = len(planned(sources.resolve([f"@{listed}"]), SPLIT_BYTES).stretches)
    peak = getrusage(RUSAGE_SELF).ru_maxrss >> 10
    print(
        f"{count} files planned to {tasks} tasks: {process_time() - before:.1f} CPU s, {held} MiB before, {peak} then"
    )


def main() -> None:
    """Measure what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--shard", type=Path, default=ROOT.parent / "shared/data/crawl/dev.warc.gz")
    parser.add_argument("--files", type=int, default=5000)
    parser.add_argument("--plan", type=int, default=0)
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp())
    try:
        if options.files:
            runs(options.shard, options.files, folder)
        if options.plan:
            plans(options.plan, folder)
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
