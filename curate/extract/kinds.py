"""Tells what kind of block each block is from the elements around it; compiled. Whether it is kept plays no part."""

import numpy as np
from numpy.typing import NDArray

from curate.extract import page as p
from curate.extract.arrays import integers
from curate.extract.attributes import number_of
from curate.extract.byte_hashes import hash_bytes
from curate.extract.class_names import CAPTION as CAPTION_CLASS
from curate.extract.class_names import CODE_BOX, CODE_LINE
from curate.extract.compiling import borrowing, compiled, entry
from curate.extract.page import Page
from curate.extract.tables import IS_DATA
from curate.extract.tags import MEMBERS, NUMBER, PREFORMATTED

# Kinds of blocks, and of the spans a text is given with.
(PROSE, HEADING, LIST_ITEM, CODE, TABLE, FORMULA, CAPTION, QUOTATION, DEFINITION) = range(9)

# Columns of what `describe` finds: int32[blocks, 9].
(
    KIND,
    LEVEL,  # of a heading; of a list item, how many lists it is in; of a definition 0 the term, 1 what it means
    UNIT,  # the element that all of a table, of a listing or of a heading is in, or -1
    ROW,  # the row of a data table, or -1
    ITEM,  # the list item it is in, or -1
    BEGINS,  # whether it is the first block of its list item or definition
    QUOTES,  # how many quotations it is in
    NUMBER_OF_ITEM,  # of a list item in a numbered list, or 0
    PRE,  # the preformatted element it is in, or -1
) = range(9)
FIELDS = 9

_LI, _UL, _OL, _MENU, _DIR, _DD, _DT = (NUMBER[name] for name in ("li", "ul", "ol", "menu", "dir", "dd", "dt"))
_TD, _TH, _TR, _TABLE = (NUMBER[name] for name in ("td", "th", "tr", "table"))
_QUOTE, _FIGCAPTION, _CAPTION = (NUMBER[name] for name in ("blockquote", "figcaption", "caption"))
_H1, _H6 = NUMBER["h1"], NUMBER["h6"]
_START, _VALUE = (np.uint64(hash_bytes(name)) for name in (b"start", b"value"))
# A block that is all code may have a stop or a space beside it.
MIN_CODE_SHARE = 0.95


@borrowing
def _begin(found: NDArray[np.int32]) -> None:
    found[:] = 0
    found[UNIT] = found[ROW] = found[ITEM] = found[PRE] = -1


@borrowing
def _settle(found: NDArray[np.int32], kind: int, level: int, unit: int) -> None:
    """The innermost element that says what a block is decides."""
    if found[KIND] == PROSE:
        found[KIND], found[LEVEL], found[UNIT] = kind, level, unit


@borrowing
def _take_listing(page: Page, found: NDArray[np.int32], current: int) -> None:
    """Inside pre, or in a line of code whose listing is the box around it."""
    element = page.elements[current]
    if MEMBERS[element[p.TAG], PREFORMATTED]:
        found[KIND], found[UNIT], found[PRE] = CODE, current, current
    elif element[p.CLASSES] & CODE_LINE and found[PRE] < 0:
        found[KIND], found[UNIT], found[PRE] = CODE, element[p.PARENT], current
    elif found[KIND] == CODE and element[p.CLASSES] & CODE_BOX and page.elements[found[PRE], p.CLASSES] & CODE_LINE:
        found[UNIT] = current


@borrowing
def _take_cell(page: Page, found: NDArray[np.int32], current: int, tables: NDArray[np.int32]) -> None:
    """A cell of a data table makes its block part of the table, whatever else the block is."""
    tag = page.elements[current, p.TAG]
    if tag == _TR and found[ROW] == -2:
        found[ROW] = current
    elif (tag in (_TD, _TH)) and found[ROW] == -1:
        found[ROW] = -2
    elif tag == _TABLE and found[ROW] != -1 and found[KIND] != TABLE:
        if tables[current, IS_DATA] and found[ROW] >= 0:
            found[KIND], found[UNIT] = TABLE, current
        else:
            found[ROW] = -1


