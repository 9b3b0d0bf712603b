"""Duplicates: against a brute-force reference in plain Python, and by hand where the rules are subtle."""

import json
import random
import unicodedata
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from curate.dedup import near as dedup
from curate.dedup.minhash import MinHash, band_keys, signatures
from curate.dedup.near import content_hash, exact_duplicates, near_duplicates, verified_duplicates
from curate.errors import UsageError
from curate.matches import Matches

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"

# One row a band: any two texts that share a fifth of their shingles share a band but for a chance of 1e-12.
CLOSE = MinHash(shingle_words=2, bands=128, rows=1)
CORPORA = st.lists(st.text("abc ", max_size=24), max_size=14)
ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=40)


def window_set(text: str, width: int) -> set[tuple[str, ...]]:
    """Plain Python shingles of a text whose words hold no accents and no unspaced scripts."""
    words = "".join(c if unicodedata.category(c)[0] in "LN" else " " for c in text.casefold()).split()
    return {tuple(words[i : i + width]) for i in range(max(len(words) - width + 1, 1))} - {()}


def overlap(left: set[tuple[str, ...]], right: set[tuple[str, ...]]) -> float:
    """Jaccard similarity of two sets."""
    return len(left & right) / len(left | right) if left | right else 0.0


def brute_force(texts: Sequence[str], threshold: float, width: int) -> list[int]:
    """Every text against every kept one before it; the most similar that reaches the threshold, else kept."""
    sets = [window_set(text, width) for text in texts]
    kept: list[int] = []
    found = []
    for i, current in enumerate(sets):
        similar = [(-overlap(current, sets[j]), j) for j in kept if overlap(current, sets[j]) >= threshold]
        found.append(min(similar)[1] if similar else i)
        if not similar:
            kept.append(i)
    return found


def match(texts: Sequence[str], ranks: Sequence[int], threshold: float = 0.8, settings: MinHash = CLOSE) -> Matches:
    """Verified duplicates of texts in memory."""
    keys = band_keys(signatures(texts, settings), settings)
    return verified_duplicates(keys, np.array(ranks, np.int64), loader(texts), settings=settings, threshold=threshold)


def loader(texts: Sequence[str]) -> Callable[[NDArray[np.int64]], list[str]]:
    """Texts by index."""
    return lambda wanted: [texts[index] for index in wanted]


def page(words: Sequence[int]) -> str:
    """A text of numbered words."""
    return " ".join(f"w{word}" for word in words)


@settings(max_examples=300)
@given(CORPORA, st.sampled_from([0.2, 1 / 3, 0.5, 0.6, 0.75, 0.8, 1.0]))
def test_near_duplicates_equal_brute_force(texts: list[str], threshold: float) -> None:
    """Where everything similar is a candidate, the outcome is that of comparing everything with everything."""
    found = near_duplicates(texts, threshold=threshold, settings=CLOSE)
    assert found.dtype == np.int64
    assert found.tolist() == brute_force(texts, threshold, 2)


def test_edited_pages_equal_brute_force() -> None:
    """The same on pages of a few hundred words in families of graded edits, at default shingles."""
    rng = random.Random(3)
    texts = []
    for family in range(12):
        base = [family * 1000 + i for i in range(300)]
        for _ in range(8):
            share = rng.choice([0.0, 0.002, 0.01, 0.03, 0.1])
            texts.append(page([word if rng.random() >= share else rng.randrange(10**6) for word in base]))
    rng.shuffle(texts)
    close = MinHash(bands=128, rows=1)
    assert near_duplicates(texts, threshold=0.8, settings=close).tolist() == brute_force(texts, 0.8, 5)


@given(CORPORA, st.randoms(use_true_random=False))
def test_input_order_makes_no_difference(texts: list[str], rng: random.Random) -> None:
    """Given the ranks, documents in any order get the same representatives and similarities."""
    shuffled = list(range(len(texts)))
    rng.shuffle(shuffled)
    straight = match(texts, range(len(texts)), 0.5)
    mixed = match([texts[i] for i in shuffled], shuffled, 0.5)
    assert [shuffled[i] for i in mixed.representative] == straight.representative[shuffled].tolist()
    assert mixed.similarity.tolist() == straight.similarity[shuffled].tolist()
    assert mixed.counts == straight.counts


def test_lower_ranks_are_kept() -> None:
    """The representative is the lowest-ranked, wherever it stands."""
    text = page(range(30))
    assert match([text, text, text], [30, 10, 20]).representative.tolist() == [1, 1, 1]


