"""What the user names, as inputs; inputs as splits; a split as pages. The one place of reading that opens files."""

import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from glob import glob, has_magic
from itertools import groupby
from pathlib import Path
from typing import BinaryIO

from curate.archive_format import sniff
from curate.errors import NotAnArchiveError, UsageError
from curate.rows import decompressed, open_parquet, read_jsonl, read_parquet
from curate.warc import Limits, Page, ReadCounts, Skip, read_split

SUFFIXES = (
    ".warc", ".warc.gz", ".warc.zst", ".warc.bz2", ".wet", ".wet.gz", ".wet.zst", ".arc", ".arc.gz",
    ".parquet", ".jsonl", ".jsonl.gz", ".jsonl.zst", ".jsonl.bz2", ".ndjson", ".ndjson.gz",
)  # fmt: skip
SPLITTABLE = frozenset({"warc.gz", "arc.gz", "jsonl"})
_REMOTE = re.compile(r"[a-z][a-z0-9+.\-]+://")
_CRAWL = re.compile(r"CC-MAIN-\d{4}-\d{2}(:|$)|crawl-data/")
_JSONL = re.compile(r"\.(?:jsonl|ndjson)(?:\.(gz|zst|bz2))?$")
UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Input:
    """One file to read.

    `name` goes into outputs: the crawl path of a Common Crawl file, else the base name, with as many parent folders as
    tell it from the others of the run; never a whole path. `format` is `parquet`, `jsonl`, `jsonl+gz` and so on, or
    what `archive_format.sniff` says; `bytes` is the size of the file.
    """

    name: str
    path: str
    format: str
    bytes: int


@dataclass(frozen=True, slots=True)
class Split:
    """A part of an input: bytes [start, end) as stored; of Parquet, row groups [start, end)."""

    input: Input
    start: int
    end: int


def resolve(specs: Sequence[str]) -> tuple[Input, ...]:
    """The files that paths, globs and directories name, each once, sorted by name.

    Of a directory, files below it with a suffix this program reads. Raises UsageError, naming the argument, when
    nothing matches or when it is of a kind that is not read yet, and NotAnArchiveError for a file named by itself that
    is no archive; one among many, found by glob or directory, is kept as `unknown` and fails when it is read.
    """
    found: dict[Path, Path] = {}
    named: set[Path] = set()
    for spec in specs:
        for path in _paths(spec):
            real = path.resolve()
            found.setdefault(real, path.absolute())
            if path == Path(spec):
                named.add(real)
    names = _names(found.values())
    inputs = [_input(names[path], path, named=real in named) for real, path in found.items()]
    return tuple(sorted(inputs, key=lambda each: each.name))


def _paths(spec: str) -> list[Path]:
    if not spec.strip():
        raise UsageError("an input is empty: name a file, a directory or a glob")
    path = Path(spec)
    try:
        if path.is_file():
            return [path]
        if path.is_dir():
            matches = sorted(each for each in path.rglob("*") if each.is_file() and each.name.endswith(SUFFIXES))
        else:
            matches = sorted(Path(each) for each in glob(spec, recursive=True) if Path(each).is_file())  # noqa: PTH207 (absolute and ** alike)
    except (OSError, ValueError) as error:
        message = f"{spec!r} cannot be read: {error}"
        raise UsageError(message) from error
    if matches:
        return matches
    raise UsageError(_nothing(spec, path))


def _nothing(spec: str, path: Path) -> str:
    """Why an argument gave no file, in one line."""
    if _REMOTE.match(spec) or (_CRAWL.match(spec) and not has_magic(spec)):
        return f"{spec!r} is remote: a later version reads s3://, https:// and crawl names, this one only local files"
    if path.is_dir():
        return f"{spec!r} holds no file to read: looked for {', '.join(SUFFIXES)}"
    return f"{spec!r} matches no file" if has_magic(spec) else f"{spec!r} does not exist"


def _names(paths: Iterable[Path]) -> dict[Path, str]:
    """A name for each path: as few of its last parts as tell it from all the others."""
    names = {path: _crawl_path(path) or path.name for path in paths}
    depth = 1
    while True:
        ordered = sorted(names, key=lambda path: (names[path], path))
        groups = [list(group) for _, group in groupby(ordered, key=names.__getitem__)]
        clashing = [path for group in groups if len(group) > 1 for path in group]
        if not clashing:
            return names
        depth += 1
        for path in clashing:
            names[path] = "/".join(path.parts[1:][-depth:])


def _crawl_path(path: Path) -> str:
    _, marker, rest = path.as_posix().rpartition("/crawl-data/")
    return f"crawl-data/{rest}" if marker else ""


def _input(name: str, path: Path, *, named: bool) -> Input:
    try:
        with path.open("rb") as file:
            return Input(name, str(path), _format(path, file), path.stat().st_size)
    except NotAnArchiveError:
        if named:
            raise
        return Input(name, str(path), UNKNOWN, path.stat().st_size)
    except OSError as error:
        message = f"{path.name!r} cannot be read: {error.strerror or error}"
        raise UsageError(message) from error


def _format(path: Path, file: BinaryIO) -> str:
    lines = _JSONL.search(path.name)
    if lines:
        return f"jsonl+{lines[1]}" if lines[1] else "jsonl"
    if file.read(4) == b"PAR1" or path.name.endswith(".parquet"):
        return "parquet"
    return sniff(file)


def plan(inputs: Sequence[Input], split_bytes: int) -> tuple[Split, ...]:
    """Cut inputs in splits of about `split_bytes` stored bytes; what cannot be split is one.

    Raises UsageError when `split_bytes` is not positive.
    """
    if split_bytes < 1:
        message = f"a split of {split_bytes} bytes is not possible: it has to be positive"
        raise UsageError(message)
    return tuple(split for each in inputs for split in _splits(each, split_bytes))


def _splits(each: Input, split_bytes: int) -> Iterator[Split]:
    if each.format == "parquet":
        yield from _row_group_splits(each, split_bytes)
        return
    step = split_bytes if each.format in SPLITTABLE else max(each.bytes, 1)
    for start in range(0, max(each.bytes, 1), step):
        yield Split(each, start, min(start + step, each.bytes))


def _row_group_splits(each: Input, split_bytes: int) -> Iterator[Split]:
    groups = open_parquet(each.path, each.name).metadata.num_row_groups
    step = max(1, groups * split_bytes // max(each.bytes, 1))
    for start in range(0, groups, step):
        yield Split(each, start, min(start + step, groups))


def read(split: Split, *, limits: Limits, counts: ReadCounts) -> Iterator[Page | Skip]:
    """The pages and skips of one split.

    Raises OSError when the file cannot be read and NotAnArchiveError when it is not what its name says.
    """
    each, start, end = split.input, split.start, split.end
    if each.format == "parquet":
        yield from read_parquet(open_parquet(each.path, each.name), start, end, limits=limits)
        return
    kind, _, codec = each.format.partition("+")
    with Path(each.path).open("rb") as file:
        if kind == "jsonl":
            lines = decompressed(file, codec) if codec else file
            yield from read_jsonl(lines, start, sys.maxsize if codec else end, limits=limits)
        elif each.format == UNKNOWN:
            sniff(file)
        else:
            yield from read_split(file, start, end, limits=limits, counts=counts, format=each.format)
