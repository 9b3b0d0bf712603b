"""C4: keep the lines that read like sentences, then the pages that have enough of them.

Source: Raffel et al. 2020, "Exploring the Limits of Transfer Learning", section 2.2, and the TFDS code `c4_utils.py`.
`clean_lines` is the edit; `quality` judges the page as it would be after that edit, and takes the text before it.
"""

import re
from dataclasses import dataclass, replace

import numpy as np

from filters.rule_set import Dialect, RuleSet, TextEdit
from filters.text_view import Spans, TextView
from filters.verdict import Rule

SOURCE = "C4 (Raffel et al. 2020), section 2.2"
CITATION = re.compile(r"\[\d*\]|\[edit\]|\[citation needed\]")
KELVIN = "\u212a".encode()  # lower-cases to a plain k
POLICIES = ("terms of use", "privacy policy", "cookie policy", "uses cookies", "use of cookies", "use cookies")
PHRASES = tuple(phrase.encode() for phrase in ("lorem ipsum", "javascript", *POLICIES))


@dataclass(frozen=True, slots=True)
class PageReading:
    """Which lines of a page survive; lengths in characters, words between white space.

    With no `end_marks` a line may end in anything.
    """

    end_marks: tuple[str, ...] = (".", "?", "!", '"', "'")
    min_line_words: int = 3
    max_word_length: int = 1000
    words_before_citations: bool = True
    every_break: bool = True


@dataclass(frozen=True, slots=True)
class CleanPage:
    """A page after the line rules: the view of what is left, and how many lines call for dropping the page."""

    view: TextView
    lines: int
    lorem_ipsum_lines: int
    curly_bracket_lines: int


def _candidates(view: TextView, reading: PageReading) -> Spans:
    """Stripped lines that are long enough and have no overlong word, with whatever citations they hold."""
    from filters import kernels

    lines = view.bare_lines
    words, longest = kernels.line_words(view.flags, lines.starts, lines.ends)
    return lines.where((longest <= reading.max_word_length) & (words >= reading.min_line_words))


def clean_page(view: TextView, reading: PageReading) -> CleanPage:
    """Apply the line rules; the result is kept in the view for whoever asks next."""
    cleaned: CleanPage = view.once(("c4", reading), lambda: _clean_page(view, reading))
    return cleaned


def _has_phrase(text: str) -> bool:
    """Whether any line of a text may need a closer look; looking at the whole text first is cheap."""
    if "{" in text:
        return True
    lower = text.encode("utf-8", "replace").lower().replace(KELVIN, b"k")
    return any(phrase in lower for phrase in PHRASES)


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
    lines = spans.of(view.text)
    cited = "[" in view.text and CITATION.search(view.text) is not None
    if cited:
        lines = [CITATION.sub("", line) for line in lines]
    ends = reading.end_marks
    keep = [not ends or (line.endswith(ends) and not line.endswith("...")) for line in lines]
    fates = [_fate(line) if kept else "" for line, kept in zip(lines, keep, strict=True)] if _has_phrase(view.text) else []
    keep = [kept and fate != "drop" for kept, fate in zip(keep, fates, strict=True)] if fates else keep
    if cited:
        page = TextView("\n".join(line for line, kept in zip(lines, keep, strict=True) if kept).strip())
    else:
        page = view.only_lines(spans.where(np.array(keep, dtype=np.bool_)))
    return CleanPage(page, sum(keep), fates.count("lorem_ipsum"), fates.count("curly_bracket"))


def edit_lines(view: TextView, reading: PageReading) -> str:
    """The text with only the lines that pass."""
    return clean_page(view, reading).view.text


RULES = (
    Rule("lorem_ipsum_lines", "max", 0, "it has placeholder text", SOURCE),
    Rule("curly_bracket_lines", "max", 0, "it looks like code", SOURCE),
    Rule("sentences", "min", 5, "too few sentences are left", SOURCE),
)


def measure(view: TextView, reading: PageReading) -> dict[str, float]:
    """Signals of the page rules, on what the line rules leave."""
    from filters import kernels

    page = clean_page(view, reading)
    words = page.view.words
    sentences = kernels.sentence_count(page.view.codes, words.kinds, words.starts, words.ends)
    return {
        "lorem_ipsum_lines": float(page.lorem_ipsum_lines),
        "curly_bracket_lines": float(page.curly_bracket_lines),
        "sentences": float(sentences),
        "lines": float(page.lines),
        "characters": float(len(page.view.text)),
    }


_DATATROVE = PageReading()
_DIALECTS = (
    Dialect("datatrove", _DATATROVE, RULES, "datatrove 0.10, C4QualityFilter"),
    Dialect("fineweb", replace(_DATATROVE, end_marks=()), RULES, "datatrove 0.10, filter_no_terminal_punct=False"),
)

clean_lines = TextEdit("c4.clean_lines", edit_lines, _DIALECTS, "datatrove")
quality = RuleSet("c4.quality", measure, _DIALECTS, "datatrove")
