"""Finds evaluation items in texts with an index of evaluation sets, and acts on texts that hold some."""

from curate.contamination.index import EvalIndex, Match

__all__ = ["EvalIndex", "Match"]
__dir__ = __all__.copy  # so dir() shows what is public
