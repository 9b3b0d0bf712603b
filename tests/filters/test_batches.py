"""Batch forms: the same answers as one at a time, from whatever holds texts, and a clear no to what is no column."""

import importlib
import pickle
import pydoc
import time
from math import isnan

import numpy as np
import pytest

from curate.classifiers import language, quality, toxicity, webtext
from curate.dedup import near_duplicates
from curate.extract import extract
from curate.filters import c4, fineweb, gopher, html, pii, refinedweb, signals, url
from curate.filters.batches import Columns, text_list
from curate.filters.text_view import TextView

RULE_SETS = (gopher.quality, gopher.repetition, c4.quality, c4.paragraphs, fineweb.quality, refinedweb.quality,
             signals.statistics)  # fmt: skip
STORY = "The mill stood at the bend of the river, and farmers would come to it with their grain. "
TEXTS = ["", "Too short.", STORY * 5, STORY, "- a\n- a\n- b ...\n" * 9, "\ud800 lone", "Übung macht den Meister. " * 30,
         "{ code } [1] lorem ipsum\n" * 3]  # fmt: skip


@pytest.mark.parametrize("rules", RULE_SETS, ids=lambda rules: rules.name)
def test_a_batch_says_what_each_call_says(rules):
    """Verdicts and signals, column by column, are those of single calls."""
    found = rules.batch(TEXTS, signals=True)
    single = [rules(text) for text in TEXTS]
    assert found.kept.dtype == bool and found.kept.tolist() == [bool(verdict) for verdict in single]
    assert found.kept.tolist() == [rules.kept(text) for text in TEXTS]
    assert found.rule.tolist() == [verdict.rule for verdict in single]
    for column, numbers in ((found.value, [v.value for v in single]), (found.limit, [v.limit for v in single])):
        assert column.dtype == np.float64
        assert np.array_equal(column, np.array(numbers, float), equal_nan=True)
    for name, values in rules.signals(TEXTS[2]).items():
        assert found[name][2] == values
    assert set(rules.signals("")).isdisjoint({"kept", "rule", "value", "limit"})


def test_keywords_of_a_batch_are_those_of_a_call():
    """Another dialect, another limit, no limit at all."""
    for options in ({"min_words": 3}, {"dialect": "dclm"}, {"dialect": "dolma", "min_words": None}):
        verdicts = [gopher.quality(text, **options) for text in TEXTS]
        assert gopher.quality.batch(TEXTS, **options).rule.tolist() == [verdict.rule for verdict in verdicts]
    with pytest.raises(TypeError, match="no limit 'min_wrods'"):
        gopher.quality.batch(TEXTS, min_wrods=3)


def test_copies_made_by_keywords_are_remembered_and_not_pickled():
    """A call with keywords costs no new copy; what is remembered stays in the process, and changes no pickle."""
    fresh = gopher.quality.with_limits(min_words=20)
    before = pickle.dumps(fresh)
    assert fresh("Too short.", min_words=1).rule != "min_words"
    assert fresh._variant(None, min_words=1) is fresh._variant(None, min_words=1)
    assert pickle.dumps(fresh) == before
    assert pickle.loads(before) == fresh


