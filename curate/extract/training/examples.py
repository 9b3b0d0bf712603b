"""Reads training pages with what is known about them, from labelled sets and from web archives.

A set is a file of JSON lines, plain or `.zst`, with `id`, `url`, `html` and either `gold_text`, or `with` and
`without`, lists of snippets that belong to the content and that do not. An archive's pages have no label;
trafilatura's output stands in for one, as it does on pages that have snippets only.
"""

import hashlib
import json
import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from curate.extract.blocks import read
from curate.extract.byte_hashes import empty_table
from curate.extract.page import BLOCKS, TEXT_END, Page, trimmed
from curate.extract.training.direct import line_keys, measure
from curate.extract.training.forests import Example
from curate.extract.training.labels import by_lines, by_marks, by_overlap, by_snippets, row_weights
from curate.extract.training.leftovers import have_forms, repeated
from curate.extract.training.log_odds import Votes, line_votes, token_votes, word_votes
from curate.warc.charset import decode

# What a page's labels are worth: people's full text, other tools' reference output, a teacher's beside snippets. Pages
# of the crawl count in full although only a teacher labelled them: they are what the wider web looks like, and with
# them the F1 on a source that training never saw rose from .921 to .925.
PEOPLE, TOOLS, TEACHER, CRAWL = 1.0, 0.5, 0.5, 1.0
SETS = {
    "trafilatura": TEACHER, "wcxb": PEOPLE, "fundus_eval": PEOPLE,
    "mozilla_readability": TOOLS, "newspaper_cases": TOOLS,
}  # fmt: skip
SNIPPET_WEIGHT = 8.0
# Lines that a reader marked as leftovers or as main text: few, and of the kind that is hard to tell.
LINE_WEIGHT = 8.0
# Blocks of whole pages of the crawl that readers called text (t), left over (l), a date or a name (m), or the page's
# contents (c): what each is taught as, and what it counts for. A poster's line in a forum is not taught: people's text
# of forums has it, readers left it out.
MARKS = {"t": 1.0, "l": 0.0, "m": 0.0, "c": 0.0}
MARK_WEIGHT = 2.0
READ_PAGES = Path(__file__).with_name("read_pages.jsonl.zst")


@dataclass(frozen=True, slots=True)
class Labelled:
    """A page with its labels: a gold text, snippets, or neither."""

    name: str
    source: str
    url: str
    html: str
    gold: str
    wanted: tuple[str, ...]
    unwanted: tuple[str, ...]
    trust: float
    page_type: str = ""
    lines: tuple[str, ...] = ()
    leftovers: frozenset[int] = frozenset()
    hashes: tuple[int, ...] = ()
    marks: str = ""


def read_set(path: Path, trust: float) -> Iterator[Labelled]:
    """The pages of one labelled set."""
    source = path.name.partition(".")[0]
    for row in json_lines(path):
        yield Labelled(
            row["id"], source, row["url"], row["html"], row.get("gold_text") or "", tuple(row.get("with") or ()),
            tuple(row.get("without") or ()), trust, row.get("page_type") or "",
        )  # fmt: skip


def json_lines(path: Path) -> Iterator[Any]:
    """The rows of a file of JSON lines, compressed as its suffix says."""
    import pyarrow as pa

    with pa.input_stream(str(path)) as stream:
        yield from map(json.loads, stream.read().splitlines())


def with_lines(pages: Iterable[Labelled], path: Path) -> Iterator[Labelled]:
    """The pages, with the lines of their texts that a reader marked: rows of `url`, `lines` and `leftovers`."""
    marked = {row["url"]: row for row in json_lines(path)}
    for page in pages:
        row = marked.get(page.url)
        yield replace(page, lines=tuple(row["lines"]), leftovers=frozenset(map(int, row["leftovers"]))) if row else page


def with_marks(pages: Iterable[Labelled], path: Path = READ_PAGES) -> Iterator[Labelled]:
    """The pages, with what readers called their blocks: rows of `url`, `format`, `hashes` and `marks`.

    `hashes` are four hexadecimal digits a block, see `labels.line_hash`; `marks` a letter a block, see `MARKS`.
    """
    read_before = {row["url"]: row for row in json_lines(path)}
    for page in pages:
        row = read_before.get(page.url)
        yield replace(page, page_type=row["format"], hashes=_hashes(row["hashes"]), marks=row["marks"]) if row else page


def _hashes(digits: str) -> tuple[int, ...]:
    return tuple(int(digits[i : i + 4], 16) for i in range(0, len(digits), 4))


