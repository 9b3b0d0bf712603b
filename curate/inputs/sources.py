"""Turns the names a user gives into inputs, inputs into splits, and a split into pages.

An input is one file, local or remote. A split is a part of it that one worker reads. In a run, the modules that parse
archives get open files from here and open none themselves.
"""

import os
import re
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from hashlib import file_digest
from io import BufferedReader
from pathlib import Path
from typing import BinaryIO, cast

from curate.errors import NotAnArchiveError, SourceError, UsageError
from curate.inputs import remote_files as remote
from curate.inputs.links import CONNECTIONS
from curate.inputs.locations import locate, names_of
from curate.inputs.parquet_rows import read_parquet
from curate.inputs.remote_files import Origin, is_remote
from curate.inputs.text_rows import decompressed, open_parquet, read_jsonl
from curate.warc.formats import sniff
from curate.warc.pages import Limits, Page, ReadCounts, Skip
from curate.warc.reading import read_split

SPLITTABLE = frozenset({"warc.gz", "arc.gz", "jsonl"})
_JSONL = re.compile(r"\.(?:jsonl|ndjson)(?:\.(gz|zst|bz2))?$")
UNKNOWN = "unknown"


Stamp = tuple[int, int, int, int]  # size, time of change, inode, time of the inode's change


@dataclass(frozen=True, slots=True)
class Input:
    """One file to read.

    `name` goes into outputs. It is the crawl path of a Common Crawl file, else the base name with as many parent
    folders as tell it from the other inputs; it is never a whole path. `format` is `parquet`, `jsonl`, `jsonl+gz` and
    so on, or the result of `curate.warc.formats.sniff`. `bytes` is the size of the file. `path` is absolute, or an
    address without its secrets. `origin` describes a remote file, with its address and version. `sha256` and `stamp`
    are the digest and file status of a local file; they are empty until `identified` has read it.
    """

    name: str
    path: str
    format: str
    bytes: int
    origin: Origin | None = None
    sha256: str = ""
    stamp: Stamp = (0, 0, 0, 0)

    @property
    def in_parts(self) -> bool:
        """Whether parts of the file can be fetched without the rest."""
        return self.origin is None or self.origin.version.ranges


@dataclass(frozen=True, slots=True)
class Split:
    """A part of an input that one worker reads: stored bytes [start, end), or row groups [start, end) of Parquet."""

    input: Input
    start: int
    end: int


