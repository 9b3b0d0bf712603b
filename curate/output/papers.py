"""The papers of a corpus, written from its manifest, its report and its documents: nothing in them is typed by hand.

`README.md` is a dataset card, with which `datasets.load_dataset` opens the folder; `croissant.json` describes the same
to other programs; `training_content.md` answers what the European template for training content asks; `cost.md` says
what the run has cost. The first three are the same for the same output; what a clock has measured stands in the last
only.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from curate.files import whole_file
from curate.folder import CARD, COST, CROISSANT, TRAINING_CONTENT
from curate.output.card import card
from curate.output.cost import cost
from curate.output.croissant import croissant
from curate.output.origins import origins
from curate.output.training_content import training_content


def leave_papers(out: Path, manifest: Mapping[str, Any], report: Mapping[str, Any]) -> None:
    """Write the papers of the run in `out`, whose manifest and report are given, over those that stand there."""
    found = origins(out)
    written = {
        CARD: card(out, manifest, report, found),
        CROISSANT: croissant(out, manifest, report, found),
        TRAINING_CONTENT: training_content(report, found),
        COST: cost(report),
    }
    for name, text in written.items():
        with whole_file(out / name) as temporary:
            temporary.write_text(text, encoding="utf-8")
