"""Hashes of spans in constant time, and a small open table of them; compiled.

The hash of a span is a polynomial over its code points modulo 2**64, read off running sums of the text. Equal spans
always hash equal. Unequal ones that collide can be built on purpose, out of a thousand characters or more; all they
would do is make their own page look more repetitive than it is.
"""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from curate.filters.compiled import inner

BASE = np.uint64(0x9E3779B97F4A7C15)  # odd, so that no character is lost when hashes wrap
MIX = np.uint64(0xFF51AFD7ED558CCD)
SLOT_BITS = 13
POWERS = np.array([pow(int(BASE), size, 2**64) for size in range(256)], dtype=np.uint64)


@inner
def power(size: Any) -> Any:
    """BASE to the power of a length: what appending that many characters multiplies a hash by."""
    value, square, left = POWERS[size & 255], POWERS[255] * BASE, size >> 8
    while left:
        if left & 1:
            value *= square
        square, left = square * square, left >> 1
    return value


@inner
def span_hash(sums: Any, start: Any, end: Any) -> Any:
    """The hash of the code points from `start` up to `end`."""
    return sums[end] - sums[start] * power(end - start)


@inner
def slot_of(value: Any, bits: Any) -> Any:
    """The slot a hash starts at in a table of 2**bits slots."""
    return np.int64(((value ^ (value >> np.uint64(31))) * MIX) >> np.uint64(64 - bits))


@inner
def look_up(table: Any, value: Any) -> Any:
    """Return what a table of `word_table` holds for a hash, or 0."""
    slot = slot_of(value, SLOT_BITS)
    while table[2 * slot] != 0:
        if table[2 * slot] == value:
            return np.int64(table[2 * slot + 1])
        slot = (slot + 1) & ((1 << SLOT_BITS) - 1)
    return np.int64(0)


@cache
def hash_word(word: str) -> int:
    """`span_hash` of a word given as text; for the words of our own lists, which are kept."""
    value = 0
    for char in word:
        value = (value * int(BASE) + ord(char) + 1) % 2**64
    return value


def hash_words(words: Iterable[str]) -> NDArray[np.uint64]:
    """`hash_word` of every word of a list, uint64[words]."""
    return np.array([hash_word(word) for word in words], dtype=np.uint64)


def word_table(words: Mapping[str, int]) -> NDArray[np.uint64]:
    """A table for `look_up` of up to some four thousand words and their values: hash and value by turns."""
    table = np.zeros(2 << SLOT_BITS, dtype=np.uint64)
    for word, value in words.items():
        key = hash_word(word)
        slot = (((key ^ (key >> 31)) * int(MIX)) % 2**64) >> (64 - SLOT_BITS)
        while table[2 * slot]:
            slot = (slot + 1) % (1 << SLOT_BITS)
        table[2 * slot], table[2 * slot + 1] = key, value
    return table
