"""CPU of the four rule sets on the dev texts, beside datatrove's in the same run; and on texts made to be slow.

Usage: `python bench/rules.py [SHARED_DATA] [--datatrove PYTHON] [--every N]`, from the repository. PYTHON is an
interpreter with datatrove[processing]==0.10.1 and spacy installed; without it only our side is measured. Both sides
judge every N-th text by all four rule sets, none stopping early; datatrove shares its words between filters, as we do.
"""

import argparse
import json
import subprocess
import time
from pathlib import Path

from parity import read_rows

from curate.filters import c4, fineweb, gopher
from curate.filters.text_view import TextView

RULE_SETS = (gopher.quality, gopher.repetition, c4.quality, fineweb.quality)
PEER = """
import json, sys, time
from loguru import logger
logger.remove()
from datatrove.data import Document
from datatrove.pipeline import filters as peer
classes = (peer.GopherQualityFilter, peer.GopherRepetitionFilter, peer.FineWebQualityFilter, peer.C4QualityFilter)
filters = [each() for each in classes]
texts = json.load(sys.stdin)
def judge(text):
    for each in filters:
        each.filter(Document(text=text, id=""))
for text in texts[:3]:
    judge(text)
started = time.process_time()
for text in texts:
    judge(text)
print(time.process_time() - started)
"""
HOSTILE = {
    "10 MB of prose on one line": "the quick brown fox jumps " * 400_000,
    "10 MB, one word": "x" * 10_000_000,
    "a million one-letter words": "a b c d e " * 200_000,
    "a million equal lines": "a line like all others\n" * 1_000_000,
    "a million empty lines": "\n" * 1_000_000,
    "10 MB of dots and letters": ".a" * 5_000_000,
    "10 MB of opening brackets": "(" * 10_000_000,
}


def judge(text: str) -> None:
    """All four verdicts on one text, from one view."""
    view = TextView(text)
    for rules in RULE_SETS:
        rules.judge(rules.signals(view))


def measure(texts: list[str]) -> float:
    """CPU seconds for all texts, once everything is compiled."""
    for text in ("Warm words.", "w" * 2000 + " [1] uses cookies {\n"):
        judge(text)
    started = time.process_time()
    for text in texts:
        judge(text)
    return time.process_time() - started


def pace() -> float:
    """CPU seconds of a fixed loop: how fast this machine is while others use it."""
    started, total = time.process_time(), 0
    for i in range(10_000_000):
        total += i
    return time.process_time() - started


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("shared", nargs="?", type=Path, default=Path("../shared/data"))
    parser.add_argument("--datatrove", default="")
    parser.add_argument("--every", type=int, default=10)
    arguments = parser.parse_args()
    texts = [row["text"] for row in read_rows(arguments.shared)][:: arguments.every]
    chars = sum(map(len, texts))
    print(f"{len(texts)} texts, {chars:,} characters; the loop of ten million takes {pace():.2f} CPU s")
    ours = measure(texts)
    print(f"here: {ours:.3f} CPU s, {ours / len(texts) * 1e3:.3f} ms a text, {ours / chars * 5e6:.3f} ms per 5,000")
    if arguments.datatrove:
        command = [arguments.datatrove, "-c", PEER]
        done = subprocess.run(command, input=json.dumps(texts), capture_output=True, text=True, check=True)
        theirs = float(done.stdout)
        again = measure(texts)
        print(f"datatrove: {theirs:.3f} CPU s, {theirs / len(texts) * 1e3:.2f} ms a text; here again: {again:.3f}")
        print(f"ratio: {theirs / max(ours, again):.0f} to {theirs / min(ours, again):.0f}")
    for name, text in HOSTILE.items():
        print(f"{name}: {measure([text]):.2f} CPU s")


if __name__ == "__main__":
    main()
