"""What one worker takes through the stages at a time: a split of a large input, or many small inputs whole.

Each task costs about ten work files and their syncs, as much CPU time as ten pages. So small inputs are put together:
consecutive ones, in the order of their names, up to the size of a split. A task also ends before every name whose hash
says so, one in `MEAN_INPUTS`. So an input more or less, or of another size, changes the tasks near it and no others.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise
from typing import Any
from zlib import crc32

from curate.errors import CurateError, UsageError
from curate.inputs.input_file import Split, identified, identity
from curate.inputs.listing import Inputs
from curate.inputs.sources import is_small, plan

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


@dataclass(frozen=True, slots=True)
class Stretch:
    """A task by its place in the list of inputs: bytes or row groups [start, end) of one, or `count` inputs whole.

    `bytes` is about how much input that is.
    """

    first: int
    count: int = 1
    start: int = 0
    end: int | None = None
    bytes: int = 0

    def alone(self) -> list["Stretch"]:
        """The same inputs, each as a task of its own."""
        return [Stretch(self.first + place, bytes=self.bytes // self.count) for place in range(self.count)]


@dataclass(frozen=True, slots=True)
class Tasks:
    """All tasks of a run in order, each held as its place and made when it is asked for."""

    inputs: Inputs
    stretches: Sequence[Stretch]

    def task(self, stretch: Stretch) -> Task:
        """The task at a place."""
        inputs = self.inputs[stretch.first : stretch.first + stretch.count]
        return Task(tuple(Split(e, stretch.start, e.bytes if stretch.end is None else stretch.end) for e in inputs))

    def name(self, stretch: Stretch) -> str:
        """Return what the task at a place is called in a line."""
        each, more = self.inputs[stretch.first], stretch.count - 1
        name = f"{each.name} bytes {stretch.start}-{each.bytes if stretch.end is None else stretch.end}"
        return f"{name} and {more:,} more inputs" if more else name

    @property
    def splits(self) -> int:
        """Return how many splits there are in all of them."""
        return sum(stretch.count for stretch in self.stretches)

    def shared(self) -> list[int]:
        """The numbers of the inputs that several tasks read."""
        pairs = pairwise(self.stretches)
        return list(dict.fromkeys(first.first for first, second in pairs if first.first == second.first))


@dataclass(frozen=True, slots=True)
class Made:
    """The arguments of so many calls, each made when it is asked for: a million tasks are never here together."""

    count: int
    make: Callable[[int], tuple[Any, ...]]

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, index: int) -> tuple[Any, ...]:
        return self.make(range(self.count)[index])


def planned(inputs: Inputs, split_bytes: int) -> Tasks:
    """Cut and group the inputs of a run; raises as `curate.inputs.sources.plan`."""
    stretches: list[Stretch] = []
    first, before = -1, ""
    for task in grouped(plan(inputs, split_bytes), split_bytes):
        split, count = task.splits[0], len(task.splits)
        first += split.input.name != before
        whole = count > 1 or (split.start, split.end) == (0, split.input.bytes)
        size = sum(each.input.bytes for each in task.splits)
        stretches.append(Stretch(first, count, split.start, None if whole else split.end, size))
        first += count - 1
        before = task.splits[-1].input.name
    return Tasks(inputs, list(sized(stretches)))


def sized(stretches: Iterable[Stretch]) -> Iterator[Stretch]:
    """Divide the bytes of an input that several tasks read, as they divide its length.

    >>> [each.bytes for each in sized([Stretch(0, bytes=7), Stretch(1, 1, 0, 3, 80), Stretch(1, 1, 3, 4, 80)])]
    [7, 60, 20]
    """
    for _, together in groupby(stretches, key=lambda each: each.first):
        some = list(together)
        length = sum((each.end or 0) - each.start for each in some)
        for each in some:
            span = (each.end or 0) - each.start
            yield each if len(some) == 1 else replace(each, bytes=each.bytes * span // max(length, 1))


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
