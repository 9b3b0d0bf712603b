"""Runs a recipe over its inputs: plans the tasks, works through the phases, writes the output and the manifest."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from curate import __version__
from curate import counts as stats
from curate.cluster import Workers
from curate.dedup.earlier_runs import Earlier, leave_index, read_indexes
from curate.engine.again import finished_report, name_of, note_finished
from curate.engine.assembling import assemble, by_task, markers
from curate.engine.log import Log
from curate.engine.phases import Work, advance_all
from curate.engine.progress import Progress, Show, both
from curate.engine.ready import identify, note_inputs, warm
from curate.errors import IncompleteRunError, NotAnArchiveError, UsageError
from curate.files import remove_temporaries, write_json
from curate.finished.cleaning import forget_others
from curate.finished.requests import load_requests
from curate.folder import (
    MANIFEST,
    REPORT,
    REPORT_PAGE,
    WORK,
    digest_of,
)
from curate.inputs import sources
from curate.inputs.input_file import UNKNOWN, Input, looked_into
from curate.inputs.listing import Inputs
from curate.inputs.tasks import Tasks, planned
from curate.inputs.text_rows import RENAME
from curate.locks import locked
from curate.memory import give_back
from curate.output.checksums import leave_manifest, load_manifest
from curate.output.columns import footer
from curate.output.inputs import accounts, differ, leave_inputs, listed, without_counts
from curate.output.plan_file import beside
from curate.places import place_of
from curate.preflight import check_room, refuse_foreign
from curate.protocol import as_json
from curate.recipe import Recipe, code_version, describe, fingerprint, library_versions
from curate.stages import Barrier, about

SHOWN = 5  # inputs that an error names
MAX_ERROR_SHARE, MIN_ERRORS = 0.02, 20  # more of a stage's documents failing than this is a bug of ours, not of pages

Say = Callable[[str], None]


def run(
    recipe: Recipe,
    specs: Sequence[str],
    out: Path,
    *,
    against: Sequence[Path] = (),
    workers: Workers = Workers(),
    show: Show = lambda _: None,
    say: Say = lambda _: None,
) -> dict[str, Any]:
    """Curate the inputs named by `specs` into `out` and return the report.

    `against` are folders of earlier runs. Duplicates of documents that those runs kept are dropped. Work that `out`
    already holds for the same recipe, code and input bytes is reused. `say` is called with a line about what changed
    since the last run, and `show` with the progress. Raises UsageError before work starts when the recipe or an input
    is wrong or `out` is in use. Raises IncompleteRunError, after writing what could be made, when splits were lost,
    inputs are not archives, a stage failed on too many documents, or a share is outside the recipe's expectations.
    """
    out = out.absolute()
    inputs = _inputs(specs, out)
    tasks = planned(inputs, recipe.split_bytes)
    refuse_foreign(out)
    earlier = read_indexes(against, recipe.barriers, out)
    _check(recipe, inputs, out, workers)
    with locked(out):
        remove_temporaries(out)
        workers.check_shared(out / WORK if place_of(out / WORK) else out)
        note_inputs(out / WORK, inputs)
        log = Log(out, recipe=recipe.name, fingerprint=fingerprint(recipe), curate=__version__, splits=tasks.splits)
        show = both(log.note, show)
        identify(tasks, show)
        _say_what_changed(recipe, inputs, earlier, out, say)
        warm(recipe, workers, len(tasks.stretches), out / WORK, show)
        done, missing, folders = advance_all(recipe, tasks, out / WORK, earlier, workers, show)
        identities = [each.identity for each in done]
        tally = stats.fold(recipe.stage_names, markers(folders, identities))
        tally.check()
        name = name_of(recipe, identities, folders, earlier)
        report = None if missing else finished_report(out, name)
        if missing:
            log.end(missing=len(missing))
        if report is None:
            show(Progress("writing the output and the report", 0, 0))
            report = _written(recipe, tasks, done, folders, out, tally, earlier, missing, workers)
            note_finished(out, name)
        log.end(pages=report["totals"]["records_in"], kept=report["totals"]["docs_out"], missing=0)
        forget_others(out / WORK, folders)
        workers.tidy()
    _refuse_to_call_it_done(recipe, tally, report, len(inputs))
    return report


def _check(recipe: Recipe, inputs: Inputs, out: Path, workers: Workers) -> None:
    """Refuse a run before anything is written: no room, a stage that lacks something, a damaged record of takedowns."""
    load_requests(out)
    check_room(inputs, out, workers.here())
    for stage in recipe.stages:
        about(stage).check()


def _written(
    recipe: Recipe,
    tasks: Tasks,
    done: Sequence[Work],
    folders: Sequence[Path],
    out: Path,
    tally: stats.Tally,
    earlier: Sequence[Earlier],
    missing: Sequence[str],
    workers: Workers,
) -> dict[str, Any]:
    """Write the output with all that belongs to it, the manifest last, and return the report.

    Raises IncompleteRunError, before there is a manifest, when splits are missing.
    """
    from curate.output.papers import leave_papers

    report, written, read = _reported(recipe, tasks, done, folders, out, tally, missing, workers)
    give_back()
    if missing:
        said = _first_of(missing)
        raise IncompleteRunError(f"{len(missing)} of {tasks.splits} splits were lost, see {REPORT}: {said}")
    leave_index(out, list(_met(recipe, folders)), [each.identity for each in done])
    manifest = _manifest(recipe, without_counts(read), tasks.splits, earlier, written)
    leave_papers(out, manifest, report)
    leave_manifest(out, manifest)
    return report


def _reported(
    recipe: Recipe,
    tasks: Tasks,
    done: Sequence[Work],
    folders: Sequence[Path],
    out: Path,
    tally: stats.Tally,
    missing: Sequence[str],
    workers: Workers,
) -> tuple[dict[str, Any], list[dict[str, Any]], dict[str, Any]]:
    """Write the output and its report; return the report, what describes each part, and how the inputs are listed."""
    from curate.finished import takedown
    from curate.report.webpage import write_html

    inputs, identities = tasks.inputs, [each.identity for each in done]
    made = footer(recipe, accounts(inputs, markers(folders[:1], identities)))
    together = by_task(tasks.stretches, [(each.task, each.identity) for each in done])
    written, text = assemble(recipe, together, folders, out, tally, made, workers)
    read = leave_inputs(out, accounts(inputs, markers(folders[:1], identities)), len(inputs))
    report = stats.report(recipe.name, read, inputs.bytes, tally, text, missing)
    report["settings"] = describe(recipe)
    report["about"] = list(map(as_json, recipe.stages))
    report["versions"] = _versions()
    written = takedown.honour(out, report, written)
    report["totals"] |= _site_loss(recipe, out)
    report |= beside(out, fingerprint(recipe), report["totals"])
    write_json(out / REPORT, report)
    write_html(out / REPORT_PAGE, report, recipe=recipe)
    return report, written, read


def _versions() -> dict[str, str]:
    return {"curate": __version__, "code": code_version(), **library_versions()}


def _inputs(specs: Sequence[str], out: Path) -> Inputs:
    inputs = sources.resolve(specs, out=out)
    if all(_is_no_archive(item) for item in inputs):
        raise NotAnArchiveError(f"none of {len(inputs)} inputs is an archive, the first is {inputs[0].name}")
    return inputs


def _is_no_archive(item: Input) -> bool:
    try:
        return looked_into(item).format == UNKNOWN
    except OSError:  # lost when it is to be read
        return False


def _site_loss(recipe: Recipe, out: Path) -> dict[str, Any]:
    """The largest share of its pages that a site lost to duplicate removal, if the recipe has an expectation for it."""
    if stats.SITE_LOSS not in recipe.expect:
        return {}
    from curate.report.sites import site_loss

    removing = [stage.name for stage in recipe.barriers]
    return {stats.SITE_LOSS: site_loss(out, recipe.stage_names, removing)}


def _refuse_to_call_it_done(recipe: Recipe, tally: stats.Tally, report: dict[str, Any], inputs: int) -> None:
    """Raise IncompleteRunError when everything was written but the user has to look at a problem."""
    if tally.unreadable:
        said = _first_of([f"{name}: {error}" for name, error in sorted(tally.unreadable.items())])
        raise IncompleteRunError(
            f"{len(tally.unreadable)} of {inputs} inputs are no archives, the rest is done: {said}"
        )
    if tally.textless:
        said = _first_of([f"{name} has {', '.join(fields)}" for name, fields in sorted(tally.textless.items())])
        raise IncompleteRunError(
            f"{len(tally.textless)} of {inputs} inputs have records without a field 'text', the rest is done: "
            f"{said}; {RENAME} and run the same command again"
        )
    for stage, count in tally.stages.items():
        failed = sum(count.errors.values())
        if failed >= MIN_ERRORS and failed > MAX_ERROR_SHARE * count.docs_in:
            kind = count.errors.most_common(1)[0][0]
            raise IncompleteRunError(
                f"stage {stage} failed on {failed} of {count.docs_in} documents, mostly {kind}; see quarantine/"
            )
    if unexpected := stats.implausible(report, recipe.expect):
        raise IncompleteRunError(f"everything is written, and not what the recipe expects: {'; '.join(unexpected)}")


def _first_of(lines: Sequence[str]) -> str:
    """Return some lines as one, and how many there are more of them."""
    more = f"; and {len(lines) - SHOWN} more, see {REPORT}" if len(lines) > SHOWN else ""
    return "; ".join(lines[:SHOWN]) + more


def _say_what_changed(recipe: Recipe, inputs: Sequence[Input], against: Sequence[Earlier], out: Path, say: Say) -> None:
    """Tell the user why work of an earlier run in this folder is done again."""
    if not (out / MANIFEST).is_file():
        return
    try:
        before = load_manifest(out)
        made = before["recipe"]["fingerprint"], before["versions"]["code"]
        others = differ(listed(out, before), inputs)
    except (UsageError, LookupError, OSError, ValueError, TypeError):
        say(f"{MANIFEST} in {out.name} is damaged: it is written anew")
        return
    changed = [
        what
        for what, differs in (
            ("the recipe", made[0] != fingerprint(recipe)),
            ("the inputs", others),
            ("what it is matched against", before.get("against", []) != _named(against)),
            ("the code or a library", made[1] != code_version()),
        )
        if differs
    ]
    if changed:
        say(f"{' and '.join(changed)} changed since the last run in {out.name}: what follows from that is done again")


def _met(recipe: Recipe, folders: Sequence[Path]) -> Iterator[tuple[tuple[Barrier, ...], Path, Path]]:
    """Yield each row of barriers resolved together, with the folder of their keys and that of their matches."""
    places = iter(folders)
    for segment in recipe.segments():
        keys = next(places)
        if segment.barriers:
            yield segment.barriers, keys, next(places)


def _manifest(
    recipe: Recipe,
    inputs: Mapping[str, Any],
    splits: int,
    against: Sequence[Earlier],
    written: Sequence[dict[str, Any]],
) -> dict[str, Any]:
    """Describe recipe, inputs and outputs. There is no clock in it, so two runs of one recipe over one input agree."""
    return {
        "recipe": {"name": recipe.name, "fingerprint": fingerprint(recipe), "stages": describe(recipe)},
        "versions": _versions(),
        **inputs,
        "splits": splits,
        "against": _named(against),
        "outputs": list(written),
        "digest": digest_of(written),
    }


def _named(against: Sequence[Earlier]) -> list[dict[str, str]]:
    return [{"name": run.name, "digest": run.digest} for run in against]
