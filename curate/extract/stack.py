"""Keeps the stack of open elements: push, pop and the innermost member of a group, each in constant time."""

from curate.extract import page as p
from curate.extract.class_names import (
    CODE_BOX,
    CODE_LINE,
    COPIED_FORMULA,
    DRAWN_FORMULA,
    GUTTER,
    GUTTER_CELL,
    LINE,
)
from curate.extract.compiling import borrowing
from curate.extract.page import MAX_DEPTH, Page
from curate.extract.tags import GROUPS, HEADING, MEMBERS, NUMBER, PREFORMATTED, SKIP, UNKNOWN

_H1, _H6, _DIV, _TD, _TH = (NUMBER[name] for name in ("h1", "h6", "div", "td", "th"))
# KaTeX writes a formula twice: as MathML, and right after that as it is drawn.
MAX_COPY_DISTANCE = 60
MAX_BOX_DISTANCE = 4


@borrowing
def push(page: Page, tag: int, first_token: int) -> None:
    """Open an element; beyond the caps it is only counted, or reading stops."""
    state, stack = page.state, page.stack
    if state[p.ELEMENTS] == len(page.elements):
        state[p.FULL] = 1
        return
    if state[p.SP] + 1 == MAX_DEPTH:
        state[p.OVERFLOW] += 1
        state[p.TOKENS] = first_token
        return
    parent, number = stack[state[p.SP], p.OPEN_ELEMENT], state[p.ELEMENTS]
    state[p.ELEMENTS] += 1
    state[p.SP] += 1
    place = state[p.SP]
    element = page.elements[number]
    element[p.PARENT], element[p.TAG], element[p.DEPTH] = parent, tag, place
    element[p.FIRST_BLOCK] = state[p.BLOCKS]
    element[p.FIRST_TOKEN], element[p.LAST_TOKEN] = first_token, state[p.TOKENS]
    element[p.IS_HIDDEN] = state[p.HIDES] | page.elements[parent, p.IS_HIDDEN]
    element[p.AT], element[p.CLASSES] = state[p.TAG_AT], state[p.FLAGS]
    stack[place, p.OPEN_ELEMENT], stack[place, p.OPEN_TAG] = number, tag
    stack[place, p.PREVIOUS_SAME] = page.last_tag[tag]
    page.last_tag[tag] = place
    for group in range(GROUPS):
        page.group_below[place, group] = page.last_group[group]
        if MEMBERS[tag, group]:
            page.last_group[group] = place
    if state[p.FLAGS]:
        _by_class(page, tag, place)
    if _H1 <= tag <= _H6:
        state[p.HEADING_NOW] = tag - _H1 + 1


@borrowing
def _by_class(page: Page, tag: int, place: int) -> None:
    """What class names make of an element: second copies and numbers of lines are no text, lines of code keep space."""
    state, flags = page.state, page.state[p.FLAGS]
    is_cell = tag in (_TD, _TH)
    is_near = state[p.MATH_END] > 0 and state[p.TAG_AT] - state[p.MATH_END] < MAX_COPY_DISTANCE
    is_gutter = (flags & GUTTER != 0 and tag != _DIV) or (flags & GUTTER_CELL != 0 and is_cell)
    if is_gutter or (flags & COPIED_FORMULA and is_near) or (flags & DRAWN_FORMULA and tag != UNKNOWN):
        page.last_group[SKIP] = place
    elif flags & CODE_LINE or (flags & LINE and _in_box(page, place)):
        page.elements[state[p.ELEMENTS] - 1, p.CLASSES] |= CODE_LINE
        page.last_group[PREFORMATTED] = place


@borrowing
def _in_box(page: Page, place: int) -> bool:
    for below in range(max(place - MAX_BOX_DISTANCE, 0), place):
        if page.elements[page.stack[below, p.OPEN_ELEMENT], p.CLASSES] & CODE_BOX:
            return True
    return False


@borrowing
def pop_to(page: Page, place: int) -> None:
    """Close every open element at this place of the stack and above."""
    state, stack = page.state, page.stack
    while state[p.SP] >= place:
        top = state[p.SP]
        element, tag = stack[top, p.OPEN_ELEMENT], stack[top, p.OPEN_TAG]
        # A block still being read is counted in: text after an inline end tag belongs to the same block.
        page.elements[element, p.LAST_BLOCK] = state[p.BLOCKS] + (state[p.TEXT] > state[p.START])
        page.last_tag[tag] = stack[top, p.PREVIOUS_SAME]
        for group in range(GROUPS):
            page.last_group[group] = page.group_below[top, group]
        state[p.SP] -= 1
    if page.last_group[HEADING] < 0:
        state[p.HEADING_NOW] = 0
    state[p.LOW] = min(state[p.LOW], state[p.SP])
    if state[p.LINK] >= place:
        state[p.LINK] = -1
