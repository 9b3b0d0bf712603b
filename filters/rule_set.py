"""Rule sets: what is measured, which limits it is judged by, and how well-known ports read the same paper.

A `RuleSet` is called like a function. Its dialects are data: a reading, which tells the measuring function what
counts as a word, a line or a duplicate, and a tuple of rules. Signals can be stored and judged again later.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from math import inf
from types import MappingProxyType
from typing import Any, Generic, TypeVar

from filters.text_view import TextView, as_view
from filters.verdict import Rule, Verdict, judge

Reading = TypeVar("Reading")


@dataclass(frozen=True, slots=True)
class Dialect(Generic[Reading]):
    """How one port reads a paper: a reading for the measuring function, and its rules in the order it tries them."""

    reading: Reading
    rules: tuple[Rule, ...]
    source: str


def _unknown(kind: str, name: str, choices: Mapping[str, object] | list[str], owner: str) -> TypeError:
    return TypeError(f"{owner} has no {kind} {name!r}; choose from {', '.join(choices)}")


def _changed(rule: Rule, limits: Mapping[str, float | None]) -> Rule:
    limit = limits[rule.name]
    return replace(rule, limit=limit if limit is not None else inf if rule.bound == "max" else -inf)


@dataclass(frozen=True)
class RuleSet(Generic[Reading]):
    """A published set of limits on the signals of one text, callable on it.

    It pickles, compares by value and has a stable repr, which names every limit. `measure` must be a plain function.

    >>> from filters import gopher
    >>> gopher.quality
    gopher.quality(dialect='datatrove', min_words=50, max_words=100000, ...)
    >>> gopher.quality("Too short.").rule
    'min_words'
    """

    name: str
    measure: Callable[[TextView, Reading], dict[str, float]]
    dialects: Mapping[str, Dialect[Reading]]
    dialect: str = "datatrove"
    changed: tuple[tuple[str, float | None], ...] = ()

    def __post_init__(self) -> None:
        if self.dialect not in self.dialects:
            raise _unknown("dialect", self.dialect, self.dialects, self.name)
        names = [rule.name for rule in self.dialects[self.dialect].rules]
        for name, _ in self.changed:
            if name not in names:
                raise _unknown("limit", name, names, f"{self.name} (dialect {self.dialect})")

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The rules in the order they are tried, with the limits of this copy."""
        limits = dict(self.changed)
        return tuple(
            _changed(rule, limits) if rule.name in limits else rule for rule in self.dialects[self.dialect].rules
        )
