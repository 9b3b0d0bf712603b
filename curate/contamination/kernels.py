"""The compiled loops behind the index of evaluation items: seeds, and the alignments that grow from them.

Everything here takes arrays and gives arrays; importing it imports numba. Weights are integers, in `UNIT`ths of a bit.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from curate.dedup.kernels import compiled, mix

SEED_WORDS = 4  # one changed word in a question of eight leaves four in a row
UNIT = 16
MAX_SHIFT = 4  # words on either side that one edit may replace
EDIT_COST = 4 * UNIT
MAX_DROP = 24 * UNIT  # an alignment ends where edits have cost so much more than was gained since its best point
MAX_GAP = 40  # words between two alignments of one chain
MIN_CHAIN = 26 * UNIT  # a chain of less is forgotten
MAX_BEFORE = 512  # chains looked back at for one that covers another
MAX_ACTIVE = 256  # chains at a time; of more, the weakest is given up
CHAIN = 6  # text, first and last word of the page, first and last word of the text, words matched ...
BITS = 6  # ... and their weight

_WORD = np.uint64(0xD6E8FEB86659FD93)
_6, _8, _24, _32, _63 = (np.uint64(value) for value in (6, 8, 24, 32, 63))
_BYTE, _SIDES, _LOW = np.uint64(0xFF), np.uint64(0xFFFF), np.uint64(0xFFFFFFFF)
_NEW, _INSIDE = np.int64(-1), np.int64(-2)
_NONE = np.uint64(0)
_ONE = np.uint64(1)


@compiled
def seed_hash(words: NDArray[np.uint32], at: int) -> np.uint64:
    """Hash the seed that begins at a word."""
    state = _NONE
    for i in range(SEED_WORDS):
        state = state * _WORD + np.uint64(words[at + i])
    return mix(state)


@compiled
def seed_hashes(words: NDArray[np.uint32]) -> NDArray[np.uint64]:
    """Hash every seed of a run of words; uint64[words - SEED_WORDS + 1], none where there are fewer words."""
    hashes = np.empty(max(0, len(words) - SEED_WORDS + 1), np.uint64)
    for i in range(len(hashes)):
        hashes[i] = seed_hash(words, i)
    return hashes


@compiled
def _side(word: Any) -> Any:
    """Eight bits of a word that stands beside a seed, never 0."""
    return max(np.uint64(word) >> _24, _ONE)


@compiled
def pack_entries(
    seeds: NDArray[np.uint64],
    places: NDArray[np.uint32],
    texts: NDArray[np.uint32],
    words: NDArray[np.uint32],
    starts: NDArray[np.int64],
) -> NDArray[np.uint64]:
    """One entry per seed, uint64[seeds, 2], so that a look-up touches one line of memory.

    The first value is the seed's hash with eight bits each of the word before and the word after in place of its lowest
    sixteen, 0 where the text begins or ends; the second is its place and its text.
    """
    entries = np.empty((len(seeds), 2), np.uint64)
    for i in range(len(seeds)):
        place, text = np.int64(places[i]), np.int64(texts[i])
        before = _side(words[place - 1]) if place > starts[text] else _NONE
        last = place + SEED_WORDS
        after = _side(words[last]) if last < starts[text + 1] else _NONE
        entries[i, 0] = (seeds[i] & ~_SIDES) | (before << _8) | after
        entries[i, 1] = np.uint64(place) << _32 | np.uint64(text)
    return entries


@compiled
def _goes_on(entry: Any, page: Any, p: Any) -> Any:
    """Return whether a word beside the seed agrees too, or the text has none there: a chance hit mostly has neither."""
    before, after = (entry & _SIDES) >> _8, entry & _BYTE
    if before == _NONE or after == _NONE or p == 0 or p + SEED_WORDS == len(page):
        return True
    return before == _side(page[p - 1]) or after == _side(page[p + SEED_WORDS])


@compiled
def fill_filter(seeds: NDArray[np.uint64], bits: int, words: NDArray[np.uint64]) -> None:
    """Set, in a table of 2^bits bits, the one that the upper bits of each seed name."""
    for seed in seeds:
        slot = seed >> np.uint64(64 - bits)
        words[slot >> _6] |= _ONE << (slot & _63)


@compiled
def document_counts(
    seeds: NDArray[np.uint64], texts: NDArray[np.uint32], evals: NDArray[np.uint16]
) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    """For each of the sorted seeds: in how many texts of one evaluation it stands, at most, and how often in all.

    Texts with one seed must stand together by evaluation, as they do when sorted by number.
    """
    shared, copies = np.empty(len(seeds), np.uint32), np.empty(len(seeds), np.uint32)
    start = 0
    while start < len(seeds):
        end, here, most = start, 0, 0
        while end < len(seeds) and seeds[end] == seeds[start]:
            fresh = end == start or texts[end] != texts[end - 1]
            if end > start and evals[texts[end]] != evals[texts[end - 1]]:
                here = 0
            here += fresh
            most = max(most, here)
            end += 1
        shared[start:end] = most
        copies[start:end] = end - start
        start = end
    return shared, copies


@compiled
def resync(page: Any, p: Any, p_limit: Any, words: Any, q: Any, q_limit: Any, step: Any) -> Any:
    """Return how many words to pass over on the page and in the text so that two agree again; (0, 0) when none do."""
    for size in range(1, MAX_SHIFT + 1):
        for k in range(2 * size + 1):
            i, j = (size, size - k) if k <= size else (2 * size - k, size)
            at, to = p + step * i, q + step * j
            if (p_limit - at) * step <= 0 or (q_limit - to) * step <= 0 or page[at] != words[to]:
                continue
            last = to + step == q_limit
            if last or (at + step != p_limit and page[at + step] == words[to + step]):
                return i, j
    return 0, 0


@compiled
def extend(page: Any, p: Any, p_limit: Any, words: Any, q: Any, q_limit: Any, weights: Any, step: Any) -> Any:
    """Align from one place on, forwards or backwards; returns the best end on both sides, words matched and weight."""
    best_p, best_q, best_words, best = p, q, 0, 0
    matched, gained, cost, best_gain = 0, 0, 0, 0
    while p != p_limit and q != q_limit:
        if page[p] == words[q]:
            gained += weights[q]
            matched += 1
            p, q = p + step, q + step
            if gained - cost > best:
                best = gained - cost
                best_p, best_q, best_words, best_gain = p, q, matched, gained
            continue
        i, j = resync(page, p, p_limit, words, q, q_limit, step)
        cost += EDIT_COST * max(i, j)
        if i + j == 0 or best - (gained - cost) > MAX_DROP:
            break
        p, q = p + step * i, q + step * j
    return best_p, best_q, best_words, best_gain


@compiled
def _place(active: Any, count: Any, text: Any, p: Any, q: Any) -> Any:
    """The row of the chain a hit goes on, `_NEW` when there is none, or `_INSIDE` when it lies in one."""
    found: Any = _NEW
    gap = 2 * MAX_GAP + 1
    for row in range(count):
        if active[row, 0] != text:
            continue
        if active[row, 1] <= p < active[row, 2] and active[row, 3] <= q < active[row, 4]:
            return _INSIDE
        ahead, along = p - active[row, 2], q - active[row, 4]
        if 0 <= ahead <= MAX_GAP and 0 <= along <= MAX_GAP and ahead + along < gap:
            found, gap = row, ahead + along
    return found


@compiled
def _release(chain: Any, needs: Any, starts: Any, out: Any, found: Any) -> Any:
    """Write a chain that has ended to `out` when it holds enough of its text, or every word."""
    if chain[BITS] < needs[chain[0]] and chain[5] < starts[chain[0] + 1] - starts[chain[0]]:
        return out, found
    if found == len(out):
        grown = np.empty((2 * len(out), CHAIN + 1), np.int64)
        grown[:found] = out
        out = grown
    out[found] = chain
    return out, found + 1


@compiled
def _retire(active: Any, count: Any, before: Any, needs: Any, starts: Any, out: Any, found: Any) -> Any:
    """Move chains that end before a word out of the active ones."""
    kept = 0
    for row in range(count):
        if active[row, 2] >= before:
            active[kept] = active[row]
            kept += 1
        else:
            out, found = _release(active[row], needs, starts, out, found)
    return kept, out, found


@compiled
def _grow(page: Any, p: Any, words: Any, q: Any, weights: Any, starts: Any, text: Any, active: Any, place: Any) -> Any:
    """Align both ways from a seed, back to where the chain it goes on has ended; the alignment, or the longer chain."""
    p_low, q_low = np.int64(-1), starts[text] - 1
    if place >= 0:
        p_low, q_low = active[place, 2] - 1, active[place, 4] - 1
    left_p, left_q, left_words, left = extend(page, p - 1, p_low, words, q - 1, q_low, weights, -1)
    end_p, end_q, right_words, right = extend(page, p, len(page), words, q, starts[text + 1], weights, 1)
    if place >= 0:
        matched, gained = active[place, 5] + left_words + right_words, active[place, BITS] + left + right
        return text, active[place, 1], end_p, active[place, 3], end_q, matched, gained
    return text, left_p + 1, end_p, left_q + 1, end_q, left_words + right_words, left + right


@compiled
def _keep(active: Any, count: Any, place: Any, chain: Any, needs: Any, starts: Any, out: Any, found: Any) -> Any:
    """Put a chain where it belongs: in its place, at the end, or in that of the weakest when there are too many."""
    if place < 0 and chain[BITS] < MIN_CHAIN:
        return count, out, found
    if place < 0 and count < MAX_ACTIVE:
        place, count = np.int64(count), count + 1
    elif place < 0:
        place = np.int64(np.argmin(active[:, BITS]))
        out, found = _release(active[place], needs, starts, out, found)
    for i, value in enumerate(chain):
        active[place, i] = value
    return count, out, found


@compiled
def find_chains(
    page: NDArray[np.uint32],
    words: NDArray[np.uint32],
    weights: NDArray[np.uint8],
    starts: NDArray[np.int64],
    needs: NDArray[np.int64],
    entries: NDArray[np.uint64],
    table: NDArray[np.uint64],
    directory: NDArray[np.uint32],
) -> NDArray[np.int64]:
    """Find where texts of the index are aligned with a page; int64[chains, 7], see `CHAIN`.

    A seed that page and text share grows into an alignment both ways; alignments of one text that follow each other
    closely make a chain. Every word of the page is looked up once, and what lies inside a chain is not aligned again.
    """
    slot_shift = np.uint64(64 - int(np.log2(len(table) * 64) + 0.5))
    row_shift = np.uint64(64 - int(np.log2(len(directory) - 1) + 0.5))
    active, count = np.empty((MAX_ACTIVE, CHAIN + 1), np.int64), 0
    out, found = np.empty((8, CHAIN + 1), np.int64), 0
    for p in range(len(page) - SEED_WORDS + 1):
        seed = seed_hash(page, p)
        slot = seed >> slot_shift
        if not table[slot >> _6] >> (slot & _63) & _ONE:
            continue
        row = seed >> row_shift
        at, stop = np.int64(directory[row]), np.int64(directory[row + _ONE])
        low, high = seed & ~_SIDES, seed | _SIDES
        while at < stop and entries[at, 0] < low:
            at += 1
        while at < stop and entries[at, 0] <= high:
            if _goes_on(entries[at, 0], page, p):
                count, out, found = _retire(active, count, p - MAX_GAP, needs, starts, out, found)
                text, q = np.int64(entries[at, 1] & _LOW), np.int64(entries[at, 1] >> _32)
                place = _place(active, count, text, p, q)
                if place != _INSIDE:
                    chain = _grow(page, p, words, q, weights, starts, text, active, place)
                    count, out, found = _keep(active, count, place, chain, needs, starts, out, found)
            at += 1
    _, out, found = _retire(active, count, len(page) + 1, needs, starts, out, found)
    return out[:found]


@compiled
def unexplained(chains: NDArray[np.int64], lengths: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which of the chains, sorted by start and length, hold 95 % of their text or lie in no chain with more words.

    A page that asks one question has most words of other questions from the same mould; those were not asked.
    """
    kept = np.ones(len(chains), np.bool_)
    for i in range(len(chains)):
        matched = chains[i, 5]
        if matched * 20 >= lengths[i] * 19:
            continue
        for j in range(max(0, i - MAX_BEFORE), min(len(chains), i + MAX_BEFORE)):
            if chains[j, 1] > chains[i, 1] + MAX_SHIFT:
                break
            covers = chains[j, 2] >= chains[i, 2] - MAX_SHIFT and chains[j, 1] <= chains[i, 1] + MAX_SHIFT
            if covers and chains[j, 5] * 10 > matched * 11:
                kept[i] = False
                break
    return kept
