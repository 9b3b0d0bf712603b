"""Our extractor: what the tokenizer makes of markup, what becomes text, and that no input hangs or breaks it."""

import html as stdlib_html
import random
import re
import unicodedata
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

from curate.extract import blocks, model
from curate.extract import measures as m
from curate.extract import page as p
from curate.extract.byte_hashes import empty_table
from curate.extract.kinds import describe
from curate.extract.rendering import render
from curate.extract.tables import tables
from curate.extract.tags import NUMBER
from curate.extract.training.direct import best_cut, drop_bare_labels, keep_headings, measure
from curate.extract.training.examples import block_texts
from tests.clock import takes_at_most

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
needs_shared = pytest.mark.skipif(not SHARED.exists(), reason="needs the shared measuring data beside the repository")


def texts(html: str) -> list[str]:
    return block_texts(blocks.read(html))


def element_tags(html: str) -> list[int]:
    page = blocks.read(html)
    n = page.state[p.BLOCKS]
    return [int(page.elements[element, p.TAG]) for element in page.blocks[:n, p.ELEMENT]]


TOKENIZED = {
    "inline tags never split a word": ("<p>un<b>believ</b>able <i>a</i>b<wbr>c", ["unbelievable abc"]),
    "a link is inline": ("<p>see<a href=x>this</a>.", ["seethis."]),
    "white space folds across tags": ("<p> a \n <b> b</b>\t c </p>", ["a b c"]),
    "a paragraph ends a paragraph": ("<p>one<p>two", ["one", "two"]),
    "a block ends a paragraph": ("<p>one<div>two</div>three", ["one", "two", "three"]),
    "list items end each other": ("<ul><li>a<li>b<ul><li>c</ul><li>d</ul>e", ["a", "b", "c", "d", "e"]),
    "terms end each other": ("<dl><dt>a<dd>b<dt>c<dd>d</dl>", ["a", "b", "c", "d"]),
    "cells end each other": ("<table><tr><td>a<td>b<tr><td>c</table>d", ["a", "b", "c", "d"]),
    "one line break stays in its block": ("<p>a<br>b", ["a\nb"]),
    "two line breaks end a block": ("<p>a<br><br/>b</br>c", ["a", "b\nc"]),
    "preformatted text keeps its lines": ("<pre>\n  if x:\n\n    y\n</pre>z", ["  if x:\n\n    y", "z"]),
    "code in pre is not split by tags": ("<pre><code><span>a</span> = <b>1</b>\n\tb</code></pre>", ["a = 1\n\tb"]),
    "entities are decoded once": ("<p>&amp;lt; &lt;b&gt; &eacute;&#233;&#xE9; &copy 1 &notit; &bogus;", [
        "&lt; <b> \u00e9\u00e9\u00e9 \u00a9 1 \u00acit; &bogus;"]),
    "numbers beyond Unicode are replaced": ("<p>a&#x110000;&#xD800;&#0;b&#128;", ["a\ufffd\ufffd\ufffdb\u20ac"]),
    "control characters go": ("<p>a\x00b\x07c&#1;d\x7fe\u0085f\u00adg\ufeffh\u200bi", ["abcdefghi"]),
    "no-break and other spaces are spaces": ("<p>a\u00a0b&nbsp;c\u3000d\u2003e&emsp;f", ["a b c d e f"]),
    "joiners belong to words": ("<p>\u0646\u06cc\u200c\u062e\u0648", ["\u0646\u06cc\u200c\u062e\u0648"]),
    "comments are no text": ("<p>a<!-- <p>x --><!-->b<!--->c<!--x--!>d<!doctype x>e<?php f>g</ h>i</>j", ["abcdegij"]),
    "a lone less-than sign is text": ("<p>1 < 2 <3 and <", ["1 < 2 <3 and <"]),
    "scripts and styles are no text": ("<p>a<script>'<p>x'</script>b<style>p{}</style>c<SCRIPT>x</Script >d", ["abcd"]),
    "script ends at its own end tag": ("<script>'</scripts>' x</script>a", ["a"]),
    "a script that holds a template is markup": ("<script type='text/x-template'><p>a</p></script>", ["a"]),
    "templates are not shown": ("<p>a</p><template><p>x</template><p>b", ["a", "b"]),
    "shadow roots are": ("<x-y><template shadowrootmode=open><p>a</template></x-y>", ["a"]),
    "drawings are not text": ("<p>a<svg><title/><style/><path d=x><text>x</text></svg>b", ["ab"]),
    "a paragraph breaks out of a drawing": ("<svg><g><p>a", ["a"]),
    "choices of a form are not text": ("<p>a<select><option>x<option>y</select>b<textarea><p>x</textarea>c", ["abc"]),
    "noscript is read as crawlers do": ("<p>a<noscript>b</noscript>c<noscript><p>d</p></noscript>e", ["abc", "d", "e"]),
    "the title is no block": ("<title>T &amp; t</title><p>a", ["a"]),
    "attributes may hold anything": ("<p title='>' x = \"<p>\" y=a/b>a<p =x>b", ["a", "b"]),
    "an unfinished tag is dropped": ("<p>a<div class='x", ["a"]),
    "end tags without a start are ignored": ("</div></b>a</i></span>b<p>c</section>d", ["ab", "c", "d"]),
    "a cell shields the elements around its table": ("<ul><li>a<table><tr><td></li>b</table>c</ul>", ["a", "b", "c"]),
    "misnested formatting is harmless": ("<p><b><i>a</b>b</i>c", ["abc"]),
}  # fmt: skip


