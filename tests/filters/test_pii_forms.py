"""Personal data in forms of our own, marked by hand: what is found of each kind, and look-alikes that stay."""

import re
from collections import Counter
from pathlib import Path

import pytest

from curate.filters import pii

CASES = Path(__file__).parent / "cases"
MARK = re.compile(r"\[\[([PAEIS]) (.*?)\]\]")
# At least so many of the marked stretches are found by half or more, and at most so many look-alikes are touched.
WANTED = {
    "pii_forms.txt": {"P": 54, "A": 45, "E": 18, "I": 25, "S": 6, "touched": 1},
    "pii_forms_unseen.txt": {"P": 31, "A": 27, "E": 3, "I": 9, "S": 3, "touched": 1},
    "pii_forms_third.txt": {"P": 109, "A": 46, "E": 13, "touched": 2},
}


def covered(text: str) -> set[int]:
    """The characters that redaction would take."""
    return {place for span in pii.find(text) for place in range(span.start, span.end)}


@pytest.mark.parametrize("name", WANTED)
def test_marked_forms_are_found_and_look_alikes_stay(name: str) -> None:
    """Phones, addresses, mail, identity and secrets in many countries' forms, beside scores and part numbers."""
    lines = (CASES / name).read_text(encoding="utf-8").splitlines()
    found, touched = Counter[str](), 0
    for line in lines:
        if not line or line.startswith("#"):
            continue
        text, taken = MARK.sub(r"\2", line), covered(MARK.sub(r"\2", line))
        shift = 0
        for mark in MARK.finditer(line):
            start = mark.start() - shift
            end, shift = start + len(mark[2]), shift + len(mark[0]) - len(mark[2])
            assert text[start:end] == mark[2]
            found[mark[1]] += 2 * len(taken & set(range(start, end))) >= end - start
        touched += bool(taken) and not MARK.search(line)
    assert touched <= WANTED[name]["touched"]
    assert {kind: count for kind, count in WANTED[name].items() if kind != "touched" and found[kind] < count} == {}
