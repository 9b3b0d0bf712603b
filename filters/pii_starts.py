"""What personal data begins with: marks, prefixes and forms, each told from the characters at one place; compiled."""

from typing import Any

import numpy as np

from curate.filters import characters as ch
from curate.filters.compiled import inner
from curate.filters.pii_near_numbers import class_of, folded

BUCKETS = 1024  # of lists of phrases
COLON, HYPHEN, UNDERSCORE, BLANK, TAB, DOT, ZERO, NINE = 58, 45, 95, 32, 9, 46, 48, 57
MIN_RUN, RUN_DIGITS, RUN_DOTS = 4, 7, 3  # of digits and separators: as long as a phone number, or an IP address


@inner
def is_ascii_alnum(code: Any) -> Any:
    """Return whether a code point is one of A-Z, a-z and 0-9."""
    return 97 <= code <= 122 or 65 <= code <= 90 or ZERO <= code <= NINE


@inner
def at_or(codes: Any, at: Any, other: Any) -> Any:
    """A code point, or another where the text has ended."""
    return codes[at] if 0 <= at < len(codes) else np.uint32(other)


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
def is_separator(code: Any) -> Any:
    """Return whether a mark holds digits together, as in `pii_numbers`."""
    if code < 128:
        return code in (BLANK, TAB) or code == 40 or code == 41 or 45 <= code <= 47
    return code == 0xA0 or code == 0x2009 or code == 0x202F or 0x2010 <= code <= 0x2015


@inner
def run_end(codes: Any, classes: Any, start: Any) -> Any:
    """Where a run of digits and separators ends, and whether it has digits for a phone number or dots for an IP."""
    i, digits, dots = start, 0, 0
    while i < len(codes):
        if class_of(codes[i], classes) & ch.DECIMAL:
            digits += 1
        elif is_separator(codes[i]):
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
    while run < 40 and is_ascii_alnum(at_or(codes, at + run, 0)):
        run += 1
    while digits < 9 and ZERO <= at_or(codes, at + digits, 0) <= NINE:
        digits += 1
    if digits:
        if digits == 7 or digits == 8:
            behind = at + digits + (at_or(codes, at + digits, 0) == HYPHEN)
            if 65 <= at_or(codes, behind, 0) <= 90:
                return True
        after = at_or(codes, at + 3, 0)
        return (run >= 26 and (first == 49 or first == 51)) or (
            digits == 3 and first == NINE and (after in (BLANK, HYPHEN))
        )
    if first == 98:
        return run >= 28 and codes[at + 1] == 99 and codes[at + 2] == 49  # bc1
    while letters < 7 and 65 <= at_or(codes, at + letters, 0) <= 90:
        letters += 1
    behind = at + letters + (letters == 2 and at_or(codes, at + 2, 0) == BLANK)
    digit = ZERO <= at_or(codes, behind, 0) <= NINE and ZERO <= at_or(codes, behind + 1, 0) <= NINE
    return (letters == 2 or letters == 6) and digit


@inner
def is_iban(codes: Any, at: Any) -> Any:
    """Return whether two letters and two digits begin at this start of an ASCII word."""
    for k in range(4):
        code = at_or(codes, at + k, 0)
        if not is_ascii_alnum(code) or (ZERO <= code <= NINE) != (k > 1):
            return False
    return True


@inner
def host_follows(codes: Any, at: Any) -> Any:
    """Return whether a word and a dot, in whatever way it is spelled, begin here."""
    i = at
    while is_ascii_alnum(at_or(codes, i, 0)) or at_or(codes, i, 0) in (0x17F, 0x212A):
        i += 1
    code = at_or(codes, i, 0)
    if code == DOT:
        after = at_or(codes, i + 1, 0)
        return is_ascii_alnum(after) or after in (HYPHEN, 0x17F, 0x212A)
    if code in (BLANK, TAB):
        code = at_or(codes, i + 1, 0)
        if code == 100 or code == 68:
            return at_or(codes, i + 2, 0) | 32 == 111 and at_or(codes, i + 3, 0) | 32 == 116
    return code in (91, 40, 123, 60, UNDERSCORE, HYPHEN)  # [ ( { < _ -


@inner
def at_in_words(codes: Any, at: Any) -> Any:
    """Return whether " at ", " AT " or " @ " begins at a blank, and what may be a host behind it."""
    first, second, third = at_or(codes, at + 1, 0), at_or(codes, at + 2, 0), at_or(codes, at + 3, 0)
    if first == 64 and second == BLANK:
        return host_follows(codes, at + 3)
    word = (first == 97 and second == 116) or (first == 65 and second == 84)
    return word and third == BLANK and host_follows(codes, at + 4)


@inner
def at_in_brackets(codes: Any, at: Any) -> Any:
    """Return whether an `@` that is spelled out, and set off by marks, may begin at a mark."""
    first = codes[at]
    if first == 0xFF20:
        return True
    if first == 38:
        return at_or(codes, at + 1, 0) == 35 or at_or(codes, at + 1, 0) | 32 == 99  # &#64; &commat;
    i = at + 1 + (at_or(codes, at + 1, 0) == BLANK)
    letter = at_or(codes, i, 0)
    if first in (HYPHEN, UNDERSCORE):
        return letter | 32 == 97 and at_or(codes, i + 1, 0) | 32 == 116 and at_or(codes, i + 2, 0) == first
    if letter == 64:
        i += 1
    elif letter | 32 == 97 or letter == 0xE4 or letter == 0xC4:
        i += 2 if at_or(codes, i + 1, 0) | 32 == 116 else 1
    else:
        return False
    i += at_or(codes, i, 0) == BLANK
    return at_or(codes, i, 0) in (93, 41, 125, 62)


@inner
def is_ipv6(codes: Any, at: Any) -> Any:
    """Return whether "::", or three groups of hexadecimal digits between colons, begins at a colon."""
    if at_or(codes, at + 1, 0) == COLON:
        return True
    i = at
    for _ in range(3):
        i, size = i + 1, 0
        while size < 5 and (ZERO <= at_or(codes, i, 0) <= NINE or 97 <= at_or(codes, i, 0) | 32 <= 102):
            i, size = i + 1, size + 1
        if size == 0 or size == 5 or at_or(codes, i, 0) != COLON:
            return False
    return True
