"""What `curate prove` left in the folder of a run: with what the run was compared, and what that showed.

The file lies in `audit/`, which neither the manifest nor `checksums.json` covers, since what is there is made after the
run; it names the digest of the manifest it is about, so a proof of what stood in the folder before is not shown.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from curate.files import write_json
from curate.folder import AUDIT, MANIFEST
from curate.terminal import harmless

PROOF = f"{AUDIT}/proof.json"


def manifest_digest(run: Path) -> str:
    """The digest of a finished run's output; "" where there is no finished run."""
    try:
        return str(json.loads((run / MANIFEST).read_text("utf-8"))["digest"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def leave_in(run: Path, rule: str, lines: list[str]) -> None:
    """Leave in a finished run's folder what a proof said of it."""
    (run / AUDIT).mkdir(exist_ok=True)
    write_json(run / PROOF, {"digest": manifest_digest(run), "rule": rule, "lines": lines})


def load_proof(run: Path) -> Mapping[str, Any] | None:
    """What was left; None where there is nothing, or what is about an earlier run in the folder."""
    try:
        found: dict[str, Any] = json.loads((run / PROOF).read_text("utf-8"))
        mine = found["digest"] == manifest_digest(run) != ""
        return {"rule": str(found["rule"]), "lines": [str(line) for line in found["lines"]]} if mine else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def lines_of(run: Path) -> list[str]:
    """The lines that a table prints about it."""
    found = load_proof(run)
    return ["Compared by curate prove", *(f"  {harmless(line)}" for line in found["lines"])] if found else []
