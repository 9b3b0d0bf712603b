"""Rejected pages of a run with the numbers that decided, nearest to their limit first."""

import heapq
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from math import isnan
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from curate.errors import UsageError
from curate.files import row_batches
from curate.filters.rule_set import choices
from curate.folder import DROPPED, parts


def rejected(out: Path, *, stage: str = "", rule: str = "", count: int = 20) -> list[dict[str, Any]]:
    """Up to `count` rejected pages of a run as rows of `dropped/`, those nearest to their limit first.

    Raises UsageError when the run has no such stage or rule, naming what it has.
    """
    rows = heapq.nsmallest(count, _matching(out, stage, rule), key=lambda row: (_distance(row), row["id"]))
    if not rows and (stage or rule):
        raise UsageError(_unknown(_reasons(out), stage, rule))
    return rows


def _matching(out: Path, stage: str, rule: str) -> Iterator[dict[str, Any]]:
    paths = parts(out / DROPPED)
    if not paths:
        raise UsageError(f"{out} holds no dropped/: no run has finished there")
    for path in paths:
        for batch in row_batches(path, max_rows=1000, max_bytes=64 << 20):
            mask = pa.array([True] * batch.num_rows)
            for column, wanted in (("stage", stage), ("rule", rule)):
                if wanted:
                    mask = pc.and_(mask, pc.equal(batch[column], wanted))
            yield from batch.filter(mask).to_pylist()


def _distance(row: dict[str, Any]) -> float:
    """Return how far past its limit a page is, as a share of the limit; pages without numbers come last."""
    gap = abs(row["value"] - row["limit"]) / (abs(row["limit"]) or 1.0)
    return float("inf") if isnan(gap) else gap


def _reasons(out: Path) -> dict[str, set[str]]:
    """The rules that dropped pages, by stage."""
    found: dict[str, set[str]] = {}
    for path in parts(out / DROPPED):
        pairs = pq.read_table(path, columns=["stage", "rule"]).group_by(["stage", "rule"]).aggregate([]).to_pylist()
        for pair in pairs:
            found.setdefault(pair["stage"], set()).add(pair["rule"])
    return found


def _unknown(reasons: Mapping[str, set[str]], stage: str, rule: str) -> str:
    """Why nothing was found, with the names that were perhaps meant.

    >>> _unknown({"gopher.quality": {"min_words", "max_words"}}, "", "min_wrds")
    "no page was dropped by a rule 'min_wrds'; did you mean min_words, max_words?"
    >>> _unknown({"gopher.quality": {"min_words"}, "pii": {"max_pii_spans"}}, "pii", "min_words")
    "no page was dropped by a rule 'min_words' of pii; choose from max_pii_spans"
    """
    if stage and stage not in reasons:
        return f"no page was dropped by a stage {stage!r}{choices(stage, sorted(reasons))}"
    rules = reasons[stage] if stage else set().union(*reasons.values())
    near = get_close_matches(rule, sorted(rules), 3)
    listed = f"did you mean {', '.join(near)}?" if near else f"choose from {', '.join(sorted(rules)[:12])}"
    return f"no page was dropped by a rule {rule!r}{f' of {stage}' if stage else ''}; {listed}"
