"""What a text is worth in any language: a score for languages that the quality model does not read.

`quality.score` knows English words and is better where a text is English. This one adds two judgements. One is of how
like the text is to known ones in its lines, sentences and marks (`classifiers.plain_form`) and in what it speaks of
(`classifiers.kinds`), which English pages teach for all languages. The other is of its words and their parts
(`classifiers.pieces`), most of which only pages of the same or a kin language can teach.
"""

import io
import os
from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from curate.classifiers import kinds, pieces, plain_form
from curate.classifiers.fasttext_model import ModelError, ModelFile, shipped
from curate.classifiers.value_model import DECIMALS, QUANTILES, levels
from curate.filters.batches import takes_column, text_list
from curate.filters.deferred import Deferred
from curate.filters.verdict import judged_by

__all__ = ["MIN_VALUE", "MODEL", "MultilingualModel", "score"]
__dir__ = __all__.copy  # so dir() shows what is public

kernels = Deferred("curate.classifiers.value_kernels")

MODEL = shipped("multilingual.npz")
MIN_VALUE = 0.46  # keeps .8 of the pages worth having of sources left out; docs/languages.md has the curve


NUMBERS = (*plain_form.NAMES, *kinds.NAMES)
WORDS = plain_form.NAMES.index("log_words")
# A kind counts less than a number of form, since a list of words finds only part of what it stands for.
SCALES = np.array([1.0] * len(plain_form.NAMES) + [0.7] * len(kinds.NAMES), np.float32)
RARITY_STEPS = 16  # of a slot's rarity, log(texts / texts that have it), to 1


@dataclass(frozen=True, slots=True)
class Measured:
    """What the model looks at in a text: `numbers` float64[63], the slots of its pieces and how much each counts."""

    numbers: NDArray[np.float64]
    slots: NDArray[np.int32]
    amounts: NDArray[np.float32]


def measure(text: str) -> Measured:
    """Form and kinds of a text, and its pieces."""
    return Measured(np.concatenate([plain_form.measure(text), kinds.measure(text)]), *pieces.measure(text))


@dataclass(frozen=True, slots=True)
class MultilingualModel:
    """The numbers of a model: `knots` float32[numbers, quantiles], `landmarks` float32[m, numbers], `pulls` float32[m].

    A text's numbers become normal scores among those of known texts, and each landmark pulls by how near it is, over a
    distance of `width`, float32[1], from `offset`, float32[1]. `weights`, int8[slots] in steps of `step`, float32[1],
    are what pieces add, each by its `rarity`, uint8[slots], 0 where the model saw it in one text at most. `sums` and
    `shares`, float32[k], are the curve from sums to the share of texts worth having.
    """

    knots: NDArray[np.float32]
    landmarks: NDArray[np.float32]
    pulls: NDArray[np.float32]
    width: NDArray[np.float32]
    offset: NDArray[np.float32]
    weights: NDArray[np.int8]
    rarity: NDArray[np.uint8]
    step: NDArray[np.float32]
    sums: NDArray[np.float32]
    shares: NDArray[np.float32]

    def raw(self, measured: Measured) -> float:
        """The sum for one text, about a value from 0 to 5."""
        place = kernels.normal_scores(measured.numbers, self.knots, levels()) * SCALES
        amounts = measured.amounts * self.rarity[measured.slots]
        length = max(float(np.sqrt((amounts**2).sum())), 1e-9)
        wording = float(self.step[0]) * float(self.weights[measured.slots] @ amounts) / length
        return float(kernels.likeness(place, self.landmarks, self.pulls, self.width[0]) + self.offset[0]) + wording

    def share(self, raw: NDArray[np.float64]) -> NDArray[np.float32]:
        """The share of texts worth having at each sum, rounded: float32 of the same shape, in [0, 1]."""
        return np.interp(raw, self.sums, self.shares).round(DECIMALS).astype(np.float32)


