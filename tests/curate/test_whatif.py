"""What a run would have kept with other limits: the same as running it with them."""

import argparse
import io
import json
import os
import random
import re
import shutil
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from rich.console import Console

from curate.classifiers.quality import Pareto
from curate.cluster import Workers
from curate.commands import whatif as command
from curate.engine.run import run
from curate.errors import UsageError
from curate.filters import c4, fineweb, gopher, refinedweb, signals
from curate.filters.measured import LEAST_PROSE
from curate.finished.takedown import takedown
from curate.output.fates import Reason
from curate.recipe import fingerprint, load_recipe
from curate.stages import Language, Redact, Rules, Score
from curate.whatif.answer import sweep_of, whatif
from curate.whatif.finished import open_run
from curate.whatif.reapply import reapply
from curate.whatif.rejudge import judge, stored
from curate.whatif.settings import Setting, parse_setting, parse_sweep, with_setting, with_settings

SAMPLE = Path(__file__).parents[2] / "sample_data" / "crawl.warc.gz"
HERE = Workers(1)
WEBTEXT = load_recipe("webtext")
MET = [stage for stage in WEBTEXT.stages if stage.name.startswith("dedup_")]
REST = [stage for stage in WEBTEXT.stages if stage not in MET]
EARLY = replace(WEBTEXT, name="early", stages=(*REST[: WEBTEXT.text_from + 2], *MET, *REST[WEBTEXT.text_from + 2 :]))
NAME = "tests.curate.test_whatif:EARLY"  # duplicates before all rules: there other limits are exact

RECIPE = '''
"""Rule sets around an edit, stages of the user's own, one of which breaks on some texts, duplicates in the middle."""
from dataclasses import dataclass
from curate.engine.flow import Outcome
from curate.recipe import Recipe
from curate.stages import ExactDuplicates, Extract, Read, Redact, Rules
from curate.filters import c4, fineweb, gopher
from curate.filters.verdict import KEPT, Verdict

@dataclass(frozen=True)
class Words:
    """Drops what holds a word and breaks on what holds another."""
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
    stages=(Read(), Extract("resiliparse"), Rules(gopher.repetition), ExactDuplicates(), Rules(gopher.quality),
            Rules(c4.quality, edit=c4.clean_lines), Rules(fineweb.quality), Words(), Redact(max_pii_spans=1),
            Rules(gopher.quality.with_dialect("dolma").__class__(**{**vars(gopher.quality.with_dialect("dolma")),
                  "name": "again"}))),
    split_bytes=9000, keep_dropped_text=KEEP,
)
'''
RULE_SETS = [
    rules.with_dialect(dialect.name)
    for rules in (gopher.quality, gopher.repetition, c4.quality, c4.paragraphs, fineweb.quality, refinedweb.quality,
                  signals.statistics)
    for dialect in rules.dialects
]  # fmt: skip


def scores(texts) -> np.ndarray:
    """A model of the test's own."""
    return np.zeros(len(texts))


def row_batch(columns: dict[str, list]) -> pa.RecordBatch:
    return pa.RecordBatch.from_pydict(columns)


def values_near(rng: random.Random, limits: list[float]) -> float:
    """A limit itself, its neighbours, any number around, or none."""
    limit = rng.choice(limits)
    return rng.choice([limit, np.nextafter(limit, -np.inf), np.nextafter(limit, np.inf), rng.uniform(0, 2 * limit + 1)])


