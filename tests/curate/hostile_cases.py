"""Five hundred archives made to break a pipeline, each small on disk: bombs, deep markup, lies in headers, damage.

`cases(scale)` gives (family/name, bytes of a WARC file); `scale` 1 is full size, less is the same shapes smaller.
"""

import gzip
import random
import zlib
from collections.abc import Iterator

import brotli

from tests.curate.archives import http, record

PROSE = (
    "It was the time of year when the river is low, and the people of the town went down to look at the stones that "
    "they had not seen since the summer before. "
)
URL = "http://hostile.example/"
TAGS = (
    "div span table tr td ul li ol dl b i a font p blockquote form svg math template select option noscript iframe "
    "object pre code textarea button label h1 center section article nav main x-custom"
).split()
CHARSETS = (
    "utf-8 utf-16 utf-16le utf-16be utf-32 gbk gb18030 big5 shift_jis euc-jp euc-kr iso-2022-jp iso-2022-kr koi8-r "
    "koi8-u windows-1251 windows-1252 windows-1255 windows-874 iso-8859-8-i macintosh utf-7 hz x-user-defined unknown"
).split()


def cases(scale: float = 1.0) -> Iterator[tuple[str, bytes]]:
    """Every case in a fixed order."""
    for family in (_bodies, _markup, _charsets, _texts, _http_headers, _warc_headers, _addresses, _damage):
        for name, data in family(scale):
            yield f"{family.__name__[1:]}/{name}", data


def _many(count: float, scale: float) -> int:
    return max(2, int(count * scale))


def _html(body: str | bytes, title: str = "t") -> bytes:
    body = body if isinstance(body, bytes) else body.encode("utf-8", "surrogatepass")
    return b"<!doctype html><html><head><title>%s</title></head><body>%s</body></html>" % (title.encode(), body)


def _archive(block: bytes, *headers: str, url: str = URL) -> bytes:
    return gzip.compress(record(url, block, "response", *headers), 6, mtime=0)


def _bodies(scale: float) -> Iterator[tuple[str, bytes]]:
    """Lies and bombs in the body's transfer and content encoding."""
    page = _html(f"<p>{PROSE * 20}</p>")
    zeros = bytes(_many(1 << 28, scale))
    squeezed = gzip.compress(zeros, 9, mtime=0)
    nested = page
    for _ in range(10):
        nested = gzip.compress(nested, 9, mtime=0)
    whole = gzip.compress(page, mtime=0)
    deflated = zlib.compress(page)
    encoded = {
        "gzip_bomb": (squeezed, "gzip"),
        "gzip_bomb_of_a_bomb": (gzip.compress(squeezed, 9, mtime=0), "gzip, gzip"),
        "brotli_bomb": (brotli.compress(zeros, quality=5), "br"),
        "deflate_bomb": (zlib.compress(zeros, 9), "deflate"),
        "gzip_ten_deep": (nested, ", ".join(["gzip"] * 10)),
        "gzip_ten_deep_named_once": (nested, "gzip"),
        "gzip_named_a_thousand_times": (whole, ", ".join(["gzip"] * 1000)),
        "gzip_bad_checksum": (whole[:-8] + b"\0" * 8, "gzip"),
        "gzip_cut": (whole[:-20], "gzip"),
        "gzip_header_only": (whole[:10], "gzip"),
        "gzip_two_members": (whole + whole, "gzip"),
        "gzip_trailing_garbage": (whole + b"garbage" * 100, "gzip"),
        "gzip_named_but_plain": (page, "gzip"),
        "gzip_flags_all_set": (b"\x1f\x8b\x08\xff" + whole[4:], "gzip"),
        "deflate_raw": (deflated[2:-4], "deflate"),
        "deflate_cut": (deflated[:-30], "deflate"),
        "brotli_named_but_plain": (page, "br"),
        "brotli_cut": (brotli.compress(page)[:-5], "br"),
        "zstd_named_but_plain": (page, "zstd"),
        "unknown_encoding": (page, "x-squash"),
        "empty_encoding": (page, ""),
        "identity": (page, "identity"),
        "empty_gzip": (gzip.compress(b"", mtime=0), "gzip"),
        "no_body_gzip": (b"", "gzip"),
    }
    for name, (body, encoding) in encoded.items():
        yield name, _archive(http(body, f"Content-Encoding: {encoding}"))
    chunk = b"%x\r\n%s\r\n0\r\n\r\n" % (len(page), page)
    chunked = {
        "chunks": chunk,
        "chunk_size_huge": b"ffffffffffffffff\r\n" + page,
        "chunk_size_negative": b"-5\r\n" + page,
        "chunk_size_no_number": b"zz\r\n" + page,
        "chunk_size_endless": b"1" * _many(1_000_000, scale) + b"\r\n" + page,
        "chunk_extension_long": b"5;" + b"x" * _many(1_000_000, scale) + b"\r\nhello\r\n0\r\n\r\n",
        "chunks_of_one_byte": b"".join(b"1\r\n%c\r\n" % byte for byte in page) + b"0\r\n\r\n",
        "chunks_unfinished": chunk[:-8],
        "chunks_named_but_plain": page,
        "chunk_trailers": chunk[:-2] + b"X: y\r\n" * _many(10_000, scale) + b"\r\n",
        "only_empty_chunk": b"0\r\n\r\n",
    }
    for name, body in chunked.items():
        yield name, _archive(http(body, "Transfer-Encoding: chunked"))
    yield "chunked_gzip", _archive(http(b"%x\r\n%s\r\n0\r\n\r\n" % (len(whole), whole), "Transfer-Encoding: chunked",
                                        "Content-Encoding: gzip"))  # fmt: skip
    yield "length_too_small", _archive(http(page, "Content-Length: 3"))
    yield "length_too_large", _archive(http(page, "Content-Length: 99999999999"))
    yield "one_byte_repeated", _archive(http(b"a" * _many(1 << 28, scale)))
    yield "member_bomb", gzip.compress(zeros, 9, mtime=0)
    yield "record_bomb", _archive(http(b"<p>" * _many(1 << 26, scale)))


