"""How code is compiled and kept; importing this module imports numba, so it is itself imported on first use.

There is one policy for all compiled code, `cached`: machine code is kept where `kept_code` says, or nowhere, with one
warning, where nothing can be written.
"""

import gc
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any, TypeVar

from llvmlite.binding import Linkage
from numba import config, njit
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import Compiler
from numba.core.event import Event, Listener, register
from numba.core.runtime.nrt import rtsys
from numba.core.types.misc import unliteral
from numba.np import linalg

from curate.filters.kept_code import WHERE, KeptCode

Function = TypeVar("Function", bound=Callable[..., Any])


@cache
def _warn_once() -> None:
    message = "compiled code cannot be kept, neither in the user's cache folder nor beside the package: every process "
    warnings.warn(f"{message}compiles anew, which takes half a minute; let {WHERE} name a folder", stacklevel=4)


@contextmanager
def _without_blas() -> Iterator[None]:
    """Let numba's array functions be imported without their look for SciPy's BLAS, which loads its linear algebra.

    They use it for `np.convolve` and `np.correlate` alone; `np.dot` looks again for itself, and finds it.
    """

    def absent() -> None:
        raise ImportError

    there, linalg.ensure_blas = linalg.ensure_blas, absent
    try:
        yield
    finally:
        linalg.ensure_blas = there


class _Kept(KeptCode):
    """Where numba keeps machine code; what it loads needs none of the modules that compiling does.

    numba first imports them all, a tenth of a second of each process, and so it does here when something is compiled.
    What it does beside that, which is to set up memory for the arrays that compiled code makes, is done here as well.
    """

    def load_overload(self, sig: object, target_context: Any) -> Any:
        rtsys.initialize(target_context)
        with _without_blas():
            return self._load_overload(sig, target_context)


def cached(function: Function, **options: bool) -> Function:
    """A function compiled on first use and kept on disk where that is possible; `options` are those of `numba.njit`."""
    compiled: Any = njit(pipeline_class=_EntryCompiler, **options)(function)
    if config.DISABLE_JIT:
        return function
    try:
        compiled._cache = _Kept(function)
    except RuntimeError:  # numba's "cannot cache function: no locator available"
        _warn_once()
    return compiled  # type: ignore[no-any-return]


def kernel(function: Function) -> Function:
    """A function called from Python: compiled on first use, kept on disk, and run without the interpreter's lock."""
    return cached(function, nogil=True)


def inner(function: Function) -> Function:
    """A function called from kernels only, compiled into them: no way in from Python, and nothing kept on disk.

    It cannot make arrays: counting references to them on every call would take twice as long as the work itself.
    """
    return part(function, _nrt=False, forceinline=True)


def maker(function: Function) -> Function:
    """A function called from kernels only that makes arrays for them."""
    return part(function)


def part(function: Function, **options: bool) -> Function:
    """A function that becomes a part of the kernels that call it, without machine code or a way in of its own."""
    if config.DISABLE_JIT:
        return function
    ways_in = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}
    compiled: Any = njit(nogil=True, pipeline_class=_PartCompiler, **ways_in, **options)(function)
    for_types = compiled.get_call_template
    # One code for all integers that callers write out; numba would make one for each.
    compiled.get_call_template = lambda types, names: for_types(
        tuple(map(unliteral, types)), {name: unliteral(each) for name, each in names.items()}
    )
    return compiled


class _PartLibrary(JITCodeLibrary):  # type: ignore[misc]  # numba has no types
    """The code of a part, which is optimised and turned into machine code within its callers only.

    numba does both for every function, and a caller's code holds that of all it calls, so that each was optimised
    as often as it is deep: more than half of the time that compiling takes.
    """

    def _optimize_final_module(self) -> None:
        pass

    def _finalize_final_module(self) -> None:
        self._finalize_dynamic_globals()
        self._finalized = True

    def get_pointer_to_function(self, name: str) -> int:
        return 0

    @property
    def codegen(self) -> "_Unbound":
        return _Unbound(self._codegen)


class _Unbound:
    """numba's code generator, but for the address of a part's environment, which is its caller's to have."""

    def __init__(self, codegen: Any) -> None:
        self._codegen = codegen

    def __getattr__(self, name: str) -> Any:
        return getattr(self._codegen, name)

    def set_env(self, name: str, environment: object) -> None:
        pass


class _PartCompiler(Compiler):  # type: ignore[misc]  # numba has no types
    """numba's compiler, with a library for parts."""

    def __init__(self, typingctx: Any, targetctx: Any, library: Any, *options: Any) -> None:
        super().__init__(typingctx, targetctx, library, *options)
        codegen = targetctx.codegen()
        self.state.library = _PartLibrary(codegen, "part")


class _EntryLibrary(JITCodeLibrary):  # type: ignore[misc]  # numba has no types
    """The code of a function that Python calls, of which nobody else calls the parts.

    numba lets LLVM believe that they might, so that it passes on every argument, used or not: a page is 80 of them, and
    a third of the tokenizer's time went into putting them on the stack.
    """

    def _optimize_final_module(self) -> None:
        for function in self._final_module.functions:
            if not function.is_declaration and function.linkage is Linkage.linkonce_odr:
                function.linkage = "internal"
        super()._optimize_final_module()


class _EntryCompiler(Compiler):  # type: ignore[misc]  # numba has no types
    """numba's compiler, with a library for functions that Python calls."""

    def __init__(self, typingctx: Any, targetctx: Any, library: Any, *options: Any) -> None:
        super().__init__(typingctx, targetctx, library, *options)
        self.state.library = _EntryLibrary(targetctx.codegen(), "entry")
        self.state.library.enable_object_caching()


class _WithoutCollector(Listener):  # type: ignore[misc]  # numba has no types
    """Switches the garbage collector off while anything compiles: it took an eighth of that time to find little."""

    def __init__(self) -> None:
        self.depth = 0
        self.was_on = False

    def on_start(self, event: Event) -> None:
        if not self.depth:
            self.was_on = gc.isenabled()
            gc.disable()
        self.depth += 1

    def on_end(self, event: Event) -> None:
        self.depth -= 1
        if not self.depth and self.was_on:
            gc.enable()


register("numba:compile", _WithoutCollector())
