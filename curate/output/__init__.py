"""What a run leaves in its folder: parts, digests, and what is done with them afterwards."""
