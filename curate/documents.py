"""Declares the Arrow schema that documents have, from pages as they are read to texts as they are written.

A page row carries `html` (payload bytes) and no text; extraction turns it into a document row with `text`, no `html`,
and `spans`, which say what the parts of the text are. Everything else is provenance. Stages add typed columns
(language, scores) as they go.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from curate.filters.spans import apart_from_prose
from curate.filters.text_view import TextView
from curate.warc.pages import Page, Skip

Record = Page | Skip

BATCH_DOCUMENTS = 256  # worked on at a time
BATCH_CHARS = 4 << 20

PROVENANCE = pa.schema(
    [
        ("id", pa.string()),
        ("url", pa.string()),
        ("date", pa.string()),
        ("warc_path", pa.string()),
        ("warc_offset", pa.int64()),
        ("warc_length", pa.int64()),
    ]
)
PAGES = pa.schema(
    [
        *PROVENANCE,
        ("charset", pa.string()),
        ("robots", pa.string()),
        ("tdm", pa.string()),
        ("html", pa.large_binary()),
        ("text", pa.large_string()),
    ]
)
DROPPED = pa.schema(
    [
        *PROVENANCE,
        ("stage", pa.string()),
        ("rule", pa.string()),
        ("value", pa.float64()),
        ("limit", pa.float64()),
        ("duplicate_of", pa.string()),
        ("duplicate_of_url", pa.string()),
        ("text", pa.large_string()),
        ("spans", pa.large_binary()),
    ]
)
CUT = pa.schema(
    [
        *PROVENANCE,
        ("stage", pa.string()),
        ("start", pa.int64()),
        ("duplicate_of", pa.string()),
        ("duplicate_of_url", pa.string()),
        ("text", pa.large_string()),
    ]
)
"""What a stage cut out of a text that stays, a row each: where it stood in the text as the stage got it, and it."""

MEASURED = pa.schema([*PROVENANCE, ("language", pa.string())])  # and a float64 column per signal
QUARANTINE = pa.schema(
    [
        *PROVENANCE,
        ("stage", pa.string()),
        ("kind", pa.string()),
        ("detail", pa.string()),
        ("raw_bytes", pa.int64()),
        ("raw", pa.large_binary()),
    ]
)

SPANS = (
    "spans"  # the column of what the parts of a text are, packed as `filters.spans` says; null where it is not known
)


@dataclass(frozen=True, slots=True)
class Documents:
    """A record batch of documents and the views of their texts, which rule sets on the same text share."""

    batch: pa.RecordBatch
    views: tuple[TextView, ...] | None = None

    def __len__(self) -> int:
        return int(self.batch.num_rows)

    def take(self, rows: np.ndarray) -> "Documents":
        """The documents at `rows` (an int64 array), in that order, with their views."""
        views = None if self.views is None else tuple(self.views[i] for i in rows)
        return Documents(self.batch.take(pa.array(rows, pa.int64())), views)

    def texts(self) -> list[str]:
        """The texts, one `str` per row."""
        return [text or "" for text in self.batch.column("text").to_pylist()]

    def with_views(self) -> "Documents":
        """The same documents with a view per text."""
        if self.views is not None:
            return self
        known = SPANS in self.batch.schema.names
        spans = self.batch.column(SPANS).to_pylist() if known else [None] * len(self)
        return Documents(self.batch, tuple(map(view_of, self.texts(), spans)))

    def with_texts(self, texts: Sequence[str | None]) -> "Documents":
        """The same documents with other texts, of which it is not known what their parts are.

        If no text is changed they keep their views, too.
        """
        array = pa.array(texts, pa.large_string())
        if "text" in self.batch.schema.names and array.equals(self.batch.column("text")):
            return self
        return Documents(self._edited(array))

    def with_views_of(self, views: Sequence[TextView]) -> "Documents":
        """The same documents with edited texts and the views of them."""
        array = pa.array([view.text for view in views], pa.large_string())
        return Documents(self._edited(array), tuple(views))

    def _edited(self, texts: pa.Array) -> pa.RecordBatch:
        """The batch with other texts; the spans of a text that is another now would be wrong, and go."""
        batch = with_column(self.batch, "text", texts)
        if SPANS not in batch.schema.names:
            return batch
        same = pc.equal(texts, self.batch.column("text"))
        spans = pc.if_else(same, batch.column(SPANS), pa.scalar(None, pa.large_binary()))
        return with_column(batch, SPANS, spans)

    def with_column(self, name: str, values: pa.Array) -> "Documents":
        """The same documents with a column added or replaced."""
        return Documents(with_column(self.batch, name, values), self.views)


def view_of(text: str, spans: bytes | None) -> TextView:
    """The view of a text, which knows what in it is no prose where its packed spans are known."""
    return TextView(text, None if spans is None else apart_from_prose(text, spans))


def with_column(batch: pa.RecordBatch, name: str, values: pa.Array) -> pa.RecordBatch:
    """A batch with the column `name` added at the end, or replaced where it stands."""
    index = batch.schema.get_field_index(name)
    if index < 0:
        return batch.append_column(name, values)
    return batch.set_column(index, name, values)


def sizes(batch: pa.RecordBatch) -> np.ndarray:
    """The size of each row as int64: characters of its text, or bytes of its HTML while it has no text."""
    chars = pc.utf8_length(batch.column("text")).cast(pa.int64())
    if "html" in batch.schema.names:
        chars = pc.coalesce(chars, pc.binary_length(batch.column("html")).cast(pa.int64()))
    return np.asarray(pc.fill_null(chars, 0))


def text_bytes(batch: pa.RecordBatch) -> np.ndarray:
    """The UTF-8 bytes of each row's text as int64, 0 while it has none."""
    return np.asarray(pc.fill_null(pc.binary_length(batch.column("text")), 0).cast(pa.int64()))


