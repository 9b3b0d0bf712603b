"""What kind of web archive a file is, told from its first bytes, and its records' bytes as one stream.

The format is a string: `warc.gz` and `arc.gz` are compressed record by record and can be split anywhere; all others are
`warc` or `arc`, then `+` and each compression from the outside in, as in `warc+gz+gz`. It is empty for a file without
records.
"""

from pathlib import PurePath
from typing import BinaryIO

from curate.errors import NotAnArchiveError
from curate.warc.gzip_members import Bytes, Tally, is_gzip, next_opening
from curate.warc.parts import GzipPart
from curate.warc.records import ARC, WARC, Grammar, Stream, records
from curate.warc.streams import Pieces, decoded, inner

SNIFFED_BYTES = 1 << 20  # inflated, to tell one record per member from many
SEARCHED_BYTES = 8 << 20  # how far a damaged beginning is looked past
STUB_BYTES = 1024
DICTIONARY = b"\x5d\x2a\x4d\x18"  # the frame in which .warc.zst files carry theirs
MAX_LAYERS = 4

_GRAMMARS = {"warc": WARC, "arc": ARC}


def sniff(file: BinaryIO) -> str:
    """The format of a seekable binary file, `""` when it is empty.

    Raises NotAnArchiveError, naming how the file begins, when there is no WARC or ARC record in its first 8 MiB.
    """
    source = Bytes(file)
    head = source.at(0, 16)
    if not head:
        return ""
    if head.startswith(DICTIONARY):
        raise NotAnArchiveError(_refusal(file, source))
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
        member = GzipPart(source, position)
        head = _first_bytes(iter(member), SNIFFED_BYTES)
        if not member.whole and source.size < STUB_BYTES and b"WARC/".startswith(head):
            return "warc.gz"  # cut too early to say that it is none
        if head:
            return _member_format(source, head, position, whole=member.whole)
        if not member.whole:
            return None
        position = member.end
    return "" if source.only_zeros(position, source.size) else None


def _member_format(source: Bytes, head: bytes, position: int, *, whole: bool) -> str | None:
    for name, grammar in _GRAMMARS.items():
        if grammar.opens(head):
            alone = _ends_with_record(head, grammar) if whole else _more_open(source, head, position, grammar)
            return f"{name}.gz" if alone else f"{name}+gz"
    return _layered_format(source.file, ("gz",))


def _ends_with_record(head: bytes, grammar: Grammar) -> bool:
    """Return whether a whole member ends with a record; it does not when the next one carries the record on."""
    found = list(records(Stream([head]), grammar, max_record_bytes=SNIFFED_BYTES, max_inflate_bytes=1 << 40))
    return found[-1].state != "truncated"


def _more_open(source: Bytes, head: bytes, position: int, grammar: Grammar) -> bool:
    """Whether a member that is large, or broken, holds few records and has others behind it that begin with one."""
    found = records(Stream([head]), grammar, max_record_bytes=SNIFFED_BYTES, max_inflate_bytes=1 << 40)
    end = min(SEARCHED_BYTES, source.size)
    few = sum(not each.state for each in found) < 3
    return few and next_opening(source, position + 1, grammar.opens, end) < end


def _layered_format(file: BinaryIO, codecs: tuple[str, ...]) -> str | None:
    """The format of a file from the first bytes under its compressions, None when no record is there."""
    losses: list[int] = []
    source = Bytes(file)
    source.size = min(source.size, SEARCHED_BYTES)
    pieces = decoded(source, codecs, lambda places, _: losses.append(places), SNIFFED_BYTES)
    head = _first_bytes(pieces, SNIFFED_BYTES)
    opening = _opening(head, anywhere=False)
    for codec, magics in () if opening else _MAGICS.items():
        if head.startswith(magics) and len(codecs) < MAX_LAYERS and (not codecs or inner(codec)):
            found = _layered_format(file, (*codecs, codec))
            if found is not None or not codecs:
                return found
    opening = opening or (_opening(head, anywhere=True) if codecs else "")
    if opening:
        return "+".join((opening, *codecs))
    return "" if codecs and not head and not losses else None


def _opening(head: bytes, *, anywhere: bool) -> str:
    """Return which records the first bytes of a stream begin with, or are the first `anywhere` in them; "" for none."""
    if anywhere:
        places = {name: grammar.boundary.search(head) for name, grammar in _GRAMMARS.items()}
        found = {name: place.start() for name, place in places.items() if place}
    else:
        found = {name: 0 for name, grammar in _GRAMMARS.items() if grammar.opens(head)}
    return min(found, key=lambda name: found[name], default="")


def _damaged_start(source: Bytes) -> str | None:
    """The format of a file whose beginning is broken: that of the first record found behind it."""
    end = min(SEARCHED_BYTES, source.size)
    for name, grammar in _GRAMMARS.items():
        if next_opening(source, 0, grammar.opens, end) < end:
            return f"{name}.gz"
    for codec in ("zst", "bz2"):
        if found := _layered_format(source.file, (codec,)):
            return found
    return _opening(source.at(0, end), anywhere=True) or None


def _refusal(file: BinaryIO, source: Bytes) -> str:
    name = getattr(file, "name", "")
    head = source.at(0, 2)
    shown = (
        _first_bytes(decoded(source, ("gz",), _ignore, SNIFFED_BYTES), 60)
        if is_gzip(source.at(0, 10))
        else source.at(0, 60)
    )
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
        head += piece if isinstance(piece, bytes) else b"\n" if head else b""  # behind a loss a record may begin
        if len(head) >= count:
            break
    return head[:count]


def file_stream(file: BinaryIO, form: str, tally: Tally, *, max_bytes: int) -> Stream:
    """The records' bytes of a file that is read as one stream; damage below the records is told to `tally`."""
    return Stream(decoded(Bytes(file), tuple(form.split("+")[1:]), tally, max_bytes))


_MAGICS: dict[str, tuple[bytes, ...]] = {
    "gz": (b"\x1f\x8b\x08",),
    "bz2": (b"BZh",),
    "zst": (b"\x28\xb5\x2f\xfd", *(bytes([0x50 + low]) + b"\x2a\x4d\x18" for low in range(16))),
}
