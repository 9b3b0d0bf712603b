"""Hashes of spans, and small open tables of them; compiled.

A hash is a polynomial over the code points modulo 2**64. Equal spans always hash equal. Unequal spans that collide can
be built on purpose (out of a thousand characters or more); all they would do is make a page look more repetitive.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

BASE = np.uint64(0x9E3779B97F4A7C15)  # odd, so that no character is lost when hashes wrap
MIX = np.uint64(0xFF51AFD7ED558CCD)
SLOT_BITS = 12


@njit(cache=True, nogil=True)
def span_hash(codes: Any, start: Any, end: Any) -> Any:
    """The hash of the code points from `start` up to `end`."""
    value = np.uint64(0)
    for i in range(start, end):
        value = value * BASE + np.uint64(codes[i]) + np.uint64(1)
    return value


@njit(cache=True, nogil=True)
def slot_of(value: Any, bits: Any) -> Any:
    """The slot a hash starts at in a table of 2**bits slots."""
    return np.int64(((value ^ (value >> np.uint64(31))) * MIX) >> np.uint64(64 - bits))


@njit(cache=True, nogil=True)
def look_up(table: Any, value: Any) -> Any:
    """What a table of `word_table` holds for a hash, or 0."""
    slot = slot_of(value, SLOT_BITS)
    while table[2 * slot] != 0:
        if table[2 * slot] == value:
            return np.int64(table[2 * slot + 1])
        slot = (slot + 1) & ((1 << SLOT_BITS) - 1)
    return np.int64(0)


def hash_word(word: str) -> int:
    """`span_hash` of a word given as text."""
    value = 0
    for char in word:
        value = (value * int(BASE) + ord(char) + 1) % 2**64
    return value


def word_table(words: Mapping[str, int]) -> NDArray[np.uint64]:
    """A table for `look_up` of up to some two thousand words and their values: hash and value by turns."""
    table = np.zeros(2 << SLOT_BITS, dtype=np.uint64)
    for word, value in words.items():
        key = hash_word(word)
        slot = (((key ^ (key >> 31)) * int(MIX)) % 2**64) >> (64 - SLOT_BITS)
        while table[2 * slot]:
            slot = (slot + 1) % (1 << SLOT_BITS)
        table[2 * slot], table[2 * slot + 1] = key, value
    return table
