"""Trains the value model on labelled texts: ridge regression on wording and form, and a curve that makes it readable.

Words in no order are told from sentences by a regression of its own. In one regression for both, the shuffled copies of
good texts cost .005 to .009 of ROC-AUC on sources left out, since they
share all words with the texts they were made of.

Nothing is drawn by chance: the same examples in any order give the same model. Needs scipy, which comes with the
packages that `curate train` needs anyway.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from curate.classifiers import form, grams, value_kernels
from curate.classifiers.training.value_examples import WORTH, Example, advertised, pieces_of, shuffled
from curate.classifiers.value_model import QUANTILES, Measured, ValueModel, levels, measure, room_for_slots

TABLE_SHARES = np.array([0.5, 0.3, 0.5, 0.4])  # how much each table of wording counts beside form, which counts 1
DAMPING = 0.25
LANDMARKS = 768
WIDTH = 2.0 * len(form.NAMES)
RIDGE_OF_MARKS = 1e-3
FOLDS = 10
IN_ORDER = 0.995  # share of pieces in order about which there is no doubt
PATTERNS = grams.TABLES.index("patterns")


@dataclass(frozen=True, slots=True)
class Design:
    """Measured examples: `wording`, sparse[n, slots], each table's part at the length its share gives, and `numbers`.

    `numbers` is float64[n, form]; `targets`, `values` and `weights` are float64[n]; `sources` are the groups never
    to be split. `measured` is what all was made of.
    """

    wording: Any
    numbers: NDArray[np.float64]
    targets: NDArray[np.float64]
    values: NDArray[np.float64]
    weights: NDArray[np.float64]
    sources: NDArray[np.str_]
    measured: tuple[Measured, ...]

    def rows(self, which: NDArray[np.bool_]) -> "Design":
        """Some of the examples."""
        at = np.flatnonzero(which)
        return Design(self.wording[at], self.numbers[at], self.targets[at], self.values[at], self.weights[at],
                      self.sources[at], tuple(self.measured[i] for i in at))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Pieces:
    """Pieces of texts worth having, and the same with their words shuffled: `patterns`, sparse[n, slots of patterns].

    `shuffled` is bool[n], `sources` are the groups never to be split.
    """

    patterns: Any
    shuffled: NDArray[np.bool_]
    sources: NDArray[np.str_]

    def rows(self, which: NDArray[np.bool_]) -> "Pieces":
        """Some of the pieces."""
        return Pieces(self.patterns[np.flatnonzero(which)], self.shuffled[which], self.sources[which])


def design(examples: Sequence[Example]) -> Design:
    """Examples measured, in the order of their sources, keys and texts."""
    ordered, room = sorted(examples, key=lambda each: (each.source, each.key, each.text)), room_for_slots()
    measured = [measure(each.text, room) for each in ordered]
    return Design(
        _wording(measured),
        np.array([each.form for each in measured]),
        np.array([each.target for each in ordered]),
        np.array([each.value for each in ordered]),
        _weights(ordered),
        np.array([each.source for each in ordered]),
        tuple(measured),
    )


def pieces(examples: Sequence[Example]) -> Pieces:
    """Pieces of the texts worth having, as many in their own order as shuffled."""
    worth = [each for each in examples if each.value >= WORTH]
    ordered = sorted(worth, key=lambda each: (each.source, each.key, each.text))
    cut = [(each.source, piece) for each in ordered for piece in pieces_of(each.text)]
    texts = [piece for _, piece in cut] + [shuffled(piece) for _, piece in cut]
    room, table = room_for_slots(), PATTERNS << grams.BITS
    wording = _wording([measure(text, room) for text in texts])[:, table : table + (1 << grams.BITS)]
    sources = np.array([source for source, _ in cut] * 2)
    return Pieces(wording.tocsr() / np.sqrt(TABLE_SHARES[PATTERNS]), np.arange(len(texts)) >= len(cut), sources)


def _weights(examples: Sequence[Example]) -> NDArray[np.float64]:
    """A weight per text, 1 on average: a source with four times the texts counts twice as much."""
    counts: Counter[str] = Counter()
    for each in examples:
        counts[each.source] += each.weight  # type: ignore[assignment]
    weights = np.array([each.weight / np.sqrt(counts[each.source]) for each in examples])
    return weights / weights.mean()


def _wording(measured: Sequence[Measured]) -> Any:
    from scipy import sparse

    data, indices, bounds = [], [], [0]
    for each in measured:
        much = 1.0 + np.log(each.counts)
        for table in range(len(grams.TABLES)):
            part = slice(each.tables[table], each.tables[table + 1])
            length = np.sqrt((much[part] ** 2).sum())
            much[part] *= np.sqrt(TABLE_SHARES[table]) / max(length, 1e-9)
        data.append(much.astype(np.float32))
        indices.append(each.slots)
        bounds.append(bounds[-1] + len(each.slots))
    return sparse.csr_matrix(
        (np.concatenate(data), np.concatenate(indices), np.array(bounds)), shape=(len(measured), grams.SLOTS)
    )


def fit(known: Design, cut: Pieces) -> ValueModel:
    """A model of measured examples and pieces, with a curve that says nothing yet: `train` gives it one."""
    from scipy import sparse

    quantiles = (np.arange(QUANTILES) + 0.5) / QUANTILES
    knots = np.quantile(known.numbers, quantiles, axis=0).T.astype(np.float32)
    places = np.array([value_kernels.normal_scores(row, knots, levels()) for row in known.numbers])
    marks = places[:: max(1, len(places) // LANDMARKS)][:LANDMARKS]
    # Cholesky and no eigenvectors: those of like landmarks are arbitrary, and differ from call to call.
    half = np.linalg.inv(np.linalg.cholesky(_likeness(marks, marks) + RIDGE_OF_MARKS * np.eye(len(marks)))).T
    likeness = (_likeness(places, marks) @ half).astype(np.float32)
    offset = float(np.average(known.targets, weights=known.weights))
    columns = sparse.hstack([known.wording, likeness], format="csr")
    found = _ridge(columns, known.targets - offset, known.weights)
    weights, steps = _in_steps(found[: grams.SLOTS].reshape(len(grams.TABLES), -1) * np.sqrt(TABLE_SHARES)[:, None])
    order, order_step, order_limits = _order(cut)
    return ValueModel(
        weights=weights, steps=steps, knots=knots, landmarks=marks.astype(np.float32),
        pulls=(half @ found[grams.SLOTS :]).astype(np.float32), width=np.array([WIDTH], np.float32),
        offset=np.array([offset], np.float32), order=order, order_step=order_step, order_limits=order_limits,
        sums=np.array([0, 5], np.float32), shares=np.array([0, 1], np.float32),
    )  # fmt: skip


def _ridge(columns: Any, aims: NDArray[np.float64], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Weights of columns, float64[columns]: 0 for those that are empty, which are left out of the work."""
    from scipy import sparse
    from scipy.sparse.linalg import lsqr

    pull = np.sqrt(weights)
    pulled = sparse.diags_array(pull.astype(np.float32)) @ columns
    full, found = np.unique(pulled.indices), np.zeros(pulled.shape[1])
    how = {"damp": np.sqrt(DAMPING), "atol": 1e-5, "btol": 1e-5, "iter_lim": 300}
    found[full] = lsqr(pulled[:, full], aims * pull, **how)[0]
    return found


