"""All of the report page's numbers in one value, from a run's files."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from curate.filters.text_view import TextView
from curate.memory import give_back
from curate.recipe import Recipe
from curate.report import crawl, duplicates, groups, judges, limits, rules, sliders, topics
from curate.report import pages as rows
from curate.report.excerpts import Piece, excerpt
from curate.report.pages import Pages
from curate.report.rules import RuleStudy

BEGINNING, URL = 200, 120  # characters shown of a page that a slider moves


@dataclass(frozen=True, slots=True)
class Sample:
    """A page as it is shown: address, the rule's number, its fate, and an excerpt with marks."""

    url: str
    value: float
    fate: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Study:
    """The numbers of the page; each is of all pages unless `share` is below 1."""

    share: float
    pages: int
    held: int
    rules: tuple[RuleStudy, ...]
    samples: Mapping[tuple[str, str], Mapping[str, tuple[Sample, ...]]]
    stage_unique: Mapping[str, int]
    silent: tuple[RuleStudy, ...]
    far: tuple[tuple[RuleStudy, float], ...]
    crawl: crawl.Yield | None
    audit: tuple[tuple[groups.Dimension, tuple[groups.Group, ...]], ...]
    ratios: tuple[groups.Ratio, ...]
    compared: int
    identities: tuple[tuple[groups.Group, groups.Group], ...]
    lost: tuple[groups.Group, ...]
    alarm: tuple[groups.Group, ...]
    preference: topics.Preference | None
    judges: judges.Judges | None
    duplicates: duplicates.Duplicates
    personal: tuple[tuple[str, int, int], ...]
    texts: int
    dates: tuple[str, str]
    sliders: sliders.Sliders | None
    excerpts: Mapping[int, tuple[str, str]]


def study(out: Path, report: Mapping[str, Any], recipe: Recipe | None = None) -> Study:
    """Study the run in `out`; `report` is its report, and `recipe`, where it is at hand, what it was made with."""
    names = tuple(stage["name"] for stage in report["stages"])
    pages = rows.read_pages(out, names)
    bounds = limits.limits_of(report)
    sets = rules.rule_set_stages(limits.about_stages(report))
    together = rules.failing(pages, bounds, sets)
    studied = rules.study_rules(pages, report, bounds, together)
    chosen = topics.choose(pages, sets[0] if sets else names[-1])
    moved = sliders.sliders_of(pages, studied, recipe or limits.recipe_of(report))
    shown = [page for rule in studied for page in (*rule.near_kept, *rule.near_dropped, *rule.deep)]
    shown += moved.shown if moved else ()
    give_back()
    texts = rows.read_texts(pages, np.concatenate([chosen, np.array(shown, np.int64)]))
    give_back()  # what was read around them: row groups of 5,000 texts
    marks = limits.marks_of(report, recipe)
    words = topics.words_of({page: view.text for page, view in texts.items()}, chosen)
    cuts = groups.dimensions(pages)
    topic = topics.topics(words, len(pages))
    cuts += [topic] if topic else []
    sites = groups.by_key(cuts)["site"].label
    named = topics.identities(words, len(pages))
    compared_cuts = [*(cut for cut in cuts if cut.name != "site"), *named]
    ratios, compared = groups.ratios(pages, compared_cuts, studied, together)
    silent, far = rules.warnings_of(studied, pages)
    return Study(
        share=pages.share,
        pages=pages.total,
        held=len(pages),
        rules=tuple(studied),
        samples={(rule.stage, rule.rule): _samples(pages, rule, texts, marks.get(rule.stage)) for rule in studied},
        stage_unique=_stage_unique(together),
        silent=tuple(silent),
        far=tuple(far),
        crawl=crawl.estimate(pages, report),
        audit=tuple((cut, tuple(groups.retention(pages, cut))) for cut in cuts),
        ratios=tuple(ratios),
        compared=compared,
        identities=_identities(pages, named),
        lost=tuple(groups.most_lost(pages, sites)),
        alarm=tuple(groups.lost_to_duplicates(pages, sites)),
        preference=topics.preference(pages, words, "quality") if "quality" in names else None,
        judges=judges.judges(pages, cuts),
        duplicates=duplicates.study_duplicates(out),
        personal=_personal(pages),
        texts=len(words.sets),
        dates=_days(pages),
        sliders=moved,
        excerpts=_excerpts(pages, moved, texts),
    )


def _samples(
    pages: Pages, rule: RuleStudy, texts: Mapping[int, TextView], where: limits.Where | None
) -> dict[str, tuple[Sample, ...]]:
    signal = pages.signals.get(rule.signal)

    def show(page: int) -> Sample:
        dropped_here = pages.fate[page] == pages.stages.index(rule.stage)
        value = pages.value[page] if dropped_here or signal is None else signal[page]
        view = texts.get(page, TextView(""))

        def find(beginning: str) -> Sequence[tuple[int, int]]:
            return where(TextView(beginning, view.apart), rule.rule) if where else ()

        return Sample(pages.urls[page], float(value), groups.reason_of(pages, page), excerpt(view.text, find))

    kinds = {"near_kept": rule.near_kept, "near_dropped": rule.near_dropped, "deep": rule.deep}
    return {kind: tuple(show(page) for page in members) for kind, members in kinds.items()}


def _excerpts(pages: Pages, moved: sliders.Sliders | None, texts: Mapping[int, TextView]) -> dict[int, tuple[str, str]]:
    """Address and beginning of the pages that sliders show."""
    found = {}
    for page in moved.shown if moved else ():
        beginning = "".join(piece.text for piece in excerpt(texts.get(page, TextView("")).text[:BEGINNING], _nowhere))
        found[page] = pages.urls[page][:URL], " ".join(beginning.split())
    return found


def _days(pages: Pages) -> tuple[str, str]:
    """The first and the last day a page was captured on; empty where none is known."""
    days = [date[:10] for date in pages.dates.tolist() if date]
    return (min(days), max(days)) if days else ("", "")


def _nowhere(_text: str) -> Sequence[tuple[int, int]]:
    return ()


def _stage_unique(together: rules.Failing) -> dict[str, int]:
    """Pages that fail rules of one rule set and of no other."""
    stages = list(dict.fromkeys(limit.stage for limit in together.limits))
    if not stages:
        return {}
    columns = [[limit.stage == stage for limit in together.limits] for stage in stages]
    fails = np.stack([together.fails[:, column].any(1) for column in columns], 1)
    alone = fails.sum(1) == 1
    return {stage: int((fails[:, i] & alone).sum()) for i, stage in enumerate(stages)}


def _identities(pages: Pages, named: Sequence[groups.Dimension]) -> tuple[tuple[groups.Group, groups.Group], ...]:
    """For each identity, the retention of texts that name it and of the others."""
    found = []
    for cut in named:
        both = sorted(groups.retention(pages, cut), key=lambda group: group.name == groups.OTHERS)
        if len(both) == 2:
            found.append((both[0], both[1]))
    return tuple(found)


def _personal(pages: Pages) -> tuple[tuple[str, int, int], ...]:
    """For each kind of personal data: its name, how many were found, and in how many pages."""
    found = [
        (name.removeprefix("pii."), int(np.nansum(values)), int((values > 0).sum()))
        for name, values in pages.signals.items()
        if name.startswith("pii.") and name.removeprefix("pii.").isupper()
    ]
    return tuple(sorted(found, key=lambda item: (-item[1], item[0])))
