"""Writes text out of the HTML tokenizer: folds white space, drops control characters, begins and ends blocks."""

import numpy as np
from numpy.typing import NDArray

from curate.extract import page as p
from curate.extract.compiling import borrowing
from curate.extract.entities import EXPANSIONS, KEYS, STARTS, VALUES, WINDOWS_1252, named, numeric
from curate.extract.page import Page
from curate.extract.tags import PREFORMATTED, SKIP

Bytes = NDArray[np.uint8]

# What a byte of text asks for.
_PLAIN, _WHITE, _MARKUP, _DROPPED, _CAREFUL = range(5)
_KINDS = np.zeros(256, np.uint8)
_KINDS[:32] = _DROPPED
_KINDS[[9, 10, 12, 13, 32]] = _WHITE
_KINDS[[38, 60]] = _MARKUP
_KINDS[127] = _DROPPED
_KINDS[[0xC2, 0xE2, 0xE3, 0xEF]] = _CAREFUL  # lead bytes of unusual spaces, C1 controls, marks without width
_NEWLINE, _BLANK = 10, 32
MAX_INDENT = 200


@borrowing
def skipping(page: Page) -> bool:
    """Return whether text at this point is not shown: inside svg, template, select and the like."""
    return page.last_group[SKIP] >= 0


@borrowing
def _begin(page: Page) -> None:
    """Before a piece of text: settle the white space owed and which element is around the whole block."""
    state, text = page.state, page.text
    if state[p.TEXT] > state[p.START]:
        if state[p.SPACE]:
            text[state[p.TEXT]] = _NEWLINE if state[p.SPACE] == 2 else _BLANK
            state[p.TEXT] += 1
        place = min(state[p.LOW], state[p.BLOCK_PLACE])
    else:
        place = state[p.SP]
    for _ in range(state[p.INDENT]):
        text[state[p.TEXT]] = _BLANK
        state[p.TEXT] += 1
    state[p.SPACE] = state[p.INDENT] = 0
    state[p.BLOCK_PLACE], state[p.LOW] = place, state[p.SP]
    state[p.BLOCK_ELEMENT] = page.stack[place, p.OPEN_ELEMENT]


@borrowing
def put(page: Page, byte: int) -> None:
    """Write one byte of text that is neither white space nor markup."""
    state = page.state
    if state[p.SPACE] or state[p.TEXT] == state[p.START] or state[p.LOW] < state[p.BLOCK_PLACE]:
        _begin(page)
    page.text[state[p.TEXT]] = byte
    state[p.TEXT] += 1
    if state[p.LINK] >= 0:
        state[p.LINKED] += 1


@borrowing
def white(page: Page, byte: int) -> None:
    """White space: owed until text follows, or written as it is inside pre."""
    state = page.state
    if page.last_group[PREFORMATTED] < 0:
        state[p.SPACE] = max(state[p.SPACE], 1)
    elif byte != 13 and (state[p.TEXT] > state[p.START] or byte != _NEWLINE):
        # Indentation counts from the first line: spaces before the first text stay, empty lines do not.
        if state[p.TEXT] == state[p.START]:
            _begin(page)
        page.text[state[p.TEXT]] = byte if byte in (9, _NEWLINE) else _BLANK
        state[p.TEXT] += 1


@borrowing
def _indent(page: Page) -> None:
    """A no-break space: at the start of a line of code outside pre it is how the line is indented."""
    state = page.state
    if state[p.CODE_DEPTH] and page.last_group[PREFORMATTED] < 0:
        is_start = state[p.SPACE] == 2 or state[p.TEXT] == state[p.START]
        # A block's text is at most as long as its markup: the character took two bytes or more.
        state[p.INDENT] += is_start and state[p.INDENT] < MAX_INDENT


@borrowing
def line_break(page: Page) -> None:
    """`<br>`: a new line of the same block; a second one in a row ends the block, as authors of paragraphs mean it."""
    if page.last_group[PREFORMATTED] >= 0:
        white(page, _NEWLINE)
    elif page.state[p.SPACE] == 2:
        end_block(page)
    else:
        page.state[p.SPACE] = 2


@borrowing
def _is_white(byte: int) -> bool:
    return byte in (_BLANK, _NEWLINE, 9)


@borrowing
def end_block(page: Page) -> None:
    """Close the block being read, if it has text."""
    state, text = page.state, page.text
    start, end = state[p.START], state[p.TEXT]
    while end > start and _is_white(text[end - 1]):
        end -= 1
    state[p.SPACE] = 0
    if end > start and state[p.BLOCKS] < len(page.blocks):
        block = page.blocks[state[p.BLOCKS]]
        block[p.TEXT_START], block[p.TEXT_END] = start, end
        block[p.ELEMENT] = state[p.BLOCK_ELEMENT]
        block[p.LINK_BYTES], block[p.LINKS] = min(state[p.LINKED], end - start), state[p.ANCHORS]
        block[p.HEADING_LEVEL] = state[p.HEADING_NOW]
        block[p.IMAGES], block[p.INPUTS] = state[p.PICTURES], state[p.CONTROLS]
        coded = state[p.TEXT] - max(state[p.CODE_START], start) if state[p.CODE_DEPTH] else 0
        block[p.CODE_BYTES] = min(state[p.CODED] + coded, end - start)
        state[p.BLOCKS] += 1
        state[p.PICTURES] = state[p.CONTROLS] = 0
        state[p.FULL] |= state[p.BLOCKS] == len(page.blocks)
    state[p.START] = state[p.TEXT] = end
    state[p.LINKED] = state[p.CODED] = state[p.INDENT] = state[p.SCRIPTS] = 0
    state[p.ANCHORS] = 1 if state[p.LINK] >= 0 else 0


