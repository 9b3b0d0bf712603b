"""`curate whatif` on a million pages that no crawl has had: time and memory of the whole command, in a fresh process.

Rows have the schema of a run of the default recipe. Signals are drawn around their limits, so that every rule drops
some pages; texts are cut from one random text, 2,500 characters on average. Pages that newly pass go through the real
models, so the time depends on how many there are: it is printed with each setting. Before that, on the real pages of
the dev shard, where it is there: each page's fate against that of a full run with the limits, and the CPU of both.

    python bench/whatif.py [ROWS]
"""

import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from curate.cluster import Workers
from curate.documents import DROPPED, MEASURED, QUARANTINE, document_id
from curate.engine.run import run
from curate.recipe import fingerprint, load_recipe
from curate.stages import Barrier, Rules
from curate.whatif.answer import whatif
from curate.whatif.finished import open_run
from curate.whatif.reapply import reapply
from curate.whatif.rejudge import columns, judge
from curate.whatif.settings import parse_setting, with_settings

ROWS = 1_000_000
CHUNK = 50_000
BARRIER_SHARE = 0.02
DEV = Path(__file__).parents[2] / "shared" / "data" / "crawl" / "dev.warc.gz"
DEV_SETTINGS = (
    "gopher.quality.min_words=30 quality.min_score=0.4",
    "gopher.repetition.max_duplicate_line_fraction=none gopher.quality.min_letter_word_fraction=0.7",
    "c4.quality.min_sentences=1 c4.quality.max_curly_bracket_lines=none",
    "toxicity.max_score=none pii.max_pii_spans=none quality.min_score=none",
    "gopher.quality.min_words=100 pii.max_pii_spans=2 toxicity.max_score=0.5",
    "language.min_probability=0.95",
    "language.min_probability=0.3",
)
WORDS = "the river of stone and light that we have seen was made to be a home with gardens where people walk".split()
SETTINGS = (
    ["--set", "gopher.quality.min_words=100"],
    ["--set", "quality.min_score=0.4"],
    ["--set", "gopher.quality.min_words=49"],
    ["--set", "gopher.quality.min_words=30"],
    ["--set", "gopher.quality.min_words=30", "--set", "quality.min_score=0.4", "--set", "pii.max_pii_spans=none"],
    ["--sweep", "quality.min_score=0:1:0.01"],
    ["--sweep", "gopher.quality.min_words=50:150:10"],
)
CHILD = """
import argparse, io, json, resource, sys, time
from rich.console import Console
from curate.commands import whatif
parser = argparse.ArgumentParser()
whatif.arguments(parser)
whatif.command(parser.parse_args(sys.argv[1:]), Console(file=io.StringIO()))
used = resource.getrusage(resource.RUSAGE_SELF)
# Not ru_maxrss, which a child inherits from the process it was forked from.
[peak] = [line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")]
print(json.dumps([used.ru_utime + used.ru_stime, int(peak) / 1024]))
"""


def signals(stage: Rules, rng: np.random.Generator, rows: int) -> dict[str, np.ndarray]:
    """Values of which each rule drops about a fiftieth."""
    found = {name: rng.random(rows) for name in columns(stage)}
    for rule in stage.rules.rules:
        name = f"{stage.name}.{rule.signal}"
        spread, fails = np.abs(rng.normal(0.0, 0.43, rows)), rng.random(rows) < 0.02
        if rule.bound == "min":
            found[name] = max(rule.limit, 1) * np.where(fails, rng.random(rows), 1 + spread)
        elif rule.signal not in {"words", "mean_word_length"}:
            found[name] = np.where(fails, rule.limit + spread, rule.limit * np.maximum(1 - spread, 0))
    return found


