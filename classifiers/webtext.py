"""WebText-style quality: does a page read like what people link to and look up, or like the rest of the crawl?"""

import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from curate.classifiers.excerpt import excerpt
from curate.classifiers.fasttext_model import ModelError, ModelFile, digest, label_names, label_probability, shipped
from curate.filters.batches import takes_column, text_list
from curate.filters.deferred import Deferred
from curate.filters.verdict import Judgement, judged_by

__all__ = ["MIN_SCORE", "MODEL", "Scorer", "score", "scorer"]
__dir__ = __all__.copy  # so dir() shows what is public

MODEL = shipped("webtext.ftz")
LABEL = "hq"

# Slope and offset on the log-odds of the shipped model, fitted on held-out sites: a fastText classifier is far surer
# than it is right. After it, of a balanced pile of English texts scored 0.7, about 70 % come from the good corpora.
CALIBRATION = (1.2273, 1.1881)

# Drops the very bottom, which the value model has not found either; docs/judgement.md has what that costs.
MIN_SCORE = 0.00001

MAX_HEAD = 4000
MAX_MIDDLE = 2000

kernels = Deferred("curate.classifiers.seen_kernels")


def words(text: str) -> str:
    """What the model sees of a text: the words of its excerpt in lower case, each number as `0`, and sentence marks.

    Case, spacing, line ends and all other marks are left out, so that the model cannot tell the corpora apart by how
    they were typeset or extracted, and the score does not move when a text is wrapped anew. Sentence marks stay because
    prose has them and menus have not; a run of one mark counts once. Empty when there is no word and no number.

    >>> words("Built in 1,889, it's 330 m tall ...\\n")
    "built in 0 , it's 0 m tall ."
    """
    seen = excerpt(text, max_head=MAX_HEAD, max_middle=MAX_MIDDLE).lower()
    return kernels.rewritten(seen, kernels.tokens)


# What a model is shown of a text. A model of ours was trained on `words`; others are shown the text as it is, in one
# line, which is what DCLM, FineWeb-Edu and lid.176 were trained on.
READS: dict[str, Callable[[str], str]] = {"words": words, "line": str.strip}


