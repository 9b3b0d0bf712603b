"""HTML to main text, behind one name: the extractors by name, and the tidying every one of them gets."""

import math
import re
import unicodedata
from importlib import import_module
from typing import Any, NamedTuple

from curate.errors import UsageError
from curate.filters.batches import batched, one_text, strings

__all__ = [
    "DEFAULT_EXTRACTOR", "DEFAULT_MARKUP", "EXTRACTORS", "MARKUPS", "Extracted", "Scored", "check_extractor",
    "check_markup", "extract", "extract_scored", "extract_spans", "tidy",
]  # fmt: skip
__dir__ = __all__.copy  # so dir() shows what is public

DEFAULT_EXTRACTOR = "blocks"
MARKUPS = ("plain", "markdown")
DEFAULT_MARKUP = "plain"

# Imported when first asked for: trafilatura alone costs 0.2 s to import. Libraries take the decoded page and return
# text; ours take bytes too, with their charset, and say how good they expect the text to be.
_LIBRARIES = {
    "trafilatura": "curate.extract.libraries:trafilatura_text",
    "resiliparse": "curate.extract.libraries:resiliparse_text",
}
_OURS = {"blocks": "curate.extract.blocks:extracted", "cascade": "curate.extract.cascade:extracted"}
EXTRACTORS = {**_LIBRARIES, **_OURS}

# Unicode's stream-safe format allows 30 combining marks in a row, more than any script uses. Normalising a run of n
# marks takes n * n steps, 8 s of CPU for 100,000 of them, so they are cut where a line is long enough for it to matter.
# Source: UAX #15, section 13.
MAX_COMBINING_MARKS = 30
LONG_LINE_CHARS = 500

# Runs that may hold too many marks, found fast; then the marks themselves. A pattern with marks beyond the basic
# plane in it is 25 times slower, so the few runs that reach there are walked.
_MARK_RUN = re.compile(rf"[^\w\s\x00-\x7f]{{{MAX_COMBINING_MARKS + 1},}}")
_BASIC_MARKS = "".join(chr(code) for code in range(0x300, 0x10000) if unicodedata.combining(chr(code)))
_BASIC_MARK_RUN = re.compile(f"[{_BASIC_MARKS}]{{{MAX_COMBINING_MARKS + 1},}}")
_SURROGATES = re.compile(r"[\ud800-\udfff]")
_NOT_TEXT = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\ufeff\ufffe\uffff\ud800-\udfff]+")
_BLANK_LINES = re.compile(r"\n{3,}")


class Scored(NamedTuple):
    """A page's main text, and its expected word F1, 0..1; NaN where the extractor estimates none."""

    text: str
    expected_f1: float


class Extracted(NamedTuple):
    """A page's main text, its expected word F1, and its typed spans, which `spans.columns` and `spans.unpack` read."""

    text: str
    expected_f1: float
    spans: bytes


@batched(strings, of=(bytes, str))
def extract(
    html: bytes | str, *, url: str | None = None, extractor: str = DEFAULT_EXTRACTOR, charset: str = "",
    markup: str = DEFAULT_MARKUP,
) -> str:  # fmt: skip
    """Extract the main text of a page, as plain text or as Markdown; '' when there is none.

    Bytes are decoded with `charset`, a Python codec name, or with what `decide_charset` finds when it is empty.
    `extract.batch` takes a column of pages, bytes or strings, and gives one of texts.
    `url` is for extractors that can use it; none of today's does. The text comes tidied, see `tidy`.
    Total on any input and without state: a page's text does not depend on the pages before it. Nothing here bounds
    time or memory; `curate.extract.sandbox` does.
    Raises UsageError when there is no extractor or no markup of that name.

    >>> extract("<html><body><p>Main text.</p></body></html>", extractor="resiliparse")
    'Main text.'
    >>> extract(b"", extractor="resiliparse")
    ''
    """
    return extract_spans(html, url=url, extractor=extractor, charset=charset, markup=markup).text


