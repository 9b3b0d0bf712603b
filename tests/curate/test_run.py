"""Whole runs of the command on small crawls: same bytes always, nothing lost, resumed after any kill."""

import fcntl
import json
import os
import random
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from curate.output.checksums import renew

RECIPE = '''
"""A short recipe with every kind of stage, on many small splits."""
from curate.engine.flow import Outcome
from curate.recipe import Recipe
from curate.stages import ExactDuplicates, Extract, NearDuplicates, Read, Rules
from dataclasses import dataclass
from curate.filters import gopher
from curate.filters.verdict import KEPT, Verdict

@dataclass(frozen=True)
class NoPoison:
    """A stage of the user's own that breaks on one document and drops another."""
    name: str = "mine"
    measures: bool = False
    signals: tuple[str, ...] = ()
    def __call__(self, documents):
        texts = documents.texts()
        if any("poisonous" in text for text in texts):
            raise RuntimeError("met poison")
        return Outcome(documents, [Verdict("max_bans", 1, 0) if "banned" in text else KEPT for text in texts])

recipe = Recipe(
    name="small",
    stages=(Read(), Extract("resiliparse"), ExactDuplicates(), NearDuplicates(threshold=0.8), NoPoison(),
            Rules(gopher.quality.with_limits(min_words=MIN_WORDS))),
    split_bytes=SPLIT_BYTES, part_bytes=PART_BYTES,
)
'''
PARTS = 10_000  # more markers than there are: wait until parts are written instead
WORDS = (
    "the river of stone and light that we have seen was made to be a home with gardens where people walk "
    "and talk about weather music bread history water birds letters clocks engines colours mountains winter morning"
).split()


def paragraph(rng: random.Random, words: int) -> str:
    """Some words as sentences."""
    chosen = [rng.choice(WORDS) for _ in range(words)]
    return " ".join(word + ("." if i % 12 == 11 else "") for i, word in enumerate(chosen))


def page(text: str) -> str:
    """A page with one paragraph of main text."""
    return f"<html><head><title>t</title></head><body><main><p>{text}</p></main></body></html>"


@pytest.fixture(scope="module")
def crawl(tmp_path_factory, record, write_warc) -> Path:
    """200 pages: texts, 10 exact and 10 near-duplicates, short ones, a banned and a poisonous one, a 404."""
    rng = random.Random(7)
    texts = [paragraph(rng, 160) for _ in range(150)]
    texts += texts[:10]
    texts += [f"{text} And one more sentence at the end of it." for text in texts[10:20]]
    texts += [paragraph(rng, 30) for _ in range(27)]
    texts += [
        f"{paragraph(rng, 90)} banned {paragraph(rng, 90)}",
        f"{paragraph(rng, 90)} poisonous {paragraph(rng, 90)}",
    ]
    records = [
        record(f"https://site{i % 9}.example/{i}", page(text), date=f"2026-07-01T00:{i // 60:02}:{i % 60:02}Z")
        for i, text in enumerate(texts)
    ]
    records.insert(50, record("https://site.example/gone", page("gone"), http="HTTP/1.1 404 Not Found\r\n\r\n"))
    return write_warc(tmp_path_factory.mktemp("crawl") / "crawl.warc.gz", records)


def write_recipe(folder: Path, *, min_words: int = 50, split_bytes: int = 6000, part_bytes: int = 20_000) -> Path:
    """The recipe as a user's file."""
    path = folder / f"small_{min_words}_{split_bytes}_{part_bytes}.py"
    text = RECIPE.replace("MIN_WORDS", str(min_words)).replace("SPLIT_BYTES", str(split_bytes))
    path.write_text(text.replace("PART_BYTES", str(part_bytes)))
    return path


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("runs")


@pytest.fixture(scope="module")
def first_run(crawl, folder, curate) -> Path:
    """An uninterrupted run in one process."""
    out = folder / "first"
    done = curate("run", crawl, "--out", out, "--recipe", write_recipe(folder), "--workers", 1)
    assert done.returncode == 0, done.stderr
    return out


