"""Kept blocks to text: the same blocks as Markdown or as plain text, and which part of the text each of them is."""

import re
from collections.abc import Callable, Iterator
from itertools import groupby
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from curate.extract import kinds as k
from curate.extract import page as p
from curate.extract import tidy
from curate.extract.formulas import Formulas, in_brackets
from curate.extract.languages import language_of
from curate.extract.page import Page
from curate.extract.spans import Kind, Span
from curate.extract.tables import (
    CELL_COLUMN,
    CELL_COLUMN_END,
    CELL_FIRST,
    CELL_LAST,
    CELL_ROW,
    cells,
)

Rows = NDArray[np.int32]

# A preformatted text of this many words, nearly all of them plain, is a letter, a poem or a song.
MIN_PROSE_WORDS = 20
MIN_PLAIN_WORD_SHARE = 0.8

_MARK = chr(p.FORMULA_MARK)
# The sign behind a heading that links to it.
_PERMALINKS = "\xb6\u00a7\U0001f517 "
_PLAIN_WORD = re.compile(r"[(\"'\u2018\u201c]?[^\W\d_]+(?:[-'\u2019][^\W\d_]+)*[.,;:!?)\"'\u2019\u201d]*$")
_DELIMITER = re.compile(r"\\[()\[\]]")


class Piece(NamedTuple):
    """One block as it will be written: its kind, the detail of its span, its text without any mark, its quotations."""

    kind: Kind
    detail: int
    text: str
    quotes: int = 0
    begins: bool = False
    prefix: str = ""
    language: str = ""
    table: tuple[tuple[str, ...], ...] = ()


def render(page: Page, kept: NDArray[np.bool_], described: Rows, tables: Rows, markup: str) -> tuple[str, list[Span]]:
    """The text of the kept blocks, and the spans of the blocks and of the formulas in them."""
    write = _WRITERS[markup]
    text, spans, before = "", [], None
    parts: list[str] = []
    at = 0
    for piece in pieces(page, kept, described, tables):
        written = write(piece)
        if before is not None:
            gap = _gap(before, piece) if markup == "markdown" else "\n"
            parts.append(gap)
            at += len(gap)
        parts.append(written)
        spans.append(Span(at, at + len(written), piece.kind, piece.detail))
        if piece.kind != Kind.CODE and "\\" in written:
            spans += _formula_spans(written, at)
        at += len(written)
        before = piece
    text = "".join(parts)
    return text, spans


def _formula_spans(written: str, at: int) -> Iterator[Span]:
    r"""Formulas between `\(` and `\)` or `\[` and `\]`, whether the page wrote the delimiters or we did."""
    start, closing = -1, ""
    for found in _DELIMITER.finditer(written):
        if found[0] in ("\\(", "\\[") and start < 0:
            start, closing = found.start(), "\\)" if found[0] == "\\(" else "\\]"
        elif found[0] == closing and start >= 0:
            yield Span(at + start, at + found.end(), Kind.FORMULA, int(closing == "\\]"))
            start = -1


def pieces(page: Page, kept: NDArray[np.bool_], described: Rows, tables: Rows) -> Iterator[Piece]:
    """The kept blocks in order, those that make one listing, table or heading together."""
    numbers = np.flatnonzero(kept)
    rows = dict(zip(numbers.tolist(), described[numbers].tolist(), strict=True))
    text = _Texts(page)
    for _, group in groupby(rows, _unit_of(rows)):
        members = list(group)
        kind = rows[members[0]][k.KIND]
        piece = _MAKERS.get(kind, _prose)(members, rows, text, tables)
        if piece is not None:
            yield piece


def _unit_of(rows: dict[int, list[int]]) -> Callable[[int], tuple[int, int]]:
    """What blocks must share to be written as one: the table, listing or heading; a block else stands alone."""
    before = -2
    run = -1

    def unit(number: int) -> tuple[int, int]:
        nonlocal before, run
        row = rows[number]
        if row[k.UNIT] >= 0 and row[k.KIND] in (k.CODE, k.TABLE, k.HEADING):
            return row[k.KIND], row[k.UNIT]
        is_run = row[k.KIND] == k.CODE and number == before + 1 and rows[before][k.KIND] == k.CODE
        run = run if is_run else -2 - number
        before = number
        return row[k.KIND], run

    return unit


