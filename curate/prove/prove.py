"""Proves corpora against each other: takes leaks out, trains, compares, and keeps what was measured."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np

from curate.errors import UsageError
from curate.files import write_json
from curate.mixture.vocabulary import TokenizerFile, read_tokenizer, train
from curate.prove.compare import RULE, Difference, Floats, Scores, aa_deviation, differences, verdict
from curate.prove.draws import common_size
from curate.prove.layers import NGRAMS, UNIGRAMS, Kept, Say, Table, encoded, held_out, ngram_scores
from curate.prove.leaks import without_leaks
from curate.prove.texts import Corpus
from curate.prove.transformer import RATES, Effort, name_of, transformer_scores

VOCABULARY = 4000
BYTES_PER_VOCABULARY_TEXT = 2_000_000  # of each arm, for the tokenizer
MIN_BYTES, MIN_SITES, FEW_SITES = 20_000, 5, 30
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

    `arms` and `held_out` say of each corpus its texts, sites and bytes; `leaks` counts the texts that were taken out of
    each arm; `size` is bytes of a half; `bits` are mean bits per byte by layer, arm and held-out set; `deviations` how
    far two samples of each arm are apart, by layer and arm; `curves` losses in bits per token by layer, arm and model.
    """

    arms: dict[str, dict[str, int]]
    held_out: dict[str, dict[str, int]]
    settings: Settings
    size: int
    leaks: dict[str, int]
    bits: dict[str, dict[str, dict[str, float]]]
    deviations: dict[str, dict[str, float]]
    pairs: list[Pair]
    layers: list[str]
    curves: dict[str, dict[str, list[list[float]]]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    rule: str = RULE

    def as_json(self) -> dict[str, Any]:
        """The proof as JSON."""
        return asdict(self)


def prove(arms: Sequence[Corpus], sets: Sequence[Corpus], settings: Settings, work: Path, say: Say) -> Proof:
    """Compare every pair of arms on held-out sets; what models said is kept in `work` and used again.

    Raises UsageError when there are fewer than two arms, two have one name, an arm is too small to be cut in two, or a
    held-out set has too few sites.
    """
    _check(arms, sets)
    rest = [without_leaks(arm, sets) for arm in arms]
    leaks = {arm.name: len(arm.texts) - len(clean.texts) for arm, clean in zip(arms, rest, strict=True)}
    _check_sizes(rest, leaks)
    size = common_size(rest, settings.max_bytes)
    tables = _measured(rest, sets, size, settings, work, say)
    scores = [each for table in tables for each in table.scores()]
    names = [arm.name for arm in arms]
    return Proof(
        arms={arm.name: facts(arm) for arm in rest},
        held_out={held.name: facts(held) for held in sets},
        settings=settings,
        size=size,
        leaks=leaks,
        bits={layer.layer: _means(layer, names) for layer in scores},
        deviations={layer.layer: _deviations(layer, names) for layer in scores},
        pairs=[_pair(scores, i, j, names) for i, j in combinations(range(len(names)), 2)],
        layers=[layer.layer for layer in scores],
        curves={name: dict(zip(names, found, strict=True)) for table in tables for name, found in table.curves.items()
                if any(found)},
        notes=_notes(rest, sets, size, settings),
    )  # fmt: skip


def facts(corpus: Corpus) -> dict[str, int]:
    """How large a corpus is."""
    return {"texts": len(corpus.texts), "sites": len(set(corpus.sites)), "bytes": int(corpus.sizes.sum())}


def _pair(scores: Sequence[Scores], i: int, j: int, names: Sequence[str]) -> Pair:
    found = [each for layer in scores for each in differences(layer, i, j)]
    return Pair(names[i], names[j], found, verdict(found, LAYERS))


def _check(arms: Sequence[Corpus], sets: Sequence[Corpus]) -> None:
    if len(arms) < 2:
        raise UsageError("name two corpora or more to compare")
    for kind, corpora in (("corpora", arms), ("held-out sets", sets)):
        names = [each.name for each in corpora]
        twice = next((name for name in names if names.count(name) > 1), "")
        if twice:
            raise UsageError(f"two {kind} are called {twice}: give them different file names")
    for each in sets:
        if len(set(each.sites)) < MIN_SITES:
            raise UsageError(
                f"held-out {each.name} has texts of {len(set(each.sites))} sites; {MIN_SITES} are the least"
            )


def _check_sizes(rest: Sequence[Corpus], leaks: Mapping[str, int]) -> None:
    for arm in rest:
        if not arm.texts:
            raise UsageError(
                f"nothing is left of {arm.name}: each of its {leaks[arm.name]:,} texts is of a held-out site or shares "
                "thirteen words in a row with a held-out text"
            )
        if common_size([arm], MIN_BYTES) < MIN_BYTES or len(set(arm.sites)) < 2 * MIN_SITES:
            raise UsageError(
                f"{arm.name} has {int(arm.sizes.sum()):,} bytes of {len(set(arm.sites)):,} sites after "
                f"{leaks[arm.name]:,} texts were taken out as leaks: too few to halve"
            )


def _notes(rest: Sequence[Corpus], sets: Sequence[Corpus], size: int, settings: Settings) -> list[str]:
    """What a reader has to know before believing the figures."""
    small, large = (choose(rest, key=lambda arm: int(arm.sizes.sum())) for choose in (min, max))
    found = []
    if size < settings.max_bytes:
        found.append(
            f"the budget allows halves of {settings.max_bytes:,} bytes; {small.name} has only {size:,} for each"
        )
    if large.sizes.sum() > 4 * small.sizes.sum():
        times = float(large.sizes.sum() / small.sizes.sum())
        found.append(f"{large.name} has {times:.0f} times the bytes of {small.name}: no more of it is used in a draw")
    few = [each.name for each in sets if len(set(each.sites)) < FEW_SITES]
    if few:
        found.append(f"fewer than {FEW_SITES} sites are in {', '.join(few)}: intervals on so few sites are rough")
    return found


def _tokenizer(arms: Sequence[Corpus], work: Path) -> TokenizerFile:
    """One vocabulary for all arms, made of the same bytes of each, so that it favours none."""
    path = work / f"tokenizer-{_digest(arms)}.json"
    if not path.is_file():
        train([text for arm in arms for text in _first(arm, BYTES_PER_VOCABULARY_TEXT)], VOCABULARY, path)
    return read_tokenizer(path)


def _first(arm: Corpus, most: int) -> list[str]:
    found = [text for text, total in zip(arm.texts, np.cumsum(arm.sizes), strict=True) if total <= most]
    return found or [arm.texts[0]]


def _measured(
    arms: Sequence[Corpus], sets: Sequence[Corpus], size: int, settings: Settings, work: Path, say: Say
) -> list[Table]:
    tokenizer = _tokenizer(arms, work)
    ours = [encoded(arm, tokenizer) for arm in arms]
    kept = Kept(work / "models", f"{tokenizer.vocabulary.sha256} {_digest(sets)}")
    theirs = [held_out(each, tokenizer) for each in sets]
    found = [ngram_scores(ours, theirs, tokenizer, size=size, draws=settings.draws, kept=kept, say=say)]
    if settings.steps:
        effort = Effort(settings.steps, settings.transformer_draws)
        found.append(transformer_scores(ours, sets, tokenizer, size=size, effort=effort, kept=kept, say=say))
    return found


def _digest(corpora: Sequence[Corpus]) -> str:
    """Return which texts these are, in which order."""
    digest = sha256()
    for each in corpora:
        for text, site in zip(each.texts, each.sites, strict=True):
            digest.update(f"{site}\0{text}\0".encode("utf-8", "replace"))
        digest.update(b"\1")
    return digest.hexdigest()[:16]


def _means(scores: Scores, arms: Sequence[str]) -> dict[str, dict[str, float]]:
    """Mean bits per byte of each arm on each held-out set."""
    means = {each.name: each.per_byte().mean(axis=(1, 2)) for each in scores.sets}
    return {arm: {name: round(float(found[i]), 6) for name, found in means.items()} for i, arm in enumerate(arms)}


def _deviations(scores: Scores, arms: Sequence[str]) -> dict[str, float]:
    """How far two samples of each arm are apart, on the mean of all held-out sets."""
    whole: Floats = np.mean([each.per_byte() for each in scores.sets], axis=0)
    return {arm: round(aa_deviation(whole[i], scores.shares[i]), 6) for i, arm in enumerate(arms)}


def leave(proof: Proof, path: Path) -> None:
    """Write a proof as JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_json(path, proof.as_json())


__all__ = ["LAYERS", "UNIGRAMS", "Proof", "Settings", "leave", "prove"]
