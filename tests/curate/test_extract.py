"""Extraction behind one name: what every extractor keeps to, and what each adds."""

import io
import json
import random
import subprocess
import sys
import unicodedata
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curate.errors import UsageError
from curate.extract import EXTRACTORS, extract, tidy
from curate.extract.libraries import RERUN_BELOW_CHARS, nested_deeper_than, resiliparse_text, trafilatura_text
from tests.clock import takes_at_most

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
needs_shared = pytest.mark.skipif(not SHARED.exists(), reason="needs the shared measuring data beside the repository")
NAMES = [name for name, target in EXTRACTORS.items() if find_spec(target.partition(":")[0])]

SENTENCES = (
    "The harbour office opened its new reading room on the first of March, after nine years of building.",
    "Visitors may now look at ship registers from 1790 onwards, most of which were never shown before.",
    "Entry is free on weekdays; groups of more than ten people are asked to write two weeks ahead.",
    "The oldest register lists 214 ships, their masters, their cargo and the port they came from.",
    "A second room, for maps and charts, is to follow in autumn if the roof can be finished in time.",
)


def article(*sentences: str, extra: str = "") -> str:
    """A page with an article between navigation, comments and a footer."""
    body = "".join(f"<p>{sentence}</p>\n" for sentence in sentences)
    return f"""<!DOCTYPE html><html lang="en"><head><title>Reading room</title></head><body>
<nav class="menu"><ul><li><a href="/">Home</a></li><li><a href="/shop">Shop for postcards</a></li></ul></nav>
<article><h1>Reading room opens</h1>{body}{extra}</article>
<div id="comments" class="comments"><h3>2 comments</h3><p class="comment">First! What a lovely building it is.</p></div>
<footer class="footer"><p>Copyright by the harbour office, all rights reserved</p></footer></body></html>"""


def gold_pages(name: str, pages: int) -> list[dict[str, Any]]:
    """The first pages of a gold set."""
    zstandard = pytest.importorskip("zstandard", reason="reads zstd")
    with (SHARED / "gold" / f"{name}.jsonl.zst").open("rb") as file:
        lines = io.TextIOWrapper(zstandard.ZstdDecompressor().stream_reader(file), encoding="utf-8")
        return [json.loads(line) for line in islice(lines, pages)]


@pytest.mark.parametrize("extractor", NAMES)
def test_the_article_comes_out_and_the_page_around_it_does_not(extractor: str) -> None:
    """Every sentence once, in order, one block per line; no navigation, comments or footer."""
    lines = extract(article(*SENTENCES), extractor=extractor).split("\n")
    assert [line for line in lines if line in SENTENCES] == list(SENTENCES)
    assert not [line for line in lines if "postcards" in line or "lovely" in line or "Copyright" in line]


@pytest.mark.parametrize("extractor", NAMES)
def test_entities_are_decoded_once(extractor: str) -> None:
    """A page that shows `&lt;` to its readers shows it here."""
    shown = "Write &lt;b&gt; &#38; R&D & café to see a bold tag in this text."
    page = article(
        *SENTENCES, "Write &amp;lt;b&#38;gt; &amp;#38; R&amp;D &amp; caf&eacute; to see a bold tag in this text."
    )
    assert shown in extract(page, extractor=extractor)


@pytest.mark.parametrize("extractor", NAMES)
def test_bytes_and_text_give_the_same(extractor: str) -> None:
    """In the encoding that is named, and in UTF-8 when none is."""
    page = article(*SENTENCES, "Straße, café and naïve are spelled with care in this fine sentence.")
    text = extract(page, extractor=extractor)
    assert "Straße, café and naïve" in text
    assert extract(page.encode(), extractor=extractor) == text
    assert extract(page.encode("cp1252"), extractor=extractor, charset="cp1252") == text
    assert extract(page.encode("utf-16"), extractor=extractor, charset="utf-16") == text


@pytest.mark.parametrize("extractor", NAMES)
def test_no_main_text_is_the_empty_string(extractor: str) -> None:
    """Nothing, white space, and a page of scripts only."""
    for page in ("", b"", " \n\t", "<html><body><script>var a = 1;</script></body></html>", b"\x00\x01"):
        assert extract(page, extractor=extractor) == ""


