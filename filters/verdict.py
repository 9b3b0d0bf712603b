"""What a rule says about a text: a verdict with its number and its limit, and the tables verdicts are judged from."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import nan


@dataclass(frozen=True, slots=True)
class Verdict:
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

    def __reduce__(self) -> tuple[type["Verdict"], tuple[object, ...]]:
        # Without arguments a kept verdict gets the one NaN back that it is compared by.
        return Verdict, (self.rule, self.value, self.limit) if self.rule else ()


KEPT = Verdict()


@dataclass(frozen=True, slots=True)
class Rule:
    """A limit on one signal; the bound itself always passes, as in every published filter.

    `bound` is `"min"` or `"max"`; the rule's name is the bound and the signal, and is also the keyword under which
    the limit can be changed. `because` finishes the sentence "dropped because ..." and `source` cites paper and table.

    >>> Rule("words", "min", 50).name
    'min_words'
    """

    signal: str
    bound: str
    limit: float
    because: str = ""
    source: str = ""

    @property
    def name(self) -> str:
        """The limit's name: `min_` or `max_` and the signal."""
        return f"{self.bound}_{self.signal}"

    def passes(self, value: float) -> bool:
        """Whether a value of the signal is on the right side of the limit."""
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
        if not rule.passes(value):
            return Verdict(rule.name, value, rule.limit)
    return KEPT
