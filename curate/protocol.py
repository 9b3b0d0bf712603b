"""What a stage is, said once: how it works on documents, what it says about itself, and what of that may be left out.

A recipe is a list of stages. There are three kinds, and each is a frozen dataclass of plain functions and their limits:

- `Read` comes first and makes documents out of archives.
- A `Stage` is called with documents and decides about each of them alone.
- A `Barrier` must see all documents before it can decide: duplicates.

A stage has a `name`, the names of its `signals`, whether it `measures` also what earlier stages dropped, and it can be
called. That is all it has to have. Everything else that other parts of the program want to know about a stage is a
field of `About`, with what holds where the stage does not say: its table of limits, how stored signals are judged
again, whose judgement it is, where in a text a rule's number comes from, and what to do before a run. Nobody outside
this package asks which class a stage has, so a new stage is one file, its line in a recipe, and its test.

**Measure once, decide often.** A stage whose limits can be changed afterwards measures its signals in `__call__` and
leaves the decision to `judge(signals)`, which sees nothing but arrays. A run calls `judge` with the signals it has just
measured, and what-if calls it with those a run has stored, so both are one function and cannot differ.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from math import isinf
from typing import Any, Protocol, runtime_checkable

import numpy as np
import pyarrow as pa

from curate.census import Census
from curate.documents import MEASURED, Documents
from curate.filters.text_view import TextView
from curate.filters.verdict import Judgement, Rule, Verdict
from curate.filters.verdicts import Signals, Verdicts
from curate.matches import Load, Matches


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a document broke a stage: the kind that is counted, and a detail to read."""

    kind: str
    detail: str = ""


Fate = Verdict | Failure


class Fates(Protocol):
    """A fate per document: a list of them, or `Verdicts`."""

    def __len__(self) -> int: ...
    def __getitem__(self, document: int, /) -> Fate: ...


@dataclass(frozen=True, slots=True)
class Outcome:
    """The answer of a stage: the documents it was given, in the same order, perhaps changed, and a fate for each.

    `signals` maps the name of a number measured on each document, one the stage declares, to a float64 array;
    `child_seconds` is CPU time spent for the stage outside this process; `page_seconds` is CPU time per document,
    float64[n], NaN where it was not measured, None from a stage that does not measure it.
    """

    documents: Documents
    fates: Fates
    signals: Mapping[str, np.ndarray] = field(default_factory=dict)
    child_seconds: float = 0.0
    page_seconds: np.ndarray | None = None


class Stage(Protocol):
    """A named step over documents, which decides about each of them by itself.

    A stage that `measures` is also run on documents an earlier stage has dropped, so that its signals are known for
    kept and dropped alike; its fates for those are ignored.
    """

    @property
    def name(self) -> str:
        """Return what the report calls it; one name for one stage of a recipe."""
        ...

    @property
    def measures(self) -> bool:
        """Return whether it also runs on what earlier stages dropped."""
        ...

    @property
    def signals(self) -> tuple[str, ...]:
        """The names of the numbers it measures."""
        ...

    def __call__(self, documents: Documents) -> Outcome:
        """Decide about each document."""
        ...


@runtime_checkable
class Barrier(Protocol):
    """A stage that must see all documents: it leaves a key per document, and documents that share a cell meet.

    A key is a row of 8-byte words or a list of them, which are its cells. The answer is, for each split, which of its
    documents go and for which other, and which spans are cut out of those that stay. A barrier is either `Comparing`,
    and decides about documents that meet by their texts, or `Marking`, and says of each cell who has it too often.
    """

    @property
    def name(self) -> str:
        """Return what the report calls it."""
        ...

    @property
    def rule(self) -> str:
        """The rule of its drops."""
        ...

    @property
    def threshold(self) -> float:
        """The limit of its drops: a similarity, or a share of a text."""
        ...

    @property
    def keep(self) -> str:
        """Return which of several like documents is kept: a policy of `curate.dedup.ranking.KEEP`."""
        ...

    @property
    def made_with(self) -> Mapping[str, Any]:
        """Return what keys of two runs must have in common to be compared, as JSON."""
        ...

    def keys(self, documents: Documents) -> pa.Array:
        """One fixed-size binary key per document, or one list of unsigned 64-bit numbers, each once in its list."""
        ...


class Comparing(Barrier, Protocol):
    """A barrier that compares the documents that meet."""

    @property
    def cells(self) -> int:
        """Return how many words of a key of fixed size name buckets (0: none); the others are for comparing."""
        ...

    @property
    def reads_text(self) -> bool:
        """Return whether `resolve` loads texts."""
        ...

    def resolve(self, keys: Any, ranks: np.ndarray, load: Load, first_new_rank: int) -> Matches:
        """Match documents by their keys, uint64[n, words] or n arrays; `load` gives the texts at some indices.

        Lower ranks are kept, those below `first_new_rank` whatever they are like.
        """
        ...


