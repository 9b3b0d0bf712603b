"""Take pages out of a run: their text and address go from every file, their place in the accounts stays.

A kept page moves to `dropped/part-takedown.parquet` as a row without address and text; a dropped or quarantined one
becomes such a row where it stands; `signals/` rows go. So every count still adds up. The same is done in `work/`, so
later runs in the folder go on from there. `takedown.json` is the audit record: it names requests by hashes and pages by
id, never by text, and later runs in the folder honour it, also when they read the archive again. A sheet drawn for an
audit loses the pages, too.

Safe to kill at any moment: the request is recorded first, files are replaced one by one and each digest is recorded
before its file is, the manifest comes last; the next takedown finishes what was begun.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from curate import counts as stats
from curate.audit.sheet import follow, take_out
from curate.census import BYTES_PER_TOKEN
from curate.dedup.earlier_runs import renew_index
from curate.errors import UsageError
from curate.files import (
    describe_file,
    forget,
    parquet_writer,
    read_marker,
    remove_temporaries,
    sha256_of,
    whole_file,
    write_json,
    write_marker,
)
from curate.finished.requests import load_requests, save_requests
from curate.finished.tombstones import RULE, STAGE, Hits, Wanted, hash_of, key, kind_of, tombstones, without
from curate.folder import DATA, DROPPED, KINDS, MANIFEST, REPORT, REPORT_PAGE, WORK, digest_of, parts
from curate.locks import locked
from curate.output.checksums import is_mixture, load_manifest, load_report, renew
from curate.output.papers import leave_papers
from curate.output.parts import ROWS_PER_GROUP, text_totals
from curate.places import bring_all
from curate.report.sites import site_loss
from curate.report.webpage import write_html

TAKEN = f"{DROPPED}/part-takedown.parquet"

Note = Callable[[str, dict[str, Any]], None]


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of a takedown: rows taken per folder, ids of the pages, lines of the request that named nothing."""

    rows: Mapping[str, int]
    ids: Sequence[str]
    unmatched: Sequence[str]


def takedown(out: Path, kind: str, lines: Sequence[str]) -> Outcome:
    """Take the pages that `lines` name out of the run in `out`; `kind` is `urls`, `domains` or `ids`.

    An unfinished run is searched as far as it got, and honours the request when it goes on. Raises UsageError when
    there is no run, a line is not of that kind, or a file is not what was written.
    """
    asked = {key(kind, line): line.strip() for line in lines if line.strip() and not line.startswith("#")}
    if not asked:
        raise UsageError(f"the list of {kind} is empty")
    if not (out / ".lock").is_file():
        raise UsageError(f"{out} is not the output folder of a run")
    if is_mixture(out):
        raise UsageError(f"{out} is a mixture: take the pages out of the runs it was made of, and mix them again")
    with locked(out):
        remove_temporaries(out)
        requests = load_requests(out)
        when = datetime.now(UTC).isoformat(timespec="seconds")
        requests.append({"when": when, "kind": kind, "sha256": sorted(asked), "done": False, "ids": [], "files": {}})
        matched: set[str] = set()
        for request in requests:
            if not request["done"]:
                matched = _fulfil(out, requests, request)
    files = requests[-1]["files"].items()
    rows = {name: sum(each["rows"] for file, each in files if file.startswith(name)) for name in KINDS}
    return Outcome(rows, requests[-1]["ids"], [line for hash_, line in asked.items() if hash_ not in matched])


