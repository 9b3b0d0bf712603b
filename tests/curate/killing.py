"""A mix that dies on purpose; its own module, so that the processes it runs in load nothing else."""

import os
import signal
from collections import Counter

import curate.mixture.formats.jsonl  # noqa: F401
from curate.cluster import Workers
from curate.filters.difficulty import measure_all
from curate.mixture.mix import mix

measure_all(["Loads what is compiled, once for all processes that are forked from here."])


def killed_at(number: int, runs, out, wish, range_bytes: int) -> None:
    """Mix, and die by SIGKILL at the number-th file that is made durable."""
    real, calls = os.fsync, Counter()

    def fsync(handle: int) -> None:
        calls["all"] += 1
        if calls["all"] > number:
            os.kill(os.getpid(), signal.SIGKILL)
        real(handle)

    os.fsync = fsync
    mix(runs, out, wish, workers=Workers(1), range_bytes=range_bytes)
