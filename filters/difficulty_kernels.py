"""Counting syllables and the diversity of words; compiled, linear."""

from typing import Any

import numpy as np

from curate.filters import characters as ch
from curate.filters.compiled import inner, kernel
from curate.filters.kernels import lower

A, C, D, E, G, H, I, L, M, O, S, T, U, X, Y, Z = (ord(letter) for letter in "acdeghilmostuxyz")  # noqa: E741


@inner
def plain(code: Any) -> Any:
    """A letter in lower case; Latin letters with accents as far as U+00FF are the vowel they are written with."""
    code = lower(code)
    if code < 0xC0 or code > 0xFF:
        return code
    code |= np.uint32(0x20)
    if 0xE0 <= code <= 0xE6:
        return np.uint32(A)
    if 0xE8 <= code <= 0xEB:
        return np.uint32(E)
    if 0xEC <= code <= 0xEF:
        return np.uint32(I)
    if 0xF2 <= code <= 0xF8 and code != 0xF7:
        return np.uint32(O)
    return np.uint32(U) if 0xF9 <= code <= 0xFC else code


@inner
def is_vowel(code: Any) -> Any:
    """Return whether a letter in lower case is a, e, i, o, u or y."""
    return code in (A, E, I, O, U, Y)


@inner
def breaks_vowels(first: Any, second: Any, third: Any) -> Any:
    """Whether two vowels in a row are two syllables: i-a, i-o, e-o, u-a and their like, but not in -tion, -cial."""
    if first == I and (second in (A, O, U)):
        return third not in (T, C, S, G)
    return (first == E and second == O) or (first == U and second == A) or (first == Y and second == I)


@inner
def silent_end(codes: Any, start: Any, end: Any) -> Any:
    """Whether the last vowel of a word is an e that is not spoken: made, makes, jumped; not table, wanted, boxes."""
    last = plain(codes[end - 1])
    at = end - 1 if last == E else end - 2
    if at - start < 2 or plain(codes[at]) != E or (at == end - 2 and last != S and last != D):
        return False
    before, earlier = plain(codes[at - 1]), plain(codes[at - 2])
    if is_vowel(before):
        return False
    if before == L and not is_vowel(earlier) and earlier != L:
        return False
    if at == end - 1:
        return True
    if last == D:
        return before != T and before != D
    hissing = before in (S, X, Z, C, G)
    return not (hissing or (before == H and (earlier in (C, S))))


@inner
def syllables_of(codes: Any, start: Any, end: Any) -> Any:
    """Syllables of one word, at least 1."""
    count, open_, before, earlier = 0, False, np.uint32(0), np.uint32(0)
    for k in range(start, end):
        code = plain(codes[k])
        vowel = is_vowel(code) and not (code == Y and k == start)
        if vowel and (not open_ or breaks_vowels(before, code, earlier)):
            count += 1
        earlier = before if vowel and open_ else (before if not vowel else earlier)
        if not vowel:
            earlier = code
        open_, before = vowel, code
    if count > 1 and silent_end(codes, start, end):
        count -= 1
    if end - start > 3 and before == M and plain(codes[end - 2]) == S:  # rhythm, -ism
        count += 1
    return max(count, 1)


@kernel
def count_syllables(codes: Any, flags: Any, starts: Any, ends: Any) -> Any:
    """Syllables of all words together; a word without a letter counts as one."""
    total = 0
    for i in range(len(starts)):
        total += syllables_of(codes, starts[i], ends[i]) if flags[starts[i]] & ch.LETTER else 1
    return total


@kernel
def diversity_factors(words: Any, distinct: Any, threshold: Any, backward: Any) -> Any:
    """How often the share of distinct words, counted from the last such point, sinks to a threshold; with the rest.

    `words` numbers the words of a text from 0 to `distinct` - 1. The rest counts as the part of the way it has gone.
    """
    seen = np.full(distinct, -1, dtype=np.int64)
    factors, terms, length, ratio = 0, 0, 0, 0.0
    for i in range(len(words)):
        word = words[len(words) - 1 - i] if backward else words[i]
        if seen[word] != factors:
            seen[word], terms = factors, terms + 1
        length += 1
        ratio = terms / length
        if ratio <= threshold:
            factors, terms, length = factors + 1, 0, 0
    return factors + ((1 - ratio) / (1 - threshold) if length else 0.0)
