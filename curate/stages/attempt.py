"""Asks a stage about documents in such a way that a document which breaks it costs only itself."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from curate.documents import Documents
from curate.protocol import Failure, Outcome, Stage


def attempt(stage: Stage, documents: Documents) -> Outcome:
    """Return what a stage says of documents, a Failure for one that breaks it; where it raises, each is asked alone."""
    try:
        return stage(documents)
    except Exception as error:  # noqa: BLE001  the one place where a document that breaks a stage costs only itself
        if len(documents) == 1:
            return Outcome(documents, [Failure(type(error).__name__, str(error)[:2000])])
    return _joined([attempt(stage, documents.take(np.array([row]))) for row in range(len(documents))])


def _joined(outcomes: Sequence[Outcome]) -> Outcome:
    """Join outcomes of single documents; a document that failed has nulls in the stage's columns and NaN signals."""
    table = pa.concat_tables(
        [pa.Table.from_batches([outcome.documents.batch]) for outcome in outcomes], promote_options="default"
    )
    names = sorted({name for outcome in outcomes for name in outcome.signals})
    signals = {
        name: np.concatenate([outcome.signals.get(name, np.array([np.nan])) for outcome in outcomes]) for name in names
    }
    return Outcome(
        Documents(table.combine_chunks().to_batches()[0]),
        [outcome.fates[0] for outcome in outcomes],
        signals,
        sum(outcome.child_seconds for outcome in outcomes),
        _joined_seconds(outcomes),
    )


def _joined_seconds(outcomes: Sequence[Outcome]) -> np.ndarray | None:
    if all(outcome.page_seconds is None for outcome in outcomes):
        return None
    return np.concatenate([np.array([np.nan]) if o.page_seconds is None else o.page_seconds for o in outcomes])
