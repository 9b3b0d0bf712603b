"""A search for inputs that cost much memory: whole runs over hostile files, each in a process of its own.

    python bench/memory_fuzz.py [--minutes 10] [--seed 1] [--only FAMILY ...] [--megabytes 600] [--recipe rules]

A file is a family and a few numbers: how many pages, how long, of which text, how packed. The search changes the
numbers of what cost most and goes on from there. It prints the worst of each family: the largest resident memory of
any process of the run. Exit code 1 when one is above 2 GB, or when a run fails in another way than it should.
"""

import argparse
import gzip
import io
import json
import os
import random
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from curate.cluster import Workers
from curate.engine.run import run
from curate.errors import CurateError
from curate.filters import c4, gopher
from curate.recipe import Recipe, load_recipe
from curate.stages import ExactDuplicates, Extract, NearDuplicates, Read, Redact, Rules

LIMIT = 2 << 30
TRY_SECONDS = 240  # CPU seconds of one run; what is slower is for bench/cost_fuzz.py
TEXTS = {
    "a": "a",
    "words": "the river of stone and light ",
    "short words": "a b ",
    "lines": "a\n",
    "paragraphs": "one two\n\n",
    "wide": "\U0001f600",
    "wide words": "\U0001f600 \u4e2d ",
    "marks": "e\u0301",
    "addresses": "a@b.de 1.2.3.4 ",
    "digits": "0123 456-7890 ",
    "tags": "<p>a",
    "entities": "&lt;",
    "upper": "ß İ",
}


