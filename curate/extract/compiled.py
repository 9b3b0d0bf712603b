"""How the extractor's inner loops are compiled: once per machine, and again when any of them changes."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

import numpy as np
from numba import njit

F = TypeVar("F", bound=Callable[..., Any])
Integer: TypeAlias = int | np.integer[Any]

_SOURCES = (
    *("assemble", "attributes", "class_names", "compiled", "entities", "features", "hashing", "inline", "kinds"),
    *(
        "measures",
        "model",
        "page",
        "revision",
        "scanning",
        "scripts",
        "stack",
        "sums",
        "surroundings",
        "tables",
        "tags",
    ),
    *("tokenizer", "writer"),
)


def _stamp() -> str:
    folder = Path(__file__).parent
    return hashlib.sha256(b"\0".join((folder / f"{name}.py").read_bytes() for name in _SOURCES)).hexdigest()


_STAMP = _stamp()


def _cached(function: F, **options: bool) -> F:
    """Compile with numba's cache, which by itself looks at the function's own file only.

    Compiled code holds copies of what it calls in other files; without the stamp over all of them a changed callee
    would go unnoticed and the old machine code would run on.
    """
    try:
        dispatcher: Any = njit(cache=True, **options)(function)
    except RuntimeError:  # no folder that could hold the cache: read-only installation, no home
        dispatcher = njit(**options)(function)
    index = getattr(getattr(dispatcher, "_cache", None), "_cache_file", None)
    if index is not None:
        index._source_stamp = _STAMP
    typed: F = dispatcher
    return typed


def compiled(function: F) -> F:
    """Compile a function that makes arrays."""
    return _cached(function)


def borrowing(function: F) -> F:
    """Compile a function that makes no arrays and keeps none: it works on what its caller holds.

    So references need no counting, which is an atomic addition for every array at every call and was three quarters
    of the tokenizer's time.
    """
    return _cached(function, _nrt=False)
