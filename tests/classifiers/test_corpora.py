"""Link dumps, encyclopaedia dumps and JSON Lines, written here in their true formats."""

import bz2
import json
import lzma
from pathlib import Path

import pytest

from curate.classifiers.training import corpora, wikipedia
from curate.classifiers.training.corpora import Submission, canonical_url, linked_urls, reddit_submissions
from tests.clock import takes_at_most

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"

POSTS = [
    {
        "url": "https://example.org/a",
        "score": 5,
        "subreddit": "Science",
        "over_18": False,
        "is_self": False,
        "domain": "example.org",
    },
    {"url": "https://www.example.org/a/#part", "score": 1, "subreddit": "news", "over_18": False, "is_self": False},
    {"url": "https://example.org/low", "score": 2, "subreddit": "news", "over_18": False, "is_self": False},
    {
        "url": "https://www.reddit.com/r/x/comments/1/",
        "score": 90,
        "subreddit": "x",
        "is_self": True,
        "domain": "self.x",
    },
    {"url": "https://adult.example.com/p", "score": 50, "subreddit": "y", "over_18": True, "is_self": False},
    {"url": "http://adult.example.com/p", "score": 9, "subreddit": "z", "over_18": False, "is_self": False},
    {"url": "https://i.imgur.com/x", "score": 900, "subreddit": "pics", "over_18": False, "is_self": False},
    {"url": "https://example.net/photo.JPG", "score": 900, "subreddit": "pics", "over_18": False, "is_self": False},
    {"url": "https://example.net/page", "score": None, "subreddit": None, "over_18": None},
    {"title": "no url"},
]


def _dump(posts: list[dict[str, object]]) -> bytes:
    return "".join(json.dumps(post) + "\n" for post in posts).encode()


def test_reddit_rules_by_hand(tmp_path: Path) -> None:
    """Of ten posts one link is left: scored, outbound, a page, and nowhere marked over 18."""
    path = tmp_path / "RS.xz"
    path.write_bytes(lzma.compress(_dump(POSTS) + b'not json\n[1, 2]\n\n{"url": 7}\n'))
    found = list(reddit_submissions(path))
    assert len(found) == 8
    assert linked_urls(found) == ["example.org/a"]
    assert linked_urls(found, min_score=2, blocked_subreddits={"news"}) == ["example.org/a"]
    assert linked_urls(found, min_score=2) == ["example.org/a", "example.org/low"]
    assert "adult.example.com/p" in linked_urls(found, allow_over_18=True)
    assert "i.imgur.com/x" in linked_urls(found, blocked_domains=())


def test_zstd_dumps_with_a_long_window_are_read(tmp_path: Path) -> None:
    """Dumps are written with a 2 GB window and in several frames; both are read to the end."""
    zstandard = pytest.importorskip("zstandard", reason="needs the optional zstandard")
    settings = zstandard.ZstdCompressionParameters(window_log=31, enable_ldm=True, compression_level=1)
    half = len(POSTS) // 2
    path = tmp_path / "RS.zst"
    path.write_bytes(
        b"".join(
            zstandard.ZstdCompressor(compression_params=settings).compress(_dump(part))
            for part in (POSTS[:half], POSTS[half:])
        )
    )
    assert linked_urls(reddit_submissions(path)) == ["example.org/a"]


@pytest.mark.skipif(not SHARED.exists(), reason="needs the shared measuring data beside the repository")
def test_a_real_dump_is_read() -> None:
    """The dump of July 2005 has over a thousand links, all of them usable keys in the end."""
    found = list(reddit_submissions(SHARED / "labelled/reddit_submissions/RS_v2_2005-07.xz"))
    urls = linked_urls(found)
    assert len(found) > 1000
    assert 500 < len(urls) < len(found)
    assert urls == sorted(set(urls))


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("http://Example.org", "example.org"),
        ("https://www.example.org:8443/A/B/", "example.org/A/B"),
        ("https://example.org/?b=1&a=2&fbclid=x", "example.org?a=2&b=1"),
        (" https://example.org/x#y ", "example.org/x"),
        ("ftp://example.org/x", ""),
        ("javascript:alert(1)", ""),
        ("http://[broken/", ""),
        ("http://localhost/x", ""),
        ("", ""),
    ],
)
def test_canonical_url(url: str, key: str) -> None:
    """The key is the same however a page was linked, and empty for what is no web address."""
    assert canonical_url(url) == key


def test_a_page_is_excluded_by_any_adult_post() -> None:
    """One post marked over 18 is enough, whichever comes first."""
    marked, plain = Submission("http://a.org/x", 9, "s", True), Submission("http://a.org/x", 9, "s", False)
    assert linked_urls([marked, plain]) == linked_urls([plain, marked]) == []


