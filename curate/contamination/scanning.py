"""Cuts a text into words in a compiled loop; `curate.contamination.words` says what a word is."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from curate.contamination.folded import APOSTROPHE, EXPANDED, POINT
from curate.dedup.kernels import compiled, mix

_SKIPPED, _APOSTROPHE, _POINT, _EXPANDED, _ALONE = (
    np.uint32(value) for value in (1, APOSTROPHE, POINT, EXPANDED, 1 << 31)
)
_NO_LETTER, _ZERO, _NINE = np.uint32(0xFFFFFFFF), np.uint32(48), np.uint32(57)
_CHARACTER, _NONE, _32 = np.uint64(0x880355F21E6D1965), np.uint64(0), np.uint64(32)


@compiled
def _put(state: Any, begin: Any, end: Any, count: Any, hashes: Any, starts: Any, ends: Any) -> Any:
    """Note a word that has ended, if there is one; returns how many there are."""
    if state == _NONE:
        return count
    if len(starts):
        starts[count] = begin
        ends[count] = end
    else:
        hashes[count] = np.uint32(mix(state) >> _32)
    return count + 1


@compiled
def _in_number(codes: Any, table: Any, last: Any, i: Any) -> Any:
    """Return whether a mark stands right after the last letter, a digit, and right before another digit."""
    return last == i and i + 1 < len(codes) and _ZERO <= table[codes[i + 1]] <= _NINE


@compiled
def _scan(codes: Any, table: Any, expansions: Any, hashes: Any, starts: Any, ends: Any) -> Any:
    """Cut a text into words; writes their hashes, or their bounds where there is room for those."""
    count, begin, last, digit, state = 0, 0, 0, False, _NONE
    for i in range(len(codes)):
        folded = table[codes[i]]
        if _POINT < folded < _EXPANDED:
            begin = i if state == _NONE else begin
            state = (state ^ np.uint64(folded)) * _CHARACTER
            digit, last = _ZERO <= folded <= _NINE, i + 1
        elif folded in (_SKIPPED, _APOSTROPHE) or (folded == _POINT and digit and _in_number(codes, table, last, i)):
            continue
        elif _EXPANDED <= folded < _ALONE:
            for letter in expansions[folded - _EXPANDED]:
                if letter == _NO_LETTER:
                    break
                if letter <= _POINT:
                    count, state = _put(state, begin, i + 1, count, hashes, starts, ends), _NONE
                    continue
                begin = i if state == _NONE else begin
                state = (state ^ np.uint64(letter)) * _CHARACTER
            digit, last = False, i + 1
        else:
            count, state = _put(state, begin, last, count, hashes, starts, ends), _NONE
            if folded >= _ALONE:
                count = _put(np.uint64(folded) * _CHARACTER, i, i + 1, count, hashes, starts, ends)
    return _put(state, begin, last, count, hashes, starts, ends)


@compiled
def word_hashes(
    codes: NDArray[np.generic], table: NDArray[np.uint32], expansions: NDArray[np.uint32]
) -> NDArray[np.uint32]:
    """Hash every word of a text given as code points; uint32, one per word, in order."""
    none = np.empty(0, np.int64)
    hashes = np.empty(2 * len(codes) + 1, np.uint32)
    return hashes[: _scan(codes, table, expansions, hashes, none, none)]


@compiled
def word_bounds(
    codes: NDArray[np.generic], table: NDArray[np.uint32], expansions: NDArray[np.uint32]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return where each word begins and ends; int64 twice, one per word, in order."""
    starts, ends = np.empty(2 * len(codes) + 1, np.int64), np.empty(2 * len(codes) + 1, np.int64)
    count = _scan(codes, table, expansions, np.empty(0, np.uint32), starts, ends)
    return starts[:count], ends[:count]
