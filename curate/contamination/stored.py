"""Indexes kept on disk: built once for a set of evaluation files, then mapped by every process that needs them."""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from tempfile import gettempdir

from curate.contamination.index import EvalIndex
from curate.contamination.items import eval_names, find_files
from curate.errors import UsageError
from curate.files import sha256_of

SOURCES = ("contamination/build.py", "contamination/folded.py", "contamination/items.py", "contamination/kernels.py",
           "contamination/scanning.py", "contamination/words.py", "contamination/index.py", "contamination/common.npz",
           "dedup/kernels.py", "dedup/minhash.py")  # fmt: skip


@dataclass(frozen=True, slots=True, repr=False)
class Evals:
    """Evaluation files and the digest of their names and contents; the index of them is built at first use."""

    paths: tuple[str, ...]
    sha256: str

    def __repr__(self) -> str:
        """Return what they are, without the paths: a recipe is the same wherever its evaluations lie."""
        return f"Evals({self.sha256})"

    def index(self) -> EvalIndex:
        """The index, mapped; UsageError when a file has changed since the recipe was read."""
        return _index(self.paths, self.sha256)


def evals(paths: Iterable[str | Path]) -> Evals:
    """The evaluations in some files; UsageError when one is missing or unreadable."""
    names = tuple(map(str, paths))
    return Evals(names, _digest(names))


def _digest(paths: Iterable[str]) -> str:
    found = find_files(paths)
    digest = sha256()
    try:
        for path, name in zip(found, eval_names(found), strict=True):
            digest.update(f"{name}\0{path.name}\0{sha256_of(path)}\n".encode())
    except OSError as error:
        raise UsageError(f"an evaluation file cannot be read: {error}") from error
    return digest.hexdigest()


@lru_cache(maxsize=4)
def _index(paths: tuple[str, ...], digest: str) -> EvalIndex:
    path = cache_folder() / f"{digest[:32]}-{_code_digest()}.index"
    if path.is_file():
        return EvalIndex.open(path)
    if _digest(paths) != digest:
        raise UsageError("the evaluation files have changed since the recipe was read")
    index = EvalIndex.read(paths)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        index.save(path)
    except OSError:
        return index  # a disk that takes nothing costs memory, not the run
    return EvalIndex.open(path)


def cache_folder() -> Path:
    """Where indexes are kept: `webcurate` in XDG_CACHE_HOME or in ~/.cache, else in the folder for temporary files."""
    home = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")  # noqa: PTH111 (no error without a home)
    return Path(home if Path(home).is_absolute() else gettempdir()) / "webcurate" / "evals"


@cache
def _code_digest() -> str:
    """An index made by other code is another index."""
    digest = sha256()
    for name in SOURCES:
        digest.update((files("curate") / name).read_bytes())
    return digest.hexdigest()[:16]