def _markup(scale: float) -> Iterator[tuple[str, bytes]]:
    """Deep, wide and broken markup."""
    many = _many(1_000_000, scale)
    for tag in TAGS:
        yield f"deep_{tag}", _archive(http(_html(f"<{tag}>" * _many(200_000, scale) + PROSE)))
        yield f"wide_{tag}", _archive(http(_html(f"<{tag}>a</{tag}>" * _many(100_000, scale))))
    broken = {
        "table_cells": "<table>" + "<tr>" + "<td>" * _many(10_000_000, scale),
        "tags_unclosed_angle": "<" * many,
        "tags_close_only": "</p>" * many,
        "attributes_many": "<p " + "a=1 " * many + ">" + PROSE * 20,
        "attributes_distinct": "<p " + " ".join(f"a{n}=1" for n in range(_many(300_000, scale))) + ">" + PROSE * 20,
        "attribute_long": f"<p class='{'x ' * many}'>{PROSE * 20}</p>",
        "attribute_unclosed": f"<p class='{PROSE * 20}</p>" + "x" * many,
        "style_long": f"<p style='{'color:red;' * _many(100_000, scale)}'>{PROSE * 20}</p>",
        "comment_unclosed": PROSE * 20 + "<!-- " + "x" * many,
        "comments_many": "<!-- -->" * many + PROSE,
        "comment_dashes": "<!--" + "-" * many + ">" + PROSE,
        "script_unclosed": PROSE * 20 + "<script>" + "x" * many,
        "script_many": "<script>1</script>" * _many(200_000, scale) + PROSE,
        "cdata": "<![CDATA[" + "]]" * many,
        "doctype_long": f"<!doctype {'x' * many}>{PROSE}",
        "entities_many": "&amp;" * many,
        "entities_unfinished": "&amp" * many,
        "entities_unknown": "&nosuch;" * many,
        "entity_name_endless": "&" + "a" * many,
        "numeric_huge": "&#" + "9" * many + ";",
        "numeric_many": "&#65;" * many,
        "numeric_surrogates": "&#xD800;&#xDFFF;" * _many(100_000, scale),
        "numeric_nul": "&#0;" * _many(100_000, scale),
        "ampersands": "&" * many,
        "title_long": f"<title>{'t' * many}</title>{PROSE}",
        "headings_many": "<h1>a</h1>" * _many(100_000, scale),
        "breaks_many": "a<br>" * many,
        "rules_many": "<hr>" * many,
        "links_many": "<a href=/x>link</a> " * _many(200_000, scale),
        "images_data": f"<img src='data:image/png;base64,{'A' * many}'>{PROSE * 20}",
        "misnested": "<b><i></b></i>" * _many(100_000, scale),
        "table_in_table": "<table><tr><td>" * _many(50_000, scale),
        "frameset": "<frameset><frame src=x>" * _many(10_000, scale),
        "plaintext": "<plaintext>" + "<p>" * many,
        "base_href": "<base href='javascript:alert(1)'>" + PROSE * 20,
        "meta_refresh": "<meta http-equiv=refresh content='0;url=javascript:alert(1)'>" + PROSE * 20,
        "meta_many": "<meta name=robots content=noai>" * _many(100_000, scale) + PROSE,
        "processing": "<?xml version='1.0'?>" * _many(100_000, scale) + PROSE,
        "null_in_tags": "<p\0 cla\0ss='a'>" * _many(100_000, scale) + PROSE,
        "slashes": "<p/////>" * _many(100_000, scale) + PROSE,
        "event_handlers": "<p onclick='alert(1)'>" + PROSE * 20 + "<script>alert(1)</script>",
        "quotes": "\"'" * many,
        "equals": "<p =" + "=" * many + ">" + PROSE,
    }
    for name, body in broken.items():
        yield name, _archive(http(_html(body)))


