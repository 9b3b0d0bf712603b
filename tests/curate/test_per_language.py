"""Stages by language: each text is judged by its own language's limits, in a run, again by what-if, and alone."""

import json

import numpy as np
import pyarrow as pa
import pytest

from curate.documents import Documents
from curate.errors import UsageError
from curate.filters import gopher, languages
from curate.protocol import about, as_json
from curate.recipe import Recipe, describe, fingerprint, load_recipe
from curate.stages import ExactDuplicates, Keep, Language, PerLanguage, Read, Rules, Score

GERMAN = "Der Fluss entspringt in den Bergen und fließt durch die Stadt, die an ihm liegt und nach ihm heißt. "
ENGLISH = "The river rises in the hills and flows through the town that lies on it and has its name from it. "


def documents(*rows: tuple[str, str]) -> Documents:
    """Texts with their languages."""
    return Documents(pa.RecordBatch.from_pydict({
        "id": pa.array([str(place) for place in range(len(rows))], pa.string()),
        "text": pa.array([text for text, _ in rows], pa.large_string()),
        "language": pa.array([language for _, language in rows], pa.string()),
    }))  # fmt: skip


def german(sentences: int) -> str:
    """Sentences of nine words or so that hardly repeat each other."""
    who = "Die Nachbarin|Der Lehrer|Mein Bruder|Unsere Tante|Das Kind|Der Bäcker|Die Ärztin|Ein Fremder".split("|")
    does = "sucht|findet|verkauft|kennt|malt|braucht|liest".split("|")
    what = "den alten Brief|eine rote Lampe|das kleine Haus|viele Äpfel|keinen Rat|die lange Liste".split("|")
    where = "hinter dem Bahnhof.|auf dem Markt.|nach dem Regen am Abend.|mit einem Freund im Garten.|ohne es zu sagen."
    parts = (who, does, what, where.split("|"))
    return " ".join(" ".join(part[i % len(part)] for part in parts) for i in range(sentences))


def by_length(**least: float) -> PerLanguage:
    """A stage whose limit is a length."""
    return PerLanguage({code: Keep("length", len, min_value=limit) for code, limit in least.items()})


def test_each_text_is_judged_by_its_language():
    """The same text passes in one and not in the other; the rule names the language, the numbers are in order."""
    stage = by_length(de=50, en=200)
    found = stage(documents((ENGLISH, "en"), (GERMAN, "de"), (ENGLISH * 3, "en"), ("Kurz.", "de"), ("?", "fr")))
    rules = [fate.rule for fate in found.fates]
    assert rules == ["min_value_en", "", "", "min_value_de", "language_fr"]
    assert found.signals["value"].tolist()[:4] == [len(ENGLISH), len(GERMAN), 3 * len(ENGLISH), 5]
    assert np.isnan(found.signals["value"][4])
    assert found.documents.batch.column("id").to_pylist() == list("01234")


def test_stored_signals_judge_the_same():
    """`judge` on arrays says what the stage said, with other limits too."""
    stage, rows = by_length(de=50, en=200), documents((ENGLISH, "en"), (GERMAN, "de"), ("?", "fr"), ("Kurz.", "de"))
    found = stage(rows)
    stored = {"language": np.array(["en", "de", "fr", "de"], object), "value": found.signals["value"]}
    assert [v.rule for v in stage.judge(stored)] == [fate.rule for fate in found.fates]
    other = about(stage).with_limit("min_value_en", 90)
    assert [v.rule for v in other.judge(stored)] == ["", "", "language_fr", "min_value_de"]
    assert fingerprint(other) != fingerprint(stage)


def test_one_language_alone_is_judged_too():
    """Stages for languages that no text is in have nothing to say, and the columns are the same."""
    stage = PerLanguage({code: Rules(languages.quality(code)) for code in ("de", "fr")})
    found = stage(documents((GERMAN, "de")))
    assert [fate.rule for fate in found.fates] == ["min_words_de"]
    assert set(found.signals) == set(stage.signals)
    assert list(stage(documents()).fates) == []


def test_others_may_go_on():
    """Where it is said, texts in other languages pass unjudged."""
    stage = PerLanguage({"deu": Keep("length", len, min_value=50)}, others="keep")
    assert [fate.rule for fate in stage(documents(("?", "fr"), ("?", "de"))).fates] == ["", "min_value_de"]


def test_scores_by_language_fill_one_column():
    """Each model scores its own language; others have no score."""
    long = Score("worth", lambda texts: np.array([len(text) for text in texts], np.float32), min_score=10)
    fixed = Score("worth", lambda texts: np.full(len(texts), 7, np.float32), min_score=10)
    found = PerLanguage({"de": long, "en": fixed})(documents((ENGLISH, "en"), (GERMAN, "de"), ("?", "fr")))
    assert found.documents.batch.column("worth").to_pylist() == [7.0, float(len(GERMAN)), None]
    assert [fate.rule for fate in found.fates] == ["min_score_en", "", "language_fr"]


