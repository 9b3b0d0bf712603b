"""English words, cut as spaCy's blank English tokenizer cuts them: one linear pass over code points, compiled.

A run of non-space characters loses marks at both ends, then is cut at inner marks, unless it is a special word
(`filters.english`) or a URL. Punctuation marks are tokens of their own. Bounds are positions in the text.
"""

from functools import cache
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from filters import characters as ch
from filters.english import special_words

Ints = NDArray[np.int32]
Codes = NDArray[np.uint32]
Hashes = NDArray[np.uint64]

BASE = np.uint64(0x9E3779B97F4A7C15)  # odd, so that no character is lost when hashes wrap
MIX = np.uint64(0xFF51AFD7ED558CCD)
SLOT_BITS = 12
LONGEST_SPECIAL = 12
ALL = np.uint32(0xFFFFFFFF)
NO_CUT = np.uint32(ch.AFFIX | ch.SYMBOL)
DOT, HYPHEN, PLUS, COMMA, COLON, SLASH, AT, DOLLAR, ELLIPSIS, EM_DASH = (ord(c) for c in ".-+,:/@$…—")
# A dot is cut off after these, besides digits, lower case, quotes and punctuation.
BEFORE_DOT = np.array(sorted(map(ord, "%²-+|()?:")), dtype=np.uint32)
PLAIN_PREFIXES = np.array(sorted(map(ord, "§%=")), dtype=np.uint32)
# Cut off the number they follow.
UNITS = (
    "km km² km³ m m² m³ dm dm² dm³ cm cm² cm³ mm mm² mm³ ha µm nm yd in ft kg g mg µg t lb oz m/s km/h kmh mph hPa Pa "
    "mbar mb MB kb KB gb GB tb TB T G M K % км км² км³ м м² м³ дм дм² дм³ см см² см³ мм мм² мм³ нм кг г мг м/с км/ч "
    "кПа Па мбар Кб КБ кб Мб МБ мб Гб ГБ гб Тб ТБ كم² كم³ م م² م³ سم سم² سم³ مم مم² مم³ كم غرام جرام جم كغ ملغ كوب "
    "اكواب"
)


@njit(cache=True, nogil=True, inline="always")
def class_of(classes: Any, code: Any) -> Any:
    """The flags of one code point; none for those past the table."""
    return classes[code] if code < ch.LIMIT else np.uint32(0)


@njit(cache=True, nogil=True)
def span_hash(codes: Any, start: Any, end: Any) -> Any:
    """Polynomial hash of a span, modulo 2**64; equal spans always hash equal."""
    value = np.uint64(0)
    for i in range(start, end):
        value = value * BASE + np.uint64(codes[i]) + np.uint64(1)
    return value


@njit(cache=True, nogil=True, inline="always")
def slot_of(value: Any, bits: Any) -> Any:
    """The slot a hash starts at in a table of 2**bits slots."""
    return np.int64(((value ^ (value >> np.uint64(31))) * MIX) >> np.uint64(64 - bits))


@njit(cache=True, nogil=True)
def find(keys: Any, value: Any) -> Any:
    """The slot that holds a hash in a table of 2**SLOT_BITS keys, or -1."""
    slot = slot_of(value, SLOT_BITS)
    while keys[slot] != 0:
        if keys[slot] == value:
            return slot
        slot = (slot + 1) & ((1 << SLOT_BITS) - 1)
    return -1


@njit(cache=True, nogil=True)
def special_cut(codes: Any, start: Any, end: Any, keys: Any, cuts: Any) -> Any:
    """The packed token lengths of a special word, or 0 when the span is none."""
    if end - start > LONGEST_SPECIAL or end <= start:
        return 0
    slot = find(keys, span_hash(codes, start, end))
    return 0 if slot < 0 else cuts[slot]


