"""What kind of web archive a file is, told from its first bytes, and its records' bytes as one stream.

The format is a string: `warc.gz` and `arc.gz` are compressed record by record and can be split anywhere; all others are
`warc` or `arc`, then `+` and each compression from the outside in, as in `warc+gz+gz`. It is empty for a file without
records.
"""

import bz2
import zlib
from collections.abc import Callable, Iterator
from pathlib import PurePath
from typing import BinaryIO

from curate.archive.gzip_members import PIECE, Bytes, Member, Tally, inflate_through, is_gzip, next_opening
from curate.archive.records import ARC, WARC, Grammar, Stream, records
from curate.errors import NotAnArchiveError

SNIFFED_BYTES = 1 << 20  # inflated, to tell one record per member from many
SEARCHED_BYTES = 8 << 20  # how far a damaged beginning is looked past
STUB_BYTES = 1024
DICTIONARY = b"\x5d\x2a\x4d\x18"  # the frame in which .warc.zst files carry theirs
ZSTD_PIECE = 1 << 14  # what is read when the stream breaks off is lost with it
SMALL_PIECE = 1 << 12
MAX_LAYERS = 4

_GRAMMARS = {"warc": WARC, "arc": ARC}
Pieces = Iterator[bytes | None]


def sniff(file: BinaryIO) -> str:
    """The format of a seekable binary file, `""` when it is empty.

    Raises NotAnArchiveError, naming how the file begins, when there is no WARC or ARC record in its first 8 MiB.
    """
    source = Bytes(file)
    head = source.at(0, 16)
    if not head:
        return ""
    found = _gzip_format(source) if is_gzip(head) else _layered_format(file, ())
    if found is None and not head.startswith((*_MAGICS["zst"], *_MAGICS["bz2"])):
        found = _damaged_start(source)
    if found is None:
        raise NotAnArchiveError(_refusal(file, source))
    return found


def _gzip_format(source: Bytes) -> str | None:
    """The format of a file that begins with a gzip member; "" when all its members are empty."""
    position = 0
    while position < source.size and is_gzip(source.at(position, 10)):
        member = Member(source, position)
        head = member.read(SNIFFED_BYTES)
        if not member.whole and source.size < STUB_BYTES and b"WARC/".startswith(head):
            return "warc.gz"  # cut too early to say that it is none
        if head:
            return _member_format(source, head, whole=member.whole)
        if not member.whole:
            return None
        position = member.end
    return "" if source.only_zeros(position, source.size) else None


def _member_format(source: Bytes, head: bytes, *, whole: bool) -> str | None:
    for name, grammar in _GRAMMARS.items():
        if grammar.opens(head):
            return f"{name}.gz" if _ends_with_record(head, grammar, whole=whole) else f"{name}+gz"
    return _layered_format(source.file, ("gz",))


def _ends_with_record(head: bytes, grammar: Grammar, *, whole: bool) -> bool:
    """Whether a first member looks like one of a file compressed record by record, damaged or not.

    It does not when it goes on past several records, or when it ends in the midst of one that a next member carries on.
    """
    found = list(records(Stream([head]), grammar, max_record_bytes=SNIFFED_BYTES, max_inflate_bytes=1 << 40))
    return found[-1].state != "truncated" if whole else len(found) < 3


def _layered_format(file: BinaryIO, codecs: tuple[str, ...]) -> str | None:
    """The format of a file from the first bytes under its compressions, None when no record is there."""
    losses: list[int] = []
    head = _first_bytes(_decoded(file, codecs, lambda places, _: losses.append(places)), SNIFFED_BYTES)
    for name, grammar in _GRAMMARS.items():
        if grammar.opens(head):
            return "+".join((name, *codecs))
    for codec, magics in _MAGICS.items():
        if head.startswith(magics) and len(codecs) < MAX_LAYERS:
            return _layered_format(file, (*codecs, codec)) if not codecs or codec in _INNER else None
    return "" if codecs and not head and not losses else None


def _damaged_start(source: Bytes) -> str | None:
    """The format of a file whose beginning is broken: that of the first record found behind it."""
    for name, grammar in _GRAMMARS.items():
        end = min(SEARCHED_BYTES, source.size)
        if next_opening(source, 0, grammar.opens, end) < end:
            return f"{name}.gz"
        if grammar.boundary.search(source.at(0, end)):
            return name
    return None


