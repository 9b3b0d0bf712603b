"""Decides what the output shows of pages that were not kept: texts as they were, or without personal data."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa

from curate.documents import SPANS, Documents
from curate.folder import CUT, DROPPED, QUARANTINE, WORK
from curate.recipe import Recipe
from curate.stages import Redact

PRIVATE = frozenset({DROPPED, QUARANTINE, WORK, CUT})  # folders that hold pages as they were
Edit = Callable[[pa.Table], pa.Table]


def edits_of(recipe: Recipe, folder: str) -> tuple[Edit, ...]:
    """Return what is done to the rows of an output folder before they are written.

    Where the recipe asks for it, texts in `dropped/` and `cut/` are redacted as its `Redact` stage does, or as that
    does by itself, and pages in `quarantine/` go without their bytes.
    """
    if not recipe.redact_dropped_text:
        return ()
    stage: Any = next((stage for stage in recipe.stages if stage.name == Redact.name), Redact())
    redacted: Edit = partial(_redacted, stage=stage)
    edits: dict[str, tuple[Edit, ...]] = {DROPPED: (redacted,), CUT: (redacted,), QUARANTINE: (_without_bytes,)}
    return edits.get(folder, ())


def _redacted(table: pa.Table, stage: Redact) -> pa.Table:
    texts = table["text"].to_pylist()
    rows = [row for row, text in enumerate(texts) if text is not None]
    if rows:
        batch = pa.RecordBatch.from_pydict({"text": pa.array([texts[row] for row in rows], pa.large_string())})
        for row, text in zip(rows, stage(Documents(batch)).documents.texts(), strict=True):
            texts[row] = text
    return _with_texts(table, texts)


def _with_texts(table: pa.Table, texts: list[str | None]) -> pa.Table:
    """The table with other texts; where a text is another, what its parts were is not kept either."""
    columns: dict[str, list[Any]] = {"text": texts}
    if SPANS in table.column_names:
        known = zip(table[SPANS].to_pylist(), texts, table["text"].to_pylist(), strict=True)
        columns[SPANS] = [spans if text == before else None for spans, text, before in known]
    for name, values in columns.items():
        field = table.schema.field(name)
        table = table.set_column(table.schema.get_field_index(name), field, pa.array(values, field.type))
    return table


def _without_bytes(table: pa.Table) -> pa.Table:
    field = table.schema.field("raw")
    return table.set_column(table.schema.get_field_index("raw"), field, pa.nulls(table.num_rows, field.type))


def make_private(folder: Path) -> None:
    """Create a folder, if it is not there, that only its owner can look into."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