@pytest.mark.parametrize(
    "column",
    [
        pytest.param(lambda texts: tuple(texts), id="tuple"),
        pytest.param(lambda texts: (text for text in texts), id="generator"),
        pytest.param(lambda texts: np.array(texts), id="numpy"),
        pytest.param(lambda texts: np.array(texts, object), id="numpy-objects"),
        pytest.param(lambda texts: np.array(texts, np.dtypes.StringDType()), id="numpy-strings"),
        pytest.param(lambda texts: pytest.importorskip("pyarrow").array(texts), id="arrow"),
        pytest.param(lambda texts: pytest.importorskip("pyarrow").chunked_array([texts, []]), id="arrow-chunks"),
        pytest.param(lambda texts: pytest.importorskip("pyarrow").array(texts).dictionary_encode(), id="arrow-codes"),
        pytest.param(lambda texts: pytest.importorskip("pandas").Series(texts, index=[9] * len(texts)), id="pandas"),
        pytest.param(lambda texts: pytest.importorskip("pandas").Series(texts, dtype="category"), id="categories"),
        pytest.param(lambda texts: pytest.importorskip("polars").Series(texts), id="polars"),
        pytest.param(lambda texts: map(TextView, texts), id="views"),
    ],
)
def test_a_column_may_come_from_anywhere(column):
    """Lists, arrays and Series of four libraries give the same columns."""
    texts = ["Too short.", STORY * 5, ""]
    found = gopher.quality.batch(column(texts))
    assert found.rule.tolist() == ["min_words", "", "min_words"]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("one text", "not one str"),
        (b"bytes", "not one bytes"),
        (["a", None], "text 1 is None"),
        (["a", float("nan")], "text 1 is nan"),
        ([b"a"], "text 0 is bytes"),
        ({"text": ["a"]}, "name its column"),
        ({"a", "b"}, "not a set"),
        (np.array("text"), "of one str"),
        (np.array([["a"], ["b"]]), "text 0 is list"),
        (np.array([b"a"]), "text 0 is bytes"),
        (5, "a column of texts is needed, not int"),
    ],
)
def test_what_is_no_column_of_texts_is_refused_by_name(given, said):
    """Half a table judged by its column names, or a text by its letters, would be worse than an error."""
    for function in (gopher.quality.batch, pii.redact.batch, language.identify.batch, toxicity.score, near_duplicates):
        with pytest.raises(TypeError, match=said):
            function(given)


@pytest.mark.parametrize(
    "function", [gopher.quality, fineweb.quality, url.quality, pii.find, pii.redact, pii.count, extract]
)
@pytest.mark.parametrize(
    ("given", "said"), [(None, "not None"), (5, "not int"), (["a"], "not list"), (bytearray(b"a"), "not bytearray")]
)
def test_what_is_no_text_is_refused_by_name(function, given, said):
    """One line that says what was given, whatever the function."""
    with pytest.raises(TypeError, match=f"^a text is a .*, {said}"):
        function(given)


def test_missing_texts_of_pandas_are_told_what_to_do():
    """Its two kinds of missing values are missing texts as None is."""
    pandas = pytest.importorskip("pandas")
    for column in (pandas.Series(["a", None], dtype="string"), pandas.Series(["a", pandas.NaT], dtype=object)):
        with pytest.raises(TypeError, match=r"text 1 is Na?[AT]Type, not str; leave missing texts out"):
            text_list(column)


def test_no_column_is_refused_by_name():
    """None is not a column, and the message says so."""
    with pytest.raises(TypeError, match="a column of texts is needed, not None"):
        gopher.quality.batch(None)


def test_tables_are_refused():
    """Iterating over a pandas frame gives the names of its columns."""
    pandas = pytest.importorskip("pandas")
    with pytest.raises(TypeError, match="name its column"):
        text_list(pandas.DataFrame({"text": ["a"]}))


@pytest.mark.parametrize("rules", RULE_SETS, ids=lambda rules: rules.name)
def test_no_texts_give_columns_of_no_length(rules):
    """An empty batch has every column and every type of a full one."""
    empty, full = rules.batch([], signals=True), rules.batch(TEXTS, signals=True)
    assert {name: (column.dtype, len(column)) for name, column in empty.items()} == {
        name: (column.dtype, 0) for name, column in full.items()
    }


def test_columns_are_a_dict_with_attributes():
    """Whoever takes a dict of arrays takes it; a column that is not there is named."""
    found = pickle.loads(pickle.dumps(gopher.quality.batch(["Too short."])))
    assert isinstance(found, dict) and isinstance(found, Columns)
    assert found.kept is found["kept"]
    with pytest.raises(AttributeError, match="there are kept, rule, value, limit"):
        _ = found.words


