"""Trains a WebText-style model on good and ordinary texts, and measures it on sites it never saw."""

import hashlib
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from heapq import heappush, heappushpop
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from curate.classifiers import webtext
from curate.classifiers.excerpt import excerpt
from curate.classifiers.fasttext_model import Classifier, ModelFile, label_probability, save, train
from curate.classifiers.quality import limit_for_share
from curate.classifiers.training import evaluate
from curate.classifiers.training.labelled_sets import FOLDS, Row

SETTINGS = {"dim": 16, "wordNgrams": 2, "lr": 0.2, "minCount": 3, "loss": "softmax"}
GOOD, ORDINARY = webtext.LABEL, "cc"

# Few texts need many passes; a million of them would take days with as many. Few texts fill few buckets of word pairs.
MAX_EPOCHS, MIN_EPOCHS = 15, 5
PASSED_TEXTS = 100_000
MAX_BUCKETS, BUCKETS_PER_TEXT = 100_000, 25

MAX_GROUP_SHARE = 0.2


def settings_for(texts: int) -> dict[str, Any]:
    """fastText's settings for a number of texts.

    >>> [settings_for(texts)["epoch"] for texts in (4_000, 10_000, 40_000)]
    [15, 10, 5]
    """
    epochs = max(MIN_EPOCHS, min(MAX_EPOCHS, PASSED_TEXTS // max(texts, 1)))
    return {**SETTINGS, "epoch": epochs, "bucket": max(1000, min(MAX_BUCKETS, BUCKETS_PER_TEXT * texts))}


def webtext_model(rows: list[Row]) -> Classifier:
    """A WebText-style classifier trained on rows."""
    return train(((row.label, webtext.words(row.text)) for row in rows), settings_for(len(rows)))


@dataclass(slots=True)
class Sample:
    """At most `most` texts of a stream, those with the smallest digests: the same ones in whatever order they come.

    What the model sees of a text is what makes it a duplicate; of each only the part the model reads is held. `counts`
    says what became of every text offered: `taken`, `duplicate` or `over_the_cap`.
    """

    most: int
    counts: Counter[str] = field(default_factory=Counter)
    _rows: dict[bytes, Row] = field(default_factory=dict)
    _largest: list[int] = field(default_factory=list)  # digests as negative numbers: a heap keeps its smallest on top

    def add(self, row: Row) -> None:
        """Offer a text."""
        key = hashlib.sha256(webtext.words(row.text).encode("utf-8", "replace")).digest()[:16]
        if key in self._rows:
            # One text, two addresses: the lesser wins, so that the order of reading does not decide.
            self._rows[key] = min(self._rows[key], self._bounded(row), key=lambda each: (each.group, each.kind))
            self.counts["duplicate"] += 1
            return
        number = -int.from_bytes(key, "big")
        if len(self._rows) < self.most:
            heappush(self._largest, number)
        else:
            self.counts["over_the_cap"] += 1
            out = heappushpop(self._largest, number)
            if out == number:
                return
            del self._rows[(-out).to_bytes(16, "big")]
        self._rows[key] = self._bounded(row)

    @staticmethod
    def _bounded(row: Row) -> Row:
        return replace(row, text=excerpt(row.text, max_head=webtext.MAX_HEAD, max_middle=webtext.MAX_MIDDLE))

    def rows(self, *, without: "Sample | None" = None) -> list[Row]:
        """The texts taken, in the order of their digests, but for those that another sample took too."""
        kept = {key: row for key, row in self._rows.items() if without is None or key not in without._rows}
        if without is not None and len(kept) < len(self._rows):
            self.counts["also_good"] = len(self._rows) - len(kept)
        self.counts["taken"] = len(kept)
        return [kept[key] for key in sorted(kept)]


def spread(rows: list[Row]) -> tuple[list[Row], list[str]]:
    """Rows that five folds can be made of, and the groups that had to be split for it.

    A group with more than a fifth of a label's texts (an encyclopaedia is one domain) would empty a fold: its texts
    stand for themselves.
    """
    sizes = Counter((row.label, row.group) for row in rows)
    totals = Counter(row.label for row in rows)
    large = {key for key, size in sizes.items() if size > MAX_GROUP_SHARE * totals[key[0]]}
    done = [
        replace(row, group=hashlib.sha256(row.text.encode("utf-8", "replace")).hexdigest())
        if (row.label, row.group) in large
        else row
        for row in rows
    ]
    return done, sorted({group for _, group in large})


@dataclass(frozen=True, slots=True)
class Target:
    """The precision or share that the limit of a model shall achieve on unseen texts; with neither it is 0.5.

    `keep` is a share of the ordinary texts, `precision` a share of good ones among those kept, at the mix trained on.
    """

    keep: float | None = None
    precision: float | None = None


def threshold_for(scores: NDArray[np.floating], good: NDArray[np.bool_], target: Target = Target()) -> float:
    """The limit that reaches a target; raises ValueError when no limit has the precision asked for.

    >>> scores, good = np.array([0.9, 0.8, 0.7, 0.2]), np.array([True, False, True, False])
    >>> threshold_for(scores, good, Target(keep=0.5)), threshold_for(scores, good, Target(precision=0.6))
    (0.8, 0.7)
    """
    if target.keep is not None:
        return limit_for_share(scores[~good], target.keep)
    if target.precision is None:
        return 0.5
    for limit in np.unique(scores):
        if good[scores >= limit].mean() >= target.precision:
            return float(limit)
    raise ValueError(f"no limit keeps texts of which {target.precision:.0%} are good")


@dataclass(frozen=True, slots=True)
class Study:
    """How models that never saw a row's group scored it: `raw` as the model says, `scores` calibrated; [rows] each.

    `judged` marks the rows that calibration and limit were made on.
    """

    rows: list[Row]
    raw: NDArray[np.float32]
    scores: NDArray[np.float32]
    judged: NDArray[np.bool_]
    calibration: tuple[float, float]
    threshold: float

    @property
    def good(self) -> NDArray[np.bool_]:
        """Return which rows are good ones."""
        return np.array([row.label == GOOD for row in self.rows])

    def auc(self, wanted: Callable[[Row], bool]) -> float:
        """ROC-AUC over the wanted rows."""
        part = np.array([wanted(row) for row in self.rows])
        return evaluate.roc_auc(self.raw[part], self.good[part])


def held_out(rows: list[Row], without: Callable[[Row], bool], folder: str) -> ModelFile:
    """A model trained on all rows but some, written to a folder."""
    return save(webtext_model([row for row in rows if not without(row)]), Path(tempfile.mkdtemp(dir=folder)) / "q.ftz")


def out_of_fold(rows: list[Row]) -> NDArray[np.float32]:
    """A score for each row by a model that saw nothing of its group, as the model says it: float32 of shape [rows]."""
    scores = np.zeros(len(rows), np.float32)
    folds = np.array([row.fold for row in rows])
    with tempfile.TemporaryDirectory() as folder:
        for fold in range(FOLDS):
            at = np.flatnonzero(folds == fold)
            tried = held_out(rows, lambda row, fold=fold: row.fold == fold, folder)  # type: ignore[misc]
            scores[at] = label_probability(tried, [webtext.words(rows[index].text) for index in at], GOOD)
    return scores


def study(rows: list[Row], *, target: Target = Target(), judged: Callable[[Row], bool] = lambda _: True) -> Study:
    """Train without each fifth of the groups and try it there; calibration and limit come from what is `judged`."""
    raw = out_of_fold(rows)
    good = np.array([row.label == GOOD for row in rows])
    part = np.array([judged(row) for row in rows])
    slope, offset = evaluate.fit_calibration(raw[part], good[part])
    calibration = round(slope, 4), round(offset, 4)
    scores = webtext.calibrated(raw, *calibration)
    return Study(rows, raw, scores, part, calibration, threshold_for(scores[part], good[part], target))


def train_webtext(rows: list[Row], path: Path, found: Study) -> tuple[ModelFile, webtext.Settings]:
    """Train on all rows and write the model; returns it with the settings its study found, not yet written."""
    model = save(webtext_model(rows), path)
    crawl = found.scores[found.judged & ~found.good]
    percentiles = tuple(round(float(value), 6) for value in np.percentile(crawl, range(101)))
    return model, webtext.Settings(
        model.sha256, GOOD, "words", found.calibration, round(found.threshold, 6), percentiles
    )


def too_few(rows: Iterable[Row], *, least: int = 20) -> str:
    """Return what is missing for training and trying a model, in one line; empty when nothing is."""
    rows = list(rows)
    for label, name in ((GOOD, "good"), (ORDINARY, "ordinary")):
        own = [row for row in rows if row.label == label]
        if len(own) < least:
            return f"{len(own)} {name} texts are too few to train on: at least {least} are needed"
        if any(all(row.fold == fold for row in own) for fold in range(FOLDS)):
            return f"all {name} texts are from one site or fold: they cannot be held out by domain"
    return ""
