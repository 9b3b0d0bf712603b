"""Predicts what a text is worth to a language model, as a reader with a written rubric would say.

It adds two judgements. One is of wording: a weight for every word, pair of words, pattern of small words and edge of
a line. The other is of form: how like the text's lines, sentences and marks are those of some hundred texts with known
values. What is left of the sum when words stand in no order is little. A curve turns it into the share of texts that
were worth having at that sum.
"""

import io
import os
from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import cache, lru_cache
from hashlib import sha256
from pathlib import Path
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

from curate.classifiers.excerpt import excerpt
from curate.classifiers.fasttext_model import ModelError, ModelFile
from curate.filters import characters
from curate.filters.deferred import Deferred

MAX_HEAD, MAX_MIDDLE, MAX_TAIL = 6000, 2000, 2000
MAX_MODEL_BYTES = 64 << 20
QUANTILES = 33  # of each number of form, among the texts a model learned from
DISORDER_COSTS = 2.0  # of a sum from about 0 to 5, where words surely stand in no order
DECIMALS = 4  # scores are rounded, so that the last bit of a machine's arithmetic is not in anybody's output

form = Deferred("curate.classifiers.form")
grams = Deferred("curate.classifiers.grams")
kernels = Deferred("curate.classifiers.value_kernels")
tokens = Deferred("curate.classifiers.tokens")


@dataclass(frozen=True, slots=True)
class Measured:
    """The features of a text: distinct slots of wording, their counts, tables' bounds, and form."""

    slots: NDArray[np.int32]
    counts: NDArray[np.int32]
    tables: NDArray[np.int64]
    form: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ValueModel:
    """The numbers of a model.

    `weights` are int8[tables, slots], each table's in steps of `steps`, float32[tables]. `knots` are the quantiles of
    each number of form, float32[numbers, quantiles], `landmarks` float32[m, numbers] the form of known texts in normal
    scores, `pulls` float32[m] what likeness to each adds, over a distance of `width`, float32[1]. `offset` is
    float32[1]. `order`, int8[slots of patterns] in steps of `order_step`, tells words in no order; the doubt begins and
    ends at `order_limits`, float32[2]. `sums` and `shares`, float32[k], are the curve from sums to shares worth having.
    """

    weights: NDArray[np.int8]
    steps: NDArray[np.float32]
    knots: NDArray[np.float32]
    landmarks: NDArray[np.float32]
    pulls: NDArray[np.float32]
    width: NDArray[np.float32]
    offset: NDArray[np.float32]
    order: NDArray[np.int8]
    order_step: NDArray[np.float32]
    order_limits: NDArray[np.float32]
    sums: NDArray[np.float32]
    shares: NDArray[np.float32]

    def raw(self, measured: Measured) -> float:
        """The sum of both judgements, about a value from 0 to 5."""
        flat = self.weights.reshape(-1)
        wording = kernels.wording(measured.slots, measured.counts, measured.tables, flat, self.steps)
        place = kernels.normal_scores(measured.form, self.knots, levels())
        likeness = kernels.likeness(place, self.landmarks, self.pulls, self.width[0])
        disorder = kernels.disorder(measured.slots, measured.counts, measured.tables, self.order, self.order_step[0])
        doubt = (disorder - self.order_limits[0]) / (self.order_limits[1] - self.order_limits[0])
        return float(wording + likeness + self.offset[0] - DISORDER_COSTS * min(max(doubt, 0.0), 1.0))

    def share(self, raw: NDArray[np.float64]) -> NDArray[np.float32]:
        """The share of texts worth having at each sum, rounded: float32 of the same shape, in [0, 1]."""
        return np.interp(raw, self.sums, self.shares).round(DECIMALS).astype(np.float32)


def measure(text: str, room: NDArray[np.int32]) -> Measured:
    """Return what the model looks at in a text; `room` is int32[grams.SLOTS], all zero, and is so again afterwards."""
    seen = excerpt(text, max_head=MAX_HEAD, max_middle=MAX_MIDDLE, max_tail=MAX_TAIL)
    codes = np.array([seen]).view(np.uint32)[: len(seen)]
    classes, folds, small = characters.classes(), tokens.folded(), form.small_words()
    hashes, kinds, starts, ends = tokens.tokenize(codes, classes, folds, tokens.markup())
    found, bounds = grams.slots(hashes, kinds, starts, ends, small)
    slots, counts, tables = grams.count_slots(found, bounds, room)
    numbers = (
        form.line_form(hashes, kinds, starts, ends),
        form.word_form(codes, hashes, kinds, starts, ends, folds, small),
        form.mark_form(hashes, kinds, form.mark_groups()),
        form.char_form(codes, classes, len(text)),
        grams.repeat_form(counts, tables, bounds),
    )
    return Measured(slots, counts, tables, np.concatenate(numbers))


