"""Reads evaluation items from JSON Lines, JSON, Parquet, CSV, TSV and plain text, compressed or not."""

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from curate.errors import UsageError

COMPRESSED = {".gz": "gzip", ".zst": "zstd", ".bz2": "bz2"}
LONGEST_CELL = 1 << 30
# Words in a field's name that make it an answer or a note; these are looked for near a question of their item only.
NEAR_ONLY = frozenset(
    "answer option choice label target solution ending distractor correct incorrect explanation rationale hint test "
    "reference response completion output code category subject topic source url type split level license".split()
)
_NAME_WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+")
_SUFFIX = re.compile(r"\.(jsonl|ndjson|json|parquet|csv|tsv|txt|md)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Field:
    """One text of an item: `name` is its path (`options[2]`); `near_only` when it is no question of its own."""

    name: str
    text: str
    near_only: bool


@dataclass(frozen=True, slots=True)
class Item:
    """One item of an evaluation: its `id`, else file and line, and every text in it."""

    eval: str
    id: str
    fields: tuple[Field, ...]


def read_items(paths: Iterable[str | Path]) -> Iterator[Item]:
    """Read the items of some files, in order; a folder stands for the files in it.

    An evaluation is named after its file, with as many folders as tell it from the others. Raises UsageError when a
    file is missing, cannot be read, is of no kind that is known, or is named itself and holds no item.
    """
    named = set(map(Path, paths := list(paths)))
    files = find_files(paths)
    for path, name in zip(files, eval_names(files), strict=True):
        yield from _items(path, name, needed=path in named)


def find_files(paths: Iterable[str | Path]) -> list[Path]:
    """The files that paths name, those of known kinds in a folder; UsageError when one is missing."""
    found: list[Path] = []
    for path in map(Path, paths):
        if not path.exists():
            raise UsageError(f"there is no evaluation file {path}")
        found += sorted(each for each in path.rglob("*") if _kind(each)) if path.is_dir() else [path]
    if not found:
        raise UsageError("no evaluation file was given")
    return found


def eval_names(files: Sequence[Path]) -> list[str]:
    """A short name for each file: without its suffixes, with parent folders where two would be the same.

    >>> eval_names([Path("mmlu/test.parquet"), Path("arc/test.jsonl.zst"), Path("gsm8k.csv")])
    ['mmlu/test', 'arc/test', 'gsm8k']
    """
    bare = [(*path.parts[:-1], _SUFFIX.sub("", _uncompressed(path))) for path in files]
    names = ["/".join(parts[-1:]) for parts in bare]
    depth = 1
    while len(set(names)) < len(set(bare)):
        depth += 1
        names = [name if names.count(name) == 1 else "/".join(parts[-depth:])
                 for name, parts in zip(names, bare, strict=True)]  # fmt: skip
    return names


def _uncompressed(path: Path) -> str:
    return path.stem if path.suffix.lower() in COMPRESSED else path.name


def _kind(path: Path) -> str:
    found = _SUFFIX.search(_uncompressed(path))
    return found[1].lower() if found and path.is_file() else ""


def _items(path: Path, name: str, *, needed: bool) -> Iterator[Item]:
    kind = _kind(path)
    if kind not in READERS:
        raise UsageError(
            f"{path} is no evaluation file: those are JSONL, JSON, Parquet, CSV, TSV, text, also .gz or .zst"
        )
    try:
        for line, value in READERS[kind](path):
            own = value.get("id") if isinstance(value, dict) else None
            fields = tuple(_fields(value))
            if fields:
                needed = False
                yield Item(name, f"{path.name}:{line}" if own is None else str(own), fields)
    except (OSError, ValueError, csv.Error) as error:
        raise UsageError(f"{path} cannot be read: {error}") from error
    if needed:
        raise UsageError(f"{path} holds no item with a text, so nothing could be found")


def _fields(value: Any) -> Iterator[Field]:
    """Every text of an item, nested ones too; an item without a question is all questions."""
    found = [(name, text) for name, text in _texts(value, "") if name != "id" and text.strip()]
    near = [is_near_only(name) for name, _ in found]
    alone = all(near)
    for (name, text), near_only in zip(found, near, strict=True):
        yield Field(name, text, near_only and not alone)


def is_near_only(name: str) -> bool:
    """Return whether a field of this name is an answer or a note rather than a question.

    >>> is_near_only("choices.text[1]"), is_near_only("best_answer"), is_near_only("question")
    (True, True, False)
    """
    return any(word.lower() in NEAR_ONLY or word.lower().removesuffix("s") in NEAR_ONLY
               for word in _NAME_WORDS.findall(name))  # fmt: skip


def _texts(value: Any, name: str) -> Iterator[tuple[str, str]]:
    """Names and texts, without recursion, so that no depth of nesting is too deep."""
    waiting: list[tuple[str, Any]] = [(name, value)]
    while waiting:
        name, value = waiting.pop()
        if isinstance(value, str):
            yield name or "text", value
        elif isinstance(value, dict):
            waiting += [(f"{name}.{key}" if name else str(key), each) for key, each in reversed(list(value.items()))]
        elif isinstance(value, list | tuple):
            waiting += [(f"{name}[{at}]", each) for at, each in reversed(list(enumerate(value)))]


@contextmanager
def _opened(path: Path) -> Iterator[io.TextIOWrapper]:
    import pyarrow as pa

    with pa.input_stream(str(path), compression=COMPRESSED.get(path.suffix.lower())) as stream:
        yield io.TextIOWrapper(stream, encoding="utf-8-sig", errors="replace", newline="")


def _json_lines(path: Path) -> Iterator[tuple[int, Any]]:
    with _opened(path) as file:
        for number, line in enumerate(file, 1):
            if line.strip():
                try:
                    yield number, json.loads(line)
                except (ValueError, RecursionError) as error:
                    raise ValueError(f"line {number} is no JSON: {error}") from error


def _json(path: Path) -> Iterator[tuple[int, Any]]:
    with _opened(path) as file:
        value = json.load(file)
    if isinstance(value, dict) and len(value) == 1 and isinstance(next(iter(value.values())), list):
        value = next(iter(value.values()))
    yield from enumerate(value if isinstance(value, list) else [value], 1)


def _parquet(path: Path) -> Iterator[tuple[int, Any]]:
    import pyarrow.parquet as pq

    rows = (row for batch in pq.ParquetFile(path).iter_batches(1000) for row in batch.to_pylist())
    yield from enumerate(rows, 1)


def _table(path: Path, delimiter: str) -> Iterator[tuple[int, Any]]:
    csv.field_size_limit(LONGEST_CELL)
    with _opened(path) as file:
        rows = csv.DictReader(file, delimiter=delimiter)
        for row in rows:
            yield rows.line_num, {key or "text": value for key, value in row.items()}


def _lines(path: Path) -> Iterator[tuple[int, Any]]:
    with _opened(path) as file:
        yield from ((number, line) for number, line in enumerate(file, 1) if line.strip())


READERS = {
    "jsonl": _json_lines,
    "ndjson": _json_lines,
    "json": _json,
    "parquet": _parquet,
    "csv": lambda path: _table(path, ","),
    "tsv": lambda path: _table(path, "\t"),
    "txt": _lines,
    "md": _lines,
}
