"""nanochat: one row of Parquet files with a column `text`, read in the order of their names; the last one is
validation.

Row groups go to the ranks in turn, so there have to be at least as many in a file as there are ranks: a validation
file with fewer would let a rank wait for ever. The documents for validation are those whose ids have the smallest
hashes; all their sightings leave training, so nothing is validated on that was trained on. `validation.json` says how
much that is.

Source: nanochat/dataset.py, nanochat/dataloader.py and dev/repackage_data_reference.py of karpathy/nanochat.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from heapq import heappush, heapreplace, nsmallest
from pathlib import Path

import pyarrow as pa

from curate.errors import UsageError
from curate.files import write_json
from curate.mixture.formats.layout import pieces
from curate.mixture.formats.tables import FILE_CHARS, write_table
from curate.mixture.laid_out import Document, Mixture

VALIDATION = "validation.parquet"  # sorts behind every shard
VALIDATION_SHARE, MIN_VALIDATION, MAX_VALIDATION = 1 / 200, 8, 8192
MAX_VALIDATION_CHARS = 100_000  # of a document held out: they are in memory together
MAX_ROWS_PER_GROUP, GROUPS = 1024, 64  # fewer rows in a group when there would be fewer groups than ranks
SCHEMA = pa.schema([("text", pa.large_string()), ("id", pa.string())])


def write(mixture: Mixture, out: Path, dtype: str) -> None:  # noqa: ARG001
    """Write `shard_00000.parquet` and so on, all phases one after another, `validation.parquet` and `validation.json`.

    Raises UsageError when there are not two documents, one to train on and one to hold out.
    """
    split = _Split(mixture, _held_out(mixture))
    out.mkdir(parents=True, exist_ok=True)
    rows = _rows_per_group(sum(phase.documents for phase in mixture.phases))
    for number, piece in enumerate(pieces(split.training(), FILE_CHARS, lambda document: len(document.text) + 1)):
        write_table(out / f"shard_{number:05d}.parquet", piece, SCHEMA, _row, rows)
    held = split.validation.values()
    write_table(out / VALIDATION, held, SCHEMA, _row, _rows_per_group(len(held)))
    write_json(out / "validation.json", {"documents": len(held), "sightings_held_out": split.sightings})


@dataclass(slots=True)
class _Split:
    """A mixture without the documents that are held out, which are kept, once each, as they go by."""

    mixture: Mixture
    held_out: frozenset[int]
    validation: dict[str, Document] = field(default_factory=dict)
    sightings: int = 0

    def training(self) -> Iterator[Document]:
        for document in _read(self.mixture):
            if _hash(document) not in self.held_out:
                yield document
            else:
                self.validation.setdefault(document.id, document)
                self.sightings += 1


def _held_out(mixture: Mixture) -> frozenset[int]:
    """The smallest hashes of the documents, as many as are to be held out; half of a mixture that has no more."""
    sightings = sum(phase.documents for phase in mixture.phases)
    wanted = max(MIN_VALIDATION, min(MAX_VALIDATION, int(sightings * VALIDATION_SHARE)))
    heap: list[int] = []  # negated: the largest of the smallest is on top
    inside: set[int] = set()
    others = False
    for document in _read(mixture):
        number = _hash(document)
        if number in inside or len(document.text) > MAX_VALIDATION_CHARS:
            others |= number not in inside
        elif len(heap) < wanted:
            inside.add(number)
            heappush(heap, -number)
        else:
            others = True
            if number < -heap[0]:
                inside.add(number)
                inside.remove(-heapreplace(heap, -number))
    found = inside if others else nsmallest(len(inside) // 2, inside)
    if not found:
        raise UsageError("nanochat needs a document to train on and another one to hold out for validation")
    return frozenset(found)


def _read(mixture: Mixture) -> Iterator[Document]:
    for phase in mixture.phases:
        yield from phase.read()


def _hash(document: Document) -> int:
    return int.from_bytes(sha256(document.id.encode()).digest()[:8], "big")


def _row(document: Document) -> tuple[object, ...]:
    return document.text, document.id


def _rows_per_group(rows: int) -> int:
    return max(1, min(MAX_ROWS_PER_GROUP, rows // GROUPS))
