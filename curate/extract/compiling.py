"""Compiles the extractor's inner loops once per machine, and again when any of them changes."""

from collections.abc import Callable
from typing import Any, TypeAlias, TypeVar

import numpy as np

from curate.filters.compiled import cached, part

F = TypeVar("F", bound=Callable[..., Any])
Integer: TypeAlias = int | np.integer[Any]


def entry(function: F) -> F:
    """Compile a function that Python calls, or one that else only compiled code calls, for a test or for training."""
    return cached(getattr(function, "py_func", function))


def compiled(function: F) -> F:
    """Compile a function that makes arrays and that compiled code alone calls."""
    return part(function)


def borrowing(function: F) -> F:
    """Compile a function that makes no arrays and keeps none: it works on what its caller holds, compiled code.

    So references need no counting, which is an atomic addition for every array at every call and was three quarters
    of the tokenizer's time. It must not return an array either: its caller would give that back twice.
    """
    return part(function, _nrt=False)
