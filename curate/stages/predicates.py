"""Makes a stage of a function of the user's own."""

from collections.abc import Callable
from dataclasses import dataclass
from math import inf
from typing import ClassVar

import numpy as np

from curate.documents import Documents
from curate.errors import UsageError
from curate.filters.verdict import Rule
from curate.filters.verdicts import Signals, Verdicts, judge_all
from curate.protocol import Outcome

TRIED_ON = "A text to try the function on."


@dataclass(frozen=True, slots=True)
class Keep:
    """Keep the texts a function says yes to, or for which it gives a number within the limits.

    Without a limit the function gives a bool, and what it says no to is dropped by the rule `said_no`. With one it
    gives a number, which is stored like every signal, so that `curate whatif` can judge by other limits. It has to be
    a named function, of a module or of the recipe's file, or a built-in one such as `len` or `str.isascii`.

    >>> from curate.stages import Keep
    >>> stage = Keep("long_enough", len, min_value=5)
    >>> list(stage.judge({"value": np.array([2.0, 5.0])}))[0]
    Verdict(rule='min_value', value=2.0, limit=5.0)
    """

    name: str
    function: Callable[[str], float]
    min_value: float | None = None
    max_value: float | None = None
    measures: ClassVar[bool] = False
    signals: ClassVar[tuple[str, ...]] = ("value",)
    edits: ClassVar[bool] = False

    @property
    def _is_yes_or_no(self) -> bool:
        return self.min_value is None and self.max_value is None

    def check(self) -> None:
        """Try the function on a text; UsageError when it fails, or gives what the limits do not go with."""
        try:
            found = self.function(TRIED_ON)
        except Exception as error:  # whatever it raises, it is the user's to see before work starts
            raise UsageError(f"stage {self.name!r}: {self.function!r} fails on {TRIED_ON!r}: {error!r}") from error
        self._number(found)

    def _number(self, found: object) -> float:
        """A bool or a number as the signal; UsageError for what is neither, or a number that has no limit."""
        is_bool = isinstance(found, bool | np.bool_)
        if not isinstance(found, bool | int | float | np.number | np.bool_) or (self._is_yes_or_no and not is_bool):
            needed = "True or False, or a number and a limit: min_value=..." if self._is_yes_or_no else "a number"
            raise UsageError(f"stage {self.name!r} needs a function that gives {needed}; it gave {found!r}")
        return float(found)

    def __call__(self, documents: Documents) -> Outcome:
        """Ask the function about each text."""
        values = np.array([self._number(self.function(text)) for text in documents.texts()], np.float64)
        return Outcome(documents, self.judge({"value": values}), {"value": values})

    @property
    def table(self) -> tuple[Rule, ...]:
        """The limits there are; of a function that says yes or no, that it says yes."""
        if self._is_yes_or_no:
            return (Rule("value", "min", 1, f"{self.name} says no", called="said_no"),)
        limits = (("min", self.min_value, -inf, "too low"), ("max", self.max_value, inf, "too high"))
        return tuple(
            Rule("value", bound, none if limit is None else limit, f"{self.name} is {said}")
            for bound, limit, none, said in limits
        )

    def judge(self, signals: Signals) -> Verdicts:
        """Judge each text by its number."""
        return judge_all(signals, self.table)

    def with_limit(self, rule: str, limit: float | None) -> "Keep":
        """The stage with another limit; None takes it away, and the stage still takes a number."""
        limits = {"min_value": self.min_value, "max_value": self.max_value} | {rule: limit}
        if set(limits.values()) == {None}:
            limits[rule] = -inf if rule == "min_value" else inf
        return Keep(self.name, self.function, **limits)
