"""What stages say of dropped pages that they never saw: from stored numbers where those tell it, else by asking."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from curate.documents import Documents
from curate.protocol import Failure, Fate, Outcome, column
from curate.report.pages import Pages
from curate.stages import about
from curate.stages.attempt import attempt
from curate.stages.kinds import limits


def without_limits(stage: Any) -> Any:
    """The stage without any limit that can be set."""
    for name in limits(stage):
        stage = stage.with_limit(name, None)
    return stage


def said_of(stage: Any, documents: Documents, pages: Pages, rows: Sequence[int], *, same_text: bool) -> Outcome:
    """What a stage says of documents, which stand in some `rows` of the pages.

    Rule sets have measured dropped pages too, and a stage has what it dropped. With the `same_text` as then, and where
    the stage changes none, those numbers are judged again instead of measured again.
    """
    stored = _stored(stage, documents, pages, rows) if same_text else None
    return stored or attempt(stage, documents)


def _stored(stage: Any, documents: Documents, pages: Pages, rows: Sequence[int]) -> Outcome | None:
    told = about(stage)
    names = {name: column(stage.name, name) for name in told.needs}
    if told.judge is None or told.edits or not set(names.values()) <= set(pages.signals):
        return None
    signals = {name: pages.signals[stored][rows] for name, stored in names.items()}
    if any(np.isnan(each).any() for each in signals.values()):
        return None
    return Outcome(documents, told.judge(signals), signals)


def keeps(fate: Fate) -> bool:
    """Return whether a document stays."""
    return not isinstance(fate, Failure) and bool(fate)
