"""Corpora compared: n-grams beside a slow reference, draws by site, leaks, and a rule that can say "not shown"."""

import json
import math
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from curate.errors import UsageError
from curate.prove.compare import MEAN, Difference, Scores, SetBits, differences, verdict
from curate.prove.draws import halves, weights
from curate.prove.leaks import without_leaks
from curate.prove.ngrams import BEGIN, bits, queries, train
from curate.prove.prove import LAYERS, Settings, prove
from curate.prove.texts import MAX_CHARS, corpus, read_corpus

WORDS = "the river of stone and light that we have seen was made to be a home with gardens where people walk".split()


def slow_bits(documents: Sequence[Sequence[int]], end: int, vocabulary: int, order: int) -> Callable[..., float]:
    """Modified interpolated Kneser-Ney with dictionaries, from the formulas of Chen and Goodman."""
    rows = [(BEGIN, *document, end) for document in documents]
    own = {n: Counter(row[i : i + n] for row in rows for i in range(len(row) - n + 1)) for n in range(1, order + 1)}
    counts = {order: own[order]}
    for n in range(order - 1, 0, -1):
        counts[n] = Counter(gram[1:] for gram in counts[n + 1])
        counts[n].update({gram: count for gram, count in own[n].items() if gram[0] == BEGIN})
    counts[1].pop((BEGIN,), None)
    total, given = defaultdict(int), defaultdict(float)
    discount = {n: discounts(Counter(table.values())) for n, table in counts.items()}
    for n, table in counts.items():
        for gram, count in table.items():
            total[n, gram[:-1]] += count
            given[n, gram[:-1]] += discount[n][min(count, 3) - 1]

    def chance(word: int, context: tuple[int, ...]) -> float:
        n = len(context) + 1
        below = chance(word, context[1:]) if context else 1 / vocabulary
        if not total[n, context]:
            return below
        count = counts[n][(*context, word)]
        kept = count - discount[n][min(count, 3) - 1] if count else 0.0
        return (kept + given[n, context] * below) / total[n, context]

    def cost(document: Sequence[int]) -> float:
        row = (BEGIN, *document, end)
        return -sum(math.log2(chance(row[i], row[max(0, i - order + 1) : i])) for i in range(1, len(row)))

    cost.chance = chance
    return cost


def discounts(of: Counter[int]) -> list[float]:
    """What is taken from counts of 1, 2 and more."""
    if of[1] and of[2] and of[3]:
        scale = of[1] / (of[1] + 2 * of[2])
        found = [1 - 2 * scale * of[2] / of[1], 2 - 3 * scale * of[3] / of[2], 3 - 4 * scale * of[4] / of[3]]
        if all(0 < value <= most for most, value in enumerate(found, 1)):
            return found
    return [0.5, 1.0, 1.5]


@pytest.mark.parametrize("order", [1, 2, 3, 5])
def test_bits_are_those_of_a_slow_model(order: int) -> None:
    """To 1e-9 bits a document; empty documents, unseen words and repeated documents included."""
    rng = random.Random(order)
    made = [[min(int(rng.expovariate(0.15)), 37) + 1 for _ in range(rng.randrange(50))] for _ in range(80)]
    seen, held = [[], *made[:50], made[0]], [[], [39, 39], *made[50:], made[0]]
    model = train([np.array(each, np.uint32) for each in seen], end=0, vocabulary=40, order=order)
    asked = queries([np.array(each, np.uint32) for each in held], end=0, order=order)
    slow = slow_bits(seen, 0, 40, order)
    assert bits(model, asked, len(held)) == pytest.approx([slow(each) for each in held], abs=1e-9)
    assert sum(slow.chance(word, tuple(made[0][: order - 1])) for word in range(40)) == pytest.approx(1)


def uneven(seed: int) -> list[list[int]]:
    """Made documents of 300 words, some frequent and in an order that can be learned; from `random()` alone."""
    rng = random.Random(seed)
    found = []
    for _ in range(600):
        at, document = 1, []
        for _ in range(1 + int(rng.random() * 58)):
            rare = rng.random() < 0.3
            at = min(int(-20 * math.log(1 - rng.random())), 299) if rare else (at * 7 + 1 + int(rng.random() * 3)) % 300
            document.append(at + 1)
        found.append(document)
    return found