def _in_steps(weights: NDArray[np.float64]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Rows of weights as whole steps from -127 to 127, int8 of the same shape, and the steps, float32[rows]."""
    steps = (np.maximum(np.abs(weights).max(axis=1), 1e-9) / 127).astype(np.float32)
    return np.rint(weights / steps[:, None]).astype(np.int8), steps


def _order(cut: Pieces) -> tuple[NDArray[np.int8], NDArray[np.float32], NDArray[np.float32]]:
    """Weights of patterns that tell shuffled pieces from others, their step, and where the doubt begins and ends.

    It begins above all but a few of the pieces in order, each tried by what the other half of the sources taught, and
    ends at the middle of the shuffled ones.
    """
    fold = folds_of(cut.sources, 2)
    aims, half = np.where(cut.shuffled, 0.5, -0.5), np.array([fold[source] for source in cut.sources.tolist()])
    tried = np.zeros(len(aims))
    for k in (0, 1):
        taught = half != k
        found = _ridge(cut.patterns[np.flatnonzero(taught)], aims[taught], np.ones(taught.sum()))
        tried[half == k] = cut.patterns[np.flatnonzero(half == k)] @ found
    begin, end = np.quantile(tried[~cut.shuffled], IN_ORDER), np.quantile(tried[cut.shuffled], 0.5)
    order, step = _in_steps(_ridge(cut.patterns, aims, np.ones(len(aims)))[None, :])
    return order[0], step, np.array([begin, max(end, begin + 0.01)], np.float32)


def _likeness(places: NDArray[Any], marks: NDArray[Any]) -> NDArray[np.float64]:
    a, b = places.astype(np.float64), marks.astype(np.float64)
    far = (a**2).sum(axis=1)[:, None] + (b**2).sum(axis=1) - 2 * a @ b.T
    return np.exp(-np.maximum(far, 0) / WIDTH)


def folds_of(sources: Sequence[str] | NDArray[np.str_], folds: int = FOLDS) -> dict[str, int]:
    """The fold of each source: the largest first, each into the fold with the fewest texts."""
    counts, load = Counter(str(source) for source in sources), [0] * folds
    fold = {}
    for source in sorted(counts, key=lambda source: (-counts[source], source)):
        fold[source] = load.index(min(load))
        load[fold[source]] += counts[source]
    return fold


def raw_scores(model: ValueModel, measured: Sequence[Measured]) -> NDArray[np.float64]:
    """Return what `ValueModel.raw` gives for measured texts, float64[n]."""
    return np.array([model.raw(each) for each in measured], np.float64)


def out_of_fold(taught: Design, cut: Pieces, *tried: Design) -> list[NDArray[np.float64]]:
    """For each design tried, a sum for each text by a model that was taught nothing of its source: float64[n].

    Every source that is tried has to be among those that are taught.
    """
    fold, raw = folds_of(taught.sources), [np.empty(len(each.sources)) for each in tried]
    for k in range(FOLDS):
        model = fit(taught.rows(_outside(taught.sources, fold, k)), cut.rows(_outside(cut.sources, fold, k)))
        for sums, each in zip(raw, tried, strict=True):
            held = ~_outside(each.sources, fold, k)
            sums[held] = raw_scores(model, each.rows(held).measured)
    return raw


def _outside(sources: NDArray[np.str_], fold: dict[str, int], k: int) -> NDArray[np.bool_]:
    return np.array([fold[source] != k for source in sources.tolist()], bool)


def curve(sums: NDArray[np.float64], worth: NDArray[np.bool_]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """A rising curve from sums of texts the model has not seen to the share worth having: float32[k] each.

    Source: Platt 1999, a logistic curve by Newton's method, here at the frequency at which the labels have it.
    """
    columns, found = np.column_stack([sums, np.ones(len(sums))]), np.zeros(2)
    for _ in range(30):
        expected = 1 / (1 + np.exp(-columns @ found))
        bend = columns.T @ (columns * (expected * (1 - expected) + 1e-9)[:, None])
        found += np.linalg.solve(bend, columns.T @ (worth - expected))
    knots = np.linspace(-2, 8, 101)
    return knots.astype(np.float32), (1 / (1 + np.exp(-(found[0] * knots + found[1])))).astype(np.float32)


def teaching(examples: Sequence[Example], also: Sequence[Example] = ()) -> Design:
    """What a model is taught: the examples, other renderings of them, and copies with an advertising line in front."""
    return design([*examples, *also, *advertised(examples)])


def train(examples: Sequence[Example], also: Sequence[Example] = ()) -> tuple[ValueModel, NDArray[np.float64]]:
    """A model of all examples, and a sum for each, in `design`'s order, by a model that had not seen its source.

    `also` are other renderings of the same pages, with the same sources: taught, and not tried.
    Raises ValueError when there are too few sources to leave any out, or texts of one kind only.
    """
    measured, taught, cut = design(examples), teaching(examples, also), pieces(examples)
    worth, sources = measured.values >= WORTH, len(set(measured.sources.tolist()))
    if sources < FOLDS:
        raise ValueError(f"texts of {FOLDS} sources or more are needed, there are {sources}")
    if worth.all() or not worth.any():
        raise ValueError(f"texts of value {WORTH} or more and of less are needed, there is one kind only")
    sums = out_of_fold(taught, cut, measured)[0]
    knots, shares = curve(sums, worth)
    return replace(fit(taught, cut), sums=knots, shares=shares), sums
