"""Compiles the extractor's inner loops once per machine, and again when any of them changes."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

import numpy as np

from curate.filters.compiled import cached, part

F = TypeVar("F", bound=Callable[..., Any])
Integer: TypeAlias = int | np.integer[Any]

_SOURCES = """
assemble attributes byte_hashes class_names compiling context_features entities features html_tokens inline judging
kinds lines measures model page repeats scanning scripts second_features siblings stack sums tables tags writer
""".split()


def _stamp() -> str:
    folder = Path(__file__).parent
    return hashlib.sha256(b"\0".join((folder / f"{name}.py").read_bytes() for name in _SOURCES)).hexdigest()[:12]


_STAMP = _stamp()


def entry(function: F) -> F:
    """Compile a function that Python calls, or one that else only compiled code calls, for a test or for training."""
    return cached(getattr(function, "py_func", function), stamp=_STAMP)


def compiled(function: F) -> F:
    """Compile a function that makes arrays and that compiled code alone calls."""
    return part(function)


def borrowing(function: F) -> F:
    """Compile a function that makes no arrays and keeps none: it works on what its caller holds, compiled code.

    So references need no counting, which is an atomic addition for every array at every call and was three quarters
    of the tokenizer's time.
    """
    return part(function, _nrt=False)
