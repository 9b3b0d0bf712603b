"""The rules of Gopher: natural prose in the first set, freedom from repetition in the second.

Source: Rae et al. 2021, "Scaling Language Models", appendix A.1.1 and table A1. The paper leaves open what a word is
and what a duplicate is; a dialect says how one port reads it. Default: datatrove, the reading of FineWeb.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import product

import numpy as np
from numpy.typing import NDArray

from filters import places
from filters.characters import ALNUM_FIRST, ANY_WORD, PROPER, WITH_LETTER
from filters.deferred import Deferred
from filters.rule_set import Dialect, RuleSet
from filters.text_view import Spans, TextView, Words
from filters.verdict import Judgement, Rule

hashing = Deferred("filters.hashing")
kernels = Deferred("filters.kernels")
ngrams = Deferred("filters.ngrams")

PROSE = "Gopher (Rae et al. 2021), appendix A.1.1"
REPETITION = "Gopher (Rae et al. 2021), table A1"
STOP_WORDS = ("the", "be", "to", "of", "and", "that", "have", "with")
TOP_LIMITS = {2: 0.20, 3: 0.18, 4: 0.16}
KINDS = {"proper": PROPER, "any": ANY_WORD, "alnum_first": ALNUM_FIRST}
DUPLICATE_LIMITS = {5: 0.15, 6: 0.14, 7: 0.13, 8: 0.12, 9: 0.11, 10: 0.10}


@dataclass(frozen=True, slots=True)
class ProseReading:
    """What is a word, a symbol, a bullet or a stop word when prose is judged.

    `words` and `lines` name a property of `TextView`. `counted` and `averaged` are the words that make the length of
    the text and the mean length of a word: `any`, `proper` (not of marks alone) or `alnum_first` (a letter or digit
    first); `median` asks for the median length too. A symbol signal counts its marks, or the words that hold one, per
    word. Stop words count once each, or every time, in lower case or in any.
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


@cache
def _codes(mark: str) -> NDArray[np.uint32]:
    return np.array([ord(char) for char in mark], dtype=np.uint32)


@cache
def _kinds(counted: str, averaged: str) -> NDArray[np.uint8]:
    return np.array([KINDS[counted], KINDS[averaged], WITH_LETTER], dtype=np.uint8)


@cache
def _stop_hashes(*, any_case: bool) -> NDArray[np.uint64]:
    cased = ["".join(form) for word in STOP_WORDS for form in product(*((c, c.upper()) for c in word))]
    hashes: NDArray[np.uint64] = hashing.hash_words(cased if any_case else STOP_WORDS)
    return hashes


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
    distinct, every = kernels.listed_words(words.hashes, _stop_hashes(any_case=reading.any_case))
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
        "stop_words": lambda: words.where(np.isin(words.hashes, _stop_hashes(any_case=reading.any_case))),
    }
    return by_signal.get(rule.signal, places.nowhere)()


def _prose_rules(reading: ProseReading) -> tuple[Rule, ...]:
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


@dataclass(frozen=True, slots=True)
class RepetitionReading:
    """What is a line, a copy and the whole when repetition is judged.

    `words` names a property of `TextView`. Pieces are cut at `runs` of newlines, or at every `newline`, or `filled`:
    at every newline and stripped, blank ones left out. With `every_copy` all copies count, else all but the first.
    Pieces are measured against the `text`, its `words` or the `pieces`; n-grams as `scan`, `count` or `cover`.
    """

    words: str = "words"
    pieces: str = "runs"
    paragraphs: bool = True
    every_copy: bool = False
    whole: str = "text"
    ngrams: str = "scan"


def _pieces(view: TextView, name: str, cut: str) -> Spans:
    if cut == "newline":
        return view.lines
    if cut == "filled":
        return view.filled_lines if name == "line" else view.filled_paragraphs
    if name == "line":
        return Spans(*kernels.run_spans(view.newlines, 0, len(view.text), 1))
    end = len(view.text.rstrip())
    start = min(len(view.text) - len(view.text.lstrip()), end)
    return Spans(*kernels.run_spans(view.newlines, start, end, 2))


def _piece_signals(view: TextView, name: str, reading: RepetitionReading, whole: int) -> dict[str, float]:
    pieces = _pieces(view, name, reading.pieces)
    later, later_chars, every, every_chars = ngrams.repeats(view.sums, pieces.starts, pieces.ends)
    count, chars = (every, every_chars) if reading.every_copy else (later, later_chars)
    if reading.whole == "pieces":
        whole = int(pieces.lengths.sum())
    return {
        f"duplicate_{name}_fraction": count / max(len(pieces), 1),
        f"duplicate_{name}_char_fraction": chars / max(whole, 1),
    }


def _ngram_signals(words: Words, how: str, whole: int) -> dict[str, float]:
    bounds = (words.hashes, words.starts, words.ends, max(TOP_LIMITS), max(DUPLICATE_LIMITS))
    if how == "scan":
        chars = ngrams.scan_ngrams(*bounds) / max(whole, 1)
    else:
        counted, wholes = ngrams.count_ngrams(*bounds, how == "cover")
        chars = counted / np.maximum(wholes, 1)
    fractions = chars.tolist()
    names = [f"top_{n}_gram_char_fraction" for n in TOP_LIMITS]
    names += [f"duplicate_{n}_gram_char_fraction" for n in DUPLICATE_LIMITS]
    return dict(zip(names, fractions[2:], strict=True))


