"""Declares the flat arrays that one page is read into, and names their columns."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from curate.extract.compiling import compiled
from curate.extract.tags import GROUPS, TAGS

_TAG_COUNT = len(TAGS)

# Hard caps. A page beyond one is read up to it; the widest of 12,000 real pages had 9,000 elements and 6,200 blocks.
MAX_BYTES = 2_000_000
MAX_ELEMENTS = 60_000
MAX_BLOCKS = 20_000
MAX_TOKENS = 200_000
MAX_DEPTH = 256
MAX_FORMULAS = 4_000

# Columns of `blocks`: int32[n, 9].
(TEXT_START, TEXT_END, ELEMENT, LINK_BYTES, LINKS, HEADING_LEVEL, IMAGES, INPUTS, CODE_BYTES) = range(9)
BLOCK_FIELDS = 9
# Columns of `elements`: int32[n, 10]; FIRST_BLOCK and LAST_BLOCK are a half-open range, AT is where in the HTML the
# attributes begin, CLASSES what `class_names` says of them.
(PARENT, TAG, DEPTH, FIRST_BLOCK, LAST_BLOCK, FIRST_TOKEN, LAST_TOKEN, IS_HIDDEN, AT, CLASSES) = range(10)
ELEMENT_FIELDS = 10
# Columns of `formulas`: int32[n, 5]; each stands in the text as one byte, FORMULA_MARK.
(FORMULA_TEXT, FORMULA_KIND, FORMULA_START, FORMULA_END, IS_DISPLAY) = range(5)
FORMULA_FIELDS = 5
FORMULA_MARK = 1
# Where a formula comes from: MathML, TeX in a script, MathML in a script, TeX as the alt text of an image.
MATHML, TEX_SCRIPT, MATHML_SCRIPT, TEX_ALT = range(4)
# Places in `state`: int64[n].
(
    TEXT,  # bytes of text written
    BLOCKS,  # blocks ended
    ELEMENTS,  # elements opened
    TOKENS,  # class tokens recorded
    SP,  # place of the innermost open element in the stack
    OVERFLOW,  # elements open beyond MAX_DEPTH
    START,  # where the text of the block being read begins
    SPACE,  # white space seen since the last byte of text: 0 none, 1 space, 2 line break
    LOW,  # lowest place of the stack between two pieces of one block's text
    BLOCK_ELEMENT,  # innermost element around all text of the block
    BLOCK_PLACE,  # its place in the stack
    LINK,  # place of the open link, or -1
    LINKED,  # bytes of the block that are link text
    ANCHORS,  # links that begin in the block
    PICTURES,  # images since the last block
    CONTROLS,  # form controls since the last block
    HEADING_NOW,  # level of the heading the block is in, or 0
    TITLE_START,
    TITLE_END,
    FULL,  # a cap was reached: reading stops
    SELF_CLOSING,  # of the tag just read: it ends in "/>"
    HIDES,  # of the tag just read: it is declared hidden
    HAS_HREF,  # of the tag just read
    IS_MARKUP,  # of the tag just read: a script whose content is an HTML template
    SHADOW,  # of the tag just read: a template shown as a shadow root
    FLAGS,  # of the tag just read: what its class names say, see `class_names`
    FORMULA_TYPE,  # of the tag just read: 1 more than the kind of formula that a script holds, or 0
    DISPLAYS,  # of the tag just read: its formula stands on a line of its own
    TAG_AT,  # of the tag just read: where its attributes begin
    ALT_START,  # of the image just read: TeX in its alt text, or an empty range
    ALT_END,
    FORMULAS,  # formulas recorded
    MATH_END,  # where in the HTML the last formula ended
    MATH_LEFT,  # the next end tag of math lies here or after; beyond the page when there is none
    CODE_DEPTH,  # open code, samp, kbd and tt elements
    CODE_START,  # where in the text the outermost of them began
    CODED,  # bytes of the block inside such elements
    INDENT,  # no-break spaces at the start of a line of code
    SCRIPTS,  # open sup and sub elements
    SCRIPT_PLACES,  # where in the text they began; four places
) = range(40)
SCRIPT_LINKS = SCRIPT_PLACES + 4  # links that had begun in the block then; four places
MAX_SCRIPTS = 4
STATE_FIELDS = SCRIPT_LINKS + MAX_SCRIPTS
# Columns of `stack`.
(OPEN_ELEMENT, OPEN_TAG, PREVIOUS_SAME) = range(3)


class Page(NamedTuple):
    """A tokenized page; `state` says how much of each array is filled."""

    text: Any  # uint8: visible text, white space folded, entities decoded
    blocks: Any  # int32[blocks, BLOCK_FIELDS]
    elements: Any  # int32[elements, ELEMENT_FIELDS]
    tokens: Any  # uint64: hashes of class tokens, grouped by element
    state: Any  # int64[STATE_FIELDS]
    stack: Any  # int32[MAX_DEPTH, 3]
    last_tag: Any  # int32[tags]: place in the stack of the innermost open element of each tag, or -1
    last_group: Any  # int32[groups]
    group_below: Any  # int32[MAX_DEPTH, groups]: `last_group` as it was before the element was pushed
    formulas: Any  # int32[formulas, FORMULA_FIELDS]
    html: Any  # uint8: what was read


@compiled
def new_page(html: NDArray[np.uint8]) -> Page:
    """Room for the page that `html` can hold, within the caps; element 0 is the document."""
    opens = 1
    for byte in html:
        opens += byte == 60
    elements = min(opens + 1, MAX_ELEMENTS)
    page = Page(
        # No named character reference is longer decoded than 1.2 times its own length; each block may end in a space.
        np.empty(len(html) + len(html) // 4 + 64, np.uint8),
        # Between two blocks there is a tag. Rows are written whole, so none of this needs to be zero.
        np.empty((min(opens + 1, MAX_BLOCKS), BLOCK_FIELDS), np.int32),
        np.empty((elements, ELEMENT_FIELDS), np.int32),
        np.empty(min(len(html) // 2 + 8, MAX_TOKENS), np.uint64),
        np.zeros(STATE_FIELDS, np.int64),
        np.zeros((MAX_DEPTH, 3), np.int32),
        np.full(_TAG_COUNT, -1, np.int32),
        np.full(GROUPS, -1, np.int32),
        np.full((MAX_DEPTH, GROUPS), -1, np.int32),
        np.empty((min(opens, MAX_FORMULAS), FORMULA_FIELDS), np.int32),
        html,
    )
    page.state[ELEMENTS] = 1
    page.elements[0] = 0
    page.elements[0, PARENT] = -1
    page.state[LINK] = -1
    return page


def trimmed(page: Page) -> Page:
    """The same page without the room that was not needed, for keeping many of them."""
    text, blocks, elements, tokens = (int(page.state[field]) for field in (TEXT, BLOCKS, ELEMENTS, TOKENS))
    return page._replace(
        text=page.text[:text].copy(), blocks=page.blocks[:blocks].copy(), elements=page.elements[:elements].copy(),
        tokens=page.tokens[:tokens].copy(), stack=page.stack[:1].copy(), group_below=page.group_below[:1].copy(),
        formulas=page.formulas[:0].copy(), html=page.html[:0],
    )  # fmt: skip
