"""The compiled loops behind MinHash: words, shingle hashes, minima, band keys, and the joining of buckets.

Everything here takes arrays and gives arrays. Importing it imports numba, so `minhash` and `near` do so only when
called. Machine code is kept as `filters.compiled` says. Integer constants are typed throughout because numba turns
`uint64 + int64` into a float.
"""

from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from curate.filters.compiled import cached

# What the fold table says of a code point besides its folded form (see curate.dedup.minhash.fold_table).
SEPARATOR = np.uint32(0)
SKIPPED = np.uint32(1)
ALONE = np.uint32(1 << 31)

_Loop = TypeVar("_Loop", bound=Callable[..., object])
_ZERO = np.uint64(0)
_STEP = np.uint64(0x9E3779B97F4A7C15)
_CHARACTER = np.uint64(0x880355F21E6D1965)
_WORD = np.uint64(0xD6E8FEB86659FD93)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)
_30, _27, _31, _32 = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(32)


def compiled(function: _Loop) -> _Loop:
    """Compile a function at its first call, keep the machine code on disk, and run it without the interpreter lock."""
    return cached(function, nogil=True)


@compiled
def mix(value: np.uint64) -> np.uint64:
    """Spread a 64-bit value over all its bits: the splitmix64 finaliser, a bijection."""
    value = (value ^ (value >> _30)) * _MIX_1
    value = (value ^ (value >> _27)) * _MIX_2
    return value ^ (value >> _31)


@compiled
def word_hashes(codes: NDArray[np.generic], fold: NDArray[np.uint32]) -> NDArray[np.uint64]:
    """Hash every word of a text given as code points (uint8 or uint32[n]); uint64, one per word, in order."""
    words = np.empty(len(codes) + 1, np.uint64)
    count = 0
    state = _ZERO  # zero between words; inside one it is never zero but by a chance of 2^-64
    for code in codes:
        folded = fold[code]
        if folded >= ALONE:
            words[count] = state
            count += state != _ZERO
            words[count] = np.uint64(folded) * _CHARACTER
            count += 1
            state = _ZERO
        elif folded != SKIPPED:
            # Store, add and mask instead of a branch: where a word ends is what a processor cannot foresee.
            words[count] = state
            count += (folded == SEPARATOR) & (state != _ZERO)
            inside = _ZERO - np.uint64(folded != SEPARATOR)
            state = (state ^ np.uint64(folded)) * _CHARACTER & inside
    words[count] = state
    count += state != _ZERO
    for i in range(count):
        words[i] = mix(words[i])
    return words[:count]


@compiled
def shingle_hashes(words: NDArray[np.uint64], shingle_words: int) -> NDArray[np.uint64]:
    """Hash every run of `shingle_words` words, or all the words when there are fewer; uint64, unsorted, in order."""
    width = min(shingle_words, len(words))
    if width == 0:
        return np.empty(0, np.uint64)
    hashes = np.empty(len(words) - width + 1, np.uint64)
    state = _ZERO
    leaving = np.uint64(1)  # what a word's hash has been multiplied by when it leaves the window
    for i in range(width):
        state = state * _WORD + words[i]
        leaving *= _WORD
    hashes[0] = mix(state)
    for i in range(width, len(words)):
        state = state * _WORD + words[i] - words[i - width] * leaving
        hashes[i - width + 1] = mix(state)
    return hashes


@compiled
def minima(
    hashes: NDArray[np.uint64], factors: NDArray[np.uint32], offsets: NDArray[np.uint32], out: NDArray[np.uint32]
) -> None:
    """Write to `out[p]` the least `factors[p] * hash + offsets[p]` mod 2^32 over the upper halves of all hashes.

    Four permutations go over all hashes at a time: the hashes stay in the first-level cache and the minimum is a
    reduction the compiler vectorises, which it does not when one hash goes over all permutations.
    """
    count = len(hashes)
    short = np.empty(count, np.uint32)
    for i in range(count):
        short[i] = np.uint32(hashes[i] >> _32)
    blocks = len(out) // 4 * 4
    for p in range(0, blocks, 4):
        a, b, c, d = factors[p], factors[p + 1], factors[p + 2], factors[p + 3]
        e, f, g, h = offsets[p], offsets[p + 1], offsets[p + 2], offsets[p + 3]
        first = second = third = fourth = np.uint32(0xFFFFFFFF)
        for i in range(count):
            value = short[i]
            first = min(first, np.uint32(a * value + e))
            second = min(second, np.uint32(b * value + f))
            third = min(third, np.uint32(c * value + g))
            fourth = min(fourth, np.uint32(d * value + h))
        out[p], out[p + 1], out[p + 2], out[p + 3] = first, second, third, fourth
    for p in range(blocks, len(out)):
        least = np.uint32(0xFFFFFFFF)
        for i in range(count):
            least = min(least, np.uint32(factors[p] * short[i] + offsets[p]))
        out[p] = least


