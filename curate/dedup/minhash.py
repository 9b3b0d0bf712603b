"""MinHash of word shingles: the settings, and texts to shingle sets, signatures and band keys.

Source: Broder, "On the resemblance and containment of documents" (1997), for shingles and minima; Leskovec, Rajaraman
and Ullman, "Mining of Massive Datasets", chapter 3, for bands and rows.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha1

import numpy as np
from numpy.typing import NDArray

from curate.errors import UsageError

NO_KEY = 0
"""The band key of a text that has no shingles; it never makes a candidate."""

# Candidates are verified, so a wrong one costs a comparison and a missed one stays in the output: what datasketch's
# optimiser is told a miss and a false alarm weigh. At a Jaccard of .8 this gives the default 16 bands of 8 rows.
_MISS_WEIGHT, _FALSE_ALARM_WEIGHT = 0.95, 0.05
_MOST_NODES = 400


@dataclass(frozen=True, slots=True)
class MinHash:
    """Settings of signatures and band keys; signatures made with different settings cannot be compared.

    A signature has `bands` x `rows` values, one per permutation. Two texts of Jaccard similarity J share a band with
    probability 1 - (1 - J^rows)^bands, at the default .61 for J = .7, .82 for .75, .95 for .8, .994 for .85 and
    .9998 for .9. Only the first `max_chars` characters of a text go into its signature.

    `hashing` is "affine32", one compiled pass with 32-bit values, or "sha1_64", SHA-1 of every shingle cut to 64 bits
    as FineWeb did, at many times the cost. Candidates are verified, so the two differ in false candidates only, and 32
    bits have next to none.

    Raises UsageError when a number is below 1, the seed below 0, or the hashing another.

    >>> MinHash().permutations
    128
    >>> round(MinHash().candidate_probability(0.8), 2)
    0.95
    """

    shingle_words: int = 5
    bands: int = 16
    rows: int = 8
    seed: int = 1
    max_chars: int = 1_000_000
    hashing: str = "affine32"

    def __post_init__(self) -> None:
        for name in ("shingle_words", "bands", "rows", "max_chars"):
            if getattr(self, name) < 1:
                raise UsageError(f"MinHash: {name} must be at least 1, not {getattr(self, name)}")
        if self.seed < 0:
            raise UsageError(f"MinHash: seed must not be negative, not {self.seed}")
        if self.hashing not in ("affine32", "sha1_64"):
            raise UsageError(f"MinHash: hashing must be 'affine32' or 'sha1_64', not {self.hashing!r}")

    @classmethod
    def for_threshold(cls, jaccard: float, *, permutations: int = 128) -> "MinHash":
        """Settings whose bands and rows suit a Jaccard threshold, from at most so many permutations.

        Raises UsageError unless the threshold is above 0 and at most 1 and there is a permutation.

        >>> MinHash.for_threshold(0.8) == MinHash()
        True
        """
        if not 0 < jaccard <= 1 or permutations < 1:
            raise UsageError(f"MinHash: no bands for a threshold of {jaccard} from {permutations} permutations")
        bands, rows = _best_bands(jaccard, permutations)
        return cls(bands=bands, rows=rows)

    @property
    def permutations(self) -> int:
        """The length of a signature."""
        return self.bands * self.rows

    def candidate_probability(self, jaccard: float) -> float:
        """The probability that two texts of this similarity share a band, 0 to 1: the S-curve."""
        return float(1 - (1 - jaccard**self.rows) ** self.bands)


FINEWEB = MinHash(bands=14, rows=8)
"""FineWeb's bands and rows, with our words and hashes. Source: Penedo et al. 2024, section 3.4."""

FINEWEB_SHA1 = MinHash(bands=14, rows=8, hashing="sha1_64")
"""The same with 64-bit SHA-1, as datatrove's recipe sets it; words are ours. Source: datatrove, examples/fineweb.py."""


