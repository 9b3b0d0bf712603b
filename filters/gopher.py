"""The rules of Gopher: natural prose in the first set, freedom from repetition in the second.

Source: Rae et al. 2021, "Scaling Language Models", appendix A.1.1 and table A1. The paper leaves open what a word is
and what a duplicate is; a dialect says how one port reads it. Default: datatrove, the reading of FineWeb. The dialect
`measured` is this project's own, which its default recipe uses: the rules that lose little good text, by their limits.
"""

from curate.filters.measured import measured
from curate.filters.prose import STOP_WORDS, ProseReading, measure_prose, prose_places, prose_rules
from curate.filters.repetition import (
    DUPLICATE_LIMITS,
    TOP_LIMITS,
    RepetitionReading,
    measure_repetition,
    repetition_places,
    repetition_rules,
)
from curate.filters.rule_set import Dialect, RuleSet
from curate.filters.verdict import Judgement

__all__ = ["DUPLICATE_LIMITS", "STOP_WORDS", "TOP_LIMITS", "quality", "repetition"]
__dir__ = __all__.copy  # so dir() shows what is public

_DATATROVE = ProseReading()
_DOLMA = ProseReading(
    words="raw_words",
    counted="any",
    averaged="any",
    median=True,
    symbols=(("symbol_word_fraction", ("#", "…")),),
    symbols_by_word=True,
    lines="lines",
    bullets=("*", "-"),
    ellipses=("…",),
    distinct_stop_words=False,
)
_DCLM = ProseReading(
    words="raw_words",
    counted="alnum_first",
    averaged="any",
    symbols=(("symbol_to_word_ratio", ("#", "...", ". . .", "…")),),
    lines="filled_lines",
    bullets=("●", "•", "*", "-"),
    ellipses=("...", ". . .", "…"),
    distinct_stop_words=False,
    any_case=True,
)

_MEASURED_PROSE = {
    "min_words": 50, "min_mean_word_length": 3, "max_mean_word_length": 10, "max_ellipsis_to_word_ratio": 0.1,
    "max_ellipsis_line_fraction": 0.3, "min_letter_word_fraction": 0.5, "min_stop_words": 2,
}  # fmt: skip
_MEASURED_REPETITION = {
    "min_characters": 1, "max_duplicate_line_fraction": 0.5, "max_top_2_gram_char_fraction": 0.20,
    "max_top_3_gram_char_fraction": 0.18, "max_top_4_gram_char_fraction": 0.16,
    "max_duplicate_5_gram_char_fraction": 0.35, "max_duplicate_10_gram_char_fraction": 0.3,
}  # fmt: skip

JUDGEMENT = Judgement(
    "DeepMind's authors (Rae et al. 2021) for prose in English, with datatrove's reading by default",
    "poems, code, tables, lists, dialogue and everything short; other languages by their spelling",
)
quality = RuleSet(
    "gopher.quality",
    measure_prose,
    (
        Dialect("datatrove", _DATATROVE, prose_rules(_DATATROVE), "datatrove 0.10.1, GopherQualityFilter"),
        Dialect("dolma", _DOLMA, prose_rules(_DOLMA), "dolma, taggers/gopher.py, gopher_v1"),
        Dialect("dclm", _DCLM, prose_rules(_DCLM), "dclm, content_filters.py, dclm_baseline_refinedweb.yaml"),
        measured(_DATATROVE, prose_rules(_DATATROVE), **_MEASURED_PROSE),
    ),
    "datatrove",
    judgement=JUDGEMENT,
    places=prose_places,
)
_PARAGRAPHS_FIRST = ("paragraph fraction", "paragraph char_fraction", "line fraction", "line char_fraction")
_COUNTS_FIRST = ("line fraction", "paragraph fraction", "line char_fraction", "paragraph char_fraction")
_DATATROVE_RULES = repetition_rules(*_PARAGRAPHS_FIRST)
repetition = RuleSet(
    "gopher.repetition",
    measure_repetition,
    (
        Dialect("datatrove", RepetitionReading(), _DATATROVE_RULES, "datatrove 0.10.1, GopherRepetitionFilter"),
        Dialect(
            "dolma",
            RepetitionReading("raw_words", "newline", paragraphs=False, every_copy=True, whole="words", ngrams="count"),
            repetition_rules("line fraction", "line char_fraction"),
            "dolma, taggers/gopher.py, gopher_v1",
        ),
        Dialect(
            "dclm",
            RepetitionReading("unicode_words", "filled", every_copy=True, whole="pieces", ngrams="cover"),
            repetition_rules(*_COUNTS_FIRST),
            "dclm, content_filters.py, massive_web_repetition_filters",
        ),
        measured(RepetitionReading(), _DATATROVE_RULES, **_MEASURED_REPETITION),
    ),
    "datatrove",
    judgement=JUDGEMENT,
    places=repetition_places,
)
