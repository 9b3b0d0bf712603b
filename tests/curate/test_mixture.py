"""Mixtures: budgets, ledger, control, order, the same bytes whatever happens, and what is refused."""

import json
import multiprocessing
import random
import shutil
import signal
from collections import Counter
from hashlib import sha256
from itertools import chain, pairwise
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from curate.cli import USAGE_EXIT, main
from curate.cluster import Workers
from curate.mixture.exposure import Ranks, mixed, on_curve, shares
from curate.mixture.laying import Wish
from curate.mixture.mix import mix
from curate.mixture.plan import Among, Between, Bucket, Copies, Curve, Order, Phase, Plan, Ranked
from curate.mixture.vocabulary import TokenizerFile, read_tokenizer, train
from tests.curate.killing import killed_at
from tests.curate.runs import columns, finished_run

PLAN = Plan(
    "three",
    (
        Bucket("wiki", Among("source", "wiki")),
        Bucket("best", Ranked("quality", low=0.7)),
        Bucket("short", Between("tokens", high=120)),
        Bucket("rest"),
    ),
    (
        Phase("warm", 0.2, {"short": 1, "wiki": 1}),
        Phase("main", 0.5, curve=Curve("quality", power=0.5, growth=1)),
        Phase("anneal", 0.3, {"best": 3, "rest": 1}, Curve("quality", growth=3, min_rank=0.2)),
    ),
    copies=Copies(),
)


@pytest.fixture(scope="module")
def runs(tmp_path_factory) -> list[Path]:
    """Three finished runs; the second has no quality, the third two parts and small row groups."""
    folder = tmp_path_factory.mktemp("runs")
    web, more = columns(700, 1), [columns(300, 3), columns(250, 4)]
    wiki = {name: values for name, values in columns(300, 2).items() if name not in ("quality", "copies", "opt_outs")}
    return [
        finished_run(folder / "web", [web]),
        finished_run(folder / "wiki", [wiki]),
        finished_run(folder / "more", more, row_group=70),
    ]


@pytest.fixture(scope="module")
def tokenizer(runs) -> TokenizerFile:
    """A small tokenizer trained on one of the runs."""
    path = runs[0].parent / "tokenizer.json"
    train(pq.read_table(runs[0] / "data")["text"].to_pylist(), 400, path)
    return read_tokenizer(path)


@pytest.fixture(scope="module")
def mixed_up(runs, tokenizer, tmp_path_factory) -> Path:
    """A mixture with its control."""
    out = tmp_path_factory.mktemp("mix") / "mix"
    mix(runs, out, Wish(PLAN, 150_000, tokenizer, "jsonl", control=True), workers=Workers(1), range_bytes=20_000)
    return out


def delivered(folder: Path) -> dict[str, list[dict[str, str]]]:
    """The rows of each JSONL file by phase."""
    paths = sorted(folder.glob("*.jsonl"))
    return {path.stem.split("-", 1)[1]: list(map(json.loads, path.read_text().splitlines())) for path in paths}


def digest(out: Path) -> str:
    """One digest over everything but the work files."""
    paths = [path for path in sorted(out.rglob("*")) if path.is_file() and "work" not in path.parts]
    found = sha256()
    for path in paths:
        if path.name != ".lock":
            found.update(f"{path.relative_to(out)}\0".encode() + path.read_bytes())
    return found.hexdigest()


def test_every_bucket_gets_its_tokens_in_every_phase(mixed_up) -> None:
    """Within a hundredth of what the plan says, though no document is cut and the least share is some thirty."""
    found = json.loads((mixed_up / "ledger.json").read_text())
    asked = {"warm": 30_000, "main": 75_000, "anneal": 45_000}
    for phase in found["phases"]:
        assert phase["asked"] == pytest.approx(asked[phase["phase"]], abs=4)
        for bucket in phase["buckets"]:
            assert bucket["tokens"] == pytest.approx(bucket["planned"] * phase["asked"], rel=0.01)
            assert bucket["weight"] == pytest.approx(bucket["planned"], rel=0.01)
    weights = {b["bucket"]: b["planned"] for b in found["phases"][2]["buckets"]}
    assert weights == {"wiki": 0, "best": 0.75, "short": 0, "rest": 0.25}


