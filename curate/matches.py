"""Declares what a search for duplicates finds, and how it asks for texts."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Load = Callable[[NDArray[np.int64]], Iterable[str]]


@dataclass(frozen=True, slots=True)
class Matches:
    """The result of a near-duplicate search over n documents.

    `representative`, int64[n], is the index of the kept document each stands for, its own when it is kept;
    `similarity`, float64[n], is the exact Jaccard similarity with it, 1.0 with itself. `counts` says how many
    documents share a band with another (`candidates`), how many comparisons with kept documents there were
    (`compared_pairs`), how many of them reached the threshold (`verified_pairs`), how many documents were kept though
    they were compared with only `MAX_REPRESENTATIVES` of a bucket's kept ones (`capped_documents`), and in how many
    buckets that was so (`capped_buckets`).
    """

    representative: NDArray[np.int64]
    similarity: NDArray[np.float64]
    counts: Mapping[str, int]
    spans: Mapping[int, NDArray[np.int64]] = field(default_factory=dict)
    """What to cut of documents that stay, int64[n, 2] each; their representative is then who holds most of it."""
