"""`curate prove`: does one corpus train a better model than another, or is it not shown?"""

import argparse
import json
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from curate.prove.budget import plan, seconds_of, settings_for
from curate.prove.compare import MEAN, RULE, Difference
from curate.prove.page import MARKS, line, said, write_page
from curate.prove.prove import Proof, Settings, leave, prove
from curate.prove.recognition import model_of, notes, without_learned
from curate.prove.texts import Corpus, read_corpora
from curate.report.proof import leave_in, manifest_digest
from curate.terminal import harmless
from curate.training.learned import SHIPPED, read_learned

HELP = "Say which data trains the better model, or that it is not shown."


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
    wanted = not options.n_grams_only and has_torch()
    settings = settings_for(seconds_of(options.budget), arms, sets, transformers=wanted)
    if not options.json:
        _print([RULE, plan(settings, arms, sets), ""], console)
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
