"""Writes files that are either complete or absent, and markers that say that work is done.

A marker is a JSON file that is written after the files it describes, with their sizes and digests and a seal over
itself. Work counts as done if a valid marker exists, so a run that was killed can continue from the markers.
"""

import errno
import json
import os
import shutil
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import file_digest, sha256
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from curate.errors import IncompleteRunError, UsageError
from curate.places import here, place_of

TEMPORARY = ".tmp-"
NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT})
NOT_WRITABLE = NO_ROOM | {errno.EROFS}
NOT_ALLOWED = frozenset({errno.EACCES, errno.EPERM})


class DiskFullError(IncompleteRunError):
    """The disk is full or read-only; the run stops, because other work would fail too until the user acts."""


@contextmanager
def disk_errors(folder: Path) -> Iterator[None]:
    """Turn "no space left" and similar errors of writing below `folder` into DiskFullError."""
    try:
        yield
    except OSError as error:
        refused = error.errno in NOT_ALLOWED and str(folder) in str(error)
        if error.errno not in NOT_WRITABLE and not refused:
            raise
        why = os.strerror(error.errno or errno.ENOSPC).lower()
        do = "make room" if error.errno in NO_ROOM else "make it writable"
        raise DiskFullError(
            f"cannot write to {folder}: {why}; what is done is kept: {do} and run the same command again"
        ) from error


@contextmanager
def asked_for(path: Path) -> Iterator[None]:
    """Raise UsageError when a file that a command was asked to write cannot be written: nothing else was done."""
    try:
        yield
    except (OSError, DiskFullError) as error:
        cause = error if isinstance(error, OSError) else error.__cause__
        raise UsageError(f"{path} cannot be written: {getattr(cause, 'strerror', None) or error}") from error


def temporary_path(path: Path) -> Path:
    """The name under which this process writes `path` until it is complete; no other process writes to that name."""
    return path.with_name(f"{TEMPORARY}{socket.gethostname()}-{os.getpid()}-{path.name}")


def remove_temporaries(folder: Path) -> None:
    """Remove the half-written files of killed processes anywhere below a folder."""
    for path in sorted(folder.rglob(f"{TEMPORARY}*"), reverse=True):
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file's bytes in hex."""
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Yield a temporary path to write to; on success the file is synced and renamed to `path`, otherwise removed.

    A file in a folder that stands for one elsewhere is stored there first.
    """
    temporary, place = temporary_path(path), place_of(path)
    if place is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with disk_errors(path.parent):
            yield temporary
            with temporary.open("rb") as file:
                os.fsync(file.fileno())
        if place is not None:
            place.send(temporary, path)
        with disk_errors(path.parent):
            temporary.replace(path)
            sync_folder(path.parent)
    finally:
        with suppress(OSError):  # a disk that is read-only by now: that it cannot be cleared is not what went wrong
            temporary.unlink(missing_ok=True)


def forget(path: Path) -> int:
    """Remove a file, or a folder with all that is in it, here or elsewhere; returns the bytes it had."""
    place = place_of(path)
    held = sum(each.stat().st_size for each in (path, *path.rglob("*")) if each.is_file())
    if place is not None:
        held = place.remove(path)
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
    return held


def sync_folder(folder: Path) -> None:
    """Make renames in a folder survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_json(path: Path, value: object) -> None:
    """Write a JSON file that is complete or absent, even after a kill."""
    with whole_file(path) as temporary:
        temporary.write_text(json.dumps(value, indent=1, sort_keys=False, ensure_ascii=True) + "\n")


@dataclass(slots=True)
class RowFile:
    """A Parquet file that grows by batches and gets its final name when closed; without rows there is no file.

    One that is `brief`, and soon read and removed, is packed quickly instead of tightly.
    """

    path: Path
    brief: bool = False
    rows: int = 0
    _writer: pq.ParquetWriter | None = None

    def write(self, batch: pa.RecordBatch) -> None:
        """Append a batch."""
        if not batch.num_rows:
            return
        with disk_errors(self.path.parent):
            if self._writer is None:
                self._writer = parquet_writer(self._temporary, batch.schema, brief=self.brief)
            self._writer.write_batch(batch, row_group_size=batch.num_rows)
        self.rows += batch.num_rows

    @property
    def _temporary(self) -> Path:
        return temporary_path(self.path)

    def close(self) -> dict[str, Any] | None:
        """Finish the file and return its name, rows, bytes and SHA-256; None when it has no rows."""
        if self._writer is None:
            self.path.unlink(missing_ok=True)
            return None
        with disk_errors(self.path.parent):
            self._writer.close()
        with whole_file(self.path):
            pass
        return describe_file(self.path, self.rows)

    def abandon(self) -> None:
        """Discard the rows written so far; does nothing after `close`."""
        with suppress(OSError):  # a full disk again, under the footer of what is thrown away, or one that is read-only
            if self._writer is not None:
                self._writer.close()
        with suppress(OSError):
            self._temporary.unlink(missing_ok=True)


