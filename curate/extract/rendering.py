"""Kept blocks to text: the same blocks as Markdown or as plain text, and which part of the text each of them is."""

import re
from array import array
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from curate.extract import kinds as k
from curate.extract import page as p
from curate.extract import tidy
from curate.extract.formulas import Formulas, in_brackets
from curate.extract.languages import language_of
from curate.extract.page import Page
from curate.extract.tables import CELL_COLUMN_END, cells
from curate.extract.twice import MAY_BE, repaired

Rows = NDArray[np.int32]
Row = list[int]

# A preformatted text of this many words, nearly all of them plain, is a letter, a poem or a song.
MIN_PROSE_WORDS = 20
MIN_PLAIN_WORD_SHARE = 0.8
MAX_JUDGED_CHARS = 20_000
# The name of a function has a link to its source beside it.
MIN_HEADING_CODE_SHARE = 0.5

_MARK = chr(p.FORMULA_MARK)
# The signs behind a heading that link to it.
_PERMALINKS = "\xb6\u00a7\U0001f517 "
_PLAIN_WORD = re.compile(r"[(\"'\u2018\u201c]?[^\W\d_]+(?:[-'\u2019][^\W\d_]+)*[.,;:!?)\"'\u2019\u201d]*$")
_FIRST_NUMBER = re.compile(r"\s*([0-9]{1,6})\s")
_DELIMITER = re.compile(r"\\[()\[\]]")


class Piece(NamedTuple):
    """A part that is written in one go: its kind, the detail of its span, its text or table, and its marks."""

    kind: int
    detail: int
    text: str
    quotes: int = 0
    begins: bool = False
    mark: str = ""
    table: Sequence[Sequence[str]] = ()
    is_code: bool = False


def render(page: Page, kept: NDArray[np.bool_], described: Rows, tables: Rows, markup: str) -> tuple[str, bytes]:
    """The text of the kept blocks, and the packed spans of the blocks and of the formulas in them; see `spans`."""
    write, is_plain = _WRITERS[markup], markup == "plain"
    parts: list[str] = []
    spans, at, before = array("i"), 0, None
    for piece in pieces(_Blocks(page, kept, described, tables)):
        kind = piece.kind
        written = write(piece)
        if before is not None:
            gap = "\n" if is_plain else _gap(before, piece)
            parts.append(gap)
            at += len(gap)
        parts.append(written)
        end = at + len(written)
        spans.extend((at, end, kind, piece.detail))
        if piece.is_code:
            spans.extend((at, end, k.CODE, 0))
        if kind != k.CODE and "\\" in written:
            _add_formulas(written, at, spans)
        at, before = end, piece
    return "".join(parts), np.array(spans, "<i4").tobytes()


def _add_formulas(written: str, at: int, spans: "array[int]") -> None:
    r"""Spans from `\(` to `\)` and from `\[` to `\]`, whether the page wrote the delimiters or we did."""
    start, closing = -1, ""
    for found in _DELIMITER.finditer(written):
        if found[0] in ("\\(", "\\[") and start < 0:
            start, closing = found.start(), "\\)" if found[0] == "\\(" else "\\]"
        elif found[0] == closing and start >= 0:
            spans.extend((at + start, at + found.end(), k.FORMULA, int(closing == "\\]")))
            start = -1


