"""What an address alone says: blocklists, and word rules for adult, casino and warez sites."""

import hashlib
import re
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

from curate.filters.address import (
    canonical_host,
    canonical_url,
    decoded,
    has_public_suffix,
    host_of,
    is_ip_address,
    registered_domain,
    split_url,
)
from curate.filters.batches import Columns, one_text, text_list
from curate.filters.blocklist import Blocklist
from curate.filters.verdict import Rule, Verdict, judge
from curate.filters.verdicts import verdict_columns

__all__ = [
    "Blocklist",
    "UrlRules",
    "canonical_host",
    "canonical_url",
    "has_public_suffix",
    "is_ip_address",
    "quality",
    "registered_domain",
]
__dir__ = __all__.copy  # so dir() shows what is public

HARD_WORDS = frozenset(
    """analsex bdsm blowjob blowjobs bukkake camgirl camgirls cameltoe clit cocksucking creampie cumshot
    cumshots cunnilingus dildo dildos fellatio femdom fisting footjob futanari gangbang
    gloryhole handjob hentai incestporn jerkoff keygen keygens masturbating milf milfs nympho
    pornhub porn porno pornos pornstar pornstars pussies redtube rimjob shemale shemales sexcam sexcams
    spankbang upskirt warez xhamster xnxx xvideos xxxvideos youporn""".split()
)
SOFT_WORDS = frozenset(
    """baccarat betting blackjack boobs cams casino casinos cialis crack cracked erotic erotica escort escorts fetish
    freespins horny jackpot levitra naked nude nudes nulled pills poker roulette serials sex sexy slots
    sluts tits torrent torrents viagra webcam xxx""".split()
)
SUB_WORDS = frozenset(
    """adultdating adultvideo bestporn bigtits buycialis buyviagra casinobonus casinoonline cheapviagra
    escortgirl freecasino freehentai freeporn freesex freexxx fuckbook gayporn hardcoresex hdporn
    hentaimanga livesexcam nudeteens onlinecasino onlineslots pornmovie porntube pornvid sexcams sexmovie sextube
    sexvideo slotonline slotsonline teenporn warezdownload xxxmovie xxxporn xxxtube xxxvideo""".split()
)
# Real words that sub-words appear in once separators are gone: Sussex videos, Essex cameras, Middlesex movies.
INNOCENT_WORDS = frozenset("essex wessex sussex middlesex unisex intersex asexual sexton sextet".split())

_TOKEN = re.compile(r"[^\W_]+")

NO_BLOCKLIST = Blocklist()
SOURCE = "RefinedWeb (Penedo et al. 2023), appendix G.1"


def _digest(words: frozenset[str]) -> str:
    return f"{len(words)} words, sha256:{hashlib.sha256(chr(10).join(sorted(words)).encode()).hexdigest()[:8]}"


@dataclass(frozen=True, repr=False)
class UrlRules:
    """Judges an address: scheme, host, length, blocklist, then words, in the order of their cost.

    Words are matched on the lower-cased, percent-decoded URL: one hard word, two different soft words, or one sub-word
    anywhere once separators are gone. The bound itself passes. Each rule's name says what dropped the page:
    `max_url_chars`, `not_http`, `no_host`, `ip_host`, `blocked_domain`, `blocked_url`, `hard_word`, `soft_words`,
    `sub_word`; value and limit are counts. IP-address hosts pass unless `max_ip_hosts=0`, as FineWeb keeps them. A page
    without an address, such as a row of a corpus of texts, passes: there is nothing to judge.
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
        return f"UrlRules({', '.join(f'{name}={value}' for name, value in self.described.items())})"

    @property
    def described(self) -> dict[str, Any]:
        """All that its verdicts depend on, by name; word lists by their size and digest."""
        words = {name: f"<{_digest(getattr(self, name))}>" for name in ("hard_words", "soft_words", "sub_words")}
        limits = {name: getattr(self, name) for name in self.__dataclass_fields__ if name.startswith("max_")}
        return {"blocklist": repr(self.blocklist)} | words | limits

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        """The table of limits in the order they are judged; each is called as what it found."""
        table = (
            ("max_url_chars", self.max_url_chars, "the address is too long"),
            ("not_http", 0, "the address is not one of the web"),
            ("no_host", 0, "the address names no host"),
            ("ip_host", self.max_ip_hosts, "the host is a bare IP address"),
            ("blocked_domain", 0, "the site is on a list of blocked ones"),
            ("blocked_url", 0, "the address is on a list of blocked ones"),
            ("hard_word", self.max_hard_words, "a word in the address is enough by itself"),
            ("soft_words", self.max_soft_words, "several words in the address add up"),
            ("sub_word", self.max_sub_words, "the address holds a word run together with others"),
        )
        return tuple(Rule(name, "max", limit, because, SOURCE, called=name) for name, limit, because in table)

    def signals(self, url: str) -> dict[str, int]:
        """The number behind each rule, by rule name; all counts, 0 or more."""
        url_chars, url = len(one_text(url)), url[: 4 * self.max_url_chars]  # what is longer is dropped whatever it says
        parts = split_url(url)
        host = host_of(parts.authority)
        text = decoded(url)
        tokens = set(_TOKEN.findall(text))
        path = decoded(parts.path + (f"?{parts.query}" if parts.query else ""))
        return {
            "max_url_chars": url_chars,
            "not_http": int(bool(url) and parts.scheme not in ("http", "https")),
            "no_host": int(bool(url) and not host),
            "ip_host": int(is_ip_address(host)),
            "blocked_domain": int(self.blocklist.domain(host)),
            "blocked_url": int(self.blocklist.url(host, path)),
            "hard_word": len(tokens & self.hard_words),
            "soft_words": len(tokens & self.soft_words),
            "sub_word": _count_sub_words(text, self.sub_words),
        }

    def __call__(self, url: str) -> Verdict:
        """Judge one URL; the first limit that is passed decides."""
        return judge(self.signals(url), self.rules)

    def kept(self, url: str) -> bool:
        """Return whether a page with this URL is kept."""
        return not self(url).rule

    def batch(self, urls: Any) -> Columns:
        """Judge a column of n URLs: `kept`, bool[n], `rule`, n strings, `value` and `limit`, float64[n]."""
        return verdict_columns([self(url) for url in text_list(urls)])


@cache
def _any_of(words: frozenset[str]) -> re.Pattern[str]:
    return re.compile("|".join(sorted(map(re.escape, words), key=lambda word: (-len(word), word))) or r"(?!)")


def _count_sub_words(text: str, sub_words: frozenset[str]) -> int:
    squeezed = _any_of(INNOCENT_WORDS).sub(" ", "".join(_TOKEN.findall(text)))
    return len(set(_any_of(sub_words).findall(squeezed)))


quality = UrlRules()
