"""An HTTP response as archived: status, headers, and the body with transfer and content encodings undone, bounded."""

import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass

from curate.warc.records import blank_line

MAX_ENCODINGS = 4
FIRST_WINDOW = 1 << 9  # bytes given to an inflater at first; a member may be of twenty
WINDOW = 1 << 16

_STATUS = re.compile(rb"HTTP/\d(?:\.\d)?[ \t]+(\d{3})|HTTP/\d(?:\.\d)?[ \t]*\r?$|ICY[ \t]+(\d{3})", re.IGNORECASE)
_HEADER_LINE = re.compile(rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,128}[ \t]*:")
_CHUNK = re.compile(rb"[ \t]*([0-9a-fA-F]{1,15})[ \t]*(?:;[^\r\n]*)?\r?\n")


@dataclass(frozen=True, slots=True)
class Response:
    """A response split in its parts; `headers` has lower-case names and every value in order.

    `status` is 0 when there is no status line to read it from.
    """

    status: int
    headers: dict[str, list[str]]
    body: bytes

    def joined(self, name: str, separator: str = ", ") -> str:
        """All values of one header, joined."""
        return separator.join(self.headers.get(name, ()))


def split_response(block: bytes) -> Response:
    """Split the block of a response record in status, headers and the body as it was sent.

    A block without a status line still gives its headers when it begins with one, and is all body otherwise.
    """
    status = _STATUS.match(block, 0, 64)
    if status is None and _HEADER_LINE.match(block) is None:
        return Response(0, {}, block)
    end, begin = blank_line(block, 0, len(block))
    head, body = (block, b"") if begin < 0 else (block[:end], block[begin:])
    lines = head.decode("utf-8", "replace").split("\n")
    digits = status and (status[1] or status[2])
    return Response(int(digits) if digits else 0, _headers(lines[1:] if status else lines), body)


def _headers(lines: list[str]) -> dict[str, list[str]]:
    """Header lines by name; lines that go on with the one before are joined to it by blanks."""
    headers: dict[str, list[list[str]]] = {}
    pieces: list[str] = []
    for line in lines:
        if line[:1] in (" ", "\t") and pieces:
            pieces.append(line.strip())
            continue
        name, colon, value = line.partition(":")
        if colon:
            pieces = [value.strip()]
            headers.setdefault(name.strip().lower(), []).append(pieces)
    return {name: [" ".join(filter(None, each)) for each in values] for name, values in headers.items()}


def dechunk(body: bytes) -> bytes:
    """Undo chunked transfer encoding; a body that is not chunked after all comes back as it is.

    >>> dechunk(b"4\\r\\n<p>a\\r\\n1\\r\\nb\\r\\n0\\r\\n\\r\\n")
    b'<p>ab'
    >>> dechunk(b"<p>ab")
    b'<p>ab'
    """
    parts: list[bytes] = []
    at = 0
    while at < len(body):
        size = _CHUNK.match(body, at, at + 4096)
        if size is None:
            parts.append(body[at:] if parts else body)  # it lies from here on: what is left is kept as it stands
            break
        begin, count = size.end(), int(size[1], 16)
        if count == 0:
            break
        parts.append(body[begin : begin + count])
        at = begin + count
        at += 2 if body.startswith(b"\r\n", at) else int(body.startswith(b"\n", at))
    return b"".join(parts)


@dataclass(frozen=True, slots=True)
class Body:
    """A decoded body; `rule` is empty, `too_large` or `undecodable`.

    It is `broken` when an encoding breaks off or its own checksum is not that of the data.
    """

    data: bytes
    rule: str = ""
    broken: bool = False


def decode_body(response: Response, *, max_bytes: int) -> Body:
    """Undo transfer and content encodings of a response, never producing more than the cap and a little.

    Bytes that are not encoded at all, whatever the header says, come back as they are; of an encoding that is cut or
    breaks off, what could be decoded, as browsers do.
    """
    body, broken = response.body, False
    if "chunked" in response.joined("transfer-encoding").lower():
        body = dechunk(body)
    names = [name.strip().lower() for name in response.joined("content-encoding").split(",")]
    names = [name for name in names if name in DECODERS]
    if len(names) > MAX_ENCODINGS:
        return Body(b"", "undecodable")
    for name in reversed(names):
        decoded, breaks_off = DECODERS[name](body, max_bytes)
        if decoded is None:
            return Body(body, "", broken) if _is_plain(body) else Body(b"", "undecodable")
        body, broken = decoded, broken or breaks_off
        if len(body) > max_bytes:
            return Body(b"", "too_large")
    for _ in range(2):  # gzip that no header tells of
        if not body.startswith(b"\x1f\x8b\x08"):
            break
        inflated, breaks_off = gunzip(body, max_bytes)
        body, broken = inflated or b"", broken or breaks_off
    return Body(body, "", broken) if len(body) <= max_bytes else Body(b"", "too_large")


