"""Texts as windows: hashes of lines, of passages and of a sample of short runs, and spans of what repeats.

Words are those of `minhash.shingles`: case, accents and punctuation make no difference. Spans are places of characters
in a text: from, to. A cut is made so that what is left reads on: whole lines go with their line break, parts of lines
with the mark behind them and the space before the next word.

Source: Schleimer, Wilkerson and Aiken, "Winnowing: local algorithms for document fingerprinting" (2003), for seeds; Lee
et al., "Deduplicating training data makes language models better" (2022), for passages of 50 tokens; Irber et al.,
"Lightweight compositional analysis of metagenomes with FracMinHash" (2022), for samples that measure containment.
"""

import re
from bisect import bisect
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from curate.dedup.minhash import _code_points, fold_table

SEED_WORDS = 25
"""Passages have more words than this; each window of a passage is found by the least hash of so many words in it."""

SAMPLE_WORDS = 8
SAMPLE_SHARE = 8
"""One in so many runs of `SAMPLE_WORDS` words is in a sample: the same ones in every text."""

_END = re.compile(r"\n|[.!?…]['\"”’)\]*_]*\s|[。！？]")
_FENCE = re.compile(r"^```", re.MULTILINE)

Hashes = NDArray[np.uint64]
Spans = NDArray[np.int64]


def _words(text: str) -> Hashes:
    from curate.dedup import kernels

    return kernels.word_hashes(_code_points(text), fold_table())


def _places(text: str) -> Spans:
    from curate.dedup import window_kernels

    return window_kernels.word_places(_code_points(text), fold_table())


def _runs(words: Hashes, width: int) -> Hashes:
    from curate.dedup import kernels

    return kernels.shingle_hashes(words, width) if len(words) >= width else np.empty(0, np.uint64)


def seeds(text: str, passage_words: int) -> Hashes:
    """The seeds of a text's passages, sorted, each once: two texts that share a passage share its seed.

    >>> words = " ".join(map(str, range(60)))
    >>> bool(np.isin(seeds(words, 50), seeds("Before. " + words + " and after", 50)).any())
    True
    """
    from curate.dedup import window_kernels

    return np.unique(window_kernels.least(_runs(_words(text), SEED_WORDS), passage_words - SEED_WORDS + 1))


def passages(text: str, passage_words: int, shared: Hashes) -> Hashes:
    """The hashes of all passages of a text whose seed is one of the sorted `shared`; sorted, each once."""
    from curate.dedup import window_kernels

    words = _words(text)
    least = window_kernels.least(_runs(words, SEED_WORDS), passage_words - SEED_WORDS + 1)
    return np.unique(_runs(words, passage_words)[window_kernels.among(least, shared)])


def passage_spans(text: str, passage_words: int, shared: Hashes, *, whole_sentences: bool = False) -> Spans:
    """Return where the passages stand whose hashes are among the sorted `shared`; int64[n, 2], ascending.

    With `whole_sentences` it is what such words have of whole sentences and lines, and of code only whole blocks.
    """
    from curate.dedup import window_kernels

    windows = window_kernels.among(_runs(_words(text), passage_words), shared)
    places = _places(text)
    return _cuts(
        text, places, window_kernels.covered(windows, passage_words, len(places)), whole_sentences=whole_sentences
    )


def sample(text: str) -> Hashes:
    """One in `SAMPLE_SHARE` of a text's runs of `SAMPLE_WORDS` words, by their hash; sorted, each once."""
    runs = _runs(_words(text), SAMPLE_WORDS)
    return np.unique(runs[runs < np.uint64(2**64 // SAMPLE_SHARE)])


def shared_spans(
    text: str, shingle_words: int, shared: Hashes, min_words: int, *, whole_sentences: bool = False
) -> Spans:
    """Return where runs of at least `min_words` words stand all of whose shingles are among the sorted `shared`."""
    from curate.dedup import window_kernels

    windows = window_kernels.among(_runs(_words(text), shingle_words), shared)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], windows.astype(np.int8), [0]])))
    for first, last in edges.reshape(-1, 2):
        if last - first + shingle_words - 1 < min_words:
            windows[first:last] = False
    places = _places(text)
    return _cuts(
        text, places, window_kernels.covered(windows, shingle_words, len(places)), whole_sentences=whole_sentences
    )


def _line_ends(text: str) -> Spans:
    codes = _code_points(text)
    return np.append(np.flatnonzero(codes == ord("\n")), len(codes))


def lines(text: str, salt: int, min_words: int) -> Hashes:
    """Hash each line of at least so many words with a salt, 0 for the others; uint64[lines], in order."""
    from curate.dedup import window_kernels

    return window_kernels.line_hashes(_words(text), _places(text), _line_ends(text), np.uint64(salt), min_words)


