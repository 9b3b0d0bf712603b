"""Finds where things end in HTML: a comment, raw text."""

import numpy as np
from numpy.typing import NDArray

from curate.extract.attributes import is_space, lower
from curate.extract.compiling import borrowing
from curate.extract.vectors import next_byte

Bytes = NDArray[np.uint8]


@borrowing
def is_letter(html: Bytes, at: int, end: int) -> bool:
    """Return whether an ASCII letter stands at a place."""
    return at < end and 97 <= html[at] | 32 <= 122


@borrowing
def after_comment(html: Bytes, at: int, end: int) -> int:
    """13.2.5.42: a comment up to `-->` (or `--!>`), anything else after `<!` up to `>`."""
    if at + 1 >= end or html[at] != 45 or html[at + 1] != 45:
        return next_byte(html, at, end, 62) + 1
    # `<!-->` and `<!--->` are whole comments.
    i = at + 2
    while i < end:
        i = next_byte(html, i, end, 62)
        if i == end:
            break
        if html[i - 1] == 45 and (html[i - 2] == 45 or i - 2 < at):
            return i + 1
        if i - 3 > at and html[i - 1] == 33 and html[i - 2] == 45 and html[i - 3] == 45:
            return i + 1
        i += 1
    return end


@borrowing
def raw_end(html: Bytes, at: int, end: int, name_start: int, name_end: int) -> int:
    """Return where the end tag of a raw text element begins: `</`, its name in any case, then no letter; else `end`."""
    length = name_end - name_start
    while at < end:
        at = next_byte(html, at, end, 60)
        after = at + 2 + length
        if after <= end and html[at + 1] == 47:
            same = 0
            while same < length and lower(html[at + 2 + same]) == lower(html[name_start + same]):
                same += 1
            if same == length and (after == end or is_space(html[after]) or html[after] == 47 or html[after] == 62):
                return at
        at += 1
    return end
