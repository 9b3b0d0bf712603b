"""Byte rules before extraction: what they drop, what they must not, and what they cost."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curate.filters import html
from curate.filters.html import COMMON_WORDS_CAP, ENGLISH, ENGLISH_WORDS, count_common_words, declared_language
from tests.clock import takes_at_most

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"


def page(body: str, attributes: str = "", head: str = "") -> bytes:
    """A page big enough to pass the size rule."""
    return f"<!doctype html><html{attributes}><head>{head}</head><body>{body}<!--{'-' * 600}</body></html>".encode()


ENGLISH_TEXT = "<p>The boats left the harbour and the crowd waved.</p>"
GERMAN_TEXT = "<p>Die Boote verließen den Hafen und die Menge winkte.</p>"


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        (page(ENGLISH_TEXT), ""),
        (page(GERMAN_TEXT, ' lang="de"'), ""),
        (b"<p>Short.</p>", "min_html_bytes"),
        (b"<p>" + b"x" * 8_000_000, "max_html_bytes"),
        (page("a\0b"), "max_nul_bytes"),
        (b'{"id": 7, "content": "<p>' + b"x" * 600 + b'"}', "max_not_html"),
        (b"\xef\xbb\xbf\n[ {" + b" " * 600 + b"}]", "max_not_html"),
        (b"%PDF-1.7\n<<" + b"x" * 600, "max_not_html"),
        (b"PK\x03\x04 <a>" + b"x" * 600, "max_not_html"),
        (b'<?xml version="1.0"?>\n<!-- made by x -->\n<rss version="2.0">' + b"x" * 600, "max_not_html"),
        (b'<?xml version="1.0" encoding="utf-8"?><!DOCTYPE html><html>' + b"x" * 600, ""),
        (b"{{ template }} <p>" + b"x" * 600, "max_not_html"),
        (b"[Home] <p>A text that opens with a bracket" + b"x" * 600, ""),
        (b"Just a text " * 60, "min_tags"),
        (page("<frameset cols=50%><frame src=a.html></frameset>"), "max_framesets"),
        (page("x", head='<meta http-equiv="Refresh" content="0;url=/new">'), "max_refresh_stubs"),
        (page("x" * 5000, head='<meta http-equiv="Refresh" content="900">'), ""),
    ],
)
def test_rules(data, rule):
    """Each rule drops its kind of page and leaves its neighbours alone; no language rule is on by default."""
    assert html.quality(data).rule == rule


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        (page(ENGLISH_TEXT), ""),
        (page(ENGLISH_TEXT, ' class=x lang="en-US"'), ""),
        (page(GERMAN_TEXT), "min_common_words"),
        (page(GERMAN_TEXT + "<script>/* left and right */</script>", ' lang="de"'), "min_foreign_common_words"),
        (page(GERMAN_TEXT + "<script>/* left and right */</script>"), ""),
        (page(ENGLISH_TEXT * 2, " lang=fr"), ""),
        (page(ENGLISH_TEXT, " lang=und"), ""),
    ],
)
def test_english_rules(data, rule):
    """A page in English is kept even when it declares another language; others need no declaration to go."""
    assert ENGLISH(data).rule == rule


def test_limits_are_arguments():
    """A limit can be changed per call, the bound itself passes, and a misspelt limit is an error."""
    data = page("x")
    assert html.quality(data, min_html_bytes=len(data))
    assert html.quality(data, min_html_bytes=len(data) + 1).value == len(data)
    with pytest.raises(TypeError):
        html.quality(data, min_bytes=1)


def test_utf_16_is_read_as_text():
    """UTF-16 has a NUL in every ASCII letter and is judged as the text it is, declared or by its byte order mark."""
    text = page(ENGLISH_TEXT).decode()
    assert ENGLISH(text.encode("utf-16-le"), charset="UTF-16LE")
    assert ENGLISH(text.encode("utf-16"))
    assert not ENGLISH(text.encode("utf-16-le"))


@pytest.mark.parametrize(
    ("data", "language"),
    [
        (b"<html lang=EN>", "en"),
        (b"<HTML dir='ltr' LANG='pt-BR'>", "pt"),
        (b"<html xml:lang='fr'>", "fr"),
        (b"<html data-x='lang=de'>", "de"),
        (b"<html><div lang=de>", ""),
        (b"<html lang=''>", ""),
        (b"<html lang=mul>", ""),
    ],
)
def test_declared_language(data, language):
    """The subtag is read in any case and quoting, from the html tag only."""
    assert declared_language(data) == language


def test_common_words_are_counted_up_to_the_cap():
    """Adjacent words share the space between them, and counting stops."""
    assert count_common_words(b" the and the ", ENGLISH_WORDS) == 3
    assert count_common_words(b" the" * 1000 + b" ", ENGLISH_WORDS) == COMMON_WORDS_CAP


@given(
    st.binary(max_size=2000), st.sampled_from(["utf-8", "utf-16", "UTF_16BE", "utf-32", "utf-32-le", "nonsense", ""])
)
def test_total_on_any_bytes(data, charset):
    """Any bytes in any charset get a verdict, and a drop's value is past its limit."""
    verdict = ENGLISH(data, charset=charset)
    if not verdict:
        past = verdict.value < verdict.limit if verdict.rule.startswith("min_") else verdict.value > verdict.limit
        assert past


@pytest.mark.parametrize("unit", [b"<", b"<html ", b" the", b"[ ", b"lang=", b"http-equiv", b"\0", b" "])
def test_eight_megabytes_take_linear_time(unit):
    """The largest page the size rule lets through costs a fraction of a second whatever is in it."""
    data = unit * (7_900_000 // len(unit))
    assert takes_at_most(1, lambda: ENGLISH(data))


@pytest.mark.skipif(not SHARED.exists(), reason="needs the shared measuring data beside the repository")
def test_english_pages_survive():
    """Of the dev pages with good English text at most 1 in 1,000 is dropped, and most of the rest is."""
    import io
    import json

    import pyarrow as pa
    from warcio.archiveiterator import ArchiveIterator

    with pa.input_stream(str(SHARED / "reference" / "reference_dev.jsonl.zst"), compression="zstd") as stream:
        rows = [json.loads(line) for line in io.TextIOWrapper(stream, encoding="utf-8")]
    good = {row["url"] for row in rows if row["lang"] == "en" and row["verdicts"]["gopher_quality"]["kept"]}
    english = {row["url"] for row in rows if row["lang"] == "en"}
    lost = dropped = other = 0
    with (SHARED / "crawl" / "dev.warc.gz").open("rb") as stream:
        for record in ArchiveIterator(stream):
            if record.rec_type == "response":
                url = record.rec_headers.get_header("WARC-Target-URI")
                kept = bool(ENGLISH(record.content_stream().read()))
                lost += url in good and not kept
                other += url not in english
                dropped += url not in english and not kept
    assert lost <= len(good) / 1000
    assert dropped > 0.6 * other
