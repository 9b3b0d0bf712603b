"""Notes what stands inside a line and is no plain text: formulas, images of formulas, code."""

import numpy as np
from numpy.typing import NDArray

from curate.extract import page as p
from curate.extract.compiling import borrowing
from curate.extract.page import Page
from curate.extract.scanning import raw_end
from curate.extract.vectors import next_byte
from curate.extract.writer import put, skipping

Bytes = NDArray[np.uint8]

# A fallback image stands right after the MathML it repeats.
MAX_REPEAT_DISTANCE = 60


@borrowing
def put_formula(page: Page, kind: int, start: int, end: int, is_display: int) -> None:
    """Write the mark of a formula whose source is html[start:end]; beyond the cap formulas are left out."""
    state = page.state
    if state[p.FORMULAS] == len(page.formulas):
        return
    put(page, p.FORMULA_MARK)
    row = page.formulas[state[p.FORMULAS]]
    row[p.FORMULA_TEXT], row[p.FORMULA_KIND] = state[p.TEXT] - 1, kind
    row[p.FORMULA_START], row[p.FORMULA_END], row[p.IS_DISPLAY] = start, end, is_display
    state[p.FORMULAS] += 1


@borrowing
def read_math(page: Page, html: Bytes, start: int, at: int, end: int) -> int:
    """A formula in MathML, from its `<` up to the end tag; where there is none it is markup like any other."""
    state = page.state
    if state[p.SELF_CLOSING] or state[p.MATH_LEFT] >= end:
        return at
    state[p.MATH_LEFT] = raw_end(html, at, end, start + 1, start + 5)
    if state[p.MATH_LEFT] >= end:
        return at
    stop = min(next_byte(html, state[p.MATH_LEFT], end, 62) + 1, end)
    put_formula(page, p.MATHML, start, stop, 0)
    state[p.MATH_END] = stop
    return stop


@borrowing
def put_image(page: Page, at: int) -> None:
    """An image whose alt text is TeX, unless it repeats the formula right before it."""
    state = page.state
    if not skipping(page) and (state[p.MATH_END] == 0 or at - state[p.MATH_END] > MAX_REPEAT_DISTANCE):
        put_formula(page, p.TEX_ALT, state[p.ALT_START], state[p.ALT_END], 0)


@borrowing
def start_code(page: Page) -> None:
    """`<code>` and the like; what is inside counts as code of the block."""
    if page.state[p.CODE_DEPTH] == 0:
        page.state[p.CODE_START] = page.state[p.TEXT]
    page.state[p.CODE_DEPTH] += 1


@borrowing
def end_code(page: Page) -> None:
    """`</code>` and the like."""
    state = page.state
    if state[p.CODE_DEPTH]:
        state[p.CODE_DEPTH] -= 1
        if state[p.CODE_DEPTH] == 0:
            state[p.CODED] += max(state[p.TEXT] - max(state[p.CODE_START], state[p.START]), 0)
