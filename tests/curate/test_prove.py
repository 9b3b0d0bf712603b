"""Corpora compared: n-grams beside a slow reference, draws by site, leaks, and a rule that can say "not shown"."""

import json
import math
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from curate.errors import UsageError
from curate.prove.compare import MEAN, Difference, Scores, differences, verdict
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
    assert weights(["a", "b", "a"], 3)[0] == weights(["a"], 3)[0]
    assert weights(map(str, range(4000)), 1).mean() == pytest.approx(1, abs=0.05)


def test_leaks_are_taken_out() -> None:
    """A text of a held-out site goes, and one that quotes thirteen words of a held-out text; twelve may stay."""
    held = corpus("held", [(" ".join(f"word{i}" for i in range(40)), "https://held.example/1")])
    quoted = [" ".join(f"word{i}" for i in range(5, 5 + n)) for n in (13, 12)]
    arm = corpus("arm", [
        ("A text of its own.", "https://held.example/2"),
        (f"He said {quoted[0]} and left.", "https://a.example/1"),
        (f"He said {quoted[1]} and left.", "https://a.example/2"),
    ])  # fmt: skip
    clean, lost = without_leaks(arm, [held])
    assert (clean.texts, lost) == (arm.texts[2:], 2)


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


def test_an_interval_holds_the_truth_as_often_as_it_says() -> None:
    """Draws of normal noise around a known difference: about 95 of 100 intervals hold it; equal arms are not shown."""
    rng = np.random.default_rng(7)
    held = shown = 0
    for _ in range(400):
        noise = rng.normal(0, 0.02, (2, 12, 2, 1)) + rng.normal(0, 0.02 / math.sqrt(2), (2, 1, 1, 1))
        found = differences(Scores("l", noise + 2), 0, 1, ["h"])[-1]
        held += found.low <= 0 <= found.high
        shown += found.shown != 0
    assert held / 400 > 0.9
    assert shown / 400 < 0.05


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
    kept = {path.name: path.stat().st_mtime_ns for path in tmp_path.iterdir() if path.name != "proof.json"}
    again = curate(*command)
    assert "not shown: transformers at 0.001" in again.stdout
    assert {path.name: path.stat().st_mtime_ns for path in tmp_path.iterdir() if path.name != "proof.json"} == kept


def test_layer_one_is_the_same_twice(arms, tmp_path) -> None:
    """No seed and no clock is in it."""
    corpora = [read_corpus(arms / f"{name}.parquet") for name in ("plain", "shuffled")]
    held, settings = [read_corpus(arms / "held.parquet")], Settings(max_bytes=60_000, draws=2, steps=0)
    found = [prove(corpora, held, settings, tmp_path / name, lambda *_: None) for name in ("a", "b")]
    assert found[0] == found[1]


@pytest.mark.skipif(find_spec("torch") is None, reason="there is no PyTorch")
def test_transformers_are_measured_and_a_copy_is_not_shown(arms, tmp_path) -> None:
    """Both learning rates give finite figures that differ between arms, and none between a corpus and its copy."""
    import torch

    torch.set_num_threads(1)
    corpora = [read_corpus(arms / f"{name}.parquet") for name in ("plain", "again", "shuffled")]
    held = [read_corpus(arms / "held.parquet")]
    settings = Settings(max_bytes=60_000, draws=2, steps=10, transformer_draws=2)
    proof = prove(corpora, held, settings, tmp_path, lambda *_: None)
    assert set(proof.layers) >= set(LAYERS)
    for layer in LAYERS:
        plain, again, shuffled = (proof.bits[layer][name]["held"] for name in ("plain", "again", "shuffled"))
        assert 0 < plain < 20
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
    held = ("--held-out", arms / "held.parquet", "--work", tmp_path / "work")
    plain = arms / "plain.parquet"
    for arguments, said in (
        ((plain,), "two corpora or more"),
        ((plain, tmp_path / "none"), "neither a run nor a file"),
        ((plain, tmp_path / "broken.jsonl"), "line 1 is no JSON object"),
        ((plain, tmp_path / "small.txt"), "too few to halve"),
        ((plain, arms / "again.parquet", "--budget", "soon"), "is no time"),
        ((plain, plain), "two corpora are called"),
    ):
        done = curate("prove", *arguments, *held)
        assert done.returncode == 2, (arguments, done.stderr)
        assert said in done.stderr and len(done.stderr.splitlines()) == 1
    pq.write_table(pa.table({"content": ["a"]}), tmp_path / "odd.parquet")
    with pytest.raises(UsageError, match="has no column 'text'"):
        read_corpus(tmp_path / "odd.parquet")