@compiled
def wide_minima(
    hashes: NDArray[np.uint64], factors: NDArray[np.uint64], offsets: NDArray[np.uint64], out: NDArray[np.uint64]
) -> None:
    """Write to `out[p]` the least `factors[p] * hash + offsets[p]` mod 2^64 over all hashes."""
    for p in range(len(out)):
        least = np.uint64(0xFFFFFFFFFFFFFFFF)
        for value in hashes:
            least = min(least, np.uint64(factors[p] * value + offsets[p]))
        out[p] = least


@compiled
def sign(
    codes: NDArray[np.generic],
    fold: NDArray[np.uint32],
    shingle_words: int,
    factors: NDArray[np.uint32],
    offsets: NDArray[np.uint32],
    out: NDArray[np.uint32],
) -> None:
    """Write the signature of a text given as code points to `out`: words, shingles and minima in one call."""
    minima(shingle_hashes(word_hashes(codes, fold), shingle_words), factors, offsets, out)


@compiled
def band_keys(
    signatures: NDArray[np.unsignedinteger[Any]], greatest: np.unsignedinteger[Any], bands: int, rows: int
) -> NDArray[np.uint64]:
    """Hash each band of each signature; uint64[n, bands], zero for the signature of a text without shingles.

    Such a one is the `greatest` value throughout.
    """
    keys = np.zeros((len(signatures), bands), np.uint64)
    for document in range(len(signatures)):
        signature = signatures[document]
        if signature.min() == greatest:
            continue
        for band in range(bands):
            state = mix(np.uint64(band + 1) * _STEP)
            for row in range(band * rows, (band + 1) * rows):
                state = (state ^ np.uint64(signature[row])) * _WORD
                state ^= state >> _32
            keys[document, band] = max(mix(state), np.uint64(1))
    return keys


@compiled
def without_repeats(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Copy a sorted array, each value once."""
    kept = np.empty(len(values), np.uint64)
    count = 0
    for value in values:
        if count == 0 or value != kept[count - 1]:
            kept[count] = value
            count += 1
    return kept[:count].copy()


@compiled
def common(left: NDArray[np.uint64], right: NDArray[np.uint64]) -> int:
    """Count the values two sorted arrays without repeats have in common."""
    i = j = count = 0
    while i < len(left) and j < len(right):
        a, b = left[i], right[j]
        count += a == b
        i += a <= b
        j += b <= a
    return count


@compiled
def _root(parents: NDArray[np.int64], document: int) -> int:
    while parents[document] != document:
        parents[document] = parents[parents[document]]
        document = parents[document]
    return document


@compiled
def join_buckets(
    keys: NDArray[np.uint64],
    order: NDArray[np.int64],
    fixed: NDArray[np.bool_],
    parents: NDArray[np.int64],
    shared: NDArray[np.bool_],
) -> None:
    """Join the documents of each bucket of one band, and mark in `shared` those that are not alone in theirs.

    `keys` is one band's column and `order` sorts it; a bucket of `fixed` documents only has nothing to decide and joins
    nothing. `parents` is a union-find forest, a document pointing at itself at first; the lower index becomes the root,
    so the forest's roots do not depend on the order of joining.
    """
    start = 0
    while start < len(order):
        end = start + 1
        while end < len(order) and keys[order[end]] == keys[order[start]]:
            end += 1
        if end - start > 1 and keys[order[start]] != 0 and not fixed[order[start:end]].all():
            for i in range(start, end):
                shared[order[i]] = True
                _join(parents, order[start], order[i])
        start = end


@compiled
def _join(parents: NDArray[np.int64], left: int, right: int) -> None:
    a, b = _root(parents, left), _root(parents, right)
    parents[max(a, b)] = min(a, b)


@compiled
def join_pairs(left: NDArray[np.int64], right: NDArray[np.int64], parents: NDArray[np.int64]) -> None:
    """Join documents pair by pair in a union-find forest as `join_buckets` does."""
    for i in range(len(left)):
        _join(parents, left[i], right[i])


@compiled
def star_pairs(
    cells: NDArray[np.uint64], documents: NDArray[np.uint64], first_new: np.uint64
) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """Pair each document of a bucket with the bucket's lowest; two uint64 arrays, one pair fewer than documents.

    `cells` is sorted and says which bucket each of the `documents` is in. Buckets without a document from `first_new`
    on give nothing.
    """
    left, right = np.empty(len(cells), np.uint64), np.empty(len(cells), np.uint64)
    count = start = 0
    while start < len(cells):
        end = start + 1
        while end < len(cells) and cells[end] == cells[start]:
            end += 1
        members = documents[start:end]
        if end - start > 1 and members.max() >= first_new:
            lowest = members.min()
            for document in members:
                left[count], right[count] = document, lowest
                count += document != lowest
        start = end
    return left[:count].copy(), right[:count].copy()


@compiled
def roots(parents: NDArray[np.int64]) -> NDArray[np.int64]:
    """Resolve a union-find forest: the root of each document."""
    found = np.empty(len(parents), np.int64)
    for document in range(len(parents)):
        found[document] = _root(parents, document)
    return found
