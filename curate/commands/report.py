"""`curate report`: the retention table of a run, its page and its chart, or runs side by side."""

import argparse
import json
from pathlib import Path

from rich.console import Console

from curate.errors import UsageError
from curate.files import asked_for, whole_file
from curate.folder import CHART, REPORT_PAGE
from curate.output.checksums import load_report, renew
from curate.output.published import EVERYTHING, Use, run_folder
from curate.report import tables
from curate.report.chart import survival_chart
from curate.report.proof import lines_of
from curate.report.webpage import write_comparison, write_html
from curate.terminal import harmless

HELP = "Show the retention table of a run, or compare runs."
PAGE, PICTURE = Path(REPORT_PAGE), Path(CHART)


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument("out", type=run_folder, metavar="OUT", help="This is the output folder of a run.")
    parser.add_argument(
        "others", type=run_folder, nargs="*", metavar="OUT2", help="Further runs are compared with the first."
    )
    parser.add_argument("--json", action="store_true", help="Print report.json instead.")
    parser.add_argument(
        "--html", nargs="?", type=Path, const=PAGE, metavar="PATH",
        help="Make the page again (default OUT/report.html), or write several runs side by side to PATH.",
    )  # fmt: skip
    parser.add_argument(
        "--chart", nargs="?", type=Path, const=PICTURE, metavar="PATH",
        help="Draw what survived as one picture, SVG (default OUT/survival.svg).",
    )  # fmt: skip


def use(options: argparse.Namespace) -> Use:
    """The table and the chart are made of the report alone; a comparison and a page of the whole run."""
    short = not options.others and options.html is None
    reads = ("report.json", "audit.json") if short else EVERYTHING
    return Use({"out": reads, "others": reads}, changes=options.html is PAGE or options.chart is PICTURE)


def command(options: argparse.Namespace, console: Console) -> int:
    """Print the table, the report as JSON, or a comparison; or write the page, the chart, or runs side by side."""
    if options.others:
        _compare(options, console)
        return 0
    found = load_report(options.out)
    if options.html is not None:
        path = options.out / PAGE if options.html is PAGE else options.html
        with asked_for(path):
            write_html(path, found, options.out)
        _wrote(path, options.out, console)
    if options.chart is not None:
        path = options.out / PICTURE if options.chart is PICTURE else options.chart
        with asked_for(path), whole_file(path) as temporary:
            temporary.write_text(survival_chart(found), encoding="utf-8", errors="backslashreplace")
        _wrote(path, options.out, console)
    if options.json:
        print(json.dumps(found, indent=1))
    elif options.html is None and options.chart is None:
        tables.print_table(found, console)
        from curate.audit.show import load_audit, print_audit

        if audit := load_audit(options.out):
            print_audit(audit, console)
        for line in lines_of(options.out):
            console.print(line, markup=False, highlight=False, soft_wrap=True)
    return 0


def _wrote(path: Path, out: Path, console: Console) -> None:
    renew(out)
    console.print(f"Wrote {harmless(str(path))}", markup=False, soft_wrap=True)


def _compare(options: argparse.Namespace, console: Console) -> None:
    if options.json or options.chart or options.html is PAGE:
        raise UsageError("several runs are compared, and --html PATH writes it; --json and --chart are for one run")
    if options.html is not None:
        with asked_for(options.html):
            write_comparison(options.html, (options.out, *options.others))
        console.print(f"Wrote {harmless(str(options.html))}", markup=False, soft_wrap=True)
        return
    if len(options.others) > 1:
        raise UsageError("more than two runs are compared on a page: say --html PATH")
    from curate.report.compare import compare

    outs = options.out, options.others[0]
    reports = load_report(outs[0]), load_report(outs[1])
    tables.print_comparison(compare(*outs, reports), reports, console)
