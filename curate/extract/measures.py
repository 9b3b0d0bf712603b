"""Counts what can be counted in one block's text: words, links, punctuation, words that say boilerplate."""

from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from curate.extract import page as p
from curate.extract.arrays import firsts_of, floats, hashes, integers
from curate.extract.byte_hashes import BASIS, Hashes, Numbers, look_up, mix
from curate.extract.compiling import Integer, borrowing, compiled
from curate.extract.page import Page

Measures = NDArray[np.float32]
Bytes: TypeAlias = NDArray[np.uint8]

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
# What a byte of a word is hashed as, 0 for one that is in no word; as `is_word` says.
_LOWERED = np.array([byte | 32 if byte < 128 else byte for byte in range(256)], np.uint8)
_LOWERED[np.isin(_CLASS, (_LETTER, _CONTINUED, _LEAD), invert=True)] = 0
MAX_TITLE_WORDS = 64


class _Scores(NamedTuple):
    """What words are looked up in: their scores, and the words of the title."""

    keys: Hashes
    values: Numbers
    title: Hashes
    among: np.uint64  # a bit for each title word's hash: most words need no more than a look at one


@borrowing
def _is_unspaced(lead: int, second: int) -> bool:
    """Return whether a three-byte character is of a script without spaces: Thai, Lao, Khmer, Burmese, kana or Han."""
    if lead == 0xE0:
        return 0xB8 <= second <= 0xBB
    if lead == 0xE1:
        return 0x80 <= second <= 0x82 or 0x9E <= second <= 0x9F
    return (lead == 0xE3 and second >= 0x81) or 0xE4 <= lead <= 0xE9


@borrowing
def _ending(kind: int) -> int:
    if kind == _STOP:
        return 1
    if kind == _COLON:
        return 2
    if kind >= _CONTINUED:
        return 4
    return 0 if kind == _LETTER else 3


@borrowing
def _starting(byte: int) -> int:
    if 97 <= byte <= 122:
        return 1
    if 65 <= byte <= 90:
        return 2
    if 48 <= byte <= 57:
        return 3
    return 4 if byte >= 128 else 0


@borrowing
def _count_beyond(text: Bytes, i: int, end: int, row: Measures) -> bool:
    """Count the character beyond ASCII that begins at `i`; returns whether its script puts no spaces between words."""
    lead, second, third = text[i], text[i + 1] if i + 1 < end else 0, text[i + 2] if i + 2 < end else 0
    if lead == 0xE3 and second == 0x80:  # U+3001 and U+3002, the ideographic comma and full stop
        row[COMMAS] += third == 0x81
        row[STOPS] += third == 0x82
    return _is_unspaced(lead, second)


@borrowing
def is_word(byte: Integer) -> bool:
    """Return whether a byte is part of a word: an ASCII letter, or part of any character beyond."""
    return bool(97 <= byte <= 122 or 65 <= byte <= 90 or byte >= 128)


@borrowing
def _score_word(word: np.uint64, scores: _Scores, row: Measures) -> None:
    score = look_up(scores.keys, scores.values, word & np.uint64(0xFFFFFFFF))
    if score != -1:
        row[SCORE] += score
        row[LOWEST] = min(row[LOWEST], score)
    if scores.among >> (word & np.uint64(63)) & np.uint64(1):
        for i in range(len(scores.title)):
            if scores.title[i] == word:
                row[TITLE_WORDS] += 1
                break


@borrowing
def _read_word(text: Bytes, i: int, end: int, whole: np.uint64) -> tuple[int, np.uint64, np.uint64, int, int]:
    """Return where a word ends, its hash, the text's, and how many capitals and bytes within characters it has."""
    word, capitals, continued = BASIS, 0, 0
    while i < end:
        byte = text[i]
        lowered = _LOWERED[byte]
        if lowered == 0:
            break
        word, whole = mix(word, lowered), mix(whole, lowered)
        capitals += byte != lowered
        continued += (byte & 0xC0) == 0x80
        i += 1
    return i, word, whole, capitals, continued


