"""Tables: which of them hold data and which only lay a page out, and where the cells of the first kind stand."""

import numpy as np
from numpy.typing import NDArray

from curate.extract import page as p
from curate.extract.arrays import integers
from curate.extract.attributes import number_of
from curate.extract.byte_hashes import hash_bytes
from curate.extract.compiling import compiled, entry
from curate.extract.page import Page
from curate.extract.tags import MEMBERS, NUMBER, PREFORMATTED

# Columns of what `tables` finds of every element: int32[elements, 8]; all but the first are of tables only.
(TABLE_OF, IS_DATA, ROWS, CELLS, WIDEST, FILLED, CELL_BLOCKS, CELL_BYTES) = range(8)
# Columns of a table's cells: int32[cells, 5]; columns and blocks are half-open ranges.
(CELL_ROW, CELL_COLUMN, CELL_COLUMN_END, CELL_FIRST, CELL_LAST) = range(5)

# A data table's cells are short: a few blocks and lines. Pages were laid out in tables of long ones.
MAX_CELL_BLOCKS = 2.5
MAX_CELL_BYTES = 400
MAX_COLUMNS = 200
MAX_COLSPAN, MAX_ROWSPAN = 50, 1000

_TABLE, _TR, _TD, _TH = (NUMBER[name] for name in ("table", "tr", "td", "th"))
_H1, _H3 = NUMBER["h1"], NUMBER["h3"]
_COLSPAN, _ROWSPAN = (np.uint64(hash_bytes(name)) for name in (b"colspan", b"rowspan"))
_NOT_DATA = -1


@entry
def tables(page: Page) -> NDArray[np.int32]:
    """The innermost table around (or at) every element, or -1, and of every table whether it holds data."""
    n = page.state[p.ELEMENTS]
    found = integers(n, 8)
    found[0, TABLE_OF] = -1
    for i in range(1, n):
        element = page.elements[i]
        tag, table = element[p.TAG], found[element[p.PARENT], TABLE_OF]
        found[i, TABLE_OF] = i if tag == _TABLE else table
        if table < 0:
            continue
        if tag == _TABLE or MEMBERS[tag, PREFORMATTED] or _H1 <= tag <= _H3:
            found[table, IS_DATA] = _NOT_DATA
        elif tag == _TR:
            found[table, ROWS] += 1
            _end_row(found, table)
        elif tag in (_TD, _TH):
            _count_cell(page, i, found, table)
    for i in range(1, n):
        if found[i, TABLE_OF] == i:
            _end_row(found, i)
            found[i, IS_DATA] = _is_data(found, i)
    return found


@compiled
def _end_row(found: NDArray[np.int32], table: int) -> None:
    """CELLS counts within a row; the widest is remembered."""
    found[table, WIDEST] = max(found[table, WIDEST], found[table, CELLS])
    found[table, CELLS] = 0


@compiled
def _count_cell(page: Page, cell: int, found: NDArray[np.int32], table: int) -> None:
    first, last = page.elements[cell, p.FIRST_BLOCK], page.elements[cell, p.LAST_BLOCK]
    found[table, CELLS] += 1
    if last > first:
        found[table, FILLED] += 1
        found[table, CELL_BLOCKS] += last - first
        found[table, CELL_BYTES] += page.blocks[last - 1, p.TEXT_END] - page.blocks[first, p.TEXT_START]


@compiled
def _is_data(found: NDArray[np.int32], table: int) -> bool:
    row, filled = found[table], max(found[table, FILLED], 1)
    is_grid = row[IS_DATA] != _NOT_DATA and row[ROWS] >= 2 and row[WIDEST] >= 2
    return bool(is_grid and row[CELL_BLOCKS] <= MAX_CELL_BLOCKS * filled and row[CELL_BYTES] <= MAX_CELL_BYTES * filled)


@entry
def cells(page: Page, table: int, tables: NDArray[np.int32]) -> NDArray[np.int32]:
    """The cells of a table with the column each begins in, spans of rows and columns counted: int32[cells, 5]."""
    last = table + 1
    n, depth = page.state[p.ELEMENTS], page.elements[table, p.DEPTH]
    while last < n and page.elements[last, p.DEPTH] > depth:
        last += 1
    out, count = integers(last - table, 5), 0
    below, row, column = integers(1, MAX_COLUMNS)[0], -1, 0
    for i in range(table + 1, last):
        if tables[i, TABLE_OF] != table:
            continue
        element = page.elements[i]
        if element[p.TAG] == _TR:
            row, column = row + 1, 0
            for k in range(MAX_COLUMNS):
                below[k] = max(below[k] - 1, 0)
        elif (element[p.TAG] == _TD or element[p.TAG] == _TH) and row >= 0:
            while column < MAX_COLUMNS - 1 and below[column] > 0:
                column += 1
            width = min(max(number_of(page.html, element[p.AT], _COLSPAN, 1), 1), MAX_COLSPAN)
            height = min(max(number_of(page.html, element[p.AT], _ROWSPAN, 1), 1), MAX_ROWSPAN)
            after = min(column + width, MAX_COLUMNS)
            cell = out[count]
            cell[CELL_ROW], cell[CELL_COLUMN], cell[CELL_COLUMN_END] = row, column, after
            cell[CELL_FIRST], cell[CELL_LAST] = element[p.FIRST_BLOCK], element[p.LAST_BLOCK]
            count += 1
            for k in range(column, after):
                below[k] = height
            column = after
    return out[:count]
