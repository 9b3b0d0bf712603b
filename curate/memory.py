"""Gives free memory back to the system, which Arrow and the C library keep for a later need."""

import ctypes
from functools import cache
from typing import Any

import pyarrow as pa


@cache
def _trim() -> Any:
    """The function of the GNU C library that gives back what is free; other libraries have none."""
    return getattr(ctypes.CDLL(None), "malloc_trim", None)


def give_back() -> None:
    """Return free memory to the system, so that a process that did many tasks holds no more than one that did few."""
    pa.default_memory_pool().release_unused()
    trim = _trim()
    if trim is not None:
        trim(0)
