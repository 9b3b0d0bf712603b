"""Rule sets in languages other than English: the rules of Gopher with another language's stop words and limits.

The rules are those of `gopher.quality`, read so that they fit any script: words are cut by the Unicode rules, and in
scripts without spaces every letter is a word. What is English in them, the stop words and the lengths of words, has to
be given, and `curate limits fit` learns it from text of the language, as FineWeb2 does. `CODES` are ten languages whose
limits ship. Source: Rae et al. 2021, appendix A.1.1; Penedo et al. 2025, "FineWeb2", section 4.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from curate.filters.language_tables import LIMITS, STOP_WORDS
from curate.filters.prose import ProseReading, measure_prose, prose_places, prose_rules
from curate.filters.rule_set import Dialect, RuleSet
from curate.filters.verdict import Judgement

__all__ = ["CODES", "Limit", "fitted", "quality"]
__dir__ = __all__.copy  # so dir() shows what is public

NAME = "gopher.quality"


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit of a language, and where its number comes from."""

    value: float
    source: str = ""


def fitted(code: str, *, stop_words: tuple[str, ...], limits: Mapping[str, Limit]) -> RuleSet[ProseReading]:
    """Gopher's rules of prose in the language of an ISO 639-1 code, by limits learnt for it; other limits are left out.

    Raises KeyError for a limit that the rules do not have.

    >>> german = fitted("de", stop_words=("der", "die", "und"), limits={"min_stop_words": Limit(2, "by hand")})
    >>> german.kept("Dort schlafen der Hund und die Katze.")
    True
    >>> german("The dog and the cat are asleep.")
    Verdict(rule='min_stop_words', value=0.0, limit=2)
    """
    reading = ProseReading(words="unicode_words", counted="any", averaged="any", stop_words=stop_words)
    table = {rule.name: rule for rule in prose_rules(reading)}
    if unknown := sorted(set(limits) - set(table)):
        raise KeyError(unknown[0])
    rules = tuple(
        replace(rule, limit=limits[name].value, source=limits[name].source, because=_BECAUSE.get(name, rule.because))
        for name, rule in table.items()
        if name in limits
    )
    judgement = Judgement(f"whoever wrote the text that limits for {code} were learnt from", "what that text has not")
    dialect = Dialect(code, reading, rules, "curate limits fit")
    return RuleSet(NAME, measure_prose, (dialect,), code, judgement=judgement, places=prose_places)


_BECAUSE = {"min_stop_words": "it has too few stop words of its language"}


def quality(code: str) -> RuleSet[ProseReading]:
    """Gopher's rules of prose with the limits that ship for a language; KeyError where there are none.

    >>> quality("de").kept("Nur ein Menü: Start, Produkte, Kontakt.")
    False
    """
    limits = {name: Limit(*found) for name, found in LIMITS[code].items()}
    return fitted(code, stop_words=STOP_WORDS[code], limits=limits)


CODES = tuple(sorted(LIMITS))