@judged_by(
    "a language model that read 3,348 English pages and 775 in 18 other languages, through form and words of them",
    "good texts with short lines: poems, dialogue, lists; it cannot tell a true text from a fluent one",
)
@takes_column
def score(texts: Sequence[str], *, model: ModelFile = MODEL) -> NDArray[np.float32]:
    """Return what each text is worth, in any language: float32 of shape [n], in [0, 1], 0 without words.

    Of texts scored 0.7, about 70 % were worth having to readers who judged pages in their own language by the rubric of
    `quality.score`. The card, `models/multilingual.md`, says how well it does language by language, on sources it never
    saw. The first 6,000, the middle 2,000 and the last 2,000 characters are read. Raises TypeError when given one
    string instead of a list, ModelError when the model file is not the one it should be.

    >>> prose = (
    ...     "Als meine Großmutter jung war, hielt sie Bienen, und sie sagte mir, dass ein Schwarm bleibt, "
    ...     "mit dem man spricht. Ich glaubte ihr nicht. Aber in dem Sommer nach ihrem Tod zogen die Bienen fort, ein "
    ...     "Stock nach dem anderen, und niemand im Dorf konnte sagen, warum sie gegangen waren oder wohin."
    ... )
    >>> menu = "\\n".join(["Startseite", "Produkte", "Warenkorb", "Kasse", "Anmelden", "Impressum", "Kontakt"] * 4)
    >>> good, bad = score([prose * 3, menu])
    >>> bool(good > bad)
    True
    """
    loaded = load(model)
    measured = [measure(text) for text in text_list(texts)]
    shares = loaded.share(np.array([loaded.raw(each) for each in measured], np.float64))
    return np.where([each.numbers[WORDS] > 0 for each in measured], shares, np.float32(0)).astype(np.float32)


def load(model: ModelFile) -> MultilingualModel:
    """Check a model file and load it; a second call in the same process returns the same object.

    Raises ModelError, naming the file, when it is missing, has another digest than it should or is no such model.
    """
    try:
        return _load(model, Path(model.path).stat().st_mtime_ns)
    except OSError as error:
        raise ModelError(f"cannot read the model {model.path}: {error.strerror}") from error


@lru_cache(maxsize=8)
def _load(model: ModelFile, _modified: int) -> MultilingualModel:
    content = Path(model.path).read_bytes()
    if model.sha256 and (found := sha256(content).hexdigest()) != model.sha256:
        raise ModelError(f"the model {model.path} has SHA-256 {found}, expected {model.sha256}")
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
            loaded = MultilingualModel(**{field.name: arrays[field.name] for field in fields(MultilingualModel)})
    except Exception as error:  # numpy and zlib raise a dozen kinds over a damaged file
        raise ModelError(f"{model.path} holds no multilingual model: {error}") from error
    numbers, marks, curve = len(NUMBERS), len(loaded.landmarks), len(loaded.sums)
    wanted = {"knots": (numbers, QUANTILES), "landmarks": (marks, numbers), "pulls": (marks,), "width": (1,),
              "offset": (1,), "weights": (1 << pieces.BITS,), "rarity": (1 << pieces.BITS,),
              "step": (1,), "sums": (curve,), "shares": (curve,)}  # fmt: skip
    for name, shape in wanted.items():
        array = getattr(loaded, name)
        kind = {"weights": np.int8, "rarity": np.uint8}.get(name, np.float32)
        if array.dtype != kind or array.shape != shape or not np.isfinite(array).all():
            raise ModelError(f"{model.path} holds no multilingual model for this version: {name} is {array.shape}")
    return loaded


def save(model: MultilingualModel, path: str | os.PathLike[str]) -> ModelFile:
    """Write a model beside its final name and move it there; the same model gives the same bytes."""
    file = io.BytesIO()
    np.savez_compressed(file, **{field.name: getattr(model, field.name) for field in fields(MultilingualModel)})
    part = Path(f"{os.fspath(path)}.part")
    part.write_bytes(file.getvalue())
    part.replace(path)
    return ModelFile(os.fspath(path), sha256(file.getvalue()).hexdigest())
