"""The measured dialect counts prose: code, tables and formulas are left out where it is known which they are."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curate.filters import c4, fineweb, gopher
from curate.filters.spans import Kind, Span, apart_from_prose, pack
from curate.filters.text_view import Spans, TextView
from curate.filters.verdicts import judge_all

PROSE = "The mill stood at the bend of the river, and farmers would come with their grain."
CODE = "```\n" + "x = 1\n" * 40 + "```"
TEXT = f"{PROSE}\n\n{CODE}\n\n{PROSE} It is \\(a^2\\) high."


def view_of(text: str, *apart: tuple[int, int]) -> TextView:
    return TextView(text, np.array(apart, np.int64).reshape(-1, 2))


def marked() -> TextView:
    code, formula = TEXT.index("```"), TEXT.index("\\(")
    packed = pack(
        [
            Span(0, len(PROSE), Kind.PROSE),
            Span(code, code + len(CODE), Kind.CODE),
            Span(code + len(CODE) + 2, len(TEXT), Kind.PROSE),
            Span(formula, formula + len("\\(a^2\\)"), Kind.FORMULA),
        ]
    )
    return TextView(TEXT, apart_from_prose(TEXT, packed))


def test_prose_is_the_text_without_the_rest_and_its_gaps() -> None:
    """A block goes with the newlines behind it, a formula leaves its sentence as it is."""
    assert marked().prose.text == f"{PROSE}\n\n{PROSE} It is  high."
    assert view_of("a\n\nb", (0, 1)).prose.text == "b"
    assert view_of("a\n\nb", (3, 4)).prose.text == "a\n\n"
    assert view_of("code", (0, 4)).prose.text == ""


def test_a_text_without_known_parts_is_its_own_prose() -> None:
    """Texts that come without spans are judged whole, and share the work of their view."""
    for view in (TextView(TEXT), view_of(TEXT)):
        assert view.prose is view


@pytest.mark.parametrize("rules", [gopher.quality, gopher.repetition, c4.quality, fineweb.quality])
def test_measured_signals_are_those_of_the_prose(rules) -> None:
    """The numbers of the measured dialect are those of the prose alone; every published dialect counts all of it."""
    prose = f"{PROSE}\n\n{PROSE} It is  high."
    measured = rules.with_dialect("measured").signals
    of_all, of_prose = measured(TEXT), measured(prose)
    share = {"prose_fraction": len(prose) / len(TEXT)}
    assert measured(marked()) == of_prose | share != of_all
    for dialect in rules.dialects:
        if dialect.name != "measured":
            assert rules.with_dialect(dialect.name).signals(marked()) == rules.with_dialect(dialect.name).signals(TEXT)


def test_a_table_that_lays_a_text_out_is_prose() -> None:
    """Cells of numbers and names are apart; cells that hold sentences are the text itself."""
    for cell, apart in (("12.5", 1), (PROSE, 0)):
        table = f"| {cell} | {cell} |\n| --- | --- |\n| {cell} | {cell} |"
        assert len(apart_from_prose(table, pack([Span(0, len(table), Kind.TABLE, 2)]))) == apart


def test_repeated_code_drops_no_page() -> None:
    """Forty lines of the same code are too much repetition as prose, and nothing to a rule that counts prose."""
    rules = gopher.repetition.with_dialect("measured")
    text = f"{PROSE}\n\n{CODE}\n\nThen the wheel was let go, and all of them went home."
    code = text.index("```")
    assert rules(text).rule
    assert rules(view_of(text, (code, code + len(CODE))))


def test_marks_stand_where_the_words_stand_in_the_whole_text() -> None:
    """What a rule counts in the prose is pointed at in the text that a reader sees."""
    rules = fineweb.quality.with_dialect("measured")
    text = f"{CODE}\n\nMenu\n\n{PROSE}"
    found = rules.where(view_of(text, (0, len(CODE))), "max_short_line_fraction")
    assert [text[start:end] for start, end in found] == ["Menu"]


@given(st.text("ab \n", max_size=30), st.lists(st.integers(0, 35), max_size=6))
def test_pieces_of_prose_are_found_again(text: str, places: list[int]) -> None:
    """Each character of the prose is the one at its place in the text, whatever is apart and however it overlaps."""
    view = view_of(text, *sorted(zip(sorted(places)[::2], sorted(places)[1::2], strict=False)))
    starts = np.arange(len(view.prose.text), dtype=np.int64)
    found = view.from_prose(Spans(starts, starts + 1))
    assert "".join(found.of(text)) == view.prose.text
    whole = Spans(np.zeros(1, np.int64), np.array([len(view.prose.text)], np.int64))
    assert len(view.from_prose(whole)) == 1


def test_a_listing_is_not_judged_by_rules_of_prose() -> None:
    """Of a text that is code alone nothing is left to count: it passes, alone and in columns; a short text fails."""
    rules, short = gopher.quality.with_dialect("measured"), view_of("Too short.", (0, 3))
    listing = view_of(CODE, (0, len(CODE)))
    signals = [rules.signals(view) for view in (listing, short)]
    assert [each["words"] for each in signals] == [0.0, 1.0]
    assert [bool(rules(view)) for view in (listing, short)] == [True, False]
    columns = {name: np.array([each[name] for each in signals]) for name in signals[0]}
    assert [bool(verdict) for verdict in judge_all(columns, rules.rules)] == [True, False]
    assert not gopher.quality(listing.text)
