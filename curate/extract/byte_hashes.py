"""Hashes of byte strings and the open-addressed tables the compiled code looks them up in."""

from collections.abc import Mapping
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from curate.extract.compiling import Integer, borrowing

Hashes: TypeAlias = NDArray[np.uint64]
Numbers: TypeAlias = NDArray[np.int32]

# FNV-1a, 64 bits: one multiplication per byte, and a text's hash can be built while it is read.
BASIS = np.uint64(14695981039346656037)
PRIME = np.uint64(1099511628211)
_MASK = 2**64 - 1


@borrowing
def mix(value: np.uint64, byte: Integer) -> np.uint64:
    """Take one more byte into a hash; every operand is uint64, else numba turns to floats."""
    return (value ^ np.uint64(byte)) * PRIME


def hash_bytes(text: bytes, salt: int | None = None) -> int:
    """FNV-1a of a byte string, as the compiled code computes it; a salt counts as a first byte.

    >>> hash_bytes(b"") == int(BASIS)
    True
    """
    value = int(BASIS)
    for byte in text if salt is None else bytes([salt]) + text:
        value = ((value ^ byte) * int(PRIME)) & _MASK
    return value


def table_of(numbers: Mapping[int, int], bits: int) -> tuple[Hashes, Numbers]:
    """Lay hashes out in a table of 2**bits places, found again by `look_up`.

    Returns keys, uint64[2**bits] with 0 for an empty place, and values, int32[2**bits].
    Raises ValueError when the table would be more than half full.
    """
    size = 1 << bits
    if 2 * len(numbers) > size:
        raise ValueError(f"{len(numbers)} hashes are too many for a table of {size}")
    keys, values = np.zeros(size, np.uint64), np.full(size, -1, np.int32)
    for key, number in numbers.items():
        place = (key ^ (key >> 29)) & (size - 1)
        while keys[place]:
            place = (place + 1) & (size - 1)
        keys[place], values[place] = key, number
    return keys, values


@borrowing
def look_up(keys: Hashes, values: Numbers, key: np.uint64) -> int:
    """The number stored for a hash, or -1."""
    mask = len(keys) - 1
    place = np.int64((key ^ (key >> np.uint64(29))) & np.uint64(mask))
    while keys[place] != np.uint64(0):
        if keys[place] == key:
            return values[place]
        place = (place + 1) & mask
    return -1


@borrowing
def first_of_each(hashes: Hashes, table: Numbers, firsts: Numbers) -> None:
    """Write, for each hash, the number of the first that is equal to it: int32[n].

    `table`, int32[a power of two that is at least 2 n], comes as zeros.
    """
    mask = len(table) - 1
    for i in range(len(hashes)):
        key = hashes[i]
        place = np.int64((key ^ (key >> np.uint64(29))) & np.uint64(mask))
        while table[place] and hashes[table[place] - 1] != key:
            place = (place + 1) & mask
        if not table[place]:
            table[place] = i + 1
        firsts[i] = table[place] - 1


def empty_table() -> tuple[Hashes, Numbers]:
    """A table in which nothing is found."""
    return table_of({}, 1)