def _charsets(scale: float) -> Iterator[tuple[str, bytes]]:
    """Every declared charset over bytes that are not in it."""
    rng = random.Random(7)
    noise = rng.randbytes(20_000)
    page = _html(f"<p>{PROSE * 30} äöü 中文 русский</p>")
    for charset in CHARSETS:
        kind = f"text/html; charset={charset}"
        yield f"{charset}_noise", _archive(http(b"<html><p>" + noise, content_type=kind))
        yield f"{charset}_over_utf8", _archive(http(page, content_type=kind))
        meta = f"<meta charset={charset}>".encode()
        yield (
            f"{charset}_meta_over_utf16",
            _archive(http(meta + page.decode().encode("utf-16"), content_type="text/html")),
        )
    yield "bom_against_header", _archive(http(b"\xef\xbb\xbf" + page, content_type="text/html; charset=koi8-r"))
    yield "half_a_bom", _archive(http(b"\xef\xbb" + page))
    yield "mixed", _archive(http(page + page.decode().encode("utf-16le") + noise))
    yield "charset_long", _archive(http(page, content_type="text/html; charset=" + "x" * _many(1_000_000, scale)))
    yield "charset_hostile", _archive(http(page, content_type="text/html; charset=\x1b[31m<script>\0"))
    yield (
        "escape_sequences",
        _archive(http(b"\x1b$B" * _many(300_000, scale), content_type="text/html; charset=iso-2022-jp")),
    )