@pytest.mark.parametrize("case", TOKENIZED)
def test_markup_becomes_blocks(case: str) -> None:
    """Each kind of markup gives the blocks that a browser would show."""
    html, expected = TOKENIZED[case]
    assert texts(html) == expected


def test_every_character_reference_is_decoded_as_the_standard_library_does() -> None:
    """All named references, with text after them, agree with html.unescape up to white space and dropped characters."""
    from html.entities import html5

    for name in html5:
        html = f"a&{name}b"
        shown = "".join(texts("<p>" + html))
        expected = stdlib_html.unescape(html).replace("\u00ad", "").replace("\u200b", "")
        assert "".join(shown.split()) == "".join(expected.split()), name


def test_numeric_references_agree_with_the_standard_library() -> None:
    """Random numbers, decimal and hexadecimal, with and without a semicolon."""
    rng = random.Random(3)
    for _ in range(2000):
        code = rng.choice([rng.randrange(0x100), rng.randrange(0x3000), rng.randrange(0x120000)])
        html = f"a&#{code}{rng.choice(';z')}" if rng.random() < 0.5 else f"a&#x{code:x}{rng.choice(';z')}"
        expected = re.sub(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\u00ad\u200b\ufeff\s]", "", stdlib_html.unescape(html))
        got = re.sub(r"\s", "", "".join(texts("<p>" + html)))
        # html.unescape drops non-characters, the standard keeps them.
        if not (0xFDD0 <= code <= 0xFDEF or code & 0xFFFE == 0xFFFE or code == 0xB):
            assert got == expected, html


class _AllText(HTMLParser):
    """The reference for visible text: every piece of character data outside what is not shown."""

    hidden = frozenset("script style template svg select textarea title iframe video audio canvas".split())

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.depth, self.pieces = 0, []

    def handle_starttag(self, tag, attrs):
        self.depth += tag in self.hidden

    def handle_endtag(self, tag):
        self.depth -= tag in self.hidden and self.depth > 0

    def handle_data(self, data):
        if not self.depth:
            self.pieces.append(data)


@needs_shared
def test_all_visible_text_of_real_pages_is_read() -> None:
    """On real pages the words of all blocks are those that the standard library's parser finds."""
    zstandard = pytest.importorskip("zstandard")
    import json

    with zstandard.open(SHARED / "gold" / "fundus_eval.jsonl.zst", "rt", encoding="utf-8") as lines:
        pages = [json.loads(line)["html"] for line in lines]
    shares = []
    for html in pages:
        reference = _AllText()
        reference.feed(html)
        expected = re.findall(r"\w{3,}", " ".join(reference.pieces))
        found = set(re.findall(r"\w{3,}", " ".join(texts(html))))
        shares.append(sum(word in found for word in expected) / max(len(expected), 1))
    assert np.median(shares) > 0.99
    assert min(shares) > 0.9


