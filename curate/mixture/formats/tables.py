"""Documents as rows of Parquet files, a row group in memory at a time."""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from curate.files import whole_file
from curate.mixture.formats.layout import pieces
from curate.mixture.laid_out import Document

FILE_CHARS = 250_000_000

Row = Callable[[Document], tuple[Any, ...]]


def write_table(path: Path, documents: Iterable[Document], schema: pa.Schema, row: Row, rows_per_group: int) -> int:
    """Write documents as the rows of one file, zstd; returns how many there are."""
    count = 0
    with whole_file(path) as temporary, _writer(temporary, schema) as writer:
        for group in grouped(documents, rows_per_group):
            columns = zip(*map(row, group), strict=True)
            writer.write_table(
                pa.table([pa.array(c, f.type) for c, f in zip(columns, schema, strict=True)], schema=schema)
            )
            count += len(group)
    return count


def write_parts(
    folder: Path, documents: Iterator[Document], schema: pa.Schema, row: Row, rows_per_group: int
) -> list[str]:
    """Write documents as files of about 250 million characters in a folder; returns their names, in order."""
    folder.mkdir(parents=True, exist_ok=True)
    names: list[str] = []
    for piece in pieces(documents, FILE_CHARS, lambda document: len(document.text) + 1):
        names.append(f"part-{len(names):05d}.parquet")
        write_table(folder / names[-1], piece, schema, row, rows_per_group)
    return names


def grouped(documents: Iterable[Document], size: int) -> Iterator[tuple[Document, ...]]:
    """Documents by `size`; the last group may be smaller."""
    source = iter(documents)
    while group := tuple(islice(source, size)):
        yield group


def _writer(path: Path, schema: pa.Schema) -> pq.ParquetWriter:
    return pq.ParquetWriter(
        path, schema, compression="zstd", compression_level=3, use_dictionary=False, write_statistics=False
    )
