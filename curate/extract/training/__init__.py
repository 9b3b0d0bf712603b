"""How the extractor is trained: labelled pages to the shipped weights."""
