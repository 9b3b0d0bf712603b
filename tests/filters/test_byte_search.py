"""Words are found in bytes where `bytes.find` finds them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curate.filters.byte_search import LANES, places


def one_after_another(html: bytes, word: bytes, most: int, step: int) -> list[int]:
    """The same places by `bytes.find`."""
    found: list[int] = []
    at = html.find(word)
    while at >= 0 and len(found) < most:
        found.append(at)
        at = html.find(word, at + step)
    return found


@given(
    st.text("ab", max_size=100),
    st.text("ab", min_size=1, max_size=6),
    st.integers(0, 5),
    st.integers(1, 6),
    st.integers(0, 9),
)
def test_places_are_those_of_find(html, word, pair, step, most):
    """Of any word in any bytes, whatever pair is looked for first and however far the next place must be."""
    html, word = html.encode(), word.encode()
    pair = min(pair, max(len(word) - 2, 0))
    assert places(html, word, most=most, pair=pair, step=step) == one_after_another(html, word, most, step)


@pytest.mark.parametrize("word", [b"x", b"xy", b"license", b"tdm-reservation"])
def test_a_word_is_found_wherever_it_stands(word):
    """Also at either end and across what is looked at together; the byte behind the page is not looked at."""
    for length in range(len(word), 3 * LANES):
        for at in range(length - len(word) + 1):
            html = b"-" * at + word + b"-" * (length - len(word) - at)
            for pair in {0, max(len(word) - 2, 0)}:
                assert places(html, word, most=4, pair=pair) == [at]
        assert places(b"-" * (length - len(word) + 1) + word[:-1], word, most=4) == []
    assert places(b"", word, most=4) == []
