"""URL rules: canonical forms as browsers have them, blocklists nothing escapes, words that do not hit the innocent."""

import pickle
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curate.filters.url import (
    Blocklist,
    UrlRules,
    canonical_host,
    canonical_url,
    is_ip_address,
    quality,
    registered_domain,
)
from tests.clock import takes_at_most

HOSTS = {
    "http://Example.COM": "example.com",
    "https://user:secret@example.com:8443/x": "example.com",
    "http://good.example@bad.example/": "bad.example",
    "http://bad.example\\@good.example/": "bad.example",
    "http:/\\/bad.example/": "bad.example",
    "ht\ntp://ba\td.example/": "bad.example",
    "  http://bad.example.  ": "bad.example",
    "http://bad.example?http://good.example/": "bad.example",
    "http://bad.example#@good.example": "bad.example",
    "http://%62ad.example/": "bad.example",
    "http://\uff42\uff41\uff44.example/": "bad.example",
    "http://bad\u3002example/": "bad.example",
    "http://m\u00fcnchen.example/": "xn--mnchen-3ya.example",
    "http://stra\u00dfe.example/": "xn--strae-oqa.example",
    "http://[2001:DB8:0:0::1]:80/": "2001:db8::1",
    "http://[not an address]/": "",
    "http://2130706433/": "127.0.0.1",
    "http://0177.0.0.0x1/": "127.0.0.1",
    "http://256.1.1.1/": "256.1.1.1",
    "http://a\0b.example/": "",
    "http://a%2fb.example/": "",
    "http://a:b/": "",
    "http://\ud800.example/": "",
    "http://\u202eelpmaxe.dab/": "",
    "//cdn.example/x": "cdn.example",
    "javascript:alert('http://bad.example')": "",
    "mailto:jo@example.org": "",
    "example.com/path": "",
    "": "",
}


@pytest.mark.parametrize(("url", "host"), HOSTS.items())
def test_canonical_host(url, host):
    """The host is the one a browser would connect to, in one spelling."""
    assert canonical_host(url) == host


@pytest.mark.parametrize(
    ("host", "domain"),
    [
        ("a.b.example.co.uk", "example.co.uk"),
        ("example.com", "example.com"),
        ("co.uk", "co.uk"),
        ("10.0.0.1", "10.0.0.1"),
        ("2001:db8::1", "2001:db8::1"),
        ("localhost", "localhost"),
        ("spam..example.com", "example.com"),
        ("..example.com", "example.com"),
        ("me.github.io", "github.io"),
        ("a.www.ck", "www.ck"),
        ("a.b.c.ck", "b.c.ck"),
        ("a.b.kawasaki.jp", "a.b.kawasaki.jp"),
        ("a.city.kawasaki.jp", "city.kawasaki.jp"),
        ("a.xn--p1ai", "a.xn--p1ai"),
    ],
)
def test_registered_domain(host, domain):
    """The registered domain follows the public-suffix list, and is the host itself where there is none."""
    assert registered_domain(host) == domain


def test_registered_domains_are_those_of_another_library():
    """Hosts made of the commonest suffixes and exceptions to them; the two lists need not be of one day."""
    tldextract = pytest.importorskip("tldextract")
    other = tldextract.TLDExtract(cache_dir=None, suffix_list_urls=())
    labels = ("www", "a", "city", "b-1", "xn--bcher-kva")
    suffixes = ("com", "co.uk", "ck", "www.ck", "kawasaki.jp", "city.kawasaki.jp", "xn--p1ai", "github.io", "nowhere")
    hosts = [f"{one}.{two}.{suffix}".strip(".") for one in ("", *labels) for two in labels for suffix in suffixes]
    for host in hosts:
        assert registered_domain(host) == (other.extract_str(host).top_domain_under_public_suffix or host)


def test_public_suffixes_are_never_fetched():
    """The suffix list is the one in the package: no name is looked up even in a fresh process."""
    code = (
        "import socket\n"
        "def trap(*a, **k): raise SystemExit('network')\n"
        "socket.getaddrinfo = trap\n"
        "from curate.filters.url import registered_domain\n"
        "assert registered_domain('a.example.co.uk') == 'example.co.uk'\n"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("HTTP://Example.com:80", "http://example.com/"),
        ("https://example.com:443/a?b=1#c", "https://example.com/a?b=1"),
        ("http://example.com/%7Ea%2fb", "http://example.com/~a%2Fb"),
        ("http://example.com/?utm_source=x&a=1&fbclid=y", "http://example.com/?a=1"),
        ("http://u:p@example.com:8080/", "http://example.com:8080/"),
        ("http://[2001:DB8::1]/", "http://[2001:db8::1]/"),
    ],
)
def test_canonical_url(one, other):
    """Spellings of one address become one, and the result is its own canonical form."""
    assert canonical_url(one) == other == canonical_url(other)


BLOCKED = Blocklist.from_lines(
    ["bad.example\n", "WWW.Worse.example", "# note", "", "com", "192.0.2.7", "http://schemed.example/"],
    ["mixed.example/adult/", "mixed.example/one.html", "query.example/x?id=7", "double.example//deep/"],
)


