"""A run: splits through segments on workers, barriers over all of them, parts and a manifest at the end."""

import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from curate import __version__, resolve, sources, stats
from curate.cluster import Lost, Workers
from curate.documents import DROPPED, PROVENANCE, QUARANTINE
from curate.errors import IncompleteRunError, NotAnArchiveError, UsageError
from curate.parquet import KEPT_SCHEMA, text_totals, write_parts
from curate.recipe import RECIPE_FILE, Recipe, Segment, code_version, describe, fingerprint, library_versions
from curate.report import write_html
from curate.segment import Piece, advance
from curate.sources import Split
from curate.stages import Language, Score
from curate.work import TEMPORARY, locked, read_marker, remove_temporaries, sha256_of, sync_folder, write_json

WORK = "work"
FOLDERS = ("data", "dropped", "quarantine", "signals")

MAX_ERROR_SHARE, MIN_ERRORS = 0.02, 20  # more of a stage's documents failing than this is a bug of ours, not of pages

Show = Callable[["Progress"], None]
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a phase has come: units done of all, pages met and documents still alive, reused units."""

    phase: str
    done: int
    of: int
    pages: int = 0
    alive: int = 0
    reused: int = 0


@dataclass(frozen=True, slots=True)
class _Phase:
    """Consecutive segments a split goes through in one call, and the folders before, of and between them."""

    segments: tuple[Segment, ...]
    folders: tuple[Path, ...]
    before: Path | None
    matches: Path | None
    met: Segment | None


def run(
    recipe: Recipe,
    specs: Sequence[str],
    out: Path,
    *,
    workers: Workers = Workers(),
    show: Show = lambda _: None,
    say: Say = lambda _: None,
) -> dict[str, Any]:
    """Curate the inputs named by `specs` into `out` and return the report.

    Work already done there with the same recipe, code and input bytes is not done again; `say` gets a line on what has
    changed since, `show` the progress. Raises UsageError before work starts when the recipe or an input is wrong or
    `out` is in use, and IncompleteRunError, after writing what could be made, when splits were lost, inputs are no
    archives, or a stage failed on too many documents.
    """
    out = out.absolute()
    inputs = tuple(replace(item, path=str(Path(item.path).absolute())) for item in sources.resolve(specs))
    if all(item.format == sources.UNKNOWN for item in inputs):
        message = f"none of {len(inputs)} inputs is an archive, the first is {inputs[0].name}"
        raise NotAnArchiveError(message)
    splits = sources.plan(inputs, recipe.split_bytes)
    _refuse_foreign(out)
    for stage in recipe.stages:
        if isinstance(stage, Language | Score):
            stage.check()
    with locked(out):
        remove_temporaries(out)
        digests = _digests(inputs, show)
        names = {split: _identity(split, digests[split.input.name]) for split in splits}
        shown = [{"name": i.name, "format": i.format, "bytes": i.bytes, "sha256": digests[i.name]} for i in inputs]
        _say_what_changed(recipe, shown, out, say)
        done, missing, folders = _advance_all(recipe, names, out / WORK, workers, show)
        tally = stats.fold(recipe.stage_names, _markers(folders, [names[split] for split in done]))
        tally.check()
        written = _write(recipe, [names[split] for split in done], folders, out)
        report = stats.report(recipe.name, shown, tally, text_totals(out / "data"), missing)
        write_json(out / "report.json", report)
        write_html(out / "report.html", report)
        if missing:
            message = f"{len(missing)} of {len(splits)} splits were lost, see report.json: {missing[0]}"
            raise IncompleteRunError(message)
        write_json(out / "manifest.json", _manifest(recipe, shown, written))
        _forget_others(out / WORK, folders)
    _refuse_to_call_it_done(tally, len(inputs))
    return report


def _refuse_to_call_it_done(tally: stats.Tally, inputs: int) -> None:
    """Raise IncompleteRunError when everything was written but somebody has to look at something."""
    if tally.unreadable:
        name, error = next(iter(tally.unreadable.items()))
        message = f"{len(tally.unreadable)} of {inputs} inputs are no archives, the rest is done: {name}: {error}"
        raise IncompleteRunError(message)
    for stage, count in tally.stages.items():
        failed = sum(count.errors.values())
        if failed >= MIN_ERRORS and failed > MAX_ERROR_SHARE * count.docs_in:
            kind = count.errors.most_common(1)[0][0]
            message = f"stage {stage} failed on {failed} of {count.docs_in} documents, mostly {kind}; see quarantine/"
            raise IncompleteRunError(message)


def _say_what_changed(recipe: Recipe, inputs: list[dict[str, Any]], out: Path, say: Say) -> None:
    """Tell the user why work of an earlier run in this folder is done again."""
    try:
        before = json.loads((out / "manifest.json").read_text())
    except (FileNotFoundError, ValueError):
        return
    changed = [
        what
        for what, differs in (
            ("the recipe", before["recipe"]["fingerprint"] != fingerprint(recipe)),
            ("the inputs", before["inputs"] != inputs),
            ("the code or a library", before["versions"]["code"] != code_version()),
        )
        if differs
    ]
    if changed:
        say(f"{' and '.join(changed)} changed since the last run in {out.name}: what follows from that is done again")


def _refuse_foreign(out: Path) -> None:
    """An OUT with files in it that are not a run's own is a mistyped path, not a place to write."""
    if out.exists() and not out.is_dir():
        message = f"OUT {out} is a file"
        raise UsageError(message)
    if out.is_dir() and any(out.iterdir()) and not (out / ".lock").exists():
        message = f"OUT {out} holds files that no run has written; choose an empty or a new folder"
        raise UsageError(message)


