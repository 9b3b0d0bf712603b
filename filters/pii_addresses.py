"""Street addresses: a street with its number, a post box, a postcode with its place, and the lines around them.

Every address has a number somewhere, so the search goes from number to number and looks at a few words on either side.
What it finds there is put together along the line, then lines above and below that can only be part of it are added:
one span per line. All windows are bounded, so work is linear in the text's length.
"""

from collections.abc import Iterator

from curate.filters import pii_address_forms as forms
from curate.filters.pii_kinds import NUMBER, Places
from curate.filters.pii_numbers import Found
from curate.filters.pii_streets import WINDOW_CHARS, Part, part_of

MAX_LINE_CHARS = 90
MAX_PIECES = 7


def _extended(text: str, part: Part, floor: int) -> Part:
    """A part with the unit, town, state and postcode behind it, and for a postcode the town and street before it."""
    start, end, coded = part.start, part.end, part.coded
    for _ in range(MAX_PIECES):
        piece = forms.PIECE.match(text, end)
        if piece:
            coded = coded or not piece["unit"]
        else:
            piece = None if coded else forms.CITY_PIECE.match(text, end)
        if not piece:
            break
        end = piece.end()
    towns = 2 if part.coded else 0
    front = forms.UNIT_FRONT.search(text, max(floor, start - 16), start)
    start -= len(front[0]) if front and not part.coded else 0
    for _ in range(MAX_PIECES):
        before = text[max(floor, start - WINDOW_CHARS) : start].rpartition("\n")[2]
        found = forms.BUILDING_BEFORE.search(before) or (not part.coded and forms.REVERSED_BEFORE.search(before))
        if not found and towns:
            towns -= 1
            found = forms.CITY_BEFORE.search(before)
        if not found:
            break
        start -= len(found[1])
    return Part(start, end, part.hard, coded)


def _parts(text: str, seen: Places) -> list[Part]:
    """The parts of addresses in a text, in order, those of one address on one line put together."""
    joined: list[Part] = []
    done = 0
    for start, end in seen[NUMBER]:
        if start < done:
            continue
        part = part_of(text, start, end)
        if not part:
            continue
        floor = joined[-1].end if joined and joined[-1].hard else 0
        part = _extended(text, part, min(floor, part.start)) if part.hard else part
        done = part.end
        if joined and _one_address(text, joined[-1], part):
            last = joined.pop()
            part = Part(
                min(last.start, part.start), max(last.end, part.end), last.hard or part.hard, last.coded or part.coded
            )
            part = _extended(text, part, 0) if part.hard and not last.hard else part
        joined.append(part)
    return joined


def _one_address(text: str, last: Part, part: Part) -> bool:
    if part.start <= last.end:
        return True
    if part.start - last.end > MAX_LINE_CHARS // 2 or (last.hard and part.hard and not part.coded):
        return False
    between = forms.PUNCTUATION if last.coded else forms.GAP
    return bool(between.fullmatch(text, last.end, part.start))


def _line_below(text: str, end: int) -> tuple[int, int] | None:
    """The stretch of the next line or cell, without bullets, when the address ends its own line."""
    gap = forms.LINE_END.match(text, end)
    if not gap:
        return None
    line = forms.LINE.match(text, gap.end())
    return (gap.end(), gap.end() + len(line[0].rstrip())) if line else None


def _line_above(text: str, start: int) -> tuple[int, int] | None:
    """The same for the line above an address that starts its own line."""
    stop = text.rfind("\n", max(0, start - 8), start)
    if stop < 0 or text[stop + 1 : start].strip(" >-*•·|"):
        return None
    left = max(text.rfind("\n", max(0, stop - MAX_LINE_CHARS), stop), text.rfind("\t", max(0, stop - 60), stop)) + 1
    if not left and stop > MAX_LINE_CHARS:
        return None
    bullet = forms.BULLET.match(text, left, stop)
    left = bullet.end() if bullet else left
    right = left + len(text[left:stop].rstrip())
    return (left, right) if left < right else None


def _below(text: str, end: int, following: set[int]) -> list[tuple[int, int]]:
    """Lines below an address that go on with it, up to the last that is a place or before another part of it.

    `following` are the starts of coded parts: a town, a village or a business park may stand before a postcode.
    """
    lines: list[tuple[int, int]] = []
    sure = 0
    for _ in range(5):
        line = _line_below(text, end)
        if not line or line[0] in following:
            sure = len(lines) if line else sure
            break
        if forms.PLACE_LINE.fullmatch(text, *line):
            sure = len(lines) + 1
        elif not forms.CITY_LINE.fullmatch(text, *line) or len(lines) - sure > 2:
            break
        lines.append(line)
        end = line[1]
    return lines[:sure]


def _above(text: str, start: int, done: int) -> list[tuple[int, int]]:
    """Lines above a postcode that can only be the street or the building, and a town between them."""
    lines: list[tuple[int, int]] = []
    sure = 0
    for _ in range(4):
        line = _line_above(text, start)
        if not line or line[0] < done:
            break
        if forms.ABOVE_LINE.fullmatch(text, *line):
            sure = len(lines) + 1
        elif not forms.CITY_LINE.fullmatch(text, *line) or len(lines) - sure > 1:
            break
        lines.append(line)
        start = line[0]
    return lines[:sure]


def _trimmed(text: str, start: int, end: int) -> int:
    """The end without punctuation, but with the full stop of a short word such as "Blvd."."""
    end = start + len(text[start:end].rstrip(" ,;-–|•·\t"))
    return (
        end - 1
        if text[end - 1] == "." and text[end - 5 : end - 1].isalnum() and text[end - 5 : end - 1] != "Blvd"
        else end
    )


def street_addresses(text: str, seen: Places) -> Iterator[Found]:
    """Addresses, one span per line: street and number, unit, town, state, postcode, country; and post boxes."""
    parts = [part for part in _parts(text, seen) if part.hard]
    coded = {part.start for part in parts if part.coded}
    done = 0
    for part in parts:
        above = _above(text, part.start, done) if part.coded else []
        yield from ((start, end, 0.5) for start, end in reversed(above))
        yield part.start, _trimmed(text, part.start, part.end), 0.6
        done = part.end
        for start, end in _below(text, part.end, coded):
            yield start, end, 0.5
            done = end
