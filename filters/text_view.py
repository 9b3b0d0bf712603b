"""One text, looked at once: its words, lines and hashes, each computed when first asked for and then shared.

Rule sets take a `TextView` wherever they take a `str`; giving several rule sets the same view spares the work of
cutting the text into words again, which costs more than all rules together. Compiled code is imported on first use.
"""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from curate.filters import characters
from curate.filters.batches import one_text
from curate.filters.deferred import Deferred, Lazy

kernels = Deferred("curate.filters.kernels")
tokenizer = Deferred("curate.filters.tokenizer")
word_splits = Deferred("curate.filters.word_splits")
NEWLINE = 10


@dataclass(frozen=True, slots=True)
class Spans:
    """Pieces of a text: `starts` and `ends` are positions in it, int64[pieces]; a piece may be empty."""

    starts: NDArray[np.int64]
    ends: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.starts)

    @property
    def lengths(self) -> NDArray[np.int64]:
        """Characters per piece, int64[pieces]."""
        return self.ends - self.starts

    def where(self, mask: NDArray[np.bool_]) -> "Spans":
        """The pieces that a mask, bool[pieces], picks."""
        return Spans(self.starts[mask], self.ends[mask])

    def of(self, text: str) -> list[str]:
        """The pieces as strings."""
        return [text[start:end] for start, end in zip(self.starts.tolist(), self.ends.tolist(), strict=True)]


@dataclass(frozen=True, slots=True)
class Words(Spans):
    """Words of a text, a hash of each, uint64[words], and flags of `filters.characters` on what each is made of."""

    hashes: NDArray[np.uint64]
    kinds: NDArray[np.uint8]


