"""WebText-style quality with the shipped model."""

import numpy as np
import pytest

from curate.classifiers import webtext
from curate.classifiers.fasttext_model import ModelFile

ENCYCLOPAEDIC = (
    "The lighthouse was built in 1847 on a rocky island off the northern coast, after several ships had been lost in "
    "winter storms. Its tower, designed by a local engineer, stands 34 metres high and was constructed from granite "
    "quarried nearby. During the war the lamp was extinguished, and the keepers' families were moved to the mainland. "
    "The station was automated in 1986, and the cottages are now used by a bird observatory, which records the "
    "migration of more than two hundred species every year. Historians have described it as one of the finest examples "
    "of its kind, although the original lens was removed and later displayed in the town's museum."
)
SPAM = (
    "Cheap shoes online free shipping buy now! Login Register My account Add to cart Checkout Best price best price "
    "casino bonus click here click here Contact us Home Shop Menu Cart (0) Forgot password? Sign in Sign up Subscribe "
    "to our newsletter Privacy Policy Terms of use Copyright All rights reserved Powered by Search Search Previous Next"
)
MENU = (
    "Home\nAbout\nProducts\nServices\nContact\nLogin\nCart\nSearch\nSitemap\nPrivacy\nTerms\nCareers\nPress\nHelp\nFAQ"
)


def test_an_encyclopaedic_text_scores_above_spam_and_menus() -> None:
    """What reads like an article is on the good side of the default limit, spam and a menu on the other."""
    article, spam, menu = webtext.score([ENCYCLOPAEDIC, SPAM, MENU])
    assert article >= webtext.MIN_SCORE
    assert max(spam, menu) < 0.2


@pytest.mark.parametrize(
    "change",
    [str.upper, lambda t: t.replace(" ", "\n"), lambda t: t.replace(". ", ".\n\n"), lambda t: t.replace("'", "’")],
)
def test_typesetting_does_not_move_the_score(change) -> None:
    """Line ends, case, spacing and the shape of quotes are invisible to the model."""
    before, after = webtext.score([ENCYCLOPAEDIC, change(ENCYCLOPAEDIC)])
    assert before == after


def test_the_marks_of_tokenised_corpora_are_invisible() -> None:
    """A text with spaces before its punctuation scores like the same text without."""
    before, after = webtext.score([ENCYCLOPAEDIC, ENCYCLOPAEDIC.replace(",", " ,").replace(".", " .")])
    assert before == after


@pytest.mark.parametrize(
    "text", ["", "\n", "...", "a", "7", "\ud800", "\0", "x" * 10_000_000, "</s>", "1.2.3" * 100_000, "日本語"]
)
def test_score_is_total(text: str) -> None:
    """Any text has a score in [0, 1], and a text without words or numbers has 0."""
    (score,) = webtext.score([text])
    assert 0.0 <= score <= 1.0
    assert score == 0.0 or any(character.isalnum() for character in text)


def test_scores_do_not_depend_on_the_batch() -> None:
    """A text scores the same alone and among others; an empty batch has an empty result."""
    texts = [ENCYCLOPAEDIC, "", SPAM, MENU]
    together = webtext.score(texts)
    assert together.dtype == np.float32
    assert together.tolist() == [float(webtext.score([text])[0]) for text in texts]
    assert webtext.score([]).shape == (0,)


def test_a_string_is_not_a_list_of_texts() -> None:
    """A forgotten bracket is an error, not one score per letter."""
    with pytest.raises(TypeError, match="pass \\[text\\]"):
        webtext.score("some text")


def test_another_model_is_scored_uncalibrated() -> None:
    """A model given by path scores by its own label and its own probabilities."""
    same = ModelFile(webtext.MODEL.path)
    raw = webtext.score([ENCYCLOPAEDIC, SPAM], model=same, label="cc")
    assert raw[0] < 0.5 < raw[1]


def test_calibration_is_monotone_and_stays_in_range() -> None:
    """Calibrated scores keep their order and lie in [0, 1], at the very ends too."""
    scores = webtext.calibrated(np.array([0, 1e-9, 0.1, 0.5, 0.9, 1], np.float32), *webtext.CALIBRATION)
    assert (np.diff(scores) >= 0).all()
    assert scores.min() >= 0
    assert scores.max() <= 1