@pytest.mark.parametrize("rules", RULE_SETS, ids=lambda rules: f"{rules.name}-{rules.dialect}")
def test_a_rule_set_judges_stored_signals_as_it_judges_a_text(rules):
    """On random signals, at limits, beside them and NaN, with limits changed and taken away, with any prose."""
    rng = random.Random(3)
    rules = rules.with_limits(**{rules.rules[0].name: None, rules.rules[-1].name: 0.5})
    limits = {rule.signal: [r.limit for r in rules.rules if r.signal == rule.signal and np.isfinite(r.limit)] or [1.0]
              for rule in rules.rules}  # fmt: skip
    passing = {rule.signal: rule.limit if np.isfinite(rule.limit) else 1.0 for rule in rules.rules}
    rows = []
    for _ in range(400):
        changed = rng.sample(sorted(limits), rng.randint(0, min(3, len(limits))))
        rows.append(passing | {name: rng.choice([np.nan, *[values_near(rng, limits[name])] * 9]) for name in changed})
        rows[-1]["prose_fraction"] = rng.choice([0.0, LEAST_PROSE, 0.5, 1.0, np.nan])
    batch = row_batch({f"{rules.name}.{name}": [row[name] for row in rows] for name in rows[0]})
    found = judge(Rules(rules), batch)
    assert [found.rules[code] for code in found.codes] == [rules.judge(row).rule for row in rows]
    assert len(set(found.codes.tolist())) > min(2, len(rules.rules) - 1)


def test_language_scores_and_spans_are_judged_as_the_stages_judge_them():
    """The rule of a foreign text is its language; a value at its limit passes."""
    language = Language(keep=("en", "de"), min_probability=0.65)
    seen = [(code, p) for code in ("en", "de", "fr", "und") for p in (0.0, 0.65, float(np.nextafter(0.65, 0)), 0.9)]
    batch = row_batch({"language": [code for code, _ in seen], "language.probability": [p for _, p in seen]})
    found = judge(language, batch)
    assert [found.rules[code] for code in found.codes] == (
        ["min_probability", "", "min_probability", ""] * 2 + ["language_fr"] * 4 + ["language_und"] * 4
    )
    score = Score("model", scores, min_score=float(np.float32(0.3)), max_score=0.8)
    numbers = [float(np.float32(number)) for number in (0.0, 0.3, 0.29999, 0.5, 0.8, 0.81, 1.0)]
    found = judge(score, row_batch({"model.score": numbers}))
    # The nearest 32-bit number to 0.8 is a little more than 0.8.
    assert [verdict.rule for verdict in found] == ["min_score", "", "min_score", "", *["max_score"] * 3]
    score, ids = Score("model", scores, chance=Pareto(9.0)), [f"{number:032x}" for number in range(7)]
    limits = Pareto(9.0)(ids)
    found = judge(score, row_batch({"model.score": numbers, "id": ids}))
    assert [(verdict.rule, verdict.limit) for verdict in found if not verdict] == [
        ("chance", limit) for number, limit in zip(numbers, limits, strict=True) if number <= limit
    ]
    for limit, kept in ((None, 4), (0, 1), (2, 3)):
        found = judge(Redact(max_pii_spans=limit), row_batch({"pii.spans": [0.0, 1.0, 2.0, 3.0]}))
        assert [bool(verdict) for verdict in found] == [number < kept for number in range(4)]
        assert {verdict.rule for verdict in found} <= {"", "max_pii_spans"}


def test_a_row_without_a_signal_is_not_judged():
    """A missing column, a null and a stage of the user's own are all unknown."""
    batch = row_batch({"quality.score": [0.5, None]})
    assert stored(Score("quality", scores), batch).tolist() == [True, False]
    assert stored(Score("toxicity", scores), batch).tolist() == [False, False]
    assert stored(object(), batch).tolist() == [False, False]


