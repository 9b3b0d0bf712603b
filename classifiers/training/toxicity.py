"""The toxicity model from labelled sentences: two learners of the same features, added into one table of weights.

One learns a weight for each feature by itself (Adagrad), the other through 16 hidden numbers, so that features which
stand in like sentences share what they learn. Both are linear in what is read of a sentence, so their mean is one table
and costs nothing more to use. A sentence whose kind is not known teaches only the kinds it is known for.

Nothing is drawn by chance but what a fixed seed gives: the same sentences in any order give the same model.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from curate.classifiers import toxic_reading, toxic_words
from curate.classifiers.toxicity_model import KINDS, Reading, ToxicityModel, read, scale
from curate.classifiers.training.contrast_cases import CASES
from curate.filters.compiled import kernel

UNKNOWN = -1.0
SLOTS = 1 << toxic_reading.BITS
EPOCHS, RATE, HIDDEN_RATE, HIDDEN, PULL = 4, 0.15, 0.2, 16, 1e-3
OWN_SHARE = 0.8  # how much the learner of single weights counts beside the other
MIN_COUNT = 6  # a feature seen less often says nothing
POST_WEIGHT, PATTERN_WEIGHT, PAGE_WEIGHT = 2000.0, 0.6, 4.0
PHRASE_WEIGHT = 0.3
CALM_POST_WEIGHT = 1.5  # at least: posts are few beside pages, and calm talk about groups is what pages lack
MAX_PER_PATTERN = 150
PART_CHARS = 7900  # of a page: what is read of a text at once is 8,000
CALM = (0.0,) * len(KINDS)


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence as training sees it: its slots, int32[m], its words, and for each of `KINDS` 1, 0 or UNKNOWN.

    `source` is the collection, never split between training and test.
    """

    slots: NDArray[np.int32]
    words: int
    targets: tuple[float, ...]
    weight: float
    source: str


def known(**kinds: float) -> tuple[float, ...]:
    """Targets of a sentence of which some kinds are known."""
    return tuple(kinds.get(kind, UNKNOWN) for kind in KINDS)


def one_sentence(text: str, targets: tuple[float, ...], weight: float, source: str) -> Sentence | None:
    """A text read as one sentence; None where it has no word."""
    found = read(text)
    if not len(found.value):
        return None
    slots, _ = _slots(found)
    return Sentence(slots, len(found.value), targets, weight, source)


def page_sentences(text: str, source: str) -> Iterator[Sentence]:
    """All sentences of a page on which nothing is toxic."""
    for part in _parts(text):
        found = read(part)
        slots, bounds = _slots(found)
        for first, end in zip(found.chunks[:-1].tolist(), found.chunks[1:].tolist(), strict=True):
            yield Sentence(slots[bounds[first] : bounds[end]], end - first, CALM, PAGE_WEIGHT, source)


def _parts(text: str) -> Iterator[str]:
    """Runs of whole lines of at most `PART_CHARS`; a longer line is cut."""
    run = ""
    for line in text.split("\n"):
        for start in range(0, max(1, len(line)), PART_CHARS):
            piece = line[start : start + PART_CHARS]
            if run and len(run) + len(piece) >= PART_CHARS:
                yield run
                run = ""
            run += piece + "\n"
    yield run


def _slots(found: Reading) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    slots: tuple[NDArray[np.int32], NDArray[np.int64]]
    slots = toxic_reading.slots(found.value, found.group, found.seen, found.last, toxic_words.frames())
    return slots


def _fillings(slot: str) -> list[str]:
    """Return what a slot is filled with: its choices, those with a class's name once for each word of the class."""
    found = []
    for choice in slot.split("|"):
        name = re.search(r"\{(\w+)\}", choice)
        words = toxic_words.CLASSES[name[1]].split() if name and name[1] in toxic_words.CLASSES else None
        found += [choice.replace(f"{{{name[1]}}}", word, 1) for word in words] if name and words else [choice]
    return found


def case_sentences(max_per_pattern: int = MAX_PER_PATTERN) -> Iterator[tuple[frozenset[str], str]]:
    """(kinds, sentence) rows of our own cases, none of the kinds for a harmless one; as many of each, chosen by hash.

    >>> kinds = {text: sorted(kinds) for kinds, text in case_sentences()}
    >>> {*map(tuple, (kinds[text] for text in kinds if text.lower().startswith("damn, i love this")))}
    {('obscene',)}
    """
    for kinds, pattern, slots in CASES:
        parts, choices = re.split(r"\{\w+\}", pattern), [_fillings(slot) for slot in slots]
        room = int(np.prod([len(words) for words in choices], dtype=float))
        seen = set[str]()
        for k in range(2 * min(room, max_per_pattern)):
            number = int.from_bytes(hashlib.sha256(f"{k} {pattern}".encode()).digest()[:16], "big")
            words = []
            for words_of_slot in choices:
                number, at = divmod(number, len(words_of_slot))
                words.append(words_of_slot[at])
            text = "".join(map("".join, zip(parts, [*words, ""], strict=True))).strip()
            seen.add(text[0].upper() + text[1:] if k % 2 else text)
            if len(seen) >= min(room, max_per_pattern):
                break
        yield from ((frozenset(kinds.split()), text) for text in sorted(seen))


def case_targets(kinds: frozenset[str]) -> tuple[float, ...]:
    """Targets of a case of our own: harm is hate, threat or insult; whether harm has a coarse word is left open."""
    harm = bool(kinds & {"hate", "threat", "insult"})
    return known(
        harm=float(harm), hate=float("hate" in kinds), threat=float("threat" in kinds), insult=float("insult" in kinds),
        obscene=UNKNOWN if kinds and "obscene" not in kinds else float("obscene" in kinds),
        explicit=float("explicit" in kinds),
    )  # fmt: skip