class TextView:
    """A text and what has been found in it so far; it is never changed, only filled in.

    >>> view = TextView("Don't panic. It works!")
    >>> view.words.of(view.text)
    ['Do', "n't", 'panic', '.', 'It', 'works', '!']
    """

    def __init__(self, text: str, apart: NDArray[np.int64] | None = None) -> None:
        """View a text; `apart`, int64[n, 2] in order, is start and end of what in it is no prose, if that is known."""
        self.text = text
        self.apart = apart
        self._made: dict[Hashable, Any] = {}

    def __repr__(self) -> str:
        return f"TextView({self.text[:40]!r}, {len(self.text)} characters)"

    @Lazy
    def codes(self) -> NDArray[np.uint32]:
        """The code points of the text, uint32[characters]; lone surrogates stand for themselves."""
        return np.array([self.text]).view(np.uint32)[: len(self.text)]

    @Lazy
    def _read(self) -> tuple[NDArray[np.uint32], NDArray[np.uint64], NDArray[np.int64]]:
        flags, sums, breaks = word_splits.read(self.codes, characters.classes())
        return flags, sums, breaks

    @property
    def flags(self) -> NDArray[np.uint32]:
        """Return what each character is, uint32[characters]: flags of `filters.characters`."""
        return self._read[0]

    @property
    def sums(self) -> NDArray[np.uint64]:
        """Running sums from which `filters.hashing` reads the hash of any span, uint64[characters + 1]."""
        return self._read[1]

    @Lazy
    def words(self) -> Words:
        """English words and marks, as spaCy's blank English tokenizer cuts them."""
        return self._measured(*tokenizer.tokenize(self.codes, self.flags, self.sums, tokenizer.special_table()))

    @Lazy
    def raw_words(self) -> Words:
        """Runs of non-space characters, as `str.split()` gives."""
        return self._measured(*word_splits.split_spaces(self.flags))

    @Lazy
    def unicode_words(self) -> Words:
        """Words by the Unicode rules that start with a letter or digit; no punctuation."""
        return self._measured(*word_splits.split_unicode(self.codes, self.flags))

    def _measured(self, starts: NDArray[np.int64], ends: NDArray[np.int64]) -> Words:
        return Words(starts, ends, *kernels.measure_words(self.flags, self.sums, starts, ends))

    @Lazy
    def newlines(self) -> NDArray[np.int64]:
        """Return where the newlines are, int64[newlines]."""
        breaks = self._read[2]
        newlines: NDArray[np.int64] = breaks[self.codes[breaks] == NEWLINE]
        return newlines

    @Lazy
    def lines(self) -> Spans:
        r"""Lines between newlines, as `str.split("\n")` gives: one more than there are newlines."""
        bounds = np.empty(len(self.newlines) + 2, dtype=np.int64)
        bounds[0], bounds[1:-1], bounds[-1] = -1, self.newlines, len(self.text)
        return Spans(bounds[:-1] + 1, bounds[1:])

    @Lazy
    def filled_lines(self) -> Spans:
        """Lines between newlines that are not blank, without white space at their ends."""
        bare = self.stripped(self.lines)
        return bare.where(bare.lengths > 0)

    @Lazy
    def filled_paragraphs(self) -> Spans:
        """Stretches between runs of two or more newlines that are not blank, without white space at their ends."""
        bare = self.stripped(Spans(*kernels.run_spans(self.newlines, 0, len(self.text), 2)))
        return bare.where(bare.lengths > 0)

    @Lazy
    def bare_lines(self) -> Spans:
        """Lines as `str.splitlines()` gives, which breaks at rarer line ends too, without white space at their ends."""
        return self.stripped(Spans(*kernels.line_spans(self.codes, self._read[2])))

    @Lazy
    def prose(self) -> "TextView":
        """The view of the text without what is no prose; the view itself where there is nothing of that."""
        if self.apart is None or not len(self.apart):
            return self
        kept = self._prose_spans
        return self if len(kept) == 1 and kept.lengths[0] == len(self.text) else TextView("".join(kept.of(self.text)))

    @property
    def prose_fraction(self) -> float:
        """The share of the characters that is prose, 0..1; 1 where nothing is known of the parts."""
        return len(self.prose.text) / len(self.text) if self.text else 1.0

    @Lazy
    def _prose_spans(self) -> Spans:
        """What stands between the stretches that are no prose; one that is a block takes the newlines behind it."""
        starts, ends, at = [], [], 0
        for start, end in [] if self.apart is None else self.apart.tolist():
            start, end = min(start, len(self.text)), min(end, len(self.text))
            if start > at:
                starts.append(at)
                ends.append(start)
            if start == 0 or self.text[start - 1] == "\n":
                while end < len(self.text) and self.text[end] == "\n":
                    end += 1
            at = max(at, end)
        if at < len(self.text) or not starts:
            starts.append(at)
            ends.append(len(self.text))
        return Spans(np.array(starts, np.int64), np.array(ends, np.int64))

    def from_prose(self, spans: Spans) -> Spans:
        """Return where pieces of `prose` stand in this text, with what was left out between their ends."""
        kept = self._prose_spans
        first = np.cumsum(kept.lengths) - kept.lengths
        filled = spans.lengths > 0
        left = np.searchsorted(first, spans.starts, "right") - 1
        right = np.searchsorted(first, np.maximum(spans.ends - filled, 0), "right") - 1
        shift = kept.starts - first
        return Spans(spans.starts + shift[left], spans.ends + shift[right])

    def stripped(self, spans: Spans) -> Spans:
        """The same pieces without white space at their ends."""
        return Spans(*kernels.strip_spans(self.flags, spans.starts, spans.ends))

    def once(self, key: Hashable, make: Callable[[], Any]) -> Any:
        """Return what `make` returned the first time it was asked for under this key."""
        if key not in self._made:
            self._made[key] = make()
        return self._made[key]

    def only_lines(self, lines: Spans) -> "TextView":
        """A view of some lines alone, joined by newlines.

        Words are not cut again, since none spans two lines.
        """
        kept = TextView("\n".join(lines.of(self.text)))
        if kept.text == self.text:
            return self
        words = self.words
        starts, ends, which = kernels.move_words(words.starts, words.ends, lines.starts, lines.ends)
        kept.words = Words(starts, ends, words.hashes[which], words.kinds[which])
        return kept


def as_view(text: str | TextView) -> TextView:
    """The view itself, or a new one of a text.

    Raises TypeError for anything else, bytes above all: decoding is the caller's to decide.
    """
    if isinstance(text, TextView):
        return text
    return TextView(one_text(text, of=(str, TextView)))
