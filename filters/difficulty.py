"""How hard a text is to read, and how much of it is code, formulas and tables: numbers to order and to mix by.

Nothing is judged here. The first three signals are those that served best as orders of easy to hard among six in a
comparison over 200 training runs (2506.11300); reading ease is defined for English only.
"""

import re
from collections.abc import Iterator, Sequence

import numpy as np
import zstandard
from numpy.typing import NDArray

from curate.filters.deferred import Deferred
from curate.filters.text_view import TextView, as_view

difficulty_kernels = Deferred("curate.filters.difficulty_kernels")
kernels = Deferred("curate.filters.kernels")

SIGNALS = (
    "compression_ratio", "mtld", "reading_ease", "mean_sentence_length", "code_char_fraction",
    "formula_char_fraction", "table_char_fraction",
)  # fmt: skip
COMPRESSED_CHARS = 1 << 16  # longer texts compress better only because they are longer
MTLD_THRESHOLD = 0.72
_COMPRESSOR_LEVEL = 3
_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})")
_TABLE_ROW = re.compile(r"^\|.*\|[ \t]*$", re.MULTILINE)
_FORMULA = re.compile(r"\\\((?:[^\\]|\\(?![()])){1,5000}\\\)|\\\[(?:[^\\]|\\(?![\[\]])){1,5000}\\\]")


def compression_ratio(text: str) -> float:
    """UTF-8 bytes of a text, of its first 65,536 characters, per byte of them compressed by zstd; 1 for no text.

    >>> compression_ratio("tide " * 400) > 20
    True
    >>> compression_ratio("It rose.") < 1
    True
    """
    data = text[:COMPRESSED_CHARS].encode("utf-8", "surrogatepass")
    if not data:
        return 1.0
    return len(data) / len(zstandard.ZstdCompressor(_COMPRESSOR_LEVEL, write_content_size=False).compress(data))


def mtld(text: str | TextView, *, threshold: float = MTLD_THRESHOLD) -> float:
    """Words it takes, on average of both directions, until a share of `threshold` of them is distinct; 0 for no words.

    Words are lower case, by the Unicode rules. A text whose words are all distinct has no such point: its measure is
    its number of words.
    Source: McCarthy and Jarvis 2010, MTLD.

    >>> mtld("one two three four")
    4.0
    >>> round(mtld("a a a a a a"), 2)
    2.0
    """
    view = as_view(text)
    words = view.once("lower", lambda: TextView(view.text.lower())).unicode_words
    if not len(words):
        return 0.0
    distinct, numbers = np.unique(words.hashes, return_inverse=True)
    found = [difficulty_kernels.diversity_factors(numbers, len(distinct), threshold, back) for back in (False, True)]
    return float(np.mean([len(words) / factors if factors else len(words) for factors in found]))


def syllables(text: str | TextView) -> int:
    """Syllables of the words of an English text, by its spelling.

    >>> syllables("She loved the little table and the wanted boxes, which made seventeen.")
    18
    """
    view = as_view(text)
    words = view.unicode_words
    return int(difficulty_kernels.count_syllables(view.codes, view.flags, words.starts, words.ends))


def sentences(text: str | TextView) -> int:
    """Sentences, those of each line counted on their own: 0 for a text without words.

    >>> sentences("The tide turned. Did it? Yes!")
    3
    """
    view = as_view(text)
    words = view.words
    return int(
        kernels.sentence_count(view.codes, words.kinds, words.starts, words.ends, view.lines.starts, view.lines.ends)
    )


def reading_ease(text: str | TextView) -> float:
    """Flesch's reading ease of English: near 0 for law, 60 for newspapers, 100 for the easiest; 0 without words.

    Source: Flesch 1948, A new readability yardstick.

    >>> reading_ease("The cat sat on the mat. It was a warm day.") > 100
    True
    >>> reading_ease("Administrative jurisdiction necessitates interdepartmental coordination.") < 0
    True
    """
    view = as_view(text)
    words = len(view.unicode_words)
    if not words:
        return 0.0
    return 206.835 - 1.015 * words / max(sentences(view), 1) - 84.6 * syllables(view) / words


def mean_sentence_length(text: str | TextView) -> float:
    """Words per sentence, 0 for no words.

    >>> mean_sentence_length("The tide turned. It was noon.")
    3.0
    """
    view = as_view(text)
    return len(view.unicode_words) / max(sentences(view), 1)


def structure_fractions(text: str) -> tuple[float, float, float]:
    r"""The shares of a Markdown text's characters in code, in formulas and in tables, each 0 to 1.

    Code is what stands in fences, formulas what stands in \(...\) and \[...\], tables lines from | to |: what the
    extractor writes. Formulas in code are code.

    >>> structure_fractions("ab\n```\nabcd\n```\n| a | b |")
    (0.52, 0.0, 0.36)
    """
    size = max(len(text), 1)
    rest, code = text, 0
    if "```" in text or "~~~" in text:
        lines = list(_lines(text))
        rest = "".join(line for line, in_code in lines if not in_code)
        code = len(text) - len(rest)
    table = sum(len(row[0]) for row in _TABLE_ROW.finditer(rest)) if "|" in rest else 0
    return code / size, _formula_chars(rest) / size, table / size


def _lines(text: str) -> Iterator[tuple[str, bool]]:
    """Each line with its end, and whether it is code or the fence of code."""
    fence = ""
    for line in text.splitlines(keepends=True):
        found = _FENCE.match(line)
        if fence:
            yield line, True
            if found and found[1].startswith(fence) and not line.strip("`~ \n"):
                fence = ""
        else:
            fence = found[1] if found else ""
            yield line, bool(fence)


def _formula_chars(text: str) -> int:
    return sum(len(found[0]) for found in _FORMULA.finditer(text)) if "\\" in text else 0


def measure(text: str) -> tuple[float, ...]:
    """All of `SIGNALS` of one text, in that order.

    >>> dict(zip(SIGNALS, measure("The tide turned. It was noon.")))["mean_sentence_length"]
    3.0
    """
    view = TextView(text)
    words, ends = len(view.unicode_words), max(sentences(view), 1)
    ease = 206.835 - 1.015 * words / ends - 84.6 * syllables(view) / words if words else 0.0
    return (compression_ratio(text), mtld(view), ease, words / ends, *structure_fractions(text))


def measure_all(texts: Sequence[str]) -> NDArray[np.float32]:
    """`measure` of each text: float32[texts, signals]."""
    found = [measure(text) for text in texts]
    return np.array(found, np.float32).reshape(len(texts), len(SIGNALS))
