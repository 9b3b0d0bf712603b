"""Puts work off until it is needed: modules that are slow to import, and values that may never be asked for."""

from collections.abc import Callable
from importlib import import_module
from typing import Any, Generic, TypeVar, overload

Value = TypeVar("Value")


class Deferred:
    """A module imported when one of its names is first used; `from filters import gopher` thus never imports numba.

    >>> Deferred("math").floor(2.5)
    2
    """

    def __init__(self, module: str) -> None:
        self._module = module

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # whoever asks for these looks at this object, not at the module
            raise AttributeError(name)
        value = getattr(import_module(self._module), name)
        setattr(self, name, value)
        return value


class Lazy(Generic[Value]):
    """A property computed once per object, on first use; `functools.cached_property` without its lock and its cost."""

    def __init__(self, compute: Callable[[Any], Value]) -> None:
        self._compute = compute
        self._name = compute.__name__
        self.__doc__ = compute.__doc__

    @overload
    def __get__(self, instance: None, owner: type) -> "Lazy[Value]": ...
    @overload
    def __get__(self, instance: object, owner: type) -> Value: ...
    def __get__(self, instance: object | None, owner: type) -> "Lazy[Value] | Value":
        if instance is None:
            return self
        value = instance.__dict__[self._name] = self._compute(instance)
        return value