@borrowing
def _measure(text: Bytes, start: int, end: int, scores: _Scores, row: Measures) -> np.uint64:
    """Fill the columns that are about one text; returns its hash, case and spaces left out."""
    whole, i, in_word, spaced, unspaced, chars, lines = BASIS, start, False, 0, 0, 0, 0
    capitals, digits, commas, stops, symbols = 0, 0, 0, 0, 0
    while i < end:
        byte = text[i]
        if _LOWERED[byte]:
            first = i
            i, word, whole, upper, continued = _read_word(text, i, end, whole)
            _score_word(word, scores, row)
            chars, capitals = chars + i - first - continued, capitals + upper
            if continued < i - first and not in_word:
                in_word, spaced = True, spaced + 1
            if continued:
                for k in range(first, i):
                    if text[k] >= 192:
                        unspaced += _count_beyond(text, k, end, row)
            continue
        i, chars = i + 1, chars + 1
        if byte > 32:
            whole = mix(whole, byte)
        kind = _CLASS[byte]
        if kind == _SPACE:
            in_word = False
            lines += byte == 10
            continue
        if not in_word:
            in_word, spaced = True, spaced + 1
        digits += kind == _DIGIT
        commas += kind == _COMMA
        stops += kind == _STOP
        symbols += kind >= _COLON
    row[CHARS], row[WORDS], row[LINES], row[UPPER] = chars, spaced + unspaced // 2, lines, capitals
    row[DIGITS], row[COMMAS], row[STOPS], row[SYMBOLS] = digits, row[COMMAS] + commas, row[STOPS] + stops, symbols
    row[STARTS], row[ENDS] = _starting(text[start]), _ending(_CLASS[text[end - 1]])
    return whole


@borrowing
def _title_words(page: Page, found: Hashes) -> int:
    """Write the hashes of the title's longer words; returns how many there are."""
    count, word, length = 0, BASIS, 0
    start, end = page.state[p.TITLE_START], page.state[p.TITLE_END]
    for i in range(start, end + 1):
        byte = np.int64(page.text[i]) if i < end else 32
        if is_word(byte):
            word, length = mix(word, byte + 32 if 65 <= byte <= 90 else byte), length + 1
        else:
            if length > 3 and count < MAX_TITLE_WORDS:
                found[count] = word
                count += 1
            word, length = BASIS, 0
    return count


@borrowing
def _measure_all(page: Page, scores: _Scores, rows: Measures, texts: Hashes) -> None:
    for i in range(len(rows)):
        start, end = page.blocks[i, p.TEXT_START], page.blocks[i, p.TEXT_END]
        texts[i] = _measure(page.text, start, end, scores, rows[i])
        rows[i, LINK_SHARE] = page.blocks[i, p.LINK_BYTES] / (end - start)


@borrowing
def _count_repeats(firsts: Numbers, times: Numbers, rows: Measures) -> None:
    for i in range(len(firsts)):
        times[firsts[i]] += 1
    for i in range(len(firsts)):
        rows[i, REPEATS], rows[i, FIRST] = times[firsts[i]], firsts[i]


@compiled
def measure(page: Page, keys: Hashes, values: Numbers) -> Measures:
    """Measure every block; `keys` and `values` are the table of word scores, in hundredths."""
    n, title, among = page.state[p.BLOCKS], hashes(1, MAX_TITLE_WORDS)[0], np.uint64(0)
    title = title[: _title_words(page, title)]
    for i in range(len(title)):
        among |= np.uint64(1) << (title[i] & np.uint64(63))
    rows, texts = floats(n, MEASURES), hashes(1, n)[0]
    _measure_all(page, _Scores(keys, values, title, among), rows, texts)
    _count_repeats(firsts_of(texts), integers(1, n)[0], rows)
    return rows
