"""The form of a text in any language: lines, sentences, marks and repetition, without a word of any language.

`classifiers.form` counts the small words and endings of English. Here nothing depends on a language: prose in German,
Arabic or Chinese has long lines that end in a sentence mark, and a menu has short ones that do not. Letters of scripts
without spaces (Chinese, Japanese, Thai and others) are words of their own, and each counts as 2.5 characters, which is
about what a page in such a script has fewer of them.
"""

import re
import zlib
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from curate.classifiers.excerpt import excerpt
from curate.filters import characters as ch

MAX_HEAD, MAX_MIDDLE, MAX_TAIL = 6000, 2000, 2000
DENSE = 2.5  # characters that a letter of a script without spaces stands for
MANY = 0.3  # share of such letters from which a text is in such a script
SHORT, PROSE = 30, 80  # characters of a short line, of a line of prose
EDGE = 10  # lines looked at as the head and the tail

LINES = (
    "log_lines", "log_mean_line_chars", "short_line_share", "short_line_char_share", "line_char_share_100",
    "line_char_share_200", "line_char_share_400", "ended_line_share", "ended_line_char_share", "log_prose_lines",
    "log_prose_chars", "first_prose_line", "last_prose_line", "head_short_lines", "tail_short_lines",
    "distinct_line_share",
)  # fmt: skip
SENTENCES = (
    "log_mean_sentence_words", "log_sd_sentence_words", "log_sentences", "short_sentence_share", "long_sentence_share",
)  # fmt: skip
MARKS = {
    "commas": ",，、،;；", "stops": ".。!！?？؟।", "questions": "?？؟", "exclamations": "!！", "colons": ":：",
    "brackets": "()（）[]", "quotes": "\"“”„«»「」『』", "dashes": "-–—", "separators": "|•·»›", "slashes": "/",
    "code": "{}=<>&+", "money": "$€£¥%", "copyright": "©@",
}  # fmt: skip
WORDS = ("log_words", "distinct_words", "distinct_pairs", "once_only_words", "top_word_share", "mean_word_chars")
CHARS = ("log_chars", "digit_share", "letter_share", "space_share", "mark_share", "capital_share", "dense_share",
         "compressed_share")  # fmt: skip
NAMES = (*LINES, *SENTENCES, *(f"{name}_per_word" for name in MARKS), *WORDS, *CHARS)

DENSE_LETTERS = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0002ebef"
WORD = re.compile(rf"[{DENSE_LETTERS}]|[^\W\d_{DENSE_LETTERS}]+(?:['’][^\W\d_{DENSE_LETTERS}]+)*")
_MARKUP = re.compile(r"^[#*>\-+•|\s]+")
_SENTENCE = re.compile(r"[.!?。！？؟।]+[\s\"'”’»」』)]*|\n")
_ENDED = re.compile(r"[.!?。！？؟।…．][\"')”’»」』）\]\s]*$")


def measure(text: str) -> NDArray[np.float64]:
    """The numbers of `NAMES`, float64[48]; at most 10,000 characters of a text are read. Shares lie in [0, 1]."""
    seen = excerpt(text, max_head=MAX_HEAD, max_middle=MAX_MIDDLE, max_tail=MAX_TAIL)
    codes = np.array([seen]).view(np.uint32)[: len(seen)]
    flags = ch.classes()[np.minimum(codes, ch.LIMIT - 1)] * (codes < ch.LIMIT)
    dense = float(np.count_nonzero(flags & ch.ALONE)) / max(len(seen), 1)
    scale = DENSE if dense > MANY else 1.0
    words = WORD.findall(seen.lower())
    return np.array([
        *_line_form([bare for line in seen.split("\n") if (bare := _MARKUP.sub("", line.strip()))], scale),
        *_sentence_form([len(WORD.findall(part)) for part in _SENTENCE.split(seen)]),
        *_mark_form(seen, len(words)),
        *_word_form(words, scale),
        *_char_form(seen, len(text) * scale, flags, dense),
    ])  # fmt: skip


def _line_form(lines: Sequence[str], scale: float) -> list[float]:
    sizes = np.array([len(line) * scale for line in lines] or [0.0])
    ended = np.array([_ENDED.search(line[-8:]) is not None for line in lines] or [False])
    prose = ended & (sizes >= PROSE)
    places, count, chars = np.flatnonzero(prose), max(len(lines), 1), max(sizes.sum(), 1.0)
    short = sizes <= SHORT
    return [
        np.log1p(len(lines)), np.log1p(sizes.mean()), short.mean(), sizes[short].sum() / chars,
        *(sizes[sizes >= least].sum() / chars for least in (100, 200, 400)),
        ended.mean(), sizes[ended].sum() / chars, np.log1p(prose.sum()), np.log1p(sizes[prose].sum()),
        places[0] / count if len(places) else 1.0, (count - 1 - places[-1]) / count if len(places) else 1.0,
        short[:EDGE].mean(), short[-EDGE:].mean(), len(set(lines)) / count,
    ]  # fmt: skip


def _sentence_form(words: Sequence[int]) -> list[float]:
    sizes = np.array([size for size in words if size] or [0])
    return [
        np.log1p(sizes.mean()), np.log1p(sizes.std()), np.log1p((sizes >= 5).sum()), (sizes < 5).mean(),
        (sizes > 30).mean(),
    ]  # fmt: skip


def _mark_form(text: str, words: int) -> list[float]:
    return [sum(map(text.count, marks)) / max(words, 1) for marks in MARKS.values()]


def _word_form(words: Sequence[str], scale: float) -> list[float]:
    counts, pairs = Counter(words), len(set(pairwise(words)))
    once, most = sum(count == 1 for count in counts.values()), max(counts.values(), default=0)
    length = sum(map(len, words)) / max(len(words), 1) if scale == 1.0 else 5.0
    return [
        np.log1p(len(words)), len(counts) / max(len(words), 1), pairs / max(len(words) - 1, 1),
        once / max(len(counts), 1), most / max(len(words), 1), length,
    ]  # fmt: skip


def _char_form(text: str, size: float, flags: NDArray[np.uint32], dense: float) -> list[float]:
    letters = int(np.count_nonzero(flags & ch.LETTER))
    shares = [
        np.count_nonzero(flags & flag) / max(len(text), 1) for flag in (ch.DIGIT_ANY, ch.LETTER, ch.SPACE, ch.MARK)
    ]
    raw = text.encode("utf-8", "replace")
    packed = len(zlib.compress(raw, 6)) / max(len(raw), 1)
    return [np.log1p(size), *shares, np.count_nonzero(flags & ch.CAPITAL) / max(letters, 1), dense, packed]
