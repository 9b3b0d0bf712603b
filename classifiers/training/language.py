"""Trains the language model: rows cleaned of English, then every text again in pieces of a few words."""

import hashlib
import re
from collections.abc import Iterator, Sequence

from curate.classifiers import language
from curate.classifiers.fasttext_model import Classifier, train
from curate.classifiers.training.labelled_sets import Row

SETTINGS = {
    "dim": 16, "minn": 2, "maxn": 4, "bucket": 100_000, "lr": 0.5, "epoch": 10, "minCount": 5, "loss": "softmax",
}  # fmt: skip

PIECES = 2  # of each text; one is worse on short texts, three cost half as much again
MIN_WORDS, MAX_WORDS = 3, 8

_WORD = re.compile(r"[a-z']+")
# Common English words that no other of the 75 languages has among its own.
_ENGLISH = frozenset(
    "the of and you your this that with which from their will more about they by it its were are been who would there "
    "our these when".split()
)


def is_plainly_english(text: str) -> bool:
    """Return whether a text in ASCII has two different of the commonest words that are English only.

    >>> is_plainly_english("Click on a list name to get more information about the list")
    True
    >>> is_plainly_english("Borough Market is margadh suite sa London")
    False
    """
    return text.isascii() and len(_ENGLISH.intersection(_WORD.findall(text.lower()))) >= 2


def pieces(seen: str) -> Iterator[str]:
    """Two runs of three to eight words out of what the model sees of a longer text, by a hash of it.

    An ideograph is a word there; cut at spaces, Chinese would have no pieces and lose to the English around it.
    """
    words = seen.split()
    if len(words) < MIN_WORDS + 2:
        return
    for piece in range(PIECES):
        chosen = int.from_bytes(hashlib.sha256(f"{piece} {seen}".encode("utf-8", "replace")).digest()[:4], "big")
        count = MIN_WORDS + chosen % (MAX_WORDS - MIN_WORDS + 1)
        start = chosen // 97 % max(1, len(words) - count + 1)
        yield " ".join(words[start : start + count])


def language_model(rows: Sequence[Row]) -> Classifier:
    """A language classifier trained on rows.

    Sentences collected under another language's name that are English, such as the footers of mailing lists among the
    Catalan ones, are left out: each teaches that English words are Catalan. The pieces are there because a model that
    saw whole sentences only is sure, and wrong, about four words.
    """
    kept = [row for row in rows if row.label == "en" or not is_plainly_english(row.text)]
    seen = [(row.label, language.letters(row.text)) for row in kept]
    return train([(label, text) for label, whole in seen for text in (whole, *pieces(whole))], SETTINGS)
