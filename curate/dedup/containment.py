"""Pages that hold another page almost whole: measured on the texts, from the smallest page to the largest.

The containment of a smaller page in a larger one is the share of the smaller's shingles, those that Jaccard similarity
is measured on, that the larger has too. A page that goes because it holds others stands for nothing: so there are no
chains, and what was cut out of a page that stays still stands in a smaller page that stays.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from curate.dedup import minhash
from curate.dedup.minhash import MinHash
from curate.dedup.near import LOAD_BATCH, in_order
from curate.dedup.pairing import PARTNERS, close_pairs
from curate.dedup.windows import Hashes, Spans, shared_spans
from curate.matches import Load, Matches

_CACHE_SHINGLES = 2**25  # of the pages of one set: 256 MB


@dataclass(frozen=True, slots=True)
class Limits:
    """When a page counts as holding another one, and whether it is cut or dropped.

    `min_run_words`: shorter runs of words in common are no passage, and stay. `min_shingles` of the smaller page.
    """

    min_containment: float
    max_repeated_share: float
    min_run_words: int
    min_shingles: int
    min_shared: float
    whole_sentences: bool
    settings: MinHash


def contained(
    keys: Sequence[Hashes], ranks: NDArray[np.int64], load: Load, *, limits: Limits, first_new_rank: int = 0
) -> Matches:
    """Find the documents that hold another; those of ranks below `first_new_rank` stay as they are.

    `keys` are samples of windows. A document that goes has another representative; one that is cut has spans too.
    """
    left, right = _pairs(keys, ranks, limits.min_shared)
    held = _by_document(left, right, len(keys))
    order = _order(left, right, ranks)
    search = _Search(limits, len(keys))
    for start in range(0, len(order), LOAD_BATCH):
        batch = order[start : start + LOAD_BATCH]
        for document, text in zip(batch.tolist(), in_order(load, batch), strict=True):
            smaller = [] if ranks[document] < first_new_rank else held[document]
            search.decide(document, text, smaller, lambda other: in_order(load, np.array([other]))[0])
    counts = {"held_pairs": search.pairs, "cut_documents": len(search.spans)}
    return Matches(search.representative, search.share, counts, search.spans)


def _pairs(keys: Sequence[Hashes], ranks: NDArray[np.int64], min_shared: float) -> tuple[NDArray[np.int64], ...]:
    """Pairs of a document and one of lower rank with enough windows in common."""
    from curate.dedup.window_kernels import smaller_pairs

    sizes = np.array([len(key) for key in keys], np.int64)
    documents = np.repeat(np.arange(len(keys)), sizes)
    cells = np.concatenate([np.empty(0, np.uint64), *keys])
    order = np.lexsort((ranks[documents], cells))
    cells, documents = cells[order], documents[order]
    rows = smaller_pairs(cells, documents.astype(np.uint64), np.uint64(0), PARTNERS)
    left, right = (documents[row] for row in rows)
    close = close_pairs(left, right, np.minimum(sizes[left], sizes[right]), min_shared)
    return left[close], right[close]


def _by_document(left: NDArray[np.int64], right: NDArray[np.int64], count: int) -> list[list[int]]:
    held: list[list[int]] = [[] for _ in range(count)]
    for document, smaller in zip(left.tolist(), right.tolist(), strict=True):
        held[document].append(smaller)
    return held


def _order(left: NDArray[np.int64], right: NDArray[np.int64], ranks: NDArray[np.int64]) -> NDArray[np.int64]:
    """The documents with a pair, set after set and by rank in each."""
    from curate.dedup import kernels

    parents = np.arange(len(ranks))
    kernels.join_pairs(left, right, parents)
    paired = np.unique(np.concatenate([left, right]))
    return paired[np.lexsort((ranks[paired], kernels.roots(parents)[paired]))]


class _Search:
    """The decisions so far, and the shingles of documents that still may be held by larger ones."""

    def __init__(self, limits: Limits, count: int) -> None:
        self._limits = limits
        self._shingles: dict[int, Hashes] = {}
        self._held = 0
        self.representative = np.arange(count)
        self.share = np.ones(count)
        self.spans: dict[int, Spans] = {}
        self.pairs = 0

    def decide(self, document: int, text: str, smaller: Sequence[int], load: Callable[[int], str]) -> None:
        """Keep a document, cut it, or let it go for the one of which it holds most."""
        mine = minhash.shingles(text, self._limits.settings)
        found: list[tuple[int, int]] = []
        held: list[Hashes] = []
        for other in smaller:
            if other in self.spans or self.representative[other] == other:
                theirs = self._of(other, load)
                if common := self._common(mine, theirs):
                    found.append((-common, other))
                    held.append(theirs)
        self.pairs += len(found)
        spans = self._spans(text, held)
        if len(spans):
            share = float((spans[:, 1] - spans[:, 0]).sum() / len(text))
            self.representative[document], self.share[document] = min(found)[1], share
            if share > self._limits.max_repeated_share:
                return
            self.spans[document] = spans
        self._hold(document, mine)

    def _common(self, mine: Hashes, theirs: Hashes) -> int:
        """Return how many shingles a smaller document has in common, 0 where they are too few of its own."""
        from curate.dedup import kernels

        limits = self._limits
        if not limits.min_shingles <= len(theirs) <= len(mine):
            return 0
        common = int(kernels.common(mine, theirs))
        return common if common >= limits.min_containment * len(theirs) else 0

    def _spans(self, text: str, held: Sequence[Hashes]) -> Spans:
        if not held:
            return np.empty((0, 2), np.int64)
        shared = np.unique(np.concatenate(held))
        limits, words = self._limits, self._limits.settings.shingle_words
        return shared_spans(text, words, shared, limits.min_run_words, whole_sentences=limits.whole_sentences)

    def _of(self, document: int, load: Callable[[int], str]) -> Hashes:
        if document not in self._shingles:
            self._hold(document, minhash.shingles(load(document), self._limits.settings))
        return self._shingles[document]

    def _hold(self, document: int, shingles: Hashes) -> None:
        if self._held > _CACHE_SHINGLES:
            self._shingles.clear()
            self._held = 0
        self._shingles[document] = shingles
        self._held += len(shingles)
