"""`curate audit`: draw pages to be labelled from a run, and say what the labels say of it."""

import argparse
import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console

from curate.folder import REPORT_PAGE
from curate.output.published import EVERYTHING, Use, run_folder
from curate.terminal import harmless

if TYPE_CHECKING:
    from curate.audit.sheet import Plan

HELP = "Measure a run by labels of your own."


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    what = parser.add_subparsers(required=True, metavar="WHAT", dest="what")
    draw = what.add_parser(
        "sample", help="Draw pages from what was kept and dropped, and leave a sheet and a page to label them on."
    )
    draw.add_argument("out", type=run_folder, metavar="OUT", help="This is the output folder of a run.")
    draw.add_argument("--n", "-n", type=int, default=300, help="Draw so many pages (default 300).")
    draw.add_argument("--seed", type=int, default=0, help="Another number draws other pages (default 0).")
    draw.add_argument("--skip", nargs="+", default=[], metavar="STAGE", help="Leave out what these stages dropped.")
    score = what.add_parser(
        "score", help="Say what labels say of the run, and leave audit.json, which the report shows."
    )
    score.add_argument("out", type=run_folder, metavar="OUT", help="This is the output folder of the run.")
    score.add_argument(
        "labels",
        nargs="+",
        type=Path,
        metavar="LABELS",
        help="The labels are JSON lines or TSV; of two files the agreement is told, too.",
    )
    score.add_argument("--json", action="store_true", help="Print everything as JSON instead.")
    score.add_argument("--all", action="store_true", help="The labels are of all pages, not of those on the sheet.")
    score.add_argument(
        "--texts", type=Path, metavar="FILE", help="Also write the labels with their texts, for training."
    )


def use(_: argparse.Namespace) -> Use:
    """Pages are drawn from everything; the sheet and the result stay with the run."""
    return Use({"out": EVERYTHING}, changes=True)


def command(options: argparse.Namespace, console: Console) -> int:
    """Do what was asked."""
    return {"sample": _sample, "score": _score}[options.what](options, console)


def _sample(options: argparse.Namespace, console: Console) -> int:
    from curate.audit import sheet

    plan = sheet.sample(options.out, options.n, seed=options.seed, skip=options.skip)
    folder = options.out / sheet.FOLDER
    said = [
        f"{len(plan.items):,} pages drawn from {sum(s.pages for s in plan.strata):,} with text: {_by_stage(plan)}",
        f"label them on {folder / sheet.PAGE} (a browser, no network) or by {folder / sheet.SHEET}",
        f"then: curate audit score {options.out} LABELS",
    ]
    console.print(harmless("\n".join(said)), markup=False, soft_wrap=True)
    return 0


def _by_stage(plan: "Plan") -> str:
    drawn: Counter[str] = Counter()
    for stratum in plan.strata:
        drawn[stratum.stage] += len(stratum.ids)
    return ", ".join(f"{stage} {count:,}" for stage, count in drawn.items())


def _score(options: argparse.Namespace, console: Console) -> int:
    from curate.audit.score import score, write_texts
    from curate.audit.show import print_audit
    from curate.output.checksums import load_report, renew
    from curate.report.webpage import write_html

    found = score(options.out, options.labels, whole=options.all)
    if options.texts:
        write_texts(options.out, options.labels, options.texts)
    write_html(options.out / REPORT_PAGE, load_report(options.out), options.out)
    renew(options.out)
    if options.json:
        print(json.dumps(found, indent=1))
        return 0
    print_audit(found, console)
    _print_agreement(found, console)
    return 0


def _print_agreement(found: Mapping[str, Any], console: Console) -> None:
    for pair in found["agreement"]:
        told = {name: "-" if pair[name] is None else f"{pair[name]:.3f}" for name in pair if name not in _NAMES}
        line = (
            f"{pair['first']} and {pair['second']} on {pair['pages']:,} pages: same value {told['exact']}, within one "
            f"{told['within_one']}, quadratic kappa {told['kappa']}; worth having or not {told['worthy']}, "
            f"kappa {told['worthy_kappa']}"
        )
        console.print(harmless(line), markup=False, soft_wrap=True)


_NAMES = ("first", "second", "pages")
