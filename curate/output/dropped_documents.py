"""Dropped pages of a finished run as documents again, with the text they came to the stage with that dropped them."""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from curate.documents import BATCH_CHARS, BATCH_DOCUMENTS, PROVENANCE, SPANS, Documents, sizes
from curate.errors import UsageError
from curate.folder import DROPPED, SIGNALS
from curate.output.fates import rows_with
from curate.recipe import Recipe


def dropped_documents(out: Path, keys: np.ndarray, recipe: Recipe) -> Iterator[tuple[Documents, int]]:
    """Pages of `dropped/` in batches of one stage, and its place; UsageError where their text was not kept.

    They come with the language that was found for them, which `signals/` holds: stages by language go by it.
    """
    languages = _languages(out, keys)
    for table in _gathered(rows_with(out / DROPPED, keys, [*PROVENANCE.names, "stage", "text", SPANS])):
        if table["text"].null_count:
            raise UsageError(
                "pages newly pass, and the run kept no text of dropped pages to score: run it again instead"
            )
        for stage in sorted(set(table["stage"].to_pylist())):
            rows = table.filter(pc.equal(table["stage"], stage)).drop_columns(["stage"]).combine_chunks()
            for batch in _cut(rows.to_batches()[0]):
                documents = Documents(batch)
                found = [languages.get(page) for page in batch.column("id").to_pylist()]
                if any(found):
                    documents = documents.with_column("language", pa.array(found, pa.string()))
                yield documents, recipe.stage_names.index(stage)


def _languages(out: Path, keys: np.ndarray) -> dict[str, str]:
    """The language of each page by its id, of those that have one."""
    found: dict[str, str] = {}
    for table in rows_with(out / SIGNALS, keys, ["id", "language"]):
        known = table.filter(pc.is_valid(table["language"]))
        found |= dict(zip(known["id"].to_pylist(), known["language"].to_pylist(), strict=True))
    return found


def _gathered(tables: Iterator[pa.Table]) -> Iterator[pa.Table]:
    """The same rows in tables of a batch or more: a row group often holds only a few of the wanted."""
    waiting: list[pa.Table] = []
    for table in tables:
        waiting.append(table)
        if sum(each.num_rows for each in waiting) >= BATCH_DOCUMENTS:
            yield pa.concat_tables(waiting)
            waiting = []
    if waiting:
        yield pa.concat_tables(waiting)


def _cut(batch: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
    """The same rows in batches a worker would work on."""
    numbers = np.maximum((np.cumsum(sizes(batch)) - 1) // BATCH_CHARS, np.arange(batch.num_rows) // BATCH_DOCUMENTS)
    for start, end in pairwise([0, *(np.flatnonzero(np.diff(numbers)) + 1).tolist(), batch.num_rows]):
        yield batch.slice(start, end - start)
