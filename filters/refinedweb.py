"""RefinedWeb's line corrections, and the rule that drops a page of which they take too much.

Source: Penedo et al. 2023, "The RefinedWeb Dataset", section 3.2 and appendix G.2; details as in DCLM's recipe
`dclm_baseline_refinedweb.yaml`. The paper's other text rules are Gopher's: `gopher.quality`, `gopher.repetition`.
"""

import re
from dataclasses import dataclass

import numpy as np

from curate.filters import places
from curate.filters.characters import ALNUM_FIRST, CAPITAL, DIGIT_ANY
from curate.filters.deferred import Deferred
from curate.filters.rule_set import Dialect, RuleSet, TextEdit
from curate.filters.text_view import Spans, TextView, Words
from curate.filters.verdict import Judgement, Rule

__all__ = ["clean_lines", "quality"]
__dir__ = __all__.copy  # so dir() shows what is public

kernels = Deferred("curate.filters.kernels")

SOURCE = "RefinedWeb (Penedo et al. 2023), section 3.2, appendix G.2"
COUNTER = re.compile(
    r"\W*\d[,.\d]*[kmb]?\s+(?:likes|shares|comments|retweets|reposts|quotes|bookmarks|upvotes|downvotes|downloads|views"
    r"|followers)\W*"
)
FURNITURE = re.compile(r"\s?items in cart|\s?read more(?:\.\.\.|…)$|^sign-in\s?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class LineReading:
    """Which lines go: by their share of capitals, of digits, by words; furniture is cut from lines that are short."""

    max_capital_fraction: float = 0.5
    max_digit_fraction: float = 0.999999
    min_line_words: int = 2
    max_furniture_words: int = 10


def _plain_lines(view: TextView, reading: LineReading) -> Spans:
    """Lines that are not mostly capitals, all digits, or a lone word; empty ones stay."""
    lines = view.lines
    length = np.maximum(lines.lengths, 1)
    capitals = kernels.class_counts(view.flags, lines.starts, lines.ends, CAPITAL) / length
    digits = kernels.class_counts(view.flags, lines.starts, lines.ends, DIGIT_ANY) / length
    words = kernels.count_words(view.flags, lines.starts, lines.ends)
    long_enough = (words >= reading.min_line_words) | (lines.lengths == 0)
    quiet = (capitals <= reading.max_capital_fraction) & (digits <= reading.max_digit_fraction)
    return lines.where(quiet & long_enough)


def correct_lines(view: TextView, reading: LineReading) -> TextView:
    """The view of a text without counters, shouting, lone words and page furniture."""
    corrected: TextView = view.once(("refinedweb", reading), lambda: TextView(_correct(view, reading)))
    return corrected


def _correct(view: TextView, reading: LineReading) -> str:
    kept = []
    for line in _plain_lines(view, reading).of(view.text):
        if line and COUNTER.fullmatch(line.lower()):
            continue
        if FURNITURE.search(line) and len(line.split()) <= reading.max_furniture_words:
            line = FURNITURE.sub("", line)
            if not line.strip():
                continue
        kept.append(line)
    return "\n".join(kept).strip()


RULES = (Rule("removed_word_fraction", "max", 0.05, "too many of its words are in lines that go", SOURCE),)


def _words(words: Words) -> int:
    return int(np.count_nonzero(words.kinds & ALNUM_FIRST))


def measure(view: TextView, reading: LineReading) -> dict[str, float]:
    """Return how many words there are before the corrections, and the share of them that the corrections take."""
    before, after = _words(view.raw_words), _words(correct_lines(view, reading).raw_words)
    return {"words": float(before), "removed_word_fraction": (before - after) / max(before, 1)}


def line_places(view: TextView, reading: LineReading, rule: Rule) -> Spans:
    """The lines that the corrections take, or cut."""
    if rule.signal != "removed_word_fraction":
        return places.nowhere()
    return places.pieces_that(view, view.filled_lines, lambda line: _correct(TextView(line), reading) != line)


JUDGEMENT = Judgement(
    "TII's authors (Penedo et al. 2023) for lines of English pages", "pages made of short lines and counters"
)
_DIALECTS = (Dialect("dclm", LineReading(), RULES, "dclm, dclm_baseline_refinedweb.yaml"),)

clean_lines = TextEdit("refinedweb.clean_lines", correct_lines, _DIALECTS, "dclm")
quality = RuleSet("refinedweb.quality", measure, _DIALECTS, "dclm", judgement=JUDGEMENT, places=line_places)
