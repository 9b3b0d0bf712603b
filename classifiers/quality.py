"""WebText-style quality: how much a page reads like what people link to and look up, rather than like the rest of the crawl."""

import hashlib
import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from classifiers.excerpt import excerpt
from classifiers.fasttext_model import ModelFile, label_probability, shipped

MODEL = shipped("quality.ftz")
LABEL = "hq"

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
    people marked as such, and the rest are pages of a crawl; `models/quality.md` says what that prefers. It has been
    taught English; text in another language scores low whatever its worth. Raises TypeError when given one string
    instead of a list, ModelError when the model file is not the one it should be.

    Source: Radford et al. 2019, section 2.1 (WebText); Brown et al. 2020, appendix A (a classifier for it).

    >>> wiki = "The river rises in the hills north of the town and flows south through a series of small lakes. It was " \\
    ...     "first described by the naturalist in the 18th century, who recorded several species of fish in its waters."
    >>> spam = "Login Register Forgot password? Add to cart Checkout Free shipping Click here Contact us Home Menu Shop"
    >>> good, bad = score([wiki, spam])
    >>> bool(good > 0.5 > bad)
    True
    """
    if isinstance(texts, str):
        raise TypeError("score takes a list of texts, not one text: pass [text]")
    seen = [words(text) for text in texts]
    return np.where([bool(line) for line in seen], label_probability(model, seen, label), 0).astype(np.float32)


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
    the same document is kept or dropped whatever runs beside it. A greater `alpha` keeps fewer poor pages; with 9 a page
    scored 0 has a chance of 1 in 512. Raises ValueError for a score outside [0, 1] or an alpha that is not positive.

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
    return draw(key) ** (-1.0 / alpha) - 1.0 > 1.0 - score
