"""Writes the YAML that trainers and dataset hubs read, in ASCII: some marks PyYAML writes else it cannot read back."""

from collections.abc import Mapping


def dumped(value: Mapping[str, object]) -> str:
    """A mapping of text, numbers, truth values, lists and mappings as YAML, in the order it has.

    Lone surrogates, which no file can hold, become question marks in a box.

    >>> print(dumped({"name": "a: b # c", "weights": [0.5, 1e-07], "on": {"x": None}}), end="")
    name: 'a: b # c'
    weights:
    - 0.5
    - 1.0e-07
    'on':
      x: null
    """
    import yaml

    said: str = yaml.dump(_plain(value), Dumper=yaml.SafeDumper, sort_keys=False, width=1 << 30)
    return said


def _plain(value: object) -> object:
    """The same in types that YAML has, without lone surrogates."""
    if isinstance(value, Mapping):
        return {_plain(key): _plain(item) for key, item in value.items()}
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return [_plain(item) for item in value] if isinstance(value, list | tuple) else value
