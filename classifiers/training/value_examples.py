"""Labelled texts, and the texts made of them: shuffled, cut into pieces, with an advertising line in front."""

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

# What a value from 0 to 5 is learned as: the steps at the limits of "worth having" and "good" are made wider.
TARGETS = np.array([0.0, 0.9, 1.9, 3.2, 4.7, 5.7])
WORTH = 3  # a value from which a text is worth having
ADVERTISED_WEIGHT = 0.1
# Lines such as pages have above their text; a text is not worth less for one of them.
ADVERTISEMENTS = (
    "Get 15% off your next purchase when you sign up today. Free delivery on orders over $50!",
    "Limited time offer: buy one, get one free. Order now while stocks last!",
    "Sponsored: the best deals on laptops, phones and cameras this week. Shop now.",
    "Click here to download our free app and start saving money today!",
    "Try it free for 30 days. No credit card needed. Sign up now!",
    "Advertisement",
)
PIECE_CHARS, MAX_PIECES = 700, 8


@dataclass(frozen=True, slots=True)
class Example:
    """A text with its value from 0 to 5 and its source: the collection it came from, never split between folds.

    `key` tells texts of one source apart, such as by address; `format` and `topic` are for the
    card. `weight` is what it counts for beside others.
    """

    text: str
    value: float
    source: str
    key: str = ""
    format: str = ""
    topic: str = ""
    weight: float = 1.0

    @property
    def target(self) -> float:
        """Return what is learned for it."""
        return float(np.interp(self.value, range(len(TARGETS)), TARGETS))


def shuffled(text: str) -> str:
    """The words of a text in an order given by their hashes; its marks and line ends stay where they were.

    >>> shuffled("one two three four").split() != ["one", "two", "three", "four"]
    True
    """
    pieces = re.split(r"(\w+(?:['’]\w+)*)", text)
    words = pieces[1::2]
    order = sorted(
        range(len(words)), key=lambda k: hashlib.sha256(f"{k} {words[k]}".encode("utf-8", "replace")).digest()
    )
    pieces[1::2] = [words[k] for k in order]
    return "".join(pieces)


def advertised(examples: Sequence[Example]) -> list[Example]:
    """Copies of the texts worth having with an advertising line in front, which say: no worse for it."""
    copies = []
    for each in examples:
        if each.value >= WORTH:
            number = int.from_bytes(hashlib.sha256(each.text.encode("utf-8", "replace")).digest()[:4], "big")
            text = f"{ADVERTISEMENTS[number % len(ADVERTISEMENTS)]}\n{each.text}"
            copies.append(replace(each, text=text, weight=ADVERTISED_WEIGHT * each.weight))
    return copies


def pieces_of(text: str) -> Iterator[str]:
    """A few pieces of a text at even distances, cut at spaces: the order of a short text is to be told too."""
    whole = range(0, max(len(text) - PIECE_CHARS // 2, 1), PIECE_CHARS)
    for start in list(whole)[:: max(1, len(whole) // MAX_PIECES)][:MAX_PIECES]:
        piece = text[start : start + PIECE_CHARS]
        yield piece[piece.find(" ") + 1 : piece.rfind(" ") if len(piece) == PIECE_CHARS else None] if start else piece
