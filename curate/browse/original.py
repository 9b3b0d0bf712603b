"""The bytes a page was extracted from, where its archive is still at hand."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from curate.errors import CurateError
from curate.folder import INPUT_PATHS, WORK
from curate.warc.formats import sniff
from curate.warc.pages import Limits, Page, ReadCounts
from curate.warc.reading import read_split

IN_MEMBERS = ("warc.gz", "arc.gz")
READ_WHOLE = 64 << 20  # bytes of another archive that are read from its beginning to find a page


def archives(out: Path) -> dict[str, list[Path]]:
    """The inputs of a run that are files of this machine, by the last part of their names."""
    try:
        places: list[str] = json.loads((out / WORK / INPUT_PATHS).read_text())
    except (FileNotFoundError, ValueError):
        return {}
    found: dict[str, list[Path]] = {}
    for path in filter(Path.is_file, map(Path, places)):
        found.setdefault(path.name, []).append(path)
    return found


def original(known: Mapping[str, Sequence[Path]], row: Mapping[str, Any]) -> tuple[bytes, str] | None:
    """A page's bytes and charset; None where its archive is not at hand or does not hold it any more."""
    name = row["warc_path"]
    named = (path for path in known.get(name.rpartition("/")[2], ()) if f"/{path.as_posix()}".endswith(f"/{name}"))
    return next(filter(None, (_from(path, row) for path in named)), None)


def _from(path: Path, row: Mapping[str, Any]) -> tuple[bytes, str] | None:
    try:
        with path.open("rb") as file:
            start = int(row["warc_offset"])
            if sniff(file) not in IN_MEMBERS:
                if path.stat().st_size > READ_WHOLE:
                    return None
                start, end = 0, path.stat().st_size
            else:
                end = start + 1
            for page in read_split(file, start, end, limits=Limits(), counts=ReadCounts()):
                if isinstance(page, Page) and page.url == row["url"] and page.offset == row["warc_offset"]:
                    return page.html, page.charset
    except (OSError, CurateError):
        return None
    return None
