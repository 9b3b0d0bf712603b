"""Nothing to do: whether a folder holds the finished output of the very run that is asked for.

Output follows from the recipe, the code, the runs it is matched against, and the work files, whose names say what is in
them. So a digest of these names an output. A finished run notes it with the digest of its manifest; a later run with
the same name writes nothing if no file of the output has changed since.
"""

import json
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from curate.dedup.earlier_runs import Earlier
from curate.errors import UsageError
from curate.files import sha256_of, write_json
from curate.folder import FINISHED, MANIFEST, WORK
from curate.output.checksums import differing, digests_of, load_report, present
from curate.places import here
from curate.recipe import Recipe, code_version, describe, library_versions


def name_of(recipe: Recipe, identities: Sequence[str], folders: Sequence[Path], against: Sequence[Earlier]) -> str:
    """What names the output that some work files make."""
    work = [[folder.name for folder in folders], identities, [[run.name, run.digest] for run in against]]
    made = [code_version(), library_versions(), describe(recipe), work]
    return sha256(json.dumps(made, sort_keys=True).encode()).hexdigest()


def note_finished(out: Path, name: str) -> None:
    """Note what the finished output in a folder is."""
    write_json(out / WORK / FINISHED, {"output": name, "manifest": sha256_of(out / MANIFEST)})


def finished_report(out: Path, name: str) -> dict[str, Any] | None:
    """The report of the output in a folder; None unless it is the one of that name, and whole."""
    try:
        noted = json.loads(here(out / WORK / FINISHED).read_bytes())
        if noted != {"output": name, "manifest": sha256_of(out / MANIFEST)} or differing(out):
            return None
        return load_report(out) if {*present(out), MANIFEST} == set(digests_of(out)) else None
    except (OSError, ValueError, UsageError):
        return None
