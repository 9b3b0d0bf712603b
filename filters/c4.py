"""C4: keep the lines that read like sentences, then the pages that have enough of them.

Source: Raffel et al. 2020, "Exploring the Limits of Transfer Learning", section 2.2, and the TFDS code `c4_utils.py`.
`clean_lines` is the edit; `quality` judges the page as it would be after that edit, and takes the text before it.
"""

import re
from dataclasses import dataclass, replace

from filters.rule_set import Dialect, RuleSet, TextEdit
from filters.text_view import Spans, TextView
from filters.verdict import Rule

SOURCE = "C4 (Raffel et al. 2020), section 2.2"
CITATION = re.compile(r"\[\d*\]|\[edit\]|\[citation needed\]")
POLICIES = ("terms of use", "privacy policy", "cookie policy", "uses cookies", "use of cookies", "use cookies")


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


def _candidates(view: TextView, reading: PageReading) -> list[str]:
    """Stripped lines, without citations, that are long enough, have no overlong word and end as they should."""
    from filters import kernels

    lines = view.stripped(view.all_lines if reading.every_break else view.lines)
    words, longest = kernels.line_words(view.flags, lines.starts, lines.ends)
    cited = "[" in view.text and CITATION.search(view.text) is not None
    keep = longest <= reading.max_word_length
    if not cited or reading.words_before_citations:
        keep &= words >= reading.min_line_words
    texts = Spans(lines.starts[keep], lines.ends[keep]).of(view.text)
    if cited:
        texts = [CITATION.sub("", line) for line in texts]
        if not reading.words_before_citations:
            texts = [line for line in texts if len(line.split()) >= reading.min_line_words]
    if reading.end_marks:
        texts = [line for line in texts if line.endswith(reading.end_marks) and not line.endswith("...")]
    return texts


def clean_page(view: TextView, reading: PageReading) -> CleanPage:
    """Apply the line rules; the result is kept in the view for whoever asks next."""
    cleaned: CleanPage = view.once(("c4", reading), lambda: _clean_page(view, reading))
    return cleaned


def _clean_page(view: TextView, reading: PageReading) -> CleanPage:
    lines, lorem_ipsum, curly = _candidates(view, reading), 0, 0
    if "{" in view.text or any(phrase in view.lower for phrase in ("lorem ipsum", "javascript", *POLICIES)):
        kept = []
        for line in lines:
            lower = line.lower()
            if "lorem ipsum" in lower:
                lorem_ipsum += 1
            elif "javascript" in lower:
                continue
            elif "{" in line:
                curly += 1
            elif any(phrase in lower for phrase in POLICIES):
                continue
            kept.append(line)
        lines = kept
    return CleanPage(TextView("\n".join(lines).strip()), len(lines), lorem_ipsum, curly)


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
    sentences = kernels.sentence_counts(page.view.codes, page.view.flags, words.starts, words.ends)
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
