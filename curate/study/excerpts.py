"""Excerpts of pages with what a rule objected to marked in them, where a rule's number points at places in the text."""

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from filters import pii

EXCERPT = 320  # characters
BEFORE = 60  # characters shown before the first mark
READ = 3_000  # characters searched for marks
TERMINAL = (".", "!", "?", '"', "'", "”", "’", "…", "。", "！", "？", ":", ";")

_LINE = re.compile(r"[^\n]+")
_PARAGRAPH = re.compile(r"\S(?:.*?\S)??(?=\s*\n\s*\n|\s*\Z)", re.DOTALL)
_WORD = re.compile(r"\w+(?:['’]\w+)*")
_TOKEN = re.compile(r"\S+")
_EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,64})+")
_STOP_WORD = re.compile(r"\b(?:the|be|to|of|and|that|have|with)\b")
_NGRAM = re.compile(r"(top|duplicate)_(\d+)_gram")

Span = tuple[int, int]
Finder = Callable[[str], Iterable[Span]]


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of an excerpt, marked or not."""

    text: str
    marked: bool


def excerpt(text: str, rule: str) -> tuple[Piece, ...]:
    """The part of a text with most of what the rule is about, marked; the beginning where nothing can be pointed at.

    >>> excerpt("Menu\\nThis line is a good deal longer than thirty characters.", "max_short_line_fraction")[0]
    Piece(text='Menu', marked=True)
    """
    searched = text[:READ]
    spans = sorted(set(finder_of(rule)(searched)))
    start = _densest(spans)
    start = max(0, start - BEFORE) if start > EXCERPT // 2 else 0
    end = min(start + EXCERPT, len(text))
    inside = [(max(a, start) - start, min(b, end) - start) for a, b in spans if b > start and a < end]
    pieces = [Piece("… ", marked=False)] if start else []
    pieces += _cut(*_without_personal_data(text[start:end], inside))
    return (*pieces, *([Piece(" …", marked=False)] if end < len(text) else []))


def _densest(spans: list[Span]) -> int:
    """Where to begin so that an excerpt shows most marked characters; the earliest such place."""
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
    """Where a place is once `start` to `end` has become `size` characters."""
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


def finder_of(rule: str) -> Finder:
    """The function that finds what a rule objects to, by the rule's name."""
    ngram = _NGRAM.search(rule)
    if ngram:
        return (_top_ngram if ngram[1] == "top" else _repeated_ngrams)(int(ngram[2]))
    return next((finder for part, finder in _FINDERS if part in rule), lambda _: ())


def _lines(text: str, wanted: Callable[[str], bool]) -> Iterable[Span]:
    return (match.span() for match in _LINE.finditer(text) if match[0].strip() and wanted(match[0].strip()))


def _repeated(pieces: re.Pattern[str]) -> Finder:
    """All copies of a piece but the first."""

    def find(text: str) -> Iterable[Span]:
        seen: set[str] = set()
        for match in pieces.finditer(text):
            if match[0] in seen:
                yield match.span()
            seen.add(match[0])

    return find


def _ngrams(text: str, n: int) -> tuple[list[tuple[str, ...]], Callable[[int], Span]]:
    """The runs of n words of a text, and where the run at an index stands."""
    words = list(_WORD.finditer(text))
    found = [word[0] for word in words]
    runs = list(zip(*(found[i:] for i in range(n)), strict=False))
    return runs, lambda at: (words[at].start(), words[at + n - 1].end())


def _repeated_ngrams(n: int) -> Finder:
    def find(text: str) -> Iterable[Span]:
        runs, place = _ngrams(text, n)
        first: dict[tuple[str, ...], int] = {}
        repeats = [at for at, run in enumerate(runs) if first.setdefault(run, at) != at]
        return [place(at) for at in repeats]

    return find


def _top_ngram(n: int) -> Finder:
    def find(text: str) -> Iterable[Span]:
        runs, place = _ngrams(text, n)
        counts = Counter(runs)
        top = max(counts, key=lambda words: (counts[words], sum(map(len, words))), default=())
        return [place(at) for at, run in enumerate(runs) if run == top and counts[top] > 1]

    return find


def _tokens(wanted: Callable[[str], bool]) -> Finder:
    return lambda text: (match.span() for match in _TOKEN.finditer(text) if wanted(match[0]))


def _matches(pattern: str, flags: int = 0) -> Finder:
    compiled = re.compile(pattern, flags)
    return lambda text: (match.span() for match in compiled.finditer(text))


_FINDERS: tuple[tuple[str, Finder], ...] = (
    ("duplicate_line", _repeated(_LINE)),
    ("duplicate_paragraph", _repeated(_PARAGRAPH)),
    ("short_line", lambda text: _lines(text, lambda line: len(line) <= 30)),
    ("terminal_line", lambda text: _lines(text, lambda line: not line.endswith(TERMINAL))),
    ("newline_to_word", lambda text: _lines(text, lambda line: len(line.split()) <= 3)),
    ("ellipsis_line", lambda text: _lines(text, lambda line: line.endswith(("...", "…")))),
    ("bullet_line", lambda text: _lines(text, lambda line: line.startswith(("•", "-", "*", "●")))),
    ("curly_bracket", lambda text: _lines(text, lambda line: "{" in line or "}" in line)),
    ("lorem_ipsum", _matches(r"lorem ipsum", re.IGNORECASE)),
    ("boilerplate", _matches(r"terms of use|privacy policy|cookie policy|us(?:es|e of|e) cookies", re.IGNORECASE)),
    ("letter_word", _matches(r"(?<!\S)(?:[^\w\s]|[\d_])+(?!\S)")),
    ("stop_words", lambda text: (match.span() for match in _STOP_WORD.finditer(text))),
    ("max_mean_word_length", _tokens(lambda word: len(word) > 10)),
    ("min_mean_word_length", _tokens(lambda word: len(word) < 3)),
    ("hash_to_word", _matches(r"#")),
    ("ellipsis_to_word", _matches(r"\.\.\.|…")),
    ("longest_word", _tokens(lambda word: len(word) > 100)),
    ("url_char", _matches(r"https?://\S+|www\.\S+")),
    ("digit_char", _matches(r"\d+")),
    ("pii_spans", lambda text: ((found.start, found.end) for found in pii.find(text))),
)
