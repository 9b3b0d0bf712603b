"""Several runs on one page: settings, survival and audits in columns, and what the first keeps and another does not."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from curate.audit import show
from curate.filters.text_view import TextView
from curate.output.checksums import load_report
from curate.report.excerpts import excerpt
from curate.report.groups import reason_of, wilson
from curate.report.limits import settings_of
from curate.report.pages import MAX_PAGES, Ints, Pages, count_pages, read_pages, read_texts

REASONS, SAMPLES = 6, 3


@dataclass(frozen=True, slots=True)
class Reason:
    """Why pages that one run kept were dropped by another: the rule, how many, and a few, as address and beginning."""

    name: str
    pages: int
    samples: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Pair:
    """The first run (`here`) and another (`there`), by their numbers: pages in both, kept by both, and by one alone.

    `low` and `high` bound the share kept by both of what either keeps, at 95 % (Wilson).
    """

    here: int
    there: int
    shared: int
    both: int
    only_here: int
    only_there: int
    low: float
    high: float
    lost: tuple[Reason, ...]
    gained: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class SideBySide:
    """Runs in the order they were named: settings, stages and figures have a value for each, None where it has none."""

    names: tuple[str, ...]
    reports: tuple[Mapping[str, Any], ...]
    settings: tuple[tuple[str, str, tuple[str, ...]], ...]
    stages: tuple[tuple[str, tuple[int | None, ...]], ...]
    figures: tuple[tuple[str, tuple[str, ...]], ...]
    share: float
    pairs: tuple[Pair, ...]


def side_by_side(outs: Sequence[Path]) -> SideBySide:
    """Compare the first of some finished runs with each of the others; pages are matched by id."""
    reports = tuple(map(load_report, outs))
    share = min(1.0, MAX_PAGES / max(1, *map(count_pages, outs)))
    pages = [
        read_pages(out, tuple(stage["name"] for stage in report["stages"]), share=share)
        for out, report in zip(outs, reports, strict=True)
    ]
    return SideBySide(
        names=_names(outs),
        reports=reports,
        settings=tuple(_settings(reports)),
        stages=tuple(_stages(reports)),
        figures=tuple(_figures(outs)),
        share=share,
        pairs=tuple(_pair(pages, there) for there in range(1, len(outs))),
    )


def _names(outs: Sequence[Path]) -> tuple[str, ...]:
    """The runs' folder names, with as many parents as tell them apart."""
    parts = [out.resolve().parts for out in outs]
    for depth in range(1, max(map(len, parts))):
        names = ["/".join(each[-depth:]) for each in parts]
        if len(set(names)) == len(names):
            return tuple(names)
    return tuple(f"run {number}" for number in range(1, len(outs) + 1))


def _settings(reports: Sequence[Mapping[str, Any]]) -> list[tuple[str, str, tuple[str, ...]]]:
    """The settings that are not the same in all runs; "" where one has no such stage or setting."""
    held = [{(stage, name): value for stage, name, value in settings_of(report)} for report in reports]
    names = dict.fromkeys(name for each in held for name in each)
    rows = [(stage, name, tuple(each.get((stage, name), "") for each in held)) for stage, name in names]
    return [row for row in rows if len(set(row[2])) > 1]


def _stages(reports: Sequence[Mapping[str, Any]]) -> list[tuple[str, tuple[int | None, ...]]]:
    left = [{stage["name"]: stage["docs_out"] for stage in report["stages"]} for report in reports]
    names = dict.fromkeys(name for each in left for name in each)
    return [(name, tuple(each.get(name) for each in left)) for name in names]


def _figures(outs: Sequence[Path]) -> list[tuple[str, tuple[str, ...]]]:
    """Figures of the audits, where any run has one."""
    audits = map(show.load_audit, outs)
    found = [{told: figure for told, figure, _ in show.figures(audit)} if audit else {} for audit in audits]
    names = dict.fromkeys(name for each in found for name in each)
    return [(name, tuple(each.get(name, "not labelled") for each in found)) for name in names]


def _pair(pages: Sequence[Pages], there: int) -> Pair:
    left, right = pages[0], pages[there]
    _, mine, theirs = np.intersect1d(left.ids.astype(str), right.ids.astype(str), return_indices=True)
    here, other = left.kept[mine], right.kept[theirs]
    both, either = int((here & other).sum()), int((here | other).sum())
    return Pair(
        0,
        there,
        len(mine),
        both,
        int((here & ~other).sum()),
        int((other & ~here).sum()),
        *wilson(both, either),
        lost=_reasons(left, right, mine[here & ~other], theirs[here & ~other]),
        gained=_reasons(right, left, theirs[other & ~here], mine[other & ~here]),
    )


def _reasons(keeping: Pages, dropping: Pages, kept: Ints, dropped: Ints) -> tuple[Reason, ...]:
    """Why one run dropped pages that another kept, commonest first, with the text as it was kept."""
    why = [reason_of(dropping, page) for page in dropped.tolist()]
    counts = Counter(why)
    order = sorted(counts, key=lambda name: (-counts[name], name))[:REASONS]
    by_reason: dict[str, list[int]] = {}
    for page, reason in zip(kept.tolist(), why, strict=True):
        by_reason.setdefault(reason, []).append(page)
    chosen = {name: by_reason[name][:SAMPLES] for name in order}
    texts = read_texts(keeping, np.array([page for some in chosen.values() for page in some], np.int64))
    return tuple(
        Reason(name, counts[name], tuple((keeping.urls[page], _beginning(texts.get(page))) for page in chosen[name]))
        for name in order
    )


def _beginning(view: TextView | None) -> str:
    return "" if view is None else "".join(piece.text for piece in excerpt(view.text, lambda _: ()))
