"""The test of the test: corpora that are plainly worse, a copy, and two halves of one corpus, put to `curate prove`.

Run: python bench/prove.py [--steps N]   (needs ../shared/data; --steps 0 leaves out transformers, which need PyTorch)
"""

import argparse
import json
import random
import tempfile
import time
from pathlib import Path

import pyarrow as pa

from curate.prove.compare import MEAN
from curate.prove.prove import Settings, prove
from curate.prove.texts import Corpus, corpus

PAGES = Path(__file__).resolve().parents[1] / "../shared/data/labelled/page_value.jsonl.zst"
MENU = "Home | About | Contact | Login | Register | Cart | Search | Help | Terms | Privacy | Sitemap | Share | Next\n"


def rows() -> list[dict]:
    """The labelled pages."""
    with pa.input_stream(str(PAGES), compression="zstd") as stream:
        return [json.loads(line) for line in stream.read().decode().split("\n") if line.strip()]


def shuffled(text: str, rng: random.Random) -> str:
    """The words of a text in no order."""
    words = text.split(" ")
    rng.shuffle(words)
    return " ".join(words)


def arms_of(pages: list[dict]) -> list[Corpus]:
    """The worthy pages of one shard, the junk of it, and what was done to the first."""
    good = [(row["text"], row.get("url") or "") for row in pages if row["value"] >= 3 and row["shard"] == "dev"]
    junk = [(row["text"], row.get("url") or "") for row in pages if row["value"] <= 1 and row["shard"] == "dev"]
    rng = random.Random(1)
    half = [(text[: min(1000, len(text) // 2)] + "\n" + MENU * 8, url) for text, url in good]
    mixed = [good[i] if i % 2 else junk[i % len(junk)] for i in range(len(good))]
    made = {"worthy": good, "copy": good, "shuffled": [(shuffled(text, rng), url) for text, url in good],
            "navigation": half, "half junk": mixed, "junk": junk}  # fmt: skip
    return [corpus(name, each) for name, each in made.items()]


def held_out(pages: list[dict]) -> list[Corpus]:
    """Pages of value 4 or 5 of the other shard, by format, where there are twenty or more."""
    by: dict[str, list[tuple[str, str]]] = {}
    for row in pages:
        if row["value"] >= 4 and row["shard"] == "dev2":
            by.setdefault(row["format"], []).append((row["text"], row.get("url") or ""))
    return [corpus(name, each) for name, each in sorted(by.items()) if len(each) >= 20]


def main() -> None:
    """Print every difference from the worthy pages."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=0)
    parser.add_argument("--bytes", type=int, default=400_000)
    parser.add_argument("--draws", type=int, default=8)
    options = parser.parse_args()
    pages = rows()
    arms, held = arms_of(pages), held_out(pages)
    print("held out:", {each.name: len(each.texts) for each in held})
    started = time.process_time()
    settings = Settings(max_bytes=options.bytes, draws=options.draws, steps=options.steps, transformer_draws=2)
    with tempfile.TemporaryDirectory() as folder:
        proof = prove(arms, held, settings, Path(folder), lambda *_: None)
    spent = time.process_time() - started
    print(f"{spent:.0f} CPU s; halves of {proof.size:,} bytes; texts taken out as leaks: {proof.leaks}")
    for pair in proof.pairs:
        if pair.a == arms[0].name:
            for each in pair.differences:
                if each.held_out == MEAN:
                    sides = f"{each.value:+.4f} [{each.low:+.4f}, {each.high:+.4f}] floor {each.floor:.4f}"
                    said = {-1: "better", 0: "not shown", 1: "worse"}[each.shown]
                    print(f"{pair.b:<12} {each.layer:<22} {sides} {said}")


if __name__ == "__main__":
    main()
