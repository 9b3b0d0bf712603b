"""What survives of a page's structure: kinds of blocks, formulas, both renderings, and spans over the text."""

import json
from pathlib import Path

import numpy as np
import pytest

from curate.errors import UsageError
from curate.extract import extract, extract_spans
from curate.extract import page as p
from curate.extract.blocks import read
from curate.extract.kinds import describe
from curate.extract.languages import LANGUAGES, NAMES
from curate.extract.mathml import tex_of_mathml
from curate.extract.rendering import render
from curate.extract.tables import tables
from curate.filters.spans import Kind, Span, pack, unpack

CASES = Path(__file__).parent / "cases"
FORMULAS = json.loads((CASES / "formulas.json").read_text("utf-8"))
FILL = "A sentence that is long enough to be taken for the text of an article by anyone who reads it, and one more."


def all_of(html: str, markup: str = "markdown") -> tuple[str, list[Span]]:
    """Every block of a page, kept or not."""
    page = read(html)
    found = tables(page)
    everything = np.ones(page.state[p.BLOCKS], np.bool_)
    text, spans = render(page, everything, describe(page, found), found, markup)
    return text, unpack(spans)


@pytest.mark.parametrize("case", FORMULAS, ids=[case["label"] for case in FORMULAS])
def test_formulas_are_written_as_tex(case: dict[str, str]) -> None:
    """Wherever a page keeps a formula, in both renderings alike."""
    html = f"<article><p>{FILL}</p><p>Here {case['html']} stands. {FILL}</p><p>{FILL}</p></article>"
    for markup in ("plain", "markdown"):
        assert f"Here {case['text']} stands." in extract(html, markup=markup)


@pytest.mark.parametrize("markup", ["plain", "markdown"])
def test_a_page_of_everything(markup: str) -> None:
    """The golden file, read by hand; a change of it is a change of what the project promises."""
    html = (CASES / "everything.html").read_text("utf-8")
    expected = (CASES / f"everything.{markup}.txt").read_text("utf-8").rstrip("\n")
    assert extract(html, markup=markup) == expected


def test_both_renderings_hold_the_same_blocks() -> None:
    """The same kinds and details in the same order."""
    html = (CASES / "everything.html").read_text("utf-8")
    plain, marked = (unpack(extract_spans(html, markup=markup).spans) for markup in ("plain", "markdown"))
    assert [(span.kind, span.detail) for span in plain] == [(span.kind, span.detail) for span in marked]
    assert {span.kind for span in marked} == set(Kind)


@pytest.mark.parametrize("markup", ["plain", "markdown"])
def test_spans_cover_the_text(markup: str) -> None:
    """Blocks in order, with nothing but line ends and marks of quotation between them; formulas inside them."""
    text, spans = all_of((CASES / "everything.html").read_text("utf-8"), markup)
    blocks, at = [], 0
    for span in spans:
        if span.start >= at:
            assert set(text[at : span.start]) <= set("\n>")
            at = span.end
            blocks.append(span)
        else:
            assert span.kind == Kind.FORMULA
            assert blocks[-1].start <= span.start < span.end <= blocks[-1].end
            assert text[span.start : span.end].startswith(("\\(", "\\["))
    assert at == len(text)


