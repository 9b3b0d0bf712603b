"""Holds the verbs that recipes are written in, each a frozen dataclass; `curate.protocol` says what a stage is."""

from curate.protocol import About, Barrier, Failure, Fate, Outcome, Stage, about
from curate.stages.barriers import ExactDuplicates, NearDuplicates
from curate.stages.contamination import Decontaminate
from curate.stages.kinds import alone, is_barrier, lacking, reads
from curate.stages.pages import Extract, Prefilter, Read, Urls
from curate.stages.per_language import PerLanguage
from curate.stages.predicates import Keep
from curate.stages.repeats import Contained, Passages, SiteLines
from curate.stages.scores import Score
from curate.stages.texts import Language, Redact, Rules

__all__ = [
    "About", "Barrier", "Contained", "Decontaminate", "ExactDuplicates", "Extract", "Failure", "Fate", "Keep",
    "Language", "NearDuplicates", "Outcome", "Passages", "PerLanguage", "Prefilter", "Read", "Redact", "Rules",
    "Score", "SiteLines", "Stage", "Urls", "about", "alone", "is_barrier", "lacking", "reads",
]  # fmt: skip