@njit(cache=True, nogil=True)
def dots_before(codes: Any, start: Any, end: Any) -> Any:
    """How many dots stand in a row just before `end`."""
    i = end
    while i > start and codes[i - 1] == DOT:
        i -= 1
    return end - i


@njit(cache=True, nogil=True)
def dots_after(codes: Any, start: Any, end: Any) -> Any:
    """How many dots stand in a row from `start` on."""
    i = start
    while i < end and codes[i] == DOT:
        i += 1
    return i - start


@njit(cache=True, nogil=True)
def dollar_length(codes: Any, start: Any, end: Any) -> Any:
    """Length of a dollar sign with its country (US$, C$, A$) at the very start of the span, or 0."""
    if end - start >= 3 and codes[start] == 85 and codes[start + 1] == 83 and codes[start + 2] == DOLLAR:
        return 3
    if end - start >= 2 and (codes[start] == 65 or codes[start] == 67) and codes[start + 1] == DOLLAR:
        return 2
    return 0


@njit(cache=True, nogil=True)
def prefix_length(codes: Any, classes: Any, start: Any, end: Any) -> Any:
    """How many characters are cut off the front of a span."""
    first = codes[start]
    flags = class_of(classes, first)
    if flags & (ch.AFFIX | ch.CURRENCY):
        return 1
    if flags & ch.ALPHA:
        return dollar_length(codes, start, end)
    if first == DOT:
        run = dots_after(codes, start, end)
        return run if run > 1 else 0
    if first == PLUS:
        return 0 if start + 1 < end and class_of(classes, codes[start + 1]) & ch.DIGIT else 1
    return 1 if (PLAIN_PREFIXES == first).any() else 0


@njit(cache=True, nogil=True)
def final_dot(codes: Any, classes: Any, start: Any, end: Any) -> Any:
    """1 when the single dot that ends the span is cut off, as after a lower-case word or two capitals."""
    if end - start < 2:
        return 0
    before = codes[end - 2]
    flags = class_of(classes, before)
    if flags & (ch.DIGIT | ch.LOWER | ch.QUOTE) or (BEFORE_DOT == before).any():
        return 1
    if flags & ch.AFFIX and not flags & ch.SYMBOL and before != EM_DASH and before != 0x2013:
        return 1
    if end - start < 3:
        return 0
    earlier = codes[end - 3]
    if flags & ch.UPPER and class_of(classes, earlier) & ch.UPPER:
        return 1
    return 1 if earlier == 0xB0 and (before == 67 or before == 70 or before == 75) else 0


@njit(cache=True, nogil=True)
def unit_length(codes: Any, classes: Any, start: Any, end: Any, units: Any) -> Any:
    """Length of a unit or currency that ends the span right after a digit, or 0."""
    stop = max(start, end - 6)
    i = end - 1
    while i >= stop and not class_of(classes, codes[i]) & ch.DIGIT:
        i -= 1
    if i < stop or i == end - 1:
        return 0
    size = end - i - 1
    if codes[end - 1] == PLUS:
        return 1 if size == 1 else 0
    if size == 1 and class_of(classes, codes[end - 1]) & ch.CURRENCY:
        return 1
    if dollar_length(codes, i + 1, end) == size or find(units, span_hash(codes, i + 1, end)) >= 0:
        return size
    return 0


@njit(cache=True, nogil=True)
def suffix_length(codes: Any, classes: Any, start: Any, end: Any, units: Any) -> Any:
    """How many characters are cut off the end of a span."""
    if end <= start:
        return 0
    last = codes[end - 1]
    if last == DOT:
        run = dots_before(codes, start, end)
        return run if run > 1 else final_dot(codes, classes, start, end)
    before = codes[end - 2] if end - start > 1 else np.uint32(0)
    if class_of(classes, last) & ch.AFFIX:
        return 2 if last == ELLIPSIS and before == ELLIPSIS else 1
    if (last == 115 or last == 83) and (before == 39 or before == 0x2019):
        return 2
    return unit_length(codes, classes, start, end, units)


