"""Reads pages that are text already: rows of Parquet with a column `text`, and lines of JSON."""

import io
import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, BinaryIO, cast

from curate.errors import NotAnArchiveError
from curate.warc.pages import Limits, Page, ReadCounts, Skip, parse_date
from curate.warc.reading import INFLATED_RECORDS
from curate.warc.streams import Lines

if TYPE_CHECKING:
    from pyarrow.parquet import ParquetFile

MAX_URL_CHARS = 1 << 16  # as long as the header of a WARC record may be
_BLOCK = 1 << 20
SHOWN = 20  # fields that an error names
RENAME = "call the one that holds the text 'text'"


def open_parquet(source: BinaryIO, name: str) -> "ParquetFile":
    """Open a Parquet file that has a `text` column.

    Raises NotAnArchiveError when it is no readable Parquet, or there is no such column.
    """
    import pyarrow as pa
    from pyarrow import parquet

    try:
        file = parquet.ParquetFile(source, page_checksum_verification=True, pre_buffer=False)
        columns = file.schema_arrow.names
    except (pa.ArrowException, OSError, ValueError) as error:
        raise NotAnArchiveError(f"{name} is no readable Parquet: {(str(error).splitlines() or [''])[0]}") from error
    if "text" not in columns:
        raise NotAnArchiveError(f"{name} has no column 'text'; it has {', '.join(columns[:SHOWN])}; {RENAME}")
    return file


def read_jsonl(file: BinaryIO, start: int, end: int, *, limits: Limits, counts: ReadCounts) -> Iterator[Page | Skip]:
    """Pages of the lines that begin in bytes [start, end); `offset` and `length` are those of the line in bytes."""
    offset = 0
    if start > 0:
        file.seek(start - 1)
        offset = start - 1 + _pass_line(file)
    while offset < end:
        line = file.readline(limits.max_record_bytes)
        if not line:
            return
        length = len(line)
        if not line.endswith(b"\n") and length >= limits.max_record_bytes:
            length += _pass_line(file)
            yield Skip("", "", offset, length, "too_large", float(length), float(limits.max_record_bytes))
        elif line.strip():
            yield _page_of_line(line, offset, length, limits, counts)
        offset += length


def decompressed(file: BinaryIO, codec: str, limits: Limits, counts: ReadCounts) -> BinaryIO:
    """A compressed file of lines as its plain bytes, past what is damaged; `codec` is gz, zst or bz2."""
    lines = Lines(file, codec, counts.damage, INFLATED_RECORDS * limits.max_inflate_bytes)
    return cast(BinaryIO, io.BufferedReader(cast(io.RawIOBase, lines), _BLOCK))


def _pass_line(file: BinaryIO) -> int:
    """Move behind the next line end without holding the line; returns the bytes passed."""
    passed = 0
    while block := file.readline(_BLOCK):
        passed += len(block)
        if block.endswith(b"\n"):
            break
    return passed


def _page_of_line(line: bytes, offset: int, length: int, limits: Limits, counts: ReadCounts) -> Page | Skip:
    try:
        row = json.loads(line.removeprefix(b"\xef\xbb\xbf"))
    except (ValueError, RecursionError):
        row = None
    if not isinstance(row, dict):
        return Skip("", "", offset, length, "bad_json", 0.0, 1.0)
    if "text" not in row:
        counts.fields = counts.fields if counts.without_text else tuple(_clean(name)[:50] for name in list(row)[:SHOWN])
        counts.without_text += 1
    return page_of_row(row, offset, length, limits)


def page_of_row(row: Mapping[str, object], offset: int, length: int, limits: Limits) -> Page | Skip:
    """A page from a mapping with `text`, and `url` and `date` where there are any; all else it holds is ignored."""
    url, text = _clean(row.get("url")), row.get("text")
    day = parse_date(_clean(row.get("date")))
    if len(url) > MAX_URL_CHARS:
        return Skip("", day, offset, length, "too_large", float(len(url)), float(MAX_URL_CHARS))
    if not isinstance(text, str):
        return Skip(url, day, offset, length, "no_text", 0.0, 1.0)
    if not text.strip():
        return Skip(url, day, offset, length, "empty", float(len(text)), 1.0)
    if len(text) > limits.max_payload_bytes:
        return Skip(url, day, offset, length, "too_large", float(len(text)), float(limits.max_payload_bytes))
    return Page(url, day, b"", "utf-8", offset, length, content_type="text/plain", text=_clean(text))


def _clean(value: object) -> str:
    """A string without lone surrogates, which JSON can spell and no file of ours can hold; "" for anything else."""
    if not isinstance(value, str):
        return ""
    try:
        value.encode()
    except UnicodeEncodeError:
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return value
