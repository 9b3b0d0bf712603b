"""Measures how much of evaluation sets is in a finished run, or in any Parquet files with a column of texts."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from curate.contamination.index import EvalIndex, Match
from curate.errors import UsageError
from curate.files import whole_file
from curate.folder import DATA

TEXT = "text"
NAMES = ("id", "url")


@dataclass(frozen=True, slots=True)
class Found:
    """A document that holds evaluation items: its id, else file and row, its address where it has one, its matches."""

    id: str
    url: str
    matches: tuple[Match, ...]
    excerpt: str


@dataclass(slots=True)
class Overlap:
    """One evaluation: its items, how many were found, by which fields, and in how many documents.

    Items without a text of five words are not `sought`.
    """

    eval: str
    items: int
    sought: int
    items_found: int = 0
    documents: int = 0
    fields: dict[str, int] = field(default_factory=dict)

    @property
    def share(self) -> float:
        """The share of the items that were found, 0 to 1."""
        return self.items_found / self.items if self.items else 0.0


@dataclass(frozen=True, slots=True)
class Measured:
    """The overlap with each evaluation, every contaminated document, and how many documents were looked at."""

    overlaps: tuple[Overlap, ...]
    found: tuple[Found, ...]
    documents: int


def measure(out: Path, index: EvalIndex) -> Measured:
    """Look for the items of an index in `data/` of a run, in a Parquet file or in a folder of such.

    Raises UsageError when there is no Parquet file, or none with the column `text`.
    """
    found, documents = [], 0
    for name, row in texts(out):
        documents += 1
        text = row[TEXT] or ""
        if matches := index.find(text):
            first = matches[0]
            excerpt = " ".join(text[max(0, first.start - 60) : first.end + 60].split())
            found.append(Found(str(row.get("id") or name), row.get("url") or "", tuple(matches), excerpt))
    return Measured(tuple(_overlaps(index, found)), tuple(found), documents)


def texts(out: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """File and row, and the row with its text, of every document."""
    for path in parquet_files(out):
        file = pq.ParquetFile(path)
        columns = [name for name in (*NAMES, TEXT) if name in file.schema_arrow.names]
        if TEXT not in columns:
            raise UsageError(f"{path} has no column {TEXT!r}; it has {', '.join(file.schema_arrow.names)}")
        at = 0
        for batch in file.iter_batches(1000, columns=columns):
            for row in batch.to_pylist():
                yield f"{path.name}:{at}", row
                at += 1


def parquet_files(out: Path) -> list[Path]:
    """The Parquet files of a run's `data/`, of a folder, or the file itself; UsageError when there are none."""
    folder = out / DATA if (out / DATA).is_dir() else out
    paths = [out] if out.is_file() else sorted(folder.rglob("*.parquet"))
    if not paths:
        raise UsageError(f"{out} holds no finished run and no Parquet file")
    for path in paths:
        try:
            pq.read_schema(path)
        except (OSError, ValueError) as error:
            raise UsageError(f"{path} is no Parquet file: {error}") from error
    return paths


def _overlaps(index: EvalIndex, found: Sequence[Found]) -> Iterator[Overlap]:
    sought = index.sought
    for name, count in index.items.items():
        own = [[match for match in each.matches if match.eval == name] for each in found]
        overlap = Overlap(name, count, sought[name], len({match.item for matches in own for match in matches}))
        overlap.documents = sum(map(bool, own))
        for field_name in sorted({_bare(match.field) for matches in own for match in matches}):
            overlap.fields[field_name] = len({match.item for matches in own for match in matches
                                              if _bare(match.field) == field_name})  # fmt: skip
        yield overlap


def _bare(name: str) -> str:
    """A field without its place in a list: `options[2]` is one of `options`."""
    return name.partition("[")[0]


def as_json(measured: Measured) -> dict[str, Any]:
    """The whole measurement; matches name places in texts, and hold none of them."""
    return {
        "documents": measured.documents,
        "contaminated": len(measured.found),
        "evaluations": [asdict(each) | {"share": round(each.share, 6)} for each in measured.overlaps],
        "matches": [
            {"id": each.id, "url": each.url, **match._asdict()} for each in measured.found for match in each.matches
        ],
    }


def write_json(path: Path, measured: Measured) -> None:
    """Write the measurement to a file."""
    with whole_file(path) as temporary:
        temporary.write_text(json.dumps(as_json(measured), indent=1) + "\n")
