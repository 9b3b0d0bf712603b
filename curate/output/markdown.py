"""Text of unknown origin in Markdown: it shows as it is and does nothing else."""

import re
from collections.abc import Iterable, Sequence

from curate.terminal import harmless

MAX_CHARS = 200
_MARKS = re.compile(r"[\\`*_\[\]<>|~&#]|:(?=//)|(?<=\bwww)\.")


def plain(text: str) -> str:
    """Prose in which nothing is markup, an address or HTML.

    >>> print(plain("a <b>*bold*</b> | [x](http://e.example)"))
    a \\<b\\>\\*bold\\*\\</b\\> \\| \\[x\\](http\\://e.example)
    """
    return _MARKS.sub(lambda mark: f"\\{mark[0]}", one_line(text))


def code(text: str) -> str:
    """A name or an address as code, also in a table: no link, no markup, one line, at most 200 characters.

    >>> code("a|b`c"), code("")
    ("`a\\\\|b'c`", '')
    """
    shown = one_line(text).replace("`", "'").strip()
    cut = shown if len(shown) <= MAX_CHARS else f"{shown[:MAX_CHARS]}…"
    return f"`{cut}`".replace("|", "\\|") if cut else ""


def one_line(text: str) -> str:
    """Text without line ends, control, format and bidi characters."""
    return harmless(text.replace("\r", " ").replace("\n", " "))


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of cells that are Markdown already; a column of numbers is named with a colon at its end."""
    names = [name.rstrip(":") for name in head]
    rules = ["---:" if name.endswith(":") else "---" for name in head]
    return "".join(f"| {' | '.join(row)} |\n" for row in (names, rules, *rows))
