"""What an address alone says: canonical forms, blocklists in the UT1 format, and word rules for adult, casino and warez sites.

Addresses are hostile input: every function takes any `str`, reads it the way a browser would (backslashes, tabs,
user names before an `@`, numbers as hosts) and does work linear in its length.
"""

import hashlib
import re
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from ipaddress import IPv4Address, ip_address
from typing import TYPE_CHECKING
from urllib.parse import unquote

from filters.verdict import KEPT, Verdict

if TYPE_CHECKING:
    from tldextract import TLDExtract

MAX_HOST_CHARS = 253  # RFC 1035; what is longer is no name and is not worth encoding
MAX_PATH_PREFIXES = 64  # no UT1 entry is deeper; bounds the look-ups a hostile path can cause

HARD_WORDS = frozenset(
    """analsex bdsm blowjob blowjobs bukkake camgirl camgirls cameltoe clit cocksucking creampie cumshot
    cumshots cunnilingus deepthroat dildo dildos fellatio femdom fisting footjob futanari gangbang
    gloryhole handjob hentai incestporn jerkoff keygen keygens masturbating milf milfs nympho orgies
    pornhub porn porno pornos pornstar pornstars pussies redtube rimjob shemale shemales sexcam sexcams
    spankbang striptease swingers threesome upskirt warez xhamster xnxx xvideos xxxvideos youporn""".split()
)
SOFT_WORDS = frozenset(
    """baccarat betting blackjack boobs cams casino casinos cialis crack cracked erotic erotica escort escorts fetish
    freespins horny jackpot levitra naked nude nudes nulled pills poker roulette serials sex sexy slots
    sluts tits torrent torrents viagra webcam xxx""".split()
)
SUB_WORDS = frozenset(
    """adultdating adultvideo bestporn bigtits buycialis buyviagra casinobonus casinoonline cheapviagra
    escortgirl escortservice freecasino freehentai freeporn freesex freexxx fuckbook gayporn hardcoresex hdporn hentaimanga
    livesexcam nudeteens onlinecasino onlineslots pornmovie porntube pornvid sexcams sexmovie sextube sexvideo
    slotonline slotsonline teenporn warezdownload xxxmovie xxxporn xxxtube xxxvideo""".split()
)
# Real words that sub-words appear in once separators are gone: Sussex videos, Essex cameras, Middlesex movies.
INNOCENT_WORDS = frozenset("essex wessex sussex middlesex unisex intersex asexual sexton sextet".split())

_CONTROL = re.compile(r"[\t\n\r]")
_EDGES = "".join(map(chr, range(33)))
_SCHEME = re.compile(r"([a-z][a-z0-9+.\-]*):", re.IGNORECASE)
_TOKEN = re.compile(r"[^\W_]+")
_TRACKING = re.compile(
    r"(?:utm_\w+|fbclid|gclid|dclid|msclkid|mc_[ce]id|igshid|yclid|_hsenc|_hsmi)(?:=|$)", re.IGNORECASE
)
_ESCAPE = re.compile(r"%([0-9a-fA-F]{2})")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_OCTAL_OR_HEX = re.compile(r"0x([0-9a-f]*)|0([0-7]+)|(0|[1-9][0-9]*)")


@dataclass(frozen=True, slots=True)
class _Parts:
    scheme: str
    authority: str
    path: str
    query: str


def _split(url: str) -> _Parts:
    """Split as browsers do: edges and tabs stripped, backslashes are slashes, any number of slashes before the host."""
    url = _CONTROL.sub("", url.strip(_EDGES))
    match = _SCHEME.match(url)
    scheme = match[1].lower() if match else ""
    rest = url[match.end() :] if match else url
    rest = rest.partition("#")[0]
    rest, _, query = rest.partition("?")
    rest = rest.replace("\\", "/")
    if scheme not in ("http", "https", "") or not (scheme or rest.startswith("//")):
        return _Parts(scheme, "", rest, query)
    authority, slash, path = rest.lstrip("/").partition("/")
    return _Parts(scheme, authority, slash + path, query)


