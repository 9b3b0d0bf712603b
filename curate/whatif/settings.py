"""Limits by name: `gopher.quality.min_words=30` as the same recipe with that limit."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import isfinite, isinf
from typing import Any

from curate.errors import UsageError
from curate.recipe import Recipe, fingerprint
from curate.stages import about
from curate.stages.kinds import limits

NONE = "none"
MAX_POINTS = 1000
ALIAS = "threshold"  # the one limit of a stage that drops anything, whatever its name


@dataclass(frozen=True, slots=True)
class Setting:
    """A limit of a stage and its new value; None takes the limit away."""

    stage: str
    limit: str
    value: float | None

    def __str__(self) -> str:
        return f"{self.stage}.{self.limit}={NONE if self.value is None else f'{self.value:g}'}"


def parse_setting(text: str, recipe: Recipe) -> Setting:
    """`STAGE.LIMIT=VALUE` as a setting of a recipe; the value is a number, or `none`.

    `STAGE.threshold` names the one limit of a stage that drops anything. Raises UsageError, in one line that says what
    there is instead, for what is no limit on a stored signal.

    >>> from curate.pipelines.webtext import recipe
    >>> parse_setting("quality.threshold=0.4", recipe)
    Setting(stage='quality', limit='min_score', value=0.4)
    """
    name, equals, value = text.partition("=")
    stage, dot, limit = name.strip().rpartition(".")
    if not (equals and dot):
        raise UsageError(f"--set {text}: say STAGE.LIMIT=VALUE, such as gopher.quality.min_words=30")
    return Setting(stage, limit_name(recipe, stage, limit), parse_value(value.strip(), text))


def parse_sweep(text: str, recipe: Recipe) -> tuple[str, str, tuple[float, ...]]:
    """`STAGE.LIMIT=FROM:TO:STEP` as stage, limit and ascending values, both ends included.

    Raises UsageError for what is no such range, or has more than 1,000 values.

    >>> from curate.pipelines.webtext import recipe
    >>> parse_sweep("quality.min_score=0.1:0.4:0.1", recipe)
    ('quality', 'min_score', (0.1, 0.2, 0.3, 0.4))
    """
    name, _, span = text.partition("=")
    bounds = [parse_value(part.strip(), f"--sweep {text}") for part in span.split(":")]
    if len(bounds) != 3 or None in bounds:
        raise UsageError(f"--sweep {text}: say STAGE.LIMIT=FROM:TO:STEP, such as gopher.quality.min_words=10:100:10")
    setting = parse_setting(f"{name}={NONE}", recipe)
    first, last, step = (bound or 0 for bound in bounds)
    steps = int((last - first) / step + 1e-9) if step else -1
    if not 0 <= steps < MAX_POINTS:
        raise UsageError(f"--sweep {text}: FROM:TO:STEP has to give 1 to {MAX_POINTS:,} values")
    return setting.stage, setting.limit, tuple(sorted(round(first + i * step, 12) for i in range(steps + 1)))


def parse_value(value: str, said: str) -> float | None:
    """A limit as the user wrote it: whole numbers stay whole, `none` is None; UsageError for anything else."""
    if value.lower() == NONE:
        return None
    try:
        number = int(value) if value.lstrip("+-").isdecimal() else float(value)
    except ValueError:
        number = float("nan")
    if not isfinite(number):
        raise UsageError(f"{said}: {value!r} is no number; take a limit away with {NONE!r}")
    return number


def limit_name(recipe: Recipe, stage: str, limit: str) -> str:
    """The name of a limit a recipe has, with the alias resolved; UsageError when there is no such limit."""
    found = _limited(recipe, stage, limit)
    names = known = list(limits(found))
    if limit == ALIAS:
        names = [name for name in known if found.with_limit(name, None) != found]
        limit = names[0] if len(names) == 1 else limit
    if limit in names:
        return limit
    lacking = "one limit alone" if limit == ALIAS else f"limit {limit!r}"
    raise UsageError(f"{stage} has no {lacking}; choose from {', '.join(known)}")


def with_setting(recipe: Recipe, setting: Setting) -> Recipe:
    """The same recipe with one limit changed; UsageError when it has no such limit.

    >>> from curate.pipelines.webtext import recipe
    >>> with_setting(recipe, Setting("pii", "max_pii_spans", 4)).stages[-1].max_pii_spans
    4
    """
    limit = limit_name(recipe, setting.stage, setting.limit)
    place = recipe.stage_names.index(setting.stage)
    stage: Any = recipe.stages[place]
    changed = stage.with_limit(limit, setting.value)
    return replace(recipe, stages=(*recipe.stages[:place], changed, *recipe.stages[place + 1 :]))


def with_settings(recipe: Recipe, settings: Sequence[Setting]) -> Recipe:
    """The same recipe with some limits changed, one after another."""
    for setting in settings:
        recipe = with_setting(recipe, setting)
    return recipe


def limit_now(recipe: Recipe, stage: str, limit: str) -> float | None:
    """A limit of a recipe as it is; None where the stage or the rule has none by number, or it drops nothing."""
    found = next((each for each in recipe.stages if each.name == stage), None)
    rule = limits(found).get(limit)
    return None if rule is None or isinf(rule.limit) else rule.limit


def moving(before: Recipe, after: Recipe) -> str:
    """The first stage, from the first that differs on, whose limit is set by the scores of all pages; else nothing."""
    alike = (fingerprint(old) == fingerprint(new) for old, new in zip(before.stages, after.stages, strict=True))
    first = next((place for place, same in enumerate(alike) if not same), len(before.stages))
    return next((stage.name for stage in after.stages[first:] if about(stage).settle), "")


def _limited(recipe: Recipe, name: str, limit: str) -> Any:
    """The stage of that name; UsageError when the recipe has no such stage, or one that judges no stored signal."""
    place = next((place for place, stage in enumerate(recipe.stages) if stage.name == name), None)
    settable = ", ".join(stage.name for stage in recipe.stages if limits(stage))
    if place is None:
        raise UsageError(f"recipe {recipe.name!r} has no stage {name!r}; limits can be set of {settable}")
    stage = recipe.stages[place]
    if limits(stage):
        return stage
    after = 0 < recipe.text_from < place
    raise UsageError(
        f"{name}.{limit} is no limit on a stored signal (those of {settable} are): change it in a copy of the recipe "
        f"and run that with --recipe; the run {'starts after extraction' if after else 'reads the archives again'}"
    )
