"""Rule sets: what is measured, which limits it is judged by, and how well-known ports read the same paper.

A `RuleSet` is called like a function. Its dialects are data: a reading, which tells the measuring function what
counts as a word, a line or a duplicate, and the rules in the order they are tried. Signals can be stored and judged
again later, by other limits.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields, replace
from difflib import get_close_matches
from functools import cached_property, lru_cache
from math import inf, isinf, isnan
from numbers import Real
from typing import Any, Generic, Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from curate.filters.batches import Columns, strings, text_list
from curate.filters.explained import Explained, explained
from curate.filters.text_view import Spans, TextView, as_view
from curate.filters.verdict import Judgement, Rule, Verdict, judge
from curate.filters.verdicts import verdict_columns

Reading = TypeVar("Reading")


@dataclass(frozen=True, slots=True)
class Dialect(Generic[Reading]):
    """How one port reads a paper; `reading` is handed to the measuring function.

    With `prose_only` it gets a text without its code, tables and formulas, where it is known which they are, and the
    share of characters that is left is one more signal, `prose_fraction`, by which a rule may spare a text.
    """

    name: str
    reading: Reading
    rules: tuple[Rule, ...] = ()
    source: str = ""
    prose_only: bool = False


def _choose(dialects: tuple[Dialect[Reading], ...], name: str, owner: str) -> Dialect[Reading]:
    for dialect in dialects:
        if dialect.name == name:
            return dialect
    raise TypeError(f"{owner} has no dialect {name!r}{choices(name, [each.name for each in dialects])}")


def choices(name: str, known: Iterable[str]) -> str:
    """The end of a message about an unknown name: what was perhaps meant, and what there is.

    >>> choices("min_word", ("min_words", "max_words")), choices("x", ("min_words",))
    ("; did you mean 'min_words'? choose from min_words, max_words", '; choose from min_words')
    """
    listed = list(known)
    near = get_close_matches(name, listed, 1)
    return f"; {f'did you mean {near[0]!r}? ' if near else ''}choose from {', '.join(listed)}"


@dataclass(frozen=True, repr=False)
class RuleSet(Generic[Reading]):
    """A published set of limits on the signals of one text, callable on a text.

    It pickles, compares and hashes by value, and its repr names the dialect and every limit. `measure` has to be a
    function of a module, and so has `places`, which says for a rule what of a text its number is made of. `changed`
    holds the limits that differ from the dialect's own, sorted by name. `judgement` is whose the limits are.

    >>> from curate.filters import gopher
    >>> gopher.quality("Too short.")
    Verdict(rule='min_words', value=2.0, limit=50)
    >>> bool(gopher.quality("This is the end of a good story.", min_words=3))
    True
    """

    name: str
    measure: Callable[[TextView, Reading], dict[str, float]]
    dialects: tuple[Dialect[Reading], ...]
    dialect: str
    changed: tuple[tuple[str, float], ...] = ()
    judgement: Judgement = Judgement()
    places: Callable[[TextView, Reading, Rule], Spans] | None = None

    @cached_property
    def _chosen(self) -> Dialect[Reading]:
        return _choose(self.dialects, self.dialect, self.name)

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        """The rules in the order they are tried, with the limits of this copy."""
        limits = dict(self.changed)
        return tuple(replace(rule, limit=limits.get(rule.name, rule.limit)) for rule in self._chosen.rules)

    def __repr__(self) -> str:
        limits = "".join(f", {rule.name}={rule.limit}" for rule in self.rules)
        return f"{self.name}(dialect={self.dialect!r}{limits})"

    @property
    def described(self) -> dict[str, Any]:
        """All that its verdicts depend on, by name; a limit that was taken away is None."""
        limits = {rule.name: None if isinf(rule.limit) else rule.limit for rule in self.rules}
        made = {"name": self.name, "measure": self.measure, "dialect": self.dialect, "reading": self._chosen.reading}
        return made | limits | ({"prose_only": True} if self._chosen.prose_only else {})

    def where(self, text: str | TextView, rule: str) -> list[tuple[int, int]]:
        """Start and end of every stretch of a text that the number behind a rule is made of, in order.

        Empty for a rule that no stretch stands for, such as a least number of words.

        >>> from curate.filters import fineweb
        >>> fineweb.quality.where("Menu\\nThis is a line that reads like a sentence.", "max_short_line_fraction")
        [(0, 4)]
        """
        judged = next((each for each in self.rules if each.name == rule), None)
        if self.places is None or judged is None:
            return []
        view = as_view(text)
        found = self.places(self._read(view), self._chosen.reading, judged)
        if self._chosen.prose_only:
            found = view.from_prose(found)
        return sorted(zip(found.starts.tolist(), found.ends.tolist(), strict=True))

    def __call__(self, text: str | TextView, *, dialect: str | None = None, **limits: float | None) -> Verdict:
        """Judge one text; keywords read it by another dialect or other limits, and None takes a limit away."""
        chosen = self._variant(dialect, **limits) if dialect or limits else self
        return chosen.judge(chosen.signals(text))

    def kept(self, text: str | TextView, *, dialect: str | None = None, **limits: float | None) -> bool:
        """Return whether one text is kept, for masks of data frames; keywords as of a call.

        >>> from curate.filters import gopher
        >>> gopher.quality.kept("Too short."), gopher.quality.kept("This is the end of a good story.", min_words=3)
        (False, True)
        """
        return not self(text, dialect=dialect, **limits).rule

    def batch(
        self, texts: Any, *, signals: bool = False, dialect: str | None = None, **limits: float | None
    ) -> Columns:
        """Judge n texts: the columns `kept`, bool[n], `rule`, n strings, `value` and `limit`, float64[n].

        `texts` is a list, a NumPy or Arrow array, or a Series, of strings or of views. The rule is "" and the numbers
        are NaN where a text is kept. With `signals` every number behind the verdicts is a column too, float64[n], by
        its name. Other keywords are as of a call. Raises TypeError for one text, and for a text that is missing.

        >>> from curate.filters import gopher
        >>> found = gopher.quality.batch(["Too short.", "This is the end of a good story."], min_words=3, signals=True)
        >>> found.kept.tolist(), found.rule.tolist(), found["words"].tolist()
        ([False, True], ['min_words', ''], [2.0, 8.0])
        """
        chosen = self._variant(dialect, **limits) if dialect or limits else self
        measured = [chosen.signals(text) for text in text_list(texts, of=(str, TextView))]
        columns = verdict_columns([chosen.judge(row) for row in measured])
        if signals:
            names = measured[0] if measured else chosen.signals("")
            columns |= {name: np.array([row[name] for row in measured], np.float64) for name in names}
        return columns

    @cached_property
    def _variant(self) -> Callable[..., Self]:
        """`with_dialect` and `with_limits` in one, which remembers its last copies: to make one costs a text or two."""

        def vary(dialect: str | None, **limits: float | None) -> Any:
            return self.with_dialect(dialect or self.dialect).with_limits(**limits)

        return lru_cache(maxsize=64, typed=True)(vary)

    def __getstate__(self) -> dict[str, Any]:
        """The fields alone: what has been computed from them is not pickled."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def signals(self, text: str | TextView) -> dict[str, float]:
        """Every number behind the verdict, by name; finite on any text."""
        view = as_view(text)
        found = self.measure(self._read(view), self._chosen.reading)
        return found | {"prose_fraction": view.prose_fraction} if self._chosen.prose_only else found

    def _read(self, view: TextView) -> TextView:
        """Return what of a text the dialect counts."""
        return view.prose if self._chosen.prose_only else view

    def judge(self, signals: Mapping[str, float]) -> Verdict:
        """The verdict on signals that were measured before.

        Raises KeyError when a signal of a rule is missing.
        """
        return judge(signals, self.rules)

    def with_limits(self, **limits: float | None) -> Self:
        """A copy with other limits; None takes a limit away.

        Raises TypeError for a limit the dialect does not have, and lists those it has; also for one that is no number.
        """
        changed = dict(self.changed)
        bounds = {rule.name: rule.bound for rule in self.rules}
        for name, limit in limits.items():
            if name not in bounds:
                raise TypeError(f"{self.name} ({self.dialect}) has no limit {name!r}{choices(name, bounds)}")
            if limit is not None and (isinstance(limit, bool) or not isinstance(limit, Real) or isnan(limit)):
                raise TypeError(f"{self.name}: {name} is a number, or None for no limit, not {limit!r}")
            changed[name] = limit if limit is not None else inf if bounds[name] == "max" else -inf
        own = {rule.name: rule.limit for rule in self._chosen.rules}
        return replace(self, changed=tuple(sorted((k, v) for k, v in changed.items() if own[k] != v)))

    def with_dialect(self, dialect: str) -> Self:
        """A copy that reads texts as another port does, with the limits that were changed by hand.

        Raises TypeError for an unknown dialect, or for a changed limit it does not have.
        """
        _choose(self.dialects, dialect, self.name)
        return replace(self, dialect=dialect, changed=()).with_limits(**dict(self.changed))


