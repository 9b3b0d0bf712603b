"""Reads and writes the index of a run, with which a later run drops documents that this one already kept.

It names the folders of keys, texts and matches, and the settings the keys were made with, since keys of different
settings cannot be compared.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

from curate.errors import IncompleteRunError, UsageError
from curate.files import read_marker, standing_marker, write_marker
from curate.folder import INDEX
from curate.protocol import Barrier


@dataclass(frozen=True, slots=True)
class Place:
    """One barrier of a run: the folder of its keys and texts, the folder of its matches, and the barriers up to it."""

    keys: Path
    matches: Path
    stages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Earlier:
    """An earlier run whose kept documents must not be kept again: its name, digest, splits and barriers."""

    name: str
    digest: str
    identities: tuple[str, ...]
    places: Mapping[str, Place]


def leave_index(out: Path, resolved: Sequence[tuple[Sequence[Barrier], Path, Path]], identities: Sequence[str]) -> None:
    """Write the index of a run into `out`; `resolved` has for each row of barriers its folders of keys and of matches.

    Its digest covers the content of the files, so the same run has the same digest on every machine.
    """
    barriers: dict[str, Any] = {}
    for row, keys, matches in resolved:
        for i, barrier in enumerate(row):
            barriers[barrier.name] = {
                "made_with": barrier.made_with,
                "keys": str(keys.relative_to(out)),
                "matches": str(matches.relative_to(out)),
                "stages": [each.name for each in row[: i + 1]],
            }
    _write(out, barriers, identities)


def renew_index(out: Path) -> None:
    """Write the index of a finished run anew after pages were taken out of its files.

    Else a run that was matched against them would not see that they changed, and keep what it had found in them. Where
    there is no index, or what it names was removed, there is nothing that a run could be matched against.
    """
    if index := read_marker(out / INDEX):
        with suppress(IncompleteRunError):
            _write(out, index["barriers"], index["splits"])


def _write(out: Path, barriers: Mapping[str, Mapping[str, Any]], identities: Sequence[str]) -> None:
    rows: dict[tuple[str, str], list[Any]] = {}
    for name, each in barriers.items():
        rows.setdefault((each["keys"], each["matches"]), []).append([name, each["made_with"]])
    held: list[Any] = []
    for (keys, matches), row in rows.items():
        held += [*row, *_held(out / keys, out / matches, identities)]
    digest = sha256(json.dumps(held, sort_keys=True).encode()).hexdigest()
    write_marker(out / INDEX, {"digest": digest, "barriers": barriers, "splits": list(identities), "files": {}})


def _held(keys: Path, matches: Path, identities: Sequence[str]) -> Iterator[Any]:
    for identity in identities:
        files = standing_marker(keys / f"{identity}.json")["files"]
        yield [identity, *(files.get(kind, {}).get("sha256") for kind in ("keys", "documents"))]
    files = standing_marker(matches / "matches.json")["files"]
    yield [[identity, files[identity]["sha256"]] for identity in sorted(files)]


def read_indexes(against: Sequence[Path], barriers: Sequence[Barrier], out: Path) -> list[Earlier]:
    """Read the indexes of earlier runs for a recipe with these barriers that will write to `out`.

    Raises UsageError when a folder holds no finished run, when it is `out` itself, when files are missing, or when the
    recipe makes its keys in another way or makes none.
    """
    if against and not barriers:
        raise UsageError("--against: the recipe has no stage that removes duplicates")
    if any(path.resolve() == out.resolve() for path in against):
        raise UsageError(f"--against {out}: that is the folder this run writes to")
    return [_read(path.absolute(), barriers) for path in against]


def _read(out: Path, barriers: Sequence[Barrier]) -> Earlier:
    try:
        index = standing_marker(out / INDEX)
        held = index["barriers"]
        places = {barrier.name: _place(out, held.get(barrier.name), barrier) for barrier in barriers}
        earlier = Earlier(out.name, index["digest"], tuple(index["splits"]), places)
    except (IncompleteRunError, LookupError, TypeError, AttributeError):
        raise UsageError(f"--against {out}: there is no finished run that left an {INDEX}") from None
    markers = {place.matches / "matches.json" for place in places.values()}
    markers |= {place.keys / f"{each}.json" for place in places.values() for each in earlier.identities}
    paths = sorted(markers)
    with ThreadPoolExecutor() as threads:
        for path, marker in zip(paths, threads.map(partial(read_marker, digests=True), paths), strict=True):
            if marker is None:
                what = f"{path.relative_to(out)} or files it describes"
                raise UsageError(f"--against {out}: {what} are missing or damaged; run it again")
    return earlier


def _place(out: Path, held: Mapping[str, Any] | None, barrier: Barrier) -> Place:
    if held is None:
        raise UsageError(f"--against {out}: that run had no stage {barrier.name}")
    theirs, ours = held["made_with"], json.loads(json.dumps(dict(barrier.made_with)))
    different = sorted(key for key in theirs | ours if theirs.get(key) != ours.get(key))
    if different:
        said = ", ".join(f"{key} is {theirs.get(key)} there and {ours.get(key)} here" for key in different)
        raise UsageError(f"--against {out}: keys of {barrier.name} cannot be compared: {said}")
    return Place(out / held["keys"], out / held["matches"], tuple(held["stages"]))
