"""What a publisher asked for, page by page: robots directives, the text-and-data-mining reservation, the licence.

Read from the first bytes of the page and two HTTP headers by bounded byte searches; nothing is parsed and nothing here
replaces robots.txt, which the crawler has already obeyed.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from curate.filters.verdict import KEPT, Rule, Verdict

__all__ = ["POLICIES", "Consent", "quality", "read_consent", "rules_of"]
__dir__ = __all__.copy  # so dir() shows what is public

HEAD_BYTES = 16_384  # meta tags stand near the top; twice as much found not one opt-out more on 3,523 pages
MAX_MENTIONS = 64  # scripts say "license" and "robots" a lot; bounds the work a page can cause
ROBOTS_NAMES = frozenset({"robots", "ccbot"})  # directives for all robots, and for the one whose crawl this is

_META_NAMES = (b"robots", b"ccbot", b"tdm-reservation")
_ATTRIBUTE = re.compile(rb"([a-z-]{2,20})\s{0,9}=\s{0,9}(?:\"([^\"]{0,1000})\"|'([^']{0,1000})'|([^\s\"'>]{1,1000}))")
_VALUED = frozenset({"unavailable_after", "max-snippet", "max-image-preview", "max-video-preview"})
_LINK_TAG = re.compile(rb"<(?:a|link|area)\s", re.IGNORECASE)
_REL_LICENCE = re.compile(rb"\brel\s{0,9}=\s{0,9}(?:[\"'][^\"'<>]{0,100}\blicense\b|license\b)", re.IGNORECASE)
_HREF = re.compile(rb"\bhref\s{0,9}=\s{0,9}[\"']?([^\s\"'<>]{1,400})", re.IGNORECASE)
_JSON_LICENCE = re.compile(rb"\"license\"\s{0,99}:\s{0,99}\[?\s{0,99}\"(https?:[^\"\s]{1,400})\"")
_CREATIVE_COMMONS = re.compile(
    r"creativecommons\.org/(?:licenses|publicdomain)/([a-z+\-]{2,20})(?:/([0-9]\.[0-9]))?", re.IGNORECASE
)
_CC_LINK = re.compile(rb"creativecommons\.org\\?/(?:licenses|publicdomain)\\?/[a-zA-Z+\-]{2,20}(?:\\?/[0-9]\.[0-9])?")
_OPEN = re.compile(
    r"(?:cc-by(?:-sa)?|cc0|cc-pdm)(?:-\d\.\d)?|https?://(?:www\.)?(?:opendatacommons\.org/licenses/(?:by|odbl|pddl)|"
    r"gnu\.org/(?:licenses|copyleft)/fdl|nationalarchives\.gov\.uk/doc/open-government-licence|apache\.org/licenses|"
    r"opensource\.org/licen[sc]es?/(?:mit|bsd|apache)).*",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Consent:
    """The signals found on one page; `licence` is `cc-by-4.0` and the like, else the licence's URL, else empty."""

    noindex: bool = False
    noai: bool = False
    noimageai: bool = False
    nosnippet: bool = False
    tdm_reserved: bool = False
    licence: str = ""

    @property
    def opt_outs(self) -> str:
        """The opt-outs found, by name, joined by spaces: `noindex noai`; empty when nothing was asked."""
        names = ("noindex", "noai", "noimageai", "nosnippet", "tdm_reserved")
        return " ".join(name for name in names if getattr(self, name))

    @property
    def opted_out(self) -> bool:
        """Whether the publisher asked not to be indexed or not to be mined; images and snippets are other matters."""
        return self.noindex or self.noai or self.tdm_reserved

    @property
    def openly_licensed(self) -> bool:
        """Whether the licence lets anyone use and change the text: CC BY, BY-SA, CC0, public domain, a few others."""
        return bool(_OPEN.fullmatch(self.licence))


def _attributes(tag: bytes) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, *values in _ATTRIBUTE.findall(tag):
        found.setdefault(name.decode("ascii"), b"".join(values).decode("utf-8", "replace"))
    return found


def _metas(html: bytes) -> Iterator[tuple[str, str]]:
    """Name and content, lower case, of the meta tags near the top that name robots or a reservation."""
    head = html[:HEAD_BYTES].lower()
    for name in _META_NAMES:
        for place in _mentions(head, name):
            start = head.rfind(b"<", max(0, place - 2000), place)
            if start >= 0 and head.startswith(b"<meta", start):
                attributes = _attributes(head[start : place + 2000].partition(b">")[0])
                if attributes.get("name", "").strip() == name.decode("ascii"):
                    yield name.decode("ascii"), attributes.get("content", "")


def _directives(header: str) -> set[str]:
    """Directives of `X-Robots-Tag` meant for us; `agent:` scopes what follows it up to the end of its line."""
    found: set[str] = set()
    for line in header.lower()[:10_000].splitlines():
        agent = "robots"
        for part in line.split(","):
            name, colon, rest = part.partition(":")
            if colon and name.strip() not in _VALUED:
                agent, part = name.strip(), rest
            if agent in ROBOTS_NAMES:
                found.update(part.split())
    return found


