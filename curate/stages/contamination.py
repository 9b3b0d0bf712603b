"""Keeps evaluation items out of the training text."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np
import pyarrow as pa

from curate.contamination.actions import ACTIONS, MARGIN_CHARS, decide
from curate.contamination.stored import Evals, evals
from curate.documents import Documents
from curate.errors import UsageError
from curate.protocol import Outcome


@dataclass(frozen=True, slots=True)
class Decontaminate:
    """Drop texts that hold items of evaluation sets, cut the items out, or only mark them, by `action`.

    `paths` are files of evaluations, or an `Evals`. Adds the column `contamination`, the items found as
    `evaluation:item`; the rule of a dropped row names one of them. What is cut is a match with `margin_chars`
    characters on either side. A match counts from a score of `min_score` on.
    """

    paths: Evals | Sequence[str | Path] | str | Path
    action: str = "drop"
    min_score: float = 0.0
    margin_chars: int = MARGIN_CHARS
    name: ClassVar[str] = "contamination"
    measures: ClassVar[bool] = False
    signals: ClassVar[tuple[str, ...]] = ("items",)

    def __post_init__(self) -> None:
        """Refuse an unknown action and files that are missing with UsageError."""
        if self.action not in ACTIONS:
            raise UsageError(f"contaminated texts can be handled by {', '.join(ACTIONS)}, not {self.action!r}")
        if not isinstance(self.paths, Evals):
            paths = [self.paths] if isinstance(self.paths, str | Path) else self.paths
            object.__setattr__(self, "paths", evals(paths))

    def check(self) -> None:
        """Build the index, or find it built; UsageError when an evaluation cannot be read."""
        assert isinstance(self.paths, Evals)
        self.paths.index()

    def __call__(self, documents: Documents) -> Outcome:
        """Look for items in each text, and act."""
        assert isinstance(self.paths, Evals)
        made = decide(documents.texts(), self.paths.index(), action=self.action, min_score=self.min_score,
                      margin_chars=self.margin_chars)  # fmt: skip
        documents = documents.with_texts([each.text for each in made]) if self.action == "cut" else documents
        items = pa.array([list(each.items) for each in made], pa.list_(pa.string()))
        counts = np.array([len(each.items) for each in made], np.float64)
        documents = documents.with_column("contamination", items)
        return Outcome(documents, [each.verdict for each in made], {"items": counts})
