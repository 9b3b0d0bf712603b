"""The steps between the sources and the format: measure the parts, find the rates, scatter the sightings."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from curate.cluster import Lost, Workers
from curate.engine.progress import Progress, Show
from curate.errors import IncompleteRunError, UsageError
from curate.files import read_marker
from curate.mixture import formats
from curate.mixture.exposure import Ints
from curate.mixture.identity import code_of, key_of
from curate.mixture.laid_out import Mixture, Part, Phase
from curate.mixture.measure import measure_part, token_type
from curate.mixture.order import Census, Layout, cut, sightings
from curate.mixture.plan import Plan
from curate.mixture.rates import Held, Rates, Stretches, budgets_of, hold, rank_all, solve
from curate.mixture.scatter import Corpus, Shuffle, scatter, scattered
from curate.mixture.sources import Source
from curate.mixture.vocabulary import TokenizerFile

IN_MEMORY = 1 << 22  # documents whose numbers are kept between passes, some 60 bytes each


@dataclass(frozen=True, slots=True)
class Wish:
    """A user's request: a plan, the tokens of all phases together, a tokenizer, a format, a seed, the control."""

    plan: Plan
    tokens: int
    tokenizer: TokenizerFile
    format: str
    seed: int = 0
    control: bool = False


@dataclass(frozen=True, slots=True)
class Steps:
    """Runs tasks on workers and shows how far they are."""

    workers: Workers
    show: Show

    def run(self, title: str, task: Callable[..., None], calls: Sequence[tuple[Any, ...]]) -> None:
        """Run a task for each call. Raises IncompleteRunError when one is lost."""
        lost: dict[int, str] = {}
        self.show(Progress(title, 0, len(calls)))
        for count, (index, result) in enumerate(self.workers.map(task, calls), 1):
            if isinstance(result, Lost):
                lost[index] = result.error
            self.show(Progress(title, count, len(calls)))
        if lost:
            raise IncompleteRunError(f"{title}: {len(lost)} of {len(calls)} tasks failed: {lost[min(lost)]}")


def measured(sources: Sequence[Source], wish: Wish, work: Path, steps: Steps) -> Corpus:
    """Measure and tokenize every part that is not yet, and return the documents as the later steps see them."""
    vocabulary = wish.tokenizer.vocabulary
    folder = work / f"measured-{key_of(code_of('measured'), vocabulary.sha256, wish.tokenizer.end)}"
    folder.mkdir(parents=True, exist_ok=True)
    parts = tuple(part for source in sources for part in source.parts)
    once = list({part.sha256: part for part in parts}.values())
    steps.run("tokens", measure_part, [(part, wish.tokenizer, folder) for part in once])
    holds_tokens = bool(formats.named(wish.format)[0].types)
    item_bytes = token_type(vocabulary.size).itemsize if holds_tokens else 0
    return Corpus(wish.plan, parts, folder, wish.seed, texts=not holds_tokens, item_bytes=item_bytes)


@dataclass(frozen=True, slots=True)
class Decided:
    """The rates that decide about every document, with the budgets and bucket contents they were computed from."""

    rates: Rates
    path: Path
    budgets: Ints
    held: Held


def decide(corpus: Corpus, tokens: int, path: Path, steps: Steps) -> Decided:
    """Find the ranks and rates, by passes over the measured columns, and write them to `path`.

    Raises UsageError for an empty bucket, a phase for which nothing is left, and a budget that cannot be met.
    """
    passes = 2 + 2 * len(corpus.plan.phases)
    steps.show(Progress("rates", 0, passes))
    stretches = remembered(corpus)
    rates = rank_all(corpus.plan, stretches)
    held = hold(rates, stretches)
    budgets = budgets_of(corpus.plan, held, tokens)
    solve(rates, budgets, stretches)
    rates.write(path)
    steps.show(Progress("rates", passes, passes))
    return Decided(rates, path, budgets, held)


def remembered(corpus: Corpus) -> Stretches:
    """The columns of all documents for many passes: from memory as long as they are few, else read each time."""
    if sum(part.rows for part in corpus.parts) > IN_MEMORY:
        return corpus.stretches
    held = list(corpus.stretches())
    return lambda: iter(held)


@dataclass(frozen=True, slots=True)
class Laid:
    """A layout whose sightings lie scattered, ready to be read, and their census."""

    shuffle: Shuffle
    census: Census


def lay_out(corpus: Corpus, decided: Decided, layout: Layout, folder: Path, range_bytes: int, steps: Steps) -> Laid:
    """Count the sightings of a layout, cut its phases into ranges and scatter the sightings of every part.

    Raises UsageError for a phase in which no document is seen.
    """
    census = _census(corpus, decided.rates, layout)
    for phase, count in zip(layout.phases, census.documents.sum(axis=1).tolist(), strict=True):
        if not count:
            raise UsageError(f"the phase {phase!r} is too short for a single document: ask for more --tokens")
    folder.mkdir(parents=True, exist_ok=True)
    shuffle = Shuffle(corpus, layout, folder, decided.path, cut(census, range_bytes), ledger=not layout.is_control)
    numbers = range(len(corpus.parts))
    todo = [n for n in numbers if read_marker(shuffle.file(n).with_suffix(".json")) is None]
    steps.run(f"shuffle {layout.name}", scatter, [(shuffle, number) for number in todo])
    return Laid(shuffle, census)


def _census(corpus: Corpus, rates: Rates, layout: Layout) -> Census:
    census = Census.empty(layout, len(corpus.plan.buckets))
    for documents in corpus.stretches():
        judged = rates.judge(documents)
        census.count(sightings(documents, judged, layout), documents, judged.buckets)
    return census


def as_mixture(laid: Laid, wish: Wish) -> Mixture:
    """A layout as the formats read it."""
    layout, census, ranges = laid.shuffle.layout, laid.census, laid.shuffle.ranges
    held = scattered(laid.shuffle)
    phases = []
    for place, name in enumerate(layout.phases):
        here, total = ranges.of_phase(place), int(census.tokens[place].sum())

        def part(bucket: int, place: int = place, here: range = here, total: int = total) -> Part:
            documents, tokens = int(census.documents[place, bucket]), int(census.tokens[place, bucket])
            title = wish.plan.buckets[bucket].name
            return Part(title, tokens / max(total, 1), documents, tokens, lambda: held.read(here, bucket))

        parts = tuple(part(bucket) for bucket in np.flatnonzero(census.documents[place]).tolist())
        strict = layout.orders[place] is not None
        documents = int(census.documents[place].sum())
        phases.append(Phase(name, documents, total, parts, lambda here=here: held.read(here), strict))  # type: ignore[misc]
    name = f"{wish.plan.name}-control" if layout.is_control else wish.plan.name
    return Mixture(name, tuple(phases), wish.tokenizer.vocabulary)
