"""Blocks known by what they say: a short line itself, its shape, and how any line opens, each looked up in one table.

"3 comments" and "17 Comments" are one line, since case, marks and numbers count for nothing; "By Jo Brook" and "By Al
Hill" are two lines of one shape: a short word as it is, then two longer ones that begin with a capital. "Previous
message: how to begin" opens with the same two words as other lines of its kind, "Related guides" with the same one.
What the table says of each is how often it was content on the sites that had it.
"""

import numpy as np
from numpy.typing import NDArray

from curate.extract import page as p
from curate.extract.arrays import floats, hashes
from curate.extract.byte_hashes import BASIS, Hashes, Numbers, look_up, mix
from curate.extract.compiling import borrowing, compiled
from curate.extract.measures import is_word
from curate.extract.page import Page

MAX_LINE_BYTES, MAX_LINE_WORDS = 160, 12
# Words of up to this many letters are part of a shape: "by", "on", "the".
MAX_SPELT_LETTERS = 3
KEYS = 3
# Columns: what the table says of the line, its shape, the lines before and after, and of how it opens.
(_OWN, _OWN_SHAPE, _BEFORE, _AFTER, OPENING, LINES) = range(6)
OPENING_WORDS = 2

_LINE, _SHAPE, _OPENING = np.uint64(1), np.uint64(2), np.uint64(7)
_CAPITAL, _SMALL, _BEYOND, _SPELT, _NUMBER, _SPACE = (np.uint64(number) for number in (3, 4, 5, 6, 48, 32))
_LOW = np.uint64(0xFFFFFFFF)


@borrowing
def _key(text: NDArray[np.uint8], start: int, end: int) -> tuple[np.uint64, np.uint64]:
    """Hashes of one block as a line and as a shape, 32 bits each; 0 and 0 for one without words or with many."""
    line, shape, word = mix(BASIS, _LINE), mix(BASIS, _SHAPE), BASIS
    letters, words, lead, in_number = 0, 0, 0, False
    for i in range(start, end + 1):
        byte = np.int64(text[i]) if i < end else 32
        if is_word(byte):
            lead = lead if letters else int(byte)
            word, letters = mix(word, byte + 32 if 65 <= byte <= 90 else byte), letters + 1
        elif letters:
            line = mix(mix(line, _SPACE), word & _LOW)
            if letters <= MAX_SPELT_LETTERS and lead < 128:
                shape = mix(mix(shape, _SPELT), word & _LOW)
            else:
                shape = mix(shape, _CAPITAL if 65 <= lead <= 90 else (_SMALL if lead < 128 else _BEYOND))
            word, letters, words = BASIS, 0, words + 1
        is_digit = bool(48 <= byte <= 57)
        if is_digit and not in_number:
            line, shape, words = mix(line, _NUMBER), mix(shape, _NUMBER), words + 1
        in_number = is_digit
    if words == 0 or words > MAX_LINE_WORDS:
        return np.uint64(0), np.uint64(0)
    return line & _LOW, shape & _LOW


@borrowing
def _opening_key(text: NDArray[np.uint8], start: int, end: int) -> np.uint64:
    """A hash, 32 bits, of a block's first two words or numbers, or of the first where only one follows it; or 0."""
    opening, first, word, letters, words, in_number = mix(BASIS, _OPENING), BASIS, BASIS, 0, 0, False
    for i in range(start, end + 1):
        byte = np.int64(text[i]) if i < end else 32
        is_digit = bool(48 <= byte <= 57)
        if (is_word(byte) or is_digit) and words == OPENING_WORDS:
            return opening & _LOW
        if is_word(byte):
            word, letters = mix(word, byte + 32 if 65 <= byte <= 90 else byte), letters + 1
        elif letters:
            first, opening = opening, mix(mix(opening, _SPACE), word & _LOW)
            word, letters, words = BASIS, 0, words + 1
        if is_digit and not in_number:
            first, opening, words = opening, mix(opening, _NUMBER), words + 1
        in_number = is_digit
    return first & _LOW if words == OPENING_WORDS else np.uint64(0)


@compiled
def line_keys(page: Page) -> Hashes:
    """Hashes of every block as a line, a shape and an opening, uint64[blocks, KEYS]; the first two 0 if it is long."""
    n = page.state[p.BLOCKS]
    keys = hashes(n, KEYS)
    for i in range(n):
        start, end = page.blocks[i, p.TEXT_START], page.blocks[i, p.TEXT_END]
        if end - start <= MAX_LINE_BYTES:
            keys[i, 0], keys[i, 1] = _key(page.text, start, end)
        keys[i, 2] = _opening_key(page.text, start, end)
    return keys


@compiled
def line_scores(page: Page, keys: Hashes, values: Numbers) -> NDArray[np.float32]:
    """What the table says of a block's line, shape and opening, and of the lines beside it: float32[blocks, LINES]."""
    found = line_keys(page)
    n = len(found)
    scores = floats(n, LINES)
    _look_up_lines(found, keys, values, scores)
    return scores


@borrowing
def _look_up_lines(found: Hashes, keys: Hashes, values: Numbers, scores: NDArray[np.float32]) -> None:
    n = len(found)
    for i in range(n):
        for k in range(KEYS):
            score = look_up(keys, values, found[i, k]) if found[i, k] else -1
            scores[i, OPENING if k == KEYS - 1 else k] = 0 if score == -1 else score
    for i in range(n):
        scores[i, _BEFORE] = scores[i - 1, _OWN] if i else 0
        scores[i, _AFTER] = scores[i + 1, _OWN] if i + 1 < n else 0
