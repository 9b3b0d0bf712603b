"""Finds where in a text a signal comes from: the stretches that a rule set counts, for showing a verdict to a person.

Plain Python over short texts; measuring whole crawls is the business of the compiled kernels.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable

import numpy as np
from numpy.typing import NDArray

from curate.filters.text_view import Spans, TextView, Words


def spans(bounds: Iterable[tuple[int, int]]) -> Spans:
    """Starts and ends as `Spans`."""
    table = np.array(list(bounds), np.int64).reshape(-1, 2)
    return Spans(table[:, 0], table[:, 1])


def nowhere() -> Spans:
    """No stretch at all."""
    return spans(())


def pieces_that(view: TextView, pieces: Spans, wanted: Callable[[str], bool]) -> Spans:
    """The pieces, such as lines, whose text is wanted; empty ones never are.

    >>> view = TextView("- one\\ntwo")
    >>> pieces_that(view, view.lines, lambda line: line.startswith("-")).of(view.text)
    ['- one']
    """
    return pieces.where(np.array([bool(piece) and wanted(piece) for piece in pieces.of(view.text)], bool))


def matches(view: TextView, pattern: re.Pattern[str]) -> Spans:
    """Every match of a pattern."""
    return spans(match.span() for match in pattern.finditer(view.text))


def marks(view: TextView, wanted: Iterable[str]) -> Spans:
    """Every occurrence of some marks.

    >>> view = TextView("more ... and # more")
    >>> marks(view, ("#", "...")).of(view.text)
    ['...', '#']
    """
    return matches(view, re.compile("|".join(map(re.escape, wanted))))


def characters(mask: NDArray[np.bool_]) -> Spans:
    """The runs of characters that a mask, bool[characters], picks."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], mask, [False]]).astype(np.int8)))
    return Spans(edges[::2], edges[1::2])


def copies(view: TextView, pieces: Spans, *, every: bool = False) -> Spans:
    """Pieces that repeat: all of them, or all but the first of each.

    >>> view = TextView("Buy\\nThe end\\nBuy")
    >>> copies(view, view.lines).starts.tolist(), copies(view, view.lines, every=True).starts.tolist()
    ([12], [0, 12])
    """
    texts = pieces.of(view.text)
    counts, seen, repeats = Counter(texts), set[str](), []
    for text in texts:
        repeats.append(bool(text) and (counts[text] > 1 if every else text in seen))
        seen.add(text)
    return pieces.where(np.array(repeats, bool))


def _runs(words: Words, n: int) -> list[tuple[int, ...]]:
    hashes = words.hashes.tolist()
    return list(zip(*(hashes[first:] for first in range(n)), strict=False))


def _run_spans(words: Words, n: int, places: list[int]) -> Spans:
    at = np.array(places, np.int64)
    return Spans(words.starts[at], words.ends[at + n - 1])


def repeated_runs(words: Words, n: int) -> Spans:
    """Runs of n words that have come before."""
    seen: set[tuple[int, ...]] = set()
    repeats = []
    for place, run in enumerate(_runs(words, n)):
        if run in seen:
            repeats.append(place)
        seen.add(run)
    return _run_spans(words, n, repeats)


def commonest_run(words: Words, n: int) -> Spans:
    """Every occurrence of the run of n words said most often, and of several such runs the longest."""
    runs = _runs(words, n)
    counts = Counter(runs)
    lengths = {run: int(words.lengths[place : place + n].sum()) for place, run in enumerate(runs)}
    top = max(counts, key=lambda run: (counts[run], lengths[run]), default=())
    return _run_spans(words, n, [place for place, run in enumerate(runs) if run == top and counts[run] > 1])