def chunk(recipe, rng: np.random.Generator, first: int, rows: int):
    """Some rows of signals, and for each the place and rule it ended by."""
    ids = [document_id("synthetic.warc.gz", row) for row in range(first, first + rows)]
    made = {
        "id": ids,
        "url": [f"https://site{row % 9973}.example/{row}" for row in range(first, first + rows)],
        "date": ["2026-07-01"] * rows,
        "warc_path": ["synthetic.warc.gz"] * rows,
        "warc_offset": np.arange(first, first + rows),
        "warc_length": np.full(rows, 9),
        "language": np.where(rng.random(rows) < 0.7, "en", "de"),
        "extract.text_chars": rng.integers(200, 4800, rows).astype(float),
        "language.probability": 1 - 0.2 * rng.random(rows) ** 2,
    }
    ended = np.full(rows, len(recipe.stages))
    rules = np.full(rows, "", object)
    for place, stage in enumerate(recipe.stages):
        reached = ended > place
        if isinstance(stage, Barrier):
            gone, said = rng.random(rows) < BARRIER_SHARE, np.full(rows, stage.rule, object)
        elif not columns(stage):
            continue
        else:
            if isinstance(stage, Rules):
                made |= signals(stage, rng, rows)
            elif stage.name == "pii":
                made["pii.spans"] = np.where(
                    reached, rng.poisson(2.0, rows) * (1 + 9 * (rng.random(rows) < 0.01)), np.nan
                )
            elif stage.name != "language":
                score = rng.random(rows) ** (6 if stage.name == "toxicity" else 1)
                made[f"{stage.name}.score"] = np.where(reached, score.astype(np.float32).astype(float), np.nan)
            found = judge(stage, pa.RecordBatch.from_pydict({name: pa.array(made[name]) for name in columns(stage)}))
            gone, said = found.codes > 0, np.array(found.rules, object)[found.codes]
        new = reached & gone
        ended[new], rules[new] = place, said[new]
    return made, ended, rules


def write(out: Path, rows: int) -> None:
    """A finished run's folder."""
    rng = np.random.default_rng(7)
    recipe = load_recipe("webtext")
    text = " ".join(rng.choice(WORDS, 200_000))
    names = [f"{stage.name}.{signal}" for stage in recipe.stages for signal in getattr(stage, "signals", ())]
    schema = pa.schema([*MEASURED, *((name, pa.float64()) for name in names)])
    kept = pa.schema([*MEASURED, ("text", pa.large_string())])
    files = {}
    for name, own in (("signals", schema), ("dropped", DROPPED), ("data", kept), ("quarantine", QUARANTINE)):
        (out / name).mkdir(parents=True)
        files[name] = pq.ParquetWriter(out / name / "part-00000.parquet", own, compression="zstd", compression_level=1)
    counts: Counter[tuple[int, str]] = Counter()
    for first in range(0, rows, CHUNK):
        made, ended, rules = chunk(recipe, rng, first, min(CHUNK, rows - first))
        counts.update(zip(ended.tolist(), rules.tolist(), strict=True))
        table = {name: pa.array(made[name], from_pandas=True) if name in made else pa.nulls(len(ended), pa.float64())
                 for name in schema.names}  # fmt: skip
        files["signals"].write_table(pa.table(table, schema), row_group_size=1000)
        starts = rng.integers(0, len(text) - 5000, len(ended))
        texts = [text[a : a + int(n)] for a, n in zip(starts, made["extract.text_chars"], strict=True)]
        for name, rows_of in (("dropped", ended < len(recipe.stages)), ("data", ended == len(recipe.stages))):
            at = np.flatnonzero(rows_of)
            columns_of = {field: pa.array(made[field]).take(pa.array(at)) for field in MEASURED.names}
            columns_of |= {"text": pa.array([texts[i] for i in at], pa.large_string())}
            if name == "dropped":
                columns_of |= {"stage": [recipe.stage_names[place] for place in ended[at]], "rule": rules[at].tolist()}
                columns_of |= {"value": np.zeros(len(at)), "limit": np.zeros(len(at))}
            own = files[name].schema
            lacking = {field.name: pa.nulls(len(at), field.type) for field in own if field.name not in columns_of}
            files[name].write_table(
                pa.table({f: (columns_of | lacking)[f] for f in own.names}, own), row_group_size=1000
            )
    for file in files.values():
        file.close()
    write_report(out, recipe, rows, counts)


