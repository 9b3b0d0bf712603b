"""The YAML that trainers and dataset hubs read, written so that no text can end a value or begin a new one."""

import re
from collections.abc import Iterator, Mapping, Sequence

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_WORDS = frozenset("true false yes no on off null y n".split())  # what a reader takes for something else than text


def dumped(value: Mapping[str, object]) -> str:
    """A mapping of text, numbers, truth values, lists and mappings as YAML, in the order it has.

    >>> print(dumped({"name": "a: b # c\\n", "weights": [0.5, 1e-07], "on": {"x": None}}), end="")
    name: "a: b # c\\n"
    weights:
      - 0.5
      - 1.0e-07
    "on":
      x: null
    """
    return "".join(f"{line}\n" for line in _lines(value))


def _lines(value: object) -> Iterator[str]:
    """The lines of a block: a mapping or a list that is not empty."""
    if isinstance(value, Mapping):
        for name, item in value.items():
            yield from _entry(f"{_key(str(name))}:", item)
    elif isinstance(value, Sequence):
        for item in value:
            yield from _element(item)


def _entry(head: str, item: object) -> Iterator[str]:
    if not _is_block(item):
        yield f"{head} {_scalar(item)}"
        return
    yield head
    yield from (f"  {line}" for line in _lines(item))


def _element(item: object) -> Iterator[str]:
    if not _is_block(item):
        yield f"- {_scalar(item)}"
        return
    lines = _lines(item)
    yield f"- {next(lines)}"
    yield from (f"  {line}" for line in lines)


def _is_block(item: object) -> bool:
    return isinstance(item, Mapping | Sequence) and not isinstance(item, str) and bool(item)


def _key(name: str) -> str:
    return name if _PLAIN.fullmatch(name) and name.lower() not in _WORDS else quoted(name)


def _scalar(item: object) -> str:
    if isinstance(item, bool) or item is None:
        return {True: "true", False: "false", None: "null"}[item]
    if isinstance(item, float):
        mantissa, e, exponent = repr(item).partition("e")
        return f"{mantissa}{'' if '.' in mantissa else '.0'}{e}{exponent}"  # without a point some readers see text
    if isinstance(item, int):
        return str(item)
    return quoted(item) if isinstance(item, str) else ("{}" if isinstance(item, Mapping) else "[]")


def quoted(text: str) -> str:
    """Text in double quotes, with every character escaped that does not show itself.

    >>> print(quoted('say "no"\\u2028'))
    "say \\"no\\"\\U00002028"
    """
    return '"' + "".join(map(_escaped, text)) + '"'


def _escaped(char: str) -> str:
    if char in '"\\':
        return f"\\{char}"
    if char == "\n":
        return "\\n"
    if "\ud800" <= char <= "\udfff":
        return "\ufffd"
    return char if char.isprintable() else f"\\U{ord(char):08X}"
