"""Rejected pages of a run with the numbers that decided, nearest to their limit first."""

import heapq
from collections.abc import Iterator
from math import isnan
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from curate.errors import UsageError


def rejected(out: Path, *, stage: str = "", rule: str = "", count: int = 20) -> list[dict[str, Any]]:
    """Up to `count` rejected pages of a run as rows of `dropped/`, those nearest to their limit first.

    Raises UsageError when the run has no such stage or rule, naming what it has.
    """
    rows = heapq.nsmallest(count, _matching(out, stage, rule), key=lambda row: (_distance(row), row["id"]))
    if not rows and (stage or rule):
        message = f"no page was dropped by {stage or 'any stage'} {rule}; there are {', '.join(_reasons(out))}"
        raise UsageError(message)
    return rows


def _matching(out: Path, stage: str, rule: str) -> Iterator[dict[str, Any]]:
    paths = sorted((out / "dropped").glob("part-*.parquet"))
    if not paths:
        message = f"{out} holds no dropped/: no run has finished there"
        raise UsageError(message)
    for path in paths:
        for batch in pq.ParquetFile(path).iter_batches(1000):
            mask = pa.array([True] * batch.num_rows)
            for column, wanted in (("stage", stage), ("rule", rule)):
                if wanted:
                    mask = pc.and_(mask, pc.equal(batch[column], wanted))
            yield from batch.filter(mask).to_pylist()


def _distance(row: dict[str, Any]) -> float:
    """How far past its limit a page is, as a share of the limit; pages without numbers come last."""
    gap = abs(row["value"] - row["limit"]) / (abs(row["limit"]) or 1.0)
    return float("inf") if isnan(gap) else gap


def _reasons(out: Path) -> list[str]:
    found = set()
    for path in sorted((out / "dropped").glob("part-*.parquet")):
        table = pq.read_table(path, columns=["stage", "rule"])
        found |= set(zip(table["stage"].to_pylist(), table["rule"].to_pylist(), strict=True))
    return [f"{stage}/{rule}" for stage, rule in sorted(found)]