ARTICLE = """{{Infobox lighthouse|name=Rock {{nested|x}}}}
'''Rock Light''' is a [[lighthouse]] on the [[North Coast|northern coast]].<ref name="a">{{cite web|url=http://x.org}}</ref>
[[File:Rock.jpg|thumb|The [[tower]] in 1900]]
== History ==
* It was built in ''1847''.<ref name="a" />
{| class="wikitable"
! Year !! Height
|-
| 1847 || 34 m
|}
See [https://example.org the archive]. <!-- hidden -->
[[Category:Lighthouses]]"""


def test_wikitext_is_stripped_by_hand() -> None:
    """Prose, headings and items stay; templates, tables, files, references and comments go."""
    assert wikipedia.strip_wikitext(ARTICLE).split("\n") == [
        "Rock Light is a lighthouse on the northern coast.",
        "History",
        "It was built in 1847.",
        "See the archive.",
    ]


@pytest.mark.parametrize(
    ("wikitext", "text"),
    [
        ("From {{lang|fr|tour}}, {{convert|34|m|ft|abbr=on}} tall{{cn}}.", "From tour, 34 m tall."),
        ("Rock ({{IPA|x}}; {{lang}}) stands.", "Rock stands."),
        ("{{frac|1|2}} {{Circa|1847}} {{as of|2020}}", "1/2 c. 1847 As of 2020"),
        ("l'''Italia'' and ''it's'' and '''''both''''' now", "l'Italia and it's and both now"),
        ("''''Quoted'''' word", "'Quoted' word"),
        ("a &ndash; b&nbsp;c &lt;b&gt;<br />d", "a – b c <b>\nd"),
        ("before\n{| class=x\n| 1\n{|\n| 2\n|}\n| 3\n|}\nafter", "before\nafter"),
        ("x<ref name=a/> y<ref>z [[q]]</ref> <math>m</math>!<ref>unclosed", "x y !unclosed"),
        ("[[de:Feuer]]\n__NOTOC__\nend", "end"),
        ("<nowiki>[</nowiki>1]", "[1]"),
    ],
)
def test_constructs_are_stripped_by_hand(wikitext: str, text: str) -> None:
    """One construct at a time, as an article reads."""
    assert wikipedia.strip_wikitext(wikitext) == text


@pytest.mark.parametrize("text", ["<ref>", "[http://a ", "{{a|", "{|\n", "<!--", "[[a|", "'''", "=="])
def test_stripping_is_linear(text: str) -> None:
    """Half a megabyte of marks that nothing closes takes a moment, not minutes."""
    assert takes_at_most(5, lambda: wikipedia.strip_wikitext(text * (500_000 // len(text))))


@pytest.mark.parametrize("text", ["", "{{", "[[", "{{{{{{" * 50, "[[a|" * 50 + "]]" * 50, "<ref>", "'''''", "=", "{|"])
def test_stripping_is_total(text: str) -> None:
    """Broken marks never raise."""
    assert isinstance(wikipedia.strip_wikitext(text), str)


def test_xml_dumps_are_streamed(tmp_path: Path) -> None:
    """Articles of a multistream dump come in order; redirects, talk pages and stubs do not."""
    page = "<page><title>{title}</title><ns>{ns}</ns>{more}<revision><text>{text}</text></revision></page>"
    long = "A sentence about the coast and its lights. " * 10
    pages = [
        page.format(title="One", ns=0, more="", text=long),
        page.format(title="Talk:One", ns=1, more="", text=long),
        page.format(title="Uno", ns=0, more='<redirect title="One" />', text=long),
        page.format(title="Stub", ns=0, more="", text="Short."),
        page.format(title="Two &amp; three", ns=0, more="", text="'''Two'''. " + long),
    ]
    head = '<mediawiki xmlns="http://www.mediawiki.org/xml/export-0.11/"><siteinfo><sitename>W</sitename></siteinfo>'
    path = tmp_path / "dump.xml.bz2"
    path.write_bytes(
        bz2.compress((head + pages[0]).encode()) + bz2.compress(("".join(pages[1:]) + "</mediawiki>").encode())
    )
    found = list(wikipedia.wikipedia_xml(path))
    assert [title for title, _ in found] == ["One", "Two & three"]
    assert found[1][1].startswith("Two. A sentence")


def test_wikiextractor_files_are_read(tmp_path: Path) -> None:
    """Title and text of every article that is long enough."""
    path = tmp_path / "wiki_00"
    path.write_bytes(
        _dump([{"id": "1", "title": "A", "text": "x" * 300}, {"id": "2", "title": "B", "text": "short"}, {"id": "3"}])
    )
    assert list(wikipedia.wikiextractor_jsonl(path)) == [("A", "x" * 300)]


def test_lines_survive_bad_bytes(tmp_path: Path) -> None:
    """Bytes that are not UTF-8 become U+FFFD, and only a line feed ends a line."""
    path = tmp_path / "lines.txt"
    path.write_bytes("one\r\ntwo\u2028still two\n".encode() + b"\xff three")
    assert list(corpora.read_lines(path)) == ["one", "two\u2028still two", "\ufffd three"]
