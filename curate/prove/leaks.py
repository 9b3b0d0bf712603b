"""Takes out of a corpus what a held-out text would give away: texts of its site, and texts that share a passage."""

from collections.abc import Iterable

import numpy as np

from curate.contamination.words import words
from curate.prove.texts import Corpus

RUN = 13  # words in a row


def runs(text: str) -> np.ndarray:
    """A hash of every run of 13 words of a text; uint64[max(0, words - 12)].

    >>> len(runs("one two three")), len(runs("a b c d e f g h i j k l m n"))
    (0, 2)
    """
    found = words(text).astype(np.uint64)
    if len(found) < RUN:
        return np.zeros(0, np.uint64)
    hashes = np.zeros(len(found) - RUN + 1, np.uint64)
    with np.errstate(over="ignore"):
        for place in range(RUN):
            hashes = hashes * np.uint64(0x9E3779B97F4A7C15) + found[place : place + len(hashes)]
    return hashes


def without_leaks(corpus: Corpus, held_out: Iterable[Corpus]) -> Corpus:
    """The corpus without texts of held-out sites or with a run of 13 words of a held-out text."""
    held = list(held_out)
    sites = {site for each in held for site in each.sites}
    known = np.unique(np.concatenate([np.zeros(0, np.uint64), *(runs(text) for each in held for text in each.texts)]))
    kept = [
        place
        for place, (text, site) in enumerate(zip(corpus.texts, corpus.sites, strict=True))
        if site not in sites and not _any_in(runs(text), known)
    ]
    return corpus.take(kept)


def _any_in(some: np.ndarray, known: np.ndarray) -> bool:
    """Whether any of some numbers is among known ones, which are sorted: looked up, since they are many more."""
    if not len(known):
        return False
    return bool((known[np.minimum(np.searchsorted(known, some), len(known) - 1)] == some).any())
