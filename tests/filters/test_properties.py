"""What holds for every rule set on every string, however odd."""

import math
import pickle

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from curate.filters import c4, fineweb, gopher, refinedweb, signals
from curate.filters.text_view import TextView

SETS = [
    rules.with_dialect(dialect.name)
    for rules in (
        gopher.quality,
        gopher.repetition,
        c4.quality,
        c4.paragraphs,
        fineweb.quality,
        refinedweb.quality,
        signals.statistics,
    )
    for dialect in rules.dialects
]
IDS = [f"{rules.name}-{rules.dialect}" for rules in SETS]
EDITS = [c4.clean_lines, refinedweb.clean_lines]
# Overlapping copies of one n-gram count in full, and dolma divides line characters by those outside white space.
MAY_PASS_ONE = ("top_", "duplicate_line_char_fraction")

odd = st.sampled_from("\0 \ud800 \udfff \u200b \ufeff \u2028 \x1c \x85 ﷽ 👩‍👩‍👧 … ... 。 {".split(" "))
strings = (
    st.text(max_size=200)
    | st.text(st.characters(categories=("Cs", "Cc", "Zs", "Zl", "Zp", "Po")), max_size=50)
    | st.lists(odd | st.sampled_from(["word", ".", "\n", " ", "Don't", "[1]"]), max_size=60).map("".join)
)


def strange(test):
    """The strings that broke other people's filters, always tried."""
    for text in ("", " ", "\n", "\n\n\n", "\0", "\ud800", "a", ".", "word " * 60, "....", "\u3000", "a\n" * 60, "''"):
        test = example(text)(test)
    return test


@pytest.mark.parametrize("rules", SETS, ids=IDS)
@settings(max_examples=60)
@given(text=strings)
@strange
def test_signals_are_total_finite_and_fractions_are_fractions(rules, text):
    """Any string is measured; every number is finite and not negative, and what is called a fraction is one."""
    found = rules.signals(text)
    assert found.keys() == rules.signals("").keys()
    for name, value in found.items():
        assert isinstance(value, float), name
        assert math.isfinite(value), name
        assert value >= 0, name
        if name.endswith("_fraction") and not name.startswith(MAY_PASS_ONE):
            assert value <= 1 + 1e-12, name


@pytest.mark.parametrize("rules", SETS, ids=IDS)
@settings(max_examples=40)
@given(text=strings)
@strange
def test_a_verdict_is_past_its_limit_and_no_earlier_rule_is(rules, text):
    """The value of a verdict is the signal it names and is past the limit; a kept text is past none."""
    found, verdict = rules.signals(text), rules(text)
    for rule in rules.rules:
        value = found[rule.signal]
        past = value < rule.limit if rule.bound == "min" else value > rule.limit
        if past:
            assert (verdict.rule, verdict.value, verdict.limit) == (rule.name, value, rule.limit)
            return
    assert verdict


@pytest.mark.parametrize("rules", SETS, ids=IDS)
@settings(max_examples=15)
@given(texts=st.lists(strings, max_size=5))
def test_verdicts_are_the_same_alone_in_a_batch_and_from_stored_signals(rules, texts):
    """No text's verdict depends on the texts before it, on sharing a view, or on when it is judged."""
    alone = [rules(text) for text in texts]
    views = [TextView(text) for text in reversed(texts)]
    shared = [[other.signals(view) for other in SETS] and rules(view) for view in views]
    stored = pickle.loads(pickle.dumps([rules.signals(text) for text in texts]))
    assert alone == shared[::-1] == [rules.judge(found) for found in stored]


@pytest.mark.parametrize("edit", EDITS, ids=["c4", "refinedweb"])
@settings(max_examples=60)
@given(text=strings)
@strange
def test_edits_only_take_away(edit, text):
    """An edited text has no more characters than the text, and no more than it had lines."""
    for dialect in edit.dialects:
        edited = edit(text, dialect=dialect.name)
        assert len(edited) <= len(text)
        assert len(edited.split("\n")) <= max(len(text.splitlines()), 1)
        assert edited == edited.strip()
