"""Walks a fastText model file to its end, because the library itself hangs on a file that was cut short."""

import mmap
import os
import struct
from pathlib import Path
from typing import Any

MAGIC = 793712314
VERSIONS = (11, 12)
SUPERVISED = 3
HEADER = struct.Struct("<2i")


class ModelError(ValueError):
    """A model file is missing, truncated, swapped or has another digest than expected; the message is one line."""


class Walk:
    """A position in the bytes of a model; every step past the end raises."""

    def __init__(self, data: mmap.mmap | bytes) -> None:
        self.data = data
        self.at = HEADER.size

    def skip(self, size: int) -> None:
        """Go on by so many bytes; struct.error past the end."""
        if size < 0 or self.at + size > len(self.data):
            raise struct.error
        self.at += size

    def read(self, layout: str) -> tuple[Any, ...]:
        """Read what a layout of `struct` says."""
        start = self.at
        self.skip(struct.calcsize(layout))
        return struct.unpack_from(layout, self.data, start)

    def skip_words(self, count: int) -> None:
        """Words: text ended by NUL, int64 count, int8 kind."""
        for _ in range(count):
            end = self.data.find(b"\0", self.at)
            if end < 0:
                raise struct.error
            self.at = end
            self.skip(1 + 8 + 1)

    def skip_quantiser(self) -> None:
        """Pass over the values of codes."""
        dim, _, _, _ = self.read("<4i")
        self.skip(dim * 256 * 4)

    def skip_matrix(self, *, quantised: bool) -> None:
        """Pass over a matrix, of numbers or of codes."""
        if not quantised:
            rows, columns = self.read("<2q")
            self.skip(rows * columns * 4)
            return
        (with_norms,) = self.read("<?")
        rows, _, codes = self.read("<2qi")
        self.skip(codes)
        self.skip_quantiser()
        if with_norms:
            self.skip(rows)
            self.skip_quantiser()


def _end_of_model(data: mmap.mmap) -> int:
    walk = Walk(data)
    settings = walk.read("<12i")
    walk.read("<d")
    words, _, _ = walk.read("<3i")
    _, pruned = walk.read("<2q")
    walk.skip_words(words)
    walk.skip(max(pruned, 0) * 8)
    (quantised,) = walk.read("<?")
    walk.skip_matrix(quantised=bool(quantised))
    (quantised_output,) = walk.read("<?")
    walk.skip_matrix(quantised=bool(quantised and quantised_output))
    if settings[7] != SUPERVISED:
        raise ModelError("it holds word vectors, not a classifier")
    return walk.at


def check_structure(path: str | os.PathLike[str]) -> None:
    """Raise ModelError unless the file is a whole supervised fastText model: its header, dictionary and both matrices.

    Source: the reference implementation's `FastText::loadModel`, format versions 11 and 12.
    """
    with Path(path).open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        if size < HEADER.size:
            raise ModelError(f"the model {os.fspath(path)} is not a fastText model")
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            _check(data, size, os.fspath(path))


def _check(data: mmap.mmap, size: int, path: str) -> None:
    magic, version = HEADER.unpack_from(data)
    if magic != MAGIC or version not in VERSIONS:
        raise ModelError(f"the model {path} is not a fastText model")
    try:
        end = _end_of_model(data)
    except struct.error:
        raise ModelError(f"the model {path} is truncated or damaged ({size} bytes)") from None
    except ModelError as error:
        raise ModelError(f"the model {path} cannot be used: {error}") from None
    if end != size:
        raise ModelError(f"the model {path} has {size - end} bytes too many")
