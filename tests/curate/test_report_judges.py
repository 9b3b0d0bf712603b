"""Two scores of one run side by side, against plain counts."""

from pathlib import Path

import numpy as np
import pytest

from curate.report.groups import Dimension
from curate.report.judges import judges
from curate.report.pages import Pages


def _pages(first: np.ndarray, second: np.ndarray) -> Pages:
    n = len(first)
    strings = np.array([f"http://a.example/{k}" for k in range(n)], object)
    empty, numbers = np.full(n, "", object), np.zeros(n, np.int64)
    return Pages(
        Path(), ("quality", "webtext"), 1.0, n, strings, strings, empty, empty, numbers, empty, np.zeros(n, bool),
        np.zeros(n), np.zeros(n), empty, numbers, (), {"quality.score": first, "webtext.score": second}, empty,
    )  # fmt: skip


def test_equal_scores_agree() -> None:
    """A model beside itself: correlation 1, all texts on the diagonal, no group apart."""
    scores = np.arange(80) / 80
    found = judges(_pages(scores, scores**2), [Dimension("half", "all", np.array(["a", "b"] * 40, object))])
    assert found is not None
    assert found.agreement == pytest.approx(1.0)
    assert [found.quarters[k][k] for k in range(4)] == [20, 20, 20, 20]
    assert found.liked_more == found.liked_less == ()


def test_the_group_one_model_prefers_is_named() -> None:
    """Forty texts of one group are the best by one model and the worst by the other."""
    group = np.array(["forum"] * 40 + ["wiki"] * 40, object)
    first, second = np.r_[np.full(40, 0.9), np.full(40, 0.1)], np.r_[np.full(40, 0.2), np.full(40, 0.7)]
    found = judges(_pages(first, second), [Dimension("kind", "all", group)])
    assert found is not None
    assert [(each.group, each.pages, each.first, each.second) for each in found.liked_more] == [("forum", 40, 75, 25)]
    assert [each.group for each in found.liked_less] == ["wiki"]
    assert all(int(url.rpartition("/")[2]) < 40 for url in found.examples[0])
    assert found.quarters[3][1] == found.quarters[1][3] == 40


def test_texts_that_only_one_has_scored_do_not_count() -> None:
    """NaN on either side leaves a text out; too few common ones say nothing."""
    first, second = np.arange(100.0), np.arange(100.0)
    first[:30], second[70:] = np.nan, np.nan
    assert judges(_pages(first, second), []) is None
    second[70:90] = 1.0
    assert judges(_pages(first, second), []).texts == 60
