"""Finds duplicates over all splits: shuffle the keys, compare documents that share a bucket, report to each split."""
