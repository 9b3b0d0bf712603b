"""Gzip members of a file: one of them inflated piece by piece, the next one found, all of them as one stream."""

from collections.abc import Callable, Iterator
from math import inf
from typing import Any, BinaryIO

try:
    from isal import isal_zlib as codec
except ImportError:  # no wheel for this machine
    import zlib as codec  # type: ignore[no-redef]

BROKEN: type[Exception] = codec.error  # type: ignore[assignment]
MAGIC = b"\x1f\x8b\x08"
GZIP = 31  # wbits of a gzip stream with header and checksum
FIRST_WINDOW = 1 << 13  # most members are requests and metadata: reading more ahead only copies
WINDOW = 1 << 16
PIECE = 1 << 20  # inflated bytes held at a time
BLOCK = 1 << 20
OPENING_BYTES = 512  # inflated, to tell what a member is; of more the beginning of a record is not made
MAX_HEADER_FIELDS = 4096  # of a member that is looked for behind damage: name, comment and extra field together

Opens = Callable[[bytes], bool]
Tally = Callable[[int, int], None]  # damaged members, bytes skipped


class Bytes:
    """Random access to a binary file through one block held in memory."""

    __slots__ = ("block", "file", "first", "size")

    def __init__(self, file: BinaryIO) -> None:
        self.file = file
        self.size = file.seek(0, 2)
        self.block = b""
        self.first = 0

    def at(self, offset: int, count: int) -> bytes:
        """Up to `count` bytes from `offset`; fewer only at the end of the file."""
        begin = offset - self.first
        if begin < 0 or begin + count > len(self.block):
            self.file.seek(offset)
            ahead = getattr(self.file, "read_ahead", BLOCK)  # a file that holds blocks of its own needs none here
            self.block = self.file.read(max(ahead, count))
            self.first, begin = offset, 0
        return self.block[begin : begin + count]

    def only_zeros(self, begin: int, end: int) -> bool:
        """Return whether every byte in the range is zero."""
        return all(
            not self.at(position, min(BLOCK, end - position)).strip(b"\0") for position in range(begin, end, BLOCK)
        )


class Member:
    """One gzip member, inflated piece by piece; `whole` once it ended with the right checksum and length.

    `broken` says that it never will: its bytes are damaged, end before it does, or inflate to more than `max_bytes`.
    """

    __slots__ = ("_inflater", "_left", "_window", "broken", "end", "offset", "source", "whole")

    def __init__(self, source: Bytes, offset: int, max_bytes: float = inf) -> None:
        self.source = source
        self.offset = offset
        self.end = offset
        self.whole = False
        self.broken = not is_gzip(source.at(offset, 10))
        self._inflater = codec.decompressobj(wbits=GZIP)
        self._window = FIRST_WINDOW
        self._left = max_bytes

    def __iter__(self) -> Iterator[bytes]:
        """Pieces of at most a mebibyte, going on where an earlier loop over the member stopped."""
        while not self.whole and not self.broken:
            try:
                piece = self._inflater.decompress(self._feed(), PIECE)
            except BROKEN:
                self.broken = True
                return
            self._left -= len(piece)
            if self._inflater.eof:
                self.whole = self._left >= 0
                self.end -= len(self._inflater.unused_data)
            self.broken = self._left < 0 or not (piece or self.whole or self._more())
            if piece:
                yield piece

    def _feed(self) -> bytes:
        """The next compressed bytes: what the inflater left over when its output was full, else more of the file."""
        rest: bytes = self._inflater.unconsumed_tail
        if not rest:
            rest = self.source.at(self.end, self._window)
            self.end += len(rest)
            self._window = WINDOW
        return rest

    def _more(self) -> bool:
        return bool(self._inflater.unconsumed_tail) or self.end < self.source.size

    def read(self, max_bytes: int) -> bytes:
        """Inflate until the member ends or more than `max_bytes` have come out."""
        pieces, total = [], 0
        for piece in self:
            pieces.append(piece)
            total += len(piece)
            if total > max_bytes:
                break
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)


def inflater() -> Any:
    """A decompressor of one gzip member."""
    return codec.decompressobj(wbits=GZIP)


def is_gzip(head: bytes) -> bool:
    """Return whether bytes begin like a gzip member whose reserved flag bits are clear."""
    return head.startswith(MAGIC) and len(head) > 3 and head[3] < 0x20


def first_bytes(source: Bytes, offset: int, count: int) -> bytes:
    """The first `count` inflated bytes of a member, fewer when it is shorter or broken."""
    inflater = codec.decompressobj(wbits=GZIP)
    out, position, window = b"", offset, 256
    while len(out) < count and not inflater.eof and position < source.size and position - offset < 2 * WINDOW:
        fed = source.at(position, window)
        position += len(fed)
        window = WINDOW
        try:
            out += inflater.decompress(fed, count)
            while len(out) < count and inflater.unconsumed_tail:
                out += inflater.decompress(inflater.unconsumed_tail, count)
        except BROKEN:
            break
    return out[:count]


def opening_bytes(source: Bytes, offset: int) -> bytes:
    """Up to `OPENING_BYTES` inflated bytes of a member, from at most as many compressed ones, at a bounded cost.

    A file can hold the first bytes of a member every four bytes, each with a name or an extra field over the others.
    """
    begin = _header_end(source.at(offset, 12 + MAX_HEADER_FIELDS))
    if begin < 0:
        return b""
    inflater = codec.decompressobj(wbits=-15)
    out, fed = b"", source.at(offset + begin, 2 * OPENING_BYTES)
    for piece in (fed[:256], fed[256:]):
        try:
            out += inflater.decompress(piece, OPENING_BYTES - len(out)) if len(out) < OPENING_BYTES else b""
        except BROKEN:
            break
    return out


def _header_end(head: bytes) -> int:
    """Return where the header of a member ends, -1 if not within the bytes given."""
    flags, at = head[3], 10
    if flags & 4:
        at += 2 + int.from_bytes(head[10:12], "little")
    for flag in (8, 16):  # a name, a comment
        if flags & flag:
            at = head.find(b"\0", at) + 1 or len(head) + 1
    at += flags & 2
    return at if at <= len(head) else -1


def next_opening(source: Bytes, position: int, opens: Opens, end: int | None = None) -> int:
    """Offset of the first member at or after `position` that inflates to the opening of a record; `end` if none."""
    end = source.size if end is None else min(end, source.size)
    while position < end:
        block = source.at(position, BLOCK)
        found = block.find(MAGIC)
        while found >= 0 and position + found < end:
            offset = position + found
            if is_gzip(source.at(offset, 10)) and opens(opening_bytes(source, offset)):
                return offset
            found = block.find(MAGIC, found + 1)
        position += max(1, len(block) - len(MAGIC) + 1)
    return end


def drain(member: Member) -> bool:
    """Inflate what is left of a member and throw it away; whether it turned out whole."""
    for _ in member:
        pass
    return member.whole
