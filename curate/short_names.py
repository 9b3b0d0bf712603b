"""The short names `filters`, `classifiers` and `pipelines`: other names of `curate.filters` and so on, for users.

The folders of these packages stand at the top of the repository, and links in `curate/` make them `curate.filters` and
so on, which is what our own modules import. So nothing of ours depends on names as general as `filters`: another
package, or a folder in the working directory, may have them. Where nobody else does, a short name stands for the same
modules. There is one copy of the code, and it is known by its long name, in pickles and in what is compiled too.
"""

import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.abc import InspectLoader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import find_spec, spec_from_loader
from types import CodeType, ModuleType

SHORT = ("filters", "classifiers", "pipelines")


class _SameModule(InspectLoader):
    """Loads a module by its long name and gives that very object."""

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """The module under its long name."""
        module = import_module(f"curate.{spec.name}")
        spec.loader_state = module.__spec__  # the import system is about to put `spec` in its place
        return module

    def exec_module(self, module: ModuleType) -> None:
        """Nothing is left to run."""
        if module.__spec__ is not None:
            module.__spec__ = module.__spec__.loader_state

    def get_code(self, fullname: str) -> CodeType | None:
        """The code of the module, for `python -m`."""
        spec = find_spec(f"curate.{fullname}")
        return spec.loader.get_code(spec.name) if spec and isinstance(spec.loader, InspectLoader) else None

    def get_source(self, fullname: str) -> str | None:
        """Its source."""
        spec = find_spec(f"curate.{fullname}")
        return spec.loader.get_source(spec.name) if spec and isinstance(spec.loader, InspectLoader) else None


class ShortNames(MetaPathFinder):
    """Finds the modules inside a short name; the short name itself is found as any package is."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The module of the long name; ImportError where somebody else has the short one, and not this module."""
        top, _, inside = fullname.partition(".")
        if top not in SHORT or not inside:
            return None
        theirs = sys.modules.get(top)
        if theirs is sys.modules.get(f"curate.{top}"):
            return spec_from_loader(fullname, _SameModule()) if find_spec(f"curate.{fullname}") else None
        if PathFinder.find_spec(fullname, path) or not find_spec(f"curate.{fullname}"):
            return None
        where = getattr(theirs, "__file__", None) or ", ".join(path or ())
        raise ImportError(f"{top} is {where} here, which hides the {top} of webcurate: import curate.{fullname}")


def install() -> None:
    """Have what is inside short names found, once."""
    if not any(isinstance(finder, ShortNames) for finder in sys.meta_path):
        sys.meta_path.insert(0, ShortNames())


def stand_for(short: str) -> None:
    """Put the package of the long name in the place of the module that is being imported by its short name."""
    sys.modules[short] = import_module(f"curate.{short}")
