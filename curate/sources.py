"""What the user names, as inputs; inputs as splits; a split as pages. The one place of reading that opens files."""

import re
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from curate.archive.format import sniff
from curate.errors import NotAnArchiveError, SourceError, UsageError
from curate.parquet_rows import read_parquet
from curate.remote import files as remote
from curate.remote.files import Origin, is_remote
from curate.remote.links import CONNECTIONS
from curate.remote.locations import locate, names_of
from curate.rows import decompressed, open_parquet, read_jsonl
from curate.warc import Limits, Page, ReadCounts, Skip, read_split
from curate.work import sha256_of

SPLITTABLE = frozenset({"warc.gz", "arc.gz", "jsonl"})
_JSONL = re.compile(r"\.(?:jsonl|ndjson)(?:\.(gz|zst|bz2))?$")
UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Input:
    """One file to read.

    `name` goes into outputs: the crawl path of a Common Crawl file, else the base name, with as many parent folders as
    tell it from the others of the run; never a whole path. `format` is `parquet`, `jsonl`, `jsonl+gz` and so on, or
    what `archive_format.sniff` says; `bytes` is the size of the file. `path` is absolute, or an address without its
    secrets; `origin` is where a remote file is read from.
    """

    name: str
    path: str
    format: str
    bytes: int
    origin: Origin | None = None

    @property
    def in_parts(self) -> bool:
        """Whether parts of it can be read without the rest."""
        return self.origin is None or self.origin.version.ranges


@dataclass(frozen=True, slots=True)
class Split:
    """A part of an input: bytes [start, end) as stored; of Parquet, row groups [start, end)."""

    input: Input
    start: int
    end: int


def resolve(specs: Sequence[str], *, out: Path | None = None) -> tuple[Input, ...]:
    """The files that paths, globs, directories, addresses, crawl names and lists name, each once, sorted by name.

    Of a directory, files below it with a suffix this program reads; what lies in `out`, where results are written, is
    left out. Raises UsageError, naming the argument, when
    nothing matches or a file cannot be had, and NotAnArchiveError for a file named by itself that is no archive; one
    among many is kept as `unknown` and fails when it is read.
    """
    found: dict[str, str] = {}
    named: set[str] = set()
    for spec in specs:
        places, alone = locate(spec)
        for place in places:
            real = place if is_remote(place) else str(Path(place).resolve())
            named |= {found.setdefault(real, place)} if alone else set()
            found.setdefault(real, place)
    if out is not None:
        found = {real: place for real, place in found.items() if is_remote(place) or not _within(real, out)}
        if not found:
            raise UsageError(f"every input lies in {out}, which is where results are written")
    names = names_of(found.values())
    with ThreadPoolExecutor(CONNECTIONS) as threads:
        inputs = threads.map(lambda place: _input(names[place], place, named=place in named), found.values())
        return tuple(sorted(inputs, key=lambda each: each.name))


def _within(path: str, folder: Path) -> bool:
    return Path(path).is_relative_to(folder.resolve())


def _input(name: str, place: str, *, named: bool) -> Input:
    if is_remote(place):
        return _remote_input(name, place, named=named)
    path = Path(place)
    try:
        with path.open("rb") as file:
            return Input(name, place, _format(path.name, file, named=named), path.stat().st_size)
    except OSError as error:
        message = f"{path.name!r} cannot be read: {error.strerror or error}"
        raise UsageError(message) from error


def _remote_input(name: str, address: str, *, named: bool) -> Input:
    try:
        origin, head = remote.look(address)
        with remote.open_head(origin, head) as file:
            form = _format(remote.shown(address), file, named=named)
    except SourceError as error:
        raise UsageError(str(error)) from None
    except NotAnArchiveError:
        raise _not_quoted(address) from None
    return Input(name, remote.shown(address), form, origin.version.bytes, origin)


def _format(name: str, file: BinaryIO, *, named: bool) -> str:
    lines = _JSONL.search(name)
    if lines:
        return f"jsonl+{lines[1]}" if lines[1] else "jsonl"
    if file.read(4) == b"PAR1" or name.endswith(".parquet"):
        return "parquet"
    try:
        return sniff(file)
    except NotAnArchiveError:
        if named:
            raise
        return UNKNOWN


def identity(each: Input) -> dict[str, str]:
    """What tells the bytes of an input from all others: the SHA-256 of a local file, the version of a remote one."""
    if each.origin is not None:
        return each.origin.identity
    try:
        return {"sha256": sha256_of(Path(each.path))}
    except OSError as error:
        raise UsageError(f"{each.name!r} cannot be read: {error.strerror or error}") from error


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
    step = split_bytes if each.format in SPLITTABLE and each.in_parts else max(each.bytes, 1)
    for start in range(0, max(each.bytes, 1), step):
        yield Split(each, start, min(start + step, each.bytes))


def _row_group_splits(each: Input, split_bytes: int) -> Iterator[Split]:
    try:
        with _open(each, None) as file:
            groups = open_parquet(file, each.name).metadata.num_row_groups
    except SourceError as error:
        raise UsageError(str(error)) from None
    step = max(1, groups * split_bytes // max(each.bytes, 1) if each.in_parts else groups)
    for start in range(0, groups, step):
        yield Split(each, start, min(start + step, groups))


def _open(each: Input, end: int | None) -> BinaryIO:
    """The file of an input; `end` is how far it is going to be read, None for here and there."""
    if each.origin is None:
        return Path(each.path).open("rb")
    return remote.open_origin(each.origin, end=end, block=remote.MORE_BYTES if end is None else remote.BLOCK_BYTES)


def read(split: Split, *, limits: Limits, counts: ReadCounts) -> Iterator[Page | Skip]:
    """The pages and skips of one split.

    Raises OSError or SourceError when the file cannot be read and NotAnArchiveError when it is not what its name says.
    """
    each, start, end = split.input, split.start, split.end
    kind, _, codec = each.format.partition("+")
    with _open(each, None if kind == "parquet" else end) as file:
        if kind == "parquet":
            yield from read_parquet(file, each.name, start, end, limits=limits)
        elif kind == "jsonl":
            lines = decompressed(file, codec) if codec else file
            yield from read_jsonl(lines, start, sys.maxsize if codec else end, limits=limits)
        elif each.format == UNKNOWN:
            _refuse(each, file)
        else:
            yield from read_split(file, start, end, limits=limits, counts=counts, format=each.format)


def _refuse(each: Input, file: BinaryIO) -> None:
    """Raise NotAnArchiveError for an input that is none."""
    try:
        sniff(file)
    except NotAnArchiveError:
        if each.origin is None:
            raise
        raise _not_quoted(each.path) from None


def _not_quoted(address: str) -> NotAnArchiveError:
    """What is said of a remote file that is no archive: none of its bytes, which may be a secret of some service."""
    return NotAnArchiveError(f"{remote.shown(address)} is no web archive: no WARC or ARC record in it")
