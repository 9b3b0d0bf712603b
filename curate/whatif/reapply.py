"""Writes the output that a run would have had with other limits, without extracting a page again."""

import json
import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from curate.cluster import Workers
from curate.engine.progress import Show
from curate.engine.run import Say, run
from curate.errors import CurateError, UsageError
from curate.files import write_json
from curate.folder import INPUT_PATHS, TAKEDOWN, WORK
from curate.inputs import sources
from curate.output.checksums import load_manifest
from curate.output.inputs import listed, said_of
from curate.places import bring_all, here, names_in
from curate.whatif.finished import SETTINGS, Finished, made_by_other_code
from curate.whatif.settings import Setting, with_settings


def reapply(
    finished: Finished,
    settings: Sequence[Setting],
    inputs: Sequence[str],
    out: Path,
    *,
    against: Sequence[Path] = (),
    workers: Workers = Workers(),
    show: Show = lambda _: None,
    say: Say = lambda _: None,
) -> dict[str, Any]:
    """Run the recipe of a finished run with other limits, in a new folder, on the work of that run; returns the report.

    What was extracted, and all else that comes before the first changed limit, is linked from the finished run, not
    done again; the output is that of a full run. `inputs` are those of the finished run, and `against` the runs it was
    matched against. Raises UsageError when they are gone or changed, when the code is another one, or when `out` is
    not new.
    """
    _refuse(finished, inputs, against, out)
    recipe = with_settings(finished.recipe, settings)
    out.mkdir(parents=True, exist_ok=True)
    (out / ".lock").touch()
    bring_all(finished.out / WORK)
    shutil.copytree(finished.out / WORK, out / WORK, copy_function=_link)
    write_json(out / SETTINGS, [*finished.settings, *map(str, settings)])
    if (finished.out / TAKEDOWN).is_file():
        shutil.copy2(finished.out / TAKEDOWN, out / TAKEDOWN)
    linked = _extracted(out)
    report = run(recipe, inputs, out, against=against, workers=workers, show=show, say=say)
    # Where the input is text nothing is extracted: the first folder then also holds what stages with limits made.
    same = _extracted(out) == linked if recipe.text_from else said_of(load_manifest(out)) == said_of(finished.manifest)
    if not same:
        raise CurateError(f"{out} is written, but pages were extracted again: the inputs are other bytes than before")
    return report


def _extracted(out: Path) -> set[tuple[str, int]]:
    """The files of the first segment by name and inode: work that is done again leaves others."""
    return {(path.name, path.stat().st_ino) for path in (out / WORK).glob("00-*/*")}


def _refuse(finished: Finished, inputs: Sequence[str], against: Sequence[Path], out: Path) -> None:
    """Raise UsageError for whatever would make the run extract again."""
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise UsageError(f"--apply {out}: choose a new or an empty folder")
    gone = not names_in(finished.out / WORK)
    if gone or made_by_other_code(finished):
        missing = "its work/ folder is gone" if gone else "the code has changed since"
        raise UsageError(f"{finished.out} cannot be built on, {missing}: run the recipe with these limits in full")
    named = [item["name"] for item in finished.manifest.get("against", [])]
    if len(named) != len(against):
        raise UsageError(
            f"{finished.out} was matched against {', '.join(named) or 'no other run'}: say the same with --against"
        )
    given = {(item.name, item.bytes) for item in sources.resolve(inputs)}
    there = {(item["name"], item["bytes"]) for item in listed(finished.out, finished.manifest)}
    lost = sorted(name for name, _ in there - given)
    if lost or len(given) != len(there):
        raise UsageError(f"the inputs are not those of {finished.out}: {', '.join(lost[:3]) or 'there are others'}")


def _link(source: str, target: str) -> None:
    """A second name for a file; a copy where the two are on different file systems."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def inputs_of(finished: Finished) -> list[str]:
    """Where a run's inputs were on this machine; UsageError, in one line, when that is not known or they are gone."""
    try:
        paths: list[str] = json.loads(here(finished.out / WORK / INPUT_PATHS).read_text())
    except (FileNotFoundError, ValueError):
        raise UsageError(f"{finished.out} does not say where its inputs are: name them with --in") from None
    gone = [path for path in paths if "://" not in path and not Path(path).is_file()]
    if gone:
        raise UsageError(
            f"{len(gone)} of {len(paths)} inputs are gone, the first is {gone[0]}: name where they are with --in"
        )
    return paths
