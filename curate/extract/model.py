"""The shipped weights, and what their trees say of many rows at once.

One `.npz` holds two boosted forests over block features (see `features`) and three tables of scores. No tree is
walked: its leaves are bits of a word, left to right, every node whose limit a row exceeds clears the bits of its left
side, and the lowest bit left is the leaf. So each node is one comparison for all rows, without a branch.
Source: Lucchese et al. 2015, QuickScorer (SIGIR), section 3.
"""

import hashlib
import json
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from curate.extract.arrays import floats
from curate.extract.byte_hashes import Hashes, Numbers
from curate.extract.compiling import Integer, borrowing, compiled, entry
from curate.extract.vectors import add_trees
from curate.filters.byte_search import LANES

# Blocks the first stage gives less are not looked at again: of 74,000 such of a held-out fold the second kept none.
NEGLIGIBLE = 0.1

WEIGHTS = Path(__file__).with_name("weights.npz")
CARD = WEIGHTS.with_suffix(".json")

# Token scores are log-odds of being content, in 25ths, so that they fit into a byte.
SCORE_SCALE = 25

# What each table is of: parts of class names, words of short blocks, short blocks as lines and shapes.
TABLES = ("token", "word", "line")

MAX_LEAVES = 32
_DE_BRUIJN = np.uint64(0x077CB531)


class Forest(NamedTuple):
    """Boosted trees of at most 32 leaves as flat arrays; nodes of a tree stand together, in any order."""

    ends: NDArray[np.int32]  # [trees]: number of each tree's last node, plus one
    feature: NDArray[np.uint8]  # [nodes]
    threshold: NDArray[np.float32]  # [nodes]
    spared: NDArray[np.uint32]  # [nodes]: the leaves that are possible above the threshold
    leaf: NDArray[np.float32]  # [trees, 32]: values, each at `leaf_place` of its bit


class Model(NamedTuple):
    """All that is learned: two stages of trees, and scores of class tokens, words and lines as look-up tables."""

    first: Forest
    second: Forest
    token_keys: Hashes
    token_values: Numbers
    word_keys: Hashes
    word_values: Numbers
    line_keys: Hashes
    line_values: Numbers


@borrowing
def leaf_place(possible: Integer) -> int:
    """A place from 0 to 31 of its own for each lowest bit, without a loop: multiplication by a de Bruijn sequence."""
    bits = np.uint64(possible)
    lowest = bits & (~bits + np.uint64(1))
    return int(((lowest * _DE_BRUIJN) & np.uint64(0xFFFFFFFF)) >> np.uint64(27))


@compiled
def probabilities(forest: Forest, rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """The probability that each row is content: float32[n] from float32[n, features]."""
    n = len(rows)
    odds, columns = floats(1, (n + LANES - 1) // LANES * LANES)[0], floats(rows.shape[1], LANES)
    for start in range(0, n, LANES):
        _turn(rows, start, columns)
        add_trees(forest, columns, odds[start : start + LANES])
    for i in range(n):
        odds[i] = 1.0 / (1.0 + np.exp(-odds[i]))
    return odds[:n]


@borrowing
def _turn(rows: NDArray[np.float32], start: int, columns: NDArray[np.float32]) -> None:
    """A few rows as columns; what other rows have left in lanes beyond the last row says nothing."""
    for lane in range(min(LANES, len(rows) - start)):
        for feature in range(len(columns)):
            columns[feature, lane] = rows[start + lane, feature]


@entry
def lay_out(hashes: NDArray[np.uint32], scores: NDArray[np.int8]) -> tuple[Hashes, Numbers]:
    """Half-empty look-up table, in the layout of `byte_hashes.look_up`, of 32-bit hashes and their scores."""
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
        raise RuntimeError(f"{WEIGHTS.name} is not the file this version was built with; install the package again")
    return from_arrays(dict(np.load(BytesIO(data))))


def from_arrays(arrays: dict[str, NDArray[Any]]) -> Model:
    """The model that the arrays of a weights file make."""
    stages = [Forest(*(arrays[f"{name}_{field}"] for field in Forest._fields)) for name in ("first", "second")]
    tables = [lay_out(arrays[f"{name}_hashes"], arrays[f"{name}_scores"]) for name in TABLES]
    return Model(stages[0], stages[1], *tables[0], *tables[1], *tables[2])
