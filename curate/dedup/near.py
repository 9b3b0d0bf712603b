"""Duplicates: exact by content hash, near by verified MinHash, each removed for its own likeness to a kept document.

Documents are taken by rank. One is removed exactly when the Jaccard similarity of its word shingles with those of an
already kept document that shares a band with it reaches the threshold; that document, or the most similar of several,
is its representative. A removed document represents nothing, so there are no chains, and the outcome depends on texts,
ranks, settings and threshold only. Work is linear in documents: within a bucket each is compared with at most
`MAX_REPRESENTATIVES` kept ones.
"""

from collections import OrderedDict, defaultdict
from collections.abc import Sequence
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from curate.dedup import minhash
from curate.dedup.minhash import MinHash
from curate.errors import UsageError
from curate.filters.batches import takes_column, text_list
from curate.matches import Load, Matches

MAX_REPRESENTATIVES = 32
"""How many kept documents of one bucket, lowest ranks first, a later document is compared with."""

LOAD_BATCH = 4096
"""How many texts are asked for at a time."""

KEY_VERSION = 1
"""Changes whenever `content_hash`, shingles, signatures or band keys do: keys of two versions are never compared."""

_CACHE_SHINGLES = 2**25  # of kept documents, held for comparing: 256 MB


def content_hash(text: str) -> bytes:
    """Hash a text by its characters, whitespace runs counting as one space; 16 bytes.

    Case, accents and Unicode form count. What is looser than this removes text that differs, which is for the
    near-duplicate stage to measure and record; and normalising Unicode takes quadratic time on hostile text.

    >>> content_hash("One  line\\n") == content_hash("One line")
    True
    >>> content_hash("One line") == content_hash("one line")
    False
    """
    return blake2b(" ".join(text.split()).encode("utf-8", "surrogatepass"), digest_size=16).digest()


def exact_duplicates(hashes: Sequence[bytes] | NDArray[np.void], ranks: NDArray[np.int64]) -> NDArray[np.int64]:
    """Find for each document the index of the lowest-ranked with the same content hash, its own when kept; int64[n].

    `hashes` are n times 16 bytes, in a sequence or an array of any dtype that holds 16 bytes a document.
    Raises ValueError unless there are as many ranks as hashes and no two ranks are equal.

    >>> hashes = [content_hash(text) for text in ("same", "other", "same")]
    >>> exact_duplicates(hashes, np.array([5, 2, 1]))
    array([2, 1, 2])
    """
    packed = hashes.tobytes() if isinstance(hashes, np.ndarray) else b"".join(hashes)
    halves = np.frombuffer(packed, np.uint64).reshape(-1, 2)
    _check_ranks(ranks, len(halves))
    order = np.lexsort((ranks, halves[:, 0], halves[:, 1]))
    halves = halves[order]
    first = np.ones(len(order), bool)
    first[1:] = (halves[1:] != halves[:-1]).any(axis=1)
    starts = np.maximum.accumulate(np.where(first, np.arange(len(order)), 0))
    representative = np.empty(len(order), np.int64)
    representative[order] = order[starts]
    return representative


@takes_column
def near_duplicates(
    texts: Sequence[str], *, threshold: float = 0.8, settings: MinHash | None = None
) -> NDArray[np.int64]:
    """Find for each text the index of the kept text it nearly repeats, its own when it is kept; int64[n].

    Earlier texts are kept. `threshold` is a Jaccard similarity of word shingles, above 0 and at most 1; the settings
    default to those that suit it. Raises UsageError on any other threshold.

    >>> page = "Once upon a time there was a small fox who lived by the sea and never went inland"
    >>> near_duplicates([page, page + " again", "Another text of quite other words altogether"])
    array([0, 0, 2])
    """
    check_threshold(threshold)
    texts = text_list(texts)
    settings = settings or MinHash.for_threshold(threshold)
    keys = minhash.band_keys(minhash.signatures(texts, settings), settings)
    matches = verified_duplicates(
        keys,
        np.arange(len(texts), dtype=np.int64),
        lambda wanted: [texts[index] for index in wanted],
        settings=settings,
        threshold=threshold,
    )
    return matches.representative