def write_report(out: Path, recipe, rows: int, counts: Counter[tuple[int, str]]) -> None:
    stages, left = [], rows
    for place, name in enumerate(recipe.stage_names):
        dropped = {rule: n for (at, rule), n in counts.items() if at == place}
        stages.append(
            {"name": name, "docs_in": left, "docs_out": left - sum(dropped.values()), "dropped": dropped, "errors": {}}
        )
        left = stages[-1]["docs_out"]
    totals = {"records_in": rows, "docs_out": left, "tokens_out": 500 * left}
    (out / "report.json").write_text(
        json.dumps({"recipe": "webtext", "inputs": [], "stages": stages, "totals": totals})
    )
    manifest = {
        "recipe": {"name": "webtext", "fingerprint": fingerprint(recipe)},
        "versions": {"code": ""},
        "inputs": [],
        "outputs": [],
        "digest": "",
    }
    (out / "manifest.json").write_text(json.dumps(manifest))


def ends(out: Path) -> dict[str, tuple[str, str]]:
    """Each page's stage and rule, from the rows on disk; the kept have none."""
    found = dict.fromkeys(pq.read_table(out / "data", columns=["id"])["id"].to_pylist(), ("", ""))
    for folder, column in (("dropped", "rule"), ("quarantine", "kind")):
        table = pq.read_table(out / folder, columns=["id", "stage", column])
        reasons = zip(table["stage"].to_pylist(), table[column].to_pylist(), strict=True)
        found |= dict(zip(table["id"].to_pylist(), reasons, strict=True))
    return found


def against_full_runs(folder: Path) -> None:
    out, here = folder / "dev", Workers(1)
    run(load_recipe("webtext"), [str(DEV)], out, workers=here)
    finished, before = open_run(out), ends(out)
    names = [*finished.recipe.stage_names, ""]
    print(f"{'flips':>6} {'whatif':>7} {'full run':>8}  CPU s, the full run from extracted text")
    for text in DEV_SETTINGS:
        settings = [parse_setting(each, finished.recipe) for each in text.split()]
        started = time.process_time()
        result = whatif(finished, with_settings(finished.recipe, settings))
        between = time.process_time()
        reapply(finished, settings, [str(DEV)], folder / "again", workers=here)
        seconds = [between - started, time.process_time() - between]
        after = ends(folder / "again")
        shutil.rmtree(folder / "again")
        true = Counter((before[page], after[page]) for page in before if before[page] != after[page])
        told = {((names[f.old.place], f.old.rule), (names[f.new.place], f.new.rule)): f.docs for f in result.flips}
        same = "equal" if told == true else f"{(Counter(told) - true).total()} pages differ"
        said = "said to be exact" if result.exact else "said not to be exact"
        print(f"{true.total():6} {seconds[0]:7.2f} {seconds[1]:8.2f}  {text}: {same}, {said}", flush=True)


def main() -> None:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    with tempfile.TemporaryDirectory() as folder:
        if DEV.is_file():
            against_full_runs(Path(folder))
        out = Path(folder) / "out"
        write(out, rows)
        report = json.loads((out / "report.json").read_text())
        print(f"{rows:,} rows with signals, {report['totals']['docs_out']:,} kept")
        print(f"{'wall s':>7} {'CPU s':>6} {'peak MB':>8}")
        for arguments in SETTINGS:
            started = time.perf_counter()
            command = [sys.executable, "-c", CHILD, str(out), *arguments]
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            cpu, peak = json.loads(done.stdout.splitlines()[-1])
            note = done.stderr.strip().split(" and go ")[0]
            print(
                f"{time.perf_counter() - started:7.1f} {cpu:6.1f} {peak:8.0f}  {' '.join(arguments)}  {note}",
                flush=True,
            )


if __name__ == "__main__":
    main()
