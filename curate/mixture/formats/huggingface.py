"""A Hugging Face folder: the text of each phase in Parquet, and a card whose `configs` name the phases.

`load_dataset(MIX)` is the whole training in order, `load_dataset(MIX, "0-warm")` one phase. A document that is seen
four times is four rows. torchtitan, axolotl and whatever else reads data sets of the hub read this.

Source: the documentation of `configs` in a card's metadata, docs/hub/datasets-manual-configuration of huggingface/hub-
docs.
"""

from pathlib import Path

import pyarrow as pa

from curate.files import whole_file
from curate.mixture.formats.layout import phase_names
from curate.mixture.formats.tables import write_parts
from curate.mixture.laid_out import Document, Mixture
from curate.yaml import dumped

ROWS_PER_GROUP = 1000
SCHEMA = pa.schema(
    [
        ("id", pa.string()),
        ("text", pa.large_string()),
        ("bucket", pa.string()),
        ("phase", pa.string()),
    ]
)


def write(mixture: Mixture, out: Path, dtype: str) -> None:  # noqa: ARG001
    """Write `data/PHASE/part-00000.parquet` and `README.md`."""
    names = phase_names(mixture)
    for name, phase in zip(names, mixture.phases, strict=True):

        def row(document: Document, phase: str = phase.name) -> tuple[object, ...]:
            return document.id, document.text, document.bucket, phase

        write_parts(out / "data" / name, phase.read(), SCHEMA, row, ROWS_PER_GROUP)
    with whole_file(out / "README.md") as temporary:
        temporary.write_text(_card(mixture, names))


def _card(mixture: Mixture, names: list[str]) -> str:
    paths = [f"data/{name}/*.parquet" for name in names]
    configs = [{"config_name": "default", "default": True, "data_files": [{"split": "train", "path": paths}]}]
    configs += [
        {"config_name": name, "data_files": [{"split": "train", "path": path}]}
        for name, path in zip(names, paths, strict=True)
    ]
    rows = [
        f"| {name} | {phase.documents:,} | {phase.tokens:,} | {'meant' if phase.strict else 'shuffled'} |"
        for name, phase in zip(names, mixture.phases, strict=True)
    ]
    head = dumped({"task_categories": ["text-generation"], "configs": configs})
    table = "\n".join(["| phase | documents | tokens | order |", "|---|---|---|---|", *rows])
    said = "Phases in the order of training; a document stands as often as it is to be seen."
    return f"---\n{head}---\n\n{said}\n\n{table}\n"
