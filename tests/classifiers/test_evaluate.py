"""The numbers in the model cards, against hand-worked and independent results."""

import numpy as np
import pytest

from curate.classifiers.training import evaluate


def test_roc_auc_is_the_share_of_ordered_pairs() -> None:
    """The rank formula agrees with counting pairs, ties as halves."""
    random = np.random.default_rng(3)
    scores, truth = random.integers(0, 20, 300), random.integers(0, 2, 300).astype(bool)
    pairs = (scores[truth][:, None] > scores[~truth]) + 0.5 * (scores[truth][:, None] == scores[~truth])
    assert evaluate.roc_auc(scores, truth) == pytest.approx(pairs.mean())
    assert np.isnan(evaluate.roc_auc([1.0, 2.0], [1, 1]))


def test_calibration_recovers_a_known_distortion() -> None:
    """Scores whose log-odds were stretched by two and moved by one are put right again."""
    random = np.random.default_rng(5)
    log_odds = random.normal(0, 1.5, 60_000)
    truth = random.uniform(size=60_000) < 1 / (1 + np.exp(-log_odds))
    distorted = 1 / (1 + np.exp(-(2 * log_odds + 1)))
    slope, offset = evaluate.fit_calibration(distorted, truth)
    assert slope == pytest.approx(0.5, abs=0.03)
    assert offset == pytest.approx(-0.5, abs=0.05)


def test_precision_and_recall_without_cases_are_nan() -> None:
    """What cannot be measured is not zero."""
    precision, recall = evaluate.precision_recall(["de"], ["de"], "en")
    assert np.isnan(precision)
    assert np.isnan(recall)
