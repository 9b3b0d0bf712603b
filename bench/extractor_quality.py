"""Quality and CPU of our extractor beside trafilatura and resiliparse, on the same pages in one run.

`python bench/extractor_quality.py [--shared ../shared/data] [--cache DIR] [--leave trafilatura ...] [--write FILE.md]`

Quality is cross-validated: three models are trained, each without a third of the registered domains, and every page is
scored by the one that has not seen its site. For every source in `--leave` one more is trained without its pages and
without its sites. Full-text sets: bag of lower-case words, F1 per page, averaged. The trafilatura set: its own snippet
count, over all pages. Crawl pages have no gold: there the texts of the extractors are compared with each other.
Some ten CPU minutes, most of them training; what is trained and what trafilatura said is kept in `--cache`.
"""

import argparse
import hashlib
import re
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from curate import extract as package
from curate.extract import tidy
from curate.extract.blocks import choose, extract_text, judge, read
from curate.extract.kinds import describe
from curate.extract.libraries import resiliparse_text, trafilatura_text
from curate.extract.model import Model, from_arrays
from curate.extract.page import BLOCKS
from curate.extract.rendering import render
from curate.extract.tables import tables
from curate.extract.training.examples import Labelled, Teacher, example, site_of, without_repeats
from curate.extract.training.forests import Example, fit, fold_of
from curate.extract.training.main import gather

FOLDS = 3
SCORED = ("trafilatura", "wcxb", "fundus_eval", "mozilla_readability", "newspaper_cases")
FAMILIES = {
    "English": "en", "German, Dutch, Nordic": "de nl sv da no nb nn is fy af", "Romance": "fr es it pt ro ca gl",
    "Slavic": "ru pl cs sk uk bg sr hr sl mk be", "Chinese, Japanese, Korean": "zh ja ko",
    "right to left": "ar fa he ur ps", "South and Southeast Asian": "hi bn ta te ml mr gu kn th vi id ms my km lo",
    "Greek, Turkic, Uralic, Baltic": "el tr az kk hu fi et lt lv",
}  # fmt: skip
NOT_TRAINING = (
    "__init__",
    "assemble",
    "cascade",
    "charset",
    "formulas",
    "kinds",
    "languages",
    "libraries",
    "mathml",
    "rendering",
    "repeats",
    "tables",
    "train",
    "twice",
)  # fmt: skip -- for `fitted`
LIMITS = (0.0, 0.45, 0.5, 0.55, 0.58, 0.62, 0.66, 0.7, 0.75, 0.8)
WORD = re.compile(r"\w+")
# Scripts without spaces count by character where texts are compared with each other.
UNIT = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|\w+")


@dataclass
class Seen:
    """A page with every extractor's text, ours by a model that has not seen its site, and the F1 it expects."""

    page: Labelled
    texts: dict[str, str]
    expected_f1: float
    family: str
    spent: dict[str, float] = field(default_factory=dict)


