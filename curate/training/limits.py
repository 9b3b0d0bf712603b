"""Limits of a language from text in it: quantiles of what the rules measure, stop words from its frequent words.

As FineWeb2 does it: text that is known to be good says how long words are, how many lines end in an ellipsis and which
words no text lacks. A limit is the value that a small share of the reference lies beyond, so the rules drop what is
unlike nearly all of it. What they cannot learn from good text is what bad text is like; a value model does that.

Source: Penedo et al. 2025, "FineWeb2: One Pipeline to Scale Them All", section 4.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from math import ceil, floor

import numpy as np

from curate.errors import UsageError
from curate.filters.languages import Limit, fitted
from curate.filters.text_view import TextView
from curate.training.texts import find_corpora

MIN_WORD_SHARE = 0.008  # of all words: what is as frequent is a stop word
MIN_STOP_WORDS, MAX_STOP_WORDS = 8, 40
MIN_TEXTS = 20
# Not the marks # and -: in a text extracted as Markdown they are headings and lists, in a reference they may not be.
SIGNALS = ("min_words", "min_mean_word_length", "max_mean_word_length", "max_ellipsis_to_word_ratio",
           "max_ellipsis_line_fraction", "min_letter_word_fraction", "min_stop_words")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fitted:
    """Limits learned from a reference in one language: its stop words, the most frequent first, and limits by name."""

    code: str
    stop_words: tuple[str, ...]
    limits: Mapping[str, Limit]


def stop_words(texts: Iterable[str]) -> tuple[str, ...]:
    """The words of at least two letters, or of one in a script without spaces, that make up .008 of all, at least 8.

    >>> stop_words(["der Hund und die Katze und der Vogel " * 20])[:2]
    ('der', 'und')
    """
    counts: Counter[str] = Counter()
    for text in texts:
        view = TextView(text.lower())
        counts.update(word for word in view.unicode_words.of(view.text) if word.isalpha() and _counts(word))
    total = max(counts.total(), 1)
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    frequent = [word for word, count in ranked if count >= MIN_WORD_SHARE * total]
    return tuple(
        frequent[:MAX_STOP_WORDS] if len(frequent) >= MIN_STOP_WORDS else [w for w, _ in ranked[:MIN_STOP_WORDS]]
    )


def _counts(word: str) -> bool:
    return len(word) > 1 or ord(word) > 0xE00


def fit_limits(code: str, texts: Sequence[str], *, source: str, beyond: float = 0.01,
               words: tuple[str, ...] = ()) -> Fitted:  # fmt: skip
    """Limits beyond which at most a share `beyond` of the reference lies, rounded outwards, each with its source.

    `source` says what the texts are; `words` are stop words known from elsewhere. Raises UsageError for fewer than 20
    texts: their quantiles would be single texts.
    """
    if len(texts) < MIN_TEXTS:
        raise UsageError(f"limits for {code} need {MIN_TEXTS} reference texts or more, there are {len(texts)}")
    words = words or stop_words(texts)
    rules = fitted(code, stop_words=words, limits=dict.fromkeys(SIGNALS, Limit(0)))
    measured = [rules.signals(text) for text in texts]
    limits = {}
    for rule in rules.rules:
        values = np.array([row[rule.signal] for row in measured])
        share = beyond if rule.bound == "min" else 1 - beyond
        at = float(np.quantile(values, share, method="lower" if rule.bound == "min" else "higher"))
        said = f"{share:g} quantile of {rule.signal} in {len(texts)} texts, {source}"
        limits[rule.name] = Limit(_outwards(at, rule.bound, whole=rule.signal in ("words", "stop_words")), said)
    return Fitted(code, words, limits)


def _outwards(value: float, bound: str, *, whole: bool) -> float:
    if whole:
        return floor(value) if bound == "min" else ceil(value)
    return (floor(value * 100) if bound == "min" else ceil(value * 100)) / 100


def recipe_text(found: Fitted, *, name: str) -> str:
    """A recipe file that keeps the language by these limits, with the source of every number beside it."""
    limits = "".join(
        f"    {rule!r}: Limit({limit.value:g}, {limit.source!r}),\n" for rule, limit in found.limits.items()
    )
    return (
        f'"""Pages in {found.code}, by limits that `curate limits fit` learnt from reference text."""\n\n'
        "from curate.classifiers import multilingual\n"
        "from curate.filters.languages import Limit, fitted\n"
        "from curate.filters.url import UrlRules\n"
        "from curate.recipe import Recipe\n"
        "from curate.stages import ExactDuplicates, Extract, Language, NearDuplicates, PerLanguage, Prefilter, Read\n"
        "from curate.stages import Redact, Rules, Score, Urls\n\n"
        f"STOP_WORDS = {found.stop_words!r}\nLIMITS = {{\n{limits}}}\n"
        f"rules = fitted({found.code!r}, stop_words=STOP_WORDS, limits=LIMITS)\n\n"
        "recipe = Recipe(\n"
        f"    name={name!r},\n    stages=(\n        Read(),\n        Urls(UrlRules()),\n        Prefilter(),\n"
        '        Extract("blocks", markup="markdown"),\n'
        f"        Language(keep=({found.code!r},)),\n"
        f"        PerLanguage({{{found.code!r}: Rules(rules)}}),\n"
        '        Score("quality", multilingual.score, min_score=multilingual.MIN_VALUE),\n'
        "        ExactDuplicates(),\n        NearDuplicates(threshold=0.8),\n        Redact(max_pii_spans=40),\n"
        "    ),\n)\n"
    )


def read_reference(specs: Sequence[str], most: int) -> tuple[list[str], str]:
    """Up to so many texts that paths, globs and folders name, and what they are called in a source.

    Raises UsageError when nothing matches or can be read.
    """
    corpora, texts = find_corpora(specs), list[str]()
    for corpus in corpora:
        texts += [each.text for each in islice(corpus.read(Counter()), most - len(texts)) if each.text.strip()]
    names = [corpus.name for corpus in corpora]
    return texts, names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1} more files"