@dataclass(frozen=True)
class Numbers:
    """What a hostile file is made of."""

    text: str = "words"
    chars: int = 1 << 20
    pages: int = 100
    url: int = 10
    unlike: bool = True  # whether pages differ
    split: int = 8 << 20

    def body(self, number: int) -> str:
        """The text of a page."""
        piece = TEXTS[self.text]
        start = f"{number if self.unlike else 0} "
        return start + (piece * (self.chars // len(piece) + 1))[: self.chars]


def _warc(number: int, numbers: Numbers, body: bytes, kind: str = "text/html; charset=utf-8") -> bytes:
    block = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\n\r\n".encode() + body
    url = f"http://s.example/{number}/{'u' * numbers.url}"
    head = f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: {url}\r\nContent-Length: {len(block)}\r\n\r\n"
    return head.encode() + block + b"\r\n\r\n"


def warc_gz(numbers: Numbers) -> Iterator[bytes]:
    for number in range(numbers.pages):
        yield gzip.compress(_warc(number, numbers, b"<html><body>" + numbers.body(number).encode()), 1)


def one_member(numbers: Numbers) -> Iterator[bytes]:
    file = io.BytesIO()
    with gzip.GzipFile(fileobj=file, mode="wb", compresslevel=1) as packed:
        for number in range(numbers.pages):
            packed.write(_warc(number, numbers, b"<html><body>" + numbers.body(number).encode()))
    yield file.getvalue()


def no_pages(numbers: Numbers) -> Iterator[bytes]:
    record = [gzip.compress(_warc(number, numbers, b"%PDF", "application/pdf"), 1) for number in range(50)]
    for number in range(numbers.pages * 20):
        yield record[number % 50]


def jsonl_gz(numbers: Numbers) -> Iterator[bytes]:
    for number in range(numbers.pages):
        row = {"url": f"http://s.example/{number}/{'u' * numbers.url}", "text": numbers.body(number)}
        yield gzip.compress(json.dumps(row, ensure_ascii=False).encode() + b"\n", 1)


def parquet(numbers: Numbers) -> Iterator[bytes]:
    file = io.BytesIO()
    urls = pa.array([f"http://s.example/{n}/{'u' * numbers.url}" for n in range(numbers.pages)])
    few = [numbers.body(n) for n in range(3 if numbers.unlike else 1)]
    texts = pa.DictionaryArray.from_arrays(pa.array([n % len(few) for n in range(numbers.pages)], pa.int32()), few)
    pq.write_table(pa.table({"url": urls, "text": texts}), file, compression="zstd")
    yield file.getvalue()


FAMILIES: dict[str, tuple[str, Callable[[Numbers], Iterator[bytes]]]] = {
    "warc_gz": (".warc.gz", warc_gz),
    "one_member": (".warc.gz", one_member),
    "no_pages": (".warc.gz", no_pages),
    "jsonl_gz": (".jsonl.gz", jsonl_gz),
    "parquet": (".parquet", parquet),
}


def changed(numbers: Numbers, rng: random.Random, megabytes: int) -> Numbers:
    """Other numbers, of which one or two are new, with at most so many characters in all."""
    for _ in range(rng.choice((1, 2, 3))):
        new: list[dict[str, object]] = [
            {"text": rng.choice(list(TEXTS))},
            {"chars": rng.choice((10, 1000, 100_000, 1 << 20, 4 << 20, 7 << 20, 8_388_000))},
            {"pages": rng.choice((1, 10, 60, 64, 250, 1000, 5000, 100_000))},
            {"url": rng.choice((10, 2000, 60_000))},
            {"unlike": rng.random() < 0.7},
            {"split": rng.choice((1 << 20, 8 << 20, 1 << 30))},
        ]
        numbers = replace(numbers, **rng.choice(new))  # type: ignore[arg-type]
    return replace(numbers, pages=max(1, min(numbers.pages, (megabytes << 20) // (numbers.chars + numbers.url))))


def tried(family: str, numbers: Numbers, recipe: Recipe, folder: Path) -> tuple[int, float, str]:
    """The largest resident bytes of a process of a run, its CPU seconds, and what it said."""
    ending, make = FAMILIES[family]
    path = folder / f"in{ending}"
    with path.open("wb") as file:
        file.writelines(make(numbers))
    read, write = os.pipe()
    pid = os.fork()
    if not pid:
        resource.setrlimit(resource.RLIMIT_CPU, (TRY_SECONDS, TRY_SECONDS))
        said = ""
        try:
            report = run(replace(recipe, split_bytes=numbers.split), [str(path)], folder / "out", workers=Workers(1))
            said = f"{report['totals']['records_in']} pages"
        except CurateError as error:
            said = f"named: {error}"
        except BaseException as error:
            said = f"WRONG: {type(error).__name__}: {error}"
        child = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
        os.write(write, json.dumps([child, said[:300]]).encode())
        os._exit(0)
    os.close(write)
    _, status, used = os.wait4(pid, 0)
    with os.fdopen(read, "rb") as pipe:
        told = pipe.read()
    child, said = json.loads(told) if told else (0, f"WRONG: ended by {status}")
    shutil.rmtree(folder / "out", ignore_errors=True)
    return max(child, used.ru_maxrss) << 10, used.ru_utime + used.ru_stime, said


def main() -> None:
    """Search, and print the worst of each family."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", nargs="*", default=list(FAMILIES))
    parser.add_argument("--megabytes", type=int, default=600)
    parser.add_argument("--recipe", default="rules")
    options = parser.parse_args()
    rng = random.Random(options.seed)
    rules = (Rules(gopher.repetition), Rules(gopher.quality), Rules(c4.quality), Redact())
    stages = (Read(), Extract("resiliparse"), *rules, ExactDuplicates(), NearDuplicates(threshold=0.8))
    recipe = Recipe("memory", stages) if options.recipe == "rules" else load_recipe(options.recipe)
    worst: dict[str, tuple[int, Numbers]] = {}
    wrong, tries, spent, started = 0, 0, 0.0, time.monotonic()
    with tempfile.TemporaryDirectory() as name:
        while spent < options.minutes * 60:
            family = rng.choice(options.only)
            numbers = worst[family][1] if family in worst and rng.random() < 0.7 else Numbers()
            numbers = changed(numbers, rng, options.megabytes)
            peak, seconds, said = tried(family, numbers, recipe, Path(name))
            spent, tries = spent + seconds, tries + 1
            wrong += peak > LIMIT or said.startswith("WRONG")
            if family not in worst or peak > worst[family][0] or said.startswith("WRONG") or peak > LIMIT:
                worst[family] = max(worst.get(family, (0, numbers)), (peak, numbers), key=lambda each: each[0])
                print(f"{family}: {peak >> 20} MiB, {seconds:.1f} CPU s, {said}, {numbers}", flush=True)
    print(f"{tries} runs, {spent / 60:.1f} CPU minutes, {time.monotonic() - started:.0f} s, {wrong} wrong")
    for family, (peak, numbers) in sorted(worst.items()):
        print(f"| {family} | {peak >> 20} | {numbers} |")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
