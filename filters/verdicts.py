"""Verdicts on many texts at once, from arrays of signals: what `filters.verdict.judge` says of each."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from curate.filters.batches import Columns, strings
from curate.filters.verdict import KEPT, Rule, Verdict

Signals = Mapping[str, NDArray[np.generic]]


@dataclass(frozen=True, slots=True)
class Ruling:
    """A rule on n texts: which fail it, bool[n], by which value, float64[n], and which limit, one or float64[n]."""

    rule: str
    fails: NDArray[np.bool_]
    values: NDArray[np.float64]
    limits: float | NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Verdicts:
    """One verdict per text, read like a sequence of `Verdict`.

    The rule that dropped text i is `rules[codes[i]]`; code 0 is "" and means kept. `codes` is int64[n]; `values` and
    `limits` are float64[n], NaN where a text is kept.
    """

    rules: tuple[str, ...]
    codes: NDArray[np.int64]
    values: NDArray[np.float64]
    limits: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.codes)

    def __getitem__(self, text: int) -> Verdict:
        code = self.codes[text]
        return Verdict(self.rules[code], float(self.values[text]), float(self.limits[text])) if code else KEPT

    def __iter__(self) -> Iterator[Verdict]:
        return (self[text] for text in range(len(self)))


def verdict_columns(verdicts: Sequence[Verdict]) -> Columns:
    """Verdicts as columns: `kept`, bool[n], `rule`, n strings, `value` and `limit`, float64[n]."""
    rules = strings(verdict.rule for verdict in verdicts)
    return Columns(
        kept=rules == "",
        rule=rules,
        value=np.array([verdict.value for verdict in verdicts], np.float64),
        limit=np.array([verdict.limit for verdict in verdicts], np.float64),
    )


def rulings(signals: Signals, rules: Iterable[Rule]) -> list[Ruling]:
    """Each rule on arrays of signals; a value that is no number fails, as `Rule.passes` has it.

    Raises KeyError when a rule names a signal that was not measured.
    """
    found = []
    for rule in rules:
        if rule.drops_nothing:
            continue
        values = np.asarray(signals[rule.signal], np.float64)
        passes = values >= rule.limit if rule.bound == "min" else values <= rule.limit
        if rule.least_prose:
            passes = passes | (np.asarray(signals["prose_fraction"], np.float64) < rule.least_prose)
        found.append(Ruling(rule.name, ~passes, values, rule.limit))
    return found


def first_failed(rules: Sequence[Ruling], texts: int) -> Verdicts:
    """For each of so many texts the first of the rules that it fails."""
    codes = np.zeros(texts, np.int64)
    values, limits = np.full(texts, np.nan), np.full(texts, np.nan)
    for code, ruling in reversed(list(enumerate(rules, 1))):
        fails = ruling.fails
        codes[fails], values[fails] = code, ruling.values[fails]
        limits[fails] = np.broadcast_to(ruling.limits, texts)[fails]
    return Verdicts(("", *(ruling.rule for ruling in rules)), codes, values, limits)


def judge_all(signals: Signals, rules: Iterable[Rule]) -> Verdicts:
    """Judge many texts by arrays of signals, all of one length; the first limit that is passed decides.

    Raises KeyError when a rule names a signal that was not measured.

    >>> found = judge_all({"words": np.array([12.0, 50.0])}, [Rule("words", "min", 50)])
    >>> list(found)
    [Verdict(rule='min_words', value=12.0, limit=50.0), Verdict(rule='', value=nan, limit=nan)]
    """
    return first_failed(rulings(signals, rules), max((len(values) for values in signals.values()), default=0))
