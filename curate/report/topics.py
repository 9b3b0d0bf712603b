"""Finds what texts are about and whom they name: topics by k-means, identity terms, and telling words.

All of it looks at the words of the beginnings of a sample of texts that reached the rules: rough, cheap, and the same
in every run.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, log, sqrt

import numpy as np
from numpy.typing import NDArray

from curate.report.groups import OTHERS, Dimension
from curate.report.pages import Floats, Ints, Pages

MIN_TEXTS = 1000  # of a large run more, up to 5,000
MAX_GROUPS = 400  # row groups whose texts are read for this
HEAD = 800  # characters of a text that are looked at
TOPICS = 12
VOCABULARY = 400
COMMON = 0.25  # a word in more of the texts than this tells no topic
ROUNDS = 8
SEED = 1
NAMES = 4  # words that name a topic
WORDS = 24  # told of each side of a model
MIN_WORD = 8  # texts a word must be in

_WORD = re.compile(r"[a-z]{3,20}")

# After Dodge et al. 2021, "Documenting Large Webtext Corpora", section 5: mentions of identities against removal.
IDENTITY_TERMS = {
    "women": ("woman", "women", "girl", "girls", "female", "females"),
    "men": ("man", "men", "boy", "boys", "male", "males"),
    "gay, lesbian, bisexual, queer": ("gay", "lesbian", "lesbians", "bisexual", "queer", "lgbt", "lgbtq"),
    "transgender": ("transgender", "transsexual", "nonbinary"),
    "Black, African": ("black", "african", "africans"),
    "white, European": ("white", "caucasian", "european", "europeans"),
    "Asian": ("asian", "asians", "chinese", "japanese", "korean", "indian"),
    "Hispanic, Latino": ("hispanic", "hispanics", "latino", "latina", "latinos", "latinas"),
    "Arab, Muslim": ("arab", "arabs", "arabic", "muslim", "muslims", "islam", "islamic"),
    "Jewish": ("jew", "jews", "jewish", "judaism"),
    "Christian": ("christian", "christians", "catholic", "church"),
    "Hindu, Buddhist, Sikh": ("hindu", "hindus", "buddhist", "buddhists", "sikh", "sikhs"),
    "immigrants, refugees": ("immigrant", "immigrants", "migrant", "migrants", "refugee", "refugees"),
    "disabled": ("disabled", "disability", "disabilities", "deaf", "blind", "wheelchair"),
    "old": ("elderly", "seniors", "elders", "retired"),
}


@dataclass(frozen=True, slots=True)
class Words:
    """Which words the beginnings of some texts have: the pages, and a set of words of each."""

    pages: Ints
    sets: tuple[frozenset[str], ...]


@dataclass(frozen=True, slots=True)
class Preference:
    """Words that pages a model kept have more often, and those it dropped; (word, share of kept, share of dropped)."""

    stage: str
    kept: int
    dropped: int
    liked: tuple[tuple[str, float, float], ...]
    disliked: tuple[tuple[str, float, float], ...]


def choose(pages: Pages, first: str) -> Ints:
    """Pages that reached a stage, those with the lowest ids: `MIN_TEXTS`, or a twentieth of all held."""
    here = np.flatnonzero(pages.reached(first) & ~pages.failed)
    here = here[np.argsort(pages.ids[here])]
    return np.sort(here[_in_few_groups(pages, here)][: max(MIN_TEXTS, len(pages) // 20)])


def _in_few_groups(pages: Pages, here: Ints) -> NDArray[np.bool_]:
    """Return which of some pages, lowest id first, stand in the row groups to be read: an equal share of each kind.

    Texts are read by row group, so texts from everywhere would mean to read everything.
    """
    files, groups = pages.place[here, 0], pages.place[here, 1]
    unique, first, inverse = np.unique(np.stack([files, groups]), axis=1, return_index=True, return_inverse=True)
    share = min(1.0, MAX_GROUPS / max(len(first), 1))
    chosen = np.zeros(len(first), bool)
    kinds = np.array([pages.files[file].parent.name for file in unique[0].tolist()], object)
    for kind in sorted(set(kinds.tolist())):
        mine = np.flatnonzero(kinds == kind)
        chosen[mine[np.argsort(first[mine])[: ceil(len(mine) * share)]]] = True
    taken: NDArray[np.bool_] = chosen[inverse.reshape(-1)]
    return taken


def words_of(texts: dict[int, str], chosen: Ints) -> Words:
    """The words of the beginnings of the chosen texts."""
    have = [page for page in chosen.tolist() if page in texts]
    return Words(np.array(have, np.int64), tuple(frozenset(_WORD.findall(texts[page][:HEAD].lower())) for page in have))


def topics(words: Words, size: int) -> Dimension | None:
    """The topic of each page, named by its commonest telling words; None for fewer than 20 texts a topic."""
    count = min(TOPICS, len(words.sets) // 20)
    if count < 2:
        return None
    vocabulary, weights = _weights(words.sets)
    if len(vocabulary) < count:
        return None
    topic, centres = _k_means(weights, count)
    telling = centres - weights.sums(np.zeros(weights.rows, np.int64), 1) / weights.rows
    names = [", ".join(vocabulary[i] for i in np.argsort(-row, kind="stable")[:NAMES]) for row in telling]
    label = np.full(size, "", object)
    label[words.pages] = [names[number] for number in topic.tolist()]
    return Dimension("topic", "a sample of the pages that reached the rules", label)


@dataclass(frozen=True, slots=True)
class _Weights:
    """A sparse matrix of texts by words: the row, column and value of each entry."""

    rows: int
    columns: int
    row: Ints
    column: Ints
    value: Floats

    def times(self, vector: Floats) -> Floats:
        """The product with a vector over words: float64[rows]."""
        product = np.bincount(self.row, self.value * vector[self.column], minlength=self.rows)
        return product.astype(np.float64)

    def sums(self, group: Ints, groups: int) -> Floats:
        """The sums of rows by group: float64[groups, columns]."""
        place = group[self.row] * self.columns + self.column
        sums = np.bincount(place, self.value, minlength=groups * self.columns).astype(np.float64)
        return sums.reshape(groups, self.columns)


def _weights(sets: Sequence[frozenset[str]]) -> tuple[list[str], _Weights]:
    """Vocabulary and TF-IDF rows of length 1; a word counts once a text."""
    counts: Counter[str] = Counter()
    for each in sets:
        counts.update(each)
    common = [word for word, count in counts.items() if 3 <= count <= COMMON * len(sets) and len(word) > 3]
    vocabulary = sorted(sorted(common, key=lambda word: (-counts[word], word))[:VOCABULARY])
    place = {word: i for i, word in enumerate(vocabulary)}
    known = frozenset(vocabulary)
    found = [sorted(place[word] for word in each & known) for each in sets]
    row = np.repeat(np.arange(len(sets)), [len(each) for each in found])
    column = np.array([i for each in found for i in each], np.int64)
    value = np.log(len(sets) / np.array([counts[word] for word in vocabulary], np.float64))[column]
    lengths = np.sqrt(np.bincount(row, value * value, minlength=len(sets)))
    return vocabulary, _Weights(len(sets), len(vocabulary), row, column, value / lengths[row])


def _k_means(weights: _Weights, count: int) -> tuple[Ints, Floats]:
    """Spherical k-means from a fixed seed: each row's cluster and the centres."""
    random = np.random.default_rng(SEED)
    single = np.arange(weights.rows)
    nearest, chosen = np.zeros(weights.rows), [int(random.integers(weights.rows))]
    while True:
        centre = weights.sums((single != chosen[-1]).astype(np.int64), 2)[0]
        nearest = np.maximum(nearest, weights.times(centre))
        if len(chosen) == count:
            break
        gaps = np.maximum(1 - nearest, 0) + 1e-12
        chosen.append(int(random.choice(weights.rows, p=gaps / gaps.sum())))
    centres = np.stack([weights.sums((single != each).astype(np.int64), 2)[0] for each in chosen])
    topic = np.zeros(weights.rows, np.int64)
    for _ in range(ROUNDS):
        topic = np.stack([weights.times(centre) for centre in centres]).argmax(0)
        sums = weights.sums(topic, count)
        norms = np.sqrt((sums * sums).sum(1, keepdims=True))
        centres = np.where(norms > 0, sums / np.maximum(norms, 1e-9), centres)
    return topic, centres


