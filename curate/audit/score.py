"""Scores a run by its labels: how good what it kept is, what it lost, and what each rule costs."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq

from curate.audit.agreement import agreement
from curate.audit.estimate import CLASS_OF, CLASSES, GOOD, JUNK, WORTHY_CLASSES, Estimate, Part, estimate
from curate.audit.labels import Reading, read_labels
from curate.audit.sheet import Plan, digest_of, load_plan, texts_of
from curate.audit.show import RESULT
from curate.audit.strata import KEPT, Stratum
from curate.errors import UsageError
from curate.files import whole_file, write_json
from curate.folder import ENDS, parts
from curate.output.checksums import load_report

Values = Mapping[str, int]  # by id


@dataclass(frozen=True, slots=True)
class Labelled:
    """Strata, values and readings by id; the pages of the run or of the frame; labels without a page.

    `sampled`: the values are of a draw from the strata, not all there is to say.
    """

    strata: tuple[Stratum, ...]
    values: Values
    readings: tuple[tuple[str, Values], ...]
    of_pages: int
    sampled: bool
    unmatched: int = 0


def score(out: Path, paths: Sequence[Path], *, whole: bool = False) -> dict[str, Any]:
    """Score the run in `out` by the labels in `paths`, leave `audit.json` there and return what it holds.

    Labels by id are of the sheet drawn there; with `whole`, where there is no sheet, or by address they are all there
    is to say: each counts for itself, and pages without one are left out. Where files overlap the first decides.
    Raises UsageError for a label that is not of the sheet, or a sheet that is not of the run.
    """
    readings = read_labels(paths)
    plan = None if whole else load_plan(out)
    by_id = all(reading.key == "id" for reading in readings)
    found = _of_sheet(plan, readings) if plan and by_id else _of_run(out, readings)
    result = _result(out, found, plan if found.sampled else None)
    write_json(out / RESULT, result)
    return result


def _of_sheet(plan: Plan, readings: Sequence[Reading]) -> Labelled:
    known = frozenset(plan.items)
    for reading in readings:
        for id_ in reading.values:
            if id_ not in known:
                raise UsageError(f"{reading.name} has a label for {id_!r}, which is not in the sheet of this run")
    whole = sum(stratum.pages for stratum in plan.strata)
    return Labelled(plan.strata, _first(readings), tuple((r.name, r.values) for r in readings), whole, sampled=True)


def _first(readings: Sequence[Reading]) -> Values:
    """Each page's value by the first reading that has it."""
    return {id_: value for reading in reversed(readings) for id_, value in reading.values.items()}


def _of_run(out: Path, readings: Sequence[Reading]) -> Labelled:
    """Labels looked up among all pages of a run, also those without text; each stage and rule is a stratum."""
    wanted = {key: {page for r in readings if r.key == key for page in r.values} for key in ("id", "url")}
    ends: dict[tuple[str, str], list[str]] = {}
    ids: dict[str, list[str]] = {}
    copies: set[tuple[str, str]] = set()
    whole = 0
    for row in _pages(out):
        whole += 1
        mine = [row[key] for key in ("id", "url") if row[key] in wanted[key]]
        if mine:
            cell = (row["stage"], row["rule"])
            ends.setdefault(cell, []).append(row["id"])
            copies |= {cell} if row["duplicate_of"] else set()
            for page in mine:
                ids.setdefault(page, []).append(row["id"])
    if not ends:
        raise UsageError(f"no label names a page of the run in {out}")
    order = [*(stage["name"] for stage in load_report(out)["stages"]), KEPT]
    cells = sorted(ends.items(), key=lambda item: (order.index(item[0][0]), -len(item[1]), item[0]))
    strata = tuple(Stratum(*cell, len(mine), tuple(sorted(mine)), cell in copies) for cell, mine in cells)
    by_id = [
        Reading(r.name, "id", {id_: value for page, value in r.values.items() for id_ in ids.get(page, [])})
        for r in readings
    ]
    unmatched = len({page for pages in wanted.values() for page in pages} - ids.keys())
    named = tuple((r.name, r.values) for r in by_id)
    return Labelled(strata, _first(by_id), named, whole, sampled=False, unmatched=unmatched)


