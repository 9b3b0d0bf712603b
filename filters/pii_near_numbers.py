"""Whether a number can be a part of an address at all, told from the words around it; compiled.

What `pii_streets.part_of` would take is never refused here, and most of what it would not take is: a word that no
address has between a number and a capital letter behind it, or no word before it that streets, post boxes, units or
states have. A page has fifty numbers, and patterns on each would cost more than all other work on it.
"""

from typing import Any

import numpy as np

from curate.filters import characters as ch
from curate.filters.compiled import inner
from curate.filters.hashing import BASE, look_up
from curate.filters.pii_address_words import (
    BETWEEN,
    ENDING,
    FOLLOWS,
    IN_STREET,
    IN_WORD,
    JOINT,
    LAST,
    LAST_CAPITAL,
    LAST_CAPITALS,
    NEAR_END,
    NO_HOUSE,
    RANGE,
    STREET,
    VIA,
)
from curate.filters.pii_streets import WINDOW_CHARS

NEWLINE, BLANK, COMMA, DOT, HYPHEN, SLASH, BRACKET, FIRST_CJK = 10, 32, 44, 46, 45, 47, 40, 0x2E80
REACH = 80  # characters behind a number in which a street has its first capital
TOKENS = 9  # words before a number, between blanks
LONGEST_ENDING = 12
UNIT_HERE = np.uint64(1)


@inner
def class_of(code: Any, classes: Any) -> Any:
    """The flags of a code point."""
    return classes[code] if code < ch.LIMIT else np.uint32(0)


@inner
def folded(code: Any, folds: Any) -> Any:
    """A code point in lower case."""
    return folds[code] if code < len(folds) else np.uint32(code)


@inner
def added(value: Any, code: Any, folds: Any) -> Any:
    """The hash of a word with one more character at its end."""
    return value * BASE + np.uint64(folded(code, folds)) + UNIT_HERE


@inner
def is_mark(code: Any, marks: Any, kind: Any) -> Any:
    """Return whether a code point is an ASCII mark of a kind."""
    return code < 128 and marks[code] & kind != 0


@inner
def skip_number(codes: Any, classes: Any, marks: Any, at: Any) -> Any:
    """Where a further number of a house, or of a street, ends that begins here; -1 when it is neither."""
    size, i = len(codes), at
    while i < size and class_of(codes[i], classes) & ch.DECIMAL:
        i += 1
    before = codes[at - 1] if codes[at - 1] != BLANK or at < 2 else codes[at - 2]
    if before == 0x2013 or is_mark(before, marks, RANGE):
        while i < size and class_of(codes[i], classes) & ch.ALNUM:
            i += 1
        return i
    if i + 1 < size and codes[i - 1] == 49 and codes[i] == SLASH and codes[i + 1] == 50:  # 1/2
        return i + 2
    ordinal = i
    while i < size and (class_of(codes[i], classes) & ch.ALNUM or codes[i] == 0xB0):
        i += 1
    return i if i > ordinal else np.int64(-1)


@inner
def street_follows(codes: Any, classes: Any, folds: Any, words: Any, marks: Any, end: Any) -> Any:
    """Return whether only words that addresses have stand between a number's end and a capital letter."""
    size, i = len(codes), end
    if end >= size or not (
        is_mark(codes[end], marks, JOINT)
        or codes[end] == 0x2013
        or codes[end] == 0xBD
        or class_of(codes[end], classes) & ch.LETTER
    ):
        return False
    while i < size and i < end + REACH:
        code, flags = codes[i], class_of(codes[i], classes)
        if flags & ch.CAPITAL:
            return True
        if flags & ch.DECIMAL:
            i = skip_number(codes, classes, marks, i)
            if i < 0:
                return False
        elif is_mark(code, marks, JOINT | IN_STREET) or code == 0xBD or code == 0x2013 or code == 0x2019:  # ½ – ’
            i += 1
        elif flags & ch.ALNUM:
            first, value = i, np.uint64(0)
            while i < size and class_of(codes[i], classes) & ch.ALNUM:
                value, i = added(value, codes[i], folds), i + 1
            if not (first == end and i - first == 1) and not look_up(words, value) & FOLLOWS:
                return False
        else:
            return False
    return False


