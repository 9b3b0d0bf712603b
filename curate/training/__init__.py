"""Trains a quality model on corpora of one's own."""
