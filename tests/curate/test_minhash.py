"""MinHash: words and shingles against plain Python sets, signatures against theory and datasketch, bands by hand."""

import hashlib
import os
import re
import subprocess
import sys
import unicodedata
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from curate.dedup.minhash import (
    FINEWEB,
    FINEWEB_SHA1,
    NO_KEY,
    MinHash,
    _draws,
    band_keys,
    jaccard,
    shingles,
    signatures,
)
from curate.errors import UsageError

DEFAULT = MinHash()
PAIRS = MinHash(shingle_words=2)
ANY_TEXT = st.text(st.characters(exclude_categories=()))  # lone surrogates too


def word_sets(text: str, width: int) -> set[tuple[str, ...]]:
    """Plain Python: decompose, drop marks and invisible characters, casefold, set Han apart, split, take windows."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", text) if unicodedata.category(c) not in ("Mn", "Me", "Cf"))
    words = re.findall(r"[\u4e00-\u9fff]|[^\W_\u4e00-\u9fff]+", bare.casefold())
    if len(words) < width:
        return {tuple(words)} - {()}
    return {tuple(words[i : i + width]) for i in range(len(words) - width + 1)}


def planted_pairs(overlaps: list[float], shingle_count: int, seed: int) -> list[tuple[str, str, float]]:
    """Pairs of texts of unique words, one-word shingles, whose Jaccard similarity is known by construction."""
    pairs = []
    for number, overlap in enumerate(overlaps):
        both = round(overlap * shingle_count)
        names = [f"w{seed}x{number}x{i}" for i in range(2 * shingle_count - both)]
        left, right = names[:shingle_count], names[shingle_count - both :]
        pairs.append((" ".join(left), " ".join(right), both / len(names)))
    return pairs


def agreement(left: NDArray[np.uint32], right: NDArray[np.uint32]) -> NDArray[np.float64]:
    """The share of equal values, row by row."""
    return np.asarray((left == right).mean(axis=1))


@given(st.text("aAbB1 .\n\té\u00c9\u0301\u00adñß中文_-'", max_size=60), st.integers(1, 6))
def test_shingles_are_the_set_of_word_runs(text: str, width: int) -> None:
    """A text has one hash for each distinct run of words, as many as plain Python finds."""
    assert len(shingles(text, MinHash(shingle_words=width))) == len(word_sets(text, width))


@given(st.text("ab cd", max_size=80), st.text("ab cd", max_size=80))
def test_jaccard_is_that_of_the_word_sets(left: str, right: str) -> None:
    """Similarity of hashed shingles is exactly the similarity of the sets of word tuples."""
    a, b = word_sets(left, 2), word_sets(right, 2)
    expected = len(a & b) / len(a | b) if a | b else 0.0
    assert jaccard(shingles(left, PAIRS), shingles(right, PAIRS)) == expected


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("Café CRÈME, s'il vous plaît!", "cafe\u0301 creme s il vous plait"),
        ("ｆｕｌｌ　ｗｉｄｔｈ letters of 2²", "full width letters of 22"),
        ("soft\u00adhyphens and zero\u200b\u200dwidth\ufeff signs", "softhyphens and zerowidth signs"),
        ("ΟΔΥΣΣΕΎΣ εις την ιθακην παλιν", "οδυσσευς ΕΙΣ ΤΗΝ ΙΘΑΚΗΝ ΠΑΛΙΝ"),
        ("一二三四五六", "一 二、三。四 五 六"),
        ("ab一二cd三四", "ab 一 二 cd 三 四"),
        ("\U00020000\U0002a6d6 and on it goes", "\U00020000 \U0002a6d6 AND on it goes"),
        ("snake_case is — two “words” 🙂 here", "snake case is two words here"),
    ],
)
def test_forms_that_make_no_difference(left: str, right: str) -> None:
    """Case, accents, widths, invisible characters and punctuation do not change the shingles."""
    assert shingles(left, DEFAULT).tolist() == shingles(right, DEFAULT).tolist() != []


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("one two three four five", "one two three five four"),
        ("one two three four five", "onetwo three four five"),
        ("the score was 3 1", "the score was 3 2"),
        ("word", "word word"),
        ("漢", "字"),
    ],
)
def test_forms_that_do(left: str, right: str) -> None:
    """Word order, word boundaries, digits and repeats of short texts count."""
    assert jaccard(shingles(left, DEFAULT), shingles(right, DEFAULT)) == 0.0


@pytest.mark.parametrize(
    ("text", "count"), [("", 0), (" ,.!?\x00\n", 0), ("\ud800\udfff", 0), ("Home", 1), ("a " * 9, 1)]
)
def test_short_and_wordless_texts(text: str, count: int) -> None:
    """Fewer words than a shingle make one shingle, no words make none, repeats count once."""
    assert len(shingles(text, DEFAULT)) == count


@given(st.lists(ANY_TEXT, max_size=4))
def test_total_on_any_text(texts: list[str]) -> None:
    """Any string gives sorted distinct shingles, and no signature value below what its shingles allow."""
    signed = signatures(texts, DEFAULT)
    assert signed.shape == (len(texts), 128) and signed.dtype == np.uint32
    for text, row in zip(texts, signed, strict=True):
        found = shingles(text, DEFAULT)
        assert found.dtype == np.uint64 and bool((found[1:] > found[:-1]).all())
        assert (len(found) == 0) == bool((row == 0xFFFFFFFF).all())


@pytest.mark.parametrize("text", ["x" * 10_000_000, "ab " * 3_000_000, "\u0300\u0323" * 2_000_000, "中" * 3_000_000])
def test_huge_texts(text: str) -> None:
    """Ten megabytes on one line are one pass, whatever they are made of."""
    assert len(shingles(text, DEFAULT)) <= 1
    assert signatures([text], DEFAULT).shape == (1, 128)


def test_only_the_first_characters_are_signed() -> None:
    """`max_chars` bounds what a signature sees, and nothing else."""
    text = " ".join(f"word{i}" for i in range(500))
    capped = MinHash(max_chars=1000)
    assert (signatures([text], capped) == signatures([text[:1000]], DEFAULT)).all()
    assert (signatures([text], capped) != signatures([text], DEFAULT)).any()
    assert len(shingles(text, capped)) == 496


@settings(max_examples=50)
@given(st.text("abc ", max_size=200), st.integers(1, 9), st.integers(0, 3))
def test_a_signature_is_the_minimum_of_single_shingle_signatures(text: str, permutations: int, seed: int) -> None:
    """Signing a text of many shingles is taking the minimum over texts of one each, for any number of permutations."""
    one = MinHash(shingle_words=2, bands=permutations, rows=1, seed=seed)
    words = text.split()
    windows = [" ".join(words[i : i + 2]) for i in range(max(len(words) - 1, 1))]
    assert (signatures([text], one)[0] == signatures(windows, one).min(axis=0)).all()


@pytest.mark.parametrize("shingle_count", [20, 200, 1500])
def test_estimates_agree_with_theory(shingle_count: int) -> None:
    """The estimate has no bias and the standard error of independent permutations, for short texts and long ones."""
    wide = MinHash(shingle_words=1, bands=32, rows=8)
    pairs = planted_pairs([0.1, 0.3, 0.5, 0.7, 0.8, 0.9] * 60, shingle_count, seed=shingle_count)
    exact = np.array([similarity for _, _, similarity in pairs])
    estimate = agreement(signatures([p[0] for p in pairs], wide), signatures([p[1] for p in pairs], wide))
    scaled = (estimate - exact) / np.sqrt(exact * (1 - exact) / wide.permutations)
    assert abs(scaled.mean()) < 4 / np.sqrt(len(pairs))
    assert 0.85 < scaled.std() < 1.15


def test_every_shingle_is_as_likely_to_be_the_least() -> None:
    """Over permutations, each of ten shingles is the minimum a tenth of the time: the family has no favourites."""
    words = [f"term{i}" for i in range(10)]
    draws: Counter[int] = Counter()
    for seed in range(40):
        wide = MinHash(shingle_words=1, bands=128, rows=1, seed=seed)
        draws.update(np.argmin(signatures(words, wide), axis=0).tolist())
    expected = sum(draws.values()) / 10
    chi_square = sum((draws[i] - expected) ** 2 / expected for i in range(10))
    assert chi_square < 27.9  # p = .001 at 9 degrees of freedom


def test_no_two_permutations_are_alike() -> None:
    """The distance between two texts' values differs from permutation to permutation: each has its own factor."""
    wide = MinHash(shingle_words=1, bands=129, rows=1)
    signed = signatures(["one", "two", "three"], wide)
    assert len(np.unique(signed[0] - signed[1])) == len(np.unique(signed[1] - signed[2])) == 129


