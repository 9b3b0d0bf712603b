"""The test of the test: corpora that are plainly worse, a copy, and two halves of one corpus, put to `curate prove`.

Arms are the pages worth having of one shard of labelled pages, and the same changed: words in no order, half of each
text replaced by a menu, half of the bytes replaced by junk. Held out are hand-made main texts of other sites in four
genres. `changes` compares them, `sizes` asks at which size half junk is shown, and `same` cuts the worthy pages into
two halves by site, twenty times anew, and compares these and a copy.

Run: python bench/prove.py [changes|sizes|same] [--steps N] [--tries N]   (needs ../shared/data; --steps 0, the default,
leaves out transformers, which need PyTorch)
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

from curate.prove.compare import MEAN
from curate.prove.draws import number_of
from curate.prove.prove import Proof, Settings, prove
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


def worthy_and_junk(*shards: str) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Texts with addresses of labelled shards: worth having (3 to 5), and junk (0 and 1)."""
    pages = [row for row in rows("labelled/page_value.jsonl.zst") if row["shard"] in shards]
    found = [[(row["text"], row["url"]) for row in pages if low <= int(row["value"]) <= high]
             for low, high in ((3, 5), (0, 1))]  # fmt: skip
    return found[0], found[1]


def changed() -> list[Corpus]:
    """The worthy pages, and what was done to them."""
    good, junk = worthy_and_junk("dev")
    rng = random.Random(1)
    made = {"worthy": good, "copy": good, "shuffled": [(shuffled(text, rng), url) for text, url in good],
            "navigation": [(text[: min(1000, len(text) // 2)] + "\n" + MENU * 8, url) for text, url in good],
            "half junk": half_junk(good, junk), "junk": junk}  # fmt: skip
    return [corpus(name, each) for name, each in made.items()]


def half_junk(good: list[tuple[str, str]], junk: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Worthy pages and junk, in turns, as much of each in bytes as both have; junk pages are the shorter ones."""
    most = min(sum(len(text[:MAX_CHARS]) for text, _ in each) for each in (good, junk))
    parts = []
    for each in (good, junk):
        total = accumulate(len(text[:MAX_CHARS]) for text, _ in each)
        parts.append([row for row, sum_ in zip(each, total, strict=True) if sum_ <= most])
    return [row for pair in zip_longest(*parts) for row in pair if row]


def asked(arms: list[Corpus], held: list[Corpus], settings: Settings, work: Path) -> Proof:
    """A proof, with what it cost printed."""
    began = time.process_time()
    proof = prove(arms, held, settings, work, lambda *_: None)
    print(f"{time.process_time() - began:.0f} CPU s; halves of {proof.size:,} bytes; leaks {proof.leaks}", flush=True)
    return proof


def show(proof: Proof, first: str) -> None:
    """Print every difference of means from one arm."""
    for pair in proof.pairs:
        if pair.a == first:
            for each in pair.differences:
                if each.held_out == MEAN and each.layer != "unigrams":
                    sides = f"{each.value:+.4f} [{each.low:+.4f}, {each.high:+.4f}] floor {each.floor:.4f}"
                    print(f"{pair.b:<12} {each.layer:<22} {sides} {SAID[each.shown]}")
            print(f"{pair.b:<12} verdict: {SAID[pair.verdict]}", flush=True)


def changes(_: argparse.Namespace, settings: Settings, work: Path) -> None:
    """All changes beside the worthy pages."""
    arms = changed()
    show(asked(arms, held_out(), settings, work), arms[0].name)


def sizes(_: argparse.Namespace, settings: Settings, work: Path) -> None:
    """Half junk at four sizes of halves."""
    good, junk = worthy_and_junk("dev")
    arms, held = [corpus("worthy", good), corpus("half junk", half_junk(good, junk))], held_out()
    for size in (100_000, 200_000, 400_000, 700_000):
        show(
            asked(arms, held, Settings(size, settings.draws, settings.steps, settings.transformer_draws), work),
            "worthy",
        )


def same(options: argparse.Namespace, settings: Settings, work: Path) -> None:
    """Two halves of the worthy pages by site, cut anew in each try; a copy is among the changes and differs by 0."""
    good, held = worthy_and_junk("dev")[0], held_out()
    whole = corpus("worthy", good)
    shown = {"verdict": 0}
    for number in range(options.tries):
        side = [number_of("try", number, site) < 0.5 for site in whole.sites]
        arms = [replace(whole.take([i for i, each in enumerate(side) if each is which]), name=name)
                for name, which in (("one", True), ("other", False))]  # fmt: skip
        pair = prove(arms, held, settings, work, lambda *_: None).pairs[0]
        for each in pair.differences:
            if each.held_out == MEAN and each.layer != "unigrams":
                shown[each.layer] = shown.get(each.layer, 0) + bool(each.shown)
                print(f"try {number:>2} {each.layer:<22} {each.value:+.4f} [{each.low:+.4f}, {each.high:+.4f}] "
                      f"floor {each.floor:.4f} {SAID[each.shown]}", flush=True)  # fmt: skip
        shown["verdict"] += bool(pair.verdict)
    print(f"shown in {options.tries} tries, by layer and by the rule: {shown}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", nargs="?", choices=("changes", "sizes", "same"), default="changes")
    parser.add_argument("--steps", type=int, default=0)
    parser.add_argument("--bytes", type=int, default=8_000_000)
    parser.add_argument("--draws", type=int, default=8)
    parser.add_argument("--model-draws", type=int, default=2)
    parser.add_argument("--tries", type=int, default=20)
    options = parser.parse_args()
    settings = Settings(options.bytes, options.draws, options.steps, options.model_draws)
    began = time.process_time()
    with tempfile.TemporaryDirectory() as folder:
        {"changes": changes, "sizes": sizes, "same": same}[options.what](options, settings, Path(folder))
    print(f"{time.process_time() - began:.0f} CPU s in all")


if __name__ == "__main__":
    main()
