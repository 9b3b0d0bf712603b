"""Says that numba compiles, to whoever shows progress: by an empty file that the environment names.

The environment, because most of the compiling is done in the child process of a worker, which inherits it.
"""

import os
from contextlib import suppress
from functools import cache
from pathlib import Path

WHERE = "CURATE_COMPILING"


@cache
def tell() -> None:
    """Leave the file, from now on, whenever this process compiles what this machine has not kept; imports numba."""
    from numba.core.event import Event, Listener, register

    class Telling(Listener):  # type: ignore[misc]
        def on_start(self, _: Event) -> None:
            with suppress(OSError, KeyError):
                Path(os.environ[WHERE]).touch()

        def on_end(self, _: Event) -> None:
            pass

    register("numba:compile", Telling())
