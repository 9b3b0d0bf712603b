"""Which charset a page is in: by the HTML standard's order, and by its bytes where what is declared cannot be.

The order is byte order mark, HTTP header, `<meta>`, detection. Some pages declare a charset they are not in, so what is
declared is checked against the bytes: text in a legacy charset is practically never valid UTF-8 by chance, and text in
one multi-byte charset seldom decodes in another without errors.
"""

import codecs
import re

META_BYTES = 1024  # as far as the standard's prescan looks
LATE_META_BYTES = 1 << 13  # the standard's parser heeds a later one too, and starts over
CHECKED_BYTES = 1 << 18  # of a page; enough to tell charsets apart
DETECTED_BYTES = 1 << 14

_LABELS = {
    "utf-8": "utf-8 utf8 unicode-1-1-utf-8 unicode11utf8 unicode20utf8 x-unicode20utf8 utf_8 utf-8-sig utf8mb4",
    "cp866": "866 cp866 csibm866 ibm866",
    "iso8859-2": "csisolatin2 iso-8859-2 iso-ir-101 iso8859-2 iso88592 iso_8859-2 iso_8859-2:1987 l2 latin2",
    "iso8859-3": "csisolatin3 iso-8859-3 iso-ir-109 iso8859-3 iso88593 iso_8859-3 iso_8859-3:1988 l3 latin3",
    "iso8859-4": "csisolatin4 iso-8859-4 iso-ir-110 iso8859-4 iso88594 iso_8859-4 iso_8859-4:1988 l4 latin4",
    "iso8859-5": "csisolatincyrillic cyrillic iso-8859-5 iso-ir-144 iso8859-5 iso88595 iso_8859-5 iso_8859-5:1988",
    "iso8859-6": "arabic asmo-708 csiso88596e csiso88596i csisolatinarabic ecma-114 iso-8859-6 iso-8859-6-e "
    "iso-8859-6-i iso-ir-127 iso8859-6 iso88596 iso_8859-6 iso_8859-6:1987",
    "iso8859-7": "csisolatingreek ecma-118 elot_928 greek greek8 iso-8859-7 iso-ir-126 iso8859-7 iso88597 iso_8859-7 "
    "iso_8859-7:1987 sun_eu_greek",
    "iso8859-8": "csiso88598e csisolatinhebrew hebrew iso-8859-8 iso-8859-8-e iso-ir-138 iso8859-8 iso88598 iso_8859-8 "
    "iso_8859-8:1988 visual csiso88598i iso-8859-8-i logical",
    "iso8859-10": "csisolatin6 iso-8859-10 iso-ir-157 iso8859-10 iso885910 l6 latin6",
    "iso8859-13": "iso-8859-13 iso8859-13 iso885913",
    "iso8859-14": "iso-8859-14 iso8859-14 iso885914",
    "iso8859-15": "csisolatin9 iso-8859-15 iso8859-15 iso885915 iso_8859-15 l9 latin9 latin-9",
    "iso8859-16": "iso-8859-16",
    "koi8-r": "cskoi8r koi koi8 koi8-r koi8_r",
    "koi8-u": "koi8-ru koi8-u",
    "mac-roman": "csmacintosh mac macintosh x-mac-roman",
    "cp874": "dos-874 iso-8859-11 iso8859-11 iso885911 tis-620 windows-874 cp874 tis620",
    "cp1250": "cp1250 windows-1250 x-cp1250 win-1250",
    "cp1251": "cp1251 windows-1251 x-cp1251 win-1251 win1251 windows1251",
    "cp1252": "ansi_x3.4-1968 ascii cp1252 cp819 csisolatin1 ibm819 iso-8859-1 iso-ir-100 iso8859-1 "
    "iso88591 iso_8859-1 "
    "iso_8859-1:1987 l1 latin1 us-ascii windows-1252 x-cp1252 x-user-defined latin-1 iso8859_1 "
    "iso-latin-1 ansi win-1252",
    "cp1253": "cp1253 windows-1253 x-cp1253",
    "cp1254": "cp1254 csisolatin5 iso-8859-9 iso-ir-148 iso8859-9 iso88599 iso_8859-9 iso_8859-9:1989 l5 latin5 "
    "windows-1254 x-cp1254",
    "cp1255": "cp1255 windows-1255 x-cp1255",
    "cp1256": "cp1256 windows-1256 x-cp1256",
    "cp1257": "cp1257 windows-1257 x-cp1257",
    "cp1258": "cp1258 windows-1258 x-cp1258",
    "mac-cyrillic": "x-mac-cyrillic x-mac-ukrainian",
    "gb18030": "chinese csgb2312 csiso58gb231280 gb2312 gb_2312 gb_2312-80 gbk iso-ir-58 x-gbk gb18030 "
    "cp936 ms936 euc-cn",
    "big5hkscs": "big5 big5-hkscs cn-big5 csbig5 x-x-big5 big5hkscs big-5",
    "euc_jp": "cseucpkdfmtjapanese euc-jp x-euc-jp eucjp euc_jp x-euc",
    "iso2022_jp_2": "csiso2022jp iso-2022-jp jis",
    "cp932": "csshiftjis ms932 ms_kanji shift-jis shift_jis sjis windows-31j x-sjis cp932 shift_jis_ms",
    "cp949": "cseuckr csksc56011987 euc-kr iso-ir-149 korean ks_c_5601-1987 ks_c_5601-1989 ksc5601 "
    "ksc_5601 windows-949 "
    "uhc cp949 x-windows-949 ms949 euckr",
    "hz": "hz-gb-2312",
    "iso2022_kr": "csiso2022kr iso-2022-kr",
    "utf-16-be": "unicodefffe utf-16be",
    "utf-16-le": "csunicode iso-10646-ucs-2 ucs-2 unicode unicodefeff utf-16 utf-16le",
}
CODECS = {label: codec for codec, labels in _LABELS.items() for label in labels.split()}
_MULTI_BYTE = frozenset({"gb18030", "big5hkscs", "euc_jp", "iso2022_jp_2", "cp932", "cp949", "hz", "iso2022_kr"})
_UTF16 = frozenset({"utf-16-be", "utf-16-le"})
_ESCAPED = frozenset({"iso2022_jp_2", "hz", "iso2022_kr"})
_ASCII_BASED = frozenset(CODECS.values()) - _UTF16 - _ESCAPED  # where ASCII bytes are ASCII characters
_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))

