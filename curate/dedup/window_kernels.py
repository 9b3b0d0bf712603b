"""The compiled loops behind windows: where words stand, lines, least hashes, what windows cover, and what is marked.

Everything here takes arrays and gives arrays; like `kernels` it is imported where it is used.
"""

import numpy as np
from numpy.typing import NDArray

from curate.dedup.kernels import ALONE, SEPARATOR, SKIPPED, compiled, mix

_STEP = np.uint64(0x9E3779B97F4A7C15)
_WORD = np.uint64(0xD6E8FEB86659FD93)
_ONE = np.uint64(1)


@compiled
def word_places(codes: NDArray[np.generic], fold: NDArray[np.uint32]) -> NDArray[np.int64]:
    """Return where the words of `kernels.word_hashes` begin and end in the code points; int64[words, 2], in order."""
    places = np.empty((len(codes) + 1, 2), np.int64)
    count, inside = 0, False
    for i in range(len(codes)):
        folded = fold[codes[i]]
        if folded == SKIPPED:
            if inside:
                places[count, 1] = i + 1
            continue
        if inside and (folded == SEPARATOR or folded >= ALONE):
            count += 1
            inside = False
        if folded >= ALONE:
            places[count, 0], places[count, 1] = i, i + 1
            count += 1
        elif folded != SEPARATOR:
            if not inside:
                places[count, 0] = i
            inside = True
            places[count, 1] = i + 1
    count += inside
    return places[:count].copy()


@compiled
def least(values: NDArray[np.uint64], width: int) -> NDArray[np.uint64]:
    """The least of every run of `width` values; uint64[len(values) - width + 1], empty when there are fewer."""
    count = max(len(values) - width + 1, 0)
    found = np.empty(count, np.uint64)
    queue = np.empty(len(values), np.int64)  # places of values that may still be the least of a run, ascending
    head = tail = 0
    for i in range(len(values)):
        while tail > head and values[queue[tail - 1]] >= values[i]:
            tail -= 1
        queue[tail] = i
        tail += 1
        if queue[head] <= i - width:
            head += 1
        if i >= width - 1:
            found[i - width + 1] = values[queue[head]]
    return found


@compiled
def among(values: NDArray[np.uint64], wanted: NDArray[np.uint64]) -> NDArray[np.bool_]:
    """Return which values are among the wanted ones, which are sorted."""
    found = np.zeros(len(values), np.bool_)
    for i in range(len(values)):
        place = np.searchsorted(wanted, values[i])
        found[i] = place < len(wanted) and wanted[place] == values[i]
    return found


@compiled
def covered(windows: NDArray[np.bool_], width: int, words: int) -> NDArray[np.bool_]:
    """Return which words stand in a marked window; window i is the words i to i + width - 1."""
    found = np.zeros(words, np.bool_)
    until = 0
    for i in range(words):
        if i < len(windows) and windows[i]:
            until = i + width
        found[i] = i < until
    return found


@compiled
def line_hashes(
    hashes: NDArray[np.uint64], places: NDArray[np.int64], ends: NDArray[np.int64], salt: np.uint64, min_words: int
) -> NDArray[np.uint64]:
    """Hash the words of each line with a salt, zero for one of fewer than `min_words`; uint64[lines].

    `ends` are the places in the text where lines end.
    """
    found = np.zeros(len(ends), np.uint64)
    word = 0
    for line in range(len(ends)):
        state, count = mix(salt + _STEP), 0
        while word < len(hashes) and places[word, 0] < ends[line]:
            state = mix(state * _WORD + hashes[word])
            count += 1
            word += 1
        if count >= min_words:
            found[line] = max(state, _ONE)
    return found


@compiled
def marks(
    cells: NDArray[np.uint64],
    documents: NDArray[np.uint64],
    orders: NDArray[np.uint64],
    first_new: np.uint64,
    min_documents: int,
    spare_first: bool,  # noqa: FBT001  compiled code takes no keywords
) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """The rows whose cell at least `min_documents` have, one of them new: documents and cells.

    `cells` is sorted. With `spare_first` those of the lowest order are left out, and all that are not new.
    """
    found, holders = np.empty(len(cells), np.uint64), np.empty(len(cells), np.uint64)
    count = start = 0
    while start < len(cells):
        end = start + 1
        while end < len(cells) and cells[end] == cells[start]:
            end += 1
        if end - start >= min_documents and documents[start:end].max() >= first_new:
            lowest = orders[start:end].min()
            for i in range(start, end):
                found[count], holders[count] = cells[i], documents[i]
                count += not spare_first or (orders[i] > lowest and documents[i] >= first_new)
        start = end
    return holders[:count].copy(), found[:count].copy()


@compiled
def smaller_pairs(
    cells: NDArray[np.uint64],
    documents: NDArray[np.uint64],
    first_new: np.uint64,
    partners: int,
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Pair the rows of each cell with up to `partners` of the first rows of the cell: places of the two.

    `cells` is sorted, and within a cell the smaller documents come first. A pair without a document from `first_new` on
    is left out.
    """
    size = 0
    left, right = np.empty(1024, np.int64), np.empty(1024, np.int64)
    start = 0
    while start < len(cells):
        end = start + 1
        while end < len(cells) and cells[end] == cells[start]:
            end += 1
        for i in range(start + 1, end):
            if size + partners > len(left):
                left, right = np.concatenate((left, left)), np.concatenate((right, right))
            for j in range(start, min(i, start + partners)):
                left[size], right[size] = i, j
                size += max(documents[i], documents[j]) >= first_new
        start = end
    return left[:size].copy(), right[:size].copy()
