"""`curate plan`: what a run will take and leave, from a sample of its input."""

import argparse
import json
from pathlib import Path

from rich.console import Console

from curate import cluster
from curate.commands import quality_option
from curate.commands.display import Display
from curate.errors import UsageError
from curate.files import asked_for
from curate.output.plan_file import path_for, save
from curate.output.publish import is_target
from curate.output.published import Use, run_folder

HELP = "Say what a run will take and leave, from a sample of its input."
SAMPLE_MB = 32


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    sources(parser)
    parser.add_argument(
        "--workers", type=int, default=0, help="The run will have so many processes (default: one for each core)."
    )
    options(parser)
    parser.add_argument("--out", default="", help="Keep the plan in OUT.plan.json, for the report of a run into OUT.")
    parser.add_argument("--json", action="store_true", help="Print the plan as JSON.")
    quality_option.arguments(parser)


def sources(parser: argparse.ArgumentParser) -> None:
    """Declare the inputs, the recipe and the earlier runs, of a plan and of a run alike."""
    parser.add_argument(
        "inputs",
        nargs="+",
        metavar="INPUT",
        help="An input is a file, glob, folder, s3:// or https:// address, crawl path, or @list of such.",
    )
    parser.add_argument(
        "--recipe",
        default="webtext",
        help="The recipe is webtext, module:ATTR, or a .py file, which is Python and is run (default webtext).",
    )
    parser.add_argument("--against", action="append", default=[], type=run_folder, metavar="OUT",
                        help="Documents of this earlier run count as already kept. It may be repeated.")  # fmt: skip


def options(parser: argparse.ArgumentParser) -> None:
    """Declare what `curate run --dry-run` takes, too."""
    parser.add_argument("--sample", type=float, default=SAMPLE_MB, metavar="MB",
                        help=f"Read so many megabytes of input (default {SAMPLE_MB}).")  # fmt: skip
    parser.add_argument("--price-per-core-hour", type=float, metavar="P", help="Also say what the run will cost.")
    parser.add_argument("--scratch", type=Path, metavar="DIR",
                        help="The sample is curated here, then removed (default: the temporary folder).")  # fmt: skip


def use(_: argparse.Namespace) -> Use:
    """Of earlier runs, the index."""
    return Use({"against": ("index.json",)})


def command(options: argparse.Namespace, console: Console) -> int:
    """Read the sample, print the forecast."""
    from curate.dedup.earlier_runs import read_indexes
    from curate.inputs import sources
    from curate.planning.forecast import forecast
    from curate.planning.sample import choose, measure
    from curate.planning.told import as_json, lines
    from curate.recipe import load_recipe
    from curate.stages import about

    _check(options)
    recipe = quality_option.with_options(load_recipe(options.recipe), options)
    inputs = sources.resolve(options.inputs)
    earlier = read_indexes(options.against, recipe.barriers, Path())
    for stage in recipe.stages:
        about(stage).check()
    total = sum(each.bytes for each in inputs)
    if not total:
        raise UsageError(f"the inputs are empty ({len(inputs):,}): there is nothing to plan")
    with Display(quiet=options.json) as display:
        pieces = choose(inputs, round(options.sample * 1e6))
        found = measure(recipe, pieces, earlier, display.show, options.scratch)
    workers = options.workers or max(1, cluster.Workers().here())
    said = forecast(found, total, recipe.stage_names, workers)
    told = as_json(said, recipe, options.price_per_core_hour)
    if options.out and not is_target(options.out):
        with asked_for(path_for(Path(options.out))):
            save(Path(options.out), told)
    if options.json:
        print(json.dumps(told, indent=1))
    else:
        for line in lines(said, options.price_per_core_hour):
            console.print(line, markup=False, soft_wrap=True)
    return 0


def _check(options: argparse.Namespace) -> None:
    if options.workers < 0:
        raise UsageError(f"--workers must be 0 or more, not {options.workers}")
    if not 0 < options.sample <= 1e6:
        raise UsageError(f"--sample is a number of megabytes above 0, not {options.sample:g}")
    if options.price_per_core_hour is not None and not 0 <= options.price_per_core_hour < 1e6:
        raise UsageError(f"--price-per-core-hour must be 0 or more, not {options.price_per_core_hour:g}")
    if options.scratch is not None and not options.scratch.is_dir():
        raise UsageError(f"--scratch {options.scratch} is no folder")
