"""Words as evaluation items are compared by: folded, with marks, case and typography gone; and how rare they are.

A word is a run of letters and digits. Case, accents, compatibility forms (full width, ligatures) and invisible
characters make no difference. Apostrophes inside a word, and points and commas between two digits, are passed over, so
that `farmer’s`, `80,000` and `80.000` are one word each. Everything else ends a word: white space, punctuation of any
script, and the marks of Markdown, the low line too. A Han, Kana, Thai, Lao, Khmer or Myanmar character is a word of its
own.
"""

import unicodedata
from functools import cache
from importlib.resources import files
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from curate.contamination.folded import APOSTROPHE, EXPANDED, POINT
from curate.dedup.minhash import fold_table

LONGEST_EXPANSION = 4
APOSTROPHES = "'’‘ʼ`´＇′"
POINTS = ".,．，"


class Folding(NamedTuple):
    """How words are folded: the form of each code point, uint32[0x110000], and of some in several, uint32[n, 4]."""

    table: NDArray[np.uint32]
    expansions: NDArray[np.uint32]


class Common(NamedTuple):
    """How common words are on the web: hashes, uint32[words], sorted, with bits, float32[words]; runs, uint32[runs].

    `runs` are hashes of `SEED_WORDS` words in a row that several sites have.
    """

    words: NDArray[np.uint32]
    bits: NDArray[np.float32]
    runs: NDArray[np.uint32]


@cache
def folding() -> Folding:
    """Minhash's fold table, with apostrophes and points passed over and compatibility characters written out."""
    table = fold_table().copy()
    rows: list[list[int]] = []
    for code in range(0x20000):
        if table[code] > 1 and (spelled := _spelled(chr(code), table)):
            table[code] = EXPANDED | len(rows)
            rows.append(spelled + [0xFFFFFFFF] * (LONGEST_EXPANSION - len(spelled)))
    table[[ord(mark) for mark in APOSTROPHES]] = APOSTROPHE
    table[[ord(mark) for mark in POINTS]] = POINT
    return Folding(table, np.array(rows, np.uint32))


def _spelled(character: str, table: NDArray[np.uint32]) -> list[int]:
    """The folded letters a character is written out as, such as f and i; empty when it stands for itself."""
    parts = unicodedata.normalize("NFKD", character)
    letters = [part for part in parts.casefold() if unicodedata.category(part) not in ("Mn", "Me", "Cf")]
    if not 2 <= len(letters) <= LONGEST_EXPANSION:
        return []
    return [int(table[ord(letter)]) for letter in letters]


def code_points(text: str) -> NDArray[np.generic]:
    """The code points of a text, uint8 where it is ASCII, else uint32; lone surrogates stand for themselves."""
    if text.isascii():
        return np.frombuffer(text.encode("ascii"), np.uint8)
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)


def words(text: str) -> NDArray[np.uint32]:
    """Hash every word of a text, in order; uint32[words].

    >>> (words("The FARMER\u2019s 80,000 *eggs*!") == words("the farmer's 80.000 eggs")).all().item()
    True
    >>> len(words("..."))
    0
    """
    from curate.contamination import scanning

    return scanning.word_hashes(code_points(text), *folding())


def bounds(text: str) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return where each word of a text begins and ends; int64[words] twice."""
    from curate.contamination import scanning

    return scanning.word_bounds(code_points(text), *folding())


@cache
def common() -> Common:
    """The shipped table, made by bench/common_words.py of the words of real pages; hashes and counts, no texts."""
    with np.load(str(files("curate.contamination") / "common.npz")) as table:
        return Common(table["words"], table["bits"].astype(np.float32) / 8, table["runs"])
