"""Duplicates over many splits: against plain Python, however the work is cut or killed, and with an earlier run."""

import json
import random
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from curate.cluster import Workers, stop
from curate.dedup.earlier_runs import read_indexes
from curate.dedup.minhash import MinHash
from curate.dedup.resolve import resolve
from curate.dedup.shuffle import Sizes
from curate.engine.run import run
from curate.errors import IncompleteRunError, UsageError
from curate.recipe import Recipe
from curate.stages import ExactDuplicates, NearDuplicates, Read, Score
from tests.curate.deadly import DeadlyNear

# One row a band: any two texts that share a fifth of their shingles share a band but for a chance of 1e-12.
CLOSE = MinHash(shingle_words=2, bands=128, rows=1)
ONE_TASK = Sizes()
MANY_TASKS = Sizes(group_documents=30, range_cells=1000, list_documents=20)
THRESHOLD = 0.6
Row = dict[str, Any]


def barriers(keep: str = "earliest", settings: MinHash = CLOSE) -> tuple[ExactDuplicates, NearDuplicates]:
    return ExactDuplicates(keep=keep), NearDuplicates(threshold=THRESHOLD, settings=settings, keep=keep)


def corpus(seed: int, families: int = 14, days: tuple[int, int] = (1, 28)) -> list[Row]:
    """Families of pages with graded edits, exact copies but for whitespace, equal and missing dates, and loners."""
    rng = random.Random(seed)
    rows = []
    for family in range(families):
        # Every other family is one of another corpus too.
        base = [f"w{(family if family % 2 else family + 1000 * seed)}x{i}" for i in range(20 + 3 * family)]
        for _ in range(rng.choice([1, 5, 9])):
            share = rng.choice([0, 0.02, 0.05, 0.1, 0.3])
            words = [word if rng.random() >= share else f"e{rng.randrange(10**9)}" for word in base]
            url = f"https://site{rng.randrange(99)}.example/{seed}/{len(rows)}"
            date = rng.choice(["", f"2026-03-{rng.randint(*days):02}T00:00:00Z"])
            rows.append({"text": rng.choice([" ", "\n"]).join(words), "url": url, "date": date})
    rng.shuffle(rows)
    return rows


def write(folder: Path, rows: Sequence[Row], files: int) -> list[str]:
    """The rows as lines of JSON in some files, each of them a split; names begin with the folder's."""
    folder.mkdir(exist_ok=True)
    paths = [folder / f"{folder.name}-{i}.jsonl" for i in range(files)]
    for i, path in enumerate(paths):
        path.write_text("".join(json.dumps(row) + "\n" for row in rows[i::files]))
    return [str(path) for path in paths]


def duplicates(out: Path) -> dict[str, tuple[str, str, float]]:
    """By address: the stage that dropped it, what was kept instead, and the similarity."""
    columns = ["url", "stage", "duplicate_of_url", "value"]
    tables = [pq.read_table(path, columns=columns) for path in sorted((out / "dropped").glob("*.parquet"))]
    return {r["url"]: (r["stage"], r["duplicate_of_url"], r["value"]) for t in tables for r in t.to_pylist()}


def shingle_set(text: str) -> set[tuple[str, ...]]:
    words = "".join(c if c.isalnum() else " " for c in text).split()
    return {tuple(words[i : i + 2]) for i in range(max(len(words) - 1, 1))}


def fives(texts: Sequence[str]) -> np.ndarray:
    """A score by which some copies are equal and some are not: the share of fives in a text, rounded."""
    return np.array([round(sum(c == "5" for c in text) / len(text), 2) for text in texts])


def plainly(rows: Sequence[Row], keep: str) -> dict[str, tuple[str, str, float]]:
    """What has to come out, by comparing everything with everything in the order of the policy; no ties in the data."""
    order = {
        "earliest": lambda row: row["date"] or "~",
        "latest": lambda row: [-ord(c) for c in row["date"]] or [0],
        "longest": lambda row: -len(row["text"]),
        "first_url": lambda row: row["url"],
        "best": lambda row: (-fives([row["text"]])[0], row["date"] or "~"),
    }[keep]
    found: dict[str, tuple[str, str, float]] = {}
    hashes: dict[str, str] = {}
    kept: list[tuple[str, set[tuple[str, ...]]]] = []
    for row in sorted(rows, key=order):
        same = hashes.setdefault(" ".join(row["text"].split()), row["url"])
        if same != row["url"]:
            found[row["url"]] = ("dedup_exact", same, 1.0)
    for row in sorted(rows, key=order):
        if row["url"] in found:
            continue
        mine = shingle_set(row["text"])
        similar = [(len(mine & other) / len(mine | other), -i) for i, (_, other) in enumerate(kept)]
        best = max(similar, default=(0.0, 0))
        if best[0] >= THRESHOLD:
            found[row["url"]] = ("dedup_near", kept[-best[1]][0], best[0])
        else:
            kept.append((row["url"], mine))
    return found


