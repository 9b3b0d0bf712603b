"""Measures what a value model is worth on sources it never saw, for its card and for the benchmark."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from curate.classifiers.training import evaluate
from curate.classifiers.training.value import (
    DAMPING,
    FOLDS,
    LANDMARKS,
    TABLE_SHARES,
    WIDTH,
    curve,
    design,
    out_of_fold,
    pieces,
    teaching,
)
from curate.classifiers.training.value_examples import TARGETS, WORTH, Example, shuffled

GOOD = 4  # a value from which a text is good
MIN_CLASS = 10  # texts of each class that a group needs to have an AUC
RESAMPLES = 400
ADVERTISEMENT = "Save 20% on your first order this week only! Shop now and get free shipping on all orders.\n"

# Changes that leave a text as good as it was.
CHANGES: dict[str, Callable[[str], str]] = {
    "lower case": str.lower,
    "an advertising line in front": lambda text: ADVERTISEMENT + text,
    "a menu line behind": lambda text: text + "\nHome | About | Contact | Privacy policy",
    "a blank line between lines": lambda text: text.replace("\n", "\n\n"),
    "typographic quotes": lambda text: text.replace("'", "’").replace('"', "”"),
}


@dataclass(frozen=True, slots=True)
class Study:
    """Examples in `design`'s order, and how models that never saw their source scored them: float32[n] each.

    `changed` holds the scores of the same texts after each of `CHANGES`, and `shuffled` those of their shuffled words.
    `texts` holds the texts of each other rendering by its name, and `curve` is what turned sums into scores.
    """

    examples: Sequence[Example]
    scores: NDArray[np.float32]
    shuffled: NDArray[np.float32]
    changed: dict[str, NDArray[np.float32]]
    texts: Mapping[str, Sequence[str]]
    curve: tuple[NDArray[np.float32], NDArray[np.float32]]

    @property
    def values(self) -> NDArray[np.float64]:
        """Their values, from 0 to 5."""
        return np.array([each.value for each in self.examples])

    @property
    def lengths(self) -> NDArray[np.float64]:
        """Their lengths in characters: what any score has to be better than."""
        return np.array([len(each.text) for each in self.examples], np.float64)


def study(examples: Sequence[Example], renderings: Mapping[str, Sequence[Example]] = MappingProxyType({})) -> Study:
    """Train once without each tenth of the sources, and score the tenth; a curve is fitted on all these scores.

    `renderings` are the same pages written otherwise, by name: taught too, and compared like a change of the text.
    """
    ordered = sorted(examples, key=lambda each: (each.source, each.key, each.text))
    same = [replace(each, key=f"{k:07d}") for k, each in enumerate(ordered)]  # however their texts are changed
    rendered = {name: {each.key: each.text for each in other} for name, other in renderings.items()}
    written = {name: [known.get(each.key, each.text) for each in ordered] for name, known in rendered.items()}
    texts = {name: [change(each.text) for each in same] for name, change in {"shuffled": shuffled, **CHANGES}.items()}
    texts |= written
    changed = [design([replace(each, text=text) for each, text in zip(same, of, strict=True)]) for of in texts.values()]
    also = [each for other in renderings.values() for each in other]
    plain, *others = out_of_fold(teaching(same, also), pieces(same), design(same), *changed)
    sums, shares = curve(plain, np.array([each.value >= WORTH for each in same]))
    scores, *rest = (np.interp(raw, sums, shares).astype(np.float32) for raw in (plain, *others))
    moved = dict(zip(texts, rest, strict=True))
    return Study(ordered, scores, moved.pop("shuffled"), moved, written, (sums, shares))


def r_precision(scores: NDArray[Any], positive: NDArray[np.bool_]) -> float:
    """The share of positives among as many best-scored texts as there are positives."""
    best = np.argsort(-scores, kind="stable")[: int(positive.sum())]
    return float(positive[best].mean())


def rank_correlation(a: NDArray[Any], b: NDArray[Any]) -> float:
    """Spearman's: that of the ranks, ties sharing theirs."""
    return float(np.corrcoef(_ranks(a), _ranks(b))[0, 1])


def _ranks(values: NDArray[Any]) -> NDArray[np.float64]:
    _, place, count = np.unique(values, return_inverse=True, return_counts=True)
    ranks: NDArray[np.float64] = (np.cumsum(count) - (count - 1) / 2)[place]
    return ranks


def headline(scores: NDArray[Any], values: NDArray[np.float64]) -> tuple[float, float, float, float]:
    """ROC-AUC for a value of 3 and more, for 4 and more, rank correlation, and R-precision for 3 and more."""
    worth = values >= WORTH
    return (
        evaluate.roc_auc(scores, worth), evaluate.roc_auc(scores, values >= GOOD), rank_correlation(scores, values),
        r_precision(scores, worth),
    )  # fmt: skip


def calibration_error(scores: NDArray[Any], worth: NDArray[np.bool_]) -> float:
    """The mean distance between score and share worth having, over ten intervals of the score by their texts."""
    rows = evaluate.reliability(scores, worth)
    return sum(abs(mean - share) * count for mean, share, count in rows) / max(len(scores), 1)