def verified_duplicates(
    keys: NDArray[np.uint64],
    ranks: NDArray[np.int64],
    load: Load,
    *,
    settings: MinHash,
    threshold: float,
    first_new_rank: int = 0,
) -> Matches:
    """Find near-duplicates from band keys, reading the texts of candidates only.

    `keys` is uint64[n, bands] as `minhash.band_keys` makes them, `ranks` int64[n] where the lower is preferred as
    representative; documents of ranks below `first_new_rank` stay whatever they are like. `load` gives the texts of an
    array of ascending indices, in that order; it is asked for at most
    `LOAD_BATCH` at a time. A text is asked for once, and again where the shingles of a large group's kept documents do
    not fit in memory. Memory is 9 bytes a key, some 40 a document, one batch of texts and 256 MB of shingles at most.
    Raises UsageError unless the threshold is above 0 and at most 1, and ValueError when ranks are missing or equal.
    """
    check_threshold(threshold)
    _check_ranks(ranks, len(keys))
    order, groups, shared = _candidates(keys, ranks, first_new_rank)
    search = _Search(keys, shared, order, ranks < first_new_rank, load, settings, threshold)
    for start in range(0, len(order), LOAD_BATCH):
        places = range(start, min(start + LOAD_BATCH, len(order)))
        for place, text in zip(places, in_order(load, order[start : places.stop]), strict=True):
            if groups[place] != groups[place - 1]:
                search.forget()
            search.decide(place, minhash.shingles(text, settings))
    return search.matches()


def in_order(load: Load, documents: NDArray[np.int64]) -> list[str]:
    """Load by ascending index, which reads files front to back, and give the texts in the order asked for."""
    ascending = np.argsort(documents)
    texts = [""] * len(documents)
    for place, text in zip(ascending.tolist(), load(documents[ascending]), strict=True):
        texts[place] = text
    return texts


def check_threshold(threshold: float) -> None:
    """Refuse what no Jaccard similarity can be asked to reach with UsageError."""
    if not isinstance(threshold, float | int) or not 0 < threshold <= 1:
        raise UsageError(f"near-duplicates: the threshold must be above 0 and at most 1, not {threshold!r}")


def _check_ranks(ranks: NDArray[np.int64], count: int) -> None:
    if len(ranks) != count:
        raise ValueError(f"{len(ranks)} ranks for {count} documents")
    if len(np.unique(ranks)) != count:
        raise ValueError("two documents have the same rank")


def _candidates(
    keys: NDArray[np.uint64], ranks: NDArray[np.int64], first_new_rank: int = 0
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]]:
    """Order the documents that share a band with another, group after group and by rank in each.

    Gives their indices, the group of each, and which keys of all documents are shared, bool[n, bands]. A group is
    whatever buckets connect: it says what may have to be compared, never what is removed.
    """
    from curate.dedup import kernels as minhash_kernels

    parents = np.arange(len(keys))
    shared = np.zeros(keys.shape, bool)
    for band in range(keys.shape[1]):
        column = np.ascontiguousarray(keys[:, band])
        minhash_kernels.join_buckets(column, np.argsort(column), ranks < first_new_rank, parents, shared[:, band])
    candidates = np.flatnonzero(shared.any(axis=1))
    groups = minhash_kernels.roots(parents)[candidates]
    lowest = np.full(len(keys), np.iinfo(np.int64).max)
    np.minimum.at(lowest, groups, ranks[candidates])
    sorting = np.lexsort((ranks[candidates], lowest[groups]))
    return candidates[sorting], groups[sorting], shared


