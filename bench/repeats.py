"""Lines, passages and pages within pages, measured: `python bench/repeats.py [passages|contained|lines|value|cost]`.

passages   real passages planted in other real pages: how many are found, and words cut that stand nowhere else
contained  real pages planted in larger ones, whole and edited: found by containment, and cuts that are of no page
lines      real lines planted on pages of a site: found by the number of pages, and lines cut on fewer
value      the labelled pages: what is cut and dropped, by page value and by the value model before and after
cost       CPU seconds of each stage beside exact and near duplicates, in one run

Needs zstandard and the measuring data in ../shared. What is planted is checked by plain Python, which has only the
table of letters in common with what is measured. Each section is a process.
"""

import io
import json
import random
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np
import pyarrow.parquet as pq

from curate.cluster import Workers
from curate.dedup.minhash import _FOLDING
from curate.dedup.near import near_duplicates
from curate.engine.run import run
from curate.recipe import Recipe
from curate.stages import Contained, ExactDuplicates, NearDuplicates, Passages, Read, SiteLines

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"
WIDTH = 50
Row = dict[str, Any]


def main() -> None:
    """Run the sections named, or all."""
    for name in sys.argv[1:] or list(SECTIONS):
        if len(sys.argv) == 2:
            SECTIONS[name]()
        else:
            print(f"\n## {name}", flush=True)
            subprocess.run([sys.executable, __file__, name], check=True)


def passages() -> None:
    """Each page takes a passage of another one."""
    rng = random.Random(1)
    texts = _unlike()
    rng.shuffle(texts)
    sources, hosts = texts[::2], texts[1::2]
    rows = [_page(f"https://source{i}.example/", text, i) for i, text in enumerate(sources)]
    planted = []
    for i, (source, host) in enumerate(zip(sources, hosts, strict=False)):
        words = source.split(" ")
        length = rng.choice([40, 49, 50, 51, 55, 70, 100, 200, 400])
        start = rng.randrange(max(len(words) - length, 1))
        planted.append(" ".join(words[start : start + length]))
        rows.append(_page(f"https://host{i}.example/", _inserted(host, planted[-1], rng), i))
    wanted = [i for i, passage in enumerate(planted) if len(_words(passage)) >= WIDTH]
    for whole in (False, True):
        kept, cut, _ = _curated([Passages(max_repeated_share=1, whole_sentences=whole)], rows)
        wrong, total = _alone(rows, cut)
        gone = defaultdict(list)
        for row in cut:
            gone[row["url"]].append(" ".join(_words(row["text"])))
        shares = []
        for i in wanted:
            mine = " ".join(_words(planted[i]))
            shares.append(max(_share(mine, gone[f"https://{kind}{i}.example/"]) for kind in ("source", "host")))
        named = "whole sentences" if whole else "word for word"
        print(f"{named}: {len(wanted)} passages of {WIDTH} words or more in {len(rows)} pages; cut at least by half")
        print(f"  {np.mean(np.array(shares) >= 0.5):.4f}, nine tenths {np.mean(np.array(shares) >= 0.9):.4f},", end=" ")
        print(f"any of it {np.mean(np.array(shares) > 0):.4f}; {len(cut)} cuts, {total} words,", end=" ")
        print(f"{wrong} of them in no window of {WIDTH} that another page has; {len(kept)} pages kept")


def _share(passage: str, pieces: Sequence[str]) -> float:
    """The share of a passage's words that stand in pieces cut."""
    words = passage.split()
    found = 0
    for piece in pieces:
        mine = piece.split()
        runs = {tuple(mine[i : i + 5]) for i in range(len(mine) - 4)}
        inside = {i + k for i in range(len(words) - 4) if tuple(words[i : i + 5]) in runs for k in range(5)}
        found += len(inside)
    return min(found / max(len(words), 1), 1.0)


