"""Trains the models: corpora, labelled sets, and the numbers of their cards."""
