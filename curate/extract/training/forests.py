"""Training only: examples to weights, the same weights from the same examples.

Class-token scores, word scores and first-stage probabilities that a page is trained with come from folds that do not
hold its site; what ships is fitted on everything. LightGBM is needed here and nowhere else.
"""

import zlib
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from curate.extract.model import MAX_LEAVES, NEGLIGIBLE, TABLES, Forest, Model, lay_out
from curate.extract.page import Page
from curate.extract.training.direct import (
    block_features,
    element_scores,
    leaf_place,
    line_scores,
    measure,
    probabilities,
    revise,
    signatures,
)
from curate.extract.training.log_odds import Votes, score_table

Rows = NDArray[np.float32]
Table = tuple[NDArray[np.uint32], NDArray[np.int8]]

INNER_FOLDS = 3
MIN_WORD_SITES, MIN_WORD_SCORE, MAX_WORDS = 6, 0.5, 8000
MAX_TOKENS = 18_000
MIN_LINE_SCORE, MAX_LINES = 0.5, 16_000
SEED = 20261123
COMMON = {
    "objective": "cross_entropy", "num_threads": 1, "seed": SEED, "deterministic": True, "force_row_wise": True,
    "verbosity": -1, "max_bin": 63, "feature_fraction": 0.6, "feature_fraction_bynode": 0.8, "bagging_fraction": 0.8,
    "bagging_freq": 1, "lambda_l2": 5.0, "min_data_in_leaf": 60, "feature_pre_filter": False,
}  # fmt: skip
FIRST = {**COMMON, "num_leaves": 16, "learning_rate": 0.15}
FIRST_TREES = 80
SECOND = {**COMMON, "num_leaves": 31, "learning_rate": 0.07}
SECOND_TREES = 220
# The second stage is asked about blocks that the first gives model.NEGLIGIBLE, and learns from a few more.
LEARNT_FROM = NEGLIGIBLE / 2


class Example(NamedTuple):
    """A labelled page: the target of each block, float32[n] in 0..1, and its weight, float32[n].

    `taught`, bool[n], are the blocks of which only a teacher spoke, no reader.
    """

    site: str
    page: Page
    targets: Rows
    weights: Rows
    taught: NDArray[np.bool_]
    tokens: Votes
    words: Votes
    lines: Votes
    trust: float


def fold_of(site: str, folds: int, salt: str = "") -> int:
    """The fold of a site; the same on every machine."""
    return zlib.crc32((salt + site).encode("utf-8", "replace")) % folds


def _largest(table: Table, limit: int) -> Table:
    hashes, scores = table
    order = np.sort(np.argsort(-np.abs(scores.astype(np.int64)), kind="stable")[:limit])
    return hashes[order], scores[order]


def tables(examples: Sequence[Example]) -> tuple[Table, ...]:
    """Scores of class tokens, words and lines of a set of examples."""
    tokens = score_table([(e.site, e.trust, e.tokens) for e in examples])
    words = score_table(
        [(e.site, e.trust, e.words) for e in examples], min_score=MIN_WORD_SCORE, min_sites=MIN_WORD_SITES
    )
    lines = score_table([(e.site, e.trust, e.lines) for e in examples], min_score=MIN_LINE_SCORE)
    return _largest(tokens, MAX_TOKENS), _largest(words, MAX_WORDS), _largest(lines, MAX_LINES)


def look_ups(found: Sequence[Table]) -> tuple[Any, ...]:
    """Tables as the compiled code reads them: keys and values of each."""
    return tuple(part for table in found for part in lay_out(*table))


class View(NamedTuple):
    """One example's measures, groups and first-stage rows and line scores, under some tables."""

    measures: Rows
    groups: NDArray[np.int32]
    rows: Rows
    lines: Rows


def view(page: Page, found: tuple[Any, ...]) -> View:
    """Features of a page under tables that have not seen it."""
    measures, groups = measure(page, *found[2:4]), signatures(page)
    rows = block_features(page, measures, element_scores(page, *found[:2]), groups)
    return View(measures, groups, rows, line_scores(page, *found[4:]))


def boost(rows: Rows, targets: Rows, weights: Rows, params: dict[str, Any], trees: int) -> Any:
    """A LightGBM booster for soft targets."""
    import lightgbm

    data = lightgbm.Dataset(rows, targets, weight=weights, params=params)
    return lightgbm.train(params, data, num_boost_round=trees)


