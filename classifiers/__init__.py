"""Models that score texts, their training and their corpora."""