def manifest(out: Path) -> dict:
    return json.loads((out / "manifest.json").read_text())


def report(out: Path) -> dict:
    return json.loads((out / "report.json").read_text())


def rows(out: Path, kind: str, *columns: str) -> list[tuple]:
    """Some columns of all parts of a folder, in order."""
    tables = [pq.read_table(path, columns=list(columns)) for path in sorted((out / kind).glob("part-*.parquet"))]
    return [tuple(row.values()) for table in tables for row in table.to_pylist()]


def test_every_page_is_accounted_for(first_run):
    """Counts per stage chain, and match rows on disk; each kind of page went where it should."""
    stages = {stage["name"]: stage for stage in report(first_run)["stages"]}
    assert list(stages) == ["read", "extract", "dedup_exact", "dedup_near", "mine", "gopher.quality"]
    assert stages["read"]["docs_in"] == 200
    assert stages["read"]["dropped"] == {"status": 1}
    assert stages["dedup_exact"]["dropped"] == {"same_text": 10}
    assert stages["dedup_near"]["dropped"] == {"max_jaccard": 10}
    assert stages["mine"]["dropped"] == {"max_bans": 1}
    assert stages["mine"]["errors"] == {"RuntimeError": 1}
    assert stages["gopher.quality"]["dropped"] == {"min_words": 27}
    assert stages["gopher.quality"]["docs_out"] == 150
    for stage in stages.values():
        assert stage["docs_in"] == stage["docs_out"] + sum(stage["dropped"].values()) + sum(stage["errors"].values())
    everywhere = sum(len(rows(first_run, kind, "id")) for kind in ("data", "dropped", "quarantine"))
    assert everywhere == 200


def test_every_text_has_one_row_of_signals_whatever_dropped_it(first_run):
    """Duplicates, banned pages and kept ones alike; 199 pages got text, one of them broke a stage later."""
    measured = rows(first_run, "signals", "id", "extract.text_chars", "gopher.quality.words")
    assert len({row[0] for row in measured}) == len(measured) == 199
    assert all(row[1] > 0 for row in measured)
    gone = {row[0] for row in rows(first_run, "dropped", "id", "stage") if row[1].startswith("dedup")}
    assert all(row[2] > 0 for row in measured if row[0] in gone)
    words = dict(rows(first_run, "dropped", "id", "value"))
    assert all(row[2] == words[row[0]] for row in measured if row[0] in words and words[row[0]] > 1)


def test_a_duplicate_names_what_was_kept_instead(first_run):
    """The representative is the earliest capture, with its address and the similarity."""
    duplicates = rows(first_run, "dropped", "url", "stage", "value", "limit", "duplicate_of", "duplicate_of_url")
    by_url = {row[0]: row for row in duplicates if row[1].startswith("dedup")}
    assert len(by_url) == 20
    kept = dict(rows(first_run, "data", "url", "id"))
    for number in range(10):
        exact = by_url[f"https://site{(150 + number) % 9}.example/{150 + number}"]
        assert exact[2:] == (1.0, 1.0, kept[exact[5]], f"https://site{number % 9}.example/{number}")
    near = by_url[f"https://site{160 % 9}.example/160"]
    assert 0.8 <= near[2] < 1.0
    assert near[5] == f"https://site{10 % 9}.example/10"


def test_same_bytes_with_two_workers_on_ray_and_another_hash_seed(first_run, crawl, folder, curate):
    """Workers, completion order and hash seed leave no trace in the output."""
    done = curate("run", crawl, "--out", folder / "ray", "--recipe", write_recipe(folder), "--workers", 2, hash_seed=99)
    assert done.returncode == 0, done.stderr
    assert manifest(folder / "ray") == manifest(first_run)
    assert len(list((first_run / "dropped").iterdir())) > 1, "workers write parts side by side"