def document_id(warc_path: str, offset: int) -> str:
    """The id of a record of an input: 32 hex digits, the same on every machine and in every run.

    >>> document_id("crawl.warc.gz", 0)
    'dbc796cf9a53b402acbed81d33a09980'
    """
    name = f"{warc_path}\0{offset}"
    return blake2b(name.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def storable(text: str) -> str:
    """The string itself, or with U+FFFD for lone surrogates, which UTF-8 and so Arrow cannot hold."""
    return text if text.isascii() else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def provenance(record: Record, warc_path: str) -> dict[str, object]:
    """Return where a record of an input came from, as columns of `PROVENANCE`."""
    return {
        "id": document_id(warc_path, record.offset),
        "url": storable(record.url),
        "date": record.date,
        "warc_path": warc_path,
        "warc_offset": record.offset,
        "warc_length": record.length,
    }


def page_rows(rows: Sequence[Mapping[str, Any]]) -> pa.RecordBatch:
    """Rows as `page_row` makes them as a batch under `PAGES`; HTML is copied once, and not again as a buffer grows."""
    html = [row["html"] for row in rows]
    offsets = np.concatenate([[0], np.cumsum([len(page) for page in html])]).astype(np.int64)
    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(b"".join(html))]
    pages = pa.LargeBinaryArray.from_buffers(pa.large_binary(), len(html), buffers)
    others = [field for field in PAGES if field.name != "html"]
    columns = {field.name: pa.array([row[field.name] for row in rows], field.type) for field in others}
    return pa.RecordBatch.from_pydict(columns | {"html": pages}, PAGES)


def page_row(page: Page, warc_path: str) -> dict[str, object]:
    """A page as a row under `PAGES`."""
    return provenance(page, warc_path) | {
        "charset": page.charset,
        "robots": storable(page.robots),
        "tdm": storable(page.tdm),
        "html": page.html,
        "text": None if page.text is None else storable(page.text),
    }
