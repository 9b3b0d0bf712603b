"""The commands of `curate`, a module each: `HELP`, `arguments(parser)`, `command(options, console)` -> exit code."""
