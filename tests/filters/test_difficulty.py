"""Signals of difficulty, beside the libraries that define them."""

import re

import pytest

from curate.filters import difficulty

PROSE = [
    (
        "The tide turned at noon, and the boats began to lift. Nobody on the quay said a word about it. "
        "An old man looked at the water and went home to his dinner."
    ),
    (
        "Administrative procedures determine how a committee allocates financial resources. The regulations establish "
        "several conditions, and every organization must show that it has satisfied them before the end of the year."
    ),
    "I like my dog. He is big and brown. He runs in the park all day. We play with a red ball. Then we eat and sleep.",
    (
        "The experiment measured temperature and pressure at regular times. Though the instruments were costly, "
        "their precision proved insufficient for it. Additional observations will need another laboratory."
    ),
]


@pytest.mark.parametrize("text", [*PROSE, " ".join(PROSE), " ".join(PROSE * 5)])
def test_mtld_is_that_of_lexicalrichness(text: str) -> None:
    """The same number on the same words, in both directions."""
    lexicalrichness = pytest.importorskip("lexicalrichness")
    words = re.findall(r"[a-z]+", text.lower())
    reference = lexicalrichness.LexicalRichness(" ".join(words), preprocessor=None, tokenizer=str.split)
    assert difficulty.mtld(" ".join(words)) == pytest.approx(reference.mtld(threshold=0.72))


@pytest.mark.parametrize("text", PROSE)
def test_sentences_and_words_are_those_of_textstat(text: str) -> None:
    """On plain prose there is one way to count."""
    textstat = pytest.importorskip("textstat")
    assert difficulty.sentences(text) == textstat.sentence_count(text)
    length = textstat.lexicon_count(text) / textstat.sentence_count(text)
    assert difficulty.mean_sentence_length(text) == pytest.approx(length)


def test_reading_ease_is_near_that_of_textstat() -> None:
    """Syllables by spelling are within a twentieth of those of a dictionary, and texts come in the same order."""
    textstat = pytest.importorskip("textstat")
    ours, theirs = ([measure(text) for text in PROSE] for measure in (difficulty.syllables, textstat.syllable_count))
    assert ours == pytest.approx(theirs, rel=0.05)
    ours = [difficulty.reading_ease(text) for text in PROSE]
    theirs = [textstat.flesch_reading_ease(text) for text in PROSE]
    assert sorted(range(4), key=ours.__getitem__) == sorted(range(4), key=theirs.__getitem__)
    assert ours == pytest.approx(theirs, abs=8)


@pytest.mark.parametrize(
    "text", ["", "\ud800", "x", " \n ", "```", "\\[", "|", "a" * 100_000, "```\n" * 5000, "\\(" * 50_000]
)
def test_every_text_has_finite_signals(text: str) -> None:
    """Empty, one character, one line, surrogates, marks that open and never close."""
    found = difficulty.measure(text)
    assert len(found) == len(difficulty.SIGNALS)
    assert all(abs(value) < 1e6 for value in found)
    assert all(0 <= share <= 1 for share in found[-3:])


def test_structure_by_hand() -> None:
    """A fence with its lines, a formula in the text but not in code, the rows of a table."""
    text = "See:\n```python\nx = r'\\(a\\)'\n```\nand \\(x^2\\) in\n| a | b |\n| - | - |\n"
    code, formula, table = difficulty.structure_fractions(text)
    assert code == pytest.approx(len("```python\nx = r'\\(a\\)'\n```\n") / len(text))
    assert formula == pytest.approx(len("\\(x^2\\)") / len(text))
    assert table == pytest.approx(2 * len("| a | b |") / len(text))


def test_easier_texts_compress_better() -> None:
    """The ratio is bytes by compressed bytes, so what repeats itself has a high one."""
    import zlib

    plain, dense = " ".join(PROSE[2:3] * 8), " ".join(PROSE)
    assert difficulty.compression_ratio(plain) > difficulty.compression_ratio(dense) > 1
    by_zlib = [len(text) / len(zlib.compress(text.encode())) for text in (plain, dense)]
    assert by_zlib[0] > by_zlib[1]
