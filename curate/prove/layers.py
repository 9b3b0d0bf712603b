"""Measures arms with models, draw by draw: n-grams on any machine, tiny transformers where PyTorch is installed.

What a model said is kept under a name made of all that it depends on, so an interrupted proof goes on where it stopped,
and two arms that gave a model the same texts share it.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from curate.files import write_json
from curate.mixture.vocabulary import TokenizerFile
from curate.prove import ngrams
from curate.prove.compare import Scores, SetBits
from curate.prove.draws import Places, halves, read_share
from curate.prove.texts import Corpus

Tokens = NDArray[np.uint32]
Floats = NDArray[np.float64]
Say = Callable[[str, int, int, str], None]
"""Told the layer, how many of its models are done, of how many, and the last loss in words."""
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


@dataclass(frozen=True, slots=True)
class HeldOut:
    """A held-out set: its texts as tokens, its sites in order, and the number of the site of each text."""

    encoded: Encoded
    sites: tuple[str, ...]
    site: NDArray[np.int64]

    @property
    def name(self) -> str:
        """Whose it is."""
        return self.encoded.corpus.name

    def by_site(self, values: NDArray[np.generic]) -> Floats:
        """Sums of one number for each text, by site; float64[sites]."""
        return np.bincount(self.site, weights=values, minlength=len(self.sites)).astype(np.float64)


def held_out(corpus: Corpus, tokenizer: TokenizerFile) -> HeldOut:
    """A held-out set, ready to be scored."""
    sites, site = np.unique(np.array(corpus.sites), return_inverse=True)
    return HeldOut(encoded(corpus, tokenizer), tuple(sites.tolist()), site)


@dataclass(frozen=True, slots=True)
class Told:
    """The answers of one model: bits of each held-out set by site, and its loss while it learned, in bits per token."""

    bits: list[list[float]]
    curve: list[float]


@dataclass(frozen=True, slots=True)
class Kept:
    """A folder of what models said, each in a file named by the digest of all that it depends on."""

    folder: Path
    basis: str

    def ask(self, documents: Sequence[Tokens], settings: str, measure: Callable[[], Mapping[str, Told]]) -> dict[str, Told]:  # fmt: skip  # noqa: E501
        """Return what models trained on some documents said, by layer: read where it is known, else measured."""
        digest = blake2b(f"{self.basis} {settings}\n".encode(), digest_size=16)
        for each in documents:
            digest.update(len(each).to_bytes(8, "little") + each.astype("<u4").tobytes())
        path = self.folder / f"{digest.hexdigest()}.json"
        if not path.is_file():
            self.folder.mkdir(parents=True, exist_ok=True)
            write_json(path, {name: [told.bits, told.curve] for name, told in measure().items()})
        return {name: Told(*told) for name, told in json.loads(path.read_text()).items()}


@dataclass(frozen=True, slots=True)
class Half:
    """One half of an arm in one draw."""

    arm: int
    draw: int
    side: int
    documents: list[Tokens]


def all_halves(arms: Sequence[Encoded], draws: int, size: int) -> Iterator[Half]:
    """Both halves of all arms, draw by draw, so that what is done early compares all arms."""
    for draw in range(draws):
        for number, arm in enumerate(arms):
            for side, places in enumerate(halves(arm.corpus, draw, size)):
                yield Half(number, draw, side, arm.at(places))


class Table:
    """The scores of several layers, filled in model by model; `curves` by layer, arm and model."""

    def __init__(
        self, layers: Sequence[str], arms: Sequence[Encoded], draws: int, size: int, sets: Sequence[HeldOut]
    ) -> None:
        self.sets = sets
        self.shares = tuple(read_share(arm.corpus, size) for arm in arms)
        self.found = {name: [np.zeros((len(arms), draws, 2, len(each.sites))) for each in sets] for name in layers}
        self.curves: dict[str, list[list[list[float]]]] = {name: [[] for _ in arms] for name in layers}

    def add(self, half: Half, told: Mapping[str, Told]) -> None:
        """Take what the models of one half said."""
        for name, each in told.items():
            for values, bits in zip(self.found[name], each.bits, strict=True):
                values[half.arm, half.draw, half.side] = bits
            if each.curve:
                self.curves[name][half.arm].append(each.curve)

    def scores(self) -> list[Scores]:
        """The scores of all layers."""
        sizes = [each.by_site(each.encoded.corpus.sizes) for each in self.sets]
        return [
            Scores(name, tuple(SetBits(each.name, each.sites, size, bits) for each, size, bits in
                               zip(self.sets, sizes, found, strict=True)), self.shares)
            for name, found in self.found.items()
        ]  # fmt: skip


def ngram_scores(
    arms: Sequence[Encoded], sets: Sequence[HeldOut], tokenizer: TokenizerFile, *, size: int, draws: int, kept: Kept,
    say: Say,
) -> Table:  # fmt: skip
    """Scores of 5-gram and of unigram models, each trained on a half of at most `size` bytes; no chance is involved."""
    end, vocabulary = tokenizer.vocabulary.end_of_document, tokenizer.vocabulary.size
    asked = [ngrams.queries(each.encoded.tokens, end=end) for each in sets]
    table = Table((NGRAMS, UNIGRAMS), arms, draws, size, sets)

    def measured(documents: Sequence[Tokens], order: int) -> Told:
        model = ngrams.train(documents, end=end, vocabulary=vocabulary, order=order)
        bits = [ngrams.bits(model, query.first(order), len(held.encoded.tokens)) for held, query in zip(sets, asked, strict=True)]  # fmt: skip  # noqa: E501
        return Told([held.by_site(each).tolist() for held, each in zip(sets, bits, strict=True)], [])

    for number, half in enumerate(all_halves(arms, draws, size), 1):
        of = half.documents
        told = kept.ask(of, NGRAMS, lambda of=of: {NGRAMS: measured(of, ngrams.ORDER), UNIGRAMS: measured(of, 1)})  # type: ignore[misc]
        table.add(half, told)
        say(NGRAMS, number, 2 * draws * len(arms), "")
    return table