class _Texts:
    """The text of a page's blocks, formulas written as TeX."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self._bytes = page.text[: page.state[p.TEXT]].tobytes()
        self._formulas = Formulas(page)
        self._places = page.formulas[: page.state[p.FORMULAS], p.FORMULA_TEXT]

    def __getitem__(self, number: int) -> str:
        text = self._raw(number)
        if "$" in text:
            text = in_brackets(text)
        return text if text.isascii() else tidy(text)

    def listing(self, numbers: list[int]) -> str:
        """Blocks of code as they stand."""
        return tidy("\n".join(map(self._raw, numbers)))

    def _raw(self, number: int) -> str:
        start, end = self.page.blocks[number, : p.TEXT_END + 1].tolist()
        text = self._bytes[start:end].decode("utf-8", "replace")
        return self._with_formulas(text, start) if _MARK in text else text

    def _with_formulas(self, text: str, start: int) -> str:
        first = int(np.searchsorted(self._places, start))
        head, *rest = text.split(_MARK)
        is_alone = not head and rest == [""]
        written = [head]
        for number, after in enumerate(rest, first):
            written += [self._formulas.tex(number, is_display=is_alone), after]
        return "".join(written).strip()


def _prose(members: list[int], rows: dict[int, list[int]], text: _Texts, tables: Rows) -> Piece | None:
    number = members[0]
    row = rows[number]
    kind = Kind(row[k.KIND])
    begins = bool(row[k.BEGINS])
    words = text[number]
    if kind == Kind.LIST_ITEM:
        depth, item = max(row[k.LEVEL], 1), row[k.NUMBER_OF_ITEM]
        detail = depth << 16 | (item & 0xFFFF)
        prefix = f"{item}. " if item else "- "
        return Piece(kind, detail, words, row[k.QUOTES], begins, prefix) if words else None
    detail = row[k.QUOTES] if kind == Kind.QUOTATION else row[k.LEVEL]
    return Piece(kind, detail, words, row[k.QUOTES], begins) if words else None


def _heading(members: list[int], rows: dict[int, list[int]], text: _Texts, tables: Rows) -> Piece | None:
    row = rows[members[0]]
    words = " ".join(" ".join(text[number].split()) for number in members)
    if any(text.page.blocks[number, p.LINKS] for number in members):
        words = words.rstrip(_PERMALINKS).removeprefix("# ").removesuffix(" #")
    is_item = bool(row[k.BEGINS] and row[k.ITEM] >= 0)
    return Piece(Kind.HEADING, row[k.LEVEL], words, row[k.QUOTES], is_item) if words else None


def _listing(members: list[int], rows: dict[int, list[int]], text: _Texts, tables: Rows) -> Piece | None:
    row, code = rows[members[0]], text.listing(members)
    if _is_gutter(code):
        return None
    language = language_of(text.page, row[k.PRE] if row[k.PRE] >= 0 else row[k.UNIT])
    if not language.name and row[k.PRE] >= 0 and not language.is_code and _is_prose(code):
        return Piece(Kind.PROSE, 0, code, row[k.QUOTES])
    return Piece(Kind.CODE, language.number, code, row[k.QUOTES], language=language.name)


def _is_gutter(code: str) -> bool:
    """Whether a listing is nothing but numbers of lines."""
    lines = code.split()
    return len(lines) > 1 and lines[0].isdecimal() and lines == [str(int(lines[0]) + i) for i in range(len(lines))]


def _is_prose(code: str) -> bool:
    words = code.split()
    plain = sum(_PLAIN_WORD.match(word) is not None for word in words)
    return len(words) >= MIN_PROSE_WORDS and plain >= MIN_PLAIN_WORD_SHARE * len(words)


def _table(members: list[int], rows: dict[int, list[int]], text: _Texts, tables: Rows) -> Piece | None:
    table = rows[members[0]][k.UNIT]
    members_set = set(members)
    grid: dict[int, dict[int, str]] = {}
    found = cells(text.page, table, tables).tolist()
    width = max((cell[CELL_COLUMN_END] for cell in found), default=0)
    for cell in found:
        own = [number for number in range(cell[CELL_FIRST], cell[CELL_LAST]) if number in members_set]
        if own:
            words = " ".join(" ".join(text[number].split()) for number in own)
            grid.setdefault(cell[CELL_ROW], {})[cell[CELL_COLUMN]] = words
    lines = tuple(tuple(row.get(column, "") for column in range(width)) for row in grid.values())
    return Piece(Kind.TABLE, width, "", rows[members[0]][k.QUOTES], table=lines) if lines else None


_MAKERS = {k.HEADING: _heading, k.CODE: _listing, k.TABLE: _table}


def _plain(piece: Piece) -> str:
    if piece.kind == Kind.TABLE:
        return "\n".join("\t".join(row).rstrip("\t") for row in piece.table)
    if piece.begins and piece.kind in (Kind.LIST_ITEM, Kind.HEADING):
        return (piece.prefix or "- ") + piece.text
    return piece.text


def _markdown(piece: Piece) -> str:
    text = _MARKS.get(piece.kind, _as_it_is)(piece)
    if piece.quotes:
        mark = "> " * piece.quotes
        text = "\n".join((mark + line).rstrip() for line in text.split("\n"))
    return text


def _as_it_is(piece: Piece) -> str:
    return piece.text


def _marked_heading(piece: Piece) -> str:
    return f"{'#' * max(piece.detail, 1)} {piece.text}"


def _marked_item(piece: Piece) -> str:
    indent = "  " * ((piece.detail >> 16) - 1)
    inner = indent + " " * len(piece.prefix)
    first = indent + piece.prefix if piece.begins else inner
    return first + piece.text.replace("\n", "\n" + inner)


def _fenced(piece: Piece) -> str:
    fence = "```"
    while fence in piece.text:
        fence += "`"
    return f"{fence}{piece.language}\n{piece.text}\n{fence}"


def _piped(piece: Piece) -> str:
    lines = [f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |" for row in piece.table]
    lines.insert(1, "|" + " --- |" * piece.detail)
    return "\n".join(lines)


def _meant(piece: Piece) -> str:
    return ": " + piece.text if piece.detail and piece.begins else piece.text


_MARKS: dict[Kind, Callable[[Piece], str]] = {
    Kind.HEADING: _marked_heading, Kind.LIST_ITEM: _marked_item, Kind.CODE: _fenced, Kind.TABLE: _piped,
    Kind.DEFINITION: _meant,
}  # fmt: skip
_WRITERS = {"plain": _plain, "markdown": _markdown}
MARKUPS = tuple(_WRITERS)


def _gap(before: Piece, after: Piece) -> str:
    """What stands between two blocks in Markdown: an empty line, but none within a list or a definition."""
    is_list = before.kind == after.kind == Kind.LIST_ITEM and after.begins
    is_meaning = before.kind == after.kind == Kind.DEFINITION and after.detail == 1 and after.begins
    quotes = min(before.quotes, after.quotes)
    if is_list or is_meaning:
        return "\n"
    return "\n" + ("> " * quotes).rstrip() + "\n" if quotes else "\n\n"
