"""What the raw bytes of a page say before parsing: size, binary content, stubs, and a first look at the language.

These rules run on every page of a crawl, so they use byte searches only. The language rules are off by default; a
recipe switches them on by naming its languages and their commonest words, as `ENGLISH` does.
"""

import re
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from curate.filters.batches import Columns, text_list
from curate.filters.verdict import Rule, Verdict, judge
from curate.filters.verdicts import verdict_columns

__all__ = ["ENGLISH", "HtmlRules", "count_common_words", "declared_language", "quality"]
__dir__ = __all__.copy  # so dir() shows what is public

COMMON_WORDS_CAP = 8  # counting stops here, so a page of the wanted language costs a look at its first sentences

ENGLISH_WORDS = (b" the ", b" and ")
UNDECLARED = frozenset({"", "und", "mul", "mis", "zxx"})  # ISO 639 codes that name no language

_HEAD_BYTES = 8192
_STUB_BYTES = 4096
_DECLARED = re.compile(rb"<html\b[^>]{0,1000}?\blang\s{0,9}=\s{0,9}[\"']?([a-zA-Z]{2,3})\b", re.IGNORECASE)
_REFRESH = re.compile(rb"http-equiv\s{0,9}=\s{0,9}[\"']?refresh\b", re.IGNORECASE)
_FRAMESET = re.compile(rb"<(?:frameset|FRAMESET|Frameset)\b")
# The first bytes of formats that servers send as text/html: JSON, PDF, ZIP and office files, images, archives, feeds.
_NOT_HTML = re.compile(
    rb"(?:\xef\xbb\xbf)?\s{0,999}(?:[\[{]\s{0,99}[\[{\"\d]|%PDF-|PK\x03\x04|\x89PNG|GIF8|\xff\xd8\xff|RIFF|\x1f\x8b|"
    rb"(?:<\?xml[^>]{0,200}>\s{0,999}(?:<!--.{0,500}?-->\s{0,99})?)?<(?:rss|feed|urlset|sitemapindex|rdf:RDF)\b)",
    re.DOTALL,
)


def _ascii_superset(html: bytes, charset: str) -> bytes:
    """The page in an encoding that has ASCII as it is; only UTF-16 and UTF-32 need anything done."""
    name = charset.lower().replace("_", "-")
    if html[:2] in (b"\xff\xfe", b"\xfe\xff") and not name.startswith("utf-32"):
        name = "utf-16"
    if name.startswith(("utf-16", "utf-32")):
        codec = name if name in ("utf-16", "utf-16le", "utf-16be", "utf-16-le", "utf-16-be") else name[:6]
        return html.decode(codec, "replace").encode("utf-8", "replace")
    return html


def declared_language(html: bytes) -> str:
    """The language subtag of the `lang` attribute of `<html>`, lower case; empty when none is declared near the top.

    >>> declared_language(b'<!doctype html><html class="no-js" lang="en-GB">')
    'en'
    >>> declared_language(b"<html><body lang=de>")
    ''
    """
    match = _DECLARED.search(html, 0, _HEAD_BYTES)
    language = match[1].decode("ascii").lower() if match else ""
    return "" if language in UNDECLARED else language


def count_common_words(html: bytes, words: tuple[bytes, ...]) -> int:
    """Return how often any of the words occurs, markup and scripts included; counting stops at `COMMON_WORDS_CAP`.

    >>> count_common_words(b"<p>All the words and the rest</p>", ENGLISH_WORDS)
    3
    """
    from curate.filters.byte_search import places

    found = 0
    for word in words:
        if found < COMMON_WORDS_CAP:  # two occurrences may share a space
            found += len(places(html, word, most=COMMON_WORDS_CAP - found, step=len(word) - 1))
    return found