def _alone(rows: Sequence[Row], cut: Sequence[Row]) -> tuple[int, int]:
    """How many words were cut that stand in no window another page has, and how many words were cut."""
    pages: defaultdict[int, set[int]] = defaultdict(set)
    texts = {row["url"]: _words(row["text"]) for row in rows}
    for number, words in enumerate(texts.values()):
        for i in range(len(words) - WIDTH + 1):
            pages[hash(tuple(words[i : i + WIDTH]))].add(number)
    wrong = total = 0
    originals = {row["url"]: row["text"] for row in rows}
    for row in cut:
        words = texts[row["url"]]
        first = len(_words(originals[row["url"]][: row["start"]]))
        last = first + len(_words(row["text"]))
        covered: set[int] = set()
        for i in range(max(first - WIDTH + 1, 0), min(last, len(words) - WIDTH + 1)):
            if len(pages[hash(tuple(words[i : i + WIDTH]))]) > 1:
                covered |= set(range(i, i + WIDTH))
        wrong += len(set(range(first, last)) - covered)
        total += last - first
    return wrong, total


def contained() -> None:
    """Each of many pages is held by a larger one, as it is or with parts missing or words changed."""
    rng = random.Random(2)
    texts = [text for text in _unlike() if len(_words(text)) >= 60]
    small = rng.sample([text for text in texts if len(_words(text)) <= 600], 900)
    hosts = [text for text in texts if text not in set(small)]
    rows = [_page(f"https://small.example/{i}", text, i) for i, text in enumerate(small)]
    pairs: list[tuple[int, str, str, float]] = []  # the small one, the host's address, what was planted, containment
    waiting = list(range(len(small)))
    for number, host in enumerate(rng.sample(hosts, min(len(hosts), 600))):
        url = f"https://host.example/{number}"
        for _ in range(min(rng.choice([1, 1, 1, 2, 5]), len(waiting))):
            i = waiting.pop()
            edited = _edited(small[i], rng)
            host = _inserted(host, edited, rng)
            pairs.append((i, url, edited, _containment(small[i], edited)))
        rows.append(_page(url, host, number))
    sizes = {row["url"]: len(row["text"]) for row in rows}
    pairs = [pair for pair in pairs if len(small[pair[0]]) < sizes[pair[1]]]
    ways = {"dropped": (0.0, True), "cut word for word": (1.0, False), "cut by whole sentences": (1.0, True)}
    for name, (limit, whole) in ways.items():
        kept, cut, dropped = _curated([Contained(max_repeated_share=limit, whole_sentences=whole)], rows)
        gone = {row["url"] for row in dropped}
        pieces = defaultdict(list)
        for row in cut:
            pieces[row["url"]].append(" ".join(_words(row["text"])))
        print(f"{name}: {len(rows)} pages, {len(kept)} kept, {len(cut)} cuts, {len(dropped)} dropped")
        for low, high in ((0.5, 0.7), (0.7, 0.8), (0.8, 0.85), (0.85, 0.9), (0.9, 0.95), (0.95, 1.01), (0.8, 1.01)):
            mine = [pair for pair in pairs if low <= pair[3] < high]
            shares = np.array([float(u in gone) or _share(" ".join(_words(e)), pieces[u]) for _, u, e, _ in mine])
            if mine:
                print(f"  containment {low:.2f} to {min(high, 1):.2f}: {len(mine):4} planted,", end=" ")
                print(f"found (half of it) {(shares >= 0.5).mean():.4f}, mean share of words {shares.mean():.4f}")
        pages, words = _wrongly_held(rows, cut, dropped)
        print(f"  wrong: {pages} of {len({r['url'] for r in [*cut, *dropped]})} pages, {words} words")


def _wrongly_held(rows: Sequence[Row], cut: Sequence[Row], dropped: Sequence[Row]) -> tuple[int, int]:
    """Pages cut or dropped that do not hold the page named, by plain sets, and words cut of no page that they hold."""
    texts = {row["url"]: row["text"] for row in rows}
    sets = {url: _fives(text) for url, text in texts.items()}
    pages = {r["url"] for r in [*cut, *dropped] if _held(sets[r["duplicate_of_url"]], sets[r["url"]]) < 0.8}
    words = 0
    for url in sorted({row["url"] for row in cut}):
        smaller = (other for other in texts if other != url and len(texts[other]) <= len(texts[url]))
        held = set().union(*(sets[other] for other in smaller if _held(sets[other], sets[url]) >= 0.8))
        mine = _words(texts[url])
        covered = {i + k for i in range(len(mine) - 4) if tuple(mine[i : i + 5]) in held for k in range(5)}
        for row in (row for row in cut if row["url"] == url):
            first = len(_words(texts[url][: row["start"]]))
            words += len(set(range(first, first + len(_words(row["text"])))) - covered)
    return len(pages), words


