"""A quarantined page again: the stored bytes through the stages from where it broke, in this process."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from curate.documents import PAGES, Documents
from curate.errors import UsageError
from curate.extract.charset import decide_charset
from curate.recipe import Recipe
from curate.stages import Fate, alone, meets
from filters.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Step:
    """What a stage said of the page: its fate (None: not decided by one page alone), and its size before."""

    stage: str
    fate: Fate | None
    chars: int


def quarantined(out: Path, id_: str) -> dict[str, Any]:
    """The row of `quarantine/` whose id begins with `id_`.

    Raises UsageError when there is none, more than one, or when its bytes were taken down.
    """
    paths = sorted((out / "quarantine").glob("part-*.parquet"))
    rows = [row for path in paths for row in pq.read_table(path).to_pylist() if row["id"].startswith(id_)]
    if not paths:
        message = f"{out} holds no quarantine/: no run has finished there"
        raise UsageError(message)
    if len(rows) != 1:
        ids = ", ".join(row["id"] for row in rows[:5]) or "see curate inspect or quarantine/"
        message = f"{len(rows)} quarantined pages have an id that begins with {id_!r}: {ids}"
        raise UsageError(message)
    if rows[0]["raw"] is None:
        message = f"the bytes of {rows[0]['id']} were taken down"
        raise UsageError(message)
    return dict(rows[0])


def replay(recipe: Recipe, row: dict[str, Any], *, in_process: bool = False) -> Iterator[Step]:
    """Run a quarantined page through a recipe, stage by stage from where it had broken or, as HTML, from the start.

    Ends where a stage fails; one that raises does so here, with its own traceback. With `in_process` the page is
    extracted without a sandbox, where a debugger can follow and nothing bounds it. Raises UsageError when the recipe
    has no stage of the name that failed.
    """
    names = recipe.stage_names
    if row["stage"] not in names:
        message = f"recipe {recipe.name!r} has no stage {row['stage']!r}, in which the page broke; name its recipe"
        raise UsageError(message)
    as_text = 0 < recipe.text_from < names.index(row["stage"])
    documents = _document(row, as_text=as_text)
    start = names.index(row["stage"]) if as_text else 0
    for stage in recipe.stages[start:]:
        size = _size(documents)
        if meets(stage):
            yield Step(stage.name, None, size)
        if not alone(stage):
            continue
        outcome = (getattr(stage, "in_process", stage) if in_process else stage)(documents)
        documents = outcome.documents
        yield Step(stage.name, outcome.fates[0], size)
        if not isinstance(outcome.fates[0], Verdict):
            return


def _document(row: dict[str, Any], *, as_text: bool) -> Documents:
    raw: bytes = row["raw"]
    content = {"html": b"", "text": raw.decode("utf-8", "replace")} if as_text else {"html": raw, "text": None}
    charset = "utf-8" if as_text else decide_charset(raw)
    columns = {name: row.get(name) for name in PAGES.names} | content | {"charset": charset, "robots": "", "tdm": ""}
    batch = pa.RecordBatch.from_pylist([columns], PAGES)
    return Documents(batch.drop_columns(["html", "robots", "tdm"]) if as_text else batch)


def _size(documents: Documents) -> int:
    text = documents.batch.column("text")[0].as_py()
    return len(documents.batch.column("html")[0].as_py() if text is None else text)
