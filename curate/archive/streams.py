"""Compressed files as one stream of bytes, through all their parts and past what is broken in them.

Gzip members, zstd frames and bzip2 streams may stand one behind the other. A part that breaks gives what it holds
before the break; then the next one is looked for. In what is compressed twice the outer parts are looked for in the
file, the inner ones in what came out.
"""

import bz2
import re
import zlib
from collections.abc import Callable, Iterator
from math import inf
from typing import Any, BinaryIO, Protocol

import zstandard

from curate.archive.gzip_members import BROKEN, GZIP, PIECE, WINDOW, Bytes, Member, Tally, codec, next_opening
from curate.archive.records import Loss

SMALL_PIECE = 1 << 10  # fed at a time where what a call would have given is lost when it fails
MAX_BLOCK_BYTES = 1 << 17  # of zstd
OVERLAP = 2 * WINDOW  # how far behind a break the next part is looked for, since damage is noticed late
HELD_BYTES = 16 << 20  # of a line that a tear may yet follow
MAX_AGAIN = 4 << 20  # bytes that are looked at again because of that, and a quarter of the file
MAX_RATIO = 1000  # bytes out per byte in, beyond what any file may give: gzip's own highest


Pieces = Iterator[bytes | Loss]


class Part(Protocol):
    """One gzip member, zstd frame or bzip2 stream of a file.

    `sound` is how far its bytes have been used; `end` is meant once it is `whole`.
    """

    whole: bool
    end: int
    sound: int

    def __iter__(self) -> Iterator[bytes]:
        """What it holds, as far as it can be had."""
        ...


def decoded(source: Bytes, codecs: tuple[str, ...], tally: Tally, max_bytes: int) -> Pieces:
    """The bytes of a file under its compressions, from the outside in; damage and what it cost is told to `tally`.

    What gives more than `max_bytes` and `MAX_RATIO` times as many bytes as it has is given up there.
    """
    if not codecs:
        return _plain(source)
    pieces = _through(source, codecs[0], tally)
    for name in codecs[1:]:
        pieces = _inner(pieces, name, tally)
    return _bounded(pieces, source, tally, max_bytes)


def _plain(source: Bytes) -> Pieces:
    for position in range(0, source.size, PIECE):
        yield source.at(position, PIECE)


def _bounded(pieces: Pieces, source: Bytes, tally: Tally, max_bytes: int) -> Pieces:
    given = 0
    for piece in pieces:
        yield piece
        given += len(piece) if isinstance(piece, bytes) else 0
        used = min(source.first + len(source.block), source.size)
        if given > max_bytes + MAX_RATIO * used:
            tally(1, source.size - used)
            yield Loss.TEAR
            return


def _through(source: Bytes, name: str, tally: Tally) -> Pieces:
    """What all parts of a file hold, one behind the other."""
    new, search = _PARTS[name]
    position = again = 0
    while position < source.size:
        part = new(source, position)
        given = False
        for piece in part:
            given = True
            yield piece
        if part.whole:
            position = part.end
            continue
        again += min(part.sound - position, OVERLAP)
        overlap = OVERLAP if again < MAX_AGAIN + position // 4 else 0
        behind = search(source, part, max(position + 1, part.sound - overlap))
        if given or not (behind == source.size and source.only_zeros(position, behind)):
            tally(1, behind - max(position, part.sound))
            yield Loss.TEAR if given else Loss.GAP
        position = behind


class GzipPart:
    """A gzip member that gives also what the call which failed would have; at most about `max_bytes`."""

    def __init__(self, source: Bytes, offset: int, max_bytes: float = inf) -> None:
        self.source, self.offset, self.max_bytes = source, offset, max_bytes
        self.end = self.sound = offset
        self.whole = False

    def __iter__(self) -> Iterator[bytes]:
        member, given = Member(self.source, self.offset, self.max_bytes), 0
        for piece in member:
            given += len(piece)
            yield piece
        self.whole, self.end, self.sound = member.whole, member.end, min(member.end, self.source.size)
        if not member.whole and member.end > self.offset and given < self.max_bytes:
            failed = max(self.offset, member.end - WINDOW)
            yield from _rest(self, codec.decompressobj(wbits=GZIP), given, failed, BROKEN)


def _rest(part: "GzipPart | _Bzip2Part", inflater: Any, given: int, failed: int, broken: Any) -> Iterator[bytes]:
    """What comes out of a broken part beyond `given` bytes, fed byte by byte from before where a call has `failed`."""
    source, out = part.source, 0
    part.sound = part.offset
    while part.sound < source.size:
        fed = source.at(part.sound, min(WINDOW, failed - part.sound) if part.sound < failed else 1)
        try:
            piece = inflater.decompress(fed)
        except broken:
            return
        part.sound += len(fed)
        out += len(piece)
        if out > given:
            yield piece[max(0, len(piece) - (out - given)) :]
            given = out


