"""A sample of the pieces that some inputs are cut into, and what a recipe makes of it.

Which pieces are taken depends on names and places alone, so a plan that is made again reads the same. The recipe runs
on them as in a run, in this process, in a folder that is removed: same stages, same code, so the same costs. It runs on
one piece first, for nothing but to load models and to compile.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from heapq import nsmallest
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import cast

from curate.cluster import Workers
from curate.counts import StageCount, Tally, fold, stage_count
from curate.dedup.earlier_runs import Earlier
from curate.engine.assembling import assemble, markers
from curate.engine.phases import advance_all
from curate.engine.progress import Show
from curate.errors import UsageError
from curate.files import standing_marker
from curate.folder import WORK
from curate.inputs import sources
from curate.inputs.input_file import Input, Split, open_input
from curate.inputs.listing import Inputs
from curate.inputs.tasks import Stretch, Tasks, planned
from curate.recipe import Recipe

PIECE_BYTES = 2 << 20
MAX_INPUTS = 256  # that pieces are taken from
MAX_PIECES = 64


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of an input, its bytes of input, and whether it is only the beginning of an input."""

    split: Split
    bytes: int
    begins: bool = False


@dataclass(frozen=True, slots=True)
class Measured:
    """What the recipe made of each piece: its bytes and the counts of all stages; and of all of them together.

    `last_seconds` are CPU seconds of putting the output together; `left` are bytes of the output with its work files,
    `text` documents, characters and bytes of what was kept.
    """

    bytes: tuple[int, ...]
    counts: tuple[dict[str, StageCount], ...]
    tally: Tally
    last_seconds: float
    left: int
    text: dict[str, int]
    beginnings: int


def choose(inputs: Sequence[Input], most_bytes: int) -> list[Piece]:
    """Pieces of some inputs, in an order that looks like chance, until they are `most_bytes`, or 64; one at least."""
    numbers = nsmallest(MAX_INPUTS, range(len(inputs)), key=lambda number: _chance(inputs[number].name))
    chosen = planned(cast(Inputs, tuple(inputs[number] for number in sorted(numbers))), PIECE_BYTES)
    found = ((split, stretch) for stretch in chosen.stretches for split in chosen.task(stretch).splits)
    ranked = sorted(found, key=lambda each: _chance(f"{each[0].input.name}\0{each[0].start}"))
    pieces: list[Piece] = []
    held = 0
    for split, stretch in ranked[:MAX_PIECES]:
        size = split.input.bytes if stretch.count > 1 else stretch.bytes
        if not size or (pieces and held >= most_bytes):
            continue
        pieces.append(_piece(split, size))
        held += pieces[-1].bytes
    return pieces


def _chance(text: str) -> str:
    return sha256(text.encode("utf-8", "surrogateescape")).hexdigest()


def _piece(split: Split, size: int) -> Piece:
    """A piece; of a large input that cannot be cut its first bytes stand for it."""
    cuttable = split.input.format in (*sources.SPLITTABLE, "parquet")
    begins = not cuttable and size > 2 * PIECE_BYTES
    return Piece(split, 2 * PIECE_BYTES if begins else size, begins)


def measure(
    recipe: Recipe, pieces: Sequence[Piece], against: Sequence[Earlier], show: Show, scratch: Path | None
) -> Measured:
    """Run a recipe on some pieces; raises UsageError when one of them cannot be read."""
    with TemporaryDirectory(dir=scratch, prefix="curate-plan-") as name:
        folder = Path(name)
        short = [_shortened(piece, folder / "heads") for piece in pieces]
        _run(recipe, short[:1], folder / "warm", against, show)
        return _run(recipe, short, folder / "out", against, show)


def _shortened(piece: Piece, folder: Path) -> Piece:
    """The piece itself, or a copy of the beginning that stands for its input."""
    if not piece.begins:
        return piece
    each = piece.split.input
    path = folder / _chance(each.name)[:16] / Path(each.name).name
    path.parent.mkdir(parents=True, exist_ok=True)
    with open_input(each, piece.bytes) as file, path.open("wb") as head:
        head.write(file.read(piece.bytes))
    short = replace(each, path=str(path), bytes=piece.bytes, origin=None)
    return replace(piece, split=Split(short, 0, piece.bytes))


def _run(recipe: Recipe, pieces: Sequence[Piece], out: Path, against: Sequence[Earlier], show: Show) -> Measured:
    inputs = tuple(piece.split.input for piece in pieces)
    places = [Stretch(at, 1, each.split.start, each.split.end, each.bytes) for at, each in enumerate(pieces)]
    tasks = Tasks(cast(Inputs, inputs), places)  # nothing but its items is asked of it
    done, missing, folders = advance_all(recipe, tasks, out / WORK, against, Workers(1), show)
    if missing:
        raise UsageError(f"the sample cannot be read: {missing[0]}")
    identities = [each.identity for each in done]
    tally = fold(recipe.stage_names, markers(folders, identities))
    began = time.process_time()
    _, text = assemble(recipe, [[identity] for identity in identities], folders, out, tally, {}, Workers(1))
    last = time.process_time() - began
    left = sum(path.stat().st_size for path in out.rglob("*") if path.is_file())
    counts = tuple(_counts(folders, each.identity) for each in done)
    sizes, begins = tuple(piece.bytes for piece in pieces), sum(piece.begins for piece in pieces)
    return Measured(sizes, counts, tally, last, left, text, begins)


def _counts(folders: Sequence[Path], identity: str) -> dict[str, StageCount]:
    """What the stages counted in one piece; a search for duplicates has no marker of a piece."""
    counts: dict[str, StageCount] = {}
    for folder in folders:
        if (folder / f"{identity}.json").is_file():
            for name, stage in standing_marker(folder / f"{identity}.json")["stages"].items():
                counts.setdefault(name, StageCount()).add(stage_count(stage))
    return counts
