"""What a run would have kept with other limits: judged again from its signals, without extracting anything.

A page that was kept, or dropped later than the first changed stage, is judged by its stored signals. A page that newly
passes meets the stages behind: their stored signals where there are any, and where there are none (model scores) the
stages themselves, on the text in `dropped/`, which is the text as it was before the stage that dropped it. The result
is that of a full run with those limits, but for duplicates: pages that newly come to a barrier are not searched for
them, and duplicates of a page that no longer comes there stay dropped; such pages are counted and said.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.compute as pc

from curate.errors import CurateError, UsageError
from curate.folder import DATA, DROPPED, SIGNALS, TAKEDOWN
from curate.output.dropped_documents import dropped_documents
from curate.output.fates import Reason, Reasons, batches, find, keys_of, read_fates, rows_with
from curate.protocol import column
from curate.recipe import Recipe, fingerprint
from curate.stages import about, is_barrier
from curate.stages.kinds import limits
from curate.whatif.finished import Finished
from curate.whatif.flips import Pages, Sweep, Tally
from curate.whatif.rejudge import UNKNOWN, columns, floats, judge, judge_again
from curate.whatif.rescore import run_on
from curate.whatif.settings import Setting, limit_now, moving, with_setting

CHARS = "extract.text_chars"

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Point:
    """The documents, and their characters as extracted, that would be kept at one value of a limit."""

    value: float
    docs: int
    chars: int


@dataclass(frozen=True, slots=True)
class Flip:
    """Pages that end elsewhere than before, and how many there are."""

    old: Reason
    new: Reason
    docs: int


@dataclass(frozen=True, slots=True)
class Sample:
    """A page that is newly kept or newly dropped, with the number that decides and the limit it is held against."""

    url: str
    text: str
    old: Reason
    new: Reason
    value: float
    limit: float


@dataclass(frozen=True, slots=True)
class WhatIf:
    """The effect of changed limits: stages as in `report.json` before and after, and the pages that flip.

    `docs` and `chars` (as extracted) are (before, after). `rescored` pages went through stages again. `unmatched`
    pages would newly be searched for duplicates and here are none; `orphans` were dropped as duplicates of a page that
    would now go before, and here stay dropped. Where both are 0 the result is exact.
    """

    before: list[dict[str, Any]]
    after: list[dict[str, Any]]
    docs: tuple[int, int]
    chars: tuple[int, int]
    flips: list[Flip]
    samples: list[Sample]
    rescored: int
    unmatched: int
    orphans: int
    curve: list[Point]

    @property
    def exact(self) -> bool:
        """Return whether a full run with these limits keeps exactly these pages."""
        return not (self.unmatched or self.orphans)


def sweep_of(recipe: Recipe, stage: str, limit: str, values: Sequence[float]) -> tuple[Recipe, Sweep]:
    """A sweep over a limit, and the recipe with that limit at its loosest value, which is to be judged by."""
    found = next(each for each in recipe.stages if each.name == stage)
    sweep = Sweep(stage, limit, tuple(sorted(values)), column(stage, limits(found)[limit].signal))
    return with_setting(recipe, Setting(stage, limit, sweep.loosest)), sweep


def whatif(
    run: Finished, recipe: Recipe, *, samples: int = 0, sweep: Sweep | None = None, say: Say = lambda _: None
) -> WhatIf:
    """Judge the pages of a run again by a recipe that differs in limits only.

    `samples` is how many pages to show that are newly kept, and that are newly dropped. With a sweep the limit in
    `recipe` must be its loosest; what is kept at each value is `curve`. `say` is told before pages are scored.
    Raises UsageError when stored signals or texts do not suffice, or a stage at or behind a change keeps a share.
    """
    if stage := moving(run.recipe, recipe):
        raise UsageError(f"{stage} sets a limit by the scores of all pages, which may move: say --set and --apply OUT2")
    reasons = Reasons(run.recipe.stage_names)
    pairs = zip(recipe.stages, run.recipe.stages, strict=True)
    changed = [place for place, pair in enumerate(pairs) if fingerprint(pair[0]) != fingerprint(pair[1])]
    first = min(changed, default=len(recipe.stages))
    fates = read_fates(run.out, reasons, recipe.text_from)
    barriers = [place for place, stage in enumerate(recipe.stages) if is_barrier(stage)]
    tally = Tally(reasons, barriers, samples, sweep)
    waiting: list[Pages] = []
    for rows in batches(run.out / SIGNALS, _columns(recipe, first, sweep)):
        keys = keys_of(rows.column("id"))
        old = fates.of(keys)
        new = judge_again(rows, old, recipe, changed, reasons)
        pages = Pages(keys, old, new, floats(rows, CHARS), floats(rows, sweep.column if sweep else CHARS))
        waiting.append(pages.take(np.flatnonzero(new == UNKNOWN)))
        tally.add(pages.take(np.flatnonzero(new != UNKNOWN)))
    rescored = _rescore(run.out, recipe, Pages.joined(waiting), reasons, tally, say)
    _check(run, tally, first)
    return _result(run, recipe, tally, rescored)


def _columns(recipe: Recipe, first: int, sweep: Sweep | None) -> list[str]:
    judged = [name for stage in recipe.stages[first:] for name in columns(stage)]
    return list(dict.fromkeys(["id", CHARS, *judged, *([sweep.column] if sweep else [])]))


def _rescore(out: Path, recipe: Recipe, pages: Pages, reasons: Reasons, tally: Tally, say: Say) -> int:
    """Run pages through the stages from the one that dropped them on, and count where they end."""
    if not len(pages.keys):
        return 0
    for stage in recipe.stages[int(reasons.places[pages.old].min()) :]:
        about(stage).check()
    say(f"{len(pages.keys):,} pages newly pass and go through the stages behind, on the text in dropped/")
    for documents, place in dropped_documents(out, pages.keys, recipe):
        ends = run_on(documents, recipe, place)
        places = find(pages.keys, keys_of(documents.batch.column("id")))[1]
        numbers = np.array([reasons.number(end) for end in ends], np.int32)
        some = pages.take(places)
        tally.add(Pages(some.keys, some.old, numbers, some.chars, some.swept))
    return len(pages.keys)


def _orphans(out: Path, recipe: Recipe, tally: Tally) -> int:
    """Return how many pages were dropped as duplicates of one that would no longer come so far."""
    lost = Pages.joined(tally.lost)
    if not len(lost.keys):
        return 0
    ended, count = tally.reasons.places[lost.new], 0
    for rows in batches(out / DROPPED, ["stage", "duplicate_of"]):
        rows = rows.filter(pc.is_valid(rows.column("duplicate_of")))
        found, places = find(lost.keys, keys_of(rows.column("duplicate_of")))
        dropped_at = np.array([recipe.stage_names.index(name) for name in rows.column("stage").to_pylist()], np.int64)
        count += int((found & (ended[places] < dropped_at)).sum())
    return count


def _check(run: Finished, tally: Tally, first: int) -> None:
    """Raise CurateError unless the old reasons of the pages with signals are what the report counts.

    Where pages have been taken down, their signals are gone and the counts of what dropped them have stayed.
    """
    found = tally.ended(0)
    taken = (run.out / TAKEDOWN).is_file()
    for place, stage in enumerate(run.report["stages"][: len(run.recipe.stages)]):
        said = sum(stage["dropped"].values()) + sum(stage["errors"].values())
        here = found.get(place, Counter()).total()
        if place >= first and (here > said if taken else here != said):
            raise CurateError(
                f"{run.out}: signals/ has {here} pages that {stage['name']} removed, report.json {said}: verify it"
            )
    kept, said = found.get(len(run.recipe.stages), Counter()).total(), run.report["totals"]["docs_out"]
    if kept != said:
        raise CurateError(f"{run.out}: signals/ has {kept} pages that were kept, report.json {said}: verify it")


def _result(run: Finished, recipe: Recipe, tally: Tally, rescored: int) -> WhatIf:
    listed = tally.reasons.listed
    flips = [Flip(listed[old], listed[new], n) for (old, new), n in tally.flips.items() if old != new]
    flips.sort(key=lambda flip: (-flip.docs, flip.old, flip.new))
    kept = len(recipe.stages)
    docs = [tally.ended(side).get(kept, Counter()).total() for side in (0, 1)]
    return WhatIf(
        before=run.report["stages"],
        after=_stages(run, tally),
        docs=(docs[0], docs[1]),
        chars=(int(tally.chars[0]), int(tally.chars[1])),
        flips=flips,
        samples=[*_newly_kept(run, tally), *_newly_dropped(run, recipe, tally)],
        rescored=rescored,
        unmatched=sum(
            flip.docs for flip in flips if any(flip.old.place < at < flip.new.place for at in tally.barriers)
        ),
        orphans=_orphans(run.out, recipe, tally),
        curve=_curve(tally),
    )


def _stages(run: Finished, tally: Tally) -> list[dict[str, Any]]:
    """The report's stages with the pages that each would remove more or fewer."""
    old, new = tally.ended(0), tally.ended(1)
    stages: list[dict[str, Any]] = []
    for place, before in enumerate(run.report["stages"]):
        docs_in = stages[-1]["docs_out"] if stages else before["docs_in"]
        gone = {False: Counter(before["dropped"]), True: Counter(before["errors"])}
        if place < len(run.recipe.stages):
            for reason in old.get(place, Counter()) | new.get(place, Counter()):
                more = new.get(place, Counter())[reason] - old.get(place, Counter())[reason]
                gone[reason.failed][reason.rule] += more
        dropped, errors = (
            {rule: n for rule, n in sorted(gone[failed].items(), key=lambda item: (-item[1], item[0])) if n}
            for failed in (False, True)
        )
        docs_out = docs_in - sum(dropped.values()) - sum(errors.values())
        stages.append(
            {"name": before["name"], "docs_in": docs_in, "docs_out": docs_out, "dropped": dropped, "errors": errors}
        )
    return stages


