"""Which language a text is written in."""

import re
from collections.abc import Sequence

from classifiers.excerpt import excerpt
from classifiers.fasttext_model import ModelFile, best_labels, shipped

UNDETERMINED = ("und", 0.0)
MODEL = shipped("language.ftz")

# The head of a page and a window from its middle; on pages of unseen sites 3,000 characters did no better than these.
MAX_HEAD = 1200
MAX_MIDDLE = 600

_NOT_LETTERS = re.compile(r"[\W\d_]+")
_IDEOGRAPH = re.compile(r"([\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003134f])")


def letters(text: str) -> str:
    """What the model sees of a text: the letters of its excerpt in lower case, every ideograph a word of its own.

    Digits, punctuation, symbols and line ends say nothing about a language. Chinese and Japanese are written without
    spaces; split into characters they weigh as much as the Latin words of the menus and code around them.

    >>> letters("Chapter 12: the END")
    'chapter the end'
    """
    words = _NOT_LETTERS.sub(" ", excerpt(text, max_head=MAX_HEAD, max_middle=MAX_MIDDLE).lower())
    if not words.isascii():
        words = _IDEOGRAPH.sub(r" \1 ", words)
    return words.strip()


def identify_many(texts: Sequence[str], *, model: ModelFile = MODEL) -> list[tuple[str, float]]:
    """The language of each text as (ISO 639-1 code, probability in [0, 1]); `("und", 0.0)` where there are no letters.

    At most 1,800 characters of a text are read. The shipped model knows 75 languages; another fastText language model
    can be given by path, and its own labels are returned. Raises TypeError when given one string instead of a list,
    ModelError when the model file is not the one it should be.

    >>> identify_many(["12:30 - 14:00", ""])
    [('und', 0.0), ('und', 0.0)]
    """
    if isinstance(texts, str):
        raise TypeError("identify_many takes a list of texts; use identify for one text")
    seen = [letters(text) for text in texts]
    found = iter(best_labels(model, [line for line in seen if line]) if any(seen) else [])
    return [next(found) if line else UNDETERMINED for line in seen]


def identify(text: str, *, model: ModelFile = MODEL) -> tuple[str, float]:
    """The language of one text as (ISO 639-1 code, probability in [0, 1]); `("und", 0.0)` where there are no letters.

    Short texts are told apart less surely than pages: a recipe should ask for the code and a least probability.

    >>> identify("The committee met on Thursday and approved the plan for the new library.")[0]
    'en'
    >>> identify("Der Ausschuss trat am Donnerstag zusammen und billigte den Plan der neuen Bibliothek.")[0]
    'de'
    """
    return identify_many([text], model=model)[0]
