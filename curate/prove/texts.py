"""Reads corpora to compare: finished runs, Parquet, JSON Lines and plain text, each text with its site."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from curate.errors import UsageError
from curate.folder import DATA, parts
from curate.training.texts import site_of

MAX_CHARS = 2000  # of one text: a long document must not buy bytes with variety


@dataclass(frozen=True, slots=True)
class Corpus:
    """A named corpus: texts, cut at `MAX_CHARS`, the site of each, and their UTF-8 bytes, int64[n].

    A text without an address is a site of its own.
    """

    name: str
    texts: tuple[str, ...]
    sites: tuple[str, ...]
    sizes: NDArray[np.int64]

    def take(self, places: Sequence[int] | NDArray[np.int64]) -> "Corpus":
        """Some of the texts, in the order of `places`."""
        chosen = [int(place) for place in places]
        return Corpus(
            self.name,
            tuple(self.texts[i] for i in chosen),
            tuple(self.sites[i] for i in chosen),
            self.sizes[np.asarray(chosen, np.int64)],
        )


def corpus(name: str, rows: Sequence[tuple[str, str]]) -> Corpus:
    """A corpus of (text, address) pairs; empty texts and second copies are left out.

    >>> made = corpus("mine", [("One.", "https://a.example/1"), ("One.", ""), (" ", "")])
    >>> made.texts, made.sites, made.sizes.tolist()
    (('One.',), ('a.example',), [4])
    """
    kept: dict[str, str] = {}
    for text, url in rows:
        cut = text[:MAX_CHARS].strip()
        if cut and cut not in kept:
            kept[cut] = site_of(url, cut)
    sizes = np.array([len(text.encode("utf-8", "replace")) for text in kept], np.int64)
    return Corpus(name, tuple(kept), tuple(kept.values()), sizes)


def read_corpus(path: Path) -> Corpus:
    """The corpus in a run's folder, a Parquet file, JSON Lines (.gz and .zst too) or a text file.

    A text file holds one text per block of lines; blocks are separated by an empty line. Raises UsageError when it
    cannot be read or holds no text.
    """
    name = path.name.partition(".")[0] or str(path)
    if path.is_dir():
        files = parts(path / DATA) or sorted(path.glob("*.parquet"))
        found = corpus(name, [row for file in files for row in _parquet(file)])
    elif not path.is_file():
        raise UsageError(f"{path} is neither a run nor a file")
    else:
        found = corpus(name, list(_rows(path)))
    if not found.texts:
        raise UsageError(f"{path} holds no texts")
    return found


def _rows(path: Path) -> Iterator[tuple[str, str]]:
    if path.suffix == ".parquet":
        yield from _parquet(path)
    elif ".jsonl" in path.suffixes or ".ndjson" in path.suffixes:
        yield from _json_lines(path)
    else:
        for block in path.read_text("utf-8", "replace").split("\n\n"):
            yield block, ""


def _parquet(path: Path) -> Iterator[tuple[str, str]]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        names = pq.read_schema(path).names
        if "text" not in names:
            raise UsageError(f"{path} has no column 'text'; it has {', '.join(names[:20])}")
        table = pq.read_table(path, columns=[name for name in ("text", "url") if name in names])
    except (pa.ArrowException, OSError) as error:
        raise UsageError(f"{path} cannot be read: {(str(error).splitlines() or [''])[0]}") from None
    for row in table.to_pylist():
        yield row["text"] or "", row.get("url") or ""


def _json_lines(path: Path) -> Iterator[tuple[str, str]]:
    import pyarrow as pa

    with pa.input_stream(str(path)) as stream:
        lines = stream.read().decode("utf-8", "replace").split("\n")
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row: Any = json.loads(line)
            text = row.get("text") if isinstance(row.get("text"), str) else row["gold_text"]
        except (ValueError, AttributeError, KeyError):
            raise UsageError(f"{path} line {number} is no JSON object with a text") from None
        yield str(text or ""), str(row.get("url") or "")