_COMMENT = re.compile(rb"<!--.*?(?:-->|\Z)", re.DOTALL)
_META = re.compile(rb"<meta[\s/]([^>]*)", re.IGNORECASE)
_XML = re.compile(rb"""\s*<\?xml[^>]{0,256}?encoding\s*=\s*["']([A-Za-z0-9_.:\-]{1,40})""")
_CONTENT_CHARSET = re.compile(rb"""charset\s*+=\s*+(?:["']\s*+)?+([^\s"';>]{1,40})""", re.IGNORECASE)
_SEQUENCES = re.compile(rb"[\xc2-\xf4][\x80-\xbf]{1,3}")


def codec_of(label: str | bytes) -> str:
    """The Python codec that reads what a charset label stands for on the web, `""` for a label nobody knows.

    Source: WHATWG Encoding Standard, names and labels, with a few spellings seen in crawls.

    >>> codec_of("ISO-8859-1"), codec_of(" gb2312"), codec_of("klingon")
    ('cp1252', 'gb18030', '')
    """
    text = label.decode("latin-1") if isinstance(label, bytes) else label
    return CODECS.get(text.strip("\t\n\f\r \"'").lower(), "")


def meta_charset(html: bytes) -> str:
    """The codec a page's `<meta>` or XML declaration names, `""` when there is none; comments do not count.

    >>> meta_charset(b'<meta http-equiv="Content-Type" content="text/html; charset=koi8-r">')
    'koi8-r'
    """
    for size in (META_BYTES, LATE_META_BYTES):
        head = _COMMENT.sub(b"", html[:size])
        for meta in _META.finditer(head):
            label = _CONTENT_CHARSET.search(meta[1])
            codec = codec_of(label[1]) if label else ""
            if codec:
                return "utf-8" if codec in _UTF16 else codec
    declaration = _XML.match(html, 0, META_BYTES)
    codec = codec_of(declaration[1]) if declaration else ""
    return "utf-8" if codec in _UTF16 else codec


