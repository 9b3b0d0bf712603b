"""The three decorators of compiled code; importing this module imports numba, so it is itself imported on first use.

Numba keeps what it has compiled beside a module, or in the user's cache folder where that is read-only. To see whether
that is stale it looks only at the file of the outermost function, so the names it keeps carry a stamp of all files.
"""

from collections.abc import Callable
from hashlib import sha256
from importlib.util import find_spec
from linecache import getlines
from typing import Any, TypeVar

from numba import njit

Function = TypeVar("Function", bound=Callable[..., Any])
SOURCES = ("characters", "compiled", "english", "hashing", "kernels", "ngrams", "tokenizer", "word_splits")


def _stamp() -> str:
    """A digest of all sources that compiled code is made from."""
    digest = sha256()
    for name in SOURCES:
        spec = find_spec(f"filters.{name}")
        digest.update("".join(getlines(spec.origin) if spec and spec.origin else []).encode())
    return digest.hexdigest()[:12]


STAMP = _stamp()


def kernel(function: Function) -> Function:
    """A function called from Python: compiled on first use, kept on disk, and run without the interpreter's lock."""
    function.__qualname__ += f"_{STAMP}"
    compiled: Function = njit(cache=True, nogil=True)(function)
    return compiled


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
