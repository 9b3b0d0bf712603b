"""The published definitions written down once more, as plainly and slowly as can be, for the tests to compare with."""

import math
import re
from collections import Counter
from statistics import median

import numpy as np

POLICIES = ("terms of use", "privacy policy", "cookie policy", "uses cookies", "use of cookies", "use cookies")
STOP_WORDS = {"the", "be", "to", "of", "and", "that", "have", "with"}


def share(part, whole):
    return part / whole if whole else 0.0


def repeats(pieces):
    """Second and later copies of pieces: how many, and their characters."""
    seen, count, chars = set(), 0, 0
    for piece in pieces:
        if piece in seen:
            count, chars = count + 1, chars + len(piece)
        seen.add(piece)
    return count, chars


def all_copies(pieces):
    """Every copy of a piece that is there twice: how many, and their characters."""
    times = Counter(pieces)
    twice = [piece for piece in pieces if times[piece] > 1]
    return len(twice), sum(map(len, twice))


def grams(words, n):
    return [tuple(words[i : i + n]) for i in range(len(words) - n + 1)]


def datatrove_repetition(text, words):
    """GopherRepetitionFilter's numbers; the words are given."""
    out = {"characters": len(text)}
    for name, pieces in (("paragraph", re.split(r"\n{2,}", text.strip())), ("line", re.split(r"\n+", text))):
        count, chars = repeats(pieces)
        out[f"duplicate_{name}_fraction"] = count / len(pieces)
        out[f"duplicate_{name}_char_fraction"] = share(chars, len(text))
    for n in (2, 3, 4):
        joined = [" ".join(gram) for gram in grams(words, n)]
        top = Counter(joined).most_common(1)
        out[f"top_{n}_gram_char_fraction"] = share(len(top[0][0]) * top[0][1], len(text)) if top else 0.0
    for n in range(5, 11):
        seen, chars, i = set(), 0, 0
        while i + n <= len(words):
            joined = "".join(words[i : i + n])
            chars, step = (chars + len(joined), n) if joined in seen else (chars, 1)
            seen.add(joined)
            i += step
        out[f"duplicate_{n}_gram_char_fraction"] = share(chars, len(text))
    return out


def dolma_repetition(text):
    """gopher_v1's numbers."""
    words = text.split()
    size = sum(map(len, words))
    lines = text.split("\n")
    count, chars = all_copies(lines)
    out = {"characters": len(text), "duplicate_line_fraction": count / len(lines)}
    out["duplicate_line_char_fraction"] = chars / max(size, 1)
    for n in range(2, 11):
        times = Counter(grams(words, n))
        chars = {gram: sum(map(len, gram)) for gram in times}
        if n < 5:
            top = times.most_common(1)
            out[f"top_{n}_gram_char_fraction"] = share(chars[top[0][0]] * top[0][1], size) if top else 0.0
        else:
            twice = sum(chars[gram] * times[gram] for gram in times if times[gram] > 1)
            out[f"duplicate_{n}_gram_char_fraction"] = share(twice, sum(chars[gram] * times[gram] for gram in times))
    return out


def dclm_repetition(text, words):
    """massive_web_repetition_filters' numbers; the words are given."""
    size = sum(map(len, words))
    out = {"characters": len(text)}
    for name, cut in (("paragraph", "\n\n"), ("line", "\n")):
        pieces = [piece.strip() for piece in text.split(cut) if piece.strip()]
        count, chars = all_copies(pieces)
        out[f"duplicate_{name}_fraction"] = share(count, len(pieces))
        out[f"duplicate_{name}_char_fraction"] = share(chars, sum(map(len, pieces)))
    for n in range(2, 11):
        times = Counter(grams(words, n))
        most = max(times.values(), default=1)
        if n < 5:
            longest = max((sum(map(len, gram)) for gram in times if times[gram] == most), default=0)
            out[f"top_{n}_gram_char_fraction"] = share(longest * most, size) if most > 1 else 0.0
        else:
            covered = {i + k for i, gram in enumerate(grams(words, n)) if times[gram] > 1 for k in range(n)}
            out[f"duplicate_{n}_gram_char_fraction"] = share(sum(len(words[i]) for i in covered), size)
    return out


def dolma_quality(text):
    """gopher_v1's other numbers."""
    words, lines = text.split(), text.split("\n")
    return {
        "words": len(words),
        "mean_word_length": share(sum(map(len, words)), len(words)),
        "median_word_length": median(map(len, words)) if words else 0,
        "symbol_word_fraction": share(sum("#" in word or "…" in word for word in words), len(words)),
        "bullet_line_fraction": sum(line.startswith(("*", "-")) for line in lines) / len(lines),
        "ellipsis_line_fraction": sum(line.endswith("…") for line in lines) / len(lines),
        "letter_word_fraction": share(sum(any(c.isalpha() for c in word) for word in words), len(words)),
        "stop_words": sum(word in STOP_WORDS for word in words),
    }


def dclm_quality(text):
    """The numbers of dclm's seven filters."""
    words, lines = text.split(), [line.strip() for line in text.split("\n") if line.strip()]
    symbols = sum(text.count(symbol) for symbol in ("#", "...", ". . .", "…"))
    return {
        "words": sum(word[0].isalnum() for word in words),
        "mean_word_length": share(sum(map(len, words)), len(words)),
        "symbol_to_word_ratio": share(symbols, len(words)) if words else symbols,
        "bullet_line_fraction": share(sum(line.startswith(("●", "•", "*", "-")) for line in lines), len(lines)),
        "ellipsis_line_fraction": share(sum(line.endswith(("...", ". . .", "…")) for line in lines), len(lines)),
        "letter_word_fraction": share(sum(any(c.isalpha() for c in word) for word in words), len(words)),
        "stop_words": sum(word.lower() in STOP_WORDS for word in words),
    }


def fineweb(text, words, marks):
    """FineWebQualityFilter's numbers; words and end marks are given."""
    lines = [line for line in text.split("\n") if line.strip()]
    return {
        "lines": len(lines),
        "terminal_line_fraction": share(sum(line[-1] in marks for line in lines), len(lines)),
        "short_line_fraction": share(sum(len(line) <= 30 for line in lines), len(lines)),
        "duplicate_line_char_fraction": share(repeats(lines)[1], len(text.replace("\n", ""))),
        "newline_to_word_ratio": text.count("\n") / max(len(words), 1),
    }


def c4_lines(text, *, end_marks, min_words, after_citations):
    """clean_page's lines, and how many call for dropping the page for placeholder text and for brackets."""
    kept, lorem, curly = [], 0, 0
    for raw in text.splitlines():
        line = raw.strip()
        if any(len(word) > 1000 for word in line.split()):
            continue
        bare = re.sub(r"\[\d*\]|\[edit\]|\[citation needed\]", "", line)
        counted = bare if after_citations else line
        if end_marks and (not bare.endswith(end_marks) or bare.endswith("...")):
            continue
        if len(counted.split()) < min_words:
            continue
        lower = bare.lower()
        lorem += "lorem ipsum" in lower
        if "lorem ipsum" not in lower:
            if "javascript" in lower:
                continue
            curly += "{" in bare
            if "{" not in bare and any(policy in lower for policy in POLICIES):
                continue
        kept.append(bare)
    return "\n".join(kept).strip(), lorem, curly


def entropy(words):
    counts = np.array(list(Counter(words).values()), dtype=float)
    return -sum(count / counts.sum() * math.log(count / counts.sum()) for count in counts)
