"""An HTTP response as archived: status, headers, and the body with transfer and content encodings undone, bounded."""

import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass

from curate.archive.records import blank_line

MAX_ENCODINGS = 4

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
    headers: dict[str, list[str]] = {}
    values: list[str] = []
    for line in lines:
        if line[:1] in (" ", "\t") and values:
            values[-1] = f"{values[-1]} {line.strip()}".strip()
            continue
        name, colon, value = line.partition(":")
        if colon:
            values = headers.setdefault(name.strip().lower(), [])
            values.append(value.strip())
    return headers


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
    """A decoded body; `rule` is empty, `too_large` or `undecodable`."""

    data: bytes
    rule: str = ""


def decode_body(response: Response, *, max_bytes: int) -> Body:
    """Undo transfer and content encodings of a response, never producing more than the cap and a little.

    Bytes that are not encoded at all, whatever the header says, come back as they are; of an encoding that is cut or
    breaks off, what could be decoded.
    """
    body = response.body
    if "chunked" in response.joined("transfer-encoding").lower():
        body = dechunk(body)
    names = [name.strip().lower() for name in response.joined("content-encoding").split(",")]
    names = [name for name in names if name in DECODERS]
    if len(names) > MAX_ENCODINGS:
        return Body(b"", "undecodable")
    for name in reversed(names):
        decoded = DECODERS[name](body, max_bytes)
        if decoded is None:
            return Body(body) if _is_plain(body) else Body(b"", "undecodable")
        body = decoded
        if len(body) > max_bytes:
            return Body(b"", "too_large")
    for _ in range(2):  # gzip that no header tells of
        if not body.startswith(b"\x1f\x8b\x08"):
            break
        body = gunzip(body, max_bytes) or b""
    return Body(body) if len(body) <= max_bytes else Body(b"", "too_large")


def _is_plain(body: bytes) -> bool:
    """Whether bytes look like text rather than like a compressed stream."""
    head = body[:512]
    return b"\0" not in head and sum(byte < 9 or 13 < byte < 32 for byte in head) * 50 <= len(head)


def gunzip(body: bytes, max_bytes: int) -> bytes | None:
    """Inflate gzip, members one after the other, up to the cap; None when it is no gzip.

    >>> import gzip
    >>> gunzip(gzip.compress(b"<p>a"), 100)
    b'<p>a'
    >>> gunzip(b"<p>a", 100) is None
    True
    """
    out = b""
    while body.startswith(b"\x1f\x8b") and len(out) <= max_bytes:
        data, rest = _inflate(body, 31, max_bytes + 1 - len(out))
        if data is None:
            break
        out += data
        if rest is None:
            return out
        body = rest
    return out or (None if body else b"")


def _inflate(body: bytes, wbits: int, max_bytes: int) -> tuple[bytes | None, bytes | None]:
    """Bytes inflated up to the cap, and what follows the stream, None if it breaks off; (None, None) if it is none."""
    inflater = zlib.decompressobj(wbits)
    parts: list[bytes] = []
    total = 0
    fed = body
    try:
        while total < max_bytes and not inflater.eof:
            part = inflater.decompress(fed, min(1 << 16, max_bytes - total))
            fed = inflater.unconsumed_tail
            parts.append(part)
            total += len(part)
            if not part and not fed:
                break
    except zlib.error:
        return (b"".join(parts), None) if parts else (None, None)
    return b"".join(parts), inflater.unused_data if inflater.eof else None


def _deflate(body: bytes, max_bytes: int) -> bytes | None:
    """Inflate what is called deflate: a zlib stream, or the bare stream many servers send."""
    data, _ = _inflate(body, 15, max_bytes + 1)
    if data is None:
        data, _ = _inflate(body, -15, max_bytes + 1)
        if data is not None and _is_plain(body):
            return None
    return data


def _brotli(body: bytes, max_bytes: int) -> bytes | None:
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
        return b"".join(parts) if total and not _is_plain(body) else None
    return b"".join(parts) if total or not body else None


def _zstd(body: bytes, max_bytes: int) -> bytes | None:
    import pyarrow as pa

    if not body.startswith(b"\x28\xb5\x2f\xfd"):
        return None
    parts: list[bytes] = []
    total = 0
    try:
        with pa.input_stream(pa.py_buffer(body), compression="zstd") as stream:
            while total <= max_bytes and (part := stream.read(1 << 16)):
                parts.append(part)
                total += len(part)
    except OSError:
        return b"".join(parts) or None
    return b"".join(parts)


DECODERS: dict[str, Callable[[bytes, int], bytes | None]] = {
    "gzip": gunzip,
    "x-gzip": gunzip,
    "deflate": _deflate,
    "br": _brotli,
    "zstd": _zstd,
}
