"""The limits of a run's recipe, as its report describes them, and what the published rules say of themselves."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import inf, nan
from typing import Any

from filters.verdict import Rule

_IN_TEXT = re.compile(r"\b((?:min|max)_\w+)=(-?(?:inf|[\d.]+(?:e[+-]?\d+)?))")
_SANDBOX = {"SandboxLimits", "Limits", "MinHash"}  # bounds on work, not rules about pages
_NEVER = {("min_score", 0.0), ("max_score", 1.0)}  # limits no score can pass
_FIRES_AS = {  # rules of addresses go by what was found
    "max_hard_words": "hard_word",
    "max_soft_words": "soft_words",
    "max_sub_words": "sub_word",
    "max_ip_hosts": "ip_host",
}
_SIGNALS = {  # rules whose signal goes by another name
    ("language", "min_probability"): "language.probability",
    ("pii", "max_pii_spans"): "pii.spans",
    ("extract", "min_expected_f1"): "extract.expected_f1",
}


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit of a recipe: the rule's name, the stage it belongs to, and the number."""

    stage: str
    rule: str
    limit: float

    @property
    def bound(self) -> str:
        """`min` or `max`."""
        return self.rule[:3]


def recipe_of(report: Mapping[str, Any]) -> dict[str, Any]:
    """The settings of a run's recipe, as its report holds them; empty when it holds none."""
    return {"stages": report.get("settings", {})}


def bands_of(recipe: Mapping[str, Any]) -> dict[str, tuple[float, float]]:
    """The shares the recipe expects, by what they are of."""
    described = recipe.get("stages", {})
    bands = described.get("Recipe", {}).get("expect", {}) if isinstance(described, Mapping) else {}
    return {name: (float(low), float(high)) for name, (low, high) in bands.items()}


def described_stages(recipe: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    """What the manifest says of each stage, by the name the report calls it."""
    described = recipe.get("stages", {})
    described = described.get("Recipe", {}).get("stages", []) if isinstance(described, Mapping) else []
    return dict(zip(names, described, strict=False)) if len(described) == len(names) else {}


def limits_of(described: Mapping[str, Any]) -> list[Limit]:
    """Every limit of a recipe that a page can pass, in the order they are tried.

    >>> limits_of({"toxicity": {"Score": {"name": "toxicity", "min_score": 0.0, "max_score": 0.8}}})
    [Limit(stage='toxicity', rule='max_score', limit=0.8)]
    >>> [limit.rule for limit in limits_of({"fineweb.quality": {"Rules": {"rules": "f(dialect='x', min_lines=1)"}}})]
    ['min_lines']
    """
    return [
        Limit(stage, _FIRES_AS.get(rule, rule), value)
        for stage, description in described.items()
        for rule, value in _numbers(description)
        if abs(value) != inf and (rule, value) not in _NEVER
    ]


def _numbers(description: Any) -> Iterator[tuple[str, float]]:
    if isinstance(description, str):
        yield from ((name, float(number)) for name, number in _IN_TEXT.findall(description))
    elif isinstance(description, list):
        for item in description:
            yield from _numbers(item)
    elif isinstance(description, Mapping):
        for name, value in description.items():
            if name in _SANDBOX:
                continue
            if name.startswith(("min_", "max_")) and isinstance(value, int | float):
                yield name, float(value)
            else:
                yield from _numbers(value)


def signal_of(stage: str, rule: str) -> str:
    """The column of `signals/` a rule is about.

    >>> signal_of("gopher.quality", "min_words"), signal_of("pii", "max_pii_spans")
    ('gopher.quality.words', 'pii.spans')
    """
    return _SIGNALS.get((stage, rule), f"{stage}.{rule[4:]}")


def published(stage: str, rule: str) -> Rule:
    """What a published rule set says of one of its rules; without reason and source when there is none."""
    from filters import c4, fineweb, gopher, refinedweb, signals

    sets = (gopher.repetition, gopher.quality, c4.quality, c4.paragraphs, fineweb.quality, refinedweb.quality)
    for rules in (*sets, signals.statistics):
        if rules.name == stage:
            found = (each for dialect in rules.dialects for each in dialect.rules if each.name == rule)
            return next(found, Rule(rule, "", nan))
    return Rule(rule, "", nan)
