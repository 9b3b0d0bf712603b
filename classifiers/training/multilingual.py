"""The multilingual value model from labelled pages: ridge regression on likeness to landmarks and on pieces of words.

Pages in English teach it too: form and kinds carry over, and there are four times as many. Nothing is drawn by chance.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from curate.classifiers import pieces, value_kernels
from curate.classifiers.multilingual import RARITY_STEPS, SCALES, Measured, MultilingualModel, measure
from curate.classifiers.training import evaluate
from curate.classifiers.training.corpora import read_jsonl
from curate.classifiers.training.value import curve, folds_of
from curate.classifiers.training.value_examples import WORTH
from curate.classifiers.training.webtext_report import table
from curate.classifiers.value_model import QUANTILES, levels

LANDMARKS, DAMPING, RIDGE_OF_MARKS = 768, 0.2, 1e-3
PIECES_SHARE = 0.3  # how much likeness in pieces counts beside likeness in form and kinds, which counts 1
FOREIGN_WEIGHT = 2.0  # a page in another language than English counts as so many
VALUES = "labelled/page_value_multilingual.jsonl.zst"
WIDTH = 2.0 * float((SCALES**2).sum())


@dataclass(frozen=True, slots=True)
class Labelled:
    """Labelled pages: what is measured of each, `values` float64[n], and language, source and characters of each."""

    measured: tuple[Measured, ...]
    values: NDArray[np.float64]
    languages: NDArray[np.str_]
    sources: NDArray[np.str_]
    chars: NDArray[np.int64]

    def rows(self, which: NDArray[np.bool_]) -> "Labelled":
        """Some of the pages."""
        measured = tuple(self.measured[i] for i in np.flatnonzero(which))
        return Labelled(measured, self.values[which], self.languages[which], self.sources[which], self.chars[which])


def labelled(data: Path) -> Labelled:
    """The labelled pages in English and in other languages under `data`, in the order of source and text."""
    rows = [{**row, "language": "en"} for row in read_jsonl(data / "labelled" / "page_value.jsonl.zst")]
    rows += read_jsonl(data / VALUES)
    rows.sort(key=lambda row: (row["source"], row["text"]))
    return Labelled(
        tuple(measure(row["text"]) for row in rows),
        np.array([float(row["value"]) for row in rows]),
        np.array([row["language"] for row in rows]),
        np.array([row["source"] for row in rows]),
        np.array([len(row["text"]) for row in rows]),
    )


def fit(known: Labelled) -> MultilingualModel:
    """A model of labelled pages, with a curve that says nothing yet; a source weighs as the root of its pages."""
    from scipy import linalg

    numbers = np.array([each.numbers for each in known.measured])
    quantiles = (np.arange(QUANTILES) + 0.5) / QUANTILES
    knots = np.quantile(numbers, quantiles, axis=0).T.astype(np.float32)
    places = np.array([value_kernels.normal_scores(row, knots, levels()) for row in numbers]) * SCALES
    marks = places[:: max(1, len(places) // LANDMARKS)][:LANDMARKS]
    half = np.linalg.inv(np.linalg.cholesky(_likeness(marks, marks) + RIDGE_OF_MARKS * np.eye(len(marks)))).T
    likeness, weights = _likeness(places, marks) @ half, _weights(known)
    wording, rarity = _wording(known.measured)
    offset = float(np.average(known.values, weights=weights))
    # As many unknowns as pages: fewer than there are pieces, and the same answer.
    alike = likeness @ likeness.T + PIECES_SHARE * (wording @ wording.T).toarray()
    found = linalg.solve(alike + np.diag(DAMPING / weights), known.values - offset, assume_a="pos")
    pulled = PIECES_SHARE * (wording.T @ found)
    step = max(float(np.abs(pulled).max()), 1e-9) / 127
    return MultilingualModel(
        knots=knots, landmarks=marks.astype(np.float32), pulls=(half @ (likeness.T @ found)).astype(np.float32),
        width=np.array([WIDTH], np.float32), offset=np.array([offset], np.float32),
        weights=np.rint(pulled / step).astype(np.int8), rarity=rarity, step=np.array([step], np.float32),
        sums=np.array([0, 5], np.float32), shares=np.array([0, 1], np.float32),
    )  # fmt: skip


def _weights(known: Labelled) -> NDArray[np.float64]:
    """A weight per page, 1 on average: a source with four times the pages counts twice as much."""
    counts = Counter(known.sources.tolist())
    weights = np.array([1 / np.sqrt(counts[source]) for source in known.sources.tolist()])
    weights *= np.where(known.languages == "en", 1.0, FOREIGN_WEIGHT)
    return weights / weights.mean()


def _wording(measured: Sequence[Measured]) -> tuple[Any, NDArray[np.uint8]]:
    """Pieces of texts by their rarity, a sparse row of length 1 for each text, and the rarity of each slot."""
    from scipy import sparse

    bounds = np.cumsum([0, *(len(each.slots) for each in measured)])
    slots, amounts = np.concatenate([each.slots for each in measured]), [each.amounts for each in measured]
    found = sparse.csr_matrix((np.concatenate(amounts), slots, bounds), shape=(len(measured), 1 << pieces.BITS))
    texts = np.bincount(slots, minlength=1 << pieces.BITS)
    rarity = np.log(len(measured) / np.maximum(texts, 1)) * (texts > 1)
    steps = np.rint(np.minimum(rarity * RARITY_STEPS, 255)).astype(np.uint8)
    scaled = found @ sparse.diags_array(steps.astype(np.float32))
    length = np.sqrt(np.asarray(scaled.multiply(scaled).sum(axis=1)).ravel())
    return sparse.diags_array(1 / np.maximum(length, 1e-9)) @ scaled, steps


def _likeness(places: NDArray[np.float32], marks: NDArray[np.float32]) -> NDArray[np.float64]:
    a, b = places.astype(np.float64), marks.astype(np.float64)
    far = (a**2).sum(axis=1)[:, None] + (b**2).sum(axis=1) - 2 * a @ b.T
    return np.exp(-np.maximum(far, 0) / WIDTH)


def out_of_fold(known: Labelled) -> NDArray[np.float64]:
    """A sum for each page by a model that was taught nothing of its source, float64[n]."""
    fold = folds_of(known.sources)
    folds, raw = np.array([fold[source] for source in known.sources.tolist()]), np.empty(len(known.values))
    for k in sorted(set(fold.values())):
        model, held = fit(known.rows(folds != k)), folds == k
        raw[held] = [model.raw(each) for each in known.rows(held).measured]
    return raw


def train(known: Labelled) -> tuple[MultilingualModel, NDArray[np.float64]]:
    """A model of all pages, and for each page its share worth having by a model that had not seen its source.

    The curve is that of the pages in other languages than English, for which the model is meant.
    """
    raw, foreign = out_of_fold(known), known.languages != "en"
    sums, shares = curve(raw[foreign], known.values[foreign] >= WORTH)
    model = replace(fit(known), sums=sums, shares=shares)
    return model, model.share(raw).astype(np.float64)


def kept_at(scores: NDArray[np.float64], worth: NDArray[np.bool_], limit: float) -> tuple[int, float, float]:
    """Pages that a least score keeps, the share of them worth having, and the share of those worth having it keeps."""
    kept = scores >= limit
    good = int((kept & worth).sum())
    return int(kept.sum()), good / max(int(kept.sum()), 1), good / max(int(worth.sum()), 1)


def languages_of(known: Labelled, *, least: int = 20) -> Sequence[str]:
    """The languages other than English with so many pages, the most pages first."""
    counts = Counter(known.languages.tolist())
    return [code for code, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
            if count >= least and code != "en"]  # fmt: skip


def limit_for(scores: NDArray[np.float64], worth: NDArray[np.bool_], precision: float) -> float:
    """The lowest score that keeps pages of which this share is worth having, at least ten; 1 where there is none."""
    order = np.argsort(-scores, kind="stable")
    precise = worth[order].cumsum() / np.arange(1, len(order) + 1)
    last = np.flatnonzero((precise >= precision) & (np.arange(1, len(order) + 1) >= 10))
    return float(scores[order[last[-1]]]) if len(last) else 1.0


def numbers(known: Labelled, scores: NDArray[np.float64]) -> str:
    """The body of the card: every language with 20 pages or more, by models that saw no page of the source."""
    worth, foreign = known.values >= WORTH, known.languages != "en"
    rows = []
    for code in [*languages_of(known), "all but English", "en"]:
        here = foreign if code == "all but English" else known.languages == code
        auc = [evaluate.roc_auc(each[here], worth[here]) for each in (scores, known.chars)]
        sources = len(set(known.sources[here].tolist()))
        limit = limit_for(scores[here], worth[here], 0.8)
        kept = kept_at(scores[here], worth[here], limit)[2]
        rows.append((code, int(here.sum()), int(worth[here].sum()), sources, *auc, kept))
    limits = [
        (limit, *kept_at(scores[foreign], worth[foreign], limit)) for limit in (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8)
    ]
    head = ["language", "pages", "worth having", "sources", "ROC-AUC", "of length", "of the worthy, at precision .8"]
    return (
        "## Numbers, on sources it never saw (10 folds, whole sources)\n" + table(head, rows)
        + "\n\nPages in other languages than English, by least score:\n\n"
        + table(["least score", "kept", "precision", "of the worthy"], limits)
        + "\n\n## Mind\nPages were read once, by a language model. Indonesian has one page worth having and Czech and "
        "Portuguese five each: their figures say little. In Czech length alone is better. The kinds of words and the "
        "settings were chosen on these pages, so expect less on others. A language without lists of words "
        "(`kind_words.txt`) is judged by form and by what it shares with others. A page that is fluent and empty "
        "scores high, and a poem scores low. English is here for comparison; `quality` is the model for it.\n"
    )  # fmt: skip
