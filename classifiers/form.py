"""Measures the form of a text: how its lines, sentences and words are made, whatever they are about; compiled.

A list of links, a shop's shelf, an essay and a page of documentation differ in the lengths of their lines, in how many
of them end a sentence, in the small words and the marks between them. These numbers alone, without a single word of
content, rank pages of unseen sources almost as well as all words do (docs/judgement.md).
"""

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from curate.classifiers.tokens import LINE_END, MARK, NUMBER, WORD, fold
from curate.filters import characters as ch
from curate.filters.compiled import inner, kernel
from curate.filters.hashing import look_up, word_table

# What a small word is.
STOP, FIRST_PERSON, SECOND_PERSON, THIRD_PERSON, LINKING = 1, 2, 4, 8, 16
_SMALL_WORDS = {
    STOP: "the be to of and that have with a in is it for as was on are by this from at or an not but they which he "
          "his her she you we i my your their its has had been were will would can could there what when who if all "
          "more about out up so no than then into only some other these those over also how our most just because "
          "after before between through such where while did do does me him them us am any very may should must own "
          "each both few many much same here why again down off once during",
    FIRST_PERSON: "i me my mine we us our ours myself i'm i've i'd i'll we're we've we'll",
    SECOND_PERSON: "you your yours you're you'll you've",
    THIRD_PERSON: "he she his her him hers they them their theirs",
    LINKING: "because although however therefore while since though unless whereas if but thus hence yet instead",
}  # fmt: skip

# The numbers, in the order of the kernels below. Shares lie in [0, 1]; `log_` is log(1 + x).
LINES = (
    "log_lines", "log_mean_line_chars", "short_line_share", "short_line_char_share", "line_char_share_100",
    "line_char_share_200", "line_char_share_400", "ended_line_share", "ended_line_char_share", "log_prose_lines",
    "log_prose_chars", "first_prose_line", "last_prose_line", "head_short_lines", "tail_short_lines",
    "longest_short_run", "list_line_share", "log_words_per_line",
)  # fmt: skip
WORDS = (
    "log_words", "mean_word_chars", "sd_word_chars", "long_word_share", "stop_word_share", "first_person_share",
    "second_person_share", "third_person_share", "linking_share", "ed_share", "ing_share", "ly_share", "noun_share",
    "apostrophe_share", "number_share", "log_mean_sentence_words", "log_sd_sentence_words", "log_sentences",
    "short_sentence_share", "long_sentence_share",
)  # fmt: skip
MARKS = ("comma", "stop", "question", "exclamation", "colon", "semicolon", "parenthesis", "quote", "dash", "separator",
         "slash", "code", "money", "copyright", "at", "other_mark")  # fmt: skip
CHARS = ("log_chars", "digit_char_share", "letter_char_share", "space_char_share", "far_char_share")
REPEATS = ("distinct_words", "distinct_pairs", "distinct_patterns", "once_only_words", "top_word_share")
NAMES = (*LINES, *WORDS, *(f"{name}_per_word" for name in MARKS), *CHARS, *REPEATS)

SHORT, PROSE = 30, 80  # characters of a short line, of a line of prose
EDGE = 10  # lines looked at as the head and the tail
_GROUPS = {",": 0, ".": 1, "?": 2, "!": 3, ":": 4, ";": 5, "(": 6, ")": 6, "[": 6, "]": 6, '"': 7, "-": 8, "|": 9,
           "•": 9, "/": 10, "{": 11, "}": 11, "=": 11, "<": 11, ">": 11, "&": 11, "+": 11, "$": 12, "€": 12, "£": 12,
           "%": 12, "©": 13, "@": 14}  # fmt: skip
OTHER = MARKS.index("other_mark")
FULL_STOP, QUESTION, EXCLAMATION, QUOTE, CLOSING = (ord(mark) + 1 for mark in '.?!")')
S, D, G, N, I, L, Y, T, O, M, E = (ord(c) for c in "sdgnilytome")  # noqa: E741