@borrowing
def _unusual(html: Bytes, at: int, end: int) -> tuple[int, int]:
    """Return what a character with an unusual lead byte is: (kind, bytes long)."""
    lead, second = html[at], html[at + 1] if at + 1 < end else 0
    if lead == 0xC2:
        if second == 0xA0:
            return _WHITE, 2
        return (_DROPPED, 2) if second < 0xA0 or second == 0xAD else (_PLAIN, 2)
    third = html[at + 2] if at + 2 < end else 0
    if lead == 0xE2 and second == 0x80:
        # U+2000 to 200A are spaces, 200B has no width, 2028 and 2029 end lines; 200C and 200D belong to words.
        if 0x80 <= third <= 0x8A or third == 0xA8 or third == 0xA9 or third == 0xAF:
            return _WHITE, 3
        return (_DROPPED, 3) if third == 0x8B else (_PLAIN, 3)
    if lead == 0xE3 and second == 0x80 and third == 0x80:
        return _WHITE, 3
    if lead == 0xEF and second == 0xBB and third == 0xBF:
        return _DROPPED, 3
    return _PLAIN, 3


@borrowing
def _folded(page: Page, html: Bytes, at: int, end: int) -> int:
    """Copy plain text and single spaces as fast as bytes can be copied; returns where something else begins."""
    state, text = page.state, page.text
    first = at
    if _KINDS[html[at]] != _PLAIN:
        return at
    put(page, html[at])
    written, at = state[p.TEXT], at + 1
    while at < end:
        byte = html[at]
        kind = _KINDS[byte]
        if kind == _WHITE and at + 1 < end and _KINDS[html[at + 1]] == _PLAIN:
            byte = _BLANK
        elif kind != _PLAIN:
            break
        text[written] = byte
        written, at = written + 1, at + 1
    if state[p.LINK] >= 0:
        state[p.LINKED] += at - first - 1
    state[p.TEXT] = written
    return at


@borrowing
def _space(page: Page, byte: int) -> None:
    if byte == 0xC2:
        _indent(page)
    white(page, byte)


@borrowing
def characters(page: Page, html: Bytes, at: int, end: int) -> int:
    """Write text up to the next `<` or `&`; returns where that is."""
    is_folding = page.last_group[PREFORMATTED] < 0
    while at < end:
        if is_folding:
            at = _folded(page, html, at, end)
            if at == end:
                break
        byte = html[at]
        kind, length = int(_KINDS[byte]), 1
        if kind == _CAREFUL:
            kind, length = _unusual(html, at, end)
        if kind == _MARKUP:
            break
        if kind == _WHITE:
            _space(page, byte)
            while is_folding and at + length < end and _KINDS[html[at + length]] == _WHITE:
                at += 1
        elif kind == _PLAIN:
            for i in range(at, min(at + length, end)):
                put(page, html[i])
        at += length
    return min(at, end)


@borrowing
def _put_code_point(page: Page, code: int) -> None:
    if code == 9 or code == 10 or code == 12 or code == 13 or code == 32 or code == 0xA0 or code == 0x3000:
        if code == 0xA0:
            _indent(page)
        white(page, code if code < 33 else _BLANK)
    elif 0x2000 <= code <= 0x200A or code == 0x2028 or code == 0x2029 or code == 0x202F:
        white(page, _BLANK)
    elif code < 32 or 127 <= code < 0xA0 or code == 0xAD or code == 0x200B or code == 0xFEFF:
        return
    elif code < 0x80:
        put(page, code)
    elif code < 0x800:
        put(page, 0xC0 | code >> 6)
        put(page, 0x80 | code & 63)
    else:
        if code < 0x10000:
            put(page, 0xE0 | code >> 12)
        else:
            put(page, 0xF0 | code >> 18)
            put(page, 0x80 | code >> 12 & 63)
        put(page, 0x80 | code >> 6 & 63)
        put(page, 0x80 | code & 63)


@borrowing
def reference(page: Page, html: Bytes, at: int, end: int) -> int:
    """Write what the character reference at `&` stands for, or the `&` itself; returns the position after it."""
    if at + 1 < end and html[at + 1] == 35:
        code, after = numeric(html, at + 1, end, WINDOWS_1252)
        if code >= 0:
            _put_code_point(page, code)
            return after
    else:
        row, after = named(html, at + 1, end, KEYS, VALUES)
        if row >= 0:
            expansion = EXPANSIONS[STARTS[row] : STARTS[row + 1]]
            i = 0
            while i < len(expansion):
                if expansion[i] == 38 or expansion[i] == 60:
                    put(page, expansion[i])
                    i += 1
                else:
                    i = characters(page, expansion, i, len(expansion))
            return after
    put(page, 38)
    return at + 1
