"""Tells stages apart: those that read, that decide about each document alone, that must see all, that have limits."""

from typing import TypeGuard

from curate.filters.verdict import Rule
from curate.protocol import Barrier, Stage, about
from curate.stages.pages import Read

_NEEDED = ("name", "measures", "signals", "__call__")


def reads(stage: object) -> TypeGuard[Read]:
    """Return whether a stage makes documents out of archives."""
    return isinstance(stage, Read)


def is_barrier(stage: object) -> TypeGuard[Barrier]:
    """Return whether a stage must see all documents before it can decide."""
    return isinstance(stage, Barrier)


def alone(stage: object) -> TypeGuard[Stage]:
    """Return whether a stage decides about each document by itself."""
    return not reads(stage) and not is_barrier(stage)


def lacking(stage: object) -> str:
    """The first attribute that a stage needs and has not, "" when it has all."""
    needed = _NEEDED if alone(stage) else ("name",)
    return next((name for name in needed if not hasattr(stage, name)), "")


def limits(stage: object) -> dict[str, Rule]:
    """The limits that can be set of a stage, by name: those of a stage that can be judged again by other ones."""
    told = about(stage)
    named = (rule for rule in told.table if rule.name.startswith(("min_", "max_")))
    return {rule.name: rule for rule in named} if told.judge and told.with_limit else {}
