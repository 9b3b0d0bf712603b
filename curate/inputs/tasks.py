"""What one worker takes through the stages at a time: a split of a large input, or many small inputs whole.

Each task costs about ten work files and their syncs, as much CPU time as ten pages. So small inputs are put together:
consecutive ones, in the order of their names, up to the size of a split. A task also ends before every name whose hash
says so, one in `MEAN_INPUTS`. So an input more or less, or of another size, changes the tasks near it and no others.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from zlib import crc32

from curate.errors import CurateError, UsageError
from curate.inputs.input_file import Split, identified, identity
from curate.inputs.sources import is_small

MEAN_INPUTS = 256
MAX_INPUTS = 1024


@dataclass(frozen=True, slots=True)
class Task:
    """Splits whose rows go into one set of work files: one, or small inputs whole, in the order of the inputs."""

    splits: tuple[Split, ...]

    @property
    def names(self) -> list[str]:
        """Return what each split is called where it has to be named to a person."""
        return [f"{each.input.name} bytes {each.start}-{each.end}" for each in self.splits]

    @property
    def name(self) -> str:
        """Return what the task is called in a line."""
        more = len(self.splits) - 1
        return f"{self.names[0]} and {more:,} more inputs" if more else self.names[0]

    def alone(self) -> list["Task"]:
        """The same splits, each as a task of its own."""
        return [Task((split,)) for split in self.splits]


def grouped(splits: Iterable[Split], split_bytes: int) -> Iterator[Task]:
    """Put splits together to tasks, in order; which ones depends on nothing but their names and sizes."""
    held: list[Split] = []
    size = 0
    for split in splits:
        small, more = is_small(split, split_bytes), split.input.bytes
        full = size + more > split_bytes or len(held) == MAX_INPUTS
        if held and (not small or full or crc32(split.input.name.encode()) % MEAN_INPUTS == 0):
            yield Task(tuple(held))
            held, size = [], 0
        if small:
            held.append(split)
            size += more
        else:
            yield Task((split,))
    if held:
        yield Task(tuple(held))


def sizes_of(tasks: Sequence[Task]) -> list[int]:
    """About how many bytes of input each task is: of an input that several share, as their splits share its length."""
    lengths: Counter[str] = Counter()
    for task in tasks:
        lengths.update({each.input.name: each.end - each.start for each in task.splits})
    return [
        sum(each.input.bytes * (each.end - each.start) // max(lengths[each.input.name], 1) for each in task.splits)
        for task in tasks
    ]


def known(task: Task) -> tuple[Task, dict[int, str]]:
    """The task with the digest of each local input, and without those that cannot be read: why, by their place in it.

    Raises UsageError when none can be read.
    """
    found: list[Split] = []
    unread: dict[int, str] = {}
    for place, split in enumerate(task.splits):
        try:
            found.append(replace(split, input=identified(split.input)))
        except CurateError as error:
            if len(task.splits) == 1:
                raise
            unread[place] = str(error)
    if not found:
        raise UsageError(unread[0])
    return Task(tuple(found)), unread


def identity_of(task: Task) -> list[object]:
    """Return what the work on a task depends on: of each split the input's name and bytes, and the range."""
    return [[each.input.name, identity(each.input), each.start, each.end] for each in task.splits]
