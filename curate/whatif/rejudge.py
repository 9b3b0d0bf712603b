"""Stages judged again, from stored signals alone and many pages at a time; what they say is what the stages said."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from curate.errors import UsageError
from curate.recipe import Recipe
from curate.stages import Barrier, Language, Redact, Rules, Score
from curate.whatif.fates import KEPT, Reasons

KEPT_RULE = ""
UNKNOWN = -1  # the number of the reason of a page whose fate only the stages themselves can tell


@dataclass(frozen=True, slots=True)
class Verdicts:
    """The rule that decided about each row: `rules[codes[i]]`, int64; code 0 is "" and means kept."""

    rules: tuple[str, ...]
    codes: np.ndarray


@dataclass(frozen=True, slots=True)
class Judge:
    """How one kind of stage reads stored signals: which columns it needs, and its verdicts on rows that have them."""

    columns: Callable[[Any], tuple[str, ...]]
    judge: Callable[[Any, pa.RecordBatch], Verdicts]
    signal: Callable[[Any, str], str]


def floats(rows: pa.RecordBatch, name: str) -> np.ndarray:
    """A column as float64, NaN where it is null or not there at all."""
    if name not in rows.schema.names:
        return np.full(rows.num_rows, np.nan)
    return np.asarray(rows.column(name).to_numpy(zero_copy_only=False), np.float64)


def _first(failing: Mapping[str, np.ndarray], rows: int) -> Verdicts:
    """For each row the first of the rules that it fails, in their order."""
    codes = np.zeros(rows, np.int64)
    for code, fails in reversed(list(enumerate(failing.values(), 1))):
        codes[fails] = code
    return Verdicts((KEPT_RULE, *failing), codes)


def _judge_rules(stage: Rules, rows: pa.RecordBatch) -> Verdicts:
    values = {rule.signal: floats(rows, f"{stage.name}.{rule.signal}") for rule in stage.rules.rules}
    # Negated, so that a value that is no number fails, as `Rule.passes` has it.
    failing = {
        rule.name: ~(values[rule.signal] >= rule.limit if rule.bound == "min" else values[rule.signal] <= rule.limit)
        for rule in stage.rules.rules
    }
    return _first(failing, rows.num_rows)


def _judge_language(stage: Language, rows: pa.RecordBatch) -> Verdicts:
    found = rows.column("language").dictionary_encode()
    rules = [KEPT_RULE, "min_probability"]
    of_code = np.zeros(len(found.dictionary), np.int64)
    for place, code in enumerate(found.dictionary.to_pylist()):
        if code not in stage.keep:
            of_code[place] = len(rules)
            rules.append(f"language_{code}")
    codes = of_code[found.indices.to_numpy(zero_copy_only=False)]
    codes[(codes == 0) & ~(floats(rows, "language.probability") >= stage.min_probability)] = 1
    return Verdicts(tuple(rules), codes)


def _judge_score(stage: Score, rows: pa.RecordBatch) -> Verdicts:
    scores = floats(rows, f"{stage.name}.score")
    failing = {"min_score": scores < stage.min_score, "max_score": scores > stage.max_score}
    if stage.chance is not None:
        failing["chance"] = scores <= stage.chance(rows.column("id").to_pylist())
    return _first(failing, len(scores))


def _score_columns(stage: Score) -> tuple[str, ...]:
    return (f"{stage.name}.score", *(("id",) if stage.chance is not None else ()))


def _judge_spans(stage: Redact, rows: pa.RecordBatch) -> Verdicts:
    limit = np.inf if stage.max_pii_spans is None else stage.max_pii_spans
    return _first({"max_pii_spans": floats(rows, f"{stage.name}.spans") > limit}, rows.num_rows)


def _rule_columns(stage: Rules) -> tuple[str, ...]:
    return tuple(dict.fromkeys(f"{stage.name}.{rule.signal}" for rule in stage.rules.rules))


def _rule_signal(stage: Rules, rule: str) -> str:
    return f"{stage.name}.{next(each.signal for each in stage.rules.rules if each.name == rule)}"


JUDGES: Mapping[type, Judge] = {
    Rules: Judge(_rule_columns, _judge_rules, _rule_signal),
    Language: Judge(lambda _: ("language", "language.probability"), _judge_language, lambda *_: "language.probability"),
    Score: Judge(_score_columns, _judge_score, lambda stage, _: f"{stage.name}.score"),
    Redact: Judge(lambda stage: (f"{stage.name}.spans",), _judge_spans, lambda stage, _: f"{stage.name}.spans"),
}


def stored(stage: object, rows: pa.RecordBatch) -> np.ndarray:
    """Whether each row holds every signal a stage judges by: false for all at a stage that is not judged here."""
    known = np.full(rows.num_rows, type(stage) in JUDGES)
    for name in columns(stage):
        if name not in rows.schema.names:
            return np.zeros(rows.num_rows, bool)
        known &= pc.is_valid(rows.column(name)).to_numpy(zero_copy_only=False)
    return known


def measured(stage: object, rows: pa.RecordBatch) -> np.ndarray:
    """Whether each row holds those signals as numbers: a stage that failed on a page leaves NaN."""
    known = stored(stage, rows)
    for name in columns(stage):
        if name in rows.schema.names and pa.types.is_floating(rows.schema.field(name).type):
            known &= ~np.isnan(floats(rows, name))
    return known


def columns(stage: object) -> tuple[str, ...]:
    """The columns of `signals/` that a stage judges by; none for a stage that is not judged here."""
    return JUDGES[type(stage)].columns(stage) if type(stage) in JUDGES else ()


def judge(stage: object, rows: pa.RecordBatch) -> Verdicts:
    """The verdict of a stage on each row, from its signals alone; rows must be `measured`."""
    return JUDGES[type(stage)].judge(stage, rows)


def signal_of(stage: object, rule: str) -> str:
    """The column of `signals/` that a rule of a stage judges."""
    return JUDGES[type(stage)].signal(stage, rule)


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
        if isinstance(stage, Barrier):
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


def _numbers(stage: Any, place: int, rows: pa.RecordBatch, known: np.ndarray, reasons: Reasons) -> np.ndarray:
    held = rows.select([name for name in columns(stage) if name in rows.schema.names])
    verdicts = judge(stage, held if known.all() else held.take(pa.array(np.flatnonzero(known))))
    return reasons.numbers(place, verdicts.rules, verdicts.codes)


def _same_text(recipe: Recipe, place: int) -> int:
    """The first place such that a page dropped there or later has the signals at `place` that it would have if kept.

    Signals of dropped pages are measured on the text they were dropped with. An edit in between counts too, since rule
    sets go on measuring behind a drop; but not across a barrier, behind which the run begins again with `dropped/`.
    """
    met = False
    for since in range(place, 0, -1):
        stage = recipe.stages[since - 1]
        met |= isinstance(stage, Barrier)
        edits = isinstance(stage, Rules) and stage.edit is not None
        if not isinstance(stage, Rules | Language | Score | Barrier) or (edits and met):
            return since
    return 0


def _refuse_unstored(stage: str, lacking: np.ndarray) -> None:
    if lacking.any():
        message = f"signals/ lacks the numbers {stage} judged {int(lacking.sum())} pages by: run it again, then ask"
        raise UsageError(message)
