"""Many texts at once: what a column of texts may be, what columns come back, and how a function shows its batch form.

Columns of pandas, polars, NumPy and Arrow are known by the methods they share, so none of them is imported here.
"""

from collections.abc import Callable, Iterable, Mapping, Set
from typing import Any, ParamSpec, Protocol, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

Given = ParamSpec("Given")
Plain = TypeVar("Plain", bound=Callable[..., Any])
One_co = TypeVar("One_co", covariant=True)
Many_co = TypeVar("Many_co", covariant=True)

_MISSING = ("None", "nan", "NAType", "NaTType")  # the last two are those of pandas
_AS_LIST = ("to_pylist", "to_list", "tolist")  # Arrow; pandas and polars; NumPy and whoever follows it


class Columns(dict[str, NDArray[Any]]):
    """Columns by name, arrays of one length: a dict, which every data frame takes, whose columns are attributes too.

    >>> found = Columns(kept=np.array([True, False]))
    >>> found.kept.tolist(), found["kept"] is found.kept, len(found.kept)
    ([True, False], True, 2)
    """

    def __getattr__(self, name: str) -> NDArray[Any]:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(f"no column {name!r}; there are {', '.join(self)}") from None


def one_text(text: object, *, of: tuple[type, ...] = (str,)) -> Any:
    """The text itself; raises TypeError for what is of none of the types `of`."""
    if isinstance(text, of):
        return text
    wanted = " or ".join(each.__name__ for each in of)
    hint = "; decode bytes first" if isinstance(text, bytes | bytearray) and bytes not in of else ""
    raise TypeError(f"a text is a {wanted}, not {'None' if text is None else type(text).__name__}{hint}")


def text_list(texts: Any, *, of: tuple[type, ...] = (str,)) -> list[Any]:
    """A column of texts as a list: from a list, a NumPy or Arrow array, a Series, or anything else in a fixed order.

    Raises TypeError for one text, a table, a set, and for an entry that is not of the types `of`, a missing one above
    all; it names the place.

    >>> text_list(np.array(["one", "two"]))
    ['one', 'two']
    >>> text_list(["one", None])
    Traceback (most recent call last):
    TypeError: text 1 is None, not str; leave missing texts out, or fill them with ''
    """
    if isinstance(texts, str | bytes):
        raise TypeError(f"a list of texts is needed, not one {type(texts).__name__}: pass [text]")
    if texts is None:
        raise TypeError("a column of texts is needed, not None")
    if isinstance(texts, Mapping | Set) or hasattr(texts, "columns"):
        raise TypeError(f"a column of texts is needed, not a {type(texts).__name__}: name its column")
    if not isinstance(texts, Iterable):
        raise TypeError(f"a column of texts is needed, not {type(texts).__name__}")
    read = next((getattr(texts, name) for name in _AS_LIST if hasattr(texts, name)), None)
    found = texts if type(texts) is list else list(texts) if read is None else read()
    if not isinstance(found, list):
        raise TypeError(f"a column of texts is needed, not a {type(texts).__name__} of one {type(found).__name__}")
    _check(found, of)
    return found


def _check(texts: Iterable[object], of: tuple[type, ...]) -> None:
    for place, text in enumerate(texts):
        if not isinstance(text, of):
            shown = repr(text) if text is None or isinstance(text, float) else type(text).__name__
            wanted = " or ".join(each.__name__ for each in of)
            hint = "leave missing texts out, or fill them with ''" if shown in _MISSING else "one text an entry"
            raise TypeError(f"text {place} is {shown}, not {wanted}; {hint}")


def strings(values: Iterable[str]) -> NDArray[np.object_]:
    """Strings as an array of objects, which every data frame takes for a column of strings."""
    listed = list(values)
    column = np.empty(len(listed), object)
    column[:] = listed
    return column


class Batched(Protocol[Given, One_co, Many_co]):
    """A function of one text with its batch form, which takes a column of texts and the same options."""

    @property
    def batch(self) -> Callable[..., Many_co]:
        """For a column of texts."""
        ...

    def __call__(self, *args: Given.args, **kwargs: Given.kwargs) -> One_co:
        """For one text."""
        ...


def with_batch(batch: Callable[..., Many_co]) -> Callable[[Callable[Given, One_co]], Batched[Given, One_co, Many_co]]:
    """Show a function's batch form as its attribute `batch`, under which it can be pickled too."""

    def mark(function: Callable[Given, One_co]) -> Batched[Given, One_co, Many_co]:
        shown = cast(Any, function)
        shown.batch = batch
        batch.__module__, batch.__qualname__ = shown.__module__, f"{shown.__qualname__}.batch"
        return cast(Batched[Given, One_co, Many_co], function)

    return mark


def takes_column(function: Plain) -> Plain:
    """Mark a function that takes a column of texts as it is: its batch form is itself."""
    vars(function)["batch"] = function
    return function


def batched(
    collect: Callable[[Iterable[One_co]], Many_co], *, of: tuple[type, ...] = (str,)
) -> Callable[[Callable[Given, One_co]], Batched[Given, One_co, Many_co]]:
    """Give a function of one text a batch form: the function on each text of a column, collected.

    >>> @batched(strings)
    ... def shout(text: str, *, mark: str = "!") -> str:
    ...     return text.upper() + mark
    >>> shout.batch(["one", "two"], mark="?").tolist()
    ['ONE?', 'TWO?']
    """

    def mark(function: Callable[Given, One_co]) -> Batched[Given, One_co, Many_co]:
        def batch(texts: Any, **options: Any) -> Many_co:
            call = cast(Callable[..., One_co], function)
            return collect(call(text, **options) for text in text_list(texts, of=of))

        batch.__doc__ = f"`{function.__name__}` of each text of a column; takes the same keywords, gives a column."
        return with_batch(batch)(function)

    return mark
