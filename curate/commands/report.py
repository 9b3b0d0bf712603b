"""`curate report`: the retention table of a run, or two runs side by side."""

import argparse
import json
from pathlib import Path

from rich.console import Console

from curate.errors import UsageError
from curate.folder import REPORT_PAGE
from curate.output.checksums import load_report, renew
from curate.output.published import EVERYTHING, Use, run_folder
from curate.report import tables
from curate.report.proof import lines_of
from curate.report.webpage import write_html
from curate.terminal import harmless

HELP = "show the retention table of a run, or compare two runs"
PAGE = Path(REPORT_PAGE)


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument("out", type=run_folder)
    parser.add_argument("other", type=run_folder, nargs="?", help="a second run, to be compared with the first")
    parser.add_argument("--json", action="store_true", help="print report.json instead")
    parser.add_argument(
        "--html", nargs="?", type=Path, const=PAGE, metavar="PATH", help="make the page again (default OUT/report.html)"
    )


def use(options: argparse.Namespace) -> Use:
    """The table is made of the report alone; a comparison and a page of the whole run."""
    short = options.other is None and options.html is None
    reads = ("report.json", "audit.json") if short else EVERYTHING
    return Use({"out": reads, "other": reads}, changes=options.html is PAGE)


def command(options: argparse.Namespace, console: Console) -> int:
    """Print the table, the report as JSON, or a comparison; or write the page."""
    if options.other is not None and (options.json or options.html):
        raise UsageError("curate report A B prints a comparison; --json and --html are for one run")
    found = load_report(options.out)
    if options.other is not None:
        from curate.report.compare import compare

        other = load_report(options.other)
        tables.print_comparison(compare(options.out, options.other, (found, other)), (found, other), console)
    elif options.html is not None:
        path = options.out / PAGE if options.html is PAGE else options.html
        write_html(path, found, options.out)
        renew(options.out)
        console.print(f"Wrote {harmless(str(path))}", markup=False, soft_wrap=True)
    elif options.json:
        print(json.dumps(found, indent=1))
    else:
        tables.print_table(found, console)
        from curate.audit.show import load_audit, print_audit

        if audit := load_audit(options.out):
            print_audit(audit, console)
        for line in lines_of(options.out):
            console.print(line, markup=False, highlight=False, soft_wrap=True)
    return 0
