"""Says which extra of the installation brings a library that is missing: `pip install 'webcurate[run]'`.

The core needs numpy and numba. Everything else is imported where it is used, and a module of ours that asks for a
library that is not there gets an error that names the extra. The finder here is asked after all others, and answers
only where the import stands in a module of ours, so a package that looks for an optional library of its own finds out
in its usual way that there is none.
"""

import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import FrameType, ModuleType

BROUGHT_BY = {
    "phonenumbers": "pii",
    **dict.fromkeys(
        ("brotli", "fasttext", "ftfy", "isal", "jinja2", "lxml", "markupsafe", "pyarrow", "resiliparse", "rich",
         "tokenizers", "trafilatura", "urllib3", "yaml", "zstandard"), "run"),
    "ray": "ray",
    "botocore": "s3",
}  # fmt: skip
INSTEAD = {"ray": ", or let one process work: --workers 1"}
OPTIONAL = frozenset({"isal"})  # used where it is there


class MissingExtraError(ModuleNotFoundError):
    """A library that an extra of this distribution brings is not installed; the message says how to get it."""


class Extras(MetaPathFinder):
    """Finds nothing: it is asked last, and raises for a library that an extra brings."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Raise MissingExtraError where a module of ours imports a library that an extra brings."""
        extra = BROUGHT_BY.get(fullname)
        if extra and fullname not in OPTIONAL and _asked_by_us(sys._getframe(1)):
            instead = INSTEAD.get(extra, "")
            raise MissingExtraError(
                f"{fullname} is not installed: pip install 'webcurate[{extra}]'{instead}", name=fullname
            )
        return None


def _asked_by_us(frame: FrameType | None) -> bool:
    while frame is not None and frame.f_globals.get("__name__", "").startswith("importlib"):
        frame = frame.f_back
    return frame is not None and frame.f_globals.get("__name__", "").partition(".")[0] == "curate"


def have(library: str) -> bool:
    """Return whether a library is installed.

    >>> have("numpy"), have("no_such_library")
    (True, False)
    """
    return PathFinder.find_spec(library) is not None


def install() -> None:
    """Have missing extras named, once."""
    if not any(isinstance(finder, Extras) for finder in sys.meta_path):
        sys.meta_path.append(Extras())