def test_the_ledger_is_a_count_of_what_is_read(mixed_up, runs) -> None:
    """Document by document and phase by phase, also of those never seen."""
    ledger = pq.read_table([str(path) for path in sorted((mixed_up / "ledger").glob("part-*.parquet"))]).to_pylist()
    assert len(ledger) == 1550
    read = {phase: Counter(row["id"] for row in rows) for phase, rows in delivered(mixed_up / "data").items()}
    assert list(read) == ["warm", "main", "anneal"]
    for row in ledger:
        for phase, counts in read.items():
            assert row[f"sightings_{phase}"] == counts[row["id"]]
        assert row["sightings"] == sum(counts[row["id"]] for counts in read.values()) <= PLAN.max_epochs
        assert abs(row["sightings"] - row["expected"]) < 1
    texts = dict(zip(*(pq.read_table(runs[0] / "data")[name].to_pylist() for name in ("id", "text")), strict=True))
    rows = [row for phase in delivered(mixed_up / "data").values() for row in phase if row["id"] in texts]
    assert rows
    assert all(row["text"] == texts[row["id"]] for row in rows)


def test_sums_of_the_ledger(mixed_up) -> None:
    """By site, licence, opt-out and source: the same as adding up the rows by hand."""
    ledger = pq.read_table([str(path) for path in sorted((mixed_up / "ledger").glob("part-*.parquet"))]).to_pylist()
    found = json.loads((mixed_up / "ledger.json").read_text())["exposure"]
    for group in ("source", "bucket", "licence", "opt_outs", "site"):
        tokens, anneal = Counter(), Counter()
        for row in ledger:
            tokens[row[group]] += row["tokens"] * row["sightings"]
            anneal[row[group]] += row["tokens"] * row["sightings_anneal"]
        assert {row[group]: row["tokens_seen"]["sum"] for row in found[group]} == tokens
        assert {row[group]: row["tokens_seen"]["anneal"] for row in found[group]} == anneal
    assert {row["opt_outs"] for row in found["opt_outs"]} == {"", "noai"}


def test_the_control_is_the_same_sightings_in_one_phase(mixed_up) -> None:
    """Every document as often as in all phases together, in another order, with the buckets mixed."""
    phases = delivered(mixed_up / "data")
    control = delivered(mixed_up / "control")
    assert list(control) == ["control"]
    both = [[row["id"] for row in rows] for rows in (chain(*phases.values()), control["control"])]
    assert Counter(both[0]) == Counter(both[1])
    assert both[0] != both[1]
    half = len(both[1]) // 2
    wiki = [row["bucket"] == "wiki" for row in control["control"]]
    assert abs(sum(wiki[:half]) - sum(wiki[half:])) < 0.15 * sum(wiki)


def test_nobody_is_seen_twice_before_all_of_the_same_weight_were_seen_once(runs, tokenizer, tmp_path) -> None:
    """1.5 epochs over two phases: everybody once or twice, and the second phase begins with who is left."""
    plan = Plan("even", (Bucket("all"),), (Phase("one", 0.5), Phase("two", 0.5)))
    total = _tokens_of(runs, tokenizer)
    mix(runs, tmp_path / "mix", Wish(plan, round(1.5 * total), tokenizer, "jsonl"), workers=Workers(1))
    found = delivered(tmp_path / "mix/data")
    counts = Counter(row["id"] for rows in found.values() for row in rows)
    assert set(counts.values()) == {1, 2}
    assert len(counts) == 1550
    first = Counter(row["id"] for row in found["one"])
    assert set(first.values()) == {1}
    assert {id_ for id_ in counts if id_ not in first} <= {row["id"] for row in found["two"]}


def _tokens_of(runs, tokenizer) -> int:
    texts = [text for run in runs for text in pq.read_table(run / "data")["text"].to_pylist()]
    return int(tokenizer.encode(texts).offsets[-1])


def test_repeats_in_a_phase_lie_apart(runs, tokenizer, tmp_path) -> None:
    """Of two sightings one is in the first half of the phase and one in the second."""
    plan = Plan("twice", (Bucket("all"),), (Phase("only", 1.0),))
    mix(
        runs[:1],
        tmp_path / "mix",
        Wish(plan, 2 * _tokens_of(runs[:1], tokenizer), tokenizer, "jsonl"),
        workers=Workers(1),
    )
    ids = [row["id"] for row in delivered(tmp_path / "mix/data")["only"]]
    assert set(Counter(ids).values()) == {2}
    assert set(ids[:700]) == set(ids[700:])
    assert ids[:700] != ids[700:]


