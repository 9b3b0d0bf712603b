"""Suits a process to a run, and gives free memory back to the system, which the C library keeps for a later need."""

import atexit
import ctypes
import gc
from functools import cache
from typing import Any

import pyarrow as pa

from curate.pandas_later import leave_pandas_out

COLLECT_AFTER = 5_000  # new objects; with 50,000 what waits for the collector held 150 MB more


@cache
def set_up() -> None:
    """Suit this process, which must be one of our own, to a run: what its memory comes from and how often it is tidied.

    Arrow takes memory from the C library and so shares what is free with all else: its own allocator keeps some 100 MB
    for itself by the end of a run, however often it is asked to give back. Python's collector of cycles, which was an
    eighth of a run, comes less often, and at the end it need not look at what goes with the process.
    """
    leave_pandas_out()
    pa.set_memory_pool(pa.system_memory_pool())
    gc.set_threshold(COLLECT_AFTER, 10, 10)
    atexit.register(gc.freeze)


@cache
def keep_what_is_loaded() -> None:
    """Leave all that has been imported and loaded in a process of our own out of the collector's rounds from now on."""
    gc.collect()
    gc.freeze()


@cache
def _trim() -> Any:
    """The function of the GNU C library that gives back what is free; other libraries have none."""
    return getattr(ctypes.CDLL(None), "malloc_trim", None)


def give_back() -> None:
    """Return free memory to the system, so that a process that did many tasks holds no more than one that did few.

    Texts that wait for the collector of cycles go first: it comes after so many objects, however large they are, and
    within twenty tasks they came to 300 MB.
    """
    gc.collect()
    if set_up.cache_info().currsize:
        _keep_what_the_first_task_loaded()
    pa.default_memory_pool().release_unused()
    trim = _trim()
    if trim is not None:
        trim(0)


@cache
def _keep_what_the_first_task_loaded() -> None:
    """Leave models and compiled code out of the collector's rounds, which take 2 ms instead of 30 after that."""
    gc.freeze()