@cache
def _best_bands(jaccard: float, permutations: int) -> tuple[int, int]:
    """The bands and rows, of at most so many permutations, whose weighted areas of false alarms and misses are least.

    The areas under 1 - (1 - J^rows)^bands left of `jaccard`, and over it right of that, are summed by Gauss's nodes:
    half as many as there are permutations are exact, as the degree of the polynomial is bands * rows at most.
    """
    nodes, weights = np.polynomial.legendre.leggauss(min(permutations // 2 + 1, _MOST_NODES))
    left, right = jaccard * (nodes + 1) / 2, jaccard + (1 - jaccard) * (nodes + 1) / 2
    choices = [(b, r) for b in range(1, permutations + 1) for r in range(1, permutations // b + 1)]
    bands, rows = (np.array(each, np.float64)[:, None] for each in zip(*choices, strict=True))
    # Sums and no products of matrices, for which BLAS starts threads that take longer than the work.
    alarms = ((1 - (1 - left**rows) ** bands) * weights).sum(1) * jaccard / 2
    misses = ((1 - right**rows) ** bands * weights).sum(1) * (1 - jaccard) / 2
    return choices[int(np.argmin(alarms * _FALSE_ALARM_WEIGHT + misses * _MISS_WEIGHT))]


def shingles(text: str, settings: MinHash) -> NDArray[np.uint64]:
    """Hash a text's set of word shingles; uint64[n], sorted, without repeats, empty when there is no word.

    Words are runs of letters, digits and vowel marks. Case, accents, compatibility forms and invisible characters make
    no difference; a Han, Kana, Thai, Lao, Khmer or Myanmar character is a word of its own, since those scripts put no
    spaces between words. A text of fewer than `shingle_words` words has one shingle, of all of them. The whole text
    counts, whatever `max_chars` is.

    >>> five = MinHash(shingle_words=5)
    >>> len(shingles("One two three four five six.", five))
    2
    >>> bool((shingles("CAF\u00c9, au lait!", five) == shingles("cafe au lait", five)).all())
    True
    """
    from curate.dedup import kernels as minhash_kernels

    words = minhash_kernels.word_hashes(_code_points(text), fold_table())
    hashes = minhash_kernels.shingle_hashes(words, settings.shingle_words)
    hashes.sort()  # numpy's sort is vectorised, numba's is not
    return minhash_kernels.without_repeats(hashes)


def signatures(texts: Sequence[str], settings: MinHash) -> NDArray[np.uint32] | NDArray[np.uint64]:
    """Sign texts: for each permutation, its least value over the text's shingles; uint32[n_texts, permutations].

    With hashing "sha1_64" the values are uint64.

    The share of equal values in two signatures estimates the Jaccard similarity J of their texts' shingles, with a
    standard error of sqrt(J(1 - J) / permutations). A text without shingles has the greatest value throughout.
    A row is what `datasketch.MinHash(permutations, hashvalues=row, scheme="affine32")` takes; never mix such with
    sketches that datasketch made itself, whose permutations differ.
    """
    from curate.dedup import kernels as minhash_kernels

    if settings.hashing == "sha1_64":
        return _wide_signatures(texts, settings)
    fold = fold_table()
    factors, offsets = _permutations(settings.permutations, settings.seed)
    signed = np.empty((len(texts), settings.permutations), np.uint32)
    for text, row in zip(texts, signed, strict=True):
        codes = _code_points(text[: settings.max_chars])
        minhash_kernels.sign(codes, fold, settings.shingle_words, factors, offsets, row)
    return signed


def _wide_signatures(texts: Sequence[str], settings: MinHash) -> NDArray[np.uint64]:
    from curate.dedup import kernels as minhash_kernels

    draws = _draws(2 * settings.permutations, settings.seed)
    factors, offsets = draws[: settings.permutations] | np.uint64(1), draws[settings.permutations :]
    signed = np.empty((len(texts), settings.permutations), np.uint64)
    for text, row in zip(texts, signed, strict=True):
        hashes = _sha1_hashes(text[: settings.max_chars], settings.shingle_words)
        minhash_kernels.wide_minima(hashes, factors, offsets, row)
    return signed


def _sha1_hashes(text: str, shingle_words: int) -> NDArray[np.uint64]:
    """The first 8 bytes of SHA-1 of each shingle, its words joined by spaces; uint64[n], in no order."""
    words = text.translate(_FOLDING).split()
    width = min(shingle_words, len(words))
    joined = {" ".join(words[i : i + width]) for i in range(len(words) - width + 1)} if words else set()
    digests = [sha1(each.encode("utf-8", "surrogatepass")).digest()[:8] for each in joined]
    return np.frombuffer(b"".join(digests), "<u8")


class _Folding(dict[int, str]):
    """The fold table as `str.translate` takes it, filled as characters come."""

    def __missing__(self, code: int) -> str:
        from curate.dedup.kernels import ALONE, SEPARATOR, SKIPPED

        folded = fold_table()[code]
        bare = chr(folded & ~ALONE)
        self[code] = {SEPARATOR: " ", SKIPPED: ""}.get(folded, f" {bare} " if folded >= ALONE else bare)
        return self[code]


_FOLDING = _Folding()


def band_keys(signatures: NDArray[np.uint32] | NDArray[np.uint64], settings: MinHash) -> NDArray[np.uint64]:
    """Hash each band of signatures, band number included; uint64[n_texts, bands].

    Texts that share a key are candidates. A text without shingles has `NO_KEY` in every band.
    """
    from curate.dedup import kernels as minhash_kernels

    greatest = signatures.dtype.type(np.iinfo(signatures.dtype).max)
    return minhash_kernels.band_keys(signatures, greatest, settings.bands, settings.rows)


def jaccard(left: NDArray[np.uint64], right: NDArray[np.uint64]) -> float:
    """Divide what two shingle sets share by what they hold together, 0 to 1; 0 when both are empty.

    >>> jaccard(np.array([1, 2, 3], np.uint64), np.array([2, 3, 4], np.uint64))
    0.5
    """
    from curate.dedup import kernels as minhash_kernels

    shared = int(minhash_kernels.common(left, right))
    return shared / max(len(left) + len(right) - shared, 1)


def _code_points(text: str) -> NDArray[np.generic]:
    if text.isascii():
        return np.frombuffer(text.encode("ascii"), np.uint8)
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)


@cache
def _permutations(count: int, seed: int) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    """Odd factors and offsets."""
    draws = _draws(count, seed)
    return (draws >> np.uint64(32)).astype(np.uint32) | np.uint32(1), draws.astype(np.uint32)


@cache
def _draws(count: int, seed: int) -> NDArray[np.uint64]:
    """Random numbers from splitmix64 rather than numpy's generators, whose streams may change."""
    from curate.dedup.kernels import mix

    starts = [np.uint64((seed * 0x1_0000_0000 + i) * 0x9E3779B97F4A7C15 % 2**64) for i in range(count)]
    return np.array([mix(start) for start in starts], np.uint64)


# Scripts written without spaces: each character is a word. Everything from 0x20000 to 0x3FFFF is or will be Han.
_UNSPACED = (
    (0x0E00, 0x0EFF),  # Thai, Lao
    (0x1000, 0x109F),  # Myanmar
    (0x1780, 0x17FF),  # Khmer
    (0x3040, 0x30FF),  # Kana
    (0x3400, 0x4DBF),  # Han
    (0x4E00, 0x9FFF),
    (0xF900, 0xFAFF),
)


@cache
def fold_table() -> NDArray[np.uint32]:
    """Say for each code point what it is in a word; uint32[0x110000].

    0 ends a word and 1 is passed over; anything else is the code point of the folded character, with the highest bit
    set where the character is a word of its own.
    """
    from curate.dedup.kernels import ALONE, SKIPPED

    table = np.zeros(0x110000, np.uint32)
    characters = "".join(map(chr, range(0x20000)))
    kinds = list(map(unicodedata.category, characters))
    words = [code for code, kind in enumerate(kinds) if kind[0] in "LN" or kind == "Mc"]
    table[words] = words
    for code in words:  # one in twelve is another when folded: most have neither case nor parts
        character = characters[code]
        if unicodedata.decomposition(character) or character.casefold() != character or character.lower() != character:
            table[code] = _folded(character)
    table[[code for code, kind in enumerate(kinds) if kind in ("Mn", "Me", "Cf")]] = SKIPPED
    for first, last in _UNSPACED:
        block = table[first : last + 1]
        block[block > SKIPPED] |= ALONE
    table[0x20000:0x40000] = np.arange(0x20000, 0x40000, dtype=np.uint32) | ALONE
    table[0xE0000:0xF0000] = SKIPPED  # tags and variation selectors
    return table


def _folded(character: str) -> int:
    parts = unicodedata.normalize("NFKD", character)
    bare = "".join(part for part in parts if unicodedata.category(part) != "Mn")
    forms = (bare.casefold(), bare.lower(), character.lower(), character)
    return next(ord(form) for form in forms if len(form) == 1)
