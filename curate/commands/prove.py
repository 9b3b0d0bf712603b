"""`curate prove`: does one corpus train a better model than another, or is it not shown?"""

import argparse
import json
import re
from importlib.util import find_spec
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from curate.errors import UsageError
from curate.prove.compare import MEAN, Difference
from curate.prove.prove import LAYERS, Pair, Proof, Settings, leave, prove
from curate.prove.texts import Corpus, read_corpus
from curate.terminal import harmless

HELP = "Say which data trains the better model, or that it is not shown."
SECONDS_PER_NGRAM_MB = 1.0  # CPU seconds to train and score on a megabyte; .5 in one run of bench/prove.py
SECONDS_PER_STEP = 0.3  # CPU seconds of a training step, its share of scoring included; seen on a busy machine


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument(
        "arms", nargs="+", type=Path, metavar="CORPUS", help="These are finished runs, or Parquet, JSONL or text files."
    )
    parser.add_argument(
        "--held-out", nargs="+", type=Path, required=True, metavar="FILE", help="These texts are to be predicted."
    )
    parser.add_argument("--budget", default="30m", help="So much CPU time may be spent: 90s, 30m, 2h (default 30m).")
    parser.add_argument(
        "--n-grams-only", action="store_true", help="Leave out transformers; nothing can then be shown."
    )
    parser.add_argument(
        "--work", type=Path, default=Path("out/prove"), help="Results are kept here (default out/prove)."
    )
    parser.add_argument("--json", action="store_true", help="Print the proof as JSON.")


def command(options: argparse.Namespace, console: Console) -> int:
    """Compare the corpora and print what is shown; 0 whatever that is."""
    arms = _named([read_corpus(path) for path in options.arms], options.arms)
    held_out = [read_corpus(path) for path in options.held_out]
    settings = settings_for(seconds_of(options.budget), arms, transformers=not options.n_grams_only and has_torch())
    if not options.json:
        console.print(_plan(settings, len(arms)), markup=False, soft_wrap=True)
    with Progress(console=Console(stderr=True), transient=True, disable=not console.is_terminal) as bar:
        tasks = {}

        def say(layer: str, done: int, of: int) -> None:
            if layer not in tasks:
                tasks[layer] = bar.add_task(layer, total=of)
            bar.update(tasks[layer], completed=done)

        proof = prove(arms, held_out, settings, options.work, say)
    leave(proof, options.work / "proof.json")
    if options.json:
        print(json.dumps(proof.as_json(), indent=1))
    else:
        show(proof, console)
    return 0


def _named(arms: list[Corpus], paths: list[Path]) -> list[Corpus]:
    """Runs in folders of one name are told apart by the folder above."""
    names = [arm.name for arm in arms]
    return [
        Corpus(f"{path.resolve().parent.name}/{arm.name}", arm.texts, arm.sites, arm.sizes)
        if names.count(arm.name) > 1
        else arm
        for arm, path in zip(arms, paths, strict=True)
    ]


def has_torch() -> bool:
    """Return whether PyTorch is installed."""
    return find_spec("torch") is not None


def seconds_of(budget: str) -> float:
    """A budget in seconds.

    >>> seconds_of("30m"), seconds_of("1.5h"), seconds_of("90s")
    (1800.0, 5400.0, 90.0)
    """
    found = re.fullmatch(r"(\d+(?:\.\d+)?)([smh])", budget.strip())
    if found is None or not float(found[1]):
        raise UsageError(f"--budget {budget!r} is no time: say 90s, 30m or 2h")
    return float(found[1]) * {"s": 1, "m": 60, "h": 3600}[found[2]]


def settings_for(seconds: float, arms: list[Corpus], *, transformers: bool) -> Settings:
    """As many draws, bytes and steps as a budget allows: a quarter of it for n-grams, the rest for transformers."""
    share = seconds / 4 if transformers else seconds
    largest = min(8e6, *(float(arm.sizes.sum()) / 2 for arm in arms))
    size = min(largest, max(200_000.0, share / (12 * 2 * len(arms) * SECONDS_PER_NGRAM_MB) * 1e6))
    draws = int(min(40, max(4, share / (2 * len(arms) * SECONDS_PER_NGRAM_MB * size / 1e6))))
    steps = int((seconds - share) / (3 * 2 * 2 * len(arms) * SECONDS_PER_STEP)) if transformers else 0
    return Settings(max_bytes=int(size), draws=draws, steps=steps if not transformers else max(20, min(5000, steps)))


def _plan(settings: Settings, arms: int) -> str:
    line = f"{settings.draws} draws of {2 * arms} halves of at most {settings.max_bytes:,} bytes for n-grams; "
    if settings.steps:
        return line + f"{settings.transformer_draws * 2 * 2 * arms} transformers of {settings.steps} steps"
    return line + "no transformers (pip install 'webcurate[prove]' brings PyTorch): without them nothing can be shown"


def show(proof: Proof, console: Console) -> None:
    """Print the rule, bits per byte, differences, and what is shown."""
    lines = [proof.rule, ""]
    width = max(map(len, (*proof.held_out, MEAN)))
    for layer, arms in proof.bits.items():
        lines.append(f"{layer}: bits per byte")
        for arm, sets in arms.items():
            cells = "  ".join(f"{name} {value:.4f}" for name, value in sets.items())
            lines.append(f"  {arm:<24} {cells}  mean {sum(sets.values()) / len(sets):.4f}")
    for pair in proof.pairs:
        lines += ["", f"{pair.b} minus {pair.a} (negative: {pair.b} is better)"]
        lines += [_line(each, width) for each in pair.differences]
        lines.append(f"  {_said(proof, pair)}")
    for line in lines:
        console.print(harmless(line), markup=False, highlight=False, soft_wrap=True)


def _line(each: Difference, width: int) -> str:
    mark = {-1: "better", 1: "worse", 0: "not shown"}[each.shown]
    interval = f"[{each.low:+.4f}, {each.high:+.4f}]"
    return (
        f"  {each.layer:<22} {each.held_out:<{width}}  {each.value:+.4f} {interval:<20} floor {each.floor:.4f}  {mark}"
    )


def _said(proof: Proof, pair: Pair) -> str:
    missing = [layer for layer in LAYERS if layer not in proof.layers]
    if missing:
        return f"not shown: {', '.join(missing)} were not measured"
    if not pair.verdict:
        return "not shown"
    return f"shown: {pair.b if pair.verdict < 0 else pair.a} is better, at this scale"
