"""Judges stages again from stored signals, many pages at a time, by the same function that the run called."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from curate.errors import UsageError
from curate.filters.verdicts import Verdicts
from curate.output.fates import KEPT, Reasons
from curate.protocol import column
from curate.recipe import Recipe
from curate.stages import about, is_barrier

UNKNOWN = -1  # the number of the reason of a page whose fate only the stages themselves can tell


def floats(rows: pa.RecordBatch, name: str) -> np.ndarray:
    """A column as float64, NaN where it is null or not there at all."""
    if name not in rows.schema.names:
        return np.full(rows.num_rows, np.nan)
    return np.asarray(rows.column(name).to_numpy(zero_copy_only=False), np.float64)


def stored(stage: object, rows: pa.RecordBatch) -> np.ndarray:
    """Whether each row holds every signal a stage judges by: false for all at a stage that is not judged here."""
    known = np.full(rows.num_rows, about(stage).judge is not None)
    for name in columns(stage):
        if name not in rows.schema.names:
            return np.zeros(rows.num_rows, bool)
        known &= pc.is_valid(rows.column(name)).to_numpy(zero_copy_only=False)
    return known


def measured(stage: object, rows: pa.RecordBatch) -> np.ndarray:
    """Return whether each row holds those signals as numbers: a stage that failed on a page leaves NaN."""
    known = stored(stage, rows)
    for name in columns(stage):
        if name in rows.schema.names and pa.types.is_floating(rows.schema.field(name).type):
            known &= ~np.isnan(floats(rows, name))
    return known


def columns(stage: object) -> tuple[str, ...]:
    """The columns of `signals/` that a stage judges by; none for a stage that is not judged here."""
    return tuple(column(stage.name, name) for name in about(stage).needs)  # type: ignore[attr-defined]


def judge(stage: object, rows: pa.RecordBatch) -> Verdicts:
    """The verdict of a stage on each row, from its signals alone; rows must be `measured`."""
    told = about(stage)
    assert told.judge is not None, f"{stage} does not judge by stored signals"
    held = (rows.column(name).to_numpy(zero_copy_only=False) for name in columns(stage))
    return told.judge(dict(zip(told.needs, held, strict=True)))


def judge_again(
    rows: pa.RecordBatch, old: np.ndarray, recipe: Recipe, changed: Sequence[int], reasons: Reasons
) -> np.ndarray:
    """The number of each row's new reason (int32), `UNKNOWN` where the stages have to be run.

    `rows` are signals and `old` the numbers of the reasons they ended by; `changed` are the places of the stages of
    `recipe` that differ from the run's. Raises UsageError when a stage has judged rows whose signals are not stored.
    """
    first = min(changed, default=len(recipe.stages))
    ended, failed = reasons.places[old], reasons.failed[old]
    new, alive = old.copy(), ended >= first
    for place in range(first, len(recipe.stages)):
        stage = recipe.stages[place]
        alive &= (ended != place) | ((place in changed) & ~failed)
        if is_barrier(stage):
            continue
        freed = ended < place
        todo = alive & (freed | (place in changed))
        if not todo.any():
            continue
        known = todo & np.where(
            freed, measured(stage, rows) & (ended >= _same_text(recipe, place)), stored(stage, rows)
        )
        _refuse_unstored(stage.name, todo & ~freed & ~known)
        new[todo & ~known] = UNKNOWN
        alive[todo & ~known] = False
        if known.any():
            numbers = _numbers(stage, place, rows, known, reasons)
            gone = np.flatnonzero(known)[numbers != KEPT]
            new[gone] = numbers[numbers != KEPT]
            alive[gone] = False
    new[alive] = KEPT
    return new


def _numbers(stage: object, place: int, rows: pa.RecordBatch, known: np.ndarray, reasons: Reasons) -> np.ndarray:
    held = rows.select([name for name in columns(stage) if name in rows.schema.names])
    verdicts = judge(stage, held if known.all() else held.take(pa.array(np.flatnonzero(known))))
    return reasons.numbers(place, verdicts.rules, verdicts.codes)


def _same_text(recipe: Recipe, place: int) -> int:
    """The first place such that a page dropped there or later has the signals at `place` that it would have if kept.

    Signals of dropped pages are measured on the text they were dropped with. An edit in between counts too, since rule
    sets go on measuring behind a drop; but not across a barrier, behind which the run begins again with `dropped/`.
    """
    behind_barrier = False
    for since in range(place, 0, -1):
        stage = recipe.stages[since - 1]
        behind_barrier |= is_barrier(stage)
        told = about(stage)
        if told.edits and (behind_barrier or not told.measures):
            return since
    return 0


def _refuse_unstored(stage: str, lacking: np.ndarray) -> None:
    if lacking.any():
        raise UsageError(
            f"signals/ lacks the numbers {stage} judged {int(lacking.sum())} pages by: run it again, then ask"
        )
