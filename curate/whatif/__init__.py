"""Answers what other limits would keep: changes the recipe, judges stored signals again, and tells the difference."""
