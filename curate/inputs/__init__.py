"""Turns names into inputs, inputs into splits, and a split into pages; also rows of text, and files elsewhere."""
