"""C4: keep the lines that read like sentences, then the pages that have enough of them.

Source: Raffel et al. 2020, "Exploring the Limits of Transfer Learning", section 2.2, and the TFDS code `c4_utils.py`.
`clean_lines` is the edit; `quality` judges the page as it would be after that edit, and takes the text before it.
Sentences are counted by one rule in every dialect, that of spaCy's sentencizer as in datatrove; TFDS uses Punkt, which
knows more abbreviations. Bad words and duplicate lines are not here: the one needs a list, the other all pages.
"""

import re
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import compress

import numpy as np
from numpy.typing import NDArray

from curate.filters import places
from curate.filters.deferred import Deferred
from curate.filters.measured import measured
from curate.filters.rule_set import Dialect, RuleSet, TextEdit, changed_rules
from curate.filters.text_view import Spans, TextView
from curate.filters.verdict import Judgement, Rule

__all__ = ["clean_lines", "paragraphs", "quality"]
__dir__ = __all__.copy  # so dir() shows what is public

kernels = Deferred("curate.filters.kernels")

SOURCE = "C4 (Raffel et al. 2020), section 2.2"
CITATION = re.compile(r"\[\d*\]|\[edit\]|\[citation needed\]")
POLICIES = ("terms of use", "privacy policy", "cookie policy", "uses cookies", "use of cookies", "use cookies")
PHRASES = ("lorem ipsum", "javascript", "{", *POLICIES)
RARE_FIRST = "{qjzxvkwyfbghmpduclsntoirae "  # letters from the rarest in English to the most frequent


@dataclass(frozen=True, slots=True)
class PageReading:
    """Which lines of a page survive; lengths in characters, words between white space.

    With no `end_marks` a line may end in anything. Words are counted before or after citations are deleted.
    """

    end_marks: tuple[str, ...] = (".", "?", "!", '"', "'")
    min_line_words: int = 3
    max_word_length: int = 1000
    words_after_citations: bool = False


@dataclass(frozen=True)
class CleanPage:
    """A page after the line rules: the lines of a view that are left, and how many call for dropping the page.

    The view is that of the page, or of what is left of it once citations are deleted, which may empty a line.
    """

    of: TextView
    lines: Spans
    line_count: int
    lorem_ipsum_lines: int
    curly_bracket_lines: int

    @cached_property
    def view(self) -> TextView:
        """The view of the lines that are left, joined by newlines."""
        return self.of.only_lines(self.lines)

    @property
    def characters(self) -> int:
        """Return how many characters that text has."""
        return int(self.lines.lengths.sum()) + max(len(self.lines) - 1, 0)

    @property
    def sentences(self) -> int:
        """Return how many sentences it has."""
        words = self.of.words
        bounds = (words.starts, words.ends, self.lines.starts, self.lines.ends)
        return int(kernels.sentence_count(self.of.codes, words.kinds, *bounds))


def _candidates(view: TextView, reading: PageReading) -> Spans:
    """Stripped lines that are long enough and have no overlong word, with whatever citations they hold."""
    lines = view.bare_lines
    lines = lines.where(kernels.count_words(view.flags, lines.starts, lines.ends) >= reading.min_line_words)
    if lines.lengths.max(initial=0) <= reading.max_word_length:
        return lines
    return lines.where(kernels.longest_words(view.flags, lines.starts, lines.ends) <= reading.max_word_length)


def clean_page(view: TextView, reading: PageReading) -> CleanPage:
    """Apply the line rules; the result is kept in the view for whoever asks next."""
    cleaned: CleanPage = view.once(("c4", reading), lambda: _clean_page(view, reading))
    return cleaned


@cache
def _phrase_table() -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    """The phrases as `kernels.holds_any` takes them."""
    table = np.zeros((len(PHRASES), max(map(len, PHRASES))), dtype=np.uint32)
    for row, phrase in zip(table, PHRASES, strict=True):
        row[: len(phrase)] = [ord(char) for char in phrase]
    anchors = [min(range(len(phrase)), key=lambda at: RARE_FIRST.find(phrase[at])) for phrase in PHRASES]
    return table, np.array(anchors)


def _has_phrase(view: TextView) -> bool:
    """Return whether any line may need a closer look; looking at the whole text first is cheap."""
    return bool(kernels.holds_any(view.codes, *_phrase_table()))


def _fate(line: str) -> str:
    """What a line does: "lorem_ipsum" and "curly_bracket" condemn the page, "drop" the line alone, "" nothing."""
    lower = line.lower()
    if "lorem ipsum" in lower:
        return "lorem_ipsum"
    if "javascript" in lower:
        return "drop"
    if "{" in line:
        return "curly_bracket"
    return "drop" if any(phrase in lower for phrase in POLICIES) else ""