def _ipv4(host: str) -> str:
    """The dotted form of a host that browsers read as an IPv4 number (`2130706433`, `0x7f.1`), or empty."""
    parts = host.split(".")
    matches = [_OCTAL_OR_HEX.fullmatch(part) for part in parts]
    if len(parts) > 4 or len(host) > 64 or not all(matches):
        return ""
    numbers = [int(m[1] or "0", 16) if m[1] is not None else int(m[2], 8) if m[2] else int(m[3]) for m in matches if m]
    value = numbers[-1]
    for place, number in enumerate(numbers[:-1]):
        if number > 255:
            return ""
        value += number << (8 * (3 - place))
    last_max = 256 ** (5 - len(numbers))
    return str(IPv4Address(value)) if numbers[-1] < last_max else ""


def _punycode(host: str) -> str:
    import idna

    try:
        return idna.encode(host, uts46=True).decode("ascii")
    except (idna.IDNAError, UnicodeError):  # no name a resolver would take; kept readable for the record
        return host.replace("\u3002", ".").lower()


def _host(authority: str) -> str:
    host = authority.rpartition("@")[2]
    if host.startswith("["):
        literal = host[1:].partition("]")[0].partition("%")[0]
        try:
            return ip_address(literal).compressed if len(literal) < 64 else ""
        except ValueError:
            return ""
    name, colon, port = host.rpartition(":")
    if colon and (not port or (port.isascii() and port.isdigit())):
        host = name
    host = unquote(host, errors="replace") if "%" in host else host
    host = host.lower()
    if len(host) > MAX_HOST_CHARS + 1:
        return ""
    if not host.isascii():
        host = _punycode(host)
    host = host.strip(".")
    return _ipv4(host) or host if host[-1:].isdigit() or "0x" in host else host


def canonical_host(url: str) -> str:
    """The host of a URL: lower case, punycode, without port, user name, brackets or trailing dot; empty when there is none.

    IPv4 hosts in any notation browsers accept come back dotted, IPv6 hosts compressed.

    >>> canonical_host("HTTP://user:pw@WWW.Example.COM.:8080/path")
    'www.example.com'
    >>> canonical_host("https://bücher.example/"), canonical_host("http://0x7f.1/"), canonical_host("javascript:alert(1)")
    ('xn--bcher-kva.example', '127.0.0.1', '')
    """
    return _host(_split(url).authority)


def is_ip_address(host: str) -> bool:
    """Whether a canonical host is an IPv4 or IPv6 address.

    >>> is_ip_address("127.0.0.1"), is_ip_address("example.com")
    (True, False)
    """
    return ":" in host or (host[-1:].isdigit() and host.count(".") == 3 and bool(_ipv4(host)))


@cache
def _suffixes() -> "TLDExtract":
    from tldextract import TLDExtract

    return TLDExtract(cache_dir=None, suffix_list_urls=())


def registered_domain(host: str) -> str:
    """The domain somebody registered, by the public-suffix list that ships with tldextract (never fetched).

    A host that is itself a public suffix, an IP address or no domain name comes back unchanged.

    >>> registered_domain("m.news.example.co.uk"), registered_domain("127.0.0.1")
    ('example.co.uk', '127.0.0.1')
    """
    if "." not in host or len(host) > MAX_HOST_CHARS or is_ip_address(host):
        return host
    return _suffixes().extract_str(host).top_domain_under_public_suffix or host


def has_public_suffix(host: str) -> bool:
    """Whether a host ends in a suffix of the public-suffix list under which names are registered.

    >>> has_public_suffix("example.co.uk"), has_public_suffix("logo@2x.png".partition("@")[2])
    (True, False)
    """
    return len(host) <= MAX_HOST_CHARS and bool(_suffixes().extract_str(host).suffix)


def _normalise_escape(match: re.Match[str]) -> str:
    char = chr(int(match[1], 16))
    return char if char in _UNRESERVED else match[0].upper()


def canonical_url(url: str) -> str:
    """One spelling per address, for joining lists of URLs with crawled pages; empty for what is not http(s) or has no host.

    Scheme and host lower case, no user name, default port, fragment or tracking parameter, escapes in one spelling.
    The scheme stays: whether http and https are one page is for the caller to say.

    >>> canonical_url("HTTP://Example.COM:80/%7euser?utm_source=x&id=1#top")
    'http://example.com/~user?id=1'
    """
    parts = _split(url)
    host = _host(parts.authority)
    if parts.scheme not in ("http", "https") or not host:
        return ""
    port = re.search(r":0*([0-9]{1,5})$", parts.authority)
    shown = f":{port[1]}" if port and port[1] != {"http": "80", "https": "443"}[parts.scheme] else ""
    query = "&".join(field for field in parts.query.split("&") if field and not _TRACKING.match(field))
    rest = _ESCAPE.sub(_normalise_escape, (parts.path or "/") + (f"?{query}" if query else ""))
    return f"{parts.scheme}://{f'[{host}]' if ':' in host else host}{shown}{rest}"


