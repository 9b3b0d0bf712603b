"""Probabilities to blocks: how much of the page is kept, and what is kept or dropped together."""

import numpy as np
from numpy.typing import NDArray

from curate.extract import kinds as k
from curate.extract import measures as m
from curate.extract import page as p
from curate.extract.arrays import marks, numbers
from curate.extract.byte_hashes import Numbers
from curate.extract.compiling import borrowing, compiled, entry
from curate.extract.context_features import Rows, sections
from curate.extract.measures import Measures
from curate.extract.page import Page
from curate.extract.repeats import drop_lines_again, drop_paragraphs_again, drop_trail

# Where the model expects to be right, a fixed cut a little above one half is worth precision, and precision is what
# training text needs; where it does not (listings, forums, shops), the cut of the highest expected F1 is better.
FIXED_CUT = 0.525
SURE, UNSURE = 0.65, 0.5
MIN_CUT = 0.1
MIN_TEXT_WORDS = 15
MAX_TITLE_WORDS = 30
# Leftovers are short: a date, a label, a link. Where the model expects to be right, short lines must be likelier, but
# not where many stand in a row, as in a poem. Headings and items are short by nature; code and tables are spared.
MAX_SHORT_WORDS, MIN_POEM = 14, 6
SHORT_CUT, MARKED_CUT = 0.9, 0.7
SHORT_SURE = 0.75, 0.93
LINE_KINDS = (k.PROSE, k.FORMULA, k.CAPTION, k.QUOTATION, k.DEFINITION)
# A caption between blocks that are kept, and the title above the text, are kept above these.
MIN_CAPTION_ODDS, MIN_TITLE_ODDS = 0.3, 0.4
# So is a heading right above text that is kept.
MIN_HEADING_ODDS, MIN_HEADED_WORDS = 0.45, 8


@entry
def choose(
    page: Page, measures: NDArray[np.float32], odds: NDArray[np.float32], described: NDArray[np.int32]
) -> tuple[NDArray[np.bool_], float]:
    """Return which blocks are kept, bool[blocks], and the word F1 expected of them."""
    n, words = len(odds), measures[:, m.WORDS]
    best, expected_f1 = best_cut(odds, words)
    cut = cut_of(best, expected_f1)
    kept = marks(1, n)[0]
    for i in range(n):
        kept[i] = odds[i] >= cut
    drop_short(described, odds, words, cut, share(expected_f1, SHORT_SURE[0], SHORT_SURE[1]), kept)
    keep_whole(described, odds, words, cut, kept)
    keep_listings(described, kept)
    keep_captions(described, odds, MIN_CAPTION_ODDS, kept)
    keep_headings(described, odds, words, kept)
    drop_lines_again(page, measures, described, kept)
    drop_trail(described, words, kept)
    drop_bare_labels(page, measures, kept)
    keep_formulas(described, kept)
    keep_title(page, odds, words, MIN_TITLE_ODDS, kept)
    drop_paragraphs_again(measures, described, kept)
    return kept, expected_f1


@borrowing
def drop_short(described: Numbers, odds: Rows, words: Rows, cut: float, sure: float, kept: NDArray[np.bool_]) -> None:
    """Take out the short blocks that are less likely than short ones must be where the model is `sure`, 0..1."""
    n, first = len(kept), 0
    marked_cut, short_cut = cut + sure * max(MARKED_CUT - cut, 0.0), cut + sure * max(SHORT_CUT - cut, 0.0)
    for i in range(n + 1):
        kind = described[i, k.KIND] if i < n else k.CODE
        is_marked = kind == k.HEADING or (kind == k.LIST_ITEM and words[i] <= MAX_SHORT_WORDS)
        if is_marked:
            kept[i] &= odds[i] >= marked_cut
        is_line = i < n and odds[i] >= cut and words[i] <= MAX_SHORT_WORDS and kind in LINE_KINDS
        if not is_line:
            for short in range(first, i if i - first < MIN_POEM else first):
                kept[short] &= odds[short] >= short_cut
            first = i + 1


@compiled
def best_cut(odds: Rows, words: Rows) -> tuple[float, float]:
    """The probability from which keeping blocks gives the highest expected word F1, and that F1.

    With w words and probability p per block, expected F1 = 2 sum(w p | kept) / (sum(w | kept) + sum(w p)).
    """
    n, expected = len(odds), 0.0
    for i in range(n):
        expected += (words[i] + 0.5) * odds[i]
    kept, right, best, cut, orders = 0.0, 0.0, 0.0, 1.0, numbers(2, n)
    order = orders[_likeliest_first(odds, orders)]
    for i in order:
        weight = words[i] + 0.5
        kept, right = kept + weight, right + weight * odds[i]
        score = 2 * right / (kept + expected + 1e-9)
        if score > best:
            best, cut = score, odds[i]
    return cut, best


@borrowing
def _likeliest_first(odds: Rows, orders: NDArray[np.int64]) -> int:
    """Write the numbers of the blocks by falling probability, equal ones in order; returns to which of two rows."""
    n, width, now = len(odds), 1, 0
    for i in range(n):
        orders[0, i] = i
    while width < n:
        before, after, now = orders[now], orders[1 - now], 1 - now
        for start in range(0, n, 2 * width):
            middle, end = min(start + width, n), min(start + 2 * width, n)
            left, right = start, middle
            for place in range(start, end):
                if left < middle and (right == end or odds[before[left]] >= odds[before[right]]):
                    after[place], left = before[left], left + 1
                else:
                    after[place], right = before[right], right + 1
        width *= 2
    return now


