"""Check from disk alone that a run's output is what its manifest and report say."""

import json
import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from curate.errors import UsageError
from curate.files import sha256_of
from curate.finished.takedown import returned
from curate.folder import DATA, DROPPED, ENDS, KINDS, MANIFEST, MIXED, QUARANTINE, digest_of, parts
from curate.locks import holder
from curate.output.checksums import differing, is_mixture, load_manifest, load_report
from curate.output.inputs import listed, said_of
from curate.output.parts import text_totals


def verify(out: Path) -> list[str]:
    """Return what is wrong with the output in `out`, one line each; an empty list when digests and counts all agree.

    Raises UsageError when there is no finished run to check.
    """
    wrong = _wrong(out)
    if wrong and (writer := holder(out)):
        raise UsageError(f"{out} is being written by {writer}: verify it when that is done")
    return wrong


def _wrong(out: Path) -> list[str]:
    if not (out / MANIFEST).exists():
        if writer := holder(out):
            raise UsageError(f"{out} is being written by {writer}: verify it when that is done")
        raise UsageError(f"{out} holds no {MANIFEST}: {_unfinished(out)}")
    wrong = differing(out)
    if is_mixture(out):
        return wrong or _files(out, json.loads((out / MANIFEST).read_bytes()), MIXED)
    if wrong:
        return [*wrong, *_returned(out)]
    manifest, report = load_manifest(out), load_report(out)
    wrong = _files(out, manifest, KINDS)
    wrong += returned(out)
    return wrong or [*_chain(report), *_counts(out, report), *_totals(out, report), *_inputs(out, manifest, report)]


def _unfinished(out: Path) -> str:
    """Why there is no manifest: what the last run has lost, if it says so."""
    try:
        missing = load_report(out)["missing"]
        return f"the last run there lost {len(missing)} splits, the first is {missing[0]}; run the same command again"
    except (UsageError, LookupError, TypeError):
        return "no run has finished there"


def _returned(out: Path) -> list[str]:
    """Return what is wrong with takedowns in a folder with damaged files, as far as it can be said."""
    try:
        return returned(out)
    except (UsageError, OSError, ValueError, LookupError, TypeError, AttributeError):
        return []


def _files(out: Path, manifest: dict[str, Any], folders: Sequence[str]) -> list[str]:
    """The files in some folders against those the manifest names."""
    wrong = []
    listed = {item["file"]: item for item in manifest["outputs"]}
    for name, item in listed.items():
        path = out / name
        if not path.is_file():
            wrong.append(f"{name} is missing")
        elif sha256_of(path) != item["sha256"]:
            wrong.append(f"{name} is not the file that was written: its digest differs")
    # Whatever lies there is read by who opens the folder as one data set: polars and DuckDB pass over no name.
    found = [path for folder in folders for path in (out / folder).rglob("*") if path.is_file()]
    present = {path.relative_to(out).as_posix() for path in found}
    wrong += [f"{name} is not in the manifest" for name in sorted(present - listed.keys())]
    return (
        wrong
        if digest_of(manifest["outputs"]) == manifest["digest"]
        else [*wrong, "manifest.json: its digest is not that of its outputs"]
    )


def _chain(report: dict[str, Any]) -> list[str]:
    wrong = []
    before = None
    for stage in report["stages"]:
        gone = sum(stage["dropped"].values()) + sum(stage["errors"].values())
        if stage["docs_in"] != stage["docs_out"] + gone:
            wrong.append(f"{stage['name']}: {stage['docs_in']} in, {stage['docs_out']} out, {gone} dropped or failed")
        if before is not None and before["docs_out"] != stage["docs_in"]:
            wrong.append(f"{before['name']} let out {before['docs_out']}, {stage['name']} took in {stage['docs_in']}")
        before = stage
    return wrong


def _counts(out: Path, report: dict[str, Any]) -> list[str]:
    """Rows in dropped/ and quarantine/ against the report, per stage and rule."""
    wrong = []
    for folder, column, key in ((DROPPED, "rule", "dropped"), (QUARANTINE, "kind", "errors")):
        rows: Counter[tuple[str, str]] = Counter()
        for path in parts(out / folder):
            for batch in pq.ParquetFile(path).iter_batches(columns=["stage", column]):
                rows.update(zip(batch["stage"].to_pylist(), batch[column].to_pylist(), strict=True))
        said = {(stage["name"], rule): n for stage in report["stages"] for rule, n in stage[key].items()}
        for place in sorted(rows.keys() | said.keys()):
            if rows[place] != said.get(place, 0):
                wrong.append(f"{folder}: {rows[place]} rows of {'/'.join(place)}, the report says {said.get(place, 0)}")
    return wrong


def _totals(out: Path, report: dict[str, Any]) -> list[str]:
    text = text_totals(out / DATA)
    said = report["totals"]
    pairs = [("docs_out", text["docs"]), ("chars_out", text["chars"]), ("docs_out", report["stages"][-1]["docs_out"])]
    return [f"{name} is {found}, the report says {said[name]}" for name, found in pairs if found != said[name]]


def _inputs(out: Path, manifest: dict[str, Any], report: dict[str, Any]) -> list[str]:
    """Inputs and splits the manifest says were to be read against those the report counted, and pages against rows."""
    wrong = []
    counted = {item["name"]: item for item in report["inputs"]}
    planned = {item["name"]: item for item in manifest["inputs"]}
    if said_of(manifest).get("inputs_file") != said_of(report).get("inputs_file"):
        wrong.append("the inputs of the manifest and of the report are not the same")
    for name in sorted(planned.keys() | counted.keys()):
        here = {key: counted.get(name, {}).get(key) for key in planned.get(name, {"name": ""})}
        if planned.get(name) != here:
            wrong.append(f"input {name} of the manifest and of the report are not the same")
    with closing(sqlite3.connect("")) as pages:  # a million inputs would not fit into memory
        pages.executescript(_PAGES)
        pages.executemany("INSERT INTO pages VALUES (?, ?, ?, 0)", _said(out, report))
        pages.executemany(_COUNT, _rows(out))
        [splits] = pages.execute("SELECT coalesce(sum(splits), 0) FROM pages").fetchone()
        if splits != manifest["splits"]:
            wrong.append(f"{splits} splits were read, the manifest says {manifest['splits']}")
        for name, said, rows in pages.execute("SELECT name, said, rows FROM pages WHERE said != rows ORDER BY name"):
            wrong.append(f"input {name}: {rows} rows in data/, dropped/ and quarantine/, the report says {said}")
    return wrong


def _said(out: Path, report: dict[str, Any]) -> Iterator[tuple[str, int, int]]:
    return ((item["name"], item["splits"], item["pages"]) for item in listed(out, report))


def _rows(out: Path) -> Iterator[tuple[str, int]]:
    """The rows where pages end, by input, a batch at a time."""
    for path in (path for folder in ENDS for path in parts(out / folder)):
        for batch in pq.ParquetFile(path).iter_batches(columns=["warc_path"]):
            yield from ((each["values"], each["counts"]) for each in batch["warc_path"].value_counts().to_pylist())


_PAGES = """
PRAGMA journal_mode = OFF;
CREATE TABLE pages (name TEXT PRIMARY KEY, splits INTEGER, said INTEGER, rows INTEGER) WITHOUT ROWID;
"""
_COUNT = "INSERT INTO pages VALUES (?, 0, 0, ?) ON CONFLICT (name) DO UPDATE SET rows = rows + excluded.rows"
