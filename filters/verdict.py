"""What a rule says about a text: a verdict with its number and its limit, and the tables verdicts are judged from."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from math import inf, nan
from typing import Any, TypeVar

Function = TypeVar("Function", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Verdict:  # noqa: PLW1641  the dataclass makes its hash
    """The outcome of judging one text; true exactly when the text is kept.

    `rule` names the limit that dropped the text and is empty when nothing did; `value` is the signal that was
    measured and `limit` the number it went past, both NaN when the text is kept.

    >>> bool(Verdict())
    True
    >>> bool(Verdict("min_words", 12, 50))
    False
    """

    rule: str = ""
    value: float = nan
    limit: float = nan

    def __bool__(self) -> bool:
        return not self.rule

    def __eq__(self, other: object) -> bool:
        # As tuples, in which the one NaN of kept verdicts equals itself: from Python 3.13 on, fields are compared.
        if not isinstance(other, Verdict):
            return NotImplemented
        return (self.rule, self.value, self.limit) == (other.rule, other.value, other.limit)

    def __reduce__(self) -> tuple[type["Verdict"], tuple[object, ...]]:
        # Without arguments a kept verdict gets the one NaN back that it is compared by.
        return Verdict, (self.rule, self.value, self.limit) if self.rule else ()


KEPT = Verdict()


@dataclass(frozen=True, slots=True)
class Judgement:
    """Whose judgement limits or a model encode, and which good pages that may wrong; each a noun phrase."""

    who: str = "whoever wrote the recipe"
    mind: str = "not known here"


def judged_by(who: str, mind: str) -> Callable[[Function], Function]:
    """Mark a scoring function with whose judgement its scores are: it gets the attribute `judgement`."""

    def mark(function: Function) -> Function:
        vars(function)["judgement"] = Judgement(who, mind)
        return function

    return mark


# A signal is a noun with its unit in it; where it does not end in one of these, its last word is what it counts.
UNITS = {"fraction": "share", "ratio": "per word", "length": "characters", "chars": "characters", "score": "score"}


@dataclass(frozen=True, slots=True)
class Rule:
    """A limit on one signal; the bound itself always passes, as in every published filter.

    `bound` is `"min"` or `"max"`; the rule's name is the bound and the signal unless it is `called` otherwise, and is
    also the keyword under which the limit can be changed. An infinite limit drops nothing. `because` finishes the
    sentence "dropped because ...", `source` cites paper and table, and `unit` is what the signal is counted in, by
    default read off the signal's name.

    A rule with a `language` judges texts in that one alone, and one with a `least_prose` those alone whose signal
    `prose_fraction` is as large: a listing has nothing that a rule of prose could judge.

    >>> Rule("words", "min", 50).name
    'min_words'
    >>> Rule("mean_word_length", "max", 10).unit
    'characters'
    """

    signal: str
    bound: str
    limit: float
    because: str = ""
    source: str = ""
    unit: str = ""
    called: str = ""
    language: str = ""
    least_prose: float = 0.0

    def __post_init__(self) -> None:
        """Read the unit off the signal's name where none is given."""
        last = self.signal.rpartition("_")[2]
        object.__setattr__(self, "unit", self.unit or UNITS.get(last, last))

    @property
    def name(self) -> str:
        """The limit's name: `min_` or `max_` and the signal, unless it is called otherwise."""
        return self.called or f"{self.bound}_{self.signal}"

    @property
    def drops_nothing(self) -> bool:
        """Return whether the limit was taken away: then every value passes, also one that is no number."""
        return self.limit == (-inf if self.bound == "min" else inf)

    def passes(self, value: float) -> bool:
        """Return whether a value of the signal is on the right side of the limit."""
        if self.drops_nothing:
            return True
        return value >= self.limit if self.bound == "min" else value <= self.limit


def judge(signals: Mapping[str, float], rules: Iterable[Rule]) -> Verdict:
    """Judge signals by rules in order; the first limit that is passed decides.

    Raises KeyError when a rule names a signal that was not measured: a rule that can never fire is a bug.

    >>> short = Rule("words", "min", 50)
    >>> judge({"words": 50}, [short])
    Verdict(rule='', value=nan, limit=nan)
    >>> judge({"words": 12}, [short])
    Verdict(rule='min_words', value=12, limit=50)
    """
    for rule in rules:
        value = signals[rule.signal]
        if not rule.passes(value) and not (rule.least_prose and signals["prose_fraction"] < rule.least_prose):
            return Verdict(rule.name, value, rule.limit)
    return KEPT
