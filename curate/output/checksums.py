"""Keeps the digest of every file of a finished run in `checksums.json`, and checks the shape of manifests and reports.

The manifest names the parts and holds no clock; this file also covers what does, the reports, and the manifest itself.
Work files are not in it: their markers hold their digests. Neither is the log, which every run goes on writing, nor
what `curate audit` leaves: it is made after the run, and labelled by hand.
"""

import json
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from curate.errors import UsageError
from curate.files import TEMPORARY, sha256_of, whole_file
from curate.folder import AUDIT, CHECKSUMS, LOCK, LOG, MANIFEST, OLD_LOG, REPORT, WORK

_APART = frozenset({CHECKSUMS, MANIFEST, LOCK, LOG, OLD_LOG})
_MANIFEST_SHAPE = {"recipe": dict, "versions": dict, "inputs": list, "outputs": list, "digest": str}
_REPORT_SHAPE = {"recipe": str, "inputs": list, "stages": list, "totals": dict}


def leave_manifest(out: Path, manifest: Mapping[str, Any]) -> None:
    """Write the digests of everything in a folder, and then, as the last file of all, its manifest."""
    said = rendered(manifest)
    digests = {name: sha256_of(out / name) for name in present(out)} | {MANIFEST: sha256(said).hexdigest()}
    _write(out / CHECKSUMS, _sealed(digests))
    _write(out / MANIFEST, said)


def renew(out: Path) -> None:
    """Write the digests anew, after files of a finished run were changed on purpose."""
    names = [*present(out), *([MANIFEST] if (out / MANIFEST).is_file() else [])]
    if MANIFEST in names:
        _write(out / CHECKSUMS, _sealed({name: sha256_of(out / name) for name in names}))


def present(out: Path) -> list[str]:
    """The files of a run's output, by name below the folder, in order."""
    found = [path for path in out.rglob("*") if path.is_file() and not path.name.startswith(TEMPORARY)]
    names = [path.relative_to(out).as_posix() for path in found]
    return sorted(
        name for name in names if name not in _APART and not name.startswith((f"{WORK}/", f"{AUDIT}/", TEMPORARY))
    )


def differing(out: Path) -> list[str]:
    """Return what is not as `checksums.json` says, a line each."""
    try:
        digests = digests_of(out)
    except UsageError as error:
        return [str(error)]
    wrong = []
    for name in sorted(digests):
        if not (out / name).is_file():
            wrong.append(f"{name} is missing")
        elif sha256_of(out / name) != digests[name]:
            wrong.append(f"{name} is not the file that was written: its digest differs")
    return wrong


def digests_of(out: Path) -> dict[str, str]:
    """Return what `checksums.json` says of each file; UsageError when it is missing or damaged."""
    try:
        said = (out / CHECKSUMS).read_bytes()
        digests: dict[str, str] = json.loads(said)["files"]
        if said == _sealed(digests):
            return digests
    except FileNotFoundError:
        raise UsageError(f"{CHECKSUMS} is missing") from None
    except (ValueError, LookupError, TypeError, AttributeError):
        pass
    raise UsageError(f"{CHECKSUMS} is damaged")


def load_manifest(out: Path) -> dict[str, Any]:
    """The manifest of the finished run in `out`; UsageError when there is none, or none that can be one."""
    return _load(out, MANIFEST, _MANIFEST_SHAPE)


def is_mixture(out: Path) -> bool:
    """Return whether a folder holds what `curate mix` leaves: its manifest names a plan, and no recipe."""
    try:
        manifest = json.loads((out / MANIFEST).read_bytes())
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(manifest, dict) and "plan" in manifest and "recipe" not in manifest


def load_report(out: Path) -> dict[str, Any]:
    """The report of the run in `out`; UsageError when there is none, or none that can be one."""
    return _load(out, REPORT, _REPORT_SHAPE)


def _load(out: Path, name: str, shape: Mapping[str, type]) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads((out / name).read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        raise UsageError(f"{out} holds no {name}: no run has finished there") from None
    except (ValueError, RecursionError):
        found = {}
    if not isinstance(found, dict) or any(not isinstance(found.get(key), kind) for key, kind in shape.items()):
        raise UsageError(f"{out}/{name} is damaged: run the same command again")
    return found


def rendered(value: object) -> bytes:
    """JSON as this program writes it."""
    return (json.dumps(value, indent=1, sort_keys=False, ensure_ascii=True) + "\n").encode()


def _sealed(digests: Mapping[str, str]) -> bytes:
    """The file's bytes, with a digest over what is in it: any other bytes are damage."""
    files = dict(sorted(digests.items()))
    return rendered({"files": files, "seal": sha256(json.dumps(files).encode()).hexdigest()})


def _write(path: Path, data: bytes) -> None:
    with whole_file(path) as temporary:
        temporary.write_bytes(data)
