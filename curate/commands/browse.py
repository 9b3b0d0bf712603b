"""`curate browse`: the pages of a run in a browser of this machine, to search, read and label."""

import argparse
import webbrowser

from rich.console import Console

from curate.output.published import EVERYTHING, Use, run_folder
from curate.terminal import harmless

HELP = "Search, read and label the pages of a run in the browser."


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument("out", type=run_folder, metavar="OUT", help="This is the output folder of a finished run.")
    parser.add_argument("--port", type=int, default=0, help="Listen on this port (default: any that is free).")
    parser.add_argument("--labeller", default="", help="This name goes into the labels you give.")
    parser.add_argument("--open", action="store_true", help="Open the address in the browser.")


def use(_: argparse.Namespace) -> Use:
    """Every part of the run may be looked at."""
    return Use({"out": EVERYTHING})


def command(options: argparse.Namespace, console: Console) -> int:
    """Serve until interrupted; the address, with its token, is printed."""
    from curate.browse.labels import Labels
    from curate.browse.original import archives
    from curate.browse.pages import Browser
    from curate.browse.rows import open_rows
    from curate.browse.server import Server
    from curate.errors import UsageError

    rows = open_rows(options.out)
    title = f"{len(rows):,} pages of {options.out.resolve().name}"
    browser = Browser(title, rows, archives(options.out), Labels(options.out, options.labeller))
    try:
        server = Server(browser, options.port)
    except OverflowError:
        raise UsageError(f"--port is a number up to 65535, not {options.port}") from None
    except OSError as error:
        raise UsageError(f"--port {options.port}: {(error.strerror or str(error)).lower()}") from None
    console.print(f"{harmless(title)}: {server.address}", markup=False, soft_wrap=True)
    console.print("This address works on this machine only. Stop with Ctrl-C.", markup=False, soft_wrap=True)
    if options.open:
        webbrowser.open(server.address)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass
    finally:
        server.server_close()
    labelled = len(browser.labels)
    if labelled:
        path = browser.labels.path
        said = f"{labelled:,} labels in {path}; curate audit score {options.out} {path} --all"
        console.print(harmless(said), markup=False, soft_wrap=True)
    return 0
