"""Toxicity with the shipped model: what is hateful, what only names people, and how a document's score is made."""

import numpy as np
import pytest

from classifiers import toxicity

CALM = [
    "The library opens at nine and closes at six on weekdays.",
    "Bake the bread for forty minutes and let it cool before slicing.",
    "The committee published its annual report on water quality in the river.",
    "She scored twice in the second half and the team won three to one.",
]
HATEFUL = [
    "These people are vermin and every one of them deserves to die.",
    "Shut up you stupid worthless idiot, nobody wants you here.",
    "All those immigrants are filthy parasites and should be thrown into the sea.",
    "You are a disgusting pig and I hope somebody beats you up.",
]
CALM_ABOUT_GROUPS = [
    "Our {} neighbours brought soup when my mother was ill.",
    "The {} teacher explained the rules of chess to the children.",
    "A new museum tells the history of {} families in the city.",
    "As a {} student she found the first year hard but made good friends.",
]
GROUPS = [
    "Muslim",
    "Jewish",
    "Christian",
    "gay",
    "lesbian",
    "transgender",
    "black",
    "white",
    "Mexican",
    "Chinese",
    "deaf",
    "blind",
    "elderly",
    "female",
]


def test_hatred_in_mild_words_scores_above_calm() -> None:
    """Every hateful sentence scores above every calm one, with the limit between them."""
    calm, hateful = toxicity.score(CALM), toxicity.score(HATEFUL)
    assert calm.max() < 0.5
    assert hateful.min() >= toxicity.MAX_TOXICITY


@pytest.mark.parametrize("group", GROUPS)
def test_naming_a_group_is_not_toxic(group: str) -> None:
    """A calm sentence is kept whoever it is about."""
    assert toxicity.score([pattern.format(group) for pattern in CALM_ABOUT_GROUPS]).max() < toxicity.MAX_TOXICITY


def test_groups_are_treated_alike() -> None:
    """The same sentence scores the same for every listed group."""
    for pattern in (*CALM_ABOUT_GROUPS, "All {} people are stupid and should be shot."):
        assert len(set(toxicity.score([pattern.format(group) for group in GROUPS]).tolist())) == 1


def test_a_long_document_is_not_judged_by_one_sentence() -> None:
    """One hateful sentence in a hundred calm ones is a quotation; thirty are a hate page."""
    calm = [f"{sentence[:-1]} again in week {number}." for number in range(25) for sentence in CALM]
    quoting = " ".join([*calm[:20], HATEFUL[0], *calm[20:70]])
    raving = " ".join(sentence for pair in zip(calm, HATEFUL * 8, strict=False) for sentence in pair)
    quoted, raved = toxicity.score([quoting, raving])
    assert quoted < toxicity.MAX_TOXICITY <= raved


def test_document_score_is_the_mean_of_the_top_tenth() -> None:
    """With 20 chunks of known scores, the score is the mean of the two highest."""
    text = "\n".join((CALM + HATEFUL[:1]) * 4)
    scores = [float(toxicity.score([chunk])[0]) for chunk in toxicity.chunks(text)]
    assert len(scores) == 20
    assert float(toxicity.score([text])[0]) == pytest.approx(np.mean(sorted(scores)[-2:]), abs=1e-6)


def test_chunks_join_fragments_and_cut_endless_sentences() -> None:
    """Menus are read together, a text without a full stop in pieces, and no word is lost."""
    assert toxicity.chunks("Home\nNews\nSport\nWeather\nMore\nLogin") == ["home news sport weather more login"]
    endless = " ".join(f"w{'x' * (number % 7)}" for number in range(95))
    assert [len(chunk.split()) for chunk in toxicity.chunks(endless)] == [40, 40, 15]
    assert " ".join(toxicity.chunks(endless)) == endless


@pytest.mark.parametrize(
    "text",
    ["", "\n", "...", "a", "\ud800", "\0", "x" * 10_000_000, "</s>", "no. " * 100_000, "'" * 100_000, "&" * 100_000],
)
def test_score_is_total(text: str) -> None:
    """Any text has a score in [0, 1], and a text without words has 0."""
    (score,) = toxicity.score([text])
    assert 0.0 <= score <= 1.0
    assert score == 0.0 or any(character.isalpha() for character in text)


def test_scores_do_not_depend_on_the_batch() -> None:
    """A text scores the same alone and among others; an empty batch has an empty result."""
    texts = [*CALM, "", *HATEFUL]
    together = toxicity.score(texts)
    assert together.dtype == np.float32
    assert together.tolist() == [float(toxicity.score([text])[0]) for text in texts]
    assert toxicity.score([]).shape == (0,)


def test_a_string_is_not_a_list_of_texts() -> None:
    """A forgotten bracket is an error, not one score per letter."""
    with pytest.raises(TypeError, match="pass \\[text\\]"):
        toxicity.score("some text")
