"""Resolves barriers: finds the documents of all splits that are duplicates of another one, step by step.

The steps are in `shuffle`, `pairing`, `comparing` and `marking`. Each step consists of tasks that run on any worker. A
step starts when all tasks of the step before have written their markers. So a run that was killed continues where it
stopped, with any number of workers.
"""

import fnmatch
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from curate.cluster import Lost, Workers
from curate.dedup import comparing, marking, pairing, shuffle
from curate.dedup.earlier_runs import Earlier
from curate.dedup.shuffle import MAX_RANGES, ROW_BITS, Job, Keyed, Sizes
from curate.errors import IncompleteRunError
from curate.files import forget, read_marker, standing_marker, write_marker
from curate.places import names_in
from curate.protocol import Barrier, Comparing, Marking, about

DONE = "matches.json"
MAX_LISTED = 1 << 15  # documents of a group whose keys are lists: a hundred windows each are 80 MB

Groups = Sequence[Sequence[Keyed]]
Tell = Callable[[str, float], None]

KEYS, PAIRS, SETS = ("keys", "buckets"), ("pairs",), ("sets", "texts", "compare")
SEEDS = ("seeds", "narrow")


def resolve(
    barriers: Sequence[Barrier],
    keys_folder: Path,
    identities: Sequence[str],
    folder: Path,
    *,
    earlier: Sequence[Earlier] = (),
    workers: Workers = Workers(1),
    by_value: Sequence[str] = (),
    sizes: Sizes = Sizes(),
    tell: Tell = lambda *_: None,
) -> bool:
    """Find duplicates over all splits, one barrier after another; return whether this was already done.

    Leaves `<split>.matches.parquet`, under `shuffle.MATCHED`, for each split that has any, and the marker
    `matches.json` last. What `earlier` runs kept is kept, and stands before all of this run. `tell` gets the name of a
    step, and the share of all steps that is done. Raises IncompleteRunError when a task is lost.
    """
    if read_marker(folder / DONE, digests=True) is not None:
        _clear(barriers, folder)
        return True
    folder.mkdir(parents=True, exist_ok=True)
    steps = _Steps(workers, by_value, tell, _titles(barriers))
    jobs: list[Job] = []
    if any(map(_has_lists, barriers)):
        sizes = replace(sizes, group_documents=min(sizes.group_documents, MAX_LISTED))
    first_own = sum(len(run.identities) for run in earlier)
    own = _groups(_numbered(_keyed(keys_folder, identities), first_own), sizes.group_documents)
    for barrier in barriers:
        groups = [*_groups(_keyed_before(earlier, barrier), sizes.group_documents), *own]
        ranges = _ranges(_count_cells(barrier, groups), sizes)
        place = folder / barrier.name
        jobs.append(Job(barrier, place, first_own << ROW_BITS, tuple(job.folder for job in jobs), sizes, ranges))
        _one_barrier(jobs[-1], groups, own, steps)
    files = _deliver(jobs, own, folder, steps)
    done = {job.barrier.name: standing_marker(job.folder / "done.json") for job in jobs}
    stages = {name: {"seconds": round(each["seconds"], 6), "counts": each["counts"]} for name, each in done.items()}
    peak = max((each["peak_bytes"] for each in done.values()), default=0)
    write_marker(folder / DONE, {"stages": stages, "peak_bytes": peak, "files": files})
    _clear(barriers, folder)
    return False


def _clear(barriers: Sequence[Barrier], folder: Path) -> None:
    """Remove the files that steps wrote only for later steps."""
    for barrier in barriers:
        forget(folder / barrier.name)
    _remove(folder, "delivered-*.json")


class _Steps:
    """Runs the tasks of a step on workers; raises IncompleteRunError when one is lost. `titles` are all steps."""

    def __init__(self, workers: Workers, by_value: Sequence[str], tell: Tell, titles: Sequence[str]) -> None:
        self._workers, self._by_value, self._tell, self._titles = workers, by_value, tell, titles

    def run(self, title: str, task: Callable[..., None], calls: Sequence[tuple[Any, ...]]) -> None:
        lost: dict[int, str] = {}
        before = self._titles.index(title)
        self._tell(title, before / len(self._titles))
        for count, (index, result) in enumerate(self._workers.map(task, calls, self._by_value), 1):
            if isinstance(result, Lost):
                lost[index] = result.error
            self._tell(title, (before + count / len(calls)) / len(self._titles))
        if lost:
            raise IncompleteRunError(
                f"{title}: {len(lost)} of {len(calls)} tasks over all splits failed: {lost[min(lost)]}"
            )


