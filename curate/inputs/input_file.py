"""An input and its bytes: what format they have, their digest, and that they do not change while they are read."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from hashlib import file_digest
from io import BufferedReader
from pathlib import Path
from typing import BinaryIO, cast

from curate.errors import NotAnArchiveError, SourceError, UsageError
from curate.inputs import remote_files as remote
from curate.inputs.remote_files import Origin
from curate.warc.formats import sniff

_JSONL = re.compile(r"\.(?:jsonl|ndjson)(?:\.(gz|zst|bz2))?$")
UNKNOWN = "unknown"

Stamp = tuple[int, int, int, int]  # size, time of change, inode, time of the inode's change


@dataclass(frozen=True, slots=True)
class Input:
    """One file to read.

    `name` goes into outputs. It is the crawl path of a Common Crawl file, else the base name with as many parent
    folders as tell it from the other inputs; it is never a whole path. `format` is `parquet`, `jsonl`, `jsonl+gz` and
    so on, or the result of `curate.warc.formats.sniff`; it is empty for an empty file, and while a local
    one was not opened. `bytes` is the size
    of the file. `path` is absolute, or an address without its secrets. `origin` describes a remote file, with its
    address and version. `sha256` and `stamp` are the digest and file status of a local file; they are empty until
    `identified` has read it.
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
        """Return whether parts of the file can be fetched without the rest."""
        return self.origin is None or self.origin.version.ranges


@dataclass(frozen=True, slots=True)
class Split:
    """A part of an input that is read at one go: stored bytes [start, end), or row groups [start, end) of Parquet."""

    input: Input
    start: int
    end: int


def open_input(each: Input, end: int | None) -> BinaryIO:
    """Open the file of an input; `end` is how far it will be read, None when it will be read in several places."""
    if each.origin is None:
        return Path(each.path).open("rb")
    return remote.open_origin(each.origin, end=end, block=remote.MORE_BYTES if end is None else remote.BLOCK_BYTES)


def looked_into(each: Input, *, named: bool = False) -> Input:
    """The same input with its format; raises OSError, and NotAnArchiveError for one that is `named` and no archive."""
    if each.format or each.origin is not None:
        return each
    with Path(each.path).open("rb") as file:
        return replace(each, format=format_of(Path(each.path).name, file, named=named))


def format_of(name: str, file: BinaryIO, *, named: bool) -> str:
    """The format of an open file, `unknown` if it is none; if the file is `named`, that raises NotAnArchiveError."""
    lines = _JSONL.search(name)
    if lines:
        return f"jsonl+{lines[1]}" if lines[1] else "jsonl"
    if is_parquet(name, file):
        return "parquet"
    try:
        return sniff(file)
    except NotAnArchiveError:
        if named:
            raise
        return UNKNOWN


def is_parquet(name: str, file: BinaryIO) -> bool:
    """Return whether a file is Parquet, by its name or its first bytes."""
    return name.endswith(".parquet") or file.read(4) == b"PAR1"


def identified(each: Input) -> Input:
    """Add the SHA-256 of its bytes to a local input, so that later changes are noticed, and its format if need be.

    A remote one is left as it is. Raises UsageError when the file cannot be read, changes while it is read, or has
    another size than when it was resolved.
    """
    if each.origin is not None or each.sha256:
        return each
    try:
        with open_input(each, None) as file:
            stamp = _stamp(file)
            digest = _sha256(file)
            file.seek(0)
            form = each.format or format_of(Path(each.path).name, file, named=False)
            if _stamp(file) != stamp or stamp[0] != each.bytes:
                raise UsageError(
                    f"{each.name} changed since the run began: run the same command again once it is whole"
                )
    except OSError as error:
        raise UsageError(f"{each.name!r} cannot be read: {error.strerror or error}") from error
    return replace(each, sha256=digest, stamp=stamp, format=form)


def identity(each: Input) -> dict[str, str]:
    """The identity of the bytes of an identified input: the SHA-256 of a local file, the version of a remote one."""
    return {"sha256": each.sha256} if each.origin is None else each.origin.identity


def _sha256(file: BinaryIO) -> str:
    return file_digest(cast(BufferedReader, file), "sha256").hexdigest()


def _stamp(file: BinaryIO) -> Stamp:
    found = os.fstat(file.fileno())
    return found.st_size, found.st_mtime_ns, found.st_ino, found.st_ctime_ns


@contextmanager
def unchanged(each: Input, file: BinaryIO) -> Iterator[None]:
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
        raise SourceError(f"{each.name} changed while the run was reading it; run the same command again") from cause
