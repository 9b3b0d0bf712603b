"""Personal data on real pages that were marked by a reader: what is found, of whom, at what cost, beside Presidio.

Usage: `python bench/pii_pages.py [SHARED_DATA] [--misses]`, from the repository, with the measuring data in
../shared/data. A marked span counts as found when half of its characters or more are covered, whatever the entity;
`characters right` is the share of all covered characters that are marked. Rates are also given for two halves of the
sources (by a hash of the host), since pages of one site are alike. Texts are read in place and none is shipped.
"""

import argparse
import hashlib
import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path

from pii import naive_presidio, read_rows

from curate.filters import pii
from curate.filters.address import canonical_host

KINDS = ("EMAIL_ADDRESS", "PHONE_NUMBER", "STREET_ADDRESS", "ID_NUMBER", "SECRET", "person", "organisation")
Find = Callable[[dict], Iterable[tuple[int, int]]]


def marks(length: int, spans: Iterable[tuple[int, int]]) -> bytearray:
    """One byte a character, 1 where a span covers it."""
    covered = bytearray(length)
    for start, end in spans:
        covered[start:end] = b"\1" * (end - start)
    return covered


def rates(pages: list[dict], find: Find, *, misses: bool = False) -> tuple[Counter, Counter, float]:
    """Found and marked spans by kind and by owner, and the share of covered characters that are marked."""
    hit, there = Counter(), Counter()
    covered = right = 0
    for page in pages:
        text, real = page["text"], [span for span in page["spans"] if span["owner"] != "example"]
        mine = marks(len(text), find(page))
        marked = marks(len(text), ((span["start"], span["end"]) for span in real))
        covered += sum(mine)
        right += sum(a & b for a, b in zip(mine, marked, strict=True))
        for span in real:
            start, end = span["start"], span["end"]
            found = 2 * sum(mine[start:end]) >= end - start
            for name in (span["type"], span["owner"]):
                there[name] += 1
                hit[name] += found
            if misses and not found:
                print(f"  missed {span['type']}: {text[max(0, start - 30) : end + 15]!r}")
    return hit, there, right / max(1, covered)


def show(name: str, pages: list[dict], find: Find, *, misses: bool = False) -> None:
    """Print one line of rates."""
    hit, there, right = rates(pages, find, misses=misses)
    parts = [f"{kind} {hit[kind]}/{there[kind]} {hit[kind] / there[kind]:.3f}" for kind in KINDS if there[kind]]
    print(f"{name}: {', '.join(parts)}; characters right {right:.3f}")


def half(page: dict) -> int:
    """Which half of the sources a page is in."""
    return hashlib.blake2b(canonical_host(page["url"]).encode(), digest_size=1).digest()[0] % 2


def cpu_ms(pages: list[dict], call: Callable[[str], object], times: int = 3) -> list[float]:
    """CPU milliseconds of each page."""
    costs = []
    for page in pages:
        start = time.process_time()
        for _ in range(times):
            call(page["text"])
        costs.append(1000 * (time.process_time() - start) / times)
    return costs


def ours(**options: object) -> Find:
    """Our finds under some options."""
    return lambda page: ((span.start, span.end) for span in pii.find(page["text"], **options))


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, nargs="?", default=Path(__file__).resolve().parents[2] / "shared" / "data")
    parser.add_argument("--misses", action="store_true", help="show the marked spans that are not found")
    arguments = parser.parse_args()
    pages = read_rows(arguments.data / "labelled" / "pii_pages.jsonl.zst")
    engine = naive_presidio()
    show("ours", pages, ours(), misses=arguments.misses)
    for number in (0, 1):
        show(f"ours, half {number} of the sources", [page for page in pages if half(page) == number], ours())
    persons = lambda page: (  # noqa: E731
        (span.start, span.end) for span in pii.find(page["text"], scope="persons", url=page["url"])
    )
    show("ours, scope persons, with the page's address", pages, persons)
    presidio = lambda page: ((r.start, r.end) for r in engine.analyze(page["text"], language="en"))  # noqa: E731
    show("Presidio", pages, presidio)
    costs = cpu_ms(pages, pii.find)
    theirs = cpu_ms(pages, lambda text: engine.analyze(text, language="en"), times=1)
    for name, found in (("ours", costs), ("Presidio", theirs)):
        print(f"{name}: median page {statistics.median(found):.2f} ms, mean {statistics.mean(found):.2f} ms CPU")


if __name__ == "__main__":
    main()
