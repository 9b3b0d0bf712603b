"""Tokens against a slow reading of the same rules, on any text."""

import re
from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from curate.classifiers import tokens
from curate.filters import characters
from curate.filters.hashing import hash_word

FOLDS = tokens.folded()


def _tokens(text: str) -> list[tuple[str, int]]:
    """Each token as it stands, and its kind."""
    codes = np.array([text]).view(np.uint32)[: len(text)]
    _, kinds, starts, ends = tokens.tokenize(codes, characters.classes(), FOLDS, tokens.markup())
    return [(text[a:b] if k != tokens.LINE_END else "", int(k)) for k, a, b in zip(kinds, starts, ends, strict=True)]


def _words(text: str) -> list[str]:
    return [token for token, kind in _tokens(text) if kind == tokens.WORD]


def test_words_numbers_marks_and_line_ends() -> None:
    """A hand-worked line: an inner apostrophe stays, a number is one, a run of one mark is one."""
    found = _tokens("It's 1,200.5 km... (ca.)\nEnd")
    assert found == [
        ("It's", 0), ("1,200.5", 1), ("km", 0), (".", 2), ("(", 2), ("ca", 0), (".", 2), (")", 2), ("", 3),
        ("End", 0), ("", 3),
    ]  # fmt: skip


def test_markdown_is_not_read() -> None:
    """A heading, a list, emphasis and a table read like the same words without them."""
    marked = "## A head\n\n- one *two*\n| a | b |\n> said `so`"
    plain = "A head\none two\na b\nsaid so"
    assert [kind for _, kind in _tokens(marked)] == [kind for _, kind in _tokens(plain)]
    assert _words(marked) == _words(plain)
    assert ("|", tokens.MARK) in _tokens("Home | About")


@given(st.text(alphabet="abzAZ 'é’\n", max_size=60))
def test_words_are_those_of_a_pattern(text: str) -> None:
    """Letters with single apostrophes between them, whatever stands around."""
    assert _words(text) == re.findall(r"[abzAZé]+(?:['’][abzAZé]+)*", text)


@given(st.text(max_size=200))
def test_tokens_are_in_order_and_apart(text: str) -> None:
    """Tokens of a line follow one another, and no letter or digit is in two of them or in none."""
    codes = np.array([text]).view(np.uint32)[: len(text)]
    _, kinds, starts, ends = tokens.tokenize(codes, characters.classes(), FOLDS, tokens.markup())
    spans = [(a, b) for k, a, b in zip(kinds, starts, ends, strict=True) if k != tokens.LINE_END]
    assert all(a < b for a, b in spans)
    assert all(before[1] <= after[0] for before, after in pairwise(spans))
    inside = {at for a, b in spans for at in range(a, b)}
    assert all(at in inside for at, char in enumerate(text) if char.isalpha() or char.isdigit())


def test_a_word_is_hashed_as_the_lists_of_small_words_are() -> None:
    """Lower case and one kind of apostrophe: otherwise no small word would ever be known."""
    text = "Don’t"
    codes = np.array([text]).view(np.uint32)[: len(text)]
    hashes, *_ = tokens.tokenize(codes, characters.classes(), FOLDS, tokens.markup())
    assert int(hashes[0]) == hash_word("don't")