def _digests(inputs: Sequence[sources.Input], show: Show) -> dict[str, str]:
    digests = {}
    for index, item in enumerate(inputs):
        digests[item.name] = sha256_of(Path(item.path))
        show(Progress("checksums", index + 1, len(inputs)))
    return digests


def _identity(split: Split, digest: str) -> str:
    return fingerprint([split.input.name, digest, split.start, split.end])


def _advance_all(
    recipe: Recipe, names: dict[Split, str], work: Path, workers: Workers, show: Show
) -> tuple[list[Split], list[str], list[Path]]:
    """Every split through every segment; the splits that made it, what was lost, and the folders of the segments."""
    done = list(names)
    missing: list[str] = []
    folders: list[Path] = []
    key, segments = code_version(), list(recipe.segments())
    before: Path | None = None
    matches: Path | None = None
    met: Segment | None = None
    while segments:
        until = next((i for i, segment in enumerate(segments) if segment.barriers), len(segments) - 1) + 1
        phase, segments = segments[:until], segments[until:]
        own: list[Path] = []
        for segment in phase:
            key = fingerprint([key, describe(segment), recipe.keep_dropped_text])
            own.append(work / f"{len(folders) + len(own):02d}-{_title(segment)}-{key}")
        here = _Phase(tuple(phase), tuple(own), before, matches, met)
        done = _advance(here, recipe, done, names, workers, show, missing)
        folders += own
        before, met = own[-1], phase[-1]
        if met.barriers:
            key = fingerprint([key, [names[split] for split in done]])
            matches = work / f"{len(folders):02d}-{'-'.join(b.name for b in met.barriers)}-{key}"
            _resolve(met, before, [names[split] for split in done], matches, workers, show)
            folders.append(matches)
    return done, missing, folders


def _title(segment: Segment) -> str:
    return segment.stages[-1].name if segment.stages else "matched" if segment.reads is None else "read"


def _advance(
    phase: _Phase,
    recipe: Recipe,
    splits: Sequence[Split],
    names: dict[Split, str],
    workers: Workers,
    show: Show,
    missing: list[str],
) -> list[Split]:
    """Every split through the segments of a phase; appends to `missing` what was lost and returns the rest."""
    calls = [(_pieces(phase, split, names[split], recipe),) for split in splits]
    lost: dict[int, str] = {}
    pages = alive = reused = 0
    title = " > ".join(_title(segment) for segment in phase.segments)
    show(Progress(title, 0, len(calls)))
    by_value = sorted({module for module in _modules(recipe) if module.startswith(RECIPE_FILE)})
    for count, (index, result) in enumerate(workers.map(advance, calls, by_value), 1):
        if isinstance(result, Lost):
            split = splits[index]
            lost[index] = f"{split.input.name} bytes {split.start}-{split.end}: {result.error}"
        else:
            first, last = (read_marker(calls[index][0][edge].marker) or {"stages": {}} for edge in (0, -1))
            counted = [list(marker["stages"].values()) for marker in (first, last)]
            pages += counted[0][0]["docs_in"] if counted[0] else 0
            alive += next((c["docs_out"] for c in reversed(counted[1]) if c["docs_in"]), 0)
            reused += all(result)
        show(Progress(title, count, len(calls), pages, alive, reused))
    missing += [lost[index] for index in sorted(lost)]
    return [split for index, split in enumerate(splits) if index not in lost]


