"""Looking closer: rejected pages with their numbers, and one page walked through a recipe verdict by verdict."""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from math import isnan
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from curate import sources
from curate.documents import PAGES, Documents, page_row
from curate.errors import UsageError
from curate.extract.charset import decide_charset
from curate.recipe import Recipe
from curate.stages import Failure, Fate, Read, alone
from curate.warc import Page, ReadCounts, Skip


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


@dataclass(frozen=True, slots=True)
class Step:
    """What one stage said of the page: its fate, the signals behind it, and the text after it."""

    stage: str
    fate: Fate | None
    signals: dict[str, float]
    text: str | None


def explain(recipe: Recipe, page: Page) -> Iterator[Step]:
    """Walk one page through every stage of a recipe, going on after a drop as if it had been kept.

    Barriers have nothing to say about one page alone and give a step without a fate. The walk ends where a stage
    fails, since later ones have nothing to work on.
    """
    documents = Documents(pa.RecordBatch.from_pylist([page_row(page, "explained")], PAGES))
    for stage in recipe.stages:
        if not alone(stage):
            yield Step(stage.name, None, {}, None)
            continue
        outcome = stage(documents)
        documents, fate = outcome.documents, outcome.fates[0]
        yield Step(stage.name, fate, {n: float(v[0]) for n, v in outcome.signals.items()}, documents.texts()[0])
        if isinstance(fate, Failure):
            return


def find_page(target: str, archives: list[str]) -> Page | Skip:
    """The page a user points at: a saved HTML or text file, or an address to look up in some archives.

    Raises UsageError when there is no such file, or no archive holds the address.
    """
    path = Path(target)
    if path.is_file() and not archives:
        return _from_file(path)
    if not archives:
        message = f"{target} is no file; to look an address up, name the archives: --in crawl.warc.gz"
        raise UsageError(message)
    for split in sources.plan(sources.resolve(archives), 1 << 62):
        for record in sources.read(split, limits=Read().limits, counts=ReadCounts()):
            if record.url == target:
                return record
    message = f"no record of {target} in {', '.join(archives)}"
    raise UsageError(message)


def _from_file(path: Path) -> Page:
    data = path.read_bytes()
    charset = decide_charset(data)
    text = data.decode(charset, "replace") if path.suffix == ".txt" else None
    name = f"https://example.org/{path.name}"
    return Page(url=name, date="", html=b"" if text else data, charset=charset, offset=0, length=len(data), text=text)
