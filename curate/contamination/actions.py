"""Acts on a text that holds evaluation items: drops it, cuts the items out, or marks it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from curate.contamination.index import EvalIndex, Match
from curate.filters.verdict import KEPT, Verdict

ACTIONS = ("drop", "cut", "mark")
MARGIN_CHARS = 200  # what GPT-3 cut on either side


@dataclass(frozen=True, slots=True)
class Decision:
    """The fate of a text: its text or the rest of it, whether it is kept, and the items it held."""

    text: str
    verdict: Verdict
    items: tuple[str, ...]


def decide(
    texts: Sequence[str],
    index: EvalIndex,
    *,
    action: str = "drop",
    min_score: float = 0.0,
    margin_chars: int = MARGIN_CHARS,
) -> list[Decision]:
    """Look for evaluation items in each text and act; matches of a score below `min_score` do not count.

    "drop" drops the text, and the verdict's rule names evaluation and item; "cut" removes each match with a margin, and
    drops a text of which nothing is left; "mark" only lists the items.
    """
    found = ([match for match in index.find(text) if match.score >= min_score] for text in texts)
    return [_decision(text, matches, action, min_score, margin_chars)
            for text, matches in zip(texts, found, strict=True)]  # fmt: skip


def _decision(text: str, matches: Sequence[Match], action: str, min_score: float, margin_chars: int) -> Decision:
    items = tuple(dict.fromkeys(f"{match.eval}:{match.item}" for match in matches))
    if not matches or action == "mark":
        return Decision(text, KEPT, items)
    best = max(matches, key=lambda match: match.score)
    named = Verdict(f"{best.eval}:{best.item}", best.score, min_score)
    if action == "drop":
        return Decision(text, named, items)
    left = cut(text, matches, margin_chars=margin_chars)
    return Decision(left, KEPT if left else named, items)


def cut(text: str, matches: Iterable[Match], *, margin_chars: int = MARGIN_CHARS) -> str:
    """Remove matches and up to `margin_chars` characters on either side, in whole words; what is left, or "".

    >>> cut("It was late. What is the airspeed of a swallow? Nobody knew.", [Match("e", "1", "q", 13, 47, 1.0)],
    ...     margin_chars=0)
    'It was late.\\nNobody knew.'
    >>> cut("It was late. What is the airspeed of a swallow? Nobody knew.", [Match("e", "1", "q", 13, 47, 1.0)])
    ''
    """
    pieces, at = [], 0
    for start, end in _spans(text, matches, margin_chars):
        pieces.append(text[at:start].strip())
        at = end
    return "\n".join(piece for piece in (*pieces, text[at:].strip()) if piece)


def _spans(text: str, matches: Iterable[Match], margin_chars: int) -> Iterable[tuple[int, int]]:
    """Stretches to remove, in order, none touching another."""
    joined: list[list[int]] = []
    for start, end in sorted((match.start, match.end) for match in matches):
        low, high = max(0, start - margin_chars), min(len(text), end + margin_chars)
        if joined and low <= joined[-1][1]:
            joined[-1][1] = max(joined[-1][1], high)
        else:
            joined.append([low, high])
    return [(_word_start(text, low), _word_end(text, high)) for low, high in joined]


LONGEST_WORD = 100


def _word_start(text: str, at: int) -> int:
    """The start of the word a position lies in, unless that is far."""
    for i in range(at, max(0, at - LONGEST_WORD), -1):
        if text[i - 1].isspace():
            return i
    return 0 if at < LONGEST_WORD else at


def _word_end(text: str, at: int) -> int:
    for i in range(at, min(len(text), at + LONGEST_WORD)):
        if text[i].isspace():
            return i
    return len(text) if len(text) - at < LONGEST_WORD else at
