"""The verbs recipes are written in: each a frozen dataclass of what it does and its limits."""

from curate.stages.barriers import Barrier, ExactDuplicates, NearDuplicates
from curate.stages.contamination import Decontaminate
from curate.stages.pages import Extract, Prefilter, Read, Urls
from curate.stages.texts import Language, Redact, Rules, Score

__all__ = [
    "Barrier", "Decontaminate", "ExactDuplicates", "Extract", "Language", "NearDuplicates", "Prefilter", "Read",
    "Redact", "Rules", "Score", "Urls",
]  # fmt: skip
