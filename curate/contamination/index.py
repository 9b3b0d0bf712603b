"""Indexes evaluation items and finds which of them a text holds."""

import json
import mmap
from bisect import bisect_right
from collections.abc import Iterable
from itertools import accumulate
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from curate.contamination import build, words
from curate.contamination.items import read_items
from curate.errors import UsageError
from curate.files import whole_file

MAGIC = b"curate-evals-2\n"
ALIGNED = 64
NEAR_WORDS = 300  # between an answer and its question
PASSED = ("words", "weights", "starts", "needs", "entries", "table", "directory")


class Match(NamedTuple):
    """A field of an item found in a text, from character `start` up to `end`.

    `score` is the share of the field that was found, 0 to 1, its words weighed by how rare they are.
    """

    eval: str
    item: str
    field: str
    start: int
    end: int
    score: float


class EvalIndex:
    """Evaluation items, indexed: which of them a text holds; never changed once made.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder) / "quiz.txt"
    ...     _ = path.write_text("How many herons did the ferryman count before the bridge of Lorn fell?")
    ...     index = EvalIndex.read([path])
    >>> [(match.eval, match.item) for match in index.find("Q: how MANY herons did the *ferryman* count, before the "
    ...                                                   "bridge of Lorn fell?")]
    [('quiz', 'quiz.txt:1')]
    >>> index.find("How many herons did you count on the bridge?")
    []
    """

    def __init__(self, names: dict[str, list[str]], arrays: dict[str, NDArray[Any]], path: Path | None = None) -> None:
        self._names, self._arrays, self._path = names, arrays, path
        self._passed = tuple(arrays[name] for name in PASSED)

    def __reduce__(self) -> tuple[Any, ...]:
        """An index that lies in a file goes to other processes as its path, and is mapped there."""
        if self._path is not None:
            return EvalIndex.open, (self._path,)
        return EvalIndex, (self._names, self._arrays)

    @classmethod
    def read(cls, paths: Iterable[str | Path]) -> "EvalIndex":
        """Index the items of files: JSONL, JSON, Parquet, CSV, TSV or plain text (an item a line), .gz and .zst too.

        Every text field of an item counts, nested ones too. Raises UsageError when a file is missing or unreadable.
        """
        found = build.gather(read_items(paths))
        names = {"evals": list(found.evals), "fields": list(found.fields), "items": [name for _, name in found.items]}
        return cls(names, build.arrays(found))

    @property
    def items(self) -> dict[str, int]:
        """Return how many items each evaluation has."""
        counts = np.bincount(self._arrays["item_evals"], minlength=len(self._names["evals"]))
        return dict(zip(self._names["evals"], counts.tolist(), strict=True))

    @property
    def sought(self) -> dict[str, int]:
        """Return how many items of each evaluation have a text that is long enough to be looked for."""
        items = self._arrays["item_evals"][np.unique(self._arrays["refs"][:, 0])]
        counts = np.bincount(items, minlength=len(self._names["evals"]))
        return dict(zip(self._names["evals"], counts.tolist(), strict=True))

    @property
    def nbytes(self) -> int:
        """Bytes of all arrays together."""
        return sum(array.nbytes for array in self._arrays.values())

    def find(self, text: str) -> list[Match]:
        """Find the items a text holds, in order of their place; every item of a shared passage or question is named.

        Takes any string. Time grows with the length of the text.
        """
        from curate.contamination import kernels

        page = words.words(text)
        chains = kernels.find_chains(page, *self._passed)
        return self._matches(text, chains) if len(chains) and self._asked(chains).any() else []

    def _asked(self, chains: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Return which chains hold enough of a question to stand on their own."""
        text = chains[:, 0]
        asked, starts = self._arrays["asked"][text], self._arrays["starts"]
        whole = (chains[:, 5] == starts[text + 1] - starts[text]) & self._arrays["whole"][text] & (asked < build.NEVER)
        return (chains[:, 6] >= asked) | whole

    def _matches(self, text: str, chains: NDArray[np.int64]) -> list[Match]:
        strong = self._asked(chains)
        strong[strong] = self._explained_by_no_other(chains[strong])
        places: dict[int, list[tuple[int, int]]] = {}
        for chain in chains[strong].tolist():
            for item, _, role in self._refs(chain[0]):
                if role == build.QUESTION:
                    places.setdefault(item, []).append((chain[1], chain[2]))
        near = {item: _Near(own) for item, own in places.items()}
        starts, ends = words.bounds(text)
        found = []
        for chain, stands in zip(chains.tolist(), strong.tolist(), strict=True):
            for item, name, role in self._refs(chain[0]):
                if (stands and role == build.QUESTION) or (item in near and near[item].to(chain[1], chain[2])):
                    found.append(self._match(chain, item, name, int(starts[chain[1]]), int(ends[chain[2] - 1])))
        return sorted(set(found), key=lambda match: (match.start, -match.end, *match[:3]))

    def _explained_by_no_other(self, chains: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Return which chains are no mere part of a question that is there with more of its words."""
        from curate.contamination import kernels

        order = np.lexsort((-chains[:, 2], chains[:, 1]))
        text = chains[order, 0]
        lengths = self._arrays["starts"][text + 1] - self._arrays["starts"][text]
        kept = np.empty(len(chains), np.bool_)
        kept[order] = kernels.unexplained(chains[order], lengths)
        return kept

    def _refs(self, text: int) -> list[list[int]]:
        begin, end = self._arrays["ref_starts"][text : text + 2]
        return self._arrays["refs"][begin:end].tolist()

    def _match(self, chain: list[int], item: int, name: int, start: int, end: int) -> Match:
        from curate.contamination import kernels

        total = float(self._arrays["totals"][chain[0]])
        score = min(1.0, chain[6] / kernels.UNIT / total) if total else 1.0
        evaluation = self._names["evals"][self._arrays["item_evals"][item]]
        return Match(evaluation, self._names["items"][item], self._names["fields"][name], start, end, round(score, 4))

    def save(self, path: str | Path) -> None:
        """Write the index as one file, which `open` maps into memory."""
        heads, at = {}, 0
        for name, array in self._arrays.items():
            heads[name] = (array.dtype.str, array.shape, at)
            at += -(-array.nbytes // ALIGNED) * ALIGNED
        head = json.dumps({"names": self._names, "arrays": heads}).encode()
        head += b" " * (-(len(MAGIC) + 8 + len(head)) % ALIGNED)
        with whole_file(Path(path)) as temporary, temporary.open("wb") as file:
            file.write(MAGIC + len(head).to_bytes(8, "little") + head)
            for array in self._arrays.values():
                file.write(np.ascontiguousarray(array).data if array.size else b"")
                file.write(b"\0" * (-array.nbytes % ALIGNED))

    @classmethod
    def open(cls, path: str | Path) -> "EvalIndex":
        """Map an index that `save` wrote; processes on one machine share its memory.

        Raises UsageError when the file is missing or is no such index.
        """
        try:
            with Path(path).open("rb") as file:
                data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
            if data[: len(MAGIC)] != MAGIC:
                raise ValueError("it is no index of evaluations of this version")
            first = len(MAGIC) + 8
            size = int.from_bytes(data[len(MAGIC) : first], "little")
            head = json.loads(data[first : first + size])
            arrays = {
                name: np.frombuffer(data, dtype, int(np.prod(shape)), first + size + at).reshape(shape)
                for name, (dtype, shape, at) in head["arrays"].items()
            }
        except (OSError, ValueError) as error:
            raise UsageError(f"{path} cannot be read: {error}") from error
        return cls(head["names"], arrays, Path(path))


class _Near:
    """Where an item's questions stand on a page, asked whether one is near some words of it."""

    def __init__(self, places: list[tuple[int, int]]) -> None:
        ordered = sorted(places)
        self._starts = [start for start, _ in ordered]
        self._ends = list(accumulate((end for _, end in ordered), max))

    def to(self, start: int, end: int) -> bool:
        """Return whether a question ends at most `NEAR_WORDS` before `start`, or begins at most so many after `end`."""
        before = bisect_right(self._starts, end + NEAR_WORDS)
        return before > 0 and self._ends[before - 1] >= start - NEAR_WORDS
