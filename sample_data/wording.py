"""Made-up hosts, towns and people, and texts with `[one|two]` choices in them."""

import re
from pathlib import Path
from random import Random

HERE = Path(__file__).parent
CHOICE = re.compile(r"\[([^\[\]]*)\]")


def bank(name: str) -> dict[str, list[str]]:
    """A file of text/: sections that open with `== name`, each a list of lines."""
    sections: dict[str, list[str]] = {}
    for line in (HERE / "text" / f"{name}.txt").read_text("utf-8").splitlines():
        if line.startswith("== "):
            current = sections.setdefault(line[3:], [])
        elif line:
            current.append(line)
    return sections


NAMES = bank("names")
FIRST, SECOND, TOWNS = NAMES["adjectives"], NAMES["places"], NAMES["towns"]
RESERVED = (".example", ".example", ".example", ".example.com", ".example.org", ".example.net")


def spin(rng: Random, text: str) -> str:
    """The text with one way taken at every `[one|two]`, inner choices first."""
    while "[" in text:
        text = CHOICE.sub(lambda match: rng.choice(match[1].split("|")), text)
    return text


def lines(rng: Random, sentences: list[str], count: int, slots: dict[str, str]) -> list[str]:
    """`count` different sentences of a bank in random order, spun and filled in."""
    return [spin(rng, sentence).format_map(slots) for sentence in rng.sample(sentences, count)]


def host(rng: Random, *, words: str = "") -> str:
    """A host under a name that is reserved for examples, so that nobody real is meant."""
    name = words or f"{rng.choice(FIRST)}-{rng.choice(SECOND)}"
    return rng.choice(("www.", "www.", "", "blog.", "m.")) + name + rng.choice(RESERVED)


def address(rng: Random, path: str, *, words: str = "") -> str:
    """An address on a made-up host."""
    return f"{rng.choice(('https', 'https', 'http'))}://{host(rng, words=words)}/{path}"