@njit(cache=True, nogil=True)
def hyphen_length(codes: Any, classes: Any, at: Any, end: Any) -> Any:
    """Length of a dash, or a row of them, that stands before a letter; the caller looks at what is before it."""
    code = codes[at]
    most = 3 if code == HYPHEN else 2 if code == EM_DASH else 1
    for size in range(1, most + 1):
        if at + size < end and class_of(classes, codes[at + size]) & ch.ALPHA:
            return size
        if at + size >= end or codes[at + size] != code:
            return 0
    return 0


@njit(cache=True, nogil=True)
def infix_length(codes: Any, classes: Any, start: Any, at: Any, end: Any) -> Any:
    """Length of the mark at a position inside a span at which the span is cut, or 0."""
    code = codes[at]
    if code == ELLIPSIS or class_of(classes, code) & ch.SYMBOL:
        return 1
    if code == DOT and at + 1 < end and codes[at + 1] == DOT:
        return dots_after(codes, at, end)
    if at == start or at + 1 >= end:
        return 0
    before, after = class_of(classes, codes[at - 1]), class_of(classes, codes[at + 1])
    if code == DOT:
        return 1 if before & (ch.LOWER | ch.QUOTE) and after & (ch.UPPER | ch.QUOTE) else 0
    if code == COMMA:
        return 1 if before & ch.ALPHA and after & ch.ALPHA else 0
    if (code == PLUS or code == HYPHEN or code == 42 or code == 94) and before & ch.DIGIT:  # + - * ^
        if after & ch.DIGIT or codes[at + 1] == HYPHEN:
            return 1
    if not before & (ch.ALPHA | ch.DIGIT):
        return 0
    if code == HYPHEN or code == EM_DASH or code == 0x2013 or code == 126:
        return hyphen_length(codes, classes, at, end)
    if code == COLON or code == SLASH or 60 <= code <= 62:  # < = >
        return 1 if after & ch.ALPHA else 0
    return 0


@njit(cache=True, nogil=True)
def is_host(codes: Any, classes: Any, start: Any, end: Any) -> Any:
    """Whether a span is host name labels and a lower-case top-level domain, or four numbers."""
    label, labels, numbers = start, 0, 0
    for i in range(start, end + 1):
        if i < end and codes[i] != DOT:
            continue
        if i == label or i - label > 64 or codes[label] == HYPHEN or codes[label] == 95:
            return False
        if i < end and (codes[i - 1] == HYPHEN or codes[i - 1] == 95):
            return False
        only = ALL
        for k in range(label, i):
            only &= class_of(classes, codes[k])
        if i == end:
            return (labels > 0 and i - label > 1 and only & ch.LOWER != 0) or (numbers == 3 and only & ch.DIGIT != 0)
        labels, numbers, label = labels + 1, numbers + (1 if only & ch.DIGIT else 0), i + 1
    return False


@njit(cache=True, nogil=True)
def is_address(codes: Any, classes: Any, start: Any, end: Any) -> Any:
    """Whether a span is host, port if any, and path if any, to its very end."""
    i = start
    while i < end and (codes[i] == DOT or class_of(classes, codes[i]) & ch.HOST):
        i += 1
    if not is_host(codes, classes, start, i):
        return False
    if i < end and codes[i] == COLON:
        port = i + 1
        i = port
        while i < end and class_of(classes, codes[i]) & ch.DIGIT:
            i += 1
        if i - port < 2 or i - port > 5:
            return False
    return i == end or codes[i] == SLASH or codes[i] == 35 or codes[i] == 63  # / # ?


