"""Reads pages from web archives: WARC, WET and ARC, compressed or not, whole or damaged.

Every record that should carry a page gives exactly one `Page` or one `Skip`, or lies in damage that is counted. Damage
never raises, because one broken record must not cost the rest of its file.

A split is a range of stored bytes. It owns the gzip members that begin in it. So any set of splits that covers a file
reads each page exactly once.
"""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import BinaryIO

from curate.warc.formats import file_stream, sniff
from curate.warc.gzip_members import Bytes, Member
from curate.warc.members import members
from curate.warc.pages import Limits, Page, ReadCounts, Skip, page_of
from curate.warc.records import ARC, WARC, Grammar, Loss, Record, Stream, records

INFLATED_RECORDS = 16  # as many records of `max_inflate_bytes` may stand in a stream, however well they compress


def read_pages(
    path_or_file: str | Path | BinaryIO, *, limits: Limits = Limits(), counts: ReadCounts | None = None
) -> Iterator[Page]:
    """Yield the pages of a web archive in order, from a damaged one all that can still be read.

    Raises NotAnArchiveError before the first page when the input is not a web archive, OSError when it cannot be read.
    """
    if isinstance(path_or_file, str | Path):
        with Path(path_or_file).open("rb") as file:
            yield from read_pages(file, limits=limits, counts=counts)
        return
    size = path_or_file.seek(0, 2)
    for item in read_split(path_or_file, 0, size, limits=limits, counts=counts or ReadCounts()):
        if isinstance(item, Page):
            yield item


def read_split(
    file: BinaryIO,
    start: int,
    end: int,
    *,
    limits: Limits,
    counts: ReadCounts,
    format: str = "",  # noqa: A002
) -> Iterator[Page | Skip]:
    """Yield the pages and skips of the records that begin in bytes [start, end) of a seekable binary file.

    `format` is the result of `curate.warc.formats.sniff`, which is called when `format` is empty. Only files that are
    compressed record by record can be split. Of any other file, the split that begins at 0 owns all records. Raises
    NotAnArchiveError as `sniff` does.
    """
    form = format or sniff(file)
    grammar = ARC if form.startswith("arc") else WARC
    if form in ("warc.gz", "arc.gz"):
        yield from _read_members(file, start, end, grammar, limits, counts)
    elif form and start == 0 and end > 0:
        stream = file_stream(file, form, counts.damage, max_bytes=INFLATED_RECORDS * limits.max_inflate_bytes)
        for record in _records(stream, grammar, limits):
            yield from page_of(record, record.offset, record.length, limits, counts)


def _records(stream: Stream, grammar: Grammar, limits: Limits) -> Iterator[Record]:
    return records(
        stream, grammar, max_record_bytes=limits.max_record_bytes, max_inflate_bytes=limits.max_inflate_bytes
    )


def _read_members(
    file: BinaryIO, start: int, end: int, grammar: Grammar, limits: Limits, counts: ReadCounts
) -> Iterator[Page | Skip]:
    owned = partial(members, Bytes(file), start, end, grammar, max_inflate=limits.max_inflate_bytes)
    for member in owned(tally=counts.damage):
        head = member.read(limits.max_record_bytes)
        record = _only_record(head, grammar) if member.whole else None
        if record is not None:
            yield from page_of(record, member.offset, member.end - member.offset, limits, counts)
            continue
        if member.broken:
            continue  # counted with the member; none of its bytes are proven
        stream = Stream(_pieces(head, member))
        for ordinal, record in enumerate(_records(stream, grammar, limits)):
            if record.state == "junk" and not member.whole:
                continue  # counted with the member
            yield from page_of(record, member.offset + ordinal, member.end - member.offset, limits, counts)


def _only_record(data: bytes, grammar: Grammar) -> Record | None:
    """The record of a member that holds exactly one, as nearly all do; None when the member needs the full parser."""
    parsed = grammar.header(data, 0) if grammar.opens(data) else None
    if parsed is None:
        return None
    fields, begin = parsed
    length = fields.get(b"content-length", b"")
    if not length.isdigit() or len(length) > 12 or data[begin + int(length) :].strip(b"\r\n"):
        return None
    end = begin + int(length)
    return Record(0, len(data), fields, data[begin:end]) if end <= len(data) else None


def _pieces(head: bytes, member: Member) -> Iterator[bytes | Loss]:
    yield head
    yield from member
    if not member.whole:
        yield Loss.TEAR
