"""`curate takedown`: take pages out of a finished run, everywhere it holds them."""

import argparse
from pathlib import Path

from rich.console import Console

from curate.errors import UsageError
from curate.output.published import EVERYTHING, Use, run_folder
from curate.terminal import harmless

HELP = "Take pages out of a finished run, by address, domain or id."
SHOWN = 20


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument("out", type=run_folder, metavar="OUT", help="This is the output folder of a run.")
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument(
        "--urls", type=Path, metavar="FILE", help="The file has addresses, one a line; http and https are the same."
    )
    what.add_argument(
        "--domains", type=Path, metavar="FILE", help="The file has domains, one a line; their subdomains go, too."
    )
    what.add_argument("--ids", type=Path, metavar="FILE", help="The file has ids of documents, one a line.")


def use(_: argparse.Namespace) -> Use:
    """A page may be anywhere."""
    return Use({"out": EVERYTHING}, changes=True)


def command(options: argparse.Namespace, console: Console) -> int:
    """Take the pages out and say what was found; 0 also when nothing was there."""
    from curate.finished.takedown import takedown
    from curate.folder import TAKEDOWN

    kind = next(name for name in ("urls", "domains", "ids") if getattr(options, name))
    path = getattr(options, kind)
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} is no list: it is not text in UTF-8") from error
    done = takedown(options.out, kind, lines)
    rows = ", ".join(f"{count:,} from {folder}/" for folder, count in done.rows.items())
    console.print(f"{len(done.ids):,} pages taken down: {rows}; recorded in {options.out / TAKEDOWN}", markup=False)
    for line in done.unmatched[:SHOWN]:
        console.print(f"not there: {harmless(line)}", markup=False, soft_wrap=True)
    if len(done.unmatched) > SHOWN:
        console.print(f"not there: {len(done.unmatched) - SHOWN:,} more", markup=False)
    return 0
