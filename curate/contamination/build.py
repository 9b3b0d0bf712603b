"""Building the index: texts of items, once each, their words and weights, and the sorted seeds that find them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from curate.contamination.items import Item
from curate.contamination.words import Common, common, folding, words

MIN_WORDS = 5  # a text of fewer words is not looked for
MAX_COPIES = 32  # a seed that stands in more places is no seed
MAX_BITS = 12.0  # of one word, so that a name does not outweigh a sentence
UNSPACED = 0.5  # what a character that is a word of its own weighs of a word
COMMON_RUN = 0.25  # what words weigh that stand only in runs several sites have
PHRASE_WORDS = 30  # a text of fewer words that more than two items of one evaluation share is a phrase
SHARERS = 2
MAX_SHARERS = 200  # a text of any length that more items share is what all are introduced by
# How much of a question must be found, in bits: a share that falls with its length, between two limits.
SHORT_WORDS, SHORT_SHARE = 10, 0.78
LONG_WORDS, LONG_SHARE = 26, 0.4
MIN_BITS, ENOUGH_BITS = 61.0, 190.0  # more than five words can say; what a long quotation says
# A question that is there word by word counts from eight words on, a shorter one when its words say so much on average.
WHOLE_WORDS, MIN_WHOLE_BITS, MAX_WHOLE_BITS, MIN_MEAN_BITS = 8, 45.0, 16.0, (9.6, 8.0)
NEAR_SHARE = 0.6  # of an answer, near its question
QUESTION, NEAR_ONLY = 0, 1  # roles
NEVER = np.int64(1) << 40


@dataclass(slots=True)
class Gathered:
    """Items as they come: texts once each, with the items and fields that have them."""

    texts: dict[bytes, int] = field(default_factory=dict)
    words: list[NDArray[np.uint32]] = field(default_factory=list)
    text_evals: list[int] = field(default_factory=list)
    refs: list[list[tuple[int, int, int]]] = field(default_factory=list)  # per text: item, field, role
    items: list[tuple[int, str]] = field(default_factory=list)  # evaluation, id
    contents: list[bytes] = field(default_factory=list)  # per item, a digest of all its words
    evals: dict[str, int] = field(default_factory=dict)
    fields: dict[str, int] = field(default_factory=dict)


def gather(items: Iterable[Item]) -> Gathered:
    """Take in items; texts of fewer than `MIN_WORDS` words count only for telling items apart."""
    found = Gathered()
    for item in items:
        number = len(found.items)
        evaluation = found.evals.setdefault(item.eval, len(found.evals))
        found.items.append((evaluation, item.id))
        content = blake2b(digest_size=16)
        for each in item.fields:
            hashes = words(each.text)
            digest = blake2b(hashes.tobytes(), digest_size=16).digest()
            content.update(digest)
            if len(hashes) >= MIN_WORDS:
                name = found.fields.setdefault(each.name, len(found.fields))
                text = _text(found, digest, hashes, evaluation)
                found.refs[text].append((number, name, NEAR_ONLY if each.near_only else QUESTION))
        found.contents.append(content.digest())
    return found


def _text(found: Gathered, digest: bytes, hashes: NDArray[np.uint32], evaluation: int) -> int:
    text = found.texts.setdefault(digest, len(found.texts))
    if text == len(found.words):
        found.words.append(hashes)
        found.text_evals.append(evaluation)
        found.refs.append([])
    return text


def arrays(found: Gathered, table: Common | None = None) -> dict[str, NDArray[np.generic]]:
    """Make the arrays of an index; `table` is the shipped one where none is given."""
    from curate.contamination import kernels

    table = common() if table is None else table
    starts = np.cumsum([0, *map(len, found.words)], dtype=np.int64)
    flat = np.concatenate(found.words) if found.words else np.empty(0, np.uint32)
    seeds, places, texts = _seeds(flat, starts)
    shared, copies = kernels.document_counts(seeds, texts, np.array(found.text_evals, np.uint16))
    in_run = _is_in(seeds_low(seeds), table.runs)
    sizes = np.where(_is_in(flat, _unspaced()), UNSPACED, 1.0)
    raw = _word_bits(flat, table)
    weights = np.minimum(raw, MAX_BITS) * sizes * _rarity(len(flat), places, shared, in_run)
    units = np.round(weights * kernels.UNIT).astype(np.uint8)
    roles, ref_starts, refs = _refs(found)
    totals = _sums(units.astype(np.float64) / kernels.UNIT, starts)
    lengths = _sums(sizes, starts)
    needs = _needs(lengths, totals)
    keep = (copies <= MAX_COPIES) & ~in_run
    entries = kernels.pack_entries(seeds[keep], places[keep], texts[keep], flat, starts)
    seeds = seeds[keep]
    asked = np.where(roles == QUESTION, needs, NEVER)
    return {
        "words": flat, "weights": units, "starts": starts, "totals": totals.astype(np.float32),
        "whole": _counts_whole(lengths, _sums(raw * sizes, starts)),
        "needs": np.minimum(asked, np.round(totals * NEAR_SHARE * kernels.UNIT)).astype(np.int64),
        "asked": asked, "entries": entries,
        "table": _filter(seeds), "directory": _directory(seeds),
        "ref_starts": ref_starts, "refs": refs, "item_evals": np.array([each for each, _ in found.items], np.uint16),
    }  # fmt: skip


def seeds_low(seeds: NDArray[np.uint64]) -> NDArray[np.uint32]:
    """Return what of a seed's hash stands in the table of common runs."""
    return (seeds >> np.uint64(32)).astype(np.uint32)


