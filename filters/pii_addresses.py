"""Street addresses: a street with its number, a post box, a postcode with its place, and the lines around them.

Every address has a number somewhere, so the search goes from number to number and looks at a few words on either side.
What it finds there is put together along the line, then lines above and below that can only be part of it are added:
one span per line. All windows are bounded, so work is linear in the text's length.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from filters import pii_address_forms as forms
from filters.pii_numbers import Found

WINDOW_CHARS = 72
MAX_LINE_CHARS = 90
MAX_PIECES = 7


class Part(NamedTuple):
    """A stretch of one line: `hard` when it is an address by itself, `coded` when it ends in a place or a postcode."""

    start: int
    end: int
    hard: bool
    coded: bool


def _street_after(text: str, start: int, digits: int) -> Part | None:
    """A street behind its number: "12 Elm Road", "12 rue de l'Orme"."""
    if text[digits : digits + 1] not in " ,-–/&½" and not text[digits : digits + 1].isalpha():
        return None
    strong = forms.STRONG.match(text, start) or forms.ROMANCE.match(text, start)
    if strong and "Example Street" in strong[0]:  # what redaction itself puts in
        return None
    if strong:
        return Part(start, strong.end(), hard=True, coded=False)
    weak = forms.WEAK.match(text, start)
    if weak:
        sure = digits - start < 6 and forms.FOLLOWED.match(text, weak.end())
        return Part(start, weak.end(), hard=bool(sure), coded=False)
    other = (
        forms.DIRECTED.match(text, start)
        or forms.BARE.match(text, start)
        or forms.MOO.match(text, start)
        or forms.CROSSING.match(text, start)
    )
    return Part(start, other.end(), hard=True, coded=False) if other else None


def _street_before(text: str, before: str, start: int, end: int) -> Part | None:
    """A street in front of its number: "Via Roma 5", "Hauptstraße 12a", "ул. Ленина, д. 5"."""
    tokens = before.split(" ")
    last = tokens[-2] if len(tokens) > 1 and not tokens[-1] else tokens[-1]
    house = forms.HOUSE.match(text, start)
    end = house.end() if house else end
    if forms.ENDING.search(last) or forms.NAME_STREET.search(before):
        return Part(start - len(_street_name(before)), end, hard=end - start < 6, coded=False)
    for back in range(2, min(9, len(tokens) + 1)):
        if _is_street_word(tokens[-back].strip(".,(")):
            named = forms.NAMED_BEFORE.fullmatch(" ".join(tokens[-back:]).lstrip("("))
            if named:
                return Part(start - len(named[0]), end, hard=True, coded=False)
    named = forms.NAMED_STREET.search(before) if forms.ZIP_COMMA.match(text, end) else forms.VIA.search(before)
    if named and end - start < 5 and not forms.MONTH.search(before):
        return Part(start - len(named[0]), end, hard=True, coded=False)
    if forms.WEAK_ENDING.search(last):
        sure = forms.ZIP_BEHIND.match(text, end)
        return Part(start - len(last) - 1, end, hard=bool(sure), coded=False)
    return None


def _is_street_word(word: str) -> bool:
    return word.lower() in forms.STREET_BEFORE and (word != word.upper() or len(word) > 3 or "/" in word)


def _street_name(before: str) -> str:
    named = forms.NAME_STREET.search(before) or forms.ENDING_BEFORE.search(before)
    return named[0] if named else before


def _code_before(text: str, before: str, start: int, end: int) -> Part | None:
    """A postcode behind its state: "Portland OR 97205", "Sydney NSW 2000"."""
    found = forms.STATE_BEFORE.search(before)
    if not found:
        return None
    size = end - start
    us = found["us"] and size == 5 and text[start] == forms.ZIP_DIGITS.get(found["us"])
    named = found["name"] and size == 5 and not text.startswith((" people", ",0"), end)
    other = (found["au"] and size == 4 and len(found[0]) > 5) or (found["in"] and size in (3, 6))
    if not (us or named or other):
        return None
    code = forms.ZIP_FORM.match(text, start)
    return Part(start - len(found[0]), code.end() if code else end, hard=True, coded=True)


def _lettered_code(text: str, start: int) -> Part | None:
    """A British or Canadian postcode around a digit that stands behind a letter."""
    left = start - 1
    if left and text[left - 1].isalpha():
        left -= 1
    if left and (text[left - 1].isalnum() or text[left - 1] in "-_/.#"):
        return None
    code = forms.LETTERED.match(text, left)
    if not code:
        return None
    sure = " " in code[0] and forms.CODE_CONTEXT.search(text, max(0, left - 40), left)
    return Part(left, code.end(), hard=bool(sure), coded=True)


def _box_or_unit(text: str, before: str, word: str, start: int, end: int) -> Part | None:
    if word in forms.BOX_WORDS:
        box = forms.BOX.search(before)
        if box:
            if box[0].startswith("Postfach"):  # "Postfach 12 34"
                more = forms.MORE_DIGITS.match(text, end)
                end = more.end() if more else end
            weak = box[0].strip(" .:#").upper() in forms.WEAK_BOXES
            return Part(start - len(box[0]), end, hard=not weak and end - start < 8, coded=False)
    if word in forms.UNITS:
        unit = forms.UNIT_BEFORE.search(before)
        if unit:
            tail = forms.UNIT_NUMBER.match(text, start)
            return Part(start - len(unit[0]), tail.end() if tail else end, hard=False, coded=False)
    return None


def _part(text: str, start: int, end: int) -> Part | None:
    """What the number at `start` to `end` is part of, if that is a piece of an address."""
    previous = text[start - 1] if start else "\n"
    if previous.isalpha() and not "a" <= previous <= "z":
        if "A" <= previous <= "Z" and end - start <= 2:
            return _lettered_code(text, start)
        return _east_asian(text, start) if previous > "\u2e7f" else None
    glued = "a" <= previous <= "z" or previous == ")"
    if (previous in "$€£.%:_=@+" and text[max(0, start - 3) : start] not in ("No:", "no:")) or (previous.isalnum() and not glued):
        return None
    if not glued or end - start > 2:
        found = _street_after(text, start, end)
        if found and (not glued or found.hard) and not _is_year(text, start, end):
            return found
    before = text[max(0, start - WINDOW_CHARS) : start].rpartition("\n")[2]
    word = forms.LAST_WORD.search(before)
    if not word:
        return None
    if word[1][-1] > "\u2e7f":
        return _east_asian(text, start)
    key = word[1].lower()
    if len(key) == 1 and before[: word.start()].strip():  # "Apartado A-112", "P. O. Box"
        key = before[: word.start()].split()[-1].strip(".").lower()
    found = _code_before(text, before, start, end) if key in forms.STATE_WORDS else None
    return found or _box_or_unit(text, before, key, start, end) or _street_before(text, before, start, end)


def _is_year(text: str, start: int, end: int) -> bool:
    """Whether "in 2008 Wall Street ..." is meant, and no house number."""
    return end - start == 4 and bool(
        forms.YEAR.match(text, start) and forms.TAKEN_FOR_YEAR.search(text, max(0, start - 14), start)
    )


def _east_asian(text: str, start: int) -> Part | None:
    found = forms.CJK_BEFORE.search(text, max(0, start - 40), start)
    end = forms.CJK.match(text, start)
    return Part(found.start(), end.end(), hard=True, coded=False) if found and end else None


def _extended(text: str, part: Part) -> Part:
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
    front = forms.UNIT_FRONT.search(text, max(0, start - 16), start)
    start -= len(front[0]) if front and not part.coded else 0
    for _ in range(MAX_PIECES):
        before = text[max(0, start - WINDOW_CHARS) : start].rpartition("\n")[2]
        found = forms.BUILDING_BEFORE.search(before) or (not part.coded and forms.REVERSED_BEFORE.search(before))
        if not found and towns:
            towns -= 1
            found = forms.CITY_BEFORE.search(before)
        if not found:
            break
        start -= len(found[1])
    return Part(start, end, part.hard, coded)


def _parts(text: str) -> list[Part]:
    """The parts of addresses in a text, in order, those of one address on one line put together."""
    joined: list[Part] = []
    done = 0
    for number in forms.DIGITS.finditer(text):
        start, end = number.span()
        if start < done:
            continue
        part = _part(text, start, end)
        if not part:
            continue
        part = _extended(text, part) if part.hard else part
        done = part.end
        if joined and _one_address(text, joined[-1], part):
            last = joined.pop()
            part = Part(
                min(last.start, part.start), max(last.end, part.end), last.hard or part.hard, last.coded or part.coded
            )
            part = _extended(text, part) if part.hard and not last.hard else part
        joined.append(part)
    return joined


def _one_address(text: str, last: Part, part: Part) -> bool:
    if part.start <= last.end:
        return True
    if part.start - last.end > MAX_LINE_CHARS // 2:
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


def street_addresses(text: str) -> Iterator[Found]:
    """Addresses, one span per line: street and number, unit, town, state, postcode, country; and post boxes."""
    parts = [part for part in _parts(text) if part.hard]
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