def squeezed(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


def snippet_counts(text: str, page: Labelled) -> np.ndarray:
    """Found and wanted, found and unwanted, missed."""
    flat = squeezed(text)
    found = sum(squeezed(snippet) in flat for snippet in page.wanted)
    wrong = sum(squeezed(snippet) in flat for snippet in page.unwanted)
    return np.array([found, wrong, len(page.wanted) - found], float)


def bag_scores(text: str, gold: str, unit: re.Pattern[str] = WORD) -> np.ndarray:
    """Precision, recall, F1."""
    ours, theirs = Counter(unit.findall(text.lower())), Counter(unit.findall(gold.lower()))
    if not ours or not theirs:
        return np.full(3, float(not ours and not theirs))
    common = (ours & theirs).total()
    precision, recall = common / ours.total(), common / theirs.total()
    return np.array([precision, recall, 2 * precision * recall / (precision + recall) if common else 0.0])


def score(text: str, page: Labelled) -> np.ndarray:
    return snippet_counts(text, page) if page.source == "trafilatura" else bag_scores(text, page.gold)


def summary(kind: str, scores: Sequence[np.ndarray]) -> str:
    table = np.array(scores)
    if kind == "trafilatura":
        found, wrong, missed = table.sum(0)
        precision, recall = found / max(found + wrong, 1), found / max(found + missed, 1)
        return f"{precision:.3f} / {recall:.3f} / **{2 * precision * recall / max(precision + recall, 1e-9):.4f}**"
    precision, recall, f1 = table.mean(0)
    return f"{precision:.3f} / {recall:.3f} / **{f1:.4f}**"


def language_family(text: str) -> str:
    from resiliparse.parse.lang import detect_fast

    code = detect_fast(text)[0]
    return next((name for name, codes in FAMILIES.items() if code in codes.split()), "other")


def text_by(model: Model, html: str) -> tuple[str, float]:
    """Our text of a page under a given model, and the F1 it expects."""
    page = read(html)
    if not page.state[BLOCKS]:
        return "", 0.0
    measures, odds = judge(page, model)
    found = tables(page)
    described = describe(page, found)
    kept, expected = choose(page, measures, odds, described)
    return render(page, kept, described, found, "plain")[0], expected


def fitted(examples: Sequence[tuple[str, Example]], cache: Path) -> Model:
    """A model of these named examples, from the cache when the same were fitted by the same code."""
    files = sorted(Path(package.__file__).parent.glob("*.py"))
    sources = [path.read_bytes() for path in files if path.stem not in NOT_TRAINING]
    names = "\n".join(name for name, _ in examples).encode()
    path = cache / f"{hashlib.sha256(b'|'.join([*sources, names])).hexdigest()[:32]}.npz"
    if not path.exists():
        arrays, _ = fit([made for _, made in examples])
        np.savez_compressed(path, **arrays)
    return from_arrays(dict(np.load(path)))


def unseen(
    pages: Sequence[Labelled], named: Sequence[tuple[str, Example]], cache: Path
) -> Iterator[tuple[Labelled, str, float]]:
    """Each page, its text and its expected F1 by the model that has not seen its site."""
    for fold in range(FOLDS):
        model = fitted([(name, made) for name, made in named if fold_of(made.site, FOLDS) != fold], cache)
        for page in pages:
            if fold_of(site_of(page.url), FOLDS) == fold:
                yield page, *text_by(model, page.html)


def left_out(
    source: str, pages: Sequence[Labelled], named: Sequence[tuple[str, Example]], teacher: Teacher
) -> list[str]:
    """A line for a source that training saw nothing of."""
    own = [page for page in pages if page.source == source]
    names, sites = {page.name for page in own}, {site_of(page.url) for page in own}
    model = fitted([(name, e) for name, e in named if name not in names and e.site not in sites], teacher.folder)
    ours = summary(source, [score(text_by(model, page.html)[0], page) for page in own])
    theirs = summary(source, [score(teacher.text(page.html), page) for page in own])
    return [f"| {source} | {len(own)} | {theirs} | {ours} |"]


def timed(function: Callable[[str], Any], html: str) -> tuple[Any, float]:
    started = time.process_time()
    result = function(html)
    return result, (time.process_time() - started) * 1e3


def cpu_lines(pages: Sequence[Labelled]) -> list[str]:
    """CPU per page of each extractor, every page through all of them in turn."""
    from trafilatura import extract

    run: dict[str, Callable[[Any], object]] = {
        "trafilatura.extract(include_comments=False)": lambda html: extract(html, include_comments=False),
        "resiliparse, main content": resiliparse_text,
        "blocks": extract_text,
        "blocks, from bytes": extract_text,
    }
    spent: dict[str, list[float]] = defaultdict(list)
    for number, page in enumerate([pages[0], *pages]):
        for name, function in run.items():
            html: Any = page.html.encode("utf-8", "replace") if name.endswith("bytes") else page.html
            ms = timed(function, html)[1]
            if number:  # the first page pays for imports and for compiled code
                spent[name].append(ms)
    slowest = np.mean(spent["trafilatura.extract(include_comments=False)"])
    lines = ["| extractor | mean | median | p99 | max | times faster |", "|---|---|---|---|---|---|"]
    for name, times in spent.items():
        numbers = (np.mean(times), np.median(times), np.percentile(times, 99), max(times), slowest / np.mean(times))
        lines.append(f"| {name} | {' | '.join(f'{number:.2f}' for number in numbers)} |")
    return lines


def cascade_lines(seen: Sequence[Seen]) -> list[str]:
    """What deferring the least certain pages to trafilatura gains and costs, limit by limit."""
    kinds = ("trafilatura", "wcxb")
    some = [one for one in seen if one.page.source in kinds]
    for one in some:
        one.spent["blocks"] = timed(extract_text, one.page.html)[1]
        if one.expected_f1 < max(LIMITS):
            one.texts["asked"], one.spent["asked"] = timed(trafilatura_text, one.page.html)
    header = "".join(f" {kind}: deferred | F1 | ms |" for kind in kinds)
    lines = [f"| asked below |{header}", "|---|" + "---|---|---|" * len(kinds)]
    for limit in LIMITS:
        cells = []
        for kind in kinds:
            own = [one for one in some if one.page.source == kind]
            asked = [one for one in own if one.expected_f1 < limit]
            texts = [(tidy(one.texts["asked"]) if one in asked else "") or one.texts["blocks"] for one in own]
            found = summary(kind, [score(text, one.page) for text, one in zip(texts, own, strict=True)])
            ms = sum(one.spent["blocks"] for one in own) + sum(one.spent["asked"] for one in asked)
            cells.append(f"{len(asked) / len(own):.1%} | {found.rpartition(' ')[2]} | {ms / len(own):.2f}")
        lines.append(f"| {limit} | {' | '.join(cells)} |")
    return lines


def gold_lines(seen: Iterable[Seen]) -> list[str]:
    """Each set, and its parts by language family and page type."""
    names = ("trafilatura", "resiliparse", "blocks")
    groups: dict[tuple[int, str], dict[str, list[np.ndarray]]] = defaultdict(lambda: defaultdict(list))
    for one in seen:
        source = one.page.source
        labels = [source, f"{source}, {one.family}"]
        labels += [f"{source}, {one.page.page_type}"] if one.page.page_type else []
        for name in names:
            found = score(one.texts[name], one.page)
            for label in labels:
                groups[SCORED.index(source), label][name].append(found)
    lines = [f"| pages | n | {' | '.join(names)} |", "|---|---|" + "---|" * len(names)]
    for (kind, label), scores in sorted(groups.items()):
        cells = [summary(SCORED[kind], scores[name]) for name in names]
        lines.append(f"| {label} | {len(scores['blocks'])} | {' | '.join(cells)} |")
    return lines


def crawl_lines(seen: Iterable[Seen]) -> list[str]:
    """Crawl pages by language family: how alike the texts of two extractors are, and how often one finds nothing."""
    pairs = (("blocks", "trafilatura"), ("blocks", "resiliparse"), ("resiliparse", "trafilatura"))
    families: dict[str, list[Seen]] = defaultdict(list)
    for one in seen:
        families[one.family].append(one)
    header = " | ".join(" and ".join(pair) for pair in pairs)
    lines = [f"| crawl pages | n | {header} | empty: blocks | trafilatura |", "|---|---|---|---|---|---|---|"]
    for family, own in sorted(families.items()):
        alike = [np.mean([bag_scores(one.texts[a], one.texts[b], UNIT)[2] for one in own]) for a, b in pairs]
        empty = [sum(not one.texts[name] for one in own) for name in ("blocks", "trafilatura")]
        lines.append(f"| {family} | {len(own)} | {' | '.join(f'{x:.3f}' for x in alike)} | {empty[0]} | {empty[1]} |")
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=Path("../shared/data"))
    parser.add_argument("--cache", type=Path, default=Path("teacher-cache"))
    parser.add_argument("--leave", nargs="*", default=["trafilatura"], help="sources to train without")
    parser.add_argument("--write", type=Path)
    options = parser.parse_args()
    pages = gather(options.shared)
    teacher = Teacher(options.cache)
    alone = [(page.name, made) for page in pages if (made := example(page, teacher)) is not None]
    named = list(zip([name for name, _ in alone], without_repeats([made for _, made in alone]), strict=True))
    seen = []
    for page, text, expected in unseen(pages, named, options.cache):
        texts = {"trafilatura": teacher.text(page.html), "resiliparse": resiliparse_text(page.html), "blocks": text}
        about = page.gold or (" ".join(page.wanted) + " " + max(text, texts["trafilatura"], key=len)[:3000])
        seen.append(Seen(page, texts, expected, language_family(about)))
    gold = [one for one in seen if one.page.source in SCORED]
    lines = ["Precision / recall / F1; cross-validated by registered domain.", "", *gold_lines(gold), ""]
    lines += ["No page or site of the source in training.", "", "| source | n | trafilatura | blocks |"]
    lines += ["|---|---|---|---|"]
    lines += [line for source in options.leave for line in left_out(source, pages, named, teacher)]
    lines += ["", "Word F1 between two extractors' texts; characters for scripts without spaces.", ""]
    lines += [*crawl_lines(one for one in seen if one.page.source not in SCORED), ""]
    own = [page for page in pages if page.source == "trafilatura"]
    lines += ["`cascade`, by the expected F1 below which trafilatura is asked; CPU ms per page.", ""]
    lines += cascade_lines(gold)
    lines += ["", f"CPU ms per page on the {len(own)} pages of the trafilatura set, one run.", "", *cpu_lines(own)]
    print("\n".join(lines))
    if options.write:
        options.write.write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