STRUCTURE = {
    "headings": ("<h1>One <b>two</b></h1><h3>Three</h3>", "# One two\n\n### Three"),
    "a heading of several blocks is one line": ("<h2><div>One</div><div>two</div></h2>", "## One two"),
    "the link of a heading to itself goes": ("<h2>Name<a class=headerlink href=#n>\u00b6</a></h2>", "## Name"),
    "lists are nested": ("<ul><li>a<ul><li>b</ul><li>c</ul>", "- a\n  - b\n- c"),
    "lists are numbered": ("<ol><li>a<li>b</ol><ol start=7><li>c<li value=9>d<li>e</ol>",
        "1. a\n2. b\n7. c\n9. d\n10. e"),
    "an item's second paragraph is indented": ("<ul><li><p>a</p><p>b</p></ul>", "- a\n\n  b"),
    "code keeps its language": ("<pre><code class='language-py'>x = 1\n  y</code></pre>", "```python\nx = 1\n  y\n```"),
    "a fence is longer than what it fences": ("<pre>a\n```\nb</pre>", "````\na\n```\nb\n````"),
    "code in divisions": ("<div class=highlight><div class=line>if x:</div><div class=line>  y</div></div>",
        "```\nif x:\n  y\n```"),
    "code in samp": ("<div><samp>$ ls<br>&nbsp;&nbsp;a b</samp></div>", "```\n$ ls\n  a b\n```"),
    "code within a sentence is no listing": ("<p>Call <code>f()</code> twice.</p>", "Call f() twice."),
    "numbers of lines in a cell go": (
        "<table><tr><td class=gutter><pre>1\n2</pre><td class=code><pre>a\nb</pre></table>",
        "```\na\nb\n```"),
    "numbers of lines without a class go": (
        "<table><tr><td><pre>7\n8</pre><td><pre>a\nb</pre></table>", "```\na\nb\n```"),
    "numbers of lines before each line go": ("<pre><span class=lineno>1 </span>a\n<span class=lineno>2 </span>b</pre>",
        "```\na\nb\n```"),
    "code that begins far to the right": ("<pre>            x</pre>", "```\n            x\n```"),
    "a number is no line's number": ("<pre>42</pre>", "```\n42\n```"),
    "a letter in pre is no code": (f"<pre>{FILL}\n{FILL}</pre>", f"{FILL}\n{FILL}"),
    "empty cells stay": (
        "<table><tr><th>A<th>B<th>C<tr><td>1<td><td>3</table>", "| A | B | C |\n| --- | --- | --- |\n| 1 |  | 3 |"),
    "cells that span columns and rows": (
        "<table><tr><th colspan=2>A<th>B<tr><td rowspan=2>1<td>2<td>3<tr><td>4<td>5</table>",
        "| A |  | B |\n| --- | --- | --- |\n| 1 | 2 | 3 |\n|  | 4 | 5 |"),
    "blocks in a cell are one line": ("<table><tr><td><p>a</p><p>b</p><td>c|d<tr><td>e<br>f<td>g</table>",
        "| a b | c\\|d |\n| --- | --- |\n| e f | g |"),
    "lists in a table stay in their rows": (
        "<table><tr><th>A<th>B<tr><td>1<td><ul><li>a<li>b<li>c</ul><tr><td>2<td><ul><li>d<li>e</ul></table>",
        "| A | B |\n| --- | --- |\n| 1 | a b c |\n| 2 | d e |"),
    "lists side by side stay in their columns": (
        "<table><tr><th>For<th>Against<tr><td><ul><li>a<li>b<li>c</ul><td><ul><li>d<li>e</ul></table>",
        "| For | Against |\n| --- | --- |\n| a b c | d e |"),
    "one list in a table of data is a line": (
        "<table><tr><th>A<th>B<tr><td>1<td><ul><li>a<li>b</ul><tr><td>2<td>3</table>",
        "| A | B |\n| --- | --- |\n| 1 | a b |\n| 2 | 3 |"),
    "a table round a table lays out": ("<table><tr><td>Left<td><table><tr><td>a<td>b<tr><td>c<td>d</table></table>",
        "Left\n\n| a | b |\n| --- | --- |\n| c | d |"),
    "a table of one row lays out": ("<table><tr><td>Menu<td>Text</table>", "Menu\n\nText"),
    "captions": (("<table><caption>Sizes</caption><tr><td>a<td>b<tr><td>c<td>d</table>"
        "<figure><img><figcaption>A boat</figcaption></figure>"),
        "Sizes\n\n| a | b |\n| --- | --- |\n| c | d |\n\nA boat"),
    "quotations": ("<blockquote><p>a<p>b<blockquote>c</blockquote></blockquote>d", "> a\n>\n> b\n>\n> > c\n\nd"),
    "definitions": ("<dl><dt>a<dd>b<dd>c<dt>d<dd><p>e</p><p>f</p></dl>", "a\n: b\n: c\n\nd\n: e\n\nf"),
    "a formula alone is displayed": ("<p>a</p><p><math><mi>x</mi></math></p>", "a\n\n\\[x\\]"),
}  # fmt: skip


