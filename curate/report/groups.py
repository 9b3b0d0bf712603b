"""Compares who is kept and who is not: retention by group and ratios of drop rates, with their intervals."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import exp, log, sqrt
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from curate.filters.address import site_of
from curate.report.pages import Ints, Pages, Strings
from curate.report.rules import Failing, RuleStudy, taken_by

Z = 1.96
MIN_GROUP = 30  # pages, for a group to be compared
SHOWN = 15
RATIOS = 30
LENGTH_RULES = frozenset({"min_words", "max_words", "min_sentences", "min_characters", "min_text_chars", "min_lines"})
OTHERS = "others"  # the label of pages that are in no group of their own
LOST_SHARE, LOST_PAGES = 0.5, 10  # a site that loses more than this to duplicates is listed
LENGTHS = (0, 500, 1000, 2000, 4000, 8000, 16000, 1 << 62)


def top_level(host: str) -> str:
    """The last label of a host, `IP` for an address.

    >>> top_level("example.co.uk"), top_level("192.0.2.1")
    ('.uk', 'IP')
    """
    last = host.rpartition(".")[2]
    return "IP" if last.isdigit() else f".{last}" if last else "?"


@dataclass(frozen=True, slots=True)
class Group:
    """Pages of one kind: how many there are, how many were kept, and the share with its 95 % interval (Wilson)."""

    name: str
    pages: int
    kept: int
    share: float
    low: float
    high: float
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Ratio:
    """How much more often a rule drops one group than all others: the ratio of rates and its 95 % interval (Katz).

    `sure` when the interval still leaves out 1 after dividing the error among all comparisons made.
    """

    rule: str
    dimension: str
    group: str
    pages: int
    rate: float
    others: float
    ratio: float
    low: float
    high: float
    sure: bool


@dataclass(frozen=True, slots=True)
class Dimension:
    """A way to cut pages into groups: `label` per page, "" where it has none; `over` says which pages that are."""

    name: str
    over: str
    label: Strings


def wilson(part: int, whole: int) -> tuple[float, float]:
    """The 95 % interval of a share by Wilson's score.

    >>> [round(bound, 3) for bound in wilson(5, 10)]
    [0.237, 0.763]
    """
    if not whole:
        return 0.0, 1.0
    share, spread = part / whole, Z * Z / whole
    middle = (share + spread / 2) / (1 + spread)
    half = Z * sqrt(share * (1 - share) / whole + spread / (4 * whole)) / (1 + spread)
    return middle - half if part else 0.0, middle + half if part < whole else 1.0


def dimensions(pages: Pages) -> list[Dimension]:
    """The ways to cut that need no text."""
    sites = np.array([site_of(url) for url in pages.urls.tolist()], object)
    tops = np.array([top_level(site) for site in sites.tolist()], object)
    years = np.array([date[:4] for date in pages.dates.tolist()], object)
    found = [Dimension("top-level domain", "all pages", tops), Dimension("site", "all pages", sites)]
    if pages.language.any():
        found.append(Dimension("language", "pages with text", pages.language))
    chars = pages.signals.get("extract.text_chars")
    if chars is not None:
        found.append(Dimension("length of text", "pages with text", _lengths(chars)))
    return [*found, Dimension("year of capture", "all pages", years)]


def _lengths(chars: NDArray[np.float64]) -> Strings:
    names = [f"{low:,} to {high - 1:,}" for low, high in pairwise(LENGTHS[:-1])]
    names += [f"{LENGTHS[-2]:,} and more"]
    label = np.array(["", *names], object)
    return np.asarray(label[np.where(np.isnan(chars), 0, np.digitize(np.nan_to_num(chars), LENGTHS))], object)


def retention(pages: Pages, dimension: Dimension, *, shown: int = SHOWN) -> list[Group]:
    """The largest groups of a dimension and the others together; of sites those of which most was kept."""
    counts = Counter(dimension.label.tolist())
    counts.pop("", None)
    kept = Counter(dimension.label[pages.kept].tolist()) if dimension.name == "site" else counts
    names = sorted(counts, key=lambda name: (-kept[name], -counts[name], name))[:shown]
    if dimension.name == "length of text":
        names.sort(key=lambda name: int(name.split()[0].replace(",", "")))
    elif dimension.name == "year of capture":
        names.sort()
    groups = [_group(name, dimension.label == name, pages) for name in names]
    shown_names = set(names) | {""}
    rest = np.array([name not in shown_names for name in dimension.label.tolist()], bool)
    return [*groups, _group("all others", rest, pages)] if rest.any() else groups


def _group(name: str, here: NDArray[np.bool_], pages: Pages) -> Group:
    whole, part = int(here.sum()), int((here & pages.kept).sum())
    return Group(name, whole, part, part / max(whole, 1), *wilson(part, whole))


def most_lost(pages: Pages, sites: Strings, *, shown: int = SHOWN) -> list[Group]:
    """The sites that lost most pages, with the commonest reason."""
    lost = Counter(sites[~pages.kept & (sites != "")].tolist())
    names = sorted(lost, key=lambda name: (-lost[name], name))[:shown]
    found = []
    for name in names:
        here = sites == name
        gone = np.flatnonzero(here & ~pages.kept)
        reasons = Counter(reason_of(pages, page) for page in gone.tolist())
        reason, count = min(reasons.items(), key=lambda item: (-item[1], item[0]))
        found.append(replace(_group(name, here, pages), reason=f"{reason} ({count:,})"))
    return found


def reason_of(pages: Pages, page: int) -> str:
    """The stage and rule a page ended at, `kept` when there is none."""
    fate = int(pages.fate[page])
    return "kept" if fate == len(pages.stages) else f"{pages.stages[fate]} {pages.rule[page]}"


def lost_to_duplicates(pages: Pages, sites: Strings) -> list[Group]:
    """Sites that lose more than half of their pages, and ten or more, to duplicates; `kept` is what duplicates left."""
    gone = pages.duplicate_of != ""
    counts = Counter(sites[gone].tolist())
    found = []
    for name, count in counts.items():
        here = int((sites == name).sum())
        if name and count >= LOST_PAGES * pages.share and count > LOST_SHARE * here:
            found.append(Group(name, here, here - count, 1 - count / here, *wilson(here - count, here)))
    return sorted(found, key=lambda group: (group.kept - group.pages, group.name))


def ratio_of(part: int, whole: int, other_part: int, other_whole: int, z: float = Z) -> tuple[float, float, float]:
    """The ratio of two rates and its interval by Katz's log method; half a page is added where a count is zero.

    >>> [round(number, 2) for number in ratio_of(20, 100, 10, 100)]
    [2.0, 0.99, 4.05]
    """
    a, n, b, m = float(part), float(whole), float(other_part), float(other_whole)
    if not part or not other_part:
        a, n, b, m = a + 0.5, n + 0.5, b + 0.5, m + 0.5
    ratio = (a / n) / (b / m)
    half = z * sqrt(max(1 / a - 1 / n + 1 / b - 1 / m, 0.0))
    return ratio, ratio * exp(-half), ratio * exp(half)


def ratios(
    pages: Pages, found: Sequence[Dimension], studies: Sequence[RuleStudy], together: Failing, *, shown: int = RATIOS
) -> tuple[list[Ratio], int]:
    """The rules that treat groups most differently, widest gap that is sure first, and how many pairs were compared.

    A rule that was measured on every page counts all it would drop, whatever comes before it; another what it dropped.
    """
    drops = [(study, *_drops(pages, study, together)) for study in studies if study.count >= MIN_GROUP * pages.share]
    fair = [(cut, [drop for drop in drops if not _is_its_purpose(cut, drop[0])]) for cut in found]
    tables = [(*table, cut) for cut, those in fair for table in _tables(cut, those)]
    z = NormalDist().inv_cdf(1 - 0.025 / max(len(tables), 1))
    results = [_ratio(study, cut.name, name, counts, z) for study, name, counts, cut in tables]
    results.sort(key=lambda r: (not r.sure, -_gap(r), r.rule, r.dimension, r.group))
    return results[:shown], len(results)


def _is_its_purpose(cut: Dimension, study: RuleStudy) -> bool:
    """Return whether a rule is there to tell just these groups apart: languages by language, short texts by length."""
    return cut.name == study.stage or (cut.name == "length of text" and study.rule in LENGTH_RULES)


Counts = tuple[int, int, int, int]


def _tables(
    cut: Dimension, drops: Sequence[tuple[RuleStudy, Ints, NDArray[np.bool_]]]
) -> Iterator[tuple[RuleStudy, str, Counts]]:
    """For each rule and group that are large enough: dropped and all pages inside the group, and outside."""
    names = sorted(set(cut.label.tolist()))
    number = {name: i for i, name in enumerate(names)}
    codes = np.array([number[name] for name in cut.label.tolist()], np.int64)
    for study, population, dropped in drops:
        here = codes[population]
        whole = np.bincount(here, minlength=len(names))
        part = np.bincount(here[dropped], minlength=len(names))
        if "" in number:
            whole[number[""]] = part[number[""]] = 0
        for i in np.flatnonzero((whole >= MIN_GROUP) & (whole.sum() - whole >= MIN_GROUP)).tolist():
            if part.sum() and names[i] != OTHERS:
                counts = part[i], whole[i], part.sum() - part[i], whole.sum() - whole[i]
                yield study, names[i], tuple(map(int, counts))  # type: ignore[misc]


def _gap(ratio: Ratio) -> float:
    """Return how far from 1 the ratio is at least."""
    return max(log(ratio.low), -log(ratio.high), 0.0)


def _drops(pages: Pages, study: RuleStudy, together: Failing) -> tuple[Ints, NDArray[np.bool_]]:
    column = together.of(study.stage, study.rule)
    if column >= 0:
        return together.pages, together.fails[:, column]
    here = np.flatnonzero(pages.reached(study.stage))
    return here, taken_by(pages, study.stage, study.rule)[here]


def _ratio(study: RuleStudy, dimension: str, group: str, counts: Counts, z: float) -> Ratio:
    part, whole, other_part, other_whole = counts
    ratio, low, high = ratio_of(*counts)
    _, sure_low, sure_high = ratio_of(*counts, z)
    sure = sure_low > 1 or sure_high < 1
    rates = part / whole, other_part / other_whole
    return Ratio(f"{study.stage} {study.rule}", dimension, group, whole, *rates, ratio, low, high, sure)


def by_key(found: Sequence[Dimension]) -> Mapping[str, Dimension]:
    """Dimensions by name."""
    return {dimension.name: dimension for dimension in found}