def read_archive(path: Path) -> Iterator[Labelled]:
    """The pages of a web archive, without labels."""
    from curate.warc.reading import read_pages

    for number, page in enumerate(read_pages(path)):
        html = page.text if page.text is not None else decode(page.html, page.charset)
        yield Labelled(f"{path.name}-{number}", "archive", page.url, html, "", (), (), CRAWL)


def distinct(pages: Iterable[Labelled]) -> Iterator[Labelled]:
    """Each page once, the first that comes: labelled sets before archives that hold the same pages."""
    seen: set[str] = set()
    for page in pages:
        keys = {_digest("".join(page.html.split())), page.url.partition("://")[2].rstrip("/")} - {""}
        if not keys & seen:
            yield page
        seen |= keys


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


@cache
def _suffix_list() -> Any:
    import tldextract

    return tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)


def site_of(url: str) -> str:
    """The registered domain of a URL, from the suffix list that comes with tldextract; never from the network.

    Hosts that give away names, such as github.io, are no site: each name below them is one.
    """
    found = _suffix_list()(url, include_psl_private_domains=True)
    return found.top_domain_under_public_suffix or found.domain or url


class Teacher:
    """trafilatura's output without comments, kept in a folder so that it is computed once per page."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        logging.getLogger("trafilatura").setLevel(logging.CRITICAL)

    def text(self, html: str) -> str:
        """Return what trafilatura takes for the main text."""
        path = self.folder / f"{_digest(html)}.txt"
        if not path.exists():
            from trafilatura import extract

            partial = path.with_suffix(".partial")
            partial.write_text(extract(html, include_comments=False) or "", "utf-8", "replace")
            partial.rename(path)
        return path.read_text("utf-8")


def block_texts(page: Page) -> list[str]:
    """The text of every block."""
    spans = page.blocks[: page.state[BLOCKS], : TEXT_END + 1]
    return [bytes(page.text[start:end]).decode("utf-8", "replace") for start, end in spans]


def example(labelled: Labelled, teacher: Teacher) -> Example | None:
    """A page ready to be trained with; None when it has no text at all."""
    page = trimmed(read(labelled.html))
    blocks = block_texts(page)
    if not blocks:
        return None
    weights = np.full(len(blocks), labelled.trust, np.float32)
    targets = by_overlap(blocks, labelled.gold or teacher.text(labelled.html))
    taught = np.full(len(blocks), not labelled.gold)
    if not labelled.gold:
        targets[have_forms(blocks)] = 0
    for known, weight in _known(labelled, blocks):
        is_known = ~np.isnan(known)
        targets[is_known], weights[is_known], taught[is_known] = known[is_known], weight, False
    votes = _votes(page, blocks, targets)
    weights *= row_weights(blocks)
    return Example(site_of(labelled.url), page, targets, weights, taught, *votes, labelled.trust)


def _known(labelled: Labelled, blocks: Sequence[str]) -> Iterator[tuple[NDArray[np.float32], float]]:
    """Return what people said of single blocks, NaN where nothing, and what it counts for."""
    if not labelled.gold and labelled.wanted:
        yield by_snippets(blocks, labelled.wanted, labelled.unwanted), SNIPPET_WEIGHT
    if labelled.lines:
        yield by_lines(blocks, labelled.lines, labelled.leftovers), LINE_WEIGHT
    if labelled.marks:
        known = {mark: value for mark, value in MARKS.items() if labelled.page_type != "forum" or mark != "m"}
        found = by_marks(blocks, labelled.hashes, labelled.marks)
        yield np.array([known.get(mark, np.nan) for mark in found], np.float32), MARK_WEIGHT


def _votes(page: Page, blocks: Sequence[str], targets: NDArray[np.float32]) -> tuple[Votes, Votes, Votes]:
    """Return what a page says of class tokens, words and lines."""
    measures = measure(page, *empty_table())
    return token_votes(page, measures, targets), word_votes(blocks, targets), line_votes(page, targets)


def without_repeats(examples: Sequence[Example]) -> list[Example]:
    """The examples, with what half of a site's pages say taken for no content where only a teacher took it for that."""
    found = repeated([e.site for e in examples], [line_keys(e.page) for e in examples])
    return [_corrected(e, again & e.taught & (e.targets > 0)) for e, again in zip(examples, found, strict=True)]


def _corrected(example: Example, wrong: NDArray[np.bool_]) -> Example:
    if not wrong.any():
        return example
    targets = np.where(wrong, 0, example.targets).astype(np.float32)
    tokens, words, lines = _votes(example.page, block_texts(example.page), targets)
    return example._replace(targets=targets, tokens=tokens, words=words, lines=lines)
