"""Word-list density against counts made by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curate.filters.toxicity import LISTED, density
from tests.clock import takes_at_most


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", 0.0),
        ("... !!! 😀", 0.0),
        ("one bad word here", 0.25),
        ("BAD, bad; (Bad)", 1.0),
        ("badger badminton embad", 0.0),
        ("bad-tempered bad", 0.5),
        ("STRASSE straße", 1.0),
    ],
)
def test_density(text, expected):
    """Words are whole and case-folded; punctuation is no word."""
    assert density(text, frozenset({"bad", "strasse"})) == expected


def test_the_default_list_is_usable():
    """The default list is case-folded, so every entry can match, and names no group of people."""
    assert all(density(word) == 1.0 for word in LISTED)
    assert LISTED.isdisjoint({"gay", "jew", "jewish", "muslim", "black", "trans", "lesbian", "woman", "immigrant"})


@given(st.text())
def test_total(text):
    """Any string has a density from 0 to 1."""
    assert 0.0 <= density(text) <= 1.0


def test_ten_megabytes_take_linear_time():
    """Five million words and one word of ten megabytes take seconds at most."""
    assert takes_at_most(10, lambda: [density("a " * 5_000_000), density("a-" * 5_000_000)])
