"""What personal data begins with: marks, prefixes and forms, each told from the characters at one place; compiled."""

from typing import Any

import numpy as np

from curate.filters import characters as ch
from curate.filters.compiled import inner
from curate.filters.pii_address_words import OPENS, SEPARATES
from curate.filters.pii_near_numbers import class_of, folded, is_mark

BUCKETS = 1024  # of lists of phrases
COLON, HYPHEN, UNDERSCORE, BLANK, TAB, DOT, ZERO, NINE = 58, 45, 95, 32, 9, 46, 48, 57
MIN_RUN, RUN_DIGITS, RUN_DOTS = 4, 7, 3  # of digits and separators: as long as a phone number, or an IP address


@inner
def is_ascii_alnum(code: Any) -> Any:
    """Return whether a code point is one of A-Z, a-z and 0-9."""
    return 97 <= code <= 122 or 65 <= code <= 90 or ZERO <= code <= NINE


@inner
def char(codes: Any, at: Any) -> Any:
    """A code point, or 0 where the text has not begun or has ended."""
    return codes[at] if 0 <= at < len(codes) else np.uint32(0)


@inner
def bucket_of(first: Any, second: Any, third: Any) -> Any:
    """Where phrases with these first three characters are listed."""
    return (np.int64(first) * 961 + np.int64(second) * 31 + np.int64(third)) & (BUCKETS - 1)


@inner
def begun(codes: Any, folds: Any, at: Any, listed: Any) -> Any:
    """The bits of the phrases of a list that begin here; `folds` has what each character counts as."""
    phrases, heads, following, bits = listed
    found, size, length = np.uint8(0), len(codes), phrases.shape[1]
    if at + 3 > size:
        return found
    k = heads[bucket_of(folded(codes[at], folds), folded(codes[at + 1], folds), folded(codes[at + 2], folds))]
    while k >= 0:
        i = 0
        while i < length and phrases[k, i] and at + i < size and folded(codes[at + i], folds) == phrases[k, i]:
            i += 1
        if i == length or phrases[k, i] == 0:
            found |= bits[k]
        k = following[k]
    return found


@inner
def is_separator(code: Any, marks: Any) -> Any:
    """Return whether a mark holds digits together, as in `pii_numbers`."""
    return (
        is_mark(code, marks, SEPARATES) or code == 0xA0 or code == 0x2009 or code == 0x202F or 0x2010 <= code <= 0x2015
    )


@inner
def run_end(codes: Any, classes: Any, marks: Any, start: Any) -> Any:
    """Where a run of digits and separators ends, and whether it has digits for a phone number or dots for an IP."""
    i, digits, dots = start, 0, 0
    while i < len(codes):
        if class_of(codes[i], classes) & ch.DECIMAL:
            digits += 1
        elif is_separator(codes[i], marks):
            dots += codes[i] == DOT
        else:
            break
        i += 1
    return i, i - start >= MIN_RUN and (digits >= RUN_DIGITS or dots >= RUN_DOTS)


@inner
def is_mask(code: Any) -> Any:
    """Return whether a mark stands for a digit that is not shown."""
    return code == 120 or code == 88 or code == 42 or code == 35 or code == 0x2022


@inner
def is_national(codes: Any, at: Any) -> Any:
    """Return whether one of the forms of `pii_national` may begin at this start of an ASCII word."""
    first, digits, letters, run = codes[at], 0, 0, 0
    while run < 40 and is_ascii_alnum(char(codes, at + run)):
        run += 1
    while digits < 9 and ZERO <= char(codes, at + digits) <= NINE:
        digits += 1
    if digits:
        if digits == 7 or digits == 8:
            behind = at + digits + (char(codes, at + digits) == HYPHEN)
            if 65 <= char(codes, behind) <= 90:
                return True
        after = char(codes, at + 3)
        return (run >= 26 and (first == 49 or first == 51)) or (
            digits == 3 and first == NINE and (after == 32 or after == 45)
        )
    if first == 98:
        return run >= 28 and codes[at + 1] == 99 and codes[at + 2] == 49  # bc1
    while letters < 7 and 65 <= char(codes, at + letters) <= 90:
        letters += 1
    behind = at + letters + (letters == 2 and char(codes, at + 2) == BLANK)
    digit = ZERO <= char(codes, behind) <= NINE and ZERO <= char(codes, behind + 1) <= NINE
    return (letters == 2 or letters == 6) and digit


@inner
def is_iban(codes: Any, at: Any) -> Any:
    """Return whether two letters and two digits begin at this start of an ASCII word."""
    for k in range(4):
        code = char(codes, at + k)
        if not is_ascii_alnum(code) or (ZERO <= code <= NINE) != (k > 1):
            return False
    return True


@inner
def is_in_label(code: Any) -> Any:
    """Return whether a pattern takes a code point for a letter or digit of a host: in any case, İ, ı, ſ and K are."""
    return is_ascii_alnum(code) or code == 0x130 or code == 0x131 or code == 0x17F or code == 0x212A


@inner
def host_follows(codes: Any, marks: Any, at: Any) -> Any:
    """Return whether a word and a dot, in whatever way it is spelled, begin here."""
    i = at
    while is_in_label(char(codes, i)):
        i += 1
    code = char(codes, i)
    if code == DOT:
        after = char(codes, i + 1)
        return is_in_label(after) or after == 45
    if code == 32 or code == 9:
        code = char(codes, i + 1)
        if code == 100 or code == 68:
            return char(codes, i + 2) | 32 == 111 and char(codes, i + 3) | 32 == 116
    return is_mark(code, marks, OPENS)


@inner
def at_in_words(codes: Any, marks: Any, at: Any) -> Any:
    """Return whether " at ", " AT " or " @ " begins at a blank, and what may be a host behind it."""
    first, second, third = char(codes, at + 1), char(codes, at + 2), char(codes, at + 3)
    if first == 64 and second == BLANK:
        return host_follows(codes, marks, at + 3)
    word = (first == 97 and second == 116) or (first == 65 and second == 84)
    return word and third == BLANK and host_follows(codes, marks, at + 4)


@inner
def at_in_brackets(codes: Any, at: Any) -> Any:
    """Return whether an `@` that is spelled out, and set off by marks, may begin at a mark."""
    first = codes[at]
    if first == 0xFF20:
        return True
    if first == 38:
        return char(codes, at + 1) == 35 or char(codes, at + 1) | 32 == 99  # &#64; &commat;
    i = at + 1 + (char(codes, at + 1) == BLANK)
    letter = char(codes, i)
    if first == 45 or first == 95:
        return letter | 32 == 97 and char(codes, i + 1) | 32 == 116 and char(codes, i + 2) == first
    if letter == 64:
        i += 1
    elif letter | 32 == 97 or letter == 0xE4 or letter == 0xC4:
        i += 2 if char(codes, i + 1) | 32 == 116 else 1
    else:
        return False
    i += char(codes, i) == BLANK
    close = char(codes, i)
    return close == 93 or close == 41 or close == 125 or close == 62


@inner
def is_ipv6(codes: Any, at: Any) -> Any:
    """Return whether "::", or three groups of hexadecimal digits between colons, begins at a colon."""
    if char(codes, at + 1) == COLON:
        return True
    i = at
    for _ in range(3):
        i, size = i + 1, 0
        while size < 5 and (ZERO <= char(codes, i) <= NINE or 97 <= char(codes, i) | 32 <= 102):
            i, size = i + 1, size + 1
        if size == 0 or size == 5 or char(codes, i) != COLON:
            return False
    return True
