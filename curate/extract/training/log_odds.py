"""Counts log-odds of content for class tokens and for words, one vote per page and shrunk."""

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from curate.extract import measures as m
from curate.extract import page as p
from curate.extract.byte_hashes import hash_bytes
from curate.extract.lines import KEYS
from curate.extract.model import SCORE_SCALE
from curate.extract.page import Page
from curate.extract.training.direct import line_keys

_ASCII_WORD = re.compile(r"[a-z\x80-\U0010ffff]+")
MIN_SITES = 4
PSEUDO_PAGES = 2.0
MIN_SCORE = 0.2
MAX_WORDS_OF_SHORT_BLOCK = 15


class Votes(NamedTuple):
    """One page's votes: hashes, uint32[n], and the share of content each was found with, float32[n]."""

    hashes: NDArray[np.uint32]
    shares: NDArray[np.float32]


def _shares(hashes: NDArray[np.uint32], content: NDArray[np.float64], total: NDArray[np.float64]) -> Votes:
    unique, where = np.unique(hashes, return_inverse=True)
    weight = np.bincount(where, total, len(unique))
    share = np.bincount(where, content, len(unique)) / np.maximum(weight, 1e-9)
    return Votes(unique[weight > 0], share[weight > 0].astype(np.float32))


def token_votes(page: Page, measures: NDArray[np.float32], targets: NDArray[np.float32]) -> Votes:
    """For each class token of a page, the share of the words below its elements that is content."""
    words = measures[:, m.WORDS].astype(np.float64) + 0.5
    total = np.concatenate([[0.0], np.cumsum(words)])
    content = np.concatenate([[0.0], np.cumsum(words * targets)])
    elements = page.elements[: page.state[p.ELEMENTS]]
    first, last = elements[:, p.FIRST_BLOCK], elements[:, p.LAST_BLOCK]
    counts = elements[:, p.LAST_TOKEN] - elements[:, p.FIRST_TOKEN]
    # Tokens are recorded element by element, so that repeating each element by its count lines them up.
    tokens = np.concatenate([page.tokens[a:b] for a, b in elements[:, [p.FIRST_TOKEN, p.LAST_TOKEN]]] or [[]])
    hashes = (tokens.astype(np.uint64) & np.uint64(0xFFFFFFFF)).astype(np.uint32)
    found, words_below = content[last] - content[first], total[last] - total[first]
    return _shares(hashes, np.repeat(found, counts), np.repeat(words_below, counts))


def _word_hash(word: str) -> int:
    return hash_bytes(word.encode("utf-8", "replace")) & 0xFFFFFFFF


def word_votes(blocks: Sequence[str], targets: NDArray[np.float32]) -> Votes:
    """For each word of a page's short blocks, the share of those blocks that is content."""
    hashes, content = [], []
    for block, target in zip(blocks, targets, strict=True):
        own = set(ascii_words(block))
        if len(own) <= MAX_WORDS_OF_SHORT_BLOCK:
            hashes += [_word_hash(word) for word in sorted(own)]
            content += [float(target)] * len(own)
    return _shares(np.array(hashes, np.uint32), np.array(content, np.float64), np.ones(len(hashes)))


def line_votes(page: Page, targets: NDArray[np.float32]) -> Votes:
    """For each line, shape and opening of a page's blocks, the share of those blocks that is content."""
    keys = line_keys(page).astype(np.uint32).ravel()
    known = keys != 0
    return _shares(keys[known], np.repeat(targets, KEYS)[known].astype(np.float64), np.ones(int(known.sum())))


def ascii_words(block: str) -> list[str]:
    """Words as the compiled code sees them: runs of ASCII letters, lowered, and of anything beyond ASCII."""
    return _ASCII_WORD.findall("".join(c.lower() if c < "\x80" else c for c in block))


def score_table(
    votes: Iterable[tuple[str, float, Votes]], *, min_score: float = MIN_SCORE, min_sites: int = MIN_SITES
) -> tuple[NDArray[np.uint32], NDArray[np.int8]]:
    """Pool pages' votes into scores: hashes, uint32[n] ascending, and log-odds in 25ths, int8[n].

    `votes` holds (site, weight, votes) per page; a token must be known from `min_sites` sites.
    """
    rows = list(votes)
    hashes = np.concatenate([v.hashes for _, _, v in rows])
    shares = np.concatenate([v.shares for _, _, v in rows]).astype(np.float64)
    weights = np.concatenate([np.full(len(v.hashes), w) for _, w, v in rows])
    numbers = {site: i for i, site in enumerate(sorted({site for site, _, _ in rows}))}
    sites = np.concatenate([np.full(len(v.hashes), numbers[s], np.int64) for s, _, v in rows])
    unique, where = np.unique(hashes, return_inverse=True)
    pairs = np.unique(np.stack([where, sites], 1), axis=0)
    known_from = np.bincount(pairs[:, 0], minlength=len(unique))
    base = np.average(shares, weights=weights)
    total = np.bincount(where, weights) + PSEUDO_PAGES
    share = (np.bincount(where, weights * shares) + PSEUDO_PAGES * base) / total
    share = np.clip(share, 0.005, 0.995)
    score = np.log(share / (1 - share)) - np.log(base / (1 - base))
    keep = (known_from >= min_sites) & (np.abs(score) > min_score) & (unique != 0)
    return unique[keep], np.clip(np.round(score[keep] * SCORE_SCALE), -127, 127).astype(np.int8)
