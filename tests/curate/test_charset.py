"""Which charset a page is in."""

import csv
from pathlib import Path

import pytest

from curate.warc.charset import CODECS, codec_of, decide_charset, decode, meta_charset, utf8_of
from curate.warc.reading import read_pages

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"

GERMAN = "Die Bürger müssen größere Ärgernisse über höhere Gebühren äußern, sagt der Präsident. "
RUSSIAN = "Городской совет собрался во вторник, чтобы обсудить новый мост через реку и его стоимость. "
JAPANESE = "市議会は火曜日に集まり、新しい橋の建設費用について話し合いました。カタカナもあります。"
CHINESE = "市议会星期二开会讨论建造新桥的费用以及修理旧桥的计划。大家都很高兴。"
TAIWANESE = "市議會星期二開會討論建造新橋的費用以及修理舊橋的計畫。大家都很高興。"
KOREAN = "시의회는 화요일에 모여 새로운 다리의 비용과 오래된 다리의 수리 계획을 논의했다. "
GREEK = "Το δημοτικό συμβούλιο συνεδρίασε την Τρίτη για να συζητήσει τη νέα γέφυρα και το κόστος της. "

LEGACY = [
    (GERMAN, "cp1252", "iso-8859-1"),
    (RUSSIAN, "cp1251", "windows-1251"),
    (RUSSIAN, "koi8-r", "koi8-r"),
    (JAPANESE, "cp932", "shift_jis"),
    (JAPANESE, "euc_jp", "euc-jp"),
    (CHINESE, "gb18030", "gb2312"),
    (TAIWANESE, "big5hkscs", "big5"),
    (KOREAN, "cp949", "euc-kr"),
    (GREEK, "iso8859-7", "iso-8859-7"),
    (JAPANESE, "iso2022_jp_2", "iso-2022-jp"),
]


def markup(text: str, head: str = "") -> str:
    """A page with some text."""
    return f"<!DOCTYPE html><html><head>{head}<title>x</title></head><body><p>{text * 5}</p></body></html>"


@pytest.mark.parametrize(("text", "codec", "label"), LEGACY)
@pytest.mark.parametrize("where", ["http", "meta", "http-equiv"])
def test_what_is_declared_truly_is_taken(text: str, codec: str, label: str, where: str) -> None:
    """A true declaration, in the header or in either kind of meta, decides."""
    metas = {
        "http": "",
        "meta": f"<meta charset='{label}'>",
        "http-equiv": f'<META http-equiv=Content-Type content="text/html; charset={label.upper()}">',
    }
    html = markup(text, metas[where])
    charset = decide_charset(html.encode(codec), label if where == "http" else "")
    assert decode(html.encode(codec), charset) == html


@pytest.mark.parametrize(("text", "codec", "label"), LEGACY)
def test_utf8_is_recognised_under_any_false_label(text: str, codec: str, label: str) -> None:
    """A page in UTF-8 is read as UTF-8 whatever legacy charset its header claims."""
    html = markup(text)
    assert decide_charset(html.encode(), label) == "utf-8"


@pytest.mark.parametrize(("text", "codec", "label"), LEGACY[:-1])
def test_false_utf8_and_no_label_are_detected(text: str, codec: str, label: str) -> None:
    """A legacy page that claims UTF-8, or claims nothing, is told by its bytes."""
    html = markup(text)
    for claimed in ("utf-8", "", "klingon"):
        assert decode(html.encode(codec), decide_charset(html.encode(codec), claimed)) == html


@pytest.mark.parametrize(
    ("codec", "false"), [("cp932", "euc-jp"), ("euc_jp", "shift_jis"), ("gb18030", "shift_jis"), ("cp949", "shift_jis")]
)
def test_a_multi_byte_label_that_does_not_decode_is_dropped(codec: str, false: str) -> None:
    """Text that makes no sense in the multi-byte charset it claims is read in the one it is in."""
    text = {"gb18030": CHINESE, "cp949": KOREAN}.get(codec, JAPANESE)
    html = markup(text)
    assert decode(html.encode(codec), decide_charset(html.encode(codec), false)) == html


def test_a_byte_order_mark_wins() -> None:
    """A byte order mark decides over header and meta, and is not part of the text."""
    html = markup(RUSSIAN, "<meta charset=koi8-r>")
    for codec in ("utf-8-sig", "utf-16"):
        assert decode(html.encode(codec), decide_charset(html.encode(codec), "windows-1251")) == html


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
def test_utf16_without_a_mark(codec: str) -> None:
    """UTF-16 is told from its zeros; a page of ASCII that claims it is not."""
    html = markup("plain words ")
    assert decode(html.encode(codec), decide_charset(html.encode(codec))) == html
    assert decide_charset(html.encode(), "utf-16") == "utf-8"
    assert decide_charset(markup("x", "<meta charset=utf-16>").encode()) == "utf-8"


