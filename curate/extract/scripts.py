"""Superscripts and subscripts: `^` and `_` where they are part of a number or a formula, nothing where they are not.

A footnote's mark, the letters of "1st" and "M^me", a trade mark stay as they were. What decides is what is raised and
what stands before it, so the signs are put in when the end tag comes.
"""

import numpy as np
from numpy.typing import NDArray

from curate.extract import page as p
from curate.extract.byte_hashes import BASIS, hash_bytes, look_up, mix, table_of
from curate.extract.compiling import borrowing
from curate.extract.page import MAX_SCRIPTS, SCRIPT_LINKS, SCRIPT_PLACES, Page
from curate.extract.tags import SKIP

Bytes = NDArray[np.uint8]

# The signs of what is raised and what is lowered.
RAISED, LOWERED = ord("^"), ord("_")
MAX_SCRIPT_BYTES = 40
MAX_BRACKET_BYTES = 40
# A number of this many digits before a raised one is a year, and that a footnote.
YEAR_DIGITS = 4
MAX_WORD_BEFORE_SUB = 3

_UNIT, _FUNCTION, _SUFFIX = 1, 2, 3
_WORDS = {
    _UNIT: "m km cm mm dm nm um ft in yd mi s sec min h hr kg g mg l ha mol kmol px bit a j w n pa hz ev kev mev gev",
    _FUNCTION: "sin cos tan cot sec csc sinh cosh tanh log ln lg exp det dim max lim",
    _SUFFIX: "st nd rd th er ere re me mes nde eme ieme lle le te o os as r rs s es sm tm",
}
_words: dict[int, int] = {}
for _kind, _names in _WORDS.items():
    for _name in _names.split():
        _words[hash_bytes(_name.encode(), _kind)] = _kind
_KEYS, _KINDS = table_of(_words, 8)


@borrowing
def open_script(page: Page) -> None:
    """`<sup>` or `<sub>`: note where its text will begin and how many links the block has had."""
    state = page.state
    depth = state[p.SCRIPTS]
    if depth < MAX_SCRIPTS:
        owes_space = state[p.SPACE] != 0 and state[p.TEXT] > state[p.START]
        state[SCRIPT_PLACES + depth] = state[p.TEXT] + owes_space
        state[SCRIPT_LINKS + depth] = state[p.ANCHORS]
    state[p.SCRIPTS] += 1


@borrowing
def close_script(page: Page, sign: int, html: Bytes, after: int, end: int) -> None:
    """`</sup>` or `</sub>`: put the sign before its text, and braces around it, where it belongs to a formula."""
    state = page.state
    if state[p.SCRIPTS] == 0:
        return
    state[p.SCRIPTS] -= 1
    depth = state[p.SCRIPTS]
    if depth >= MAX_SCRIPTS or page.last_group[SKIP] >= 0:
        return
    at, stop, start = state[SCRIPT_PLACES + depth], state[p.TEXT], state[p.START]
    if depth:  # a script within a script stands on what is in that one
        start = max(start, state[SCRIPT_PLACES + depth - 1])
    if not start <= at < stop <= at + MAX_SCRIPT_BYTES or state[SCRIPT_LINKS + depth] != state[p.ANCHORS]:
        return
    text, is_raised = page.text, sign == RAISED
    if at == start or text[at - 1] <= 32:
        is_script = is_raised and _is_isotope(text, start, at, stop, html, after, end)
    elif is_raised:
        is_script = _is_exponent(text, start, at, stop)
    else:
        is_script = _is_index(text, start, at, stop)
    if is_script:
        _mark(page, sign, at, stop)


@borrowing
def _mark(page: Page, sign: int, at: int, stop: int) -> None:
    """Make room before, and where the text is more than a number or a word, for braces around it."""
    state, text = page.state, page.text
    first = at + (text[at] == 45 or text[at] == 43)
    is_simple = stop > at
    for i in range(first, stop):
        is_simple &= _is_alnum(text[i])
    shift = 1 if is_simple else 2
    for i in range(stop - 1, at - 1, -1):
        text[i + shift] = text[i]
    text[at] = sign
    if not is_simple:
        text[at + 1], text[stop + 2] = 123, 125
    state[p.TEXT] = stop + (1 if is_simple else 3)


@borrowing
def _is_digit(byte: int) -> bool:
    return 48 <= byte <= 57


@borrowing
def _is_letter(byte: int) -> bool:
    return 97 <= byte | 32 <= 122


@borrowing
def _is_alnum(byte: int) -> bool:
    return _is_digit(byte) or _is_letter(byte)


@borrowing
def _kind_of(text: Bytes, start: int, end: int, kind: int) -> bool:
    """Return whether the letters of a range are a word of a kind."""
    value = mix(BASIS, kind)
    for i in range(start, end):
        value = mix(value, text[i] | 32)
    return bool(look_up(_KEYS, _KINDS, value) == kind)


@borrowing
def _word_start(text: Bytes, start: int, end: int) -> int:
    while end > start and _is_letter(text[end - 1]):
        end -= 1
    return end


@borrowing
def _is_count(text: Bytes, at: int, stop: int) -> bool:
    """A number, with a sign before or after it (ASCII, or the minus sign U+2212), or a sign alone."""
    i = at
    while i < stop:
        if text[i] == 0xE2 and i + 2 < stop and text[i + 1] == 0x88 and text[i + 2] == 0x92:
            i += 3
        elif _is_digit(text[i]) or text[i] == 43 or text[i] == 45:
            i += 1
        else:
            return False
    return True


