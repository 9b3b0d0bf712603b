"""CPU time and quality of every extractor on the gold pages, all in one run.

    python bench/extraction.py [--gold ../shared/data/gold] [--pages 300] [--sets trafilatura wcxb] [--only NAME ...]

Every page goes through all extractors in turn, so that a busy machine slows all of them alike. CPU milliseconds are
`process_time` per page, decoding not included (the gold pages are text). Token F1 is the mean over pages of the F1 of
two bags of lower-case words; snippet F1 is over all wanted and unwanted snippets of the set, as trafilatura's own
evaluation counts them.
"""

import argparse
import gc
import io
import json
import logging
import re
import statistics
import time
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import zstandard

from curate.extract import EXTRACTORS, extract
from curate.extract.libraries import set_element_classes
from curate.extract.sandbox import WARM_UP_PAGE

Page = dict[str, Any]
GOLD = Path(__file__).resolve().parents[2] / "shared" / "data" / "gold"


def plain_trafilatura(html: str) -> str:
    """What most pipelines call: the full cascade on every page, comments off, lxml as it comes."""
    import trafilatura
    from lxml.html import HtmlElementClassLookup
    from trafilatura.utils import HTML_PARSER

    HTML_PARSER.set_element_class_lookup(HtmlElementClassLookup())
    text = trafilatura.extract(html, include_comments=False) or ""
    set_element_classes(HTML_PARSER)
    return text


def contenders() -> dict[str, Callable[[str], str]]:
    """Every extractor there is today by the name it is reported under."""
    found: dict[str, Callable[[str], str]] = {"trafilatura.extract": plain_trafilatura}
    for name, target in EXTRACTORS.items():
        if find_spec(target.partition(":")[0]):
            found[name] = lambda html, name=name: extract(html, extractor=name)  # type: ignore[misc]
    return found


@dataclass
class Score:
    """Tally of one extractor on one set."""

    milliseconds: list[float] = field(default_factory=list)
    token_f1: list[float] = field(default_factory=list)
    snippets: Counter[str] = field(default_factory=Counter)
    empty: int = 0

    def add(self, text: str, seconds: float, page: Page) -> None:
        """Count one page."""
        self.milliseconds.append(seconds * 1000)
        self.empty += not text
        if page.get("gold_text"):
            self.token_f1.append(token_f1(text, page["gold_text"]))
        if page.get("with") or page.get("without"):
            self.snippets += snippet_counts(text, page)

    def row(self) -> str:
        """The numbers of one line of the table."""
        ms = sorted(self.milliseconds)
        p99 = ms[min(len(ms) - 1, int(len(ms) * 0.99))]
        token = f"{statistics.fmean(self.token_f1):.4f}" if self.token_f1 else "-"
        times = f"{statistics.fmean(ms):8.2f} {statistics.median(ms):8.2f} {p99:8.2f}"
        return f"{times} {token:>8} {snippet_f1(self.snippets):>22} {self.empty:6d}"


def token_f1(text: str, gold: str) -> float:
    """F1 of two bags of lower-case words; 1 when both are empty."""
    ours, theirs = (Counter(re.findall(r"\w+", part.lower())) for part in (text, gold))
    common = (ours & theirs).total()
    either = ours.total() + theirs.total()
    return 2 * common / either if either else 1.0


def snippet_counts(text: str, page: Page) -> Counter[str]:
    """Wanted and unwanted snippets found and missed."""
    found = Counter[str]()
    for key, hit, miss in (("with", "tp", "fn"), ("without", "fp", "tn")):
        for snippet in page.get(key) or ():
            found[hit if unicodedata.normalize("NFC", snippet) in text else miss] += 1
    return found


def snippet_f1(found: Counter[str]) -> str:
    """Precision, recall and F1 over all snippets."""
    if not found["tp"]:
        return "-"
    precision = found["tp"] / (found["tp"] + found["fp"])
    recall = found["tp"] / (found["tp"] + found["fn"])
    return f"{precision:.3f}/{recall:.3f}/{2 * precision * recall / (precision + recall):.4f}"


def read_pages(path: Path, pages: int | None) -> Iterator[Page]:
    """The first pages of a gold set, or all."""
    with path.open("rb") as file, zstandard.ZstdDecompressor().stream_reader(file) as stream:
        for number, line in enumerate(io.TextIOWrapper(stream, encoding="utf-8")):
            if pages is not None and number >= pages:
                return
            yield json.loads(line)


def measure(path: Path, pages: int | None, only: list[str]) -> dict[str, Score]:
    """Run every extractor over one set."""
    runs = {name: run for name, run in contenders().items() if not only or name in only}
    scores = {name: Score() for name in runs}
    for run in runs.values():
        run(WARM_UP_PAGE.decode())
    gc.freeze()
    for page in read_pages(path, pages):
        for name, run in runs.items():
            gc.collect()
            start = time.process_time()
            text = run(page["html"])
            scores[name].add(text, time.process_time() - start, page)
    return scores


def main() -> None:
    """Print one table per set."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gold", type=Path, default=GOLD)
    parser.add_argument("--pages", type=int, help="of each set; all by default")
    parser.add_argument("--sets", nargs="+", default=["trafilatura", "wcxb"])
    parser.add_argument("--only", nargs="+", default=[], metavar="NAME")
    arguments = parser.parse_args()
    logging.disable(logging.CRITICAL)
    for name in arguments.sets:
        scores = measure(arguments.gold / f"{name}.jsonl.zst", arguments.pages, arguments.only)
        pages = max((len(score.milliseconds) for score in scores.values()), default=0)
        print(f"\n{name}, {pages} pages (CPU ms mean, median, p99; token F1; snippet P/R/F1; empty texts)")
        for extractor, score in scores.items():
            print(f"{extractor:22} {score.row()}")


if __name__ == "__main__":
    main()
