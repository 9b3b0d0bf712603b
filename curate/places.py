"""Folders of this machine that stand for folders elsewhere, such as on S3, for as long as a run lasts.

Work files are written once, under names that say what is in them, and a marker is written after them. So machines
without a common disk can exchange them by two rules. What is finished in such a folder is sent before it gets its
name here, and what is to be read there is brought first. `curate.files` applies the first rule and `here` the second.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol


class Place(Protocol):
    """A local folder and a remote one with the same files; the remote one is authoritative."""

    @property
    def root(self) -> Path:
        """The folder here."""

    def send(self, source: Path, path: Path) -> None:
        """Store a file that is whole here and about to be renamed to `path`."""

    def bring(self, path: Path) -> None:
        """Make a file here what is stored; remove it when nothing is."""

    def stored(self, path: Path) -> tuple[int, str] | None:
        """Bytes and SHA-256 of what is stored under a name."""

    def names(self, folder: Path) -> set[str]:
        """The names of files and folders that are stored in a folder."""

    def remove(self, path: Path) -> int:
        """Remove a stored file, or all that is stored in a folder; returns the bytes it had."""


_places: list[Place] = []  # of this process


@contextmanager
def standing_for(*places: Place) -> Iterator[None]:
    """For the time of a block, folders here stand for folders elsewhere."""
    before = list(_places)
    adopt([*before, *places])
    try:
        yield
    finally:
        adopt(before)


def standing() -> tuple[Place, ...]:
    """The folders that stand for others now; workers get them with each call."""
    return tuple(_places)


def adopt(places: Sequence[Place]) -> None:
    """Let these folders stand for others, and no more than these."""
    _places[:] = places


def place_of(path: Path) -> Place | None:
    """The folder elsewhere that a file belongs to; None for a file of this machine."""
    return next((place for place in _places if path.is_relative_to(place.root)), None)


def here(path: Path) -> Path:
    """A file about to be read, brought first if it belongs elsewhere; it does not exist when nothing is stored."""
    place = place_of(path)
    if place is not None:
        place.bring(path)
    return path


def names_in(folder: Path) -> list[str]:
    """The names of files and folders in a folder, here or elsewhere, in order."""
    place = place_of(folder)
    found = {path.name for path in folder.iterdir()} if folder.is_dir() else set()
    return sorted(found | (place.names(folder) if place is not None else set()))


def bring_all(folder: Path) -> None:
    """Bring everything below a folder, before it is searched by the names of its files."""
    place = place_of(folder)
    for name in sorted(place.names(folder)) if place is not None else ():
        if name.endswith("/"):
            bring_all(folder / name)
        else:
            here(folder / name)
