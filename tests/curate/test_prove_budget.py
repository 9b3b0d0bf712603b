"""What `curate prove` does with a budget: bytes, draws and steps that fit into it, and no clock."""

import pytest

from curate.errors import UsageError
from curate.prove import budget
from curate.prove.budget import plan, seconds_of, settings_for, steps_to_score
from curate.prove.texts import Corpus, corpus
from curate.prove.transformer import BATCH, CONTEXT


def made(name: str, count: int, chars: int = 1000) -> Corpus:
    """A corpus of texts of a length, each of a site of its own."""
    return corpus(name, [(f"{n} ".ljust(chars, "x"), f"https://s{n}.org/") for n in range(count)])


def cost(seconds: float, arms: int, texts: int, held: int) -> float:
    """CPU seconds of what a budget buys, by hand."""
    corpora, sets = [made(f"a{n}", texts) for n in range(arms)], [made("held", held)]
    settings = settings_for(seconds, corpora, sets, transformers=True)
    ngrams = settings.draws * 2 * arms * (settings.max_bytes + held * 1000) / 1e6 * budget.SECONDS_PER_NGRAM_MB
    models = settings.transformer_draws * 2 * arms * 2
    scoring = held * 400 / 4 / (BATCH * CONTEXT)
    return ngrams + models * (settings.steps + scoring) * budget.SECONDS_PER_STEP


@pytest.mark.parametrize(("seconds", "arms", "texts", "held"), [
    (1800, 2, 300, 100), (1800, 3, 3000, 300), (600, 4, 1000, 40), (7200, 6, 20_000, 300), (300, 2, 300, 40),
])  # fmt: skip
def test_a_budget_is_kept_and_spent(seconds: float, arms: int, texts: int, held: int) -> None:
    """What is done costs what was allowed, by the seconds that a model is taken to cost, and hardly less."""
    assert 0.9 * seconds < cost(seconds, arms, texts, held) <= seconds


def test_draws_come_before_steps() -> None:
    """Little time buys the fewest draws of the shortest models, more time draws, and then steps; a copy is the same."""
    arms, sets = [made("a", 900), made("b", 900)], [made("held", 100)]
    found = [settings_for(seconds, arms, sets, transformers=True) for seconds in (5, 900, 1800, 7200)]
    assert [each.transformer_draws for each in found] == [budget.MIN_DRAWS, 6, budget.MAX_DRAWS, budget.MAX_DRAWS]
    assert found[0].steps == budget.MIN_STEPS < found[1].steps < found[2].steps < found[3].steps
    assert settings_for(900, arms, sets, transformers=True) == found[1]
    alone = settings_for(60, arms, sets, transformers=False)
    assert (alone.steps, alone.draws) == (0, 40)
    assert steps_to_score(sets) == pytest.approx(100 * 400 / 4 / (BATCH * CONTEXT))
    assert "40 draws of 4 halves of at most 450,000 bytes" in plan(alone, arms, sets)


@pytest.mark.parametrize("said", ["soon", "0s", "-3m", "30", "3d"])
def test_no_budget(said: str) -> None:
    """A budget is a number of seconds, minutes or hours."""
    with pytest.raises(UsageError, match="is no time"):
        seconds_of(said)
