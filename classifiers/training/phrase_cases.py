"""Sentences of our own made of phrases: every claim about people in many frames, beside facts in the same frames.

A frame that only asserts leaves a claim hateful and a fact harmless, so the model cannot learn the frame; a frame that
denies, quotes or condemns makes a claim harmless. `hate_phrases` and `calm_phrases` hold the phrases.
"""

import hashlib
from collections.abc import Iterator, Sequence

from curate.classifiers import toxic_words
from curate.classifiers.training import abuse_phrases, calm_phrases, hate_phrases

GROUPS = (
    "Muslims|women|gays|black people|blacks|immigrants|disabled people|trans people|Jews|the Jews|Mexicans|refugees|"
    "Arabs|Africans|Asians|Indians|Gypsies|the Chinese|lesbians|foreigners|Pakistanis|Somalis|Romanians|Hindus|whites"
).split("|")
PRONOUNS = ("they", "these people", "those people", "that lot", "people like that", "all of them", "their kind")
ASSERTIONS = (
    "{g} {c}", "{g} {c}.", "{g} {c}!", "I tell you, {g} {c}.", "everybody knows that {g} {c}", "Fact is, {g} {c}",
    "sorry but {g} {c}", "{g} {c}, and nobody may say so.", "look around you: {g} {c}", "{g} {c}, always have.",
    "I have seen it myself, {g} {c}", "You will see that {g} {c}", "My father told me that {g} {c}",
    "and {g} {c} , too",
    "I'm not prejudiced, but {g} {c}", "In this country {g} {c}", "when {g} {c}, what do you expect?",
    "because {g} {c}.", "{g} {c} lol", "It is no secret that {g} {c}.", "{g} {c} and we pay for it",
    "Why is it that {g} {c} ?", "Most {g} {c}", "Once again: {g} {c}.", "{g} {c}, just look at London.",
)  # fmt: skip
ENDINGS = ("", ".", "!", " .", "...", "!!!", ", period.", " lol", ", smh", ", I say.")

Row = tuple[frozenset[str], str]


def _lines(text: str) -> list[str]:
    return [line for line in text.split("\n") if line]


def _pick(choices: Sequence[str], key: str) -> str:
    """One of the choices, by a hash of the key."""
    return choices[int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big") % len(choices)]


def _subjects(key: str, *, slurs: bool) -> str:
    """Return who a sentence is about: a group, a pronoun, or a word of contempt where those are wanted."""
    kinds = [GROUPS, GROUPS, PRONOUNS] + [toxic_words.CLASSES["slur"].split()] * slurs
    return _pick(kinds[len(key) % len(kinds)], key)


def _framed(
    claims: str, frames: Sequence[str], *, times: int, slurs: bool, always_named: bool = False
) -> Iterator[str]:
    """Each claim in so many of the frames, of a subject."""
    for claim in _lines(claims):
        for k in range(times):
            frame = _pick(frames, f"frame {k} {claim}")
            key = f"{k} {claim} {frame}"
            subject = _pick(GROUPS, key) if always_named else _subjects(key, slurs=slurs)
            text = frame.replace("{g}", subject).replace("{c}", claim)
            yield text[0].upper() + text[1:] if k % 2 else text


def _ended(phrases: str, times: int) -> Iterator[str]:
    """Each phrase with several endings."""
    for phrase in _lines(phrases):
        for k in range(times):
            text = phrase + _pick(ENDINGS, f"{k} {phrase}")
            yield (text, text[0].upper() + text[1:], text.upper())[min(k % 4, 2)]


def phrase_sentences(times: int = 12) -> Iterator[Row]:
    """(kinds, sentence) rows, none of the kinds for a harmless one; each phrase in up to so many forms.

    >>> kinds = {text: sorted(kinds) for kinds, text in phrase_sentences()}
    >>> claim, fact = "have never invented a single thing", "founded the first school in the valley"
    >>> {*map(tuple, (kinds[text] for text in kinds if claim in text))} == {(), ("hate",)}
    True
    >>> {*map(tuple, (kinds[text] for text in kinds if fact in text))}
    {()}
    """
    hate, insult, calm = frozenset({"hate"}), frozenset({"insult"}), frozenset[str]()
    yield from ((hate, text) for text in _framed(hate_phrases.CLAIMS, ASSERTIONS, times=times, slurs=True))
    yield from ((calm, text) for text in _framed(calm_phrases.FACTS, ASSERTIONS, times=times, slurs=False))
    reports = _lines(calm_phrases.REPORTS)
    named = _framed(hate_phrases.CLAIMS, reports, times=times // 2, slurs=False, always_named=True)
    yield from ((calm, text) for text in named)
    for call in _lines(hate_phrases.CALLS):
        for k in range(times):
            text = call.replace("{g}", _subjects(f"{k} {call}", slurs=True)) + _pick(ENDINGS, f"{call} {k}")
            yield hate, text
    yield from ((hate, text) for text in _ended(abuse_phrases.SLOGANS, times // 2))
    yield from ((insult, text) for text in _ended(abuse_phrases.ABUSE, times // 2))
    yield from ((calm, text) for text in _ended(calm_phrases.NEIGHBOURS, times // 2))
