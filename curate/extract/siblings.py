"""Describes a block by its kin: the blocks built alike, beyond how long they are, and the element with the most text.

Paragraphs of an article follow each other in one element; teasers are built alike too, but each has an element of its
own, with a link before it, and ends in dots.
"""

import numpy as np

from curate.extract import measures as m
from curate.extract import page as p
from curate.extract.byte_hashes import Numbers
from curate.extract.compiling import compiled
from curate.extract.context_features import MAX_DISTANCE, Rows
from curate.extract.measures import Measures
from curate.extract.page import Page
from curate.extract.sums import MAX_GOOD_LINK_SHARE, MIN_GOOD_WORDS

MIN_LINKED = 0.8
# Columns; the last name counts them.
(
    _ENDS_IN_DOTS, _PARENTS, _AFTER_LINKS, _AFTER_HEADINGS, _IN_A_ROW, _DOTTED, _REACH, _IS_HEADING_TEXT,
    _IN_RICHEST, _FROM_RICHEST, _RICHEST_SHARE, _OF_RICHEST, SIBLINGS,
) = range(13)  # fmt: skip
# Sums over the blocks of a group: blocks, changes of parent, after a link, after a heading, right after another, dots.
(_COUNT, _CHANGES, _LINKS_BEFORE, _HEADINGS_BEFORE, _NEXT_TO, _DOTS, _SUMS) = range(7)


@compiled
def ends_in_dots(page: Page, i: int) -> bool:
    """Return whether a block breaks off: its last characters but for brackets are dots or an ellipsis."""
    text, start, end = page.text, page.blocks[i, p.TEXT_START], page.blocks[i, p.TEXT_END]
    while end > start and text[end - 1] in (93, 41, 32):  # ] ) and space
        end -= 1
    if end - start < 3:
        return False
    a, b, c = text[end - 3], text[end - 2], text[end - 1]
    return bool((a == 46 and b == 46 and c == 46) or (a == 0xE2 and b == 0x80 and c == 0xA6))


@compiled
def _sums_of(page: Page, measures: Measures, groups: Numbers, dots: Numbers) -> tuple[Rows, Numbers]:
    """Sums over each group, and its first and last block and the parent of the last."""
    n = len(groups)
    sums, ends = np.zeros((n + 1, _SUMS), np.float32), np.full((n + 1, 3), -1, np.int32)
    for i in range(n):
        of, end = sums[groups[i]], ends[groups[i]]
        parent = page.elements[page.blocks[i, p.ELEMENT], p.PARENT]
        of[_COUNT] += 1
        of[_CHANGES] += end[0] < 0 or parent != end[2]
        of[_NEXT_TO] += end[0] >= 0 and end[1] == i - 1
        of[_DOTS] += dots[i]
        if i:
            of[_LINKS_BEFORE] += measures[i - 1, m.LINK_SHARE] >= MIN_LINKED
            of[_HEADINGS_BEFORE] += page.blocks[i - 1, p.HEADING_LEVEL] > 0
        if end[0] < 0:
            end[0] = i
        end[1], end[2] = i, parent
    return sums, ends


@compiled
def _richest(page: Page, measures: Measures) -> tuple[Rows, int, float]:
    """Words of good text that stand right below each element, the element with most of them, and those of the page."""
    own, whole = np.zeros(max(page.state[p.ELEMENTS], 1), np.float32), 0.0
    for i in range(len(measures)):
        words = measures[i, m.WORDS]
        if words >= MIN_GOOD_WORDS and measures[i, m.LINK_SHARE] < MAX_GOOD_LINK_SHARE:
            own[max(page.elements[page.blocks[i, p.ELEMENT], p.PARENT], 0)] += words
            whole += words
    return own, int(np.argmax(own)), whole


@compiled
def siblings(page: Page, measures: Measures, groups: Numbers, rows: Rows, column: int) -> None:
    """Fill the columns of every block."""
    n = len(groups)
    dots, heads = np.zeros(n, np.int32), np.zeros(n, np.bool_)
    for i in range(n):
        dots[i] = ends_in_dots(page, i)
        if page.blocks[i, p.HEADING_LEVEL]:
            heads[int(measures[i, m.FIRST])] = True
    sums, ends = _sums_of(page, measures, groups, dots)
    own, richest, whole = _richest(page, measures)
    first, last = page.elements[richest, p.FIRST_BLOCK], page.elements[richest, p.LAST_BLOCK]
    for i in range(n):
        row, of, end = rows[i, column:], sums[groups[i]], ends[groups[i]]
        count = of[_COUNT]
        row[_ENDS_IN_DOTS], row[_DOTTED] = dots[i], of[_DOTS] / count
        row[_PARENTS], row[_IN_A_ROW] = of[_CHANGES] / count, of[_NEXT_TO] / count
        row[_AFTER_LINKS], row[_AFTER_HEADINGS] = of[_LINKS_BEFORE] / count, of[_HEADINGS_BEFORE] / count
        row[_REACH] = (end[1] - end[0] + 1) / n
        row[_IS_HEADING_TEXT] = heads[int(measures[i, m.FIRST])] and page.blocks[i, p.HEADING_LEVEL] == 0
        parent = max(page.elements[page.blocks[i, p.ELEMENT], p.PARENT], 0)
        row[_IN_RICHEST] = first <= i < last
        away = 0 if first <= i < last else (first - i if i < first else last - 1 - i)
        row[_FROM_RICHEST] = min(max(away, -MAX_DISTANCE), MAX_DISTANCE)
        row[_RICHEST_SHARE] = own[richest] / max(whole, 1.0)
        row[_OF_RICHEST] = own[parent] / max(own[richest], 1.0)