def test_strict_order_is_by_value(runs, tokenizer, tmp_path) -> None:
    """Falling, over all sources, as finely as values are told apart; shuffled ranges do not disturb it."""
    plan = Plan("strict", (Bucket("all"),), (Phase("only", 1.0, order=Order("quality", falling=True)),), max_epochs=1)
    wish = Wish(plan, round(0.5 * _tokens_of([runs[0], runs[2]], tokenizer)), tokenizer, "jsonl")
    mix([runs[0], runs[2]], tmp_path / "mix", wish, workers=Workers(1), range_bytes=5_000)
    both = [pq.read_table(run / "data").select(["id", "quality"]).to_pylist() for run in (runs[0], runs[2])]
    quality = {row["id"]: row["quality"] for rows in both for row in rows}
    values = [quality[row["id"]] for row in delivered(tmp_path / "mix/data")["only"]]
    assert len(values) > 500
    assert all(later <= earlier * (1 + 1 / 1024) for earlier, later in pairwise(values))


def test_what_is_frequent_and_good_is_seen_oftener(mixed_up, runs) -> None:
    """Within a bucket exposure rises with quality and with copies, up to the caps."""
    ledger = pq.read_table([str(p) for p in sorted((mixed_up / "ledger").glob("part-*.parquet"))]).to_pylist()
    run = {row["id"]: row for row in pq.read_table(runs[0] / "data").to_pylist()}
    best = [(run[row["id"]], row) for row in ledger if row["source"] == "web" and row["bucket"] == "best"]
    lonely = sorted((doc["quality"], row["expected_main"]) for doc, row in best if doc["copies"] == 0)
    assert all(low[1] <= high[1] * (1 + 1e-3) for low, high in pairwise(lonely))
    copied = np.mean([row["expected_main"] for doc, row in best if doc["copies"] >= 3])
    assert copied > 1.5 * np.mean([expected for _, expected in lonely])


class Backwards:
    """Workers that do the last call first."""

    def map(self, function, calls, by_value=()):
        for index in reversed(range(len(calls))):
            yield index, function(*calls[index])

    def check_shared(self, folder):
        """One machine."""


def test_the_same_bytes_for_any_order_of_work(runs, tokenizer, mixed_up, tmp_path) -> None:
    """Tasks done backwards, ranges of another size, another folder of work."""
    wish = Wish(PLAN, 150_000, tokenizer, "jsonl", control=True)
    mix(runs, tmp_path / "mix", wish, workers=Backwards(), work=tmp_path / "elsewhere", range_bytes=3_000_000)
    assert digest(tmp_path / "mix") == digest(mixed_up)
    before = digest(mixed_up)
    mix(runs, mixed_up, wish, workers=Workers(1), range_bytes=20_000)
    assert digest(mixed_up) == before


def test_a_mixture_is_verified(runs, tokenizer, tmp_path, capsys) -> None:
    """From disk alone; a changed byte is named."""
    mix(runs, tmp_path / "mix", Wish(PLAN_ALL, 5000, tokenizer, "jsonl"), workers=Workers(1))
    assert main(["verify", str(tmp_path / "mix")]) == 0
    path = tmp_path / "mix/data/0-only.jsonl"
    path.write_bytes(path.read_bytes().replace(b"a", b"b", 1))
    capsys.readouterr()
    assert main(["verify", str(tmp_path / "mix")]) == 1
    assert "data/0-only.jsonl is not the file that was written" in capsys.readouterr().out.replace("\n", " ")


def test_files_that_were_added_to_a_mixture_are_named(runs, tokenizer, tmp_path, capsys) -> None:
    """A trainer that opens the folder would read them."""
    mix(runs, tmp_path / "mix", Wish(PLAN_ALL, 5000, tokenizer, "jsonl"), workers=Workers(1))
    (tmp_path / "mix/data/1-more.jsonl").write_text("{}\n")
    assert main(["verify", str(tmp_path / "mix")]) == 1
    assert "data/1-more.jsonl is not in the manifest" in capsys.readouterr().out
    (tmp_path / "sites").write_text("a.org\n")
    assert main(["takedown", str(tmp_path / "mix"), "--domains", str(tmp_path / "sites")]) == 2
    assert "is a mixture: take the pages out of the runs it was made of, and mix them again" in capsys.readouterr().err


