"""Corpora to train on, read as streams: link dumps, encyclopaedia dumps, and texts one per line."""

import bz2
import gzip
import io
import json
import lzma
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, cast


def _open_zstd(path: Path) -> BinaryIO:
    try:
        import zstandard
    except ImportError as error:
        raise ImportError(f"reading {path} needs the optional package zstandard: pip install zstandard") from error
    # Reddit dumps are written with a 2 GB window, more than the decoder allows by default.
    return cast(BinaryIO, zstandard.ZstdDecompressor(max_window_size=2**31).stream_reader(path.open("rb"), read_across_frames=True))


_OPENERS = {
    ".bz2": lambda path: cast(BinaryIO, bz2.open(path)),
    ".gz": lambda path: cast(BinaryIO, gzip.open(path)),
    ".xz": lambda path: cast(BinaryIO, lzma.open(path)),
    ".zst": _open_zstd,
}


@contextmanager
def open_bytes(path: str | os.PathLike[str]) -> Iterator[BinaryIO]:
    """Open a file for reading, decompressed by its name: .bz2, .gz, .xz, .zst (needs zstandard) or plain."""
    file = _OPENERS.get(Path(path).suffix, lambda plain: plain.open("rb"))(Path(path))
    try:
        yield file
    finally:
        file.close()


def read_lines(path: str | os.PathLike[str]) -> Iterator[str]:
    """The lines of a text file, without their ends; bytes that are not UTF-8 become U+FFFD."""
    with open_bytes(path) as file:
        for line in io.TextIOWrapper(file, encoding="utf-8", errors="replace", newline="\n"):
            yield line.rstrip("\r\n")


def read_jsonl(path: str | os.PathLike[str]) -> Iterator[dict[str, Any]]:
    """The objects of a JSON Lines file; blank lines and lines that are no object are left out."""
    for line in read_lines(path):
        try:
            row = json.loads(line) if line.strip() else None
        except ValueError:
            continue
        if isinstance(row, dict):
            yield row
