"""One gzip member, zstd frame or bzip2 stream of a file: what it holds up to where it breaks, and where the next is."""

import bz2
import re
from collections.abc import Callable, Iterator
from functools import partial
from math import inf
from typing import Any, Protocol

import zstandard

from curate.warc.gzip_members import BROKEN, PIECE, WINDOW, Bytes, Member, inflater, next_opening

SMALL_PIECE = 1 << 10  # fed at a time where what a call would have given is lost when it fails
MAX_BLOCK_BYTES = 1 << 17  # of zstd


class Part(Protocol):
    """One gzip member, zstd frame or bzip2 stream of a file.

    `sound` is how far its bytes have been used; `end` is meant once it is `whole`.
    """

    whole: bool
    end: int
    sound: int

    def __iter__(self) -> Iterator[bytes]:
        """Return what it holds, as far as it can be had."""
        ...


class GzipPart:
    """A gzip member that also gives the bytes inflated before damage in a failed call; at most about `max_bytes`."""

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
            yield from _rest(self, inflater(), given, failed, BROKEN)


def _rest(part: "GzipPart | _Bzip2Part", inflater: Any, given: int, failed: int, broken: Any) -> Iterator[bytes]:
    """What comes out of a broken part beyond `given` bytes, fed byte by byte from before where a call has `failed`."""
    source, out = part.source, bytearray()
    skip, part.sound = given, part.offset
    while part.sound < source.size:
        fed = source.at(part.sound, min(WINDOW, failed - part.sound) if part.sound < failed else 1)
        try:
            piece = inflater.decompress(fed)
        except broken:
            break
        part.sound += len(fed)
        out += piece[skip:]
        skip = max(0, skip - len(piece))
        if len(out) >= PIECE:
            yield bytes(out)
            out.clear()
    if out:
        yield bytes(out)


class _ZstdPart:
    """A zstd frame, or a frame to be skipped; fed block by block, so that a broken block costs none before it."""

    def __init__(self, source: Bytes, offset: int, decompressor: zstandard.ZstdDecompressor) -> None:
        self.source, self.offset, self.decompressor = source, offset, decompressor
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
        inflater = self.decompressor.decompressobj()
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
        """Return where the block at `sound` ends; behind the file when it is none."""
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
        found = _ZstdPart(source, at, part.decompressor)
        if next(iter(found), b"") or found.whole:
            return at
    return source.size


def _next_bzip2(source: Bytes, _part: Part, position: int) -> int:
    return next(_places(source, BZIP2_OPENS, position), source.size)


def _places(source: Bytes, opening: re.Pattern[bytes], position: int) -> Iterator[int]:
    """Return where a pattern of at most 16 bytes stands, from a position on."""
    while position < source.size:
        block = source.at(position, PIECE)
        for found in opening.finditer(block):
            yield position + found.start()
        position += max(1, len(block) - 15) if position + len(block) < source.size else len(block)


_FRAME_OPENS = re.compile(re.escape(_FRAME))
BZIP2_OPENS = re.compile(rb"BZh[1-9]1AY&SY")
GZIP_OPENS = re.compile(rb"\x1f\x8b\x08[\x00-\x1f]")
NewPart = Callable[[Bytes, int], Part]


def _zstd_parts() -> NewPart:
    """Frames of one file, read one after the other: they share what costs more to make than a small frame to read."""
    return partial(_ZstdPart, decompressor=zstandard.ZstdDecompressor())


PARTS: dict[str, tuple[Callable[[], NewPart], Callable[[Bytes, Part, int], int]]] = {
    "gz": (lambda: GzipPart, _next_gzip),
    "zst": (_zstd_parts, _next_zstd),
    "bz2": (lambda: _Bzip2Part, _next_bzip2),
}
