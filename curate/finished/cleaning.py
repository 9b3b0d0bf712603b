"""Removing what a run keeps for later runs only: the work files, which hold pages as they were."""

import shutil
from pathlib import Path

from curate.errors import UsageError
from curate.files import locked, remove_temporaries
from curate.folder import LOCK, WORK


def clean(out: Path) -> int:
    """Remove `work/` and half-written files from a run's folder; returns the bytes freed.

    Raises UsageError when it is no run's folder, or a run is at work in it.
    """
    if not (out / LOCK).is_file():
        raise UsageError(f"{out} is not the output folder of a run")
    with locked(out):
        before = _bytes_below(out)
        shutil.rmtree(out / WORK, ignore_errors=True)
        remove_temporaries(out)
        return before - _bytes_below(out)


def _bytes_below(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
