"""Walks one page through the stages of a recipe: a page the user names, or one that broke something."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from curate.documents import PAGES, Documents, page_row
from curate.errors import NotAnArchiveError, UsageError
from curate.folder import QUARANTINE, parts
from curate.inputs import sources
from curate.recipe import Recipe
from curate.stages import Failure, Fate, Read, alone
from curate.warc.charset import decide_charset
from curate.warc.formats import sniff
from curate.warc.pages import Page, ReadCounts, Skip


@dataclass(frozen=True, slots=True)
class Step:
    """The answer of one stage about a page: its fate, the signals behind it, the size before it, the text after it.

    `fate` is None where one page alone decides nothing; `chars` counts bytes while the page is HTML.
    """

    stage: str
    fate: Fate | None
    signals: dict[str, float]
    chars: int
    text: str | None


def walk(stages: Sequence[Any], documents: Documents, *, in_process: bool = False) -> Iterator[Step]:
    """Walk one page through stages, going on after a drop as if it had been kept.

    The walk ends where a stage fails, since later ones have nothing to work on; a stage that raises does so here, with
    its own traceback. With `in_process` the page is extracted without a sandbox, where a debugger can follow and
    nothing bounds it.
    """
    for stage in stages:
        chars = _size(documents)
        if not alone(stage):
            yield Step(stage.name, None, {}, chars, None)
            continue
        outcome = (getattr(stage, "in_process", stage) if in_process else stage)(documents)
        documents, fate = outcome.documents, outcome.fates[0]
        signals = {name: float(values[0]) for name, values in outcome.signals.items()}
        yield Step(stage.name, fate, signals, chars, documents.texts()[0])
        if isinstance(fate, Failure):
            return


def explain(recipe: Recipe, page: Page) -> Iterator[Step]:
    """Walk one page through every stage of a recipe."""
    return walk(recipe.stages, Documents(pa.RecordBatch.from_pylist([page_row(page, "explained")], PAGES)))


def replay(recipe: Recipe, row: dict[str, Any], *, in_process: bool = False) -> Iterator[Step]:
    """Walk a quarantined page through a recipe from where it had broken or, as HTML, from the start.

    Raises UsageError when the recipe has no stage of the name that failed.
    """
    names = recipe.stage_names
    if row["stage"] not in names:
        raise UsageError(
            f"recipe {recipe.name!r} has no stage {row['stage']!r}, in which the page broke; name its recipe"
        )
    as_text = 0 < recipe.text_from < names.index(row["stage"])
    start = names.index(row["stage"]) if as_text else 1
    return walk(recipe.stages[start:], _document(row, as_text=as_text), in_process=in_process)


def quarantined(out: Path, id_: str) -> dict[str, Any]:
    """The row of `quarantine/` whose id begins with `id_`.

    Raises UsageError when there is none, more than one, or when its bytes were taken down.
    """
    paths = parts(out / QUARANTINE)
    rows = [row for path in paths for row in pq.read_table(path).to_pylist() if row["id"].startswith(id_)]
    if not paths:
        raise UsageError(f"{out} holds no quarantine/: no run has finished there")
    if len(rows) != 1:
        ids = ", ".join(row["id"] for row in rows[:5]) or "see curate inspect or quarantine/"
        raise UsageError(f"{len(rows)} quarantined pages have an id that begins with {id_!r}: {ids}")
    if rows[0]["raw"] is None:
        raise UsageError(f"the bytes of {rows[0]['id']} were taken down")
    return dict(rows[0])


def find_page(target: str, archives: list[str]) -> Page | Skip:
    """The page a user points at: a saved HTML or text file, or an address to look up in some archives.

    Raises UsageError when there is no such file, or no archive holds the address.
    """
    path = Path(target)
    if path.is_file() and not archives:
        return _from_file(path)
    if not archives:
        raise UsageError(f"{target} is no file; to look an address up, name the archives: --in crawl.warc.gz")
    for split in sources.plan(sources.resolve(archives), 1 << 62):
        for record in sources.read(split, limits=Read().limits, counts=ReadCounts()):
            if record.url == target:
                return record
    raise UsageError(f"no record of {target} in {', '.join(archives)}")


def _from_file(path: Path) -> Page:
    data = path.read_bytes()
    if _is_archive(path):
        raise UsageError(f"{path} is an archive: name the address of a page in it, and --in {path}")
    charset = decide_charset(data)
    text = data.decode(charset, "replace") if path.suffix == ".txt" else None
    name = f"https://example.org/{path.name}"
    return Page(url=name, date="", html=b"" if text else data, charset=charset, offset=0, length=len(data), text=text)


def _is_archive(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return sniff(file) != ""
    except NotAnArchiveError:
        return False


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