def _texts(scale: float) -> Iterator[tuple[str, bytes]]:
    """Text that regular expressions and rules choke on, as HTML and as plain text."""
    many = _many(500_000, scale)
    texts = {
        "letters": "a" * many,
        "dots": "." * many,
        "newlines": "\n" * many + PROSE,
        "spaces": " " * many + PROSE,
        "tabs_and_lines": "\t\n" * many,
        "digits": "1" * many,
        "digits_spaced": "1 " * many,
        "dashes": "1-" * many,
        "brackets": "(" * many,
        "braces": "{" * many,
        "at_signs": "@" * many,
        "mail_chain": "a@a." * many,
        "mail_dots": "a." * many + "@b.com",
        "urls": "http://" * _many(100_000, scale),
        "card_numbers": "4111 1111 1111 1111 " * _many(20_000, scale),
        "phones": "+1 212 555 0147 " * _many(20_000, scale),
        "ibans": "DE89370400440532013000 " * _many(20_000, scale),
        "ipv6": "1:" * many,
        "ipv4": "1.1.1.1." * _many(100_000, scale),
        "ssn": "123-45-6789 " * _many(20_000, scale),
        "key_blocks": "-----BEGIN RSA PRIVATE KEY-----\n" * _many(20_000, scale),
        "key_unclosed": "-----BEGIN RSA PRIVATE KEY-----\n" + "QUJD" * many,
        "secrets": "AKIAABCDEFGHIJKLMNOP " * _many(20_000, scale),
        "streets": "12 Main Street, " * _many(20_000, scale),
        "one_word_repeated": "river " * many,
        "distinct_words": " ".join(f"w{number}" for number in range(_many(200_000, scale))),
        "long_words": ("x" * 10_000 + " ") * _many(50, scale),
        "one_line_of_prose": PROSE * _many(5_000, scale),
        "lines_of_one": "a\n" * many,
        "bullets": "• point\n" * _many(100_000, scale),
        "ellipses": "and so on...\n" * _many(100_000, scale),
        "lorem": "lorem ipsum " * _many(50_000, scale),
        "javascript": "Please enable javascript. " * _many(20_000, scale),
        "same_paragraph": (PROSE + "\n\n") * _many(3_000, scale),
        "combining": "e" + "\u0301" * many,
        "combining_lines": ("e" + "\u0301" * 1000 + "\n") * _many(300, scale),
        "zero_width": "a\u200b" * many,
        "joiners": "👩\u200d👩\u200d👧 " * _many(50_000, scale),
        "bidi": "\u202e\u2066" * _many(100_000, scale) + PROSE,
        "tag_characters": "".join(chr(0xE0000 + n % 128) for n in range(_many(100_000, scale))),
        "private_use": "\ue000\uf8ff" * _many(100_000, scale),
        "noncharacters": "\ufffe\uffff" * _many(100_000, scale),
        "replacement": "\ufffd" * many,
        "nul": "\0" * many + PROSE,
        "escapes": "\x1b[31m\x1b]0;title\x07" * _many(50_000, scale) + PROSE,
        "separators": "\u2028\u2029\x85\x0b\x0c" * _many(100_000, scale),
        "chinese": "这是一个测试。" * _many(50_000, scale),
        "thai": "ภาษาไทยไม่มีช่องว่าง" * _many(20_000, scale),
        "arabic": "هذا نص طويل جدا " * _many(30_000, scale),
        "turkish_i": "İıI" * _many(100_000, scale),
        "ligatures": "ﬃ㍿﷽" * _many(50_000, scale),
        "numbers_long": "9" * _many(400_000, scale) + ".0",
        "quotes": "\u201c\u201d" * many,
        "hashes": "# " * many,
        "slurs_of_markup": "<script>alert(1)</script>" * _many(20_000, scale),
        "templates": "{{7*7}}${7*7}<%= 7 %>" * _many(20_000, scale),
        "formulas": "=cmd|'/c calc'!A1\n" * _many(20_000, scale),
        "sql": "'; DROP TABLE pages; --" * _many(20_000, scale),
        "paths": "../../../../etc/passwd " * _many(20_000, scale),
    }
    for name, text in texts.items():
        escaped = text.replace("&", "&amp;").replace("<", "&lt;")
        yield f"{name}_html", _archive(http(_html(f"<article><p>{escaped}</p></article>")))
        plain = record(URL, text.encode("utf-8", "surrogatepass"), "conversion", "Content-Type: text/plain")
        yield f"{name}_wet", gzip.compress(plain, 6, mtime=0)


