"""What nodes of a cluster do before and after a run with its folder: prove that they share it, and leave nothing."""

import shutil
from collections.abc import Sequence
from pathlib import Path

from curate.files import whole_file
from curate.folder import LOCK
from curate.places import here, standing


def tidy_folders() -> None:
    """Remove what this machine holds of folders that stand for folders elsewhere, unless a run's driver uses them."""
    for place in standing():
        if not (place.root.parent / LOCK).exists():
            shutil.rmtree(place.root, ignore_errors=True)


def leave_proof(proofs: Path, name: str) -> None:
    """Write the proof of a node, or of the driver."""
    proofs.mkdir(parents=True, exist_ok=True)
    with whole_file(proofs / name) as temporary:
        temporary.write_text(proofs.name)


def unseen(proofs: Path, names: Sequence[str]) -> list[str]:
    """The proofs this machine cannot read."""
    return [name for name in names if not here(proofs / name).is_file() or (proofs / name).read_text() != proofs.name]
