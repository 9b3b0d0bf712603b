"""Runs every task through the recipe: between barriers tasks run independently, a barrier starts when all are done.

**Tasks.** Inputs are cut into splits, and splits are put together to tasks (`curate.inputs.tasks`). A task is what one
worker takes at a time and what one set of work files holds: one split of a large input, or up to 1,024 small inputs
whole, in the order of their names. Which inputs share a task depends on their names and sizes only. Rows never depend
on it: the output is ordered by input and place, and each input keeps its own account (format, digest, pages, damage) in
the marker. So tasks may be cut anew, and are: when a task of several inputs is lost in the first phase, its inputs are
tried again one by one, and only what is lost then is missing. An input of a task that cannot even be opened is missing
at once, and the others go on.

**Digests.** The digest of a local input is taken by the worker that reads it, just before. Only one that several tasks
read is read for its digest before, by the driver, since they must agree. If a file changes between its digest and the
end of reading, the task is lost. Nothing is ever reused because of a file's name, size or time: a repeated run reads
the bytes of every input again, and uses what stands under the identity they give.

**Segments.** A recipe is cut into segments (`Recipe.segments`). A segment is a row of stages that a worker can run on
one task alone. It ends after extraction, whose text is worth keeping for later runs. It ends before a barrier, which
must see all documents. It ends after a stage whose limit depends on the scores of all texts (see *settling*). A recipe
that ends with either of the last two gets one more segment without stages, which only takes documents out.

**Phases.** Consecutive segments with nothing to wait for in between form a phase. One call of a worker (`begin` in the
first phase, then `advance`) takes one task through all segments of a phase. So the tasks of a phase run in any order,
on any number of workers, and nothing of their order is written anywhere. A phase starts when every task of the phase
before has finished or is lost.

    Read  Urls  Extract | Language | ExactDuplicates  NearDuplicates | Rules  Score(keep_share) | Redact
    segment 0             segment 1  barriers                          segment 2                  segment 3
    phase 0 ---------------------->                                    phase 1 ---------------->  phase 2

**Barriers.** The last segment before a barrier writes a key for each document it keeps. `curate.dedup` compares the
keys, and where needed the texts, of all tasks and writes for each task which rows are copies of what. The next
segment reads that file and takes the copies out before its first stage. Barriers that follow each other are resolved
together.

**Settling.** A stage such as `Score(keep_share=0.1)` cannot know its limit before the last text is scored. It keeps
what its other limits allow and counts scores, in steps of 1/10,000, in a `Census` in the marker. After the phase,
`_settle` adds the censuses of all tasks and asks the stage for its limit. The next segment drops the documents that
miss it and books the drops on the stage that set it.

**Keys of folders.** A segment's folder is called `NN-title-key`. Its key is a hash of the code and library versions, of
the settings of every segment up to and including this one, and of `keep_dropped_text`. A barrier adds the tasks, how
many documents each brought, and the runs named by `--against`; settling adds the tasks. That is needed because from
there on the result for one task depends on all others. Within a folder, files are named by the identity of their task:
a hash, over its splits, of the input's name, its bytes (a digest or a remote version), and the range. Equal names
therefore mean equal contents.

**Markers and resuming.** A segment writes its row files for a task first and its marker last, with counts, sizes,
digests and a seal over itself. `advance` does nothing where a valid marker stands. That one rule is resuming after a
crash, reusing work after a later stage changed, and having nothing to do on a finished run. There is no list of done
work to keep in step with the files. A finished run removes the folders it did not use.

**Losses.** A task whose worker fails is lost: its splits are named in `missing`, it takes no part in later phases, and
the others go on. The keys behind the next barrier then hold fewer tasks, so a repeated run that recovers it resolves
the barrier again instead of reusing an incomplete answer. A lost step of a barrier ends the run, since no task can go
on.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from curate.census import Census
from curate.cluster import Lost, Workers
from curate.dedup import resolve
from curate.dedup.earlier_runs import Earlier
from curate.engine.progress import Ended, Progress, Show
from curate.engine.segment import Advanced, Piece, advance, begin
from curate.errors import IncompleteRunError
from curate.files import standing_marker
from curate.filters.verdict import Rule
from curate.inputs.tasks import Made, Stretch, Tasks
from curate.loading import sent_along
from curate.protocol import Barrier
from curate.recipe import Recipe, Segment, code_version, describe, fingerprint
from curate.stages import about


@dataclass(frozen=True, slots=True)
class Work:
    """Where a task is and, once the digests of its inputs were read, the identity that names its files."""

    task: Stretch
    identity: str = ""


@dataclass(frozen=True, slots=True)
class _Run:
    """What all phases share: recipe, tasks, the work folder, earlier runs, workers, and the callback for progress."""

    recipe: Recipe
    tasks: Tasks
    work: Path
    against: Sequence[Earlier]
    workers: Workers
    show: Show


@dataclass(frozen=True, slots=True)
class _Resolved:
    """Barriers that were resolved together, and the folder in which they list the duplicates of every task."""

    barriers: tuple[Barrier, ...]
    folder: Path


@dataclass(frozen=True, slots=True)
class _Phase:
    """Consecutive segments that one call takes a task through.

    `folders` are theirs, `earlier` those of all segments before. `resolved` are the barriers just before this phase,
    `settled` the limits that were set there, each with the name of its stage.
    """

    segments: tuple[Segment, ...]
    folders: tuple[Path, ...]
    earlier: tuple[Path, ...] = ()
    resolved: _Resolved | None = None
    settled: tuple[tuple[str, Rule], ...] = ()


def advance_all(
    recipe: Recipe, tasks: Tasks, work: Path, against: Sequence[Earlier], workers: Workers, show: Show
) -> tuple[list[Work], list[str], list[Path]]:
    """Take every task through every segment; return the finished ones, a line per lost split, all folders."""
    run = _Run(recipe, tasks, work, against, workers, show)
    done = [Work(stretch) for stretch in tasks.stretches]
    missing: list[str] = []
    folders: list[Path] = []
    key, segments = code_version(), list(recipe.segments())
    earlier: tuple[Path, ...] = ()
    resolved: _Resolved | None = None
    settled: tuple[tuple[str, Rule], ...] = ()
    while segments:
        ends = (i for i, segment in enumerate(segments) if segment.barriers or segment.waiting)
        until = next(ends, len(segments) - 1) + 1
        phase, segments = segments[:until], segments[until:]
        own: list[Path] = []
        for segment in phase:
            key = fingerprint([key, describe(segment), recipe.keep_dropped_text])
            own.append(work / f"{len(folders) + len(own):02d}-{_title(segment)}-{key}")
        done = _advance(run, _Phase(tuple(phase), tuple(own), earlier, resolved, settled), done, missing)
        identities = [each.identity for each in done]
        folders += own
        earlier, last, resolved = (*earlier, *own), phase[-1], None
        settled = _settle(last, own[-1], identities)
        if settled:
            key = fingerprint([key, identities])
        if last.barriers:
            key = fingerprint([key, _fed(own[-1], identities), [each.digest for each in against]])
            folder = work / f"{len(folders):02d}-{'-'.join(b.name for b in last.barriers)}-{key}"
            resolved = _Resolved(last.barriers, folder)
            _resolve(run, resolved, own[-1], identities)
            folders.append(folder)
    return done, missing, folders


def _settle(segment: Segment, folder: Path, identities: Sequence[str]) -> tuple[tuple[str, Rule], ...]:
    """The limits that the stages of a segment set from the scores of all tasks, each with the name of its stage."""
    censuses = {stage.name: Census() for stage in segment.waiting}
    for identity in identities if censuses else ():
        stages = standing_marker(folder / f"{identity}.json")["stages"]
        for name, census in censuses.items():
            census.add(Census.of(stages[name].get("census", [])))
    limits = ((stage, about(stage).settle) for stage in segment.waiting)
    return tuple((stage.name, settle(censuses[stage.name])) for stage, settle in limits if settle)


def _fed(folder: Path, identities: Sequence[str]) -> list[tuple[str, int]]:
    """The input of a barrier: each task, and how many of its documents have keys."""
    files = ((identity, standing_marker(folder / f"{identity}.json")["files"]) for identity in identities)
    return [(identity, each["keys"]["rows"] if "keys" in each else 0) for identity, each in files]


def _title(segment: Segment) -> str:
    return segment.stages[-1].name if segment.stages else "matched" if segment.reads is None else "read"


def _advance(run: _Run, phase: _Phase, works: Sequence[Work], missing: list[str]) -> list[Work]:
    """Take every task through the segments of a phase; return the finished, note the lost in `missing`."""
    matches = standing_marker(phase.resolved.folder / resolve.DONE)["files"] if phase.resolved else {}
    todo = {(index, 0): work for index, work in enumerate(works)}
    done: dict[tuple[int, int], Work] = {}
    lost: dict[tuple[int, int], list[str]] = {}
    work_folder, key = phase.folders[0].parent, phase.folders[0].name
    seen = Progress(_named(phase), 0, sum(work.task.bytes for work in works), work=work_folder, key=key)
    run.show(seen)
    while todo:
        places, again = list(todo), []
        for index, result in _results(run, phase, list(todo.values()), matches):
            place, work = places[index], todo[places[index]]
            if isinstance(result, Lost) and _divisible(work):
                again.append(place)
                continue
            seen = replace(seen, done=seen.done + work.task.bytes)
            if isinstance(result, Lost):
                lost[place] = [f"{name}: {result.error}" for name in run.tasks.task(work.task).names]
                seen = replace(seen, ended=Ended(run.tasks.name(work.task), lost=result.error))
            else:
                advanced, markers = result
                names = run.tasks.task(work.task).names if advanced.unread else []
                lost[place] = [f"{names[at]}: {why}" for at, why in advanced.unread.items()]
                done[place] = Work(work.task, advanced.identity)
                seen = _counted(seen, run.tasks.name(work.task), work.task.bytes, markers, advanced)
            run.show(seen)
        parts = {place: todo[place].task.alone() for place in sorted(again)}
        todo = {(first, at): Work(each) for (first, _), part in parts.items() for at, each in enumerate(part)}
    missing += [line for place in sorted(lost) for line in lost[place]]
    return [done[place] for place in sorted(done)]


def _divisible(work: Work) -> bool:
    """Return whether the inputs of a lost task can be tried one by one: not once its rows stand together in files."""
    return not work.identity and work.task.count > 1


def _named(phase: _Phase) -> str:
    """The phase by the first and the last of its stages."""
    first = next((stage.name for segment in phase.segments for stage in segment.stages), _title(phase.segments[0]))
    return " to ".join(dict.fromkeys([first if phase.earlier else "read", _title(phase.segments[-1])]))


def _counted(
    seen: Progress, name: str, size: int, markers: Sequence[Mapping[str, Any]], advanced: Advanced
) -> Progress:
    first, last = (list(markers[edge]["stages"].values()) for edge in (0, -1))
    pages = first[0]["docs_in"] if first else 0
    alive = next((c["docs_out"] for c in reversed(last) if c["docs_in"]), 0)
    seconds = sum(stage["seconds"] for marker in markers for stage in marker["stages"].values())
    again = all(advanced.reused)
    ended = Ended(name, advanced.began, advanced.ended, seconds, pages, alive, again)
    reused = seen.reused + size * again
    return replace(seen, pages=seen.pages + pages, alive=seen.alive + alive, reused=reused, ended=ended)


def _results(
    run: _Run, phase: _Phase, works: Sequence[Work], matches: Mapping[str, Mapping[str, Any]]
) -> Iterator[tuple[int, Lost | tuple[Advanced, list[dict[str, Any]]]]]:
    """For each task, as they finish, what its worker returned and the markers it has left, or Lost.

    `matches` holds for each task the file that lists its duplicates.
    """

    def call(index: int) -> tuple[Any, ...]:
        work = works[index]
        pieces = _pieces(run, phase, work.identity, matches)
        return (*(() if phase.earlier else (run.tasks.task(work.task),)), pieces, work.task.bytes)

    calls = Made(len(works), call)
    for index, result in run.workers.map(advance if phase.earlier else begin, calls, sent_along(run.recipe.stages)):
        markers = result if isinstance(result, Lost) else _markers(_pieces(run, phase, "", matches), result.identity)
        yield index, markers if isinstance(markers, Lost) else (result, markers)


def _markers(pieces: Sequence[Piece], identity: str) -> list[dict[str, Any]] | Lost:
    """Read the markers that a worker says it has written for a task; Lost when this machine cannot see them."""
    try:
        return [standing_marker(replace(piece, identity=identity).marker) for piece in pieces]
    except IncompleteRunError as error:
        return Lost(f"{error}; do all nodes see the same OUT?")


def _pieces(run: _Run, phase: _Phase, identity: str, matches: Mapping[str, Mapping[str, Any]]) -> list[Piece]:
    """The work of each segment of a phase on one task; only the first takes out what barriers found and limits miss."""
    resolved, earlier = phase.resolved, phase.earlier
    pieces = []
    for segment, folder in zip(phase.segments, phase.folders, strict=True):
        pieces.append(Piece(segment, folder, identity, run.recipe.keep_dropped_text, earlier))
        earlier = (*earlier, folder)
    pieces[0] = replace(
        pieces[0],
        matches=resolved.folder / matches[identity]["file"] if resolved and identity in matches else None,
        barriers=resolved.barriers if resolved else (),
        settled=phase.settled,
    )
    return pieces


def _resolve(run: _Run, resolved: _Resolved, keys: Path, identities: Sequence[str]) -> None:
    """Compare the keys of all tasks, which the last segment left in the folder `keys`."""
    title = " and ".join(barrier.name for barrier in resolved.barriers)
    run.show(Progress(title, 0, 1))
    reused = resolve.resolve(
        resolved.barriers,
        keys,
        identities,
        resolved.folder,
        earlier=run.against,
        workers=run.workers,
        by_value=sent_along(run.recipe.stages),
        tell=lambda step, share: run.show(Progress(title, share, 1, step=step)),
    )
    run.show(Progress(title, 1, 1, reused=int(reused)))
