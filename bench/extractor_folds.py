"""The extractor on pages of sources that its training did not see, set by set, and what it still leaves over.

`python bench/extractor_folds.py [--shared ../shared/data] [--cache DIR] [--unseen FOLDER]`

Pages that share a site, or a collection where the labelled crawl pages name one, are one group, and groups fall into
three folds; three models are trained, each without a fold, by the functions that train what ships. Scored are: the
lines that a reader marked on 120 texts, the blocks that readers called left over on other pages, and the full-text
sets. `--unseen` is a checkout of scrapinghub's article-extraction-benchmark, on which each of the three models is
scored. Some seven CPU minutes; examples and models are kept in `--cache`.
"""

import argparse
import gzip
import hashlib
import json
import pickle
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from extractor_quality import bag_scores, snippet_counts, summary

from curate.extract import measures as m
from curate.extract.blocks import choose, judge, read
from curate.extract.kinds import describe
from curate.extract.model import Model, from_arrays
from curate.extract.page import BLOCKS
from curate.extract.rendering import render
from curate.extract.tables import tables
from curate.extract.training.examples import (
    Labelled,
    Teacher,
    block_texts,
    example,
    json_lines,
    site_of,
    without_repeats,
)
from curate.extract.training.forests import Example, fit, fold_of
from curate.extract.training.labels import by_marks
from curate.extract.training.main import gather

FOLDS = 3
_MARKS = re.compile(r"[\W_]+")


class Judged(NamedTuple):
    """A page by the model that has not seen its source: what it keeps, and the text."""

    page: Labelled
    blocks: list[str]
    words: np.ndarray
    kept: np.ndarray
    text: str


def folds_of(pages: Sequence[Labelled], shared: Path) -> list[int]:
    """The fold of each page: pages that share a site or a collection, directly or through others, are together."""
    collections = {row["url"]: row["source"] for row in json_lines(shared / "labelled" / "page_value.jsonl.zst")}
    above: dict[str, str] = {}

    def top(name: str) -> str:
        while above.setdefault(name, name) != name:
            name = above[name]
        return name

    for page in pages:
        site = top(site_of(page.url))
        collection = top(collections.get(page.url, site))
        above[max(site, collection)] = min(site, collection)
    return [fold_of(top(site_of(page.url)), FOLDS) for page in pages]


def examples_of(pages: Sequence[Labelled], cache: Path) -> list[Example | None]:
    """The examples that training learns from; those without readers' marks are kept, since they stay as they are."""
    teacher, kept = Teacher(cache), cache / "examples.pickle"
    known = pickle.loads(kept.read_bytes()) if kept.exists() else {}
    made = [known[page.name] if page.name in known and not page.marks else example(page, teacher) for page in pages]
    unmarked = {page.name: one for page, one in zip(pages, made, strict=True) if not page.marks}
    if len(unmarked) > len(known):
        kept.write_bytes(pickle.dumps(unmarked))
    present = iter(without_repeats([one for one in made if one is not None]))
    return [next(present) if one is not None else None for one in made]


def model_without(fold: int, named: Sequence[tuple[str, Example]], cache: Path, salt: str) -> Model:
    """A model of the examples given, from the cache when it was fitted before under this `salt`."""
    labels = hashlib.sha256()
    for name, one in named:
        labels.update(name.encode() + one.targets.tobytes() + one.weights.tobytes())
    path = cache / f"fold{fold}-{labels.hexdigest()[:16]}{salt}.npz"
    if not path.exists():
        np.savez_compressed(path, **fit([one for _, one in named])[0])
    return from_arrays(dict(np.load(path)))


def judged(page: Labelled, model: Model) -> Judged:
    """What a model keeps of a page."""
    found = read(page.html)
    if not found.state[BLOCKS]:
        return Judged(page, [], np.zeros(0), np.zeros(0, bool), "")
    measures, odds = judge(found, model)
    laid_out = tables(found)
    described = describe(found, laid_out)
    kept, _ = choose(found, measures, odds, described)
    text = render(found, kept, described, laid_out, "plain")[0]
    return Judged(page, block_texts(found), measures[:, m.WORDS], kept, text)


def _plain(line: str) -> str:
    return _MARKS.sub(" ", line).strip().lower()


def marked_lines(seen: Sequence[Judged]) -> str:
    """Of the lines that a reader marked: left over and still there, main text kept, pages without one."""
    left = all_left = main = all_main = clean = 0
    for one in seen:
        whole, own = _plain(one.text), {_plain(line) for line in one.text.split("\n")}
        is_clean = True
        for i, line in enumerate(one.page.lines):
            plain = _plain(line)
            if not plain:
                continue
            is_there = plain in own if len(plain) < 25 else plain in whole
            if i in one.page.leftovers:
                left, all_left, is_clean = left + is_there, all_left + 1, is_clean and not is_there
            else:
                main, all_main = main + is_there * len(line), all_main + len(line)
        clean += is_clean
    return f"{left / all_left:.3f} ({left}) | {main / all_main:.3f} | {clean / max(len(seen), 1):.3f} of {len(seen)}"


