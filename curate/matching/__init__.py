"""Barriers over all splits: keys shuffled by range, what shares a bucket compared, matches brought to their splits."""
