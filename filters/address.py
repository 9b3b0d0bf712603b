"""Addresses as browsers read them: the host, the registered domain, and one spelling per URL.

URLs are hostile input: every function takes any `str` (backslashes, tabs, user names before an `@`, numbers as hosts,
lone surrogates) and does work linear in its length.
"""

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from ipaddress import IPv4Address, ip_address
from typing import TYPE_CHECKING
from urllib.parse import unquote

if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList

MAX_HOST_CHARS = 253  # RFC 1035; what is longer is no name and is not worth encoding

_CONTROL = re.compile(r"[\t\n\r]")
_EDGES = "".join(map(chr, range(33)))
_SCHEME = re.compile(r"([a-z][a-z0-9+.\-]*):", re.IGNORECASE)
_TRACKING = re.compile(
    r"(?:utm_\w+|fbclid|gclid|dclid|msclkid|mc_[ce]id|igshid|yclid|_hsenc|_hsmi)(?:=|$)", re.IGNORECASE
)
_FORBIDDEN = frozenset(' "#%/:<>?@[\\]^`{|}')  # no host has them; a browser refuses the address
_ESCAPE = re.compile(r"%([0-9a-fA-F]{2})")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_OCTAL_OR_HEX = re.compile(r"0x([0-9a-f]*)|0([0-7]+)|(0|[1-9][0-9]*)")


@dataclass(frozen=True, slots=True)
class Parts:
    """The four parts of a URL that rules look at, as they were spelled."""

    scheme: str
    authority: str
    path: str
    query: str


def split_url(url: str) -> Parts:
    """Split as browsers do: edges and tabs stripped, backslashes are slashes, any number of slashes before the host."""
    url = _CONTROL.sub("", url.strip(_EDGES))
    match = _SCHEME.match(url)
    scheme = match[1].lower() if match else ""
    rest = url[match.end() :] if match else url
    rest = rest.partition("#")[0]
    rest, _, query = rest.partition("?")
    rest = rest.replace("\\", "/")
    if scheme not in ("http", "https", "") or not (scheme or rest.startswith("//")):
        return Parts(scheme, "", rest, query)
    authority, slash, path = rest.lstrip("/").partition("/")
    return Parts(scheme, authority, slash + path, query)


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


def host_of(authority: str) -> str:
    """The canonical host of the authority part of a URL, as `canonical_host` gives it."""
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
    if not host.isprintable() or _FORBIDDEN.intersection(host):
        return ""
    return _ipv4(host) or host if host[-1:].isdigit() or "0x" in host else host


def canonical_host(url: str) -> str:
    """The host of a URL: lower case, punycode, no port, user name, brackets or trailing dot; empty when there is none.

    IPv4 hosts in any notation browsers accept come back dotted, IPv6 hosts compressed.

    >>> canonical_host("HTTP://user:pw@WWW.Example.COM.:8080/path")
    'www.example.com'
    >>> [canonical_host(url) for url in ("https://bücher.example/", "http://0x7f.1/", "javascript:alert(1)")]
    ['xn--bcher-kva.example', '127.0.0.1', '']
    """
    return host_of(split_url(url).authority)


def is_ip_address(host: str) -> bool:
    """Return whether a canonical host is an IPv4 or IPv6 address.

    >>> is_ip_address("127.0.0.1"), is_ip_address("example.com")
    (True, False)
    """
    return ":" in host or (host[-1:].isdigit() and host.count(".") == 3 and bool(_ipv4(host)))


@cache
def _suffixes(*, shared: bool) -> "PublicSuffixList":
    from publicsuffixlist import PublicSuffixList

    return PublicSuffixList(accept_unknown=False, only_icann=not shared)


def registered_domain(host: str, *, shared: bool = False) -> str:
    """The domain somebody registered, by the public-suffix list that ships with publicsuffixlist (never fetched).

    A host that is itself a public suffix, an IP address or no domain name comes back unchanged. With `shared`, hosts
    that give away names, such as github.io, count as suffixes too.

    >>> registered_domain("m.news.example.co.uk"), registered_domain("127.0.0.1")
    ('example.co.uk', '127.0.0.1')
    >>> registered_domain("me.github.io"), registered_domain("me.github.io", shared=True)
    ('github.io', 'me.github.io')
    """
    if "." not in host or len(host) > MAX_HOST_CHARS or is_ip_address(host):
        return host
    return _suffixes(shared=shared).privatesuffix(_without_empty_labels(host)) or host


def _without_empty_labels(host: str) -> str:
    """The host without its empty labels, which no name has: `spam..example.com` belongs to `example.com` all the same.

    Such a name is in no list of suffixes, and would be a site of its own.
    """
    return ".".join(filter(None, host.split("."))) if ".." in host or host.startswith(".") else host


def site_of(url: str) -> str:
    """The site of a page: the registered domain of its address, "" when it has no host.

    >>> site_of("https://www.shop.example.co.uk:8080/contact"), site_of("mailto:jo@example.org")
    ('example.co.uk', '')
    """
    return _site_of_host(canonical_host(url)) if url else ""


@lru_cache(1 << 16)
def _site_of_host(host: str) -> str:
    return registered_domain(host)


def has_public_suffix(host: str) -> bool:
    """Return whether a host ends in a suffix of the public-suffix list under which names are registered.

    >>> has_public_suffix("example.co.uk"), has_public_suffix("logo@2x.png".partition("@")[2])
    (True, False)
    """
    return len(host) <= MAX_HOST_CHARS and bool(_public_suffix(host))


def is_public_suffix(host: str) -> bool:
    """Return whether names are registered directly under a host by anybody.

    >>> is_public_suffix("co.uk"), is_public_suffix("example.co.uk"), is_public_suffix("localhost")
    (True, False, False)
    """
    return len(host) <= MAX_HOST_CHARS and _public_suffix(host) == host != ""


def _public_suffix(host: str) -> str:
    return _suffixes(shared=False).publicsuffix(_without_empty_labels(host)) or ""


def _normalise_escape(match: re.Match[str]) -> str:
    char = chr(int(match[1], 16))
    return char if char in _UNRESERVED else match[0].upper()


def canonical_url(url: str) -> str:
    """One spelling per address, to join lists of URLs with crawled pages; empty without http(s) or without a host.

    Scheme and host lower case, no user name, default port, fragment or tracking parameter, escapes in one spelling.
    The scheme stays: whether http and https are one page is for the caller to say.

    >>> canonical_url("HTTP://Example.COM:80/%7euser?utm_source=x&id=1#top")
    'http://example.com/~user?id=1'
    """
    parts = split_url(url)
    host = host_of(parts.authority)
    if parts.scheme not in ("http", "https") or not host:
        return ""
    port = re.search(r":0*([0-9]{1,5})$", parts.authority)
    shown = f":{port[1]}" if port and port[1] != {"http": "80", "https": "443"}[parts.scheme] else ""
    query = "&".join(field for field in parts.query.split("&") if field and not _TRACKING.match(field))
    rest = _ESCAPE.sub(_normalise_escape, (parts.path or "/") + (f"?{query}" if query else ""))
    return f"{parts.scheme}://{f'[{host}]' if ':' in host else host}{shown}{rest}"


def decoded(text: str) -> str:
    """The text in lower case without percent escapes, three layers of them at most: nested escapes hide words."""
    for _ in range(3):
        if "%" not in text:
            break
        text = unquote(text, errors="replace")
    return text.lower()
