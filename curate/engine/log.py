"""Keeps a log in the output folder: a line of JSON for the beginning and the end of each run, and for each task.

It holds clocks, and a run that is resumed goes on in it. So it belongs to no digest: neither the manifest nor
`checksums.json` names it. A log that has become long is set aside when the next run begins, and the one set aside
before is dropped.
"""

import json
import os
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from curate.engine.progress import Progress
from curate.folder import LOG, OLD_LOG

MAX_BYTES = 64 << 20


class Log:
    """The log of a run; a line that cannot be written is left out, and the run goes on."""

    def __init__(self, out: Path, **begun: Any) -> None:
        self._path = out / LOG
        with suppress(OSError):
            if self._path.stat().st_size > MAX_BYTES:
                self._path.replace(out / OLD_LOG)
        self._phase, self._since = "", time.time()
        self._write(event="begin", **begun)

    def note(self, step: Progress) -> None:
        """Write a line for the task that has ended, or for a step that all documents went through."""
        if step.ended is not None:
            each = step.ended
            how = {"lost": each.lost} if each.lost else {"pages": each.pages, "kept": each.kept}
            took = {"began": _said(each.began), "ended": _said(each.ended), "seconds": round(each.seconds, 3)}
            took = {"reused": True} if each.reused else {} if each.lost else took
            self._write(event="task", phase=step.phase, task=each.task, **how, **took)
        elif step.step != self._phase:
            if self._phase:
                self._write(event="step", step=self._phase, began=_said(self._since), ended=_said(time.time()))
            self._phase, self._since = step.step, time.time()

    def end(self, **how: Any) -> None:
        """Write the last line of a run."""
        self._write(event="end", **how)

    def _write(self, **line: Any) -> None:
        """Append a line in one piece; one that a kill or a full disk has cut off before is ended first."""
        said = json.dumps({"at": _said(time.time()), **line}, ensure_ascii=True) + "\n"
        with suppress(OSError), self._path.open("ab+") as file:
            if file.tell():
                file.seek(-1, os.SEEK_END)
                said = said if file.read(1) == b"\n" else f"\n{said}"
            file.write(said.encode())


def _said(seconds: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))
