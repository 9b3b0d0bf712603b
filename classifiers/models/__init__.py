"""The trained models that ship with the project, each with a card: what it learned from, and how well it does."""
