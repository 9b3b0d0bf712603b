"""Lines, passages and pages that repeat: against plain Python, however the work is cut or killed, and made whole."""

import json
import random
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from curate.cluster import Workers
from curate.dedup import windows
from curate.dedup.minhash import MinHash
from curate.dedup.resolve import resolve
from curate.dedup.shuffle import Sizes
from curate.engine.run import run
from curate.errors import UsageError
from curate.finished.takedown import takedown
from curate.finished.verify import verify
from curate.recipe import Recipe
from curate.stages import Contained, Keep, Passages, Read, SiteLines
from tests.curate.test_resolve import Row, write

LINES = SiteLines(min_documents=4, min_words=3, max_repeated_share=1)
PASSAGES = Passages(min_words=30, max_repeated_share=1, whole_sentences=False, keep="earliest")
HELD = Contained(max_repeated_share=1, whole_sentences=False, settings=MinHash(shingle_words=3), min_run_words=6)
MANY_TASKS = Sizes(group_documents=7, range_cells=300, list_documents=5)


def prose(rng: random.Random, words: int, mark: str) -> str:
    """Sentences and lines of words of one kind; some of the words are common to all kinds."""
    found = []
    for i in range(words):
        word = rng.choice(["the", "of", "and", f"{mark}{rng.randrange(10**6)}", f"{mark}{rng.randrange(10**6)}"])
        found.append(word + rng.choice(["", "", "", "", ".", ",", " -"]) + ("\n" if i % 17 == 16 else ""))
    return " ".join(found).replace("\n ", "\n")


