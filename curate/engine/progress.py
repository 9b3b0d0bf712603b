"""What a run tells about how far it is: one kind of event, which the display shows and the log keeps."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Ended:
    """A task that has ended: its name, seconds since 1970, CPU seconds, pages met and left, why it was lost if it was.

    One whose work was there already is `reused`.
    """

    task: str
    began: float = 0.0
    ended: float = 0.0
    seconds: float = 0.0
    pages: int = 0
    kept: int = 0
    reused: bool = False
    lost: str = ""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a phase is: units done of all, and of those the ones reused, in bytes of input where `work` is named.

    `pages` have entered it and `alive` of those are not dropped. `step` is what is under way in it. In `work` processes
    say how far they are with what is not done, under the name `key` (`curate.pulse`). `ended` is the task that has just
    ended, if one has.
    """

    phase: str
    done: float
    of: float
    pages: int = 0
    alive: int = 0
    reused: float = 0
    step: str = ""
    work: Path | None = None
    key: str = ""
    ended: Ended | None = None


Show = Callable[[Progress], None]


def both(first: Show, second: Show) -> Show:
    """Tell two of everything, in this order."""

    def show(step: Progress) -> None:
        first(step)
        second(step)

    return show
