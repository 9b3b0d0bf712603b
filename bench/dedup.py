"""Near-duplicates measured: `python bench/dedup.py [SECTION ...]`, all of them when none is named.

speed   signatures against datasketch 2 `update_batch` with xxh32, same texts, one run
recall  planted edits of real pages: recall by similarity beside the promised S-curve, and wrong removals
pages   the whole stage on the dev shard's texts, beside what datatrove's MinHash removed
pairs   labelled sentence pairs, copied or not: what exact similarity says of them
copies  the column `copies` of a run over the dev shard's texts, beside a count over all pairs in plain Python
synthetic  100,000 made-up documents with planted pairs: the share of pairs found by similarity
stage   the whole stage, from texts in a file to texts in files, beside datatrove's four MinHash stages

Needs zstandard and xxhash, and the measuring data in ../shared. CPU seconds of one core. Each section is a process. How
it grows is in `bench/dedup_scale.py`. datatrove gets an environment of its own under out/, made at the first run, or is
run with the interpreter that DATATROVE_PYTHON names.
"""

import json
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np

from curate.dedup import minhash
from curate.dedup.minhash import MinHash, band_keys, jaccard, shingles, signatures
from curate.dedup.near import near_duplicates, verified_duplicates

HERE = Path(__file__).resolve().parent
SHARED = HERE.parents[1] / "shared" / "data"
DEFAULT = MinHash()


def main() -> None:
    """Run the sections named, or all."""
    for name in sys.argv[1:] or list(SECTIONS):
        if name == "--run":
            _run(*sys.argv[2:])
            return
        if len(sys.argv) == 2:
            SECTIONS[name]()
        else:
            print(f"\n## {name}", flush=True)
            subprocess.run([sys.executable, __file__, name], check=True)


def speed() -> None:
    """Signatures of the dev shard's texts, ours and datasketch's, by turns."""
    import re

    import xxhash
    from datasketch import MinHash as Datasketch

    texts = [row["text"] for row in _rows("reference/reference_dev.jsonl.zst")]
    permutations = Datasketch(DEFAULT.permutations).permutations
    word = re.compile(r"\w+")

    def python_shingles(text: str) -> list[bytes]:
        words = word.findall(text.lower())
        windows = {" ".join(words[i : i + 5]) for i in range(max(len(words) - 4, 1))}
        return [window.encode("utf-8", "surrogatepass") for window in windows]

    def datasketch(windows: list[bytes]) -> object:
        sketch = Datasketch(
            DEFAULT.permutations, hashfunc=xxhash.xxh32_intdigest, permutations=permutations, scheme="affine32"
        )
        sketch.update_batch(windows)
        return sketch

    windows = [python_shingles(text) for text in texts]
    signed = signatures(texts, DEFAULT)
    band_keys(signed, DEFAULT)
    methods: dict[str, Callable[[], object]] = {
        "ours": lambda: signatures(texts, DEFAULT),
        "ours, again": lambda: signatures(texts, DEFAULT),
        "datasketch": lambda: [datasketch(python_shingles(text)) for text in texts],
        "datasketch, shingles given": lambda: [datasketch(each) for each in windows],
        "our band keys of signatures": lambda: band_keys(signed, DEFAULT),
    }
    rounds = [{name: _seconds(method) for name, method in methods.items()} for _ in range(5)]
    print(f"{len(texts)} texts, {sum(map(len, texts)) / 1e6:.1f} M characters, {sum(map(len, windows))} shingles")
    print("median of 5 rounds, and of the ratio within each round (least to most)")
    for name in methods:
        ratios = sorted(each[name] / each["ours"] for each in rounds)
        cost = sorted(each[name] for each in rounds)[2] / len(texts) * 1e6
        print(f"{name:28} {cost:8.1f} us/doc  {ratios[2]:6.2f} x  ({ratios[0]:.2f} to {ratios[-1]:.2f})")


def recall() -> None:
    """One edit of every page at a time, of four kinds and any strength."""
    texts = [row["text"] for row in _rows("reference/reference_dev.jsonl.zst")]
    kept = near_duplicates(texts, threshold=0.3)
    texts = [t for i, t in enumerate(texts) if kept[i] == i and len(shingles(t, DEFAULT)) >= 50]
    rng = random.Random(1)
    found: list[tuple[float, bool, bool]] = []
    wrong = 0
    for edit in (_delete, _insert, _shuffle, _replace_ends):
        edited = [edit(text.split("\n"), rng) for text in texts]
        similar = [_plain_jaccard(a, b) for a, b in zip(texts, edited, strict=True)]
        representative = near_duplicates(texts + edited)[len(texts) :]
        removed = representative == np.arange(len(texts))
        wrong += int((removed & (np.array(similar) < 0.8)).sum())
        wrong += int(((representative < len(texts)) & ~removed).sum())
        keys = [band_keys(signatures(each, DEFAULT), DEFAULT) for each in (texts, edited)]
        shared = (keys[0] == keys[1]).any(axis=1)
        found += list(zip(similar, shared.tolist(), removed.tolist(), strict=True))
    _print_recall(found)
    print(f"{len(found)} pairs of {len(texts)} pages; removed below the threshold or for another page: {wrong}")


