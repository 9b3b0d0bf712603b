"""Proves, or fails to prove, that one corpus trains a better language model than another, at small cost."""
