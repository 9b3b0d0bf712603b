"""Reads corpora to compare: finished runs, Parquet, JSON Lines and plain text, each text with its site."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from curate.errors import UsageError
from curate.folder import DATA, parts
from curate.training.texts import site_of

MAX_CHARS = 2000  # of one text: a long document must not buy bytes with variety
MAX_ODD_SHARE = 0.01  # of control and replacement characters in all texts; text has next to none
_CODECS = {".gz": "gzip", ".zst": "zstd", ".bz2": "bz2"}
_ODD = dict.fromkeys((*range(9), 11, *range(14, 32), *range(127, 160), 0xFFFD))


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


def corpus(name: str, rows: Iterable[tuple[str, str]]) -> Corpus:
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
    return Corpus(name, tuple(kept), tuple(kept.values()), bytes_of(kept))


def bytes_of(texts: Iterable[str]) -> NDArray[np.int64]:
    """The UTF-8 bytes of each text; int64[n]."""
    return np.array([len(text.encode("utf-8", "replace")) for text in texts], np.int64)


def odd_share(texts: Iterable[str]) -> float:
    """The share of characters that no text has: control characters, and what was no UTF-8.

    >>> odd_share(["A line.\\n", ""]), odd_share(["\\x00\\x01ab"])
    (0.0, 0.5)
    """
    whole = "".join(texts)
    return 1 - len(whole.translate(_ODD)) / len(whole) if whole else 0.0


def read_corpora(paths: Sequence[Path]) -> list[Corpus]:
    """The corpora at some paths; those of one name are told apart by the folder above. Raises UsageError."""
    found = [read_corpus(path) for path in paths]
    names = [each.name for each in found]
    return [
        replace(each, name=f"{path.resolve().parent.name}/{each.name}") if names.count(each.name) > 1 else each
        for each, path in zip(found, paths, strict=True)
    ]


def read_corpus(path: Path) -> Corpus:
    """The corpus in a run's folder, a Parquet file, JSON Lines (.gz, .bz2 and .zst too) or a text file.

    A text file holds one text per block of lines; blocks are separated by an empty line. Raises UsageError when it
    cannot be read, holds no text, or holds something that is no text.
    """
    name = path.name.partition(".")[0] or str(path)
    if path.is_dir():
        files = parts(path / DATA) or sorted(path.glob("*.parquet"))
        if not files:
            raise UsageError(f"{path} is no finished run, and holds no Parquet file")
        found = corpus(name, (row for file in files for row in _parquet(file)))
    elif not path.is_file():
        raise UsageError(f"{path} is neither a run nor a file")
    else:
        found = corpus(name, _rows(path))
    if not found.texts:
        raise UsageError(f"{path} holds no texts")
    odd = odd_share(found.texts)
    if odd > MAX_ODD_SHARE:
        raise UsageError(f"{path} is no text: {odd:.1%} of its characters are control characters or no UTF-8")
    return found


def _rows(path: Path) -> Iterator[tuple[str, str]]:
    suffixes = [each.lower() for each in path.suffixes]
    with path.open("rb") as file:
        head = file.read(4)
    if head == b"PAR1" or suffixes[-1:] == [".parquet"]:
        return _parquet(path)
    text = _opened(path, _CODECS.get(suffixes[-1] if suffixes else ""))
    if {".jsonl", ".ndjson"} & set(suffixes):
        return _json_lines(path, text)
    return ((block, "") for block in text.split("\n\n"))


def _opened(path: Path, codec: str | None) -> str:
    import pyarrow as pa

    try:
        with pa.input_stream(str(path), compression=codec) as stream:
            said: str = stream.read().decode("utf-8-sig", "replace")
    except (pa.ArrowException, OSError) as error:
        raise _unreadable(path, error) from None
    return said.replace("\r\n", "\n")


def _unreadable(path: Path, error: Exception) -> UsageError:
    return UsageError(f"{path} cannot be read: {' '.join(str(error).split())[:200]}")


def _parquet(path: Path) -> Iterator[tuple[str, str]]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        schema = pq.read_schema(path)
        if "text" not in schema.names:
            raise UsageError(f"{path} has no column 'text'; it has {', '.join(schema.names[:20])}")
        texts = [name for name in ("text", "url") if name in schema.names]
        for name in texts:
            if not (pa.types.is_string(schema.field(name).type) or pa.types.is_large_string(schema.field(name).type)):
                raise UsageError(f"{path}: the column {name!r} holds {schema.field(name).type}, no text")
        for batch in pq.ParquetFile(path).iter_batches(1024, columns=texts):
            for row in batch.to_pylist():
                yield row["text"] or "", row.get("url") or ""
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise _unreadable(path, error) from None


def _json_lines(path: Path, said: str) -> Iterator[tuple[str, str]]:
    for number, line in enumerate(said.split("\n"), 1):
        if not line.strip():
            continue
        try:
            row: Any = json.loads(line)
            text = row.get("text") if isinstance(row.get("text"), str) else row["gold_text"]
        except (ValueError, AttributeError, KeyError, RecursionError):
            raise UsageError(f"{path} line {number} is no JSON object with a text") from None
        yield str(text or ""), str(row.get("url") or "")