def _seeds(
    flat: NDArray[np.uint32], starts: NDArray[np.int64]
) -> tuple[NDArray[np.uint64], NDArray[np.uint32], NDArray[np.uint32]]:
    """Every seed inside a text, with its place and its text, sorted by hash and place."""
    from curate.contamination import kernels

    seeds = kernels.seed_hashes(flat)
    places = np.arange(len(seeds), dtype=np.uint32)
    texts = np.repeat(np.arange(len(starts) - 1, dtype=np.uint32), np.diff(starts))[: len(seeds)]
    inside = places + kernels.SEED_WORDS <= starts[1:][texts] if len(seeds) else np.zeros(0, bool)
    seeds, places, texts = seeds[inside], places[inside], texts[inside]
    order = np.argsort(seeds, kind="stable")
    return seeds[order], places[order], texts[order]


def _is_in(values: NDArray[np.uint32], table: NDArray[np.uint32]) -> NDArray[np.bool_]:
    at = np.minimum(np.searchsorted(table, values), max(len(table) - 1, 0))
    return table[at] == values if len(table) else np.zeros(len(values), bool)


def _word_bits(flat: NDArray[np.uint32], table: Common) -> NDArray[np.float64]:
    """Return what each word says, in bits, by how rare it is on the web."""
    known = _is_in(flat, table.words)
    bits = np.full(len(flat), MAX_WHOLE_BITS)
    bits[known] = np.minimum(table.bits[np.searchsorted(table.words, flat[known])], MAX_WHOLE_BITS)
    return bits


def _counts_whole(lengths: NDArray[np.float64], bits: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return whether a text that is there word by word counts, by its length in words and what the words say."""
    least = np.interp(lengths, [MIN_WORDS, WHOLE_WORDS], MIN_MEAN_BITS)
    return (bits >= MIN_WHOLE_BITS) & ((lengths >= WHOLE_WORDS) | (bits >= least * lengths))


@cache
def _unspaced() -> NDArray[np.uint32]:
    """The hashes of characters that are words of their own, sorted."""
    table = folding().table
    alone = np.flatnonzero(table >= 1 << 31).astype(np.uint32)
    from curate.contamination import scanning

    return np.unique(scanning.word_hashes(alone, *folding()))


def _rarity(
    count: int, places: NDArray[np.uint32], shared: NDArray[np.uint32], in_run: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Return what is left of each word's bits, by the rarest seed it stands in: float64[words], 0 to 1."""
    from curate.contamination import kernels

    of_seed = np.where(in_run, COMMON_RUN, 1.0) / (1 + np.log2(np.maximum(shared, SHARERS) / SHARERS))
    rarity = np.full(count, 0.0)
    for offset in range(kernels.SEED_WORDS):
        np.maximum.at(rarity, places.astype(np.int64) + offset, of_seed)
    return rarity


def _sums(values: NDArray[np.float64], starts: NDArray[np.int64]) -> NDArray[np.float64]:
    sums = np.concatenate([[0.0], np.cumsum(values)])
    return sums[starts[1:]] - sums[starts[:-1]]


def _needs(lengths: NDArray[np.float64], totals: NDArray[np.float64]) -> NDArray[np.int64]:
    from curate.contamination import kernels

    shares = np.interp(lengths, [SHORT_WORDS, LONG_WORDS], [SHORT_SHARE, LONG_SHARE])
    bits = np.clip(totals * shares, MIN_BITS, ENOUGH_BITS)
    return np.round(bits * kernels.UNIT).astype(np.int64)


def _refs(found: Gathered) -> tuple[NDArray[np.uint8], NDArray[np.int64], NDArray[np.uint32]]:
    """Per text its strongest role; where its references begin; and references, uint32[n, 3]: item, field, role."""
    refs = [
        [(item, name, NEAR_ONLY) for item, name, _ in own] if _is_phrase(found, own, len(hashes)) else own
        for own, hashes in zip(found.refs, found.words, strict=True)
    ]
    roles = np.array([min((role for *_, role in own), default=NEAR_ONLY) for own in refs], np.uint8)
    starts = np.cumsum([0, *map(len, refs)], dtype=np.int64)
    return roles, starts, np.array([ref for own in refs for ref in own], np.uint32).reshape(-1, 3)


def _is_phrase(found: Gathered, refs: Sequence[tuple[int, int, int]], length: int) -> bool:
    """Return whether a text is shared by more different items of one evaluation than one of its length may be."""
    most = SHARERS if length < PHRASE_WORDS else MAX_SHARERS
    if len(refs) <= most:
        return False
    contents: dict[int, set[bytes]] = defaultdict(set)
    for item, *_ in refs:
        contents[found.items[item][0]].add(found.contents[item])
    return max(map(len, contents.values())) > most


def _filter(seeds: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """A bit per slot of a table sixteen to thirty-two times as long as there are seeds, to say no quickly."""
    from curate.contamination import kernels

    bits = min(max(12, len(seeds).bit_length() + 4), 30)
    table = np.zeros(1 << (bits - 6), np.uint64)
    kernels.fill_filter(seeds, bits, table)
    return table


def _directory(seeds: NDArray[np.uint64]) -> NDArray[np.uint32]:
    """Return where the seeds of each value of the uppermost bits begin; uint32[2^bits + 1]."""
    bits = max(4, len(seeds).bit_length() - 1)
    edges = np.arange(1 << bits, dtype=np.uint64) << np.uint64(64 - bits)
    return np.concatenate([np.searchsorted(seeds, edges), [len(seeds)]]).astype(np.uint32)
