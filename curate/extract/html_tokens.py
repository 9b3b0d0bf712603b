"""Bytes to blocks: one pass over UTF-8 HTML that keeps a light stack of open elements and builds no tree.

It leaves a `Page` of flat arrays: the visible text with entities decoded and white space folded, blocks (runs of text
between block boundaries) and elements (with the range of blocks inside them, so that whatever is asked of a subtree is
a difference of two prefix sums). Linear in the input, no recursion; every array has a hard cap, and reading stops
there. Tag soup is repaired as far as `tags` says, which is what browsers do where pages rely on it.

Deviations from the standard, on purpose: script data is raw up to `</script` even after `<!--`, formatting elements
are not reconstructed, nothing is foster-parented, and a table's text stays where it was written.
"""

import numpy as np
from numpy.typing import NDArray

from curate.extract import page as p
from curate.extract.attributes import ENDS_TAG_NAME, UNKNOWN_TAG, lower, read_attributes, read_image, skip_attributes
from curate.extract.byte_hashes import BASIS, look_up, mix
from curate.extract.compiling import borrowing, entry
from curate.extract.inline import end_code, put_formula, put_image, read_math, start_code
from curate.extract.page import Page, new_page
from curate.extract.scanning import after_comment, is_letter, raw_end
from curate.extract.scripts import LOWERED, RAISED, close_script, open_script
from curate.extract.stack import pop_to, push
from curate.extract.tags import (
    BLOCK,
    BOUNDARY,
    CLOSES,
    DOES,
    END_LIMIT,
    FORMAT,
    HEADING,
    IGNORED,
    MAX_CLOSES,
    MEMBERS,
    NAME_HASHES,
    NAME_NUMBERS,
    NOTHING,
    NUMBER,
    RAW,
    UNKNOWN,
    VOID,
)
from curate.extract.vectors import next_byte
from curate.extract.writer import characters, end_block, line_break, put, reference, skipping

Bytes = NDArray[np.uint8]

_A, _BR, _IMG, _INPUT, _P = NUMBER["a"], NUMBER["br"], NUMBER["img"], NUMBER["input"], NUMBER["p"]
_SCRIPT, _TITLE, _SVG, _TEMPLATE = NUMBER["script"], NUMBER["title"], NUMBER["svg"], NUMBER["template"]
_FOREIGN_OBJECT, _PLAINTEXT = NUMBER["foreignobject"], NUMBER["plaintext"]
_H1, _H6, _MATH = NUMBER["h1"], NUMBER["h6"], NUMBER["math"]
_SUP, _SUB, _DIV, _PRE = NUMBER["sup"], NUMBER["sub"], NUMBER["div"], NUMBER["pre"]
_CODE, _KBD, _SAMP, _TT = NUMBER["code"], NUMBER["kbd"], NUMBER["samp"], NUMBER["tt"]


@entry
def tokenize(html: Bytes) -> Page:
    """Read a page of UTF-8 bytes, uint8[n], into flat arrays."""
    page = new_page(html)
    at, end, state = 0, len(html), page.state
    while at < end and not state[p.FULL]:
        byte = html[at]
        if byte == 60:
            at = _markup(page, html, at, end)
        elif skipping(page):
            at = next_byte(html, at, end, 60)
        elif byte == 38:
            at = reference(page, html, at, end)
        else:
            at = characters(page, html, at, end)
    end_block(page)
    pop_to(page, 1)
    page.elements[0, p.LAST_BLOCK] = state[p.BLOCKS]
    for i in range(state[p.ELEMENTS]):
        # An inline element that ended in what turned out to be white space had counted a block too many.
        page.elements[i, p.LAST_BLOCK] = min(page.elements[i, p.LAST_BLOCK], state[p.BLOCKS])
    return page


@borrowing
def _markup(page: Page, html: Bytes, at: int, end: int) -> int:
    """13.2.5.6, "tag open state": what the `<` at `at` begins; returns the position after it."""
    if is_letter(html, at + 1, end):
        return _start_tag(page, html, at + 1, end)
    second = html[at + 1] if at + 1 < end else 0
    if second == 47:
        if is_letter(html, at + 2, end):
            return _end_tag(page, html, at + 2, end)
        return next_byte(html, at + 2, end, 62) + 1 if at + 2 < end else end
    if second == 33:
        return after_comment(html, at + 2, end)
    if second == 63:
        return next_byte(html, at + 2, end, 62) + 1
    if not skipping(page):
        put(page, 60)
    return at + 1


@borrowing
def _tag_name(html: Bytes, at: int, end: int) -> tuple[int, np.uint64, int]:
    """The tag's number, the hash of its name salted as a token, and the position after the name."""
    name, token = BASIS, mix(BASIS, UNKNOWN_TAG)
    while at < end and not ENDS_TAG_NAME[html[at]]:
        byte = lower(html[at])
        name, token = mix(name, byte), mix(token, byte)
        at += 1
    return max(look_up(NAME_HASHES, NAME_NUMBERS, name), UNKNOWN), token, at


@borrowing
def _raw(page: Page, html: Bytes, tag: int, name: tuple[int, int], at: int, end: int) -> int:
    """Pass over raw text; the first title outside a drawing is kept."""
    stop = end if tag == _PLAINTEXT else raw_end(html, at, end, name[0], name[1])
    state = page.state
    if tag == _TITLE and not skipping(page) and state[p.TITLE_END] == 0:
        end_block(page)
        start = state[p.TEXT]
        while at < stop:
            if html[at] == 38:
                at = reference(page, html, at, stop)
            elif html[at] == 60:
                put(page, 60)
                at += 1
            else:
                at = characters(page, html, at, stop)
        state[p.TITLE_START], state[p.TITLE_END] = start, state[p.TEXT]
        state[p.START], state[p.SPACE] = state[p.TEXT], 0
    elif tag == _SCRIPT and state[p.FORMULA_TYPE] and not skipping(page):
        put_formula(page, state[p.FORMULA_TYPE] - 1, at, stop, state[p.DISPLAYS])
    return next_byte(html, stop, end, 62) + 1 if stop < end else end