@cache
def small_words() -> NDArray[np.uint64]:
    """The small words and what they are, as `look_up` takes them."""
    kinds: dict[str, int] = {}
    for kind, words in _SMALL_WORDS.items():
        for word in words.split():
            kinds[word] = kinds.get(word, 0) | kind
    return word_table(kinds)


@cache
def mark_groups() -> NDArray[np.uint8]:
    """Return which of `MARKS` a mark counts as, by its code point: uint8[0x2100]."""
    groups = np.full(0x2100, OTHER, np.uint8)
    for mark, group in _GROUPS.items():
        groups[ord(mark)] = group
    return groups


@inner
def share(part: Any, whole: Any) -> Any:
    """A part of a whole, 0 of nothing."""
    return part / whole if whole > 0 else 0.0


@inner
def ends_sentence(hashes: Any, kinds: Any, i: Any) -> Any:
    """Return whether the token at `i` is a mark that ends a sentence."""
    return kinds[i] == MARK and (hashes[i] == FULL_STOP or hashes[i] == QUESTION or hashes[i] == EXCLAMATION)


@inner
def ends_line(hashes: Any, kinds: Any, i: Any) -> Any:
    """Whether a line whose last token is at `i` ends as a sentence does, quotation marks and brackets left aside."""
    while i > 0 and kinds[i] == MARK and (hashes[i] == QUOTE or hashes[i] == CLOSING):
        i -= 1
    return i >= 0 and ends_sentence(hashes, kinds, i)


@kernel
def line_form(hashes: Any, kinds: Any, starts: Any, ends: Any) -> Any:
    """The numbers of `LINES`, float64[18]."""
    out = np.zeros(18)
    lines = chars = short = short_chars = wide = wider = widest = 0
    ended = ended_chars = prose = prose_chars = listed = run = longest = head = words = 0
    first, last = -1, -1
    for i in range(len(kinds)):
        if kinds[i] == WORD:
            words += 1
        if kinds[i] != LINE_END:
            continue
        size = ends[i] - starts[i]
        is_ended, is_short = i > 0 and ends_line(hashes, kinds, i - 1), size <= SHORT
        wide, wider, widest = wide + size * (size >= 100), wider + size * (size >= 200), widest + size * (size >= 400)
        short, short_chars = short + is_short, short_chars + size * is_short
        ended, ended_chars = ended + is_ended, ended_chars + size * is_ended
        if is_ended and size >= PROSE:
            prose, prose_chars, last = prose + 1, prose_chars + size, lines
            first = lines if first < 0 else first
        run = run + 1 if is_short else 0
        longest, listed = max(longest, run), listed + (hashes[i] != 0)
        head += is_short and lines < EDGE
        lines, chars = lines + 1, chars + size
    tail = seen = 0
    for i in range(len(kinds) - 1, -1, -1):
        if kinds[i] == LINE_END and seen < EDGE:
            tail, seen = tail + (ends[i] - starts[i] <= SHORT), seen + 1
    out[0], out[1] = np.log1p(lines), np.log1p(share(chars, lines))
    out[2], out[3] = share(short, lines), share(short_chars, chars)
    out[4], out[5], out[6] = share(wide, chars), share(wider, chars), share(widest, chars)
    out[7], out[8] = share(ended, lines), share(ended_chars, chars)
    out[9], out[10] = np.log1p(prose), np.log1p(prose_chars)
    out[11] = share(first, lines) if first >= 0 else 1.0
    out[12] = share(lines - 1 - last, lines) if last >= 0 else 1.0
    out[13], out[14] = share(head, min(lines, EDGE)), share(tail, seen)
    out[15], out[16], out[17] = share(longest, lines), share(listed, lines), np.log1p(share(words, lines))
    return out


