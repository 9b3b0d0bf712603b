"""Writes what a draw leaves in OUT/audit: the sheet, the page to label it on, and the key, which labellers do not see.

`sheet.jsonl` has a line a page: `item`, a number that says nothing, `id`, `chars` of the whole text, and `text`, of
long texts the beginning, a piece of the middle and the end. `key.jsonl` says for each item where the page ended, how
likely it was to be drawn, and its weight, which would tell, too. `plan.json` holds the run's digest and the strata.
"""

import base64
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from curate.audit.show import RESULT
from curate.audit.strata import Stratum, draw, ends_of, hash_of
from curate.errors import UsageError
from curate.files import whole_file, write_json
from curate.folder import DATA, DROPPED, MANIFEST
from curate.locks import locked
from curate.output.checksums import load_report
from curate.output.fates import keys_of, rows_with

FOLDER = "audit"
SHEET, KEY, PLAN, PAGE = "sheet.jsonl", "key.jsonl", "plan.json", "label.html"
HEAD, PIECE = 8000, 2000  # characters shown of a long text: its beginning; its middle and its end
GAP = "\n[...]\n"


@dataclass(frozen=True, slots=True)
class Plan:
    """The pages drawn from a run: `digest` is its manifest's, `strata` as in `plan.json`, `items` ids in order."""

    digest: str
    n: int
    seed: int
    skip: tuple[str, ...]
    strata: tuple[Stratum, ...]
    items: tuple[str, ...]


def sample(out: Path, n: int, *, seed: int = 0, skip: Sequence[str] = ()) -> Plan:
    """Draw `n` pages of the finished run in `out` and leave them to be labelled; what stages in `skip` dropped is out.

    Raises UsageError when no run has finished there, `n` is too few, there is no such stage, or dropped pages have no
    stored text: without them the share of good pages that were kept would come out as all of them.
    """
    if n < 1:
        raise UsageError(f"--n {n}: at least one page has to be drawn")
    digest = digest_of(out)
    report = load_report(out)
    stages = [stage["name"] for stage in report["stages"]]
    without_text = report.get("settings", {}).get("Recipe", {}).get("keep_dropped_text") is False
    if without_text and {stage["name"] for stage in report["stages"] if stage["dropped"]} - {*skip}:
        raise UsageError(
            "this run stored no text of the pages it dropped (keep_dropped_text=False), so nobody can label them: "
            "name every stage with --skip to measure the kept pages alone"
        )
    unknown = sorted({*skip} - {*stages})
    if unknown:
        raise UsageError(f"the run has no stage {unknown[0]!r}; it has {', '.join(stages)}")
    with locked(out):
        strata = tuple(draw(ends_of(out, skip), stages, n, seed))
        drawn = [id_ for stratum in strata for id_ in stratum.ids]
        # Any first part of the items is a random draw of each stratum too, so labelling may stop early.
        items = tuple(sorted(drawn, key=lambda id_: (hash_of(seed, f"order {id_}"), id_)))
        plan = Plan(digest, n, seed, tuple(skip), strata, items)
        _write(out, plan, _texts(out, items))
    return plan


def digest_of(out: Path) -> str:
    """The digest of a finished run's outputs; UsageError where none has finished."""
    try:
        return str(json.loads((out / MANIFEST).read_text())["digest"])
    except (FileNotFoundError, NotADirectoryError):
        raise UsageError(f"{out} holds no manifest.json: no run has finished there") from None


def _texts(out: Path, ids: Collection[str]) -> dict[str, tuple[int, str]]:
    """For each id the length of its text, and what is shown of it."""
    found = {}
    for id_, text in texts_of(out, frozenset(ids)):
        found[id_] = (len(text), text if len(text) <= HEAD + 2 * PIECE + 2 * len(GAP) else _pieces(text))
    return found


def texts_of(out: Path, ids: Collection[str]) -> Iterable[tuple[str, str]]:
    """The whole texts of some pages of a run, a row group at a time, in the order of its files."""
    keys = np.unique(keys_of_ids(ids))
    for folder in (DATA, DROPPED):
        for table in rows_with(out / folder, keys, ["id", "text"]):
            for id_, text in zip(table["id"].to_pylist(), table["text"].to_pylist(), strict=True):
                if id_ in ids:
                    yield id_, text


def keys_of_ids(ids: Iterable[str]) -> np.ndarray:
    """The keys of some ids as `whatif` looks pages up."""
    import pyarrow as pa

    return keys_of(pa.array(list(ids), pa.string()))