def test_exact_similarity_and_estimate_on_edited_text() -> None:
    """Signatures of overlapping word 5-grams, which are not independent of each other, estimate no worse."""
    base = [f"v{(i * 7919) % 263}" for i in range(700)]
    edited = [[word for j, word in enumerate(base) if (j * 31 + i) % (20 + 3 * i)] for i in range(60)]
    texts = [" ".join(base), *(" ".join(words) for words in edited)]
    sets = [shingles(text, DEFAULT) for text in texts]
    exact = np.array([jaccard(sets[0], other) for other in sets[1:]])
    signed = signatures(texts, DEFAULT)
    estimate = agreement(signed[1:], signed[:1])
    assert np.sqrt(np.mean((estimate - exact) ** 2)) < 1.5 * np.sqrt(np.mean(exact * (1 - exact)) / 128)


def test_datasketch_reads_our_signatures() -> None:
    """A signature wraps into a datasketch MinHash whose Jaccard estimate is the share of equal values."""
    import datasketch

    pairs = planted_pairs([0.2, 0.5, 0.9], 100, seed=5)
    left = signatures([pair[0] for pair in pairs], DEFAULT)
    right = signatures([pair[1] for pair in pairs], DEFAULT)
    wrapped = [
        datasketch.MinHash(DEFAULT.permutations, hashvalues=a, scheme="affine32").jaccard(
            datasketch.MinHash(DEFAULT.permutations, hashvalues=b, scheme="affine32")
        )
        for a, b in zip(left, right, strict=True)
    ]
    assert wrapped == agreement(left, right).tolist()