@njit(cache=True, nogil=True)
def is_url(codes: Any, classes: Any, start: Any, end: Any) -> Any:
    """Whether a span is a URL or an e-mail address as a whole; linear, since hosts hold neither `@` nor `:`."""
    if is_address(codes, classes, start, end):
        return True
    i = start
    while i < end and (class_of(classes, codes[i]) & ch.NUMBER_OR_LETTER or codes[i] in (PLUS, HYPHEN, DOT)):
        i += 1
    after_scheme = start
    if i - start > 1 and i + 2 < end and codes[i] == COLON and codes[i + 1] == SLASH and codes[i + 2] == SLASH:
        after_scheme = i + 3
        if is_address(codes, classes, after_scheme, end):
            return True
    for i in range(start + 1, end - 1):
        if codes[i] == AT and i != after_scheme and is_address(codes, classes, i + 1, end):
            return True
    return False


@njit(cache=True, nogil=True)
def emit_cut(starts: Any, ends: Any, count: Any, start: Any, cut: Any) -> Any:
    """Write the tokens of a special word; the new number of tokens."""
    while cut:
        starts[count], ends[count] = start, start + (cut & 255)
        start, cut, count = ends[count], cut >> 8, count + 1
    return count


@njit(cache=True, nogil=True)
def emit_infixes(codes: Any, classes: Any, starts: Any, ends: Any, count: Any, start: Any, end: Any) -> Any:
    """Write a span cut at its inner marks; the new number of tokens."""
    token, i = start, start
    while i < end:
        size = infix_length(codes, classes, start, i, end)
        if size and i > start:
            if i > token:
                starts[count], ends[count], count = token, i, count + 1
            starts[count], ends[count], count = i, i + size, count + 1
            token = i + size
        i += max(size, 1)
    if token < end:
        starts[count], ends[count], count = token, end, count + 1
    return count


@njit(cache=True, nogil=True)
def emit_core(
    codes: Any, classes: Any, keys: Any, cuts: Any, starts: Any, ends: Any, count: Any, start: Any, end: Any
) -> Any:
    """Write what is left of a run once its ends are cut off: a special word, a URL, or pieces between marks."""
    if end <= start:
        return count
    cut = special_cut(codes, start, end, keys, cuts)
    if cut:
        return emit_cut(starts, ends, count, start, cut)
    if is_url(codes, classes, start, end):
        starts[count], ends[count] = start, end
        return count + 1
    return emit_infixes(codes, classes, starts, ends, count, start, end)


@njit(cache=True, nogil=True)
def emit_run(
    codes: Any, classes: Any, keys: Any, cuts: Any, units: Any, starts: Any, ends: Any, tails: Any,
    count: Any, start: Any, end: Any,
) -> Any:  # fmt: skip
    """Write the tokens of one run of non-space characters; the new number of tokens."""
    n_tails, stop = 0, end
    while start < stop and not special_cut(codes, start, stop, keys, cuts):
        front = prefix_length(codes, classes, start, stop)
        if front and special_cut(codes, start + front, stop, keys, cuts):
            starts[count], ends[count], count, start = start, start + front, count + 1, start + front
            break
        back = suffix_length(codes, classes, start + front, stop, units)
        if back and special_cut(codes, start, stop - back, keys, cuts):
            tails[n_tails], n_tails, stop = stop - back, n_tails + 1, stop - back
            break
        if front:
            starts[count], ends[count], count = start, start + front, count + 1
        if back:
            tails[n_tails], n_tails = stop - back, n_tails + 1
        start, stop = start + front, stop - back
        if not front and not back:
            break
    count = emit_core(codes, classes, keys, cuts, starts, ends, count, start, stop)
    for i in range(n_tails - 1, -1, -1):
        starts[count], ends[count], count = tails[i], end if i == 0 else tails[i - 1], count + 1
    return count


