"""Arrays made within compiled code, a function for each type: numba compiles its own makers anew for every shape."""

import numpy as np
from numpy.typing import NDArray

from curate.extract.byte_hashes import Hashes, Numbers, first_of_each
from curate.extract.compiling import compiled


@compiled
def floats(rows: int, columns: int) -> NDArray[np.float32]:
    """Zeros, float32[rows, columns]."""
    return np.zeros((rows, columns), np.float32)


@compiled
def doubles(rows: int, columns: int) -> NDArray[np.float64]:
    """Zeros, float64[rows, columns]."""
    return np.zeros((rows, columns), np.float64)


@compiled
def numbers(rows: int, columns: int) -> NDArray[np.int64]:
    """Zeros, int64[rows, columns]."""
    return np.zeros((rows, columns), np.int64)


@compiled
def hashes(rows: int, columns: int) -> NDArray[np.uint64]:
    """Zeros, uint64[rows, columns]."""
    return np.zeros((rows, columns), np.uint64)


@compiled
def integers(rows: int, columns: int) -> NDArray[np.int32]:
    """Zeros, int32[rows, columns]."""
    return np.zeros((rows, columns), np.int32)


@compiled
def firsts_of(values: Hashes) -> Numbers:
    """Return, for each hash, the number of the first that is equal to it: int32[n]."""
    size = 16
    while size < 2 * len(values):
        size *= 2
    firsts = integers(1, len(values))[0]
    first_of_each(values, integers(1, size)[0], firsts)
    return firsts


@compiled
def marks(rows: int, columns: int) -> NDArray[np.bool_]:
    """False, bool[rows, columns]."""
    return np.zeros((rows, columns), np.bool_)
