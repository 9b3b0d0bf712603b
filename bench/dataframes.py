"""What rule sets cost a text, one at a time and in batches, beside datatrove's; and the examples on Ray and Spark.

Usage: `python bench/dataframes.py [SHARED_DATA] [--datatrove PYTHON] [--every N] [--engines]`, from the repository.
PYTHON is an interpreter with datatrove[processing]==0.10.1 and spacy installed. CPU time, the least of three tries.
`--engines` runs the examples of docs/dataframes.md that start processes of their own.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from parity import read_rows

from curate.filters import c4, fineweb, gopher, pii

PEERS = {"gopher.quality": "GopherQualityFilter", "gopher.repetition": "GopherRepetitionFilter",
         "c4.quality": "C4QualityFilter", "fineweb.quality": "FineWebQualityFilter"}  # fmt: skip
PEER = """
import json, sys, time
from loguru import logger
logger.remove()
from datatrove.data import Document
from datatrove.pipeline import filters
texts = json.load(sys.stdin)
for name in sys.argv[1:]:
    each = getattr(filters, name)()
    each.filter(Document(text=texts[0], id=""))
    tries = []
    for _ in range(3):
        started = time.process_time()
        for text in texts:
            each.filter(Document(text=text, id=""))
        tries.append(time.process_time() - started)
    print(json.dumps([name, min(tries) / len(texts) * 1e6]))
"""


def microseconds(call: Callable[[], object], texts: int) -> float:
    """CPU a text, the least of three tries."""
    tries = []
    for _ in range(3):
        started = time.process_time()
        call()
        tries.append(time.process_time() - started)
    return min(tries) / texts * 1e6


def run_engines() -> None:
    """The examples on Ray and Spark, as the document has them."""
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    texts = ["Too short.", "This is the end of a story that was told by the sea, and all of them have heard it before."]
    document = Path("docs/dataframes.md").read_text()
    for title in ("Ray Data", "Spark"):
        (code,) = re.findall(rf"^## {title}\n\n```py\n(.*?)^```", document, re.MULTILINE | re.DOTALL)
        names: dict = {"texts": texts}
        exec(compile(code, title, "exec"), names)
        found = [row["text"] for row in (names["rows"] if title == "Ray Data" else names["kept"])]
        assert found == texts[1:], (title, found)
        print(f"{title}: the example keeps the one text it should")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("shared", nargs="?", type=Path, default=Path("../shared/data"))
    parser.add_argument("--datatrove", default="")
    parser.add_argument("--every", type=int, default=20)
    parser.add_argument("--engines", action="store_true")
    arguments = parser.parse_args()
    if arguments.engines:
        run_engines()
    texts = [row["text"] for row in read_rows(arguments.shared)][:: arguments.every]
    print(f"{len(texts)} texts of {sum(map(len, texts)) // len(texts):,} characters on average")
    peers = {}
    if arguments.datatrove:
        command = [arguments.datatrove, "-c", PEER, *PEERS.values()]
        done = subprocess.run(command, input=json.dumps(texts), capture_output=True, text=True, check=True)
        peers = dict(map(json.loads, done.stdout.splitlines()))
    print("| µs a text | one at a time | kept(text) | batch | batches of one | datatrove |\n" + "|---" * 6 + "|")
    for rules in (gopher.quality, gopher.repetition, c4.quality, fineweb.quality):
        rules.batch(texts[:50])
        calls = (
            lambda rules=rules: [rules(text) for text in texts],
            lambda rules=rules: [rules.kept(text) for text in texts],
            lambda rules=rules: rules.batch(texts),
            lambda rules=rules: [rules.batch([text]) for text in texts],
        )
        cost = [f"{microseconds(call, len(texts)):.0f}" for call in calls]
        theirs = f"{peers[PEERS[rules.name]]:.0f}" if peers else "not measured"
        print(f"| {rules.name} | {' | '.join(cost)} | {theirs} |")
    pii.redact(texts[0])
    some = texts[::4]
    one = microseconds(lambda: list(map(pii.redact, some)), len(some))
    many = microseconds(lambda: pii.redact.batch(some), len(some))
    print(f"| pii.redact | {one:.0f} | | {many:.0f} | | |")
    made = gopher.quality.with_limits(min_words=30)
    given = microseconds(lambda: [gopher.quality(text, min_words=30) for text in texts], len(texts))
    before = microseconds(lambda: [made(text) for text in texts], len(texts))
    print(f"keywords of a call {given:.0f}, with_limits made before {before:.0f}")


if __name__ == "__main__":
    main()