@njit(cache=True, nogil=True)
def rejoin(codes: Any, keys: Any, cuts: Any, starts: Any, ends: Any, first: Any, count: Any) -> Any:
    """Put special words back together that were cut apart inside a run, such as a smiley; the new number of tokens."""
    kept, i = first, first
    while i < count:
        best, cut = i + 1, 0
        value, j = span_hash(codes, starts[i], ends[i]), i + 1
        while j < count and ends[j] - starts[i] <= LONGEST_SPECIAL:
            for k in range(starts[j], ends[j]):
                value = value * BASE + np.uint64(codes[k]) + np.uint64(1)
            j += 1
            slot = find(keys, value)
            if slot >= 0:
                best, cut = j, cuts[slot]
        start, end = starts[i], ends[i]
        if cut and (cut < 256 or (cut < 65536 and best - i > 1)):
            kept = emit_cut(starts, ends, kept, start, cut)
        else:
            best = i + 1
            starts[kept], ends[kept], kept = start, end, kept + 1
        i = best
    return kept


@njit(cache=True, nogil=True)
def tokenize(codes: Any, classes: Any, keys: Any, cuts: Any, units: Any) -> Any:
    """Bounds of the English tokens of a text: (starts, ends), int32[tokens] each."""
    size = len(codes)
    starts, ends = np.empty(size, dtype=np.int32), np.empty(size, dtype=np.int32)
    tails = np.empty(size, dtype=np.int32)
    count, i = 0, 0
    while i < size:
        flags = class_of(classes, codes[i])
        if flags & ch.SPACE:
            i += 1
            continue
        start, only, some = i, flags, flags
        while i + 1 < size:
            flags = class_of(classes, codes[i + 1])
            if flags & ch.SPACE:
                break
            only, some, i = only & flags, some | flags, i + 1
        i += 1
        if only & ch.ALPHA and not some & NO_CUT:
            cut = special_cut(codes, start, i, keys, cuts)
            if cut:
                count = emit_cut(starts, ends, count, start, cut)
            else:
                starts[count], ends[count], count = start, i, count + 1
            continue
        first = count
        count = emit_run(codes, classes, keys, cuts, units, starts, ends, tails, count, start, i)
        if count - first > 1:
            count = rejoin(codes, keys, cuts, starts, ends, first, count)
    return starts[:count].copy(), ends[:count].copy()


@njit(cache=True, nogil=True)
def split_spaces(codes: Any, classes: Any) -> Any:
    """Bounds of the runs of non-space characters, as `str.split()` gives: (starts, ends), int32[words] each."""
    starts, ends = np.empty(len(codes), dtype=np.int32), np.empty(len(codes), dtype=np.int32)
    count, inside = 0, False
    for i in range(len(codes)):
        if class_of(classes, codes[i]) & ch.SPACE:
            inside = False
        else:
            if not inside:
                starts[count], count, inside = i, count + 1, True
            ends[count - 1] = i + 1
    return starts[:count].copy(), ends[:count].copy()


def hash_word(word: str) -> int:
    """`span_hash` of a word given as text."""
    value = 0
    for char in word:
        value = (value * int(BASE) + ord(char) + 1) % 2**64
    return value


def _table(words: dict[str, int]) -> tuple[Hashes, NDArray[np.int64]]:
    keys, values = np.zeros(1 << SLOT_BITS, dtype=np.uint64), np.zeros(1 << SLOT_BITS, dtype=np.int64)
    for word, value in sorted(words.items()):
        key = hash_word(word)
        slot = (((key ^ (key >> 31)) * int(MIX)) % 2**64) >> (64 - SLOT_BITS)
        while keys[slot]:
            slot = (slot + 1) % (1 << SLOT_BITS)
        keys[slot], values[slot] = key, value
    return keys, values


@cache
def tables() -> tuple[NDArray[np.uint32], Hashes, NDArray[np.int64], Hashes]:
    """What `tokenize` needs beside a text: character classes, special words with their cuts, units."""
    packed = {
        word: sum(length << (8 * place) for place, length in enumerate(cut)) for word, cut in special_words().items()
    }
    return ch.classes(), *_table(packed), _table(dict.fromkeys(UNITS.split(), 1))[0]
