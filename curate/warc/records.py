"""Records in a stream of bytes: WARC by Content-Length, ARC by the length on its header line, and past what is broken.

A length is believed when a record boundary, or the end of the stream, follows it. When none does, the record ends where
the next one visibly begins. A page that contains the text `WARC/1.0` is therefore never taken for a record unless the
length of the record around it lies.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import Enum

MAX_HEADER_BYTES = 1 << 16
STEP = 1 << 16

Fields = dict[bytes, bytes]


@dataclass(frozen=True, slots=True)
class Record:
    """One record; `fields` has lower-case names, `block` holds the bytes after the header.

    `state` is empty for a sound record, else `length` (the length lied, the block ends where the next record begins),
    `truncated` (the stream ends inside it), `damaged` (bytes are missing inside it), `too_large` (block not held) or
    `junk` (no record at all). `offset` and `length` count bytes of the stream.
    """

    offset: int
    length: int
    fields: Fields
    block: bytes
    state: str = ""


@dataclass(frozen=True, slots=True)
class Grammar:
    """How records of one kind open and end, and how a header is read: its fields and where the block begins."""

    opening: re.Pattern[bytes]
    boundary: re.Pattern[bytes]
    header: Callable[[bytes, int], tuple[Fields, int] | None]
    end: bytes

    def opens(self, head: bytes) -> bool:
        """Return whether bytes begin with a record."""
        return self.opening.match(head) is not None


_FOLD = re.compile(rb"\r?\n[ \t]+")
_FIELD = re.compile(rb"\n([^:\r\n]+):([^\n]*)")
_LINE_ENDS = re.compile(rb"[\r\n]*")


def warc_header(data: bytes, begin: int) -> tuple[Fields, int] | None:
    """Read a WARC header: its fields and the offset of the block, or None where no header ends within the cap."""
    end, block = blank_line(data, begin, begin + MAX_HEADER_BYTES)
    return None if block < 0 else (parse_fields(data[begin:end]), block)


def blank_line(data: bytes, begin: int, end: int) -> tuple[int, int]:
    """Where the first blank line between two offsets begins and ends, CRLF or LF or mixed; (-1, -1) without one."""
    crlf = data.find(b"\n\r\n", begin, end)
    lf = data.find(b"\n\n", begin, end if crlf < 0 else crlf + 1)
    if lf >= 0:
        return lf, lf + 2
    return (crlf, crlf + 3) if crlf >= 0 else (-1, -1)


def parse_fields(head: bytes) -> Fields:
    """Fields of a header block, first line left out; names in lower case, folded lines joined, the first value wins."""
    if b"\n " in head or b"\n\t" in head:
        head = _FOLD.sub(b" ", head)
    return {name.strip().lower(): value.strip() for name, value in reversed(_FIELD.findall(head))}


def arc_header(data: bytes, begin: int) -> tuple[Fields, int] | None:
    """Read an ARC header line as the WARC fields it stands for."""
    line = _ARC_LINE.match(data, begin)
    if line is None:
        return None
    uri, date, content_type, length = line.groups()
    kind = b"warcinfo" if uri.startswith(b"filedesc:") else b"response"
    names = (b"warc-type", b"warc-target-uri", b"warc-date", b"content-type", b"content-length")
    return dict(zip(names, (kind, uri, date, content_type, length), strict=True)), line.end()


_ARC = rb"([a-zA-Z][a-zA-Z0-9+.\-]{1,20}:[^ \r\n]{0,8192}) \d{1,3}(?:\.\d{1,3}){3} (\d{8,17}|null|-) ([^ \r\n]{1,256})"
_ARC_LINE = re.compile(rb"(?<![a-zA-Z0-9+.\-])" + _ARC + rb"(?: [^\r\n]{0,8192})? (\d{1,18})\r?\n")
WARC = Grammar(
    re.compile(rb"WARC/\d"), re.compile(rb"\n(?=WARC/[01]\.\d{1,2}[ \t]*\r?\n[A-Za-z])"), warc_header, b"\r\n\r\n"
)
ARC = Grammar(_ARC_LINE, re.compile(rb"\n(?=" + _ARC_LINE.pattern + rb")"), arc_header, b"\n")


class Loss(Enum):
    """A place where bytes of a stream are missing."""

    GAP = "gap"  # up to here it is sound
    TEAR = "tear"  # what came last is not to be trusted either


class Stream:
    """Pieces of bytes as one buffer with a position, and the offsets of the losses among them."""

    __slots__ = ("_pieces", "at", "base", "buffer", "ended", "losses")

    def __init__(self, pieces: Iterable[bytes | Loss]) -> None:
        self._pieces = iter(pieces)
        self.buffer = b""
        self.at = 0
        self.base = 0
        self.ended = False
        self.losses: list[tuple[int, Loss]] = []

    @property
    def offset(self) -> int:
        """Offset in the stream of the current position."""
        return self.base + self.at

    def have(self, count: int) -> bool:
        """Pull until `count` bytes lie ahead of the position; False when the stream ends before."""
        ahead = len(self.buffer) - self.at
        if ahead >= count or self.ended:
            return ahead >= count
        pulled = [self.buffer[self.at :]]
        count_and_more = count + ahead // 4  # what lies ahead is copied: seldom, also where pieces are small
        while ahead < count_and_more and not self.ended:
            piece = next(self._pieces, b"")
            if isinstance(piece, Loss):
                self.losses.append((self.offset + ahead, piece))
                piece = b"\n"  # what stands behind a loss begins a line: it may be the next record
            pulled.append(piece)
            ahead += len(piece)
            self.ended = not piece
        self.base += self.at
        self.at = 0
        self.buffer = b"".join(pulled)
        return ahead >= count

    def skip(self, count: int) -> int:
        """Move on by `count` bytes without holding them; returns how many there were."""
        begin = self.offset
        while count > 0 and self.have(1):
            step = min(count, len(self.buffer) - self.at)
            self.at += step
            count -= step
        return self.offset - begin

    def skip_blank(self) -> None:
        """Move on past line ends."""
        while self.have(1):
            self.at = _LINE_ENDS.match(self.buffer, self.at).end()  # type: ignore[union-attr]
            if self.at < len(self.buffer):
                return

    def find(self, pattern: re.Pattern[bytes], begin: int, max_bytes: int) -> int:
        """Where a pattern first matches, counted from the position and past `begin`; -1 when not within the cap."""
        size = begin
        while True:
            more = self.have(min(max_bytes, max(size * 2, begin + STEP)))
            found = pattern.search(self.buffer, self.at + max(begin, size - MAX_HEADER_BYTES))
            if found:
                return found.start() - self.at
            size = len(self.buffer) - self.at
            if not more or size >= max_bytes:
                return -1

    def harmed(self, begin: int, end: int, said: int, *, cut: bool) -> bool:
        """Return whether a record between two offsets lost bytes, or may have, and forget all losses before its end.

        It did when they are missing inside it, or before where it `said` that it ends, or at its end if it was `cut`
        there; it may have when the bytes before a tear are its last ones. The position has to be behind the line ends
        that follow it.
        """
        behind, far = self.offset, max(end, said)
        found = any(
            begin < at < far or (end <= at <= behind and (cut or loss is Loss.TEAR)) for at, loss in self.losses
        )
        self.losses = [(at, loss) for at, loss in self.losses if at > behind]
        return found


def records(stream: Stream, grammar: Grammar, *, max_record_bytes: int, max_inflate_bytes: int) -> Iterator[Record]:
    """Records of a stream in order, with a `junk` one for each stretch that is none.

    A block above `max_record_bytes` is passed over, not held; a length above `max_inflate_bytes` is not believed.
    """
    caps = (max_record_bytes, max_inflate_bytes)
    while True:
        stream.skip_blank()
        if not stream.have(1):
            return
        stream.have(MAX_HEADER_BYTES)
        begin = stream.offset
        parsed = grammar.header(stream.buffer, stream.at) if grammar.opening.match(stream.buffer, stream.at) else None
        if parsed is None:
            length = _skip_junk(stream, grammar)
            harmed = stream.harmed(begin, stream.offset, 0, cut=True)
            yield Record(begin, length, {}, b"", "damaged" if harmed else "junk")
            continue
        fields, block_at = parsed
        head = block_at - stream.at
        length = _length(fields)
        block, state = _block(stream, grammar, head, length, caps)
        end = stream.offset
        stream.skip_blank()
        harmed = stream.harmed(begin, end, begin + head + length, cut=state == "truncated")
        yield Record(begin, end - begin, fields, block, "damaged" if harmed else state)


def _length(fields: Fields) -> int:
    value = fields.get(b"content-length", b"")
    return int(value) if value.isdigit() and len(value) <= 18 else -1


def _skip_junk(stream: Stream, grammar: Grammar) -> int:
    """Move to the next record that visibly begins; returns the bytes passed over."""
    begin = stream.offset
    stream.skip(1)
    while True:
        found = stream.find(grammar.boundary, 0, 8 * STEP)
        if found >= 0:
            stream.skip(found + 1)
            return stream.offset - begin
        ahead = len(stream.buffer) - stream.at
        stream.skip(ahead if stream.ended else ahead - MAX_HEADER_BYTES)
        if stream.ended:
            return stream.offset - begin


def _block(stream: Stream, grammar: Grammar, head: int, length: int, caps: tuple[int, int]) -> tuple[bytes, str]:
    """Take a record's block off the stream: by its length when a boundary follows, else up to the next record."""
    max_bytes, max_believed = caps
    if 0 <= length <= max_bytes:
        whole = stream.have(head + length)
        stream.have(head + length + MAX_HEADER_BYTES)
        if whole and _boundary_follows(stream, grammar, stream.at + head + length):
            return _take(stream, head, length), ""
    elif max_bytes < length <= max_believed and stream.have(head + max_bytes):
        if stream.skip(head + length) < head + length:
            return b"", "truncated"
        stream.have(MAX_HEADER_BYTES)
        return b"", "too_large" if _boundary_follows(stream, grammar, stream.at) else "junk"
    return _salvage(stream, grammar, head, length, max_bytes)


