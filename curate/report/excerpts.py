"""Excerpts of pages with what a rule counts marked in them, where the rule's stage can point at it."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from curate.filters import pii

EXCERPT = 320  # characters
BEFORE = 60  # characters shown before the first mark
READ = 3_000  # characters searched for marks

_EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,64})+")

Span = tuple[int, int]
Finder = Callable[[str], Iterable[Span]]


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of an excerpt, marked or not."""

    text: str
    marked: bool


def excerpt(text: str, find: Finder) -> tuple[Piece, ...]:
    """The part of a text with most of what is found in it, marked; the beginning where nothing is.

    >>> from curate.filters import fineweb
    >>> text = "Menu\\nThis line is a good deal longer than thirty characters."
    >>> excerpt(text, lambda text: fineweb.quality.where(text, "max_short_line_fraction"))[0]
    Piece(text='Menu', marked=True)
    """
    spans = sorted(set(find(text[:READ])))
    start = _densest(spans)
    start = max(0, start - BEFORE) if start > EXCERPT // 2 else 0
    end = min(start + EXCERPT, len(text))
    inside = [(max(a, start) - start, min(b, end) - start) for a, b in spans if b > start and a < end]
    pieces = [Piece("… ", marked=False)] if start else []
    pieces += _cut(*_without_personal_data(text[start:end], inside))
    return (*pieces, *([Piece(" …", marked=False)] if end < len(text) else []))


def _densest(spans: list[Span]) -> int:
    """Return where to begin so that an excerpt shows most marked characters; the earliest such place."""
    best, start, first, covered = 0, 0, 0, 0
    for last, (_, end) in enumerate(spans):
        covered += end - spans[last][0]
        while spans[first][0] + EXCERPT - BEFORE < end and first < last:
            covered -= spans[first][1] - spans[first][0]
            first += 1
        if covered > best:
            best, start = covered, spans[first][0]
    return start


def _without_personal_data(text: str, spans: list[Span]) -> tuple[str, list[Span]]:
    """A text with personal data replaced by what it is, and the spans where they are then.

    Whatever looks like an address goes: to know that it is one takes the list of public suffixes, a tenth of a second.
    """
    text, spans = _replaced(text, spans, [(*match.span(), "EMAIL_ADDRESS") for match in _EMAIL.finditer(text)])
    found = pii.find(text, entities=pii.ENTITIES - {"EMAIL_ADDRESS"})
    return _replaced(text, spans, [(each.start, each.end, each.entity) for each in found])


def _replaced(text: str, spans: list[Span], found: list[tuple[int, int, str]]) -> tuple[str, list[Span]]:
    for start, end, entity in reversed(found):
        tag = f"<{entity}>"
        text = text[:start] + tag + text[end:]
        spans = [(_moved(a, start, end, len(tag)), _moved(b, start, end, len(tag))) for a, b in spans]
    return text, spans


def _moved(at: int, start: int, end: int, size: int) -> int:
    """Return where a place is once `start` to `end` has become `size` characters."""
    return at if at <= start else at + size - (end - start) if at >= end else start + size


def _cut(text: str, spans: list[Span]) -> list[Piece]:
    pieces, at = [], 0
    for begin, stop in spans:
        if stop <= at:
            continue
        begin = max(begin, at)
        if begin > at:
            pieces.append(Piece(text[at:begin], marked=False))
        pieces.append(Piece(text[begin:stop], marked=True))
        at = stop
    return [*pieces, *([Piece(text[at:], marked=False)] if at < len(text) else [])]
