"""Encyclopaedia dumps, read as streams: MediaWiki XML (.bz2, multistream too) and WikiExtractor's JSON Lines."""

import os
import re
from collections.abc import Iterator
from xml.etree import ElementTree as ET

from classifiers.corpora import open_bytes, read_jsonl

# The inmost of nested marks goes first, so a pass removes one level; deeper nesting than this is left standing.
_MAX_NESTING = 8

_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_DROPPED_ELEMENT = re.compile(
    r"<(ref|math|gallery|timeline|score|syntaxhighlight|source|code|pre|imagemap|graph)\b[^<>/]*(?:/>|>.*?</\1\s*>)",
    re.DOTALL | re.IGNORECASE,
)
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
_TEMPLATE = re.compile(r"\{\{[^{}]*\}\}")
_TABLE = re.compile(r"^[:\s]*\{\|.*?^\s*\|\}", re.DOTALL | re.MULTILINE)
_NAMED_LINK = re.compile(r"\[\[(?:file|image|category|datei|fichier|archivo|kategorie)\s*:[^\[\]]*\]\]", re.IGNORECASE)
_LINK = re.compile(r"\[\[(?:[^\[\]|]*\|)?([^\[\]|]*)\]\]")
_WEB_LINK = re.compile(r"\[(?:https?:)?//[^\s\]]+ ?([^\]]*)\]")
_HEADING = re.compile(r"^=+\s*(.*?)\s*=+\s*$", re.MULTILINE)
_LIST_MARK = re.compile(r"^[*#:;]+\s*", re.MULTILINE)
_QUOTES = re.compile(r"'{2,5}")
_BLANK_LINES = re.compile(r"\s*\n\s*")


def _until_still(pattern: re.Pattern[str], replacement: str, text: str) -> str:
    for _ in range(_MAX_NESTING):
        text, count = pattern.subn(replacement, text)
        if not count:
            break
    return text


def strip_wikitext(wikitext: str) -> str:
    """The prose of an article's wikitext: one paragraph, heading or list item a line.

    Templates, tables, references, files and categories are dropped, links keep their label. It is a strip, not a
    parser: what a template would have written (a date, a converted unit) is missing from the sentence it stood in.

    >>> strip_wikitext("'''Ada''' was a [[mathematician|scholar]].<ref>Source</ref>{{who?}}\\n[[File:a.jpg|thumb]]")
    'Ada was a scholar.'
    """
    text = _DROPPED_ELEMENT.sub("", _COMMENT.sub("", wikitext))
    text = _TABLE.sub("", _until_still(_TEMPLATE, "", text))
    text = _until_still(_NAMED_LINK, "", _until_still(_LINK_INSIDE_FILE, r"\1", text))
    text = _WEB_LINK.sub(r"\1", _until_still(_LINK, r"\1", text))
    text = _QUOTES.sub("", _LIST_MARK.sub("", _HEADING.sub(r"\1", _TAG.sub("", text))))
    return _BLANK_LINES.sub("\n", text.replace("&nbsp;", " ").replace("__NOTOC__", "")).strip()


# A caption may hold links of its own: they become their label before the file goes.
_LINK_INSIDE_FILE = re.compile(r"(?<=[^\[\]])\[\[(?!\w+:)(?:[^\[\]|]*\|)?([^\[\]|]*)\]\](?=[^\[\]]*\]\])")


def wikipedia_xml(path: str | os.PathLike[str], *, min_chars: int = 200) -> Iterator[tuple[str, str]]:
    """(title, text) of the articles of a `pages-articles` dump, in the dump's order and in bounded memory.

    Redirects, pages outside the main namespace and articles shorter than `min_chars` are left out.
    """
    with open_bytes(path) as file:
        root = None
        for event, element in ET.iterparse(file, events=("start", "end")):  # noqa: S314, expat bounds entity expansion itself
            if root is None:
                root = element
            if event == "end" and element.tag.rpartition("}")[2] == "page":
                title, text = _article(element)
                root.clear()
                if len(text) >= min_chars:
                    yield title, text


def _article(page: ET.Element) -> tuple[str, str]:
    found = {element.tag.rpartition("}")[2]: element.text or "" for element in page.iter()}
    if found.get("ns", "0") != "0" or "redirect" in found or found.get("model", "wikitext") != "wikitext":
        return "", ""
    return found.get("title", ""), strip_wikitext(found.get("text", ""))


def wikiextractor_jsonl(path: str | os.PathLike[str], *, min_chars: int = 200) -> Iterator[tuple[str, str]]:
    """(title, text) of the articles in a file WikiExtractor wrote with `--json`."""
    for article in read_jsonl(path):
        text = article.get("text")
        if isinstance(text, str) and len(text) >= min_chars:
            yield str(article.get("title", "")), text
