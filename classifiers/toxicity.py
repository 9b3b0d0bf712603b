"""Hate, threats, insults, obscenity and explicit sex: each sentence judged by itself, a page by how many there are."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from curate.classifiers import toxicity_model
from curate.classifiers.fasttext_model import ModelFile, shipped
from curate.classifiers.toxicity_model import KINDS, ToxicityModel
from curate.filters.batches import takes_column, text_list
from curate.filters.deferred import Deferred
from curate.filters.verdict import judged_by

__all__ = ["MAX_TOXICITY", "MODEL", "details", "score"]
__dir__ = __all__.copy  # so dir() shows what is public

kernels = Deferred("curate.classifiers.toxic_reading")

MODEL = shipped("toxicity.npz")

# One clean page in 500 scores higher, on pages of sources the model was not trained on; the card has the curve.
MAX_TOXICITY = 0.8

# A sentence counts softly from log-odds of -1, and for at most about 3: one shrill sentence is not a page of them. Or
# it counts from so far above the page's middle sentence: where the matter is prejudice, all sentences are higher.
FROM, AT_MOST = -1.0, 2.0
ABOVE_MIDDLE, LOWEST, HIGHEST = 5.0, -2.5, 1.0
WORST_SHARE = 0.5  # what the worst sentence counts: most clean pages that score high have only one such
ALL_SHARE = 1.4  # how much the first count weighs beside the second; the larger counts
PRIOR_SENTENCES = 4  # calm ones that every page is thought to have besides
PAGE_SCALE = 0.085  # the mean that scores MAX_TOXICITY

# Log-odds from which a sentence is counted as one of a kind: fewer than 1 in 1,000 of clean pages of unseen sources.
LIMITS: Mapping[str, float] = {"hate": 0.0, "threat": 0.0, "insult": 0.0, "obscene": 0.0, "explicit": 0.0}


@takes_column
@judged_by(
    "labellers of tweets, forum lines and comments (Davidson et al., Stormfront, Surge), and sentences of our own, "
    "through a small model",
    "accounts of violence and prejudice, and lists of names of groups",
)
def score(texts: Sequence[str], *, model: ModelFile = MODEL) -> NDArray[np.float32]:
    """Return how toxic each text is: float32 of shape [n], in [0, 1]; 0 for a text without words.

    It rises with the share of sentences that attack: hate, threats and insults. Swearing alone does not raise it. At
    most 8,000 characters of a text are read. Raises TypeError when given one string instead of a list, ModelError when
    the model file is not the one it should be.

    >>> calm, hateful = score(["The museum opens at nine.", "They are vermin and they all deserve to die."])
    >>> bool(calm < 0.5 < hateful)
    True
    """
    return np.array([_page_score(odds) for odds, _ in _judged(texts, model)], np.float32)


def details(texts: Sequence[str], *, model: ModelFile = MODEL) -> dict[str, NDArray[Any]]:
    """The score, and for each kind of harm how many sentences show it and where the worst is; arrays of length n.

    `score` is that of `score`. For each of hate, threat, insult, obscene and explicit: `KIND`, float32, the share of
    sentences over the kind's limit; `KIND_count`, int32; and `KIND_place`, int32, the character of the excerpt at which
    the worst of them begins, -1 where there is none.

    >>> found = details(["A calm line about bread and butter. You are a stupid worthless idiot, shut up."])
    >>> int(found["insult_count"][0]), int(found["insult_place"][0]), int(found["threat_place"][0])
    (1, 36, -1)
    """
    judged = _judged(texts, model)
    limits = np.array(list(LIMITS.values()))
    heads = np.array([KINDS.index(kind) for kind in LIMITS])
    worst = np.array([kernels.worst(odds, begin, heads, limits) for odds, begin in judged], np.int64).reshape(
        -1, 2, len(heads)
    )
    sentences = np.array([max(len(odds), 1) for odds, _ in judged], np.int64)
    found: dict[str, NDArray[Any]] = {"score": np.array([_page_score(odds) for odds, _ in judged], np.float32)}
    for place, kind in enumerate(LIMITS):
        found[kind] = (worst[:, 0, place] / sentences).astype(np.float32)
        found[f"{kind}_count"] = worst[:, 0, place].astype(np.int32)
        found[f"{kind}_place"] = worst[:, 1, place].astype(np.int32)
    return found


def _judged(texts: Sequence[str], model: ModelFile) -> list[tuple[NDArray[np.float64], NDArray[np.int64]]]:
    """Per text the log-odds of its sentences, float64[sentences, kinds], and where they begin, int64[sentences]."""
    loaded = toxicity_model.load(model)
    return [judge(text, loaded) for text in text_list(texts)]


def judge(text: str, model: ToxicityModel) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """The log-odds of a text's sentences, float64[sentences, kinds], and where they begin, int64[sentences]."""
    found = toxicity_model.read(text)
    return model.log_odds(found), found.begin[found.chunks[:-1]]


def page_mean(odds: NDArray[np.float64]) -> float:
    """Return what the sentences of a page come to, before it is put between 0 and 1; 0 without sentences."""
    if not len(odds):
        return 0.0
    harm = np.minimum(odds[:, 0], AT_MOST)
    order = np.sort(odds[:, 0])
    middle = float(order[(len(order) - 1) // 2] + order[len(order) // 2]) / 2  # the median, without NumPy's detours
    start = min(max(middle + ABOVE_MIDDLE, LOWEST), HIGHEST)
    return max(ALL_SHARE * _counted(harm, FROM), _counted(harm, start)) / (len(harm) + PRIOR_SENTENCES)


def _counted(harm: NDArray[np.float64], start: float) -> float:
    """How many sentences, softly, stand above `start`; the worst counts less."""
    each = np.logaddexp(0.0, harm - start)
    return float(each.sum() - (1 - WORST_SHARE) * each.max())


def _page_score(odds: NDArray[np.float64]) -> float:
    return float(-np.expm1(np.log1p(-MAX_TOXICITY) * page_mean(odds) / PAGE_SCALE))