def _titles(barriers: Sequence[Barrier]) -> list[str]:
    """The steps that resolving some barriers takes, in order."""
    steps = [(barrier.name, step) for barrier in barriers for step in _steps_of(barrier)]
    return [f"{name}: {step}" for name, step in [*steps, (", ".join(each.name for each in barriers), "matches")]]


def _steps_of(barrier: Barrier) -> tuple[str, ...]:
    if isinstance(barrier, Marking):
        return ("keys", *(SEEDS if _narrows(barrier) else ()), "windows", "cut")
    return (*KEYS, *(PAIRS if _has_lists(barrier) else ()), *SETS)


def _keyed_before(earlier: Sequence[Earlier], barrier: Barrier) -> list[Keyed]:
    splits: list[Keyed] = []
    for run in earlier:
        place = run.places[barrier.name]
        splits += _numbered(_keyed(place.keys, run.identities, place.matches, place.stages), len(splits))
    return splits


def _numbered(splits: Sequence[Keyed], first: int) -> list[Keyed]:
    return [replace(split, number=first + i) for i, split in enumerate(splits)]


def _keyed(
    folder: Path, identities: Sequence[str], matches: Path | None = None, stages: Sequence[str] = ()
) -> list[Keyed]:
    """The splits that have keys; `_numbered` gives them their numbers."""
    splits: list[Keyed] = []
    matched = standing_marker(matches / DONE)["files"] if matches is not None else {}
    for identity in identities:
        files = standing_marker(folder / f"{identity}.json")["files"]
        gone = matches / matched[identity]["file"] if matches is not None and identity in matched else None
        if "keys" in files:
            splits.append(Keyed(0, identity, folder, files["keys"]["rows"], gone, tuple(stages)))
    return splits


def _groups(splits: Sequence[Keyed], documents: int) -> Groups:
    """Consecutive splits in groups of about so many documents."""
    groups: list[list[Keyed]] = []
    held = documents
    for split in splits:
        if held + split.rows > documents:
            groups.append([])
            held = 0
        groups[-1].append(split)
        held += split.rows
    return groups


def _count_cells(barrier: Barrier, groups: Groups) -> int:
    if _has_lists(barrier):
        return marking.count_windows(groups, barrier.name)
    comparing_: Comparing = barrier  # type: ignore[assignment]
    return sum(split.rows for group in groups for split in group) * comparing_.cells


def _has_lists(barrier: Barrier) -> bool:
    return isinstance(barrier, Marking) or about(barrier).min_shared > 0


