"""`curate limits fit`: limits for a language from reference text, as a recipe file."""

import argparse
from pathlib import Path

from rich.console import Console

from curate.errors import UsageError

HELP = "Learn limits for a language from reference text."


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    what = parser.add_subparsers(required=True, metavar="WHAT", dest="what")
    fit = what.add_parser("fit", help="Write a recipe whose limits are quantiles of good text in the language.")
    fit.add_argument(
        "--language",
        required=True,
        metavar="CODE",
        help="The language is a code of ISO 639-1 or 639-3, such as de or deu.",
    )
    fit.add_argument("--reference", required=True, nargs="+", metavar="TEXTS", help="The reference is good text in it: "
                     "a run, WARC, WET, Parquet, JSONL, Wikipedia XML, WikiExtractor files, .txt with a text "
                     "a line.")  # fmt: skip
    fit.add_argument(
        "--out", type=Path, default=None, metavar="FILE", help="Write the recipe to this file (default CODE.py)."
    )
    fit.add_argument("--beyond", type=float, default=0.01, metavar="SHARE",
                     help="This share of the reference may lie beyond a limit (default 0.01).")  # fmt: skip
    fit.add_argument("--max-texts", type=int, default=20_000, help="Read at most so many texts (default 20000).")


def command(options: argparse.Namespace, console: Console) -> int:
    """Learn the limits and write the recipe."""
    from curate.files import whole_file
    from curate.stages.texts import language_codes
    from curate.training.limits import fit_limits, read_reference, recipe_text

    (code,) = language_codes((options.language,))
    out = options.out or Path(f"{code}.py")
    if not 0 <= options.beyond < 0.5:
        raise UsageError(f"--beyond is a share from 0 up to 0.5, not {options.beyond:g}")
    if out.suffix != ".py" or not out.stem.isidentifier():
        raise UsageError(f"--out is a recipe file such as {code}.py, not {out}")
    if options.max_texts < 1:
        raise UsageError(f"--max-texts must be 1 or more, not {options.max_texts}")
    texts, source = read_reference(options.reference, options.max_texts)
    found = fit_limits(code, texts, source=source, beyond=options.beyond)
    with whole_file(out) as temporary:
        temporary.write_text(recipe_text(found, name=out.stem), encoding="utf-8")
    console.print(f"stop words: {' '.join(found.stop_words)}", markup=False, soft_wrap=True)
    for name, limit in found.limits.items():
        console.print(f"{name:<28} {limit.value:>8g}  {limit.source}", markup=False, soft_wrap=True)
    console.print(f"{out}; use it: curate run INPUT --recipe {out} --out OUT", markup=False, soft_wrap=True)
    return 0