ODD = {
    "one character": "a",
    "less than": "<",
    "not closed": "<p",
    "lone surrogates": article(*SENTENCES).replace("harbour", "\ud800harbour\udfff"),
    "NULs": article(*SENTENCES).replace(" ", "\x00 "),
    "stray ends": "</div></p></b>" * 20_000 + article(*SENTENCES),
    "XML declaration": '<?xml version="1.0" encoding="no-such-charset"?>' + article(*SENTENCES),
    "frames": "<html><frameset><frame src='a'></frameset></html>",
    "2 MB on a line": "<html><body><p>" + "word " * 400_000,
    "balanced nesting": "<html><body>" + "<div>" * 30_000 + "x" + "</div>" * 30_000,
    "falsely closed nesting": "<html><body>" + "<div></b>" * 30_000,
    "formatting": "<html><body>" + "<a><b><i>" * 3_000 + "x",
    "marks": article("e" + "\u0301\u0327" * 2_000, *SENTENCES),
    "random bytes": random.Random(3).randbytes(50_000),
    "unclosed comment": article(*SENTENCES) + "<!--" * 10_000,
    "attributes": "<html><body><p " + 'a="b" ' * 50_000 + ">x",
}


@pytest.mark.parametrize("extractor", NAMES)
@pytest.mark.parametrize("page", ODD.values(), ids=ODD)
def test_any_input_gives_tidy_text_in_bounded_time(extractor: str, page: str | bytes) -> None:
    """Hostile and broken pages raise nothing, and cost little enough to be no weapon."""
    texts: list[str] = []
    charset = "" if isinstance(page, str) else "windows-1252"
    assert takes_at_most(5, lambda: texts.append(extract(page, extractor=extractor, charset=charset)))
    text = texts[-1]
    assert tidy(text) == text
    text.encode()


@pytest.mark.parametrize("extractor", NAMES)
def test_cut_and_garbled_pages_raise_nothing(extractor: str) -> None:
    """A page cut anywhere, with any characters overwritten."""
    page = article(*SENTENCES, extra="<table><tr><td>One</td><td>2</td></tr></table><pre>a\n  b</pre>")
    dice = random.Random(11)
    for _ in range(40):
        garbled = list(page[: dice.randrange(len(page))])
        for _ in range(dice.randrange(20)):
            garbled[dice.randrange(len(garbled)) :][:1] = [dice.choice("<>/&;\"'=\x00\ud812 a")]
            garbled.insert(dice.randrange(len(garbled) + 1), dice.choice("<>/&;\"'=\x00\ud812 a"))
        extract("".join(garbled), extractor=extractor)


@pytest.mark.parametrize("extractor", NAMES)
def test_pages_in_any_order_give_the_same_texts(extractor: str) -> None:
    """No page's text depends on the pages before it, be they its copies."""
    pages = [article(*SENTENCES[start:], *SENTENCES[:start], extra=f"<p>Number {start}</p>") for start in range(5)] * 4
    texts = {page: extract(page, extractor=extractor) for page in pages}
    random.Random(5).shuffle(pages)
    assert [extract(page, extractor=extractor) for page in pages] == [texts[page] for page in pages]


def test_an_unknown_extractor_names_the_choices() -> None:
    """Before anything is extracted."""
    with pytest.raises(UsageError, match=r"unknown extractor 'magic'; choose from: trafilatura, .*, cascade"):
        extract("", extractor="magic")


def test_trafilatura_keeps_tables() -> None:
    """Comments are off, tables are on."""
    rows = "".join(f"<tr><td>Ship {n}</td><td>Cargo of salt and tar {n}</td></tr>" for n in range(5))
    assert "Cargo of salt and tar 3" in extract(article(*SENTENCES, extra=f"<table>{rows}</table>"))


def test_the_full_cascade_runs_where_the_fast_answer_is_short() -> None:
    """A page the fast mode finds little on gets the cascade's answer, a clear article the fast one."""
    import trafilatura

    short = article(SENTENCES[0])
    assert len(trafilatura.extract(short, fast=True, include_comments=False) or "") < RERUN_BELOW_CHARS
    assert trafilatura_text(short) == trafilatura.extract(short, include_comments=False)
    long = article(*SENTENCES)
    assert trafilatura_text(long) == trafilatura.extract(long, fast=True, include_comments=False)


def test_lxml_stays_as_it_was_for_others() -> None:
    """Forms parsed by lxml.html keep their own class after trafilatura's parser was changed."""
    from lxml import html

    extract(article(*SENTENCES))
    assert type(html.fromstring("<form><input name=a></form>")) is html.FormElement


@needs_shared
def test_our_trafilatura_is_trafilatura() -> None:
    """On real pages the answer is an untouched trafilatura's: fast, or full where fast is short."""
    pages = [page["html"] for page in gold_pages("trafilatura", 25)]
    script = """if True:
        import json, logging, sys, trafilatura
        logging.disable(50)
        for page in json.load(sys.stdin):
            texts = [trafilatura.extract(page, fast=fast, include_comments=False) or "" for fast in (True, False)]
            print(json.dumps(texts))
    """
    run = subprocess.run(
        [sys.executable, "-c", script], input=json.dumps(pages), capture_output=True, text=True, check=True
    )
    for page, line in zip(pages, run.stdout.splitlines(), strict=True):
        fast, full = json.loads(line)
        enough = max(RERUN_BELOW_CHARS, 0.5 * len(resiliparse_text(page)))
        assert trafilatura_text(page) == (fast if len(fast) >= enough else full)