@dataclass(frozen=True, slots=True)
class HtmlRules:
    """Judges the bytes of a page before extraction, cheapest rule first; the bound itself passes.

    `languages` are ISO 639-1 codes; a page that declares another language is `foreign` and has to show
    `min_foreign_common_words` occurrences of `common_words`, any other page `min_common_words` (both at most
    `COMMON_WORDS_CAP`). With no `common_words` there are no language rules. Words are bytes with their spaces.

    >>> bool(quality(b"<html lang=de><p>Der Hund und die Katze</p>", min_html_bytes=0))
    True
    >>> ENGLISH(b"<html lang=de><p>Der Hund und die Katze</p>", min_html_bytes=0)
    Verdict(rule='min_foreign_common_words', value=0, limit=6)
    """

    languages: tuple[str, ...] = ()
    common_words: tuple[bytes, ...] = ()
    min_common_words: int = 0
    min_foreign_common_words: int = 0
    min_html_bytes: int = 512
    max_html_bytes: int = 8_000_000
    max_not_html: int = 0
    max_nul_bytes: int = 0
    max_framesets: int = 0
    max_refresh_stubs: int = 0
    min_tags: int = 1

    def signals(self, html: bytes, charset: str = "utf-8") -> dict[str, int]:
        """The number behind each rule, counts of 0 or more; word counts stop at `COMMON_WORDS_CAP`.

        `charset` is what the page is believed to be in; an unknown one is read as ASCII-compatible.
        """
        html = _ascii_superset(html, charset)
        foreign = bool(self.languages) and declared_language(html) not in ("", *self.languages)
        words = count_common_words(html, self.common_words) if self.common_words else COMMON_WORDS_CAP
        return {
            "html_bytes": len(html),
            "nul_bytes": html.count(b"\0") if b"\0" in html else 0,
            "not_html": int(bool(_NOT_HTML.match(html))),
            "tags": int(b"<" in html),
            "framesets": int(bool(_FRAMESET.search(html, 0, _HEAD_BYTES))),
            "refresh_stubs": int(len(html) < _STUB_BYTES and bool(_REFRESH.search(html))),
            "foreign_common_words": words if foreign else COMMON_WORDS_CAP,
            "common_words": words,
        }

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The table of limits in the order they are judged."""
        return _table(self)

    def __call__(self, html: bytes, *, charset: str = "utf-8", **limits: int) -> Verdict:
        """Judge one page; `limits` are field names (`min_html_bytes=256`). Raises TypeError on a name that is none."""
        rules = replace(self, **limits) if limits else self  # type: ignore[arg-type]
        if len(html) > rules.max_html_bytes:  # before any work on it
            return Verdict("max_html_bytes", len(html), rules.max_html_bytes)
        return judge(rules.signals(html, charset), rules.rules)

    def kept(self, html: bytes, *, charset: str = "utf-8", **limits: int) -> bool:
        """Return whether one page is kept; keywords as of a call."""
        return not self(html, charset=charset, **limits).rule

    def batch(self, pages: Any, *, charset: str = "utf-8", **limits: int) -> Columns:
        """Judge a column of n pages, bytes: `kept`, bool[n], `rule`, n strings, `value` and `limit`, float64[n]."""
        return verdict_columns([self(html, charset=charset, **limits) for html in text_list(pages, of=(bytes,))])


_BECAUSE = {
    "min_html_bytes": "the page is too small to hold a text",
    "max_html_bytes": "the page is a dump or a trap",
    "max_nul_bytes": "NUL bytes make it binary data",
    "max_not_html": "its first bytes are those of JSON, a feed, PDF, an archive or an image",
    "min_tags": "there is no tag in it",
    "max_framesets": "its text is on other pages",
    "max_refresh_stubs": "it only sends the reader elsewhere",
    "min_foreign_common_words": "it declares another language and the wanted language's commonest words are missing",
    "min_common_words": "the wanted language's commonest words are missing",
}


@cache
def _table(rules: HtmlRules) -> tuple[Rule, ...]:
    return tuple(Rule(name[4:], name[:3], getattr(rules, name), because) for name, because in _BECAUSE.items())


quality = HtmlRules()
ENGLISH = HtmlRules(languages=("en",), common_words=ENGLISH_WORDS, min_common_words=1, min_foreign_common_words=6)
