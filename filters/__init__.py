"""Rules and redaction on one text: no Arrow, no Ray, no paths, no network."""
