"""What each HTML tag does to the tokenizer: a table, and the arrays the compiled code reads.

Sections refer to the parsing chapter (13.2) of the HTML standard. A tag's `groups` say what it is while it is open,
`closes` which open elements its start tag ends and how far up the search may look.
"""

from dataclasses import dataclass

import numpy as np

from curate.extract.byte_hashes import hash_bytes, table_of

# Groups: sets of open elements of which the tokenizer knows the innermost at any moment.
(PARAGRAPH, LIST_ITEM, TERM, CELL, ROW, ROW_GROUP, HEADING, LIST, TABLE, SCOPE, BLOCK, SKIP, PREFORMATTED, NOTHING) = (
    range(14)
)
GROUPS = 14

# What to do with a tag.
VOID = 1  # has no content: 13.1.2, "void elements"
RAW = 2  # text up to its own end tag is no markup, and no text of the page: 13.2.5.1 to 13.2.5.6
BOUNDARY = 4  # starts and ends a block of text
FORMAT = 8  # inline formatting: neither pushed nor a boundary, so that it never splits a word
IGNORED = 16  # html, head and body are always open; their end tags may lie


@dataclass(frozen=True, slots=True)
class Tag:
    """One row; `closes` holds pairs of groups: elements that a start tag ends, and those that stop the search."""

    name: str
    does: int = 0
    groups: tuple[int, ...] = ()
    closes: tuple[tuple[int, int], ...] = ()
    end_limit: int = SCOPE


# 13.2.6.4.7: these start tags end an open p "in button scope".
_P = ((PARAGRAPH, SCOPE),)


def _rows(names: str, *args: object, **kwargs: object) -> tuple[Tag, ...]:
    return tuple(Tag(name, *args, **kwargs) for name in names.split())  # type: ignore[arg-type]


# The order matters to the model: a tag's row number is a feature, with likely content first.
TAGS: tuple[Tag, ...] = (
    Tag(""),
    Tag("p", BOUNDARY, (PARAGRAPH, BLOCK), _P),
    *_rows("h1 h2 h3 h4 h5 h6", BOUNDARY, (HEADING, BLOCK), _P),
    Tag("blockquote", BOUNDARY, (BLOCK,), _P),
    *_rows("pre listing", BOUNDARY, (BLOCK, PREFORMATTED), _P),
    # 13.2.6.4.7, "li": looks past address, div and p, not past another list.
    Tag("li", BOUNDARY, (LIST_ITEM, BLOCK), ((LIST_ITEM, LIST), *_P), LIST),
    *_rows("dd dt", BOUNDARY, (TERM, BLOCK), ((TERM, LIST), *_P), LIST),
    # 13.2.6.4.14 and 15: a cell ends a cell, a row ends a row, both only within the innermost table.
    *_rows("td th", BOUNDARY, (CELL, SCOPE, BLOCK), ((CELL, TABLE),), TABLE),
    *_rows("article main", BOUNDARY, (BLOCK,), _P),
    *_rows("section div center", BOUNDARY, (BLOCK,), _P),
    Tag("figcaption", BOUNDARY, (BLOCK,), _P),
    Tag("caption", BOUNDARY, (ROW_GROUP, SCOPE, BLOCK), ((CELL, TABLE), (ROW, TABLE), (ROW_GROUP, TABLE)), TABLE),
    *_rows("figure details summary", BOUNDARY, (BLOCK,), _P),
    *_rows("ul ol dl menu dir", BOUNDARY, (LIST, BLOCK), _P),
    Tag("table", BOUNDARY, (TABLE, LIST, SCOPE, BLOCK), _P, TABLE),
    *_rows("tbody thead tfoot", BOUNDARY, (ROW_GROUP, BLOCK), ((ROW_GROUP, TABLE), (ROW, TABLE)), TABLE),
    Tag("tr", BOUNDARY, (ROW, BLOCK), ((ROW, TABLE),), TABLE),
    *_rows("address hgroup header", BOUNDARY, (BLOCK,), _P),
    *_rows("aside nav footer search dialog", BOUNDARY, (BLOCK,), _P),
    # 13.2.6.4.7, with scripts off, as for a crawler: forums put whole threads there.
    Tag("noscript"),
    *_rows("form fieldset legend", BOUNDARY, (BLOCK,), _P),
    Tag("button", BOUNDARY, (SCOPE, BLOCK)),
    *_rows("a span label time cite", 0, (), (), BLOCK),
    *_rows("b strong i em u s strike del ins small big sub sup font tt code kbd samp var q mark abbr acronym", FORMAT),
    *_rows("dfn bdi bdo ruby rb data output nobr blink", FORMAT),
    # Ruby annotations repeat the text they stand beside, TeX annotations the formula.
    *_rows("rt rp annotation annotation-xml", 0, (SKIP,), (), BLOCK),
    *_rows("img wbr embed source track param keygen area col base basefont bgsound link meta frame", VOID),
    *_rows("input", VOID),
    *_rows("br", VOID),
    Tag("hr", VOID | BOUNDARY, (), _P),
    *_rows("script style iframe noembed noframes textarea xmp plaintext", RAW),
    Tag("title", RAW),
    Tag("svg", 0, (SKIP,), (), BLOCK),
    # Text inside a foreignObject is HTML again (13.2.6.5), but of a drawing: it stays skipped.
    Tag("foreignobject", 0, (SCOPE,), (), NOTHING),
    Tag("template", 0, (SKIP, SCOPE, TABLE), (), NOTHING),
    *_rows("select datalist canvas video audio", 0, (SKIP,), (), BLOCK),
    *_rows("object applet marquee", 0, (SCOPE,), (), NOTHING),
    *_rows("html head body", IGNORED),
    # Read as a whole, see `formulas`; last, because a tag's row number is a feature.
    Tag("math"),
)
NUMBER = {tag.name: number for number, tag in enumerate(TAGS)}
UNKNOWN = 0

MAX_CLOSES = 3
DOES = np.array([tag.does for tag in TAGS], np.int64)
MEMBERS = np.array([[group in tag.groups for group in range(GROUPS)] for tag in TAGS], np.bool_)
END_LIMIT = np.array([tag.end_limit for tag in TAGS], np.int64)
CLOSES = np.full((len(TAGS), MAX_CLOSES, 2), -1, np.int64)
for _number, _tag in enumerate(TAGS):
    for _slot, _pair in enumerate(_tag.closes):
        CLOSES[_number, _slot] = _pair

NAME_HASHES, NAME_NUMBERS = table_of({hash_bytes(tag.name.encode()): n for n, tag in enumerate(TAGS) if n}, 9)
