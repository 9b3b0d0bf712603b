"""Removing what a run keeps for later runs only: the work files, which hold pages as they were."""

from collections.abc import Sequence
from pathlib import Path

from curate.errors import UsageError
from curate.files import forget, remove_temporaries
from curate.folder import APPLIED, FINISHED, INPUT_PATHS, LOCK, WORK
from curate.locks import locked
from curate.places import names_in


def clean(out: Path) -> int:
    """Remove `work/` and half-written files from a run's folder; returns the bytes freed.

    Raises UsageError when it is no run's folder, or a run is at work in it.
    """
    if not (out / LOCK).is_file():
        raise UsageError(f"{out} is not the output folder of a run")
    with locked(out):
        freed = forget(out / WORK)
        before = _bytes_below(out)
        remove_temporaries(out)
        return freed + before - _bytes_below(out)


def forget_others(work: Path, folders: Sequence[Path]) -> None:
    """Remove work files of other recipes, code and inputs; the next run can reuse only those of this run."""
    for path in (work / name for name in names_in(work)):
        if path not in folders and path.name not in (INPUT_PATHS, APPLIED, FINISHED):
            forget(path)


def _bytes_below(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
