"""Holds the commands of `curate`, a module each: `HELP`, `arguments(parser)`, `command(options, console)`."""
