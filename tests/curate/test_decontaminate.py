"""What becomes of texts that hold evaluation items: the stage, the cut, and the command."""

import json

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from curate.contamination import EvalIndex, Match
from curate.contamination.actions import cut, decide
from curate.contamination.stored import evals
from curate.documents import Documents
from curate.errors import UsageError
from curate.recipe import fingerprint
from curate.stages import Decontaminate

QUESTION = "Mirela stacks 14 crates of plums on each of 6 carts; how many crates are left after 9 carts roll away?"
PAGE = "We opened the shop in spring and sold what the garden gave us to visitors who came along the canal. " * 6
TEXTS = [PAGE, f"{PAGE}\n{QUESTION}\n{PAGE}", QUESTION]


@pytest.fixture
def file(tmp_path, monkeypatch):
    """An evaluation of two items, and a cache folder of its own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    path = tmp_path / "sums.jsonl"
    rows = [
        {"id": "s/1", "question": QUESTION},
        {"id": "s/2", "question": "Who of the nine weavers owned the crooked loom?"},
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def documents(texts):
    """Documents with these texts and nothing else that the stage looks at."""
    return Documents(pa.RecordBatch.from_pydict({"text": pa.array(texts, pa.large_string())}))


def test_dropping_names_evaluation_and_item(file):
    """Only texts with an item go, and the column lists the items of each."""
    outcome = Decontaminate((str(file),))(documents(TEXTS))
    assert [bool(fate) for fate in outcome.fates] == [True, False, False]
    assert outcome.fates[1].rule == "sums:s/1"
    assert outcome.documents.batch.column("contamination").to_pylist() == [[], ["sums:s/1"], ["sums:s/1"]]
    assert outcome.signals["items"].tolist() == [0, 1, 1]
    assert outcome.documents.texts() == TEXTS


def test_marking_keeps_and_cutting_removes(file):
    """A marked text is unchanged; a cut one has lost the item and a margin, and goes when nothing is left."""
    marked = Decontaminate(str(file), action="mark")(documents(TEXTS))
    assert all(marked.fates)
    assert marked.documents.texts() == TEXTS
    outcome = Decontaminate([file], action="cut", margin_chars=20)(documents(TEXTS))
    assert [bool(fate) for fate in outcome.fates] == [True, True, False]
    left = outcome.documents.texts()
    assert left[0] == PAGE
    assert "Mirela" not in left[1]
    assert "plums" not in left[1]
    assert 2 * len(PAGE) - 80 < len(left[1]) < 2 * len(PAGE)
    assert left[2] == ""


def test_a_match_below_the_score_does_not_count(file):
    """Two thirds of a question score less than all of it."""
    index = EvalIndex.read([file])
    part = " ".join(QUESTION.split()[:14])
    assert not decide([part], index)[0].verdict
    assert decide([part], index, min_score=0.9)[0].verdict


def test_cutting_joins_what_touches_and_keeps_whole_words():
    """Two spans with margins that meet are one; a margin never ends inside a word."""
    text = "alpha beta gamma delta epsilon zeta eta theta"
    spans = [Match("e", "1", "q", 11, 16, 1.0), Match("e", "2", "q", 17, 22, 1.0)]
    assert cut(text, spans, margin_chars=0) == "alpha beta\nepsilon zeta eta theta"
    assert cut(text, spans, margin_chars=2) == "alpha\nzeta eta theta"
    assert cut(text, [], margin_chars=2) == text
    assert len(cut("x" * 1000, [Match("e", "1", "q", 400, 500, 1.0)], margin_chars=0)) == 901


def test_the_fingerprint_is_of_contents(file, tmp_path):
    """Another place changes nothing; another item does; a changed file is refused at work."""
    there = tmp_path / "elsewhere"
    there.mkdir()
    copy = there / "sums.jsonl"
    copy.write_bytes(file.read_bytes())
    stage = Decontaminate(str(file))
    assert fingerprint(stage) == fingerprint(Decontaminate(str(copy)))
    copy.write_bytes(file.read_bytes() + b'{"id": 3}\n')
    assert fingerprint(stage) != fingerprint(Decontaminate(str(copy)))
    late = Decontaminate(str(copy))
    copy.write_bytes(file.read_bytes())
    with pytest.raises(UsageError, match="changed"):
        late.check()


def test_a_wrong_setting_is_refused_before_work(file, tmp_path):
    """An unknown action and a missing file are the user's."""
    with pytest.raises(UsageError, match="burn"):
        Decontaminate(str(file), action="burn")
    with pytest.raises(UsageError, match=r"gone\.jsonl"):
        Decontaminate(str(tmp_path / "gone.jsonl"))


