"""`curate prove`: does one corpus train a better model than another, or is it not shown?"""

import argparse
import json
import re
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from curate.errors import UsageError
from curate.prove.compare import MEAN, RULE, Difference
from curate.prove.page import MARKS, line, said, write_page
from curate.prove.prove import Proof, Settings, leave, prove
from curate.prove.recognition import model_of, notes, without_learned
from curate.prove.texts import Corpus, read_corpora
from curate.report.proof import leave_in, manifest_digest
from curate.terminal import harmless
from curate.training.learned import SHIPPED, read_learned

HELP = "Say which data trains the better model, or that it is not shown."
SECONDS_PER_NGRAM_MB = 0.5  # CPU seconds to train and score on a megabyte; .4 in one run of bench/prove.py
SECONDS_PER_STEP = 0.12  # CPU seconds of a training step, its share of scoring included; .08 without, on one machine
MIN_STEPS, MAX_STEPS, DRAWS = 20, 10_000, 3


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    add = parser.add_argument
    add(
        "arms", nargs="+", type=Path, metavar="CORPUS", help="These are finished runs, or Parquet, JSONL or text files."
    )
    add("--held-out", nargs="+", type=Path, required=True, metavar="FILE", help="These texts are to be predicted.")
    add("--budget", default="30m", help="So much CPU time may be spent: 90s, 30m, 2h (default 30m).")
    add("--n-grams-only", action="store_true", help="Leave out transformers; nothing can then be shown.")
    add(
        "--learned",
        nargs="+",
        type=Path,
        default=[],
        metavar="FILE",
        help="These are quality.sites.json of your models.",
    )
    add("--unlearned", action="store_true", help="Leave out texts of sites that a quality model was trained on.")
    add("--work", type=Path, default=Path("out/prove"), help="Results are kept here (default out/prove).")
    add("--json", action="store_true", help="Print the proof as JSON.")


def command(options: argparse.Namespace, console: Console) -> int:
    """Compare the corpora and print what is shown; 0 whatever that is."""
    arms, sets = read_corpora(options.arms), read_corpora(options.held_out)
    models = {arm.name: model_of(path) for arm, path in zip(arms, options.arms, strict=True)}
    known = [read_learned(path) for path in (SHIPPED, *options.learned)]
    if options.unlearned:
        arms = [without_learned(arm, models, known) for arm in arms]
    recognised = notes(arms, models, known)
    settings = settings_for(seconds_of(options.budget), arms, transformers=not options.n_grams_only and has_torch())
    if not options.json:
        _print([RULE, _plan(settings, len(arms)), ""], console)
    proof = _with_bar(arms, sets, settings, options.work)
    proof = replace(proof, notes=[*proof.notes, *recognised])
    leave(proof, options.work / "proof.json")
    write_page(options.work / "prove.html", proof)
    left = _leave_in_runs(proof, dict(zip(proof.arms, options.arms, strict=True)))
    if options.json:
        print(json.dumps(proof.as_json(), indent=1))
    else:
        _print([*lines_of(proof), "", f"{options.work / 'prove.html'} has figures and curves", *left], console)
    return 0


def _print(lines: list[str], console: Console) -> None:
    for each in lines:
        console.print(harmless(each), markup=False, highlight=False, soft_wrap=True)


def _with_bar(arms: list[Corpus], sets: list[Corpus], settings: Settings, work: Path) -> Proof:
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        tasks = {}

        def say(layer: str, done: int, of: int, loss: str) -> None:
            if layer not in tasks:
                tasks[layer] = bar.add_task(layer, total=of)
            bar.update(tasks[layer], completed=done, description=f"{layer} {loss}".strip())

        return prove(arms, sets, settings, work, say)


def _leave_in_runs(proof: Proof, paths: dict[str, Path]) -> list[str]:
    """Leave with each finished run what was shown of it; what could not be written is said, not raised."""
    found = []
    for name, path in paths.items():
        if not manifest_digest(path):
            continue
        try:
            leave_in(path, proof.rule, [line(proof, pair) for pair in proof.pairs if name in (pair.a, pair.b)])
        except OSError as error:
            found.append(f"{path} was not told: {error.strerror}")
        else:
            found.append(f"curate report {path} says so too, and its page after --html")
    return found


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
    """As many draws, bytes and steps as a budget allows: a quarter of it for n-grams, the rest for transformers.

    It depends on the budget and the corpora alone, never on how fast the machine is: so a proof can be repeated.
    """
    share = seconds / 4 if transformers else seconds
    largest = min(8e6, *(float(arm.sizes.sum()) / 2 for arm in arms))
    size = min(largest, max(200_000.0, share / (12 * 2 * len(arms) * SECONDS_PER_NGRAM_MB) * 1e6))
    draws = int(min(40, max(4, share / max(2 * len(arms) * SECONDS_PER_NGRAM_MB * size / 1e6, 0.01))))
    steps = int((seconds - share) / (DRAWS * 2 * 2 * len(arms) * SECONDS_PER_STEP)) if transformers else 0
    return Settings(int(size), draws, max(MIN_STEPS, min(MAX_STEPS, steps)) if transformers else 0, DRAWS)


def _plan(settings: Settings, arms: int) -> str:
    """What will be done and about what it costs on this machine, in words."""
    seconds = settings.draws * 2 * arms * SECONDS_PER_NGRAM_MB * settings.max_bytes / 1e6
    said = f"{settings.draws} draws of {2 * arms} halves of at most {settings.max_bytes:,} bytes for n-grams; "
    if not settings.steps:
        said += "no transformers (pip install 'webcurate[prove]' brings PyTorch): without them nothing can be shown"
        return f"{said}; about {seconds / 60:.1f} CPU minutes"
    from curate.prove.transformer import seconds_per_step

    models = settings.transformer_draws * 2 * 2 * arms
    seconds += models * settings.steps * seconds_per_step() * 1.4
    return (
        f"{said}{models} transformers of {settings.steps} steps; about {seconds / 60:.1f} CPU minutes on this machine"
    )


def lines_of(proof: Proof) -> list[str]:
    """Bits per byte, differences, and what is shown, as they are printed."""
    lines = [f"Note: {note}" for note in proof.notes]
    width = max(map(len, (*proof.held_out, MEAN)))
    for layer, arms in proof.bits.items():
        lines.append(f"{layer}: bits per byte")
        for arm, sets in arms.items():
            cells = "  ".join(f"{name} {value:.4f}" for name, value in sets.items())
            noise = f"A/A deviation {proof.deviations[layer][arm]:.4f}"
            lines.append(f"  {arm:<24} {cells}  mean {sum(sets.values()) / len(sets):.4f}  {noise}")
    for pair in proof.pairs:
        lines += ["", f"{pair.b} minus {pair.a} (negative: {pair.b} is better)"]
        lines += [_line(each, width) for each in pair.differences]
        lines.append(f"  {said(proof, pair)}")
    return lines


def _line(each: Difference, width: int) -> str:
    interval = f"[{each.low:+.4f}, {each.high:+.4f}]"
    return (
        f"  {each.layer:<22} {each.held_out:<{width}}  {each.value:+.4f} {interval:<20} floor {each.floor:.4f}  "
        f"{MARKS[each.shown]}"
    )