@cache
def levels() -> NDArray[np.float32]:
    """The normal scores of the quantiles in a model's `knots`, float32[QUANTILES]."""
    normal = NormalDist()
    return np.array([normal.inv_cdf((k + 0.5) / QUANTILES) for k in range(QUANTILES)], np.float32)


def room_for_slots() -> NDArray[np.int32]:
    """The working space of `measure`."""
    return np.zeros(grams.SLOTS, np.int32)


def score(texts: Sequence[str], model: ValueModel) -> NDArray[np.float32]:
    """The share worth having at each text's sum: float32 of shape [n], in [0, 1], 0 for a text without a word."""
    room = room_for_slots()
    measured = [measure(text, room) for text in texts]
    raw = np.array([model.raw(each) for each in measured], np.float64)
    return np.where([len(each.slots) > 0 for each in measured], model.share(raw), np.float32(0))


def load(model: ModelFile) -> ValueModel:
    """Check a model file and load it; a second call in the same process returns the same object.

    Raises ModelError, naming the file, when it is missing, has another digest than it should or is no value model.
    """
    try:
        status = Path(model.path).stat()
        return _load(model, status.st_mtime_ns, status.st_size)
    except OSError as error:
        raise ModelError(f"cannot read the model {model.path}: {error.strerror}") from error


@lru_cache(maxsize=8)
def _load(model: ModelFile, _modified: int, size: int) -> ValueModel:
    if size > MAX_MODEL_BYTES:
        raise ModelError(f"the model {model.path} has {size} bytes, which no value model has")
    content = Path(model.path).read_bytes()
    if model.sha256 and (found := sha256(content).hexdigest()) != model.sha256:
        raise ModelError(f"the model {model.path} has SHA-256 {found}, expected {model.sha256}")
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
            loaded = ValueModel(**{field.name: arrays[field.name] for field in fields(ValueModel)})
    except Exception as error:  # numpy and zlib raise a dozen kinds over a damaged file
        raise ModelError(f"{model.path} holds no value model: {error}") from error
    _check_shapes(loaded, model.path)
    return loaded


def _check_shapes(model: ValueModel, path: str) -> None:
    """Raise ModelError unless the arrays fit each other and this code: kernels read them without looking."""
    numbers, marks = len(form.NAMES), len(model.landmarks)
    wanted: dict[str, tuple[Any, tuple[int, ...]]] = {
        "weights": (np.int8, (len(grams.TABLES), 1 << grams.BITS)), "steps": (np.float32, (len(grams.TABLES),)),
        "knots": (np.float32, (numbers, QUANTILES)), "landmarks": (np.float32, (marks, numbers)),
        "pulls": (np.float32, (marks,)), "width": (np.float32, (1,)), "offset": (np.float32, (1,)),
        "order": (np.int8, (1 << grams.BITS,)), "order_step": (np.float32, (1,)), "order_limits": (np.float32, (2,)),
        "sums": (np.float32, (len(model.sums),)), "shares": (np.float32, (len(model.sums),)),
    }  # fmt: skip
    for name, (kind, shape) in wanted.items():
        array = getattr(model, name)
        if array.dtype != kind or array.shape != shape or not np.isfinite(array).all():
            raise ModelError(f"{path} holds no value model for this version: {name} is {array.dtype}{array.shape}")


def save(model: ValueModel, path: str | os.PathLike[str]) -> ModelFile:
    """Write a model beside its final name and move it there; the same model gives the same bytes."""
    file = io.BytesIO()
    np.savez_compressed(file, **{field.name: getattr(model, field.name) for field in fields(ValueModel)})
    content = file.getvalue()
    part = Path(f"{os.fspath(path)}.part")
    part.write_bytes(content)
    part.replace(path)
    return ModelFile(os.fspath(path), sha256(content).hexdigest())