def _clean_page(view: TextView, reading: PageReading) -> CleanPage:
    spans = _candidates(view, reading)
    cited = "[" in view.text and CITATION.search(view.text) is not None
    phrases = _has_phrase(view)
    if not (cited or phrases or reading.end_marks):  # no line has to be looked at
        return CleanPage(view, spans, len(spans), 0, 0)
    lines = spans.of(view.text)
    if cited:
        lines = [CITATION.sub("", line) for line in lines]
    keep, marks = [True] * len(lines), reading.end_marks
    if marks:
        keep = [line.endswith(marks) and not line.endswith("...") for line in lines]
    if cited and reading.words_after_citations:
        keep = [kept and len(line.split()) >= reading.min_line_words for line, kept in zip(lines, keep, strict=True)]
    fates: list[str] = []
    if phrases:
        fates = [_fate(line) if kept else "" for line, kept in zip(lines, keep, strict=True)]
        keep = [kept and fate != "drop" for kept, fate in zip(keep, fates, strict=True)]
    counts = (sum(keep), fates.count("lorem_ipsum"), fates.count("curly_bracket"))
    if cited:
        left = TextView("\n".join(compress(lines, keep)).strip())
        return CleanPage(left, left.lines, *counts)
    return CleanPage(view, spans.where(np.array(keep, bool)), *counts)


def edit_lines(view: TextView, reading: PageReading) -> TextView:
    """The view of what the line rules leave."""
    return clean_page(view, reading).view


RULES = (
    Rule("lorem_ipsum_lines", "max", 0, "it has placeholder text", SOURCE),
    Rule("curly_bracket_lines", "max", 0, "it looks like code", SOURCE),
    Rule("sentences", "min", 5, "too few sentences are left", SOURCE),
)


def measure(view: TextView, reading: PageReading) -> dict[str, float]:
    """Signals of the page rules, on what the line rules leave."""
    page = clean_page(view, reading)
    return {
        "lorem_ipsum_lines": float(page.lorem_ipsum_lines),
        "curly_bracket_lines": float(page.curly_bracket_lines),
        "sentences": float(page.sentences),
        "lines": float(page.line_count),
        "characters": float(page.characters),
    }


def page_places(view: TextView, reading: PageReading, rule: Rule) -> Spans:
    """The lines that condemn a page; there is no place where sentences are missing."""
    condemned = rule.signal.removesuffix("_lines")
    if condemned == rule.signal:
        return places.nowhere()
    return places.pieces_that(view, _candidates(view, reading), lambda line: _fate(line) == condemned)


JUDGEMENT = Judgement(
    "Google's authors (Raffel et al. 2020) for English sentences", "code, recipes and lists; pages about curly brackets"
)
_DATATROVE = PageReading()
_TFDS = PageReading(end_marks=(".", "?", "!", '"'), min_line_words=5, words_after_citations=True)
_DIALECTS = (
    Dialect("datatrove", _DATATROVE, RULES, "datatrove 0.10.1, C4QualityFilter"),
    Dialect("fineweb", PageReading(end_marks=()), RULES, "datatrove 0.10.1, filter_no_terminal_punct=False"),
    measured(PageReading(end_marks=()), RULES, max_lorem_ipsum_lines=0, min_sentences=3),
    Dialect("tfds", _TFDS, changed_rules(RULES, min_sentences=3), "tensorflow_datasets, c4_utils.py"),
)

clean_lines = TextEdit("c4.clean_lines", edit_lines, _DIALECTS, "datatrove")
quality = RuleSet("c4.quality", measure, _DIALECTS, "datatrove", judgement=JUDGEMENT, places=page_places)

PARAGRAPH_SOURCE = "mC4 (Xue et al. 2021), section 3.1"
PARAGRAPH_RULES = (Rule("long_lines", "min", 3, "fewer than three of its lines are long", PARAGRAPH_SOURCE),)


@dataclass(frozen=True, slots=True)
class ParagraphReading:
    """A line of at least `long_line_chars` characters is long."""

    long_line_chars: int = 200


def measure_paragraphs(view: TextView, reading: ParagraphReading) -> dict[str, float]:
    """Return how many lines are long."""
    return {"long_lines": float((view.lines.lengths >= reading.long_line_chars).sum())}


_MC4 = Dialect("tfds", ParagraphReading(), PARAGRAPH_RULES, "tensorflow_datasets, c4_utils.py")
paragraphs = RuleSet("c4.paragraphs", measure_paragraphs, (_MC4,), "tfds", judgement=JUDGEMENT)
