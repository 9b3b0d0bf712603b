"""Turns a budget of CPU time into bytes, draws and steps, and says beforehand what they cost."""

import re
from collections.abc import Sequence

from curate.errors import UsageError
from curate.prove.prove import Settings
from curate.prove.texts import Corpus
from curate.prove.transformer import BATCH, CONTEXT, HELD_OUT_CHARS, RATES

SECONDS_PER_NGRAM_MB = 0.15  # CPU seconds to train on a megabyte, or to score one; .05 to .12 in bench/prove.py
SECONDS_PER_STEP = 0.05  # CPU seconds of a training step on one core; .047 was measured
NGRAM_SHARE = 0.25  # of a budget, at most
MAX_NGRAM_DRAWS, MIN_DRAWS, MAX_DRAWS = 40, 4, 6
MIN_STEPS, GOOD_STEPS, MAX_STEPS = 50, 300, 10_000
MAX_BYTES, USUAL_BYTES = 8e6, 200_000.0


def seconds_of(budget: str) -> float:
    """A budget in seconds.

    >>> seconds_of("30m"), seconds_of("1.5h"), seconds_of("90s")
    (1800.0, 5400.0, 90.0)
    """
    found = re.fullmatch(r"(\d+(?:\.\d+)?)([smh])", budget.strip())
    if found is None or not float(found[1]):
        raise UsageError(f"--budget {budget!r} is no time: say 90s, 30m or 2h")
    return float(found[1]) * {"s": 1, "m": 60, "h": 3600}[found[2]]


def settings_for(seconds: float, arms: Sequence[Corpus], sets: Sequence[Corpus], *, transformers: bool) -> Settings:
    """As many draws, bytes and steps as a budget allows: at most a quarter for n-grams, the rest for transformers.

    Draws come before steps, once a model has enough of these to have learned some order of words. All depends on the
    budget and the corpora alone, never on how fast the machine is: so a proof can be repeated.
    """
    share = seconds * NGRAM_SHARE if transformers else seconds
    largest = min(MAX_BYTES, *(float(arm.sizes.sum()) / 2 for arm in arms))
    size = largest
    while size > USUAL_BYTES and _ngram_seconds(size, 12, arms, sets) > share:
        size *= 0.9
    draws = int(share / _ngram_seconds(size, 1, arms, sets))
    settings = Settings(int(size), max(4, min(MAX_NGRAM_DRAWS, draws)), 0, MAX_DRAWS)
    if not transformers:
        return settings
    left = seconds - _ngram_seconds(size, settings.draws, arms, sets)
    models, scoring = models_of_a_draw(arms), steps_to_score(sets)
    wanted = left / (models * (GOOD_STEPS + scoring) * SECONDS_PER_STEP)
    draws = int(max(MIN_DRAWS, min(MAX_DRAWS, wanted)))
    steps = int(left / (models * draws * SECONDS_PER_STEP) - scoring)
    return Settings(settings.max_bytes, settings.draws, max(MIN_STEPS, min(MAX_STEPS, steps)), draws)


def _ngram_seconds(size: float, draws: int, arms: Sequence[Corpus], sets: Sequence[Corpus]) -> float:
    """CPU seconds of n-gram models of halves of a size."""
    scored = sum(int(each.sizes.sum()) for each in sets)
    return draws * 2 * len(arms) * SECONDS_PER_NGRAM_MB * (size + scored) / 1e6


def models_of_a_draw(arms: Sequence[Corpus]) -> int:
    """How many transformers a draw trains: one for each half of each arm and each learning rate."""
    return 2 * len(arms) * len(RATES)


def steps_to_score(sets: Sequence[Corpus]) -> float:
    """The training steps that cost as much as three readings of held-out texts, by about four characters a token."""
    return sum(min(len(text), HELD_OUT_CHARS) for each in sets for text in each.texts) / (4 * BATCH * CONTEXT)


def plan(settings: Settings, arms: Sequence[Corpus], sets: Sequence[Corpus]) -> str:
    """What will be done and about what it costs on this machine, in words."""
    seconds = _ngram_seconds(settings.max_bytes, settings.draws, arms, sets)
    said = f"{settings.draws} draws of {2 * len(arms)} halves of at most {settings.max_bytes:,} bytes for n-grams; "
    if not settings.steps:
        said += "no transformers (pip install 'webcurate[prove]' brings PyTorch): without them nothing can be shown"
        return f"{said}; about {seconds / 60:.1f} CPU minutes"
    from curate.prove.transformer import seconds_per_step

    models = settings.transformer_draws * models_of_a_draw(arms)
    seconds += models * (settings.steps + steps_to_score(sets)) * seconds_per_step()
    return (
        f"{said}{models} transformers of {settings.steps} steps; about {seconds / 60:.1f} CPU minutes on this machine"
    )