def _print_recall(found: list[tuple[float, bool, bool]]) -> None:
    edges = [0, 0.3, 0.4, 0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 1.000001]
    print("similarity   pairs  share a band  promised  removed")
    for low, high in pairwise(edges):
        rows = [row for row in found if low <= row[0] < high]
        if rows:
            promised = np.mean([DEFAULT.candidate_probability(row[0]) for row in rows])
            shared, removed = np.mean([row[1] for row in rows]), np.mean([row[2] for row in rows])
            print(f"{low:.2f}-{min(high, 1):.2f} {len(rows):9} {shared:13.3f} {promised:9.3f} {removed:8.3f}")
    high_rows = [row[2] for row in found if row[0] >= 0.85]
    print(f"recall at similarity .85 and more: {np.mean(high_rows):.4f} of {len(high_rows)}")


def pages() -> None:
    """The whole stage on real pages."""
    rows = list(_rows("reference/reference_dev.jsonl.zst"))
    texts = [row["text"] for row in rows]
    near_duplicates(texts[:50])
    started = process_time()
    signed = band_keys(signatures(texts, DEFAULT), DEFAULT)
    made = process_time() - started
    matches = verified_duplicates(
        signed, np.arange(len(texts)), lambda wanted: [texts[i] for i in wanted], settings=DEFAULT, threshold=0.8
    )
    total = process_time() - started
    removed = np.flatnonzero(matches.representative != np.arange(len(texts)))
    print(f"{len(texts)} texts, {len(removed)} removed, {dict(matches.counts)}")
    print(f"{total * 1e3 / len(texts):.4f} s/1000 docs, of it signatures and keys {made * 1e3 / len(texts):.4f}")
    below = sum(_plain_jaccard(texts[i], texts[matches.representative[i]]) < 0.8 for i in removed)
    print(f"removed below the threshold, by plain Python sets: {below}")
    theirs = set((SHARED / "reference" / "minhash_removed_dev.txt").read_text().split())
    index = [i for i, row in enumerate(rows) if row["url"] in theirs]
    sets = [shingles(text, DEFAULT) for text in texts]
    best = sorted(max(jaccard(sets[i], other) for j, other in enumerate(sets) if j != i) for i in index)
    both = len(set(index) & set(removed.tolist()))
    print(f"datatrove removed {len(theirs)} of the pages its filters left; {both} of them went here too")
    print("exact similarity of those with the closest other page:", " ".join(f"{each:.2f}" for each in best))


def pairs() -> None:
    """Sentence pairs: the best any threshold can do, and what the default does."""
    rows = list(_rows("labelled/near_duplicate_pairs.jsonl.zst"))
    copied = np.array([row["duplicate"] == 1 for row in rows])
    print(f"{len(rows)} pairs, {copied.sum()} labelled copied")
    print("shingle words   threshold  precision  recall  best threshold  precision  recall")
    for width in (1, 2, 3, 5):
        ours = MinHash(shingle_words=width)
        similar = np.array([jaccard(shingles(row["a"], ours), shingles(row["b"], ours)) for row in rows])
        best = max(np.unique(similar)[1:], key=lambda limit: _f1(similar >= limit, copied))
        cells = [f"{limit:9.2f} {_quality(similar >= limit, copied)}" for limit in (0.8, float(best))]
        print(f"{width:13}   {'   '.join(cells)}")
    signed = [band_keys(signatures([row[side] for row in rows], DEFAULT), DEFAULT) for side in "ab"]
    similar = np.array([jaccard(shingles(row["a"], DEFAULT), shingles(row["b"], DEFAULT)) for row in rows])
    shared = (signed[0] == signed[1]).any(axis=1)
    print(f"default: {(shared & (similar >= 0.8)).sum()} of {(similar >= 0.8).sum()} pairs at .8 share a band")
    print(f"copied pairs with no 5-word shingle in common: {(similar[copied] == 0).mean():.2f}")


def _f1(found: np.ndarray, copied: np.ndarray) -> float:
    return float(2 * (found & copied).sum() / (found.sum() + copied.sum()))


def _quality(found: np.ndarray, copied: np.ndarray) -> str:
    both = (found & copied).sum()
    return f"{both / max(found.sum(), 1):10.3f} {both / copied.sum():7.3f}"


