"""What docs/extending.md shows works as it stands: each block is a recipe file, run on texts and asked again."""

import json
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from curate.cluster import Workers
from curate.documents import PAGES, Documents
from curate.engine.run import run
from curate.errors import UsageError
from curate.filters import fineweb
from curate.filters.verdict import KEPT
from curate.recipe import Recipe, fingerprint, load_recipe
from curate.report.webpage import write_html
from curate.stages import Keep, Outcome, Read, Rules, Score, about
from curate.whatif.answer import whatif
from curate.whatif.finished import open_run
from curate.whatif.settings import Setting, parse_setting, with_setting

PAGE = Path(__file__).parents[2] / "docs" / "extending.md"
TEXTS = (
    "The river runs past the old mill and on to the sea.",
    "The river? Which river? Nobody has seen it, they say, for years.",
    "Calm! Calm! Calm! Nobody is to shout here by the lake.",
    "a river",
    "word word word word word",
)


def write(folder: Path, block: str) -> Path:
    """One of the page's recipes as a file."""
    found = re.search(rf"<!-- recipe: {block} -->\n```python\n(.*?)^```", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    assert found, block
    (folder / f"{block}.py").write_text(found[1])
    return folder / f"{block}.py"


def texts_in(folder: Path) -> str:
    """The texts as an input."""
    path = folder / "texts.jsonl"
    path.write_text(
        "".join(json.dumps({"text": text, "url": f"https://a.example/{i}"}) + "\n" for i, text in enumerate(TEXTS))
    )
    return str(path)


def kept(out: Path) -> set[str]:
    return set(pq.read_table(out / "data")["text"].to_pylist())


def dropped(out: Path) -> dict[str, str]:
    rows = pq.read_table(out / "dropped").to_pylist()
    return {row["text"]: f"{row['stage']} {row['rule']} {row['value']:g} {row['limit']:g}" for row in rows}


@pytest.mark.parametrize(
    ("block", "reasons", "setting"),
    [
        ("predicate", {1: "questions max_value 2 1", 2: "on_topic said_no 0 1", 3: "long_enough min_value 7 20",
                       4: "on_topic said_no 0 1"}, "questions.max_value=2"),
        ("rule_set", {2: "calm max_shouts 3 2"}, "calm.threshold=none"),
        # A full stop is part of its word here: one of the twelve words of the first text is on the list.
        ("score", {0: "about_water min_score 0.0833333 0.1"} | dict.fromkeys((1, 2, 4), "about_water min_score 0 0.1"),
         "about_water.min_score=0"),
        ("stage", {3: "vocabulary min_distinct_words 2 5", 4: "vocabulary min_distinct_words 1 5"},
         "vocabulary.min_distinct_words=2"),
    ],
)  # fmt: skip
def test_the_pages_recipes_run_and_can_be_asked_again(block, reasons, setting, tmp_path):
    """Every text ends where the page says; what-if with another limit keeps what a run with it keeps."""
    recipe, texts = write(tmp_path, block), texts_in(tmp_path)
    loaded = load_recipe(str(recipe))
    run(loaded, [texts], tmp_path / "out", workers=Workers(1))
    found = dropped(tmp_path / "out")
    assert {TEXTS.index(text): said for text, said in found.items()} == reasons
    assert kept(tmp_path / "out") == set(TEXTS) - set(found)
    finished = open_run(tmp_path / "out", str(recipe))
    changed = with_setting(finished.recipe, parse_setting(setting, finished.recipe))
    told = whatif(finished, changed)
    report = run(changed, [texts], tmp_path / "again", workers=Workers(1))
    assert told.docs == (len(TEXTS) - len(found), report["totals"]["docs_out"])
    assert told.docs[1] > told.docs[0]
    for said, true in zip(told.after, report["stages"], strict=True):
        assert said == {name: true[name] for name in said}


def test_the_report_holds_what_stages_say_of_themselves(tmp_path):
    """Limits with signal, unit and source, whose judgement, and marks in excerpts where the recipe is at hand."""
    loaded = load_recipe(str(write(tmp_path, "rule_set")))
    run(loaded, [texts_in(tmp_path)], tmp_path / "out", workers=Workers(1))
    report = json.loads((tmp_path / "out" / "report.json").read_text())
    told = {stage["name"]: stage for stage in report["about"]}
    assert told["calm"]["judgement"] == {"who": "our editors", "mind": "texts about punctuation"}
    assert told["calm"]["limits"] == [
        {"rule": "max_shouts", "signal": "calm.shouts", "bound": "max", "value": 2, "unit": "shouts",
         "because": "it shouts", "source": "our style guide"}
    ]  # fmt: skip
    page = (tmp_path / "out" / "report.html").read_text()
    assert "our editors" in page and page.count("<mark>!</mark>") == 3
    write_html(tmp_path / "again.html", report, tmp_path / "out")
    again = (tmp_path / "again.html").read_text()
    assert "our editors" in again and "<mark>!</mark>" not in again


@pytest.mark.parametrize("block", ["rule_set", "score", "stage", "predicate"])
def test_an_edit_of_the_users_code_changes_the_recipe(block, tmp_path):
    """The work that depends on the file is then done again."""
    path = write(tmp_path, block)
    before = fingerprint(load_recipe(str(path)))
    path.write_text(path.read_text() + "\n# edited\n")
    assert fingerprint(load_recipe(str(path))) != before


def documents(*texts: str) -> Documents:
    rows = [{"id": f"{i:032x}", "url": "", "text": text} for i, text in enumerate(texts)]
    return Documents(pa.RecordBatch.from_pylist(rows, PAGES))


def test_a_predicate_says_yes_or_no_or_gives_a_number():
    """A bool goes by `said_no`, a number by its limits; the bound itself passes, and a value that is none does not."""
    ascii_only = Keep("ascii", str.isascii)(documents("plain", "schön"))
    assert [fate.rule for fate in ascii_only.fates] == ["", "said_no"]
    between = Keep("length", len, min_value=2, max_value=3)(documents("a", "ab", "abc", "abcd"))
    assert [(fate.rule, fate.value) for fate in between.fates if not fate] == [("min_value", 1), ("max_value", 4)]
    assert between.signals["value"].tolist() == [1, 2, 3, 4]
    assert [bool(fate) for fate in Keep("odd", float, max_value=3)(documents("nan", "3", "inf")).fates] == [0, 1, 0]


def fails(text: str) -> bool:
    raise ZeroDivisionError(text)


def answers(text: str) -> str:
    return "yes"


@pytest.mark.parametrize(
    ("stage", "said"),
    [
        (Keep("mine", len), "a number and a limit"),
        (Keep("mine", fails), "ZeroDivisionError"),
        (Keep("mine", answers, min_value=1), "gives a number; it gave 'yes'"),
        (Keep("mine", answers), "True or False"),
    ],
)
def test_a_predicate_that_cannot_be_used_is_refused_before_work_starts(stage, said):
    """One line that names the stage."""
    with pytest.raises(UsageError, match=said) as refused:
        about(stage).check()
    assert "'mine'" in str(refused.value)


def test_a_limit_of_a_predicate_can_be_taken_away():
    """It takes numbers as before, and one that says yes or no has no limit to set."""
    recipe = Recipe("mine", (Read(), Keep("length", len, min_value=2), Keep("ascii", str.isascii)))
    changed = with_setting(recipe, Setting("length", "min_value", None))
    assert all(changed.stages[1](documents("", "abc")).fates)
    assert parse_setting("length.threshold=9", recipe) == Setting("length", "min_value", 9)
    with pytest.raises(UsageError, match="no limit on a stored signal"):
        parse_setting("ascii.said_no=2", recipe)


@dataclass(frozen=True)
class Bare:
    """The least a stage can be."""

    name: str = "bare"
    measures: bool = False
    signals: tuple[str, ...] = ()

    def __call__(self, documents: Documents) -> Outcome:
        return Outcome(documents, [KEPT] * len(documents))


def test_a_stage_that_says_nothing_of_itself_is_taken_with_care():
    """It has no limits, cannot be judged again, and may change texts."""
    told = about(Bare())
    assert (told.table, told.judge, told.edits, told.makes_text) == ((), None, True, False)
    told.check()
    told.warm()
    assert about(Rules(fineweb.quality)).needs == tuple(rule.signal for rule in fineweb.quality.rules)


def test_no_class_of_a_stage_is_asked_for_outside_the_stages():
    """Nothing but `curate/stages/` asks which class a stage has, and nothing reads limits out of a repr."""
    import curate
    from curate import stages

    root = Path(curate.__file__).parent
    classes = "|".join(name for name in stages.__all__ if name[0].isupper() and name not in ("Failure", "Fate"))
    asked = re.compile(rf"isinstance\([^)]*\b(?:{classes})\b|type\(stage\) in|type\(found\)")
    found = [
        path.name for path in root.rglob("*.py") if path.parent.name != "stages" and asked.search(path.read_text())
    ]
    assert found == []


def test_scores_that_are_no_number_fail_a_limit():
    """As with every rule: a model that gives NaN keeps nothing by it."""
    verdicts = Keep("n", len, min_value=0).judge({"value": np.array([np.nan, 0.0])})
    assert [bool(verdict) for verdict in verdicts] == [False, True]
    assert all(Score("any", fails).judge({"score": np.array([np.nan, -1.0, 2.0])}))
