"""The stack of open elements: pushed, popped and asked for its innermost member of a group in constant time."""

from curate.extract import page as p
from curate.extract.compiled import borrowing
from curate.extract.page import MAX_DEPTH, Page
from curate.extract.tags import GROUPS, HEADING, MEMBERS, NUMBER

_H1, _H6 = NUMBER["h1"], NUMBER["h6"]


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
    stack[place, p.OPEN_ELEMENT], stack[place, p.OPEN_TAG] = number, tag
    stack[place, p.PREVIOUS_SAME] = page.last_tag[tag]
    page.last_tag[tag] = place
    for group in range(GROUPS):
        page.group_below[place, group] = page.last_group[group]
        if MEMBERS[tag, group]:
            page.last_group[group] = place
    if _H1 <= tag <= _H6:
        state[p.HEADING_NOW] = tag - _H1 + 1


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
