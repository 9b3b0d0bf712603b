"""Probabilities to text: how much of the page is kept, and how blocks become lines."""

import numpy as np
from numpy.typing import NDArray

from curate.extract import measures as m
from curate.extract import page as p
from curate.extract.compiled import compiled
from curate.extract.measures import Measures
from curate.extract.page import Page
from curate.extract.surroundings import sections
from curate.extract.tags import NUMBER

# Where the model expects to be right, a fixed cut a little above one half is worth precision, and precision is what
# training text needs; where it does not (listings, forums, shops), the cut of the highest expected F1 is better.
FIXED_CUT = 0.525
SURE, UNSURE = 0.65, 0.5
MIN_CUT = 0.1
MIN_TEXT_WORDS = 15

_LI, _TD, _TH, _TR = NUMBER["li"], NUMBER["td"], NUMBER["th"], NUMBER["tr"]


@compiled
def best_cut(odds: NDArray[np.float32], words: NDArray[np.float32]) -> tuple[float, float]:
    """The probability from which keeping blocks gives the highest expected word F1, and that F1.

    With w words and probability p per block, expected F1 = 2 sum(w p | kept) / (sum(w | kept) + sum(w p)).
    """
    weights = words + 0.5
    expected = np.sum(weights * odds)
    order = np.argsort(-odds, kind="mergesort")
    kept, right, best, cut = 0.0, 0.0, 0.0, 1.0
    for i in order:
        kept, right = kept + weights[i], right + weights[i] * odds[i]
        score = 2 * right / (kept + expected + 1e-9)
        if score > best:
            best, cut = score, odds[i]
    return cut, best


def cut_of(best: float, expected_f1: float) -> float:
    """The probability from which blocks are kept, given the best cut and the F1 expected there.

    >>> round(cut_of(0.3, 0.95), 3), round(cut_of(0.3, 0.59), 3), round(cut_of(0.3, 0.4), 3)
    (0.525, 0.435, 0.3)
    """
    sure = min(max((expected_f1 - UNSURE) / (SURE - UNSURE), 0.0), 1.0)
    return max((1 - sure) * best + sure * FIXED_CUT, MIN_CUT)


@compiled
def drop_bare_labels(page: Page, measures: Measures, kept: NDArray[np.bool_]) -> None:
    """Take out the headings, "More on this topic", of which nothing is kept; those before the first text stay."""
    parts, begun = sections(page, measures), False
    for i in range(len(kept)):
        label, after = parts[i]
        if label == i and begun and (after > i + 1 or after == len(kept)) and not np.any(kept[i + 1 : after]):
            kept[i] = False
        begun |= kept[i] and measures[i, m.WORDS] >= MIN_TEXT_WORDS


@compiled
def places(page: Page) -> tuple[NDArray[np.bool_], NDArray[np.int32]]:
    """For each block, whether it begins a list item, and the table row it is a whole cell of, or -1."""
    n = page.state[p.BLOCKS]
    begins, rows = np.zeros(n, np.bool_), np.full(n, -1, np.int32)
    for i in range(n):
        current, in_cell = page.blocks[i, p.ELEMENT], False
        while current > 0:
            element = page.elements[current]
            if element[p.FIRST_BLOCK] != i:
                # Beyond this, only the row of a cell that is this block alone is of interest.
                if in_cell and element[p.TAG] == _TR:
                    rows[i] = current
                if not in_cell or element[p.TAG] == _TR:
                    break
            elif element[p.TAG] == _LI:
                begins[i] = True
            elif element[p.TAG] == _TR and in_cell:
                rows[i] = current
                break
            elif element[p.TAG] == _TD or element[p.TAG] == _TH:
                in_cell = element[p.LAST_BLOCK] - element[p.FIRST_BLOCK] == 1
            current = element[p.PARENT]
    return begins, rows


def lines(page: Page, kept: NDArray[np.bool_]) -> str:
    """The text of the kept blocks: a line each, list items marked, the cells of a table's row joined by tabs."""
    begins, rows = (column.tolist() for column in places(page))
    text = page.text[: page.state[p.TEXT]].tobytes()
    spans = page.blocks[: len(kept), : p.TEXT_END + 1].tolist()
    pieces, row_before = [], -1
    for i in np.flatnonzero(kept).tolist():
        row = rows[i]
        pieces.append(b"\t" if row >= 0 and row == row_before else b"\n")
        if begins[i] and row < 0:
            pieces.append(b"- ")
        pieces.append(text[slice(*spans[i])])
        row_before = row
    return b"".join(pieces[1:]).decode("utf-8", "replace")
