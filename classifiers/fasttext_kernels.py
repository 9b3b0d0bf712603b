"""What a fastText classifier says of a text, computed as the library computes it, digit for digit; compiled.

A text is bytes of UTF-8, cut at white space. Its rows are summed in the library's order and precision: a word's own,
then those of its pieces, and in the end those of runs of words.

Source: fastText 0.9.2, `dictionary.cc`, `loss.cc` and `fasttext.cc`.
"""

from typing import Any

import numpy as np

from curate.filters.compiled import inner, kernel

OFFSET, PRIME = np.uint32(2166136261), np.uint32(16777619)  # of FNV-1a, 32 bits
RUN_FACTOR = np.uint64(116049371)
LESS, GREATER = np.uint8(60), np.uint8(62)
NUL = 0
LEAST = 1e-5  # what the library adds to a probability before it takes the logarithm


@inner
def hashed(value: Any, byte: Any) -> Any:
    """The hash of bytes with one more, which is taken for a signed number."""
    return np.uint32((value ^ np.uint32(np.int8(byte))) * PRIME)  # numba would go on in 64 bits


@inner
def is_blank(byte: Any) -> Any:
    """Return whether a byte parts words."""
    return byte == 32 or 9 <= byte <= 13 or byte == 0


@kernel
def entries(data: Any, at: Any, count: Any) -> Any:
    """Where the words of a dictionary begin and end in a file, int64[count + 1, 2]; the last row is where they end."""
    out = np.zeros((count + 1, 2), np.int64)
    for k in range(count):
        out[k, 0] = at
        while data[at] != NUL:
            at += 1
        out[k, 1] = at
        at += 10  # the end mark, how often it was seen, and what it is
    out[count, 0] = out[count, 1] = at
    return out


@kernel
def slots(data: Any, places: Any, count: Any, bits: Any) -> Any:
    """A hash table of the first words of a dictionary: int32[2**bits] of their numbers, -1 where there is none."""
    table = np.empty(1 << bits, np.int32)
    for k in range(len(table)):
        table[k] = -1
    for k in range(count):
        value = OFFSET
        for at in range(places[k, 0], places[k, 1]):
            value = hashed(value, data[at])
        slot = np.int64(value) & (len(table) - 1)
        while table[slot] >= 0:
            slot = (slot + 1) & (len(table) - 1)
        table[slot] = k
    return table


@inner
def number_of(text: Any, start: Any, end: Any, value: Any, words: Any) -> Any:
    """The number of a word with this hash, -1 when the dictionary has it not."""
    data, places, table = words
    slot = np.int64(value) & (len(table) - 1)
    while table[slot] >= 0:
        k = np.int64(table[slot])
        begin, size = places[k, 0], places[k, 1] - places[k, 0]
        if size == end - start:
            same = True
            for i in range(size):
                same = same and data[begin + i] == text[start + i]
            if same:
                return k
        slot = (slot + 1) & (len(table) - 1)
    return np.int64(-1)


@inner
def add_row(rows: Any, row: Any, total: Any) -> Any:
    """Add a row of the first matrix to the sum."""
    for k in range(len(total)):
        total[k] += rows[row, k]
    return 1


@inner
def add_pieces(text: Any, start: Any, end: Any, room: Any, rows: Any, sizes: Any, total: Any) -> Any:
    """Add the rows of a word's pieces, with a mark at either end of the word; returns how many."""
    words, buckets, least, most, _ = sizes
    size, count = end - start + 2, 0
    room[0], room[size - 1] = LESS, GREATER
    for k in range(start, end):
        room[k - start + 1] = text[k]
    for i in range(size):
        if room[i] & 0xC0 == 0x80:
            continue
        value, j, letters = OFFSET, i, 1
        while j < size and letters <= most:
            value, j = hashed(value, room[j]), j + 1
            while j < size and room[j] & 0xC0 == 0x80:
                value, j = hashed(value, room[j]), j + 1
            if letters >= least and not (letters == 1 and (i == 0 or j == size)):
                count += add_row(rows, words + np.int64(value) % buckets, total)
            letters += 1
    return count


@inner
def add_runs(hashes: Any, count: Any, rows: Any, sizes: Any, total: Any) -> Any:
    """Add the rows of runs of words; returns how many."""
    words, buckets, _, _, longest = sizes
    added = 0
    for i in range(count):
        value = np.uint64(np.int64(np.int32(hashes[i])))
        for j in range(i + 1, min(count, i + longest)):
            value = value * RUN_FACTOR + np.uint64(np.int64(np.int32(hashes[j])))
            added += add_row(rows, words + np.int64(value % np.uint64(buckets)), total)
    return added


@inner
def softmax(total: Any, labels: Any, out: Any) -> Any:
    """Write the probabilities of the labels as the library gives them: after a logarithm and back, about 1e-5 more.

    Which steps are of single and which of double precision is the library's choice, and changes the last digit.
    """
    most = np.float32(-np.inf)
    for k in range(len(labels)):
        value = np.float32(0)
        for i in range(len(total)):
            value += labels[k, i] * total[i]
        out[k], most = value, max(most, value)
    whole = np.float32(0)
    for k in range(len(labels)):
        out[k] = np.float32(np.exp(np.float64(out[k] - most)))
        whole += out[k]
    for k in range(len(labels)):
        out[k] = np.exp(np.float32(np.log(np.float64(out[k] / whole) + LEAST)))


@kernel
def probabilities(text: Any, words: Any, rows: Any, labels: Any, sizes: Any, end_word: Any, out: Any) -> Any:
    """Write the probability of each label, float32[labels], and return whether the model knows anything of the text.

    `words` are the file, the places of its words and their table; `sizes` are how many words and buckets there are, the
    letters of the shortest and longest pieces, and the words of the longest run; `end_word` is the number of the word
    that the library puts at the end, -1 when there is none, and its hash.
    """
    size, total = len(text), np.zeros(rows.shape[1], np.float32)
    hashes, room = np.empty(size // 2 + 2, np.uint32), np.empty(size + 2, np.uint8)
    tokens, count, i = 0, 0, np.int64(0)
    while i < size:
        if is_blank(text[i]):
            i += 1
            continue
        start, value = i, OFFSET
        while i < size and not is_blank(text[i]):
            value, i = hashed(value, text[i]), i + 1
        word = number_of(text, start, i, value, words)
        if word >= 0:
            count += add_row(rows, word, total)
        if sizes[3] > 0:
            count += add_pieces(text, start, i, room, rows, sizes, total)
        hashes[tokens], tokens = value, tokens + 1
    if end_word[0] >= 0:
        count += add_row(rows, end_word[0], total)
    hashes[tokens] = end_word[1]
    if sizes[4] > 1:
        count += add_runs(hashes, tokens + 1, rows, sizes, total)
    if count == 0:
        return False
    part = np.float32(1.0 / count)
    for k in range(len(total)):
        total[k] *= part
    softmax(total, labels, out)
    return True
