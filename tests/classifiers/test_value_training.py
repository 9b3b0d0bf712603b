"""A value model from made-up labels: what it learns, what it leaves out, what it refuses."""

import numpy as np
import pytest

from curate.classifiers import value_model
from curate.classifiers.training import evaluate
from curate.classifiers.training.value import design, folds_of, out_of_fold, pieces, train
from curate.classifiers.training.value_examples import Example, shuffled

WORDS = "river stone garden letter winter engine window bread music paper cloud horse market island candle".split()


def _prose(seed: int, sentences: int) -> str:
    draw = np.random.default_rng(seed)
    return " ".join(
        f"The {WORDS[a]} of the {WORDS[b]} was near the {WORDS[c]}, and we had to {WORDS[d]} it with them."
        for a, b, c, d in draw.integers(len(WORDS), size=(sentences, 4))
    )


def _menu(seed: int, lines: int) -> str:
    draw = np.random.default_rng(seed)
    return "\n".join(WORDS[k].title() for k in draw.integers(len(WORDS), size=lines))


def _examples(sources: int = 12, mark: bool = False) -> list[Example]:
    """Prose is good and menus are not, in every source; with `mark` the two differ by a word of the source alone."""
    rows = []
    for source in range(sources):
        for k in range(6):
            seed, good = 100 * source + k, k % 2 == 0
            text = _prose(seed, 8) if good or mark else _menu(seed, 25)
            if mark:
                text += f" zz{chr(97 + source)}{'gq' if good else 'pw'}" * 3
            rows.append(Example(text, 4 if good else 1, f"source {source}", str(k)))
    return rows


@pytest.fixture(scope="module")
def taught():
    return train(_examples())


def test_prose_is_told_from_menus_on_sources_left_out(taught) -> None:
    """A difference of form that all sources share is learned, and the curve says so."""
    model, sums = taught
    values = design(_examples()).values
    assert evaluate.roc_auc(sums, values >= 3) == 1.0
    good, poor = value_model.score([_prose(7777, 9), _menu(7777, 30)], model)
    assert good > 0.8 > 0.2 > poor


def test_the_order_of_examples_does_not_matter(taught) -> None:
    """The same labels in another order give the same model, number by number."""
    again, _ = train(_examples()[::-1])
    for name in ("weights", "steps", "knots", "landmarks", "pulls", "order", "sums", "shares"):
        assert np.array_equal(getattr(taught[0], name), getattr(again, name)), name


def test_what_only_one_source_shows_does_not_count() -> None:
    """Good and poor texts that differ by a word of their source alone cannot be told apart where it is left out."""
    examples = _examples(mark=True)
    measured = design(examples)
    (sums,) = out_of_fold(measured, pieces(examples), measured)
    assert 0.2 < evaluate.roc_auc(sums, measured.values >= 3) < 0.8


def test_whole_sources_are_held_out() -> None:
    """No source is in two folds, and folds are about equal."""
    sources = ["a"] * 10 + ["b"] * 4 + ["c"] * 3 + ["d"] * 3
    fold = folds_of(sources, 2)
    assert fold["a"] != fold["b"] == fold["c"] == fold["d"]


def test_a_model_survives_its_file(taught, tmp_path) -> None:
    """Written and read again it scores the same; written twice it is the same bytes."""
    first, second = (value_model.save(taught[0], tmp_path / name) for name in ("a.npz", "b.npz"))
    assert first.sha256 == second.sha256
    texts = [_prose(1, 5), _menu(1, 5), ""]
    assert value_model.score(texts, value_model.load(first)).tolist() == value_model.score(texts, taught[0]).tolist()


def test_shuffling_moves_words_and_leaves_marks() -> None:
    """The same words, in another order, between the same marks."""
    text = "One, two. Three four five six?\nSeven"
    assert sorted(shuffled(text).replace(",", "").split()) != text.split()
    assert sorted(c for c in shuffled(text) if c.isalpha()) == sorted(c for c in text if c.isalpha())
    assert [c for c in shuffled(text) if c in ",.?\n"] == [c for c in text if c in ",.?\n"]


def test_too_few_sources_or_kinds_are_refused() -> None:
    """Nothing can be left out of three sources, and nothing is learned from good texts alone."""
    with pytest.raises(ValueError, match="10 sources"):
        train(_examples(sources=3))
    with pytest.raises(ValueError, match="one kind only"):
        train([each for each in _examples() if each.value == 4])
