"""Blocklists from files in the UT1 layout, for recipes; what a list holds is known by its digest."""

import io
from collections.abc import Iterator
from pathlib import Path

from curate.errors import UsageError
from curate.filters.url import Blocklist


def read_blocklist(*paths: str | Path, digest: str = "") -> Blocklist:
    """Read lists of domains and addresses: files, `.gz` files, or folders with `domains` and `urls` files below them.

    The same entries give the same `digest`, whatever files they stand in and in whatever order. Raises UsageError
    when a path is missing or holds no list, or when a digest is given and is not that of the entries.
    """
    files = [file for path in paths for file in _files(Path(path))]
    blocklist = Blocklist.from_lines(*map(_lines, files))
    if digest and blocklist.digest != digest:
        raise UsageError(f"the blocklist in {', '.join(map(str, paths))} has digest {blocklist.digest}, not {digest}")
    return blocklist


def _files(path: Path) -> list[Path]:
    if path.is_file():
        return [path]
    found = sorted(file for file in path.rglob("*") if file.name in ("domains", "urls") and file.is_file())
    if not found:
        raise UsageError(f"{path} is no blocklist: neither a file nor a folder with files called domains or urls")
    return found


def _lines(path: Path) -> Iterator[str]:
    import pyarrow as pa

    with pa.input_stream(str(path)) as file, io.TextIOWrapper(file, "utf-8", "replace", newline="\n") as lines:
        yield from lines
