"""Every dialect against a slow second writing of the same published definition, on generated texts."""

import re
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curate.filters import c4, characters, fineweb, gopher, signals
from curate.filters.text_view import TextView
from tests.filters import reference

WORDS = st.sampled_from(
    "the be to and Of a Cat dog sees 42 1,000 3.14 don't it's U.S. Mr. #tag # … ... . . . - * • ● — , . ! ? e-mail {x} "
    "[1] [edit] javascript lorem ipsum uses cookies privacy policy http://a.org/b-c wörter слова 世界 ภาษา 12 likes"
    "".split()
)
BREAKS = st.sampled_from([*"    \t\x0b\u2028\u00a0", "  ", "\n", "\n\n", "\n\n\n", " \n", "\r\n"])
TEXTS = st.lists(st.tuples(WORDS, BREAKS), max_size=60).map(lambda parts: "".join(w + b for w, b in parts))
REPETITIVE = st.lists(st.sampled_from(["a", "b", "ab", "c", "\n", "\n\n"]), max_size=80).map(" ".join)
ANY = TEXTS | REPETITIVE | st.text(max_size=80)


def close(found, expected):
    return found == pytest.approx(expected, abs=1e-12)


@settings(max_examples=150)
@given(ANY)
def test_gopher_as_dolma(text):
    """Signals of the dolma dialect are those of its tagger."""
    assert close(gopher.quality.with_dialect("dolma").signals(text), reference.dolma_quality(text))
    assert close(gopher.repetition.with_dialect("dolma").signals(text), reference.dolma_repetition(text))


@settings(max_examples=150)
@given(ANY)
def test_gopher_as_dclm(text):
    """Signals of the dclm dialect are those of its filters, given the same words for the n-grams."""
    words = TextView(text).unicode_words.of(text)
    assert close(gopher.quality.with_dialect("dclm").signals(text), reference.dclm_quality(text))
    assert close(gopher.repetition.with_dialect("dclm").signals(text), reference.dclm_repetition(text, words))


@settings(max_examples=150)
@given(ANY)
def test_repetition_and_fineweb_as_datatrove(text):
    """Signals of the default dialects are those of datatrove's filters, given the same words."""
    words = TextView(text).words.of(text)
    marks = {chr(code) for code in characters.members(characters.ENDS)}
    assert close(gopher.repetition.signals(text), reference.datatrove_repetition(text, words))
    assert close(fineweb.quality.signals(text), reference.fineweb(text, words, marks))


@settings(max_examples=150)
@given(ANY)
@pytest.mark.parametrize(
    ("dialect", "settings_of"),
    [
        ("datatrove", {"end_marks": (".", "?", "!", '"', "'"), "min_words": 3, "after_citations": False}),
        ("fineweb", {"end_marks": (), "min_words": 3, "after_citations": False}),
        ("tfds", {"end_marks": (".", "?", "!", '"'), "min_words": 5, "after_citations": True}),
    ],
)
def test_c4_lines(dialect, settings_of, text):
    """clean_lines keeps the lines its source keeps, and the page rules count the lines its source drops a page for."""
    expected, lorem, curly = reference.c4_lines(text, **settings_of)
    found = c4.quality.with_dialect(dialect).signals(text)
    assert c4.clean_lines(text, dialect=dialect) == expected
    assert (found["lorem_ipsum_lines"], found["curly_bracket_lines"]) == (lorem, curly)


@settings(max_examples=100)
@given(TEXTS)
def test_views_carry_words_over_to_the_lines_that_stay(text):
    """The view of an edited text finds the words it would have found by cutting the text anew."""
    page = c4.clean_lines.view(text, dialect="fineweb")
    fresh = TextView(page.text)
    assert page.words.of(page.text) == fresh.words.of(page.text)
    assert page.words.hashes.tolist() == fresh.words.hashes.tolist()
    assert page.words.kinds.tolist() == fresh.words.kinds.tolist()


@settings(max_examples=150)
@given(ANY)
def test_lines_and_words_as_python_cuts_them(text):
    """Lines are those of split and splitlines, raw words those of split, paragraphs those of re.split."""
    view = TextView(text)
    assert view.lines.of(text) == text.split("\n")
    assert view.bare_lines.of(text) == [line.strip() for line in text.splitlines()]
    assert view.raw_words.of(text) == text.split()
    assert view.filled_paragraphs.of(text) == [p.strip() for p in re.split(r"\n{2,}", text) if p.strip()]


@settings(max_examples=100)
@given(st.text(st.characters(max_codepoint=0x17F), max_size=80))
def test_statistics(text):
    """Character and word statistics are what Python's own string methods count."""
    found, lower = signals.statistics.signals(text), TextView(text.lower())
    words, raw, size = lower.unicode_words.of(text.lower()), text.split(), max(len(text), 1)
    assert found["digit_char_fraction"] == sum(c.isdigit() for c in text) / size
    assert found["whitespace_char_fraction"] == sum(c.isspace() for c in text) / size
    assert found["symbol_char_fraction"] == pytest.approx(sum(not (c.isalnum() or c.isspace()) for c in text) / size)
    assert found["all_caps_word_fraction"] == sum(word.isupper() for word in raw) / max(len(raw), 1)
    assert found["unique_word_fraction"] == len(set(words)) / max(len(words), 1)
    assert found["unigram_entropy"] == pytest.approx(reference.entropy(words), abs=1e-12)


def test_unicode_words():
    """Apostrophes and decimal points hold a word together, other marks do not; unspaced scripts go letter by letter."""
    text = "Don't pay $3.14, café-owner: the_end 1,000 世界 naïvé x."
    found = TextView(text).unicode_words.of(text)
    assert found == ["Don't", "pay", "3.14", "café", "owner", "the_end", "1,000", "世", "界", "naïvé", "x"]


def test_character_classes_follow_python():
    """The class table says what str.isalpha and its like say, for every code point it covers."""
    table = characters.classes()
    flags = {characters.LETTER: str.isalpha, characters.SPACE: str.isspace, characters.ALNUM: str.isalnum}
    for flag, test in flags.items():
        assert all(bool(table[code] & flag) == test(chr(code)) for code in range(characters.LIMIT))
    beyond = range(characters.LIMIT, sys.maxunicode + 1)
    assert not any(chr(code).isspace() or chr(code).isalpha() for code in beyond)
