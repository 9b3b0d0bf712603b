"""Measures arms with models: n-grams on any machine, tiny transformers where PyTorch is installed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from curate.mixture.vocabulary import TokenizerFile
from curate.prove import ngrams
from curate.prove.compare import Scores
from curate.prove.draws import Places, halves, weights
from curate.prove.texts import Corpus

Tokens = NDArray[np.uint32]
Say = Callable[[str, int, int], None]
NGRAMS, UNIGRAMS = "5-grams", "unigrams"


@dataclass(frozen=True, slots=True)
class Encoded:
    """A corpus and the tokens of each of its texts."""

    corpus: Corpus
    tokens: tuple[Tokens, ...]

    def at(self, places: Places) -> list[Tokens]:
        """The tokens of some texts."""
        return [self.tokens[place] for place in places.tolist()]


def encoded(corpus: Corpus, tokenizer: TokenizerFile) -> Encoded:
    """A corpus with its tokens."""
    found = tokenizer.encode(corpus.texts)
    return Encoded(corpus, tuple(np.split(found.values, found.offsets[1:-1])))


def per_byte(bits: NDArray[np.float64], held: Corpus, draw: int) -> float:
    """Bits per UTF-8 byte of a held-out set, its sites drawn with replacement; every draw has its own."""
    count = weights(held.sites, draw)
    if not count.any():
        count = np.ones(len(count))
    return float((bits * count).sum() / (held.sizes * count).sum())


def ngram_scores(
    arms: Sequence[Encoded], held_out: Sequence[Encoded], tokenizer: TokenizerFile, *, size: int, draws: int, say: Say
) -> list[Scores]:
    """Scores of 5-gram and of unigram models, each trained on a half of at most `size` bytes; no chance is involved."""
    end, vocabulary = tokenizer.vocabulary.end_of_document, tokenizer.vocabulary.size
    asked = [ngrams.queries(each.tokens, end=end) for each in held_out]
    found = {name: np.zeros((len(arms), draws, 2, len(held_out))) for name in (NGRAMS, UNIGRAMS)}
    for number, arm in enumerate(arms):
        for draw in range(draws):
            for side, places in enumerate(halves(arm.corpus, draw, size)):
                model = ngrams.train(arm.at(places), end=end, vocabulary=vocabulary)
                plain = ngrams.train(arm.at(places), end=end, vocabulary=vocabulary, order=1)
                for place, (held, query) in enumerate(zip(held_out, asked, strict=True)):
                    count = len(held.tokens)
                    bits = ngrams.bits(model, query, count), ngrams.bits(plain, query.first(1), count)
                    for name, each in zip((NGRAMS, UNIGRAMS), bits, strict=True):
                        found[name][number, draw, side, place] = per_byte(each, held.corpus, draw)
            say(NGRAMS, number * draws + draw + 1, len(arms) * draws)
    return [Scores(name, values) for name, values in found.items()]
