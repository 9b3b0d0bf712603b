"""Each rule of a run: what it removed, what only it removed, where its limit stands among the pages, and samples."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from curate.report.limits import Limit
from curate.report.pages import Floats, Ints, Pages

BINS = 32
SAMPLES = 10
OVERLAPS = 4
DEEP = 0.75  # samples from deep in the dropped are past this share of them, by distance from the limit
FAR = 0.5  # a limit no page came half-way to


@dataclass(frozen=True, slots=True)
class Histogram:
    """Pages by a signal: `edges` float64[n + 1], and counts per bin of those kept in the end and of the others.

    Pages outside the edges are in the outermost bins; `least` and `most` are the extremes, and `whole` says whether all
    are whole numbers. The others are those the limit lets pass, `passing`, and those past it, `failing`.
    """

    edges: Floats
    kept: Ints
    passing: Ints
    failing: Ints
    log: bool
    whole: bool
    pages: int
    least: float
    most: float


@dataclass(frozen=True, slots=True)
class RuleStudy:
    """Statistics of one rule; `count` is exact, the rest is of the sampled pages, None where it was not measured.

    `signal` is the column of its numbers, "" where they are not stored, and `noun` that without the stage; `bound` is
    `min` or `max`, "" for a rule that has no number.
    """

    stage: str
    rule: str
    count: int
    limit: float
    bound: str
    signal: str
    noun: str
    because: str
    source: str
    failing: int | None
    unique: int | None
    measured: int
    overlaps: tuple[tuple[str, int], ...]
    histogram: Histogram | None
    near_kept: tuple[int, ...]
    near_dropped: tuple[int, ...]
    deep: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Failing:
    """Which measured pages fail which limits, whatever the order of rules: `fails` is bool[pages, limits]."""

    limits: tuple[Limit, ...]
    pages: Ints
    fails: NDArray[np.bool_]

    def of(self, stage: str, rule: str) -> int:
        """The column of a rule, -1 when it was not measured here."""
        names = [(limit.stage, limit.rule) for limit in self.limits]
        return names.index((stage, rule)) if (stage, rule) in names else -1


def rule_set_stages(told: Mapping[str, Mapping[str, Any]]) -> tuple[str, ...]:
    """The first row of stages, of what all say about themselves, that are measured on whoever gets there: rule sets.

    >>> rule_set_stages({name: {"measures": name in "ab"} for name in ("read", "a", "b", "pii")})
    ('a', 'b')
    """
    names = list(told)
    sets = [stage["measures"] for stage in told.values()]
    first = sets.index(True) if True in sets else len(sets)
    last = next((i for i in range(first, len(sets)) if not sets[i]), len(sets))
    return tuple(names[first:last])


def failing(pages: Pages, limits: Sequence[Limit], stages: Sequence[str]) -> Failing:
    """Judge every page that came as far as the first of these stages by every limit of theirs."""
    chosen = tuple(each for each in limits if each.stage in stages and each.signal in pages.signals)
    if not chosen:
        return Failing((), np.zeros(0, np.int64), np.zeros((0, 0), bool))
    columns = [pages.signals[each.signal] for each in chosen]
    here = np.flatnonzero(pages.reached(stages[0]) & ~np.isnan(columns[0]))
    pairs = zip(columns, chosen, strict=True)
    past = [fails(values[here], each.bound, each.limit) & _judged(pages, each)[here] for values, each in pairs]
    return Failing(chosen, here, np.stack(past, 1))


def _judged(pages: Pages, limit: Limit) -> NDArray[np.bool_]:
    return judged(pages, limit.stage, limit.language, limit.least_prose)


def judged(pages: Pages, stage: str, language: str, least_prose: float) -> NDArray[np.bool_]:
    """The pages that a limit is for: all, those in one language, or those with enough prose."""
    chosen: NDArray[np.bool_] = pages.language == language if language else np.ones(len(pages), bool)
    prose = pages.signals.get(f"{stage}.prose_fraction")
    return chosen if prose is None or not least_prose else chosen & ~(prose < least_prose)


def fails(values: Floats, bound: str, limit: float) -> NDArray[np.bool_]:
    """Return which values are past a limit; one that is not known is not."""
    failed: NDArray[np.bool_] = values < limit if bound == "min" else values > limit
    return failed


def study_rules(pages: Pages, report: Mapping[str, Any], limits: Sequence[Limit], together: Failing) -> list[RuleStudy]:
    """Every rule that fired or has a limit, stage by stage, the commonest first."""
    known = {(limit.stage, limit.rule): limit for limit in limits}
    ranks = np.argsort(np.argsort(pages.ids))
    studies = []
    for stage in report["stages"]:
        counts = _by_language(stage["dropped"])
        counts |= {rule: 0 for name, rule in known if name == stage["name"] and rule not in counts}
        for rule, count in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
            limit = known.get((stage["name"], rule), Limit(stage["name"], rule))
            studies.append(_study(pages, limit, count, together, ranks))
    return studies


def _by_language(dropped: Mapping[str, int]) -> dict[str, int]:
    """The counts of a stage with all its `language_xx` rules as one."""
    counts: dict[str, int] = {}
    for rule, count in dropped.items():
        name = "language" if rule.startswith("language_") else rule
        counts[name] = counts.get(name, 0) + count
    return counts


def _study(pages: Pages, limit: Limit, count: int, together: Failing, ranks: Ints) -> RuleStudy:
    stage, rule = limit.stage, limit.rule
    dropped = np.flatnonzero(taken_by(pages, stage, rule))
    if np.isnan(limit.limit) and len(dropped) and len(np.unique(pages.limit[dropped])) == 1:
        limit = replace(limit, limit=float(pages.limit[dropped[0]]))
    signal = pages.signals.get(limit.signal)
    column = together.of(stage, rule)
    population = together.pages if column >= 0 else np.flatnonzero(pages.reached(stage))
    population = population[_judged(pages, limit)[population]]
    near, deep = _near_and_deep(dropped, _gaps(pages.value[dropped], limit.limit), ranks)
    return RuleStudy(
        stage=stage,
        rule=rule,
        count=count,
        limit=limit.limit,
        bound=limit.bound,
        signal=limit.signal,
        noun=limit.noun,
        because=limit.because,
        source=limit.source,
        failing=int(together.fails[:, column].sum()) if column >= 0 else None,
        unique=int((together.fails[:, column] & (together.fails.sum(1) == 1)).sum()) if column >= 0 else None,
        measured=len(together.pages) if column >= 0 else 0,
        overlaps=_overlaps(together, column) if column >= 0 else (),
        histogram=None if signal is None else _histogram(pages, signal, limit, population),
        near_kept=() if signal is None or not count else _near_kept(pages, signal, limit, ranks),
        near_dropped=near,
        deep=deep,
    )


def taken_by(pages: Pages, stage: str, rule: str) -> NDArray[np.bool_]:
    """Return which pages a rule dropped; all `language_xx` rules are the rule `language`."""
    taken = pages.dropped_by(stage) & ~pages.failed
    if rule == "language":
        taken[taken] = [name.startswith("language_") for name in pages.rule[taken].tolist()]
    else:
        taken &= pages.rule == rule
    return taken


def _gaps(values: Floats, limit: float) -> Floats:
    """Return how far values are from the limit, as a share of it; 0 where either is unknown."""
    return np.nan_to_num(np.abs(values - limit) / (abs(limit) or 1.0))


def _near_and_deep(dropped: Ints, gaps: Floats, ranks: Ints) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The pages nearest to their limit, and pages evenly from the far end of the rest."""
    order = dropped[np.lexsort((ranks[dropped], gaps))]
    rest = order[max(SAMPLES, int(len(order) * DEEP)) :]
    evenly = np.linspace(0, max(len(rest) - 1, 0), min(SAMPLES, len(rest))).astype(np.int64)
    return tuple(order[:SAMPLES].tolist()), tuple(rest[evenly].tolist())


