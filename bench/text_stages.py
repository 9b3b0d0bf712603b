"""CPU of the stages on texts, on the texts that reach them in a run, and a digest of all that each stage says.

    python bench/text_stages.py OUT [--repeat 5]

OUT is a finished run of the recipe that still has its `work/`. Its extracted texts go through the stages behind
extraction again, in one process; the digests tell whether a change of code changed a verdict, a signal or a text.
"once" is what the first pass took beyond the least of the others: loading models, compiling patterns, tables.
"""

import argparse
import hashlib
import importlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from curate.counts import StageCount
from curate.documents import BATCH_DOCUMENTS, Documents
from curate.engine.flow import flow
from curate.stages import Barrier, Extract, Redact


@dataclass
class Digests:
    """A sink that keeps digests of what it is given."""

    kinds: dict[str, Any] = field(default_factory=dict)

    def _add(self, kind: str, rows: pa.RecordBatch) -> None:
        digest = self.kinds.setdefault(kind, hashlib.sha256())
        for name in rows.schema.names:
            digest.update(f"{name}{rows.column(name).to_pylist()!r}".encode())

    def dropped(self, rows: pa.RecordBatch) -> None:
        self._add("dropped", rows)

    def quarantined(self, rows: pa.RecordBatch) -> None:
        self._add("quarantined", rows)

    def measured(self, rows: pa.RecordBatch) -> None:
        self._add("signals", rows)

    def kept(self, rows: pa.RecordBatch) -> None:
        self._add("kept", rows)

    def keys(self, keys: pa.Array) -> None:
        self.kinds.setdefault("keys", hashlib.sha256()).update(repr(keys.to_pylist()).encode())


class Nothing:
    """A sink that keeps nothing."""

    def dropped(self, rows: pa.RecordBatch) -> None: ...
    def quarantined(self, rows: pa.RecordBatch) -> None: ...
    def measured(self, rows: pa.RecordBatch) -> None: ...
    def kept(self, rows: pa.RecordBatch) -> None: ...
    def keys(self, keys: pa.Array) -> None: ...


def batches(out: Path) -> Iterator[pa.RecordBatch]:
    """The extracted texts of a run, in the batches that a worker takes."""
    for path in sorted((out / "work").glob("*extract*/*.documents.parquet")):
        yield from pq.read_table(path).combine_chunks().to_batches(max_chunksize=BATCH_DOCUMENTS)


def one_pass(rows: list[pa.RecordBatch], stages: list[Any], sink: Any) -> dict[str, StageCount]:
    """Every text through every stage; the keys of barriers, but not what they drop."""
    counts = {stage.name: StageCount() for stage in stages}
    texts = [stage for stage in stages if not isinstance(stage, Barrier) and not isinstance(stage, Redact)]
    for batch in rows:
        kept = flow(Documents(batch), texts, counts, sink)
        for barrier in [stage for stage in stages if isinstance(stage, Barrier)]:
            began = process_time()
            sink.keys(barrier.keys(kept))
            counts[barrier.name].seconds += process_time() - began
            counts[barrier.name].docs_in += len(kept)
        kept = flow(Documents(kept.batch), [stage for stage in stages if isinstance(stage, Redact)], counts, sink)
        sink.kept(kept.batch)
    return counts


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("out", type=Path)
    parser.add_argument("--recipe", default="webtext")
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--pages", type=int, default=3523, help="pages that entered the run")
    options = parser.parse_args()
    recipe = importlib.import_module(f"curate.pipelines.{options.recipe}").recipe
    behind = next(place for place, stage in enumerate(recipe.stages) if isinstance(stage, Extract))
    stages, rows = list(recipe.stages[behind + 1 :]), list(batches(options.out))
    sink = Digests()
    first = one_pass(rows, stages, sink)
    passes = [one_pass(rows, stages, Nothing()) for _ in range(options.repeat)]
    print(f"{'stage':<20}{'texts':>7}{'ms a text':>11}{'ms a page':>11}{'once, ms':>10}")
    for name, count in first.items():
        best = min(each[name].seconds for each in passes)
        once = 1000 * (first[name].seconds - best)
        print(f"{name:<20}{count.docs_in:>7}{1000 * best / max(count.docs_in, 1):>11.3f}"
              f"{1000 * best / options.pages:>11.4f}{once:>10.0f}")  # fmt: skip
    total = [sum(count.seconds for count in each.values()) for each in passes]
    print(
        f"{'sum':<38}{1000 * min(total) / options.pages:>11.4f}   middle {1000 * np.median(total) / options.pages:.4f}"
    )
    for kind, digest in sink.kinds.items():
        print(f"{kind:<12}{digest.hexdigest()[:16]}")


if __name__ == "__main__":
    main()
