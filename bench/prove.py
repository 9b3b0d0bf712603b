"""The test of the test: corpora that are plainly worse, a copy, and two halves of one corpus, put to `curate prove`.

Arms are the pages worth having of labelled shards, and the same changed: words in no order, half of each text replaced
by a menu, half of the bytes replaced by spam (labelled as such, or as gibberish) or by all that is labelled worthless.
Held out are hand-made main texts of other sites in four genres. `changes` compares them, `same` cuts the worthy pages
into two halves by site, again and again, and compares these, and `files` leaves all in a folder for `curate prove`.

Run: python bench/prove.py [changes|same|files] [--shards dev dev2] [--budget 1m] [--n-grams-only] [--tries N]
[--first N] [--work FOLDER]   (needs ../shared/data, and PyTorch for more than n-grams)
"""

import argparse
import csv
import json
import random
import re
import tempfile
import time
from dataclasses import replace
from itertools import accumulate, zip_longest
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from curate.prove.budget import seconds_of, settings_for
from curate.prove.compare import MEAN
from curate.prove.draws import number_of
from curate.prove.prove import LAYERS, Proof, Settings, prove
from curate.prove.texts import MAX_CHARS, Corpus, corpus
from curate.training.texts import site_of

SHARED = Path(__file__).resolve().parents[1] / "../shared/data"
MENU = "Home | About | Contact | Login | Register | Cart | Search | Help | Terms | Privacy | Sitemap | Share | Next\n"
GENRES = ("article", "howto", "forum", "service")
HOW_TO = re.compile(r"\b(how.to|guide|tutorial|recipe|tips|steps)\b", re.IGNORECASE)
SAID = {-1: "better", 0: "not shown", 1: "worse"}


def rows(name: str) -> list[dict]:
    """The rows of a JSON Lines file of the shared data."""
    with pa.input_stream(str(SHARED / name), compression="zstd") as stream:
        return [json.loads(line) for line in stream.read().decode().split("\n") if line.strip()]


def held_out() -> list[Corpus]:
    """Gold main texts of sites that the first shard has no page of, by genre; documentation counts as how-to."""
    with (SHARED / "crawl/dev.pages.tsv").open(encoding="utf-8") as file:
        known = {site_of(row["url"], "") for row in csv.DictReader(file, delimiter="\t")}
    by: dict[str, list[tuple[str, str]]] = {name: [] for name in GENRES}
    for row in rows("gold/wcxb.jsonl.zst"):
        kind, told = row["page_type"], f"{row['title']} {row['url'].replace('-', ' ')}"
        if kind == "documentation" or (kind == "article" and HOW_TO.search(told)):
            kind = "howto"
        if kind in by and site_of(row["url"], "") not in known:
            by[kind].append((row["gold_text"], row["url"]))
    return [corpus(name, each) for name, each in by.items()]


def shuffled(text: str, rng: random.Random) -> str:
    """The words of a text in no order."""
    words = text.split(" ")
    rng.shuffle(words)
    return " ".join(words)


def labelled(*shards: str) -> dict[str, list[tuple[str, str]]]:
    """Texts with addresses of labelled shards: worth having (3 to 5), worthless (0 and 1), and spam."""
    pages = [row for row in rows("labelled/page_value.jsonl.zst") if row["shard"] in shards]
    kinds = {
        "worthy": lambda row: int(row["value"]) >= 3,
        "junk": lambda row: int(row["value"]) <= 1,
        "spam": lambda row: row["format"] == "spam" or int(row["fake"]) == 2,
    }
    return {name: [(row["text"], row["url"]) for row in pages if is_it(row)] for name, is_it in kinds.items()}


