"""What Gopher's rules of natural prose measure: words, marks, lines; how ports read them is data.

Source: Rae et al. 2021, "Scaling Language Models", appendix A.1.1.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import product

import numpy as np
from numpy.typing import NDArray

from curate.filters import places
from curate.filters.characters import ALNUM_FIRST, ANY_WORD, PROPER, WITH_LETTER
from curate.filters.deferred import Deferred
from curate.filters.text_view import Spans, TextView, Words
from curate.filters.verdict import Rule

hashing = Deferred("curate.filters.hashing")
kernels = Deferred("curate.filters.kernels")

PROSE = "Gopher (Rae et al. 2021), appendix A.1.1"
STOP_WORDS = ("the", "be", "to", "of", "and", "that", "have", "with")
KINDS = {"proper": PROPER, "any": ANY_WORD, "alnum_first": ALNUM_FIRST}


@dataclass(frozen=True, slots=True)
class ProseReading:
    """Definitions of a word, a symbol, a bullet and a stop word for judging prose.

    `words` and `lines` name a property of `TextView`. `counted` and `averaged` are the words that make the length of
    the text and the mean length of a word: `any`, `proper` (not of marks alone) or `alnum_first` (a letter or digit
    first); `median` asks for the median length too. A symbol signal counts its marks, or the words that hold one, per
    word. Stop words count once each, or every time, in lower case or in any; they are English unless others are given.
    """

    words: str = "words"
    counted: str = "proper"
    averaged: str = "proper"
    median: bool = False
    symbols: tuple[tuple[str, tuple[str, ...]], ...] = (
        ("hash_to_word_ratio", ("#",)),
        ("ellipsis_to_word_ratio", ("...", "…")),
    )
    symbols_by_word: bool = False
    lines: str = "bare_lines"
    bullets: tuple[str, ...] = ("•", "-")
    ellipses: tuple[str, ...] = ("...", "…")
    distinct_stop_words: bool = True
    any_case: bool = False
    stop_words: tuple[str, ...] = STOP_WORDS


@cache
def _codes(mark: str) -> NDArray[np.uint32]:
    return np.array([ord(char) for char in mark], dtype=np.uint32)


@cache
def _kinds(counted: str, averaged: str) -> NDArray[np.uint8]:
    return np.array([KINDS[counted], KINDS[averaged], WITH_LETTER], dtype=np.uint8)


@cache
def _stop_hashes(stop_words: tuple[str, ...], *, any_case: bool) -> NDArray[np.uint64]:
    if not any_case:
        return hashing.hash_words(stop_words)  # type: ignore[no-any-return]
    cased = ["".join(form) for word in stop_words for form in product(*((c, c.upper()) for c in word))]
    hashes: NDArray[np.uint64] = hashing.hash_words(cased)
    return hashes


def _listed(reading: ProseReading) -> NDArray[np.uint64]:
    return _stop_hashes(reading.stop_words, any_case=reading.any_case)


def _symbol_signals(view: TextView, words: Words, reading: ProseReading) -> Iterator[tuple[str, float]]:
    for name, marks in reading.symbols:
        if reading.symbols_by_word:
            count = kernels.count_holding(view.codes, words.starts, words.ends, _codes("".join(marks)))
        else:
            count = sum(view.text.count(mark) for mark in marks)
        yield name, count / max(len(words), 1)


def measure_prose(view: TextView, reading: ProseReading) -> dict[str, float]:
    """Signals of the prose rules."""
    words: Words = getattr(view, reading.words)
    lines: Spans = getattr(view, reading.lines)
    wanted = _kinds(reading.counted, reading.averaged)
    totals = kernels.kind_totals(words.kinds, words.starts, words.ends, wanted)
    (counted, averaged, letters), (_, chars, _) = totals.tolist()
    distinct, every = kernels.listed_words(words.hashes, _listed(reading))
    starting = sum(kernels.count_starting(view.codes, lines.starts, lines.ends, _codes(m)) for m in reading.bullets)
    ending = sum(kernels.count_ending(view.codes, lines.starts, lines.ends, _codes(m)) for m in reading.ellipses)
    median = {"median_word_length": float(np.median(words.lengths)) if len(words) else 0.0} if reading.median else {}
    return {
        "words": float(counted),
        "mean_word_length": chars / max(averaged, 1),
        **median,
        **dict(_symbol_signals(view, words, reading)),
        "bullet_line_fraction": starting / max(len(lines), 1),
        "ellipsis_line_fraction": ending / max(len(lines), 1),
        "letter_word_fraction": letters / max(len(words), 1),
        "stop_words": float(distinct if reading.distinct_stop_words else every),
    }


def prose_places(view: TextView, reading: ProseReading, rule: Rule) -> Spans:
    """The lines, words and marks behind a prose rule."""
    words, lines = getattr(view, reading.words), getattr(view, reading.lines)
    if marks := dict(reading.symbols).get(rule.signal):
        holding = places.pieces_that(view, words, lambda word: any(mark in word for mark in marks))
        return holding if reading.symbols_by_word else places.marks(view, marks)
    if rule.signal in ("mean_word_length", "median_word_length"):
        return words.where(words.lengths > rule.limit if rule.bound == "max" else words.lengths < rule.limit)
    by_signal: dict[str, Callable[[], Spans]] = {
        "bullet_line_fraction": lambda: places.pieces_that(view, lines, lambda line: line.startswith(reading.bullets)),
        "ellipsis_line_fraction": lambda: places.pieces_that(view, lines, lambda line: line.endswith(reading.ellipses)),
        "letter_word_fraction": lambda: words.where(words.kinds & WITH_LETTER == 0),
        "stop_words": lambda: words.where(
            np.isin(words.hashes, _stop_hashes(reading.stop_words, any_case=reading.any_case))
        ),
    }
    return by_signal.get(rule.signal, places.nowhere)()


def prose_rules(reading: ProseReading) -> tuple[Rule, ...]:
    """The paper's rules, on the signals of a reading."""
    length = "median_word_length" if reading.median else "mean_word_length"
    return (
        Rule("words", "min", 50, "it is too short", PROSE),
        Rule("words", "max", 100_000, "it is too long", PROSE),
        Rule(length, "min", 3, "its words are too short", PROSE),
        Rule(length, "max", 10, "its words are too long", PROSE),
        *(Rule(name, "max", 0.1, f"it has too many {' or '.join(marks)}", PROSE) for name, marks in reading.symbols),
        Rule("bullet_line_fraction", "max", 0.9, "nearly all its lines start with a bullet", PROSE),
        Rule("ellipsis_line_fraction", "max", 0.3, "too many lines end in an ellipsis", PROSE),
        Rule("letter_word_fraction", "min", 0.8, "too many words have no letter", PROSE),
        Rule("stop_words", "min", 2, "it has too few English stop words", PROSE),
    )
