"""Gzip members of a file that compresses each record by itself: walk them, get past damage, own those of one split.

A reader that starts anywhere has to find a member. The two magic bytes are not enough, and neither is a member that
inflates to `WARC/`: a page that was itself a `.warc.gz` is incompressible, so its members stand verbatim inside a
stored block of ours. A stored block is at most 65,535 bytes, though, so unbroken members over a longer stretch are the
file's own. `anchor` looks back until it has such a stretch, and from there every reader sees what a reader of the whole
file sees: the same members, the same damage, whatever the split.
"""

from collections.abc import Callable, Iterator
from math import inf
from typing import Any, BinaryIO

from curate.archive.records import Grammar

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
TRUSTED_RUN = (1 << 16) + 64  # longer than any stored block
FIRST_LOOKBACK = 1 << 17
BLOCK = 1 << 20

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
        """Whether every byte in the range is zero."""
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
    """Whether bytes begin like a gzip member whose reserved flag bits are clear."""
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


def next_opening(source: Bytes, position: int, opens: Opens, end: int | None = None) -> int:
    """Offset of the first member at or after `position` that inflates to the opening of a record; `end` if none."""
    end = source.size if end is None else min(end, source.size)
    while position < end:
        block = source.at(position, BLOCK)
        found = block.find(MAGIC)
        while found >= 0 and position + found < end:
            offset = position + found
            if is_gzip(source.at(offset, 10)) and opens(first_bytes(source, offset, 512)):
                return offset
            found = block.find(MAGIC, found + 1)
        position += max(1, len(block) - len(MAGIC) + 1)
    return end


def anchor(source: Bytes, start: int, opens: Opens, max_inflate: int) -> int:
    """A position at or before `start` that a reader of the whole file is sure to come by."""
    back = FIRST_LOOKBACK
    while back < start:
        found = _trusted(source, start - back, start, opens, max_inflate)
        if found >= 0:
            return found
        back *= 4
    return 0


def _trusted(source: Bytes, begin: int, start: int, opens: Opens, max_inflate: int) -> int:
    """Where an unbroken run of members too long for a stored block begins, at or before `start`; -1 if nowhere."""
    run = next_opening(source, begin, opens, start + 1)
    position = run
    while run <= start:
        if position - run >= TRUSTED_RUN or position == source.size:
            return run
        member = Member(source, position, max_inflate)
        if drain(member):
            position = member.end
        else:
            run = position = next_opening(source, position + 1, opens, start + 1)
    return -1


def drain(member: Member) -> bool:
    """Inflate what is left of a member and throw it away; whether it turned out whole."""
    for _ in member:
        pass
    return member.whole


def members(
    source: Bytes, start: int, end: int, grammar: Grammar, *, tally: Tally, max_inflate: int
) -> Iterator[Member]:
    """Members that begin in [start, end), in order; what is damaged is told to `tally` by the split it begins in.

    A member is to be used before the next is asked for.
    """
    position = anchor(source, start, grammar.opens, max_inflate)
    while position < min(end, source.size):
        owned = position >= start
        member = Member(source, position, max_inflate)
        if owned and not member.broken:
            yield member
        if drain(member):
            position = member.end
            continue
        behind = behind_damage(source, position, grammar)
        padding = behind == source.size and source.only_zeros(position, behind)
        if owned and not padding:
            tally(1, behind - position)
        position = behind


def behind_damage(source: Bytes, position: int, grammar: Grammar) -> int:
    """Where to go on after a member that is not whole: as a rule the next opening after its first byte.

    Damage can run on into the members behind, so it is searched from there and not from where inflating failed. The
    damaged member may carry an archive of its own, though. Its record header, which stands first, mostly says how long
    it was, and gzip repeats that length in a member's last four bytes: an opening right behind those is the true one,
    unless whole members lead up to it, which then only are as long.
    """
    first = candidate = next_opening(source, position + 1, grammar.opens)
    lengths = _member_lengths(first_bytes(source, position, WINDOW), grammar)
    far = min(source.size, position + max(lengths, default=0) + FIRST_WINDOW)
    while lengths and candidate <= far:
        if int.from_bytes(source.at(candidate - 4, 4), "little") in lengths:
            return first if _leads_to(source, first, candidate) else candidate
        if candidate == source.size:
            break
        candidate = next_opening(source, candidate + 1, grammar.opens)
    return first


def _leads_to(source: Bytes, position: int, target: int) -> bool:
    """Whether whole members stand one behind the other from one position to another."""
    while position < target:
        member = Member(source, position, target - position << 11)
        if not drain(member):
            return False
        position = member.end
    return position == target


def _member_lengths(head: bytes, grammar: Grammar) -> set[int]:
    """What a member that holds one record may inflate to, with the line ends that usually follow a block."""
    parsed = grammar.header(head, 0) if grammar.opens(head) else None
    length = parsed[0].get(b"content-length", b"") if parsed else b""
    if parsed is None or not length.isdigit() or len(length) > 9:
        return set()
    return {parsed[1] + int(length) + line_ends for line_ends in (0, 1, 2, 4)}
