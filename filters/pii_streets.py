"""What a number is part of: a house number of a street, a post box, a unit, a postcode.

Each function looks at a few words before or behind one number and gives the `Part` of an address around it.
"""

from typing import NamedTuple

from curate.filters import pii_address_forms as forms

WINDOW_CHARS = 72


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
    grid = forms.GRID.match(text, start) if forms.GRID_WORD.search(before) else None
    if grid:
        return Part(start - len(tokens[-2]) - 1, grid.end(), hard=True, coded=False)
    house = forms.HOUSE.match(text, start)
    end = house.end() if house else end
    if _ends(last, forms.ENDING) or forms.NAME_STREET.search(before):
        return Part(start - len(_street_name(before)), end, hard=end - start < 6, coded=False)
    for back in range(2, min(9, len(tokens) + 1)):
        if _is_street_word(tokens[-back].strip(".,(")):
            named = forms.NAMED_BEFORE.fullmatch(" ".join(tokens[-back:]).lstrip("("))
            if named:
                return Part(start - len(named[0]), end, hard=True, coded=False)
    named = forms.NAMED_STREET.search(before) if forms.ZIP_COMMA.match(text, end) else forms.VIA.search(before)
    if named and end - start < 5 and not forms.MONTH.search(before):
        return Part(start - len(named[0]), end, hard=True, coded=False)
    if _ends(last, forms.WEAK_ENDING):
        sure = forms.ZIP_BEHIND.match(text, end)
        return Part(start - len(last) - 1, end, hard=bool(sure), coded=False)
    return None


def _ends(word: str, endings: tuple[str, ...]) -> bool:
    """Return whether a capitalised word ends in one of these and is not that word itself."""
    lower = word.lower()
    return word[:1].isupper() and lower.endswith(endings) and lower not in endings


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


def part_of(text: str, start: int, end: int) -> Part | None:
    """Return what the number at `start` to `end` is part of, if that is a piece of an address."""
    previous = text[start - 1] if start else "\n"
    if previous.isalpha() and not "a" <= previous <= "z":
        if "A" <= previous <= "Z" and end - start <= 2:
            return _lettered_code(text, start)
        return _east_asian(text, start) if previous > "\u2e7f" else None
    glued = "a" <= previous <= "z" or previous == ")"
    if (previous in "$€£.%:_=@+" and text[max(0, start - 3) : start] not in ("No:", "no:")) or (
        previous.isalnum() and not glued
    ):
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
    """Return whether "in 2008 Wall Street ..." is meant, and no house number."""
    return end - start == 4 and bool(
        forms.YEAR.match(text, start) and forms.TAKEN_FOR_YEAR.search(text, max(0, start - 14), start)
    )


def _east_asian(text: str, start: int) -> Part | None:
    found = forms.CJK_BEFORE.search(text, max(0, start - 40), start)
    end = forms.CJK.match(text, start)
    return Part(found.start(), end.end(), hard=True, coded=False) if found and end else None
