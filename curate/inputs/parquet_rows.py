"""Rows of Parquet as pages, within bounds whatever the file: the sizes of its pages are known before it is read.

A page of a few kilobytes can hold a gigabyte, and a thousand rows can share one string of megabytes. So a row group
with a page above `MAX_PAGE_BYTES` is not read, as many rows are read at a time as keep what they may hold below
`MAX_BATCH_BYTES`, large dictionaries stay dictionaries, and no string becomes one of ours before its length is known.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO

from curate.inputs.parquet_pages import PageSize, page_sizes
from curate.inputs.text_rows import MAX_URL_CHARS, open_parquet, page_of_row
from curate.warc.pages import Limits, Page, ReadCounts, Skip

if TYPE_CHECKING:
    import pyarrow as pa
    from pyarrow.parquet import ParquetFile

ROWS = 256
MAX_PAGE_BYTES = 128 << 20  # decompressed; writers aim at one megabyte and exceed it for long rows
MAX_BATCH_BYTES = 128 << 20
MAX_DICTIONARY_BYTES = 1 << 20  # above it a dictionary is not written out row by row
MAX_DATE_CHARS = 100
_COLUMNS = ("url", "date", "text")


def read_parquet(
    source: BinaryIO, name: str, start: int, end: int, *, limits: Limits, counts: ReadCounts
) -> Iterator[Page | Skip]:
    """Pages of row groups [start, end), if there are so many; `offset` is the row's number in the file, `length` 1.

    Rows of a group with a page that is too large are each `too_large`. What is broken in a row group costs the rest of
    it, and is counted. Raises as `open_parquet`.
    """
    file = open_parquet(source, name)
    columns = [column for column in _COLUMNS if _is_read(file, column)]
    groups = file.metadata
    offset = sum(groups.row_group(index).num_rows for index in range(start))
    for index in range(start, min(end, groups.num_row_groups)):
        group = groups.row_group(index)
        given = 0
        for given, item in enumerate(_group(source, file, index, columns, limits, counts), 1):
            yield _page(item, offset + given - 1, limits)
        counts.damage(int(given != group.num_rows), 0)
        offset += group.num_rows


def _page(values: Mapping[str, object], offset: int, limits: Limits) -> Page | Skip:
    for name in ("url", "text"):
        value = values.get(name)
        if isinstance(value, _TooLong):
            return Skip("", "", offset, 1, "too_large", float(value.chars), float(value.cap))
    return page_of_row(values, offset, 1, limits)


def _is_read(file: "ParquetFile", column: str) -> bool:
    """Return whether a column is there and holds strings, or, for dates, times."""
    import pyarrow as pa

    place = file.schema_arrow.get_field_index(column)
    if place < 0:
        return False
    kind = file.schema_arrow.field(place).type
    kind = kind.value_type if pa.types.is_dictionary(kind) else kind
    is_string = pa.types.is_string(kind) or pa.types.is_large_string(kind)
    return is_string or (column == "date" and (pa.types.is_timestamp(kind) or pa.types.is_date(kind)))


def _pages(source: BinaryIO, group: Any, columns: list[str]) -> list[PageSize]:
    """The pages of a row group that are to be read."""
    found: list[PageSize] = []
    for index in range(group.num_columns):
        chunk = group.column(index)
        if chunk.path_in_schema in columns:
            begin = chunk.data_page_offset
            begin = min(begin, chunk.dictionary_page_offset) if chunk.has_dictionary_page else begin
            found += page_sizes(source, begin, begin + chunk.total_compressed_size)
    return found


def _group(
    source: BinaryIO, file: "ParquetFile", index: int, columns: list[str], limits: Limits, counts: ReadCounts
) -> Iterator[Mapping[str, object]]:
    """The rows of a row group as far as they can be read, each value a string, None or `_TooLong`."""
    import pyarrow as pa

    group = file.metadata.row_group(index)
    try:
        pages = _pages(source, group, columns)
        largest = max((page.bytes for page in pages), default=0)
        if largest > MAX_PAGE_BYTES:
            rows = min(group.num_rows, sum(page.values for page in pages if not page.is_dictionary))
            yield from ({"text": _TooLong(largest, MAX_PAGE_BYTES)} for _ in range(rows))
        else:
            yield from _rows(source, file, index, columns, pages, limits)
    except (pa.ArrowException, OSError, ValueError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise  # the disk's, not the file's
        counts.damage(0, max(0, group.total_byte_size))


def _rows(
    source: BinaryIO, file: "ParquetFile", group: int, columns: list[str], pages: list[PageSize], limits: Limits
) -> Iterator[dict[str, object]]:
    from pyarrow import parquet

    if not columns:
        for _ in range(file.metadata.row_group(group).num_rows):
            yield {}
        return
    shared = any(page.is_dictionary and page.bytes > MAX_DICTIONARY_BYTES for page in pages)
    largest = max((page.bytes for page in pages if not (page.is_dictionary and shared)), default=1)
    strings = [column for column in columns if column != "date" or _is_text(file, column)]
    file = parquet.ParquetFile(
        source,
        metadata=file.metadata,
        read_dictionary=strings if shared else None,
        pre_buffer=False,
        page_checksum_verification=True,
    )
    rows = max(1, min(ROWS, MAX_BATCH_BYTES // max(largest, 1)))
    for batch in file.iter_batches(rows, row_groups=[group], columns=columns, use_threads=False):
        held = {name: _Column(batch.column(name), _cap(name, limits)) for name in columns}
        for row in range(batch.num_rows):
            yield {name: column[row] for name, column in held.items()}


def _is_text(file: "ParquetFile", column: str) -> bool:
    import pyarrow as pa

    kind = file.schema_arrow.field(column).type
    return not (pa.types.is_timestamp(kind) or pa.types.is_date(kind))


def _cap(name: str, limits: Limits) -> int:
    return {"text": limits.max_payload_bytes, "url": MAX_URL_CHARS, "date": MAX_DATE_CHARS}[name]


@dataclass(frozen=True, slots=True)
class _TooLong:
    """Stands for a string above its cap: characters, of long ones at least that many, and the cap."""

    chars: int
    cap: int


class _Column:
    """The values of a column of a batch, each made when it is asked for."""

    __slots__ = ("_cap", "_codes", "_sizes", "_values")

    def __init__(self, array: "pa.Array", cap: int) -> None:
        import pyarrow as pa
        import pyarrow.compute as pc

        codes = pa.types.is_dictionary(array.type)
        self._codes: list[int | None] | None = array.indices.to_pylist() if codes else None
        values = array.dictionary if codes else array
        self._cap = cap
        if pa.types.is_timestamp(values.type):
            values = values.cast(pa.timestamp(values.type.unit))  # in UTC, whatever the zone
        if pa.types.is_timestamp(values.type) or pa.types.is_date(values.type):
            values = values.cast(pa.string())  # Python has neither nanoseconds nor all years
        self._values = values.cast(pa.large_binary())
        self._sizes: list[int | None] = pc.binary_length(self._values).to_pylist()

    def __getitem__(self, row: int) -> str | _TooLong | None:
        code = row if self._codes is None else self._codes[row]
        size = None if code is None else self._sizes[code]
        if code is None or size is None:
            return None
        if size > 4 * self._cap:  # bytes, at most four a character
            return _TooLong(size // 4, self._cap)
        text = _utf8(self._values[code].as_py())
        return text if text is None or len(text) <= self._cap else _TooLong(len(text), self._cap)


def _utf8(value: bytes) -> str | None:
    """A string, None for bytes that are none."""
    try:
        return value.decode()
    except UnicodeDecodeError:
        return None
