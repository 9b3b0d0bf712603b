"""Assembles the output of a run from the work files of its tasks, and reads the markers of those."""

import shutil
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

from curate import counts as stats
from curate import documents
from curate.dedup.resolve import DONE
from curate.files import (
    TEMPORARY,
    all_left_by,
    standing_marker,
    sync_folder,
)
from curate.folder import (
    CHECKSUMS,
    CUT,
    DATA,
    DROPPED,
    INDEX,
    INPUTS,
    MANIFEST,
    PAPERS,
    QUARANTINE,
    REPORT,
    REPORT_PAGE,
    SIGNALS,
)
from curate.inputs.links import CONNECTIONS
from curate.memory import give_back
from curate.output.columns import edits_for
from curate.output.parts import KEPT_SCHEMA, write_parts
from curate.output.privacy import PRIVATE, edits_of, make_private
from curate.recipe import Recipe
from curate.stages import about


def markers(folders: Sequence[Path], identities: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Read the markers of tasks in the folders of segments, and one of each folder of barriers."""
    for folder in folders:
        names = [DONE] if (folder / DONE).exists() else [f"{identity}.json" for identity in identities]
        yield from (standing_marker(folder / name) for name in names)


def assemble(
    recipe: Recipe,
    identities: Sequence[str],
    folders: Sequence[Path],
    out: Path,
    tally: stats.Tally,
    footer: Mapping[str, str],
) -> list[dict[str, Any]]:
    """Assemble the output folders under temporary names and put them in place; the old manifest goes first.

    `footer` is what every Parquet file says about how it was made.
    """
    segments = [folder for folder in folders if not (folder / DONE).exists()]
    kinds = {
        DATA: ("documents", segments[-1:], KEPT_SCHEMA),
        DROPPED: ("dropped", segments, documents.DROPPED),
        QUARANTINE: ("quarantine", segments, documents.QUARANTINE),
        SIGNALS: ("signals", segments, documents.MEASURED),
        **({CUT: ("cut", segments, documents.CUT)} if any(about(barrier).cuts for barrier in recipe.barriers) else {}),
    }
    ranked = {stage.name: tally.stages[stage.name].census for stage in recipe.stages if about(stage).ranks}
    written = []
    for name, (kind, places, schema) in kinds.items():
        temporary = out / f"{TEMPORARY}{name}"
        shutil.rmtree(temporary, ignore_errors=True)
        with ThreadPoolExecutor(CONNECTIONS) as threads:  # files that are elsewhere are brought
            files = list(threads.map(partial(all_left_by, places, kind), identities))
        if name in PRIVATE:
            make_private(temporary)
        described = write_parts(
            temporary, files, recipe.part_bytes, empty=schema, merged=name == SIGNALS,
            ranked=ranked if name == DATA else {}, edits=[*edits_of(recipe, name), *edits_for(name)], footer=footer,
        )  # fmt: skip
        written += [{**item, "file": f"{name}/{item['file']}"} for item in described]
        give_back()  # row groups of up to 64 MB of text, a few at once
    for name in (MANIFEST, CHECKSUMS, INDEX, INPUTS, REPORT, REPORT_PAGE, *PAPERS):
        (out / name).unlink(missing_ok=True)
    shutil.rmtree(out / CUT, ignore_errors=True)
    for name in kinds:
        shutil.rmtree(out / name, ignore_errors=True)
        (out / f"{TEMPORARY}{name}").rename(out / name)
    sync_folder(out)
    return written