def _pieces(text: str) -> str:
    middle = (len(text) + HEAD - PIECE) // 2
    start = max(middle - PIECE // 2, HEAD)
    return GAP.join((text[:HEAD], text[start : start + PIECE], text[-PIECE:]))


def _write(out: Path, plan: Plan, texts: Mapping[str, tuple[int, str]]) -> None:
    folder = out / FOLDER
    folder.mkdir(exist_ok=True)
    rows = [
        {"item": i, "id": id_, "chars": texts[id_][0], "text": texts[id_][1]} for i, id_ in enumerate(plan.items, 1)
    ]
    ends = {id_: stratum for stratum in plan.strata for id_ in stratum.ids}
    keys = []
    for item, id_ in enumerate(plan.items, 1):
        end = ends[id_]
        share = len(end.ids) / end.pages
        keys.append({"item": item, "id": id_, "stage": end.stage, "rule": end.rule, "probability": share,
                     "weight": 1 / share})  # fmt: skip
    _lines(folder / KEY, keys)
    strata = [{**asdict(each), "ids": len(each.ids)} for each in plan.strata]
    settings = {"digest": plan.digest, "n": plan.n, "seed": plan.seed, "skip": list(plan.skip)}
    name = sha256(json.dumps(settings).encode()).hexdigest()[:16]
    write_json(folder / PLAN, {"name": name, **settings, "strata": strata})
    _show(folder, name, rows)


def _show(folder: Path, name: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write the sheet and the page that shows it."""
    _lines(folder / SHEET, rows)
    with whole_file(folder / PAGE) as temporary:
        temporary.write_text(page(name, rows), encoding="ascii")


def take_out(out: Path, ids: Collection[str]) -> None:
    """Take pages out of the sheet in `out` and its page; the key stays, which names pages by id only."""
    folder = out / FOLDER
    if (folder / SHEET).is_file():
        rows = list(map(json.loads, (folder / SHEET).read_text().splitlines()))
        left = [row for row in rows if row["id"] not in ids]
        if len(left) < len(rows):
            _show(folder, json.loads((folder / PLAN).read_text())["name"], left)


def follow(out: Path, before: str, after: str) -> None:
    """Let sheet and audit in `out` follow its run to a new digest; they go on speaking of what was drawn from."""
    for path in (out / FOLDER / PLAN, out / RESULT):
        if path.is_file() and (found := json.loads(path.read_text()))["digest"] == before:
            write_json(path, {**found, "digest": after})


def _lines(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    with whole_file(path) as temporary:
        temporary.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="ascii")


def page(name: str, rows: Sequence[Mapping[str, Any]]) -> str:
    """The page on which `rows` of a sheet are labelled: one ASCII file, in which only its own script can run.

    The browser keeps labels under `name`.
    """
    from jinja2 import Environment, PackageLoader, select_autoescape

    environment = Environment(loader=PackageLoader("curate.report"), autoescape=select_autoescape(default=True))
    source = PackageLoader("curate.report").get_source(environment, "audit_label.js")[0]
    # Nothing in the data can end the element it stands in: there is no "<" in it.
    data = json.dumps({"name": name, "rows": list(rows)}).replace("<", "\\u003c").replace("&", "\\u0026")
    digest = base64.b64encode(sha256(source.encode()).digest()).decode()
    template = environment.get_template("audit_label.html")
    return template.render(digest=digest, script=source, data=data, count=len(rows))


def load_plan(out: Path) -> Plan | None:
    """Return what was drawn in `out`, None where nothing was; UsageError when it was drawn from another run."""
    folder = out / FOLDER
    try:
        plan = json.loads((folder / PLAN).read_text())
        keys = [json.loads(line) for line in (folder / KEY).read_text().splitlines()]
    except FileNotFoundError:
        return None
    if plan["digest"] != digest_of(out):
        raise UsageError(
            f"the sheet in {folder} is of another run than stands in {out} now: draw it again, curate audit sample"
        )
    ids: dict[tuple[str, str], list[str]] = {}
    for row in keys:
        ids.setdefault((row["stage"], row["rule"]), []).append(row["id"])
    strata = tuple(Stratum(**{**each, "ids": tuple(ids[each["stage"], each["rule"]])}) for each in plan["strata"])
    settings = {name: plan[name] for name in ("digest", "n", "seed")}
    return Plan(**settings, skip=tuple(plan["skip"]), strata=strata, items=tuple(row["id"] for row in keys))
