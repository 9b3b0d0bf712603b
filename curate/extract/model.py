"""The shipped weights and the walk through their trees.

One `.npz` holds two boosted forests over block features (see `features`) and two tables of token scores. Forests are
flat arrays: of node `i`, `feature[i]` is compared with `threshold[i]`, and `left[i]` or `right[i]` is the next node;
a negative number is the leaf `-1 - number`.
"""

import hashlib
import json
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from curate.extract.compiled import compiled
from curate.extract.hashing import Hashes, Numbers

# Blocks the first stage gives less are not looked at again: of 270,000 such blocks the second kept 15.
NEGLIGIBLE = 0.1

WEIGHTS = Path(__file__).with_name("weights.npz")
CARD = WEIGHTS.with_suffix(".json")

# Token scores are log-odds of being content, in 25ths, so that they fit into a byte.
SCORE_SCALE = 25


class Forest(NamedTuple):
    """Boosted trees as flat arrays; `roots` holds each tree's first node, or a leaf."""

    roots: NDArray[np.int32]
    feature: NDArray[np.uint8]
    threshold: NDArray[np.float32]
    left: NDArray[np.int16]
    right: NDArray[np.int16]
    leaf: NDArray[np.float32]


class Model(NamedTuple):
    """All that is learned: two stages of trees, class-token scores and word scores as look-up tables."""

    first: Forest
    second: Forest
    token_keys: Hashes
    token_values: Numbers
    word_keys: Hashes
    word_values: Numbers


@compiled
def probabilities(forest: Forest, rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """The probability that each row is content: float32[n] from float32[n, features]."""
    n = len(rows)
    odds = np.zeros(n, np.float32)
    feature, threshold, left, right, leaf = forest.feature, forest.threshold, forest.left, forest.right, forest.leaf
    for root in forest.roots:
        for i in range(n):
            node = np.int64(root)
            while node >= 0:
                go_left = rows[i, feature[node]] <= threshold[node]
                node = np.int64(left[node] if go_left else right[node])
            odds[i] += leaf[-1 - node]
    return (1.0 / (1.0 + np.exp(-odds))).astype(np.float32)


@compiled
def lay_out(hashes: NDArray[np.uint32], scores: NDArray[np.int8]) -> tuple[Hashes, Numbers]:
    """Half-empty look-up table, in the layout of `hashing.look_up`, of 32-bit hashes and their scores."""
    size = 16
    while size < 2 * len(hashes):
        size *= 2
    keys, values = np.zeros(size, np.uint64), np.full(size, -1, np.int32)
    for i in range(len(hashes)):
        key = np.uint64(hashes[i])
        place = np.int64((key ^ (key >> np.uint64(29))) & np.uint64(size - 1))
        while keys[place]:
            place = (place + 1) & (size - 1)
        keys[place], values[place] = key, scores[i]
    return keys, values


@cache
def load() -> Model:
    """The shipped model, read once per process.

    Raises RuntimeError when the file is not the one the package was built with.
    """
    data = WEIGHTS.read_bytes()
    if hashlib.sha256(data).hexdigest() != json.loads(CARD.read_text())["sha256"]:
        message = f"{WEIGHTS.name} is not the file this version was built with; install the package again"
        raise RuntimeError(message)
    return from_arrays(dict(np.load(BytesIO(data))))


def from_arrays(arrays: dict[str, NDArray[Any]]) -> Model:
    """The model that the arrays of a weights file make."""
    stages = [Forest(*(arrays[f"{name}_{field}"] for field in Forest._fields)) for name in ("first", "second")]
    tables = [lay_out(arrays[f"{name}_hashes"], arrays[f"{name}_scores"]) for name in ("token", "word")]
    return Model(stages[0], stages[1], *tables[0], *tables[1])
