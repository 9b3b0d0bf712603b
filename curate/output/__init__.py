"""Writes and describes the output folder of a run: parts, digests, privacy, publishing."""