def measure_repetition(view: TextView, reading: RepetitionReading) -> dict[str, float]:
    """Signals of the repetition rules."""
    words: Words = getattr(view, reading.words)
    whole = len(view.text) if reading.whole == "text" else int(words.lengths.sum())
    signals = {"characters": float(len(view.text))}
    for name in ("paragraph", "line") if reading.paragraphs else ("line",):
        signals |= _piece_signals(view, name, reading, whole)
    return signals | _ngram_signals(words, reading.ngrams, whole)


def repetition_places(view: TextView, reading: RepetitionReading, rule: Rule) -> Spans:
    """The lines, paragraphs and runs of words behind a repetition rule: what is said again, or the top run."""
    kind, piece, *_ = f"{rule.signal}_".split("_")
    if piece in ("line", "paragraph"):
        return places.copies(view, _pieces(view, piece, reading.pieces), every=reading.every_copy)
    if not piece.isdigit():
        return places.nowhere()
    find = places.commonest_run if kind == "top" else places.repeated_runs
    return find(getattr(view, reading.words), int(piece))


def _repetition_rules(*pieces: str) -> tuple[Rule, ...]:
    limits = {"fraction": 0.30, "char_fraction": 0.20}
    return (
        Rule("characters", "min", 1, "it is empty", REPETITION),
        *(
            Rule(f"duplicate_{piece}_{kind}", "max", limits[kind], f"too much of it is {piece}s said twice", REPETITION)
            for piece, kind in (name.split(" ") for name in pieces)
        ),
        *(
            Rule(f"top_{n}_gram_char_fraction", "max", limit, f"one run of {n} words is too much of it", REPETITION)
            for n, limit in TOP_LIMITS.items()
        ),
        *(
            Rule(f"duplicate_{n}_gram_char_fraction", "max", limit, f"too many runs of {n} words repeat", REPETITION)
            for n, limit in DUPLICATE_LIMITS.items()
        ),
    )


_DATATROVE = ProseReading()
_DOLMA = ProseReading(
    words="raw_words",
    counted="any",
    averaged="any",
    median=True,
    symbols=(("symbol_word_fraction", ("#", "…")),),
    symbols_by_word=True,
    lines="lines",
    bullets=("*", "-"),
    ellipses=("…",),
    distinct_stop_words=False,
)
_DCLM = ProseReading(
    words="raw_words",
    counted="alnum_first",
    averaged="any",
    symbols=(("symbol_to_word_ratio", ("#", "...", ". . .", "…")),),
    lines="filled_lines",
    bullets=("●", "•", "*", "-"),
    ellipses=("...", ". . .", "…"),
    distinct_stop_words=False,
    any_case=True,
)

JUDGEMENT = Judgement(
    "DeepMind's authors (Rae et al. 2021) for prose in English, with datatrove's reading by default",
    "poems, code, tables, lists, dialogue and everything short; other languages by their spelling",
)
quality = RuleSet(
    "gopher.quality",
    measure_prose,
    (
        Dialect("datatrove", _DATATROVE, _prose_rules(_DATATROVE), "datatrove 0.10.1, GopherQualityFilter"),
        Dialect("dolma", _DOLMA, _prose_rules(_DOLMA), "dolma, taggers/gopher.py, gopher_v1"),
        Dialect("dclm", _DCLM, _prose_rules(_DCLM), "dclm, content_filters.py, dclm_baseline_refinedweb.yaml"),
    ),
    "datatrove",
    judgement=JUDGEMENT,
    places=prose_places,
)
_PARAGRAPHS_FIRST = ("paragraph fraction", "paragraph char_fraction", "line fraction", "line char_fraction")
_COUNTS_FIRST = ("line fraction", "paragraph fraction", "line char_fraction", "paragraph char_fraction")
_DATATROVE_RULES = _repetition_rules(*_PARAGRAPHS_FIRST)
repetition = RuleSet(
    "gopher.repetition",
    measure_repetition,
    (
        Dialect("datatrove", RepetitionReading(), _DATATROVE_RULES, "datatrove 0.10.1, GopherRepetitionFilter"),
        Dialect(
            "dolma",
            RepetitionReading("raw_words", "newline", paragraphs=False, every_copy=True, whole="words", ngrams="count"),
            _repetition_rules("line fraction", "line char_fraction"),
            "dolma, taggers/gopher.py, gopher_v1",
        ),
        Dialect(
            "dclm",
            RepetitionReading("unicode_words", "filled", every_copy=True, whole="pieces", ngrams="cover"),
            _repetition_rules(*_COUNTS_FIRST),
            "dclm, content_filters.py, massive_web_repetition_filters",
        ),
    ),
    "datatrove",
    judgement=JUDGEMENT,
    places=repetition_places,
)