class _Blocks:
    """The kept blocks of a page in order: what each is, and its text with formulas written as TeX."""

    def __init__(self, page: Page, kept: NDArray[np.bool_], described: Rows, tables: Rows) -> None:
        self.page, self.tables = page, tables
        found = np.flatnonzero(kept)
        read = page.blocks[found]
        self.numbers: list[int] = found.tolist()
        self.rows: list[Row] = described[found].tolist()
        self.read: list[Row] = read.tolist()
        self._bytes = page.text[: page.state[p.TEXT]].tobytes()
        self.texts = [self._bytes[row[0] : row[1]].decode("utf-8", "replace") for row in self.read]
        self._is_simple: list[bool] = k.are_simple(page.text, read).tolist()
        if page.state[p.FORMULAS]:
            self._put_formulas()
        self._may_be_twice = MAY_BE.search(self._bytes) is not None
        self._has_dollars = b"$" in self._bytes  # of the page's own, not of formulas that were put in
        self._is_plain = all(self._is_simple) and not (self._has_dollars or self._may_be_twice)

    def __getitem__(self, i: int) -> str:
        text = self.texts[i]
        if self._is_plain:
            return text
        if self._has_dollars and "$" in text and len(text) < MAX_JUDGED_CHARS:
            text = in_brackets(text)
        if self._may_be_twice and self.rows[i][k.KIND] != k.CODE:
            text = repaired(text)
        return text if self._is_simple[i] else tidy(text)

    def listing(self, first: int, last: int) -> str:
        """Blocks of code as they stand."""
        return tidy("\n".join(self.texts[first:last]))

    def line(self, first: int, last: int) -> str:
        """Blocks that share a line."""
        return " ".join(" ".join(self[i].split()) for i in range(first, last))

    def _put_formulas(self) -> None:
        formulas, places = Formulas(self.page), self.page.formulas[: self.page.state[p.FORMULAS], p.FORMULA_TEXT]
        for i, text in enumerate(self.texts):
            if _MARK in text:
                head, *rest = text.split(_MARK)
                is_alone = not head and rest == [""]
                written = [head]
                for number, after in enumerate(rest, int(np.searchsorted(places, self.read[i][p.TEXT_START]))):
                    written += [formulas.tex(number, is_display=is_alone), after]
                self.texts[i] = "".join(written).strip()


def pieces(blocks: _Blocks) -> Iterator[Piece]:
    """Return what is written as one: a block, or those that make one listing, table or heading together."""
    rows, i = blocks.rows, 0
    while i < len(rows):
        kind, last = rows[i][k.KIND], i + 1
        maker = _MAKERS.get(kind)
        if maker is None:
            piece = _single(blocks, i, rows[i])
        else:
            while last < len(rows) and _belongs(blocks, last):
                last += 1
            piece = maker(blocks, i, last)
        if piece is not None:
            yield piece
        i = last


def _belongs(blocks: _Blocks, i: int) -> bool:
    """Return whether a block goes on with the listing, table or heading of the one before it."""
    row, before = blocks.rows[i], blocks.rows[i - 1]
    if row[k.KIND] != before[k.KIND] or row[k.UNIT] != before[k.UNIT]:
        return False
    # Code outside pre has no element around all of it: what follows at once goes on.
    return row[k.UNIT] >= 0 or blocks.numbers[i] == blocks.numbers[i - 1] + 1


def _single(blocks: _Blocks, i: int, row: Row) -> Piece | None:
    text, kind = blocks[i], row[k.KIND]
    if not text:
        return None
    if kind == k.LIST_ITEM:
        item = row[k.NUMBER_OF_ITEM]
        detail = max(row[k.LEVEL], 1) << 16 | (item & 0xFFFF)
        return Piece(kind, detail, text, row[k.QUOTES], bool(row[k.BEGINS]), f"{item}. " if item else "- ")
    detail = row[k.QUOTES] if kind == k.QUOTATION else row[k.LEVEL]
    return Piece(kind, detail, text, row[k.QUOTES], bool(row[k.BEGINS]))


def _heading(blocks: _Blocks, first: int, last: int) -> Piece | None:
    row, words = blocks.rows[first], blocks.line(first, last)
    if any(read[p.LINKS] for read in blocks.read[first:last]):
        words = words.rstrip(_PERMALINKS).removeprefix("# ").removesuffix(" #")
    if not words:
        return None
    is_item = bool(row[k.BEGINS] and row[k.ITEM] >= 0)
    return Piece(k.HEADING, row[k.LEVEL], words, row[k.QUOTES], is_item, "- ", is_code=_is_code(blocks, first, last))


def _is_code(blocks: _Blocks, first: int, last: int) -> bool:
    """Return whether most of some blocks is code, as in the headings of an interface: `fn len(&self) -> usize`."""
    begin, end = blocks.numbers[first], blocks.numbers[last - 1] + 1
    read = blocks.read[first:last] if last - first == 1 else blocks.page.blocks[begin:end].tolist()
    size = sum(row[p.TEXT_END] - row[p.TEXT_START] for row in read)
    return sum(row[p.CODE_BYTES] for row in read) >= MIN_HEADING_CODE_SHARE * size