def changed(*shards: str) -> list[Corpus]:
    """The worthy pages, and what was done to them."""
    found = labelled(*shards)
    good, rng = found["worthy"], random.Random(1)
    made = {
        "worthy": good,
        "copy": good,
        "shuffled": [(shuffled(text, rng), url) for text, url in good],
        "navigation": [(text[: min(1000, len(text) // 2)] + "\n" + MENU * 8, url) for text, url in good],
        "half-spam": half(good, found["spam"]),
        "half-junk": half(good, found["junk"]),
    }
    return [corpus(name, each) for name, each in made.items()]


def half(good: list[tuple[str, str]], junk: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Worthy pages and others, in turns, as much of each in bytes as both have."""
    most = min(sum(len(text[:MAX_CHARS]) for text, _ in each) for each in (good, junk))
    parts = []
    for each in (good, junk):
        total = accumulate(len(text[:MAX_CHARS]) for text, _ in each)
        parts.append([row for row, sum_ in zip(each, total, strict=True) if sum_ <= most])
    return [row for pair in zip_longest(*parts) for row in pair if row]


def show(proof: Proof, first: str) -> None:
    """Print every difference of means from one arm."""
    for pair in proof.pairs:
        if pair.a == first:
            for each in pair.differences:
                if each.held_out == MEAN and each.layer != "unigrams":
                    sides = f"{each.value:+.4f} [{each.low:+.4f}, {each.high:+.4f}] floor {each.floor:.4f}"
                    print(f"{pair.b:<12} {each.layer:<22} {sides} {SAID[each.shown]}")
            print(f"{pair.b:<12} verdict: {SAID[pair.verdict]}", flush=True)


def settings_of(options: argparse.Namespace, arms: list[Corpus], held: list[Corpus]) -> Settings:
    """What `curate prove` would do with the budget."""
    return settings_for(seconds_of(options.budget), arms, held, transformers=not options.n_grams_only)


def changes(options: argparse.Namespace, work: Path) -> None:
    """All changes beside the worthy pages."""
    arms, held = changed(*options.shards), held_out()
    proof = prove(arms, held, settings_of(options, arms, held), work, lambda *_: None)
    print(f"{proof.settings}; halves of {proof.size:,} bytes; leaks {proof.leaks}")
    show(proof, "worthy")


def same(options: argparse.Namespace, work: Path) -> None:
    """Two halves of the worthy pages by site, cut anew in each try; a copy is among the changes and differs by 0."""
    whole, held = corpus("worthy", labelled(*options.shards)["worthy"]), held_out()
    shown = dict.fromkeys((*LAYERS, "verdict"), 0)
    for number in range(options.first, options.first + options.tries):
        side = [number_of("try", number, site) < 0.5 for site in whole.sites]
        arms = [replace(whole.take([i for i, each in enumerate(side) if each is which]), name=name)
                for name, which in (("one", True), ("other", False))]  # fmt: skip
        pair = prove(arms, held, settings_of(options, arms, held), work, lambda *_: None).pairs[0]
        for each in pair.differences:
            if each.held_out == MEAN and each.layer != "unigrams":
                shown[each.layer] += bool(each.shown)
                print(f"try {number:>2} {each.layer:<22} {each.value:+.4f} [{each.low:+.4f}, {each.high:+.4f}] "
                      f"floor {each.floor:.4f} {SAID[each.shown]}", flush=True)  # fmt: skip
        shown["verdict"] += bool(pair.verdict)
    print(f"shown in {options.tries} tries, by layer and by the rule: {shown}")


def files(options: argparse.Namespace, work: Path) -> None:
    """Leave the corpora and the held-out texts in a folder."""
    work.mkdir(parents=True, exist_ok=True)
    for each in (*changed(*options.shards), *held_out()):
        urls = [f"https://{site}/" for site in each.sites]
        pq.write_table(pa.table({"text": list(each.texts), "url": urls}), work / f"{each.name}.parquet")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", nargs="?", choices=("changes", "same", "files"), default="changes")
    parser.add_argument("--shards", nargs="+", default=["dev"])
    parser.add_argument("--budget", default="1m")
    parser.add_argument("--n-grams-only", action="store_true")
    parser.add_argument("--tries", type=int, default=20)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--work", type=Path)
    options = parser.parse_args()
    began = time.process_time()
    with tempfile.TemporaryDirectory() as folder:
        {"changes": changes, "same": same, "files": files}[options.what](options, options.work or Path(folder))
    print(f"{time.process_time() - began:.0f} CPU s in all")


if __name__ == "__main__":
    main()
