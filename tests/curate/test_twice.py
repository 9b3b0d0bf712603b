"""Text that was decoded twice is repaired where it is plain, and nowhere else."""

import pytest

from curate.extract import extract_spans
from curate.extract.twice import MAX_CHARS, repaired
from curate.filters.spans import Kind, unpack

RIGHT = "“Rust’s édition” – für Łódź: Привет, 25 °C…"


def twice(text: str) -> str:
    """As a program writes it that takes UTF-8 for Windows-1252."""
    return text.encode().decode("cp1252")


@pytest.mark.parametrize("right", ["Rust’s edition", "für alle – immer", "une édition", "25 °C", "“So, he said…"])
def test_what_was_decoded_twice_is_decoded_once(right: str) -> None:
    """The text comes back as it was."""
    assert repaired(twice(right)) == right


@pytest.mark.parametrize(
    "text", [RIGHT, "Âge, âgé, São Paulo, SÃO, pâte", "à côté", "yearsâ¦ and", "x" * MAX_CHARS + "â€™", "Ð is a letter"]
)
def test_what_is_right_or_not_plain_is_left_alone(text: str) -> None:
    """Accents that stand beside ordinary letters are no sign, nor is what cannot be made right."""
    assert repaired(text) == text


def test_a_page_is_repaired_but_not_its_code() -> None:
    """Spans are those of the repaired text, and code is what it is."""
    sentence = "The mill stood at the river’s bend, and the farmers would come with their grain to have it ground. "
    page = f"<article><p>{twice(sentence) * 3}</p><pre>print('{twice('é')}')</pre><p>{sentence * 2}</p></article>"
    found = extract_spans(page)
    assert found.text.count("river’s") == 5
    assert twice("é") in found.text
    spans = unpack(found.spans)
    assert [span.kind for span in spans] == [Kind.PROSE, Kind.CODE, Kind.PROSE]
    assert found.text[spans[1].start : spans[1].end] == f"print('{twice('é')}')"