class _ZstdPart:
    """A zstd frame, or a frame to be skipped; fed block by block, so that a broken block costs none before it."""

    def __init__(self, source: Bytes, offset: int) -> None:
        self.source, self.offset = source, offset
        self.end = self.sound = offset
        self.whole = False
        self.checked = False

    def __iter__(self) -> Iterator[bytes]:
        head = self.source.at(self.offset, 18)
        if head[1:4] == _SKIPPED and head[:1] and head[0] >> 4 == 5 and len(head) >= 8:
            self.end = self.offset + 8 + int.from_bytes(head[4:8], "little")
            self.whole = self.end <= self.source.size
            self.sound = min(self.end, self.source.size)
            return
        self.sound += _frame_header_bytes(head)
        inflater = zstandard.ZstdDecompressor().decompressobj()
        self.checked = self.sound > self.offset and bool(head[4] & 4)
        try:
            inflater.decompress(self.source.at(self.offset, self.sound - self.offset))
            while self.sound > self.offset and (end := self.block_end()) <= self.source.size:
                last = self.source.at(self.sound, 1)[0] & 1
                piece = inflater.decompress(self.source.at(self.sound, end - self.sound))
                self.sound = end
                if piece:
                    yield piece
                if last:
                    if self.checked:
                        inflater.decompress(self.source.at(end, 4))
                    self.whole, self.end = inflater.eof, end + 4 * self.checked
                    return
        except zstandard.ZstdError:
            return

    def block_end(self) -> int:
        """Where the block at `sound` ends; behind the file when it is none."""
        head = self.source.at(self.sound, 3)
        kind, size = head[0] >> 1 & 3 if head else 3, int.from_bytes(head, "little") >> 3
        if len(head) < 3 or kind == 3 or size > MAX_BLOCK_BYTES:
            return self.source.size + 1
        return self.sound + 3 + (1 if kind == 1 else size)


_FRAME, _SKIPPED = b"\x28\xb5\x2f\xfd", b"\x2a\x4d\x18"


def _frame_header_bytes(head: bytes) -> int:
    """The length of a zstd frame's header, 0 when it is none. Source: RFC 8878, section 3.1.1.1."""
    if not head.startswith(_FRAME) or len(head) < 6 or head[4] & 8:
        return 0
    single, content, dictionary = head[4] >> 5 & 1, head[4] >> 6, head[4] & 3
    return 6 - single + (0, 1, 2, 4)[dictionary] + ((single, 2, 4, 8)[content])


class _Bzip2Part:
    """A bzip2 stream."""

    def __init__(self, source: Bytes, offset: int) -> None:
        self.source, self.offset = source, offset
        self.end = self.sound = offset
        self.whole = False

    def __iter__(self) -> Iterator[bytes]:
        inflater, at, given = bz2.BZ2Decompressor(), self.offset, 0
        while not inflater.eof:
            fed = self.source.at(at, SMALL_PIECE) if inflater.needs_input else b""
            if inflater.needs_input and not fed:
                return
            try:
                piece = inflater.decompress(fed, PIECE)
            except (OSError, ValueError):
                yield from _rest(self, bz2.BZ2Decompressor(), given, at, (OSError, ValueError))
                return
            at += len(fed)
            given += len(piece)
            if piece:
                self.sound = at
                yield piece
        self.whole, self.end = True, at - len(inflater.unused_data)


def _next_gzip(source: Bytes, _part: Part, position: int) -> int:
    return next_opening(source, position, bool)


def _next_zstd(source: Bytes, part: Part, position: int) -> int:
    """The frame behind a broken one if its blocks lead to it, else the first one that can be read."""
    assert isinstance(part, _ZstdPart)
    sound = part.sound
    while part.sound > part.offset and (end := part.block_end()) <= source.size:
        last = source.at(part.sound, 1)[0] & 1
        part.sound = end
        if last:
            end += 4 * part.checked
            part.sound = sound
            if end == source.size or source.at(end, 4) == _FRAME or source.at(end + 1, 3) == _SKIPPED:
                return end
            break
    part.sound = sound
    for at in _places(source, _FRAME_OPENS, position):
        found = _ZstdPart(source, at)
        if next(iter(found), b"") or found.whole:
            return at
    return source.size


def _next_bzip2(source: Bytes, _part: Part, position: int) -> int:
    return next(_places(source, _BZIP2_OPENS, position), source.size)


