"""Where machine code is kept between processes: one folder of the user's, for all checkouts and workers.

A file is named by all that decides what is in it: the sources that the code is made from, the processor, and the
versions of Python, numba and llvmlite. It is written under another name first, and holds a digest of its name and of
the rest. It is read only if that is right and if nobody but this user or root could have written it, since it is code
that will run. What cannot be read is compiled again.

`CURATE_COMPILED` names another folder, or is `off`: then code is kept beside the modules, as where no folder of the
user's can be written. `NUMBA_CACHE_DIR` names one too, for this and for all that uses numba.
"""

import os
import pickle
import re
import stat
import sys
import time
from contextlib import suppress
from functools import cache
from hashlib import sha256
from importlib.util import find_spec
from tempfile import TemporaryFile
from typing import Any

import llvmlite
import numba
from numba.core.caching import CompileResultCacheImpl, FunctionCache, InTreeCacheLocator, _CacheLocator
from numba.core.serialize import dumps

WHERE, OFF = "CURATE_COMPILED", "off"
# A version of the code that nobody has run for so long is swept away when another is compiled.
MAX_UNUSED_DAYS = 60
_DIGEST_BYTES = 32
_SECONDS_A_DAY = 86_400
_OURS = re.compile(r"\w+-[0-9a-f]{16}-py\d+-[\w.+]+-[\w.+]+")  # the folder may hold what is not ours
_IMPORTED = re.compile(rb"^(?:from|import) (curate[.\w]*)(?: import (?:\(([^)]*)\)|([^\n#(]*)))?", re.MULTILINE)


def folder_of_user() -> str:
    """The folder in which code is kept, which need not be there yet; '' where it is kept beside the modules."""
    said = os.environ.get(WHERE) or os.environ.get("NUMBA_CACHE_DIR") or ""
    if said:
        return "" if said == OFF else os.path.abspath(said)
    home = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return os.path.join(home, "webcurate", "compiled") if os.path.isabs(home) else ""


@cache
def stamp_of(file: str) -> str:
    """A digest of a source file and of all files of this project that it imports, directly or not."""
    digest, left, seen = sha256(), [file], {file}
    while left:
        source = _read(left.pop())
        digest.update(sha256(source).digest())
        for name in _imports(source):
            found = _file_of(name)
            if found and found not in seen:
                seen.add(found)
                left.append(found)
    return digest.hexdigest()[:16]


def _imports(source: bytes) -> list[str]:
    """Modules of this project, in order; what is imported from a package is a module of it, or is in the package."""
    names: list[str] = []
    for found in _IMPORTED.finditer(source):
        module = found[1].decode()
        parts = [part.split()[0] for part in (found[2] or found[3] or b"").decode().split(",") if part.split()]
        within = [f"{module}.{part}" for part in parts if _file_of(f"{module}.{part}")]
        names += within if len(within) == len(parts) and parts else [*within, module]
    return names


@cache
def _file_of(name: str) -> str:
    loaded = sys.modules.get(name)
    if loaded is not None:
        return getattr(loaded, "__file__", None) or ""
    parent, _, last = name.rpartition(".")
    if not last.islower() or not _file_of(parent).endswith("__init__.py"):  # a class or a constant; not in a package
        return ""
    with suppress(ImportError, ValueError):
        spec = find_spec(name)
        return (spec.origin or "") if spec and spec.has_location else ""
    return ""