@runtime_checkable
class Marking(Barrier, Protocol):
    """A barrier whose windows are marked where at least so many documents have them, and then cut out of texts.

    One that `narrows` has two rounds: its keys are seeds, and only where these repeat are windows asked for.
    """

    @property
    def min_documents(self) -> int:
        """Return how many documents have a window that is marked."""
        ...

    @property
    def spares_first(self) -> bool:
        """Return whether the document that comes first keeps the window."""
        ...

    @property
    def narrows(self) -> bool:
        """Return whether the keys are seeds."""
        ...

    def narrowed(self, text: str, seeds: np.ndarray) -> np.ndarray:
        """The windows of a text that stand around some seeds, uint64[n], each once; `seeds` are sorted."""
        ...

    def spans(self, text: str, url: str, windows: np.ndarray) -> np.ndarray:
        """What to cut of a text for some windows, which are sorted: from and to, int64[n, 2], ascending and apart."""
        ...


def _nothing() -> None:
    """What a stage without a model does before a run."""


def _nowhere(_text: TextView, _rule: str) -> Sequence[tuple[int, int]]:
    return ()


@dataclass(frozen=True, slots=True)
class About:
    """Optional attributes by which a stage describes itself, each with the default for stages without it.

    `table` is its limits in the order they are tried. `judge` turns signals, as arrays by name, into verdicts; it
    `needs` signals of the stage and columns of `curate.documents.MEASURED`, by default the signals of its table.
    `with_limit(rule, limit)` is the stage with another limit, None for none. `edits`: whether texts can leave it
    changed. `makes_text`: whether documents have a text only behind it; its result is kept for later runs.
    `judgement` is whose the decisions are. `where(view, rule)` gives start and end of each stretch of a text that the
    rule counts. `ranks`: whether the scores of all texts of the run are counted, so that each text kept gets its
    percentile; `settle` makes a limit of that count, which the texts the stage kept are then judged by. `check` raises
    UsageError when the stage cannot work, `warm` does once what many workers would each do. Of a barrier, `best_by` is
    the score that says which copy is the best; it finds `exact` copies or near ones; with `drop_all` also the last page
    goes that has more than `max_copies` on at least `min_sites`. `cuts`: whether it takes spans out of texts, so that
    what follows has to see them cut. With `min_shared` its keys are lists, and two documents meet where the smaller
    shares that much of its own. `goes_by` is the name of a stage that has to come before it, "" when there is none.
    """

    table: tuple[Rule, ...] = ()
    judge: Callable[[Signals], Verdicts] | None = None
    needs: tuple[str, ...] = ()
    with_limit: Callable[[str, float | None], Any] | None = None
    edits: bool = True
    makes_text: bool = False
    judgement: Judgement = Judgement()
    where: Callable[[TextView, str], Sequence[tuple[int, int]]] = _nowhere
    ranks: bool = False
    settle: Callable[[Census], Rule] | None = None
    check: Callable[[], None] = _nothing
    warm: Callable[[], None] = _nothing
    best_by: str = ""
    goes_by: str = ""
    exact: bool = False
    cuts: bool = False
    min_shared: float = 0.0
    drop_all: bool = False
    max_copies: int = 0
    min_sites: int = 1
    measures: bool = False
    signals: tuple[str, ...] = ()


_FIELDS = tuple(field.name for field in fields(About))


def about(stage: object) -> About:
    """Return what a stage of any kind says about itself.

    >>> from curate.stages import Language, Read
    >>> [(rule.name, rule.limit, rule.unit) for rule in about(Language()).table]
    [('min_probability', 0.65, 'probability')]
    >>> about(Read()).table
    ()
    """
    said = {name: getattr(stage, name) for name in _FIELDS if hasattr(stage, name)}
    found = About(**said)
    if found.judge is None or "needs" in said:
        return found
    needed = [rule.signal for rule in found.table]
    needed += ["prose_fraction"] if any(rule.least_prose for rule in found.table) else []
    return About(**said | {"needs": tuple(dict.fromkeys(needed))})


def column(stage: str, signal: str) -> str:
    """The column of `signals/` a stage's signal is stored in; what is measured on no stage's account is itself.

    >>> column("gopher.quality", "words"), column("language", "language")
    ('gopher.quality.words', 'language')
    """
    return signal if signal in MEASURED.names else f"{stage}.{signal}"


def as_json(stage: Any) -> dict[str, Any]:
    """A stage's account of itself as the report keeps it; a limit that drops nothing is null.

    `signal` is the column of `signals/`, "" where the number is not stored.
    """
    told = about(stage)
    return {
        "name": stage.name,
        "measures": told.measures,
        "judgement": {"who": told.judgement.who, "mind": told.judgement.mind},
        "limits": [
            {
                "rule": rule.name,
                "signal": column(stage.name, rule.signal) if rule.signal in told.signals else "",
                "bound": rule.bound,
                "value": None if isinf(rule.limit) else rule.limit,
                "unit": rule.unit,
                "because": rule.because,
                "source": rule.source,
                **({"language": rule.language} if rule.language else {}),
                **({"least_prose": rule.least_prose} if rule.least_prose else {}),
            }
            for rule in told.table
        ],
    }