def forest(booster: Any) -> Forest:
    """A booster's trees as flat arrays."""
    nodes: list[tuple[int, float, int]] = []
    ends: list[int] = []
    values = np.zeros((booster.num_trees(), MAX_LEAVES), np.float32)
    for number, tree in enumerate(booster.dump_model()["tree_info"]):
        leaves: list[float] = []
        _flatten(tree["tree_structure"], nodes, leaves)
        values[number, [leaf_place(1 << bit) for bit in range(len(leaves))]] = leaves
        ends.append(len(nodes))
    feature, threshold, spared = np.array(nodes, np.float64).reshape(-1, 3).T
    limits = threshold.astype(np.float32)
    # Rounded down, a limit separates the same float32 values as the double it comes from.
    limits = np.where(limits.astype(np.float64) > threshold, np.nextafter(limits, np.float32(-np.inf)), limits)
    return Forest(
        np.array(ends, np.int32), feature.astype(np.uint8), limits.astype(np.float32), spared.astype(np.uint32), values
    )


def _flatten(top: dict[str, Any], nodes: list[tuple[int, float, int]], leaves: list[float]) -> None:
    """Append one tree: its nodes, and its leaves from left to right."""
    if "leaf_value" in top:
        leaves.append(top["leaf_value"])
        return
    first = len(leaves)
    _flatten(top["left_child"], nodes, leaves)
    left_side = (1 << len(leaves)) - (1 << first)
    nodes.append((top["split_feature"], top["threshold"], ~left_side & 0xFFFFFFFF))
    _flatten(top["right_child"], nodes, leaves)


def fit(examples: Sequence[Example], log: Any = None) -> tuple[dict[str, Any], Model]:
    """Weights from examples: the arrays that ship, and the model they make."""
    folds = np.array([fold_of(e.site, INNER_FOLDS, "inner") for e in examples])
    views: list[View | None] = [None] * len(examples)
    for fold in range(INNER_FOLDS):
        found = look_ups(tables([e for e, k in zip(examples, folds, strict=True) if k != fold]))
        for i in np.flatnonzero(folds == fold):
            views[int(i)] = view(examples[int(i)].page, found)
    seen = [v for v in views if v is not None]
    rows = np.concatenate([v.rows for v in seen])
    targets, weights = (np.concatenate([getattr(e, name) for e in examples]) for name in ("targets", "weights"))
    fold_of_row = np.repeat(folds, [len(e.targets) for e in examples])
    odds = np.zeros(len(rows), np.float32)
    for fold in range(INNER_FOLDS):
        held = fold_of_row == fold
        booster = boost(rows[~held], targets[~held], weights[~held], FIRST, FIRST_TREES)
        odds[held] = probabilities(forest(booster), rows[held])
    first = boost(rows, targets, weights, FIRST, FIRST_TREES)
    asked = odds >= LEARNT_FROM
    wide = second_rows(examples, seen, odds)
    second = boost(wide, targets[asked], weights[asked], SECOND, SECOND_TREES)
    if log is not None:
        log["first"], log["second"] = first, second
    found_in_all = tables(examples)
    stages = forest(first), forest(second)
    return shipped(stages, found_in_all), Model(*stages, *look_ups(found_in_all))


def second_rows(examples: Sequence[Example], views: Sequence[View], odds: Rows) -> Rows:
    """The second stage's rows of what it learns from, from the first stage's probabilities of all blocks in order."""
    ends = np.cumsum([len(seen.rows) for seen in views])[:-1]
    wide = [
        revise(example.page, seen.measures, seen.groups, seen.rows, own, seen.lines, np.flatnonzero(own >= LEARNT_FROM))
        for example, seen, own in zip(examples, views, np.split(odds, ends), strict=True)
    ]
    return np.concatenate(wide)


def shipped(stages: tuple[Forest, Forest], found: Sequence[Table]) -> dict[str, Any]:
    """The arrays of the weights file, by name."""
    arrays: dict[str, Any] = {}
    for name, trees in zip(("first", "second"), stages, strict=True):
        arrays |= {f"{name}_{field}": column for field, column in trees._asdict().items()}
    for name, (hashes, scores) in zip(TABLES, found, strict=True):
        arrays |= {f"{name}_hashes": hashes, f"{name}_scores": scores}
    return arrays
