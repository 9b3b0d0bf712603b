"""Holds the trained models that ship; each has a card that says what it learned from and how well it does."""