# Of the last 100 documents, by models of the first 500: bits of the first three, and bits per token of all, as the
# ARPA files of KenLM's lmplz (commit 4cb443e, --discount_fallback) give them, added up in double precision.
KENLM = {
    2: ([172.414482, 220.642993, 24.84837], 3.955335966),
    5: ([96.137586, 192.45288, 169.086475], 4.144146928),
}


@pytest.mark.parametrize("order", KENLM)
def test_bits_are_those_of_kenlm(order: int) -> None:
    """To 1e-6 bits a token; KenLM gives an unknown word a place in the vocabulary, so it has two more than words."""
    documents = [np.array(each, np.uint32) for each in uneven(order)]
    model = train(documents[:500], end=0, vocabulary=302, order=order)
    held = documents[500:]
    found = bits(model, queries(held, end=0, order=order), len(held))
    tokens = np.array([len(each) + 1 for each in held])
    first, mean = KENLM[order]
    assert (np.abs(found[:3] - first) / tokens[:3]).max() < 1e-6
    assert found.sum() / tokens.sum() == pytest.approx(mean, abs=1e-6)


def test_a_vocabulary_that_does_not_fit_is_refused() -> None:
    """Tokens have 12 bits, and the beginning of a document is one of their values."""
    with pytest.raises(ValueError, match=r"at most 4,095 tokens, not 4,096"):
        train([np.array([1], np.uint32)], end=0, vocabulary=4096)


def pages(seed: int, count: int, words: Sequence[str] = WORDS, sites: int = 40) -> list[tuple[str, str]]:
    """Made texts of some sites: sentences of a simple grammar, so that order can be learned."""
    rng = random.Random(seed)
    found = []
    for number in range(count):
        at = rng.randrange(len(words))
        text = []
        for _ in range(150):
            at = (at * 7 + rng.choice((1, 2, 3))) % len(words)
            text.append(words[at])
        found.append((" ".join(text), f"https://site{number % sites}-{seed}.org/{number}"))
    return found


def test_halves_share_no_site_and_are_drawn_alike() -> None:
    """Two disjoint halves within the bytes; another draw cuts elsewhere; a site goes the same way in every corpus."""
    whole = corpus("a", pages(1, 200))
    size = int(whole.sizes.sum() * 0.4)
    one, two = halves(whole, 0, size)
    sites = [{whole.sites[place] for place in half.tolist()} for half in (one, two)]
    assert sites[0] and sites[1] and not sites[0] & sites[1]
    assert all(0.8 * size < whole.sizes[half].sum() <= size for half in (one, two))
    assert halves(whole, 0, size)[0].tolist() == one.tolist() != halves(whole, 1, size)[0].tolist()
    assert weights(["a", "b", "a"], 3)[:, 0].tolist() == weights(["a"], 3)[:, 0].tolist()
    drawn = weights(list(map(str, range(400))), 100)
    assert drawn.mean() == pytest.approx(1, abs=0.02) and drawn.var() == pytest.approx(1, abs=0.05)
    assert abs(np.corrcoef(drawn[:, 0], drawn[:, 1])[0, 1]) < 0.4 > abs(np.corrcoef(drawn[0], drawn[1])[0, 1])


def test_leaks_are_taken_out() -> None:
    """A text of a held-out site goes, and one that quotes thirteen words of a held-out text; twelve may stay."""
    held = corpus("held", [(" ".join(f"word{i}" for i in range(40)), "https://held.example/1")])
    quoted = [" ".join(f"word{i}" for i in range(5, 5 + n)) for n in (13, 12)]
    arm = corpus("arm", [
        ("A text of its own.", "https://held.example/2"),
        (f"He said {quoted[0]} and left.", "https://a.example/1"),
        (f"He said {quoted[1]} and left.", "https://a.example/2"),
    ])  # fmt: skip
    assert without_leaks(arm, [held]).texts == arm.texts[2:]