@pytest.mark.parametrize(
    ("page", "levels"),
    [
        ("<div><div></div></div><div></div>", 2),
        ("<div>" * 3000 + "</div>" * 3000, 3000),
        ("<div></div>" * 3000, 1),
        ("<div></b>" * 3000, 3000),
        ("<DIV class=a>" * 1500 + "</div >" * 1500 + "<div>" * 1200, 1500),
        ("<p>" * 3000 + "<br>" * 3000 + "<li>" * 3000, 0),
        ("<table><tr><td>" * 2000, 2000),
        ("x" * 9000 + "<div>" * 1700 + "x" * 9000 + "</div>" * 1700, 1700),
        ("a < b " * 5000, 0),
        ("", 0),
    ],
)
def test_nesting_is_measured(page: str, levels: int) -> None:
    """The deepest level passes its own limit and not the one below."""
    assert not nested_deeper_than(page, levels)
    assert levels == 0 or nested_deeper_than(page, levels - 1)


@pytest.mark.parametrize(
    ("untidy", "tidied"),
    [
        ("", ""),
        ("1\r\n2\r3\x0b4\x0c5\x856\u20287\u20298", "1\n2\n3\n4\n5\n6\n7\n8"),
        ("  kept indentation  \t\n\ttab\tkept\u00a0\n", "  kept indentation\n\ttab\tkept"),
        ("\n\na\n \n\t\n\n\nb\n\n", "a\n\nb"),
        ("a\x00b\x07c\x1bd\x7fe\x9ff\ufeffg\uffffh\ud800i", "abcdefghi"),
        ("e\u0301 \u212b ﬁ", "é Å ﬁ"),
        ("\ud83d\ude00", ""),
        ("नमस्ते می‌خواهم", "नमस्ते می‌خواهم"),
    ],
)
def test_tidy_by_example(untidy: str, tidied: str) -> None:
    """Worked by hand."""
    assert tidy(untidy) == tidied


@given(st.text(st.characters(codec=None) | st.sampled_from("\r\n \t\x0b\u0301\u0327\u2028\ufeff\x85a"), max_size=60))
def test_tidy_text_obeys_every_rule(text: str) -> None:
    """On any string: normal form, no control characters, no stray space, and nothing left to do."""
    tidied = tidy(text)
    assert tidied == unicodedata.normalize("NFC", tidied)
    assert not [c for c in tidied if unicodedata.category(c) in ("Cc", "Cs") and c not in "\n\t"]
    assert all(line == line.rstrip() for line in tidied.split("\n"))
    assert "\n\n\n" not in tidied
    assert tidied == tidied.strip("\n") == tidy(tidied)


@pytest.mark.parametrize(
    "text",
    ["e" + "\u0301\u0327" * 500_000, " " * 3_000_000 + "x", ("x" + " " * 1000) * 3000, "\n" * 3_000_000,
     "\u2500" * 2_000_000, "\u1100\u1161" * 500_000, "\x00" * 3_000_000, "a \n" * 700_000],
    ids=["marks", "space", "spaces", "lines", "boxes", "jamo", "NULs", "trailing"],
)  # fmt: skip
def test_tidy_takes_linear_time(text: str) -> None:
    """Megabytes of one thing take about a second, not minutes."""
    assert takes_at_most(3, lambda: tidy(text))


def test_the_cascade_asks_trafilatura_where_blocks_is_less_sure_than_asked() -> None:
    """Above the limit the text is that of blocks, below it trafilatura's, or that of blocks if there is none."""
    from curate.extract.blocks import extract_page
    from curate.extract.cascade import extracted

    tide = "The tide turned at noon and the boats, which had lain on the mud since dawn, began to lift."
    teasers = "".join(
        f"<div class='teaser card'><h3><a href=/x{i}>{tide[:40]} {i}</a></h3><p class=excerpt>{tide[:70]}</p>"
        f"<a class=more href=/x{i}>Read more</a></div>"
        for i in range(30)
    )
    page = f"<html><body>{teasers}</body></html>"
    sure = extract_page(page).expected_f1
    ours, theirs = extract(page, extractor="blocks"), extract(page, extractor="trafilatura")
    assert ours != theirs
    assert extracted(page, min_expected_f1=sure).text == ours
    assert extracted(page, min_expected_f1=sure + 0.01).text == theirs
    assert extracted("<html><body></body></html>").text == ""