def _read(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read()


class _UserLocator(_CacheLocator):  # type: ignore[misc]  # numba has no types
    """A folder of its own for each module as it now is, below that of the user."""

    def __init__(self, py_func: Any, py_file: str) -> None:
        self._line = str(py_func.__code__.co_firstlineno)
        self._stamp = stamp_of(py_file)
        versions = f"py{sys.version_info[0]}{sys.version_info[1]}-{numba.__version__}-{llvmlite.__version__}"
        name, _ = os.path.splitext(os.path.basename(py_file))
        self._path = os.path.join(folder_of_user(), f"{name}-{self._stamp}-{versions}")

    def get_cache_path(self) -> str:
        return self._path

    def get_source_stamp(self) -> str:
        return self._stamp

    def get_disambiguator(self) -> str:
        return self._line

    @classmethod
    def from_function(cls, py_func: Any, py_file: str) -> "_UserLocator | None":
        """None where there is no file, or where nothing can be written."""
        if not os.path.exists(py_file) or not folder_of_user():
            return None
        self = cls(py_func, py_file)
        try:
            _make(self._path)
        except OSError:
            return None
        return self


@cache
def _make(path: str) -> None:
    """Make a folder and say that it is used; raises OSError where nothing can be written to it."""
    if not os.path.isdir(path):
        os.makedirs(path, mode=0o700, exist_ok=True)
        _sweep(os.path.dirname(path))
    TemporaryFile(dir=path).close()
    os.utime(path)


def _sweep(folder: str) -> None:
    """Take away the code of versions that nobody has run for long."""
    limit = time.time() - MAX_UNUSED_DAYS * _SECONDS_A_DAY
    with suppress(OSError):
        for old in os.scandir(folder):
            if _OURS.fullmatch(old.name) and old.stat(follow_symlinks=False).st_mtime < limit:
                for file in os.scandir(old.path):
                    os.unlink(file.path)
                os.rmdir(old.path)


class _BesideLocator(InTreeCacheLocator):  # type: ignore[misc]
    """Beside the module; valid as long as all that it is made from is the same."""

    def get_source_stamp(self) -> str:
        return stamp_of(self._py_file)


class _Impl(CompileResultCacheImpl):  # type: ignore[misc]
    _locator_classes = [_UserLocator, _BesideLocator]  # noqa: RUF012 -- numba's


class _Files:
    """A file for each set of types that a function was compiled for; takes the place of numba's index and files."""

    def __init__(self, folder: str, name: str, stamp: str) -> None:
        self._folder, self._name, self._stamp = folder, name, stamp

    def _place(self, key: Any) -> tuple[str, bytes]:
        identity = repr((self._name, self._stamp, sys.version, numba.__version__, llvmlite.__version__, key)).encode()
        return os.path.join(self._folder, f"{self._name}.{sha256(identity).hexdigest()[:16]}.code"), identity

    def load(self, key: Any) -> Any:
        """Return what was saved, or None where nothing was, or nothing that can be trusted."""
        path, identity = self._place(key)
        data = _read_own(path)
        if data is None or data[:_DIGEST_BYTES] != sha256(identity + data[_DIGEST_BYTES:]).digest():
            return None
        return pickle.loads(data[_DIGEST_BYTES:])

    def save(self, key: Any, value: Any) -> None:
        """Keep a value; where the disk takes nothing it is not kept."""
        path, identity = self._place(key)
        data, unfinished = dumps(value), f"{path}.{os.getpid()}.tmp"
        with suppress(OSError):
            try:
                handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
                with os.fdopen(handle, "wb") as file:
                    file.write(sha256(identity + data).digest() + data)
                os.replace(unfinished, path)
            except OSError:
                os.unlink(unfinished)

    def flush(self) -> None:
        """Nothing is held."""


def _read_own(path: str) -> bytes | None:
    """The bytes of a file that only this user or root could have written, else None."""
    try:
        with open(path, "rb") as file:
            found = os.fstat(file.fileno())
            is_own = not hasattr(os, "geteuid") or found.st_uid in (0, os.geteuid())
            is_closed = not found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
            return file.read() if is_own and is_closed else None
    except OSError:
        return None


class KeptCode(FunctionCache):  # type: ignore[misc]
    """numba's cache of one function, with our files; raises RuntimeError where nothing can be kept."""

    _impl_class = _Impl

    def __init__(self, function: Any) -> None:
        super().__init__(function)
        self._cache_file = _Files(self._cache_path, self._impl.filename_base, self._impl.locator.get_source_stamp())
