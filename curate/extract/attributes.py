"""Attributes of one tag (HTML standard 13.2.5.32 to 40): what hides it, and the tokens of its class, id and role."""

import numpy as np
from numpy.typing import NDArray

from curate.extract import page as p
from curate.extract.byte_hashes import BASIS, Hashes, hash_bytes, look_up, mix
from curate.extract.class_names import CLASS_FLAGS, CLASS_HASHES
from curate.extract.compiling import borrowing
from curate.extract.page import Page
from curate.extract.tags import NUMBER, TAGS
from curate.extract.vectors import next_byte

Bytes = NDArray[np.uint8]
State = NDArray[np.int64]

MAX_TOKENS_PER_ELEMENT = 24
MIN_TOKEN_BYTES = 2
MAX_SOURCE_BYTES = 300
# Each kind of token has its own hashes: a word in a class name is not the same evidence as a role.
PART, WHOLE, ROLE, PROPERTY, UNKNOWN_TAG, ANCHOR_ID = range(6)
# An id of a box says what the box is for ("sidebar"), as its class does; other ids are mostly headings made into
# addresses ("privacy").
_BOXES = "div article main aside nav header footer form fieldset ul ol dl table center address search dialog"
_ID_KINDS = np.full(len(TAGS), ANCHOR_ID, np.int64)
_ID_KINDS[[NUMBER[name] for name in _BOXES.split()]] = WHOLE

_CLASS, _ID, _ROLE, _PROPERTY, _HIDDEN, _ARIA, _STYLE, _HREF, _TYPE, _SHADOW, _ALT, _SRC = (
    np.uint64(hash_bytes(name))
    for name in (
        b"class", b"id", b"role", b"itemprop", b"hidden", b"aria-hidden", b"style", b"href", b"type",
        b"shadowrootmode", b"alt", b"src",
    )
)  # fmt: skip
# Bytes that end the name of a tag or of an attribute, and what letters are to parts of a name: a look at a table each.
ENDS_TAG_NAME = np.zeros(256, np.bool_)
ENDS_TAG_NAME[[9, 10, 12, 13, 32, 47, 62]] = True
_ENDS_NAME = ENDS_TAG_NAME.copy()
_ENDS_NAME[61] = True
_NO_LETTER, _SMALL, _CAPITAL = range(3)
_LETTERS = np.full(256, _NO_LETTER, np.uint8)
_LETTERS[[*range(97, 123), *range(128, 256)]] = _SMALL
_LETTERS[65:91] = _CAPITAL
_DISPLAY_NONE, _TRUE, _TEMPLATE, _HTML, _MATH_TEX, _MATH_MML, _MODE_DISPLAY, _LATEX, _MATH = (
    np.frombuffer(word, np.uint8)
    for word in (
        b"display:none", b"true", b"template", b"html", b"math/tex", b"math/mml", b"mode=display", b"latex", b"math",
    )
)  # fmt: skip


@borrowing
def is_space(byte: int) -> bool:
    """White space between attributes: tab, line feed, form feed, carriage return, space."""
    return byte == 32 or (9 <= byte <= 13 and byte != 11)


@borrowing
def lower(byte: int) -> int:
    """ASCII lower case."""
    return byte + 32 if 65 <= byte <= 90 else byte


@borrowing
def _holds(html: Bytes, start: int, end: int, word: Bytes) -> bool:
    """Return whether the value holds a word, whatever its case and with white space left out."""
    matched = 0
    for i in range(start, end):
        byte = lower(html[i])
        if is_space(byte):
            continue
        matched = matched + 1 if byte == word[matched] else (1 if byte == word[0] else 0)
        if matched == len(word):
            return True
    return False


@borrowing
def _record(state: State, tokens: Hashes, value: np.uint64, first: int) -> None:
    if state[p.TOKENS] < len(tokens) and state[p.TOKENS] - first < MAX_TOKENS_PER_ELEMENT:
        tokens[state[p.TOKENS]] = value
        state[p.TOKENS] += 1


