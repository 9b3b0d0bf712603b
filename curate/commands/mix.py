"""`curate mix`: finished runs as a mixture that a trainer reads."""

import argparse
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from curate.cluster import Workers
from curate.commands.display import Display
from curate.errors import UsageError
from curate.terminal import harmless

HELP = "Mix finished runs for a trainer: buckets, phases, order, tokens, format."
MAX_TOKENS = 10**15
_TOKENS = re.compile(r"(\d+(?:\.\d+)?)([kMBT]?)", re.ASCII)
_TIMES = {"": 1, "k": 10**3, "M": 10**6, "B": 10**9, "T": 10**12}


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument(
        "outs",
        nargs="+",
        type=Path,
        metavar="OUT",
        help="Each is the folder of a finished run and goes by its name; NAME=OUT gives it another.",
    )
    parser.add_argument(
        "--plan",
        default="curriculum",
        help="The plan is curriculum, module:ATTR, or a .py file, which is Python and is run.",
    )
    parser.add_argument(
        "--tokens", required=True, help="All phases together have so many tokens: 250000, 50k, 2.5M, 10B."
    )
    parser.add_argument(
        "--tokenizer", required=True, type=Path, metavar="FILE", help="Tokens are those of this tokenizer.json."
    )
    parser.add_argument(
        "--format",
        required=True,
        help="The format is jsonl, huggingface, nanochat, megatron, olmo, ..., or has a type: olmo:uint32.",
    )
    parser.add_argument(
        "--out", required=True, type=Path, metavar="MIX", help="Write into this folder; a second mix there goes on."
    )
    parser.add_argument(
        "--seed",
        type=int,
        default=0,
        help="Another number gives another order, and another choice of who is seen once more (default 0).",
    )
    parser.add_argument(
        "--control",
        action="store_true",
        help="Also write the matched control: the same documents in one shuffled phase.",
    )
    parser.add_argument(
        "--end-token", default="", help="This token ends a document (default: the one with a usual name)."
    )
    parser.add_argument("--work", type=Path, metavar="DIR", help="Steps keep here what is done (default MIX/work).")
    parser.add_argument(
        "--workers", type=int, default=0, help="Use so many processes (default: one for each core; 1 is this process)."
    )
    parser.add_argument(
        "--ray-address", default="", help="Work on a running Ray cluster (default: $RAY_ADDRESS, else this machine)."
    )


def command(options: argparse.Namespace, console: Console) -> int:
    """Mix, show progress, print what each phase is made of."""
    from curate.mixture import formats
    from curate.mixture.laying import Wish
    from curate.mixture.mix import mix
    from curate.mixture.plan import load_plan
    from curate.mixture.vocabulary import read_tokenizer

    if options.workers < 0:
        raise UsageError(f"--workers must be 0 or more, not {options.workers}")
    tokens = parse_tokens(options.tokens)
    formats.named(options.format)
    plan = load_plan(options.plan)
    tokenizer = read_tokenizer(options.tokenizer, options.end_token)
    wish = Wish(plan, tokens, tokenizer, options.format, options.seed, options.control)
    workers = Workers(options.workers, options.ray_address)
    with Display() as display:
        found = mix(
            options.outs, options.out, wish, workers=workers, work=options.work, show=display.show, say=display.say
        )
    _print(found, console)
    console.print(f"Mixture: {options.out}/data  (ledger: {options.out}/README.md)", markup=False, soft_wrap=True)
    return 0


def parse_tokens(said: str) -> int:
    """A number of tokens as users write it.

    >>> parse_tokens("2.5M"), parse_tokens("10B"), parse_tokens("250_000")
    (2500000, 10000000000, 250000)
    """
    match = _TOKENS.fullmatch(said.replace("_", "").replace(",", ""))
    tokens = round(float(match[1]) * _TIMES[match[2]]) if match else 0
    if not 1 <= tokens <= MAX_TOKENS:
        raise UsageError(f"--tokens {harmless(said)!r} is no number of tokens: write 250000, 50k, 2.5M or 10B")
    return tokens


def _print(found: Mapping[str, Any], console: Console) -> None:
    table = Table(box=None, header_style="bold", pad_edge=False)
    for heading, side in (("phase", "left"), ("bucket", "left"), ("planned", "right"), ("laid out", "right"),
                          ("documents", "right"), ("tokens", "right"), ("epochs", "right")):  # fmt: skip
        table.add_column(heading, justify=side, no_wrap=True)  # type: ignore[arg-type]
    for phase in found["phases"]:
        for place, bucket in enumerate(phase["buckets"]):
            table.add_row(
                "" if place else phase["phase"], bucket["bucket"], f"{bucket['planned']:.1%}",
                f"{bucket['weight']:.1%}", f"{bucket['documents']:,}", f"{bucket['tokens']:,}",
                f"{bucket['epochs']:.2f}",
            )  # fmt: skip
    console.print(table)
    for phase in found["phases"]:
        if phase["note"]:
            console.print(f"{phase['phase']}: {phase['note']}", markup=False)
    often = {int(times): count for times, count in found["exposure"]["documents_by_sightings"].items()}
    console.print(
        f"{sum(often.values()):,} documents: {often.get(0, 0):,} never seen, "
        f"{sum(count for times, count in often.items() if times > 1):,} more than once, {max(often)} times at most",
        markup=False,
    )
