"""Finished runs as sources of a mixture: their names, their digests, their parts, and the columns in them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from curate.errors import UsageError
from curate.filters.difficulty import SIGNALS
from curate.output.checksums import is_mixture, load_manifest

SOURCE = "source"
OWN_NUMBERS = (*SIGNALS, "tokens", "structure_char_fraction")  # measured here, not by the run


@dataclass(frozen=True, slots=True)
class Part:
    """A file of texts of one source: where it is, its name in the run's manifest, its rows and its digest."""

    source: str
    path: Path
    name: str
    rows: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Source:
    """A finished run: its name, the digest of its output, its parts, and the types of their columns.

    The name is that of its folder, or one that was given. It is part of what a mixture follows from: plans choose by
    it, the ledger shows it, and the order is drawn from it, so that a run whose output changes a little leaves the
    order of all other documents alone.
    """

    name: str
    digest: str
    parts: tuple[Part, ...]
    columns: Mapping[str, pa.DataType]


def open_sources(outs: Sequence[Path]) -> tuple[Source, ...]:
    """The runs in some folders, in this order; `NAME=FOLDER` gives one another name than its folder's.

    Raises UsageError when a folder holds no finished run, or two of them have one name or the same output.
    """
    sources = tuple(_open(name, path.absolute()) for name, path in map(called, outs))
    for place, source in enumerate(sources):
        for other in sources[:place]:
            if source.digest == other.digest:
                raise UsageError(f"{source.name} and {other.name} are the same output of a run: name it once")
            if source.name == other.name:
                raise UsageError(
                    f"two runs are called {source.name!r}, and documents go by that name: "
                    f"give one another, such as other={outs[place]}"
                )
    if not any(part.rows for source in sources for part in source.parts):
        raise UsageError(f"{', '.join(source.name for source in sources)}: no documents to mix")
    return sources


def called(out: Path) -> tuple[str, Path]:
    """The name and the folder of a source as users write it.

    >>> called(Path("out/mine")), called(Path("web=out/mine"))
    (('mine', PosixPath('out/mine')), ('web', PosixPath('out/mine')))
    """
    name, given, path = str(out).partition("=")
    if out.exists() or not given or not name.isprintable() or "/" in name or not name:
        return out.absolute().name, out
    return name, Path(path)


def _open(name: str, out: Path) -> Source:
    if is_mixture(out):
        raise UsageError(f"{out} is a mixture, not a run: name the runs it was made of")
    manifest = load_manifest(out)
    listed = [item for item in manifest["outputs"] if item["file"].startswith("data/")]
    parts = tuple(Part(name, out / i["file"], i["file"], i["rows"], i["sha256"]) for i in listed)
    for part, item in zip(parts, listed, strict=True):
        if not part.path.is_file() or part.path.stat().st_size != item["bytes"]:
            raise UsageError(f"{part.path} is not the file that the run has written; see curate verify {out}")
    if not parts:
        raise UsageError(f"{out}: its manifest names no texts")
    schema = pq.read_schema(parts[0].path)
    return Source(name, str(manifest["digest"]), parts, {field.name: field.type for field in schema})


def check_columns(sources: Sequence[Source], numbers: Sequence[str], names: Sequence[str], plan: str) -> None:
    """Raise UsageError unless each column a plan reads is measured here, or is in a source and of that type."""
    for wanted, own, fits, what in (
        (numbers, OWN_NUMBERS, _is_number, "numbers"),
        (names, (SOURCE,), _is_name, "names"),
    ):
        for column in wanted:
            types = [source.columns[column] for source in sources if column in source.columns]
            if column in own:
                continue
            if not types:
                there = sorted({name for source in sources for name, type_ in source.columns.items() if fits(type_)})
                raise UsageError(
                    f"plan {plan!r} names the column {column!r}, which no source has; columns of {what} are "
                    f"{', '.join([*own, *(name for name in there if name not in ('text', 'id', 'url'))])}"
                )
            if not all(map(fits, types)):
                raise UsageError(f"plan {plan!r} needs {what} in the column {column!r}, which holds {types[0]}")


def _is_number(type_: pa.DataType) -> bool:
    return pa.types.is_integer(type_) or pa.types.is_floating(type_) or pa.types.is_boolean(type_)


def _is_name(type_: pa.DataType) -> bool:
    return pa.types.is_string(type_) or pa.types.is_large_string(type_)