def describe_file(path: Path, rows: int) -> dict[str, Any]:
    """The description of a file in a marker or manifest: name, rows, bytes, SHA-256."""
    return {"file": path.name, "rows": rows, "bytes": path.stat().st_size, "sha256": sha256_of(path)}


def parquet_writer(path: Path, schema: pa.Schema, *, brief: bool = False) -> pq.ParquetWriter:
    """A writer with the settings of all Parquet files of this project: zstd, no dictionary for text."""
    dictionary = [name for name in schema.names if name in {"warc_path", "stage", "rule", "language", "charset"}]
    return pq.ParquetWriter(
        path, schema, compression="zstd", compression_level=1 if brief else 3, write_statistics=not brief,
        use_dictionary=dictionary, write_page_index=False,
    )  # fmt: skip


def row_batches(
    path: Path, *, max_rows: int, max_bytes: int, columns: Sequence[str] | None = None
) -> Iterator[pa.RecordBatch]:
    """The rows of a file, whole row groups together while they are at most so many rows and bytes.

    A group that is larger comes alone, in batches of at most `max_rows`. So memory is bounded by the largest row group,
    which those who write files bound in bytes; batches across groups, as pyarrow makes them, are bounded in rows only.
    """
    file = pq.ParquetFile(path)
    held: list[pa.Table] = []
    rows = size = 0
    for index in range(file.num_row_groups):
        group = file.read_row_group(index, columns=columns)
        if held and (rows + group.num_rows > max_rows or size + group.nbytes > max_bytes):
            yield from pa.concat_tables(held).combine_chunks().to_batches(max_chunksize=max_rows)
            held, rows, size = [], 0, 0
        held.append(group)
        rows, size = rows + group.num_rows, size + group.nbytes
    if held:
        yield from pa.concat_tables(held).combine_chunks().to_batches(max_chunksize=max_rows)


def write_marker(path: Path, marker: dict[str, Any]) -> None:
    """Write a marker, sealed with its own digest; the files it describes must exist already."""
    write_json(path, {**marker, "seal": _seal(marker)})


def read_marker(path: Path, *, digests: bool = False) -> dict[str, Any] | None:
    """Read a marker; None unless it is intact and all its files exist with the sizes it names.

    With `digests` the files are also read and their digests compared; use it before building on them. Of files
    elsewhere only this asks the store, for size and digest: they are sent before their marker, and brought by digest.
    """
    try:
        marker: dict[str, Any] = json.loads(here(path).read_bytes())
        seal = marker.pop("seal", None)
        described = [(path.with_name(item["file"]), item) for item in marker["files"].values()]
        if seal not in (None, _seal(marker)) or not all(_stands(file, item, digests) for file, item in described):
            return None
    except (FileNotFoundError, ValueError, LookupError, TypeError, AttributeError):
        return None
    return marker


def standing_marker(path: Path, *, digests: bool = False) -> dict[str, Any]:
    """Read a marker that must exist: as `read_marker`, but missing or damaged work is an error instead of None.

    Use it wherever later work depends on earlier work, so that lost work is never taken for an empty result. Raises
    IncompleteRunError.
    """
    marker = read_marker(path, digests=digests)
    if marker is None:
        raise IncompleteRunError(
            f"{path.parent.name}/{path.name} or its files, which were written, are missing or damaged"
        )
    return marker


def left_by(folder: Path, split: str, kind: str) -> list[Path]:
    """The file of one kind of rows that a segment wrote for a split; an empty list when its marker says it had no rows.

    Raises IncompleteRunError when the marker or a file it describes is missing.
    """
    files = standing_marker(folder / f"{split}.json")["files"]
    return [here(folder / files[kind]["file"])] if kind in files else []


def all_left_by(folders: Sequence[Path], kind: str, split: str) -> list[Path]:
    """The files of one kind of rows that all segments wrote for a split, in order."""
    return [path for folder in folders for path in left_by(folder, split, kind)]


def _stands(file: Path, described: dict[str, Any], digests: bool) -> bool:  # noqa: FBT001
    place, wanted = place_of(file), described.get("sha256") if digests else None
    if place is None:
        found = (file.stat().st_size, sha256_of(file) if wanted else None) if file.is_file() else None
    else:
        found = place.stored(file) if digests else (described["bytes"], None)
    return found is not None and found[0] == described["bytes"] and wanted in (None, found[1])


def _seal(marker: dict[str, Any]) -> str:
    return sha256(json.dumps(marker, sort_keys=True).encode()).hexdigest()
