"""Identifies the language that a text is written in."""

import os
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from curate.classifiers.excerpt import excerpt
from curate.classifiers.fasttext_model import ModelError, ModelFile, best_labels, digest, shipped
from curate.classifiers.language_codes import iso_639_1
from curate.filters.batches import Columns, strings, text_list, with_batch
from curate.filters.deferred import Deferred
from curate.filters.verdict import Judgement

__all__ = ["MODEL", "Identifier", "identifier", "identify", "identify_many"]
__dir__ = __all__.copy  # so dir() shows what is public

UNDETERMINED = ("und", 0.0)
MODEL = shipped("language.ftz")

# The head of a page and a window from its middle; on pages of unseen sites 3,000 characters did no better than these.
MAX_HEAD = 1200
MAX_MIDDLE = 600

kernels = Deferred("curate.classifiers.seen_kernels")

_NOT_LETTERS = re.compile(r"[\W\d_]+")


def letters(text: str) -> str:
    """What the model sees of a text: the letters of its excerpt in lower case, every ideograph a word of its own.

    Digits, punctuation, symbols and line ends say nothing about a language. Chinese and Japanese are written without
    spaces; split into characters they weigh as much as the Latin words of the menus and code around them.

    >>> letters("Chapter 12: the END")
    'chapter the end'
    """
    seen = excerpt(text, max_head=MAX_HEAD, max_middle=MAX_MIDDLE).lower()
    return kernels.rewritten(seen, kernels.only_letters)


def line(text: str) -> str:
    """What other people's models are shown of a text: its excerpt as it is, or nothing where there are no letters."""
    head = excerpt(text, max_head=MAX_HEAD, max_middle=MAX_MIDDLE)
    return " ".join(head.split()) if _NOT_LETTERS.sub("", head) else ""


# Our own models were trained on `letters`; lid.176 and GlotLID on lines as they stand, case and punctuation included.
READS: dict[str, Callable[[str], str]] = {"letters": letters, "line": line}


def identify_many(texts: Sequence[str], *, model: ModelFile = MODEL, reads: str = "letters") -> list[tuple[str, float]]:
    """The language of each text as (ISO 639-1 code, probability in [0, 1]); `("und", 0.0)` where there are no letters.

    At most 1,800 characters of a text are read. The shipped model knows 75 languages. Another fastText language model
    can be given; what it is shown is named in `READS`, its labels become ISO 639-1 codes where there are any. Raises
    TypeError when given one string instead of a list, ModelError when the model file is not the one it should be.

    >>> identify_many(["12:30 - 14:00", ""])
    [('und', 0.0), ('und', 0.0)]
    """
    seen = list(map(READS[reads], text_list(texts)))
    found = iter(best_labels(model, [line for line in seen if line]) if any(seen) else [])
    named = ((iso_639_1(label), probability) if label else UNDETERMINED for label, probability in found)
    return [next(named) if line else UNDETERMINED for line in seen]


def _identify_column(texts: Any, *, model: ModelFile = MODEL) -> Columns:
    """The language of each text of a column: the columns `language`, n strings, and `probability`, float64[n]."""
    found = identify_many(texts, model=model)
    probabilities = np.array([probability for _, probability in found], np.float64)
    return Columns(language=strings(code for code, _ in found), probability=probabilities)


@with_batch(_identify_column)
def identify(text: str, *, model: ModelFile = MODEL) -> tuple[str, float]:
    """The language of one text as (ISO 639-1 code, probability in [0, 1]); `("und", 0.0)` where there are no letters.

    `identify.batch` takes a column of texts and gives the columns `language`, strings, and `probability`, float64.
    Short texts are told apart less surely than pages: a recipe should ask for the code and a least probability.

    >>> identify("The committee met on Thursday and approved the plan for the new library.")[0]
    'en'
    >>> identify("Der Ausschuss trat am Donnerstag zusammen und billigte den Plan der neuen Bibliothek.")[0]
    'de'
    """
    return identify_many([text], model=model)[0]


@dataclass(frozen=True, slots=True, repr=False)
class Identifier:
    """Texts to their languages by one model; small, picklable, and in a recipe known by the model's digest."""

    model: ModelFile = MODEL
    reads: str = "letters"

    def __repr__(self) -> str:
        """Return what it does, without the path: a recipe is the same wherever its model lies."""
        return f"Identifier({self.model.sha256}, {self.reads})"

    @property
    def judgement(self) -> Judgement:
        """Return whose judgement the languages are."""
        taught = "this project's classifier, taught 75 languages by translated sentences and Wikipedia"
        other = f"whoever trained the language model {self.model.sha256[:8]}"
        mind = "dialects, mixed languages, names and lists; close languages are taken for each other"
        return Judgement(taught if self.model == MODEL else other, mind)

    def __call__(self, texts: Sequence[str]) -> list[tuple[str, float]]:
        """As `identify_many`."""
        return identify_many(texts, model=self.model, reads=self.reads)


def identifier(path: str | os.PathLike[str], *, reads: str = "line") -> Identifier:
    """Another fastText model, such as lid.176.ftz or GlotLID's; `reads="letters"` for one that was trained here.

    Raises ModelError when the file cannot be read; what is in it is checked when it is loaded.
    """
    try:
        return Identifier(ModelFile(os.fspath(path), digest(path)), reads)
    except OSError as error:
        raise ModelError(f"cannot read the model {os.fspath(path)}: {error.strerror}") from error
