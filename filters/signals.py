"""Further numbers on a text, worth storing beside it, with the limits NeMo Curator sets on some of them.

Sources: RedPajama-V2 (Weber et al. 2024), table 8; NeMo Curator, heuristic filters. Definitions are this project's own,
and word-level ones are on lower-cased words by the Unicode rules.
"""

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from curate.filters import characters as ch
from curate.filters import places
from curate.filters.c4 import POLICIES
from curate.filters.deferred import Deferred
from curate.filters.rule_set import Dialect, RuleSet
from curate.filters.text_view import Spans, TextView
from curate.filters.verdict import Judgement, Rule

__all__ = ["statistics"]
__dir__ = __all__.copy  # so dir() shows what is public

hashing = Deferred("curate.filters.hashing")
kernels = Deferred("curate.filters.kernels")

NEMO = "NeMo Curator, heuristic filters"
URL = re.compile(r"https?://\S+|www\.\S+")
# The most frequent English words; prose is about two fifths of them, lists and menus have few.
FUNCTION_WORDS = tuple(
    "a about all also an and any are as at be been but by can could do for from had has have he her his how i if in "
    "into is it its just like may more my no not of on one only or other our out she should so some than that the "
    "their them then there these they this to up us was we were what when where which who will with would you "
    "your".split()
)


@dataclass(frozen=True, slots=True)
class StatisticsReading:
    """Phrases that make a paragraph boilerplate, and the words whose density tells prose from lists."""

    boilerplate: tuple[str, ...] = POLICIES
    function_words: tuple[str, ...] = FUNCTION_WORDS


def _char_fractions(view: TextView) -> dict[str, float]:
    classes = np.array([ch.ALNUM | ch.SPACE, ch.DIGIT_ANY, ch.SPACE, ch.PARENTHESIS], dtype=np.uint32)
    known, digits, spaces, parentheses = kernels.class_totals(view.flags, classes).tolist()
    size = len(view.text)
    urls = sum(len(match[0]) for match in URL.finditer(view.text))
    return {
        "symbol_char_fraction": (size - known) / max(size, 1),
        "digit_char_fraction": digits / max(size, 1),
        "whitespace_char_fraction": spaces / max(size, 1),
        "parenthesis_char_fraction": parentheses / max(size, 1),
        "url_char_fraction": urls / max(size, 1),
        "curly_bracket_char_fraction": (view.text.count("{") + view.text.count("}")) / max(size, 1),
    }


def _entropy(counts: NDArray[np.int64]) -> float:
    """Entropy of a distribution given as counts, in nats."""
    shares = counts / max(counts.sum(), 1)
    return float(abs((shares * np.log(shares)).sum()))


def _word_signals(view: TextView, reading: StatisticsReading) -> dict[str, float]:
    raw, words = view.raw_words, view.once("lower", lambda: TextView(view.text.lower())).unicode_words
    counts = np.unique(words.hashes, return_counts=True)[1]
    listed = np.isin(words.hashes, hashing.hash_words(reading.function_words)).sum()
    return {
        "unique_word_fraction": len(counts) / max(len(words), 1),
        "unigram_entropy": _entropy(counts),
        "stop_word_fraction": float(listed) / max(len(words), 1),
        "all_caps_word_fraction": kernels.count_shouted(view.flags, raw.starts, raw.ends) / max(len(raw), 1),
        "longest_word_length": float(raw.lengths.max(initial=0)),
    }


def measure(view: TextView, reading: StatisticsReading) -> dict[str, float]:
    """Statistics of characters, words and paragraphs."""
    lines = [line.lower() for line in view.filled_lines.of(view.text)]
    boilerplate = sum(any(phrase in line for phrase in reading.boilerplate) for line in lines)
    return (
        _char_fractions(view)
        | _word_signals(view, reading)
        | {
            "boilerplate_line_fraction": boilerplate / max(len(lines), 1),
            "lorem_ipsum_lines": float(sum("lorem ipsum" in line for line in lines)),
        }
    )


RULES = (
    Rule("symbol_char_fraction", "max", 0.25, "too much of it is neither letters, digits nor white space", NEMO),
    Rule("digit_char_fraction", "max", 0.15, "too much of it is digits", NEMO),
    Rule("url_char_fraction", "max", 0.2, "too much of it is URLs", NEMO),
    Rule("whitespace_char_fraction", "max", 0.25, "too much of it is white space", NEMO),
    Rule("parenthesis_char_fraction", "max", 0.1, "it has too many brackets", NEMO),
    Rule("longest_word_length", "max", 1000, "it has a word that is none", NEMO),
    Rule("boilerplate_line_fraction", "max", 0.4, "too many of its lines are about policies and cookies", NEMO),
    Rule("lorem_ipsum_lines", "max", 0, "it has placeholder text", NEMO),
)

_CLASSES = {
    "digit_char_fraction": ch.DIGIT_ANY, "whitespace_char_fraction": ch.SPACE,
    "parenthesis_char_fraction": ch.PARENTHESIS,
}  # fmt: skip


def statistics_places(view: TextView, reading: StatisticsReading, rule: Rule) -> Spans:
    """The characters, words and lines behind a rule."""
    if rule.signal in _CLASSES:
        return places.characters(view.flags & _CLASSES[rule.signal] != 0)
    if rule.signal == "symbol_char_fraction":
        return places.characters(view.flags & (ch.ALNUM | ch.SPACE) == 0)
    if rule.signal == "url_char_fraction":
        return places.matches(view, URL)
    if rule.signal == "longest_word_length":
        return view.raw_words.where(view.raw_words.lengths > rule.limit)
    phrases = reading.boilerplate if rule.signal == "boilerplate_line_fraction" else ("lorem ipsum",)
    return places.pieces_that(view, view.filled_lines, lambda line: any(phrase in line.lower() for phrase in phrases))


JUDGEMENT = Judgement("NVIDIA's NeMo Curator team, by hand-set limits", "pages full of digits, links or symbols")
_DIALECTS = (Dialect("nemo", StatisticsReading(), RULES, NEMO),)

statistics = RuleSet("signals.statistics", measure, _DIALECTS, "nemo", judgement=JUDGEMENT, places=statistics_places)
