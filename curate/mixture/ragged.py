"""Rows of tokens of different lengths, one behind another, and copied in another order at the speed of memory."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from curate.filters.compiled import kernel


@kernel
def copy_rows(values: Any, offsets: Any, rows: Any, out: Any) -> None:
    """Copy rows one behind another into `out`."""
    at = 0
    for i in range(len(rows)):
        start, end = offsets[rows[i]], offsets[rows[i] + 1]
        out[at : at + end - start] = values[start:end]
        at += end - start


@dataclass(frozen=True, slots=True)
class Ragged:
    """Rows of unsigned numbers: `values` one behind another, row i from `offsets[i]` to `offsets[i + 1]`, int64."""

    values: NDArray[np.unsignedinteger]
    offsets: NDArray[np.int64]

    @classmethod
    def of(cls, columns: Sequence[pa.Array], dtype: str) -> "Ragged":
        """The rows of large binary arrays that hold numbers of a type."""
        held = [_numbers(column, dtype) for column in columns]
        if len(held) == 1:
            return cls(*held[0])
        ends = np.cumsum([0, *(int(offsets[-1] - offsets[0]) for _, offsets in held)])
        parts = [offsets[:-1] - offsets[0] + end for (_, offsets), end in zip(held, ends[:-1].tolist(), strict=True)]
        whole = [values[offsets[0] : offsets[-1]] for values, offsets in held]
        return cls(np.concatenate(whole), np.concatenate([*parts, ends[-1:]]))

    def take(self, rows: NDArray[np.int64]) -> "Ragged":
        """Some rows in some order."""
        offsets = np.zeros(len(rows) + 1, np.int64)
        np.cumsum((self.offsets[1:] - self.offsets[:-1])[rows], out=offsets[1:])
        values = np.empty(int(offsets[-1]), self.values.dtype)
        source = self.values[:]
        source.flags.writeable = False  # as what is read from a file is: one machine code for both
        copy_rows(source, self.offsets, rows, values)
        return Ragged(values, offsets)

    def arrow(self) -> pa.Array:
        """The rows as a large binary array."""
        buffers = [None, pa.py_buffer(self.offsets * self.values.itemsize), pa.py_buffer(self.values)]
        return pa.LargeBinaryArray.from_buffers(pa.large_binary(), len(self.offsets) - 1, buffers)

    def rows(self) -> list[np.ndarray]:
        """Each row, without a copy."""
        values = self.values
        return [values[start:end] for start, end in pairwise(self.offsets.tolist())]


def _numbers(column: pa.Array, dtype: str) -> tuple[NDArray[np.unsignedinteger], NDArray[np.int64]]:
    _, offsets, values = column.buffers()
    item = np.dtype(dtype).itemsize
    bounds = np.frombuffer(offsets, np.int64)[column.offset : column.offset + len(column) + 1] // item
    return np.frombuffer(values if values is not None else b"", dtype, int(bounds[-1])), bounds
