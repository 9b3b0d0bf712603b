"""From finished runs to a folder that a trainer reads.

Parts are measured and tokenized, each by a task (`measure`). Passes over the measured columns find how often each
document is seen and when (`exposure`, `rates`, `order`). A task for each part writes its sightings by range
(`scatter`), and the format reads the ranges one after the other. What a task has done is known by its marker, so a mix
that was killed goes on where it was. Folders of work are named by what decides their contents, so another plan, budget
or format begins from what stays the same.
"""

import shutil
from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from curate.cluster import Workers
from curate.engine.progress import Progress, Show
from curate.errors import UsageError
from curate.files import TEMPORARY, describe_file, remove_temporaries, sync_folder, whole_file, write_json
from curate.folder import CHECKSUMS, MANIFEST, MIXED
from curate.locks import locked
from curate.mixture import formats
from curate.mixture.identity import code_of, inputs_of, key_of, versions
from curate.mixture.laying import Decided, Laid, Steps, Wish, as_mixture, decide, lay_out, measured
from curate.mixture.ledger import summary
from curate.mixture.measure import marker_of
from curate.mixture.order import control_of, layout_of
from curate.mixture.readme import readme
from curate.mixture.scatter import RANGE_BYTES, Corpus
from curate.mixture.sources import Source, called, check_columns, open_sources
from curate.output.checksums import leave_manifest
from curate.recipe import describe

WORK = "work"
LEDGER = "ledger.json"
Say = Callable[[str], None]


def mix(
    outs: Sequence[Path],
    out: Path,
    wish: Wish,
    *,
    workers: Workers = Workers(),
    work: Path | None = None,
    range_bytes: int = RANGE_BYTES,
    show: Show = lambda _: None,
    say: Say = lambda _: None,
) -> dict[str, Any]:
    """Mix the runs in `outs` into the folder `out`; returns what `ledger.json` then holds.

    `work` is where steps keep what they have done, `out`/work by default; `range_bytes` of documents are sorted at a
    time. Raises UsageError when the wish cannot be fulfilled, and then leaves nothing where no `out` was before.
    """
    out = out.absolute()
    sources = open_sources(outs)
    check_columns(sources, wish.plan.numbers, wish.plan.names, wish.plan.name)
    formats.token_type(wish.format, wish.tokenizer.vocabulary.size)
    _refuse_foreign(out, outs)
    is_new = not out.exists() or not any(out.iterdir())
    try:
        with locked(out):
            remove_temporaries(out)
            workers.check_shared(out)
            return _mix(sources, out, wish, Steps(workers, show), (work or out / WORK).absolute(), range_bytes, say)
    except UsageError:
        if is_new:
            shutil.rmtree(out, ignore_errors=True)
        raise


def _refuse_foreign(out: Path, outs: Sequence[Path]) -> None:
    if out in {path.absolute() for _, path in map(called, outs)}:
        raise UsageError(f"--out {out} is one of the runs to be mixed: choose a folder of its own")
    if out.exists() and (not out.is_dir() or (any(out.iterdir()) and not (out / ".lock").exists())):
        raise UsageError(f"--out {out} holds something that is no mixture: choose an empty or a new folder")
    if (out / "report.json").exists():
        raise UsageError(f"--out {out} holds a run: choose a folder of its own")


def _mix(
    sources: Sequence[Source], out: Path, wish: Wish, steps: Steps, work: Path, range_bytes: int, say: Say
) -> dict[str, Any]:
    inputs = inputs_of(sources)
    corpus = measured(sources, wish, work, steps)
    asked = [describe(wish.plan), wish.tokens, wish.seed, wish.tokenizer.vocabulary.sha256, wish.tokenizer.end]
    key = key_of(code_of("laid out"), inputs, asked)
    decided = decide(corpus, wish.tokens, work / f"rates-{key}.npz", steps)
    layouts = [layout_of(wish.plan), *([control_of(wish.plan)] if wish.control else [])]
    held = key_of(key, corpus.texts, corpus.item_bytes, range_bytes)
    folders = [work / f"shuffle-{layout.name}-{held}" for layout in layouts]
    laid = [
        lay_out(corpus, decided, layout, folder, range_bytes, steps)
        for layout, folder in zip(layouts, folders, strict=True)
    ]
    _write(out, wish, laid, steps, say)
    found = _account(out, wish, laid[0], decided)
    _put_in_place(out, found, _manifest(wish, inputs))
    for path in [*work.glob("rates-*"), *work.glob("shuffle-*")]:
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    if work == out / WORK:
        _forget_others(work, corpus)
    return found


def _forget_others(work: Path, corpus: Corpus) -> None:
    """Remove what was measured of parts that are not mixed any more: they may hold pages that were taken down since."""
    current = {marker_of(corpus.measured, part).stem for part in corpus.parts}
    for path in work.iterdir():
        if path != corpus.measured:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    for path in corpus.measured.iterdir():
        if path.name.split(".")[0] not in current:
            path.unlink()


