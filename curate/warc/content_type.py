"""Tells whether a body is an HTML page, from its declared type and from its first bytes, which know better."""

import re

HTML_TYPES = frozenset({"text/html", "application/xhtml+xml", "application/vnd.wap.xhtml+xml"})
SNIFFED_BYTES = 2048

_MAGIC = (
    b"%PDF-", b"\xff\xd8\xff", b"\x89PNG\r\n", b"GIF87a", b"GIF89a", b"RIFF", b"PK\x03\x04", b"\x1f\x8b", b"BZh",
    b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07", b"\xfd7zXZ\0", b"\x28\xb5\x2f\xfd", b"\x7fELF", b"MZ\x90\0",
    b"\xca\xfe\xba\xbe", b"ID3", b"OggS", b"fLaC", b"FLV\x01", b"\x1a\x45\xdf\xa3", b"\0\0\1\0", b"wOFF",
    b"wOF2", b"\0\1\0\0\0", b"OTTO", b"%!PS", b"{\\rtf", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"BM\x00", b"II*\0",
    b"MM\0*", b"CWS", b"FWS", b"WARC/",
    b"SQLite format 3", b"\0asm",
)  # fmt: skip
_SPACE = rb"(?:\s|<!--(?:[^-]|-(?!->))*-->|<\?[^>]*>)*"
_HTML = re.compile(
    _SPACE
    + rb"<(?:!doctype\s+(?:html|\"-//w3c)"
    + rb"|(?:html|head|body|title|meta|script|style|link|frameset|table|div|h1)[\s/>])",
    re.IGNORECASE,
)
_ANY_HTML = re.compile(rb"<!doctype\s+html|<html[\s>]", re.IGNORECASE)
_JSON = re.compile(rb"\s*[\[{]\s*(?:[\"\[{\]}]|-?\d+\s*[,\]}]|true\b|false\b|null\b)")
_XML_OTHER = re.compile(_SPACE + rb"<(?:rss|feed|urlset|sitemapindex|rdf:RDF|opml|svg)[\s>]", re.IGNORECASE)


def is_html(body: bytes, declared: str) -> bool:
    """Whether a body is an HTML or XHTML page; the bytes win over the declared type, lower case without parameters.

    >>> is_html(b"<!DOCTYPE html><p>a", "text/plain")
    True
    >>> is_html(b"%PDF-1.4", "text/html")
    False
    """
    head = body[:SNIFFED_BYTES].removeprefix(b"\xef\xbb\xbf")
    if head[:2] in (b"\xff\xfe", b"\xfe\xff") or head[1:2] == b"\0" or head[:1] == b"\0":
        head = head[2 * (head[:2] in (b"\xff\xfe", b"\xfe\xff")) :].replace(b"\0", b"")  # UTF-16 keeps its ASCII
        if _HTML.match(head):
            return True
        head = body[:SNIFFED_BYTES]
    if _HTML.match(head):
        return True
    if head.startswith(_MAGIC) or _JSON.match(head) or _XML_OTHER.match(head) or _is_binary(head):
        return False
    return declared in HTML_TYPES or (declared.endswith("xml") and _ANY_HTML.search(head) is not None)


def _is_binary(head: bytes) -> bool:
    """Whether more than a tenth of the bytes are control characters, which no single- or multi-byte charset uses."""
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return False
    controls = len(head) - len(head.translate(None, _CONTROLS))
    return controls * 10 > len(head)


_CONTROLS = bytes(byte for byte in range(32) if byte not in b"\t\n\x0b\x0c\r\x1b")
