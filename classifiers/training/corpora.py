"""Corpora to train on, read as streams: link dumps, encyclopaedia dumps, and texts one per line."""

import bz2
import gzip
import io
import json
import lzma
import os
import re
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast
from urllib.parse import urlsplit


def _open_zstd(path: Path) -> BinaryIO:
    try:
        import zstandard
    except ImportError as error:
        raise ImportError(f"reading {path} needs the optional package zstandard: pip install zstandard") from error
    # Reddit dumps are written with a 2 GB window, more than the decoder allows by default.
    decompressor = zstandard.ZstdDecompressor(max_window_size=2**31)
    return cast(BinaryIO, decompressor.stream_reader(path.open("rb"), read_across_frames=True))


def _open_plain(path: Path) -> BinaryIO:
    return path.open("rb")


_OPENERS: dict[str, Callable[[Path], BinaryIO]] = {
    ".bz2": lambda path: cast(BinaryIO, bz2.open(path)),  # noqa: SIM115
    ".gz": lambda path: cast(BinaryIO, gzip.open(path)),  # noqa: SIM115
    ".xz": lambda path: cast(BinaryIO, lzma.open(path)),  # noqa: SIM115
    ".zst": _open_zstd,
}


@contextmanager
def open_bytes(path: str | os.PathLike[str]) -> Iterator[BinaryIO]:
    """Open a file for reading, decompressed by its name: .bz2, .gz, .xz, .zst (needs zstandard) or plain."""
    file = _OPENERS.get(Path(path).suffix, _open_plain)(Path(path))
    try:
        yield file
    finally:
        file.close()


def read_lines(path: str | os.PathLike[str]) -> Iterator[str]:
    """The lines of a text file, without their ends; bytes that are not UTF-8 become U+FFFD."""
    with open_bytes(path) as file:
        for line in io.TextIOWrapper(file, encoding="utf-8", errors="replace", newline="\n"):
            yield line.rstrip("\r\n")


def read_jsonl(path: str | os.PathLike[str]) -> Iterator[dict[str, Any]]:
    """The objects of a JSON Lines file; blank lines and lines that are no object are left out."""
    for line in read_lines(path):
        try:
            row = json.loads(line) if line.strip() else None
        except ValueError:
            continue
        if isinstance(row, dict):
            yield row


@dataclass(frozen=True, slots=True)
class Submission:
    """A link that somebody posted, with the votes of its readers."""

    url: str
    score: int
    subreddit: str
    over_18: bool


def reddit_submissions(path: str | os.PathLike[str]) -> Iterator[Submission]:
    """The link posts of a Reddit submission dump (JSON Lines; .zst or .xz), one at a time.

    Posts without a link are left out. Reads the fields of every dump since 2005: `is_self` or a `self.` domain marks a
    post that is text, and a missing score counts as 0.
    """
    for post in read_jsonl(path):
        url = post.get("url")
        own_text = post.get("is_self") or str(post.get("domain", "")).startswith("self.")
        if isinstance(url, str) and not own_text:
            score = post.get("score")
            yield Submission(
                url=url,
                score=score if isinstance(score, int) else 0,
                subreddit=str(post.get("subreddit") or "").lower(),
                over_18=bool(post.get("over_18")),
            )


# Where a link leads to a picture, a film or a discussion instead of a page of text.
NOT_PAGES = frozenset(
    "reddit.com redd.it imgur.com youtube.com youtu.be vimeo.com flickr.com giphy.com gfycat.com streamable.com "
    "twitch.tv "
    "instagram.com tiktok.com facebook.com twitter.com x.com soundcloud.com spotify.com".split()
)
_TRACKING = re.compile(r"(?:utm_\w+|fbclid|gclid|ref|ref_src)(?:=|$)", re.IGNORECASE)
_NOT_TEXT = re.compile(r"\.(?:jpe?g|png|gifv?|webp|svg|webm|mp[34]|avi|mov|pdf|zip|exe|swf)$", re.IGNORECASE)


def canonical_url(url: str) -> str:
    """The URL under which the same page is found however it was linked, or '' when it is no web address.

    Scheme, `www.`, port, fragment, tracking parameters and a closing slash are left out; host in lower case, parameters
    sorted. What is left is a key to join on, not an address to fetch.

    >>> canonical_url("HTTP://www.Example.org:80/a/?utm_source=x&b=2&a=1#top")
    'example.org/a?a=1&b=2'
    >>> canonical_url("mailto:someone@example.org")
    ''
    """
    try:
        parts = urlsplit(url.strip())
        host = (parts.hostname or "").removeprefix("www.").rstrip(".")
    except ValueError:
        return ""
    if parts.scheme.lower() not in ("http", "https") or "." not in host:
        return ""
    wanted = sorted(part for part in parts.query.split("&") if part and not _TRACKING.match(part))
    return f"{host}{parts.path.rstrip('/')}" + (f"?{'&'.join(wanted)}" if wanted else "")


def _on(host: str, domains: Collection[str]) -> bool:
    labels = host.split(".")
    return any(".".join(labels[at:]) in domains for at in range(len(labels)))


def linked_urls(
    submissions: Iterable[Submission],
    *,
    min_score: int = 3,
    allow_over_18: bool = False,
    blocked_domains: Collection[str] = NOT_PAGES,
    blocked_subreddits: Collection[str] = (),
) -> list[str]:
    """The pages people recommended: canonical URLs, sorted, each once, whose posts together pass the rules.

    A URL's score is that of its best post. A post marked over 18 excludes its URL even when another post of it is not
    marked, in whatever subreddit. `blocked_domains` covers subdomains; `blocked_subreddits` are in lower case.
    Holds the URLs that pass in memory, about 150 bytes each.

    Source: Radford et al. 2019, section 2.1 (outbound links of posts with at least 3 karma).

    >>> linked_urls([Submission("http://a.org/x", 3, "news", False), Submission("http://b.org/", 2, "news", False)])
    ['a.org/x']
    """
    scored, adult = set[str](), set[str]()
    for post in submissions:
        wanted = post.score >= min_score and post.subreddit not in blocked_subreddits
        if not wanted and not post.over_18:
            continue
        url = canonical_url(post.url)
        host, _, path = url.partition("?")[0].partition("/")
        if not url or _on(host, blocked_domains) or _NOT_TEXT.search(path):
            continue
        if post.over_18:
            adult.add(url)
        if wanted:
            scored.add(url)
    return sorted(scored if allow_over_18 else scored - adult)


def listed_urls(path: str | os.PathLike[str]) -> Iterator[str]:
    """The canonical URLs of a list with one address a line (OpenWebText's, or ours without scheme); others left out."""
    for line in read_lines(path):
        url = canonical_url(line if "://" in line else f"http://{line.strip()}")
        if url:
            yield url