@pytest.mark.parametrize(
    ("url", "rule"),
    [
        ("http://bad.example/", "blocked_domain"),
        ("http://www.bad.example/", "blocked_domain"),
        ("http://m.x.y.bad.example:8080/", "blocked_domain"),
        ("http://BAD.example./", "blocked_domain"),
        ("http://worse.example/", "blocked_domain"),
        ("http://schemed.example/", "blocked_domain"),
        ("http://3221225991/", "blocked_domain"),
        ("http://notbad.example/", ""),
        ("http://bad.example.org/", ""),
        ("http://anything.com/", ""),
        ("http://7.192.0.2.7.example/", ""),
        ("http://mixed.example/adult", "blocked_url"),
        ("http://m.mixed.example/Adult/x.html", "blocked_url"),
        ("http://mixed.example/%61dult/?p", "blocked_url"),
        ("http://mixed.example/adulthood", ""),
        ("http://mixed.example/", ""),
        ("http://mixed.example/one.html?x", "blocked_url"),
        ("http://query.example/x?id=7", "blocked_url"),
        ("http://query.example/x?id=77", ""),
        ("http://double.example//deep/x", "blocked_url"),
    ],
)
def test_blocklist(url, rule):
    """Sub-domains, case, ports and escapes do not escape an entry; neighbours by name are not hit."""
    assert UrlRules(blocklist=BLOCKED)(url).rule == rule


def test_blocklist_names_its_content():
    """The digest depends on the entries only, not on their order, spelling or repetition, and pickles with the list."""
    same = Blocklist.from_lines(["b.example", "a.example", "www.b.example", "A.EXAMPLE\r\n"])
    assert same == Blocklist.from_lines(["a.example"], ["b.example"])
    assert same.digest != Blocklist.from_lines(["a.example"]).digest
    assert repr(same) in repr(UrlRules(blocklist=same))
    assert pickle.loads(pickle.dumps(UrlRules(blocklist=same))) == UrlRules(blocklist=same)


def test_blocklist_holds_what_a_set_holds():
    """Look-ups agree with a plain set of the same 20,000 names, listed or not."""
    names = {f"n{number * number % 65_537}.example" for number in range(20_000)}
    blocked = Blocklist.from_lines(names)
    probes = [f"n{number}.example" for number in range(65_537)]
    assert [name in blocked for name in probes] == [name in names for name in probes]
    assert len(blocked.hashes) == 8 * len(names)


@pytest.mark.parametrize(
    ("url", "rule"),
    [
        ("https://example.org/free-PORN/", "hard_word"),
        ("https://example.org/%70%6Frn", "hard_word"),
        ("https://example.org/%2570orn", "hard_word"),
        ("https://example.org/naked-webcam", "soft_words"),
        ("https://example.org/casino/poker", "soft_words"),
        ("https://online-casino.example.org/", "sub_word"),
        ("https://best.porn-tube.example.org/", "hard_word"),
        ("https://bestporntube.example.org/", "sub_word"),
        ("https://example.org/casino-royale-review", ""),
        ("https://example.org/health/sex-education", ""),
        ("https://essexcam.example.org/sussex-video", ""),
        ("https://scunthorpe.example.org/cockermouth", ""),
        ("https://news.example.org/2024/pornography-law-debate", ""),
        ("https://example.org/breast-cancer-screening", ""),
        ("https://example.org/analysis-of-cumulative-assets", ""),
        ("", ""),
        (" ", "not_http"),
        ("ftp://example.org/", "not_http"),
        ("javascript:alert(1)", "not_http"),
        ("data:text/html,<p>x", "not_http"),
        ("http:///", "no_host"),
        ("http://example.org/" + "a" * 2030, "max_url_chars"),
        ("http://203.0.113.9/page", ""),
    ],
)
def test_words(url, rule):
    """Words are whole, decoded and in any case; health, news and place names are not hit."""
    assert quality(url).rule == rule


def test_limits_are_arguments():
    """Limits and lists can be changed, the bound itself passes, and a verdict carries its number."""
    assert UrlRules(max_ip_hosts=0)("http://203.0.113.9/").rule == "ip_host"
    assert UrlRules(max_url_chars=19)("http://example.org/")
    assert UrlRules(max_url_chars=18)("http://example.org/").value == 19
    assert UrlRules(hard_words=frozenset({"example"}))("http://example.org/").rule == "hard_word"
    assert UrlRules(sub_words=frozenset())("http://bestporntube.example.org/")


def test_repr_does_not_depend_on_the_hash_seed():
    """Recipes are fingerprinted by the repr: it is the same in processes with different hash seeds."""
    code = "from curate.filters.url import UrlRules; print(UrlRules())"
    outputs = {
        subprocess.run(
            [sys.executable, "-c", code], env={"PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in ("1", "2")
    }
    assert len(outputs) == 1


@given(st.text() | st.text("htp:/@.%[]?#\\x0a19", max_size=60))
def test_total_on_any_string(url):
    """Any string has a host, a canonical URL that is stable, and a verdict past its limit if it is a drop."""
    host = canonical_host(url)
    assert host == host.strip(".")
    assert isinstance(is_ip_address(host), bool)
    assert isinstance(registered_domain(host), str)
    assert canonical_url(canonical_url(url)) == canonical_url(url)
    verdict = UrlRules(blocklist=BLOCKED)(url)
    assert verdict or verdict.value > verdict.limit


@pytest.mark.parametrize("unit", ["a.", "@", "%25", "a/", "[", "1.", "\u00df", "?&", "http://"])
def test_a_megabyte_takes_linear_time(unit):
    """A URL of a megabyte costs well under a second in every function."""
    url = "http://" + unit * (1_000_000 // len(unit))
    assert takes_at_most(2, lambda: [function(url) for function in (quality, canonical_host, canonical_url)])