def test_elements_span_their_blocks() -> None:
    """An element's range of blocks is what is inside it, however it was closed."""
    page = blocks.read("<div>a<section><p>b<p>c</section></div>d")
    spans = {
        int(row[p.TAG]): (int(row[p.FIRST_BLOCK]), int(row[p.LAST_BLOCK]))
        for row in page.elements[1 : page.state[p.ELEMENTS]]
    }
    assert spans[NUMBER["div"]] == (0, 3)
    assert spans[NUMBER["section"]] == (1, 3)
    assert spans[NUMBER["p"]] == (2, 3)


def test_a_block_belongs_to_the_innermost_element_around_all_of_it() -> None:
    """A span around the whole text is the block's element, one around a part of it is not."""
    assert element_tags("<div><span class=x>all of it</span></div>") == [NUMBER["span"]]
    assert element_tags("<div>some <span class=x>of it</span></div>") == [NUMBER["div"]]
    assert element_tags("<p><a href=x>link</a> and more</p>") == [NUMBER["p"]]


def test_link_text_is_counted() -> None:
    """Bytes inside links are link text, also across blocks, and not after the link's end."""
    page = blocks.read("<p>abc <a href=x>de</a> f</p><a href=y><div>ghi</div></a><p>j<a name=z>k</a></p>")
    linked = page.blocks[: page.state[p.BLOCKS], p.LINK_BYTES].tolist()
    assert linked == [2, 3, 0]


ARTICLE = (
    "<html><head><title>How bridges are painted</title></head><body>"
    "<nav class='main-menu'><ul>" + "".join(f"<li><a href=/{i}>Section {i}</a></li>" for i in range(9)) + "</ul></nav>"
    "<div class='cookie-banner'><p>We use cookies to improve your experience. <a href=/c>Accept</a></p></div>"
    "<article class='post-content'><h1>How bridges are painted</h1>"
    + "".join(
        f"<p>Paragraph {i} tells, in a sentence of some length, how the painters, of whom there are few, begin at one "
        "end of the bridge, work their way across, and start again when they have reached the other.</p>"
        for i in range(6)
    )
    + "<h2>The tools</h2><ul><li>Brushes of horse hair, which last a week and no more.</li>"
    "<li>Paint, in the one colour that everyone in the town agrees on.</li></ul></article>"
    "<div class='share-buttons'><a href=/f>Facebook</a> <a href=/t>Twitter</a></div>"
    "<aside class='related-posts'><h3>Related articles</h3>"
    + "".join(f"<a href=/r{i}>Something else about {i}</a>" for i in range(5))
    + "</aside><footer class='site-footer'><p>Copyright 2026. All rights reserved.</p></footer></body></html>"
)


def test_an_article_is_kept_and_what_is_around_it_is_not() -> None:
    """Headings, paragraphs and list items come out; menu, cookie banner, share bar, related links and footer do not."""
    result = blocks.extract_page(ARTICLE)
    for wanted in ("Paragraph 0 tells", "Paragraph 5 tells", "The tools", "- Brushes of horse hair", "- Paint, in"):
        assert wanted in result.text
    for unwanted in ("Section 3", "cookies", "Facebook", "Something else", "Copyright"):
        assert unwanted not in result.text
    assert result.expected_f1 > 0.8
    assert 8 <= result.kept < result.blocks
    assert result.kept_words == pytest.approx(len(result.text.split()), abs=4)


