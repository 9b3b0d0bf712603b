"""JSON Lines: a file for each phase, a document a line, in the final order; to be read by people and own trainers."""

import json
from pathlib import Path

from curate.files import whole_file
from curate.mixture.formats.layout import phase_names
from curate.mixture.laid_out import Mixture


def write(mixture: Mixture, out: Path, _dtype: str) -> None:
    """Write `PHASE.jsonl` with `id`, `bucket` and `text` in each line."""
    out.mkdir(parents=True, exist_ok=True)
    for name, phase in zip(phase_names(mixture), mixture.phases, strict=True):
        with whole_file(out / f"{name}.jsonl") as temporary, temporary.open("w", encoding="utf-8") as file:
            for document in phase.read():
                row = {"id": document.id, "bucket": document.bucket, "text": document.text}
                file.write(json.dumps(row, ensure_ascii=False) + "\n")