class _Search:
    """The decisions so far and, of the group at hand, each bucket's kept documents and their shingles.

    A document goes by its place in the order of candidates: within a group the lower place has the lower rank.
    """

    def __init__(
        self,
        keys: NDArray[np.uint64],
        shared: NDArray[np.bool_],
        order: NDArray[np.int64],
        fixed: NDArray[np.bool_],
        load: Load,
        settings: MinHash,
        threshold: float,
    ) -> None:
        self._keys, self._shared, self._order, self._fixed = keys, shared, order, fixed
        self._load, self._settings, self._threshold = load, settings, threshold
        self._best = np.arange(len(order))
        self._similarity = np.ones(len(order))
        self._kept: defaultdict[int, list[int]] = defaultdict(list)
        self._crowded: set[int] = set()  # buckets with kept documents that are compared with nothing
        self._capped: set[int] = set()
        self._shingles: OrderedDict[int, NDArray[np.uint64]] = OrderedDict()
        self._held = 0
        self._compared_pairs = self._verified_pairs = self._capped_buckets = self._capped_documents = 0

    def forget(self) -> None:
        """Close a group."""
        self._capped_buckets += len(self._capped)
        self._kept.clear()
        self._crowded.clear()
        self._capped.clear()
        self._shingles.clear()
        self._held = 0

    def decide(self, place: int, shingles: NDArray[np.uint64]) -> None:
        """Keep the document, or remove it for the kept document of its buckets it is most similar to."""
        document = self._order[place]
        buckets = self._keys[document][self._shared[document]].tolist()
        if self._fixed[document]:
            self._keep(place, buckets, shingles)
            return
        kept = sorted({other for bucket in buckets for other in self._kept.get(bucket, ())})
        best, highest = place, 0.0
        for other in kept:
            similarity = self._similarity_of(shingles, self._shingles_of(other))
            if similarity > highest:
                best, highest = other, similarity
        self._compared_pairs += len(kept)
        if best == place:
            crowded = self._crowded.intersection(buckets)
            self._capped |= crowded
            self._capped_documents += bool(crowded)
            self._keep(place, buckets, shingles)
        else:
            self._best[place], self._similarity[place] = best, highest

    def matches(self) -> Matches:
        """Close the last group and give what was found."""
        self.forget()
        representative = np.arange(len(self._keys))
        representative[self._order] = self._order[self._best]
        similarity = np.ones(len(self._keys))
        similarity[self._order] = self._similarity
        counts = {
            "candidates": len(self._order),
            "compared_pairs": self._compared_pairs,
            "verified_pairs": self._verified_pairs,
            "capped_buckets": self._capped_buckets,
            "capped_documents": self._capped_documents,
        }
        return Matches(representative, similarity, counts)

    def _similarity_of(self, left: NDArray[np.uint64], right: NDArray[np.uint64]) -> float:
        """The similarity when it reaches the threshold, else 0; sizes alone rule out most unlike pairs."""
        smaller, larger = sorted((len(left), len(right)))
        if smaller < self._threshold * larger * (1 - 1e-9):
            return 0.0
        similarity = minhash.jaccard(left, right)
        if similarity < self._threshold:
            return 0.0
        self._verified_pairs += 1
        return similarity

    def _keep(self, place: int, buckets: list[int], shingles: NDArray[np.uint64]) -> None:
        for bucket in buckets:
            kept = self._kept[bucket]
            if len(kept) < MAX_REPRESENTATIVES:
                kept.append(place)
            else:
                self._crowded.add(bucket)
        self._hold(place, shingles)

    def _shingles_of(self, place: int) -> NDArray[np.uint64]:
        if place in self._shingles:
            self._shingles.move_to_end(place)
            return self._shingles[place]
        (text,) = self._load(self._order[place : place + 1])
        shingles = minhash.shingles(text, self._settings)
        self._hold(place, shingles)
        return shingles

    def _hold(self, place: int, shingles: NDArray[np.uint64]) -> None:
        self._shingles[place] = shingles
        self._held += len(shingles)
        while self._held > _CACHE_SHINGLES and len(self._shingles) > 1:
            _, dropped = self._shingles.popitem(last=False)
            self._held -= len(dropped)
