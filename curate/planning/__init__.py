"""What a run will take and leave, from a sample of its input: before anybody pays for it."""
