"""The members of a file that compresses each record by itself: walk them, get past damage, own those of one split.

A reader that starts anywhere has to find a member. The two magic bytes are not enough, and neither is a member that
inflates to `WARC/`: a page that was itself a `.warc.gz` is incompressible, so its members stand verbatim inside a
stored block of ours. A stored block is at most 65,535 bytes, though, so unbroken members over a longer stretch are the
file's own. `anchor` looks back until it has such a stretch, and from there every reader sees what a reader of the whole
file sees: the same members, the same damage, whatever the split.
"""

from collections.abc import Iterator
from typing import Any

from curate.warc.gzip_members import (
    FIRST_WINDOW,
    WINDOW,
    Bytes,
    Member,
    Opens,
    Tally,
    drain,
    first_bytes,
    next_opening,
)
from curate.warc.records import Grammar

TRUSTED_RUN = (1 << 16) + 64  # longer than any stored block
FIRST_LOOKBACK = 1 << 17
MAX_LOOKED_AT = 1000  # openings behind one damaged member; a page that was an archive seldom held more
REMEMBERED = 100_000


def anchor(source: Bytes, start: int, opens: Opens, max_inflate: int) -> int:
    """A position at or before `start` that a reader of the whole file is sure to come by."""
    back = FIRST_LOOKBACK
    while back < start:
        found = _trusted(source, start - back, start, opens, max_inflate)
        if found >= 0:
            return found
        back *= 4
    return 0


def _trusted(source: Bytes, begin: int, start: int, opens: Opens, max_inflate: int) -> int:
    """Where an unbroken run of members too long for a stored block begins, at or before `start`; -1 if nowhere."""
    run = next_opening(source, begin, opens, start + 1)
    position = run
    while run <= start:
        if position - run >= TRUSTED_RUN or position == source.size:
            return run
        member = Member(source, position, max_inflate)
        if drain(member):
            position = member.end
        else:
            run = position = next_opening(source, position + 1, opens, start + 1)
    return -1


def members(
    source: Bytes, start: int, end: int, grammar: Grammar, *, tally: Tally, max_inflate: int
) -> Iterator[Member]:
    """Members that begin in [start, end), in order; what is damaged is told to `tally` by the split it begins in.

    A member is to be used before the next is asked for.
    """
    position = anchor(source, start, grammar.opens, max_inflate)
    ahead = Ahead(source, grammar.opens)
    while position < min(end, source.size):
        owned = position >= start
        member = Member(source, position, max_inflate)
        if owned and not member.broken:
            yield member
        if drain(member):
            position = member.end
            continue
        behind = behind_damage(ahead, position, grammar)
        padding = behind == source.size and source.only_zeros(position, behind)
        if owned and not padding:
            tally(1, behind - position)
        position = behind


class Ahead:
    """Remembers what was seen of a file beyond damage, since many broken members in a row all look ahead."""

    __slots__ = ("_ends", "_openings", "opens", "source")

    def __init__(self, source: Bytes, opens: Opens) -> None:
        self.source = source
        self.opens = opens
        self._openings: dict[int, tuple[int, int]] = {}
        self._ends: dict[int, int] = {}

    def opening(self, position: int) -> tuple[int, int]:
        """The first opening at or after a position, and the length that the four bytes before it say."""
        found = self._openings.get(position)
        if found is None:
            offset = next_opening(self.source, position, self.opens)
            found = offset, int.from_bytes(self.source.at(offset - 4, 4), "little")
            _remember(self._openings, position, found)
        return found

    def leads_to(self, position: int, target: int) -> bool:
        """Return whether whole members stand one behind the other from one position to another."""
        for _ in range(MAX_LOOKED_AT):
            if position >= target:
                break
            end = self._ends.get(position)
            if end is None:
                member = Member(self.source, position)
                while not member.whole and not member.broken and member.end <= target + WINDOW:
                    next(iter(member), b"")
                end = member.end if member.whole else self.source.size + 1
                _remember(self._ends, position, end)
            position = end
        return position == target


def _remember(seen: dict[int, Any], position: int, what: object) -> None:
    if len(seen) >= REMEMBERED:
        seen.clear()
    seen[position] = what


def behind_damage(ahead: Ahead, position: int, grammar: Grammar) -> int:
    """Return where to go on after a member that is not whole: as a rule the next opening after its first byte.

    Damage can run on into the members behind, so it is searched from there and not from where inflating failed. The
    damaged member may carry an archive of its own, though. Its record header, which stands first, mostly says how long
    it was, and gzip repeats that length in a member's last four bytes: an opening right behind those is the true one,
    unless whole members lead up to it, which then only are as long. At most `MAX_LOOKED_AT` openings are looked at.
    """
    size = ahead.source.size
    candidate, before = ahead.opening(position + 1)
    first = candidate
    lengths = _member_lengths(first_bytes(ahead.source, position, WINDOW), grammar)
    far = min(size, position + max(lengths, default=0) + FIRST_WINDOW)
    for _ in range(MAX_LOOKED_AT if lengths else 0):
        if candidate > far:
            break
        if before in lengths:
            return first if ahead.leads_to(first, candidate) else candidate
        if candidate == size:
            break
        candidate, before = ahead.opening(candidate + 1)
    return first


def _member_lengths(head: bytes, grammar: Grammar) -> set[int]:
    """Return what a member that holds one record may inflate to, with the line ends that usually follow a block."""
    parsed = grammar.header(head, 0) if grammar.opens(head) else None
    length = parsed[0].get(b"content-length", b"") if parsed else b""
    if parsed is None or not length.isdigit() or len(length) > 9:
        return set()
    return {parsed[1] + int(length) + line_ends for line_ends in (0, 1, 2, 4)}
