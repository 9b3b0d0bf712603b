"""What other limits would keep, for the sliders of the page: the stops of each limit, and which pages pass them.

Three kinds of pages can change their fate when limits of a stage are moved: those kept, those that fail one limit, and
those that fail several. Of each kind the pages with the lowest ids are taken, which is a random sample as ids are
hashes; of a small run it is all of them. Numbers that the run did not measure, such as scores of pages that no model
saw, are measured now, on the text in `dropped/`, by the run's own stages, as `curate whatif` does.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from curate.documents import Documents
from curate.errors import UsageError
from curate.output.dropped_documents import dropped_documents
from curate.output.fates import keys_of
from curate.recipe import Recipe
from curate.report.pages import Floats, Ints, Pages
from curate.report.rules import RuleStudy, fails, judged
from curate.report.said_again import keeps, said_of, without_limits
from curate.stages import about, alone, is_barrier
from curate.stages.kinds import limits

TAKEN = {"kept": 1500, "one": 500, "several": 150}  # pages of each kind, at most
SHOWN = 3  # pages of a limit with their text, of those that come back and of those that go
NONE = "none"
CODES = "".join(chr(code) for code in range(40, 127) if chr(code) not in "<>&\\'\"`")


@dataclass(frozen=True, slots=True)
class Slider:
    """A limit and its stops: `values` ascending, NaN for no limit at its loose end; `now` is the stop of the run.

    `places` say where each stop stands in the histogram, from 0 to 1. `before` names the searches for duplicates that
    come later, by which a page that comes back may yet go.
    """

    stage: str
    rule: str
    bound: str
    signal: str
    language: str
    least_prose: float
    values: tuple[float, ...]
    places: tuple[float, ...]
    now: int
    before: tuple[str, ...]

    def written(self) -> list[str]:
        """The values as a command takes them.

        >>> Slider("a", "min_words", "min", "a.words", "", 0, (np.nan, 20.0, 50.0), (0.0, 0.2, 0.5), 2, ()).written()
        ['none', '20', '50']
        """
        return [NONE if np.isnan(value) else f"{value:g}" for value in self.values]

    def last(self, values: Floats) -> Ints:
        """The tightest stop at which each value passes; that of a value that is not known passes everywhere.

        >>> lowest = Slider("a", "min_words", "min", "a.words", "", 0, (np.nan, 20.0, 50.0), (0.0, 0.2, 0.5), 2, ())
        >>> lowest.last(np.array([3.0, 20.0, 49.0, 50.0])).tolist()
        [0, 1, 1, 2]
        >>> highest = Slider("a", "max_score", "max", "a.score", "", 0, (0.2, 0.5, np.nan), (0.2, 0.5, 1.0), 1, ())
        >>> highest.last(np.array([0.2, 0.3, 0.5, 0.6])).tolist()
        [0, 1, 1, 2]
        """
        if self.bound == "min":
            found = np.searchsorted(self.values[1:], values, side="right")
            return np.where(np.isnan(values), len(self.values) - 1, found).astype(np.int64)
        found = np.searchsorted(self.values[:-1], values, side="left")
        return np.where(np.isnan(values), 0, found).astype(np.int64)


@dataclass(frozen=True, slots=True)
class Kind:
    """Pages of one kind: how many the run has, how many were looked at, and those that other limits can change.

    `rows` are their places among the pages held, `last` is int64[rows, sliders]: see `Slider.last`.
    """

    name: str
    pages: int
    taken: int
    rows: Ints
    last: Ints


@dataclass(frozen=True, slots=True)
class Sliders:
    """Limits that can be moved, and three kinds of pages; `shown` are pages whose text is to be shown."""

    sliders: tuple[Slider, ...]
    kinds: tuple[Kind, ...]
    shown: tuple[int, ...]

    @property
    def exact(self) -> bool:
        """Return whether every page that can change was looked at."""
        return all(kind.taken == kind.pages for kind in self.kinds)


def sliders_of(pages: Pages, studies: Sequence[RuleStudy], recipe: Recipe | None) -> Sliders | None:
    """The sliders of a run; None without its recipe, without limits to move, and without texts of dropped pages."""
    moved = [] if recipe is None else _sliders(studies, recipe)
    if recipe is None or not moved:
        return None
    values = np.stack([_values(pages, slider) for slider in moved], 1)
    limited, failing = _limited(pages, moved), _failing(values, moved)
    groups = {"kept": pages.kept, "one": limited & (failing <= 1), "several": limited & (failing > 1)}
    order = np.argsort(pages.ids)
    taken = {name: order[group[order]][: TAKEN[name]] for name, group in groups.items()}
    try:
        passing = _measure(pages, moved, recipe, values, np.concatenate([taken["one"], taken["several"]]))
    except UsageError:  # the run kept no text of what it dropped
        return None
    passing |= pages.kept
    kinds = []
    for name, group in groups.items():
        rows = taken[name][passing[taken[name]]]
        last = np.stack([slider.last(values[rows, place]) for place, slider in enumerate(moved)], 1)
        kinds.append(Kind(name, round(int(group.sum()) / pages.share), len(taken[name]), rows, last))
    return Sliders(tuple(moved), tuple(kinds), _shown(moved, kinds, values))


def _sliders(studies: Sequence[RuleStudy], recipe: Recipe) -> list[Slider]:
    """A slider for each limit that can be set afterwards; none before a stage whose own limit moves with the pages."""
    names = recipe.stage_names
    settled = max((place for place, stage in enumerate(recipe.stages) if about(stage).settle), default=-1)
    found = []
    for study in studies:
        place = names.index(study.stage) if study.stage in names else -1
        if place <= settled or study.histogram is None or study.rule not in limits(recipe.stages[place]):
            continue
        rule = limits(recipe.stages[place])[study.rule]
        values, places, now = _stops(study)
        later = tuple(stage.name for stage in recipe.stages[place:] if is_barrier(stage))
        named = study.stage, study.rule, study.bound, study.signal
        found.append(Slider(*named, rule.language, rule.least_prose, values, places, now, later))
    return found


def _stops(study: RuleStudy) -> tuple[tuple[float, ...], tuple[float, ...], int]:
    """The values of a limit, where they stand, and which is now: edges of bars and half-way, in few figures."""
    drawn = study.histogram
    assert drawn is not None
    halves = np.linspace(0, 1, 2 * len(drawn.edges) - 1)
    edges = np.interp(halves, halves[::2], drawn.edges)
    wanted = [float(f"{round(edge) if drawn.whole else edge:.4g}") for edge in edges.tolist()]
    limit = float(study.limit)
    values = sorted({value for value in wanted if drawn.least <= value <= drawn.most} | {limit})
    places = np.interp(values, drawn.edges, halves[::2]).round(3).tolist()
    least = study.bound == "min"
    ends = ((float("nan"),), ()) if least else ((), (float("nan"),))
    spots = ((0.0,), ()) if least else ((), (1.0,))
    return (*ends[0], *values, *ends[1]), (*spots[0], *places, *spots[1]), values.index(limit) + least


def _values(pages: Pages, slider: Slider) -> Floats:
    """The number that a slider's limit is held against, for each page; NaN where it is not for that page."""
    values = pages.signals.get(slider.signal, np.full(len(pages), np.nan))
    return np.where(judged(pages, slider.stage, slider.language, slider.least_prose), values, np.nan)