def extract_scored(
    html: bytes | str, *, url: str | None = None, extractor: str = DEFAULT_EXTRACTOR, charset: str = ""
) -> Scored:
    """As `extract`, with the F1 the extractor expects of its text.

    >>> extract_scored("<html><body><p>Main text.</p></body></html>", extractor="resiliparse")
    Scored(text='Main text.', expected_f1=nan)
    """
    found = extract_spans(html, url=url, extractor=extractor, charset=charset)
    return Scored(found.text, found.expected_f1)


def extract_spans(
    html: bytes | str, *, url: str | None = None, extractor: str = DEFAULT_EXTRACTOR, charset: str = "",
    markup: str = DEFAULT_MARKUP,
) -> Extracted:  # fmt: skip
    """As `extract`, with the F1 the extractor expects of its text and what the parts of the text are.

    Libraries do not say what the parts are: their text is one span of prose.
    """
    one_text(html, of=(bytes, str))
    run = _function(extractor)
    check_markup(markup)
    if extractor in _OURS:
        found: Extracted = run(html, charset, markup=markup)
        return found
    text = decoded(html, charset)
    return in_one_span(tidy(run(text, markup=markup)) if text.strip() else "", math.nan)


def in_one_span(text: str, expected_f1: float) -> Extracted:
    """A text of which nothing is known but that it is text."""
    from curate.filters.spans import Kind, Span, pack

    return Extracted(text, expected_f1, pack([Span(0, len(text), Kind.PROSE)] if text else []))


def check_extractor(name: str) -> str:
    """Return the name of an extractor, or raise UsageError naming the choices."""
    if name not in EXTRACTORS:
        raise UsageError(f"unknown extractor {name!r}; choose from: {', '.join(EXTRACTORS)}")
    return name


def check_markup(name: str) -> str:
    """Return the name of a markup, or raise UsageError naming the choices."""
    if name not in MARKUPS:
        raise UsageError(f"unknown markup {name!r}; choose from: {', '.join(MARKUPS)}")
    return name


def decoded(html: bytes | str, charset: str = "") -> str:
    """The page as text that can be encoded again: lone surrogates in a string become U+FFFD."""
    if isinstance(html, str):
        return html if _encodes(html) else _SURROGATES.sub("\ufffd", html)
    from curate.warc.charset import decide_charset, decode

    return decode(html, charset or decide_charset(html))


def tidy(text: str) -> str:
    r"""Bring any extractor's text into the one form language models are given; total on any string.

    Line ends become `\n` and control characters but tab go, as do surrogates, byte order marks and non-characters;
    the rest is normalised to NFC. Lines keep their indentation and lose trailing space; at most one empty line stands
    between two others, none before the first or after the last. Tidying twice changes nothing.

    >>> tidy("  A line. \r\n\r\n\r\n\r\nCafe\u0301\x00\n")
    '  A line.\n\nCafé'
    >>> tidy("\x00 \n\ud800")
    ''
    """
    lines = "\n".join(map(_tidy_line, text.splitlines()))
    return _BLANK_LINES.sub("\n\n", lines).strip("\n")


def _tidy_line(line: str) -> str:
    if not line.isprintable():
        line = _NOT_TEXT.sub("", line)
    if line.isascii():
        return line.rstrip()
    if len(line) > LONG_LINE_CHARS:
        line = _MARK_RUN.sub(_cut_marks, line)
    return unicodedata.normalize("NFC", line).rstrip()


def _function(extractor: str) -> Any:
    module, _, name = EXTRACTORS[check_extractor(extractor)].partition(":")
    return getattr(import_module(module), name)


def _encodes(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _cut_marks(run: re.Match[str]) -> str:
    """Drop combining marks beyond the allowed number in a row."""
    if max(run[0]) <= "\uffff":
        return _BASIC_MARK_RUN.sub(lambda marks: marks[0][:MAX_COMBINING_MARKS], run[0])
    kept = []
    marks = 0
    for character in run[0]:
        marks = marks + 1 if unicodedata.combining(character) else 0
        if marks <= MAX_COMBINING_MARKS:
            kept.append(character)
    return "".join(kept)
