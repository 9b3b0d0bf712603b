"""Proves corpora against each other: reads them, takes leaks out, trains, compares, and keeps what was measured."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np

from curate.errors import UsageError
from curate.files import whole_file, write_json
from curate.mixture.vocabulary import TokenizerFile, read_tokenizer, train
from curate.prove.compare import RULE, Difference, Scores, differences, verdict
from curate.prove.draws import common_size
from curate.prove.layers import NGRAMS, UNIGRAMS, Encoded, Say, encoded, ngram_scores
from curate.prove.leaks import without_leaks
from curate.prove.texts import Corpus
from curate.prove.transformer import RATES, Effort, name_of, transformer_scores

VOCABULARY = 4000
BYTES_PER_VOCABULARY_TEXT = 2_000_000  # of each arm, for the tokenizer
LAYERS = (NGRAMS, *(name_of(rate) for rate in RATES))
"""The layers that must agree; unigrams are reported only."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How much is done: bytes of a half, draws of n-gram models, and steps and draws of transformers (0: none)."""

    max_bytes: int = 8_000_000
    draws: int = 12
    steps: int = 300
    transformer_draws: int = 3


@dataclass(frozen=True, slots=True)
class Pair:
    """Two arms: every difference between them, and the verdict: -1 `b` is shown to be better, 1 `a` is, 0 neither."""

    a: str
    b: str
    differences: list[Difference]
    verdict: int


@dataclass(frozen=True, slots=True)
class Proof:
    """The measurements of all arms, and the verdict on every pair.

    `leaks` counts the texts that were taken out of each arm; `size` is bytes of a half; `bits` are mean bits per byte
    by layer, arm and held-out set.
    """

    arms: list[str]
    held_out: list[str]
    size: int
    leaks: dict[str, int]
    bits: dict[str, dict[str, dict[str, float]]]
    pairs: list[Pair]
    layers: list[str]
    rule: str = RULE

    def as_json(self) -> dict[str, Any]:
        """The proof as JSON."""
        return asdict(self)


def prove(arms: Sequence[Corpus], held_out: Sequence[Corpus], settings: Settings, work: Path, say: Say) -> Proof:
    """Compare every pair of arms on held-out texts; what a layer measured is kept in `work` and used again.

    Raises UsageError when there are fewer than two arms, two have one name, or an arm is too small to be cut in two.
    """
    _check(arms, held_out)
    clean = [without_leaks(arm, held_out) for arm in arms]
    leaks = {arm.name: lost for arm, (_, lost) in zip(arms, clean, strict=True)}
    rest = [arm for arm, _ in clean]
    size = common_size(rest, settings.max_bytes)
    if size < 20_000:
        small = min(rest, key=lambda arm: int(arm.sizes.sum()))
        raise UsageError(
            f"{small.name} has {int(small.sizes.sum()):,} bytes after leaks were taken out: too few to halve"
        )
    tokenizer = _tokenizer(rest, work)
    ours, theirs = [encoded(arm, tokenizer) for arm in rest], [encoded(held, tokenizer) for held in held_out]
    scores = _measured(ours, theirs, tokenizer, size, settings, work, say)
    names, sets = [arm.name for arm in arms], [held.name for held in held_out]
    return Proof(
        arms=names,
        held_out=sets,
        size=size,
        leaks=leaks,
        bits={layer.layer: _means(layer, names, sets) for layer in scores},
        pairs=[_pair(scores, i, j, names, sets) for i, j in combinations(range(len(names)), 2)],
        layers=[layer.layer for layer in scores],
    )


def _pair(scores: Sequence[Scores], i: int, j: int, names: Sequence[str], sets: Sequence[str]) -> Pair:
    found = [each for layer in scores for each in differences(layer, i, j, sets)]
    return Pair(names[i], names[j], found, verdict(found, LAYERS))


def _check(arms: Sequence[Corpus], held_out: Sequence[Corpus]) -> None:
    if len(arms) < 2:
        raise UsageError("name two corpora or more to compare")
    for kind, corpora in (("corpora", arms), ("held-out sets", held_out)):
        names = [each.name for each in corpora]
        twice = next((name for name in names if names.count(name) > 1), "")
        if twice:
            raise UsageError(f"two {kind} are called {twice}: give them different file names")


def _tokenizer(arms: Sequence[Corpus], work: Path) -> TokenizerFile:
    """One vocabulary for all arms, made of the same bytes of each, so that it favours none."""
    texts = [text for arm in arms for text in _first(arm, BYTES_PER_VOCABULARY_TEXT)]
    path = work / f"tokenizer-{_digest(arms)}.json"
    if not path.is_file():
        train(texts, VOCABULARY, path)
    return read_tokenizer(path)


def _first(arm: Corpus, most: int) -> list[str]:
    return [text for text, total in zip(arm.texts, np.cumsum(arm.sizes), strict=True) if total <= most] or [
        arm.texts[0]
    ]


def _measured(
    arms: Sequence[Encoded],
    held_out: Sequence[Encoded],
    tokenizer: TokenizerFile,
    size: int,
    settings: Settings,
    work: Path,
    say: Say,
) -> list[Scores]:
    key = _digest([each.corpus for each in (*arms, *held_out)])
    found = _kept(
        work / f"n-grams-{key}-{size}-{settings.draws}.json",
        lambda: ngram_scores(arms, held_out, tokenizer, size=size, draws=settings.draws, say=say),
    )
    if settings.steps:
        effort = Effort(settings.steps, settings.transformer_draws)
        found += _kept(
            work / f"transformers-{key}-{size}-{effort.steps}-{effort.draws}.json",
            lambda: transformer_scores(arms, held_out, tokenizer, size=size, effort=effort, say=say),
        )
    return found


def _kept(path: Path, measure: Any) -> list[Scores]:
    """Return what was measured before under this name, else what is measured now."""
    if path.is_file():
        return [Scores(name, np.array(values)) for name, values in json.loads(path.read_text()).items()]
    found: list[Scores] = measure()
    path.parent.mkdir(parents=True, exist_ok=True)
    write_json(path, {each.layer: each.values.tolist() for each in found})
    return found


def _digest(corpora: Sequence[Corpus]) -> str:
    """Return which texts these are, in which order."""
    digest = sha256()
    for each in corpora:
        for text in each.texts:
            digest.update(text.encode("utf-8", "replace") + b"\0")
        digest.update(b"\1")
    return digest.hexdigest()[:16]


def _means(scores: Scores, arms: Sequence[str], held_out: Sequence[str]) -> dict[str, dict[str, float]]:
    """Mean bits per byte of each arm on each held-out set."""
    means = scores.values.mean(axis=(1, 2))
    return {arm: {held: round(float(means[i, j]), 6) for j, held in enumerate(held_out)} for i, arm in enumerate(arms)}


def leave(proof: Proof, path: Path) -> None:
    """Write a proof as JSON."""
    with whole_file(path) as temporary:
        temporary.write_text(json.dumps(proof.as_json(), indent=1) + "\n")


__all__ = ["LAYERS", "UNIGRAMS", "Proof", "Settings", "leave", "prove"]