def _near_kept(pages: Pages, signal: Floats, limit: Limit, ranks: Ints) -> tuple[int, ...]:
    """Pages this rule let pass, nearest to its limit first."""
    passed = (pages.fate > pages.stages.index(limit.stage)) & ~np.isnan(signal) & _judged(pages, limit)
    passed &= ~fails(signal, limit.bound, limit.limit)
    here = np.flatnonzero(passed)
    order = here[np.lexsort((ranks[here], _gaps(signal[here], limit.limit)))]
    return tuple(order[:SAMPLES].tolist())


def _overlaps(together: Failing, column: int) -> tuple[tuple[str, int], ...]:
    """The rules that most often fail together with one, with the number of pages that fail both."""
    both = together.fails[together.fails[:, column]].sum(0)
    names = [f"{limit.stage} {limit.rule}" for limit in together.limits]
    others = [(name, int(n)) for i, (name, n) in enumerate(zip(names, both, strict=True)) if i != column and n]
    return tuple(sorted(others, key=lambda item: (-item[1], item[0]))[:OVERLAPS])


def _histogram(pages: Pages, signal: Floats, limit: Limit, population: Ints) -> Histogram | None:
    here = population[~np.isnan(signal[population])]
    if not len(here):
        return None
    values = signal[here]
    edges, log = _edges(values, limit)
    clipped = np.clip(values, edges[0], edges[-1])
    kept, past = pages.kept[here], fails(values, limit.bound, limit.limit)
    kinds = (kept, ~kept & ~past, ~kept & past)
    kept_bins, passing, failed = (np.histogram(clipped[kind], edges)[0].astype(np.int64) for kind in kinds)
    whole = bool((values == np.round(values)).all())
    return Histogram(edges, kept_bins, passing, failed, log, whole, len(here), float(values.min()), float(values.max()))


