"""Running sums over the blocks of a page, so that whatever is asked of a range of blocks is one subtraction."""

import numpy as np
from numpy.typing import NDArray

from curate.extract import measures as m
from curate.extract import page as p
from curate.extract.arrays import doubles
from curate.extract.compiling import borrowing, compiled
from curate.extract.measures import Measures
from curate.extract.page import Page
from curate.extract.tags import NUMBER

Sums = NDArray[np.float64]

# Columns of the running sums over blocks: float64[blocks + 1, 4].
(WORDS_BEFORE, LINKED_BEFORE, PARAGRAPHS_BEFORE, GOOD_BEFORE) = range(4)
# A block of good text: long enough for a sentence, and not mostly links.
MIN_GOOD_WORDS = 8
MAX_GOOD_LINK_SHARE = 0.4
_PARAGRAPH_TAG = NUMBER["p"]


@compiled
def running_sums(page: Page, measures: Measures) -> Sums:
    """Sums over all blocks before each, so that any range of blocks is one subtraction."""
    sums = doubles(len(measures) + 1, 4)
    _add_up(page, measures, sums)
    return sums


@borrowing
def _add_up(page: Page, measures: Measures, sums: Sums) -> None:
    for i in range(len(measures)):
        words, link_share = measures[i, m.WORDS], measures[i, m.LINK_SHARE]
        tag = page.elements[page.blocks[i, p.ELEMENT], p.TAG]
        is_good = words >= MIN_GOOD_WORDS and link_share < MAX_GOOD_LINK_SHARE
        sums[i + 1, WORDS_BEFORE] = sums[i, WORDS_BEFORE] + words
        sums[i + 1, LINKED_BEFORE] = sums[i, LINKED_BEFORE] + words * link_share
        sums[i + 1, PARAGRAPHS_BEFORE] = sums[i, PARAGRAPHS_BEFORE] + (tag == _PARAGRAPH_TAG)
        sums[i + 1, GOOD_BEFORE] = sums[i, GOOD_BEFORE] + (words if is_good else 0)


@borrowing
def words_and_links(sums: Sums, first: int, last: int) -> tuple[float, float]:
    """Mean words per block, and share of linked words, of blocks [first, last)."""
    words = sums[last, WORDS_BEFORE] - sums[first, WORDS_BEFORE]
    linked = sums[last, LINKED_BEFORE] - sums[first, LINKED_BEFORE]
    return words / max(last - first, 1), linked / max(words, 1.0)


@borrowing
def containers(page: Page, element: int, found: NDArray[np.int64]) -> None:
    """The innermost elements around a block whose ranges of blocks differ, widest repeated when there are fewer."""
    count, current, size = 0, element, -1
    while current >= 0 and count < len(found):
        extent = page.elements[current, p.LAST_BLOCK] - page.elements[current, p.FIRST_BLOCK]
        if extent > max(size, 1):
            found[count] = current
            count, size = count + 1, extent
        current = page.elements[current, p.PARENT]
    for i in range(count, len(found)):
        found[i] = found[count - 1] if count else 0