def _pages(out: Path) -> Iterator[dict[str, Any]]:
    """All pages of a run that are named: id, url, stage and rule, `KEPT` and "" where a page was kept."""
    blank = {"stage": KEPT, "rule": "", "duplicate_of": None}
    for folder in ENDS:
        for path in parts(out / folder):
            file = pq.ParquetFile(path)
            names = [n for n in ("id", "url", *blank, "kind") if n in file.schema_arrow.names]
            for batch in file.iter_batches(columns=names):
                for row in batch.to_pylist():
                    yield {**blank, **row, **({"rule": f"error: {row['kind']}"} if "kind" in row else {})}


def _result(out: Path, found: Labelled, plan: Plan | None) -> dict[str, Any]:
    report = load_report(out)
    counts = np.zeros((len(found.strata), len(CLASSES)), np.int64)
    for row, stratum in enumerate(found.strata):
        for id_ in stratum.ids:
            if id_ in found.values:
                counts[row, CLASS_OF[found.values[id_]]] += 1
    some = np.flatnonzero(counts.any(1)).tolist()
    strata = [found.strata[row] for row in some]
    kept = [stratum.stage == KEPT for stratum in strata]
    estimated = estimate([stratum.pages for stratum in strata], counts[some], kept)
    drawn = {"n": len(plan.items), "seed": plan.seed, "skip": list(plan.skip)} if plan else {}
    return {
        "digest": digest_of(out),
        "recipe": report["recipe"],
        "sampled": found.sampled,
        **drawn,
        "labels": len(found.values),
        "unmatched": found.unmatched,
        "pages": found.of_pages,
        "unlabelled": [[s.stage, s.rule, s.pages] for row, s in enumerate(found.strata) if row not in some],
        "figures": _figures(strata, estimated),
        "stages": list(_stages([stage["name"] for stage in report["stages"]], strata, estimated)),
        "agreement": [agreement(*pair) for pair in combinations(found.readings, 2)],
    }


def _figures(strata: Sequence[Stratum], found: Estimate) -> dict[str, Any]:
    """The figures of the run: each a share of one part of the pages that is also in another."""
    kept = np.array([stratum.stage == KEPT for stratum in strata], bool)
    own = np.array([not stratum.copies for stratum in strata], bool)
    every = np.ones(len(strata), bool)
    parts = {
        "precision": (Part(kept, WORTHY_CLASSES), Part(kept, CLASSES)),
        "good_kept": (Part(kept, [GOOD]), Part(kept, CLASSES)),
        "junk_kept": (Part(kept, [JUNK]), Part(kept, CLASSES)),
        "recall": (Part(kept, WORTHY_CLASSES), Part(every, WORTHY_CLASSES)),
        "recall_without_copies": (Part(kept, WORTHY_CLASSES), Part(own, WORTHY_CLASSES)),
        "recall_good": (Part(kept, [GOOD]), Part(every, [GOOD])),
        "worthy_share": (Part(every, WORTHY_CLASSES), Part(every, CLASSES)),
    }
    return {name: found.ratio(*pair).as_json() for name, pair in parts.items()}


def _stages(names: Sequence[str], strata: Sequence[Stratum], found: Estimate) -> Iterator[dict[str, Any]]:
    """What each stage dropped, and then each of its rules: pages, worthy and junk among them, the one for the other."""
    for name in names:
        rows = [i for i, stratum in enumerate(strata) if stratum.stage == name]
        rules = [(strata[i].rule, [i]) for i in rows]
        for rule, members in [("", rows), *rules] if rows else []:
            mask = np.isin(np.arange(len(strata)), members)
            worthy, junk = Part(mask, WORTHY_CLASSES), Part(mask, [JUNK])
            yield {
                "stage": name,
                "rule": rule,
                "pages": sum(strata[i].pages for i in members),
                "labels": int(found.counts[mask].sum()),
                "worthy": found.total(worthy).as_json(),
                "good": found.total(Part(mask, [GOOD])).as_json(),
                "junk": found.total(junk).as_json(),
                "worthy_share": found.ratio(worthy, Part(mask, CLASSES)).as_json(),
                "worthy_per_junk": found.ratio(worthy, junk).as_json(),
            }


def write_texts(out: Path, paths: Sequence[Path], target: Path) -> int:
    """Write labels with the whole texts of their pages, for `curate train quality --labels`; returns how many.

    Rows have `id`, `text` and `value`, in the order of the run's files; pages without text are left out.
    """
    readings = read_labels(paths)
    values = _of_run(out, readings).values
    count = 0
    with whole_file(target) as temporary, temporary.open("w", encoding="ascii") as file:
        for id_, text in texts_of(out, values.keys()):
            if text:
                file.write(json.dumps({"id": id_, "text": text, "value": values[id_]}) + "\n")
                count += 1
    return count
