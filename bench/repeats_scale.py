"""Lines, pages within pages and passages at scale: `python bench/repeats_scale.py [--documents N ...] [--folder F]`.

Synthetic splits of 20,000 documents with the files a segment leaves. A document has 120 words of its own in six lines
and belongs to a site of fifty pages, of which three in five have the site's two boilerplate lines. One in ten has a
passage of 60 words out of a pool, a twentieth of these the same one; one in fifty is an archive page and holds the
texts of the three pages before it. Keys are those that the stages make. Every size runs in a process of its own; making
the splits is not measured. Prints CPU seconds, the greatest memory of a process, the disk, and the exponent of growth.
With `--range` it measures instead the tasks that hold one range of windows, at the greatest size a range has at any
number of documents.
"""

import argparse
import json
import math
import subprocess
import sys
import tempfile
from itertools import pairwise
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from dedup_scale import peak, size

from curate.dedup.marking import ROWS, mark
from curate.dedup.pairing import gather_smaller, tally
from curate.dedup.resolve import resolve
from curate.dedup.shuffle import Job, Sizes, leave
from curate.documents import Documents
from curate.files import describe_file, parquet_writer, write_marker
from curate.stages import Contained, Passages, SiteLines

SPLIT = 20_000
STAGES = (SiteLines(), Contained(), Passages())