@pytest.mark.parametrize(("markers", "workers"), [(1, 1), (7, 1), (9, 2), (20, 1), (PARTS, 2)])
def test_a_killed_run_resumes_to_the_same_bytes(markers, workers, first_run, crawl, folder, curate):
    """SIGKILL after some pieces are done, or while parts are written; the rerun redoes the rest, reports the whole."""
    out = folder / f"killed-{markers}"
    arguments = ["run", crawl, "--out", out, "--recipe", write_recipe(folder), "--workers", workers]
    command = [sys.executable, "-m", "curate.cli", *map(str, arguments)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while len(list(out.glob("work/*/*.json"))) < markers and process.poll() is None:
        if markers == PARTS and list(out.glob(".tmp-*/*")):
            break
        time.sleep(0.002)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert not (out / "manifest.json").exists()
    done = curate(*arguments, hash_seed=5 if markers == 7 else None)
    assert done.returncode == 0, done.stderr
    assert manifest(out) == manifest(first_run)
    assert report(out)["stages"][0]["docs_in"] == 200
    assert not list(out.rglob(".tmp-*"))


def test_a_changed_limit_reuses_extracted_text_and_equals_a_fresh_run(crawl, folder, curate):
    """The rerun says what it reused, redoes what follows, and leaves what a fresh run leaves."""
    changed, fresh = folder / "changed", folder / "fresh"
    assert curate("run", crawl, "--out", changed, "--recipe", write_recipe(folder), "--workers", 1).returncode == 0
    recipe = write_recipe(folder, min_words=20)
    again = curate("run", crawl, "--out", changed, "--recipe", recipe, "--workers", 1)
    assert "the recipe changed since the last run" in again.stderr
    assert "reused" in again.stderr
    assert "extract" in again.stderr
    assert curate("run", crawl, "--out", fresh, "--recipe", recipe, "--workers", 1).returncode == 0
    assert manifest(changed) == manifest(fresh)
    assert len(rows(changed, "data", "id")) == 177


def test_a_stage_that_fails_on_most_documents_makes_the_run_fail(crawl, folder, curate):
    """Quarantine is for odd pages: a bug of ours or the recipe's must not pass for a run that kept little."""
    recipe = folder / "broken.py"
    recipe.write_text(write_recipe(folder).read_text().replace('"poisonous" in text', '"the" in text'))
    done = curate("run", crawl, "--out", folder / "broken", "--recipe", recipe, "--workers", 1)
    assert done.returncode == 1
    assert re.search(r"stage mine failed on 17\d of 179 documents, mostly RuntimeError", done.stderr)


def test_a_lost_split_is_named_and_the_others_finish(first_run, crawl, folder, curate):
    """Exit code 1, no manifest, the report lists what is missing; with the bug put right the rerun makes it whole."""
    out, recipe = folder / "lost", folder / "lost.py"
    text = write_recipe(folder).read_text()
    fates = "[Verdict("
    recipe.write_text(text.replace(fates, f"[] if any('banned' in text for text in texts) else {fates}"))
    done = curate("run", crawl, "--out", out, "--recipe", recipe, "--workers", 1)
    assert done.returncode == 1
    assert "splits were lost" in done.stderr
    [missing] = report(out)["missing"]
    assert "crawl.warc.gz bytes" in missing
    assert "IndexError" in missing
    assert 0 < report(out)["totals"]["docs_out"] <= 150
    assert not (out / "manifest.json").exists()
    assert curate("run", crawl, "--out", out, "--recipe", write_recipe(folder), "--workers", 1).returncode == 0
    assert manifest(out) == manifest(first_run)


def test_split_and_part_sizes_do_not_change_what_is_written(first_run, crawl, folder, curate):
    """Other splits give the same rows in the same order; smaller parts give more files with the same rows."""
    out = folder / "other-sizes"
    recipe = write_recipe(folder, split_bytes=1 << 20, part_bytes=1000)
    assert curate("run", crawl, "--out", out, "--recipe", recipe, "--workers", 1).returncode == 0
    for kind, column in (("data", "text"), ("dropped", "rule"), ("quarantine", "detail")):
        assert rows(out, kind, "id", column) == rows(first_run, kind, "id", column)


def test_a_second_run_in_one_folder_is_refused(first_run, crawl, folder, curate):
    """Exit code 2 and one line that names the holder."""
    with (first_run / ".lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        refused = curate("run", crawl, "--out", first_run, "--recipe", write_recipe(folder), "--workers", 1)
    assert refused.returncode == 2
    assert refused.stderr.count("\n") == 1
    assert "in use by process" in refused.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["run", "no-such-file.warc.gz", "--out", "OUT", "--recipe", "RECIPE"], "no-such-file.warc.gz"),
        (["run", "CRAWL", "--out", "OUT", "--recipe", "nonesuch"], "no recipe 'nonesuch'"),
        (
            ["run", "CRAWL", "--out", "FOREIGN", "--recipe", "RECIPE", "--workers", "1"],
            "holds files that no run has written",
        ),
        (["run", "CRAWL", "--out", "OUT", "--workers", "-3"], "--workers"),
        (["report", "OUT"], "no run has finished"),
        (["verify", "OUT"], "no run has finished"),
        (["inspect", "OUT"], "no run has finished"),
    ],
)
def test_a_users_mistake_is_one_line_and_exit_code_2(arguments, said, crawl, tmp_path, curate):
    """Nothing is started and nothing written."""
    foreign = tmp_path / "foreign"
    foreign.mkdir()
    (foreign / "thesis.txt").write_text("mine")
    places = {"CRAWL": str(crawl), "OUT": str(tmp_path / "out"), "FOREIGN": str(foreign)}
    places["RECIPE"] = str(write_recipe(tmp_path))
    alone = ["--workers", "1"] if "--recipe" in arguments else []
    refused = curate(*[places.get(argument, argument) for argument in arguments], *alone)
    assert refused.returncode == 2, refused.stderr
    assert said in refused.stderr
    assert "Traceback" not in refused.stderr
    assert sorted(path.name for path in foreign.iterdir()) == ["thesis.txt"]