@borrowing
def _end_implied(page: Page, tag: int) -> None:
    """13.2.6.4: close the open elements that this start tag ends."""
    for slot in range(MAX_CLOSES):
        group, limit = CLOSES[tag, slot, 0], CLOSES[tag, slot, 1]
        if group < 0:
            break
        if page.last_group[group] > page.last_group[limit] or (group == limit and page.last_group[group] >= 0):
            pop_to(page, page.last_group[group])
    # "A start tag whose tag name is one of h1 to h6": only a heading that is the current node ends.
    if _H1 <= tag <= _H6 and MEMBERS[page.stack[page.state[p.SP], p.OPEN_TAG], HEADING] and page.state[p.SP]:
        pop_to(page, page.state[p.SP])


@borrowing
def _start_tag(page: Page, html: Bytes, at: int, end: int) -> int:
    state = page.state
    tag, token, name_end = _tag_name(html, at, end)
    does, first_token = DOES[tag], state[p.TOKENS]
    if does & (FORMAT | VOID | IGNORED):
        after = read_image(page, html, name_end, end) if tag == _IMG else skip_attributes(page, html, name_end, end)
        if after <= end:
            _void(page, tag)
            if tag == _IMG and state[p.ALT_END] > state[p.ALT_START]:
                put_image(page, at)
        return after
    after = read_attributes(page, html, tag, name_end, end)
    if after > end:
        return end
    if does & RAW and not (skipping(page) and state[p.SELF_CLOSING]) and not (tag == _SCRIPT and state[p.IS_MARKUP]):
        state[p.TOKENS] = first_token
        return _raw(page, html, tag, (at, name_end), after, end)
    if tag == _MATH and not skipping(page):
        return read_math(page, html, at - 1, after, end)
    if tag == UNKNOWN:
        _add_token(page, token)
    _open(page, tag, first_token)
    return after


@borrowing
def _add_token(page: Page, token: np.uint64) -> None:
    if page.state[p.TOKENS] < len(page.tokens):
        page.tokens[page.state[p.TOKENS]] = token
        page.state[p.TOKENS] += 1


@borrowing
def _void(page: Page, tag: int) -> None:
    """A tag that opens nothing: a void element, or one that only formats."""
    state = page.state
    if tag == _BR:
        if not skipping(page):
            line_break(page)
    elif tag == _IMG:
        state[p.PICTURES] += 1
    elif tag == _INPUT:
        state[p.CONTROLS] += 1
    elif tag in (_SUP, _SUB):
        open_script(page)
    elif tag in (_CODE, _SAMP, _TT, _KBD):
        start_code(page)
    elif DOES[tag] & BOUNDARY:
        end_block(page)
        _end_implied(page, tag)


@borrowing
def _open(page: Page, tag: int, first_token: int) -> None:
    """Push what the start tag opens, after what it ends."""
    state = page.state
    if DOES[tag] & BOUNDARY:
        # 13.2.6.5: HTML start tags break out of a drawing, unless in its foreignObject.
        if page.last_tag[_SVG] > page.last_tag[_FOREIGN_OBJECT]:
            pop_to(page, page.last_tag[_SVG])
        end_block(page)
        _end_implied(page, tag)
        # Left open, code ends where browsers' users would be surprised to see it go on.
        if tag != _DIV and tag != _PRE and tag != _P:
            state[p.CODE_DEPTH] = 0
    elif (tag == UNKNOWN and state[p.SELF_CLOSING]) or (tag == _TEMPLATE and state[p.SHADOW]):
        return
    if tag == _A:
        _end_link(page)
    push(page, tag, first_token)
    if tag == _A and state[p.HAS_HREF] and page.stack[state[p.SP], p.OPEN_TAG] == _A:
        state[p.LINK] = state[p.SP]
        state[p.ANCHORS] += 1


@borrowing
def _end_link(page: Page) -> None:
    """`</a>` or the next `<a>`: a link around blocks stops being one, though the blocks stay open (13.2.6.4.7)."""
    place = page.last_tag[_A]
    page.state[p.LINK] = -1
    if place > page.last_group[BLOCK]:
        pop_to(page, place)


@borrowing
def _end_tag(page: Page, html: Bytes, at: int, end: int) -> int:
    state = page.state
    tag, _, name_end = _tag_name(html, at, end)
    after = skip_attributes(page, html, name_end, end)
    if after > end:
        return end
    does = DOES[tag]
    if does & (FORMAT | IGNORED):
        if tag in (_SUP, _SUB):
            close_script(page, RAISED if tag == _SUP else LOWERED, html, after, end)
        elif tag in (_CODE, _SAMP, _TT, _KBD):
            end_code(page)
        return after
    if tag == _BR:
        _void(page, tag)
        return after
    if does & BOUNDARY:
        end_block(page)
    if tag == _A:
        _end_link(page)
    elif state[p.OVERFLOW]:
        state[p.OVERFLOW] -= 1
    else:
        _close(page, tag)
    return after


@borrowing
def _close(page: Page, tag: int) -> None:
    """Close the innermost open element of this tag, unless its limit stands in between."""
    place = page.last_group[HEADING] if _H1 <= tag <= _H6 else page.last_tag[tag]
    limit = END_LIMIT[tag]
    if place > 0 and (limit == NOTHING or place >= page.last_group[limit]):
        pop_to(page, place)