def identities(words: Words, size: int) -> list[Dimension]:
    """For each identity, which of the texts name it and which are others; "" for pages not looked at."""
    found = []
    for name, terms in IDENTITY_TERMS.items():
        label = np.full(size, "", object)
        label[words.pages] = [name if each & set(terms) else OTHERS for each in words.sets]
        found.append(Dimension("identity named", "a sample of the pages that reached the rules", label))
    return found


def preference(pages: Pages, words: Words, stage: str) -> Preference | None:
    """The words that best tell what a stage kept from what it dropped, by log odds over their standard error."""
    reached = pages.reached(stage)[words.pages]
    gone = pages.dropped_by(stage)[words.pages]
    kept: Counter[str] = Counter()
    dropped: Counter[str] = Counter()
    for each, here, out in zip(words.sets, reached.tolist(), gone.tolist(), strict=True):
        if here:
            (dropped if out else kept).update(each)
    n, m = int((reached & ~gone).sum()), int((reached & gone).sum())
    if min(n, m) < MIN_WORD:
        return None
    scored = sorted(
        (-_log_odds(kept[w], n, dropped[w], m), w) for w in kept | dropped if kept[w] + dropped[w] >= MIN_WORD
    )
    told = [(word, kept[word] / n, dropped[word] / m) for _, word in scored]
    return Preference(stage, n, m, tuple(told[:WORDS]), tuple(told[: -WORDS - 1 : -1]))


def _log_odds(a: int, n: int, b: int, m: int) -> float:
    """Log odds ratio over its standard error, half a text added everywhere."""
    parts = (a + 0.5, n - a + 0.5, b + 0.5, m - b + 0.5)
    return log(parts[0] * parts[3] / (parts[1] * parts[2])) / sqrt(sum(1 / part for part in parts))
