"""Gives free memory back to the system, which Arrow and the C library keep for a later need."""

import ctypes
from functools import cache
from typing import Any

import pyarrow as pa


def use_system_memory() -> None:
    """Have Arrow take memory from the C library in this process, and so share what is free with all else there.

    Arrow's own allocator keeps some 100 MB for itself by the end of a run, however often it is asked to give back.
    """
    pa.set_memory_pool(pa.system_memory_pool())


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
