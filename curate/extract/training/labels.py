"""Labels the blocks of a page as content or not, by a text that is right or nearly so."""

import re
import zlib
from collections import defaultdict
from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray

Targets = NDArray[np.float32]

WORD = re.compile(r"\w+")
# Shorter blocks have no three-word runs to speak of: they must occur whole.
MIN_RUN_WORDS = 6


def words_of(text: str) -> list[str]:
    """Lower-case words, as every score in this project counts them."""
    return WORD.findall(text.lower())


def by_overlap(blocks: Sequence[str], gold: str) -> Targets:
    """How much of each block is in the gold text, float32[n] in 0..1: the share of its three-word runs found there.

    >>> by_overlap(["Home", "one two three four five six"], "one two three four five seven")
    array([0.  , 0.75], dtype=float32)
    """
    words = words_of(gold)
    runs = set(zip(words, words[1:], words[2:], strict=False))
    line = f" {' '.join(words)} "
    targets = np.zeros(len(blocks), np.float32)
    for i, block in enumerate(blocks):
        own = words_of(block)
        if len(own) >= MIN_RUN_WORDS:
            found = [run in runs for run in zip(own, own[1:], own[2:], strict=False)]
            targets[i] = sum(found) / len(found)
        elif own:
            targets[i] = f" {' '.join(own)} " in line
    return targets


def by_snippets(blocks: Sequence[str], wanted: Sequence[str], unwanted: Sequence[str]) -> Targets:
    """1 where a block shares a snippet of the content, 0 where one of the rest, NaN where neither: float32[n]."""
    targets = np.full(len(blocks), np.nan, np.float32)
    lines = [f" {' '.join(words_of(block))} " for block in blocks]
    for snippets, value in ((unwanted, 0.0), (wanted, 1.0)):
        for snippet in snippets:
            line = f" {' '.join(words_of(snippet))} "
            for i, block in enumerate(lines):
                if (line in block and line.strip()) or (len(block) > 20 and block in line):
                    targets[i] = value
    return targets


def by_lines(blocks: Sequence[str], lines: Sequence[str], leftovers: Collection[int]) -> Targets:
    """0 where a block is a line that was marked as left over, 1 where another line, NaN where neither: float32[n].

    >>> by_lines(["Share this", "The text.", "Other"], ["- Share this", "The text."], {0})
    array([ 0.,  1., nan], dtype=float32)
    """
    values: dict[tuple[str, ...], float] = {}
    for i, line in enumerate(lines):
        words = tuple(words_of(line))
        # A line that is marked in one place and not in another says nothing.
        value = float(i not in leftovers)
        values[words] = value if values.get(words, value) == value else np.nan
    return np.array([values.get(tuple(words_of(block)), np.nan) for block in blocks], np.float32)


def line_hash(block: str) -> int:
    """16 bits that the words of a block make, for telling blocks of one page apart without keeping what they say."""
    return zlib.crc32(" ".join(words_of(block)).encode("utf-8", "replace")) & 0xFFFF


def by_marks(blocks: Sequence[str], hashes: Sequence[int], marks: str) -> str:
    """What a reader called each block, a letter a block and a space where that is not known.

    `hashes` are the `line_hash` of every block of the page when it was read, `marks` a letter for each. A line that
    stands more than once is told by its order; where it no longer stands as often, by what all of it was called.

    >>> by_marks(["Share", "Text.", "Share", "New"], [line_hash(b) for b in ("Share", "Text.", "Share")], "lt ")
    'lt  '
    """
    said: dict[int, str] = defaultdict(str)
    for line, mark in zip(hashes, marks, strict=True):
        said[line] += mark
    found = [" "] * len(blocks)
    own: dict[int, list[int]] = defaultdict(list)
    for i, block in enumerate(blocks):
        own[line_hash(block)].append(i)
    for line, places in own.items():
        calls = said[line]
        alike = calls[0] * len(places) if len(set(calls)) == 1 else " " * len(places)
        for i, mark in zip(places, calls if len(calls) == len(places) else alike, strict=True):
            found[i] = mark
    return "".join(found)


def row_weights(blocks: Sequence[str]) -> NDArray[np.float32]:
    """Return what each block counts for: long ones more, and those of a page of very many blocks less."""
    counts = np.array([len(words_of(block)) for block in blocks], np.float32)
    return ((1 + np.log2(1 + counts)) / np.sqrt(max(len(blocks), 150) / 150)).astype(np.float32)
