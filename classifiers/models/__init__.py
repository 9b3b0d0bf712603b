"""The trained models that ship with the project, each with a card that says what it was trained on and how well it does."""