def test_an_index_is_built_once(file, tmp_path):
    """A second process finds it on disk, and a damaged one is refused by name rather than believed."""
    first = evals([file]).index()
    (kept,) = (tmp_path / "cache").rglob("*.index")
    assert EvalIndex.open(kept).find(QUESTION) == first.find(QUESTION) != []


def test_the_command_measures_parquet_files(file, tmp_path, curate, monkeypatch):
    """The overlap of each evaluation, as a table and as JSON; a wrong path or column is one line and exit code 2."""
    plain = tmp_path / "texts.parquet"
    pq.write_table(pa.table({"text": [*TEXTS, None]}), plain)
    done = curate("contamination", plain, "--evals", file, "--report", tmp_path / "report.json")
    assert done.returncode == 0, done.stderr
    assert "50.00%" in done.stdout
    assert "2 of 4 documents" in done.stdout
    report = json.loads((tmp_path / "report.json").read_text())
    assert report["evaluations"] == [
        {
            "eval": "sums",
            "items": 2,
            "sought": 2,
            "items_found": 1,
            "documents": 2,
            "fields": {"question": 1},
            "share": 0.5,
        }
    ]
    assert [match["id"] for match in report["matches"]] == ["texts.parquet:1", "texts.parquet:2"]
    pq.write_table(pa.table({"content": np.arange(3)}), plain)
    wrong = curate("contamination", plain, "--evals", file)
    assert wrong.returncode == 2
    assert wrong.stderr.count("\n") == 1
    assert "'text'" in wrong.stderr


def test_what_cannot_be_looked_for_is_no_clean_answer(tmp_path, curate):
    """A file without texts is refused, unless a folder names it; texts that are too short are counted apart."""
    plain, empty, short = (tmp_path / name for name in ("texts.parquet", "empty.jsonl", "short.jsonl"))
    pq.write_table(pa.table({"text": TEXTS}), plain)
    for content in ("", '{"a": 1}\n'):
        empty.write_text(content)
        done = curate("contamination", plain, "--evals", empty)
        assert done.returncode == 2
        assert done.stderr == f"curate: {empty} holds no item with a text, so nothing could be found\n"
    short.write_text('{"question": "hi"}\n')
    done = curate("contamination", plain, "--evals", tmp_path, "--json")
    (found,) = [each for each in json.loads(done.stdout)["evaluations"] if each["eval"] == "short"]
    assert (found["items"], found["sought"], found["items_found"]) == (1, 0, 0)


RECIPE = """
from curate.recipe import Recipe
from curate.stages import Decontaminate, Read

recipe = Recipe("clean", (Read(), Decontaminate({evals!r}, action={action!r})))
"""


@pytest.mark.parametrize(("action", "kept"), [("drop", 1), ("mark", 3), ("cut", 2)])
def test_a_run_names_items_in_its_rows(file, tmp_path, curate, action, kept):
    """Through a whole run: kept rows list what they hold, dropped rows say which item."""
    (tmp_path / "recipe.py").write_text(RECIPE.format(evals=str(file), action=action))
    source = tmp_path / "texts.jsonl"
    source.write_text("".join(json.dumps({"text": text}) + "\n" for text in TEXTS))
    out = tmp_path / "out"
    done = curate("run", source, "--recipe", tmp_path / "recipe.py", "--out", out, "--workers", 1)
    assert done.returncode == 0, done.stderr
    rows = pq.read_table(out / "data").to_pylist()
    listed = [row["contamination"] for row in rows]
    assert listed == [[], ["sums:s/1"], ["sums:s/1"]][:kept]
    dropped = pq.read_table(out / "dropped").to_pylist()
    assert [(row["stage"], row["rule"]) for row in dropped] == [("contamination", "sums:s/1")] * (3 - kept)
    assert curate("verify", out).returncode == 0