def _listing(blocks: _Blocks, first: int, last: int) -> Piece | None:
    row, code = blocks.rows[first], blocks.listing(first, last)
    if not code or _is_gutter(code):
        return None
    language = language_of(blocks.page, row[k.PRE] if row[k.PRE] >= 0 else row[k.UNIT])
    if row[k.PRE] >= 0 and not language.is_code and _is_prose(code):
        return Piece(k.PROSE, 0, code, row[k.QUOTES])
    return Piece(k.CODE, language.number, code, row[k.QUOTES], mark=language.name)


def _is_gutter(code: str) -> bool:
    """Return whether a listing is nothing but numbers of lines."""
    first = _FIRST_NUMBER.match(code)
    if first is None:
        return False
    lines, start = code.split(), int(first[1])
    return lines == [str(start + i) for i in range(len(lines))]


def _is_prose(code: str) -> bool:
    words = code[:MAX_JUDGED_CHARS].split()
    plain = sum(_PLAIN_WORD.match(word) is not None for word in words)
    return len(words) >= MIN_PROSE_WORDS and plain >= MIN_PLAIN_WORD_SHARE * len(words)


def _table(blocks: _Blocks, first: int, last: int) -> Piece | None:
    row = blocks.rows[first]
    places = dict(zip(blocks.numbers[first:last], range(first, last), strict=True))
    found = cells(blocks.page, row[k.UNIT], blocks.tables).tolist()
    width = max((cell[CELL_COLUMN_END] for cell in found), default=0)
    grid: dict[int, list[str]] = {}
    for line, column, _, start, stop in found:
        own = [blocks[places[number]] for number in range(start, stop) if number in places]
        if own:
            if line not in grid:
                grid[line] = [""] * width
            # Beyond the cap on columns, cells share the last one.
            place = min(column, width - 1)
            grid[line][place] = " ".join([grid[line][place], *own] if grid[line][place] else own).replace("\n", " ")
    return Piece(k.TABLE, width, "", row[k.QUOTES], table=list(grid.values())) if grid else None


_MAKERS: dict[int, Callable[[_Blocks, int, int], Piece | None]] = {
    k.HEADING: _heading, k.CODE: _listing, k.TABLE: _table,
}  # fmt: skip


def _plain(piece: Piece) -> str:
    if piece.kind == k.TABLE:
        return "\n".join("\t".join(row).rstrip("\t") for row in piece.table)
    if piece.begins and (piece.kind == k.LIST_ITEM or piece.kind == k.HEADING):
        return piece.mark + piece.text
    return piece.text


def _markdown(piece: Piece) -> str:
    mark = _MARKS.get(piece.kind)
    text = mark(piece) if mark else piece.text
    if piece.quotes:
        quoted = "> " * piece.quotes
        text = "\n".join((quoted + line).rstrip() for line in text.split("\n"))
    return text


def _marked_heading(piece: Piece) -> str:
    return f"{'#' * max(piece.detail, 1)} {piece.text}"


def _marked_item(piece: Piece) -> str:
    indent = "  " * ((piece.detail >> 16) - 1)
    inner = indent + " " * len(piece.mark)
    first = indent + piece.mark if piece.begins else inner
    return first + piece.text.replace("\n", "\n" + inner)


def _fenced(piece: Piece) -> str:
    longest = max(map(len, re.findall("`+", piece.text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{piece.mark}\n{piece.text}\n{fence}"


_PIPE = "\\|"


def _piped(piece: Piece) -> str:
    lines = [f"| {' | '.join([cell.replace('|', _PIPE) for cell in row])} |" for row in piece.table]
    lines.insert(1, "|" + " --- |" * piece.detail)
    return "\n".join(lines)


def _meant(piece: Piece) -> str:
    return ": " + piece.text if piece.detail and piece.begins else piece.text


_MARKS: dict[int, Callable[[Piece], str]] = {
    k.HEADING: _marked_heading, k.LIST_ITEM: _marked_item, k.CODE: _fenced, k.TABLE: _piped, k.DEFINITION: _meant,
}  # fmt: skip
_WRITERS: dict[str, Any] = {"plain": _plain, "markdown": _markdown}


def _gap(before: Piece, after: Piece) -> str:
    """Return what stands between two blocks in Markdown: an empty line, but none within a list or a definition."""
    is_meaning = after.kind == k.DEFINITION and after.detail == 1
    if after.begins and before.kind == after.kind and (after.kind == k.LIST_ITEM or is_meaning):
        return "\n"
    quotes = min(before.quotes, after.quotes)
    return "\n" + ("> " * quotes).rstrip() + "\n" if quotes else "\n\n"
