"""How code is compiled and kept; importing this module imports numba, so it is itself imported on first use.

There is one policy for all compiled code, `cached`: machine code is kept beside its module, or in the user's cache
folder where that is read-only (`NUMBA_CACHE_DIR` names another), or nowhere, with one warning, where neither can be
written. To see whether what is kept is stale numba looks only at the file of the outermost function, so the names it
keeps carry a stamp of all files that compiled code is made from.
"""

import warnings
from collections.abc import Callable
from functools import cache
from hashlib import sha256
from importlib.util import find_spec
from linecache import getlines
from typing import Any, TypeVar

from numba import njit

Function = TypeVar("Function", bound=Callable[..., Any])
SOURCES = ("characters", "compiled", "english", "hashing", "kernels", "ngrams", "tokenizer", "web_words", "word_splits")


def _stamp() -> str:
    """A digest of all sources that compiled code is made from."""
    digest = sha256()
    for name in SOURCES:
        spec = find_spec(f"curate.filters.{name}")
        digest.update("".join(getlines(spec.origin) if spec and spec.origin else []).encode())
    return digest.hexdigest()[:12]


STAMP = _stamp()


@cache
def _warn_once() -> None:
    message = "compiled code cannot be kept, neither beside the package nor in the user's cache folder: every process "
    warnings.warn(
        f"{message}compiles anew, which takes up to a minute; let NUMBA_CACHE_DIR name a folder", stacklevel=4
    )


def cached(function: Function, *, stamp: str = "", **options: bool) -> Function:
    """A function compiled on first use and kept on disk where that is possible.

    `stamp` is a digest of the files other than the function's own that the machine code is made from; `options` are
    those of `numba.njit`.
    """
    if stamp:
        function.__qualname__ += f"_{stamp}"
    try:
        compiled: Function = njit(cache=True, **options)(function)
    except RuntimeError:  # numba's "cannot cache function: no locator available"
        _warn_once()
        compiled = njit(**options)(function)
    return compiled


def kernel(function: Function) -> Function:
    """A function called from Python: compiled on first use, kept on disk, and run without the interpreter's lock."""
    return cached(function, stamp=STAMP, nogil=True)


def inner(function: Function) -> Function:
    """A function called from kernels only, compiled into them: no way in from Python, and nothing kept on disk.

    It cannot make arrays: counting references to them on every call would take twice as long as the work itself.
    """
    options = {"nogil": True, "no_cpython_wrapper": True, "no_cfunc_wrapper": True, "_nrt": False, "forceinline": True}
    compiled: Function = njit(**options)(function)
    return compiled


def maker(function: Function) -> Function:
    """A function called from kernels only that makes arrays for them."""
    compiled: Function = njit(nogil=True, no_cpython_wrapper=True, no_cfunc_wrapper=True)(function)
    return compiled
