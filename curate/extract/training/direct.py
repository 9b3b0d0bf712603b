"""Pieces of the extractor that only compiled code calls, with a way in from Python for training and tests."""

from curate.extract import (
    assemble,
    byte_hashes,
    context_features,
    features,
    lines,
    measures,
    model,
    repeats,
    second_features,
)
from curate.extract.compiling import entry

best_cut, drop_bare_labels = entry(assemble.best_cut), entry(assemble.drop_bare_labels)
keep_headings = entry(assemble.keep_headings)
look_up = entry(byte_hashes.look_up)
signatures = entry(context_features.signatures)
element_scores, block_features = entry(features.element_scores), entry(features.features)
line_keys, line_scores = entry(lines.line_keys), entry(lines.line_scores)
measure = entry(measures.measure)
leaf_place, probabilities = entry(model.leaf_place), entry(model.probabilities)
revise = entry(second_features.revise)
drop_lines_again, drop_paragraphs_again = entry(repeats.drop_lines_again), entry(repeats.drop_paragraphs_again)
drop_trail = entry(repeats.drop_trail)
