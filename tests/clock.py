"""A limit on CPU time that a slow or a busy machine does not fail, and that quadratic work still does."""

import time
from collections.abc import Callable

TRIES = 4
WORK = 200_000
QUICK = 0.008  # CPU seconds of `_work` on a machine that is quick and has nothing else to do


def _work() -> None:
    total = 0
    for number in range(WORK):
        total += number & 7


def cpu_seconds(call: Callable[[], object]) -> float:
    """CPU seconds of a call, of this process."""
    began = time.process_time()
    call()
    return time.process_time() - began


def takes_at_most(seconds: float, call: Callable[[], object]) -> bool:
    """Whether a call takes at most so many CPU seconds of a quick machine, in one of a few tries.

    Only a call that has taken longer is tried again, and then against a piece of work that is measured beside it:
    three other processes on two cores make both of them slower.
    """
    for _ in range(TRIES):
        spent = cpu_seconds(call)
        if spent <= seconds or spent <= seconds * cpu_seconds(_work) / QUICK:
            return True
    return False