@inner
def is_last(codes: Any, classes: Any, folds: Any, words: Any, first: Any, end: Any) -> Any:
    """Return whether a word is one that stands before the number of a box, of a unit or of a state."""
    value = np.uint64(0)
    for k in range(first, end):
        value = added(value, codes[k], folds)
    bits = look_up(words, value)
    if not bits & (LAST | LAST_CAPITAL | LAST_CAPITALS):
        return False
    capital = class_of(codes[first], classes) & ch.CAPITAL != 0
    both = capital and first + 1 < end and class_of(codes[first + 1], classes) & ch.CAPITAL != 0
    return bits & LAST != 0 or (bits & LAST_CAPITAL != 0 and capital) or (bits & LAST_CAPITALS != 0 and both)


@inner
def token_before(codes: Any, classes: Any, folds: Any, words: Any, low: Any, first: Any) -> Any:
    """Return whether the word before a word of one letter is of that kind: "Apartado A-112", "P. O. Box"."""
    stop = first
    while stop > low and class_of(codes[stop - 1], classes) & ch.SPACE:
        stop -= 1
    begin = stop
    while begin > low and not class_of(codes[begin - 1], classes) & ch.SPACE:
        begin -= 1
    while stop > begin and codes[stop - 1] == DOT:
        stop -= 1
    while begin < stop and codes[begin] == DOT:
        begin += 1
    return begin < stop and is_last(codes, classes, folds, words, begin, stop)


@inner
def street_in_tokens(codes: Any, classes: Any, folds: Any, words: Any, low: Any, start: Any) -> Any:
    """Return whether one of the words between blanks before a number begins a street's name, or the last ends one."""
    stop, empty = start, True
    for _ in range(TOKENS):
        j, value, kept, power, raw, raw_power, ends = (
            stop, np.uint64(0), np.uint64(0), np.uint64(1), np.uint64(0), np.uint64(1), False,
        )  # fmt: skip
        while j > low and codes[j - 1] != BLANK and codes[j - 1] != NEWLINE:
            j -= 1
            code = np.uint64(folded(codes[j], folds)) + UNIT_HERE
            edge = codes[j] == DOT or codes[j] == COMMA or codes[j] == BRACKET
            raw, raw_power, size = raw + code * raw_power, raw_power * BASE, stop - j
            if empty and size <= LONGEST_ENDING:
                ends = ends or look_up(words, raw) & ENDING != 0
            elif (size == 3 or size == 5 or size == 6) and look_up(words, raw) & VIA:
                return True
            if not edge or power != UNIT_HERE:
                value, power = value + code * power, power * BASE
            kept = kept if edge else value
        if look_up(words, kept) & STREET or (ends and (j == low or class_of(codes[j], classes) & ch.CAPITAL)):
            return True
        empty = empty and j == stop
        if j <= low or codes[j - 1] == NEWLINE:
            return False
        stop = j - 1
    return False


@inner
def number_word(codes: Any, folds: Any, low: Any, end: Any) -> Any:
    """Length of a word for "number" that ends here, or 0: "CaddesiNo: 5"."""
    if end - low < 3:
        return 0
    last, before, first = folded(codes[end - 1], folds), folded(codes[end - 2], folds), folded(codes[end - 3], folds)
    if before == 110 and (last == 111 or last == 114):  # no, nr
        return 2
    if last == 0x434:  # д
        return 1
    return 3 if first == 0x434 and before == 0x43E and last == 0x43C else 0  # дом


@inner
def street_near_end(codes: Any, classes: Any, folds: Any, words: Any, low: Any, start: Any) -> Any:
    """Return whether one of the two words before a number, marks and all, ends a street's name."""
    i = start
    for _ in range(2):
        while i > low and not class_of(codes[i - 1], classes) & ch.ALNUM and codes[i - 1] != NEWLINE:
            i -= 1
        stop, value, power, bare, bare_power = i, np.uint64(0), np.uint64(1), np.uint64(0), np.uint64(1)
        glued = number_word(codes, folds, low, stop)
        while i > low and class_of(codes[i - 1], classes) & ch.ALNUM:
            i -= 1
            code = np.uint64(folded(codes[i], folds)) + UNIT_HERE
            value, power = value + code * power, power * BASE
            if i < stop - glued:
                bare, bare_power = bare + code * bare_power, bare_power * BASE
        if (look_up(words, value) | look_up(words, bare)) & NEAR_END:
            return True
    return False


