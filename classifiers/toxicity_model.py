"""The toxicity model: weights of what stands in a sentence, a column for each kind of harm, and its file."""

import io
import os
from dataclasses import dataclass, fields
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from curate.classifiers import form, tokens, toxic_reading, toxic_words
from curate.classifiers.excerpt import excerpt
from curate.classifiers.fasttext_format import ModelError
from curate.classifiers.fasttext_model import ModelFile
from curate.filters import characters

KINDS = ("harm", "hate", "threat", "insult", "obscene", "explicit")
MAX_HEAD, MAX_MIDDLE = 4000, 4000
MIN_LINE_WORDS = 3  # a line of fewer words is a heading or an entry of a menu
# What a sentence adds up to is divided by its words to this power: neither a word alone nor a long sentence runs away.
LENGTH_POWER, MIN_LENGTH = 0.7, 8
MAX_MODEL_BYTES = 8_000_000


@dataclass(frozen=True, slots=True)
class Reading:
    """A text as the model reads it, a place per word: value uint64, class int64, pattern uint64, and how each ends.

    `begin` and `end` are characters of the excerpt; `chunks` is where sentences begin, int64[chunks + 1].
    """

    value: NDArray[np.uint64]
    group: NDArray[np.int64]
    seen: NDArray[np.uint64]
    last: NDArray[np.uint8]
    begin: NDArray[np.int64]
    end: NDArray[np.int64]
    chunks: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class ToxicityModel:
    """`weights`, int8[slots, kinds], in steps of `steps`, float32[kinds]; `bias` is float32[kinds]."""

    weights: NDArray[np.int8]
    steps: NDArray[np.float32]
    bias: NDArray[np.float32]

    def log_odds(self, found: Reading) -> NDArray[np.float64]:
        """The log-odds of each kind for each chunk: float64[chunks, kinds]."""
        room = np.empty(toxic_reading.MAX_FEATURES, np.int32)
        total = toxic_reading.sums(
            found.value, found.group, found.seen, found.last, toxic_words.frames(), self.weights, room
        )
        added = np.diff(total[found.chunks], axis=0) * self.steps.astype(np.float64)
        return added * scale(np.diff(found.chunks))[:, None] + self.bias


def scale(lengths: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return what the sums of chunks of so many words are multiplied by, float64 of the same shape."""
    scaled: NDArray[np.float64] = np.maximum(lengths, MIN_LENGTH).astype(np.float64) ** -LENGTH_POWER
    return scaled


def read(text: str) -> Reading:
    """Read the excerpt of a text; where it has no line of three words, its short lines are read."""
    part = excerpt(text, max_head=MAX_HEAD, max_middle=MAX_MIDDLE)
    codes = np.array([part]).view(np.uint32)[: len(part)]
    hashes, kinds, starts, ends = tokens.tokenize(codes, characters.classes(), tokens.folded(), tokens.markup())
    words = toxic_reading.words(codes, hashes, kinds, starts, ends, toxic_words.tables(), MIN_LINE_WORDS)
    if not len(words[0]):
        words = toxic_reading.words(codes, hashes, kinds, starts, ends, toxic_words.tables(), 1)
    value, group, begin, end, last = words
    seen = toxic_reading.skeleton(value, group, form.small_words())
    return Reading(value, group, seen, last, begin, end, toxic_reading.chunks(last))


def load(model: ModelFile) -> ToxicityModel:
    """Check a model file and load it; a second call in the same process returns the same object.

    Raises ModelError, naming the file, when it is missing, has another digest than it should or is no toxicity model.
    """
    try:
        status = Path(model.path).stat()
        return _load(model, status.st_mtime_ns, status.st_size)
    except OSError as error:
        raise ModelError(f"cannot read the model {model.path}: {error.strerror}") from error


@lru_cache(maxsize=8)
def _load(model: ModelFile, _modified: int, size: int) -> ToxicityModel:
    if size > MAX_MODEL_BYTES:
        raise ModelError(f"the model {model.path} has {size} bytes, which no toxicity model has")
    content = Path(model.path).read_bytes()
    if model.sha256 and (found := sha256(content).hexdigest()) != model.sha256:
        raise ModelError(f"the model {model.path} has SHA-256 {found}, expected {model.sha256}")
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
            loaded = ToxicityModel(**{field.name: arrays[field.name] for field in fields(ToxicityModel)})
    except Exception as error:  # numpy and zlib raise a dozen kinds over a damaged file
        raise ModelError(f"{model.path} holds no toxicity model: {error}") from error
    wanted = {"weights": (np.int8, (1 << toxic_reading.BITS, len(KINDS))), "steps": (np.float32, (len(KINDS),)),
              "bias": (np.float32, (len(KINDS),))}  # fmt: skip
    for name, (kind, shape) in wanted.items():
        array = getattr(loaded, name)
        if array.dtype != kind or array.shape != shape or not np.isfinite(array).all():
            raise ModelError(
                f"{model.path} holds no toxicity model for this version: {name} is {array.dtype}{array.shape}"
            )
    return loaded


def save(model: ToxicityModel, path: str | os.PathLike[str]) -> ModelFile:
    """Write a model beside its final name and move it there; the same model gives the same bytes."""
    file = io.BytesIO()
    np.savez_compressed(file, **{field.name: getattr(model, field.name) for field in fields(ToxicityModel)})
    part = Path(f"{os.fspath(path)}.part")
    part.write_bytes(file.getvalue())
    part.replace(path)
    return ModelFile(os.fspath(path), sha256(file.getvalue()).hexdigest())
