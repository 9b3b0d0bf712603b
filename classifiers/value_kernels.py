"""Computes the value model's prediction for a measured text; compiled."""

from typing import Any

import numpy as np

from curate.classifiers.grams import BITS, TABLES
from curate.filters.compiled import kernel

PATTERNS, LOW_BITS = TABLES.index("patterns"), (1 << BITS) - 1


@kernel
def wording(slots: Any, counts: Any, tables: Any, weights: Any, steps: Any) -> Any:
    """The judgement of wording: per table, the weights of its slots, each by 1 + log of its count, at unit length."""
    total = 0.0
    for table in range(len(steps)):
        dot = length = 0.0
        for k in range(tables[table], tables[table + 1]):
            much = 1.0 + np.log(counts[k])
            dot += much * weights[slots[k]]
            length += much * much
        if length > 0.0:
            total += steps[table] * dot / np.sqrt(length)
    return total


@kernel
def disorder(slots: Any, counts: Any, tables: Any, order: Any, step: Any) -> Any:
    """How like the patterns are to those of words in no order: about -0.5 for sentences, 0.5 for shuffled ones."""
    dot = length = 0.0
    for k in range(tables[PATTERNS], tables[PATTERNS + 1]):
        much = 1.0 + np.log(counts[k])
        dot += much * order[slots[k] & LOW_BITS]
        length += much * much
    return step * dot / np.sqrt(length) if length > 0.0 else 0.0


@kernel
def normal_scores(numbers: Any, knots: Any, levels: Any) -> Any:
    """Return where each number lies among those of known texts, as a normal score: float32[numbers].

    `knots` are each number's quantiles and `levels` their normal scores; what lies between two is interpolated, and a
    number that several quantiles share gets the middle of them.
    """
    out, last = np.empty(len(numbers), np.float32), knots.shape[1] - 1
    for i in range(len(numbers)):
        row, value = knots[i], np.float32(numbers[i])
        low, high = np.searchsorted(row, value), np.searchsorted(row, value, side="right")
        if low < high:
            out[i] = 0.5 * (levels[low] + levels[high - 1])
        elif low == 0:
            out[i] = levels[0]
        elif low > last:
            out[i] = levels[last]
        else:
            part = (value - row[low - 1]) / (row[low] - row[low - 1])
            out[i] = levels[low - 1] + part * (levels[low] - levels[low - 1])
    return out


@kernel
def likeness(place: Any, landmarks: Any, pulls: Any, width: Any) -> Any:
    """The judgement of form: each landmark's pull, by how near it is."""
    total = 0.0
    for k in range(len(pulls)):
        far = 0.0
        for i in range(len(place)):
            step = place[i] - landmarks[k, i]
            far += step * step
        total += pulls[k] * np.exp(-far / width)
    return total