def _pieces(phase: _Phase, split: Split, identity: str, recipe: Recipe) -> list[Piece]:
    pieces = []
    before, matches, met = phase.before, phase.matches, phase.met
    for segment, folder in zip(phase.segments, phase.folders, strict=True):
        barriers = met.barriers if met is not None else ()
        pieces.append(Piece(segment, folder, split, identity, recipe.keep_dropped_text, before, matches, barriers))
        before, matches, met = folder, None, None
    return pieces


def _modules(recipe: Recipe) -> Iterator[str]:
    for stage in recipe.stages:
        yield type(stage).__module__
        for name in getattr(stage, "__dataclass_fields__", ()):
            yield getattr(getattr(stage, name), "__module__", None) or ""


def _resolve(
    met: Segment, folder: Path, identities: Sequence[str], matches: Path, workers: Workers, show: Show
) -> None:
    title = ", ".join(barrier.name for barrier in met.barriers)
    show(Progress(title, 0, 1))
    for _, result in workers.map(resolve.resolve, [(met.barriers, folder, identities, matches)]):
        if isinstance(result, Lost):
            message = f"{title} failed over all splits: {result.error}"
            raise IncompleteRunError(message)
        show(Progress(title, 1, 1, reused=int(result)))


def _markers(folders: Sequence[Path], identities: Sequence[str]) -> Iterator[dict[str, Any]]:
    for folder in folders:
        shared = read_marker(folder / "matches.json")
        if shared is not None:
            yield shared
            continue
        for identity in identities:
            marker = read_marker(folder / f"{identity}.json")
            if marker is not None:
                yield marker


def _write(recipe: Recipe, identities: Sequence[str], folders: Sequence[Path], out: Path) -> list[dict[str, Any]]:
    """Assemble the output folders under temporary names and put them in place; the old manifest goes first."""
    segments = [folder for folder in folders if not (folder / "matches.json").exists()]
    kinds = {
        "data": ("documents", segments[-1:], KEPT_SCHEMA),
        "dropped": ("dropped", segments, DROPPED),
        "quarantine": ("quarantine", segments, QUARANTINE),
        "signals": ("signals", segments, PROVENANCE),
    }
    written = []
    for name, (kind, places, schema) in kinds.items():
        temporary = out / f"{TEMPORARY}{name}"
        shutil.rmtree(temporary, ignore_errors=True)
        files = [[path for place in places if (path := place / f"{i}.{kind}.parquet").is_file()] for i in identities]
        described = write_parts(temporary, files, recipe.part_bytes, empty=schema)
        written += [{**item, "file": f"{name}/{item['file']}"} for item in described]
    for name in ("manifest.json", "report.json", "report.html"):
        (out / name).unlink(missing_ok=True)
    for name in kinds:
        shutil.rmtree(out / name, ignore_errors=True)
        (out / f"{TEMPORARY}{name}").rename(out / name)
    sync_folder(out)
    return written


def _manifest(recipe: Recipe, inputs: Sequence[dict[str, Any]], written: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """What was made from what, without a clock in it: two runs of one recipe over one input write the same manifest."""
    return {
        "recipe": {"name": recipe.name, "fingerprint": fingerprint(recipe), "stages": describe(recipe)},
        "versions": {"curate": __version__, "code": code_version(), **library_versions()},
        "inputs": list(inputs),
        "outputs": list(written),
        "digest": sha256("".join(item["sha256"] for item in written).encode()).hexdigest(),
    }


def _forget_others(work: Path, folders: Sequence[Path]) -> None:
    """Remove the work of other recipes, code and inputs: what this run used is what the next may reuse."""
    for path in work.iterdir():
        if path not in folders:
            shutil.rmtree(path, ignore_errors=True)
