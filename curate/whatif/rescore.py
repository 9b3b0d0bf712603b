"""Sends dropped pages on, through the stages from the one that dropped them."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import pyarrow as pa

from curate.counts import StageCount
from curate.documents import Documents
from curate.engine.flow import flow
from curate.output.fates import Reason
from curate.recipe import Recipe
from curate.stages import alone


@dataclass(slots=True)
class _Ends:
    """A sink that notes where each page ended."""

    stages: Sequence[str]
    found: dict[str, Reason] = field(default_factory=dict)

    def dropped(self, rows: pa.RecordBatch) -> None:
        self._note(rows, "rule", failed=False)

    def quarantined(self, rows: pa.RecordBatch) -> None:
        self._note(rows, "kind", failed=True)

    def measured(self, rows: pa.RecordBatch) -> None:
        """Signals of pages that are only tried are not kept."""

    def _note(self, rows: pa.RecordBatch, column: str, *, failed: bool) -> None:
        for page, stage, rule in zip(*(rows.column(name).to_pylist() for name in ("id", "stage", column)), strict=True):
            self.found[page] = Reason(self.stages.index(stage), rule, failed=failed)


def run_on(documents: Documents, recipe: Recipe, place: int) -> list[Reason]:
    """Return where documents end that go through a recipe's stages from `place` on, barriers left out."""
    stages = [stage for stage in recipe.stages[place:] if alone(stage)]
    ends = _Ends(recipe.stage_names)
    flow(documents, stages, {stage.name: StageCount() for stage in stages}, ends, keep_text=False)
    kept = Reason(len(recipe.stages))
    return [ends.found.get(page, kept) for page in documents.batch.column("id").to_pylist()]