def _places(source: Bytes, opening: re.Pattern[bytes], position: int) -> Iterator[int]:
    """Where a pattern of at most 16 bytes stands, from a position on."""
    while position < source.size:
        block = source.at(position, PIECE)
        for found in opening.finditer(block):
            yield position + found.start()
        position += max(1, len(block) - 15) if position + len(block) < source.size else len(block)


_FRAME_OPENS = re.compile(re.escape(_FRAME))
_BZIP2_OPENS = re.compile(rb"BZh[1-9]1AY&SY")
_GZIP_OPENS = re.compile(rb"\x1f\x8b\x08[\x00-\x1f]")
_PARTS: dict[str, tuple[Callable[[Bytes, int], Part], Callable[[Bytes, Part, int], int]]] = {
    "gz": (GzipPart, _next_gzip),
    "zst": (_ZstdPart, _next_zstd),
    "bz2": (_Bzip2Part, _next_bzip2),
}


class _Gunzip:
    """zlib's decompressor with the interface of bz2's."""

    def __init__(self) -> None:
        self._inflater = zlib.decompressobj(GZIP)
        self.needs_input = True

    @property
    def eof(self) -> bool:
        return self._inflater.eof

    @property
    def unused_data(self) -> bytes:
        return self._inflater.unused_data

    def decompress(self, data: bytes, max_length: int) -> bytes:
        out = self._inflater.decompress(self._inflater.unconsumed_tail + data, max_length)
        self.needs_input = not self._inflater.unconsumed_tail and len(out) < max_length
        return out


_INNER: dict[str, tuple[Callable[[], "_Gunzip | bz2.BZ2Decompressor"], re.Pattern[bytes]]] = {
    "gz": (_Gunzip, _GZIP_OPENS),
    "bz2": (bz2.BZ2Decompressor, _BZIP2_OPENS),
}


def inner(name: str) -> bool:
    """Whether a compression is read inside another one."""
    return name in _INNER


def _inner(pieces: Pieces, name: str, tally: Tally) -> Pieces:
    """What streams hold that stand one behind the other in pieces of bytes."""
    new, opening = _INNER[name]
    layer, begun, lost, kept = new(), False, False, b""
    for piece in _small(pieces):
        if isinstance(piece, Loss):
            yield piece
            layer, begun, lost, kept = new(), False, True, b""
            continue
        fed = kept + piece
        kept = b""
        while fed or not layer.needs_input:
            if lost:
                found = opening.search(fed)
                kept = b"" if found else fed[-15:]
                tally(0, found.start() if found else len(fed) - len(kept))
                fed = fed[found.start() :] if found else b""
                if not found:
                    break
            try:
                out = layer.decompress(fed, PIECE)
            except (OSError, ValueError, zlib.error):
                if not lost and (begun or fed.strip(b"\0")):
                    tally(1, 0)
                    yield Loss.TEAR if begun else Loss.GAP
                fed, layer, begun, lost = fed[1:], new(), False, True
                continue
            begun, lost, fed = True, False, b""
            if out:
                yield out
            if layer.eof:
                fed, layer, begun = layer.unused_data, new(), False
    if begun:
        tally(1, 0)
        yield Loss.TEAR


def _small(pieces: Pieces) -> Pieces:
    for piece in pieces:
        if isinstance(piece, Loss):
            yield piece
        else:
            yield from (piece[at : at + SMALL_PIECE] for at in range(0, len(piece), SMALL_PIECE))


class Lines:
    """The bytes of a compressed file of lines, for `io.BufferedReader`; a loss ends the line it is in.

    The last line before a tear is left out, whole or not.
    """

    def __init__(self, file: BinaryIO, name: str, tally: Tally, max_bytes: int) -> None:
        self._pieces = _without_torn_lines(decoded(Bytes(file), (name,), tally, max_bytes))
        self._left = memoryview(b"")
        self.closed = False

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: memoryview) -> int:
        """Fill a buffer as far as the next bytes go; 0 at the end."""
        if not self._left:
            self._left = memoryview(next(self._pieces, b""))
        count = min(len(buffer), len(self._left))
        buffer[:count] = self._left[:count]
        self._left = self._left[count:]
        return count


def _without_torn_lines(pieces: Pieces) -> Iterator[bytes]:
    held: list[bytes] = []  # the last line, and its end if it came
    for piece in pieces:
        if isinstance(piece, Loss):
            yield from held if piece is Loss.GAP else ()
            yield b"\n"
            held = []
            continue
        begins = piece.rfind(b"\n", 0, len(piece) - 1) + 1
        if begins or (held and held[-1].endswith(b"\n")) or sum(map(len, held)) > HELD_BYTES:
            yield from held
            yield from (piece[:begins],) if begins else ()
            held = []
        held.append(piece[begins:])
    yield from held