@borrowing
def cut_of(best: float, expected_f1: float) -> float:
    """The probability from which blocks are kept, given the best cut and the F1 expected there.

    >>> from curate.extract.compiling import entry
    >>> [round(entry(cut_of)(0.3, expected_f1), 3) for expected_f1 in (0.95, 0.59, 0.4)]
    [0.525, 0.435, 0.3]
    """
    sure = share(expected_f1, UNSURE, SURE)
    return max((1 - sure) * best + sure * FIXED_CUT, MIN_CUT)


@borrowing
def share(value: float, low: float, high: float) -> float:
    """Return how far a value is on its way from `low` to `high`, 0..1."""
    return min(max((value - low) / (high - low), 0.0), 1.0)


@compiled
def drop_bare_labels(page: Page, measures: Measures, kept: NDArray[np.bool_]) -> None:
    """Take out the headings, "More on this topic", of which nothing is kept; those before the first text stay."""
    parts, begun = numbers(len(kept), 2), False
    sections(page, measures, parts)
    for i in range(len(kept)):
        label, after = parts[i, 0], parts[i, 1]
        if label == i and begun and (after > i + 1 or after == len(kept)) and not _is_any(kept, i + 1, after):
            kept[i] = False
        begun |= kept[i] and measures[i, m.WORDS] >= MIN_TEXT_WORDS


@borrowing
def _is_any(kept: NDArray[np.bool_], first: int, last: int) -> bool:
    while first < last and not kept[first]:
        first += 1
    return first < last


@borrowing
def _set(kept: NDArray[np.bool_], first: int, last: int, value: int) -> None:
    for i in range(first, last):
        kept[i] = value != 0


@borrowing
def keep_whole(described: Numbers, odds: Rows, words: Rows, cut: float, kept: NDArray[np.bool_]) -> None:
    """Keep or drop as one what means nothing in parts: a listing of many blocks, a row of a table."""
    n, first = len(kept), 0
    for i in range(1, n + 1):
        if i < n and _go_together(described, first, i):
            continue
        kind = described[first, k.KIND]
        if i - first > 1 and (kind == k.CODE or kind == k.TABLE) and _part(described, first) >= 0:
            weights, right = 0.0, 0.0
            for part in range(first, i):
                weights, right = weights + (words[part] + 0.5), right + (words[part] + 0.5) * odds[part]
            _set(kept, first, i, right >= cut * weights)
        first = i


@borrowing
def _go_together(described: Numbers, one: int, other: int) -> bool:
    is_alike = described[one, k.KIND] == described[other, k.KIND]
    return bool(is_alike and _part(described, one) == _part(described, other))


@borrowing
def _part(described: Numbers, i: int) -> int:
    return int(described[i, k.ROW] if described[i, k.KIND] == k.TABLE else described[i, k.UNIT])


@borrowing
def keep_formulas(described: Numbers, kept: NDArray[np.bool_]) -> None:
    """A formula on a line of its own has no words to be judged by: it goes with the text on both sides."""
    n, first = len(kept), -1
    for i in range(n + 1):
        is_formula = i < n and described[i, k.KIND] == k.FORMULA
        if is_formula and first < 0:
            first = i
        elif not is_formula and first >= 0:
            before, after = first == 0 or kept[first - 1], i == n or kept[i]
            _set(kept, first, i, before and after)
            first = -1


@borrowing
def keep_listings(described: Numbers, kept: NDArray[np.bool_]) -> None:
    """Code is judged badly by its words: a listing next to text that is kept is kept."""
    n, first = len(kept), -1
    for i in range(n + 1):
        is_code = i < n and described[i, k.KIND] == k.CODE
        if is_code and first < 0:
            first = i
        elif not is_code and first >= 0:
            if (first > 0 and kept[first - 1]) or (i < n and kept[i]):
                _set(kept, first, i, 1)
            first = -1


@borrowing
def keep_captions(described: Numbers, odds: Rows, limit: float, kept: NDArray[np.bool_]) -> None:
    """A caption between two blocks that are kept needs only to be likely enough, not likely."""
    n, first = len(kept), -1
    for i in range(n + 1):
        is_caption = i < n and described[i, k.KIND] == k.CAPTION
        if is_caption and first < 0:
            first = i
        elif not is_caption and first >= 0:
            if first > 0 and i < n and kept[first - 1] and kept[i]:
                for caption in range(first, i):
                    kept[caption] |= odds[caption] >= limit
            first = -1


@borrowing
def keep_headings(described: Numbers, odds: Rows, words: Rows, kept: NDArray[np.bool_]) -> None:
    """A heading right above a paragraph, a listing or a table that is kept needs only to be likely enough."""
    for i in range(len(kept) - 1):
        kind = described[i + 1, k.KIND]
        is_headed = kind == k.CODE or kind == k.TABLE or (kind != k.HEADING and words[i + 1] >= MIN_HEADED_WORDS)
        if described[i, k.KIND] == k.HEADING and kept[i + 1] and is_headed:
            kept[i] |= odds[i] >= MIN_HEADING_ODDS


@borrowing
def keep_title(page: Page, odds: Rows, words: Rows, limit: float, kept: NDArray[np.bool_]) -> None:
    """The last heading of the first level above the text, where none is kept, likely enough and no sentence."""
    title = -1
    for i in range(len(kept)):
        is_first_level = page.blocks[i, p.HEADING_LEVEL] == 1
        if kept[i]:
            if title >= 0 and not is_first_level:
                kept[title] = True
            return
        if is_first_level and words[i] <= MAX_TITLE_WORDS and odds[i] >= limit:
            title = i