def without_ties(rows: Sequence[Row], keep: str) -> list[Row]:
    """Dates that all differ and, where they count, lengths, so that ids, which plain Python does not know, do not."""
    dated = [{**row, "date": f"2026-03-01T{i // 60:02}:{i % 60:02}:00Z"} for i, row in enumerate(rows)]
    if keep != "longest":
        return dated
    return [{**row, "text": row["text"] + "." * (2000 - len(row["text"]) + i)} for i, row in enumerate(dated)]


@dataclass
class Keys:
    """Where a run left the keys of its splits."""

    folder: Path
    identities: list[str]


def keys_of(out: Path) -> Keys:
    index = json.loads((out / "index.json").read_text())
    return Keys(out / index["barriers"]["dedup_near"]["keys"], index["splits"])


def matches(folder: Path) -> dict[str, list[Row]]:
    """All matches by split, and what was counted."""
    found = {path.name: pq.read_table(path).to_pylist() for path in sorted(folder.glob("*.matches.parquet"))}
    stages = json.loads((folder / "matches.json").read_text())["stages"].values()
    return found | {"counts": [stage["counts"] for stage in stages]}


@pytest.fixture(scope="module")
def first(tmp_path_factory) -> Path:
    """A run over eleven inputs, too large to share a task, in one process."""
    folder = tmp_path_factory.mktemp("first")
    inputs = write(folder / "in", corpus(1), 11)
    recipe = Recipe("near", (Read(), *barriers()), split_bytes=2 * max(Path(each).stat().st_size for each in inputs))
    run(recipe, inputs, folder / "out", workers=Workers(1))
    return folder / "out"


@pytest.fixture(scope="module")
def expected(first) -> dict[str, list[Row]]:
    return matches(next(first.glob("work/*dedup*")))


@pytest.mark.parametrize("keep", ["earliest", "latest", "longest", "first_url", "best"])
def test_any_policy_equals_plain_python(keep, tmp_path):
    """Whoever is kept, each removal, its representative and its similarity are those of comparing all with all."""
    rows = without_ties(corpus(5), keep)
    expected = plainly(rows, keep)
    stages = (Read(), Score("quality", fives), *barriers(keep))
    run(Recipe("near", stages), write(tmp_path / "in", rows, 5), tmp_path / "out", workers=Workers(1))
    assert duplicates(tmp_path / "out") == expected
    stages = [stage for stage, _, _ in expected.values()]
    assert stages.count("dedup_near") > 20
    assert stages.count("dedup_exact") > 5 or keep == "longest"


@pytest.mark.parametrize(
    "sizes", [MANY_TASKS, Sizes(1, 1 << 23, 1 << 16), Sizes(1 << 18, 97, 1 << 16), Sizes(1 << 18, 1 << 23, 1)]
)
def test_how_the_work_is_cut_makes_no_difference(sizes, first, expected, tmp_path):
    """Many tasks or one, over many or few splits, ranges and lists: the same matches and counts."""
    keys = keys_of(first)
    resolve(barriers(), keys.folder, keys.identities, tmp_path / "m", sizes=sizes)
    assert matches(tmp_path / "m") == expected
    assert sum(map(len, expected.values())) > 20


def test_workers_make_no_difference_and_a_killed_one_is_replaced(first, expected, tmp_path):
    """Processes of Ray, killed by the first keys and by the first list that any of them meets."""
    keys, two = keys_of(first), Workers(2)
    deadly = ExactDuplicates(), DeadlyNear(threshold=THRESHOLD, settings=CLOSE, folder=str(tmp_path))
    sent = [DeadlyNear.__module__]
    try:
        resolve(deadly, keys.folder, keys.identities, tmp_path / "m", sizes=MANY_TASKS, workers=two, by_value=sent)
    finally:
        stop()
    assert matches(tmp_path / "m") == expected
    assert sorted(path.name for path in tmp_path.glob("died-*")) == ["died-cells", "died-resolve"]


