"""The bytes a page was extracted from, where its archive is still at hand."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from curate.errors import CurateError
from curate.folder import INPUT_PATHS, WORK
from curate.inputs.locations import names_of
from curate.warc.formats import sniff
from curate.warc.pages import Limits, Page, ReadCounts
from curate.warc.reading import read_split

IN_MEMBERS = ("warc.gz", "arc.gz")
READ_WHOLE = 64 << 20  # bytes of another archive that are read from its beginning to find a page


def archives(out: Path) -> dict[str, Path]:
    """The inputs of a run that are files of this machine, by the names the run knows them by."""
    try:
        places = json.loads((out / WORK / INPUT_PATHS).read_text())
    except (FileNotFoundError, ValueError):
        return {}
    found = {name: Path(place) for place, name in names_of(places).items()}
    return {name: path for name, path in found.items() if path.is_file()}


def original(known: Mapping[str, Path], row: Mapping[str, Any]) -> tuple[bytes, str] | None:
    """A page's bytes and charset; None where its archive is not at hand or does not hold it any more."""
    path = known.get(row["warc_path"])
    if path is None:
        return None
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
