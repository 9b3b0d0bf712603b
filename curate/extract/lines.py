"""Short blocks known by what they say: the line itself, and the shape of it, each looked up in one table.

"3 comments" and "17 Comments" are one line, since case, marks and numbers count for nothing; "By Jo Brook" and "By Al
Hill" are two lines of one shape: a short word as it is, then two longer ones that begin with a capital. What the table
says of either is how often it was content on the sites that had it.
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
LINES = 4

_LINE, _SHAPE = np.uint64(1), np.uint64(2)
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


@compiled
def line_keys(page: Page) -> Hashes:
    """Hashes of every block as a line and as a shape, uint64[blocks, 2]; 0 for a long block."""
    n = page.state[p.BLOCKS]
    keys = hashes(n, 2)
    for i in range(n):
        start, end = page.blocks[i, p.TEXT_START], page.blocks[i, p.TEXT_END]
        if end - start <= MAX_LINE_BYTES:
            keys[i, 0], keys[i, 1] = _key(page.text, start, end)
    return keys


@compiled
def line_scores(page: Page, keys: Hashes, values: Numbers) -> NDArray[np.float32]:
    """What the table says of each block's line and shape, and of its neighbours' lines: float32[blocks, LINES]."""
    found = line_keys(page)
    n = len(found)
    scores = floats(n, LINES)
    _look_up_lines(found, keys, values, scores)
    return scores


@borrowing
def _look_up_lines(found: Hashes, keys: Hashes, values: Numbers, scores: NDArray[np.float32]) -> None:
    n = len(found)
    for i in range(n):
        for k in range(2):
            score = look_up(keys, values, found[i, k]) if found[i, k] else -1
            scores[i, k] = 0 if score == -1 else score
    for i in range(n):
        scores[i, 2] = scores[i - 1, 0] if i else 0
        scores[i, 3] = scores[i + 1, 0] if i + 1 < n else 0
