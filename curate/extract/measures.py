"""Counts what can be counted in one block's text: words, links, punctuation, words that say boilerplate."""

import numpy as np
from numpy.typing import NDArray

from curate.extract import page as p
from curate.extract.byte_hashes import BASIS, Hashes, Numbers, look_up, mix
from curate.extract.compiling import Integer, compiled
from curate.extract.page import Page

Measures = NDArray[np.float32]

# Columns of the measures: float32[blocks, 16].
(
    CHARS,  # code points
    WORDS,  # runs without white space; two characters of a script written without spaces count as one
    LINK_SHARE,
    COMMAS,
    STOPS,
    UPPER,
    DIGITS,
    SYMBOLS,
    LINES,
    STARTS,  # 0 other, 1 lower case, 2 upper case, 3 digit, 4 beyond ASCII
    ENDS,  # 0 letter, 1 full stop and the like, 2 colon, 3 other punctuation, 4 beyond ASCII
    TITLE_WORDS,
    SCORE,  # sum of the word scores
    LOWEST,  # lowest of them
    REPEATS,  # blocks of the page with the same text, white space and case left out
    FIRST,  # number of the first of them
) = range(16)
MEASURES = 16

_LETTER, _DIGIT, _COMMA, _STOP, _COLON, _SYMBOL, _SPACE, _CONTINUED, _LEAD = range(9)
_CLASS = np.full(256, _SYMBOL, np.uint8)
_CLASS[[*range(65, 91), *range(97, 123)]] = _LETTER
_CLASS[48:58] = _DIGIT
_CLASS[[44, 59]] = _COMMA
_CLASS[[33, 46, 63]] = _STOP
_CLASS[58] = _COLON
_CLASS[[9, 10, 32]] = _SPACE
_CLASS[128:192] = _CONTINUED
_CLASS[192:] = _LEAD
_COLUMN = np.array([UPPER, DIGITS, COMMAS, STOPS, SYMBOLS, SYMBOLS])
MAX_TITLE_WORDS = 64


@compiled
def _is_unspaced(lead: int, second: int) -> bool:
    """Return whether a three-byte character is of a script without spaces: Thai, Lao, Khmer, Burmese, kana or Han."""
    if lead == 0xE0:
        return 0xB8 <= second <= 0xBB
    if lead == 0xE1:
        return 0x80 <= second <= 0x82 or 0x9E <= second <= 0x9F
    return (lead == 0xE3 and second >= 0x81) or 0xE4 <= lead <= 0xE9


@compiled
def _ending(kind: int) -> int:
    if kind == _STOP:
        return 1
    if kind == _COLON:
        return 2
    if kind >= _CONTINUED:
        return 4
    return 0 if kind == _LETTER else 3


@compiled
def _starting(byte: int) -> int:
    if 97 <= byte <= 122:
        return 1
    if 65 <= byte <= 90:
        return 2
    if 48 <= byte <= 57:
        return 3
    return 4 if byte >= 128 else 0


@compiled
def _count_beyond(text: NDArray[np.uint8], i: int, end: int, row: Measures) -> bool:
    """Count the character beyond ASCII that begins at `i`; returns whether its script puts no spaces between words."""
    lead, second, third = text[i], text[i + 1] if i + 1 < end else 0, text[i + 2] if i + 2 < end else 0
    if lead == 0xE3 and second == 0x80:  # U+3001 and U+3002, the ideographic comma and full stop
        row[COMMAS] += third == 0x81
        row[STOPS] += third == 0x82
    return _is_unspaced(lead, second)


@compiled
def _count(text: NDArray[np.uint8], start: int, end: int, row: Measures) -> None:
    """Fill the columns that are plain counts."""
    in_word, unspaced, spaced = False, 0, 0
    for i in range(start, end):
        byte = text[i]
        kind = _CLASS[byte]
        if kind == _CONTINUED:
            continue
        row[CHARS] += 1
        if kind == _SPACE:
            in_word = False
            row[LINES] += byte == 10
            continue
        if not in_word:
            in_word, spaced = True, spaced + 1
        if kind == _LEAD:
            unspaced += _count_beyond(text, i, end, row)
        elif kind == _LETTER:
            row[UPPER] += byte < 97
        else:
            row[_COLUMN[kind]] += 1
    row[WORDS] = spaced + unspaced // 2
    row[STARTS], row[ENDS] = _starting(text[start]), _ending(_CLASS[text[end - 1]])


@compiled
def is_word(byte: Integer) -> bool:
    """Return whether a byte is part of a word: an ASCII letter, or part of any character beyond."""
    return bool(97 <= byte <= 122 or 65 <= byte <= 90 or byte >= 128)


@compiled
def _score_words(
    text: NDArray[np.uint8], start: int, end: int, title: Hashes, keys: Hashes, values: Numbers, row: Measures
) -> np.uint64:
    """Fill the columns that need each word's hash; returns the hash of the whole text, case and spaces left out."""
    whole, word, length = BASIS, BASIS, 0
    # A bit for each title word's hash: nearly all words are not in the title and need no more than a look at one.
    among = np.uint64(0)
    for other in title:
        among |= np.uint64(1) << (other & np.uint64(63))
    for i in range(start, end + 1):
        byte = np.int64(text[i]) if i < end else 32
        if is_word(byte):
            lowered = byte + 32 if 65 <= byte <= 90 else byte
            word, whole, length = mix(word, lowered), mix(whole, lowered), length + 1
        elif length:
            score = look_up(keys, values, word & np.uint64(0xFFFFFFFF))
            if score != -1:
                row[SCORE] += score
                row[LOWEST] = min(row[LOWEST], score)
            if among >> (word & np.uint64(63)) & np.uint64(1):
                for other in title:
                    if other == word:
                        row[TITLE_WORDS] += 1
                        break
            word, length = BASIS, 0
        if not is_word(byte) and byte > 32:
            whole = mix(whole, byte)
    return whole


@compiled
def _title_words(page: Page) -> Hashes:
    hashes, count, word, length = np.empty(MAX_TITLE_WORDS, np.uint64), 0, BASIS, 0
    start, end = page.state[p.TITLE_START], page.state[p.TITLE_END]
    for i in range(start, end + 1):
        byte = np.int64(page.text[i]) if i < end else 32
        if is_word(byte):
            word, length = mix(word, byte + 32 if 65 <= byte <= 90 else byte), length + 1
        else:
            if length > 3 and count < MAX_TITLE_WORDS:
                hashes[count] = word
                count += 1
            word, length = BASIS, 0
    return hashes[:count]


@compiled
def measure(page: Page, keys: Hashes, values: Numbers) -> Measures:
    """Measure every block; `keys` and `values` are the table of word scores, in hundredths."""
    n, title = page.state[p.BLOCKS], _title_words(page)
    rows, hashes = np.zeros((n, MEASURES), np.float32), np.empty(n, np.uint64)
    for i in range(n):
        start, end = page.blocks[i, p.TEXT_START], page.blocks[i, p.TEXT_END]
        _count(page.text, start, end, rows[i])
        hashes[i] = _score_words(page.text, start, end, title, keys, values, rows[i])
        rows[i, LINK_SHARE] = page.blocks[i, p.LINK_BYTES] / (end - start)
    order = np.argsort(hashes)
    first = 0
    for i in range(1, n + 1):
        if i == n or hashes[order[i]] != hashes[order[first]]:
            for j in range(first, i):
                rows[order[j], REPEATS], rows[order[j], FIRST] = i - first, order[first:i].min()
            first = i
    return rows
