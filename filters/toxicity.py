"""Word-list density: the share of words that are on a list. A baseline beside a classifier, never a judge by itself.

A list sees words, not meaning: it drops people who write about abuse, medicine or themselves, and misses hate without
swear words. Names of groups of people are therefore on no list here.
"""

import re

_WORD = re.compile(r"\w+(?:['\u2019\-]\w+)*")

LISTED = frozenset(
    """arsehole arseholes asshole assholes bastard bastards bitch bitches bitching bollocks bullshit cocksucker
    cocksuckers cunt cunts cumshot cumshots dickhead dickheads douchebag douchebags dumbass fuck fucked fucker fuckers
    fucking fucks gangbang goddamn jackass jizz milf milfs moron morons motherfucker motherfuckers motherfucking
    piss pissed porn porno prick pricks pussies pussy retard retarded retards scumbag scumbags shit shithead shitheads
    shits shitty slut sluts twat twats wank wanker wankers whore whores""".split()
)


def density(text: str, words: frozenset[str] = LISTED) -> float:
    """Share of the words of a text that are listed, 0 to 1; 0 for a text without words.

    Whole words only, case-folded as Unicode says; hyphens and apostrophes inside a word belong to it. `words` must be
    case-folded. Linear in the text.

    >>> density("A calm sentence about Scunthorpe.")
    0.0
    >>> density("Bullshit, he said.")
    0.3333333333333333
    """
    found = _WORD.findall(text.casefold())
    return sum(map(words.__contains__, found)) / len(found) if found else 0.0
