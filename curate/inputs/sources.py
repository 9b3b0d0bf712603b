"""Turns the names a user gives into inputs, inputs into splits, and a split into pages.

An input is one file, local or remote. A split is a part of it, or all of it. `curate.inputs.tasks` puts splits together
to what one worker reads. In a run, the modules that parse archives get open files from here and open none themselves.
"""

import os
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from curate.errors import NotAnArchiveError, SourceError, UsageError
from curate.inputs import remote_files as remote
from curate.inputs.input_file import UNKNOWN, Input, Split, format_of, is_parquet, looked_into, open_input, unchanged
from curate.inputs.links import CONNECTIONS
from curate.inputs.listing import Inputs
from curate.inputs.locations import locate
from curate.inputs.parquet_rows import read_parquet
from curate.inputs.remote_files import is_remote
from curate.inputs.text_rows import decompressed, open_parquet, read_jsonl
from curate.warc.formats import sniff
from curate.warc.pages import Limits, Page, ReadCounts, Skip
from curate.warc.reading import read_split

SPLITTABLE = frozenset({"warc.gz", "arc.gz", "jsonl"})
LOOKED_INTO = 1000  # inputs opened before work starts, to find mistakes early; of more, the sizes are enough
FOLDERS = 10_000  # whose real paths are remembered
SMALL = 8  # an input of at most this part of a split is small: several make one task


def resolve(specs: Sequence[str], *, out: Path | None = None) -> Inputs:
    """Resolve paths, globs, directories, addresses, crawl names and lists to files, each once, sorted by name.

    A directory stands for the files below it whose suffix this program reads. Files in `out`, where results are
    written, are left out. Raises UsageError, naming the argument, when nothing matches or a file cannot be read. Raises
    NotAnArchiveError for a single named file that is not an archive. A file among many that is not an archive is kept
    with the format `unknown`, and fails when it is read.
    """
    inside = f"{out.resolve()}/" if out is not None else ""
    found = Inputs(_places(specs, inside), _described)
    if out is not None and not found:
        raise UsageError(f"every input lies in {out}, which is where results are written")
    return found


def _places(specs: Sequence[str], inside: str) -> Iterator[tuple[str, str, bool]]:
    """What the arguments name, but for what is in a folder: what it really is, the place, whether it was named."""
    folders: dict[str, str] = {}
    for spec in specs:
        places, alone = locate(spec)
        for place in places:
            real = place if is_remote(place) else _real(place, folders)
            if is_remote(place) or not inside or not real.startswith(inside):
                yield real, place, alone


def _described(places: Sequence[tuple[str, str, bool]], of: int) -> Iterator[Input]:
    """The inputs at some places `of` many, each given with its name, and whether it was named by itself."""
    look = of <= LOOKED_INTO
    remotes = [(name, place, named) for name, place, named in places if is_remote(place)]
    with ThreadPoolExecutor(CONNECTIONS) as threads:
        answers = threads.map(lambda each: _remote_input(*each[:2], named=each[2]), remotes)
        for name, place, named in places:
            yield next(answers) if is_remote(place) else _local_input(name, place, named=named, look=look)


def _real(place: str, folders: dict[str, str]) -> str:
    """The path of a file without links; what its folder is comes from `folders`, or is added there."""
    folder, _, name = place.rpartition("/")
    if name in ("", ".", "..") or os.path.islink(place):  # noqa: PTH114 (a million times)
        return os.path.realpath(place)
    real = folders.get(folder)
    if real is None:
        if len(folders) >= FOLDERS:
            folders.clear()
        real = folders[folder] = os.path.realpath(folder or "/")
    return place if real == folder else f"{real.rstrip('/')}/{name}"


def _local_input(name: str, place: str, *, named: bool, look: bool) -> Input:
    try:
        each = Input(name, place, "", os.stat(place).st_size)  # noqa: PTH116 (a million times)
        return looked_into(each, named=named) if look or named else each
    except OSError as error:
        raise UsageError(f"{place!r} cannot be read: {error.strerror or error}") from error


def _remote_input(name: str, address: str, *, named: bool) -> Input:
    try:
        origin, head = remote.look(address)
        with remote.open_head(origin, head) as file:
            form = format_of(remote.shown(address), file, named=named)
    except SourceError as error:
        raise UsageError(str(error)) from None
    except NotAnArchiveError:
        raise _not_quoted(address) from None
    return Input(name, remote.shown(address), form, origin.version.bytes, origin)