def marked_blocks(seen: Sequence[Judged]) -> str:
    """As `marked_lines`, of blocks that readers named; posters' lines in forums are left out."""
    left = all_left = main = all_main = clean = 0.0
    for one in seen:
        marks = by_marks(one.blocks, one.page.hashes, one.page.marks)
        bad = {"l", "c"} | ({"m"} if one.page.page_type != "forum" else set())
        is_bad, is_text = np.array([x in bad for x in marks]), np.array([x == "t" for x in marks])
        left, all_left = left + (is_bad & one.kept).sum(), all_left + is_bad.sum()
        main, all_main = main + one.words[is_text & one.kept].sum(), all_main + one.words[is_text].sum()
        clean += not (is_bad & one.kept).any()
    clean /= max(len(seen), 1)
    return f"{left / max(all_left, 1):.3f} ({left:.0f}) | {main / max(all_main, 1):.3f} | {clean:.3f} of {len(seen)}"


def full_texts(seen: Sequence[Judged]) -> Iterator[str]:
    """A line for each set with a full text or snippets, and for each page type of wcxb."""
    scores: dict[tuple[str, str], list[np.ndarray]] = defaultdict(list)
    for one in seen:
        source = one.page.source
        if source == "trafilatura":
            scores[source, ""].append(snippet_counts(one.text, one.page))
        elif one.page.gold and source in ("wcxb", "fundus_eval"):
            found = bag_scores(one.text, one.page.gold)
            for kind in {"", one.page.page_type}:
                scores[source, kind].append(found)
    for (source, kind), found in sorted(scores.items()):
        yield f"{source} {kind} {len(found)} | {summary(source, found)}"


def unseen_set(folder: Path, models: Sequence[Model]) -> str:
    """F1 of shingles of four tokens, as the benchmark's own `evaluate.py` counts it, by each model."""
    import sys

    sys.path.insert(0, str(folder))
    from evaluate import evaluate  # type: ignore[import-not-found]

    truth = json.loads((folder / "ground-truth.json").read_text())
    cells = []
    for model in models:
        texts = {}
        for name in truth:
            html = gzip.decompress((folder / "html" / f"{name}.html.gz").read_bytes()).decode("utf-8", "replace")
            texts[name] = {"articleBody": judged(Labelled(name, "", "", html, "", (), (), 0.0), model).text}
        found: dict[str, Any] = evaluate(truth, texts, n_bootstrap=1)
        cells.append("{precision:.3f} / {recall:.3f} / {f1:.4f}".format(**found))
    return " | ".join(cells)


def is_scored(page: Labelled) -> bool:
    """Return whether people or readers said something of a page."""
    return bool(page.gold or page.wanted or page.lines or page.marks)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=Path("../shared/data"))
    parser.add_argument("--cache", type=Path, default=Path("teacher-cache"))
    parser.add_argument("--unseen", type=Path, help="checkout of article-extraction-benchmark")
    parser.add_argument("--salt", default="", help="part of the names of kept models, for trying settings")
    parser.add_argument("--without-marks", action="store_true", help="learn nothing from readers' blocks")
    parser.add_argument("--folds", type=int, nargs="*", default=range(FOLDS), help="train and score these alone")
    options = parser.parse_args()
    pages = gather(options.shared)
    folds = folds_of(pages, options.shared)
    learnt_from = [replace(page, marks="") for page in pages] if options.without_marks else pages
    made = examples_of(learnt_from, options.cache)
    seen: list[Judged] = []
    models = []
    for fold in options.folds:
        named = [
            (page.name, one)
            for page, one, own in zip(pages, made, folds, strict=True)
            if one is not None and own != fold
        ]
        models.append(model_without(fold, named, options.cache, options.salt))
        print(f"fold {fold}: {len(named)} pages to learn from", flush=True)
        seen += [
            judged(page, models[-1]) for page, own in zip(pages, folds, strict=True) if own == fold and is_scored(page)
        ]
    print(
        "marked lines: still there | main text kept | pages without one:",
        marked_lines([s for s in seen if s.page.lines]),
    )
    print("marked blocks:", marked_blocks([s for s in seen if s.page.marks]))
    print("\n".join(full_texts(seen)))
    if options.unseen:
        print("scrapinghub, by each model:", unseen_set(options.unseen, models))


if __name__ == "__main__":
    main()