@borrowing
def _name(
    state: State, tokens: Hashes, html: Bytes, i: int, end: int, whole: np.uint64, basis: np.uint64, least: int,
    first: int,
) -> tuple[int, np.uint64]:  # fmt: skip
    """Where a name ends, and its hash; parts of `least` bytes, between `-`, digits and changes of case, are tokens."""
    part, length, before = basis, 0, _NO_LETTER
    while i < end and not is_space(html[i]):
        byte, letter = lower(html[i]), _LETTERS[html[i]]
        if letter == _NO_LETTER or (letter == _CAPITAL and before == _SMALL):
            if length >= least:
                _record(state, tokens, part, first)
            part, length = basis, 0
        whole = mix(whole, byte)
        if letter != _NO_LETTER:
            part, length = mix(part, byte), length + 1
        before, i = letter, i + 1
    if length >= least:
        _record(state, tokens, part, first)
    return i, whole


@borrowing
def _names(state: State, tokens: Hashes, html: Bytes, start: int, end: int, kind: int, first: int) -> None:
    """Tokens of an attribute that lists names: every name, and for classes and ids its parts too."""
    has_parts, i = kind in (WHOLE, ANCHOR_ID), start
    least = MIN_TOKEN_BYTES if has_parts else len(html)  # which no name is long
    basis = mix(BASIS, PART) if kind == WHOLE else mix(mix(BASIS, PART), kind)
    while i < end and state[p.TOKENS] - first < MAX_TOKENS_PER_ELEMENT:
        while i < end and is_space(html[i]):
            i += 1
        if i == end:
            break
        place = state[p.TOKENS]
        # Its place comes before those of its parts; its hash shows at its end.
        _record(state, tokens, basis, first)
        i, value = _name(state, tokens, html, i, end, mix(BASIS, WHOLE if has_parts else kind), basis, least, first)
        if place < len(tokens):
            tokens[place] = mix(value, kind) if kind == ANCHOR_ID else value
        if has_parts:
            state[p.FLAGS] |= max(look_up(CLASS_HASHES, CLASS_FLAGS, value), 0)


@borrowing
def _take_type(state: State, html: Bytes, start: int, end: int) -> None:
    """What a script holds: a template, or a formula for MathJax."""
    state[p.IS_MARKUP] = _holds(html, start, end, _TEMPLATE) or _holds(html, start, end, _HTML)
    if _holds(html, start, end, _MATH_TEX):
        state[p.FORMULA_TYPE] = 1 + p.TEX_SCRIPT
        state[p.DISPLAYS] = _holds(html, start, end, _MODE_DISPLAY)
    elif _holds(html, start, end, _MATH_MML):
        state[p.FORMULA_TYPE] = 1 + p.MATHML_SCRIPT


@borrowing
def _take(
    state: State, tokens: Hashes, html: Bytes, name: np.uint64, start: int, end: int, tag: int, first: int
) -> None:
    """Use one attribute."""
    if name in (_CLASS, _ID):
        _names(state, tokens, html, start, end, WHOLE if name == _CLASS else _ID_KINDS[tag], first)
    elif name == _ROLE:
        _names(state, tokens, html, start, end, ROLE, first)
    elif name == _PROPERTY:
        _names(state, tokens, html, start, end, PROPERTY, first)
    elif name == _HIDDEN:
        state[p.HIDES] = 1
    elif name == _ARIA:
        state[p.HIDES] |= _holds(html, start, end, _TRUE)
    elif name == _STYLE:
        state[p.HIDES] |= _holds(html, start, end, _DISPLAY_NONE)
    elif name == _HREF:
        state[p.HAS_HREF] = 1
    elif name == _TYPE:
        _take_type(state, html, start, end)
    elif name == _SHADOW:
        state[p.SHADOW] = 1


@borrowing
def _matters(name: np.uint64) -> bool:
    return name in (_CLASS, _ID, _HREF, _STYLE, _TYPE, _ROLE, _PROPERTY, _HIDDEN, _ARIA, _SHADOW)


@borrowing
def _attribute_name(html: Bytes, at: int, end: int) -> tuple[np.uint64, int]:
    """13.2.5.33: the hash of the name and the position after it; an equals sign in first place is part of it."""
    name, at = mix(BASIS, lower(html[at])), at + 1
    while at < end and not _ENDS_NAME[html[at]]:
        name, at = mix(name, lower(html[at])), at + 1
    return name, at


@borrowing
def _value(html: Bytes, at: int, end: int) -> tuple[int, int, int]:
    """The attribute value after `=`: its start, its end, and the position after it."""
    while at < end and is_space(html[at]):
        at += 1
    if at < end and (html[at] == 34 or html[at] == 39):
        close = next_byte(html, at + 1, end, html[at])
        return at + 1, close, close + 1
    start = at
    while at < end and html[at] != 62 and not is_space(html[at]):
        at += 1
    return start, at, at