def _newly_kept(run: Finished, tally: Tally) -> list[Sample]:
    """The shown pages that are newly kept, with the number that had dropped them."""
    shown = {key: (tally.reasons.listed[old], tally.reasons.listed[new]) for key, old, new in tally.shown[True]}
    names = ["id", "url", "value", "limit", "text"]
    return [
        Sample(row["url"] or "", row["text"] or "", *shown[key], row["value"], row["limit"])
        for key, row in _rows(run.out / DROPPED, shown, names)
    ]


def _newly_dropped(run: Finished, recipe: Recipe, tally: Tally) -> list[Sample]:
    """The shown pages that are newly dropped, with the number that drops them."""
    shown = {key: (tally.reasons.listed[old], tally.reasons.listed[new]) for key, old, new in tally.shown[False]}
    values: dict[int, float] = {}
    for place in {new.place for _, new in shown.values()}:
        stage, here = recipe.stages[place], [key for key, (_, new) in shown.items() if new.place == place]
        for table in rows_with(run.out / SIGNALS, np.array(sorted(here), np.uint64), ["id", *columns(stage)]):
            for batch in table.to_batches():
                values |= dict(zip(keys_of(batch["id"]).tolist(), judge(stage, batch).values.tolist(), strict=True))
    return [
        Sample(row["url"] or "", row["text"], *shown[key], values[key], _limit(recipe, shown[key][1]))
        for key, row in _rows(run.out / DATA, shown, ["id", "url", "text"])
    ]


def _limit(recipe: Recipe, reason: Reason) -> float:
    """The limit behind a reason, NaN where it is none by number, such as a language that is not kept."""
    limit = limit_now(recipe, recipe.stage_names[reason.place], reason.rule)
    return float("nan") if limit is None else float(limit)


def _rows(folder: Path, keys: Iterable[int], names: list[str]) -> list[tuple[int, dict[str, Any]]]:
    found: list[tuple[int, dict[str, Any]]] = []
    for table in rows_with(folder, np.array(sorted(keys), np.uint64), names):
        found += zip(keys_of(table["id"]).tolist(), table.to_pylist(), strict=True)
    return sorted(found, key=lambda item: item[0])


def _curve(tally: Tally) -> list[Point]:
    if tally.sweep is None:
        return []
    return [
        Point(value, int(docs), int(chars))
        for value, docs, chars in zip(tally.sweep.values, *tally.swept.tolist(), strict=True)
    ]
