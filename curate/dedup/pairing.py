"""Pairs documents that share cells, and joins pairs to sets.

- `gather`, for each range of cells, writes pairs that connect the documents of each bucket. A bucket of n documents
  gives n - 1 pairs, not all n * n.
- `gather_smaller` and `tally` do it for documents whose keys are lists: a pair counts only where the smaller document
  shares enough of its windows, so that a phrase or a footer in common connects nothing.
- `connect`, once, follows the pairs. Documents connected directly or through others form a *set*. Sets are distributed
  over *lists* of about equal size, and each list is compared by one task.
"""

from collections.abc import Iterable, Iterator, Sequence
from time import process_time
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from curate.dedup.marking import range_of
from curate.dedup.shuffle import LISTS, MAX_LISTS, PAIRS, Job, Mapped, Numbers, is_done, leave, partitioned, spread
from curate.files import standing_marker

SHARED = pa.schema([*PAIRS, ("windows", pa.uint64())])
PARTNERS = 4
"""How many of the smallest documents of a bucket each other one of it is paired with."""


def gather(job: Job, number: int, groups: int) -> None:
    """Write the pairs that connect the documents of each bucket of a range of cells."""
    from curate.dedup.kernels import star_pairs

    path, started = job.path("pairs", number), process_time()
    if is_done(path):
        return
    batches = [Mapped(job.path("cells", group)).batch(number) for group in range(groups)]
    cells, documents = (np.concatenate([np.asarray(batch[name]) for batch in batches]) for name in ("cell", "document"))
    order = np.argsort(cells)
    left, right = star_pairs(cells[order], documents[order], np.uint64(job.first_new))
    order = np.argsort(left)  # looking up what is sorted is several times as fast
    leave(path, [pa.record_batch([left[order], right[order]], schema=PAIRS)], PAIRS, started)


def gather_smaller(job: Job, number: int, groups: int) -> None:
    """Write pairs of a document and one of fewer windows that share one of a range, with how many the smaller has."""
    from curate.dedup.window_kernels import smaller_pairs

    path, started = job.path("shared", number), process_time()
    if is_done(path):
        return
    cells, documents, orders = range_of(job, number, groups)
    by_size = np.lexsort((orders, cells))
    documents, orders = documents[by_size], orders[by_size]
    left, right = smaller_pairs(cells, documents, np.uint64(job.first_new), PARTNERS)
    columns = [documents[left], documents[right], orders[right] >> np.uint64(30)]
    batches = partitioned(columns, spread(columns[1]), job.ranges, SHARED)
    leave(path, batches, SHARED, started)


def tally(job: Job, number: int, min_share: float) -> None:
    """Write the pairs of a range of smaller documents that share at least a share of the smaller's windows."""
    path, started = job.path("pairs", number), process_time()
    if is_done(path):
        return
    batches = [Mapped(job.path("shared", each)).batch(number) for each in range(job.ranges)]
    left, right, windows = (np.concatenate([np.asarray(b[name]) for b in batches]) for name in SHARED.names)
    close = close_pairs(left, right, windows, min_share)
    leave(path, [pa.record_batch([left[close], right[close]], schema=PAIRS)], PAIRS, started)


def close_pairs(left: NDArray[Any], right: NDArray[Any], windows: NDArray[Any], min_share: float) -> NDArray[np.int64]:
    """Return where those pairs stand that come up at least a share of their `windows` times, each once."""
    order = np.lexsort((right, left))
    first = np.ones(len(order), bool)
    first[1:] = (left[order][1:] != left[order][:-1]) | (right[order][1:] != right[order][:-1])
    edges = np.flatnonzero(first)
    shared = np.diff(np.append(edges, len(order)))
    found: NDArray[np.int64] = order[edges[shared >= min_share * windows[order[edges]]]]
    return found


def connect(job: Job, groups: int) -> None:
    """Write each document that has a pair, with the list it is compared in; count sets and the size of the largest.

    Memory is some 60 bytes per document with a pair, plus the pairs of one range.
    """
    from curate.dedup.kernels import join_pairs, roots

    path, started = job.path("lists"), process_time()
    if is_done(path):
        return
    documents = _all_of(np.concatenate(pair) for pair in _pairs(job))
    parents = np.arange(len(documents))
    for left, right in _pairs(job):
        join_pairs(np.searchsorted(documents, left), np.searchsorted(documents, right), parents)
    lists, facts = _deal(roots(parents), job.sizes.list_documents)
    before = [job.path("cells", group) for group in range(groups)]
    before += [path for r in range(job.ranges) for path in (job.path("shared", r), job.path("pairs", r))]
    markers = [standing_marker(each.with_suffix(".json")) for each in before if each.exists()]
    facts["spent"] = sum(marker.get("seconds", 0.0) for marker in markers)
    facts["counts"]["long_documents"] = sum(marker.get("counts", {}).get("long_documents", 0) for marker in markers)
    leave(path, [pa.record_batch([documents, lists], schema=LISTS)], LISTS, started, **facts)


def _all_of(arrays: Iterable[Numbers]) -> Numbers:
    """All distinct values, sorted. New values are merged only once they outnumber the held ones, so time is linear."""
    held, waiting = np.empty(0, np.uint64), [np.empty(0, np.uint64)]
    for array in arrays:
        waiting.append(_distinct([array]))
        if sum(map(len, waiting)) > len(held):
            held, waiting = _distinct([held, *waiting]), []
    return _distinct([held, *waiting])


def _distinct(arrays: Sequence[Numbers]) -> Numbers:
    from curate.dedup.kernels import without_repeats

    values = np.concatenate(arrays)
    values.sort()  # vectorised, several times as fast as the hash tables of np.unique
    return without_repeats(values)


def _pairs(job: Job) -> Iterator[tuple[Numbers, Numbers]]:
    for number in range(job.ranges):
        batch = Mapped(job.path("pairs", number)).batch(0)
        yield np.asarray(batch["left"]), np.asarray(batch["right"])


def _deal(roots: NDArray[np.int64], list_documents: int) -> tuple[NDArray[np.uint16], dict[str, Any]]:
    """Distribute sets, by their lowest document, over lists of about equal size; a set is never divided."""
    sizes = np.bincount(roots, minlength=len(roots))
    sets = np.flatnonzero(sizes)
    target = max(list_documents, -(-len(roots) // MAX_LISTS))
    numbers = (np.cumsum(sizes[sets]) - sizes[sets]) // target
    _, numbers = np.unique(numbers, return_inverse=True)
    of_root = np.zeros(len(roots), np.uint16)
    of_root[sets] = numbers
    largest = int(sizes.max(initial=0))
    counts = {"sets": len(sets), "largest_set": largest}
    return of_root[roots], {"lists": int(numbers.max(initial=-1)) + 1, "counts": counts}