def _http_headers(scale: float) -> Iterator[tuple[str, bytes]]:
    """Blocks that are hardly HTTP."""
    body = _html(f"<p>{PROSE * 20}</p>")
    blocks = {
        "no_status": b"Content-Type: text/html\r\n\r\n" + body,
        "status_huge": b"HTTP/1.1 99999999999999999999 OK\r\n\r\n" + body,
        "status_word": b"HTTP/1.1 OK OK\r\nContent-Type: text/html\r\n\r\n" + body,
        "status_negative": b"HTTP/1.1 -200 OK\r\n\r\n" + body,
        "version_wild": b"HTTP/9999.9999 200\r\nContent-Type: text/html\r\n\r\n" + body,
        "no_blank_line": b"HTTP/1.1 200 OK\r\nContent-Type: text/html",
        "only_status": b"HTTP/1.1 200 OK",
        "http_09": body,
        "empty": b"",
        "header_long": b"HTTP/1.1 200 OK\r\nX: " + b"x" * _many(5_000_000, scale) + b"\r\n\r\n" + body,
        "headers_many": b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * _many(500_000, scale) + b"\r\n" + body,
        "headers_folded": b"HTTP/1.1 200 OK\r\nX: y\r\n" + b" z\r\n" * _many(100_000, scale) + b"\r\n" + body,
        "header_nul": b"HTTP/1.1 200 OK\r\nContent-Type: text/html\0\r\n\r\n" + body,
        "header_no_colon": b"HTTP/1.1 200 OK\r\nContentType text html\r\n\r\n" + body,
        "header_bytes": b"HTTP/1.1 200 OK\r\nContent-Type: \xff\xfe\x80\r\n\r\n" + body,
        "types_many": b"HTTP/1.1 200 OK\r\n" + b"Content-Type: text/html\r\n" * _many(10_000, scale) + b"\r\n" + body,
        "type_params_many": b"HTTP/1.1 200 OK\r\nContent-Type: text/html"
        + b";a=b" * _many(100_000, scale)
        + b"\r\n\r\n"
        + body,
        "type_quotes": b'HTTP/1.1 200 OK\r\nContent-Type: text/html; charset="'
        + b'\\"' * _many(10_000, scale)
        + b"\r\n\r\n"
        + body,
        "lf_only": b"HTTP/1.1 200 OK\nContent-Type: text/html\n\n" + body,
        "cr_only": b"HTTP/1.1 200 OK\rContent-Type: text/html\r\r" + body,
        "robots_long": b"HTTP/1.1 200 OK\r\nX-Robots-Tag: " + b"noai, " * _many(100_000, scale) + b"\r\n\r\n" + body,
        "type_image": b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n\r\n\x89PNG" + body,
        "binary_as_html": b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + random.Random(3).randbytes(100_000),
    }
    for name, block in blocks.items():
        yield name, _archive(block)


def _warc_headers(scale: float) -> Iterator[tuple[str, bytes]]:
    """Records that lie about themselves, each before an honest one."""
    block = http(_html(f"<p>{PROSE * 20}</p>"))
    honest = record(URL + "honest", block)
    lengths = {
        "too_small": len(block) - 50,
        "too_large": len(block) + 50,
        "negative": -1,
        "no_number": "many",
        "huge": 10**30,
        "empty": "",
        "float": "12.5",
        "digits_of_others": "١٢٣",
        "endless": "9" * _many(1_000_000, scale),
    }
    for name, length in lengths.items():
        for packed, pack in (("gz", lambda data: gzip.compress(data, 6, mtime=0)), ("plain", bytes)):
            yield f"length_{name}_{packed}", pack(record(URL, block, length=length)) + pack(honest)
    plain = record(URL, block)
    edits = {
        "no_type": plain.replace(b"WARC-Type: response\r\n", b""),
        "type_unknown": plain.replace(b"response", b"surprise", 1),
        "version_unknown": plain.replace(b"WARC/1.0", b"WARC/9.9"),
        "version_missing": plain.replace(b"WARC/1.0\r\n", b""),
        "no_uri": plain.replace(b"WARC-Target-URI: " + URL.encode() + b"\r\n", b""),
        "no_date": plain.replace(b"WARC-Date: 2024-05-06T07:08:09Z\r\n", b""),
        "date_wild": plain.replace(b"2024-05-06T07:08:09Z", b"99999-99-99T99:99:99+99:99"),
        "date_hostile": plain.replace(b"2024-05-06T07:08:09Z", b"\x1b[31m<script>"),
        "no_length": plain.replace(b"Content-Length: ", b"Content-Lenght: "),
        "lf_only": plain.replace(b"\r\n", b"\n", 8),
        "lower_case": plain.lower(),
        "no_end": plain[:-4],
        "extra_end": plain + b"\r\n" * 1000,
        "header_long": plain.replace(b"WARC-Type", b"X: " + b"x" * _many(10_000_000, scale) + b"\r\nWARC-Type", 1),
        "headers_many": plain.replace(b"WARC-Type", b"X: y\r\n" * _many(300_000, scale) + b"WARC-Type", 1),
        "header_nul": plain.replace(b"WARC-Type", b"X: \0\0\r\nWARC-Type", 1),
        "twice_typed": plain.replace(b"WARC-Type", b"WARC-Type: request\r\nWARC-Type", 1),
        "digest_wrong": plain.replace(b"WARC-Type", b"WARC-Payload-Digest: sha1:AAAA\r\nWARC-Type", 1),
        "segment": plain.replace(b"WARC-Type", b"WARC-Segment-Number: 2\r\nWARC-Type", 1),
        "truncated_note": plain.replace(b"WARC-Type", b"WARC-Truncated: length\r\nWARC-Type", 1),
    }
    for name, data in edits.items():
        yield name, gzip.compress(data, 6, mtime=0) + gzip.compress(honest, 6, mtime=0)


