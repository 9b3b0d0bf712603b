"""Quality: what a text is worth to a language model, and the rules by which a recipe keeps texts by their scores."""

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from curate.classifiers import value_model, webtext
from curate.classifiers.fasttext_model import ModelError, ModelFile, shipped
from curate.filters.batches import takes_column, text_list
from curate.filters.verdict import Judgement, judged_by

__all__ = [
    "MIN_QUALITY",
    "MODEL",
    "Pareto",
    "ValueScorer",
    "draw",
    "keep",
    "limit_for_share",
    "pareto_limit",
    "score",
    "scorer",
]
__dir__ = __all__.copy  # so dir() shows what is public

MODEL = shipped("quality.npz")

# Where the default recipe draws the line; docs/judgement.md has the curve it was read from.
MIN_QUALITY = 0.36

WHO = "a language model that read 3,348 pages of 176 sources against a written rubric, through a small model"
MIND = "short texts; lists and tables without prose; subjects and dialects that those pages hardly have"


@dataclass(frozen=True, slots=True, repr=False)
class ValueScorer:
    """Texts to the share worth having among texts like each, by a value model; small, picklable, known by digest."""

    model: ModelFile = MODEL

    def __repr__(self) -> str:
        """Return what it does, without the path: a recipe is the same wherever its model lies."""
        return f"ValueScorer({self.model.sha256})"

    @property
    def judgement(self) -> Judgement:
        """Return whose judgement the scores are; of a model from elsewhere only that it is another's."""
        if self.model == MODEL:
            return Judgement(WHO, MIND)
        return Judgement(f"whoever labelled what the model {self.model.sha256[:8]} was trained on")

    def __call__(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Scores, float32 of shape [n], in [0, 1]; raises ModelError when the file is not the one it should be."""
        return value_model.score(texts, value_model.load(self.model))


@takes_column
@judged_by(WHO, MIND)
def score(texts: Sequence[str]) -> NDArray[np.float32]:
    """Return what each text is worth: float32 of shape [n], in [0, 1], 0 without words, rounded to four decimals.

    The score can be read: of texts scored 0.7, about 70 % were worth having to readers who judged whole pages by a
    written rubric (coherent prose or discussion with real content, or better). The first 6,000, the middle 2,000 and
    the last 2,000 characters are read. Case and Markdown do not matter. It was taught on English pages. Its card,
    `models/quality.md`, says how well it does on sources it never saw, and whom it wrongs. Raises TypeError when given
    one string instead of a list, ModelError when the model file is not the one it should be.

    >>> story = (
    ...     "When my grandmother was young she kept bees, and she told me that a swarm never leaves a hive that "
    ...     "is talked to. I did not believe her. But in the summer after she died the bees left, one hive "
    ...     "after the other, and nobody in the village could say why they had gone or where. My father, who "
    ...     "did not like to be asked about it, put the empty hives behind the barn. It was only years later "
    ...     "that a letter came from a farm across the river, where an old man had found seven swarms in a "
    ...     "single week and had wondered ever since."
    ... )
    >>> shop = "Login Register Forgot password? Add to cart Checkout Free shipping Click here Contact us Home Menu Shop"
    >>> good, bad = score([story, shop])
    >>> bool(good > 0.3 > bad)
    True
    """
    return ValueScorer()(text_list(texts))


def scorer(model: str | os.PathLike[str], *, label: str = "") -> ValueScorer | webtext.Scorer:
    """A scorer from a model by path: a value model (`.npz`), or a fastText classifier as `webtext.scorer` takes it.

    Raises ModelError when the file is neither, or when a value model is asked for a label: it has none.
    """
    if not os.fspath(model).endswith(".npz"):
        return webtext.scorer(model, label=label)
    if label:
        raise ModelError(f"{os.fspath(model)} is a value model, which has no label {label!r}")
    found = ValueScorer(ModelFile(os.path.realpath(model), webtext.digest_or_error(model)))
    value_model.load(found.model)
    return found


def draw(key: str) -> float:
    """A number in (0, 1] that depends on the key alone, uniform over keys.

    >>> draw("a") == draw("a") != draw("b")
    True
    """
    drawn = int.from_bytes(hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()[:8], "big")
    return (drawn + 1) / 2**64


def keep(score: float, key: str, *, alpha: float = 9.0) -> bool:
    """GPT-3's rule: keep when a Pareto draw exceeds one minus the score, so that a little of everything stays.

    The draw follows `numpy.random.pareto(alpha)` (Lomax, from 0 up), but comes from a hash of `key`, the document's id:
    the same document is kept or dropped whatever runs beside it. A greater `alpha` keeps fewer poor pages; with 9 a
    page scored 0 has a chance of 1 in 512. Raises ValueError for a score outside [0, 1] or an alpha that is not
    positive.

    Source: Brown et al. 2020, appendix A, with alpha = 9.

    >>> keep(1.0, "any document")
    True
    >>> sum(keep(0.0, str(key)) for key in range(1000)) < 10
    True
    """
    if not 0.0 <= score <= 1.0:
        raise ValueError(f"score must be in [0, 1], got {score}")
    return score > pareto_limit(key, alpha)


def pareto_limit(key: str, alpha: float = 9.0) -> float:
    """The score above which `keep` keeps the document of this key, below 1; raises ValueError for a bad alpha."""
    if not alpha > 0:
        raise ValueError(f"alpha must be positive, got {alpha}")
    return 2.0 - float(draw(key) ** (-1.0 / alpha))


@dataclass(frozen=True, slots=True)
class Pareto:
    """`keep` as limits: the score that each document has to reach, by its id.

    >>> Pareto()(["a", "b"]).shape
    (2,)
    """

    alpha: float = 9.0

    def __call__(self, ids: Sequence[str]) -> NDArray[np.float64]:
        """Limits in [-inf, 1], float64 of shape [n]."""
        return np.array([pareto_limit(key, self.alpha) for key in ids], np.float64)


def limit_for_share(scores: Sequence[float] | NDArray[np.floating], share: float) -> float:
    """The least score that keeps this share of documents scored like `scores`, rounded to the nearest document.

    `scores` are those of a sample, of an earlier run, or the 101 percentiles in a model's settings; NaN is left out.
    Documents of equal score are kept or dropped together, so many ties keep more. Raises ValueError without scores or
    for a share outside (0, 1].

    >>> limit_for_share([0.1, 0.2, 0.3, 0.4], 0.5)
    0.3
    """
    if not 0 < share <= 1:
        raise ValueError(f"share must be in (0, 1], got {share}")
    known = np.asarray(scores, np.float64)
    known = np.sort(known[~np.isnan(known)])
    if not len(known):
        raise ValueError("no scores to choose a limit from")
    return float(known[-max(1, round(share * len(known)))])