@borrowing
def read_attributes(page: Page, html: Bytes, tag: int, at: int, end: int) -> int:
    """Read a tag's attributes from after its name; returns the position after `>`, beyond `end` if there is none.

    Tokens go to `page.tokens`, the rest to the fields of `page.state` that speak "of the tag just read".
    """
    state, tokens = page.state, page.tokens
    state[p.SELF_CLOSING] = state[p.HIDES] = state[p.HAS_HREF] = state[p.IS_MARKUP] = state[p.SHADOW] = 0
    state[p.FLAGS] = state[p.FORMULA_TYPE] = state[p.DISPLAYS] = 0
    state[p.TAG_AT] = at
    first, ends_in_slash = state[p.TOKENS], False
    while at < end and html[at] != 62:
        if is_space(html[at]) or html[at] == 47:
            ends_in_slash = html[at] == 47
            at += 1
            continue
        ends_in_slash = False
        name, at = _attribute_name(html, at, end)
        while at < end and is_space(html[at]):
            at += 1
        start = stop = at
        if at < end and html[at] == 61:
            start, stop, at = _value(html, at + 1, end)
        if _matters(name):
            _take(state, tokens, html, name, start, min(stop, end), tag, first)
    state[p.SELF_CLOSING] = ends_in_slash
    return at + 1


@borrowing
def skip_attributes(page: Page, html: Bytes, at: int, end: int) -> int:
    """As `read_attributes`, of a tag whose attributes say nothing."""
    page.state[p.SELF_CLOSING] = page.state[p.HIDES] = page.state[p.HAS_HREF] = 0
    while at < end and html[at] != 62:
        if is_space(html[at]) or html[at] == 47:
            at += 1
            continue
        _, at = _attribute_name(html, at, end)
        while at < end and is_space(html[at]):
            at += 1
        if at < end and html[at] == 61:
            _, _, at = _value(html, at + 1, end)
    return at + 1


@borrowing
def _is_tex(html: Bytes, start: int, end: int) -> bool:
    """Return whether an alt text is TeX by its looks: a backslash with a letter, or a display style."""
    at = start
    while at < end - 1 and not (html[at] == 92 and 97 <= html[at + 1] | 32 <= 122):
        at += 1
    return at < end - 1


@borrowing
def read_image(page: Page, html: Bytes, at: int, end: int) -> int:
    """As `skip_attributes`, of an image; notes the alt text when it is TeX, or the image's class or source says so."""
    state = page.state
    state[p.ALT_START] = state[p.ALT_END] = 0
    says_tex = False
    while at < end and html[at] != 62:
        if is_space(html[at]) or html[at] == 47:
            at += 1
            continue
        name, at = _attribute_name(html, at, end)
        while at < end and is_space(html[at]):
            at += 1
        if at < end and html[at] == 61:
            start, stop, at = _value(html, at + 1, end)
            stop = min(stop, end)
            if name == _ALT:
                state[p.ALT_START], state[p.ALT_END] = start, stop
            elif name == _CLASS:
                says_tex |= _holds(html, start, stop, _LATEX) or _holds(html, start, stop, _MATH)
            elif name == _SRC and stop - start < MAX_SOURCE_BYTES:
                says_tex |= _holds(html, start, stop, _LATEX)
    if not (says_tex or _is_tex(html, state[p.ALT_START], state[p.ALT_END])):
        state[p.ALT_END] = state[p.ALT_START]
    return at + 1


@borrowing
def number_of(html: Bytes, at: int, wanted: np.uint64, default: int) -> int:
    """The number in the attribute of a name, of the tag whose attributes begin at `at`; `default` where none is."""
    end, found = len(html), default
    while at < end and html[at] != 62:
        if is_space(html[at]) or html[at] == 47:
            at += 1
            continue
        name, at = _attribute_name(html, at, end)
        while at < end and is_space(html[at]):
            at += 1
        if at < end and html[at] == 61:
            start, stop, at = _value(html, at + 1, end)
            if name == wanted:
                found = _integer(html, start, min(stop, end), default)
    return found


@borrowing
def _integer(html: Bytes, start: int, end: int, default: int) -> int:
    while start < end and is_space(html[start]):
        start += 1
    value, digits = 0, 0
    while start < end and digits < 6 and 48 <= html[start] <= 57:
        value, digits, start = value * 10 + (html[start] - 48), digits + 1, start + 1
    return value if digits else default
