"""Assembles the output of a run from the work files of its tasks, and reads the markers of those.

The driver only reads markers, which say how large the rows of each task are, and decides from that which part they go
to. The parts are written by the workers, each by itself.
"""

import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from curate import counts as stats
from curate import documents
from curate.cluster import Lost, Workers
from curate.dedup.resolve import DONE
from curate.engine.segment import FILES
from curate.errors import IncompleteRunError
from curate.files import TEMPORARY, remove_temporaries, standing_marker, sync_folder
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
    WORK,
)
from curate.inputs.tasks import Stretch
from curate.loading import sent_along
from curate.memory import give_back
from curate.output.parts import KEPT_SCHEMA, Folder, Part, Written, cut_into_parts, schema_of, totals_of, write_part
from curate.output.privacy import PRIVATE, make_private
from curate.places import here, place_of
from curate.recipe import Recipe
from curate.stages import about


def markers(folders: Sequence[Path], identities: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Read the markers of tasks in the folders of segments, and one of each folder of barriers."""
    for folder in folders:
        names = [DONE] if (folder / DONE).exists() else [f"{identity}.json" for identity in identities]
        yield from (standing_marker(folder / name) for name in names)


def by_task(planned: Sequence[Stretch], done: Sequence[tuple[Stretch, str]]) -> list[list[str]]:
    """The identities of finished work by the task it was planned as.

    Inputs that were planned as one task may have been tried one by one. Where parts end must not depend on that.

    >>> by_task([Stretch(0, 2), Stretch(2)], [(Stretch(0), "a"), (Stretch(1), "b"), (Stretch(2), "c")])
    [['a', 'b'], ['c']]
    """
    found: list[list[str]] = [[] for _ in planned]
    at = 0
    for stretch, identity in done:
        while not (planned[at].first, planned[at].start) <= (stretch.first, stretch.start) < _end(planned[at]):
            at += 1
        found[at].append(identity)
    return found


def _end(stretch: Stretch) -> tuple[float, float]:
    """Where a task ends: at a place in its only input, or with its last."""
    whole = stretch.end is None
    return (stretch.first + stretch.count, 0) if whole else (stretch.first, float(stretch.end or 0))


def assemble(
    recipe: Recipe,
    tasks: Sequence[Sequence[str]],
    folders: Sequence[Path],
    out: Path,
    tally: stats.Tally,
    footer: Mapping[str, str],
    workers: Workers,
) -> tuple[list[dict[str, Any]], dict[str, int]]:
    """Assemble the output folders under temporary names and put them in place; the old manifest goes first.

    `tasks` are the identities of the work of each, and `footer` is what every Parquet file says about how it was made.
    Returns the description of each part, and documents, characters and bytes of what was kept. Raises
    IncompleteRunError when a part could not be written.
    """
    segments = tuple(folder for folder in folders if not (folder / DONE).exists())
    kinds = {
        DATA: ("documents", segments[-1:], KEPT_SCHEMA),
        DROPPED: ("dropped", segments, documents.DROPPED),
        QUARANTINE: ("quarantine", segments, documents.QUARANTINE),
        SIGNALS: ("signals", segments, documents.MEASURED),
        **({CUT: ("cut", segments, documents.CUT)} if any(about(barrier).cuts for barrier in recipe.barriers) else {}),
    }
    ranked = {stage.name: tally.stages[stage.name].census for stage in recipe.stages if about(stage).ranks}
    sizes, schemas = _looked_over(tasks, segments)
    calls: list[tuple[Folder, Part]] = []
    for name, (kind, places, empty) in kinds.items():
        temporary = out / f"{TEMPORARY}{name}"
        shutil.rmtree(temporary, ignore_errors=True)
        temporary.mkdir(parents=True)
        if name in PRIVATE:
            make_private(temporary)
        schema = schema_of([schemas[key] for key in schemas if key[0] in places and key[1] == kind], empty)
        how = Folder(name, kind, places, schema, recipe, ranked if name == DATA else {}, footer)
        held = [sum(sizes[place, kind][number] for place in places) for number in range(len(tasks))]
        calls += [
            (how, part) for part in cut_into_parts(temporary, list(zip(tasks, held, strict=True)), recipe.part_bytes)
        ]
    written = _written(calls, out, workers, sent_along(recipe.stages))
    _put_in_place(out, kinds)
    described = [
        {**each.described, "file": f"{how.name}/{each.described['file']}"}
        for (how, _), each in zip(calls, written, strict=True)
    ]
    return described, totals_of(each for (how, _), each in zip(calls, written, strict=True) if how.name == DATA)


def _put_in_place(out: Path, names: Iterable[str]) -> None:
    """Give folders that are complete their names; what the last run said of its own goes before."""
    for name in (MANIFEST, CHECKSUMS, INDEX, INPUTS, REPORT, REPORT_PAGE, *PAPERS):
        (out / name).unlink(missing_ok=True)
    shutil.rmtree(out / CUT, ignore_errors=True)
    for name in names:
        remove_temporaries(out / f"{TEMPORARY}{name}")  # of workers that were killed in a part, which others then wrote
        shutil.rmtree(out / name, ignore_errors=True)
        (out / f"{TEMPORARY}{name}").rename(out / name)
    sync_folder(out)


def _looked_over(
    tasks: Sequence[Sequence[str]], segments: Sequence[Path]
) -> tuple[dict[tuple[Path, str], list[int]], dict[tuple[Path, str, str], Path]]:
    """How large each kind of rows of each task is, in bytes by segment, and one file of each schema that there is."""
    sizes = {(folder, kind): [0] * len(tasks) for folder in segments for kind in FILES}
    schemas: dict[tuple[Path, str, str], Path] = {}
    for folder in segments:
        for number, identities in enumerate(tasks):
            for identity in identities:
                for kind, file in standing_marker(folder / f"{identity}.json")["files"].items():
                    sizes[folder, kind][number] += file["content"]
                    schemas.setdefault((folder, kind, file["columns"]), folder / file["file"])
    return sizes, {key: here(path) for key, path in schemas.items()}


def _written(
    calls: Sequence[tuple[Folder, Part]], out: Path, workers: Workers, by_value: Sequence[str]
) -> list[Written]:
    """Write all parts, by the workers where they see the output folder."""
    found: dict[int, Written] = {}
    # An output on S3 is staged on the disk of this machine.
    results = workers.map(write_part, calls, by_value) if place_of(out / WORK) is None else _by_this_process(calls)
    for index, result in results:
        if isinstance(result, Lost):
            raise IncompleteRunError(f"{calls[index][0].name}/ could not be written: {result.error}; run again")
        found[index] = result
    return [found[index] for index in range(len(calls))]


def _by_this_process(calls: Iterable[tuple[Folder, Part]]) -> Iterator[tuple[int, Written]]:
    for index, call in enumerate(calls):
        yield index, write_part(*call)
        give_back()
