"""Inputs made to cost much CPU a byte: the worst that `bench/cost_fuzz.py` and reading the code have found, by size."""

import bz2
import gzip
import random
import struct
import zlib
from collections.abc import Callable

import pyarrow as pa

from tests.curate.archives import http, record

EMPTY_MEMBER = gzip.compress(b"", mtime=0)
HEADER = b"\x1f\x8b\x08\x00\0\0\0\0\0\xff"
NAMED_HEADER = b"\x1f\x8b\x08\x08\0\0\0\0\0\xff"
EMPTY_BLOCK = b"\0\0\0\xff\xff"
END = b"\3\0" + bytes(8)


def _response(body: bytes, *headers: str, content_type: str = "text/html") -> bytes:
    return record("http://a.example/", http(body, *headers, content_type=content_type))


def empty_members_in_a_body(size: int) -> bytes:
    """A body of nothing but empty gzip members."""
    return gzip.compress(_response(EMPTY_MEMBER * (size // len(EMPTY_MEMBER)), "Content-Encoding: gzip"))


def nested_empty_members(size: int) -> bytes:
    """A file of one gzip stream whose content is empty gzip members, and then a record."""
    return gzip.compress(EMPTY_MEMBER * (size // len(EMPTY_MEMBER)) + gzip.compress(_response(b"<p>a")))


def empty_bz2_streams(size: int) -> bytes:
    """A record, then nothing but empty bzip2 streams."""
    empty = bz2.compress(b"")
    return bz2.compress(_response(b"<p>a")) + empty * (size // len(empty))


def empty_zstd_frames(size: int) -> bytes:
    """A record, then nothing but empty zstd frames."""
    frame = bytes(pa.compress(b"", codec="zstd", asbytes=True))
    return bytes(pa.compress(_response(b"<p>a"), codec="zstd", asbytes=True)) + frame * (size // len(frame))


def empty_file_members(size: int) -> bytes:
    """A record, then nothing but empty gzip members in the file itself."""
    return gzip.compress(_response(b"<p>a")) + EMPTY_MEMBER * (size // len(EMPTY_MEMBER))


def names_over_empty_blocks(size: int) -> bytes:
    """Members with long names, which hold the beginnings of more members, then empty blocks."""
    zone = b"\x1f\x8b\x08\x08" * 200 + b"\0" + EMPTY_BLOCK * 400
    return gzip.compress(_response(b"<p>a")) + zone * (size // len(zone))


def extras_over_empty_blocks(size: int) -> bytes:
    """Members whose extra field jumps over the beginnings of more members, into empty blocks."""
    zone = b"\x1f\x8b\x08\x04" * 260 + EMPTY_BLOCK * 400
    return gzip.compress(_response(b"<p>a")) + zone * (size // len(zone))


def long_names(size: int) -> bytes:
    """Whole members with names of 60 kB and blocks without end."""
    zone = NAMED_HEADER + b"\x1f\x8b\x08\x08" * 15_000 + b"\0" + EMPTY_BLOCK * 2000
    return gzip.compress(_response(b"<p>a")) + zone * max(1, size // len(zone))


def broken_members_that_say_they_are_long(size: int) -> bytes:
    """Members with a wrong checksum, each of a record that says it has almost a gigabyte."""
    noise = random.Random(1).randbytes(300).hex().encode()
    head = b"WARC/1.0\r\nWARC-Type: response\r\nContent-Length: 999999999\r\n\r\n" + noise
    one = gzip.compress(head, mtime=0)[:-8] + b"\1\2\3\4" + struct.pack("<I", len(head))
    return gzip.compress(_response(b"<p>a")) + one * (size // len(one))


def broken_members_as_long_as_said(size: int) -> bytes:
    """Broken members, each followed by whole ones, the last of which ends as the broken one says it does."""
    noise = random.Random(1).randbytes(300).hex().encode()
    head = b"WARC/1.0\r\nWARC-Type: metadata\r\nContent-Length: 30000\r\n\r\n" + noise
    broken = gzip.compress(head, mtime=0)[:-8] + bytes(8)
    body = b"WARC/1.0\r\nWARC-Type: metadata\r\nContent-Length: 5\r\n\r\n"
    packer = zlib.compressobj(9, wbits=31)
    whole = packer.compress(body + b"\n" * (30000 - len(body) + len(head))) + packer.flush()
    zone = broken * 20 + whole * 20
    return gzip.compress(_response(b"<p>a")) + zone * max(1, size // len(zone))


def lengths_of_sixteen_megabytes(size: int) -> bytes:
    """Small plain records, each of which says it has just under the cap."""
    one = b"WARC/1.0\r\nWARC-Type: response\r\nContent-Length: 16700000\r\n\r\nHTTP/1.1 200\r\n\r\na"
    return (one + b"\r\n") * (size // len(one))


def folded_http_header(size: int) -> bytes:
    """One HTTP header folded over many lines."""
    return gzip.compress(_response(b"<p>a", "X: a" + "\r\n bb" * (size // 5)))


def blanks_in_the_declared_charset(size: int) -> bytes:
    """An HTTP header with blanks where the charset should be."""
    return gzip.compress(_response(b"<p>a", content_type=f"text/html; charset={' ' * size};"))


def blanks_in_the_meta_charset(size: int) -> bytes:
    """Meta tags with blanks where the charset should be."""
    page = b"<html><meta charset=" + b" " * 8000 + b";>"
    return gzip.compress(_response(page))


def blanks_in_the_date(size: int) -> bytes:
    """A header whose date goes on in blanks."""
    return gzip.compress(
        record("http://a.example/", http(b"<p>a")).replace(
            b"2024-05-06T07:08:09Z", b"2024" + b" " * min(size, 60000) + b"x"
        )
    )


def html_tags_without_end(size: int) -> bytes:
    """The beginnings of html tags, none of which ends."""
    return gzip.compress(_response(b"<html " * 1300 + b" lang" * 80))


CASES: dict[str, Callable[[int], bytes]] = {
    make.__name__: make
    for make in (
        empty_members_in_a_body, nested_empty_members, empty_bz2_streams, empty_zstd_frames, empty_file_members,
        names_over_empty_blocks, extras_over_empty_blocks, long_names, broken_members_that_say_they_are_long,
        broken_members_as_long_as_said, lengths_of_sixteen_megabytes, folded_http_header,
        blanks_in_the_declared_charset, blanks_in_the_meta_charset, blanks_in_the_date, html_tags_without_end,
    )
}  # fmt: skip
