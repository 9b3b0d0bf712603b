"""Publishes a finished run to S3 with the promise it has on disk: where a manifest is, everything it names is.

A run writes to a local staging folder, whose work files are on S3 as soon as they are whole (`curate.places`). The rest
is published when the run is done. It is compared by digest, the old manifest goes first and the new one comes last, so
that a crash in between leaves files without a manifest, and the next run carries on.
"""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from hashlib import sha256
from pathlib import Path

from curate.errors import IncompleteRunError, SourceError, UsageError
from curate.files import TEMPORARY, sha256_of
from curate.folder import KINDS, LOCK, LOG, MANIFEST, OLD_LOG, TAKEDOWN, WORK
from curate.inputs import s3
from curate.inputs.links import CONNECTIONS
from curate.inputs.s3 import Access
from curate.inputs.store import CHECKED_TRIES, Store, send
from curate.output.checksums import load_manifest
from curate.places import standing_for

FOLDERS = tuple(f"{kind}/" for kind in KINDS)
MARK = ".curate"  # says that what is below a prefix was published by a run, whole or not


def is_target(out: str) -> bool:
    """Return whether an output is to be published rather than left in a folder."""
    return out.lower().startswith("s3://")


@contextmanager
def output_folder(out: str, stage_dir: Path | None = None) -> Iterator[Path]:
    """The folder to run into for `out`; of an `s3://` address a local one, published when the run in it is finished.

    The local one is `stage_dir`, else one for this address in the user's cache folder. Raises UsageError before work
    starts when nothing can be written to the address, or `stage_dir` comes with a folder, and IncompleteRunError when
    publishing failed.
    """
    if not is_target(out):
        if stage_dir is not None:
            raise UsageError("a staging folder is for an output on s3://; this one is written in place")
        yield Path(out)
        return
    check_target(out)
    folder = (stage_dir or staging_folder(out)).absolute()
    _remember_takedowns(folder, out)
    try:
        with standing_for(work_of(folder, out)):
            yield folder
    except IncompleteRunError:
        if (folder / MANIFEST).is_file():  # nothing was lost: something in it has to be looked at
            publish(folder, out)
        raise
    publish(folder, out)


def staging_folder(target: str, kind: str = "staging") -> Path:
    """Return where a run for an address writes before it is published: always the same folder, so that it can resume.

    Its name is the last part of the address, as other runs and reports name it.
    """
    cache = os.environ.get("XDG_CACHE_HOME", "")
    base = Path(cache) if cache else Path.home() / ".cache"
    at = _at(target, "")
    return base / "webcurate" / f"{kind}-{sha256(at.encode()).hexdigest()[:16]}" / at.rstrip("/").rpartition("/")[2]


def work_of(folder: Path, target: str) -> Store:
    """The work files of a run, which are those at its address."""
    return Store(folder / WORK, _at(target, WORK), s3.access())


def _remember_takedowns(folder: Path, target: str) -> None:
    """Bring the record of what was taken down at an address, which this run has to honour too.

    Where publishing was interrupted the address has no manifest, and the record here may be the later one.
    """
    store, new = Store(folder, target.rstrip("/"), s3.access()), not folder.exists()
    try:
        if store.stored(folder / MANIFEST) is not None or not (folder / TAKEDOWN).is_file():
            store.bring(folder / TAKEDOWN)
    except SourceError as error:
        raise UsageError(str(error)) from None
    if new and folder.is_dir():
        (folder / LOCK).touch()


def check_target(target: str) -> None:
    """Raise UsageError when an address cannot be written to, or holds objects that no run has published."""
    how = s3.access()
    try:
        found = next(iter(s3.keys(_at(target, ""), how)), None)
        if found is not None and s3.stored(_at(target, MARK), how) is None:
            raise UsageError(f"{target} holds objects that no run has published; choose an empty prefix")
        s3.put(_at(target, MARK), b"published by curate\n", how, kind="text/plain")
    except SourceError as error:
        raise UsageError(str(error)) from None


def publish(out: Path, target: str) -> int:
    """Bring a finished run's output to an address; returns how many files had to be sent.

    Raises UsageError when no run has finished in `out` and IncompleteRunError, naming what failed, when the address
    does not hold all of it afterwards: then it holds no manifest.
    """
    manifest = load_manifest(out)
    digests = {name: sha256_of(out / name) for name in _made(out)}
    digests |= {item["file"]: item["sha256"] for item in manifest["outputs"]}
    how = s3.access()
    try:
        return _publish(out, target, digests, how)
    except SourceError as error:
        raise IncompleteRunError(f"{error}; the output is whole in {out}: run again to publish it") from None


def _made(out: Path) -> list[str]:
    """The files of a run's folder but for its work files, which are at their place, its manifest, and its log.

    The log stays here: it changes with every run, even one that has nothing to do.
    """
    apart = (LOCK, LOG, MANIFEST, OLD_LOG)
    found = (path.relative_to(out) for path in out.rglob("*") if path.is_file() and path.name not in apart)
    names = (path.as_posix() for path in found if not any(part.startswith(TEMPORARY) for part in path.parts))
    return sorted(name for name in names if not name.startswith((f"{WORK}/", ".", *FOLDERS)))


def _publish(out: Path, target: str, digests: dict[str, str], how: Access) -> int:
    prefix = _at(target, "")
    there = {key.removeprefix(s3.split_address(prefix)[1]): size for key, size in s3.keys(prefix, how)}
    with ThreadPoolExecutor(CONNECTIONS) as threads:
        known = threads.map(partial(_is_there, out, target, there, how), digests.items())
        missing = [name for name, same in zip(digests, known, strict=True) if not same]
        stale = [name for name in there if name.startswith(FOLDERS) and name not in digests]
        last = sha256_of(out / MANIFEST)
        if not missing and not stale and _is_there(out, target, there, how, (MANIFEST, last)):
            return 0
        _remove(_at(target, MANIFEST), how)
        for _ in threads.map(lambda name: s3.delete(_at(target, name), how), stale):
            pass
        for _ in threads.map(lambda name: _send(out, target, name, digests[name], how), missing):
            pass
    _send(out, target, MANIFEST, last, how)
    return len(missing)


def _is_there(out: Path, target: str, there: dict[str, int], how: Access, file: tuple[str, str]) -> bool:
    """Return whether an address holds a file as it should be, by its size and the digest it was put with."""
    name, digest = file
    size = (out / name).stat().st_size
    return there.get(name) == size and s3.stored(_at(target, name), how) == (size, digest)


def _send(out: Path, target: str, name: str, digest: str, how: Access) -> None:
    """Send a file that is still the one that was written."""
    path, url = out / name, _at(target, name)
    if sha256_of(path) != digest:
        raise IncompleteRunError(f"{path} is not the file that was written: its digest differs; nothing is published")
    send(path, url, digest, how)


def _remove(url: str, how: Access) -> None:
    """Remove an object and see that it is gone."""
    for _ in range(CHECKED_TRIES):
        s3.delete(url, how)
        if s3.stored(url, how) is None:
            return
    raise SourceError(f"{url}: it cannot be removed")


def _at(target: str, name: str) -> str:
    return f"{target.rstrip('/')}/{name}" if target.rstrip("/") != "s3:" else target
