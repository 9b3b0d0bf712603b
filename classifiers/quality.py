"""WebText-style quality: does a page read like what people link to and look up, or like the rest of the crawl?"""

import hashlib
import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from classifiers.excerpt import excerpt
from classifiers.fasttext_model import ModelFile, label_probability, shipped

MODEL = shipped("quality.ftz")
LABEL = "hq"

# Slope and offset on the log-odds of the shipped model, fitted on held-out sites: a fastText classifier is far surer
# than it is right. After it, of a balanced pile of English texts scored 0.7, about 70 % come from the good corpora.
CALIBRATION = (0.798, -0.454)

# Keeps about a fifth of the English pages of the development shard; the card has the curve.
MIN_QUALITY = 0.5

MAX_HEAD = 4000
MAX_MIDDLE = 2000

_TOKEN = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*|\d+(?:[.,:/-]\d+)*")


def words(text: str) -> str:
    """What the model sees of a text: the words of its excerpt in lower case, each number as `0`, nothing else.

    Case, punctuation, spacing and line ends are left out, so that the model cannot tell the corpora apart by how they
    were typeset or extracted, and the score does not move when a text is wrapped anew.

    >>> words("Built in 1,889, it's 330 m tall.\\n")
    "built in 0 it's 0 m tall"
    """
    tokens = _TOKEN.findall(excerpt(text, max_head=MAX_HEAD, max_middle=MAX_MIDDLE).lower())
    return " ".join("0" if token[0].isdigit() else token for token in tokens).replace("’", "'")


def score(texts: Sequence[str], *, model: ModelFile = MODEL, label: str = LABEL) -> NDArray[np.float32]:
    """The probability that each text came from the good corpora: float32 of shape [n], in [0, 1], 0 without words.

    At most 6,000 characters of a text are read. With the shipped model the good corpora are Wikipedia and articles that
    people marked as such, and the rest are pages of a crawl; `models/quality.md` says what that prefers. Its score is
    calibrated; that of another model is the model's own. It has been taught English: text in another language scores
    low whatever its worth. Raises TypeError when given one string instead of a list, ModelError when the model file is
    not the one it should be.

    Source: Radford et al. 2019, section 2.1 (WebText); Brown et al. 2020, appendix A (a classifier for it).

    >>> wiki = "The river rises in the hills north of the town and flows south through a series of lakes. It was " \\
    ...     "first described by the naturalist in the 18th century, who recorded several species of fish in its waters."
    >>> spam = "Login Register Forgot password? Add to cart Checkout Free shipping Click here Contact us Home Menu Shop"
    >>> good, bad = score([wiki, spam])
    >>> bool(good > 0.5 > bad)
    True
    """
    if isinstance(texts, str):
        raise TypeError("score takes a list of texts, not one text: pass [text]")
    seen = [words(text) for text in texts]
    scores = label_probability(model, seen, label)
    if model == MODEL:
        scores = calibrated(scores, *CALIBRATION)
    return np.where([bool(line) for line in seen], scores, np.float32(0))


def calibrated(scores: NDArray[np.float32], slope: float, offset: float) -> NDArray[np.float32]:
    """Scores with their log-odds stretched and moved: float32 of the same shape, in (0, 1), in the same order.

    >>> calibrated(np.array([0.5, 0.9], np.float32), 1.0, 0.0).round(2).tolist()
    [0.5, 0.8999999761581421]
    """
    safe = np.clip(scores.astype(np.float64), 1e-5, 1 - 1e-5)
    return (1 / (1 + np.exp(-(slope * np.log(safe / (1 - safe)) + offset)))).astype(np.float32)


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
    if not alpha > 0:
        raise ValueError(f"alpha must be positive, got {alpha}")
    return float(draw(key) ** (-1.0 / alpha) - 1.0) > 1.0 - score