@given(st.lists(ANY_TEXT, max_size=8), st.floats(0.1, 1.0))
def test_total_on_any_texts(texts: list[str], threshold: float) -> None:
    """Any strings: representatives are kept and come first, similarities reach the threshold, copies go together."""
    ours = MinHash(shingle_words=1)
    found = match(texts + texts, range(2 * len(texts)), threshold, ours)
    places = np.arange(2 * len(texts))
    assert (found.representative[found.representative] == found.representative).all()
    assert (found.representative <= places).all()
    assert (found.similarity >= threshold).all()
    assert (found.similarity[found.representative == places] == 1.0).all()
    signed = band_keys(signatures(texts, ours), ours).any(axis=1)
    halves = found.representative.reshape(2, -1)
    assert (halves[0] == halves[1])[signed].all()
    assert (halves[1] == places[len(texts) :])[~signed].all()


@given(CORPORA)
def test_a_corpus_deduplicated_twice_loses_nothing_more(texts: list[str]) -> None:
    """What is kept holds no near-duplicates."""
    found = near_duplicates(texts, threshold=0.5, settings=CLOSE)
    kept = [text for i, text in enumerate(texts) if found[i] == i]
    assert near_duplicates(kept, threshold=0.5, settings=CLOSE).tolist() == list(range(len(kept)))


def test_no_chains() -> None:
    """A text like a removed one, but not like the kept one, stays."""
    first, second, third = page(range(100)), page(range(9, 109)), page(range(18, 118))
    found = match([first, second, third], range(3), 0.8)
    assert found.representative.tolist() == [0, 0, 2]
    assert found.similarity.tolist() == [1.0, 90 / 108, 1.0]


def test_the_most_similar_kept_text_represents() -> None:
    """Of two kept texts the more similar one is named, and the lower-ranked of two equally similar."""
    left, right = page(range(100)), page(range(30, 130))
    nearer_right, between = page(range(22, 122)), page(range(15, 115))
    found = match([left, right, nearer_right, between], range(4), 0.65)
    assert found.representative.tolist() == [0, 1, 1, 0]
    assert found.counts["verified_pairs"] == 3


def test_the_threshold_itself_removes() -> None:
    """A similarity equal to the threshold is enough; one just below is not."""
    texts = ["a b c d e f", "a b c d e"]
    single = MinHash(shingle_words=1, bands=128, rows=1)
    assert match(texts, range(2), 5 / 6, single).representative.tolist() == [0, 0]
    assert match(texts, range(2), np.nextafter(5 / 6, 1), single).representative.tolist() == [0, 1]


def test_only_candidates_are_read_once_and_front_to_back() -> None:
    """Texts are asked for by ascending index, once each, and only where another text shares a band."""
    texts = [page(range(i, i + 40)) for i in (0, 500, 0, 900, 500, 1300)]
    asked: list[list[int]] = []

    def load(wanted: NDArray[np.int64]) -> list[str]:
        asked.append(wanted.tolist())
        return [texts[index] for index in wanted]

    keys = band_keys(signatures(texts, MinHash()), MinHash())
    ranks = np.arange(6)[::-1].copy()
    found = verified_duplicates(keys, ranks, load, settings=MinHash(), threshold=0.8)
    assert asked == [[0, 1, 2, 4]]
    assert found.representative.tolist() == [2, 4, 2, 3, 4, 5]
    assert found.counts["candidates"] == 4
    assert found.counts["compared_pairs"] == found.counts["verified_pairs"] == 2
    assert found.counts["capped_buckets"] == found.counts["capped_documents"] == 0


def test_documents_that_share_no_band_are_not_compared() -> None:
    """Keys alone make candidates: the same text under other keys is not found."""
    keys = np.array([[1, 2], [3, 4], [3, 5]], np.uint64)
    found = verified_duplicates(keys, np.arange(3), loader(["same text"] * 3), settings=CLOSE, threshold=0.8)
    assert found.representative.tolist() == [0, 1, 1]


@settings(max_examples=200)
@given(st.data(), st.integers(1, 10), st.integers(1, 3))
def test_any_keys_equal_brute_force(data: st.DataObject, count: int, bands: int) -> None:
    """Whatever buckets connect, each text meets all kept ones it shares a band with, in rank order, and no others."""
    texts = data.draw(st.lists(st.sampled_from(["a b c", "a b d", "a c d", "e f"]), min_size=count, max_size=count))
    rows = st.lists(st.integers(0, 3), min_size=bands, max_size=bands)
    keys = np.array(data.draw(st.lists(rows, min_size=count, max_size=count)), np.uint64).reshape(count, bands)
    keys += np.where(keys > 0, np.arange(bands, dtype=np.uint64) * 10, 0).astype(np.uint64)  # as band keys are
    ranks = data.draw(st.permutations(range(count)))
    single = MinHash(shingle_words=1)
    found = verified_duplicates(keys, np.array(ranks), loader(texts), settings=single, threshold=0.5)
    expected = list(range(count))
    for i in sorted(range(count), key=ranks.__getitem__):
        meets = [j for j in range(count) if ranks[j] < ranks[i] and ((keys[i] == keys[j]) & (keys[i] > 0)).any()]
        likeness = {j: overlap(window_set(texts[i], 1), window_set(texts[j], 1)) for j in meets if expected[j] == j}
        similar = [(-value, ranks[j], j) for j, value in likeness.items() if value >= 0.5]
        expected[i] = min(similar)[2] if similar else i
    assert found.representative.tolist() == expected