RuleSet.__doc__ = Explained(RuleSet.__doc__, explained)  # type: ignore[assignment]


@dataclass(frozen=True, repr=False)
class TextEdit(Generic[Reading]):
    """A published edit of a text, such as dropping lines, callable on a text; a value like `RuleSet`.

    `edit` has to be a function of a module. It may keep its result in the view, for the rules that judge it.

    >>> from curate.filters import c4
    >>> c4.clean_lines("Home | About | Contact\\nThis line reads like a sentence.")
    'This line reads like a sentence.'
    """

    name: str
    edit: Callable[[TextView, Reading], TextView]
    dialects: tuple[Dialect[Reading], ...]
    dialect: str

    def __repr__(self) -> str:
        return f"{self.name}(dialect={self.dialect!r})"

    @property
    def described(self) -> dict[str, Any]:
        """All that the edit depends on, by name."""
        reading = _choose(self.dialects, self.dialect, self.name).reading
        return {"name": self.name, "edit": self.edit, "dialect": self.dialect, "reading": reading}

    def __call__(self, text: str | TextView, *, dialect: str | None = None) -> str:
        """The edited text; keywords read it by another dialect."""
        return self.view(text, dialect=dialect).text

    def batch(self, texts: Any, *, dialect: str | None = None) -> NDArray[np.object_]:
        """The edited texts of a column, n strings."""
        return strings(self(text, dialect=dialect) for text in text_list(texts, of=(str, TextView)))

    def view(self, text: str | TextView, *, dialect: str | None = None) -> TextView:
        """A view of the edited text, which need not cut lines that were kept into words again.

        Raises TypeError for an unknown dialect, and lists those there are.
        """
        return self.edit(as_view(text), _choose(self.dialects, dialect or self.dialect, self.name).reading)

    def with_dialect(self, dialect: str) -> Self:
        """A copy that edits as another port does.

        Raises TypeError for an unknown dialect, and lists those there are.
        """
        _choose(self.dialects, dialect, self.name)
        return replace(self, dialect=dialect)


def changed_rules(rules: Iterable[Rule], **limits: float) -> tuple[Rule, ...]:
    """The same rules with some limits changed, for a dialect that differs from another in a few numbers.

    >>> [rule.limit for rule in changed_rules([Rule("sentences", "min", 5)], min_sentences=3)]
    [3]
    """
    table = {rule.name: rule for rule in rules}
    for name, limit in limits.items():
        table[name] = replace(table[name], limit=limit)
    return tuple(table.values())
