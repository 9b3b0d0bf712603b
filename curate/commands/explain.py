"""`curate explain`: one page walked through a recipe, verdict by verdict."""

import argparse

from rich.console import Console

from curate.commands.fates import said
from curate.terminal import harmless
from curate.warc.pages import Skip

HELP = "Walk one page through a recipe."


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument("recipe", metavar="RECIPE", help="The recipe is named as for `curate run`.")
    parser.add_argument(
        "page", metavar="FILE_OR_URL", help="This is a saved page, or an address that is found in --in."
    )
    parser.add_argument("--in", dest="archives", nargs="+", default=[], metavar="ARCHIVE",
                        help="Look for the address in these archives.")  # fmt: skip
    parser.add_argument("--signals", action="store_true", help="Also show every number behind the verdicts.")


def command(options: argparse.Namespace, console: Console) -> int:
    """Print what each stage says of the page."""
    from curate.recipe import load_recipe
    from curate.walk import explain, find_page

    recipe = load_recipe(options.recipe)
    page = find_page(options.page, options.archives)
    if isinstance(page, Skip):
        console.print(f"read  dropped: {page.rule} {page.value:g} (limit {page.limit:g})", markup=False)
        return 0
    console.print(harmless(f"{page.url}  {page.date}  {len(page.html):,} bytes, {page.charset}"), markup=False)
    for step in explain(recipe, page):
        console.print(f"{step.stage:<20} {said(step.fate)}", markup=False, soft_wrap=True)
        if options.signals:
            for name, value in step.signals.items():
                console.print(f"    {name} = {value:g}", style="dim", markup=False)
    return 0