@dataclass(frozen=True, slots=True, repr=False)
class Scorer:
    """Texts to the probability of one label, or of any of several, by one model; small, picklable, known by digest.

    `reads` is a name in `READS`. `calibration` is a slope and an offset on the log-odds.
    """

    model: ModelFile
    labels: tuple[str, ...] = (LABEL,)
    reads: str = "words"
    calibration: tuple[float, float] | None = None

    def __repr__(self) -> str:
        """Return what it does, without the path: a recipe is the same wherever its model lies."""
        return f"Scorer({self.model.sha256}, {'+'.join(self.labels)}, {self.reads}, {self.calibration})"

    @property
    def judgement(self) -> Judgement:
        """Return whose judgement the scores are; of a model from elsewhere only that it is another's."""
        if self.model == MODEL:
            return score.judgement  # type: ignore[attr-defined, no-any-return]
        return Judgement(f"whoever labelled what the model {self.model.sha256[:8]} was trained on")

    def __call__(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Scores, float32 of shape [n], in [0, 1], 0 for a text in which the model is shown nothing.

        Raises ModelError when the file is not the one it should be or has no such label.
        """
        seen = list(map(READS[self.reads], texts))
        scores = label_probability(self.model, seen, *self.labels)
        if self.calibration:
            scores = calibrated(scores, *self.calibration)
        return np.where([bool(line) for line in seen], scores, np.float32(0))


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings that training chose for a model: how to read it, its limit, and how the crawl's pages scored.

    `crawl_scores` are the 0th to 100th percentile of the scores of unseen pages of the crawl it was trained on.
    """

    sha256: str
    label: str = LABEL
    reads: str = "words"
    calibration: tuple[float, float] | None = None
    threshold: float = 0.5
    crawl_scores: tuple[float, ...] = ()


def settings_file(model: str | os.PathLike[str]) -> Path:
    """Return where the settings of a model are looked for: `webtext.json` beside `webtext.ftz`."""
    return Path(model).with_suffix(".json")


def read_settings(model: str | os.PathLike[str]) -> Settings | None:
    """The settings written beside a model by the run that trained it; None for a model from elsewhere.

    Raises ModelError when the settings are of another model: one of the two files was swapped.
    """
    found = digest_or_error(model)
    if found == MODEL.sha256:
        return Settings(found, calibration=CALIBRATION, threshold=MIN_SCORE)
    path = settings_file(model)
    try:
        written = json.loads(path.read_text(encoding="utf-8"))
        calibration = written["calibration"] and tuple(written["calibration"])
        settings = Settings(**{**written, "calibration": calibration, "crawl_scores": tuple(written["crawl_scores"])})
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise ModelError(f"{path} does not hold the settings of a model: {error}") from error
    if settings.sha256 != found or settings.reads not in READS:
        raise ModelError(f"{path} is about a model with SHA-256 {settings.sha256}, but {os.fspath(model)} has {found}")
    return settings


def digest_or_error(model: str | os.PathLike[str]) -> str:
    """The SHA-256 of a model file; ModelError, naming it, when it cannot be read."""
    try:
        return digest(model)
    except OSError as error:
        raise ModelError(f"cannot read the model {os.fspath(model)}: {error.strerror}") from error


def scorer(model: str | os.PathLike[str], *, label: str = "") -> Scorer:
    """A scorer from a fastText classifier by path: one trained here, or DCLM's, FineWeb-Edu's, lid.176, any other.

    `label` names what is good, without prefix; several joined by `+` (`3+4+5`) count together. It may be left out for
    a model trained here, whose settings are read and whose scores are calibrated. The file's digest is taken now, and
    whoever loads it later refuses another. Raises ModelError when the file is no classifier or has no such label.
    """
    settings = read_settings(model)
    file = ModelFile(str(Path(model).resolve()), digest_or_error(model))
    known = label_names(file)
    labels = tuple(label.split("+")) if label else (settings.label,) if settings else ()
    if not labels or not set(labels) <= set(known):
        asked = f"has no label {label!r}" if labels else "comes without settings: say which label means good"
        raise ModelError(f"the model {os.fspath(model)} {asked}; it has {', '.join(known[:12])}")
    if settings is None:
        return Scorer(file, labels, reads="line")
    own = labels == (settings.label,)
    return Scorer(file, labels, settings.reads, settings.calibration if own else None)


@takes_column
@judged_by(
    "Wikipedia's authors, against the rest of a crawl balanced by source, through a small model",
    "recipes, forums, reviews, documentation, plain personal pages, and everything not in English",
)
def score(texts: Sequence[str], *, model: ModelFile = MODEL, label: str = LABEL) -> NDArray[np.float32]:
    """The probability that each text came from the good corpora: float32 of shape [n], in [0, 1], 0 without words.

    At most 6,000 characters of a text are read. With the shipped model the good corpus is Wikipedia, and the rest are
    pages of a crawl, as many of each source; `models/webtext.md` says what that prefers. Its score is
    calibrated; that of another model is the model's own (`scorer` reads one by path). It has been taught English: text
    in another language scores low whatever its worth. Raises TypeError when given one string instead of a list,
    ModelError when the model file is not the one it should be.

    Source: Radford et al. 2019, section 2.1 (WebText); Brown et al. 2020, appendix A (a classifier for it).

    >>> wiki = "The river rises in the hills north of the town and flows south through a series of lakes. It was " \\
    ...     "first described by the naturalist in the 18th century, who recorded several species of fish in its waters."
    >>> spam = "Login Register Forgot password? Add to cart Checkout Free shipping Click here Contact us Home Menu Shop"
    >>> good, bad = score([wiki, spam])
    >>> bool(good > 0.5 > bad)
    True
    """
    return Scorer(model, (label,), calibration=CALIBRATION if model == MODEL else None)(text_list(texts))


def calibrated(scores: NDArray[np.float32], slope: float, offset: float) -> NDArray[np.float32]:
    """Scores with their log-odds stretched and moved: float32 of the same shape, in (0, 1), in the same order.

    >>> calibrated(np.array([0.5, 0.9], np.float32), 1.0, 0.0).round(2).tolist()
    [0.5, 0.8999999761581421]
    """
    safe = np.clip(scores.astype(np.float64), 1e-5, 1 - 1e-5)
    return (1 / (1 + np.exp(-(slope * np.log(safe / (1 - safe)) + offset)))).astype(np.float32)