def groups(found: Study, of: str) -> list[tuple[str, int, float, float, float, float]]:
    """Per source, format or topic with enough texts of both classes: name, texts, AUC, its 95 % interval, length's AUC.

    Intervals are bootstrapped over the texts of the group.
    """
    names = np.array([getattr(each, of) for each in found.examples])
    worth, random, rows = found.values >= WORTH, np.random.default_rng(1), []
    for name in sorted(set(names.tolist())):
        at = np.flatnonzero(names == name)
        if min(worth[at].sum(), (~worth[at]).sum()) < MIN_CLASS:
            continue
        draws = [at[random.integers(len(at), size=len(at))] for _ in range(RESAMPLES)]
        aucs = [evaluate.roc_auc(found.scores[draw], worth[draw]) for draw in draws]
        low, high = np.nanquantile(aucs, [0.025, 0.975])
        alone = evaluate.roc_auc(found.lengths[at], worth[at])
        rows.append((name, len(at), evaluate.roc_auc(found.scores[at], worth[at]), float(low), float(high), alone))
    return rows


def biases(found: Study, of: str, *, least: int = 40) -> list[tuple[str, int, float, float, float]]:
    """Per group of so many texts: name, texts, mean score, share worth having, and the one less the other."""
    names, worth, rows = np.array([getattr(each, of) for each in found.examples]), found.values >= WORTH, []
    for name in sorted(set(names.tolist())):
        at = names == name
        if at.sum() >= least:
            mean, share = float(found.scores[at].mean()), float(worth[at].mean())
            rows.append((name, int(at.sum()), mean, share, mean - share))
    return sorted(rows, key=lambda row: row[-1])


def thresholds(found: Study, limits: Sequence[float]) -> list[tuple[float, int, float, float, float, float]]:
    """Per least score: texts kept, precision, share of the worthy and of the good kept, and of junk among the kept."""
    values = found.values
    rows = []
    for limit in limits:
        kept = found.scores >= limit
        rows.append((
            limit, int(kept.sum()), _share(values >= WORTH, kept), _share(kept, values >= WORTH),
            _share(kept, values >= GOOD), _share(values <= 1, kept),
        ))  # fmt: skip
    return rows


def _share(part: NDArray[np.bool_], of: NDArray[np.bool_]) -> float:
    """The share of `of` that is `part` too, NaN of nothing."""
    return float(part[of].mean()) if of.any() else float("nan")


def _headlines(found: Study) -> list[tuple[str | float, ...]]:
    others = [(f"the same pages {name}", *headline(found.changed[name], found.values)) for name in found.texts]
    return [
        ("texts as they were read", *headline(found.scores, found.values)), *others,
        ("length of the text", *headline(found.lengths, found.values)),
    ]  # fmt: skip


def settings() -> dict[str, object]:
    """Return what a value model is trained with."""
    return {
        "folds": FOLDS, "damping": DAMPING, "landmarks": LANDMARKS, "width": WIDTH, "targets": TARGETS.tolist(),
        "table shares": TABLE_SHARES.tolist(),
    }  # fmt: skip


def numbers(found: Study) -> str:
    """The body of the card."""
    from curate.classifiers.training.webtext_report import table

    worth, names = found.values >= WORTH, ("ROC-AUC 3+", "ROC-AUC 4+", "rank correlation", "R-precision")
    falls = (found.scores - found.shuffled)[worth]
    moved = [(name, float((scores - found.scores).mean()), float(np.abs(scores - found.scores).mean()))
             for name, scores in found.changed.items()]  # fmt: skip
    by_group = "\n\n".join(
        f"Per {of}:\n\n" + table([of, "texts", "ROC-AUC 3+", "from", "to", "length alone"], groups(found, of))
        for of in ("source", "format", "topic")
    )
    wronged = "\n\n".join(
        table([of, "texts", "mean score", "share worth having", "too high by"], biases(found, of))
        for of in ("format", "topic")
    )
    return (
        f"The score is the chance of a value of {WORTH} or more, out of 5.\n\n"
        f"## Numbers, on sources it never saw ({FOLDS} folds, whole sources)\n"
        + table(["", *names], _headlines(found))
        + f"\n\nCalibration error {calibration_error(found.scores, worth):.3f}:\n\n"
        + table(["mean score", "share worth having", "texts"], evaluate.reliability(found.scores, worth))
        + "\n\nWhat a limit keeps:\n\n"
        + table(["least score", "kept", "precision", "of the worthy", "of 4 and 5", "junk among kept"],
                thresholds(found, [k / 10 for k in range(1, 10)]))
        + f"\n\nShuffling all words lowers the score of {(falls >= 0.1).mean():.3f} of the texts worth having by .1 or "
        "more. Changes that should not move it:\n\n"
        + table(["change", "mean move", "mean distance"], moved)
        + f"\n\n## Groups with {MIN_CLASS} texts or more of each class\n{by_group}\n\n## Whom it wrongs\n{wronged}\n"
    )  # fmt: skip