def resolve(specs: Sequence[str], *, out: Path | None = None) -> tuple[Input, ...]:
    """Resolve paths, globs, directories, addresses, crawl names and lists to files, each once, sorted by name.

    A directory stands for the files below it whose suffix this program reads. Files in `out`, where results are
    written, are left out. Raises UsageError, naming the argument, when nothing matches or a file cannot be read. Raises
    NotAnArchiveError for a single named file that is not an archive. A file among many that is not an archive is kept
    with the format `unknown`, and fails when it is read.
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
    if _is_parquet(name, file):
        return "parquet"
    try:
        return sniff(file)
    except NotAnArchiveError:
        if named:
            raise
        return UNKNOWN


def _is_parquet(name: str, file: BinaryIO) -> bool:
    return name.endswith(".parquet") or file.read(4) == b"PAR1"


def identified(each: Input) -> Input:
    """Add the SHA-256 of its bytes to a local input, so that later changes are noticed; a remote one is left as it is.

    Raises UsageError when the file changes while it is read, or has changed since it was resolved.
    """
    if each.origin is not None:
        return each
    try:
        with _open(each, None) as file:
            stamp = _stamp(file)
            digest = _sha256(file)
            if _stamp(file) != stamp or stamp[0] != each.bytes:
                message = f"{each.name} is being written to: wait until it is whole"
                raise UsageError(message)
    except OSError as error:
        raise UsageError(f"{each.name!r} cannot be read: {error.strerror or error}") from error
    return replace(each, sha256=digest, stamp=stamp)


def identity(each: Input) -> dict[str, str]:
    """The identity of the bytes of an identified input: the SHA-256 of a local file, the version of a remote one."""
    return {"sha256": each.sha256} if each.origin is None else each.origin.identity


def _refuse(each: Input, file: BinaryIO) -> None:
    """Raise NotAnArchiveError for an input of unknown format, or SourceError if it has become an archive since."""
    try:
        if _is_parquet(each.path, file):
            open_parquet(file, each.name)
        else:
            sniff(file)
    except NotAnArchiveError:
        if each.origin is None:
            raise
        raise _not_quoted(each.path) from None
    raise SourceError(f"{each.name} changed while the run was reading it; run the same command again")


def _sha256(file: BinaryIO) -> str:
    return file_digest(cast(BufferedReader, file), "sha256").hexdigest()


def _stamp(file: BinaryIO) -> Stamp:
    found = os.fstat(file.fileno())
    return found.st_size, found.st_mtime_ns, found.st_ino, found.st_ctime_ns


@contextmanager
def _unchanged(each: Input, file: BinaryIO) -> Iterator[None]:
    """Raise SourceError after the block, even if the block raised, when the bytes of an identified local file changed.

    A different file status alone is no proof: the file may have been touched, or be a copy on another node. The digest
    then decides.
    """
    if not each.sha256:
        yield
        return
    before = _stamp(file)
    try:
        yield
    except Exception as error:
        _refuse_changed(each, file, before, error)
        raise
    _refuse_changed(each, file, before)


def _refuse_changed(each: Input, file: BinaryIO, before: Stamp, cause: Exception | None = None) -> None:
    now = _stamp(file)
    if now == each.stamp and now == before:
        return
    file.seek(0)
    if now[:3] != before[:3] or _sha256(file) != each.sha256:
        message = f"{each.name} changed while the run was reading it; run the same command again"
        raise SourceError(message) from cause


def plan(inputs: Sequence[Input], split_bytes: int) -> tuple[Split, ...]:
    """Cut inputs into splits of about `split_bytes` stored bytes; an input that cannot be cut is one split.

    A broken Parquet file among several inputs becomes one split, which fails when it is read. Raises UsageError when
    `split_bytes` is not positive, and NotAnArchiveError for a broken Parquet file that is the only input.
    """
    if split_bytes < 1:
        message = f"a split of {split_bytes} bytes is not possible: it has to be positive"
        raise UsageError(message)
    return tuple(split for each in inputs for split in _splits(each, split_bytes, alone=len(inputs) == 1))


def _splits(each: Input, split_bytes: int, *, alone: bool) -> Iterator[Split]:
    if each.format == "parquet":
        try:
            yield from _row_group_splits(each, split_bytes)
        except NotAnArchiveError:
            if alone:
                raise
            yield Split(replace(each, format=UNKNOWN), 0, each.bytes)
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
    """Open the file of an input; `end` is how far it will be read, None when it will be read in several places."""
    if each.origin is None:
        return Path(each.path).open("rb")
    return remote.open_origin(each.origin, end=end, block=remote.MORE_BYTES if end is None else remote.BLOCK_BYTES)


def read(split: Split, *, limits: Limits, counts: ReadCounts) -> Iterator[Page | Skip]:
    """Yield the pages of one split, and a skip for each record that should carry a page and gave none.

    Raises OSError or SourceError when the file cannot be read or differs from the one identified, and NotAnArchiveError
    when its content does not have its format.
    """
    each, start, end = split.input, split.start, split.end
    kind, _, codec = each.format.partition("+")
    with _open(each, None if kind == "parquet" else end) as file, _unchanged(each, file):
        if kind == "parquet":
            yield from read_parquet(file, each.name, start, end, limits=limits, counts=counts)
        elif kind == "jsonl":
            lines = decompressed(file, codec, limits, counts) if codec else file
            yield from read_jsonl(lines, start, sys.maxsize if codec else end, limits=limits)
        elif each.format == UNKNOWN:
            _refuse(each, file)
        else:
            yield from read_split(file, start, end, limits=limits, counts=counts, format=each.format)


def _not_quoted(address: str) -> NotAnArchiveError:
    """The error for a remote file that is not an archive; it quotes no bytes, which may be a secret of some service."""
    return NotAnArchiveError(f"{remote.shown(address)} is no web archive: no WARC or ARC record in it")
