"""What the parts of an extracted text are: kinds, and spans of code points, packed for where many are kept."""

from collections.abc import Iterable
from enum import IntEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Kind(IntEnum):
    """The kind of a part of a text; the numbers are stored."""

    PROSE = 0
    HEADING = 1
    LIST_ITEM = 2
    CODE = 3
    TABLE = 4
    FORMULA = 5
    CAPTION = 6
    QUOTATION = 7
    DEFINITION = 8


_APART = frozenset({Kind.CODE, Kind.TABLE, Kind.FORMULA})
# A table whose cells hold more than this on average, in characters, is a text that was laid out with one.
MAX_CELL_CHARS = 20


class Span(NamedTuple):
    """A part of a text, in code points, end excluded, with the marks that its markup puts around it.

    `detail` of a heading is its level, of a list item 65,536 times its depth plus its number (0 in a list without),
    of code 1 plus the place of its language in `languages.LANGUAGES` or 0, of a table its columns, of a formula 1 when
    it stands on a line of its own, of a quotation its depth, of a definition 0 for the term and 1 for what it means.
    """

    start: int
    end: int
    kind: Kind
    detail: int = 0


def pack(spans: Iterable[Span]) -> bytes:
    """Spans as little-endian int32[n, 4]: start, end, kind, detail.

    >>> unpack(pack([Span(0, 5, Kind.HEADING, 2)]))
    [Span(start=0, end=5, kind=<Kind.HEADING: 1>, detail=2)]
    """
    return np.array([tuple(span) for span in spans], "<i4").tobytes()


def columns(packed: bytes) -> NDArray[np.int32]:
    """Packed spans as int32[n, 4], without a copy."""
    return np.frombuffer(packed, "<i4").reshape(-1, 4)


def unpack(packed: bytes) -> list[Span]:
    """The spans that `pack` packed."""
    return [Span(start, end, Kind(kind), detail) for start, end, kind, detail in columns(packed).tolist()]


def apart_from_prose(text: str, packed: bytes) -> NDArray[np.int64]:
    r"""Start and end of the code, the tables of data and the formulas in a text, int64[n, 2], in order; some overlap.

    >>> apart_from_prose("It is\n\nx = 1", pack([Span(0, 5, Kind.PROSE), Span(7, 12, Kind.CODE)])).tolist()
    [[7, 12]]
    """
    if _APART.isdisjoint(packed[8::16]):  # the lowest bytes of all kinds, which most often are those of prose alone
        return np.empty((0, 2), np.int64)
    spans = columns(packed)
    apart = (spans[:, 2] == Kind.CODE) | (spans[:, 2] == Kind.FORMULA)
    for row in np.flatnonzero(spans[:, 2] == Kind.TABLE).tolist():
        start, end, _, cells = spans[row].tolist()
        apart[row] = end - start <= MAX_CELL_CHARS * (text.count("\n", start, end) + 1) * max(cells, 1)
    return spans[apart, :2].astype(np.int64)