def _refuse(each: Input, file: BinaryIO) -> None:
    """Raise NotAnArchiveError for an input of unknown format, or SourceError if it has become an archive since."""
    try:
        if is_parquet(each.path, file):
            open_parquet(file, each.name)
        else:
            sniff(file)
    except NotAnArchiveError:
        if each.origin is None:
            raise
        raise _not_quoted(each.path) from None
    raise SourceError(f"{each.name} changed while the run was reading it; run the same command again")


def plan(inputs: Sequence[Input], split_bytes: int) -> Iterator[Split]:
    """Cut inputs into splits of about `split_bytes` stored bytes; an input that cannot be cut is one split.

    So is a small one, whatever its format, unless it is the only input, and a broken Parquet file among others, which
    fails when it is read. Raises UsageError when `split_bytes` is not positive or, where the splits are gone through, a
    file cannot be read, and NotAnArchiveError for a broken Parquet file that is the only input.
    """
    if split_bytes < 1:
        raise UsageError(f"a split of {split_bytes} bytes is not possible: it has to be positive")
    alone = len(inputs) == 1
    return (split for each in inputs for split in _splits(each, split_bytes, alone=alone))


def is_small(split: Split, split_bytes: int) -> bool:
    """Return whether a split is a whole local input so small that others should be read with it."""
    each = split.input
    return each.origin is None and each.bytes * SMALL <= split_bytes and (split.start, split.end) == (0, each.bytes)


def _splits(each: Input, split_bytes: int, *, alone: bool) -> Iterator[Split]:
    small = Split(each, 0, each.bytes)
    if is_small(small, split_bytes) and not alone:
        yield small
        return
    each = each if each.format else _looked_into(each)
    if each.format == "parquet":
        try:
            yield from _row_group_splits(each, split_bytes)
        except NotAnArchiveError:
            if alone:
                raise
            yield Split(each, 0, each.bytes)
        return
    step = split_bytes if each.format in SPLITTABLE and each.in_parts else max(each.bytes, 1)
    for start in range(0, max(each.bytes, 1), step):
        yield Split(each, start, min(start + step, each.bytes))


def _looked_into(each: Input) -> Input:
    try:
        return looked_into(each)
    except OSError as error:
        raise UsageError(f"{each.name!r} cannot be read: {error.strerror or error}") from error


def _row_group_splits(each: Input, split_bytes: int) -> Iterator[Split]:
    try:
        with open_input(each, None) as file:
            groups = open_parquet(file, each.name).metadata.num_row_groups
    except SourceError as error:
        raise UsageError(str(error)) from None
    step = max(1, groups * split_bytes // max(each.bytes, 1) if each.in_parts else groups)
    for start in range(0, groups, step):
        yield Split(each, start, min(start + step, groups))


def read(split: Split, *, limits: Limits, counts: ReadCounts) -> Iterator[Page | Skip]:
    """Yield the pages of one split, and a skip for each record that should carry a page and gave none.

    Raises OSError or SourceError when the file cannot be read or differs from the one identified, and NotAnArchiveError
    when its content does not have its format.
    """
    each = looked_into(split.input)
    kind, _, codec = each.format.partition("+")
    with open_input(each, None if kind == "parquet" else split.end) as file, unchanged(each, file):
        if each.format == UNKNOWN:
            _refuse(each, file)
        elif kind == "parquet":
            yield from read_parquet(file, each.name, split.start, split.end, limits=limits, counts=counts)
        else:
            for record in _records(file, replace(split, input=each), codec, limits, counts):
                counts.position = file.tell()
                yield record


def _records(file: BinaryIO, split: Split, codec: str, limits: Limits, counts: ReadCounts) -> Iterator[Page | Skip]:
    start, end, form = split.start, split.end, split.input.format
    if form.partition("+")[0] == "jsonl":
        lines = decompressed(file, codec, limits, counts) if codec else file
        return read_jsonl(lines, start, sys.maxsize if codec else end, limits=limits, counts=counts)
    return read_split(file, start, end, limits=limits, counts=counts, format=form)


def _not_quoted(address: str) -> NotAnArchiveError:
    """The error for a remote file that is not an archive; it quotes no bytes, which may be a secret of some service."""
    return NotAnArchiveError(f"{remote.shown(address)} is no web archive: no WARC or ARC record in it")
