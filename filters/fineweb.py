"""FineWeb's own rules: few sentences, short lines, repeated lines and lists of links.

Source: Penedo et al. 2024, "The FineWeb Datasets", section 3.6; numbers as released in datatrove.
"""

from dataclasses import dataclass

from curate.filters import characters, places
from curate.filters.deferred import Deferred
from curate.filters.measured import measured
from curate.filters.rule_set import Dialect, RuleSet
from curate.filters.text_view import Spans, TextView
from curate.filters.verdict import Judgement, Rule

__all__ = ["quality"]
__dir__ = __all__.copy  # so dir() shows what is public

kernels = Deferred("curate.filters.kernels")
ngrams = Deferred("curate.filters.ngrams")

SOURCE = "FineWeb (Penedo et al. 2024), section 3.6"


@dataclass(frozen=True, slots=True)
class LineReading:
    """How lines are measured; a line of at most `short_line_chars` characters is short."""

    short_line_chars: int = 30


RULES = (
    Rule("lines", "min", 1, "it has no line with anything on it", SOURCE),
    Rule("terminal_line_fraction", "min", 0.12, "too few lines end in a sentence mark", SOURCE),
    Rule("short_line_fraction", "max", 0.67, "too many lines are short", SOURCE),
    Rule("duplicate_line_char_fraction", "max", 0.01, "too many characters are in repeated lines", SOURCE),
    Rule("newline_to_word_ratio", "max", 0.3, "there are too few words per line", SOURCE),
)


def _filled(view: TextView) -> Spans:
    return view.lines.where(view.stripped(view.lines).lengths > 0)


def measure(view: TextView, reading: LineReading) -> dict[str, float]:
    """Signals of the FineWeb rules; lines are those between newlines that are not blank."""
    lines = _filled(view)
    terminal = kernels.last_class_count(view.flags, lines.ends, characters.TERMINAL)
    _, repeated_chars, _, _ = ngrams.repeats(view.sums, lines.starts, lines.ends)
    newlines = len(view.newlines)
    return {
        "lines": float(len(lines)),
        "terminal_line_fraction": terminal / max(len(lines), 1),
        "short_line_fraction": float((lines.lengths <= reading.short_line_chars).sum()) / max(len(lines), 1),
        "duplicate_line_char_fraction": repeated_chars / max(len(view.text) - newlines, 1),
        "newline_to_word_ratio": newlines / max(len(view.words), 1),
    }


def line_places(view: TextView, reading: LineReading, rule: Rule) -> Spans:
    """The lines behind a rule: short ones, those that end in no sentence mark, copies."""
    lines = _filled(view)
    if rule.signal == "short_line_fraction":
        return lines.where(lines.lengths <= reading.short_line_chars)
    if rule.signal == "terminal_line_fraction":
        return lines.where(view.flags[lines.ends - 1] & characters.TERMINAL == 0)
    return places.copies(view, lines) if rule.signal == "duplicate_line_char_fraction" else places.nowhere()


JUDGEMENT = Judgement(
    "Hugging Face's authors (Penedo et al. 2024), limits chosen by training small models on English",
    "forums, lyrics, plays and lists, whose lines are short or end without a mark",
)
_DIALECTS = (
    Dialect("datatrove", LineReading(), RULES, SOURCE),
    measured(LineReading(), RULES, max_short_line_fraction=0.9, max_newline_to_word_ratio=0.3),
)

quality = RuleSet("fineweb.quality", measure, _DIALECTS, "datatrove", judgement=JUDGEMENT, places=line_places)