@given(CORPORA, st.integers(0, 14))
def test_what_was_kept_before_stays_and_is_met_first(texts: list[str], before: int) -> None:
    """Texts of an earlier run are never removed, not even for each other; later ones are compared with all of them."""
    keys = band_keys(signatures(texts, CLOSE), CLOSE)
    ranks = np.arange(len(texts))
    found = verified_duplicates(keys, ranks, loader(texts), settings=CLOSE, threshold=0.5, first_new_rank=before)
    sets = [window_set(text, 2) for text in texts]
    expected = list(range(len(texts)))
    for i in range(before, len(texts)):
        likeness = [(-overlap(sets[i], sets[j]), j) for j in range(i) if expected[j] == j]
        expected[i] = min(likeness)[1] if likeness and min(likeness)[0] <= -0.5 else i
    assert found.representative.tolist() == expected


def test_crowded_buckets_are_capped() -> None:
    """A bucket of many unlike texts compares with its first kept ones only, and says so."""
    texts = [page(range(i * 100, i * 100 + 20)) for i in range(40)]
    texts += [texts[31], texts[32]]
    keys = np.ones((42, 1), np.uint64)
    found = verified_duplicates(keys, np.arange(42), loader(texts), settings=CLOSE, threshold=0.8)
    assert found.representative[40:].tolist() == [31, 41]
    assert found.counts["compared_pairs"] == sum(range(32)) + 10 * 32
    assert found.counts["capped_buckets"] == 1
    assert found.counts["capped_documents"] == 8  # documents 33 to 39, which meet 32 of 33 and more, and the last


def test_a_template_repeated_costs_linear_work() -> None:
    """Twenty thousand copies of a page, each a little different, are compared with the first copy only."""
    template = list(range(200))
    texts = [page([*template[: i % 200], 10**6 + i, *template[i % 200 + 1 :]]) for i in range(20_000)]
    found = match(texts, range(len(texts)), 0.8, MinHash())
    assert (found.representative == 0).all()
    assert found.counts["compared_pairs"] == len(texts) - 1


def test_little_memory_gives_the_same_result(monkeypatch: pytest.MonkeyPatch) -> None:
    """With room for almost no shingles and tiny batches, texts are read again and nothing else changes."""
    rng = random.Random(9)
    texts = [page([rng.randrange(12) for _ in range(30)]) for _ in range(120)]
    roomy = match(texts, range(120), 0.3)
    monkeypatch.setattr(dedup, "_CACHE_SHINGLES", 50)
    monkeypatch.setattr(dedup, "LOAD_BATCH", 7)
    cramped = match(texts, range(120), 0.3)
    assert 0 < (roomy.representative != np.arange(120)).sum() < 110
    assert cramped.representative.tolist() == roomy.representative.tolist()
    assert cramped.similarity.tolist() == roomy.similarity.tolist()
    assert cramped.counts == roomy.counts


def test_long_texts_are_verified_whole() -> None:
    """Two texts alike as far as signatures look, and different after, are no duplicates."""
    start = page(range(300))
    texts = [start + " " + page(range(10**6, 10**6 + 3000)), start + " " + page(range(2 * 10**6, 2 * 10**6 + 3000))]
    short = MinHash(max_chars=1000)
    found = match(texts, range(2), 0.8, short)
    assert found.representative.tolist() == [0, 1]
    assert found.counts["compared_pairs"] == 1


def test_planted_duplicates_are_found() -> None:
    """At default settings nearly all edits of similarity .85 and more go, and none below the threshold."""
    rng = random.Random(11)
    texts, similar = [], []
    for family in range(400):
        base = [family * 10_000 + i for i in range(rng.randrange(60, 400))]
        start = rng.randrange(len(base))
        cut = base[:start] + base[start + int(len(base) * rng.uniform(0.02, 0.3)) :]
        texts += [page(base), page(cut)]
        similar.append(overlap(window_set(texts[-2], 5), window_set(texts[-1], 5)))
    found = near_duplicates(texts)
    removed = found[1::2] == np.arange(0, len(texts), 2)
    exact = np.array(similar)
    assert (found[::2] == np.arange(0, len(texts), 2)).all()
    assert not removed[exact < 0.8].any()
    assert removed[exact >= 0.85].mean() > 0.97
    assert (exact >= 0.85).sum() > 100


