"""Duplicates over all splits at scale: `python bench/dedup_scale.py [--documents N ...] [--workers 1] [--folder F]`.

Synthetic splits of 50,000 documents with the files a segment leaves: keys as signatures of similar texts would have
(each band of a document differs from its cluster's with the probability it has at a similarity of .9), and texts of
some 1,800 characters that are that similar. One cluster holds 5 % of all documents, a quarter are in clusters of 2 to
2,000 (sizes by a power law), a fiftieth are exact copies, the rest stand alone. Every size runs in a process of its
own; making the splits is not measured. Prints CPU and wall seconds, the greatest memory of a process and the greatest
disk space of what the steps leave, per step too, and the exponent of growth.
"""

import argparse
import json
import math
import subprocess
import sys
import tempfile
from itertools import pairwise
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from time import perf_counter, process_time
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from curate.cluster import Workers, stop
from curate.dedup.minhash import MinHash
from curate.dedup.resolve import resolve
from curate.files import describe_file, parquet_writer, write_marker
from curate.stages import ExactDuplicates, NearDuplicates

SPLIT = 50_000
SETTINGS = MinHash()
PARAGRAPHS = 20_000


def main() -> None:
    """Measure every size in a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--documents", nargs="+", type=int, default=[1_000_000, 3_000_000])
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--folder", type=Path, help="where to work (default: a temporary folder)")
    parser.add_argument("--make", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--measure", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        print(json.dumps(measure(options.folder, options.workers)))
        return
    if options.make:
        make(options.folder / "keys", options.make)
        return
    rows = []
    for count in options.documents:
        with tempfile.TemporaryDirectory(dir=options.folder) as folder:
            command = [sys.executable, __file__, "--folder", folder, "--workers", str(options.workers)]
            subprocess.run([*command, "--make", str(count)], check=True)
            done = subprocess.run([*command, "--measure"], stdout=subprocess.PIPE, check=True, text=True)
            rows.append((count, json.loads(done.stdout.splitlines()[-1])))
            show(*rows[-1])
    for (few, before), (many, after) in pairwise(rows):
        growth = math.log(after["cpu"] / before["cpu"]) / math.log(many / few)
        print(f"CPU from {few:,} to {many:,} documents grows as n^{growth:.2f}")


def show(count: int, found: dict[str, Any]) -> None:
    """Print one size."""
    print(
        f"\n{count:,} documents, {found['workers']} workers: {found['cpu']:.0f} s CPU, {found['wall']:.0f} s wall, "
        f"peak {found['peak'] / 2**20:.0f} MB a process, {found['disk'] / 2**30:.2f} GB of disk; "
        f"inputs {found['inputs'] / 2**30:.2f} GB; {found['removed']:,} removed",
        flush=True,
    )
    for name, counts in found["counts"].items():
        print(f"  {name}: {counts}")
    if found["workers"] == 1:
        for step, cpu, wall, peak, disk in found["steps"]:
            print(
                f"  {step:24} {cpu:8.1f} s CPU {wall:8.1f} s wall {peak / 2**20:6.0f} MB so far {disk / 2**30:6.2f} GB"
            )


def measure(folder: Path, workers: int) -> dict[str, Any]:
    """Resolve the splits in `folder/keys` and say what it took."""
    identities = sorted(path.stem for path in (folder / "keys").glob("*.json"))
    steps: list[list[Any]] = []
    origin = (process_time(), perf_counter())
    last = list(origin)

    def tell(step: str, done: int, of: int) -> None:
        if done == of:
            now, disk = (process_time(), perf_counter()), size(folder / "matches")
            steps.append([step, now[0] - last[0], now[1] - last[1], peak(), disk])
            last[:] = now

    barriers = (ExactDuplicates(), NearDuplicates())
    resolve(barriers, folder / "keys", identities, folder / "matches", workers=Workers(workers), tell=tell)
    wall = perf_counter() - origin[1]
    stop()
    marker = json.loads((folder / "matches" / "matches.json").read_text())
    children = getrusage(RUSAGE_CHILDREN)
    return {
        "workers": workers,
        "cpu": process_time() - origin[0] if workers == 1 else sum(s["seconds"] for s in marker["stages"].values()),
        "wall": wall,
        "peak": max(peak(), children.ru_maxrss * 1024 if workers > 1 else 0),
        "disk": max(step[4] for step in steps),
        "inputs": size(folder / "keys"),
        "removed": sum(removed(folder / "matches" / file["file"]) for file in marker["files"].values()),
        "counts": {name: stage["counts"] for name, stage in marker["stages"].items()},
        "steps": steps,
    }


def removed(matches: Path) -> int:
    """How many rows of a split go."""
    return int(pc.sum(pc.is_valid(pq.read_table(matches, columns=["stage"])["stage"])).as_py())


def peak() -> int:
    """The greatest resident size of this program so far; what getrusage says begins with that of its parent."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return 1024 * int(next(line for line in lines if line.startswith("VmHWM")).split()[1])


