"""Hate, abuse and obscenity: how toxic a document is, from how toxic its sentences are."""

import re
from collections.abc import Sequence
from math import ceil

import numpy as np
from numpy.typing import NDArray

from classifiers.excerpt import excerpt
from classifiers.fasttext_model import ModelFile, label_probability, shipped
from filters.verdict import judged_by

MODEL = shipped("toxicity.ftz")
LABEL = "toxic"

MAX_HEAD = 4000
MAX_MIDDLE = 4000

# The model was trained on posts of about this length: a shorter sentence is read together with the next (a word or two
# of a menu prove nothing), a longer one in pieces.
MIN_CHUNK_WORDS = 6
MAX_CHUNK_WORDS = 40
TOP_SHARE = 0.1

# On ordinary pages of the development shard this drops fewer than one in a hundred; the card has the curve.
MAX_TOXICITY = 0.8

# Names of groups of people, none of them an insult by itself. The model reads them all as one word, so it can neither
# learn that a name is an insult nor treat one group worse than another.
GROUP_NAMES = frozenset(
    """
    muslim muslims islamic jew jews jewish christian christians catholic catholics protestant protestants hindu hindus
    buddhist buddhists sikh sikhs taoist taoists atheist atheists mormon mormons
    woman women man men girl girls boy boys male males female females lady ladies
    gay gays lesbian lesbians bisexual bisexuals trans transgender transgendered transsexual queer queers nonbinary
    straight
    heterosexual heterosexuals homosexual homosexuals lgbt lgbtq lgbtqia
    black blacks white whites asian asians african africans american americans european europeans canadian canadians
    mexican mexicans latino latinos latina latinas latinx hispanic hispanics arab arabs indian indians pakistani
    pakistanis
    chinese japanese korean koreans eastern turk turks turkish pole poles polish russian russians roma romani
    indigenous aboriginal native natives syrian syrians somali somalis iranian iranians israeli israelis
    palestinian palestinians
    immigrant immigrants migrant migrants refugee refugees foreigner foreigners foreign
    disabled deaf blind paralyzed paralysed autistic elderly old older young younger aged teenage teenager teenagers
    millennial millennials millenial millenials
    """.split()
)
GROUP = "groupname"

_SENTENCE_END = re.compile(r"(?<=[.!?…。！？])[\"'”’)\]]*\s+|\s*\n\s*")
_MARKUP = re.compile(r"https?://\S+|@\w+|&#?\w+;|\bRT\b")
_WORD = re.compile(r"[^\W\d_]+(?:['’*@$][^\W\d_]+)*|[!?]")


def words(sentence: str) -> str:
    """What the model sees of a sentence: words in lower case, group names as one word, and marks that carry a tone.

    >>> words("You are SO kind!  #thanks http://example.org")
    'you are so kind ! thanks'
    >>> words("Gay and African-American writers")
    'groupname and groupname writers'
    """
    found: list[str] = []
    for word in _WORD.findall(_MARKUP.sub(" ", sentence).lower().replace("’", "'")):
        seen = GROUP if word.removesuffix("'s") in GROUP_NAMES else word
        if not (seen == GROUP and found and found[-1] == GROUP):
            found.append(seen)
    return " ".join(found)


def chunks(text: str) -> list[str]:
    """The sentences of a text's excerpt as the model sees them, joined or cut to about 6 to 40 words.

    >>> chunks("Home. News. Sport. The museum opens at nine today.")
    ['home news sport the museum opens at nine today']
    """
    found: list[list[str]] = [[]]
    for sentence in _SENTENCE_END.split(excerpt(text, max_head=MAX_HEAD, max_middle=MAX_MIDDLE)):
        seen = words(sentence).split()
        if len(found[-1]) >= MIN_CHUNK_WORDS or len(found[-1]) + len(seen) > MAX_CHUNK_WORDS:
            found.append([])
        found[-1] += seen[:MAX_CHUNK_WORDS]
        found += [seen[at : at + MAX_CHUNK_WORDS] for at in range(MAX_CHUNK_WORDS, len(seen), MAX_CHUNK_WORDS)]
    if len(found) > 1 and len(found[-1]) < MIN_CHUNK_WORDS:
        tail = found.pop()
        found[-1] += tail
    return [" ".join(chunk) for chunk in found if chunk]


@judged_by(
    "labellers of tweets, forum lines and comments (Davidson et al., Stormfront, Surge), through a small model",
    "swearing in jest, reclaimed words, and dialects whose words labellers marked too often",
)
def score(texts: Sequence[str], *, model: ModelFile = MODEL, label: str = LABEL) -> NDArray[np.float32]:
    """How toxic each text is: float32 of shape [n], in [0, 1]; 0 for a text without words.

    The score of a document is the mean over the most toxic tenth of its chunks, at least one: a short text is judged by
    its worst sentence, a long one is not dropped for one quotation. At most 8,000 characters of a text are read. Raises
    TypeError when given one string instead of a list, ModelError when the model file is not the one it should be.

    >>> calm, hateful = score(["The museum opens at nine.", "They are vermin and they all deserve to die."])
    >>> bool(calm < 0.5 < hateful)
    True
    """
    if isinstance(texts, str):
        raise TypeError("score takes a list of texts, not one text: pass [text]")
    split = [chunks(text) for text in texts]
    scores = label_probability(model, [chunk for found in split for chunk in found], label)
    return np.array([_document_score(part) for part in _parts(scores, split)], np.float32)


def _parts(scores: NDArray[np.float32], split: list[list[str]]) -> list[NDArray[np.float32]]:
    return np.split(scores, np.cumsum([len(found) for found in split])[:-1]) if split else []


def _document_score(scores: NDArray[np.float32]) -> float:
    if not len(scores):
        return 0.0
    return float(np.sort(scores)[-ceil(TOP_SHARE * len(scores)) :].mean())
