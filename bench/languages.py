"""The tables of limits by language, and what the multilingual recipe keeps of labelled pages beside the English limits.

Usage: `python bench/languages.py [SHARED_DATA] [--write]`, from the repository; --write makes
filters/language_tables.py anew. Every figure is of pages of sources that neither the limits nor the model had seen.
"""

import argparse
import random
from collections import defaultdict
from pathlib import Path

import numpy as np

from curate.classifiers import multilingual, quality
from curate.classifiers.training import multilingual as training
from curate.classifiers.training.corpora import read_jsonl
from curate.classifiers.training.value import folds_of
from curate.filters import characters
from curate.filters.languages import Limit, fitted
from curate.pipelines.webtext import recipe as webtext
from curate.stages import Rules
from curate.training.limits import fit_limits, stop_words

SENTENCES_A_PAGE = 10
WORTH = 3


def is_dense(text: str) -> bool:
    """Whether a text is in a script without spaces."""
    codes = np.minimum(np.array([text[:5000]]).view(np.uint32)[: len(text[:5000])], characters.LIMIT - 1)
    return bool((characters.classes()[codes] & characters.ALONE != 0).mean() > 0.3)


def sentences(shared: Path) -> dict[str, list[str]]:
    """Sentences by language, in an order that depends on nothing."""
    found = defaultdict(list)
    for row in read_jsonl(shared / "labelled" / "language_sentences.jsonl.zst"):
        found[row["lang"]].append(row["text"])
    for texts in found.values():
        random.Random(1).shuffle(texts)
    return found


def table_of(code: str, said: list[str], worthy: list[dict]) -> tuple[tuple[str, ...], dict[str, Limit]]:
    """Stop words and lengths of words from sentences, the rest from worthy pages in every language of such a script.

    Pages vary more than sentences: a word of the one may be a fifth shorter or longer than any ten of the other say.
    In scripts without spaces every letter is a word and what is longer is foreign: the pages say how much that may be.
    """
    words, dense = stop_words(said), is_dense(" ".join(said))
    like = [row["text"] for row in worthy if row["dense"] == dense]
    limits = dict(
        fit_limits(
            code, like, source=f"worthy pages in scripts {'without' if dense else 'with'} spaces", words=words
        ).limits
    )
    if not dense:
        pieces = [" ".join(said[i : i + SENTENCES_A_PAGE]) for i in range(0, len(said), SENTENCES_A_PAGE)]
        lengths = [fitted(code, stop_words=words, limits={}).signals(piece)["mean_word_length"] for piece in pieces]
        source = f"language_sentences, {len(said)} of them by tens"
        limits["min_mean_word_length"] = Limit(round(min(lengths) * 0.8, 2), f".8 of the least in {source}")
        limits["max_mean_word_length"] = Limit(round(max(lengths) * 1.2, 2), f"1.2 of the greatest in {source}")
    # Stop words are this language's own, which pages in others do not have.
    limits["min_stop_words"] = Limit(2, "Gopher's number, of this language's words")
    return words, limits


def write(tables: dict) -> None:
    """The module of tables."""
    lines = ['"""Stop words and limits by language, written by `bench/languages.py`; each limit with its source."""\n']
    lines.append("STOP_WORDS: dict[str, tuple[str, ...]] = {")
    lines += [f'    "{code}": tuple("{" ".join(words)}".split()),' for code, (words, _) in sorted(tables.items())]
    lines += ["}", "LIMITS: dict[str, dict[str, tuple[float, str]]] = {"]
    for code, (_, limits) in sorted(tables.items()):
        lines += [f'    "{code}": {{']
        lines += [f'        "{name}": ({limit.value:g}, {limit.source!r}),' for name, limit in limits.items()]
        lines += ["    },"]
    Path("filters/language_tables.py").write_text("\n".join([*lines, "}", ""]), encoding="utf-8")


def english(texts: list[str]) -> np.ndarray:
    """Which texts the rules and the value model of the English recipe keep; its language stage is left out."""
    kept = np.array(quality.score(texts)) >= quality.MIN_QUALITY
    for stage in webtext.stages:
        if isinstance(stage, Rules):
            kept &= stage.rules.batch(texts).kept
    return kept


def figures(kept: np.ndarray, worth: np.ndarray) -> str:
    """Pages kept, precision, and share of the worthy."""
    good = int((kept & worth).sum())
    return f"{int(kept.sum())} | {good / max(int(kept.sum()), 1):.2f} | {good / max(int(worth.sum()), 1):.2f}"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("shared", nargs="?", type=Path, default=Path("../shared/data"))
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    rows = sorted(read_jsonl(arguments.shared / training.VALUES), key=lambda row: (row["source"], row["text"]))
    for row in rows:
        row["dense"] = is_dense(row["text"])
    said, known = sentences(arguments.shared), training.labelled(arguments.shared)
    codes = training.languages_of(known)
    worthy = [row for row in rows if int(row["value"]) >= WORTH]
    if arguments.write:
        write({code: table_of(code, said[code], worthy) for code in codes})
    scores = training.train(known)[1][known.languages != "en"]
    fold = folds_of([row["source"] for row in rows])
    ruled = np.ones(len(rows), bool)
    for k in sorted(set(fold.values())):
        taught = [row for row in worthy if fold[row["source"]] != k]
        for code in codes:
            here = [i for i, row in enumerate(rows) if row["language"] == code and fold[row["source"]] == k]
            if here:
                words, limits = table_of(code, said[code], taught)
                rules = fitted(code, stop_words=words, limits=limits)
                ruled[here] = rules.batch([rows[i]["text"] for i in here]).kept
    worth = np.array([int(row["value"]) >= WORTH for row in rows])
    languages = np.array([row["language"] for row in rows])
    before = english([row["text"] for row in rows])
    kept = ruled & (scores >= multilingual.MIN_VALUE)
    print("| language | pages | worth having | English: kept | precision | of the worthy | rules: kept | precision "
          "| of the worthy | recipe: kept | precision | of the worthy |\n" + "| --- " * 12 + "|")  # fmt: skip
    for code in [*codes, "all"]:
        here = np.isin(languages, codes) if code == "all" else languages == code
        parts = [figures(each[here], worth[here]) for each in (before, ruled, kept)]
        print(f"| {code} | {here.sum()} | {worth[here].sum()} | {' | '.join(parts)} |")
    for limit in (0.3, 0.4, 0.5, 0.6, 0.7):
        here = np.isin(languages, codes)
        print(f"least score {limit}: {figures((ruled & (scores >= limit))[here], worth[here])}")


if __name__ == "__main__":
    main()