def test_verify_finds_what_was_changed(first_run, folder, curate):
    """A flipped byte, a missing part and a doctored report are each named."""
    assert curate("verify", first_run).returncode == 0
    damage = folder / "damaged"
    subprocess.run(["cp", "-r", first_run, damage], check=True)
    part = damage / "data" / "part-00000.parquet"
    whole = part.read_bytes()
    part.write_bytes(whole[:-20] + bytes([whole[-20] ^ 1]) + whole[-19:])
    assert "digest differs" in curate("verify", damage).stdout
    part.unlink()
    assert "is missing" in curate("verify", damage).stdout
    part.write_bytes(whole)
    doctored = report(damage)
    doctored["stages"][3]["dropped"]["max_jaccard"] += 1
    (damage / "report.json").write_text(json.dumps(doctored))
    assert "report.json is not the file" in curate("verify", damage).stdout
    renew(damage)  # whoever doctors a report may write new digests too; the counts still tell
    wrong = curate("verify", damage)
    assert wrong.returncode == 1
    assert "dedup_near" in wrong.stdout


def test_a_run_outside_the_expected_bands_fails_and_names_the_commonest_rules(crawl, folder, curate):
    """Everything is written, the exit code is 1, and the line says what was expected and what removed most."""
    recipe, out = folder / "banded.py", folder / "banded"
    bands = 'expect={"survival_docs": (0.01, 0.1), "stage dedup_near": (0.5, 1.0)}, split_bytes'
    recipe.write_text(write_recipe(folder).read_text().replace("split_bytes", bands))
    done = curate("run", crawl, "--out", out, "--recipe", recipe, "--workers", 1)
    assert done.returncode == 1
    assert "survival_docs is 75.00%, expected 1.00% to 10.00%" in done.stderr
    assert "gopher.quality min_words (27)" in done.stderr
    assert "dedup_near is" not in done.stderr
    assert (out / "manifest.json").exists()