def test_band_keys_are_equal_exactly_where_bands_are() -> None:
    """Two signatures share a key in the bands whose rows agree throughout, and in no other."""
    few = MinHash(bands=4, rows=3)
    left = np.arange(12, dtype=np.uint32)
    right = left.copy()
    right[4] += 1  # band 1
    right[9:] = right[9:][::-1].copy()  # band 3: the same values in another order
    keys = band_keys(np.stack([left, right]), few)
    assert (keys[0] == keys[1]).tolist() == [True, False, True, False]


def test_band_keys_hold_their_band_number() -> None:
    """Bands with the same values have different keys, so keys of all bands can be sorted together."""
    keys = band_keys(np.full((1, 128), 7, np.uint32), DEFAULT)
    assert len(set(keys[0].tolist())) == 16


def test_texts_without_shingles_have_no_key() -> None:
    """Wordless texts are marked and so never meet; others never bear the mark."""
    keys = band_keys(signatures(["", "...", "word", "a b c d e f"], DEFAULT), DEFAULT)
    assert (keys == NO_KEY).all(axis=1).tolist() == [True, True, False, False]
    assert (keys != NO_KEY).all(axis=1).tolist() == [False, False, True, True]


@pytest.mark.parametrize("similarity", [0.6, 0.7, 0.8, 0.9])
def test_candidates_follow_the_s_curve(similarity: float) -> None:
    """Pairs share a band about as often as the settings promise."""
    single = MinHash(shingle_words=1)
    overlap = 2 * similarity / (1 + similarity)
    pairs = planted_pairs([overlap] * 800, 180, seed=int(similarity * 100))
    left = band_keys(signatures([pair[0] for pair in pairs], single), single)
    right = band_keys(signatures([pair[1] for pair in pairs], single), single)
    promised = single.candidate_probability(pairs[0][2])
    spread = (promised * (1 - promised) / len(pairs)) ** 0.5
    assert abs((left == right).any(axis=1).mean() - promised) < 4 * spread + 0.001