def honour(out: Path, report: dict[str, Any], written: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Take out of a run's fresh output what earlier requests in its folder named, before its manifest is written.

    Brings `report` up to date in place and returns the descriptions of the files that stand now; without earlier
    requests both stay as they are.
    """
    requests = load_requests(out)
    if not requests:
        return list(written)
    wanted = _wanted(requests)
    hits = {path: Hits.of(path, wanted) for path in [*_parts(out), *_work_files(out)]}
    _blank_work(out, hits)
    described = {item["file"]: item for item in written} | dict(_take(out, hits, lambda *_: None))
    _amend(report, out, _ids(hits))
    for request in requests:
        request["done"] = True
    save_requests(out, requests)
    return sorted(described.values(), key=_order)


def returned(out: Path) -> list[str]:
    """What is wrong with a folder's takedowns, a line each: unfinished ones, and files that hold a page again."""
    requests = load_requests(out)
    if not requests:
        return []
    wanted = _wanted(requests)
    return [f"the takedown of {r['when']} was interrupted: repeat it" for r in requests if not r["done"]] + [
        f"{path.relative_to(out)} holds a page that was taken down"
        for path in [*_parts(out), *_work_files(out)]
        if Hits.of(path, wanted).to_change
    ]


def _wanted(requests: Sequence[Mapping[str, Any]]) -> Wanted:
    """Return what requests name, and the pages they have found, whose address may be gone already."""
    ids = (hash_of("ids", id_) for request in requests for id_ in request["ids"])
    return Wanted(frozenset(ids).union(*(request["sha256"] for request in requests)))


def _fulfil(out: Path, requests: list[dict[str, Any]], request: dict[str, Any]) -> set[str]:
    """Carry out one request, from wherever it was left; the hashes that named something."""
    manifest = _manifest(out)
    described = {item["file"]: item for item in manifest["outputs"]}
    _check_untouched(out, described, request)
    wanted = _wanted([request])
    hits = {path: Hits.of(path, wanted) for path in [*_parts(out), *_work_files(out)]}
    request["ids"] = sorted({*request["ids"], *(id_ for each in hits.values() for id_ in each.ids)})
    save_requests(out, requests)

    def note(name: str, change: dict[str, Any]) -> None:
        request["files"][name] = change
        save_requests(out, requests)

    _blank_work(out, hits)
    renew_index(out)
    take_out(out, request["ids"])
    described |= dict(_take(out, hits, note))
    if (out / REPORT).is_file():
        report = load_report(out)
        _amend(report, out, _ids(hits))
        write_json(out / REPORT, report)
        write_html(out / REPORT_PAGE, report)
    if manifest["outputs"]:
        described |= {name: _describe(out, name) for name in request["files"]}
        outputs = sorted(described.values(), key=_order)
        digest = digest_of(outputs)
        follow(out, manifest["digest"], digest)
        amended = {**manifest, "outputs": outputs, "digest": digest}
        leave_papers(out, amended, load_report(out))
        write_json(out / MANIFEST, amended)
    request["done"] = True
    save_requests(out, requests)
    renew(out)
    return {hash_ for each in hits.values() for hash_ in each.hashes}


def _manifest(out: Path) -> dict[str, Any]:
    """The manifest of a finished run; one without outputs for an unfinished run."""
    return load_manifest(out) if (out / MANIFEST).is_file() else {"outputs": []}


def _order(item: Mapping[str, Any]) -> tuple[int, str]:
    return KINDS.index(item["file"].partition("/")[0]), item["file"]


def _describe(out: Path, name: str) -> dict[str, Any]:
    return {**describe_file(out / name, pq.read_metadata(out / name).num_rows), "file": name}


def _check_untouched(out: Path, described: Mapping[str, Any], request: Mapping[str, Any]) -> None:
    """Refuse to give a new digest to a file that is neither what the run nor what this takedown has written."""
    for name, item in described.items():
        expected = {item["sha256"], request["files"].get(name, {}).get("after")}
        if not (out / name).is_file() or sha256_of(out / name) not in expected:
            raise UsageError(f"{name} is not the file that was written; see curate verify")


def _parts(out: Path) -> list[Path]:
    return [path for name in KINDS for path in parts(out / name)]


def _work_files(out: Path) -> list[Path]:
    bring_all(out / "work")
    return sorted(out.glob("work/*/*.parquet"))


def _forget_slow(stage: dict[str, Any], ids: frozenset[str]) -> bool:
    """Take pages out of a stage's list of slow ones; whether there was any."""
    slowest = stage.get("slowest", [])
    left = [page for page in slowest if page[1] not in ids]
    if len(left) < len(slowest):
        stage["slowest"] = left
    return len(left) < len(slowest)


def _take(out: Path, hits: Mapping[Path, Hits], note: Note) -> Iterator[tuple[str, dict[str, Any]]]:
    """Rewrite the parts that hold wanted pages; yields the name and description of each file that is new.

    What was kept is entered in `TAKEN` before it goes from `data/`, so that no page is ever out of the accounts.
    """
    parts = {path: each for path, each in hits.items() if path.parent.parent == out}
    kept = [pq.read_table(path).filter(pa.array(each.mine)) for path, each in parts.items() if kind_of(path) == DATA]
    rows = pa.concat_tables(kept) if kept else None
    if rows is not None and rows.num_rows:
        yield _replaced(out / TAKEN, tombstones(out / TAKEN, rows), 0, note)
    for path, each in parts.items():
        if each.to_change:
            yield _replaced(path, without(path, each), int(each.mine.sum()), note)


def _replaced(path: Path, table: pa.Table, rows: int, note: Note) -> tuple[str, dict[str, Any]]:
    """Put a table in place of a file; `note` is told both digests before that happens."""
    name = f"{path.parent.name}/{path.name}"
    before = sha256_of(path) if path.is_file() else ""
    with whole_file(path) as temporary:
        with parquet_writer(temporary, table.schema) as writer:
            writer.write_table(table.combine_chunks(), row_group_size=ROWS_PER_GROUP)
        note(name, {"rows": rows, "before": before, "after": sha256_of(temporary)})
    return name, {**describe_file(path, table.num_rows), "file": name}


def _blank_work(out: Path, hits: Mapping[Path, Hits]) -> None:
    """Do the same to the files of splits, and to the markers that describe them; a file no marker describes goes."""
    changed = {path for path, each in hits.items() if each.to_change and path.parent.parent == out / WORK}
    for folder in sorted({path.parent for path in changed}):
        for marker_path in sorted(folder.glob("*.json")):
            marker = read_marker(marker_path)
            files = marker["files"] if marker else {}
            mine = {name: folder / item["file"] for name, item in files.items() if folder / item["file"] in changed}
            for name, path in mine.items():
                _, described = _replaced(path, without(path, hits[path]), 0, lambda *_: None)
                files[name] |= {**described, "file": path.name}  # what parts are cut by stays, so that parts do, too
                changed.discard(path)
            if marker and mine:
                write_marker(marker_path, marker)
    ids = _ids(hits)
    for marker_path in sorted(out.glob("work/*/*.json")):
        marker = read_marker(marker_path)
        named = [_forget_slow(stage, ids) for stage in marker["stages"].values()] if marker else []
        if marker and any(named):
            write_marker(marker_path, marker)
    # Arrow files, and what stands deeper down, are what an unfinished run was about to use.
    for path in {*changed, *out.glob("work/*/*/**/*"), *out.glob("work/**/*.arrow")}:
        if path.is_file():
            forget(path)


def _ids(hits: Mapping[Path, Hits]) -> frozenset[str]:
    return frozenset[str]().union(*(each.ids for each in hits.values()))


def _amend(report: dict[str, Any], out: Path, ids: frozenset[str]) -> None:
    """Bring a report up to what stands on disk: a last stage `takedown`, the totals, and no page named that is gone."""
    taken = pq.read_metadata(out / TAKEN).num_rows if (out / TAKEN).is_file() else 0
    text = text_totals(out / DATA)
    stages = [stage for stage in report["stages"] if stage["name"] != STAGE]
    if taken:
        last = stages[-1]
        sizes = {"docs_in": last["docs_out"], "docs_out": text["docs"], "chars_in": last["chars_out"]}
        dropped = {"seconds": 0.0, "dropped": {RULE: taken}, "errors": {}}
        stages.append({"name": STAGE, **sizes, "chars_out": text["chars"], **dropped})
    totals = report["totals"]
    for stage in stages:
        _forget_slow(stage, ids)
    if stats.SITE_LOSS in totals:
        removed_by = totals[stats.SITE_LOSS]["removed_by"]
        totals[stats.SITE_LOSS] = site_loss(out, [stage["name"] for stage in stages], removed_by)
    report["stages"] = stages
    totals |= {
        "docs_out": text["docs"],
        "chars_out": text["chars"],
        "bytes_out": text["bytes"],
        "tokens_out": round(text["bytes"] / BYTES_PER_TOKEN),
        "survival_docs": text["docs"] / totals["records_in"] if totals["records_in"] else 0.0,
        "survival_bytes": text["bytes"] / totals["bytes_in"] if totals["bytes_in"] else 0.0,
    }