def _edges(values: Floats, limit: Limit) -> tuple[Floats, bool]:
    """Bins over all but the outermost hundredth of values, and to the limit unless it is far off; log if skewed.

    One edge is the limit, so that no bin has pages of both sides; the limit itself passes.
    """
    low, middle, high = np.quantile(values, [0.005, 0.5, 0.99]).tolist()
    log = low >= 0 and high > 50 and high > 8 * max(middle, 1)
    scale, back = (np.log1p, np.expm1) if log else (np.positive, np.positive)
    at = limit.limit + (1e-9 * max(abs(limit.limit), 1.0) if limit.bound == "max" else 0.0)
    low, high, at = (float(scale(max(each, 0.0) if log else each)) for each in (low, high, at))
    span = high - low or 1.0
    low, high = (min(low, at) if at > low - span else low), (max(high, at) if at < high + span else high)
    step = (high - low if high - low > 1e-6 else 1.0) / (BINS - 2)
    first = at - np.ceil((at - low) / step) * step if low <= at <= high else low
    return np.asarray(back(first + step * np.arange(BINS + 1))), log


def warnings_of(studies: Sequence[RuleStudy], pages: Pages) -> tuple[list[RuleStudy], list[tuple[RuleStudy, float]]]:
    """The rules that never fired, and those whose limit no page came half-way to, with the nearest page's value."""
    silent = [study for study in studies if study.count == 0]
    far = []
    for study in silent:
        signal = pages.signals.get(study.signal)
        if study.histogram is None or signal is None or not study.limit:
            continue
        nearest = float(np.nanmin(signal) if study.bound == "min" else np.nanmax(signal))
        if _is_far(nearest, study):
            far.append((study, nearest))
    return silent, far


def _is_far(nearest: float, study: RuleStudy) -> bool:
    return nearest * FAR > study.limit if study.bound == "min" else nearest < study.limit * FAR