def _limited(pages: Pages, moved: Sequence[Slider]) -> Any:
    """Return which pages were dropped by a limit that can be moved."""
    found = np.zeros(len(pages), bool)
    for slider in moved:
        found |= pages.dropped_by(slider.stage) & ~pages.failed & (pages.rule == slider.rule)
    return found


def _failing(values: Floats, moved: Sequence[Slider]) -> Ints:
    """How many limits each page fails, as far as that was measured."""
    limit = [slider.values[slider.now] for slider in moved]
    found = [fails(values[:, i], slider.bound, limit[i]) for i, slider in enumerate(moved)]
    return np.asarray(np.sum(found, axis=0), np.int64)


def _measure(pages: Pages, moved: Sequence[Slider], recipe: Recipe, values: Floats, rows: Ints) -> Any:
    """Send dropped pages on without limits; return which pass all else, and put what was measured into `values`."""
    free = [without_limits(stage) for stage in recipe.stages]
    passing = np.zeros(len(pages), bool)
    number = dict(zip(pages.ids[rows].tolist(), rows.tolist(), strict=True))
    keys = np.sort(keys_of(pa.array(list(number), pa.string())))
    for documents, place in dropped_documents(pages.out, keys, recipe):
        known = [page in number for page in documents.batch.column("id").to_pylist()]
        left, same_text = documents.take(np.flatnonzero(known)), True
        for stage in filter(alone, free[place:]):
            left = _through(stage, left, moved, pages, values, number, same_text=same_text)
            same_text &= not about(stage).edits
        passing[_rows(left, number)] = True
    return passing


