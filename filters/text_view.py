"""One text, looked at once: its words, lines and hashes, each computed when first asked for and then shared.

Rule sets take a `TextView` wherever they take a `str`; giving several rule sets the same view spares the work of
cutting the text into words again, which costs more than all rules together. Compiled code is imported on first use.
"""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Spans:
    """Pieces of a text: `starts` and `ends` are positions in it, int32[pieces]; a piece may be empty."""

    starts: NDArray[np.int32]
    ends: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.starts)

    @property
    def lengths(self) -> NDArray[np.int32]:
        """Characters per piece, int32[pieces]."""
        return self.ends - self.starts

    def of(self, text: str) -> list[str]:
        """The pieces as strings."""
        return [text[start:end] for start, end in zip(self.starts.tolist(), self.ends.tolist(), strict=True)]


class TextView:
    """A text and what has been found in it so far; it is never changed, only filled in.

    >>> view = TextView("Don't panic. It works!")
    >>> view.words.of(view.text)
    ['Do', "n't", 'panic', '.', 'It', 'works', '!']
    """

    __slots__ = ("__dict__", "text")

    def __init__(self, text: str) -> None:
        self.text = text

    def __repr__(self) -> str:
        return f"TextView({self.text[:40]!r}, {len(self.text)} characters)"

    @cached_property
    def codes(self) -> NDArray[np.uint32]:
        """The code points of the text, uint32[characters]; lone surrogates stand for themselves."""
        return np.array([self.text]).view(np.uint32)[: len(self.text)]

    @cached_property
    def flags(self) -> NDArray[np.uint32]:
        """What each character is, uint32[characters]: flags of `filters.characters`."""
        from filters import characters, tokenizer

        flags: NDArray[np.uint32] = tokenizer.classify(self.codes, characters.classes())
        return flags

    @cached_property
    def lower(self) -> str:
        """The text in lower case."""
        return self.text.lower()

    @cached_property
    def words(self) -> Spans:
        """English words and marks, as spaCy's blank English tokenizer cuts them."""
        from filters import tokenizer

        return Spans(*tokenizer.tokenize(self.codes, self.flags, tokenizer.special_table()))

    @cached_property
    def word_facts(self) -> tuple[NDArray[np.uint64], NDArray[np.uint8]]:
        """Hash and kind of each of `words`, uint64[words] and uint8[words]; kinds are flags of `filters.kernels`."""
        return self.facts(self.words)

    @cached_property
    def raw_words(self) -> Spans:
        """Runs of non-space characters, as `str.split()` gives."""
        from filters import tokenizer

        return Spans(*tokenizer.split_spaces(self.flags))

    @cached_property
    def lines(self) -> Spans:
        r"""Lines between newlines, as `str.split("\n")` gives: one more than there are newlines."""
        from filters import kernels

        return Spans(*kernels.line_spans(self.codes, False))

    @cached_property
    def all_lines(self) -> Spans:
        """Lines as `str.splitlines()` gives, which breaks at the rarer Unicode line ends too."""
        from filters import kernels

        return Spans(*kernels.line_spans(self.codes, True))

    def stripped(self, spans: Spans) -> Spans:
        """The same pieces without white space at their ends."""
        from filters import kernels

        return Spans(*kernels.strip_spans(self.flags, spans.starts, spans.ends))

    def hashes(self, spans: Spans) -> NDArray[np.uint64]:
        """One hash per piece, uint64[pieces]; equal pieces hash equal."""
        from filters import kernels

        hashes: NDArray[np.uint64] = kernels.span_hashes(self.codes, spans.starts, spans.ends)
        return hashes

    def facts(self, words: Spans) -> tuple[NDArray[np.uint64], NDArray[np.uint8]]:
        """Hash and kind of each word, uint64[words] and uint8[words]; kinds are flags of `filters.kernels`."""
        from filters import kernels

        hashes, kinds = kernels.measure_words(self.codes, self.flags, words.starts, words.ends)
        return hashes, kinds

    def once(self, key: Hashable, make: Callable[[], Any]) -> Any:  # noqa: ANN401
        """What `make` returned the first time it was asked for under this key."""
        made: dict[Hashable, Any] = self.__dict__.setdefault("made", {})
        if key not in made:
            made[key] = make()
        return made[key]


def as_view(text: str | TextView) -> TextView:
    """The view itself, or a new one of a text.

    Raises TypeError for anything else, bytes above all: decoding is the caller's to decide.
    """
    if isinstance(text, TextView):
        return text
    if isinstance(text, str):
        return TextView(text)
    raise TypeError(f"a text is a str or a TextView, not {type(text).__name__}; decode bytes first")
