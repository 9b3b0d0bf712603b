"""Modified interpolated Kneser-Ney n-gram models over token ids: counted by sorting, scored by looking up.

An n-gram is a number: 12 bits a token, the last token lowest, so a 5-gram fits into 60 bits, the n-grams of one context
are neighbours in a sorted array, and dropping the first token is a mask. Every document begins with `BEGIN` and ends
with the vocabulary's end of document, which is predicted like any token.

Source: Chen and Goodman 1998, "An Empirical Study of Smoothing Techniques for Language Modeling", section 3; Heafield
et al. 2013 for n-grams at the beginning of a document, which nothing precedes and whose own counts are used.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

BITS = np.uint64(12)
BEGIN = (1 << 12) - 1
MAX_VOCABULARY = BEGIN  # ids of tokens are below this
ORDER = 5
USUAL = (0.5, 1.0, 1.5)

Keys = NDArray[np.uint64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Level:
    """The n-grams of one order: sorted keys with discounted probabilities, contexts with the weight of what is below.

    `keys` uint64[n], `gain` float64[n]; `contexts` uint64[m], `rest` float64[m]. The probability of a word is the gain
    of its n-gram, 0 if unseen, plus the rest of its context, 1 if unseen, times the probability one order down.
    """

    keys: Keys
    gain: Floats
    contexts: Keys
    rest: Floats


@dataclass(frozen=True, slots=True)
class Model:
    """A model: its levels from unigrams up, and how many tokens can be predicted."""

    levels: tuple[Level, ...]
    vocabulary: int


@dataclass(frozen=True, slots=True)
class Queries:
    """All n-grams of some documents, each once: per order the sorted keys and where each position's stands.

    `keys[n]` uint64, `place[n]` int64[positions], -1 where the document is too short behind it; `document`
    int64[positions] says whose each position is.
    """

    keys: tuple[Keys, ...]
    place: tuple[NDArray[np.int64], ...]
    document: NDArray[np.int64]

    def first(self, orders: int) -> "Queries":
        """The same for a model of lower order."""
        return Queries(self.keys[:orders], self.place[:orders], self.document)


def sequences(documents: Sequence[NDArray[np.uint32]], end: int) -> tuple[Keys, NDArray[np.int64]]:
    """Documents one behind another, each between BEGIN and `end`: uint64[positions], and whose each position is.

    >>> tokens, document = sequences([np.array([5, 6], np.uint32), np.array([], np.uint32)], 0)
    >>> tokens.tolist(), document.tolist()
    ([4095, 5, 6, 0, 4095, 0], [0, 0, 0, 0, 1, 1])
    """
    lengths = np.array([len(each) + 2 for each in documents], np.int64)
    tokens = np.full(int(lengths.sum()), end, np.uint64)
    starts = np.cumsum(lengths) - lengths
    document = np.repeat(np.arange(len(documents)), lengths)
    inside = np.ones(len(tokens), np.bool_)
    inside[starts] = inside[starts + lengths - 1] = False
    tokens[starts] = BEGIN
    if len(documents):
        tokens[inside] = np.concatenate([*documents, np.zeros(0, np.uint32)]).astype(np.uint64)
    return tokens, document


def windows(tokens: Keys, document: NDArray[np.int64], size: int) -> tuple[Keys, NDArray[np.int64]]:
    """The n-grams of `size` tokens inside documents, as keys, and the position of the last token of each."""
    last = np.arange(size - 1, len(tokens))
    last = last[document[last] == document[last - size + 1]]
    keys = np.zeros(len(last), np.uint64)
    for back in range(size - 1, -1, -1):
        keys = (keys << BITS) | tokens[last - back]
    return keys, last


def train(documents: Sequence[NDArray[np.uint32]], *, end: int, vocabulary: int, order: int = ORDER) -> Model:
    """A model of some documents, each uint32[tokens] with ids below `vocabulary`; `end` is the id that ends one.

    Raises ValueError for a vocabulary over 4,095 tokens.
    """
    if vocabulary > MAX_VOCABULARY:
        raise ValueError(f"n-grams are counted over at most {MAX_VOCABULARY:,} tokens, not {vocabulary:,}")
    tokens, document = sequences(documents, end)
    keys, counts = np.unique(windows(tokens, document, order)[0], return_counts=True)
    if order == 1:  # BEGIN is a context, never predicted
        keys, counts = keys[keys != BEGIN], counts[keys != BEGIN]
    levels = []
    for size in range(order, 0, -1):
        if size < order:
            keys, counts = _one_down(keys, tokens, document, size)
        levels.append(_level(keys, counts.astype(np.int64), size))
    return Model(tuple(reversed(levels)), vocabulary)


def _one_down(above: Keys, tokens: Keys, document: NDArray[np.int64], size: int) -> tuple[Keys, NDArray[np.int64]]:
    """N-grams of `size` tokens with how many different tokens precede each; at a beginning, with how often it is."""
    mask = np.uint64((1 << (12 * size)) - 1)
    found, counts = np.unique(above & mask, return_counts=True)
    keys, last = windows(tokens, document, size)
    first = tokens[last - size + 1] == BEGIN
    begun, often = np.unique(keys[first], return_counts=True)
    if size == 1:
        inner = found != BEGIN
        return found[inner], counts[inner]
    keys = np.concatenate([found, begun])
    order = np.argsort(keys, kind="stable")
    return keys[order], np.concatenate([counts, often])[order]


def _level(keys: Keys, counts: NDArray[np.int64], size: int) -> Level:
    """Discount the counts of one order, and give what was taken to the order below."""
    discounts = np.array([0.0, *_discounts(counts)])
    taken = discounts[np.minimum(counts, 3)]
    if not len(keys):
        return Level(keys, np.zeros(0), keys, np.zeros(0))
    contexts, starts = np.unique(keys >> BITS if size > 1 else np.zeros(len(keys), np.uint64), return_index=True)
    total = np.add.reduceat(counts, starts)
    share = np.repeat(total, np.diff(np.append(starts, len(keys))))
    return Level(keys, (counts - taken) / share, contexts, np.add.reduceat(taken, starts) / total)


def _discounts(counts: NDArray[np.int64]) -> tuple[float, float, float]:
    """What is taken from counts of 1, 2, and 3 or more; the usual constants where a corpus is too small to say."""
    ones, twos, threes, fours = (int((counts == n).sum()) for n in (1, 2, 3, 4))
    if ones and twos and threes:
        scale = ones / (ones + 2 * twos)
        found = (1 - 2 * scale * twos / ones, 2 - 3 * scale * threes / twos, 3 - 4 * scale * fours / threes)
        if all(0 < value <= most for most, value in enumerate(found, 1)):
            return found
    return USUAL


def queries(documents: Sequence[NDArray[np.uint32]], *, end: int, order: int = ORDER) -> Queries:
    """Return what has to be looked up to score documents; made once for all models."""
    tokens, document = sequences(documents, end)
    predicted = np.flatnonzero(tokens != BEGIN)
    number = np.full(len(tokens), -1, np.int64)
    number[predicted] = np.arange(len(predicted))
    keys, places = [], []
    for size in range(1, order + 1):
        found, last = windows(tokens, document, size)
        wanted = number[last] >= 0
        unique, inverse = np.unique(found[wanted], return_inverse=True)
        place = np.full(len(predicted), -1, np.int64)
        place[number[last[wanted]]] = inverse
        keys.append(unique)
        places.append(place)
    return Queries(tuple(keys), tuple(places), document[predicted])


def bits(model: Model, asked: Queries, documents: int) -> Floats:
    """The bits that each document costs under a model, its end included; float64[documents]."""
    chance = np.full(len(asked.document), 1.0 / model.vocabulary)
    for level, keys, place in zip(model.levels, asked.keys, asked.place, strict=True):
        here = place >= 0
        gain = _looked_up(level.keys, level.gain, keys, 0.0)
        rest = _looked_up(level.contexts, level.rest, keys >> BITS, 1.0)
        chance[here] = gain[place[here]] + rest[place[here]] * chance[here]
    return np.bincount(asked.document, weights=-np.log2(chance), minlength=documents).astype(np.float64)


def _looked_up(known: Keys, values: Floats, keys: Keys, other: float) -> Floats:
    """The values of sorted keys, `other` for unknown ones."""
    if not len(known):
        return np.full(len(keys), other)
    place = np.minimum(np.searchsorted(known, keys), len(known) - 1)
    return np.where(known[place] == keys, values[place], other)