@inner
def suffix(codes: Any, end: Any, size: Any, folds: Any) -> Any:
    """Return which ending of English a word has: 1 -ed, 2 -ing, 3 -ly, 4 -tion, -ment, -ness, -ity; 0 none of them."""
    if size < 4:
        return 0
    a, b = fold(codes[end - 2], folds), fold(codes[end - 1], folds)
    c, d = fold(codes[end - 3], folds), fold(codes[end - 4], folds)
    if a == E and b == D:
        return 1
    if c == I and a == N and b == G:
        return 2
    if a == L and b == Y:
        return 3
    tion, ment = d == T and c == I and a == O and b == N, d == M and c == E and a == N and b == T
    ness, ity = d == N and c == E and a == S and b == S, c == I and a == T and b == Y
    return 4 if tion or ment or ness or ity else 0


@kernel
def word_form(codes: Any, hashes: Any, kinds: Any, starts: Any, ends: Any, folds: Any, small: Any) -> Any:
    """The numbers of `WORDS`, float64[20]."""
    out, endings, people = np.zeros(20), np.zeros(5, np.int64), np.zeros(5, np.int64)
    words = numbers = long = apostrophes = in_sentence = sentences = brief = lengthy = 0
    chars = squares = sentence_words = sentence_squares = 0.0
    for i in range(len(kinds)):
        if kinds[i] == WORD:
            size = ends[i] - starts[i]
            words, in_sentence, long = words + 1, in_sentence + 1, long + (size >= 8)
            chars, squares = chars + size, squares + size * size
            endings[suffix(codes, ends[i], size, folds)] += 1
            kind = look_up(small, hashes[i])
            for k in range(5):
                people[k] += (kind >> k) & 1
            apostrophes += size > 2 and (fold(codes[ends[i] - 2], folds) == 39 or fold(codes[ends[i] - 3], folds) == 39)
        elif kinds[i] == NUMBER:
            numbers += 1
        elif in_sentence and (kinds[i] == LINE_END or ends_sentence(hashes, kinds, i)):
            sentences, brief, lengthy = sentences + 1, brief + (in_sentence < 5), lengthy + (in_sentence > 30)
            sentence_words += in_sentence
            sentence_squares += in_sentence * in_sentence
            in_sentence = 0
    mean, length = share(chars, words), share(sentence_words, sentences)
    out[0], out[1] = np.log1p(words), mean
    out[2], out[3] = np.sqrt(max(share(squares, words) - mean * mean, 0.0)), share(long, words)
    for k in range(5):
        out[4 + k] = share(people[k], words)
    for k in range(1, 5):
        out[8 + k] = share(endings[k], words)
    out[13], out[14] = share(apostrophes, words), share(numbers, words + numbers)
    out[15] = np.log1p(length)
    out[16] = np.log1p(np.sqrt(max(share(sentence_squares, sentences) - length * length, 0.0)))
    out[17], out[18], out[19] = np.log1p(sentences - brief), share(brief, sentences), share(lengthy, sentences)
    return out


@kernel
def mark_form(hashes: Any, kinds: Any, groups: Any) -> Any:
    """The numbers of `MARKS`, each per word: float64[16]."""
    out, words = np.zeros(16), 0
    for i in range(len(kinds)):
        if kinds[i] == MARK:
            code = hashes[i] - np.uint64(1)
            out[groups[code] if code < len(groups) else OTHER] += 1
        words += kinds[i] == WORD
    return out / max(words, 1)


@kernel
def char_form(codes: Any, classes: Any, total: Any) -> Any:
    """The numbers of `CHARS`, float64[5], of the characters read; `total` is how many the whole text has."""
    out, digits, letters, spaces, far = np.zeros(5), 0, 0, 0, 0
    for code in codes:
        flags = classes[code] if code < ch.LIMIT else np.uint32(0)
        digits, letters = digits + (flags & ch.DIGIT_ANY != 0), letters + (flags & ch.LETTER != 0)
        spaces, far = spaces + (flags & ch.SPACE != 0), far + (code > 0x2FF and not 0x2010 <= code <= 0x2026)
    out[0] = np.log1p(total)
    out[1], out[2] = share(digits, len(codes)), share(letters, len(codes))
    out[3], out[4] = share(spaces, len(codes)), share(far, len(codes))
    return out