def _held(small: set[Any], large: set[Any]) -> float:
    return len(small & large) / max(len(small), 1)


def _edited(text: str, rng: random.Random) -> str:
    words = text.split(" ")
    kind = rng.choice(["whole", "whole", "cut", "changed", "holes"])
    if kind == "cut":
        gone = int(len(words) * rng.uniform(0, 0.3))
        return " ".join(words[gone:] if rng.random() < 0.5 else words[: len(words) - gone])
    if kind == "changed":
        for i in rng.sample(range(len(words)), int(len(words) * rng.uniform(0, 0.06))):
            words[i] = f"new{rng.randrange(10**9)}"
    if kind == "holes":
        for _ in range(rng.choice([1, 2, 4])):
            start = rng.randrange(len(words))
            words[start : start + rng.randrange(1, 12)] = [f"read more {rng.randrange(10**9)}"]
    return " ".join(words)


def lines() -> None:
    """A line of real text on so many pages of a site, and on pages of other sites."""
    rng = random.Random(3)
    texts = _unlike()
    own = [line for text in texts for line in text.split("\n") if 4 <= len(_words(line)) <= 40]
    planted = rng.sample(sorted(set(own)), 300)
    rows, pages = [], defaultdict(set)
    for site in range(100):
        count = rng.choice([3, 9, 10, 11, 20])
        for page, text in enumerate(rng.sample(texts, count)):
            held = [line for line in planted[3 * site : 3 * site + 3] if rng.random() < 0.95]
            url = f"https://www.site{site}.example/{page}"
            for line in held:
                text = _inserted(text, line, rng, whole_lines=True)
            rows.append(_page(url, text, page))
    for row in rows:
        for line in row["text"].split("\n"):
            pages[row["url"].split("/")[2], tuple(_words(line))].add(row["url"])
    often = {key: urls for key, urls in pages.items() if len(urls) >= 10 and len(key[1]) >= 4}
    _, cut, _ = _curated([SiteLines(max_repeated_share=1)], rows)
    gone = {(r["url"], tuple(_words(line))) for r in cut for line in r["text"].split("\n") if _words(line)}
    wanted = {(url, line) for (_, line), urls in often.items() for url in urls}
    print(f"{len(rows)} pages of 100 sites; {len(wanted)} lines to cut by plain counting, {len(wanted & gone)} cut,")
    print(f"wrongly cut {len(gone - wanted)}; {sum(len(urls) < 10 for urls in pages.values())} lines on fewer pages")


def value() -> None:
    """Labelled pages: each kind alone, then all; what goes and what is left."""
    from curate.classifiers import quality

    labelled = {row["url"]: row for row in _rows("labelled/page_value.jsonl.zst")}
    rows = [{"url": url, "date": "", "text": row["text"]} for url, row in labelled.items()]
    plain = [ExactDuplicates(), NearDuplicates()]
    ways = {"none": [], "lines": [SiteLines()], "lines, 5 pages": [SiteLines(min_documents=5)]}
    ways |= {"contained": [Contained()], "contained, drop": [Contained(max_repeated_share=0)], "passages": [Passages()]}
    ways |= {"passages, 100 words": [Passages(min_words=100)], "all": [SiteLines(), Contained(), Passages()]}
    print(
        "what             kept  mean value  by character  3 or more  cut chars  of value 3+  pages cut  dropped 0 to 5"
    )
    for name, stages in ways.items():
        kept, cut, dropped = _curated([*plain, *stages], rows)
        values = np.array([labelled[url]["value"] for url in kept])
        sizes = np.array([len(text) for text in kept.values()])
        gone = Counter(labelled[row["url"]]["value"] for row in dropped if row["rule"] == "max_repeated_share")
        chars = sum(len(row["text"]) for row in cut)
        worthy = sum(len(row["text"]) for row in cut if labelled[row["url"]]["value"] >= 3)
        print(f"{name:20} {len(kept)} {values.mean():9.4f} {np.average(values, weights=sizes):12.4f}", end=" ")
        print(f"{int((values >= 3).sum()):9} {chars:12} {worthy:10} {len({row['url'] for row in cut}):9}", end="    ")
        print(" ".join(str(gone[i]) for i in range(6)))
        urls = sorted({row["url"] for row in cut} & set(kept))
        for low, high in ((0, 2), (3, 5)):
            mine = [url for url in urls if low <= labelled[url]["value"] <= high]
            if mine:
                before = quality.score([labelled[url]["text"] for url in mine])
                after = quality.score([kept[url] for url in mine])
                moved = f"{before.mean():.4f} to {after.mean():.4f}, better {(after > before).sum()}"
                print(f"    the value model on {len(mine)} cut pages of value {low} to {high}: {moved}")