def spread(value: float, low: float, high: float, floor: float, layer: str = LAYERS[0]) -> Difference:
    return Difference(layer, MEAN, value, low, high, floor)


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (spread(-0.2, -0.3, -0.1, 0.1), -1),
        (spread(0.2, 0.1, 0.3, 0.1), 1),
        (spread(-0.2, -0.3, 0.1, 0.1), 0),  # the interval holds 0
        (spread(-0.2, -0.3, -0.1, 0.21), 0),  # two halves of one corpus are as far apart
        (spread(0.0, 0.0, 0.0, 0.0), 0),
    ],
)
def test_the_rule(found: Difference, said: int) -> None:
    """Each condition by itself makes it not shown; so does a layer that is missing or says otherwise."""
    assert found.shown == said
    assert verdict([found], [LAYERS[0]]) == said
    assert verdict([found], LAYERS) == 0
    other = spread(-found.value, -found.high, -found.low, found.floor, "another")
    assert verdict([found, other], [LAYERS[0], "another"]) == 0


def made_scores(
    rng: np.random.Generator, effect: float = 0.0, *, noise: tuple[float, float] = (0.3, 0.3),
    count: tuple[int, int] = (200, 200), shared: int = 0, draws: int = 6,
) -> Scores:  # fmt: skip
    """What two arms would give: each training site shifts all bits, each held-out site has its own shift.

    Halves are real halves of 100 sites each, draw by draw, so they are as dependent as those of a corpus are; the arms
    have `shared` sites in common, which stand in the same half of both.
    """
    trained = [rng.normal(0, sd, size) for sd, size in zip(noise, count, strict=True)]
    trained[1][:shared] = trained[0][:shared]
    own = rng.normal(0, 0.05, (2, 40))
    bits = np.zeros((2, draws, 2, 40))
    ids = np.arange(count[0]), np.concatenate([np.arange(shared), np.arange(count[0], count[0] + count[1] - shared)])
    for draw in range(draws):
        order = rng.permutation(sum(count))
        for arm in range(2):
            ranked = trained[arm][np.argsort(order[ids[arm]])]
            for side in range(2):
                bits[arm, draw, side] = 2 + ranked[:200][side::2].mean() + own[arm] + effect * arm
    return Scores("l", (SetBits("h", tuple(map(str, range(40))), np.ones(40), bits),), (200 / count[0], 200 / count[1]))


@pytest.mark.parametrize(
    "world",
    [
        {},
        {"noise": (0.1, 0.3), "draws": 24},
        {"count": (1000, 1000), "draws": 24},
        {"count": (200, 800), "shared": 200, "draws": 12},
    ],
)
def test_an_interval_holds_the_truth_as_often_as_it_says(world: dict) -> None:
    """Training sites and held-out sites are drawn anew: about 95 of 100 intervals hold the true difference.

    So one layer shows arms that do not differ in about one of twenty tries, and a verdict needs three that agree: arms
    that vary alike or not, of which a draw reads all or a fifth, and an arm within another.
    """
    rng = np.random.default_rng(7)
    found = [differences(made_scores(rng, **world), 0, 1)[-1] for _ in range(400)]
    assert np.mean([each.low <= 0 <= each.high for each in found]) > 0.92
    assert np.mean([each.shown != 0 for each in found]) < 0.07


def test_power_grows_with_draws_of_a_large_corpus() -> None:
    """A difference of .08 is shown at times where a draw reads all there is, and mostly where it reads a tenth."""
    rng = np.random.default_rng(7)
    small, large = ([differences(made_scores(rng, 0.08, count=(n, n), draws=24), 0, 1)[-1] for _ in range(50)]
                    for n in (200, 2000))  # fmt: skip
    assert np.mean([each.shown == 1 for each in large]) > 0.9 > 0.8 > np.mean([each.shown == 1 for each in small])