def test_a_setting_makes_the_recipe_a_user_would_have_written():
    """Same fingerprint as the recipe with that number in it; a limit taken away lets everything pass."""
    changed = with_setting(WEBTEXT, parse_setting("gopher.quality.min_words=30", WEBTEXT))
    by_hand = tuple(
        Rules(gopher.quality.with_dialect("measured").with_limits(min_words=30))
        if stage.name == "gopher.quality"
        else stage
        for stage in WEBTEXT.stages
    )
    assert changed.stages == by_hand
    assert fingerprint(changed) != fingerprint(WEBTEXT)
    back = with_setting(changed, parse_setting("gopher.quality.min_words=50", WEBTEXT))
    assert fingerprint(back) == fingerprint(WEBTEXT)
    assert parse_setting("quality.threshold=0.4", WEBTEXT) == Setting("quality", "min_score", 0.4)
    assert parse_setting("toxicity.threshold=0.4", WEBTEXT) == Setting("toxicity", "max_score", 0.4)
    opened = with_settings(WEBTEXT, [parse_setting(f"{name}.threshold=none", WEBTEXT) for name in ("pii", "language")])
    stages = {stage.name: stage for stage in opened.stages}
    assert stages["pii"].max_pii_spans is None
    assert stages["language"].min_probability == 0.0


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("gopher.quality.min_wrds=3", "has no limit 'min_wrds'; choose from min_words"),
        ("gopher.quality.threshold=3", "no one limit alone"),
        ("gopher.nonesuch.min_words=3", "has no stage 'gopher.nonesuch'"),
        ("dedup_near.threshold=0.9", "starts after extraction"),
        ("prefilter.min_html_bytes=9", "reads the archives again"),
        ("extract.min_text_chars=9", "no limit on a stored signal"),
        ("gopher.quality.min_words", "STAGE.LIMIT=VALUE"),
        ("gopher.quality.min_words=many", "is no number"),
        ("gopher.quality.min_words=nan", "is no number"),
        ("min_words=3", "STAGE.LIMIT=VALUE"),
    ],
)
def test_what_is_no_limit_is_refused_in_one_line(setting, said):
    """The line names what there is instead."""
    with pytest.raises(UsageError, match=r"^[^\n]*$") as refused:
        with_setting(WEBTEXT, parse_setting(setting, WEBTEXT))
    assert said in str(refused.value)


def test_pii_spans_are_whole_numbers():
    """Half a span is a mistake, said before anything is read."""
    with pytest.raises(UsageError, match="whole number"):
        with_setting(WEBTEXT, Setting("pii", "max_pii_spans", 2.5))


@pytest.mark.parametrize("text", ["1:2", "1:9:0", "9:1:1", "1:9:none", "a:b:c", "0:1:0.0001"])
def test_a_range_without_sense_is_refused(text):
    """Too few parts, no step, no values, too many values."""
    with pytest.raises(UsageError, match="--sweep"):
        parse_sweep(f"gopher.quality.min_words={text}", WEBTEXT)


