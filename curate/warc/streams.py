"""Compressed files as one stream of bytes, through all their parts and past what is broken in them.

Gzip members, zstd frames and bzip2 streams may stand one behind the other. A part that breaks gives what it holds
before the break; then the next one is looked for. In what is compressed twice the outer parts are looked for in the
file, the inner ones in what came out.
"""

import bz2
import re
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import BinaryIO

from curate.warc.gzip_members import GZIP, PIECE, WINDOW, Bytes, Tally
from curate.warc.parts import BZIP2_OPENS, GZIP_OPENS, PARTS, SMALL_PIECE
from curate.warc.records import Loss

OVERLAP = 2 * WINDOW  # how far behind a break the next part is looked for, since damage is noticed late
HELD_BYTES = 16 << 20  # of a line that a tear may yet follow
MAX_AGAIN = 4 << 20  # bytes that are looked at again because of that, and a quarter of the file
MAX_RATIO = 1000  # bytes out per byte in, beyond what any file may give: gzip's own highest


Pieces = Iterator[bytes | Loss]


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
    """Return what all parts of a file hold, one behind the other."""
    parts, search = PARTS[name]
    new = parts()
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
            tally(1, max(0, behind - max(position, part.sound)))
            yield Loss.TEAR if given else Loss.GAP
        position = behind


class _Gunzip:
    """zlib's decompressor with the interface of bz2's."""

    def __init__(self) -> None:
        self._inflater = self._before = zlib.decompressobj(GZIP)
        self._fed = b""
        self.needs_input = True

    @property
    def eof(self) -> bool:
        return self._inflater.eof

    @property
    def unused_data(self) -> bytes:
        return self._inflater.unused_data

    def decompress(self, data: bytes, max_length: int) -> bytes:
        self._before, self._fed = self._inflater.copy(), self._inflater.unconsumed_tail + data
        out = self._inflater.decompress(self._fed, max_length)
        self.needs_input = not self._inflater.unconsumed_tail and len(out) < max_length
        return out

    def rest(self) -> bytes:
        """Return what a call that has failed would have given up to the break."""
        out = bytearray()
        with suppress(zlib.error):
            for at in range(len(self._fed)):
                out += self._before.decompress(self._fed[at : at + 1])
        return bytes(out)


_INNER: dict[str, tuple[Callable[[], "_Gunzip | bz2.BZ2Decompressor"], re.Pattern[bytes]]] = {
    "gz": (_Gunzip, GZIP_OPENS),
    "bz2": (bz2.BZ2Decompressor, BZIP2_OPENS),
}


def inner(name: str) -> bool:
    """Return whether a compression is read inside another one."""
    return name in _INNER


def _inner(pieces: Pieces, name: str, tally: Tally) -> Pieces:
    """Return what streams hold that stand one behind the other in pieces of bytes."""
    streams = _Streams(name, tally)
    for piece in _small(pieces):
        if isinstance(piece, Loss):
            yield streams.loss
            streams.lose()
        else:
            yield from streams.feed(piece)
    if streams.begun:
        tally(1, 0)
        yield streams.loss


class _Streams:
    """Streams one behind the other, fed in pieces; when one is lost, the next opening is looked for."""

    def __init__(self, name: str, tally: Tally) -> None:
        self._new, self._opening = _INNER[name]
        self._tally = tally
        self.lose()
        self._lost = False

    def lose(self) -> None:
        """Forget the stream that was begun."""
        self._layer, self.begun, self._given, self._lost, self._kept = self._new(), False, False, True, b""

    @property
    def loss(self) -> Loss:
        """Return what is lost if the stream breaks here: streams before it have passed their checksums."""
        return Loss.TEAR if self._given else Loss.GAP

    def feed(self, piece: bytes) -> Pieces:
        """Return what comes out with the next bytes."""
        fed, self._kept = self._kept + piece, b""
        while fed or not self._layer.needs_input:
            fed = self._from_opening(fed) if self._lost else fed
            try:
                out = self._layer.decompress(fed, PIECE) if fed or not self._lost else b""
            except (OSError, ValueError, zlib.error):
                if not self._lost and (self.begun or fed.strip(b"\0")):
                    self._tally(1, 0)
                    if rest := self._layer.rest() if isinstance(self._layer, _Gunzip) else b"":
                        self._given = True
                        yield rest
                    yield self.loss
                self.lose()
                fed = fed[1:]
                continue
            self.begun, self._lost, fed = self.begun or bool(fed), self._lost and not fed, b""
            if out:
                self._given = True
                yield out
            if self._layer.eof:
                fed, self._layer, self.begun, self._given = self._layer.unused_data, self._new(), False, False

    def _from_opening(self, fed: bytes) -> bytes:
        """The bytes from where a stream opens, none when it does nowhere; the last few are kept for the next call."""
        found = self._opening.search(fed)
        self._kept = b"" if found else fed[-15:]
        self._tally(0, found.start() if found else len(fed) - len(self._kept))
        return fed[found.start() :] if found else b""


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
    size = 0
    for piece in pieces:
        if isinstance(piece, Loss):
            yield from held if piece is Loss.GAP else ()
            yield b"\n"
            held, size = [], 0
            continue
        begins = piece.rfind(b"\n", 0, len(piece) - 1) + 1
        if begins or (held and held[-1].endswith(b"\n")) or size > HELD_BYTES:
            yield from held
            yield from (piece[:begins],) if begins else ()
            held, size = [], 0
        held.append(piece[begins:])
        size += len(piece) - begins
    yield from held