def _refusal(file: BinaryIO, source: Bytes) -> str:
    name = getattr(file, "name", "")
    head = source.at(0, 2)
    shown = _first_bytes(_decoded(file, ("gz",), _ignore), 60) if is_gzip(source.at(0, 10)) else source.at(0, 60)
    label = PurePath(name).name if isinstance(name, str) and name else "the input"
    if head == DICTIONARY[:2]:
        return f"{label} is zstd with a dictionary of its own, which is not read: compress it without one"
    kind = "gzip of " if head == b"\x1f\x8b" else ""
    return f"{label} is no web archive: no WARC or ARC record in it; it begins with {kind}{shown[:60]!r}"


def _ignore(_places: int, _skipped: int) -> None:
    """No count is kept while sniffing."""


def _first_bytes(pieces: Pieces, count: int) -> bytes:
    head = b""
    for piece in pieces:
        head += piece or b""
        if len(head) >= count:
            break
    return head[:count]


def file_stream(file: BinaryIO, form: str, tally: Tally, *, max_bytes: int) -> Stream:
    """The records' bytes of a file that is read as one stream; damage below the records is told to `tally`."""
    codecs = tuple(form.split("+")[1:])
    pieces = _decoded(file, codecs, tally)
    return Stream(pieces, max_bytes) if codecs else Stream(pieces)


def _decoded(file: BinaryIO, codecs: tuple[str, ...], tally: Tally) -> Pieces:
    file.seek(0)
    pieces: Pieces
    if codecs[:1] == ("gz",):
        pieces, codecs = inflate_through(Bytes(file), tally), codecs[1:]
    elif codecs[:1] == ("zst",):
        pieces, codecs = _unzstd(file, tally), codecs[1:]
    else:
        pieces = _plain(file)
    for codec in codecs:
        pieces = _INNER[codec](pieces, tally)
    return pieces


def _plain(file: BinaryIO) -> Pieces:
    while piece := file.read(PIECE):
        yield piece


def _unzstd(file: BinaryIO, tally: Tally) -> Pieces:
    import pyarrow as pa

    raw = pa.PythonFile(_Kept(file), mode="r")
    try:
        with pa.CompressedInputStream(raw, "zstd") as stream:
            while piece := stream.read(ZSTD_PIECE):
                yield piece
    except OSError:
        tally(1, 0)
        yield None


class _Kept:
    """A file that outlives the stream which reads it."""

    def __init__(self, file: BinaryIO) -> None:
        self.read = file.read
        self.closed = False

    def close(self) -> None:
        """The caller closes the file."""


def _unbz2(pieces: Pieces, tally: Tally) -> Pieces:
    return _decompressed(pieces, bz2.BZ2Decompressor, tally)


def _gunzip(pieces: Pieces, tally: Tally) -> Pieces:
    return _decompressed(pieces, _GzipLayer, tally)


class _GzipLayer:
    """zlib's decompressor with the interface of bz2's."""

    def __init__(self) -> None:
        self._inflater = zlib.decompressobj(31)
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


def _decompressed(pieces: Pieces, new: Callable[[], "_GzipLayer | bz2.BZ2Decompressor"], tally: Tally) -> Pieces:
    """Streams one after the other; what is broken, and all behind it, is lost."""
    layer = new()
    begun = False
    pieces = _small(pieces)
    for piece in pieces:
        if piece is None:
            yield None
            continue
        fed = piece
        while fed or not layer.needs_input:
            try:
                out = layer.decompress(fed, PIECE)
            except (OSError, zlib.error):
                padding = not begun and not fed.strip(b"\0")
                if not padding:
                    tally(1, len(fed) + sum(len(rest or b"") for rest in pieces))
                    yield None
                return
            begun = True
            if out:
                yield out
            fed = b""
            if layer.eof:
                fed, layer, begun = layer.unused_data, new(), False
    if begun:
        tally(1, 0)
        yield None


def _small(pieces: Pieces) -> Pieces:
    """The same bytes in small pieces: at the end of a stream, which may be of 14 bytes, what is left is copied."""
    for piece in pieces:
        if piece is None:
            yield None
        else:
            yield from (piece[at : at + SMALL_PIECE] for at in range(0, len(piece), SMALL_PIECE))


_MAGICS: dict[str, tuple[bytes, ...]] = {
    "gz": (b"\x1f\x8b\x08",),
    "bz2": (b"BZh",),
    "zst": (b"\x28\xb5\x2f\xfd", *(bytes([0x50 + low]) + b"\x2a\x4d\x18" for low in range(16))),
}
_INNER = {"gz": _gunzip, "bz2": _unbz2}