def main() -> None:
    """Measure every size in a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--documents", nargs="+", type=int, default=[100_000, 300_000, 1_000_000])
    parser.add_argument("--folder", type=Path, help="where to work (default: a temporary folder)")
    parser.add_argument("--range", action="store_true", help="the memory of one range of windows")
    parser.add_argument("--make", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--measure", help=argparse.SUPPRESS)
    parser.add_argument("--full", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        print(json.dumps(measure(options.folder, options.measure)))
        return
    if options.range:
        for stage in STAGES[1:]:
            subprocess.run([sys.executable, __file__, "--full", stage.name], check=True)
        return
    if options.full:
        full_range(options.full)
        return
    if options.make:
        make(options.folder / "keys", options.make)
        return
    rows: dict[str, list[tuple[int, float]]] = {stage.name: [] for stage in STAGES}
    for count in options.documents:
        with tempfile.TemporaryDirectory(dir=options.folder) as folder:
            command = [sys.executable, __file__, "--folder", folder]
            subprocess.run([*command, "--make", str(count)], check=True)
            made = json.loads((Path(folder) / "made.json").read_text())
            for stage in STAGES:
                done = subprocess.run(
                    [*command, "--measure", stage.name], stdout=subprocess.PIPE, check=True, text=True
                )
                found = json.loads(done.stdout.splitlines()[-1])
                rows[stage.name].append((count, found["cpu"]))
                print(f"{count:,} documents, {stage.name}: {found['cpu']:.1f} s CPU,", end=" ")
                print(f"keys {made[stage.name]:.1f}, peak {found['peak'] / 2**20:.0f} MB,", end=" ")
                print(
                    f"{found['disk'] / 2**30:.2f} GB of disk, inputs {found['inputs'] / 2**30:.2f}; {found['counts']}"
                )
                print("  " + ", ".join(f"{step} {cpu:.1f}" for step, cpu in found["steps"]), flush=True)
    for name, sizes in rows.items():
        for (few, before), (many, after) in pairwise(sizes):
            growth = math.log(after / before) / math.log(many / few)
            print(f"{name}: CPU from {few:,} to {many:,} documents grows as n^{growth:.2f}")


def measure(folder: Path, name: str) -> dict[str, Any]:
    """Resolve one stage over the splits in `folder/keys` and say what it took."""
    identities = sorted(path.stem for path in (folder / "keys").glob("*.json"))
    started, disk = process_time(), 0
    steps: list[tuple[str, float]] = []
    [stage] = [stage for stage in STAGES if stage.name == name]

    def tell(step: str, done: int, of: int) -> None:
        nonlocal disk
        if done == of:
            disk = max(disk, size(folder / name))
            steps.append((step, process_time() - started))

    resolve([stage], folder / "keys", identities, folder / name, tell=tell)
    marker = json.loads((folder / name / "matches.json").read_text())
    spent = [(step.partition(": ")[2], after - before) for (_, before), (step, after) in pairwise([("", 0.0), *steps])]
    return {
        "cpu": process_time() - started,
        "peak": peak(),
        "disk": disk,
        "inputs": size(folder / "keys"),
        "counts": marker["stages"][name]["counts"],
        "steps": spent,
    }


def full_range(name: str) -> None:
    """Say what a range of the greatest size costs, three windows in ten shared by two to nine documents."""
    [stage] = [stage for stage in STAGES if stage.name == name]
    count = Sizes().range_cells
    rng = np.random.default_rng(5)
    with tempfile.TemporaryDirectory() as folder:
        job = Job(stage, Path(folder), 0, (), Sizes(), 1)
        cells = rng.integers(1, 2**63, count, np.uint64)
        shared = rng.random(count) < 0.3
        cells[shared] = rng.integers(1, count // 15, int(shared.sum()), np.uint64)
        documents = np.arange(count, dtype=np.uint64) // np.uint64(80)
        orders = documents << np.uint64(30)
        leave(job.path("cells"), [pa.record_batch([cells, documents, orders], schema=ROWS)], ROWS, process_time())
        before, started = peak(), process_time()
        if stage.name == Contained.name:
            gather_smaller(job, 0, 1)
            tally(job, 0, stage.min_shared)
        else:
            mark(job, 0, 1, True)
        print(f"{name}: {count:,} windows in a range, {process_time() - started:.1f} s CPU,", end=" ")
        print(f"peak {peak() / 2**20:.0f} MB, {before / 2**20:.0f} of them before the tasks began", flush=True)


def make(folder: Path, count: int) -> None:
    """Write the files of `count` documents as a segment leaves them."""
    folder.mkdir()
    made = dict.fromkeys((stage.name for stage in STAGES), 0.0)
    passages = [words(10**9 + i, 60) for i in range(max(count // 20, 1))]
    for split, first in enumerate(range(0, count, SPLIT)):
        rng = np.random.default_rng([3, split])
        numbers = range(first, min(first + SPLIT, count))
        texts = [page(number, rng, passages) for number in numbers]
        for i in range(3, len(texts)):
            if numbers[i] % 50 == 49:
                texts[i] = "\n".join([texts[i], *texts[i - 3 : i]])
        urls = [f"https://www.site{number // 50}.example/{number}" for number in numbers]
        dates = [f"2026-01-{number % 28 + 1:02}T00:00:00Z" for number in numbers]
        ids = [f"{number * 0x9E3779B97F4A7C15 % 2**128:032x}" for number in numbers]
        named = {"id": ids, "url": urls, "date": dates}
        batch = pa.RecordBatch.from_pydict({**named, "text": pa.array(texts, pa.large_string())})
        keys = pa.table({**named, "chars": pc.utf8_length(batch["text"]).cast(pa.int64())})
        for stage in STAGES:
            started = process_time()
            keys = keys.append_column(stage.name, stage.keys(Documents(batch)))
            made[stage.name] += process_time() - started
        files = {}
        for kind, table in (("keys", keys), ("documents", pa.Table.from_batches([batch]))):
            path = folder / f"split{split:05d}.{kind}.parquet"
            with parquet_writer(path, table.schema) as writer:
                writer.write_table(table, row_group_size=256 if kind == "documents" else SPLIT)
            files[kind] = describe_file(path, table.num_rows)
        write_marker(folder / f"split{split:05d}.json", {"files": files})
    (folder.parent / "made.json").write_text(json.dumps(made))


def words(number: int, count: int) -> str:
    """So many words that no other number has, but by chance."""
    drawn = np.random.default_rng([4, number]).integers(10**7, size=count)
    return " ".join(map(str, drawn.tolist()))


def page(number: int, rng: np.random.Generator, passages: list[str]) -> str:
    """One document's text."""
    own = words(number, 120).split(" ")
    lines = [" ".join(own[i : i + 20]) for i in range(0, 120, 20)]
    if rng.random() < 0.6:
        lines += [
            f"share site {number // 50} with all your friends today",
            f"copyright of site {number // 50} and its owners",
        ]
    if rng.random() < 0.1:
        lines.insert(int(rng.integers(7)), passages[0 if rng.random() < 0.05 else int(rng.integers(len(passages)))])
    return "\n".join(lines)


if __name__ == "__main__":
    main()
