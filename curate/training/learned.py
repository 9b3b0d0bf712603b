"""Which sites a quality model has learned: hashes of their names, in a file beside the model."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

from curate.classifiers.fasttext_model import MODELS
from curate.errors import UsageError
from curate.files import write_json

SUFFIX = ".sites.json"
SHIPPED = MODELS / f"quality{SUFFIX}"


@dataclass(frozen=True, slots=True)
class Learned:
    """The sites that the model with a digest was trained on, by their hashes."""

    model: str
    sites: frozenset[str]

    def knows(self, site: str) -> bool:
        """Whether a text of a site was among the training texts.

        >>> Learned("0" * 64, frozenset({hash_of("example.com")})).knows("example.com")
        True
        """
        return hash_of(site) in self.sites


def hash_of(site: str) -> str:
    """Sixteen hex digits for the name of a site.

    >>> hash_of("example.com")
    '13c51305c1cf2666'
    """
    return blake2b(site.encode("utf-8", "replace"), digest_size=8).hexdigest()


def write_learned(path: Path, model: str, sites: Iterable[str]) -> None:
    """Write which sites the model with a digest has learned."""
    write_json(path, {"model": model, "sites": sorted({hash_of(site) for site in sites})})


def read_learned(path: Path) -> Learned:
    """The sites in such a file. Raises UsageError when it is none."""
    try:
        found = json.loads(path.read_text("utf-8"))
        model, sites = found["model"], frozenset(found["sites"])
    except (OSError, ValueError, KeyError, TypeError):
        raise UsageError(f"{path} is no list of the sites that a model learned (quality{SUFFIX})") from None
    return Learned(str(model), sites)
