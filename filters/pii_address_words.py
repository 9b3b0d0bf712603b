"""The words and marks by which `pii_near_numbers` tells what can be a part of an address."""

from collections.abc import Iterable
from functools import cache

import numpy as np
from numpy.typing import NDArray

from curate.filters import pii_address_forms as forms
from curate.filters import pii_places as places
from curate.filters.hashing import word_table
from curate.filters.pii_kinds import SAME_LETTERS

# What the table says of a word, in lower case: it may stand between a number and its street; it comes before a name of
# a street; it is the last before a number, as it is, with a capital, or all in capitals; it ends a street of one word;
# it is one of the last two before a number; it begins a street's name even where it is glued to what stands before.
FOLLOWS, STREET, LAST, LAST_CAPITAL, LAST_CAPITALS, ENDING, NEAR_END, VIA = 1, 2, 4, 8, 16, 32, 64, 128
# Kinds of ASCII marks: between a number and its street, two numbers of one house, before a capital, between a word and
# its number, inside a word, before a number that is no house's; around an `@` that is spelled out; between digits.
MARKS = {
    " ,-/&": (JOINT := 1), "-/&": (RANGE := 2), ".'": (IN_STREET := 4), " ,.#:-": (BETWEEN := 8),
    "_'/": (IN_WORD := 16), "$.%_=@+": (NO_HOUSE := 32), "[({<_-": (OPENS := 64), " \t()./-": (SEPARATES := 128),
}  # fmt: skip


@cache
def address_words() -> NDArray[np.uint64]:
    """The words, as `hashing.look_up` takes them."""
    bits: dict[str, int] = {}

    def note(words: Iterable[str], bit: int) -> None:
        for word in (word.translate(SAME_LETTERS) for word in words):
            bits[word] = bits.get(word, 0) | bit

    def alternatives(pattern: str) -> list[str]:
        return [word.replace("\\", "") for word in pattern.split("|")]

    def last(pattern: str) -> list[str]:
        return [word.split()[-1].strip(".") for word in alternatives(pattern)]

    joins = alternatives(forms.JOIN.removeprefix("(?:").removesuffix(")"))
    romance = [word.rstrip(".") for word in forms.ROMANCE_STREETS]
    note((*joins, *romance, *"bis ter quater st nd rd th d l at and".split()), FOLLOWS)
    note(places.STREET_BEFORE, STREET)
    note(("via", "viale", "vicolo"), VIA)
    note(forms.BOX_WORDS, LAST)
    for word in last("|".join((places.UNIT, places.US_STATE_NAME, places.AU_STATE, places.IN_STATE))):
        note([word.lower()], LAST_CAPITAL if word[:1].isupper() else LAST)
    note((word.lower() for word in alternatives(places.US_STATE)), LAST_CAPITALS)
    note((*forms.ENDING, *forms.WEAK_ENDING), ENDING)
    note((word.strip(".").lower() for word in alternatives(places.STREET_AFTER_NAME)), NEAR_END)
    note("carrera calle cra cll kr cl avenida av diagonal dg transversal tv".split(), NEAR_END)
    return word_table(bits)


@cache
def mark_kinds() -> NDArray[np.uint8]:
    """Return of which of `MARKS` each ASCII character is, uint8[128]."""
    table = np.zeros(128, np.uint8)
    for marks, kind in MARKS.items():
        table[list(map(ord, marks))] |= kind
    return table
