"""English words against spaCy's blank English tokenizer, which is what datatrove counts with."""

import functools
from importlib.util import find_spec

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curate.filters.english import special_words
from curate.filters.text_view import TextView

pytestmark = pytest.mark.skipif(
    find_spec("spacy") is None, reason="needs spaCy, which comes with presidio, as the reference"
)

TRICKY = """
Don't, can't, won't and it's; we'll've, y'all, gonna, cannot, o'clock, 'twas, rock'n'roll, the '90s, dogs'.
Mr. and Mrs. Smith of St. Ives, Inc., e.g. in the U.S.A., Ph.D., a.m. or 5pm, No. 5, fig. 3a, vs. etc.
Prices: $5, 5$, US$100, C$20, €3.50, 10%, 100km/h, 30°C., 5GB, 7kg., 10+, +44 20 7946, -5, 3-4, 2^10, 1,000, 1.5.
http://example.com/a-b?c=d#e, www.example.org, example.com/path, me@mail.example.org, ftp://a.b/c, 8.8.8.8/x, 10.0.0.1/x
end.Start mid.word a,b x:y a/b and/or w/o e-mail well--known dash—here dash – there ...and... what…ever ---- ==== ****
(Hello) "quoted," 'single' “curly” ‘curled’ [1] {x} <tag> </3 :) :-( ;D ^_^ (a.) b.) 'tis... !!! ?! ?? . , ;
#hash @user foo_bar snake_case CamelCase a1b2 3D mp3 C++ C# .NET node.js file.txt ... … …… .. . '' `` 's S' it’s don’t
日本語の文章です。中文，标点！ русский.Текст café naïve Straße ﬁne 👍🏽 🎉🎉 ™ © ® ½ ² \u200bzero\u200b \ufeffbom
""".strip()


@functools.cache
def reference():
    import spacy  # takes seconds, so only the process that compares does

    return spacy.blank("en").tokenizer


def expected(text):
    return [token.text for token in reference()(text) if token.text.strip()]


def found(text):
    return TextView(text).words.of(text)


def test_special_words_are_those_of_the_reference():
    """Every contraction, abbreviation and smiley is cut into pieces of the same lengths."""
    theirs = {
        word: tuple(len(next(iter(part.values()))) for part in parts) for word, parts in reference().rules.items()
    }
    assert special_words() == {word: lengths for word, lengths in theirs.items() if word.strip()}


@pytest.mark.parametrize("line", TRICKY.splitlines())
def test_tricky_lines(line):
    """Words a tokenizer trips over come out as the reference has them, alone and with marks around them."""
    assert found(line) == expected(line)
    for piece in line.split():
        for text in (piece, f"({piece})", f"“{piece}”,", f"{piece}...", f"{piece}!"):
            assert found(text) == expected(text), text


LETTERS = st.sampled_from(
    [*"abXYZ019éя世", *".,:;!?'\"’“”()[]{}<>/@#$%&*-–—_=+~^|°…", "n't", "'s", "http://", "km", ".."],
)


@settings(max_examples=1000)
@given(st.lists(LETTERS, max_size=10).map("".join))
def test_random_marks(text):
    """Random heaps of letters and marks, without white space inside, are cut as the reference cuts them."""
    assert found(text) == expected(text)


@settings(max_examples=500)
@given(st.text(st.characters(codec="utf-8", exclude_categories=("Cn", "Co", "Cs")), max_size=20))
def test_random_unicode(text):
    """So are random characters of any script."""
    assert found(text) == expected(text)
