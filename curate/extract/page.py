"""The flat arrays one page is read into, and the names of their columns."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from curate.extract.compiled import compiled
from curate.extract.tags import GROUPS, TAGS

_TAG_COUNT = len(TAGS)

# Hard caps. A page beyond one is read up to it; the widest of 12,000 real pages had 9,000 elements and 6,200 blocks.
MAX_BYTES = 2_000_000
MAX_ELEMENTS = 60_000
MAX_BLOCKS = 20_000
MAX_TOKENS = 200_000
MAX_DEPTH = 256

# Columns of `blocks`: int32[n, 8].
(TEXT_START, TEXT_END, ELEMENT, LINK_BYTES, LINKS, HEADING_LEVEL, IMAGES, INPUTS) = range(8)
BLOCK_FIELDS = 8
# Columns of `elements`: int32[n, 8]; FIRST_BLOCK and LAST_BLOCK are a half-open range.
(PARENT, TAG, DEPTH, FIRST_BLOCK, LAST_BLOCK, FIRST_TOKEN, LAST_TOKEN, IS_HIDDEN) = range(8)
ELEMENT_FIELDS = 8
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
) = range(25)
STATE_FIELDS = 25
# Columns of `stack`.
(OPEN_ELEMENT, OPEN_TAG, PREVIOUS_SAME) = range(3)


class Page(NamedTuple):
    """What the tokenizer leaves of a page; `state` says how much of each array is filled."""

    text: Any  # uint8: visible text, white space folded, entities decoded
    blocks: Any  # int32[blocks, BLOCK_FIELDS]
    elements: Any  # int32[elements, ELEMENT_FIELDS]
    tokens: Any  # uint64: hashes of class tokens, grouped by element
    state: Any  # int64[STATE_FIELDS]
    stack: Any  # int32[MAX_DEPTH, 3]
    last_tag: Any  # int32[tags]: place in the stack of the innermost open element of each tag, or -1
    last_group: Any  # int32[groups]
    group_below: Any  # int32[MAX_DEPTH, groups]: `last_group` as it was before the element was pushed


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
    )  # fmt: skip