@pytest.mark.parametrize("case", STRUCTURE)
def test_markup_becomes_markdown(case: str) -> None:
    """Worked by hand."""
    html, expected = STRUCTURE[case]
    assert all_of(html)[0] == expected


def test_a_table_wider_than_any_keeps_its_text() -> None:
    """Cells beyond 200 columns share the last one."""
    row = "<tr>" + "".join(f"<td colspan=50>c{i}" for i in range(9)) + "</tr>"
    text, _ = all_of(f"<table>{row * 2}</table>")
    assert text.split("\n")[0].count("|") == 201
    assert [word for word in text.split("\n")[2].split() if word != "|"] == [f"c{i}" for i in range(9)]


def test_plain_text_keeps_numbers_and_columns() -> None:
    """List marks, tabs between cells, indentation of code; no other sign."""
    html = "<h2>T</h2><ol><li>a<li>b</ol><table><tr><td>1<td><td>3<tr><td>4<td>5<td>6</table><pre>x\n  y</pre>"
    assert all_of(html, "plain")[0] == "T\n1. a\n2. b\n1\t\t3\n4\t5\t6\nx\n  y"


def test_spans_say_what_the_parts_are() -> None:
    """Level, depth and number, language, columns, by hand."""
    html = "<h2>T</h2><ol><li>a<ul><li>b</ul></ol><pre class=python>x</pre><table><tr><td>1<td>2<tr><td>3<td>4</table>"
    text, spans = all_of(html, "plain")
    found = [(text[span.start : span.end], span.kind, span.detail) for span in spans]
    assert found == [
        ("T", Kind.HEADING, 2), ("1. a", Kind.LIST_ITEM, 1 << 16 | 1), ("- b", Kind.LIST_ITEM, 2 << 16),
        ("x", Kind.CODE, 1 + NAMES.index("python")), ("1\t2\n3\t4", Kind.TABLE, 2),
    ]  # fmt: skip
    assert unpack(pack(spans)) == spans


def test_the_numbers_of_kinds_are_stored() -> None:
    """A text written by one version is read by the next: kinds keep their numbers, languages their places."""
    names = "PROSE HEADING LIST_ITEM CODE TABLE FORMULA CAPTION QUOTATION DEFINITION"
    assert [kind.name for kind in Kind] == names.split()
    assert NAMES[:3] == ("bash", "python", "javascript")
    written = " ".join(LANGUAGES).split()
    assert len(written) == len(set(written))


def test_libraries_give_one_span_of_prose() -> None:
    """They do not say what the parts of a text are."""
    found = extract_spans(f"<p>{FILL}</p>", extractor="resiliparse")
    assert unpack(found.spans) == [Span(0, len(found.text), Kind.PROSE)]
    assert extract_spans("", extractor="trafilatura").spans == b""


def test_an_unknown_markup_names_the_choices() -> None:
    """As an unknown extractor does."""
    with pytest.raises(UsageError, match="unknown markup 'tex'; choose from: plain, markdown"):
        extract("<p>x", markup="tex")


def test_dollars_within_a_formula_are_not_taken_for_formulas() -> None:
    """A page without dollar signs of its own has its formulas as they are, and no formula within a formula."""
    formula = "<math><mtext>$5$ is $x$</mtext></math>"
    found = extract(
        f"<article><p>{'It turned at the bend of the river for a year. ' * 5}{formula} It is so.</p></article>"
    )
    assert r"\(\text{$5$ is $x$}\)" in found


@pytest.mark.parametrize(
    "source",
    [
        "<math>" + "<mrow>" * 5000,
        "<math" * 4000,
        "<msup></msup></mfrac>" * 900,
        "<mi>" + "&" * 9000,
        "<" + "a" * 19_000,
    ],
)
def test_no_formula_is_too_odd(source: str) -> None:
    """Deep, unclosed and empty MathML gives text."""
    assert isinstance(tex_of_mathml(source), str)


def test_a_block_of_backticks_costs_one_pass():
    """A fence is longer than any in the text; tried one by one, a million of them would take ten minutes."""
    text = "`" * 1_000_000
    found = extract(f"<pre>{text}</pre>", markup="markdown")
    assert found == f"{text}`\n{text}\n{text}`"