def _name_licence(url: str) -> str:
    """`cc-by-4.0` for a Creative Commons address, else the address itself."""
    match = _CREATIVE_COMMONS.search(url)
    if not match:
        return url.lower() if url.lower().startswith(("http://", "https://")) else ""
    kind, version = match[1].lower().rstrip("-"), match[2]
    name = {"zero": "cc0", "mark": "cc-pdm", "publicdomain": "cc-pdm"}.get(kind, f"cc-{kind}")
    return f"{name}-{version}" if version else name


def _mentions(html: bytes, word: bytes) -> list[int]:
    from curate.filters.byte_search import places

    return places(html, word, most=MAX_MENTIONS, step=len(word))


def _linked_licence(html: bytes, place: int) -> bytes:
    """The target of the link whose `rel` this mention may be."""
    start = html.rfind(b"<", max(0, place - 1200), place)
    if start < 0 or not _LINK_TAG.match(html, start):
        return b""
    tag = html[start : place + 1200].partition(b">")[0]
    href = _HREF.search(tag)
    return href[1] if href and _REL_LICENCE.search(tag) else b""


def _find_licence(html: bytes) -> str:
    """The best licence statement: a `rel=license` link, else JSON-LD, else the first Creative Commons address."""
    stated = written = b""
    for place in _mentions(html, b"license"):
        if linked := _linked_licence(html, place):
            return _name_licence(linked.decode("utf-8", "replace"))
        match = _JSON_LICENCE.match(html, place - 1) if place else None
        stated = stated or (match[1] if match else b"")
        match = _CC_LINK.match(html, html.find(b"creativecommons", max(0, place - 24), place)) if place > 24 else None
        written = written or (match[0] if match else b"")
    return _name_licence((stated or written).replace(b"\\/", b"/").decode("utf-8", "replace"))


def read_consent(html: bytes, *, x_robots_tag: str = "", tdm: str = "") -> Consent:
    """Read the signals of one page; `x_robots_tag` and `tdm` are the values of `X-Robots-Tag` and `TDM-Reservation`.

    Several `X-Robots-Tag` headers go in one per line. Directives addressed to other robots are ignored; `none` counts
    as `noindex`. A licence link anywhere on a page is weak evidence: it may license a picture, a comment or a quoted
    work, or be a page about licences, so treat `licence` as a hint unless the site is known. Public-domain marks are
    seen only in `rel=license` links and JSON-LD.
    Source: Robots meta specification (Google), the noai directives (DeviantArt), W3C TDM Reservation Protocol.

    >>> read_consent(b'<meta name="robots" content="index, NoAI">').noai
    True
    >>> read_consent(b'<a rel="license" href="https://creativecommons.org/licenses/by/4.0/">').licence
    'cc-by-4.0'
    """
    directives = _directives(x_robots_tag)
    reserved = tdm.strip() == "1"
    for name, content in _metas(html):
        if name in ROBOTS_NAMES:
            directives.update(re.split(r"[\s,;]+", content))
        elif name == "tdm-reservation":
            reserved = reserved or content.strip() == "1"
    return Consent(
        noindex=bool(directives & {"noindex", "none"}),
        noai="noai" in directives,
        noimageai="noimageai" in directives,
        nosnippet="nosnippet" in directives,
        tdm_reserved=reserved,
        licence=_find_licence(html),
    )


_OPT_OUT: tuple[tuple[str, Callable[[Consent], bool]], ...] = (
    ("noindex", lambda consent: consent.noindex),
    ("noai", lambda consent: consent.noai),
    ("tdm_reserved", lambda consent: consent.tdm_reserved),
)
POLICIES = {
    "off": (),
    "opt_out": _OPT_OUT,
    "open_licence": (*_OPT_OUT, ("not_openly_licensed", lambda consent: not consent.openly_licensed)),
}


def rules_of(policy: str) -> tuple[Rule, ...]:
    """The table of what a policy drops, in the order it is judged. Raises KeyError for another policy.

    >>> [rule.name for rule in rules_of("opt_out")]
    ['noindex', 'noai', 'tdm_reserved']
    """
    because = "its publisher asked for that, or shows no open licence where one is needed"
    return tuple(Rule(name, "max", 0, because, called=name) for name, _ in POLICIES[policy])


def quality(consent: Consent, *, policy: str = "opt_out") -> Verdict:
    """Judge a page by what its publisher asked for.

    `"off"` keeps everything, `"opt_out"` drops what is marked `noindex`, `noai` or reserved for text mining, and
    `"open_licence"` also drops what shows no open licence. Raises ValueError on another policy.

    >>> bool(quality(Consent(noimageai=True)))
    True
    >>> quality(Consent(noai=True))
    Verdict(rule='noai', value=1, limit=0)
    """
    if policy not in POLICIES:
        raise ValueError(f"consent policy {policy!r} is none of {', '.join(POLICIES)}")
    for rule, applies in POLICIES[policy]:
        if applies(consent):
            return Verdict(rule, 1, 0)
    return KEPT
