"""What rule sets cost a text, one at a time and in batches, beside datatrove's and NeMo Curator's; and their verdicts.

Usage: `python bench/dataframes.py [SHARED_DATA] [--datatrove PYTHON] [--nemo PYTHON] [--every N] [--engines]`, from the
repository. The first PYTHON has datatrove[processing]==0.10.1 and spacy installed, the second nemo-curator==1.4.0 with
PyTorch. CPU time, the least of three tries. `--engines` runs the examples of docs/dataframes.md that start processes of
their own.
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

RULE_SETS = (gopher.quality, gopher.repetition, c4.quality, fineweb.quality)
DATATROVE = {"gopher.quality": ["GopherQualityFilter()"], "gopher.repetition": ["GopherRepetitionFilter()"],
             "c4.quality": ["C4QualityFilter()"], "fineweb.quality": ["FineWebQualityFilter()"]}  # fmt: skip
# With the limits of its own pipeline of English heuristics; for C4 and FineWeb it has none.
NEMO = {
    "gopher.quality": [
        "string.WordCountFilter(50, 100000)", "string.MeanWordLengthFilter(3, 10)", "string.SymbolsToWordsFilter(0.1)",
        "string.BulletsFilter(0.9)", "string.EllipsisFilter(0.3)", "string.WordsWithoutAlphabetsFilter(0.8)",
        "string.CommonEnglishWordsFilter(2)",
    ],
    "gopher.repetition": [
        "repetition.RepeatedLinesFilter(0.7)", "repetition.RepeatedParagraphsFilter(0.7)",
        "repetition.RepeatedLinesByCharFilter(0.8)", "repetition.RepeatedParagraphsByCharFilter(0.8)",
        *(f"repetition.RepeatingTopNGramsFilter({n}, {most})" for n, most in ((2, 0.2), (3, 0.18), (4, 0.16))),
        *(f"repetition.RepeatingDuplicateNGramsFilter({n}, {most})"
          for n, most in ((5, 0.15), (6, 0.14), (7, 0.13), (8, 0.12), (9, 0.11), (10, 0.1))),
    ],
}  # fmt: skip
PEER = """
import json, sys, time, warnings
warnings.simplefilter("ignore")
from loguru import logger
logger.remove()
IMPORTS
groups, texts = json.load(sys.stdin)
for name, made in groups.items():
    group = [eval(each) for each in made]
    kept = [all([judge(each, text) for each in group]) for text in texts]
    tries = []
    for _ in range(3):
        started = time.process_time()
        for text in texts:
            for each in group:
                judge(each, text)
        tries.append(time.process_time() - started)
    print(json.dumps([name, min(tries) / len(texts) * 1e6, kept]))
"""
JUDGES = {
    "datatrove": """
from datatrove.data import Document
from datatrove.pipeline.filters import *
def judge(each, text):
    return each.filter(Document(text=text, id="")) is True
""",
    "NeMo": """
from nemo_curator.stages.text.filters.heuristic import repetition, string
def judge(each, text):
    try:
        return bool(each.keep_document(each.score_document(text)))
    except ZeroDivisionError:
        return False
""",
}


def peer(name: str, python: str, groups: dict, texts: list[str]) -> dict[str, tuple[float, list[bool]]]:
    """For each rule set, µs of CPU a text and the verdicts of a peer's filters; nothing without its Python."""
    if not python:
        return {}
    command = [python, "-c", PEER.replace("IMPORTS", JUDGES[name])]
    done = subprocess.run(command, input=json.dumps([groups, texts]), capture_output=True, text=True, check=True)
    return {rules: (cost, kept) for rules, cost, kept in map(json.loads, done.stdout.splitlines())}


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
    parser.add_argument("--nemo", default="")
    parser.add_argument("--every", type=int, default=20)
    parser.add_argument("--engines", action="store_true")
    arguments = parser.parse_args()
    if arguments.engines:
        run_engines()
    texts = [row["text"] for row in read_rows(arguments.shared)][:: arguments.every]
    print(f"{len(texts)} texts of {sum(map(len, texts)) // len(texts):,} characters on average")
    peers = [
        peer("datatrove", arguments.datatrove, DATATROVE, texts),
        peer("NeMo", arguments.nemo, NEMO, texts),
    ]
    print("| µs a text | one at a time | kept(text) | batch | batches of one | datatrove | NeMo |\n" + "|---" * 7 + "|")
    for rules in RULE_SETS:
        rules.batch(texts[:50])
        calls = (
            lambda rules=rules: [rules(text) for text in texts],
            lambda rules=rules: [rules.kept(text) for text in texts],
            lambda rules=rules: rules.batch(texts),
            lambda rules=rules: [rules.batch([text]) for text in texts],
        )
        cost = [microseconds(call, len(texts)) for call in calls]
        kept, told = rules.batch(texts).kept.tolist(), []
        for found in peers:
            theirs = found.get(rules.name)
            same = sum(a == b for a, b in zip(kept, theirs[1], strict=True)) if theirs else 0
            told.append(f"{theirs[0]:.0f}, {theirs[0] / cost[2]:.0f} times, {same} verdicts the same" if theirs else "")
        print(f"| {rules.name} | {' | '.join(f'{each:.0f}' for each in cost)} | {' | '.join(told)} |")
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