def corpus(seed: int) -> list[Row]:
    """Pages of a few sites with boilerplate, passages of any length taken from each other, and whole other pages."""
    rng = random.Random(seed)
    footers = [[prose(rng, n, "f").replace("\n", " ") for n in (2, 3, 8)] for _ in range(3)]
    shared = [prose(rng, n, "p") for n in (20, 29, 30, 31, 45, 80, 200)]
    rows: list[Row] = []
    for i in range(40):
        site = rng.randrange(3)
        parts = [prose(rng, rng.choice([5, 60, 90]), f"own{i}x")]
        parts += [line for line in footers[site] if rng.random() < 0.5]
        for passage in rng.sample(shared, rng.choice([0, 0, 1, 2])):
            words = passage.split(" ")
            start = rng.choice([0, 0, rng.randrange(len(words))])
            parts.insert(rng.randrange(len(parts) + 1), " ".join(words[start:]))
        if rows and rng.random() < 0.3:
            held = rng.choice(rows)["text"].split(" ")
            for _ in range(rng.choice([0, 0, 1, len(held) // 12])):
                held[rng.randrange(len(held))] = f"new{rng.randrange(10**6)}"
            parts.insert(rng.randrange(len(parts) + 1), " ".join(held))
        date = "" if i == 7 else f"2026-03-{rng.randint(1, 28):02}T00:00:{i:02}Z"
        text = rng.choice(["\n", "\n\n", "\n", " "]).join(parts)
        rows.append({"text": text, "url": f"https://www.s{site}.example/{seed}/{i}", "date": date})
    rng.shuffle(rows)
    return rows


def tokens(text: str) -> list[tuple[str, int, int]]:
    return [(found[0].lower(), found.start(), found.end()) for found in re.finditer(r"\w+", text)]


def curated(stages: Sequence[Any], inputs: Sequence[str], out: Path, **how: Any) -> tuple[dict[str, str], list[Row]]:
    """By address the texts that stay, and the rows of `cut/`."""
    run(Recipe("cut", (Read(), *stages)), inputs, out, workers=Workers(1), **how)
    data = [row for path in sorted((out / "data").glob("*.parquet")) for row in pq.read_table(path).to_pylist()]
    cut = [row for path in sorted((out / "cut").glob("*.parquet")) for row in pq.read_table(path).to_pylist()]
    return {row["url"]: row["text"] for row in data}, cut


def words_cut(rows: Sequence[Row], cut: Sequence[Row]) -> dict[str, list[int]]:
    """By address, which words of the text were cut, by their number."""
    texts = {row["url"]: tokens(row["text"]) for row in rows}
    found: defaultdict[str, set[int]] = defaultdict(set)
    for row in cut:
        start, end = row["start"], row["start"] + len(row["text"])
        found[row["url"]] |= {i for i, (_, a, b) in enumerate(texts[row["url"]]) if start <= a and b <= end}
        assert not any(a < start < b or a < end < b for _, a, b in texts[row["url"]]), "half a word is cut"
    return {url: sorted(numbers) for url, numbers in found.items() if numbers}


def plain_passages(rows: Sequence[Row], keep: str, width: int) -> dict[str, list[int]]:
    """All words in a window that a page before has too, by holding every window of every page."""
    order = {
        "earliest": lambda row: row["date"] or "~",
        "longest": lambda row: -len(row["text"]),
    }[keep]
    held: set[tuple[str, ...]] = set()
    found: dict[str, list[int]] = {}
    for row in sorted(rows, key=order):
        words = [word for word, _, _ in tokens(row["text"])]
        mine = [tuple(words[i : i + width]) for i in range(len(words) - width + 1)]
        cut = {i + k for i, window in enumerate(mine) if window in held for k in range(width)}
        held |= set(mine)
        found |= {row["url"]: sorted(cut)} if cut else {}
    return found


@pytest.mark.parametrize("keep", ["earliest", "longest"])
def test_passages_are_those_of_holding_every_window(keep, tmp_path):
    """To the word, across splits; the page that comes first keeps its passage."""
    rows = corpus(1)
    stage = Passages(min_words=30, max_repeated_share=1, whole_sentences=False, keep=keep)
    texts, cut = curated([stage], write(tmp_path / "in", rows, 5), tmp_path / "out")
    expected = plain_passages(rows, keep, 30)
    assert words_cut(rows, cut) == expected
    assert len(expected) > 8
    assert len(texts) == len(rows)


def test_lines_are_those_of_counting_pages_of_each_site(tmp_path):
    """On exactly as many pages as the limit a line goes, from all of them, and no shorter line."""
    rows = corpus(2)
    texts, cut = curated([LINES], write(tmp_path / "in", rows, 5), tmp_path / "out")
    lines = {row["url"]: [tuple(w for w, _, _ in tokens(line)) for line in row["text"].split("\n")] for row in rows}
    pages: defaultdict[Any, set[str]] = defaultdict(set)
    for url, mine in lines.items():
        for line in mine:
            pages[url.split("/")[2], line].add(url)
    for url, mine in lines.items():
        left = [line for line in mine if len(line) < 3 or len(pages[url.split("/")[2], line]) < 4]
        assert [w for line in left for w in line] == [word for word, _, _ in tokens(texts[url])]
    assert len({row["url"] for row in cut}) > 10
    assert {len(found) for found in pages.values()} >= {3, 4}


def plain_containment(rows: Sequence[Row]) -> dict[str, set[str]]:
    """By address of each page that holds others, these: every pair compared."""
    sets = {}
    for row in rows:
        words = [word for word, _, _ in tokens(row["text"])]
        sets[row["url"]] = {tuple(words[i : i + 3]) for i in range(len(words) - 2)} if len(words) >= 50 else set()
    sizes = {row["url"]: len(row["text"]) for row in rows}
    return {
        large: found
        for large in sets
        if (
            found := {
                small
                for small in sets
                if small != large and sets[small] and sizes[small] <= sizes[large]
                and len(sets[small] & sets[large]) >= 0.8 * len(sets[small])
            }
        )
    }  # fmt: skip


def test_pages_within_pages_are_those_of_comparing_all_with_all(tmp_path):
    """Who holds another is cut, named with one that it holds; what is cut are words of those it holds."""
    rows = corpus(3)
    _, cut = curated([HELD], write(tmp_path / "in", rows, 5), tmp_path / "out")
    expected = plain_containment(rows)
    assert {row["url"] for row in cut} == set(expected)
    assert len(expected) > 5
    texts = {row["url"]: " " + " ".join(w for w, _, _ in tokens(row["text"])) + " " for row in rows}
    for row in cut:
        assert row["duplicate_of_url"] in expected[row["url"]]
        run_ = [w for w, _, _ in tokens(row["text"])]
        threes = [" " + " ".join(run_[i : i + 3]) + " " for i in range(len(run_) - 2)]
        assert all(any(three in texts[url] for url in expected[row["url"]]) for three in threes)


def test_the_larger_page_goes_where_the_recipe_says_so(tmp_path):
    """With 0 every page that holds another goes, for one that stays."""
    rows = corpus(3)
    stage = Contained(max_repeated_share=0, settings=MinHash(shingle_words=3), min_run_words=6)
    texts, cut = curated([stage], write(tmp_path / "in", rows, 5), tmp_path / "out")
    expected = plain_containment(rows)
    dropped = [row for path in (tmp_path / "out/dropped").glob("*.parquet") for row in pq.read_table(path).to_pylist()]
    assert cut == []
    assert {row["url"] for row in dropped} | set(texts) == {row["url"] for row in rows}
    for row in dropped:
        assert row["duplicate_of_url"] in expected[row["url"]] & set(texts)
    assert all(held <= {row["url"] for row in dropped} for url, held in expected.items() if url in texts)


ALL = (LINES, HELD, Passages(min_words=30, max_repeated_share=0.7))


def test_text_and_cuts_give_the_original(tmp_path):
    """Stage by stage backwards; verify, and a takedown that leaves nothing of a page."""
    rows = corpus(4)
    out = tmp_path / "out"
    texts, cut = curated(ALL, write(tmp_path / "in", rows, 3), out)
    assert {row["stage"] for row in cut} == {stage.name for stage in ALL}
    original = {row["url"]: row["text"] for row in rows}
    for url, text in texts.items():
        for stage in reversed(ALL):
            mine = [row for row in cut if row["url"] == url and row["stage"] == stage.name]
            text = windows.restored(text, [(row["start"], row["text"]) for row in mine])
        assert text == original[url]
    assert verify(out) == []
    takedown(out, "urls", [cut[0]["url"]])
    left = [row for path in out.rglob("*cut*/*.parquet") for row in pq.read_table(path).to_pylist()]
    left += [row for path in out.glob("work/*/*.cut.parquet") for row in pq.read_table(path).to_pylist()]
    assert left and cut[0]["url"] not in {row["url"] for row in left}
    assert verify(out) == []


def test_a_page_of_which_nothing_else_is_left_goes(tmp_path):
    """More than the share that may be cut drops the page, with that share as its value."""
    rng = random.Random(5)
    passage, own = prose(rng, 80, "p"), prose(rng, 30, "own")
    rows = [
        {"text": passage, "url": "https://a.example/", "date": "2026-01-01T00:00:00Z"},
        {"text": passage + "\n" + own, "url": "https://b.example/", "date": "2026-01-02T00:00:00Z"},
    ]
    stage = Passages(min_words=30, max_repeated_share=0.5, keep="earliest")
    texts, cut = curated([stage], write(tmp_path / "in", rows, 2), tmp_path / "out")
    [row] = [row for path in (tmp_path / "out/dropped").glob("*.parquet") for row in pq.read_table(path).to_pylist()]
    assert (list(texts), cut) == (["https://a.example/"], [])
    assert (row["stage"], row["rule"], row["limit"]) == ("dedup_passages", "max_repeated_share", 0.5)
    assert row["value"] == pytest.approx((len(passage) + 1) / len(rows[1]["text"]))
    assert row["text"] == rows[1]["text"]


def test_an_article_keeps_what_a_list_shows_of_it(tmp_path):
    """The most original page keeps a passage, whatever the dates say."""
    rng = random.Random(6)
    articles = [prose(rng, 120, f"a{i}x").replace("\n", " ") for i in range(4)]
    teasers = "\n".join(" ".join(article.split(" ")[:40]) for article in articles)
    rows = [{"text": text, "url": f"https://a.example/{i}", "date": ""} for i, text in enumerate(articles)]
    rows.append({"text": prose(rng, 40, "menu") + "\n" + teasers, "url": "https://a.example/list", "date": "2001"})
    stage = Passages(min_words=30, max_repeated_share=1)
    texts, cut = curated([stage], write(tmp_path / "in", rows, 3), tmp_path / "out")
    assert {row["url"] for row in cut} == {"https://a.example/list"}
    assert [texts[row["url"]] for row in rows[:4]] == articles


def found(folder: Path) -> list[Any]:
    rows = {path.name: pq.read_table(path).to_pylist() for path in sorted(folder.glob("*.matches.parquet"))}
    return [rows, [each["counts"] for each in json.loads((folder / "matches.json").read_text())["stages"].values()]]


@pytest.fixture(scope="module")
def keyed(tmp_path_factory) -> dict[str, Any]:
    """For each kind, keys of eleven splits and what is found in one task a step."""
    folder = tmp_path_factory.mktemp("keyed")
    inputs, held = write(folder / "in", corpus(7), 11), {}
    for stage in (*ALL[:2], PASSAGES):
        out = folder / stage.name
        run(Recipe("cut", (Read(), stage)), inputs, out, workers=Workers(1))
        index = json.loads((out / "index.json").read_text())
        keys = out / index["barriers"][stage.name]["keys"]
        held[stage.name] = (stage, keys, index["splits"], found(next(out.glob(f"work/*-{stage.name}-*"))))
    return held


@pytest.mark.parametrize("name", ["dedup_lines", "dedup_contained", "dedup_passages"])
@pytest.mark.parametrize("sizes", [MANY_TASKS, Sizes(1, 97, 1)])
def test_how_the_work_is_cut_makes_no_difference(name, sizes, keyed, tmp_path):
    """Many tasks or one, over many or few splits, ranges and lists: the same spans and counts."""
    stage, keys, identities, expected = keyed[name]
    resolve([stage], keys, identities, tmp_path / "m", sizes=sizes)
    assert found(tmp_path / "m") == expected
    assert sum(row["spans"] is not None for rows in expected[0].values() for row in rows) > 5


def test_the_order_of_inputs_makes_no_difference(tmp_path):
    """The same pages in another order and other files: the same texts."""
    rows = corpus(8)
    once, _ = curated(ALL, write(tmp_path / "a", rows, 4), tmp_path / "A")
    again, _ = curated(ALL, write(tmp_path / "b", [{**row} for row in reversed(rows)], 3), tmp_path / "B")
    assert len(once) > 20
    assert {url for url in once if once[url] == again.get(url)} == set(once)


KILLED = """
import gc, os, random, signal, sys
from pathlib import Path
from curate.dedup.minhash import MinHash
from curate.dedup.resolve import resolve
from curate.dedup.shuffle import Sizes
from curate.stages import Contained, Passages
name, keys, folder, *identities = sys.argv[1:]
stage = {
    "dedup_contained": Contained(
        max_repeated_share=1, whole_sentences=False, settings=MinHash(shingle_words=3), min_run_words=6
    ),
    "dedup_passages": Passages(min_words=30, max_repeated_share=1, whole_sentences=False, keep="earliest"),
}[name]
sizes = Sizes(group_documents=15, range_cells=2000, list_documents=15)

def until(count):
    def tell(*_):
        nonlocal count
        count -= 1
        if count < 0:
            os.kill(os.getpid(), signal.SIGKILL)
    return tell

import curate.dedup.window_kernels, curate.dedup.kernels, curate.dedup.containment
gc.freeze()  # each task collects, and looks at nothing that was there before
for killed in range(1000):
    child = os.fork()
    if not child:
        random.seed(killed)
        if killed % 2:  # at some moment inside a task
            signal.setitimer(signal.ITIMER_REAL, random.uniform(0.001, 0.01 * killed))
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
        tell = until(9999 if killed % 2 else 2 * killed)
        resolve([stage], Path(keys), identities, Path(folder), sizes=sizes, tell=tell)
        os._exit(0)
    if os.waitpid(child, 0)[1] == 0:
        print(killed)
        break
"""


@pytest.mark.parametrize("name", ["dedup_contained", "dedup_passages"])
def test_killed_at_every_step_it_comes_to_the_same_end(name, keyed, tmp_path):
    """SIGKILL after every few tasks, and at odd moments inside them, until a last try gets through."""
    _, keys, identities, expected = keyed[name]
    command = [sys.executable, "-c", KILLED, name, str(keys), str(tmp_path / "m"), *identities]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=600)
    assert int(done.stdout) > 4
    assert found(tmp_path / "m") == expected


def test_what_an_earlier_run_kept_stands_first(tmp_path):
    """Passages that an earlier run kept go from this one, lines of it count, and its pages are not touched."""
    first, second = corpus(9), [{**row, "url": row["url"] + "/b", "text": row["text"] + " more"} for row in corpus(9)]
    stages = [Passages(min_words=30, max_repeated_share=1, whole_sentences=False)]
    once, _ = curated(stages, write(tmp_path / "a", first, 3), tmp_path / "A")
    _, cut = curated(stages, write(tmp_path / "b", second, 2), tmp_path / "B", against=[tmp_path / "A"])
    long = {row["url"] for row in second if len(tokens(row["text"])) > 30}
    assert {row["url"] for row in cut} == long
    assert len(once) == len(first)


def test_a_search_behind_a_cut_sees_the_text_cut(tmp_path):
    """Two pages that differ in their boilerplate only, and stages between: each cut is made before what follows."""
    segments = Recipe("cut", (Read(), LINES, HELD, Keep("any", len, min_value=0), PASSAGES)).segments()
    assert [[stage.name for stage in segment.barriers] for segment in segments] == [
        ["dedup_lines"], ["dedup_contained"], ["dedup_passages"], [],
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "first", "last", "left"),
    [
        ("One two. Three four. Five six.", 1, 5, "One two. Five six."),  # from "two" to "five"
        ("One two\n\n- Three four\n\nFive six", 2, 4, "One two\n\nFive six"),
        ("One two. “Three four.” Five", 2, 4, "One two. Five"),
        ("One\nTwo three. Four\nFive", 1, 3, "One\nFour\nFive"),
        ("One. Two three.\nFour", 1, 3, "One.\nFour"),
        ("One. Two three.\nFour five. Six", 1, 5, "One.\nSix"),
        ("One two three", 1, 2, "One two three"),
        ("One.\n```\nTwo = 2\nThree = 3\n```\nFour.", 1, 3, "One.\n```\nTwo = 2\nThree = 3\n```\nFour."),
        ("One two", 0, 2, ""),
    ],
)
def test_cuts_keep_sentences_and_lines_whole(text, first, last, left):
    """Marked words from `first` to `last`, and what is left of the text."""
    places = np.array([span[1:] for span in tokens(text)], np.int64)
    marked = (np.arange(len(places)) >= first) & (np.arange(len(places)) < last)
    spans = windows._cuts(text, places, marked, whole_sentences=True)
    assert windows.without(text, spans) == left


def test_words_and_places_are_the_same_words():
    """Accents, marks, scripts without spaces and invisible characters."""
    text = "Caf\u00e9 cafe\u0301 na\u00efve\u200bly \u4e2d\u6587\u5b57 x\u0301\u0301 \u0e01\u0e02 -- 12.5\u00bd \u0301a"
    places = windows._places(text)
    assert [text[a:b] for a, b in places.tolist()][:4] == ["Caf\u00e9", "cafe\u0301", "na\u00efve\u200bly", "\u4e2d"]
    assert len(places) == len(windows._words(text))


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: SiteLines(min_documents=1), "min_documents must be from 2"),
        (lambda: SiteLines(max_repeated_share=1.5), "max_repeated_share must be from 0 to 1"),
        (lambda: Passages(min_words=10), "min_words must be from 26"),
        (lambda: Passages(keep="first_url"), "no policy to keep 'first_url'"),
        (lambda: Contained(min_containment=0.1), "min_containment must be from 0.5"),
    ],
)
def test_numbers_that_cannot_be_are_the_users_error(make, said):
    """One line, before any work."""
    with pytest.raises(UsageError, match=said):
        make()
