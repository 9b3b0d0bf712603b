"""The plan that was made for an output folder, in a file beside it, and what the run then took."""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from curate.files import write_json


def path_for(out: Path) -> Path:
    """The file of the plan for a folder: beside it, since a folder that no run has written may hold nothing.

    >>> path_for(Path("out/mine"))
    PosixPath('out/mine.plan.json')
    """
    return out.with_name(f"{out.name}.plan.json")


def save(out: Path, plan: Mapping[str, Any]) -> None:
    """Keep a plan for a run into a folder."""
    path_for(out).parent.mkdir(parents=True, exist_ok=True)
    write_json(path_for(out), plan)


def beside(out: Path, fingerprint: str, totals: Mapping[str, Any]) -> dict[str, Any]:
    """For a report: what was planned for its folder beside what the run took, if it was for this recipe and input.

    Each is [low, expected, high, what it was]; CPU time is that of the stages, in seconds.
    """
    try:
        plan = json.loads(path_for(out).read_bytes())
        if plan["fingerprint"] != fingerprint or plan["bytes"] != totals["bytes_in"]:
            return {}
        seconds = [_sum(each[place] for each in plan["stages"].values()) for place in range(3)]
        planned: dict[str, Sequence[float | None]] = {
            "pages": plan["pages"],
            "pages kept": plan["kept"],
            "CPU seconds": seconds,
        }
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return {}
    was = (totals["records_in"], totals["docs_out"], totals["seconds"])
    return {"plan": {name: [*planned[name], number] for name, number in zip(planned, was, strict=True)}}


def _sum(numbers: Iterable[float | None]) -> float | None:
    known = list(numbers)
    return None if None in known else round(sum(filter(None, known)), 3)