def _ranges(cells: int, sizes: Sizes) -> int:
    return min(max(-(-cells // sizes.range_cells), 1), MAX_RANGES)


def _one_barrier(job: Job, groups: Groups, own: Groups, steps: _Steps) -> None:
    """Run all steps of one barrier; files are removed as soon as no later step needs them."""
    if read_marker(job.folder / "done.json") is not None:
        return
    job.folder.mkdir(exist_ok=True)
    if not groups:
        write_marker(job.folder / "done.json", {"seconds": 0.0, "counts": {}, "peak_bytes": 0, "lists": 0, "files": {}})
    elif isinstance(job.barrier, Marking):
        _mark(job, groups, own, steps)
    else:
        _compare(job, groups, steps)


def _compare(job: Job, groups: Groups, steps: _Steps) -> None:
    """Documents that share cells are joined to sets, and compared set by set."""
    name, each_group = job.barrier.name, list(enumerate(groups))
    if not shuffle.is_done(job.path("lists")):
        ranges = [(job, i, len(groups)) for i in range(job.ranges)]
        if _has_lists(job.barrier):
            share = about(job.barrier).min_shared
            steps.run(f"{name}: keys", marking.scatter, [(job, i, group) for i, group in each_group])
            steps.run(f"{name}: buckets", pairing.gather_smaller, ranges)
            steps.run(f"{name}: pairs", pairing.tally, [(job, i, share) for i in range(job.ranges)])
        else:
            steps.run(f"{name}: keys", shuffle.scatter, [(job, i, group) for i, group in each_group])
            steps.run(f"{name}: buckets", pairing.gather, ranges)
        steps.run(f"{name}: sets", pairing.connect, [(job, len(groups))])
    _remove(job.folder, "cells-*", "shared-*", "pairs-*")
    facts = standing_marker(job.path("lists").with_suffix(".json"))
    steps.run(f"{name}: texts", comparing.collect, [(job, i, group) for i, group in each_group])
    steps.run(f"{name}: compare", comparing.compare, [(job, i, len(groups)) for i in range(facts["lists"])])
    paths = [job.path("collected", i) for i in range(len(groups))]
    paths += [job.path("found", i) for i in range(facts["lists"])]
    markers = [standing_marker(path.with_suffix(".json")) for path in paths]
    write_marker(job.folder / "done.json", _sum(facts, markers))
    _remove(job.folder, "collected-*", "lists-*")


def _mark(job: Job, groups: Groups, own: Groups, steps: _Steps) -> None:
    """Windows that too many have are marked, and cut; the first of two rounds is of seeds."""
    name, folder = job.barrier.name, job.folder
    rounds = [job]
    steps.run(f"{name}: keys", marking.scatter, [(job, i, group) for i, group in enumerate(groups)])
    if _narrows(job.barrier):
        steps.run(f"{name}: seeds", marking.mark, [(job, i, len(groups), False) for i in range(job.ranges)])
        (folder / "windows").mkdir(exist_ok=True)
        rounds.append(replace(job, folder=folder / "windows", ranges=_ranges(marking.most_narrowed(job), job.sizes)))
        steps.run(f"{name}: narrow", marking.narrow, [(*rounds, i, group) for i, group in enumerate(groups)])
    last = rounds[-1]
    steps.run(f"{name}: windows", marking.mark, [(last, i, len(groups), True) for i in range(last.ranges)])
    steps.run(f"{name}: cut", marking.cut, [(last, folder, group) for group in own])
    paths = [each.path("cells", i) for each in rounds for i in range(len(groups))]
    paths += [each.path("marks", i) for each in rounds for i in range(each.ranges)]
    paths += [job.path("found", group[0].number) for group in own]
    facts: dict[str, Any] = {"counts": {}, "seconds": 0.0, "spent": 0.0, "peak_bytes": 0, "lists": None}
    markers = [standing_marker(path.with_suffix(".json")) for path in paths]
    write_marker(folder / "done.json", _sum(facts, markers))
    for each in rounds:
        _remove(each.folder, "cells-*", "marks-*")


def _narrows(barrier: Barrier) -> bool:
    return isinstance(barrier, Marking) and barrier.narrows


def _sum(facts: dict[str, Any], markers: Sequence[dict[str, Any]]) -> dict[str, Any]:
    counts = dict(facts["counts"])
    for marker in markers:
        for key, value in marker.get("counts", {}).items():
            counts[key] = counts.get(key, 0) + value
    seconds = facts["seconds"] + facts["spent"] + sum(marker["seconds"] for marker in markers)
    peak = max(marker["peak_bytes"] for marker in [facts, *markers])
    return {"seconds": seconds, "counts": counts, "peak_bytes": peak, "lists": facts["lists"], "files": {}}


def _deliver(jobs: Sequence[Job], own: Groups, folder: Path, steps: _Steps) -> dict[str, Any]:
    names = ", ".join(job.barrier.name for job in jobs)
    steps.run(f"{names}: matches", comparing.deliver, [(jobs, i, group, folder) for i, group in enumerate(own)])
    files: dict[str, Any] = {}
    for i in range(len(own)):
        files |= standing_marker(folder / f"delivered-{i:05d}.json")["files"]
    return files


def _remove(folder: Path, *patterns: str) -> None:
    for path in _matching(folder, patterns):
        forget(path)


def _matching(folder: Path, patterns: Sequence[str]) -> Iterator[Path]:
    for pattern in patterns:
        yield from (folder / name for name in fnmatch.filter(names_in(folder), pattern))