def cost() -> None:
    """One run with all stages, three times, over the reference texts."""
    rows = [_page(row["url"], row["text"], i) for i, row in enumerate(_rows("reference/reference_dev.jsonl.zst"))]
    stages = [ExactDuplicates(), NearDuplicates(), SiteLines(), Contained(), Passages()]
    _curated(stages, rows[:100])  # compiled code is kept on disk; making it is not counted
    for _ in range(3):
        started = process_time()
        _curated([], rows)
        bare = process_time()
        _curated(stages[:2], rows)
        two = process_time()
        report = _reported(stages, rows)
        seconds = {stage["name"]: round(stage["seconds"], 2) for stage in report["stages"]}
        spent = [bare - started, two - bare, process_time() - two]
        print(
            f"{len(rows)} texts; CPU s of stages {seconds}; whole run without duplicates, with the two, with all:",
            end=" ",
        )
        print(" ".join(f"{each:.2f}" for each in spent))


def _unlike() -> list[str]:
    """Real texts of which none is like another."""
    texts = [row["text"] for row in _rows("reference/reference_dev.jsonl.zst")]
    kept = near_duplicates(texts, threshold=0.3)
    return [text for i, text in enumerate(texts) if kept[i] == i and len(_words(text)) >= WIDTH]


def _words(text: str) -> list[str]:
    return text.translate(_FOLDING).split()


def _fives(text: str) -> set[tuple[str, ...]]:
    words = _words(text)
    return {tuple(words[i : i + 5]) for i in range(len(words) - 4)}


def _containment(small: str, large: str) -> float:
    return _held(_fives(small), _fives(large))


def _inserted(text: str, piece: str, rng: random.Random, *, whole_lines: bool = False) -> str:
    held = text.split("\n")
    held.insert(rng.randrange(len(held) + 1), piece if whole_lines else rng.choice([piece, f"{piece}\n"]))
    return "\n".join(held)


def _page(url: str, text: str, number: int) -> Row:
    return {
        "url": url,
        "date": f"2026-01-01T{number // 3600:02}:{number // 60 % 60:02}:{number % 60:02}Z",
        "text": text,
    }


def _curated(stages: Sequence[Any], rows: Sequence[Row]) -> tuple[dict[str, str], list[Row], list[Row]]:
    """By address the texts that stay, the rows of `cut/`, and those of `dropped/`."""
    with tempfile.TemporaryDirectory() as folder:
        _run(stages, rows, Path(folder))
        kept, cut, dropped = (list(_read(Path(folder) / "out" / name)) for name in ("data", "cut", "dropped"))
    return {row["url"]: row["text"] for row in kept}, cut, dropped


def _reported(stages: Sequence[Any], rows: Sequence[Row]) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        return _run(stages, rows, Path(folder))


def _run(stages: Sequence[Any], rows: Sequence[Row], folder: Path) -> dict[str, Any]:
    (folder / "in").mkdir()
    for part in range(4):
        path = folder / "in" / f"{part}.jsonl"
        path.write_text("".join(json.dumps(row) + "\n" for row in rows[part::4]))
    return run(Recipe("repeats", (Read(), *stages)), [str(folder / "in")], folder / "out", workers=Workers(1))


def _read(folder: Path) -> Iterator[Row]:
    for path in sorted(folder.glob("*.parquet")):
        yield from pq.read_table(path).to_pylist()


def _rows(name: str) -> Iterator[Row]:
    import zstandard

    with (SHARED / name).open("rb") as file:
        for line in io.TextIOWrapper(zstandard.ZstdDecompressor().stream_reader(file), "utf-8"):
            yield json.loads(line)


SECTIONS = {"passages": passages, "contained": contained, "lines": lines, "value": value, "cost": cost}

if __name__ == "__main__":
    main()
