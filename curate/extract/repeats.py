"""What a page says again, and the trail above it: leftovers that can be told without a model.

Code and tables are spared, since to repeat is part of what they say, and so are verses, which have line ends.
"""

import numpy as np
from numpy.typing import NDArray

from curate.extract import kinds as k
from curate.extract import measures as m
from curate.extract.arrays import numbers
from curate.extract.byte_hashes import Numbers
from curate.extract.compiling import borrowing, compiled
from curate.extract.context_features import is_label
from curate.extract.measures import Measures
from curate.extract.page import Page

# A line of so few words that stands so often among what is kept is a button or a count: "Reply", "Discussions", "1".
MAX_AGAIN_WORDS, MIN_AGAIN = 3, 3
# The caption of every picture of a row, a teaser and what it announces: from so many words on the first is enough.
# Farther apart, in blocks, it is said of another thing, as of another function in the description of an interface.
MIN_PARAGRAPH_WORDS, MAX_APART = 12, 40
# Items at the very top, few and short, are the way to the page.
MAX_TRAIL, MAX_TRAIL_WORDS = 3, 6


@compiled
def drop_lines_again(page: Page, measures: Measures, described: Numbers, kept: NDArray[np.bool_]) -> None:
    """Take out short lines that are kept several times, but for labels such as "Advantages:" and terms."""
    times = numbers(1, len(kept))[0]
    for i in range(len(kept)):
        times[int(measures[i, m.FIRST])] += kept[i]
    for i in range(len(kept)):
        if not kept[i]:
            continue
        kind, is_short = described[i, k.KIND], measures[i, m.WORDS] <= MAX_AGAIN_WORDS and measures[i, m.LINES] == 0
        may_go = is_short and kind != k.CODE and kind != k.TABLE and kind != k.DEFINITION
        if may_go and times[int(measures[i, m.FIRST])] >= MIN_AGAIN and not is_label(page, i, measures[i]):
            kept[i] = False


@borrowing
def drop_trail(described: Numbers, words: NDArray[np.float32], kept: NDArray[np.bool_]) -> None:
    """Take out the few short items, as of bread crumbs, that the text begins with before anything else."""
    count, longest = 0, np.float32(0)
    for i in range(len(kept)):
        if not kept[i]:
            continue
        if described[i, k.KIND] != k.LIST_ITEM:
            for item in range(i if 0 < count <= MAX_TRAIL and longest <= MAX_TRAIL_WORDS else 0):
                kept[item] = False
            return
        count, longest = count + 1, max(longest, words[i])


@compiled
def drop_paragraphs_again(measures: Measures, described: Numbers, kept: NDArray[np.bool_]) -> None:
    """Take out what is word for word a longer block that is kept a little above it."""
    said = numbers(1, len(kept))[0]  # the block after the last one that says it, 0 where none has
    for i in range(len(kept)):
        if not kept[i]:
            continue
        kind, first = described[i, k.KIND], int(measures[i, m.FIRST])
        if measures[i, m.WORDS] >= MIN_PARAGRAPH_WORDS and measures[i, m.LINES] == 0:
            is_new = said[first] == 0 or i + 1 - said[first] > MAX_APART
            kept[i] = kind == k.CODE or kind == k.TABLE or is_new
            said[first] = i + 1
