"""fastText models: checked before they are loaded, loaded once per process, read in batches, trained reproducibly.

Models like those trained here are read by `fasttext_arrays`, which gives the library's numbers at half its cost; others
by the library.

Everything the library does badly on hostile input is put right here and nowhere else: a newline raises, a lone
surrogate raises, the word `</s>` ends the text early, probabilities come back a little above one, and a truncated file
hangs.
"""

import hashlib
import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol, cast

import numpy as np
from numpy.typing import NDArray

from curate.classifiers import fasttext_arrays
from curate.classifiers.fasttext_arrays import Arrays
from curate.classifiers.fasttext_format import ModelError, check_structure

__all__ = [
    "ModelError",
    "ModelFile",
    "best_labels",
    "digest",
    "label_names",
    "label_probability",
    "load",
    "save",
    "shipped",
    "train",
]

MODELS = Path(__file__).parent / "models"
LABEL_PREFIX = "__label__"

# A model is what its digest says it is; a retrained model comes with a new line here.
SHIPPED_SHA256 = {
    "quality.npz": "92515c2b133afcab206b7357b132e462c7c9d2d4f6e75e69101264ad365421d8",
    "language.ftz": "7508628d682705cc6400159fc4c81e38d262399511ef6f0660ac71f0da027dbc",
    "webtext.ftz": "a6e525805b8fb2c80b8c909c4ec5a9304859b900dd9af4957fd322fb404e9cdf",
    "multilingual.npz": "b21e25b6b048721c3fe68d4c868682d1f93d1cd23a46f6edc115a30a81348f20",
    "toxicity.npz": "8a0d4b0bc44f9bfd2d6697e84c59b2637991d0f2fbf6f63450fa327b688ef770",
}


@dataclass(frozen=True, slots=True)
class ModelFile:
    """A model by path and content; small, hashable and picklable, so it can be sent to a worker that loads the model.

    `sha256` is the hexadecimal digest the file must have; empty means that only the file's structure is checked.
    """

    path: str
    sha256: str = ""


class Classifier(Protocol):
    """The methods of a loaded or trained fastText model that this project calls."""

    def predict(self, text: list[str], k: int) -> tuple[list[list[str]], list[NDArray[np.float32]]]:
        """Labels and their probabilities, the `k` best of each text, all when `k` is -1."""

    def get_labels(self) -> list[str]:
        """All labels, with their prefix."""

    def quantize(self, input: str, *, qnorm: bool, retrain: bool, thread: int, verbose: int) -> None:  # noqa: A002
        """Make the model about six times smaller."""

    def save_model(self, path: str) -> None:
        """Write the model to a file."""


def shipped(name: str) -> ModelFile:
    """A model that ships with the project, by file name; KeyError when there is none of that name."""
    return ModelFile(str(MODELS / name), SHIPPED_SHA256[name])


def digest(path: str | os.PathLike[str]) -> str:
    """The SHA-256 of a file's content, hexadecimal."""
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def load(model: ModelFile) -> Classifier:
    """Check a model file and load it; a second call in the same process returns the same object.

    Raises ModelError, naming the file, when it is missing, has another digest than it should, is truncated or is no
    supervised fastText model.
    """
    return _load(model, *_version(model))


def _version(model: ModelFile) -> tuple[int, int]:
    """When a file was written and its size, by which a model that was replaced is known for another."""
    try:
        status = Path(model.path).stat()
    except OSError as error:
        raise ModelError(f"cannot read the model {model.path}: {error.strerror}") from error
    return status.st_mtime_ns, status.st_size


@lru_cache(maxsize=8)
def _arrays(model: ModelFile, _modified: int, _size: int) -> Arrays | None:
    _check(model)
    return fasttext_arrays.read(model.path)


def _check(model: ModelFile) -> None:
    """Raise ModelError unless the file can be read and has the digest and the structure it should have."""
    try:
        if model.sha256 and (found := digest(model.path)) != model.sha256:
            raise ModelError(f"the model {model.path} has SHA-256 {found}, expected {model.sha256}")
        check_structure(model.path)
    except OSError as error:
        raise ModelError(f"cannot read the model {model.path}: {error.strerror}") from error


@lru_cache(maxsize=8)
def _load(model: ModelFile, _modified: int, _size: int) -> Classifier:
    _check(model)
    import fasttext

    try:
        return cast(Classifier, fasttext.load_model(model.path))
    except (ValueError, RuntimeError, MemoryError) as error:
        raise ModelError(f"cannot load the model {model.path}: {error}") from error


