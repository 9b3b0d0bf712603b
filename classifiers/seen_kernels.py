"""What fastText models are shown of a text, rewritten in one pass over its characters; compiled."""

from collections.abc import Callable
from typing import Any

import numpy as np

from curate.filters import characters as ch
from curate.filters.compiled import inner, kernel

BLANK, APOSTROPHE, CURLY, ZERO, UNDERSCORE, DOT, COMMA = 32, 39, 0x2019, 48, 95, 46, 44
RUNS = (DOT, COMMA, 63, 33, 59, 58)  # marks of which a run counts once: . , ? ! ; :
IN_NUMBERS = (DOT, COMMA, 58, 47, 45)  # . , : / -


@inner
def is_letter(code: Any, classes: Any) -> Any:
    """Return whether a code point is what patterns call a word character, and no digit and no underscore."""
    return code < ch.LIMIT and classes[code] & ch.ALNUM != 0 and not classes[code] & ch.DECIMAL


@inner
def is_digit(code: Any, classes: Any) -> Any:
    """Return whether a code point is a decimal digit."""
    return code < ch.LIMIT and classes[code] & ch.DECIMAL != 0


@inner
def is_ideograph(code: Any) -> Any:
    """Return whether a letter is written without spaces around its words: Kana and Han."""
    return (
        0x3040 <= code <= 0x30FF or 0x3400 <= code <= 0x9FFF or 0xF900 <= code <= 0xFAFF or 0x20000 <= code <= 0x3134F
    )


@kernel
def only_letters(codes: Any, classes: Any) -> Any:
    """The letters of a text, one blank for whatever stands between, ideographs apart: uint32[m]."""
    out, count = np.empty(3 * len(codes) + 1, np.uint32), 0
    for i in range(len(codes)):
        if is_letter(codes[i], classes):
            apart = is_ideograph(codes[i])
            if apart:
                out[count], count = BLANK, count + 1
            out[count], count = codes[i], count + 1
            if apart:
                out[count], count = BLANK, count + 1
        elif i == 0 or is_letter(codes[i - 1], classes):
            out[count], count = BLANK, count + 1
    start = 0
    while start < count and out[start] == BLANK:
        start += 1
    while count > start and out[count - 1] == BLANK:
        count -= 1
    return out[start:count]


@inner
def word_end(codes: Any, classes: Any, start: Any) -> Any:
    """Return where a word ends: after letters, and apostrophes between letters."""
    i, size = start, len(codes)
    while i < size and (is_letter(codes[i], classes) or (
        (codes[i] == APOSTROPHE or codes[i] == CURLY) and i + 1 < size and is_letter(codes[i + 1], classes)
    )):  # fmt: skip
        i += 1
    return i


@inner
def number_end(codes: Any, classes: Any, start: Any) -> Any:
    """Return where a number ends: after digits, and single marks between digits."""
    i, size = start, len(codes)
    while i < size and (
        is_digit(codes[i], classes) or (codes[i] in IN_NUMBERS and i + 1 < size and is_digit(codes[i + 1], classes))
    ):
        i += 1
    return i


@kernel
def tokens(codes: Any, classes: Any) -> Any:
    """Words, a 0 for each number, and sentence marks, with a blank between any two: uint32[m], none without a word."""
    out, count, i, some = np.empty(2 * len(codes) + 1, np.uint32), 0, np.int64(0), False
    while i < len(codes):
        start, code = i, codes[i]
        if is_letter(code, classes) and not classes[code] & ch.DIGIT_ANY:
            i = word_end(codes, classes, i)
            for k in range(start, i):
                out[count], count = APOSTROPHE if codes[k] == CURLY else codes[k], count + 1
        elif is_letter(code, classes) or is_digit(code, classes):
            i = word_end(codes, classes, i) if is_letter(code, classes) else number_end(codes, classes, i)
            out[count], count = ZERO, count + 1
        elif code in RUNS:
            while i < len(codes) and codes[i] == code:
                i += 1
            out[count], count = code, count + 1
        else:
            i += 1
            if code != 40 and code != 41:
                continue
            out[count], count = code, count + 1
        some = some or not (code in RUNS or code == 40 or code == 41)
        out[count], count = BLANK, count + 1
    return out[: count - 1] if some else out[:0]


def rewritten(text: str, rewrite: Callable[[Any, Any], Any]) -> str:
    """A text as one of the kernels rewrites it.

    >>> rewritten("it's 3.5 km, or so ...", tokens)
    "it's 0 km , or so ."
    """
    codes = np.array([text]).view(np.uint32)[: len(text)]
    return str(rewrite(codes, ch.classes()).tobytes().decode("utf-32-le"))