KILLED = """
import gc, os, random, signal, sys, time
from pathlib import Path
from curate.dedup.minhash import MinHash
from curate.dedup.resolve import resolve
from curate.dedup.shuffle import Sizes
from curate.stages import ExactDuplicates, NearDuplicates
keys, folder, *identities = sys.argv[1:]
barriers = ExactDuplicates(), NearDuplicates(threshold=0.6, settings=MinHash(shingle_words=2, bands=128, rows=1))
sizes = Sizes(group_documents=30, range_cells=1000, list_documents=20)

def until(count):
    def tell(*_):
        nonlocal count
        count -= 1
        if count < 0:
            os.kill(os.getpid(), signal.SIGKILL)
    return tell

gc.freeze()  # each task collects, and looks at nothing that was there before
for killed in range(1000):
    child = os.fork()
    if not child:
        random.seed(killed)
        if killed % 2:  # at some moment inside a task
            signal.setitimer(signal.ITIMER_REAL, random.uniform(0.001, 0.002 * killed))
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
        resolve(barriers, Path(keys), identities, Path(folder), sizes=sizes, tell=until(9999 if killed % 2 else killed))
        os._exit(0)
    if os.waitpid(child, 0)[1] == 0:
        print(killed)
        break
"""


def test_killed_at_every_step_it_comes_to_the_same_end(first, expected, tmp_path):
    """SIGKILL after every few tasks, and at odd moments inside them, until a last try gets through."""
    keys = keys_of(first)
    command = [sys.executable, "-c", KILLED, str(keys.folder), str(tmp_path / "m"), *keys.identities]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=600)
    assert int(done.stdout) > 10
    assert matches(tmp_path / "m") == expected
    left = {path.name for path in (tmp_path / "m").iterdir() if not path.name.startswith(".tmp-")}
    assert left == {path.name for path in next(first.glob("work/*dedup*")).iterdir()}


def test_a_lost_task_is_named(first, tmp_path):
    """Keys that cannot be read stop the run with the step and the reason, and what was done stays."""
    keys = keys_of(first)
    shutil.copytree(keys.folder, tmp_path / "keys")
    broken = tmp_path / "keys" / f"{keys.identities[3]}.keys.parquet"
    whole = broken.read_bytes()
    broken.write_bytes(b"\0" * len(whole))
    with pytest.raises(IncompleteRunError, match=r"dedup_exact: keys: 1 of .* ArrowInvalid"):
        resolve(barriers(), tmp_path / "keys", keys.identities, tmp_path / "m", sizes=Sizes(group_documents=1))
    assert list((tmp_path / "m" / "dedup_exact").glob("cells-*.json"))
    assert not (tmp_path / "m" / "matches.json").exists()


def test_nothing_left_to_match(tmp_path):
    """Splits without documents, and no splits at all, have no matches."""
    resolve(barriers(), tmp_path, [], tmp_path / "m")
    assert matches(tmp_path / "m") == {"counts": [{}, {}]}


def earlier_and_later() -> tuple[list[Row], list[Row]]:
    """Two crawls with pages in common, the second after the first."""
    return corpus(21, days=(1, 10)), [
        {**row, "date": row["date"] or "2026-03-30T00:00:00Z"} for row in corpus(22, days=(11, 28))
    ]


@pytest.fixture(scope="module")
def incremental(tmp_path_factory) -> Path:
    """Crawl A alone, crawl B against A, and both at once."""
    folder = tmp_path_factory.mktemp("incremental")
    a, b = earlier_and_later()
    a = [{**row, "date": row["date"] or "2026-03-10T00:00:00Z"} for row in a]
    recipe = Recipe("near", (Read(), *barriers()))
    first, second = write(folder / "a", a, 3), write(folder / "b", b, 4)
    run(recipe, first, folder / "A", workers=Workers(1))
    run(recipe, second, folder / "B-against-A", against=[folder / "A"], workers=Workers(1))
    run(recipe, [*second, *first], folder / "A+B", workers=Workers(1))
    return folder


