"""A page's blocks to probabilities, in one compiled call: what is measured, and what both stages of the model say."""

import numpy as np
from numpy.typing import NDArray

from curate.extract.arrays import numbers
from curate.extract.compiling import entry
from curate.extract.context_features import signatures
from curate.extract.features import element_scores, features
from curate.extract.lines import line_scores
from curate.extract.measures import measure
from curate.extract.model import NEGLIGIBLE, Model, probabilities
from curate.extract.page import Page
from curate.extract.second_features import revise


@entry
def judge(page: Page, model: Model) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """A page's measures, float32[blocks, MEASURES], and the probability that each block is content, float32[blocks]."""
    measures = measure(page, model.word_keys, model.word_values)
    groups = signatures(page)
    rows = features(page, measures, element_scores(page, model.token_keys, model.token_values), groups)
    odds = probabilities(model.first, rows)
    asked, count = numbers(1, len(odds))[0], 0
    for i in range(len(odds)):
        asked[count] = i
        count += odds[i] >= NEGLIGIBLE
    asked, scores = asked[:count], line_scores(page, model.line_keys, model.line_values)
    revised = probabilities(model.second, revise(page, measures, groups, rows, odds, scores, asked))
    for i in range(count):
        odds[asked[i]] = revised[i]
    return measures, odds