def _take(stream: Stream, head: int, length: int) -> bytes:
    block = stream.buffer[stream.at + head : stream.at + head + length]
    stream.at += head + length
    return block


def _boundary_follows(stream: Stream, grammar: Grammar, at: int) -> bool:
    tail = stream.buffer[at : at + 32]
    rest = tail.lstrip(b"\r\n")
    if not rest:
        return True
    if len(grammar.end) > 1 and tail.startswith(grammar.end):
        return True
    return grammar.opening.match(stream.buffer, at + len(tail) - len(rest)) is not None


def _salvage(stream: Stream, grammar: Grammar, head: int, length: int, max_bytes: int) -> tuple[bytes, str]:
    """The block of a record whose length lies: up to where the next record begins, or to the end of the stream.

    It does not lie where it leads to the end of a line before that: then it is the next header that is broken.
    """
    found = stream.find(grammar.boundary, max(head - 1, 0), head + max_bytes)
    if 0 <= length <= found - head and stream.buffer.startswith(grammar.end, stream.at + head + length):
        return _take(stream, head, length), ""
    if found >= 0:
        block = _take(stream, head, max(found + 1 - head, 0))
        return _without_end_lines(block), "length"
    ahead = len(stream.buffer) - stream.at - head
    if 0 <= length <= ahead:
        return _take(stream, head, length), "length"
    if not stream.ended:
        stream.skip(head)
        _skip_junk(stream, grammar)
        return b"", "too_large"
    lines = stream.buffer[stream.at : stream.at + head].count(b"\r\n")
    block = _take(stream, head, ahead)
    if not lines and 0 <= length - ahead <= block.count(b"\n"):
        return block, "length"  # line ends were turned from CRLF to LF: shorter than said by at most one byte a line
    return block, "truncated"


def _without_end_lines(block: bytes) -> bytes:
    for _ in range(2):
        block = block.removesuffix(b"\n").removesuffix(b"\r")
    return block