def test_short_duplicates_are_found() -> None:
    """Texts shorter than a shingle are duplicates when all their words are the same."""
    assert near_duplicates(["Sign in", "Home", "sign in!", "", "home sign"]).tolist() == [0, 1, 0, 3, 4]


def test_nothing_gives_nothing() -> None:
    """No texts, no representatives."""
    assert near_duplicates([]).tolist() == []
    assert exact_duplicates([], np.array([], np.int64)).tolist() == []


@pytest.mark.parametrize("threshold", [0.0, -1.0, 1.01, float("nan"), "0.8", None])
def test_wrong_thresholds_are_the_users_error(threshold: object) -> None:
    """A similarity outside 0 to 1 is refused, and so is 0, which would remove everything."""
    with pytest.raises(UsageError, match="threshold"):
        near_duplicates(["a"], threshold=threshold)


def test_broken_callers_are_told() -> None:
    """Missing or equal ranks and missing texts are bugs of the caller, and loud."""
    keys = np.ones((2, 1), np.uint64)
    with pytest.raises(ValueError, match="3 ranks for 2"):
        verified_duplicates(keys, np.arange(3), loader(["a", "a"]), settings=CLOSE, threshold=0.8)
    with pytest.raises(ValueError, match="same rank"):
        verified_duplicates(keys, np.zeros(2, np.int64), loader(["a", "a"]), settings=CLOSE, threshold=0.8)
    with pytest.raises(ValueError, match="zip"):
        verified_duplicates(keys, np.arange(2), lambda _: ["a"], settings=CLOSE, threshold=0.8)


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        ("one two", " one\t\n\u00a0 two \r\n", True),
        ("one two", "One two", False),
        ("onetwo", "one two", False),
        ("caf\u00e9", "cafe\u0301", False),
        ("\ud800", "\ud801", False),
        ("nul\x00", "nul", False),
        ("", " \n", True),
    ],
)
def test_content_hash_overlooks_whitespace_only(left: str, right: str, same: bool) -> None:
    """Runs of whitespace are one space and ends have none; every other character counts."""
    assert len(content_hash(left)) == 16
    assert (content_hash(left) == content_hash(right)) is same


def test_content_hash_is_the_same_everywhere() -> None:
    """Hashes kept by an earlier run stay valid."""
    assert content_hash("One  text").hex() == "adc13b3f149586f2a6939e47ffdfbeae"


@given(st.lists(st.tuples(st.sampled_from("pqrst"), st.integers()), max_size=30, unique_by=lambda pair: pair[1]))
def test_exact_duplicates_equal_a_dictionary(documents: list[tuple[str, int]]) -> None:
    """Of equal hashes the lowest rank is kept, as a dictionary of minima says."""
    documents = [(text, rank % 2**62) for text, rank in documents]
    ranks = np.array([rank for _, rank in documents], np.int64)
    if len(set(ranks.tolist())) < len(ranks):
        return
    lowest = {
        text: min((rank, i) for i, (other, rank) in enumerate(documents) if other == text)[1] for text, _ in documents
    }
    hashes = [content_hash(text) for text, _ in documents]
    expected = [lowest[text] for text, _ in documents]
    assert exact_duplicates(hashes, ranks).tolist() == expected
    assert exact_duplicates(np.array(hashes, "V16"), ranks).tolist() == expected


def test_exact_duplicates_compare_whole_hashes() -> None:
    """Hashes that differ in their first or last half only are different, zero bytes included."""
    halves = [b"\0" * 8, b"left.one", b"right.01"]
    hashes = [first + second for first in halves for second in halves] * 2
    expected = list(range(9)) * 2
    assert exact_duplicates(hashes, np.arange(18)).tolist() == expected
    assert exact_duplicates(np.array(hashes, "V16"), np.arange(18)).tolist() == expected


@pytest.mark.skipif(not SHARED.exists(), reason="needs the shared measuring data beside the repository")
def test_real_pages_go_for_their_own_similarity() -> None:
    """On real pages, every removal holds up in plain Python, and few pages go."""
    zstandard = pytest.importorskip("zstandard")
    lines = zstandard.open(SHARED / "reference" / "reference_dev.jsonl.zst", "rt", encoding="utf-8")
    texts = [text for text in (json.loads(line)["text"] for line in lines) if text.isascii()]
    found = near_duplicates(texts)
    removed = np.flatnonzero(found != np.arange(len(texts)))
    for index in removed:
        assert overlap(window_set(texts[index], 5), window_set(texts[found[index]], 5)) >= 0.8
    assert 0 < len(removed) < len(texts) / 5