def _is_plain(body: bytes) -> bool:
    """Return whether bytes look like text rather than like a compressed stream."""
    head = body[:512]
    return b"\0" not in head and sum(byte < 9 or 13 < byte < 32 for byte in head) * 50 <= len(head)


# What could be decoded, None when it is no such stream, and whether the stream breaks off.
Decoded = tuple[bytes | None, bool]


def gunzip(body: bytes, max_bytes: int) -> Decoded:
    """Inflate gzip, members one after the other, up to the cap; None when it is no gzip.

    Costs at most 1 s of CPU for each megabyte read or inflated, also where members are tiny: about 2 µs a member.

    >>> import gzip
    >>> gunzip(gzip.compress(b"<p>a"), 100)
    (b'<p>a', False)
    >>> gunzip(gzip.compress(b"<p>a")[:-8], 100)
    (b'<p>a', True)
    >>> gunzip(b"<p>a", 100)
    (None, False)
    """
    parts: list[bytes] = []
    total = at = 0
    while body.startswith(b"\x1f\x8b", at) and total <= max_bytes:
        data, end = _inflate(body, at, 31, max_bytes + 1 - total)
        if data is None:
            break
        total += len(data)
        if data:
            parts.append(data)
        if end < 0:
            return b"".join(parts), total <= max_bytes
        at = end
    return b"".join(parts) or (None if at < len(body) else b""), False


def _inflate(body: bytes, at: int, wbits: int, max_bytes: int) -> tuple[bytes | None, int]:
    """Bytes of the stream at an offset, up to the cap, and where it ends, -1 if it breaks off; None if it is none.

    The inflater copies what it is given and does not use, so it is given little at first.
    """
    inflater = zlib.decompressobj(wbits)
    parts: list[bytes] = []
    begin, total, window, source = at, 0, FIRST_WINDOW, memoryview(body)
    fed: bytes | memoryview = b""
    try:
        while total < max_bytes and not inflater.eof:
            fed = inflater.unconsumed_tail
            if not fed:
                fed = source[at : at + window]
                at, window = at + len(fed), min(4 * window, WINDOW)
            part = inflater.decompress(fed, min(WINDOW, max_bytes - total))
            parts.append(part)
            total += len(part)
            if not part and not fed:
                break
    except zlib.error:
        return _up_to_the_error(source[begin : at - len(fed)], source[at - len(fed) : at], wbits, max_bytes) or None, -1
    return b"".join(parts), at - len(inflater.unused_data) if inflater.eof else -1


def _up_to_the_error(sound: memoryview, failing: memoryview, wbits: int, max_bytes: int) -> bytes:
    """All that can be inflated of a stream that breaks in its last bytes, given one by one: the inflater gives none
    of what it is given together with the error.
    """
    inflater = zlib.decompressobj(wbits)
    held = bytearray(inflater.decompress(sound, max_bytes))
    try:
        for k in range(len(failing)):
            if len(held) >= max_bytes:
                break
            held += inflater.decompress(failing[k : k + 1], max_bytes - len(held))
    except zlib.error:
        pass
    return bytes(held)


def _deflate(body: bytes, max_bytes: int) -> Decoded:
    """Inflate what is called deflate: a zlib stream, or the bare stream many servers send."""
    data, end = _inflate(body, 0, 15, max_bytes + 1)
    if data is None:
        data, end = _inflate(body, 0, -15, max_bytes + 1)
        if data is not None and _is_plain(body):
            return None, False
    return data, data is not None and end < 0 and len(data) <= max_bytes


def _brotli(body: bytes, max_bytes: int) -> Decoded:
    import brotli

    decoder = brotli.Decompressor()
    parts: list[bytes] = []
    total = 0
    fed = body
    try:
        while total <= max_bytes and not decoder.is_finished():
            part = decoder.process(fed, output_buffer_limit=max_bytes + 1 - total)
            fed = b""
            parts.append(part)
            total += len(part)
            if not part:
                break
    except brotli.error:
        return (b"".join(parts), True) if total and not _is_plain(body) else (None, False)
    if not total and body:
        return None, False
    return b"".join(parts), total <= max_bytes and not decoder.is_finished()


def _zstd(body: bytes, max_bytes: int) -> Decoded:
    import pyarrow as pa

    if not body.startswith(b"\x28\xb5\x2f\xfd"):
        return None, False
    held = bytearray()
    part = bytearray(1 << 16)  # pyarrow never frees what `read` was to return if it fails
    try:
        with pa.input_stream(pa.py_buffer(body), compression="zstd") as stream:
            while len(held) <= max_bytes and (count := stream.readinto(part)):
                held += memoryview(part)[:count]
    except OSError:
        return bytes(held) or None, bool(held)
    return bytes(held), False


DECODERS: dict[str, Callable[[bytes, int], Decoded]] = {
    "gzip": gunzip,
    "x-gzip": gunzip,
    "deflate": _deflate,
    "br": _brotli,
    "zstd": _zstd,
}
