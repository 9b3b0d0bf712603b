"""`curate clean`: remove what a run keeps only for later ones."""

import argparse

from rich.console import Console

from curate.output.published import Use, run_folder

HELP = "Remove what a run keeps only for resuming, what-if and --against."


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument("out", type=run_folder, metavar="OUT", help="This is the output folder of a run.")


def use(_: argparse.Namespace) -> Use:
    """Only work files are removed, and nobody has to read them for that."""
    return Use({"out": ()})


def command(options: argparse.Namespace, console: Console) -> int:
    """Remove the work files and say what that means."""
    from curate.finished.cleaning import clean
    from curate.preflight import gigabytes

    freed = clean(options.out)
    console.print(
        f"{gigabytes(freed)} of work files removed from {options.out}: a later run there begins anew, and neither "
        "whatif --apply nor --against can build on it",
        markup=False, soft_wrap=True,
    )  # fmt: skip
    return 0