def _decoded(text: str) -> str:
    """Lower case without percent escapes, twice over at most: nested escapes hide words, and deeper ones open nothing."""
    for _ in range(3):
        if "%" not in text:
            break
        text = unquote(text, errors="replace")
    return text.lower()


def _key(entry: str) -> int:
    return int.from_bytes(hashlib.blake2b(entry.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big")


def _entry(line: str) -> str:
    """A UT1 line as the blocklist looks it up: `host` or `host/path`, lower case, no scheme, no `www.`; empty for none."""
    line = line.strip()
    if not line or line.startswith("#"):
        return ""
    if "/" not in line and line.isascii() and ":" not in line and "@" not in line:
        host, path = line.lower().strip("."), ""
    else:
        parts = _split(line if "//" in line else "//" + line)
        host = _host(parts.authority)
        path = _decoded(parts.path + (f"?{parts.query}" if parts.query else "")).rstrip("/")
    bare = host.removeprefix("www.")
    host = bare if "." in bare else host
    return host + path if "." in host or ":" in host else ""


def _parents(host: str) -> Iterator[str]:
    """The host and every parent domain of it that still has a dot, longest first; an IP address has no parents."""
    yield host
    if is_ip_address(host):
        return
    while (host := host.partition(".")[2]) and "." in host:
        yield host


def _path_prefixes(path: str) -> Iterator[str]:
    """Prefixes of a path that end where a path segment or query field ends, and the whole path."""
    ends = [match.start() for match, _ in zip(re.finditer(r"[/?&]", path), range(MAX_PATH_PREFIXES), strict=False)]
    for end in ends[1:]:
        yield path[:end]
    yield path.rstrip("/")


@dataclass(frozen=True, repr=False)
class Blocklist:
    """Domains, and `domain/path` prefixes, that block a URL; no sub-domain (`www.`, `m.`, any other) escapes an entry.

    Entries are kept as sorted 64-bit hashes: 8 bytes each, so a million entries pickle as 8 MB. A wrong hit has
    probability entries / 2**64 per look-up, about one in 10**13 for a million entries. `digest` names the content: it is the same for the
    same entries in any order, and is what a recipe's fingerprint should show.

    >>> blocked = Blocklist.from_lines(["bad.example", "# a comment", "mixed.example/adult/"])
    >>> blocked.domain("m.www.bad.example"), blocked.domain("notbad.example")
    (True, False)
    >>> blocked.url("mixed.example", "/adult/1.html"), blocked.url("mixed.example", "/adulthood")
    (True, False)
    """

    hashes: bytes = b""
    digest: str = hashlib.sha256(b"").hexdigest()

    @classmethod
    def from_lines(cls, *lists: Iterable[str]) -> "Blocklist":
        """Read lists of lines in the UT1 format (`domains` or `urls` files); blank lines, comments and bare TLDs are skipped."""
        keys = array("Q")
        for lines in lists:
            for line in lines:
                if entry := _entry(line):
                    keys.append(_key(entry))
                    if "/" in entry:  # marks the host as one whose paths are worth looking up
                        keys.append(_key(entry.partition("/")[0] + "/"))
        hashes = array("Q", sorted(set(keys))).tobytes()
        return cls(hashes, hashlib.sha256(hashes).hexdigest())

    def __repr__(self) -> str:
        return f"Blocklist({len(self)} entries, sha256:{self.digest[:16]})"

    def __len__(self) -> int:
        return len(self.hashes) // 8

    def __contains__(self, entry: str) -> bool:
        keys = memoryview(self.hashes).cast("Q")
        key = _key(entry)
        place = bisect_left(keys, key)
        return place < len(keys) and keys[place] == key

    def domain(self, host: str) -> bool:
        """Whether a canonical host or any parent domain of it is listed."""
        return bool(self.hashes) and any(parent in self for parent in _parents(host))

    def url(self, host: str, path: str) -> bool:
        """Whether a listed `domain/path` is the start of this lower-case, decoded path and query, at a segment's end."""
        if not self.hashes:
            return False
        with_paths = [parent for parent in _parents(host) if parent + "/" in self]
        return any(parent + prefix in self for parent in with_paths for prefix in _path_prefixes(path))


NO_BLOCKLIST = Blocklist()


def _digest(words: frozenset[str]) -> str:
    return f"{len(words)} words, sha256:{hashlib.sha256(chr(10).join(sorted(words)).encode()).hexdigest()[:8]}"


@dataclass(frozen=True, repr=False)
class UrlRules:
    """Judges an address: scheme, host, length, blocklist, then words, in the order of their cost.

    Words are matched on the lower-cased, percent-decoded URL: one hard word, two different soft words, or one sub-word
    anywhere once separators are gone. The bound itself passes. Each rule's name says what dropped the page:
    `not_http`, `no_host`, `max_url_chars`, `ip_host`, `blocked_domain`, `blocked_url`, `hard_word`, `soft_words`,
    `sub_word`; value and limit are counts. IP-address hosts pass unless `max_ip_hosts=0`, as FineWeb keeps them.
    Source: Penedo et al. 2023 (RefinedWeb), appendix G.1; the FineWeb URL filter. The word lists are our own.

    >>> UrlRules()("https://example.org/health/sex-education")
    Verdict(rule='', value=nan, limit=nan)
    >>> UrlRules()("http://example.org/Free-PORN/")
    Verdict(rule='hard_word', value=1, limit=0)
    """

    blocklist: Blocklist = NO_BLOCKLIST
    hard_words: frozenset[str] = HARD_WORDS
    soft_words: frozenset[str] = SOFT_WORDS
    sub_words: frozenset[str] = SUB_WORDS
    max_url_chars: int = 2048
    max_ip_hosts: int = 1
    max_hard_words: int = 0
    max_soft_words: int = 1
    max_sub_words: int = 0

    def __repr__(self) -> str:
        words = (f"{name}=<{_digest(getattr(self, name))}>" for name in ("hard_words", "soft_words", "sub_words"))
        limits = (f"{n}={getattr(self, n)}" for n in self.__dataclass_fields__ if n.startswith("max_"))
        return f"UrlRules({', '.join([f'blocklist={self.blocklist!r}', *words, *limits])})"

    def signals(self, url: str) -> dict[str, int]:
        """The number behind each rule, by rule name; all counts, 0 or more."""
        parts = _split(url)
        host = _host(parts.authority)
        text = _decoded(url[: 4 * self.max_url_chars])
        tokens = set(_TOKEN.findall(text))
        path = _decoded(parts.path + (f"?{parts.query}" if parts.query else ""))
        return {
            "not_http": int(parts.scheme not in ("http", "https")),
            "no_host": int(not host),
            "max_url_chars": len(url),
            "ip_host": int(is_ip_address(host)),
            "blocked_domain": int(self.blocklist.domain(host)),
            "blocked_url": int(self.blocklist.url(host, path)),
            "hard_word": len(tokens & self.hard_words),
            "soft_words": len(tokens & self.soft_words),
            "sub_word": _count_sub_words(text, self.sub_words),
        }

    def __call__(self, url: str) -> Verdict:
        """Judge one URL; the first limit that is passed decides."""
        limits = {
            "not_http": 0,
            "no_host": 0,
            "max_url_chars": self.max_url_chars,
            "ip_host": self.max_ip_hosts,
            "blocked_domain": 0,
            "blocked_url": 0,
            "hard_word": self.max_hard_words,
            "soft_words": self.max_soft_words,
            "sub_word": self.max_sub_words,
        }
        for rule, value in self.signals(url).items():
            if value > limits[rule]:
                return Verdict(rule, value, limits[rule])
        return KEPT


@cache
def _any_of(words: frozenset[str]) -> re.Pattern[str]:
    return re.compile("|".join(sorted(map(re.escape, words), key=lambda word: (-len(word), word))) or r"(?!)")


def _count_sub_words(text: str, sub_words: frozenset[str]) -> int:
    squeezed = _any_of(INNOCENT_WORDS).sub(" ", "".join(_TOKEN.findall(text)))
    return len(set(_any_of(sub_words).findall(squeezed)))


quality = UrlRules()