def size(folder: Path) -> int:
    """Bytes of the files in a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) if folder.exists() else 0


def make(folder: Path, count: int) -> None:
    """Write the files of `count` documents as a segment leaves them."""
    folder.mkdir()
    rng = np.random.default_rng(1)
    cluster = clusters(count, rng)
    pool = pa.array([" ".join(f"w{word}" for word in rng.integers(10**6, size=24)) for _ in range(PARAGRAPHS)])
    for split, start in enumerate(range(0, count, SPLIT)):
        members = cluster[start : start + SPLIT]
        identity = f"split{split:05d}"
        write(folder, identity, start, members, np.random.default_rng([2, split]), pool)


def clusters(count: int, rng: np.random.Generator) -> np.ndarray:
    """The cluster of each document, int64[count], in any order."""
    cluster = np.arange(count)
    cluster[: count // 20] = 0
    start = count // 20
    while start < count * 3 // 10:
        members = min(int(rng.zipf(1.8)) + 1, 2000)
        cluster[start : start + members] = start
        start += members
    return rng.permutation(cluster)


def write(
    folder: Path, identity: str, first: int, cluster: np.ndarray, rng: np.random.Generator, pool: pa.Array
) -> None:
    """Write one split's documents, keys and marker."""
    count = len(cluster)
    number = np.arange(first, first + count)
    exact = rng.integers(1, 2**63, (count, 2), np.uint64)
    copies = number % 50 == 0  # of the document before them
    exact[copies] = exact[np.flatnonzero(copies) - 1]
    near = shared_keys(cluster)
    own = rng.random(near.shape, np.float32) > 0.9**SETTINGS.rows
    near = np.where(own, rng.integers(1, 2**63, near.shape, np.uint64), near)
    texts = documents(cluster, number, pool)
    named = {
        "id": pc.utf8_lpad(pc.cast(pa.array(number * 7919 % 10**12), pa.string()), 32, "0"),
        "url": joined("https://www.site.example/a/page/like-many-others/", number),
        "date": joined("2026-01-01T00:00:", number * 104729 % 10**9),
    }
    keys = {**named, "chars": pc.utf8_length(texts), "dedup_exact": fixed(exact), "dedup_near": fixed(near)}
    files = {}
    for kind, table in (("keys", pa.table(keys)), ("documents", pa.table({**named, "text": texts}))):
        path = folder / f"{identity}.{kind}.parquet"
        with parquet_writer(path, table.schema) as writer:
            writer.write_table(table, row_group_size=256 if kind == "documents" else SPLIT)
        files[kind] = describe_file(path, count)
    write_marker(folder / f"{identity}.json", {"files": files})


def joined(prefix: str, numbers: np.ndarray) -> pa.Array:
    """The prefix and each number."""
    return pc.binary_join_element_wise(prefix, pc.cast(pa.array(numbers), pa.string()), "")


def shared_keys(cluster: np.ndarray) -> np.ndarray:
    """The keys of a cluster's own text: a splitmix64 of cluster and band, uint64[n, bands]."""
    with np.errstate(over="ignore"):
        value = cluster[:, None].astype(np.uint64) * np.uint64(SETTINGS.bands) + np.arange(
            SETTINGS.bands, dtype=np.uint64
        )
        value = (value + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
        value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.maximum(value ^ (value >> np.uint64(31)), np.uint64(1))


def documents(cluster: np.ndarray, number: np.ndarray, pool: pa.Array) -> pa.Array:
    """Some 300 words each: twelve paragraphs by cluster, and a few words of the document's own."""
    chosen = [
        pool.take(pa.array((cluster * 7919 + i * 104729 + cluster // PARAGRAPHS) % PARAGRAPHS)) for i in range(12)
    ]
    ends = joined("cluster ", cluster), joined("this one is ", number)
    return pc.binary_join_element_wise(ends[0], *chosen, ends[1], "\n").cast(pa.large_string())


def fixed(words: np.ndarray) -> pa.Array:
    """Rows of 8-byte words as fixed-size binary."""
    words = np.ascontiguousarray(words, "<u8")
    return pa.FixedSizeBinaryArray.from_buffers(pa.binary(8 * words.shape[1]), len(words), [None, pa.py_buffer(words)])


if __name__ == "__main__":
    main()
