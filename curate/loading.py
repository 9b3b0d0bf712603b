"""How what users write in Python, a recipe or a plan, is found by name."""

import importlib
import importlib.util
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import fields, is_dataclass
from difflib import get_close_matches
from importlib.machinery import SourceFileLoader
from pathlib import Path
from traceback import extract_tb
from types import CodeType, ModuleType
from typing import TypeVar

from curate.errors import UsageError
from curate.filters.rule_set import choices

RECIPE_FILE = "recipe_file_"  # modules made from a user's file; workers get them by value

Found = TypeVar("Found")


def load_named(name: str, kind: type[Found], what: str) -> Found:
    """What `name` names: `NAME` is `pipelines.NAME`, or `module:ATTR`, or a `.py` file; without ATTR it is `what`.

    Raises UsageError when there is no such module, it cannot be loaded, or it holds no value of this kind.
    """
    target, _, attribute = name.partition(":")
    module = _module_from_file(Path(target), what) if target.endswith(".py") else _module_by_name(target, kind, what)
    found = getattr(module, attribute or what, None)
    if not isinstance(found, kind):
        raise UsageError(f"{name!r} has no {kind.__name__} called {attribute or what!r}")
    return found


def _module_by_name(name: str, kind: type, what: str) -> ModuleType:
    full = name if "." in name else f"curate.pipelines.{name}"
    if not all(part.isidentifier() for part in full.split(".")):
        raise UsageError(f"no {what} {name!r}: neither the name of a module nor a .py file; {_known(kind, what)}")
    try:
        return importlib.import_module(full)
    except ModuleNotFoundError as error:
        if error.name and (full == error.name or full.startswith(f"{error.name}.")):
            raise UsageError(f"no {what} {name!r}: there is no module {full}; {_known(kind, what)}") from None
        raise


def _known(kind: type, what: str) -> str:
    return f"{what}s are {', '.join(_shipped(kind, what))}"


def _shipped(kind: type, what: str) -> Iterator[str]:
    """The modules of `pipelines` that hold one of this kind."""
    package = importlib.import_module("curate.pipelines")
    for path in sorted(Path(str(package.__file__)).parent.glob("[a-z]*.py")):
        if isinstance(getattr(importlib.import_module(f"curate.pipelines.{path.stem}"), what, None), kind):
            yield path.stem


class _AsItIs(SourceFileLoader):
    """Compiles a file as it is now: Python's bytecode is that of another text of the same size and second, too."""

    def get_code(self, fullname: str) -> CodeType:
        """The code of the file, without looking for bytecode or leaving any."""
        return self.source_to_code(self.get_data(self.path), self.path)


def _module_from_file(path: Path, what: str) -> ModuleType:
    if not path.is_file():
        raise UsageError(f"no {what} file {path}")
    name = f"{RECIPE_FILE}{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path, loader=_AsItIs(name, str(path.absolute())))
    if spec is None or spec.loader is None:
        raise UsageError(f"{path} is not Python")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except UsageError:
        raise
    except Exception as error:
        raise UsageError(f"{path} line {_line(error, path)}: {_said(error, module)}") from error
    return module


def _line(error: Exception, path: Path) -> int:
    """The line of a user's file that an exception comes from."""
    if isinstance(error, SyntaxError):
        return error.lineno or 0
    lines = [frame.lineno for frame in extract_tb(error.__traceback__) if Path(frame.filename) == path.resolve()]
    return (lines[-1] if lines else 0) or 0


def _said(error: Exception, module: ModuleType) -> str:
    """An exception in one line, with what was perhaps meant."""
    said = f"{type(error).__name__}: {' '.join(str(error).split())}"
    unknown = re.search(r"(\w+)\.__init__\(\) got an unexpected keyword argument '(\w+)'", said)
    made = getattr(module, unknown[1], None) if unknown else None
    if unknown and is_dataclass(made):
        said = said.partition(". Did you mean")[0]  # what Python itself adds from 3.13 on
        return said + choices(unknown[2], [each.name for each in fields(made)])
    near = get_close_matches(error.name or "", vars(module), 1) if isinstance(error, NameError) else []
    return f"{said}; did you mean {near[0]!r}?" if near else said


def sent_along(stages: Iterable[object]) -> list[str]:
    """The modules of some stages that workers cannot import: recipes in files."""
    return sorted({module for module in _modules(stages) if module.startswith(RECIPE_FILE)})


def _modules(stages: Iterable[object]) -> Iterator[str]:
    for stage in stages:
        yield type(stage).__module__
        for name in getattr(stage, "__dataclass_fields__", ()):
            yield getattr(getattr(stage, name), "__module__", None) or ""
