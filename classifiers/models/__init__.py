"""Model files shipped with the project, each with its card."""
