"""No text costs more than linear time: eight times a hostile text costs eight times the CPU time, near enough."""

import gc
import time

import pytest

from curate.filters import c4, fineweb, gopher, refinedweb, signals
from curate.filters.text_view import TextView

SETS = (gopher.repetition, gopher.quality, c4.quality, fineweb.quality, refinedweb.quality, signals.statistics)
SIZE = 100_000
HOSTILE = {
    "one line of prose": "the quick brown fox " * (SIZE // 20),
    "one endless word": "x" * SIZE,
    "one-letter words": "a " * (SIZE // 2),
    "repeated lines": "same line\n" * (SIZE // 10),
    "newlines": "\n" * SIZE,
    "opening brackets": "(" * SIZE,
    "dots": "." * SIZE,
    "dots and letters": ".a" * (SIZE // 2),
    "at signs": "a@b.c" * (SIZE // 5),
    "dotted hosts": "a.b-c." * (SIZE // 6),
    "hyphens": "-" * SIZE,
    "apostrophes": "'" * SIZE,
    "smileys": ":-)" * (SIZE // 3),
    "digits and units": "1km" * (SIZE // 3),
    "schemes": "http://" * (SIZE // 7),
    "citations": "[1] [edit] " * (SIZE // 11),
    "open citations": "[" * SIZE,
    "phrases": "uses cookies " * (SIZE // 13),
    "counters": "1,1.1,1 likes\n" * (SIZE // 14),
    "almost counters": "1" * SIZE + " like",
    "cart": "items in cart " * (SIZE // 14),
    "surrogates": "\ud800" * SIZE,
}


def cpu(text):
    """CPU seconds for all rule sets on one text, the better of two."""
    times = []
    for _ in range(2):
        start = time.process_time()
        view = TextView(text)
        for rules in SETS:
            rules.signals(view)
        times.append(time.process_time() - start)
    return min(times)


@pytest.fixture(scope="module", autouse=True)
def compiled():
    """Everything is compiled before a clock runs, and the collector does not look at what other tests have left."""
    cpu("Warm words. " * 10)
    gc.collect()
    gc.freeze()


@pytest.mark.parametrize("name", HOSTILE)
def test_eight_times_the_text_costs_little_more_than_eight_times_the_time(name):
    """Quadratic work would cost 64 times as much, at every try; a busy machine is slow at some of them."""
    small, large = HOSTILE[name], HOSTILE[name] * 8
    least = cpu(small)
    assert any(cpu(large) < 24 * (least + 0.005) for _ in range(4))