def copies() -> None:
    """Everything compared with everything, in the order of the dates."""
    import pyarrow.parquet as pq

    from curate.cluster import Workers
    from curate.engine.run import run
    from curate.recipe import Recipe
    from curate.stages import ExactDuplicates, NearDuplicates, Read

    rows = [{"url": row["url"], "text": row["text"]} for row in _rows("reference/reference_dev.jsonl.zst")]
    for i, row in enumerate(rows):
        row["date"] = f"2026-01-01T{i // 3600:02}:{i // 60 % 60:02}:{i % 60:02}Z"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "in.jsonl"
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
        recipe = Recipe("copies", (Read(), ExactDuplicates(), NearDuplicates()))
        run(recipe, [str(path)], Path(folder) / "out", workers=Workers(1))
        tables = [pq.read_table(each) for each in sorted((Path(folder) / "out" / "data").glob("*.parquet"))]
    columns = ("copies", "copies_exact", "copies_near")
    found = {row["url"]: tuple(row[name] for name in columns) for table in tables for row in table.to_pylist()}
    expected = _plain_copies(rows)
    same = sum(expected.get(url) == counted for url, counted in found.items())
    print(
        f"{len(rows)} texts, {len(found)} stay, {same} with the copies of the plain count, which keeps {len(expected)}"
    )
    for url in sorted(found.keys() | expected.keys()):
        if found.get(url) != expected.get(url):
            print(f"  {url[:80]}: {found.get(url)}, by plain count {expected.get(url)}")
    print(f"pages with copies {sum(c[0] > 0 for c in found.values())}, copies {sum(c[0] for c in found.values())}")


def _plain_copies(rows: list[dict[str, Any]]) -> dict[str, tuple[int, int, int]]:
    """By address of what stays: copies, exact and near ones."""
    held: dict[str, str] = {}
    counts: dict[str, list[int]] = {}
    for row in rows:
        first = held.setdefault(" ".join(row["text"].split()), row["url"])
        counts.setdefault(first, [0, 0])[0] += first != row["url"]
    kept: list[tuple[str, set[Any]]] = []
    for row in rows:
        if row["url"] not in counts:
            continue
        mine = _plain_shingles(row["text"])
        best, highest = "", 0.0
        for url, other in kept:
            if min(len(mine), len(other)) >= 0.8 * max(len(mine), len(other)) and mine and other:
                common = len(mine & other)
                similarity = common / (len(mine) + len(other) - common)
                if similarity >= 0.8 and similarity > highest:
                    best, highest = url, similarity
        if best:
            counts[best][1] += 1 + sum(counts.pop(row["url"]))
        else:
            kept.append((row["url"], mine))
    return {url: (exact + near, exact, near) for url, (exact, near) in counts.items()}


def synthetic() -> None:
    """Pairs of a document and an edited copy of it, two in five documents; the others stand alone."""
    rng = random.Random(4)
    texts, edits = [], []
    for i in range(80_000):
        words = [f"w{rng.randrange(10**7)}" for _ in range(rng.choice([60, 100, 150]))]
        texts.append(" ".join(words))
        if i < 20_000:
            for place in rng.sample(range(len(words)), rng.choice([0, 0, 1, 1, 2, 3])):
                words[place] = f"e{rng.randrange(10**7)}"
            edits.append(" ".join(words))
    similar = np.array([_plain_jaccard(a, b) for a, b in zip(texts, edits, strict=False)])
    representative = near_duplicates(texts + edits)[len(texts) :]
    found = representative == np.arange(len(edits))
    wrong = int((~found & (representative < len(texts))).sum() + (found & (similar < 0.8)).sum())
    print(f"{len(texts) + len(edits)} documents, {len(edits)} planted pairs, wrongly removed {wrong}")
    for low, high in ((0.8, 0.85), (0.85, 0.9), (0.9, 0.95), (0.95, 1.01), (0.9, 1.01)):
        mine = found[(similar >= low) & (similar < high)]
        print(f"similarity {low:.2f} to {min(high, 1):.2f}: {len(mine):6} pairs, found {mine.mean():.5f}")


def stage() -> None:
    """Ours and datatrove's by turns on the same lines of JSON, from process start to exit."""
    from pipeline import ROOT, datatrove_python

    named = os.environ.get("DATATROVE_PYTHON")
    python = Path(named) if named else datatrove_python(ROOT / "out" / "datatrove-venv")
    rows = list(_rows("reference/reference_dev.jsonl.zst"))
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        (folder / "texts").mkdir()
        lines = [json.dumps({"id": row["url"], "url": row["url"], "text": row["text"]}) for row in rows]
        (folder / "texts" / "texts.jsonl").write_text("\n".join(lines) + "\n")
        near_duplicates([row["text"] for row in rows[:50]])  # compiled code is kept on disk; making it is not counted
        found = [_both_stages(python, folder, turn) for turn in range(3)]
    print(f"{len(rows)} texts; CPU seconds, and theirs over ours in the same round")
    for mine, theirs, own, other in found:
        print(f"whole process: {mine:6.2f} and {theirs:6.2f}, {theirs / mine:5.1f} x;", end=" ")
        print(f"the stage alone: {own:6.3f} and {other:6.2f}, {other / own:5.1f} x")