def test_a_crawl_against_an_earlier_one_is_its_part_of_both(incremental):
    """What B loses, to what, and how like it is, is the same as when both crawls are curated at once."""
    both = {url: found for url, found in duplicates(incremental / "A+B").items() if ".example/22/" in url}
    alone = duplicates(incremental / "B-against-A")
    assert alone == both
    to_earlier = {stage for stage, kept, _ in alone.values() if ".example/21/" in kept}
    assert to_earlier == {"dedup_exact", "dedup_near"}
    assert any(".example/22/" in kept for _, kept, _ in alone.values())


def test_against_is_in_the_manifest_and_changes_what_is_reused(incremental):
    """The same inputs without --against are another run; with it again, nothing is left to do."""
    out = incremental / "B-against-A"
    before = (out / "manifest.json").read_bytes()
    assert json.loads(before)["against"] == [
        {"name": "A", "digest": json.loads((incremental / "A" / "index.json").read_text())["digest"]}
    ]
    recipe = Recipe("near", (Read(), *barriers()))
    inputs = [str(path) for path in sorted((incremental / "b").iterdir())]
    run(recipe, inputs, out, against=[incremental / "A"], workers=Workers(1))
    assert (out / "manifest.json").read_bytes() == before
    run(recipe, inputs, incremental / "B", workers=Workers(1))
    assert not any(".example/21/" in kept for _, kept, _ in duplicates(incremental / "B").values())


def test_a_third_crawl_against_two(incremental, tmp_path):
    """Against A and against B-against-A: what either kept stands, and what both removed does not."""
    crawls = earlier_and_later()
    rows = [{**row, "url": f"{row['url']}/again"} for rows in crawls for row in rows]
    against = [incremental / "A", incremental / "B-against-A"]
    recipe = Recipe("near", (Read(), *barriers()))
    run(recipe, write(tmp_path / "c", rows, 2), tmp_path / "C", against=against, workers=Workers(1))
    found = duplicates(tmp_path / "C")
    assert set(found) == {row["url"] for row in rows}  # every page of C was met before
    gone = duplicates(incremental / "A") | duplicates(incremental / "B-against-A")
    assert not {kept for stage, kept, _ in found.values() if stage == "dedup_near"} & set(gone)


@pytest.mark.parametrize(
    ("stages", "against", "said"),
    [
        ((Read(), *barriers()), "nowhere", "no finished run"),
        ((Read(), *barriers(settings=MinHash(shingle_words=2))), "A", "bands is 128 there and 16 here"),
        ((Read(),), "A", "no stage that removes duplicates"),
        ((Read(), *barriers()), "new", "the folder this run writes to"),
    ],
)
def test_a_wrong_against_is_the_users_error(stages, against, said, incremental, tmp_path):
    """Nothing starts: there is no run, its keys were made in another way, or the recipe could not use them."""
    out = incremental / "new"
    with pytest.raises(UsageError, match=said):
        run(Recipe("near", stages), write(tmp_path / "in", corpus(3), 1), out, against=[incremental / against])
    assert not out.exists()


def test_files_missing_from_an_earlier_run_are_the_users_error(incremental, tmp_path):
    """An index alone is not enough."""
    shutil.copytree(incremental / "A", tmp_path / "A")
    next(tmp_path.glob("A/work/*/*.keys.parquet")).unlink()
    with pytest.raises(UsageError, match="missing or damaged"):
        read_indexes([tmp_path / "A"], barriers(), tmp_path / "out")


def test_an_unknown_policy_is_the_users_error():
    """The ones there are, are named."""
    with pytest.raises(
        UsageError, match="no policy to keep 'prettiest'; there are earliest, latest, longest, shortest, first_url"
    ):
        NearDuplicates(keep="prettiest")


def test_what_was_capped_is_counted(tmp_path):
    """Documents longer than what keys are made of, and those kept though their bucket was too full to meet all."""
    rows = [{"text": f"aa {' '.join(f'w{i}x{k}' for k in range(9))}"} for i in range(41)]
    recipe = Recipe("near", (Read(), NearDuplicates(settings=MinHash(max_chars=2))))  # one bucket, by the first word
    run(recipe, write(tmp_path / "in", rows, 3), tmp_path / "out", workers=Workers(1))
    [counts] = matches(next(tmp_path.glob("out/work/*dedup*")))["counts"]
    assert counts["long_documents"] == 41
    assert counts["capped_buckets"] == 16  # one a band
    assert counts["capped_documents"] == 41 - 33  # the 33rd still meets all 32 before it
