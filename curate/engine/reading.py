"""Reads the splits of a task in batches of pages, and accounts for what was read of each and what was no page."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from time import process_time
from typing import Any

import pyarrow as pa

from curate.counts import StageCount
from curate.documents import PROVENANCE, Documents, page_row, page_rows, provenance, sizes
from curate.engine.flow import dropped_rows
from curate.errors import NotAnArchiveError
from curate.filters.verdict import Verdict
from curate.inputs.input_file import Split, identity
from curate.inputs.sources import read
from curate.stages import Read
from curate.warc.pages import Page, ReadCounts, Skip

BATCH_PAGES = 64
BATCH_BYTES = 8 << 20
BATCH_SKIPS = 4096


@dataclass(slots=True)
class Found:
    """Counts of records and damage from reading one split, and the error if the input is not an archive."""

    split: Split
    counts: ReadCounts = field(default_factory=ReadCounts)
    pages: int = 0
    error: str = ""

    def as_dict(self) -> dict[str, Any]:
        """The split as a marker holds it."""
        each, counts = self.split.input, self.counts
        return {
            "name": each.name,
            "format": each.format,
            "bytes": each.bytes,
            "identity": identity(each),
            "pages": self.pages,
            "damaged_members": counts.damaged_members,
            "bytes_skipped": counts.bytes_skipped,
            "error": self.error,
            **({"fields": list(counts.fields)} if self.pages and self.pages == counts.without_text else {}),
        }


def read_dict(found: Sequence[Found]) -> dict[str, Any]:
    """Return what all splits of a task have met, as a marker holds it."""
    records: Counter[str] = Counter()
    for each in found:
        records.update(each.counts.records)
    return {
        "records": dict(sorted(records.items())),
        "damaged_members": sum(each.counts.damaged_members for each in found),
        "bytes_skipped": sum(each.counts.bytes_skipped for each in found),
    }


def read_pages(
    found: Sequence[Found], stage: Read, count: StageCount, drop: Callable[[pa.RecordBatch], None]
) -> Iterator[Documents]:
    """Yield the pages of some splits in batches; records without a usable page go to `drop`."""
    rows: list[dict[str, object]] = []
    skips: list[dict[str, object]] = []
    verdicts: list[Verdict] = []
    size = 0
    started = process_time()
    for name, record in _records(found, stage):
        if isinstance(record, Skip):
            skips.append(provenance(record, name))
            size += len(record.url)
            verdicts.append(Verdict(record.rule, record.value, record.limit))
        else:
            rows.append(page_row(record, name))
            size += len(record.html) + len(record.text or "") + len(record.url)
        if len(rows) >= BATCH_PAGES or len(skips) >= BATCH_SKIPS or size >= BATCH_BYTES:
            count.seconds += process_time() - started
            yield _read_batch(rows, skips, verdicts, count, drop)
            rows, skips, verdicts, size = [], [], [], 0
            started = process_time()
    count.seconds += process_time() - started
    yield _read_batch(rows, skips, verdicts, count, drop)


def _records(found: Sequence[Found], stage: Read) -> Iterator[tuple[str, Page | Skip]]:
    """The records of some splits, each with the name of its input."""
    for each in found:
        try:
            for record in read(each.split, limits=stage.limits, counts=each.counts):
                each.pages += 1
                yield each.split.input.name, record
        except NotAnArchiveError as error:
            each.error = str(error)


def _read_batch(
    rows: list[dict[str, object]],
    skips: list[dict[str, object]],
    verdicts: list[Verdict],
    count: StageCount,
    drop: Callable[[pa.RecordBatch], None],
) -> Documents:
    skipped = pa.RecordBatch.from_pylist(skips, PROVENANCE)
    drop(dropped_rows(skipped, Read.name, verdicts, keep_text=False))
    batch = page_rows(rows)
    count.docs_in += len(rows) + len(skips)
    count.docs_out += len(rows)
    count.dropped.update(verdict.rule for verdict in verdicts)
    size = int(sizes(batch).sum())
    count.chars_in += size
    count.chars_out += size
    return Documents(batch)