def _both_stages(python: Path, folder: Path, turn: int) -> tuple[float, float, float, float]:
    """CPU seconds of the two processes, of our stage, and of their four."""
    from pipeline import measured

    out = folder / f"ours-{turn}"
    mine = measured([sys.executable, __file__, "--run", str(folder / "texts"), str(out)])["cpu"]
    stages = json.loads((out / "report.json").read_text())["stages"]
    said = folder / f"theirs-{turn}.json"
    command = [str(python), str(HERE / "datatrove_minhash.py"), str(folder / "texts"), str(folder / f"theirs-{turn}")]
    with said.open("w") as output:
        theirs = measured(command, stdout=output, stderr=subprocess.DEVNULL)["cpu"]
    found = json.loads(said.read_text().splitlines()[-1])
    if turn == 0:
        print(
            f"kept: ours {stages[-1]['docs_out']}, datatrove {len(found['kept'])}; theirs by stage: {found['seconds']}"
        )
    own_stage = sum(stage["seconds"] for stage in stages)  # reading the lines too, which theirs does twice
    return mine, theirs, own_stage, sum(v for k, v in found["seconds"].items() if k != "imports")


def _run(texts: str, out: str) -> None:
    """A recipe of near-duplicates only, FineWeb's threshold and bands."""
    from curate.cluster import Workers
    from curate.dedup.minhash import FINEWEB
    from curate.engine.run import run
    from curate.recipe import Recipe
    from curate.stages import NearDuplicates, Read

    recipe = Recipe("near", (Read(), NearDuplicates(threshold=0.75, settings=FINEWEB)))
    run(recipe, [texts], Path(out), workers=Workers(1))


def _delete(lines: list[str], rng: random.Random) -> str:
    words = "\n".join(lines).split(" ")
    for _ in range(rng.choice([1, 1, 2, 5])):
        start = rng.randrange(len(words))
        del words[start : start + int(len(words) * rng.uniform(0, 0.3))]
    return " ".join(words)


def _insert(lines: list[str], rng: random.Random) -> str:
    words = "\n".join(lines).split(" ")
    for _ in range(rng.choice([1, 3, 10, int(len(words) * rng.uniform(0, 0.12)) + 1])):
        start = rng.randrange(len(words) + 1)
        words[start:start] = [f"new{rng.randrange(10**9)}" for _ in range(rng.choice([1, 1, 1, 20]))]
    return " ".join(words)


def _shuffle(lines: list[str], rng: random.Random) -> str:
    moved = rng.sample(range(len(lines)), int(len(lines) * rng.uniform(0, 1)))
    shuffled = list(lines)
    for target, source in zip(sorted(moved), moved, strict=True):
        shuffled[target] = lines[source]
    return "\n".join(shuffled)


def _replace_ends(lines: list[str], rng: random.Random) -> str:
    """Other boilerplate before and after the same body."""
    words = "\n".join(lines).split(" ")
    size = int(len(words) * rng.uniform(0, 0.25))
    top, bottom = ([f"menu{rng.randrange(10**9)}" for _ in range(size)] for _ in range(2))
    return " ".join([*top, *words[size : len(words) - size], *bottom])


def _plain_jaccard(left: str, right: str) -> float:
    """Plain Python sets of word 5-grams; the same words as ours, found another way."""
    a, b = _plain_shingles(left), _plain_shingles(right)
    return len(a & b) / max(len(a | b), 1)


def _plain_shingles(text: str) -> set[tuple[int, ...]]:
    table = minhash.fold_table()
    words: list[tuple[int, ...]] = []
    word: list[int] = []
    for folded in [*(int(table[ord(c)]) for c in text), 0]:
        if folded > 1 and folded < 1 << 31:
            word.append(folded)
        elif folded != 1:
            words += [tuple(word)] * bool(word) + [(folded,)] * bool(folded)
            word = []
    return {sum(words[i : i + 5], ()) + tuple(map(len, words[i : i + 5])) for i in range(max(len(words) - 4, 1))} - {()}


def _seconds(action: Callable[[], object]) -> float:
    started = process_time()
    action()
    return process_time() - started


def _rows(path: str) -> list[dict[str, Any]]:
    import zstandard

    with zstandard.open(SHARED / path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines if line.strip()]


SECTIONS: dict[str, Callable[[], None]] = {
    "speed": speed,
    "recall": recall,
    "pages": pages,
    "pairs": pairs,
    "copies": copies,
    "synthetic": synthetic,
    "stage": stage,
}

if __name__ == "__main__":
    main()