@pytest.fixture(scope="module")
def half(tmp_path_factory) -> Path:
    """Half of the sample crawl."""
    whole, path = SAMPLE.read_bytes(), tmp_path_factory.mktemp("half") / "half.warc.gz"
    path.write_bytes(whole[: whole.index(b"\x1f\x8b\x08\x00", len(whole) // 2)])
    return path


@pytest.fixture(scope="module")
def early(half, tmp_path_factory) -> Path:
    """Half of the sample crawl through the default recipe with the search for duplicates before the rules."""
    out = tmp_path_factory.mktemp("early") / "out"
    run(EARLY, [str(half)], out, workers=HERE)
    return out


def ends(out: Path) -> dict[str, tuple[str, str]]:
    """Each page's stage and rule, from the rows on disk; the kept have none."""
    found = {row["id"]: ("", "") for row in pq.read_table(out / "data", columns=["id"]).to_pylist()}
    for folder, column in (("dropped", "rule"), ("quarantine", "kind")):
        for row in pq.read_table(out / folder, columns=["id", "stage", column]).to_pylist():
            found[row["id"]] = (row["stage"], row[column])
    return found


def assert_equals_a_rerun(out: Path, settings: list[str], inputs: list[str], folder: Path, recipe: str = ""):
    """Counts per stage and rule, and how many pages go from where to where, are those of a run with these limits."""
    finished = open_run(out, recipe)
    changed = with_settings(finished.recipe, [parse_setting(text, finished.recipe) for text in settings])
    result = whatif(finished, changed, samples=2)
    again = folder / "again"
    shutil.copytree(out / "work", again / "work", copy_function=os.link)
    (again / ".lock").touch()
    report = run(changed, inputs, again, workers=HERE)
    for said, true in zip(result.after, report["stages"], strict=True):
        assert said == {name: true[name] for name in said}
    before, after = ends(out), ends(again)
    flips = Counter((before[page], after[page]) for page in before if before[page] != after[page])
    names = [*finished.recipe.stage_names, ""]
    told = {((names[f.old.place], f.old.rule), (names[f.new.place], f.new.rule)): f.docs for f in result.flips}
    assert told == flips
    assert result.docs[1] == report["totals"]["docs_out"]
    kept = {old for old, new in flips.elements() if new == ("", "")}
    assert len([s for s in result.samples if s.new.place == len(names) - 1]) == min(2, sum(
        n for (_, new), n in flips.items() if new == ("", "")))  # fmt: skip
    assert all((names[s.old.place], s.old.rule) in kept for s in result.samples if s.new.place == len(names) - 1)
    shutil.rmtree(again)
    return result


@pytest.mark.parametrize(
    "settings",
    [
        ["gopher.quality.min_words=30", "quality.min_score=0.4"],
        ["gopher.repetition.max_duplicate_line_fraction=none", "fineweb.quality.max_short_line_fraction=1"],
        ["gopher.quality.min_words=none", "c4.quality.min_sentences=1", "toxicity.max_score=0.1"],
        ["toxicity.max_score=none", "pii.max_pii_spans=none", "quality.min_score=0"],
        ["gopher.quality.min_words=120", "pii.max_pii_spans=0", "quality.min_score=0.9"],
    ],
    ids=" ".join,
)
def test_limits_changed_on_the_sample_crawl_keep_what_a_full_run_keeps(settings, early, half, tmp_path):
    """Page by page where it went before and after, models and all."""
    result = assert_equals_a_rerun(early, settings, [str(half)], tmp_path, NAME)
    assert result.exact
    assert result.flips


def test_before_the_search_for_duplicates_a_looser_limit_gives_an_upper_bound(sample_run, tmp_path):
    """The default recipe searches last: copies among pages that newly pass count as kept, and that is said."""
    finished = open_run(sample_run)
    changed = with_setting(finished.recipe, Setting("quality", "min_score", None))
    result = whatif(finished, changed)
    report = run(changed, [str(SAMPLE)], tmp_path / "again", workers=HERE)
    copies = result.docs[1] - report["totals"]["docs_out"]
    assert 0 < copies <= result.unmatched
    assert not result.exact


def test_a_sweep_is_a_whatif_at_every_value(sample_run):
    """One pass at the loosest value gives the numbers of one pass per value, for lower and for upper limits."""
    finished = open_run(sample_run)
    differ = []
    for text in ("gopher.quality.min_words=20:140:60", "fineweb.quality.max_short_line_fraction=0.5:1:0.25",
                 "quality.min_score=0.3:0.9:0.2", "toxicity.max_score=0:1:0.5"):  # fmt: skip
        stage, limit, values = parse_sweep(text, finished.recipe)
        loosest, sweep = sweep_of(finished.recipe, stage, limit, values)
        curve = whatif(finished, loosest, sweep=sweep).curve
        assert [point.value for point in curve] == sorted(values)
        singly = [whatif(finished, with_setting(finished.recipe, Setting(stage, limit, value))) for value in values]
        assert [(point.docs, point.chars) for point in curve] == [(one.docs[1], one.chars[1]) for one in singly]
        differ.append(len({point.docs for point in curve}) > 1)
    assert sum(differ) >= 2


def test_nothing_is_applied_over_files_or_from_other_inputs(sample_run, tmp_path):
    """One line each, before anything is written."""
    finished = open_run(sample_run)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "thesis.txt").write_text("mine")
    other = tmp_path / "crawl.warc.gz"
    other.write_bytes(SAMPLE.read_bytes()[:50_000])
    for out, inputs, said in (("full", [SAMPLE], "empty folder"), ("new", [other], "inputs are not those")):
        with pytest.raises(UsageError, match=said):
            reapply(finished, [Setting("quality", "min_score", 0.4)], list(map(str, inputs)), tmp_path / out)
    assert not (tmp_path / "new").exists()


WORDS = (
    "the river of stone and light that we have seen was made to be a home with gardens where people walk "
    "and talk about weather music bread history water birds letters clocks engines colours mountains winter morning"
).split()


def lines(rng: random.Random, count: int, words: int = 14, *, end: str = ".") -> list[str]:
    """Lines of some words, each ended as a sentence."""
    return [" ".join(rng.choice(WORDS) for _ in range(words)) + end for _ in range(count)]


def made_pages(rng: random.Random) -> list[list[str]]:
    """Good pages, short ones, ones without sentences, with copies, poison, bans and addresses, alone and combined."""
    pages = [lines(rng, 8) for _ in range(6)]
    pages += [lines(rng, 3) for _ in range(6)]
    pages += [lines(rng, 8, end="") for _ in range(4)]
    pages += [[*lines(rng, 3), *lines(rng, 6, end="")] for _ in range(4)]
    pages += [pages[6], pages[7], pages[0]]
    for word in ("poisonous", "banned", "jo@example.org and 192.168.7.41 and jane@example.org"):
        pages += [[*lines(rng, count), f"It is {word} to the river."] for count in (2, 2, 8)]
    repeated = lines(rng, 1) * 5
    return [*pages, [*lines(rng, 8), *repeated], [*lines(rng, 8), *repeated]]


@pytest.fixture(scope="module")
def small(tmp_path_factory, record, write_warc) -> tuple[Path, Path, str]:
    """A finished run of the recipe above: its folder, its input, its recipe."""
    folder = tmp_path_factory.mktemp("small")
    pages = made_pages(random.Random(11))
    bodies = ["".join(f"<p>{line}</p>" for line in page) for page in pages]
    html = [f"<html><body><main>{body}</main></body></html>" for body in bodies]
    records = [
        record(f"https://site{i}.example/\x1b[31m\u202e", text, date=f"2026-07-01T00:00:{i:02}Z")
        for i, text in enumerate(html)
    ]
    crawl = write_warc(folder / "crawl.warc.gz", records)
    recipe = folder / "small.py"
    recipe.write_text(RECIPE.replace("KEEP", "True"))
    run(load_recipe(str(recipe)), [str(crawl)], folder / "out", workers=HERE)
    return folder / "out", crawl, str(recipe)


@pytest.mark.parametrize(
    "settings",
    [
        ["gopher.quality.min_words=20"],
        ["gopher.quality.min_words=none", "c4.quality.min_sentences=none"],
        ["c4.quality.min_sentences=3", "again.min_words=none", "gopher.quality.min_words=none"],
        ["pii.max_pii_spans=none", "again.min_words=none"],
        ["pii.max_pii_spans=0", "gopher.quality.min_words=90"],
        ["fineweb.quality.min_terminal_line_fraction=1", "again.max_words=110"],
    ],
    ids=" ".join,
)
def test_edits_failures_and_stages_of_the_users_own_are_met_as_in_a_full_run(settings, small, tmp_path):
    """A page that newly passes may be edited, break a stage, or be dropped by code we do not know."""
    out, crawl, recipe = small
    assert assert_equals_a_rerun(out, settings, [str(crawl)], tmp_path, recipe).exact


def test_failures_are_told_from_drops(small):
    """A short poisonous page that newly passes ends in quarantine, and the stages' table counts it there."""
    finished = open_run(small[0], small[2])
    place = finished.recipe.stage_names.index("mine")
    loosened = with_settings(
        finished.recipe, [Setting("gopher.quality", "min_words", None), Setting("c4.quality", "min_sentences", None)]
    )
    result = whatif(finished, loosened)
    assert result.rescored > 0
    assert Reason(place, "RuntimeError", failed=True) in {flip.new for flip in result.flips}
    assert result.after[place]["errors"]["RuntimeError"] == 3
    assert result.before[place]["errors"] == {"RuntimeError": 1}


def test_pages_that_newly_meet_or_no_longer_meet_a_barrier_are_counted(small):
    """Then the result claims no exactness: duplicates among them are not looked for."""
    finished = open_run(small[0], small[2])
    opened = [Setting("gopher.repetition", rule.name, None) for rule in gopher.repetition.rules]
    loose = whatif(finished, with_settings(finished.recipe, opened))
    assert loose.unmatched == 2
    assert not loose.exact
    long = whatif(finished, with_setting(finished.recipe, Setting("gopher.repetition", "min_characters", 700)))
    assert long.orphans == 3
    assert not long.exact


def test_dropping_more_before_a_barrier_is_exact_where_no_page_stood_for_another(small, tmp_path):
    """A page without duplicates can go before the search for them, and nothing else changes."""
    settings = ["gopher.repetition.min_characters=210"]
    result = assert_equals_a_rerun(small[0], settings, [str(small[1])], tmp_path, small[2])
    assert result.exact
    assert any(flip.new.place == 2 for flip in result.flips)


def test_pages_that_were_taken_down_are_neither_judged_nor_brought_back(small, tmp_path):
    """A kept and a dropped page are taken down; other pages flip as before, also in what --apply writes."""
    out, crawl, recipe = small
    copy = tmp_path / "out"
    shutil.copytree(out, copy)
    by_end = {end: page for page, end in sorted(ends(out).items())}
    taken = [by_end["", ""], by_end["pii", "max_pii_spans"]]
    takedown(copy, "ids", taken)
    setting = Setting("gopher.quality", "min_words", 150)
    whole, less = (
        whatif(finished, with_setting(finished.recipe, setting))
        for finished in (open_run(out, recipe), open_run(copy, recipe))
    )
    assert less.docs[0] == whole.docs[0] - 1
    assert sum(flip.docs for flip in less.flips) == sum(flip.docs for flip in whole.flips) - 2
    finished = open_run(copy, recipe)
    reapply(finished, [Setting("pii", "max_pii_spans", None)], [str(crawl)], tmp_path / "applied", workers=HERE)
    assert not set(taken) & set(pq.read_table(tmp_path / "applied" / "data", columns=["id"])["id"].to_pylist())


def test_without_the_text_of_dropped_pages_missing_scores_are_refused(small, tmp_path):
    """A limit that only drops more can still be asked; one that needs the text says so in one line."""
    recipe = tmp_path / "small.py"
    recipe.write_text(RECIPE.replace("KEEP", "False"))
    run(load_recipe(str(recipe)), [str(small[1])], tmp_path / "out", workers=HERE)
    finished = open_run(tmp_path / "out", str(recipe))
    assert whatif(finished, with_setting(finished.recipe, Setting("pii", "max_pii_spans", 0))).exact
    with pytest.raises(UsageError, match="kept no text"):
        whatif(finished, with_setting(finished.recipe, Setting("c4.quality", "min_sentences", 2)))


def test_a_run_of_another_recipe_is_refused(small, tmp_path):
    """A changed file, an unknown name and a folder without a run are each said in one line."""
    changed = tmp_path / "small.py"
    changed.write_text(RECIPE.replace("KEEP", "True").replace("max_pii_spans=1", "max_pii_spans=2"))
    with pytest.raises(UsageError, match="as it is now"):
        open_run(small[0], str(changed))
    with pytest.raises(UsageError, match="no recipe 'small'"):
        open_run(small[0])
    with pytest.raises(UsageError, match="no run has finished"):
        open_run(tmp_path)


def test_applied_limits_leave_what_a_fresh_run_leaves_without_extracting(small, tmp_path):
    """Same manifest; files of extraction are the same files; and the result can be asked again, and built on."""
    out, crawl, recipe = small
    finished = open_run(out, recipe)
    settings = [parse_setting("pii.max_pii_spans=none", finished.recipe)]
    reapply(finished, settings, [str(crawl)], tmp_path / "applied", workers=HERE)
    run(with_settings(finished.recipe, settings), [str(crawl)], tmp_path / "fresh", workers=HERE)
    manifests = [json.loads((tmp_path / name / "manifest.json").read_text()) for name in ("applied", "fresh")]
    assert manifests[0] == manifests[1]
    markers = list((tmp_path / "applied" / "work").glob("00-extract-*/*.json"))
    assert len(markers) > 1
    assert all(marker.stat().st_nlink == 2 for marker in markers)
    again = open_run(tmp_path / "applied", recipe)
    assert fingerprint(again.recipe) == fingerprint(with_settings(finished.recipe, settings))
    back = whatif(again, finished.recipe)
    assert back.docs == tuple(reversed(whatif(finished, again.recipe).docs))
    assert back.docs[0] > back.docs[1]


def test_a_run_with_an_option_is_asked_with_the_same_option(sample_run, tmp_path):
    """`--quality-threshold` made another recipe of it; without the option the recipe is not the one, with it it is."""
    finished = open_run(sample_run)
    reapply(finished, [Setting("quality", "min_score", 0.4)], [str(SAMPLE)], tmp_path / "out", workers=HERE)
    (tmp_path / "out" / "work" / "settings.json").unlink()
    with pytest.raises(UsageError, match="as it is now"):
        said(tmp_path / "out", "--set", "pii.max_pii_spans=0")
    assert "webtext with" in said(tmp_path / "out", "--quality-threshold", 0.4, "--set", "pii.max_pii_spans=0")


def said(*arguments: object) -> str:
    """What the command prints."""
    parser = argparse.ArgumentParser()
    command.arguments(parser)
    screen = io.StringIO()
    console = Console(file=screen, width=150, highlight=False)
    assert command.command(parser.parse_args(list(map(str, arguments))), console) == 0
    return screen.getvalue()


def test_the_command_shows_what_changes_and_no_page_can_paint_the_terminal(small):
    """The table, the flips, the samples; control characters of addresses show as their code point."""
    out, _, recipe = small
    shown = said(out, "--recipe", recipe, "--set", "pii.max_pii_spans=none")
    assert "small with pii.max_pii_spans=none" in shown
    assert "max_pii_spans -1" in shown
    assert "a full run with these limits keeps exactly these pages" in shown
    assert re.search(r"pii max_pii_spans \d+ \(limit was 1\)", shown)
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    assert "%1B" in shown or "<U+001B>" in shown


def test_the_command_gives_json_and_draws_a_sweep(early, capsys):
    """The same numbers for programs; a bar per value, the recipe's own marked."""
    named = ("--recipe", NAME)
    said(early, *named, "--set", "quality.min_score=0.4", "--sweep", "quality.min_score=0.4:0.6:0.1", "--json")
    found = json.loads(capsys.readouterr().out)
    assert found["exact"] is True
    assert found["set"] == ["quality.min_score=0.4"]
    assert found["totals"]["docs_out"][1] == found["sweep"]["points"][0]["docs_out"]
    assert found["flips"]
    drawn = said(early, *named, "--sweep", "quality.min_score=0.26:0.46:0.1")
    [now] = [line for line in drawn.splitlines() if line.rstrip().endswith("now")]
    assert now.split()[0] == "0.36"
    assert "█" in now


def test_the_command_needs_something_to_change(sample_run):
    """Neither --set nor --sweep is a mistake, and so are --apply with a sweep alone and fewer than no examples."""
    for arguments in ([], ["--sweep", "quality.min_score=0:1:0.1", "--apply", "x"]):
        with pytest.raises(UsageError, match="--set"):
            said(sample_run, *arguments)
    for option in ("-n", "--chars"):
        with pytest.raises(UsageError, match="must be 0 or more"):
            said(sample_run, "--set", "quality.min_score=0.4", option, "-3")


SHARE = '''
"""The better half by a score that is the length of the text."""
import numpy as np
from curate.recipe import Recipe
from curate.stages import Read, Redact, Score

def length(texts):
    return np.array([len(text) / 1000 for text in texts], np.float32)

recipe = Recipe("share", (Read(), Score("length", length, min_score=0.002, keep_share=0.5), Redact(max_pii_spans=0)))
'''


def test_a_limit_set_by_all_pages_is_applied_but_not_estimated(tmp_path):
    """A page that a share left out is never said to be kept: the stage and those before are refused, or run again."""
    recipe, texts, out = tmp_path / "share.py", tmp_path / "texts.jsonl", tmp_path / "out"
    recipe.write_text(SHARE)
    words = ["x" * n for n in range(1, 40)] + ["x" * 40 + " jo@example.org"]
    pages = [{"url": f"http://a.example/{n}", "text": text} for n, text in enumerate(words)]
    texts.write_text("\n".join(map(json.dumps, pages)))
    run(load_recipe(str(recipe)), [str(texts)], out, workers=HERE)
    finished = open_run(out, str(recipe))
    looser = parse_setting("length.min_score=none", finished.recipe)
    with pytest.raises(UsageError, match=r"^length sets a limit by the scores of all pages.* --apply OUT2$"):
        whatif(finished, with_settings(finished.recipe, [looser]))
    behind = whatif(finished, with_setting(finished.recipe, parse_setting("pii.max_pii_spans=9", finished.recipe)))
    assert (behind.docs, behind.exact) == ((19, 20), True)
    parser = argparse.ArgumentParser()
    command.arguments(parser)
    said = [str(out), "--recipe", str(recipe), "--set", "length.min_score=0.025", "--workers", "1", "--apply"]
    assert command.command(parser.parse_args([*said, str(tmp_path / "new")]), Console(file=io.StringIO())) == 0
    report = json.loads((tmp_path / "new" / "report.json").read_text())
    assert (report["stages"][1]["docs_out"], report["stages"][1]["dropped"]) == (16, {"min_score": 24})


def test_limits_are_applied_where_the_input_is_text(tmp_path):
    """Nothing is extracted there, so nothing can be extracted again: the new output stands."""
    recipe, texts = tmp_path / "words.py", tmp_path / "texts.jsonl"
    recipe.write_text(
        "from curate.recipe import Recipe\nfrom curate.stages import Read, Rules\nfrom filters import gopher\n"
        'recipe = Recipe("words", (Read(), Rules(gopher.quality.with_limits(min_words=50))))\n'
    )
    sentence = "There is that one sentence of the page, and this is what it says to you. "
    texts.write_text("\n".join(json.dumps({"url": f"http://a.example/{n}", "text": sentence * n}) for n in range(1, 9)))
    run(load_recipe(str(recipe)), [str(texts)], tmp_path / "out", workers=HERE)
    finished = open_run(tmp_path / "out", str(recipe))
    settings = [parse_setting("gopher.quality.min_words=30", finished.recipe)]
    report = reapply(finished, settings, [str(texts)], tmp_path / "new", workers=HERE)
    assert report["totals"]["docs_out"] == whatif(finished, with_settings(finished.recipe, settings)).docs[1]
    assert report["totals"]["docs_out"] > finished.report["totals"]["docs_out"]
