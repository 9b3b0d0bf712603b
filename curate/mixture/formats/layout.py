"""What formats share: names for folders, the streams of a phase and their shares, pieces of files, steps."""

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import accumulate

from curate.mixture.laid_out import Document, Mixture, Part, Phase

MAX_NAME_CHARS = 60
MAX_TOKENS_PER_STEP = 1 << 20
MIN_STEPS = 800  # of the shortest phase: a stage begins at a whole step, and that may not move it by a hundredth
FILE_TOKENS = 1 << 30  # in one file; some readers count the tokens of a file in 32 bits


def folder_names(names: Iterable[str]) -> dict[str, str]:
    """A name of letters, digits, `-`, `_` and `.` for each, all different whatever case they are in.

    >>> folder_names(["web/best", "web best", "../etc", "日本"])
    {'web/best': 'web-best', 'web best': 'web-best-2', '../etc': 'etc', '日本': 'x'}
    """
    given: dict[str, str] = {}
    taken: set[str] = set()
    for name in names:
        base = re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-._")[:MAX_NAME_CHARS] or "x"
        found, number = base, 1
        while found.lower() in taken:
            number += 1
            found = f"{base}-{number}"
        taken.add(found.lower())
        given[name] = found
    return given


def phase_names(mixture: Mixture) -> list[str]:
    """A folder name for each phase that sorts in the order of training."""
    digits = len(str(len(mixture.phases) - 1))
    names = [folder_names([phase.name])[phase.name] for phase in mixture.phases]
    return [f"{number:0{digits}d}-{name}" for number, name in enumerate(names)]


def streams(phase: Phase) -> tuple[Part, ...]:
    """The parts that a reader which keeps order is to mix: one with everything, in its order, when order is meant."""
    if not phase.strict:
        return filled(phase)
    return (Part("all", 1.0, phase.documents, phase.tokens, phase.read),)


def filled(phase: Phase) -> tuple[Part, ...]:
    """The parts of a phase that have documents: some readers refuse an empty file, and none needs it."""
    return tuple(part for part in phase.parts if part.documents)


def shares(parts: Iterable[Part]) -> list[float]:
    """The share of each part in what is stored: tokens and one separator a document.

    A reader that mixes by these shares uses every part up at the same time, so each document is seen as often as laid
    out. The shares of the plan do not count separators and would end parts of short documents too early.
    """
    stored = [part.tokens + part.documents for part in parts]
    return [each / sum(stored) for each in stored]


def pieces(
    documents: Iterator[Document],
    room: int,
    size: Callable[[Document], int] = lambda document: len(document.tokens) + 1,
) -> Iterator[Iterator[Document]]:
    """Cut a stream into streams of about `room`, between documents; use each up before asking for the next."""
    waiting = next(documents, None)

    def piece() -> Iterator[Document]:
        nonlocal waiting
        left = room
        while waiting is not None and left > 0:
            left -= size(waiting)
            yield waiting
            waiting = next(documents, None)

    while waiting is not None:
        yield piece()


def starts(mixture: Mixture, multiple: int = 1) -> tuple[int, list[int]]:
    """Tokens in a step, and the step, counted from 0, at which each phase begins; every phase has one step at least.

    Steps that begin a phase are multiples of `multiple`.
    """
    stored = [phase.tokens + phase.documents for phase in mixture.phases]
    step = mixture.tokens_per_step or _chosen(min(stored))
    begin: list[int] = []
    for tokens in [0, *accumulate(stored)][:-1]:
        nearest = round(tokens / step / multiple) * multiple
        begin.append(max(nearest, begin[-1] + multiple) if begin else 0)
    return step, begin


def _chosen(shortest: int) -> int:
    step = MAX_TOKENS_PER_STEP
    while step > 1 and shortest // step < MIN_STEPS:
        step //= 2
    return step
