"""Real-looking texts on both sides of every rule, with where the expectation comes from."""

import json
from pathlib import Path

import pytest

from curate.filters import c4, fineweb, gopher, refinedweb, signals
from curate.filters.rule_set import RuleSet

CASES = Path(__file__).parent / "cases"
RULE_SETS: dict[str, RuleSet] = {
    rules.name: rules
    for rules in (
        gopher.quality,
        gopher.repetition,
        c4.quality,
        c4.paragraphs,
        fineweb.quality,
        refinedweb.quality,
        signals.statistics,
    )
}


def load(name):
    return json.loads((CASES / f"{name.replace('.', '_')}.json").read_text(encoding="utf-8"))


def text_of(part):
    return part if isinstance(part, str) else part["text"] * part["repeat"]


ALL = [(name, case) for name in RULE_SETS for case in load(name)]


@pytest.mark.parametrize(("name", "case"), ALL, ids=[f"{n}-{c.get('dialect', 'default')}-{c['rule']}" for n, c in ALL])
def test_each_rule_keeps_and_drops_what_its_source_says(name, case):
    """A rule's kept text passes the whole set, and its dropped text falls to that rule and no earlier one."""
    rules = RULE_SETS[name]
    if "dialect" in case:
        rules = rules.with_dialect(case["dialect"])
    kept, dropped = rules(text_of(case["kept"])), rules(text_of(case["dropped"]))
    assert kept, case["source"]
    assert dropped.rule == case["rule"], case["source"]


@pytest.mark.parametrize("name", RULE_SETS)
def test_every_rule_has_a_case(name):
    """No rule of any dialect is without a kept and a dropped example."""
    rules = RULE_SETS[name]
    named = {case["rule"] for case in load(name)}
    assert {rule.name for dialect in rules.dialects for rule in dialect.rules} == named


def test_a_dropped_text_passes_once_its_limit_is_taken_away():
    """The verdict names the limit that decides: without it the text gets past that rule."""
    for name, case in ALL:
        if "dialect" in case:
            continue
        verdict = RULE_SETS[name](text_of(case["dropped"]), **{case["rule"]: None})
        assert verdict.rule != case["rule"]


DISAGREEMENTS = json.loads((CASES / "known_disagreements.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", DISAGREEMENTS, ids=[case["about"] for case in DISAGREEMENTS])
@pytest.mark.xfail(strict=True, reason="known disagreement with the source; see the case")
def test_known_disagreements(case):
    """Where a rule set differs from its source on purpose or for want of better; fixing one breaks this test."""
    rules = RULE_SETS[case["rules"]].with_dialect(case["dialect"])
    signals_found = rules.signals(case["text"])
    assert signals_found[case["signal"]] == pytest.approx(case["expected"])