def test_views_are_shared_with_the_rule_sets_behind():
    """Texts are cut into words once: the views go on, in the order of the texts."""
    stage = PerLanguage({code: Rules(gopher.quality) for code in ("de", "en")})
    found = stage(documents((ENGLISH, "en"), (GERMAN, "de"), (GERMAN, "fr")).with_views())
    assert [view.text for view in found.documents.views] == [ENGLISH, GERMAN, GERMAN]
    assert about(stage).where("- " + GERMAN + "...", "max_ellipsis_line_fraction_de")


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (lambda: PerLanguage({}), "has none"),
        (lambda: PerLanguage({"de": Keep("a", len), "en": Keep("b", len)}), "has a, b"),
        (lambda: PerLanguage({"german": Keep("a", len)}), "'german' is no code"),
        (lambda: PerLanguage({"de": Keep("a", len)}, others="skip"), "drop or keep"),
        (lambda: PerLanguage({"de": Score("a", len, keep_share=0.1)}), "keep_share"),
        (lambda: PerLanguage({"de": Keep("a", len), "deu": Keep("a", len)}), "'de' twice"),
        (lambda: PerLanguage([Keep("a", len)]), "dict from language to stage, not list"),
        (lambda: PerLanguage({3: Keep("a", len)}), "not 3"),
        (lambda: PerLanguage({"de": gopher.quality}), "a stage is needed, such as Rules"),
        (lambda: PerLanguage({"de": Rules}), "a stage is needed, such as Rules"),
        (lambda: PerLanguage({"de": ExactDuplicates()}), "not ExactDuplicates"),
        (lambda: Recipe("r", (Read(), by_length(de=5))), "goes by language, which no stage before it finds"),
        (lambda: Recipe("r", (Read(), by_length(de=5), Language())), "goes by language"),
        (lambda: Language(keep=("german",)), "'german' is no code"),
        (lambda: Language(keep=("xx",)), "'xx' is no code"),
        (lambda: Language(keep="en,de"), "no code"),
        (lambda: Language(keep=("ckb",)).check(), "cannot tell 'ckb'"),
        (lambda: by_length(de=5)(Documents(pa.RecordBatch.from_pydict({"text": ["a"]}))), "Language"),
    ],
)
def test_mistakes_are_named_before_work(made, said):
    """One line, before any page is read."""
    with pytest.raises(UsageError, match=said):
        made()


def test_long_codes_are_the_short_ones():
    """`deu` and `de` are one recipe; one code alone is no list of letters."""
    assert Language(keep=("deu", "eng")) == Language(keep=("de", "en"))
    assert Language(keep="en").keep == ("en",)
    assert fingerprint(Language(keep="eng")) == fingerprint(Language(keep=("en",)))
    Language(keep=("de", "cmn")).check()


def test_the_report_knows_the_language_of_a_limit():
    """A limit of one language is told apart, so that pages in others do not count as failing it."""
    told = as_json(by_length(de=50, en=200))["limits"]
    assert [(row["rule"], row["language"], row["value"]) for row in told][:3:2] == [
        ("min_value_de", "de", 50), ("min_value_en", "en", 200),
    ]  # fmt: skip


def test_a_run_and_what_if_agree(curate, record, write_warc, tmp_path):
    """The shipped recipe on a few pages: a changed limit judged from stored signals is what a new run says."""
    pages = [("de", german(size)) for size in (3, 5, 8, 30)] + [("en", ENGLISH * 4)]
    html = "<html lang={}><body><p>{}</p>" + "<!-- as long as a page -->" * 20
    records = [record(f"https://example.org/{n}", html.format(*page)) for n, page in enumerate(pages)]
    crawl = write_warc(tmp_path / "crawl.warc.gz", records)
    done = curate("run", crawl, "--out", tmp_path / "a", "--recipe", "multilingual", "--workers", 1)
    assert done.returncode == 0, done.stderr
    asked = curate("whatif", tmp_path / "a", "--set", "gopher.quality.min_words_de=20", "--json")
    assert asked.returncode == 0, asked.stderr
    mine = tmp_path / "mine.py"
    mine.write_text(
        "from dataclasses import replace\nfrom curate.pipelines.multilingual import recipe as base\n"
        "stages = tuple(s.with_limit('min_words_de', 20) if s.name == 'gopher.quality' else s for s in base.stages)\n"
        "recipe = replace(base, stages=stages)\n"
    )
    again = curate("run", crawl, "--out", tmp_path / "b", "--recipe", mine, "--workers", 1)
    assert again.returncode == 0, again.stderr
    dropped = {stage["name"]: stage["dropped"] for stage in json.loads(asked.stdout)["stages"]}
    report = json.loads((tmp_path / "b" / "report.json").read_text())
    assert dropped == {stage["name"]: stage["dropped"] for stage in report["stages"]}
    first = json.loads((tmp_path / "a" / "report.json").read_text())
    before = {stage["name"]: stage["dropped"] for stage in first["stages"]}
    assert before["gopher.quality"]["min_words_de"] == 3 and dropped["gopher.quality"] == {}


def test_the_recipe_describes_itself():
    """Every limit of every language is in its fingerprint."""
    settings = json.dumps(describe(load_recipe("multilingual")))
    assert all(f'"{code}"' in settings for code in languages.CODES)
