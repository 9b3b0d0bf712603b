"""The rules of Gopher: natural prose in the first set, freedom from repetition in the second.

Source: Rae et al. 2021, "Scaling Language Models", appendix A.1.1 and table A1. The paper leaves open what a word is
and what a duplicate is; a dialect says how one port reads it. Default: datatrove, the reading of FineWeb.
"""

from dataclasses import dataclass

import numpy as np

from filters.rule_set import Dialect, RuleSet
from filters.text_view import Spans, TextView
from filters.verdict import Rule

QUALITY_SOURCE = "Gopher (Rae et al. 2021), appendix A.1.1"
REPETITION_SOURCE = "Gopher (Rae et al. 2021), table A1"
TOP_LIMITS = {2: 0.20, 3: 0.18, 4: 0.16}
DUPLICATE_LIMITS = {5: 0.15, 6: 0.14, 7: 0.13, 8: 0.12, 9: 0.11, 10: 0.10}


@dataclass(frozen=True, slots=True)
class ProseReading:
    """What counts as a word, a bullet or a stop word when prose is judged."""

    bullets: str = "•-"
    stop_words: tuple[str, ...] = ("the", "be", "to", "of", "and", "that", "have", "with")


@dataclass(frozen=True, slots=True)
class RepetitionReading:
    """What counts as a duplicate when repetition is judged."""

    every_copy: bool = False


def _quality_rules() -> tuple[Rule, ...]:
    return (
        Rule("words", "min", 50, "it is too short", QUALITY_SOURCE),
        Rule("words", "max", 100_000, "it is too long", QUALITY_SOURCE),
        Rule("mean_word_length", "min", 3, "its words are too short on average", QUALITY_SOURCE),
        Rule("mean_word_length", "max", 10, "its words are too long on average", QUALITY_SOURCE),
        Rule("hash_to_word_ratio", "max", 0.1, "it has too many hash signs", QUALITY_SOURCE),
        Rule("ellipsis_to_word_ratio", "max", 0.1, "it has too many ellipses", QUALITY_SOURCE),
        Rule("bullet_line_fraction", "max", 0.9, "nearly all its lines start with a bullet", QUALITY_SOURCE),
        Rule("ellipsis_line_fraction", "max", 0.3, "too many lines end in an ellipsis", QUALITY_SOURCE),
        Rule("letter_word_fraction", "min", 0.8, "too many words have no letter", QUALITY_SOURCE),
        Rule("stop_words", "min", 2, "it has too few different English stop words", QUALITY_SOURCE),
    )


def measure_quality(view: TextView, reading: ProseReading) -> dict[str, float]:
    """Signals of the prose rules."""
    from filters import kernels
    from filters.hashing import hash_words

    text, words, lines = view.text, view.words, view.bare_lines
    letters, proper, chars = kernels.kind_counts(words.kinds, words.starts, words.ends)
    distinct, _ = kernels.listed_words(words.hashes, hash_words(reading.stop_words))
    bullets = np.array([ord(mark) for mark in reading.bullets], dtype=np.uint32)
    bulleted, trailing = kernels.line_marks(view.codes, lines.starts, lines.ends, bullets)
    n_words, n_lines = max(len(words), 1), max(len(lines), 1)
    return {
        "words": float(proper),
        "mean_word_length": chars / max(proper, 1),
        "hash_to_word_ratio": text.count("#") / n_words,
        "ellipsis_to_word_ratio": (text.count("...") + text.count("…")) / n_words,
        "bullet_line_fraction": bulleted / n_lines,
        "ellipsis_line_fraction": trailing / n_lines,
        "letter_word_fraction": letters / n_words,
        "stop_words": float(distinct),
    }


def _repetition_rules() -> tuple[Rule, ...]:
    duplicates = "too many {} are repeated"
    return (
        Rule("characters", "min", 1, "it is empty", REPETITION_SOURCE),
        Rule("duplicate_paragraph_fraction", "max", 0.30, duplicates.format("paragraphs"), REPETITION_SOURCE),
        Rule("duplicate_paragraph_char_fraction", "max", 0.20, duplicates.format("paragraph characters"),
             REPETITION_SOURCE),
        Rule("duplicate_line_fraction", "max", 0.30, duplicates.format("lines"), REPETITION_SOURCE),
        Rule("duplicate_line_char_fraction", "max", 0.20, duplicates.format("line characters"), REPETITION_SOURCE),
        *(Rule(f"top_{n}_gram_char_fraction", "max", limit, f"one run of {n} words makes up too much of it",
               REPETITION_SOURCE) for n, limit in TOP_LIMITS.items()),
        *(Rule(f"duplicate_{n}_gram_char_fraction", "max", limit, f"too much of it is repeated runs of {n} words",
               REPETITION_SOURCE) for n, limit in DUPLICATE_LIMITS.items()),
    )  # fmt: skip


def measure_repetition(view: TextView, reading: RepetitionReading) -> dict[str, float]:
    """Signals of the repetition rules."""
    from filters import kernels

    size = max(len(view.text), 1)
    body = view.stripped(Spans(np.array([0]), np.array([len(view.text)])))
    signals = {"characters": float(len(view.text))}
    for name, start, end, min_run in (
        ("paragraph", body.starts[0], body.ends[0], 2),
        ("line", 0, len(view.text), 1),
    ):
        starts, ends = kernels.run_spans(view.newlines, start, end, min_run)
        later, later_chars, _, _ = kernels.repeats(view.sums, starts, ends)
        signals[f"duplicate_{name}_fraction"] = later / len(starts)
        signals[f"duplicate_{name}_char_fraction"] = later_chars / size
    words = view.words
    chars = kernels.scan_ngrams(words.hashes, words.starts, words.ends, max(TOP_LIMITS), max(DUPLICATE_LIMITS))
    signals |= {f"top_{n}_gram_char_fraction": float(chars[n]) / size for n in TOP_LIMITS}
    return signals | {f"duplicate_{n}_gram_char_fraction": float(chars[n]) / size for n in DUPLICATE_LIMITS}


quality = RuleSet(
    "gopher.quality", measure_quality, (Dialect("datatrove", ProseReading(), _quality_rules()),), "datatrove"
)
repetition = RuleSet(
    "gopher.repetition", measure_repetition, (Dialect("datatrove", RepetitionReading(), _repetition_rules()),),
    "datatrove",
)  # fmt: skip