def test_bytes_and_text_give_the_same() -> None:
    """A page in UTF-8, in UTF-16 with its mark and in declared windows-1252 gives one text."""
    page = ARTICLE.replace("horse hair", "cr\u00eape h\u00e2ir").replace("<head>", "<head><meta charset=utf-8>")
    expected = blocks.extract_text(page)
    assert "cr\u00eape h\u00e2ir" in expected
    assert blocks.extract_text(page.encode()) == expected
    assert blocks.extract_text(b"\xff\xfe" + page.encode("utf-16-le")) == expected
    assert blocks.extract_text(page.replace("utf-8", "windows-1252").encode("cp1252")) == expected
    assert blocks.scored_text(page.encode("cp1252"), "cp1252").text == expected
    assert blocks.scored_text(page.encode("utf-16-le"), "utf-16-le").text == expected


def test_text_is_normalised() -> None:
    """The text is NFC without control characters."""
    text = blocks.extract_page(ARTICLE.replace("colour", "cou\u0308leur\x0b\x1b")).text
    assert "co\u00fcleur" in text
    assert unicodedata.is_normalized("NFC", text)
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", text)


def test_rows_and_items_become_lines() -> None:
    """Cells of a row are joined by tabs, items begin with a dash, blocks within a cell share its line."""
    html = (
        "<table><tr><th>Name<th>Size<tr><td><p>A</p><td>1<tr><td><p>B</p><p>b</p><td>2</table>"
        "<ul><li><p>first</p><p>more</p><li>second</ul><pre>\n  x\n   y</pre>"
    )
    page = blocks.read(html)
    everything, found = np.ones(page.state[p.BLOCKS], np.bool_), tables(page)
    text, _ = render(page, everything, describe(page, found), found, "plain")
    assert text == "Name\tSize\nA\t1\nB b\t2\n- first\nmore\n- second\n  x\n   y"


def test_the_best_cut_is_the_best_of_all_cuts() -> None:
    """The cut agrees with trying every number of kept blocks."""
    rng = np.random.default_rng(5)
    for _ in range(50):
        odds = rng.random(12).astype(np.float32)
        words = rng.integers(1, 50, 12).astype(np.float32)
        cut, best = best_cut(odds, words)
        weights = words + 0.5
        tried = []
        for at in odds:
            kept = odds >= at
            tried.append(2 * (weights * odds)[kept].sum() / (weights[kept].sum() + (weights * odds).sum()))
        assert best == pytest.approx(max(tried), rel=1e-5)
        assert cut == pytest.approx(float(odds[int(np.argmax(tried))]))


def test_a_heading_goes_where_nothing_of_its_section_is_kept() -> None:
    """A title stays whatever follows it, a heading whose text is kept and one right before another heading too."""
    text = "Fifteen words and more make a paragraph of this one, so that the page has begun with it."
    html = (
        f"<h1>Title</h1><div>By me</div><h2>First</h2><p>{text}</p><h2>Second</h2><h3>Part</h3><p>{text}</p>"
        "<h2>Related</h2><ul><li>One<li>Two</ul><p>See also:<p>Three<h2>End</h2>"
    )
    page = blocks.read(html)
    names = block_texts(page)
    kept = np.array([name not in ("By me", "One", "Two", "Three") for name in names])
    drop_bare_labels(page, measure(page, *empty_table()), kept)
    left = [name for name, keep in zip(names, kept, strict=True) if keep]
    assert left == ["Title", "First", text, "Second", "Part", text]


def test_a_heading_above_what_is_kept_needs_less() -> None:
    """Above a paragraph or a listing that is kept .45 is enough; above a short line, or what is dropped, it is not."""
    h2, sentence = "<h2>A heading</h2>", "eight words are enough for one more paragraph"
    parts = [f"{h2}<p>{sentence}</p>", f"{h2}<pre>x = 1</pre>", f"{h2}<p>two words</p>", f"{h2}<p>{sentence}</p>"]
    page = blocks.read("".join(parts))
    words = measure(page, *empty_table())[:, m.WORDS]
    odds = np.array([0.46, 0.9, 0.46, 0.9, 0.46, 0.9, 0.46, 0.1], np.float32)
    kept = odds > 0.5
    keep_headings(describe(page, tables(page)), odds, words, kept)
    assert kept.tolist() == [True, True, True, True, False, True, False, False]
    unlikely = odds > 0.5
    keep_headings(describe(page, tables(page)), np.minimum(odds, np.float32(0.4)), words, unlikely)
    assert unlikely.tolist() == [False, True, False, True, False, True, False, False]


