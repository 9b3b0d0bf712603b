"""Trains the extractor: labelled pages become the shipped weights."""
