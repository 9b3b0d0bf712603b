"""Runs a recipe: `run` plans, `phases` orders, `segment` does one split, `flow` accounts for every page."""