def test_a_source_is_known_by_the_name_it_is_given(runs, tokenizer, mixed_up, tmp_path) -> None:
    """Copies of runs in folders with other names mix to the same bytes under the same names."""
    moved = []
    for place, run in enumerate(runs):
        shutil.copytree(run, tmp_path / f"copy-{place}")
        moved.append(Path(f"{run.name}={tmp_path}/copy-{place}"))
    wish = Wish(PLAN, 150_000, tokenizer, "jsonl", control=True)
    mix(moved, tmp_path / "mix", wish, workers=Workers(1), range_bytes=20_000)
    assert digest(tmp_path / "mix") == digest(mixed_up)


def test_another_seed_is_another_order(runs, tokenizer, mixed_up, tmp_path) -> None:
    """And a token format has the tokens of the texts."""
    mix(runs, tmp_path / "mix", Wish(PLAN, 150_000, tokenizer, "olmo", seed=1), workers=Workers(1))
    found = json.loads((tmp_path / "mix/ledger.json").read_text())
    tokens = sum(path.stat().st_size // 2 for path in (tmp_path / "mix/data").rglob("*.npy"))
    laid = sum(phase["tokens"] + phase["documents"] for phase in found["phases"])
    assert tokens == laid
    before = json.loads((mixed_up / "ledger.json").read_text())
    assert found["exposure"]["documents_by_sightings"] != before["exposure"]["documents_by_sightings"]


def test_a_killed_mix_goes_on_to_the_same_bytes(runs, tokenizer, mixed_up, tmp_path) -> None:
    """SIGKILL at the n-th file that is made durable, n over every step, then the same call again."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.curate.killing"])
    wish = Wish(PLAN, 150_000, tokenizer, "jsonl", control=True)
    out, chance, killed = tmp_path / "mix", random.Random(5), 0
    for step in range(0, 36, 6):
        at = step + chance.randrange(6)
        process = context.Process(target=killed_at, args=(at, runs, out, wish, 20_000))
        process.start()
        process.join(120)
        killed += process.exitcode == -signal.SIGKILL
    mix(runs, out, wish, workers=Workers(1), range_bytes=20_000)
    assert killed >= 4
    assert digest(out) == digest(mixed_up)
    assert not list(out.rglob(".tmp-*"))


def test_a_changed_part_is_not_mixed(runs, tokenizer, tmp_path) -> None:
    """The manifest's digest is compared when a part is read."""
    run = finished_run(tmp_path / "run", [columns(50, 9)])
    path = run / "data/part-00000.parquet"
    data = bytearray(path.read_bytes())
    data[200] ^= 1
    path.write_bytes(data)
    with pytest.raises(Exception, match="digest differs"):
        mix([run], tmp_path / "mix", Wish(PLAN_ALL, 1000, tokenizer, "jsonl"), workers=Workers(1))


PLAN_ALL = Plan("all", (Bucket("all"),), (Phase("only", 1.0),))

BAD_PLANS = {
    "missing": (
        "Bucket('a', Between('nonsense', low=1))",
        "Phase('p', 1.0)",
        "the column 'nonsense', which no source has",
    ),
    "names": ("Bucket('a', Between('licence', low=1))", "Phase('p', 1.0)", "needs numbers in the column 'licence'"),
    "empty": ("Bucket('a', Between('quality', low=2)), Bucket('b')", "Phase('p', 1.0)", "the bucket 'a' is empty"),
    "share": ("Bucket('a')", "Phase('p', 0.0), Phase('q', 1.0)", "the phase 'p' has no tokens"),
    "weights": ("Bucket('a')", "Phase('p', 1.0, {'a': 0})", "the phase 'p' has no tokens"),
    "unknown": ("Bucket('a')", "Phase('p', 1.0, {'b': 1})", "weighs 'b', which is no bucket"),
    "sum": ("Bucket('a')", "Phase('p', 0.5)", "add up to 0.5, not to 1"),
    "name": ("Bucket('../a')", "Phase('p', 1.0)", "is no name"),
}


@pytest.mark.parametrize("case", BAD_PLANS)
def test_plans_that_are_refused(case, runs, tokenizer, tmp_path, capsys) -> None:
    """One line, exit 2, nothing written."""
    buckets, phases, said = BAD_PLANS[case]
    (tmp_path / "bad.py").write_text(
        f"from curate.mixture.plan import *\nplan = Plan('bad', ({buckets},), ({phases},))\n"
    )
    arguments = [
        "--plan",
        str(tmp_path / "bad.py"),
        "--tokens",
        "10k",
        "--tokenizer",
        str(runs[0].parent / "tokenizer.json"),
    ]
    _refused([str(runs[0]), *arguments, "--format", "jsonl", "--workers", "1"], said, tmp_path / "mix", capsys)


def _refused(arguments, said, out, capsys) -> None:
    assert main(["mix", *arguments, "--out", str(out)]) == USAGE_EXIT
    told = capsys.readouterr().err
    assert said in told
    assert told.count("\n") == 1
    assert not out.exists()


def _large_tokenizer(path: Path) -> None:
    from tokenizers import Tokenizer, models

    words = {f"w{number}": number for number in range(70_000)} | {"</s>": 70_000}
    Tokenizer(models.WordLevel(words, unk_token="w0")).save(str(path))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"--tokens": "10B"}, "the most it can give is --tokens"),
        ({"--tokens": "none"}, "is no number of tokens"),
        ({"--tokens": "0"}, "is no number of tokens"),
        ({"--tokenizer": "large.json", "--format": "nanotron:uint16"}, "70,001"),
        ({"--tokenizer": "absent.json"}, "no tokenizer"),
        ({"--tokenizer": "broken.json"}, "is no tokenizer.json"),
        ({"--end-token": "<end>"}, "no token '<end>'"),
        ({"--format": "nonsense"}, "there is no format"),
        ({"--plan": "nonsense"}, "no plan 'nonsense'"),
        ({"--plan": "webtext"}, "has no Plan called 'plan'"),
        ({"--plan": "narrow.py", "--tokens": "12"}, "too short for a single document"),
    ],
)
def test_wishes_that_are_refused(change, said, runs, tokenizer, tmp_path, capsys) -> None:
    """One line, exit 2, nothing written."""
    (tmp_path / "broken.json").write_text('{"version": "1.0", "model": {}}')
    _large_tokenizer(tmp_path / "large.json")
    (tmp_path / "narrow.py").write_text(
        "from curate.mixture.plan import *\n"
        "plan = Plan('narrow', (Bucket('all'),), (Phase('a', 0.01), Phase('b', 0.99)))\n"
    )
    usual = {"--plan": "curriculum", "--tokens": "10k", "--tokenizer": str(runs[0].parent / "tokenizer.json")}
    wish = {**usual, "--format": "jsonl", "--workers": "1", **change}
    words = [str(tmp_path / value) if value.endswith((".json", ".py")) and "/" not in value else value for value in
             (word for pair in wish.items() for word in pair)]  # fmt: skip
    _refused([str(runs[0]), *words], said, tmp_path / "mix", capsys)


