"""Evaluation items in texts: an index of evaluation sets, and what to do with a text that holds some of them."""

from curate.contamination.index import EvalIndex, Match

__all__ = ["EvalIndex", "Match"]
