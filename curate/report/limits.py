"""Reads what the stages of a run say about themselves: limits, whose judgement they are, marks in texts."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import nan
from typing import Any

from curate.errors import UsageError
from curate.filters.text_view import TextView
from curate.recipe import Recipe, describe, load_recipe
from curate.stages import about

Where = Callable[[TextView, str], Sequence[tuple[int, int]]]


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit of a recipe: the stage, the rule, and the number a page's signal is held against.

    `signal` is the column of `signals/`, "" where the number is not stored; `bound` is `min` or `max`, "" where it is
    not known, as of a rule of the user's own stage, of which only the dropped pages tell.
    """

    stage: str
    rule: str
    limit: float = nan
    bound: str = ""
    signal: str = ""
    because: str = ""
    source: str = ""
    language: str = ""
    least_prose: float = 0.0

    @property
    def noun(self) -> str:
        """The signal without its stage."""
        return self.signal.removeprefix(f"{self.stage}.")


def about_stages(report: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """Return what each stage says about itself, by its name; empty in a report that does not hold it."""
    return {told["name"]: told for told in report.get("about", ())}


def limits_of(report: Mapping[str, Any]) -> list[Limit]:
    """Every limit of a run's recipe that a page can pass, in the order they are tried.

    >>> told = {"rule": "max_score", "signal": "toxicity.score", "bound": "max", "value": 0.8, "unit": "score"}
    >>> report = {"about": [{"name": "toxicity", "limits": [{**told, "because": "", "source": ""}]}]}
    >>> limits_of(report)[0].limit, limits_of(report)[0].noun
    (0.8, 'score')
    """
    return [
        Limit(
            stage,
            row["rule"],
            row["value"],
            row["bound"],
            row["signal"],
            row["because"],
            row["source"],
            row.get("language", ""),
            row.get("least_prose", 0.0),
        )
        for stage, told in about_stages(report).items()
        for row in told["limits"]
        if row["value"] is not None
    ]


def bands_of(report: Mapping[str, Any]) -> dict[str, tuple[float, float]]:
    """The shares the recipe expects, by what they are of."""
    bands = report.get("settings", {}).get("Recipe", {}).get("expect", {})
    return {name: (float(low), float(high)) for name, (low, high) in bands.items()}


def described_stages(report: Mapping[str, Any]) -> dict[str, Any]:
    """The settings of each stage of a run's recipe, by the name the report calls it; empty when it holds none."""
    names = [stage["name"] for stage in report["stages"]]
    described = report.get("settings", {}).get("Recipe", {}).get("stages", [])
    return dict(zip(names, described, strict=False)) if len(described) == len(names) else {}


def settings_of(report: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Every setting of a run's recipe: stage, name and value."""
    described = described_stages(report)
    return [(stage, name, value) for stage, what in described.items() for name, value in _flat(what, "")]


def _flat(value: Any, name: str) -> Iterator[tuple[str, str]]:
    """The settings in a description, each with its name."""
    if not isinstance(value, Mapping):
        yield name or "is", str(value)
        return
    for key, inner in value.items():
        # A class is named in capitals and says nothing that its settings do not.
        yield from _flat(inner, name if key[:1].isupper() else f"{name}.{key}".removeprefix("."))


def marks_of(report: Mapping[str, Any], recipe: Recipe | None = None) -> dict[str, Where]:
    """For each stage of a run the function that says which stretches of a text a rule of it counts.

    Without the run's own recipe it is looked for by the name in the report; a stage that is not found there with the
    same settings marks nothing.
    """
    if recipe is not None:
        return {stage.name: about(stage).where for stage in recipe.stages}
    found, made = _by_name(report), described_stages(report)
    stages = found.stages if found else ()
    return {stage.name: about(stage).where for stage in stages if describe(stage) == made.get(stage.name)}


def recipe_of(report: Mapping[str, Any]) -> Recipe | None:
    """The recipe a run was made with, found by the name in its report; None where none of that name is set alike."""
    found, made = _by_name(report), described_stages(report)
    alike = found is not None and {stage.name: describe(stage) for stage in found.stages} == made
    return found if alike else None


def _by_name(report: Mapping[str, Any]) -> Recipe | None:
    name = str(report.get("recipe"))
    try:  # a name from a file: nothing but a recipe of the project is loaded by it
        return load_recipe(name) if all(part.isidentifier() for part in name.split(":")) else None
    except UsageError:
        return None
