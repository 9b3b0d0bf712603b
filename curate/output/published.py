"""A published run as a folder of this machine, for commands that read or change runs.

Each address has one folder in the user's cache. What a command reads is brought there, file by file, and compared by
digest with what was published; files that are there already stay. Work files are brought when they are opened.
"""

import argparse
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from curate.errors import SourceError, UsageError
from curate.files import sha256_of
from curate.folder import CHECKSUMS, MANIFEST, WORK
from curate.inputs import s3
from curate.inputs.links import CONNECTIONS
from curate.inputs.store import Store, fetch
from curate.locks import locked
from curate.output.checksums import digests_of
from curate.output.publish import is_target, publish, staging_folder, work_of
from curate.places import standing_for

EVERYTHING = ("",)
UNPUBLISHED = ".unpublished"  # says that a command has changed the folder and its address has not all of it yet


@dataclass(frozen=True, slots=True)
class Use:
    """How a command uses a run that may be a published one.

    `reads` has for each of its options that names a run, or runs, the files it reads of them, and the folders, with a
    slash; never work files. With `changes`, what it has changed is published when it ends. `blindly`, files are taken
    whatever their bytes are, for a command that checks them.
    """

    reads: Mapping[str, Sequence[str]]
    changes: bool = False
    blindly: bool = False


def run_folder(text: str) -> Path | str:
    """A run named on the command line: the path of a folder, or an address."""
    return text if is_target(text) else Path(text)


@contextmanager
def brought(options: argparse.Namespace, use: Use, say: Callable[[str], None]) -> Iterator[None]:
    """Put folders in place of the addresses of runs among options; `say` is told which, and what was published.

    Raises UsageError when no run has been published at an address, or files there are not those that were published.
    """
    found: list[tuple[str, Path]] = []
    with ExitStack() as stack:

        def folder(value: object, reads: Sequence[str]) -> object:
            if not isinstance(value, str) or not is_target(value):
                return value
            out = bring(value, reads, blindly=use.blindly)
            stack.enter_context(standing_for(work_of(out, value)))
            found.append((value, out))
            say(f"{value} is read by way of {out}")
            return out

        for name, reads in use.reads.items():
            value = getattr(options, name, None)
            many = isinstance(value, list)
            setattr(options, name, [folder(each, reads) for each in value] if many else folder(value, reads))  # type: ignore[union-attr]
        yield
        for address, out in found if use.changes else ():
            (out / UNPUBLISHED).touch()
            say(f"{publish(out, address)} files published to {address}")
            (out / UNPUBLISHED).unlink()


def bring(target: str, reads: Sequence[str], *, blindly: bool = False) -> Path:
    """The folder that holds what was published at an address, as far as `reads` names it."""
    out = staging_folder(target, "published")
    store = Store(out, target.rstrip("/"), s3.access())
    out.mkdir(mode=0o700, parents=True, exist_ok=True)
    with locked(out):
        try:
            there = _listed(store)
            if MANIFEST not in there and (out / UNPUBLISHED).is_file():
                publish(out, target)
                there = _listed(store)
            (out / UNPUBLISHED).unlink(missing_ok=True)
            if MANIFEST not in there:
                raise UsageError(f"{target} holds no {MANIFEST}: no run has been published there")
            wanted = [n for n in there if n.startswith((*reads, MANIFEST, CHECKSUMS)) or (out / n).is_file()]
            get = _taken(store, there) if blindly else store.bring
            with ThreadPoolExecutor(CONNECTIONS) as threads:
                for _ in threads.map(get, [out / name for name in wanted]):
                    pass
        except SourceError as error:
            raise UsageError(str(error)) from None
        for path in [path for path in out.rglob("*") if path.is_file()]:
            name = path.relative_to(out).as_posix()
            if name not in there and not name.startswith((f"{WORK}/", ".")):
                path.unlink()
        if not blindly:
            _refuse_mixed(out, target, wanted)
    return out


def _listed(store: Store) -> dict[str, int]:
    """The files at an address but for work files, with their sizes."""
    prefix = f"{store.address}/"
    below = s3.split_address(prefix)[1]
    found = ((key.removeprefix(below), size) for key, size in s3.keys(prefix, store.access))
    return {name: size for name, size in found if not name.startswith((f"{WORK}/", "."))}


def _taken(store: Store, sizes: Mapping[str, int]) -> Callable[[Path], None]:
    """Return how to bring a file whatever its bytes are."""

    def get(path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        fetch(store.url(path), path, sizes[path.relative_to(store.root).as_posix()], store.access)

    return get


def _refuse_mixed(out: Path, target: str, names: Sequence[str]) -> None:
    """Raise UsageError unless files are those that the checksums at the same address name."""
    digests = digests_of(out)
    for name in names:
        if name in digests and sha256_of(out / name) != digests[name]:
            raise UsageError(f"{target}/{name} is not the file that was published: see curate verify {target}")