def _addresses(scale: float) -> Iterator[tuple[str, bytes]]:
    """Addresses that are no addresses, or attack whoever shows or stores them."""
    block = http(_html(f"<p>{PROSE * 20}</p>"))
    for name, url in {
        "javascript": "javascript:alert(document.cookie)",
        "data": "data:text/html,<script>alert(1)</script>",
        "file": "file:///etc/passwd",
        "parents": "http://h.example/../../../../etc/passwd",
        "markup": "http://h.example/<script>alert(1)</script>\"'>",
        "ansi": "http://h.example/\x1b[31mred\x1b]0;x\x07",
        "bidi": "http://h.example/\u202egpj.exe",
        "nul": "http://h.example/\0\0",
        "long": "http://h.example/" + "a" * _many(2_000_000, scale),
        "escapes": "http://h.example/" + "%25" * _many(300_000, scale),
        "escapes_broken": "http://h.example/%zz%u1234%",
        "host_long": "http://" + "a." * _many(100_000, scale) + "example/",
        "host_dots": "http://" + "." * _many(100_000, scale) + "/",
        "punycode": "http://xn--" + "a" * 200 + ".example/",
        "punycode_bomb": "http://" + "xn--0000h." * 500 + "example/",
        "unicode_host": "http://ｅｘａｍｐｌｅ．ｃｏｍ/",
        "port": "http://h.example:99999999999/",
        "user": "http://user:password@h.example/",
        "ipv6": "http://[::1%25eth0]:80/",
        "ipv6_open": "http://[::1/",
        "number_host": "http://0x7f000001/",
        "queries": "http://h.example/?" + "a=b&" * _many(200_000, scale),
        "no_scheme": "h.example/page",
        "empty": "",
        "spaces": "http://h.example/a b\tc",
        "surrogate": "http://h.example/\udcff",
    }.items():
        line = url.encode("utf-8", "surrogateescape")
        yield name, gzip.compress(record("@", block).replace(b"@", line, 1), 6, mtime=0)


def _damage(scale: float) -> Iterator[tuple[str, bytes]]:
    """An honest archive of three pages with one byte changed, or cut, at places over its whole length."""
    pages = [record(f"{URL}{n}", http(_html(f"<p>{PROSE * (20 + n)}</p>"))) for n in range(3)]
    whole = b"".join(gzip.compress(each, 6, mtime=0) for each in pages)
    for step in range(30):
        at = step * len(whole) // 30
        yield f"flip_{step:02d}", whole[:at] + bytes([whole[at] ^ 0x55]) + whole[at + 1 :]
        yield f"cut_{step:02d}", whole[:at] if step else whole[:-1]