@borrowing
def _take(page: Page, found: NDArray[np.int32], current: int, block: int) -> None:
    """What one element says of a block inside it."""
    element = page.elements[current]
    tag, is_first = element[p.TAG], element[p.FIRST_BLOCK] == block
    if tag == _LI and found[ITEM] < 0:
        found[ITEM] = current
        found[BEGINS] |= is_first
        _settle(found, LIST_ITEM, 0, -1)
    elif (tag in (_UL, _OL, _MENU, _DIR)) and found[ITEM] >= 0:
        found[LEVEL] += found[KIND] == LIST_ITEM
    elif tag in (_DD, _DT):
        found[BEGINS] |= is_first and found[KIND] == PROSE
        _settle(found, DEFINITION, tag == _DD, -1)
    elif tag == _QUOTE:
        found[QUOTES] += 1
    elif tag in (_FIGCAPTION, _CAPTION) or element[p.CLASSES] & CAPTION_CLASS:
        _settle(found, CAPTION, 0, current)
    elif _H1 <= tag <= _H6:
        _settle(found, HEADING, tag - _H1 + 1, current)


@compiled
def _numbers(page: Page) -> NDArray[np.int32]:
    """The number of every item of a numbered list, 0 for every other element."""
    n = page.state[p.ELEMENTS]
    numbers, after = integers(1, n)[0], integers(1, n)[0]
    for i in range(n):
        element = page.elements[i]
        if element[p.TAG] == _OL:
            after[i] = number_of(page.html, element[p.AT], _START, 1)
        elif element[p.TAG] == _LI and page.elements[element[p.PARENT], p.TAG] == _OL:
            numbers[i] = number_of(page.html, element[p.AT], _VALUE, after[element[p.PARENT]])
            after[element[p.PARENT]] = numbers[i] + 1
    return numbers


@entry
def describe(page: Page, tables: NDArray[np.int32]) -> NDArray[np.int32]:
    """Return what every block is: int32[blocks, FIELDS]."""
    n, numbers = page.state[p.BLOCKS], _numbers(page)
    rows = integers(n, FIELDS)
    for i in range(n):
        found, current = rows[i], page.blocks[i, p.ELEMENT]
        _begin(found)
        while current > 0:
            _take_listing(page, found, current)
            _take_cell(page, found, current, tables)
            _take(page, found, current, i)
            current = page.elements[current, p.PARENT]
        found[NUMBER_OF_ITEM] = numbers[found[ITEM]] if found[ITEM] >= 0 else 0
        found[ROW] = max(found[ROW], -1) if found[KIND] == TABLE else -1
        _finish(page, found, i)
    return rows


@borrowing
def _finish(page: Page, found: NDArray[np.int32], block: int) -> None:
    """What shows only when all elements around a block are known."""
    row = page.blocks[block]
    start, end = row[p.TEXT_START], row[p.TEXT_END]
    if found[KIND] == PROSE and row[p.CODE_BYTES] >= MIN_CODE_SHARE * (end - start):
        found[KIND] = CODE
    elif found[KIND] == PROSE and found[QUOTES]:
        found[KIND] = QUOTATION
    if end - start == 1 and page.text[start] == p.FORMULA_MARK and found[KIND] in (PROSE, QUOTATION):
        found[KIND] = FORMULA


@entry
def are_simple(text: NDArray[np.uint8], ranges: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Whether texts hold nothing that tidying could change: characters below U+0300, dashes, quotes and the like.

    None of these has marks that combine or another form in NFC, and the tokenizer has dropped the controls.
    """
    simple = np.ones(len(ranges), np.bool_)
    for i in range(len(ranges)):
        simple[i] = _is_simple(text, ranges[i, p.TEXT_START], ranges[i, p.TEXT_END])
    return simple


@borrowing
def _is_simple(text: NDArray[np.uint8], start: int, end: int) -> bool:
    for i in range(start, end):
        byte = text[i]
        if byte <= 0xCB:
            if byte < 32 and byte != 10:
                return False
        elif byte != 0xE2 or i + 1 == end or (text[i + 1] != 0x80 and text[i + 1] != 0x82):
            return False
    return True