def test_the_nearest_feasible_budget_is_one(runs, tokenizer, tmp_path, capsys) -> None:
    """What a refusal names can be had, and a thousandth more cannot."""
    usual = [str(runs[0]), "--tokenizer", str(runs[0].parent / "tokenizer.json"), "--format", "jsonl", "--workers", "1"]
    assert main(["mix", *usual, "--tokens", "1B", "--out", str(tmp_path / "mix")]) == USAGE_EXIT
    most = int(capsys.readouterr().err.split("--tokens ")[1].split()[0])
    assert main(["mix", *usual, "--tokens", str(round(most * 1.001) + 1), "--out", str(tmp_path / "mix")]) == USAGE_EXIT
    assert main(["mix", *usual, "--tokens", str(most), "--out", str(tmp_path / "mix")]) == 0
    assert json.loads((tmp_path / "mix/ledger.json").read_text())["exposure"]["documents_by_sightings"]["4"] > 10


def test_what_is_not_mixed_any_more_is_forgotten(tokenizer, tmp_path) -> None:
    """Tokens of a part that a takedown has replaced do not stay in the folder; empty parts and texts do no harm."""
    held = columns(60, 8)
    held["text"][3], held["text"][4] = "", None
    first = finished_run(tmp_path / "first" / "run", [held, {name: values[:0] for name, values in held.items()}])
    wish = Wish(PLAN_ALL, 1000, tokenizer, "megatron")
    mix([first], tmp_path / "mix", wish, workers=Workers(1))
    before = {path.name for path in (tmp_path / "mix/work").rglob("*.arrow")}
    taken = finished_run(tmp_path / "second" / "run", [{name: values[1:] for name, values in held.items()}])
    mix([taken], tmp_path / "mix", wish, workers=Workers(1))
    after = {path.name for path in (tmp_path / "mix/work").rglob("*.arrow")}
    assert len(after) == 1
    assert not after & before
    assert held["id"][0] not in pq.read_table(tmp_path / "mix/ledger/part-00000.parquet")["id"].to_pylist()