def train(sentences: Sequence[Sentence]) -> ToxicityModel:
    """A model of sentences; posts of one source together weigh as the square root of how many they are."""
    ordered = sorted(sentences, key=lambda each: (each.slots.tobytes(), each.source, each.targets))
    counts = Counter(each.source for each in ordered)
    weights = [_weight(each, counts[each.source]) for each in ordered]
    slots = np.concatenate([each.slots for each in ordered])
    bounds = np.cumsum([0, *(len(each.slots) for each in ordered)])
    data = (slots, bounds, scale(np.array([each.words for each in ordered])).astype(np.float32),
            np.array([each.targets for each in ordered], np.float32), np.array(weights, np.float32))  # fmt: skip
    chance = np.random.default_rng(1)
    order = chance.permutation(len(ordered))
    own, own_bias = learn_weights(*data, order, EPOCHS, np.float32(RATE), np.float32(PULL), SLOTS)
    start = chance.uniform(-1 / HIDDEN, 1 / HIDDEN, (SLOTS, HIDDEN)).astype(np.float32)
    outer, shared_bias = learn_hidden(*data, order, EPOCHS, np.float32(HIDDEN_RATE), start)
    both = OWN_SHARE * own + (1 - OWN_SHARE) * np.einsum("sd,hd->sh", start, outer)
    both[np.bincount(slots, minlength=SLOTS) < MIN_COUNT] = 0
    return _in_steps(both, OWN_SHARE * own_bias + (1 - OWN_SHARE) * shared_bias)


def _weight(sentence: Sentence, posts: int) -> float:
    """What a sentence counts; one of a source of so many posts has no weight of its own."""
    of_source: float = (POST_WEIGHT / posts) ** 0.5
    return sentence.weight or max(of_source, CALM_POST_WEIGHT if sentence.targets == CALM else 0.0)


def _in_steps(weights: NDArray[np.float64], bias: NDArray[np.float64]) -> ToxicityModel:
    steps = (np.maximum(np.abs(weights).max(axis=0), 1e-9) / 127).astype(np.float32)
    return ToxicityModel(np.rint(weights / steps).astype(np.int8), steps, bias.astype(np.float32))


@kernel
def learn_weights(
    slots: Any, bounds: Any, scales: Any, targets: Any, weights: Any, order: Any, epochs: Any, rate: Any, pull: Any,
    room: Any,
) -> Any:  # fmt: skip
    """A weight per slot and kind by logistic regression, float32[room, kinds], and the bias, float32[kinds].

    Source: Duchi et al. 2011, Adagrad.
    """
    kinds = targets.shape[1]
    found, squares = np.zeros((room, kinds), np.float32), np.full((room, kinds), 1e-2, np.float32)
    bias, bias_squares, error = np.zeros(kinds, np.float32), np.ones(kinds, np.float32), np.zeros(kinds, np.float32)
    for _ in range(epochs):
        for r in order:
            much = scales[r]
            error[:] = bias
            for k in range(bounds[r], bounds[r + 1]):
                for h in range(kinds):
                    error[h] += much * found[slots[k], h]
            for h in range(kinds):
                if targets[r, h] < 0:
                    error[h] = np.float32(0)
                    continue
                error[h] = (np.float32(1) / (np.float32(1) + np.exp(-error[h])) - targets[r, h]) * weights[r]
                bias_squares[h] += error[h] * error[h]
                bias[h] -= rate * error[h] / np.sqrt(bias_squares[h])
            for k in range(bounds[r], bounds[r + 1]):
                s = slots[k]
                for h in range(kinds):
                    if error[h] != 0:
                        step = error[h] * much + pull * found[s, h] * weights[r]
                        squares[s, h] += step * step
                        found[s, h] -= rate * step / np.sqrt(squares[s, h])
    return found, bias


@kernel
def learn_hidden(  # noqa: C901
    slots: Any, bounds: Any, scales: Any, targets: Any, weights: Any, order: Any, epochs: Any, rate: Any, inner: Any
) -> Any:
    """Weights through hidden numbers: changes `inner`, float32[room, hidden]; gives float32[kinds, hidden] and bias.

    Source: Joulin et al. 2017, a bag of features through one hidden layer, the rate falling to zero.
    """
    kinds, hidden = targets.shape[1], inner.shape[1]
    outer, bias = np.zeros((kinds, hidden), np.float32), np.zeros(kinds, np.float32)
    state, back = np.zeros(hidden, np.float32), np.zeros(hidden, np.float32)
    total, done = epochs * len(order), 0
    for _ in range(epochs):
        for r in order:
            now, much = rate * np.float32(1 - done / total), scales[r]
            done += 1
            state[:] = 0
            back[:] = 0
            for k in range(bounds[r], bounds[r + 1]):
                for d in range(hidden):
                    state[d] += inner[slots[k], d]
            for d in range(hidden):
                state[d] *= much
            for h in range(kinds):
                if targets[r, h] < 0:
                    continue
                z = bias[h]
                for d in range(hidden):
                    z += outer[h, d] * state[d]
                step = (np.float32(1) / (np.float32(1) + np.exp(-z)) - targets[r, h]) * weights[r] * now
                bias[h] -= step
                for d in range(hidden):
                    back[d] += step * outer[h, d]
                    outer[h, d] -= step * state[d]
            for k in range(bounds[r], bounds[r + 1]):
                for d in range(hidden):
                    inner[slots[k], d] -= back[d] * much
    return outer, bias
