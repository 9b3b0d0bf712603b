"""Rule sets as values: they pickle, print, compare, change by copy, and say no to what they do not know."""

import pickle
import subprocess
import sys

import pytest

from curate.filters import c4, fineweb, gopher, refinedweb
from curate.filters.text_view import TextView
from curate.filters.verdict import Rule, Verdict, judge

TEXT = "The mill stood at the bend of the river, and farmers would come with their grain. " * 2


def test_a_kept_verdict_is_true_and_a_dropped_one_false():
    """The truth of a verdict is whether the text is kept, so an assert on it cannot pass by accident."""
    assert Verdict()
    assert not Verdict("min_words", 3, 50)


def test_verdicts_survive_pickling_equal():
    """A kept verdict, whose numbers are NaN, still equals itself after a trip to another process."""
    for verdict in (Verdict(), Verdict("max_words", 3, 2)):
        assert pickle.loads(pickle.dumps(verdict)) == verdict


def test_a_rule_without_its_signal_is_a_bug_and_loud():
    """A rule that names a signal nobody measured raises instead of never firing."""
    with pytest.raises(KeyError, match="wrods"):
        judge({"words": 3}, [Rule("wrods", "min", 50)])


def test_rule_sets_pickle_compare_and_hash_by_value():
    """A copy from another process is the same value."""
    for rules in (gopher.quality, gopher.repetition, c4.quality, c4.clean_lines, refinedweb.clean_lines):
        copy = pickle.loads(pickle.dumps(rules))
        assert copy == rules
        assert hash(copy) == hash(rules)
        assert repr(copy) == repr(rules)


def test_repr_names_dialect_and_every_limit():
    """A recipe's fingerprint changes with any limit, since the repr holds them all."""
    changed = fineweb.quality.with_limits(max_short_line_fraction=0.5)
    assert repr(changed) == (
        "fineweb.quality(dialect='datatrove', min_lines=1, min_terminal_line_fraction=0.12, "
        "max_short_line_fraction=0.5, max_duplicate_line_char_fraction=0.01, max_newline_to_word_ratio=0.3)"
    )


def test_limits_are_changed_in_a_copy():
    """with_limits leaves the original alone, and setting a limit to its default gives the original back."""
    looser = gopher.quality.with_limits(min_words=3)
    assert looser(TEXT)
    assert gopher.quality(TEXT) == Verdict("min_words", 32.0, 50)
    assert looser.with_limits(min_words=50) == gopher.quality


def test_a_limit_of_none_never_fires():
    """None takes a limit away, whichever side it bounds."""
    assert gopher.quality(TEXT, min_words=None)
    assert gopher.quality(TEXT, min_words=None, max_mean_word_length=1).rule == "max_mean_word_length"
    assert gopher.quality(TEXT, min_words=None, max_mean_word_length=None)


def test_unknown_limits_and_dialects_are_refused_with_the_choices():
    """A misspelt keyword is an error that lists what there is."""
    with pytest.raises(TypeError, match=r"no limit 'min_wrods'; did you mean 'min_words'\? choose from min_words"):
        gopher.quality(TEXT, min_wrods=3)
    with pytest.raises(TypeError, match=r"no dialect 'gopher'; choose from datatrove, dolma, dclm"):
        gopher.quality(TEXT, dialect="gopher")
    with pytest.raises(TypeError, match=r"no dialect 'nope'; choose from datatrove, fineweb, measured, tfds"):
        c4.clean_lines(TEXT, dialect="nope")
    with pytest.raises(TypeError, match="min_mean_word_length"):
        gopher.quality.with_limits(min_mean_word_length=2).with_dialect("dolma")


def test_bytes_are_refused_not_guessed_at():
    """Decoding is the caller's to decide."""
    with pytest.raises(TypeError, match="decode bytes first"):
        gopher.quality(b"some words")


def test_stored_signals_give_the_same_verdict_under_other_limits():
    """Judging stored signals by new limits is the same as measuring again under them."""
    stored = gopher.quality.signals(TEXT)
    for limit in (10, 32, 33, 90):
        rules = gopher.quality.with_limits(min_words=limit)
        assert rules.judge(stored) == rules(TEXT)


def test_a_view_gives_what_its_text_gives():
    """Sharing a view changes nothing but the time taken."""
    view = TextView(TEXT)
    for rules in (gopher.quality, gopher.repetition, c4.quality, fineweb.quality):
        assert rules.signals(view) == rules.signals(TEXT)
    assert c4.clean_lines(view) == c4.clean_lines(TEXT)


def test_c4_is_judged_on_what_its_edit_leaves():
    """quality takes the raw text, and counts the sentences of clean_lines of it."""
    text = "Home | About\nOne is here. Two is here.\nThree is here! Four is here? Five is here.\n[12] Menu"
    assert c4.clean_lines(text) == "One is here. Two is here.\nThree is here! Four is here? Five is here."
    assert c4.quality.signals(text)["sentences"] == 5
    assert c4.quality(text)
    assert not c4.quality(text.replace("Five is here.", "Five is here"))


def test_fineweb_dialect_of_c4_keeps_lines_without_an_end_mark():
    """The dialect is datatrove's setting without the end-mark rule; short lines still go."""
    text = "A heading without a mark\nTwo words\nA line with one."
    assert c4.clean_lines(text, dialect="fineweb") == "A heading without a mark\nA line with one."
    assert c4.clean_lines(text) == "A line with one."


def test_importing_the_rule_sets_does_not_import_numba():
    """Import stays cheap: compiled code is loaded by the first call."""
    code = (
        "import sys; from curate.filters import gopher, c4, fineweb, refinedweb, signals; print('numba' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
