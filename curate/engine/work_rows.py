"""Writes the rows that one task leaves for the next: in row groups worth their cost, packed quickly."""

from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from curate.files import RowFile

GROUP_ROWS, GROUP_BYTES = 512, 4 << 20


@dataclass(slots=True)
class WorkRows:
    """A `RowFile` whose batches wait until they make a row group.

    A group costs some 20 microseconds a column, whatever is in it, when it is written and again each time it is read,
    and signals have 70 columns; a batch of what one stage drops often has a single row.
    """

    path: Path
    _waiting: list[pa.RecordBatch] = field(default_factory=list)
    _rows: int = 0
    _bytes: int = 0
    _content: int = 0
    _columns: str = ""
    _file: RowFile = field(init=False)

    def __post_init__(self) -> None:
        self._file = RowFile(self.path, brief=True)

    def write(self, batch: pa.RecordBatch) -> None:
        """Append a batch; all must have one schema."""
        if not batch.num_rows:
            return
        if not self._columns:
            self._columns = sha256(str(batch.schema.remove_metadata()).encode()).hexdigest()[:16]
        self._content += _content_bytes(batch)
        self._waiting.append(batch)
        self._rows += batch.num_rows
        self._bytes += batch.nbytes
        if self._rows >= GROUP_ROWS or self._bytes >= GROUP_BYTES:
            self._flush()

    def _flush(self) -> None:
        if self._waiting:
            (group,) = pa.Table.from_batches(self._waiting).combine_chunks().to_batches()
            self._waiting, self._rows, self._bytes = [], 0, 0
            self._file.write(group)

    def close(self) -> dict[str, Any] | None:
        """Finish the file; see `RowFile.close`.

        The description has besides what the parts of the output are cut by, `content` bytes, and `columns`, which files
        with the same columns share.
        """
        self._flush()
        described = self._file.close()
        return described and {**described, "content": self._content, "columns": self._columns}

    def abandon(self) -> None:
        """Discard the rows written so far; does nothing after `close`."""
        self._waiting = []
        self._file.abandon()


def _content_bytes(batch: pa.RecordBatch) -> int:
    """The bytes of text, or of pages, in some rows; of rows of numbers, eight for each."""
    name = next((name for name in ("text", "raw") if name in batch.schema.names), None)
    if name is None:
        return 8 * batch.num_rows * batch.num_columns
    return pc.sum(pc.binary_length(batch.column(name))).as_py() or 0
