"""What Gopher's rules of repetition measure: lines, paragraphs and runs of words said again.

Source: Rae et al. 2021, "Scaling Language Models", table A1.
"""

from dataclasses import dataclass

import numpy as np

from curate.filters import places
from curate.filters.deferred import Deferred
from curate.filters.text_view import Spans, TextView, Words
from curate.filters.verdict import Rule

kernels = Deferred("curate.filters.kernels")
ngrams = Deferred("curate.filters.ngrams")

REPETITION = "Gopher (Rae et al. 2021), table A1"
TOP_LIMITS = {2: 0.20, 3: 0.18, 4: 0.16}
DUPLICATE_LIMITS = {5: 0.15, 6: 0.14, 7: 0.13, 8: 0.12, 9: 0.11, 10: 0.10}


@dataclass(frozen=True, slots=True)
class RepetitionReading:
    """Definitions of a line, a copy and the whole for judging repetition.

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


def repetition_rules(*pieces: str) -> tuple[Rule, ...]:
    """The paper's rules on some kinds of pieces, such as `line char_fraction`, in their order, then on n-grams."""
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
