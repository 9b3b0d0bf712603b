"""A fastText classifier as arrays, for `fasttext_kernels`, if it is of the kind that is trained here."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from curate.classifiers.fasttext_format import HEADER, Walk
from curate.filters.deferred import Deferred

kernels = Deferred("curate.classifiers.fasttext_kernels")

SOFTMAX = 3  # of the library's losses
LAST_VERSION = 12
END_WORD, END_HASH = b"</s>", 3617362777  # its FNV-1a
LABEL_PREFIX = b"__label__"


@dataclass(frozen=True, slots=True)
class Arrays:
    """The numbers of a model: its words in `data`, a row for each word and bucket, and a row for each label."""

    words: tuple[NDArray[np.uint8], NDArray[np.int64], NDArray[np.int32]]
    rows: NDArray[np.float32]
    outputs: NDArray[np.float32]
    sizes: tuple[int, int, int, int, int]
    end_word: tuple[int, np.uint32]
    labels: tuple[str, ...]

    def probabilities(self, text: str) -> NDArray[np.float32] | None:
        """The probability of each label, float32[labels]; None for a text in which the model knows nothing."""
        out = np.empty(len(self.labels), np.float32)
        seen = np.frombuffer(text.encode(), np.uint8)
        known = kernels.probabilities(seen, self.words, self.rows, self.outputs, self.sizes, self.end_word, out)
        return out if known else None


def _array(walk: Walk, kind: str, count: int) -> NDArray[Any]:
    start = walk.at
    walk.skip(count * np.dtype(kind).itemsize)
    return np.frombuffer(walk.data, kind, count, start)


def _dense(walk: Walk) -> NDArray[np.float32]:
    rows, columns = walk.read("<2q")
    return _array(walk, "<f4", rows * columns).reshape(rows, columns)


def _quantiser(walk: Walk) -> NDArray[np.float32]:
    """The values of the 256 codes of each piece of a row, float32[pieces, 256, width].

    Raises ValueError where the width does not divide the row, which the library allows.
    """
    dim, pieces, width, _ = walk.read("<4i")
    return _array(walk, "<f4", dim * 256).reshape(pieces, 256, width)


def _quantised(walk: Walk) -> NDArray[np.float32]:
    """A matrix of codes as numbers: each row's norm times the values of its codes."""
    (with_norms,) = walk.read("<?")
    rows, _, size = walk.read("<2qi")
    codes = _array(walk, "u1", size)
    values = _quantiser(walk)
    codes = codes.reshape(rows, len(values))
    matrix = np.concatenate([piece[codes[:, k]] for k, piece in enumerate(values)], axis=1)
    if with_norms:
        norms = _array(walk, "u1", rows)
        matrix *= _quantiser(walk)[0, norms]
    return matrix


def read(path: str) -> Arrays | None:
    """The arrays of a model file that `check_structure` found whole; None for one that only the library reads.

    These are models of another loss than softmax, pruned ones, those with a quantised output, and of older versions.
    """
    content = Path(path).read_bytes()
    walk = Walk(content)
    settings = walk.read("<12i")
    walk.read("<d")
    entries, words, labels = walk.read("<3i")
    _, pruned = walk.read("<2q")
    buckets, shortest, longest, run = (settings[place] for place in (8, 9, 10, 5))
    old = HEADER.unpack_from(content)[1] != LAST_VERSION
    if old or settings[6] != SOFTMAX or pruned >= 0 or buckets < 1 or entries != words + labels:
        return None
    data = np.frombuffer(content, np.uint8)
    places = kernels.entries(data, walk.at, entries)
    walk.at = int(places[entries, 0])
    try:
        rows = _quantised(walk) if walk.read("<?")[0] else _dense(walk)
        outputs = None if walk.read("<?")[0] else _dense(walk)
    except ValueError:
        return None
    if outputs is None or len(rows) != words + buckets or outputs.shape != (labels, rows.shape[1]):
        return None
    table = kernels.slots(data, places, words, max(4, (2 * words).bit_length()))
    named = [content[start:end] for start, end in places[:entries].tolist()]
    end_word = (named.index(END_WORD) if END_WORD in named[:words] else -1, np.uint32(END_HASH))
    names = tuple(name.removeprefix(LABEL_PREFIX).decode("utf-8", "replace") for name in named[words:])
    return Arrays((data, places, table), rows, outputs, (words, buckets, shortest, longest, run), end_word, names)
