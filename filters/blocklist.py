"""Blocklists in the UT1 format: domains and `domain/path` prefixes that no sub-domain escapes, 8 bytes an entry."""

import hashlib
import re
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from curate.filters.address import decoded, host_of, is_ip_address, split_url

_SCHEME = re.compile(r"[a-z]{2,9}://", re.IGNORECASE)
MAX_PATH_PREFIXES = 64  # no UT1 entry is deeper; bounds the look-ups a hostile path can cause


def _key(entry: str) -> int:
    return int.from_bytes(hashlib.blake2b(entry.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big")


def _entry(line: str) -> str:
    """A UT1 line as it is looked up: `host` or `host/path`, lower case, no scheme, no `www.`; empty for none."""
    line = line.strip()
    if not line or line.startswith("#"):
        return ""
    if "/" not in line and line.isascii() and ":" not in line and "@" not in line:
        host, path = line.lower().strip("."), ""
    else:
        parts = split_url(line if _SCHEME.match(line) else "//" + line)
        host = host_of(parts.authority)
        path = decoded(parts.path + (f"?{parts.query}" if parts.query else "")).rstrip("/")
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
    probability entries / 2**64 per look-up, about one in 10**13 for a million entries. `digest` names the content: it
    is the same for the same entries in any order, and is what a recipe's fingerprint should show.

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
        """Read lines in the UT1 format (`domains` or `urls` files); blank lines, comments and bare TLDs are skipped."""
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
        """Return whether a canonical host or any parent domain of it is listed."""
        return bool(self.hashes) and any(parent in self for parent in _parents(host))

    def url(self, host: str, path: str) -> bool:
        """Whether a listed `domain/path` starts this lower-case, decoded path and query, up to a segment's end."""
        if not self.hashes:
            return False
        with_paths = [parent for parent in _parents(host) if parent + "/" in self]
        return any(parent + prefix in self for parent in with_paths for prefix in _path_prefixes(path))
