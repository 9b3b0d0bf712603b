"""How long a server is waited for: limits from the environment, pauses between tries, and what a server asks for."""

import os
import random
import time
from dataclasses import dataclass, replace
from email.utils import parsedate_to_datetime

from curate.errors import UsageError


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a server is waited for, in seconds; `tries` counts requests in a row that bring hardly a byte.

    `min_rate` is the bytes per second below which a transfer that has lasted longer than `stall` counts as stalled, so
    that a server sending a byte now and then holds nobody up.
    """

    tries: int = 8
    delay: float = 0.5
    max_delay: float = 30.0
    max_retry_after: float = 120.0
    connect: float = 10.0
    stall: float = 30.0
    min_rate: float = 16_384.0


def patience() -> Patience:
    """The waiting that the environment asks for: CURATE_HTTP_TRIES, CURATE_HTTP_TIMEOUT and CURATE_HTTP_DELAY.

    Raises UsageError when one of them is no positive number.
    """
    usual = Patience()
    tries = _positive("CURATE_HTTP_TRIES", usual.tries)
    stall = _positive("CURATE_HTTP_TIMEOUT", usual.stall)
    delay = _positive("CURATE_HTTP_DELAY", usual.delay)
    return replace(usual, tries=max(1, int(tries)), stall=stall, connect=min(stall, usual.connect), delay=delay)


def _positive(name: str, usual: float) -> float:
    value = os.environ.get(name, "")
    try:
        number = float(value) if value else usual
    except ValueError:
        number = 0.0
    if not 0 < number < 1e6:
        message = f"{name} has to be a positive number, not {value!r}"
        raise UsageError(message)
    return number


def pause(failed: int, asked: float, wait: Patience) -> float:
    """Seconds until the next try: doubling, with jitter so that workers do not come back together."""
    own = min(wait.max_delay, wait.delay * 2 ** (failed - 1))
    return min(asked, wait.max_retry_after) + own * random.uniform(0.5, 1.0)  # noqa: S311 (no secret)


def retry_after(value: str) -> float:
    """Seconds a server asks to wait, given as a number or as a date; 0 when it does not."""
    value = value.strip()
    if value.isdigit() and len(value) < 10:
        return float(value)
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - time.time())
    except (ValueError, TypeError, OverflowError):
        return 0.0
