"""Extractors that are other people's: trafilatura with a rerun where it can matter, and resiliparse."""

import re
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml import etree

# Below this many characters, or this share of what resiliparse calls the main text, trafilatura's fast mode may have
# missed the content; only then is its full cascade run. That reruns 8 % of trafilatura's evaluation pages, which are
# the dear ones, and 14 % of more varied pages, so it saves 7 % of CPU time on the first and nothing on the second;
# what it keeps is the quality (snippet F1 .936, as the full cascade, fast alone .928; token F1 .844, full .841).
RERUN_BELOW_CHARS = 250
RERUN_BELOW_SHARE = 0.5

# resiliparse's main-content pass is quadratic in nesting (0.07 s at 2,000 levels, 77 s at 60,000) and cannot be
# interrupted; libxml2, under trafilatura, stops at 256 levels by itself. No page people read comes near.
MAX_NESTING = 2000

_TAG = re.compile(r"<(/?)([a-zA-Z][^\s/>]*)")
_NEVER_NESTED = frozenset(
    "area base br col embed hr img input link meta param source track wbr p li dt dd option tr td th".split()
)

# Trafilatura decodes entities a second time when it writes its text; escaped once more, `&amp;lt;` survives that.
_ESCAPED_ENTITY = re.compile(r"&(?:amp|#38|#[xX]26);(?=(?:\w{2,31}|#\w{1,7});)")


def trafilatura_text(html: str, *, markup: str = "plain") -> str:
    """Main text by trafilatura: comments off, tables on, no metadata; '' when it finds none.

    The fast mode answers for most pages; the full cascade is run where the answer is shorter than
    `RERUN_BELOW_CHARS` or than `RERUN_BELOW_SHARE` of resiliparse's main text.
    Source: Barbaresi 2021, Trafilatura (ACL-IJCNLP demos).
    """
    extract = _trafilatura()
    page = _ESCAPED_ENTITY.sub("&amp;amp;", html)
    as_asked = {"output_format": "markdown", "include_formatting": True} if markup == "markdown" else {}
    fast = extract(page, fast=True, include_comments=False, **as_asked) or ""
    if len(fast) < RERUN_BELOW_CHARS or len(fast) < RERUN_BELOW_SHARE * len(resiliparse_text(html)):
        return extract(page, include_comments=False, **as_asked) or ""
    return fast


def resiliparse_text(html: str, *, markup: str = "plain") -> str:  # noqa: ARG001 -- it knows one only
    """Main text by resiliparse, comments off; '' for a page nested deeper than `MAX_NESTING` elements.

    It knows no Markdown: its text is the same under either markup.

    Source: Bevendorff et al. 2018, Elastic ChatNoir (ECIR).
    """
    from resiliparse.extract.html2text import extract_plain_text

    if nested_deeper_than(html, MAX_NESTING):
        return ""
    text: str = extract_plain_text(html, main_content=True, comments=False)
    return text


def nested_deeper_than(html: str, levels: int) -> bool:
    """Return whether the tags of a page open more than `levels` elements inside each other.

    Elements that HTML closes by itself, such as `<p>` and `<li>`, do not count, and an end tag closes the last start
    tag of its name only. Pages with no more start tags than that, which is most, cost two counts of a character.

    >>> nested_deeper_than("<div>" * 5, 5), nested_deeper_than("<div>" * 6, 5)
    (False, True)
    >>> nested_deeper_than("<p><br>" * 6, 5)
    False
    """
    if html.count("<") - html.count("</") <= levels:
        return False
    depth = 0
    open_by_name: dict[str, int] = {}
    for tag in _TAG.finditer(html):
        name = tag[2].lower()
        if name in _NEVER_NESTED:
            continue
        now_open = open_by_name.get(name, 0)
        if not tag[1]:
            open_by_name[name] = now_open + 1
            depth += 1
            if depth > levels:
                return True
        elif now_open:
            open_by_name[name] = now_open - 1
            depth -= 1
    return False


def set_element_classes(parser: "etree.HTMLParser") -> None:
    """Have an lxml parser choose its elements' classes in C.

    lxml.html asks a Python function for the class of every element it hands out, 8 % of trafilatura's time, to give
    forms a class of their own; trafilatura needs none. Texts were identical on all of 320 pages.
    """
    from lxml import etree, html

    parser.set_element_class_lookup(
        etree.ElementDefaultClassLookup(
            element=html.HtmlElement,
            comment=html.HtmlComment,
            pi=html.HtmlProcessingInstruction,
            entity=html.HtmlEntity,
        )
    )


@cache
def _trafilatura() -> Callable[..., str | None]:
    """Trafilatura's `extract`, with a quicker parser; the parser is its own, so nobody else's elements change."""
    import trafilatura
    from trafilatura.utils import HTML_PARSER

    set_element_classes(HTML_PARSER)
    extract: Callable[..., str | None] = trafilatura.extract
    return extract
