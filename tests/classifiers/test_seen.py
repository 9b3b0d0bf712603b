"""What fastText models are shown of a text, beside the patterns that say the same in other words."""

import random
import re
import sys

import pytest

from curate.classifiers import language, webtext
from curate.classifiers.excerpt import excerpt

NOT_LETTERS = re.compile(r"[\W\d_]+")
IDEOGRAPH = re.compile("([\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003134f])")
TOKEN = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*|\d+(?:[.,:/-]\d+)*|\.+|,+|\?+|!+|;+|:+|[()]")
MARKS = ".,?!;:()"


def letters(text):
    """`language.letters`, by patterns."""
    words = NOT_LETTERS.sub(" ", excerpt(text, max_head=1200, max_middle=600).lower())
    return (words if words.isascii() else IDEOGRAPH.sub(r" \1 ", words)).strip()


def words(text):
    """`webtext.words`, by patterns."""
    tokens = TOKEN.findall(excerpt(text, max_head=4000, max_middle=2000).lower())
    if all(token[0] in MARKS for token in tokens):
        return ""
    seen = (token[0] if token[0] in MARKS else "0" if token[0].isdigit() else token for token in tokens)
    return " ".join(seen).replace("’", "'")


def _texts(seed):
    draw = random.Random(seed)
    some = " .,:'’-/0123²³¼aBé中かΣİ_()!?½٣ßΑσς\n\ud800\U0001f600"
    for _ in range(300):
        yield "".join(draw.choice(some) for _ in range(60))
        yield "".join(chr(draw.choice((draw.randrange(32, 127), draw.randrange(0x3000)))) for _ in range(80))
        yield "".join(chr(draw.randrange(sys.maxunicode + 1)) for _ in range(30))
    yield from ("", ".", "a", "3", "…", "'", "a'", "'a", "1.", "1.2", "ab " * 4000, "No. 1,000 of 3:2 " * 900)


@pytest.mark.parametrize("seed", range(2))
def test_models_are_shown_what_the_patterns_say(seed):
    """Rewriting in one pass gives what patterns give, on every kind of character."""
    for text in _texts(seed):
        assert language.letters(text) == letters(text), repr(text)
        assert webtext.words(text) == words(text), repr(text)