def _through(
    stage: Any, documents: Documents, moved: Sequence[Slider], pages: Pages, values: Floats, number: Mapping[str, int],
    *, same_text: bool,
) -> Documents:  # fmt: skip
    if not len(documents):
        return documents
    at = _rows(documents, number)
    outcome = said_of(stage, documents, pages, at, same_text=same_text)
    for column, slider in enumerate(moved):
        if slider.stage == stage.name:
            found = outcome.signals[slider.signal.removeprefix(f"{slider.stage}.")]
            here = pages.language[at] == slider.language if slider.language else np.ones(len(at), bool)
            if slider.least_prose:
                here = here & ~(outcome.signals["prose_fraction"] < slider.least_prose)
            values[at, column] = np.where(here, found, np.nan)
    passed = [keeps(outcome.fates[row]) for row in range(len(at))]
    return outcome.documents.take(np.flatnonzero(passed))


def _rows(documents: Documents, number: Mapping[str, int]) -> list[int]:
    return [number[page] for page in documents.batch.column("id").to_pylist()]


def _shown(moved: Sequence[Slider], kinds: Sequence[Kind], values: Floats) -> tuple[int, ...]:
    """For each limit a few pages that come back and a few that go, those nearest to the limit."""
    kept, one, _ = kinds
    found: set[int] = set()
    for column, slider in enumerate(moved):
        limit = slider.values[slider.now]
        alone_here = one.rows[_fails_only(one.last, moved, column)]
        for rows in (alone_here, kept.rows):
            known = rows[~np.isnan(values[rows, column])]
            order = np.lexsort((known, np.abs(values[known, column] - limit)))
            found.update(known[order[:SHOWN]].tolist())
    return tuple(sorted(found))


def _fails_only(last: Ints, moved: Sequence[Slider], column: int) -> Any:
    """Return which pages fail this limit as it is now, and no other."""
    failed = np.stack([_past(last[:, i], slider, slider.now) for i, slider in enumerate(moved)], 1)
    return failed[:, column] & (failed.sum(1) == 1)


def _past(last: Ints, slider: Slider, stop: int) -> Any:
    return last < stop if slider.bound == "min" else last > stop


def as_json(found: Sliders, texts: Mapping[int, tuple[str, str]], command: str) -> dict[str, Any]:
    """What the page's script is given; `texts` are address and excerpt of the pages shown.

    A page is a string of a character for each slider, the place of its `Slider.last` in `codes`.
    """
    kinds = {}
    for kind in found.kinds:
        codes = np.array(list(CODES))[kind.last]
        shown = {place: list(texts[row]) for place, row in enumerate(kind.rows.tolist()) if row in texts}
        coded = ["".join(row) for row in codes.tolist()]
        kinds[kind.name] = {"pages": kind.pages, "taken": kind.taken, "codes": coded, "shown": shown}
    sliders = [
        {
            "name": f"{slider.stage}.{slider.rule}",
            "bound": slider.bound,
            "values": slider.written(),
            "places": list(slider.places),
            "now": slider.now,
            "before": list(slider.before),
        }
        for slider in found.sliders
    ]
    return {"command": command, "codes": CODES, "sliders": sliders, "kinds": kinds}


def returning(found: Sliders) -> list[tuple[Slider, int, int]]:
    """For each limit the pages of those looked at that come back without it, and how many of them there are in the run.

    The first is a count, the second is that scaled to all pages; limits by which most come back are first.
    """
    one = found.kinds[1]
    rows = []
    for column, slider in enumerate(found.sliders):
        count = int(_fails_only(one.last, found.sliders, column).sum())
        rows.append((slider, count, round(count * one.pages / max(one.taken, 1))))
    return sorted(rows, key=lambda row: -row[1])