def test_a_difference_by_hand() -> None:
    """Two draws, three sites of unequal bytes: the value, the A/A floor, and the interval."""
    sizes = np.array([10.0, 20.0, 70.0])
    bits = np.zeros((2, 2, 2, 3))
    bits[0] = sizes * np.array([[2.0, 2.2], [2.1, 2.1]])[:, :, None]
    bits[1] = sizes * np.array([[2.3, 2.3], [2.2, 2.4]])[:, :, None]
    scores = Scores("l", (SetBits("h", ("x", "y", "z"), sizes, bits),), (1.0, 1.0))
    found = differences(scores, 0, 1)[0]
    assert found.value == pytest.approx(0.2)  # 2.3 less 2.1
    # Halves of each arm are .2 apart in one draw and 0 in the other: the mean of both varies by .005 in each arm.
    assert found.floor == pytest.approx(2 * math.sqrt(0.005 + 0.005))
    # Halves differ by (.3 - .1), (.1 - .3): deviations of .1 from their mean; every site differs alike, so no more.
    assert found.high - found.value == pytest.approx(4.303 * 0.1)
    # A draw reads half of the second arm: three quarters of its variance stay in the mean of two draws.
    other = differences(replace(scores, shares=(1.0, 0.5)), 0, 1)[0]
    assert other.floor == pytest.approx(2 * math.sqrt(0.005 + 0.75 * 0.005))
    assert other.high - other.value == pytest.approx(4.303 * math.sqrt(0.75 * 0.01 + 0.25 * 0.005))


@pytest.fixture(scope="module")
def arms(tmp_path_factory) -> Path:
    """Corpora as files: one, the same again, its words shuffled, and held-out texts of other sites."""
    folder = tmp_path_factory.mktemp("arms")
    rng = random.Random(5)
    rows = pages(1, 260)
    mixed = [(" ".join(rng.sample(text.split(), len(text.split()))), url) for text, url in rows]
    for name, each in (("plain", rows), ("again", rows), ("shuffled", mixed), ("held", pages(2, 40))):
        table = pa.table({"text": [text for text, _ in each], "url": [url for _, url in each]})
        pq.write_table(table, folder / f"{name}.parquet")
    return folder


def test_shuffled_words_are_worse_and_a_copy_is_not(arms, tmp_path, curate) -> None:
    """By n-grams; nothing is shown without transformers; a second time everything is read back."""
    files = [arms / f"{name}.parquet" for name in ("plain", "again", "shuffled")]
    command = (
        "prove",
        *files,
        "--held-out",
        arms / "held.parquet",
        "--n-grams-only",
        "--budget",
        "1s",
        "--work",
        tmp_path,
    )
    done = curate(*command, "--json")
    assert done.returncode == 0, done.stderr
    proof = json.loads(done.stdout)
    means = {(p["a"], p["b"]): d for p in proof["pairs"] for d in p["differences"]
             if (d["held_out"], d["layer"]) == (MEAN, LAYERS[0])}  # fmt: skip
    copy, worse = means["plain", "again"], means["plain", "shuffled"]
    assert copy["value"] == 0
    assert worse["low"] > 0 and worse["value"] > worse["floor"]
    assert {pair["verdict"] for pair in proof["pairs"]} == {0}
    kept = {path: path.stat().st_mtime_ns for path in (tmp_path / "models").iterdir()}
    next(iter(kept)).unlink()  # a proof that was interrupted
    again = curate(*command)
    assert "not shown: transformers at 0.001" in again.stdout
    then = {path: path.stat().st_mtime_ns for path in (tmp_path / "models").iterdir()}
    assert then.keys() == kept.keys() and len(then.items() - kept.items()) == 1
    assert json.loads((tmp_path / "proof.json").read_text()) == proof
    page = (tmp_path / "prove.html").read_text()
    assert proof["rule"] in page and "not measured" in page and "<script" not in page


def test_layer_one_is_the_same_twice(arms, tmp_path) -> None:
    """No seed and no clock is in it."""
    corpora = [read_corpus(arms / f"{name}.parquet") for name in ("plain", "shuffled")]
    held, settings = [read_corpus(arms / "held.parquet")], Settings(max_bytes=60_000, draws=2, steps=0)
    found = [prove(corpora, held, settings, tmp_path / name, lambda *_: None) for name in ("a", "b")]
    assert found[0] == found[1]
    assert found[0].as_json() == json.loads(json.dumps(found[0].as_json()))


