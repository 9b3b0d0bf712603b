"""Two runs side by side: what their recipes differ in, what each stage did, and the pages that changed fate."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from curate.report.groups import reason_of
from curate.report.limits import settings_of
from curate.report.pages import MAX_PAGES, Pages, count_pages, read_pages

MOVES = 12
EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class Difference:
    """A setting that is not the same in both recipes; "" where one has no such stage or setting."""

    stage: str
    setting: str
    here: str
    there: str


@dataclass(frozen=True, slots=True)
class Move:
    """Pages that ended one way in the first run and another in the second."""

    here: str
    there: str
    pages: int
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two runs: `stages` are (name, left by the first, left by the second), None for a stage a run does not have.

    Pages are matched by id, which is the input's name and the place in it; `share` of them were looked at.
    """

    differences: tuple[Difference, ...]
    stages: tuple[tuple[str, int | None, int | None], ...]
    share: float
    both: int
    only_here: int
    only_there: int
    changed: int
    moves: tuple[Move, ...]


def compare(here: Path, there: Path, reports: tuple[Mapping[str, Any], Mapping[str, Any]]) -> Comparison:
    """Compare the runs in two folders, whose reports these are."""
    names = [tuple(stage["name"] for stage in report["stages"]) for report in reports]
    described = [{(stage, name): value for stage, name, value in settings_of(report)} for report in reports]
    share = min(1.0, MAX_PAGES / max(1, *(count_pages(out) for out in (here, there))))
    left, right = (read_pages(out, n, share=share) for out, n in zip((here, there), names, strict=True))
    _, mine, theirs = np.intersect1d(left.ids.astype(str), right.ids.astype(str), return_indices=True)
    moves = _moves(left, right, mine, theirs)
    return Comparison(
        differences=tuple(_differences(*described)),
        stages=tuple(_stages(*reports)),
        share=share,
        both=len(mine),
        only_here=len(left) - len(mine),
        only_there=len(right) - len(mine),
        changed=sum(move.pages for move in moves),
        moves=tuple(moves[:MOVES]),
    )


def _differences(here: Mapping[tuple[str, str], str], there: Mapping[tuple[str, str], str]) -> Iterator[Difference]:
    for stage, setting in dict.fromkeys([*here, *there]):
        values = here.get((stage, setting), ""), there.get((stage, setting), "")
        if values[0] != values[1]:
            yield Difference(stage, setting, *values)


def _stages(*reports: Mapping[str, Any]) -> Iterator[tuple[str, int | None, int | None]]:
    left, right = ({stage["name"]: stage["docs_out"] for stage in report["stages"]} for report in reports)
    for name in dict.fromkeys([*left, *right]):
        yield name, left.get(name), right.get(name)


def _moves(left: Pages, right: Pages, mine: np.ndarray, theirs: np.ndarray) -> list[Move]:
    """The commonest changes of fate, with the addresses of the pages of lowest id."""
    counts: Counter[tuple[str, str]] = Counter()
    examples: dict[tuple[str, str], list[str]] = {}
    for i, j in zip(mine.tolist(), theirs.tolist(), strict=True):
        fates = reason_of(left, i), reason_of(right, j)
        if fates[0] != fates[1]:
            counts[fates] += 1
            examples.setdefault(fates, []).append(left.urls[i])
    order = sorted(counts, key=lambda fates: (-counts[fates], fates))
    return [Move(*fates, counts[fates], tuple(examples[fates][:EXAMPLES])) for fates in order]