def test_an_input_that_is_no_archive_is_named_and_the_rest_is_done(crawl, folder, tmp_path, curate):
    """One error page among the inputs: exit code 1, its name, and all pages of the others."""
    (tmp_path / "a.warc.gz").write_bytes(crawl.read_bytes())
    (tmp_path / "b.warc.gz").write_bytes(b"<html><body>503 Slow Down</body></html>")
    done = curate("run", tmp_path, "--out", folder / "mixed", "--recipe", write_recipe(folder), "--workers", 1)
    assert done.returncode == 1
    assert "b.warc.gz" in done.stderr
    assert report(folder / "mixed")["totals"]["records_in"] == 200
    run = ("run", tmp_path / "b.warc.gz", "--out", folder / "alone", "--workers", 1)
    alone = curate(*run, "--recipe", write_recipe(folder))
    assert alone.returncode == 2
    assert "b.warc.gz" in alone.stderr


def test_our_own_parquet_can_be_curated_again(first_run, folder, tmp_path, curate):
    """Texts pass extraction untouched; what was clean stays."""
    done = curate(
        "run", first_run / "data", "--out", folder / "again", "--recipe", write_recipe(folder), "--workers", 1
    )
    assert done.returncode == 0, done.stderr
    assert [row[0] for row in rows(folder / "again", "data", "text")] == [
        row[0] for row in rows(first_run, "data", "text")
    ]


def test_inspect_shows_the_nearest_to_the_limit_first(first_run, curate):
    """Rejected pages come with their numbers; an unknown stage names those there are."""
    shown = curate("inspect", first_run, "--stage", "gopher.quality", "--rule", "min_words", "-n", 3).stdout
    assert shown.count("gopher.quality min_words: 30 (limit 50)") == 3
    unknown = curate("inspect", first_run, "--stage", "gopher.qualty")
    assert unknown.returncode == 2
    assert "did you mean 'gopher.quality'?" in unknown.stderr


def test_explain_walks_one_page_through_the_recipe(crawl, folder, tmp_path, curate):
    """Every stage says its verdict, also after the one that drops; pages come from a file or an archive."""
    saved = tmp_path / "short.html"
    saved.write_text(page(f"{paragraph(random.Random(1), 30)} They are banned."))
    walk = curate("explain", write_recipe(folder), saved).stdout
    assert "mine                 dropped: max_bans is 1, limit 0" in walk
    assert "dropped: min_words is" in walk
    found = curate("explain", write_recipe(folder), "https://site3.example/3", "--in", crawl, "--signals").stdout
    assert "gopher.quality       kept" in found
    assert "words = " in found
    missing = curate("explain", write_recipe(folder), "https://site3.example/none", "--in", crawl)
    assert missing.returncode == 2


def test_a_swapped_model_is_refused_before_work_starts(crawl, tmp_path, curate):
    """A model file that is not the one meant is named, with both digests, and nothing is written."""
    (tmp_path / "wrong.ftz").write_bytes(b"not a model")
    recipe = tmp_path / "swapped.py"
    recipe.write_text(
        "from functools import partial\n"
        "from curate.classifiers import webtext\n"
        "from curate.classifiers.fasttext_model import ModelFile\n"
        "from curate.recipe import Recipe\n"
        "from curate.stages import Extract, Read, Score\n"
        f"MODEL = ModelFile({str(tmp_path / 'wrong.ftz')!r}, '{'0' * 64}')\n"
        "def score(texts):\n    return webtext.score(texts, model=MODEL)\n"
        "recipe = Recipe('swapped', (Read(), Extract('resiliparse'), Score('quality', score)))\n"
    )
    refused = curate("run", crawl, "--out", tmp_path / "out", "--recipe", recipe, "--workers", 1)
    assert refused.returncode == 2
    assert "wrong.ftz" in refused.stderr
    assert "0" * 64 in refused.stderr
    assert not (tmp_path / "out").exists()
