"""Where a run's documents come from: domains, dates, languages, licences and opt-outs, read from `data/`."""

from array import array
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from curate.files import row_batches
from curate.filters.address import site_of

BATCH_ROWS = 1000
BATCH_BYTES = 64 << 20
COUNTED = ("language", "licence", "opt_outs")
MAX_VALUES = 10_000  # of a column: every page can name a licence of its own
OTHERS = "others"


@dataclass(frozen=True, slots=True)
class Domain:
    """A registered domain, its documents and their characters."""

    name: str
    documents: int
    chars: int


@dataclass(slots=True)
class Origins:
    """The origins of the documents of a run.

    `counted` maps the columns of `COUNTED` that the documents have to documents by value; `domains` are by size, the
    largest first; dates are of the captures, "" when none has one. Memory is some 200 bytes a domain.
    """

    documents: int = 0
    chars: int = 0
    first_date: str = ""
    last_date: str = ""
    counted: dict[str, Counter[str]] = field(default_factory=dict)
    domains: tuple[Domain, ...] = ()


def origins(out: Path) -> Origins:
    """Read them from the parts of the finished run in `out`."""
    found = Origins()
    numbers: dict[str, int] = {}
    documents, chars = array("q"), array("q")
    for path in sorted((out / "data").glob("part-*.parquet")):
        file = pq.ParquetFile(path)
        counted = [name for name in COUNTED if name in file.schema_arrow.names]
        for name in counted:
            found.counted.setdefault(name, Counter())
        columns = ["url", "date", "text", *counted]
        for batch in row_batches(path, max_rows=BATCH_ROWS, max_bytes=BATCH_BYTES, columns=columns):
            _add(found, batch, counted)
            sizes = pc.fill_null(pc.utf8_length(batch["text"]), 0).to_pylist()
            for url, size in zip(batch["url"].to_pylist(), sizes, strict=True):
                number = numbers.setdefault(site_of(url or ""), len(numbers))
                if number == len(documents):
                    documents.append(0)
                    chars.append(0)
                documents[number] += 1
                chars[number] += size
    rows = zip(numbers, documents, chars, strict=True)
    found.domains = tuple(sorted((Domain(*row) for row in rows if row[0]), key=lambda d: (-d.chars, d.name)))
    return found


def _add(found: Origins, batch: pa.RecordBatch, counted: list[str]) -> None:
    """Enter a batch but for its domains."""
    found.documents += batch.num_rows
    found.chars += pc.sum(pc.utf8_length(batch["text"])).as_py() or 0
    dates = sorted(date for date in batch["date"].to_pylist() if date)
    if dates:
        found.first_date = min(found.first_date or dates[0], dates[0])
        found.last_date = max(found.last_date, dates[-1])
    for name in counted:
        values = found.counted[name]
        for row in pc.value_counts(batch[name]).to_pylist():
            value = row["values"] or ""
            values[value if value in values or len(values) < MAX_VALUES else OTHERS] += row["counts"]
