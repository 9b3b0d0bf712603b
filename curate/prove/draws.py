"""Draws halves of corpora by site, and weights of held-out sites, from hashes of names: no seed, no clock."""

from collections.abc import Iterable, Sequence
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from curate.prove.texts import Corpus

Places = NDArray[np.int64]
HALF = 0.48  # of the bytes of a corpus: sites are no small change, so two halves cannot have exactly half each
_POISSON = (0.36787944, 0.73575888, 0.91969860, 0.98101184, 0.99634015, 0.99940582)  # the chance of at most 0, 1, 2 ...


def number_of(*names: object) -> float:
    """A number in [0, 1) made of some names, the same on every machine.

    >>> number_of("a", 1) == number_of("a", 1), number_of("a", 1) == number_of("a", 2)
    (True, False)
    """
    said = "\\0".join(map(str, names)).encode("utf-8", "replace")
    return int.from_bytes(blake2b(said, digest_size=8).digest()) / 2**64


def halves(corpus: Corpus, draw: int, size: int) -> tuple[Places, Places]:
    """The places of the texts of two halves of a corpus, each of at most `size` bytes: no site is in both.

    Sites come in the order of a hash of their name and the number of the draw, and another hash says which half is
    theirs, so that a site is drawn alike in every corpus that has it. Only when its half is full it goes to the other.
    """
    by_site: dict[str, list[int]] = {}
    for place, site in enumerate(corpus.sites):
        by_site.setdefault(site, []).append(place)
    filled, chosen = [0, 0], ([], [])  # type: tuple[list[int], tuple[list[int], list[int]]]
    for site in sorted(by_site, key=lambda site: (number_of("site", draw, site), site)):
        side = int(number_of("side", draw, site) < 0.5)
        if filled[side] + sum(int(corpus.sizes[place]) for place in by_site[site]) > size:
            side = int(filled[1] < filled[0])
        for place in by_site[site]:
            if filled[side] + corpus.sizes[place] <= size:
                filled[side] += int(corpus.sizes[place])
                chosen[side].append(place)
        if min(filled) >= size - 1:
            break
    return np.array(sorted(chosen[0]), np.int64), np.array(sorted(chosen[1]), np.int64)


def common_size(corpora: Iterable[Corpus], most: int) -> int:
    """The bytes that every corpus can give to each of two halves, at most `most`."""
    return min(most, *(int(corpus.sizes.sum() * HALF) for corpus in corpora))


def read_share(corpus: Corpus, size: int) -> float:
    """The share of a corpus that one draw of two halves of `size` bytes reads; 1 where it reads nearly all there is."""
    share = 2 * size / max(int(corpus.sizes.sum()), 1)
    return 1.0 if share > 2 * HALF - 0.01 else share


def weights(sites: Sequence[str], draws: int) -> NDArray[np.float64]:
    """How often each site counts in bootstrap draws of held-out sites, a Poisson number; float64[draws, sites].

    A site counts alike wherever it stands, so sets that share sites are drawn together.
    """
    names = np.array([int(number_of("held-out", site) * 2**53) for site in sites], np.uint64)
    mixed = names[None, :] + np.arange(1, draws + 1, dtype=np.uint64)[:, None] * np.uint64(0x9E3779B97F4A7C15)
    with np.errstate(over="ignore"):  # splitmix64
        mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.searchsorted(_POISSON, (mixed ^ (mixed >> np.uint64(31))) / 2**64, "right").astype(np.float64)
