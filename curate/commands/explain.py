"""`curate explain`: one page walked through a recipe, verdict by verdict."""

import argparse

from rich.console import Console

from curate import browse
from curate.report import harmless
from curate.stages import Failure
from curate.warc import Skip

HELP = "walk one page through a recipe"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument("recipe")
    parser.add_argument("page", metavar="FILE_OR_URL", help="a saved page, or an address found in --in")
    parser.add_argument("--in", dest="archives", nargs="+", default=[], metavar="ARCHIVE")
    parser.add_argument("--signals", action="store_true", help="also show every number behind the verdicts")


def command(options: argparse.Namespace, console: Console) -> int:
    """Print what each stage says of the page."""
    from curate.recipe import load_recipe

    recipe = load_recipe(options.recipe)
    page = browse.find_page(options.page, options.archives)
    if isinstance(page, Skip):
        console.print(f"read  dropped: {page.rule} {page.value:g} (limit {page.limit:g})", markup=False)
        return 0
    console.print(harmless(f"{page.url}  {page.date}  {len(page.html):,} bytes, {page.charset}"), markup=False)
    for step in browse.explain(recipe, page):
        console.print(f"{step.stage:<20} {_said(step.fate)}", markup=False, soft_wrap=True)
        if options.signals:
            for name, value in step.signals.items():
                console.print(f"    {name} = {value:g}", style="dim", markup=False)
    return 0


def _said(fate: object) -> str:
    if fate is None:
        return "(not decided by one page alone)"
    if isinstance(fate, Failure):
        return harmless(f"failed: {fate.kind} {fate.detail}")
    return "kept" if fate else f"dropped: {fate.rule} is {fate.value:g}, limit {fate.limit:g}"  # type: ignore[attr-defined]
