"""Keeps Arrow from importing pandas, which it does where pandas is installed as soon as it is given a list."""

import sys
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from typing import Any

import pyarrow as pa


class _First:
    """A finder that stands before all others: it refuses pandas to Arrow, and gives it to whoever asks later."""

    refuses = True

    def find_spec(self, name: str, _path: Any = None, _target: Any = None) -> ModuleSpec | None:
        """Return the spec of pandas whose loading makes Arrow look again; None for any other module."""
        if name != "pandas":
            return None
        if self.refuses:
            raise ImportError(name)
        sys.meta_path.remove(self)
        spec = find_spec(name)
        loader: Any = spec and spec.loader
        if loader is not None:
            load = loader.exec_module

            def exec_module(module: Any) -> None:
                load(module)
                pa.table({"": [0]}).to_pandas()  # without this, Arrow would not know a Series when it is given one

            loader.exec_module = exec_module
        return spec


def leave_pandas_out() -> None:
    """In a process of our own, let Arrow believe that there is no pandas until somebody imports it.

    The import costs a third of a CPU second on a slow machine and 47 MB, and nothing here uses it. A stage of somebody
    else may: from its import on, Arrow takes its objects as ever.
    """
    if "pandas" not in sys.modules:
        first = _First()
        sys.meta_path.insert(0, first)
        pa.array([0])
        first.refuses = False
