"""A barrier that kills the process it is in, twice: for tests of what happens to the work of a killed worker."""

import os
import signal
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from curate.matches import Load, Matches
from curate.stages import NearDuplicates


@dataclass(frozen=True)
class DeadlyNear(NearDuplicates):
    """Near-duplicates; each step it takes part in costs one process its life, once."""

    folder: str = ""

    @property
    def cells(self) -> int:
        """Asked for by those who scatter; the process that planned the work survives."""
        if os.environ.get("RAY_JOB_ID"):
            self._die_once("cells")
        return self.settings.bands

    def resolve(self, keys: np.ndarray, ranks: np.ndarray, load: Load, first_new_rank: int) -> Matches:
        """Asked for by those who compare."""
        self._die_once("resolve")
        return super().resolve(keys, ranks, load, first_new_rank)

    def _die_once(self, step: str) -> None:
        mark = Path(self.folder) / f"died-{step}"
        try:
            mark.touch(exist_ok=False)
        except FileExistsError:
            return
        os.kill(os.getpid(), signal.SIGKILL)
