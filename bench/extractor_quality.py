"""Quality and CPU of our extractor beside trafilatura and resiliparse, on the same pages in one run.

`python bench/extractor_quality.py --shared ../shared/data [--cache DIR] [--write docs/extractor-quality.md]`

Quality is cross-validated: three models are trained, each without a third of the registered domains, and every page is
scored by the one that has not seen its site. Full-text sets: bag of lower-case words, F1 per page, averaged.
The trafilatura set: its own snippet count, over all pages. Twenty CPU minutes, most of them training.
"""

import argparse
import re
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from pathlib import Path

import numpy as np

from curate.extract import assemble, tidy
from curate.extract import measures as m
from curate.extract.blocks import extract_text, judge, read
from curate.extract.libraries import resiliparse_text
from curate.extract.model import Model
from curate.extract.page import BLOCKS
from curate.extract.train import gather
from curate.extract.training import fit, fold_of
from curate.extract.training_data import Labelled, Teacher, example, site_of

FOLDS = 3
SCORED = ("trafilatura", "wcxb", "fundus_eval", "mozilla_readability", "newspaper_cases")
FAMILIES = {
    "English": "en", "German, Dutch, Nordic": "de nl sv da no nb nn is fy af", "Romance": "fr es it pt ro ca gl",
    "Slavic": "ru pl cs sk uk bg sr hr sl mk be", "Chinese, Japanese, Korean": "zh ja ko",
    "right to left": "ar fa he ur ps",
}  # fmt: skip
WORD = re.compile(r"\w+")


def squeezed(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


def snippet_counts(text: str, page: Labelled) -> np.ndarray:
    """Found and wanted, found and unwanted, missed."""
    flat = squeezed(text)
    found = sum(squeezed(snippet) in flat for snippet in page.wanted)
    wrong = sum(squeezed(snippet) in flat for snippet in page.unwanted)
    return np.array([found, wrong, len(page.wanted) - found], float)


def bag_scores(text: str, gold: str) -> np.ndarray:
    """Precision, recall, F1."""
    ours, theirs = Counter(WORD.findall(text.lower())), Counter(WORD.findall(gold.lower()))
    if not ours or not theirs:
        return np.full(3, float(not ours and not theirs))
    common = (ours & theirs).total()
    precision, recall = common / ours.total(), common / theirs.total()
    return np.array([precision, recall, 2 * precision * recall / (precision + recall) if common else 0.0])


def summary(kind: str, scores: list[np.ndarray]) -> str:
    table = np.array(scores)
    if kind == "trafilatura":
        found, wrong, missed = table.sum(0)
        precision, recall = found / max(found + wrong, 1), found / max(found + missed, 1)
        return f"{precision:.3f} / {recall:.3f} / **{2 * precision * recall / max(precision + recall, 1e-9):.4f}**"
    precision, recall, f1 = table.mean(0)
    return f"{precision:.3f} / {recall:.3f} / **{f1:.4f}**"


def language_family(page: Labelled) -> str:
    from resiliparse.parse.lang import detect_fast

    text = page.gold or " ".join(page.wanted) + " " + extract_text(page.html)[:3000]
    code = detect_fast(text)[0]
    return next((name for name, codes in FAMILIES.items() if code in codes.split()), "other")


def text_by(model: Model, html: str) -> tuple[str, float]:
    """Our text of a page under a given model, and the F1 it expects."""
    page = read(html)
    if not page.state[BLOCKS]:
        return "", 0.0
    measures, odds = judge(page, model)
    best, expected = assemble.best_cut(odds, measures[:, m.WORDS])
    return tidy(assemble.lines(page, odds >= assemble.cut_of(best, expected))), float(expected)


def cross_validated(pages: list[Labelled], teacher: Teacher) -> dict[str, tuple[str, float]]:
    """Each labelled page's text by the model that has not seen its site."""
    examples = [(page, made) for page in pages if (made := example(page, teacher)) is not None]
    found: dict[str, tuple[str, float]] = {page.name: ("", 0.0) for page in pages}
    for fold in range(FOLDS):
        _, model = fit([made for _, made in examples if fold_of(made.site, FOLDS) != fold])
        for page in pages:
            if page.source in SCORED and fold_of(site_of(page.url), FOLDS) == fold:
                found[page.name] = text_by(model, page.html)
    return found


def cpu_lines(pages: list[Labelled]) -> list[str]:
    """CPU per page of each extractor on the same pages, one after the other."""
    from trafilatura import extract

    run: dict[str, Callable[[str], object]] = {
        "trafilatura.extract(include_comments=False)": lambda html: extract(html, include_comments=False),
        "resiliparse, main content": resiliparse_text,
        "blocks": extract_text,
        "blocks, from bytes": lambda html: extract_text(html.encode("utf-8", "replace")),
    }
    spent: dict[str, list[float]] = defaultdict(list)
    for function in run.values():
        function(pages[0].html)
    for name, function in run.items():
        for page in pages:
            started = time.process_time()
            function(page.html)
            spent[name].append((time.process_time() - started) * 1e3)
    slowest = np.mean(spent["trafilatura.extract(include_comments=False)"])
    lines = []
    for name, ms in spent.items():
        numbers = (np.mean(ms), np.median(ms), np.percentile(ms, 99), max(ms), slowest / np.mean(ms))
        lines.append(f"| {name} | {' | '.join(f'{number:.2f}' for number in numbers)} |")
    return lines


def quality_lines(groups: dict[tuple[str, str], dict[str, list[np.ndarray]]], extractors: tuple[str, ...]) -> list[str]:
    lines = [f"| pages | n | {' | '.join(extractors)} |", "|---|---|" + "---|" * len(extractors)]
    for (kind, label), scores in groups.items():
        cells = [summary(kind, scores[name]) for name in extractors]
        lines.append(f"| {label} | {len(scores['blocks'])} | {' | '.join(cells)} |")
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=Path("../shared/data"))
    parser.add_argument("--cache", type=Path, default=Path("teacher-cache"))
    parser.add_argument("--write", type=Path)
    options = parser.parse_args()
    pages = gather(options.shared, [options.shared / "crawl" / "dev.warc.gz"])
    teacher = Teacher(options.cache)
    ours = cross_validated(pages, teacher)
    groups: dict[tuple[str, str], dict[str, list[np.ndarray]]] = defaultdict(lambda: defaultdict(list))
    for page in (page for page in pages if page.source in SCORED):
        texts = {"trafilatura": teacher.text(page.html), "resiliparse": resiliparse_text(page.html)}
        texts["blocks"] = ours[page.name][0]
        labels = [(page.source, page.source), (page.source, f"{page.source}, {language_family(page)}")]
        labels += [(page.source, f"{page.source}, {page.page_type}")] if page.page_type else []
        for name, text in texts.items():
            score = snippet_counts(text, page) if page.source == "trafilatura" else bag_scores(text, page.gold)
            for label in labels:
                groups[label][name].append(score)
    order = dict(sorted(groups.items(), key=lambda item: (SCORED.index(item[0][0]), item[0][1])))
    lines = ["Precision / recall / F1; cross-validated by registered domain.", ""]
    lines += quality_lines(order, ("trafilatura", "resiliparse", "blocks"))
    timed = [page for page in pages if page.source == "trafilatura"]
    lines += ["", f"CPU ms per page on the {len(timed)} pages of the trafilatura set, one run.", ""]
    lines += ["| extractor | mean | median | p99 | max | times faster |", "|---|---|---|---|---|---|"]
    lines += cpu_lines(timed)
    print("\n".join(lines))
    if options.write:
        options.write.write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
