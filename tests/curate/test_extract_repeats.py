"""What a page says again goes without asking the model; worked by hand on small pages of which every block is kept."""

from collections.abc import Callable

import numpy as np
import pytest

from curate.extract import extract_spans
from curate.extract.blocks import read
from curate.extract.byte_hashes import empty_table
from curate.extract.kinds import describe
from curate.extract.measures import WORDS
from curate.extract.page import BLOCKS
from curate.extract.tables import tables
from curate.extract.training.direct import drop_lines_again, drop_paragraphs_again, drop_trail, measure
from curate.extract.training.examples import block_texts
from curate.filters.spans import Kind, unpack

LONG = "The old mill at the bend of the river had been empty for twenty years before they came."


def left(html: str, drop: Callable[..., None]) -> list[str]:
    """The texts of the blocks that are left when all are kept before."""
    page = read(f"<html><body>{html}</body></html>")
    measures, described = measure(page, *empty_table()), describe(page, tables(page))
    kept = np.ones(page.state[BLOCKS], np.bool_)
    about = {
        drop_lines_again: (page, measures, described),
        drop_paragraphs_again: (measures, described),
        drop_trail: (described, measures[:, WORDS]),
    }[drop]
    drop(*about, kept)
    return [text for text, is_kept in zip(block_texts(page), kept, strict=True) if is_kept]


def test_a_line_of_three_words_that_stands_three_times_goes() -> None:
    """Twice it may be said; code, headings, labels and terms may be said as often as they like."""
    assert left("<p>Reply</p><p>One.</p><p>reply</p><p>Two.</p><p>Reply</p>", drop_lines_again) == ["One.", "Two."]
    for html in (
        "<p>Reply</p><p>One.</p><p>Reply</p>",
        "<pre>x = 1</pre><p>a</p><pre>x = 1</pre><p>b</p><pre>x = 1</pre>",
        "<h3>Example</h3><p>a</p><h3>Example</h3><p>b</p><h3>Example</h3>",
        "<dl><dt>int</dt><dd>a</dd><dt>int</dt><dd>b</dd><dt>int</dt><dd>c</dd></dl>",
        "<p>Four words say it.</p>" * 3,
        "<p>Advantages:</p><p>a</p><p>Advantages:</p><p>b</p><p>Advantages:</p>",
    ):
        assert len(left(html, drop_lines_again)) == len(left(html, drop_trail))


def test_a_paragraph_is_said_once() -> None:
    """The first of two stays; verses and code may repeat, and so may what is said again far below."""
    assert left(f"<p>{LONG}</p><p>Then.</p><p>{LONG}</p>", drop_paragraphs_again) == [LONG, "Then."]
    assert len(left(f"<p>{LONG}<br>So.</p><p>{LONG}<br>So.</p>", drop_paragraphs_again)) == 2
    assert len(left(f"<pre>{LONG}</pre><p>a</p><pre>{LONG}</pre>", drop_paragraphs_again)) == 3
    assert left(f"<p>{LONG}</p>{'<p>a</p>' * 39}<p>{LONG}</p>", drop_paragraphs_again).count(LONG) == 1
    assert left(f"<p>{LONG}</p>{'<p>a</p>' * 40}<p>{LONG}</p>", drop_paragraphs_again).count(LONG) == 2


@pytest.mark.parametrize(("items", "remains"), [(1, 0), (3, 0), (4, 4)])
def test_the_trail_above_a_text_goes(items: int, remains: int) -> None:
    """Up to three short items before anything else are the way to the page; more of them are a list."""
    trail = "<ul>" + "<li>Home</li>" * items + "</ul>"
    assert left(f"{trail}<p>{LONG}</p>", drop_trail) == ["Home"] * remains + [LONG]
    assert left(f"<p>{LONG}</p>{trail}", drop_trail) == [LONG] + ["Home"] * items
    assert left(trail, drop_trail) == ["Home"] * items


def test_a_heading_that_is_code_is_no_prose() -> None:
    """The name of a function as a heading gets a span of code over its own; a heading of words does not."""
    page = f"<article><h2><code>fn len(self)</code></h2><p>{LONG * 3}</p><h2>On <code>len</code> and other things</h2>"
    found = extract_spans(f"<html><body>{page}<p>{LONG} {LONG}</p></article></body></html>", markup="markdown")
    spans = [(found.text[span.start : span.end][:8], span.kind) for span in unpack(found.spans)]
    assert ("## fn le", Kind.HEADING) in spans and ("## fn le", Kind.CODE) in spans
    assert ("## On le", Kind.HEADING) in spans and ("## On le", Kind.CODE) not in spans
