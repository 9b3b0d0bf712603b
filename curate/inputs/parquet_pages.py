"""How large the pages of a Parquet file become, read from their headers before anything is decompressed.

The footer may say what it likes: a page of two kilobytes can hold a gigabyte, and what decodes it sets that much memory
aside by the page's own header. Here the headers alone are read, from one page to the next.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

FIRST_HEADER_BYTES = 1 << 10
MAX_HEADER_BYTES = 1 << 20
MAX_DEPTH = 8
DICTIONARY_PAGE = 2
_FIXED = {1: 0, 2: 0, 3: 1, 7: 8}  # bytes behind the type of a field: true, false, a byte, a double
_NUMBER, _BINARY, _LISTS, _MAP, _STRUCT = (4, 5, 6), 8, (9, 10), 11, 12


@dataclass(frozen=True, slots=True)
class PageSize:
    """One page: bytes once decompressed, the number of values, and whether it is a dictionary."""

    bytes: int
    values: int
    is_dictionary: bool


class BadPageError(ValueError):
    """The bytes where a page should begin are no page header."""


def page_sizes(file: BinaryIO, start: int, end: int) -> Iterator[PageSize]:
    """The pages of a column chunk that lies in bytes [start, end) of a file. Raises BadPageError at a damaged one."""
    if start < 0:
        raise BadPageError(f"a page begins at {start}")
    while start < end:
        size, header = _header(file, start)
        kind, expanded, stored = (_int(header, field) for field in (1, 2, 3))
        if expanded < 0 or stored < 0:
            raise BadPageError(f"a page says that it has {expanded} bytes, stored as {stored}")
        inner = header.get(5) or header.get(8) or {}
        values = _int(inner, 1) if isinstance(inner, dict) else 0
        yield PageSize(expanded, max(values, 0), kind == DICTIONARY_PAGE)
        start += size + stored


def _int(fields: dict[int, object], field: int) -> int:
    value = fields.get(field, 0)
    return value if isinstance(value, int) else 0


def _header(file: BinaryIO, start: int) -> tuple[int, dict[int, object]]:
    """The length of a page header and its fields."""
    count = FIRST_HEADER_BYTES
    while True:
        file.seek(start)
        data = file.read(count)
        try:
            fields, size = _struct(data, 0, 0)
        except IndexError:
            if len(data) < count or count >= MAX_HEADER_BYTES:
                raise BadPageError("a page header has no end") from None
            count *= 32
            continue
        return size, fields


def _struct(data: bytes, at: int, depth: int) -> tuple[dict[int, object], int]:
    """A struct of Thrift's compact protocol: numbers and structs by field, all else passed over."""
    if depth > MAX_DEPTH:
        raise BadPageError("a page header is nested too deeply")
    fields: dict[int, object] = {}
    field = 0
    while data[at]:
        kind, step = data[at] & 15, data[at] >> 4
        at += 1
        if step:
            field += step
        else:
            field, at = _zigzag(data, at)
        fields[field], at = _value(data, at, kind, depth)
    return fields, at + 1


def _value(data: bytes, at: int, kind: int, depth: int) -> tuple[object, int]:
    if kind in _FIXED:
        return None, at + _FIXED[kind]
    if kind in _NUMBER:
        return _zigzag(data, at)
    if kind == _BINARY:
        size, at = _varint(data, at)
        return None, _within(data, at + size)
    if kind in _LISTS:
        return None, _list(data, at, depth)
    if kind == _STRUCT:
        return _struct(data, at, depth + 1)
    raise BadPageError(f"a page header holds something of kind {kind}")


def _list(data: bytes, at: int, depth: int) -> int:
    kind, count = data[at] & 15, data[at] >> 4
    at += 1
    if count == 15:
        count, at = _varint(data, at)
    if kind in (1, 2):  # booleans, which in a list have a byte
        return _within(data, at + count)
    if depth > MAX_DEPTH:
        raise BadPageError("a page header is nested too deeply")
    for _ in range(count):
        at = _within(data, _value(data, at, kind, depth + 1)[1])
    return at


def _within(data: bytes, at: int) -> int:
    """An offset, if the data at hand reach that far; IndexError asks for more of them."""
    if at > len(data):
        raise IndexError
    return at


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            return value, at
        if shift > 63:
            raise BadPageError("a page header holds a number without end")


def _zigzag(data: bytes, at: int) -> tuple[int, int]:
    value, at = _varint(data, at)
    return (value >> 1) ^ -(value & 1), at