def test_settings_for_a_threshold() -> None:
    """Bands and rows come from the threshold; the default is what 0.8 gives, and it finds 0.85 surely."""
    assert MinHash.for_threshold(0.8) == MinHash()
    assert MinHash().candidate_probability(0.85) > 0.99
    for threshold in (0.3, 0.5, 0.7, 0.9, 1.0):
        found = MinHash.for_threshold(threshold, permutations=128)
        assert found.permutations <= 128
        assert found.candidate_probability(threshold) > 0.88
    assert (FINEWEB.bands, FINEWEB.rows, FINEWEB.permutations) == (14, 8, 112)


def test_bands_are_the_ones_that_datasketch_finds() -> None:
    """datasketch integrates numerically over every choice of bands and rows; ours has to come to the same one."""
    from datasketch.lsh import _optimal_param

    for threshold, permutations in ((0.8, 128), (0.5, 64), (0.7, 100), (0.9, 32), (0.25, 40), (1.0, 16), (0.6, 1)):
        found = MinHash.for_threshold(threshold, permutations=permutations)
        assert (found.bands, found.rows) == _optimal_param(threshold, permutations, 0.05, 0.95)


def test_wrong_settings_are_the_users_error() -> None:
    """Numbers that mean nothing are refused in one line."""
    for wrong in ({"bands": 0}, {"rows": -1}, {"shingle_words": 0}, {"max_chars": 0}, {"seed": -1}):
        with pytest.raises(UsageError, match=next(iter(wrong))):
            MinHash(**wrong)
    for threshold in (0.0, -1.0, 1.1, float("nan")):
        with pytest.raises(UsageError, match="threshold"):
            MinHash.for_threshold(threshold)


WITHOUT_A_CACHE = """
from curate.extract.compiling import entry
from curate.dedup.kernels import compiled as loop
from curate.filters.compiled import kernel
for decorator in (entry, loop, kernel):
    space = {}
    exec("def add_one(number):\\n    return number + 1", space)
    print(decorator(space["add_one"])(41))
"""


def test_all_code_compiles_where_nothing_can_be_kept() -> None:
    """What numba finds no cache for, here as it has no file, is compiled all the same, with one warning in all."""
    command = [sys.executable, "-W", "always", "-c", WITHOUT_A_CACHE]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["42"] * 3
    assert done.stderr.count("compiled code") == 1


WITH_A_CACHE = """
import sys
from curate.dedup.minhash import MinHash, signatures
print(signatures(["Once upon a time there was a fox"], MinHash()).sum())
print("scipy.linalg" in sys.modules, "numba.cpython.listobj" in sys.modules)
"""


def test_kept_code_is_loaded_without_what_compiling_needs() -> None:
    """numba's own way imports all it compiles with, and SciPy's linear algebra, in each process that runs a kernel."""
    command = [sys.executable, "-c", WITH_A_CACHE]
    first, second = (subprocess.run(command, capture_output=True, text=True, check=True) for _ in range(2))
    assert first.stdout.split()[0] == second.stdout.split()[0]
    assert second.stdout.split()[1:] == ["False", "False"]


