"""A mixture as it is laid out for a trainer: phases in order, the buckets of each, and documents in their final order.

Everything before this module decides (plan, ledger, shuffle, tokens); everything behind it only writes (formats).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np


class Document(NamedTuple):
    """One sighting of a document: `tokens` is uint16[n] or uint32[n] without separators, `bucket` its bucket's name."""

    id: str
    text: str
    tokens: np.ndarray
    bucket: str


@dataclass(frozen=True, slots=True)
class Part:
    """One bucket in one phase; `read()` yields its documents in their final order, the same at every call.

    `weight` is its share of the phase's tokens, 0 to 1; `documents` and `tokens` count sightings, separators excluded.
    """

    bucket: str
    weight: float
    documents: int
    tokens: int
    read: Callable[[], Iterator[Document]]


@dataclass(frozen=True, slots=True)
class Phase:
    """One phase; `read()` yields the documents of all its parts, mixed, in their final order, the same at every call.

    `strict`: the order inside the phase is meant (easy first) and a reader that shuffles would undo it.
    """

    name: str
    documents: int
    tokens: int
    parts: tuple[Part, ...]
    read: Callable[[], Iterator[Document]]
    strict: bool = False


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The facts a format needs about the tokenizer: its size, the token that ends a document, its file's sha256."""

    size: int
    end_of_document: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Mixture:
    """A laid-out mixture: its phases in training order, and the vocabulary its tokens are from.

    `tokens_per_step`: tokens in one step of the trainer, for trainers that count their stages in steps; None: chosen so
    that the shortest phase has enough of them.
    """

    name: str
    phases: tuple[Phase, ...]
    vocabulary: Vocabulary
    tokens_per_step: int | None = None
