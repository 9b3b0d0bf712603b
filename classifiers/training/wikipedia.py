"""Encyclopaedia dumps, read as streams: MediaWiki XML (.bz2, multistream too) and WikiExtractor's JSON Lines."""

import os
import re
from collections.abc import Callable, Iterator
from html import unescape
from operator import itemgetter
from xml.etree import ElementTree as ET

from curate.classifiers.training.corpora import open_bytes, read_jsonl

# The inmost of nested marks goes first, so a pass removes one level; deeper nesting than this is left standing.
_MAX_NESTING = 8

_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_NOWIKI = re.compile(r"</?nowiki\s*/?>", re.IGNORECASE)
_NOT_PROSE = re.compile(
    r"<(/?)(ref|math|gallery|timeline|score|syntaxhighlight|source|code|pre|imagemap|graph|templatestyles)\b([^<>]*)>",
    re.IGNORECASE,
)
_LINE_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
_TEMPLATE = re.compile(r"\{\{([^{}]*)\}\}")
_NAMED_LINK = re.compile(r"\[\[(?:file|image|category|datei|fichier|archivo|kategorie)\s*:[^\[\]]*\]\]", re.IGNORECASE)
_OTHER_LANGUAGE = re.compile(r"^\[\[[a-z]{2,3}(?:-[a-z]+)?:[^\[\]|]*\]\]$", re.MULTILINE)
_LINK = re.compile(r"\[\[(?:[^\[\]|]*\|)?([^\[\]|]*)\]\]")
_WEB_LINK = re.compile(r"\[(?:https?:)?//[^\s\]]+ ?([^\]\n]{0,400})\]")
_HEADING = re.compile(r"^=+\s*(.*?)\s*=+\s*$", re.MULTILINE)
_LIST_MARK = re.compile(r"^[*#:;]+\s*", re.MULTILINE)
_QUOTES = re.compile(r"'{2,}")
_ELISION = re.compile(r"(?<=\b[^\W\d_])'''(?!')")
_SWITCH = re.compile(r"__[A-Z]+__")
_EMPTY_BRACKETS = re.compile(r" ?\([\s,;:]*\)")
_SPACES = re.compile(r"[ \t]{2,}")
_BLANK_LINES = re.compile(r"\s*\n\s*")
# A caption may hold links of its own: they become their label before the file goes.
_LINK_INSIDE_FILE = re.compile(r"(?<=[^\[\]])\[\[(?!\w+:)(?:[^\[\]|]*\|)?([^\[\]|]*)\]\](?=[^\[\]]*\]\])")

# Templates that write their own arguments into the sentence; every other template is dropped.
_WRITTEN: dict[str, Callable[[list[str]], str]] = {
    **dict.fromkeys(("nowrap", "nobr", "small", "abbr", "em", "strong", "nihongo", "quote", "blockquote", "cquote"),
                    itemgetter(0)),
    **dict.fromkeys(("lang", "langx", "transl", "transliteration"), itemgetter(1)),
    **dict.fromkeys(("convert", "cvt"), lambda arguments: f"{arguments[0]} {arguments[1]}"),
    **dict.fromkeys(("circa", "c."), lambda arguments: f"c. {arguments[0]}"),
    **dict.fromkeys(("frac", "fraction"), "/".join),
    **dict.fromkeys(("ndash", "spnd", "snd"), lambda _: " – "),
    "as of": lambda arguments: f"As of {' '.join(arguments)}",
}  # fmt: skip


def _until_still(pattern: re.Pattern[str], replacement: str | Callable[[re.Match[str]], str], text: str) -> str:
    for _ in range(_MAX_NESTING):
        text, count = pattern.subn(replacement, text)
        if not count:
            break
    return text


def _written(template: re.Match[str]) -> str:
    name, *arguments = template[1].split("|")
    write = _WRITTEN.get(name.strip().lower())
    try:
        return write([each.strip() for each in arguments if "=" not in each]) if write else ""
    except IndexError:
        return ""


def _without_elements(text: str) -> str:
    """Text outside of elements that hold no prose; an opening tag that nothing closes hides nothing."""
    marks = list(_NOT_PROSE.finditer(text))
    last_end = {mark[2].lower(): mark.start() for mark in marks if mark[1]}
    kept, at, inside = [], 0, ""
    for mark in marks:
        closes, name = bool(mark[1]), mark[2].lower()
        if inside:
            if closes and name == inside:
                at, inside = mark.end(), ""
        elif mark[3].endswith("/"):
            kept.append(text[at : mark.start()])
            at = mark.end()
        elif not closes and last_end.get(name, -1) > mark.start():
            kept.append(text[at : mark.start()])
            inside = name
    return "".join([*kept, text[at:]])


def _without_tables(text: str) -> str:
    """Lines outside of tables; a table in a table goes with it, one that is not closed goes to the end."""
    if "{|" not in text:
        return text
    kept, depth = [], 0
    for line in text.split("\n"):
        mark = line.lstrip(" \t:*")[:2]
        depth += mark == "{|"
        if not depth:
            kept.append(line)
        depth -= mark == "|}" and depth > 0
    return "\n".join(kept)


def _without_quotes(line: str) -> str:
    """Marks of bold and italics taken off one line; four are an apostrophe and bold, as are three after an elision."""
    if "''" not in line:
        return line
    if sum(len(run) in (3, 4) for run in _QUOTES.findall(line)) % 2:
        line = _ELISION.sub("'", line, count=1)
    return _QUOTES.sub(lambda run: "'" if len(run[0]) == 4 else "'" * (len(run[0]) - 5), line)


def strip_wikitext(wikitext: str) -> str:
    """The prose of an article's wikitext: one paragraph, heading or list item a line.

    Tables, references, files, categories and most templates are dropped, links keep their label, and the templates that
    set a phrase in a language, a unit or a frame keep the phrase. It is a strip, not a parser.

    >>> strip_wikitext("'''Ada''' was a [[mathematician|scholar]].<ref>Source</ref>{{who?}}\\n[[File:a.jpg|thumb]]")
    'Ada was a scholar.'
    >>> strip_wikitext("The tower (from {{lang|fr|tour}}) is {{convert|34|m|ft}} tall ({{IPA|x}}) &ndash; see ''it''.")
    'The tower (from tour) is 34 m tall – see it.'
    """
    text = _NOWIKI.sub("", _without_elements(_COMMENT.sub("", wikitext)))
    text = _without_tables(_until_still(_TEMPLATE, _written, text))
    text = _OTHER_LANGUAGE.sub("", _until_still(_NAMED_LINK, "", _until_still(_LINK_INSIDE_FILE, r"\1", text)))
    text = _WEB_LINK.sub(r"\1", _until_still(_LINK, r"\1", text))
    text = _TAG.sub("", _LINE_BREAK.sub("\n", text))
    text = "\n".join(map(_without_quotes, _LIST_MARK.sub("", _HEADING.sub(r"\1", text)).split("\n")))
    text = _EMPTY_BRACKETS.sub("", _SWITCH.sub("", unescape(text).replace("\u00a0", " ")))
    return _BLANK_LINES.sub("\n", _SPACES.sub(" ", text)).strip()


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
