"""Duplicates by cluster: how large they are, and the largest with their addresses."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from curate.folder import DROPPED, parts

SHOWN = 10
MAX_CLUSTERS = 500_000  # counted at a time; the smallest are forgotten beyond that
SIZES = ((2, 2), (3, 3), (4, 5), (6, 10), (11, 100), (101, 1 << 62))


@dataclass(frozen=True, slots=True)
class Cluster:
    """A kept page, how many pages were removed for it, at which stages, and some of their addresses."""

    url: str
    removed: int
    stages: tuple[str, ...]
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Duplicates:
    """Clusters by size, kept page included: (smallest, largest, clusters, pages removed), and the largest clusters."""

    removed: int
    sizes: tuple[tuple[int, int, int, int], ...]
    largest: tuple[Cluster, ...]
    forgotten: bool


def study_duplicates(out: Path) -> Duplicates:
    """Count the clusters of the run in `out` from the pages it dropped as duplicates."""
    counts: Counter[str] = Counter()
    removed, forgotten = 0, False
    for path in parts(out / DROPPED):
        file = pq.ParquetFile(path)
        if "duplicate_of" not in file.schema_arrow.names:
            continue
        for group in range(file.num_row_groups):
            column = file.read_row_group(group, columns=["duplicate_of"], use_threads=False)["duplicate_of"]
            found = column.drop_null().to_pylist()
            removed += len(found)
            counts.update(found)
            if len(counts) > 2 * MAX_CLUSTERS:
                counts = Counter(dict(sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:MAX_CLUSTERS]))
                forgotten = True
    largest = sorted(counts, key=lambda name: (-counts[name], name))[:SHOWN]
    sizes = [(low, high, *_within(counts, low, high)) for low, high in SIZES]
    return Duplicates(
        removed, tuple(size for size in sizes if size[2]), tuple(_clusters(out, largest, counts)), forgotten
    )


def _within(counts: Counter[str], low: int, high: int) -> tuple[int, int]:
    found = [count for count in counts.values() if low <= count + 1 <= high]
    return len(found), sum(found)


def _clusters(out: Path, names: Sequence[str], counts: Counter[str]) -> list[Cluster]:
    columns = ["url", "stage", "duplicate_of", "duplicate_of_url"]
    rows: dict[str, list[dict[str, str]]] = {name: [] for name in names}
    for path in parts(out / DROPPED) if names else ():
        file = pq.ParquetFile(path)
        for group in range(file.num_row_groups):
            table = file.read_row_group(group, columns=columns, use_threads=False)
            wanted = pc.is_in(table["duplicate_of"], value_set=pa.array(list(names), pa.string()))
            for row in table.filter(wanted).to_pylist():
                rows[row["duplicate_of"]].append(row)
                rows[row["duplicate_of"]][:] = rows[row["duplicate_of"]][:1000]
    return [
        Cluster(
            rows[name][0]["duplicate_of_url"] or "",
            counts[name],
            tuple(sorted({row["stage"] for row in rows[name]})),
            tuple(sorted({row["url"] or "" for row in rows[name]})[:3]),
        )
        for name in names
    ]
