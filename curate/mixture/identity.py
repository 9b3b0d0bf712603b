"""What a mixture follows from, as keys: the same key means the same bytes."""

from collections.abc import Sequence
from functools import cache
from hashlib import sha256
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any

from curate import __version__
from curate.mixture.sources import Source
from curate.recipe import fingerprint

LIBRARIES = ("tokenizers", "numpy", "numba", "pyarrow", "zstandard", "publicsuffixlist")
MEASURING = ("measure.py", "vocabulary.py", "sources.py")


def versions() -> dict[str, str]:
    """The versions that can change a mixture."""
    return {"curate": __version__, **{name: version(name) for name in LIBRARIES}}


@cache
def code_of(what: str) -> str:
    """16 hex digits over the code that decides what was measured, the order (`laid out`), or everything (`written`)."""
    folder = Path(__file__).parent
    own = sorted(folder.glob("*.py"))
    files = {
        "measured": [folder / name for name in MEASURING],
        "laid out": own,
        "written": [*own, *sorted((folder / "formats").glob("*.py"))],
    }[what]
    filters = Path(str(import_module("curate.filters").__file__)).parent
    digest = sha256()
    for path in [*files, *sorted(filters.glob("*.py"))]:
        digest.update(f"{path.name}\0".encode() + path.read_bytes())
    return fingerprint([digest.hexdigest(), versions()])


def key_of(*parts: Any) -> str:
    """16 hex digits that stand for some settings."""
    return fingerprint(list(parts))


def inputs_of(sources: Sequence[Source]) -> list[dict[str, Any]]:
    """The sources as a manifest names them: by name and digest, never by path."""
    return [
        {
            "name": source.name,
            "digest": source.digest,
            "parts": [{"file": part.name, "rows": part.rows, "sha256": part.sha256} for part in source.parts],
        }
        for source in sources
    ]