def test_a_few_broken_bytes_do_not_change_utf8() -> None:
    """UTF-8 with a stray byte stays UTF-8, with one replacement."""
    html = markup(RUSSIAN).encode()
    broken = html[:200] + b"\xe9" + html[200:]
    assert decide_charset(broken, "utf-8") == decide_charset(broken) == "utf-8"
    assert decode(broken, "utf-8").count("\ufffd") <= 2


def test_header_before_meta() -> None:
    """Where header and meta disagree and both could be, the header wins, as in browsers."""
    html = markup(RUSSIAN, "<meta charset=koi8-r>").encode("cp1251")
    assert decide_charset(html, "windows-1251") == "cp1251"


@pytest.mark.parametrize(
    ("head", "codec"),
    [
        (b"<!-- <meta charset=koi8-r> --><meta charset=euc-kr>", "cp949"),
        (b"<meta name=x content='charset'><meta charset=big5>", "big5hkscs"),
        (b"<meta charset=klingon><meta charset=gbk>", "gb18030"),
        (b'<?xml version="1.0" encoding="iso-8859-2"?><html>', "iso8859-2"),
        (b"<meta charset=x-user-defined>", "cp1252"),
        (b" " * 3000 + b"<meta charset=koi8-r>", "koi8-r"),
        (b" " * 9000 + b"<meta charset=koi8-r>", ""),
        (b"<p>no declaration, charset=koi8-r", ""),
        (b"<meta", ""),
        (b"", ""),
    ],
)
def test_meta_prescan(head: bytes, codec: str) -> None:
    """The first meta that names a known charset counts, comments and plain text do not."""
    assert meta_charset(head) == codec


def test_labels_follow_the_encoding_standard() -> None:
    """Labels are read as browsers read them, and every codec exists."""
    labels = ("ISO-8859-1", "ascii", " utf8\n", "gb2312", "Shift_JIS", "ks_c_5601-1987")
    assert [codec_of(label) for label in labels] == [
        "cp1252", "cp1252", "utf-8", "gb18030", "cp932", "cp949",
    ]  # fmt: skip
    assert all("a".encode(codec) for codec in set(CODECS.values()))


@pytest.mark.parametrize(
    "html", [b"", b"\xff", b"\xfe\xff", b"\xef\xbb\xbf", b"\0" * 100, bytes(range(256)) * 50, b"<meta charset=" * 9]
)
@pytest.mark.parametrize(
    "label", ["", "utf-8", "utf-16", "\x00", "idna", "rot13", "base64", "gb2312", "iso-2022-jp", "x" * 5000, "\ud800"]
)
def test_nothing_raises(html: bytes, label: str) -> None:
    """Any bytes under any label, codecs of Python that are no charsets included, give text."""
    charset = decide_charset(html, label)
    assert isinstance(decode(html, charset), str)
    assert isinstance(decode(html, label), str)


@pytest.mark.skipif(not SHARED.exists(), reason="needs the shared measuring data beside the repository")
def test_real_pages_with_false_labels() -> None:
    """Of real pages with a false label, all are read as in their true charset."""
    with (SHARED / "crawl" / "dev.pages.tsv").open(newline="") as file:
        rows = {row["url"]: row for row in csv.DictReader(file, delimiter="\t")}
    false = [
        (page, codec_of(rows[page.url]["charset"]))
        for page in read_pages(SHARED / "crawl" / "dev.warc.gz")
        if rows[page.url]["content_type_note"] == "wrong charset"
    ]
    assert len(false) == 97
    assert all(decode(page.html, page.charset) == decode(page.html, truth) for page, truth in false)


@pytest.mark.parametrize(
    ("html", "charset"),
    [
        (b"", ""), (b"\xef\xbb\xbf<p>plain", ""), ("<p>na\u00efve".encode(), ""), ("<p>na\u00efve".encode(), "cp1252"),
        (b"<p>broken \xc3( utf-8 \xe2\x82", "utf-8"), ("\u65e5\u672c".encode("shift_jis"), "cp932"), (b"<p>x", "cp949"),
        (b"<\0p\0>\0a\0", "utf-16-le"), (b"\x1b$BF|\x1b(B", "iso2022_jp_2"), (b"a~{VPND~}", "hz"), (b"<p>x", "klingon"),
    ],
)  # fmt: skip
def test_utf8_is_what_decoding_and_encoding_gives(html: bytes, charset: str) -> None:
    """Bytes that are UTF-8 or ASCII already take a short way, with the same end."""
    assert utf8_of(html, charset) == decode(html, charset or decide_charset(html)).encode("utf-8", "replace")


@pytest.mark.parametrize("codec", sorted(set(CODECS.values())))
def test_ascii_is_read_as_every_codec_reads_it(codec: str) -> None:
    """All ASCII bytes, with pairs that a few codecs take for a sequence of theirs."""
    html = bytes(range(128)) * 2 + b"~{VP~} \x1b$BF|\x1b(B +/-"
    assert utf8_of(html, codec) == decode(html, codec).encode("utf-8", "replace")