def test_folders_that_are_refused(runs, tokenizer, tmp_path) -> None:
    """A folder of something else, one of the runs, two runs of one name, a mixture as a source, the same run twice."""
    (tmp_path / "else").mkdir()
    (tmp_path / "else/file").write_text("")
    wish = Wish(PLAN_ALL, 1000, tokenizer, "jsonl")
    with pytest.raises(Exception, match="no mixture"):
        mix(runs, tmp_path / "else", wish, workers=Workers(1))
    with pytest.raises(Exception, match="one of the runs"):
        mix(runs, runs[0], wish, workers=Workers(1))
    with pytest.raises(Exception, match="name it once"):
        mix([runs[0], runs[0]], tmp_path / "mix", wish, workers=Workers(1))
    finished_run(tmp_path / "web", [columns(10, 77)])
    with pytest.raises(Exception, match="give one another"):
        mix([runs[0], tmp_path / "web"], tmp_path / "mix", wish, workers=Workers(1))
    mix(runs[:1], tmp_path / "mix", wish, workers=Workers(1))
    with pytest.raises(Exception, match="is a mixture"):
        mix([tmp_path / "mix"], tmp_path / "mix2", wish, workers=Workers(1))


def test_the_end_of_a_document_cannot_stand_in_one(tokenizer) -> None:
    """What looks like the special token in a text is text."""
    found = tokenizer.encode(["one <|endoftext|> two", "", "plain"])
    assert tokenizer.vocabulary.end_of_document not in found.values
    assert found.counts[1] == 0


def test_training_a_tokenizer_is_repeatable(runs, tmp_path, capsys) -> None:
    """The same bytes, and too small a vocabulary is refused."""
    for name in ("a.json", "b.json"):
        assert main(["tokenizer", "train", str(runs[2]), "--vocabulary", "350", "--out", str(tmp_path / name)]) == 0
    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.json").read_bytes()
    capsys.readouterr()
    assert (
        main(["tokenizer", "train", str(runs[2]), "--vocabulary", "100", "--out", str(tmp_path / "c.json")])
        == USAGE_EXIT
    )
    assert capsys.readouterr().err.count("\n") == 1
    assert not (tmp_path / "c.json").exists()


def test_ranks_by_hand() -> None:
    """Shares of tokens below; ties spread over their own share; nothing known, no rank."""
    ranks = Ranks.empty()
    values = np.array([1.0, 2.0, 2.0, 4.0, np.nan])
    ranks.count(values, np.array([10, 20, 20, 50, 1000]))
    found = ranks.of(values, np.array([0, 0.25, 0.75, 0.5, 0]))
    assert found[:4] == pytest.approx([0, 0.1 + 0.25 * 0.4, 0.1 + 0.75 * 0.4, 0.5 + 0.5 * 0.5])
    assert np.isnan(found[4])
    negative = Ranks.empty()
    negative.count(np.array([-5.0, -1.0, 0.0, 3.0]), np.array([1, 1, 1, 1]))
    assert negative.of(np.array([-5.0, -1.0, -0.0, 3.0]), np.zeros(4)) == pytest.approx([0, 0.25, 0.5, 0.75])


def test_curves_by_hand() -> None:
    """Power and growth over the ranks from min_rank up."""
    found = on_curve(Curve("q", power=2, min_rank=0.5), np.array([0.2, 0.5, 0.75, 1.0, np.nan]))
    assert found == pytest.approx([0, 0, 0.25, 1, 0])
    found = on_curve(Curve("q", growth=2), np.array([0.0, 0.5, 1.0]))
    assert found == pytest.approx(np.exp([-2, -1, 0]))


def test_hashes_look_like_chance() -> None:
    """Numbers in a row give shares that are even to what chance allows."""
    found = shares(mixed(np.arange(100_000, dtype=np.uint64)))
    counts = np.histogram(found, 20, (0, 1))[0]
    assert abs(counts - 5000).max() < 5 * np.sqrt(5000)
