"""Main text by our own extractor: one compiled pass over the bytes, and two small forests that pick the blocks.

No tree of the document is built, nothing recurses, and the work is linear in the input up to hard caps, so that there
is nothing to hang and nothing to kill. Nothing is kept between pages.
"""

from dataclasses import dataclass

import numpy as np

from curate.extract import Extracted, Scored, decoded
from curate.extract import measures as m
from curate.extract import page as p
from curate.extract.assemble import choose
from curate.extract.html_tokens import tokenize
from curate.extract.judging import judge
from curate.extract.kinds import describe
from curate.extract.model import load
from curate.extract.page import MAX_BYTES, Page
from curate.extract.rendering import render
from curate.extract.tables import tables
from curate.warc.charset import utf8_of


@dataclass(frozen=True, slots=True)
class Extraction:
    """A page's main text with the scores behind it.

    `expected_f1`, 0..1, is the model's own estimate of the word F1 of `text` against what a person would mark; low
    values are pages with little or doubtful content. `blocks` and `kept` count blocks, `words` and `kept_words` words.
    """

    text: str
    expected_f1: float
    blocks: int
    kept: int
    words: int
    kept_words: int
    spans: bytes = b""


EMPTY = Extraction("", 0.0, 0, 0, 0, 0)


def extract_page(html: bytes | str, charset: str = "", *, markup: str = "plain") -> Extraction:
    """Extract the main text of a page, with what its parts are and the counts behind it.

    Bytes are decoded as `charset.utf8_of` does. Total on any input: text beyond 2 MB of UTF-8 is not read. `markup`
    is "plain" or "markdown", see docs/extraction.md; both hold the same blocks.

    >>> extract_page("").text
    ''
    """
    page = read(html, charset)
    if page.state[p.BLOCKS] == 0:
        return EMPTY
    measures, odds = judge(page, load())
    words, found = measures[:, m.WORDS], tables(page)
    described = describe(page, found)
    kept, expected_f1 = choose(page, measures, odds, described)
    text, spans = render(page, kept, described, found, markup)
    counts = len(odds), int(kept.sum()), int(words.sum()), int(words[kept].sum())
    return Extraction(text, float(expected_f1), *counts, spans)


def extracted(html: bytes | str, charset: str = "", *, markup: str = "plain") -> Extracted:
    """Main text, the F1 expected of it and its packed spans, for `curate.extract.extract_spans`."""
    found = extract_page(html, charset, markup=markup)
    return Extracted(found.text, found.expected_f1, found.spans)


def scored_text(html: bytes | str, charset: str = "") -> Scored:
    """Main text and the F1 expected of it."""
    found = extract_page(html, charset)
    return Scored(found.text, found.expected_f1)


def extract_text(html: bytes | str) -> str:
    """Extract the main text of a page."""
    return extract_page(html).text


def read(html: bytes | str, charset: str = "") -> Page:
    """A page's text, blocks and elements."""
    return tokenize(np.frombuffer(_utf8(html, charset), np.uint8))


def _utf8(html: bytes | str, charset: str) -> bytes:
    """UTF-8 of at most MAX_BYTES, cut between characters."""
    # UTF-16 may be twice as long as its UTF-8.
    data = utf8_of(html[: 2 * MAX_BYTES], charset) if isinstance(html, bytes) else _encoded(html[:MAX_BYTES])
    if len(data) <= MAX_BYTES:
        return data
    return data[:MAX_BYTES].decode("utf-8", "ignore").encode()


def _encoded(html: str) -> bytes:
    try:
        return html.encode()
    except UnicodeEncodeError:  # lone surrogates
        return decoded(html).encode()