def _write(out: Path, wish: Wish, laid: Sequence[Laid], steps: Steps, say: Say) -> None:
    """Write the ledger, the mixture and its control under temporary names."""
    ledger = out / f"{TEMPORARY}ledger"
    ledger.mkdir()
    shuffle = laid[0].shuffle
    filled = [number for number, part in enumerate(shuffle.corpus.parts) if part.rows]
    for place, number in enumerate(filled):
        shutil.copyfile(shuffle.ledger_file(number), ledger / f"part-{place:05d}.parquet")
    for place, each in enumerate(laid):
        steps.show(Progress(wish.format, place, len(laid)))
        mixture = as_mixture(each, wish)
        if note := formats.note(wish.format, mixture):
            say(f"note: {note}")
        folder = out / f"{TEMPORARY}{_folder(each)}"
        folder.mkdir()
        formats.write(wish.format, mixture, folder)
    steps.show(Progress(wish.format, len(laid), len(laid)))


def _folder(laid: Laid) -> str:
    return "control" if laid.shuffle.layout.is_control else "data"


def _account(out: Path, wish: Wish, laid: Laid, decided: Decided) -> dict[str, Any]:
    """What `ledger.json` says: what was asked of each phase and bucket and what it got, and the ledger added up."""
    names, phases = [bucket.name for bucket in wish.plan.buckets], laid.shuffle.layout.phases
    folder = out / f"{TEMPORARY}ledger"
    added, sites = summary(sorted(folder.glob("part-*.parquet")), phases)
    pq.write_table(sites, folder / "sites.parquet", compression="zstd")
    census, budgets = laid.census, decided.budgets
    rows = []
    for place, phase in enumerate(wish.plan.phases):
        total, asked = int(census.tokens[place].sum()), max(int(budgets[place].sum()), 1)
        buckets = [
            {
                "bucket": name,
                "planned": round(int(budgets[place, b]) / asked, 6),
                "weight": round(int(census.tokens[place, b]) / max(total, 1), 6),
                "documents": int(census.documents[place, b]),
                "tokens": int(census.tokens[place, b]),
                "epochs": round(int(census.tokens[place, b]) / max(int(decided.held.tokens[b]), 1), 4),
            }
            for b, name in enumerate(names)
        ]
        documents = int(census.documents[place].sum())
        facts = {"phase": phase.name, "note": phase.note, "asked": asked, "tokens": total, "documents": documents}
        rows.append({**facts, "buckets": buckets})
    held = [
        {"bucket": name, "documents": int(decided.held.documents[b]), "tokens": int(decided.held.tokens[b])}
        for b, name in enumerate([*names, ""])
    ]
    return {"plan": wish.plan.name, "format": wish.format, "phases": rows, "buckets": held, "exposure": added}


def _manifest(wish: Wish, inputs: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return what the mixture follows from; the outputs are added when they stand."""
    vocabulary = wish.tokenizer.vocabulary
    return {
        "plan": {"name": wish.plan.name, "settings": describe(wish.plan)},
        "tokens": wish.tokens,
        "seed": wish.seed,
        "control": wish.control,
        "format": wish.format,
        "tokenizer": {"sha256": vocabulary.sha256, "size": vocabulary.size, "end": wish.tokenizer.end},
        "versions": {**versions(), "code": code_of("written")},
        "inputs": list(inputs),
    }


def _put_in_place(out: Path, found: Mapping[str, Any], manifest: dict[str, Any]) -> None:
    """Give what was written its names, and write the ledger's sums, the README and, last, the manifest."""
    for name in (MANIFEST, CHECKSUMS, LEDGER, "README.md"):
        (out / name).unlink(missing_ok=True)
    for name in MIXED:
        shutil.rmtree(out / name, ignore_errors=True)
        if (out / f"{TEMPORARY}{name}").is_dir():
            (out / f"{TEMPORARY}{name}").rename(out / name)
    sync_folder(out)
    write_json(out / LEDGER, found)
    with whole_file(out / "README.md") as temporary:
        temporary.write_text(readme(found, manifest))
    paths = [path for name in MIXED for path in (out / name).rglob("*") if path.is_file()]
    outputs = [_described(out, path) for path in sorted(paths)]
    digest = sha256("".join(item["sha256"] for item in outputs).encode()).hexdigest()
    leave_manifest(out, {**manifest, "outputs": outputs, "digest": digest})


def _described(out: Path, path: Path) -> dict[str, Any]:
    facts = describe_file(path, 0)
    return {"file": path.relative_to(out).as_posix(), "bytes": facts["bytes"], "sha256": facts["sha256"]}