@borrowing
def _is_text(text: Bytes, at: int, stop: int) -> bool:
    """Whether what is raised is a footnote's mark or a remark: in brackets, a list, a star, or of several words."""
    words, letters = 0, 0
    for i in range(at, stop):
        byte = text[i]
        if byte == 91 or byte == 93 or byte == 44 or byte == 58 or byte == 59 or byte == 34 or byte == 10:
            return True
        letters = letters + 1 if _is_letter(byte) else 0
        words += letters == 4
    # A star, a dagger, a trade mark; U+00AE, U+2020, U+2021, U+2122.
    byte = text[at]
    is_mark = stop - at == 1 and (byte == 42 or byte == 35 or byte == 63 or byte == 33)
    is_mark |= byte == 0xC2 and stop - at == 2
    is_mark |= byte == 0xE2 and stop - at >= 3 and (text[at + 1] == 0x80 or text[at + 1] == 0x84)
    return is_mark or words > 1


@borrowing
def _is_exponent(text: Bytes, start: int, at: int, stop: int) -> bool:
    """Return whether a raised text belongs to the number, variable, unit or bracket before it."""
    if _is_text(text, at, stop):
        return False
    before = text[at - 1]
    is_count = _is_count(text, at, stop)
    is_word = _word_start(text, at, stop) == at
    if _is_digit(before):
        digits = at
        while digits > start and _is_digit(text[digits - 1]):
            digits -= 1
        is_year = at - digits == YEAR_DIGITS and (text[digits] == 49 or text[digits] == 50) and is_count
        return not (is_year and _is_digit(text[at])) and not (is_word and _kind_of(text, at, stop, _SUFFIX))
    if _is_letter(before):
        word = _word_start(text, start, at)
        if at - word == 1:
            return not (is_word and (_kind_of(text, at, stop, _SUFFIX)))
        if _kind_of(text, word, at, _FUNCTION):
            return True
        if is_count and not _is_digit(text[stop - 1]):
            return True  # the charge of an ion
        follows_number = word > start + 1 and text[word - 1] == 32 and _is_digit(text[word - 2])
        follows_number |= word > start and (_is_digit(text[word - 1]) or text[word - 1] == 47)
        is_long_unit = at - word > 1 and word == start
        return (
            is_count and (follows_number or (not is_long_unit and text[at] == 45)) and _kind_of(text, word, at, _UNIT)
        )
    if before == 41 or before == 93 or before == 125 or before == 124:
        return before == 125 or _is_short_bracket(text, start, at)
    # Greek letters, and signs that are written before an exponent: degrees, primes, infinity.
    lead = text[at - 2] if at - 2 >= start else 0
    return lead == 0xCE or lead == 0xCF


@borrowing
def _is_short_bracket(text: Bytes, start: int, at: int) -> bool:
    """Whether the bracket that ends at `at` holds a formula: no word of four letters, no white space without a sign."""
    letters, signs, spaces = 0, 0, 0
    for i in range(at - 2, max(start, at - MAX_BRACKET_BYTES) - 1, -1):
        byte = text[i]
        if byte == 40 or byte == 91 or byte == 124:
            return signs > 0 or spaces == 0
        letters = letters + 1 if _is_letter(byte) else 0
        if letters == 4 or (byte >= 0xC3 and byte < 0xCE):
            return False
        signs += byte == 43 or byte == 45 or byte == 47 or byte == 42 or byte == 61 or byte == 94 or byte == 0xE2
        spaces += byte == 32
    return False


@borrowing
def _is_index(text: Bytes, start: int, at: int, stop: int) -> bool:
    """Return whether a lowered text belongs to the variable, element or function before it."""
    if _is_text(text, at, stop) and text[at] != 91:
        for i in range(at, stop):
            if text[i] != 44 and not _is_alnum(text[i]):
                return False
    before = text[at - 1]
    if _is_digit(before) or before == 41 or before == 93 or before == 125:
        return True
    if not _is_letter(before):
        lead = text[at - 2] if at - 2 >= start else 0
        return lead == 0xCE or lead == 0xCF
    word = _word_start(text, start, at)
    if at - word <= MAX_WORD_BEFORE_SUB or _kind_of(text, word, at, _FUNCTION):
        return True
    # A chemical formula has capitals inside: NaHCO before a 3.
    capitals = 0
    for i in range(word + 1, at):
        capitals += text[i] < 97
    return capitals > 0


@borrowing
def _is_isotope(text: Bytes, start: int, at: int, stop: int, html: Bytes, after: int, end: int) -> bool:
    """Whether a raised number before a capital is a nucleus: 14C, 238U; not a note's number at the start of a line."""
    if not (_is_digit(text[at]) and _is_digit(text[stop - 1]) and _is_count(text, at, stop)):
        return False
    if after >= end or not 65 <= html[after] <= 90 or (at == start and stop - at < 2):
        return False
    letters = 1
    while after + letters < end and letters < 4 and _is_letter(html[after + letters]):
        letters += 1
    return letters <= 2 and (stop - at >= 2 or letters == 1)