def test_settings_print_and_hash() -> None:
    """Settings go into a recipe's fingerprint, so equal ones print and hash alike and others do not."""
    assert repr(MinHash(seed=2)) == repr(MinHash(seed=2)) != repr(MinHash())
    assert len({MinHash(), MinHash(bands=16), MinHash(bands=14)}) == 2


DIGEST = "552e0678638a867561660fe0da142705f51f6e85489e521b4990c6742815219e"
PROGRAM = """
import hashlib
from curate.dedup.minhash import MinHash, band_keys, signatures
texts = ["", "Home", "Once upon a time there was a fox", "Der Fuchs \\u00fcberquert die Stra\\u00dfe \\u4e00\\u4e8c"]
signed = signatures(texts, MinHash())
print(hashlib.sha256(signed.tobytes() + band_keys(signed, MinHash()).tobytes()).hexdigest())
"""


def test_signatures_are_the_same_everywhere() -> None:
    """Signatures and keys kept by an earlier run stay valid: no hash seed, no process, no version moves them."""
    environment = {**os.environ, "PYTHONHASHSEED": "77"}
    run = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True, env=environment)
    assert run.stdout.strip() == DIGEST
    texts = ["", "Home", "Once upon a time there was a fox", "Der Fuchs überquert die Straße 一二"]
    signed = signatures(texts, DEFAULT)
    assert hashlib.sha256(signed.tobytes() + band_keys(signed, DEFAULT).tobytes()).hexdigest() == DIGEST


def test_finewebs_hashes_are_64_bits_of_sha1() -> None:
    """Each value is the least of its permutation over the first 8 bytes of SHA-1, little-endian, of every 5-gram."""
    text = "Caf\u00e9 au lait, \u4e00\u4e8c: 42 is \u200bthe answer!"
    words = ["cafe", "au", "lait", "\u4e00", "\u4e8c", "42", "is", "the", "answer"]
    windows = [" ".join(words[i : i + 5]) for i in range(5)]
    hashes = [int.from_bytes(hashlib.sha1(window.encode()).digest()[:8], "little") for window in windows]
    [row] = signatures([text], FINEWEB_SHA1)
    draws = _draws(224, 1).tolist()
    assert row.tolist() == [
        min((a | 1) * h + b & 2**64 - 1 for h in hashes) for a, b in zip(draws[:112], draws[112:], strict=True)
    ]


@settings(max_examples=30)
@given(st.lists(ANY_TEXT, max_size=4))
def test_both_hashings_find_the_same_texts_equal(texts: list[str]) -> None:
    """Two texts have one signature under SHA-1 exactly when they have under our own hashes; no words, no keys."""
    ours, theirs = (signatures(texts, each) for each in (FINEWEB, FINEWEB_SHA1))
    for i in range(len(texts)):
        for j in range(i):
            assert (ours[i] == ours[j]).all() == (theirs[i] == theirs[j]).all()
    assert band_keys(theirs, FINEWEB_SHA1).any(axis=1).tolist() == band_keys(ours, FINEWEB).any(axis=1).tolist()


def test_sha1_estimates_similarity_too() -> None:
    """The share of equal values is near the similarity that was planted."""
    pairs = planted_pairs([0.2, 0.5, 0.8] * 20, 60, 5)
    ours = MinHash(shingle_words=1, bands=64, rows=8, hashing="sha1_64")
    left, right = (signatures([pair[side] for pair in pairs], ours) for side in (0, 1))
    error = (left == right).mean(axis=1) - np.array([pair[2] for pair in pairs])
    assert abs(error.mean()) < 0.01
    assert np.abs(error).max() < 5 * np.sqrt(0.25 / 512)


def test_an_unknown_hashing_is_the_users_error() -> None:
    """The two there are, are named."""
    with pytest.raises(UsageError, match="'affine32' or 'sha1_64', not 'md5'"):
        MinHash(hashing="md5")
