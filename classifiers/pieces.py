"""Words and parts of words in any script, hashed: what languages that are kin spell alike, and what a language repeats.

A piece is a word, its first five letters, or four letters in a row; in scripts without spaces a letter or two letters.
"""

import re
import zlib
from collections import Counter
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from curate.classifiers.excerpt import excerpt
from curate.classifiers.plain_form import DENSE_LETTERS, MAX_HEAD, MAX_MIDDLE, MAX_TAIL, WORD

BITS = 18
LOW_BITS = (1 << BITS) - 1
BEGINNING, IN_A_ROW = 5, 4  # letters of a word's beginning, its mark included, and of a run within it
DENSE_SHARE = 0.05  # share of letters without spaces from which pairs of them are read

_LETTER = re.compile(f"[{DENSE_LETTERS}]")


def measure(text: str) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """The slots of a text's pieces, int32[k] below 2**18, and 1 + log of how often each is there, float32[k].

    At most 10,000 characters of a text are read.

    >>> slots, amounts = measure("Bees and bees")
    >>> len(slots), amounts.max().round(2)
    (6, np.float32(1.69))
    """
    seen = excerpt(text, max_head=MAX_HEAD, max_middle=MAX_MIDDLE, max_tail=MAX_TAIL).lower()
    words = WORD.findall(seen)
    counts = Counter(words)
    if len(_LETTER.findall(seen)) > DENSE_SHARE * len(seen):
        counts.update(map("".join, pairwise(words)))
    else:
        for word, count in Counter(words).items():
            marked = "_" + word
            if len(marked) >= BEGINNING:
                counts["^" + marked[:BEGINNING]] += count
            for start in range(len(marked) - IN_A_ROW + 1):
                counts["#" + marked[start : start + IN_A_ROW]] += count
    slots = np.array([zlib.crc32(piece.encode("utf-8", "replace")) & LOW_BITS for piece in counts], np.int64)
    totals = np.bincount(slots, list(counts.values()), minlength=1) if counts else np.zeros(1)
    there = np.flatnonzero(totals)
    return there.astype(np.int32), (1 + np.log(totals[there])).astype(np.float32)