def test_functions_of_one_text_have_batch_forms():
    """Redaction, line rules, extraction and language: the column is what single calls give, one by one."""
    mails = ["Write to jo@example.org.", "Nobody.", ""]
    assert pii.redact.batch(mails).tolist() == [pii.redact(text) for text in mails]
    natural = pii.redact.batch(mails, style="natural")
    assert natural.tolist() == [pii.redact(text, style="natural") for text in mails]
    assert c4.clean_lines.batch(TEXTS).tolist() == [c4.clean_lines(text) for text in TEXTS]
    pages = [b"<p>One page about bread and butter.</p>", "<p>Another page, as a string.</p>", b""]
    assert extract.batch(np.array(pages, object)).tolist() == [extract(page) for page in pages]
    found = language.identify.batch(TEXTS)
    assert list(zip(found.language.tolist(), found.probability.tolist(), strict=True)) == list(
        map(language.identify, TEXTS)
    )


def test_scores_and_duplicates_take_columns_as_they_are():
    """Their batch form is the function itself, so that code over many functions needs no exceptions."""
    texts = [STORY * 3, "Login | Register | Add to cart", STORY * 3]
    for score in (quality.score, toxicity.score, webtext.score):
        assert score.batch is score
        assert np.array_equal(score(np.array(texts, object)), score(texts))
    assert near_duplicates.batch(np.array(texts)).tolist() == [0, 1, 0]


def test_addresses_and_pages_have_batch_forms_too():
    """Rule sets on what comes before the text."""
    found = url.quality.batch(np.array(["https://example.org/a", "http://example.org/Free-PORN/"]))
    assert found.kept.tolist() == [True, False] and found.rule.tolist() == ["", "hard_word"]
    pages = html.quality.batch([b"<p>short</p>", b"<p>" + b"long " * 200], min_html_bytes=100)
    assert pages.kept.tolist() == [False, True] and isnan(pages.value[1])


def test_batch_forms_pickle_by_name():
    """Workers of any tool can be sent them."""
    for function in (pii.redact.batch, extract.batch, language.identify.batch):
        assert pickle.loads(pickle.dumps(function)) is function
    assert pickle.loads(pickle.dumps(gopher.quality.batch)).__self__ == gopher.quality


def test_a_batch_of_one_costs_about_as_much_as_a_text():
    """Within two times, also where the text is next to nothing; the least of several tries, since others run too."""
    for text in ("Too short.", STORY * 40):
        calls = {"one": lambda text=text: gopher.quality(text), "batch": lambda text=text: gopher.quality.batch([text])}
        cost = dict.fromkeys(calls, 1e9)
        for _ in range(7):
            for name, call in calls.items():
                started = time.process_time()
                for _ in range(100):
                    call()
                cost[name] = min(cost[name], time.process_time() - started)
        assert cost["batch"] < 2 * cost["one"]


PUBLIC = ("filters.gopher", "filters.c4", "filters.fineweb", "filters.refinedweb", "filters.signals", "filters.url",
          "filters.html", "filters.pii", "filters.languages", "filters.consent", "classifiers.language",
          "classifiers.quality", "classifiers.toxicity", "classifiers.webtext", "classifiers.multilingual",
          "extract", "dedup", "warc", "contamination")  # fmt: skip


@pytest.mark.parametrize("name", PUBLIC)
def test_dir_shows_what_is_public(name):
    """What is listed exists, is not private, and a callable among it explains itself."""
    module = importlib.import_module(f"curate.{name}")
    assert dir(module) == sorted(module.__all__)
    shown = {each: getattr(module, each) for each in dir(module)}
    assert all(not each.startswith("_") and (not callable(value) or value.__doc__) for each, value in shown.items())


def test_help_lists_limits_and_sources():
    """`help(gopher.quality)` has each limit and source, of a copy its own limits; the class has its docstring."""
    said = pydoc.render_doc(gopher.quality.with_limits(min_words=7), renderer=pydoc.plaintext)
    assert "min_words 7: it is too short (Gopher (Rae et al. 2021), appendix A.1.1)" in said
    assert all(f"{rule.name} {rule.limit:g}" in said for rule in gopher.quality.rules[1:])
    assert all(dialect.source in said for dialect in gopher.quality.dialects if dialect.source)
    assert type(gopher.quality).__doc__.startswith("A published set of limits")
