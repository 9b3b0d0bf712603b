"""What a run has read of each input, and how its manifest and report hold that: themselves, or, of many, in a file."""

import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice, zip_longest
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from curate.files import RowFile
from curate.folder import INPUTS
from curate.inputs.input_file import Input

LISTED = 1000  # more inputs than this are listed in a file of their own: nobody reads a manifest of a million lines
ROWS = 10_000
COUNTED = ("splits", "pages", "damaged_members", "bytes_skipped")
SCHEMA = pa.schema(
    [
        ("name", pa.string()),
        ("format", pa.string()),
        ("bytes", pa.int64()),
        ("identity", pa.string()),
        *((name, pa.int64()) for name in COUNTED),
    ]
)


def accounts(inputs: Iterable[Input], markers: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """What was read of each input: its name, format, bytes, identity, and counts that are 0 where all of it was lost.

    `markers` are those of the tasks that read them, in the order of the inputs.
    """
    rows = (row for marker in markers for row in marker["inputs"])
    row = next(rows, None)
    for each in inputs:
        found = {"name": each.name, "format": each.format, "bytes": each.bytes, "identity": {}}
        counted = dict.fromkeys(COUNTED, 0)
        while row is not None and row["name"] == each.name:
            found |= {"format": each.format or row["format"], "identity": row["identity"]}
            counted = {name: counted[name] + row.get(name, 1) for name in COUNTED}
            row = next(rows, None)
        yield found | counted
    assert row is None, f"{row} was read and is no input, or out of order"


def leave_inputs(out: Path, found: Iterable[dict[str, Any]], count: int) -> dict[str, Any]:
    """The keys by which a report lists `count` inputs; those of many are written to a file in `out`."""
    if count <= LISTED:
        return {"inputs": [_shown(row) for row in found]}
    file = RowFile(out / INPUTS)
    try:
        left = iter(found)
        while rows := list(islice(left, ROWS)):
            held = [row | {"identity": json.dumps(row["identity"])} for row in rows]
            file.write(pa.RecordBatch.from_pylist(held, SCHEMA))
        return {"inputs": [], "inputs_file": file.close()}
    finally:
        file.abandon()


def without_counts(said: Mapping[str, Any]) -> dict[str, Any]:
    """The same keys as a manifest has them: what the inputs are, and not what was read of them."""
    inputs = [{key: value for key, value in row.items() if key not in COUNTED} for row in said["inputs"]]
    return {**said, "inputs": inputs}


def said_of(document: Mapping[str, Any]) -> dict[str, Any]:
    """The keys of a manifest or report that list inputs."""
    return {key: document[key] for key in ("inputs", "inputs_file") if key in document}


def how_many(document: Mapping[str, Any]) -> int:
    """Return how many inputs a manifest or a report has, listed in it or in a file of their own."""
    return int(document["inputs_file"]["rows"]) if "inputs_file" in document else len(document["inputs"])


def listed(out: Path, document: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Each input that the manifest or the report of the run in `out` lists."""
    yield from document["inputs"]
    if "inputs_file" in document:
        for batch in pq.ParquetFile(out / INPUTS).iter_batches(ROWS):
            yield from (_shown(row | {"identity": json.loads(row["identity"])}) for row in batch.to_pylist())


def _shown(row: Mapping[str, Any]) -> dict[str, Any]:
    first = {key: row[key] for key in ("name", "format", "bytes")}
    return {**first, **row["identity"], **{key: row[key] for key in COUNTED}}


def differ(before: Iterable[Mapping[str, Any]], inputs: Iterable[Input]) -> bool:
    """Return whether inputs are seen to be others than before, by name, size and, where it is known by now, digest."""
    for row, each in zip_longest(before, inputs):
        if row is None or each is None or (row["name"], row["bytes"]) != (each.name, each.bytes):
            return True
        if each.sha256 and row.get("sha256", "") != each.sha256:
            return True
    return False