def one_line(text: str) -> str:
    """The text as the model can read it: one line, no NUL, no lone surrogate, no word that fastText takes as a command.

    >>> one_line("one\\ntwo </s> three")
    'one two   three'
    """
    text = text.replace("\n", " ").replace("\0", " ").replace("</s>", " ").replace(LABEL_PREFIX, " ")
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def best_labels(model: ModelFile, texts: Sequence[str]) -> list[tuple[str, float]]:
    """The most probable label of each text, without its prefix, and its probability in [0, 1].

    A text in which the model knows nothing gets `("", 0.0)`.
    """
    arrays, lines = _arrays(model, *_version(model)), map(one_line, texts)
    if arrays is None:
        labels, probabilities = load(model).predict(list(lines), k=1)
        best = [
            (names[0], values[0]) if names else ("", 0.0) for names, values in zip(labels, probabilities, strict=True)
        ]
    else:
        found = [arrays.probabilities(line) for line in lines]
        best = [("", 0.0) if each is None else (arrays.labels[each.argmax()], each.max()) for each in found]
    return [(label.removeprefix(LABEL_PREFIX), min(float(probability), 1.0)) for label, probability in best]


def label_names(model: ModelFile) -> list[str]:
    """The labels of a model in alphabetical order, without their prefix; raises ModelError as `load` does."""
    arrays = _arrays(model, *_version(model))
    labels = load(model).get_labels() if arrays is None else arrays.labels
    return sorted(name.removeprefix(LABEL_PREFIX) for name in labels)


def label_probability(model: ModelFile, texts: Sequence[str], label: str, *more: str) -> NDArray[np.float32]:
    """The probability of one label for each text, or that of any of several: float32 of shape [n], in [0, 1].

    It is 0 where the model knows nothing of a text. Labels are given without their prefix. Raises ModelError when the
    model has no such label.
    """
    known, wanted = label_names(model), {label, *more}
    if unknown := sorted(wanted.difference(known)):
        raise ModelError(f"the model {model.path} has no label {unknown[0]!r}; it has {', '.join(known[:10])}")
    scores = np.zeros(len(texts), np.float32)
    for row, found in enumerate(_probabilities(model, texts, wanted)):
        for value in sorted(found, reverse=True):
            scores[row] += value
    return np.clip(scores, 0.0, 1.0, out=scores)


def _probabilities(model: ModelFile, texts: Sequence[str], wanted: Set[str]) -> Iterator[list[float]]:
    """The probabilities of some labels for each text; none where the model knows nothing."""
    arrays, lines = _arrays(model, *_version(model)), map(one_line, texts)
    if arrays is None:
        for names, values in zip(*load(model).predict(list(lines), k=-1), strict=True):
            pairs = zip(names, values, strict=True)
            yield [float(value) for name, value in pairs if name.removeprefix(LABEL_PREFIX) in wanted]
    else:
        places = [place for place, name in enumerate(arrays.labels) if name in wanted]
        for line in lines:
            found = arrays.probabilities(line)
            yield [] if found is None else found[places].tolist()


def train(rows: Iterable[tuple[str, str]], settings: Mapping[str, Any], *, seed: int = 1) -> Classifier:
    """Train a classifier on (label, text) rows and quantise it.

    The same rows give the same model, bit for bit, on the same machine: one thread, a fixed seed, and an order that
    depends on the rows alone. The order is by hash because a learner that sees one class after the other forgets the
    first. `settings` are fastText's own: dim, lr, epoch, wordNgrams, minn, maxn, bucket, minCount, loss.
    """
    import fasttext

    lines = [f"{LABEL_PREFIX}{label} {one_line(text)}\n" for label, text in rows]
    lines.sort(key=lambda line: (hashlib.sha256(line.encode()).digest(), line))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.txt"
        path.write_text("".join(lines), encoding="utf-8", newline="\n")
        model = cast(Classifier, fasttext.train_supervised(str(path), thread=1, seed=seed, verbose=0, **settings))
        model.quantize(str(path), qnorm=True, retrain=False, thread=1, verbose=0)
    return model


def save(model: Classifier, path: str | os.PathLike[str]) -> ModelFile:
    """Write a trained model beside its final name and move it there, so that no half-written model is ever found."""
    part = Path(f"{os.fspath(path)}.part")
    model.save_model(str(part))
    part.replace(path)
    return ModelFile(os.fspath(path), digest(path))