@inner
def postcode_follows(codes: Any, classes: Any, end: Any) -> Any:
    """Return whether a comma, a blank and a number that is no year stand right behind a house number."""
    size = len(codes)
    for k in range(end, end + 9):
        if k + 2 >= size:
            return False
        if codes[k] == COMMA and codes[k + 1] == BLANK:
            if class_of(codes[k + 2], classes) & ch.CAPITAL:
                return k + 4 < size and (codes[k + 3] == HYPHEN or codes[k + 4] == HYPHEN)
            digits = 0
            while k + 2 + digits < size and digits < 5 and class_of(codes[k + 2 + digits], classes) & ch.DECIMAL:
                digits += 1
            first, second = codes[k + 2], codes[k + 3] if digits > 1 else np.uint32(0)
            year = digits == 4 and ((first == 49 and 53 <= second <= 57) or (first == 50 and second == 48))
            return digits > 0 and not year
    return False


@inner
def street_precedes(codes: Any, classes: Any, folds: Any, words: Any, marks: Any, start: Any, end: Any) -> Any:
    """Return whether the words before a number can make it a part of an address."""
    low, i = np.int64(0) if start < WINDOW_CHARS else start - WINDOW_CHARS, start
    while (
        i > low
        and start - i < 5
        and (
            is_mark(codes[i - 1], marks, BETWEEN)
            or codes[i - 1] == 0x2116
            or codes[i - 1] == 0xB0
            or codes[i - 1] == 0x2013
        )
    ):  # № ° –
        i -= 1
    stop, first = i, np.int64(-1)
    while i > low:
        flags = class_of(codes[i - 1], classes)
        if not flags & ch.ALNUM and not is_mark(codes[i - 1], marks, IN_WORD):
            break
        i -= 1
        first = i if flags & ch.ALNUM and not flags & ch.DECIMAL else first
    if first < 0:
        return False
    if codes[stop - 1] >= FIRST_CJK or is_last(codes, classes, folds, words, first, stop):
        return True
    if stop - first == 1 and token_before(codes, classes, folds, words, low, first):
        return True
    return (
        street_in_tokens(codes, classes, folds, words, low, start)
        or street_near_end(codes, classes, folds, words, low, start)
        or postcode_follows(codes, classes, end)
    )


@inner
def lettered_code_goes_on(codes: Any, classes: Any, end: Any) -> Any:
    """Return whether a further digit, or a capital, follows the first ones of a British or Canadian postcode."""
    for k in range(end, end + 3):
        if k < len(codes) and class_of(codes[k], classes) & ch.DECIMAL:
            return True
    return end < len(codes) and class_of(codes[end], classes) & ch.CAPITAL != 0


@inner
def in_address(codes: Any, classes: Any, folds: Any, words: Any, marks: Any, start: Any, end: Any) -> Any:
    """Return whether the number at `start` to `end` may be a part of an address."""
    previous = codes[start - 1] if start else np.uint32(NEWLINE)
    flags = class_of(previous, classes)
    glued = 97 <= previous <= 122 or previous == 41
    if flags & ch.LETTER and not glued:
        if not 65 <= previous <= 90:
            return previous >= FIRST_CJK
        return end - start <= 2 and lettered_code_goes_on(codes, classes, end)
    if previous == 58:  # "No:5", but not "12:30"
        named = start > 2 and codes[start - 2] == 111 and (codes[start - 3] == 78 or codes[start - 3] == 110)
        if not named:
            return False
    elif (
        previous == 0x20AC or previous == 0xA3 or is_mark(previous, marks, NO_HOUSE) or (flags & ch.ALNUM and not glued)
    ):
        return False
    if end - start < 7 and street_follows(codes, classes, folds, words, marks, end):
        return True
    return street_precedes(codes, classes, folds, words, marks, start, end)
