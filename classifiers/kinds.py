"""What a text speaks of, as shares of telling words: law, a shop, a recipe, news, reasons and ten more kinds.

`plain_form` sees how a text is made and not a word of it, so a privacy notice looks to it like an essay. Here words are
looked up in `kind_words.txt`, which has the same kinds for eleven languages. What English pages teach about a kind
thereby holds in the others. A text is counted in the language of which most words are found.
"""

import re
from collections import Counter, defaultdict
from functools import cache
from importlib import resources
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from curate.classifiers.excerpt import excerpt
from curate.classifiers.plain_form import DENSE_LETTERS, MANY, MAX_HEAD, MAX_MIDDLE, MAX_TAIL

NAMES = ("legal", "shop", "promo", "site", "recipe", "tech", "news", "story", "reason", "you", "we", "spam", "event",
         "learn", "contact")  # fmt: skip
UNSPACED = ("zh", "ja")  # languages whose words are found anywhere, since nothing stands between them
A_WORD = 1.6  # letters of such a script that count as a word
KANA_SHARE = 0.05  # of the letters, from which a text is Japanese and not Chinese
LEAST_LETTERS = 20
LEAST_STEM = 2

_WORD = re.compile(r"[^\W\d_]+(?:['’\-][^\W\d_]+)*")
_ARTICLE = re.compile(r"^[وف]?(?:[بك]?ال|لل)(?=..)")  # Arabic writes it and some prepositions onto the word
_LETTER = re.compile(f"[{DENSE_LETTERS}]")
_KANA = re.compile("[\u3040-\u30ff]")

Place = tuple[int, int]


class Lists(NamedTuple):
    """The lists: `languages`, what whole words and stems stand for, and by language the terms of each kind.

    `longest` is the letters of the longest stem: a word of 10,000 letters costs what one of twenty does.
    """

    languages: tuple[str, ...]
    words: dict[str, list[Place]]
    stems: dict[str, list[Place]]
    longest: int
    terms: dict[str, list[tuple[int, list[str]]]]


@cache
def lists() -> Lists:
    """The lists of `kind_words.txt`; a place is a language and a kind, by number."""
    languages: list[str] = []
    words, stems = defaultdict[str, list[Place]](list), defaultdict[str, list[Place]](list)
    terms: dict[str, list[tuple[int, list[str]]]] = {}
    text = (resources.files("curate.classifiers") / "kind_words.txt").read_text(encoding="utf-8")
    for line in text.splitlines():
        if line.startswith("#"):
            continue
        head, _, listed = line.partition(":")
        language, kind = head.split()
        if language not in languages:
            languages.append(language)
        place = languages.index(language), NAMES.index(kind)
        if language in UNSPACED:
            terms.setdefault(language, []).append((place[1], listed.lower().split()))
            continue
        for word in dict.fromkeys(listed.lower().split()):
            (stems if word.endswith("-") else words)[word.removesuffix("-")].append(place)
    return Lists(tuple(languages), dict(words), dict(stems), max(map(len, stems)), terms)


def measure(text: str) -> NDArray[np.float64]:
    """For each kind of `NAMES`, log(1 + its words per hundred): float64[15], in the language with the most of them.

    >>> found = measure("Das Angebot gilt, solange der Vorrat reicht. Lieferung und Zahlung: siehe Warenkorb.")
    >>> NAMES[found.argmax()]
    'shop'
    >>> bool(measure("").any())
    False
    """
    seen = excerpt(text, max_head=MAX_HEAD, max_middle=MAX_MIDDLE, max_tail=MAX_TAIL).lower()
    counts = np.zeros((len(lists().languages), len(NAMES)))
    letters = len(_LETTER.findall(seen))
    size = letters / A_WORD
    if letters >= LEAST_LETTERS:
        language = "ja" if len(_KANA.findall(seen)) > KANA_SHARE * letters else "zh"
        for kind, terms in lists().terms[language]:
            counts[lists().languages.index(language), kind] = sum(map(seen.count, terms))
    if letters <= MANY * len(seen):
        words = Counter(_WORD.findall(seen))
        size += words.total()
        for word, count in words.items():
            for place in _places(word):
                counts[place] += count
    kinds: NDArray[np.float64] = np.log1p(counts[counts.sum(axis=1).argmax()] / max(size, 1) * 100)
    return kinds


def _places(word: str) -> set[Place]:
    """The languages and kinds that a word belongs to."""
    _, words, stems, longest, _ = lists()
    found: set[Place] = set()
    for form in {word, _ARTICLE.sub("", word)}:
        found.update(words.get(form, ()))
        for size in range(LEAST_STEM, min(len(form), longest) + 1):
            found.update(stems.get(form[:size], ()))
    return found