def test_order_of_pages_does_not_matter() -> None:
    """A page gives the same text whatever came before it."""
    pages = [ARTICLE, "<p>x", ARTICLE.replace("painters", "divers"), "", "<div>" * 500 + "y", ARTICLE[:900]]
    first = [blocks.extract_page(html) for html in pages]
    again = [blocks.extract_page(html) for html in reversed(pages)]
    assert first == again[::-1]


TINY = ["", " ", "x", "<", "&", "\x00", "\ud800", "<p>\udfff\ud83d", "<!--", "</", "&#", "<a", "<p"]


@pytest.mark.parametrize("html", TINY)
def test_total_on_tiny_input(html: str) -> None:
    """Nothing, one character and halves of markup give an answer, as text and as bytes."""
    assert isinstance(blocks.extract_text(html), str)
    assert isinstance(blocks.extract_text(html.encode("utf-8", "surrogatepass")), str)
    blocks.extract_text(html).encode()


HOSTILE = {
    "10 MB on one line": "word " * 2_000_000,
    "paragraphs": "<p>x" * 700_000,
    "nested": "<div>x" * 500_000,
    "tables in tables": "<table><tr><td>x" * 200_000,
    "links": "<a href=x>y" * 250_000,
    "end tags": "<ul><table><td>" + "<div>" * 250 + "</ul>" * 400_000,
    "one tag": "<p " + "a=b " * 700_000,
    "class names": "<p class='" + "a-b_cD " * 400_000 + "'>x",
    "references": "&amp" * 500_000,
    "nested references": "&#38;amp;" * 300_000,
    "almost the end of a script": "<script>" + "</scrip" * 300_000,
    "comment openers": "<!--" * 500_000,
    "breaks": "x<br><br>" * 250_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_pages_take_bounded_time(name: str) -> None:
    """No page takes long: measured they take under 0.16 s, on a machine that does too much at once up to 0.7."""
    blocks.extract_page("<p>warm")
    results = []
    assert takes_at_most(1.5, lambda: results.append(blocks.extract_page(HOSTILE[name])))
    assert results[-1].blocks <= p.MAX_BLOCKS


def test_mutated_pages_never_raise() -> None:
    """Cut, garbled and spliced pages give text that can be encoded."""
    rng = random.Random(11)
    pieces = (
        "< > </ <!-- --> & &# &#x ' <svg> </table> <td> <pre> <title> <br><br> <select> <template> </p> <h1>".split()
    )
    pieces += ["\0", '"', "</h2>", "<div>" * 300, "</span>" * 300, "\u0301" * 40]
    for _ in range(400):
        page = ARTICLE[rng.randrange(2000) :] if rng.random() < 0.5 else ARTICLE[: rng.randrange(len(ARTICLE))]
        for _ in range(rng.randrange(12)):
            at = rng.randrange(len(page) + 1)
            page = page[:at] + rng.choice(pieces) + page[at + rng.randrange(20) :]
        noisy = bytearray(page.encode())
        for _ in range(rng.randrange(30)):
            noisy[rng.randrange(len(noisy))] = rng.randrange(256)
        blocks.extract_text(page).encode()
        blocks.extract_text(bytes(noisy)).encode()


def test_the_weights_are_the_ones_that_were_trained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The shipped file is small and checked; a changed one is refused."""
    assert model.WEIGHTS.stat().st_size < 500_000
    damaged = tmp_path / "weights.npz"
    damaged.write_bytes(model.WEIGHTS.read_bytes()[:-1] + b"x")
    monkeypatch.setattr(model, "WEIGHTS", damaged)
    model.load.cache_clear()
    with pytest.raises(RuntimeError, match="install the package again"):
        model.load()
    monkeypatch.undo()
    model.load.cache_clear()
    assert len(model.load().first.ends) > 0