@pytest.mark.skipif(find_spec("torch") is None, reason="there is no PyTorch")
def test_transformers_are_measured_and_a_copy_is_not_shown(arms, tmp_path) -> None:
    """Both learning rates give finite figures that differ between arms, and none between a corpus and its copy."""
    import torch

    torch.set_num_threads(1)
    corpora = [read_corpus(arms / f"{name}.parquet") for name in ("plain", "again", "shuffled")]
    held = [read_corpus(arms / "held.parquet")]
    settings = Settings(max_bytes=60_000, draws=2, steps=6, transformer_draws=1)
    proof = prove(corpora, held, settings, tmp_path, lambda *_: None)
    assert set(proof.layers) >= set(LAYERS)
    for layer in LAYERS:
        plain, again, shuffled = (proof.bits[layer][name]["held"] for name in ("plain", "again", "shuffled"))
        assert 0 < plain < 20
        assert layer == LAYERS[0] or [len(curve) for curve in proof.curves[layer]["plain"]] == [6] * 2
        assert plain == again != shuffled
    assert {(pair.a, pair.b): pair.verdict for pair in proof.pairs}["plain", "again"] == 0


def test_corpora_in_every_form(tmp_path) -> None:
    """Runs, JSON Lines and blocks of text; long texts are cut, second copies and empty ones left out."""
    (tmp_path / "a.jsonl").write_text(
        '{"text": "One.", "url": "https://a.example/"}\n\n{"text": "One."}\n{"text": ""}\n'
    )
    (tmp_path / "b.txt").write_text("First block\ngoes on.\n\nSecond block.\n")
    (tmp_path / "run" / "data").mkdir(parents=True)
    pq.write_table(
        pa.table({"text": ["x" * 9000, "y"], "url": ["", ""]}), tmp_path / "run" / "data" / "part-00000.parquet"
    )
    assert read_corpus(tmp_path / "a.jsonl").texts == ("One.",)
    assert read_corpus(tmp_path / "b.txt").texts == ("First block\ngoes on.", "Second block.")
    assert read_corpus(tmp_path / "run").sizes.tolist() == [MAX_CHARS, 1]


def test_mistakes_are_one_line(arms, tmp_path, curate) -> None:
    """Exit code 2, and nothing is trained."""
    (tmp_path / "small.txt").write_text("Too little.\n")
    (tmp_path / "broken.jsonl").write_text("{\n")
    for name in ("noise.txt", "noise.jsonl", "noise.parquet", "noise.txt.gz"):
        (tmp_path / name).write_bytes(random.Random(3).randbytes(100_000))
    (tmp_path / "empty").mkdir()
    held = ("--held-out", arms / "held.parquet", "--work", tmp_path / "work")
    plain = arms / "plain.parquet"
    for arguments, said in (
        ((plain,), "two corpora or more"),
        ((plain, tmp_path / "none"), "neither a run nor a file"),
        ((plain, tmp_path / "broken.jsonl"), "line 1 is no JSON object"),
        ((plain, tmp_path / "small.txt"), "too few to halve"),
        ((plain, arms / "again.parquet", "--budget", "soon"), "is no time"),
        ((plain, plain), "two corpora are called"),
        ((plain, tmp_path / "noise.txt"), "is no text"),
        ((plain, tmp_path / "noise.jsonl"), "line 1 is no JSON object"),
        ((plain, tmp_path / "noise.parquet"), "cannot be read"),
        ((plain, tmp_path / "noise.txt.gz"), "cannot be read"),
        ((plain, arms / "held.parquet"), "nothing is left of held"),
        ((plain, tmp_path / "empty"), "is no finished run"),
    ):
        done = curate("prove", *arguments, *held)
        assert done.returncode == 2, (arguments, done.stderr)
        assert said in done.stderr and len(done.stderr.splitlines()) == 1
    pq.write_table(pa.table({"content": ["a"]}), tmp_path / "odd.parquet")
    pq.write_table(pa.table({"text": [b"a"]}), tmp_path / "bytes.parquet")
    for name, said in (("odd", "has no column 'text'"), ("bytes", "'text' holds binary, no text")):
        with pytest.raises(UsageError, match=said):
            read_corpus(tmp_path / f"{name}.parquet")
    two, one = [corpus(name, pages(1, 9)) for name in "ab"], corpus("one", [("A text.", "https://a.example/")])
    with pytest.raises(UsageError, match="held-out one has texts of 1 sites"):
        prove(two, [one], Settings(), tmp_path, print)
