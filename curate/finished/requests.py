"""The record of what was asked to be taken out of a run: `takedown.json`, with a seal over itself.

Later runs go by it, so one that is damaged must stop them: a page would come back unseen.
"""

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

from curate.errors import UsageError
from curate.files import write_json
from curate.folder import TAKEDOWN

_SHAPE = {"when": str, "kind": str, "sha256": list, "done": bool, "ids": list, "files": dict}


def load_requests(out: Path) -> list[dict[str, Any]]:
    """The requests recorded in a folder, oldest first; UsageError when the record is damaged."""
    try:
        said = json.loads((out / TAKEDOWN).read_bytes())
        requests: list[dict[str, Any]] = said["requests"]
        # A record from before there was a seal has none.
        whole = said.get("seal", _seal(requests)) == _seal(requests) and isinstance(requests, list)
        if whole and all(isinstance(each[key], kind) for each in requests for key, kind in _SHAPE.items()):
            return requests
    except FileNotFoundError:
        return []
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        pass
    raise UsageError(
        f"{out / TAKEDOWN} is damaged, and without it pages that were taken down would come back: put a copy of it in "
        "its place, or remove it and repeat the takedowns"
    )


def save_requests(out: Path, requests: list[dict[str, Any]]) -> None:
    """Record the requests of a folder."""
    write_json(out / TAKEDOWN, {"requests": requests, "seal": _seal(requests)})


def _seal(requests: object) -> str:
    return sha256(json.dumps(requests, sort_keys=True).encode()).hexdigest()