def line_spans(text: str, salt: int, min_words: int, shared: Hashes) -> Spans:
    """Return where the lines stand, with their line breaks, whose hashes are among the sorted `shared`; int64[n, 2].

    >>> text = "Home\\nAccept all our cookies\\nA tale"
    >>> line_spans(text, 1, 2, np.sort(lines(text, 1, 2))[-1:]).tolist() in ([[5, 28]], [[27, 34]])
    True
    """
    ends = _line_ends(text)
    starts = np.concatenate([[0], ends[:-1] + 1])
    mine = np.flatnonzero(np.isin(lines(text, salt, min_words), shared))
    return joined(_readable(text, int(starts[line]), int(ends[line])) for line in mine)


def _cuts(text: str, places: Spans, words: NDArray[np.bool_], *, whole_sentences: bool) -> Spans:
    """The spans of runs of marked words."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], words.astype(np.int8), [0]]))).reshape(-1, 2)
    fences = _fences(text) if whole_sentences else []
    found = []
    for first, last in edges.tolist():
        if whole_sentences:
            while first < last and not _begins(text, places, first, fences):
                first += 1
            while first < last and not _begins(text, places, last, fences):
                last -= 1
        if first < last:
            found.append(_readable(text, *_with_marks(text, places, first, last)))
    return joined(found)


def _fences(text: str) -> list[int]:
    """Return where blocks of code begin and end by turns, as Markdown fences them."""
    return [found.start() if i % 2 == 0 else found.end() for i, found in enumerate(_FENCE.finditer(text))]


def _begins(text: str, places: Spans, word: int, fences: Sequence[int]) -> bool:
    """Return whether a sentence or a line begins with a word, outside of code, or the text is over."""
    if word in (0, len(places)):
        return True
    start, gap = int(places[word, 0]), text[int(places[word - 1, 1]) : int(places[word, 0])]
    return _END.search(gap) is not None and bisect(fences, start) % 2 == 0


def _with_marks(text: str, places: Spans, first: int, last: int) -> tuple[int, int]:
    """From and to of some words, with the marks before them in a line and behind them."""
    before = int(places[first - 1, 1]) if first else 0
    after = int(places[last, 0]) if last < len(places) else len(text)
    start, end = int(places[first, 0]), int(places[last - 1, 1])
    lead, tail = text[before:start], text[end:after]
    opens = lead.rfind("\n") if "\n" in lead else lead.rfind(" ")
    start -= len(lead) - 1 - opens if first else len(lead)
    if "\n" in tail:
        return start, end + tail.index("\n")
    return start, end + tail.rfind(" ") + 1 if last < len(places) else len(text)


def _readable(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """A span so that what is left reads on: line breaks go with whole lines only, and never join two lines."""
    opens, closes = start == 0 or text[start - 1] == "\n", end == len(text) or text[end] == "\n"
    if opens and closes:
        while end < len(text) and text[end] == "\n":
            end += 1
        return [(_back(text, start, "\n") if end == len(text) else start, end)]
    if opens:
        return [(start, end)]
    inner = text.rfind("\n", start, end)
    if closes or inner < 0:
        return [(_back(text, start, " ") if closes else start, end)]
    return [(_back(text, start, " "), inner), (inner + 1, end)]


def _back(text: str, place: int, over: str) -> int:
    """The place where the characters `over` before a place begin."""
    while place and text[place - 1] == over:
        place -= 1
    return place


def joined(spans: Iterable[Sequence[tuple[int, int]]]) -> Spans:
    """Spans ascending, those that touch as one; int64[n, 2]."""
    found: list[list[int]] = []
    for start, end in sorted(span for each in spans for span in each):
        if found and start <= found[-1][1]:
            found[-1][1] = max(found[-1][1], end)
        elif end > start:
            found.append([start, end])
    return np.array(found, np.int64).reshape(-1, 2)


def without(text: str, spans: Spans) -> str:
    """A text without some spans, ascending ones that do not touch.

    >>> without("one two three", np.array([[4, 8]]))
    'one three'
    """
    return "".join(text[start:end] for start, end in _between(spans, len(text)))


def _between(spans: Spans, length: int) -> Iterator[tuple[int, int]]:
    start = 0
    for first, last in spans.tolist():
        yield start, first
        start = last
    yield start, length


def restored(text: str, cuts: Iterable[tuple[int, str]]) -> str:
    """A text as it was before one stage cut it: `cuts` are start and text of each row of `cut/`, ascending.

    >>> restored("one three", [(4, "two ")])
    'one two three'
    """
    pieces: list[str] = []
    held = taken = 0  # characters of the result, and of `text` in it
    for start, piece in cuts:
        pieces += [text[taken : taken + start - held], piece]
        held, taken = start + len(piece), taken + start - held
    return "".join([*pieces, text[taken:]])