def decide_charset(html: bytes, http_charset: str = "") -> str:
    """The Python codec a page is to be decoded with; `http_charset` is the label in its HTTP header, if any.

    >>> decide_charset("<p>naïve café, déjà vu".encode(), "iso-8859-1")
    'utf-8'
    >>> decide_charset("<p>naïve café, déjà vu".encode("latin-1"), "iso-8859-1")
    'cp1252'
    """
    for mark, codec in _MARKS:
        if html.startswith(mark):
            return codec
    declared = codec_of(http_charset)
    if declared in _UTF16 or b"\0" in html[:64]:
        wide = _utf16(html)
        if wide:
            return wide
        declared = "" if declared in _UTF16 else declared
    declared = declared or meta_charset(html)
    if declared in _ESCAPED and _errors(html[:CHECKED_BYTES], declared) == 0:
        return declared
    if html.isascii():
        return declared or "utf-8"
    return _by_bytes(html[:CHECKED_BYTES], declared)


def _by_bytes(html: bytes, declared: str) -> str:
    """The charset of bytes that are not all ASCII, what is declared being one voice among others."""
    broken = _errors(html, "utf-8")
    if broken == 0 and (declared not in _MULTI_BYTE or _count(html, _LEADS) > 2):
        return "utf-8"
    sequences = len(_SEQUENCES.findall(html))
    if declared == "utf-8" and sequences > broken:
        return "utf-8"
    if declared and declared != "utf-8" and declared not in _MULTI_BYTE and sequences <= 10 * broken:
        return declared
    if sequences > 10 * broken:
        return "utf-8"
    if declared in _MULTI_BYTE and _errors(html, declared) * 200 <= _count(html, _HIGH):
        return declared
    return _detected(html, declared)


def _detected(html: bytes, declared: str) -> str:
    """Return what a detector says, unless the declared charset or none at all reads the bytes better."""
    from resiliparse.parse.encoding import detect_encoding

    # its own mapping to web charsets turns Korean cp949 into UTF-8
    found = codec_of(detect_encoding(html, max_len=DETECTED_BYTES, html5_compatible=False) or "")
    choices = [codec for codec in dict.fromkeys((found, declared, "cp1252")) if codec]
    return min(choices, key=lambda codec: _errors(html, codec))


def _utf16(html: bytes) -> str:
    """The byte order of UTF-16 without a mark, `""` when the bytes are not UTF-16: in markup "
    "every other byte is zero."""
    head = html[:META_BYTES]
    even, odd = head[0::2].count(0), head[1::2].count(0)
    half = max(1, len(head) // 2)
    if odd * 10 > half * 3 and even * 10 < half:
        return "utf-16-le"
    return "utf-16-be" if even * 10 > half * 3 and odd * 10 < half else ""


def _errors(html: bytes, codec: str) -> int:
    """Return how many places of the bytes a codec cannot read."""
    try:
        html.decode(codec)
    except UnicodeDecodeError as error:
        if error.end >= len(html) - 4 and error.start >= len(html) - 4:
            return 0  # a character cut where the looking ends
        return max(1, html.decode(codec, "replace").count("\ufffd"))
    return 0


def _is_utf8(html: bytes) -> bool:
    try:
        html.decode()
    except UnicodeDecodeError:
        return False
    return True


def utf8_of(html: bytes, charset: str = "") -> bytes:
    """A page's bytes as UTF-8: as they are, but for a byte order mark, where they are that already.

    `charset` is a Python codec name; what `decide_charset` finds when it is empty.

    >>> utf8_of(b"caf\\xe9", "cp1252"), utf8_of(b"\\xef\\xbb\\xbfcaf\\xc3\\xa9")
    (b'caf\\xc3\\xa9', b'caf\\xc3\\xa9')
    """
    codec = charset or decide_charset(html)
    if codec in _ASCII_BASED and html.isascii():
        return html
    if codec == "utf-8" and _is_utf8(html):
        return html.removeprefix(codecs.BOM_UTF8)
    return decode(html, codec).encode("utf-8", "replace")


def _count(html: bytes, some: bytes) -> int:
    return len(html) - len(html.translate(None, some))


_HIGH = bytes(range(0x80, 0x100))
_LEADS = bytes(range(0xC2, 0xF5))  # bytes that begin a character in UTF-8


def decode(html: bytes, charset: str) -> str:
    """Bytes as text: what cannot be read becomes U+FFFD, a byte order mark goes, an unknown codec is read as cp1252.

    >>> decode(b"\\xef\\xbb\\xbfcaf\\xc3\\xa9", "utf-8"), decode(b"caf\\xe9", "utf-8")
    ('café', 'caf�')
    """
    try:
        text = html.decode(charset, "replace")
    except (LookupError, UnicodeError, ValueError):
        text = html.decode("cp1252", "replace")
    return text.removeprefix("\ufeff")
