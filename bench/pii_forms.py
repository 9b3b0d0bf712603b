"""Personal data in forms that the marked pages do not have: snippets of our own, marked before the rules met them.

Usage: `python bench/pii_forms.py [--misses]`, from the repository. A marked stretch counts as found when half of it or
more is covered, whatever the entity; a look-alike is a line without marks, and wrong when anything in it is covered.
`right` is the share of covered characters that are marked. Presidio is run beside it.
"""

import argparse
import re
import statistics
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from pii import naive_presidio
from pii_pages import cpu_ms, marks

from curate.filters import pii

CASES = Path(__file__).parents[1] / "tests/filters/cases/pii_forms.txt"
NAMES = {"P": "phone", "A": "address", "E": "e-mail", "I": "identity", "S": "secret"}
_MARK = re.compile(r"\[\[([PAEIS]) (.*?)\]\]")
Case = tuple[str, list[tuple[str, int, int]]]


def read_cases(path: Path = CASES) -> list[Case]:
    """(text, marked stretches) of each snippet."""
    cases = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        text, spans, last = "", [], 0
        for match in _MARK.finditer(line):
            text += line[last : match.start()]
            spans.append((match[1], len(text), len(text) + len(match[2])))
            text, last = text + match[2], match.end()
        cases.append((text + line[last:], spans))
    return cases


def measure(cases: list[Case], find: Callable[[str], list[tuple[int, int]]], *, misses: bool = False) -> str:
    """One line of rates."""
    hit, there = Counter(), Counter()
    wrong = covered = right = alike = 0
    for text, spans in cases:
        mine = marks(len(text), find(text))
        truth = marks(len(text), [(start, end) for _, start, end in spans])
        covered, right = covered + sum(mine), right + sum(a & b for a, b in zip(mine, truth, strict=True))
        alike += not spans
        if not spans and any(mine):
            wrong += 1
            if misses:
                print(f"  wrong: {text!r} {[text[a:b] for a, b in find(text)]}")
        for kind, start, end in spans:
            there[kind] += 1
            hit[kind] += 2 * sum(mine[start:end]) >= end - start
            if misses and 2 * sum(mine[start:end]) < end - start:
                print(f"  missed {NAMES[kind]}: {text!r}")
    rates = ", ".join(f"{name} {hit[kind]}/{there[kind]}" for kind, name in NAMES.items())
    return f"{rates}; look-alikes touched {wrong}/{alike}; right {right / max(1, covered):.3f}"


def main() -> None:
    """Print the rates of both."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cases", nargs="?", type=Path, default=CASES)
    parser.add_argument("--misses", action="store_true", help="show what is missed and what is wrong")
    arguments = parser.parse_args()
    cases, misses = read_cases(arguments.cases), arguments.misses
    engine = naive_presidio()
    ours = measure(cases, lambda text: [(span.start, span.end) for span in pii.find(text)], misses=misses)
    theirs = measure(cases, lambda text: [(r.start, r.end) for r in engine.analyze(text, language="en")])
    pages = [{"text": text} for text, _ in cases]
    cost = statistics.mean(cpu_ms(pages, pii.find))
    print(f"{len(cases)} snippets\nours: {ours}; {cost:.3f} ms each\nPresidio: {theirs}")


if __name__ == "__main__":
    main()
