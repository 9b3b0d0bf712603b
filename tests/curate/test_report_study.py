"""The parts of the report's study on made pages, against cases worked by hand."""

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from curate.filters import c4, fineweb, gopher, refinedweb, signals
from curate.filters.rule_set import RuleSet
from curate.report import crawl, groups, rules, topics
from curate.report.excerpts import EXCERPT, excerpt
from curate.report.limits import Limit
from curate.report.pages import Pages

STAGES = ("read", "dedup_near", "gopher.quality", "quality")


def pages_of(fates: list[str], urls: list[str] | None = None, **signals: list[float]) -> Pages:
    """Pages that ended at these stages, "kept" for none."""
    n = len(fates)
    fate = np.array([STAGES.index(name) if name in STAGES else len(STAGES) for name in fates])
    copies = np.array([f"kept-{i % 3}" if name == "dedup_near" else "" for i, name in enumerate(fates)], object)
    return Pages(
        out=Path(),
        stages=STAGES,
        share=1.0,
        total=n,
        ids=np.array([f"{i:032x}" for i in range(n)], object),
        urls=np.array(urls or [f"https://s{i}.example/" for i in range(n)], object),
        dates=np.full(n, "2026-01-01", object),
        inputs=np.full(n, "in.warc.gz", object),
        fate=fate,
        rule=np.array(["" if name == "kept" else "min_words" for name in fates], object),
        failed=np.zeros(n, bool),
        value=np.arange(n, dtype=float),
        limit=np.full(n, 10.0),
        duplicate_of=copies,
        place=np.zeros((n, 3), np.int64),
        files=(),
        signals={name.replace("__", "."): np.array(values, float) for name, values in signals.items()},
        language=np.full(n, "", object),
    )


def limit(signal: str, least: float) -> Limit:
    """A least value of one of Gopher's signals."""
    return Limit("gopher.quality", f"min_{signal}", least, "min", f"gopher.quality.{signal}")


def marked(text: str, rules: RuleSet[Any], rule: str) -> list[str]:
    """What is marked in an excerpt."""
    return [piece.text for piece in excerpt(text, partial(rules.where, rule=rule)) if piece.marked]


PROSE = "A sentence that is a good deal longer than thirty characters."
DCLM, TFDS = gopher.quality.with_dialect("dclm"), c4.quality.with_dialect("tfds")


@pytest.mark.parametrize(
    ("rules", "rule", "text", "expected"),
    [
        (fineweb.quality, "max_short_line_fraction", f"Menu\n{PROSE}\nHome", ["Menu", "Home"]),
        (gopher.repetition, "max_duplicate_line_fraction", f"Buy\n{PROSE}\nBuy\nBuy", ["Buy", "Buy"]),
        (gopher.repetition.with_dialect("dclm"), "max_duplicate_line_fraction", f"Buy\n{PROSE}\nBuy", ["Buy", "Buy"]),
        (fineweb.quality, "max_duplicate_line_char_fraction", f"Buy\n{PROSE}\nBuy", ["Buy"]),
        (gopher.repetition, "max_duplicate_paragraph_fraction", "One two.\n\nOther.\n\nOne two.", ["One two."]),
        (gopher.repetition, "max_duplicate_5_gram_char_fraction", "a b c d e x a b c d e", ["a b c d e"]),
        (gopher.repetition, "max_top_2_gram_char_fraction", "red car or red car and red bus", ["red car", "red car"]),
        (c4.quality, "max_curly_bracket_lines", "prose\nif (x) { y }\nprose", ["if (x) { y }"]),
        (TFDS, "max_curly_bracket_lines", "a { b }\nif the (x) is { y }", ["if the (x) is { y }"]),
        (c4.quality, "max_lorem_ipsum_lines", "Home\nHere is Lorem Ipsum dolor", ["Here is Lorem Ipsum dolor"]),
        (gopher.quality, "min_letter_word_fraction", "call 555 & 7 days", ["555", "&", "7"]),
        (gopher.quality, "max_ellipsis_line_fraction", "more ...\nend.", ["more ..."]),
        (gopher.quality, "max_bullet_line_fraction", "- one\n* two", ["- one"]),
        (DCLM, "max_bullet_line_fraction", "- one\n* two", ["- one", "* two"]),
        (gopher.quality, "max_mean_word_length", "a thoroughgoing word", ["thoroughgoing"]),
        (gopher.quality.with_limits(max_mean_word_length=3), "max_mean_word_length", "a word or two", ["word"]),
        (gopher.quality, "min_stop_words", "The end of The road", ["of"]),
        (DCLM, "min_stop_words", "The end of The road", ["The", "of", "The"]),
        (gopher.quality, "max_hash_to_word_ratio", "#one and #two", ["#", "#"]),
        (DCLM, "max_symbol_to_word_ratio", "#one ... two", ["#", "..."]),
        (fineweb.quality, "min_terminal_line_fraction", "No end\nAn end.", ["No end"]),
        (refinedweb.quality, "max_removed_word_fraction", f"{PROSE}\n12 likes", ["12 likes"]),
        (signals.statistics, "max_url_char_fraction", "see https://a.example/b now", ["https://a.example/b"]),
        (signals.statistics, "max_digit_char_fraction", "in 2024 or 7", ["2024", "7"]),
        (gopher.quality, "min_words", "few words", []),
        (gopher.quality, "max_url_chars", "see https://a.example/b now", []),
    ],
)
def test_what_a_rule_counts_is_marked(rules: RuleSet[Any], rule: str, text: str, expected: list[str]) -> None:
    """Marks are on the lines, runs and words the rule's number is made of in that dialect, and on nothing else."""
    assert marked(text, rules, rule) == expected
    assert "".join(piece.text for piece in excerpt(text, partial(rules.where, rule=rule))) == text


@pytest.mark.parametrize(
    "text", ["", "\n", " ", "\ud800", "a", "...\n\n...", "{" * 500, "a\x85b\u2028c", "½ “x” 中文。"]
)
def test_marks_of_every_rule_are_in_the_text(text: str) -> None:
    """On any text every rule of every dialect marks stretches that are there."""
    sets = (gopher.quality, gopher.repetition, c4.quality, c4.paragraphs, fineweb.quality, refinedweb.quality,
            signals.statistics)  # fmt: skip
    for judge in (each.with_dialect(dialect.name) for each in sets for dialect in each.dialects):
        for rule in judge.rules:
            assert all(0 <= start < end <= len(text) for start, end in judge.where(text, rule.name)), rule.name


def test_an_excerpt_goes_where_the_marks_are() -> None:
    """Of a long text the densest part is shown, cut at both ends, and no more than so much of it."""
    text = f"{PROSE} " * 20 + "\n" + "Buy now\n" * 12 + f"Also. {PROSE} " * 20
    pieces = excerpt(text, partial(gopher.repetition.where, rule="max_duplicate_line_fraction"))
    assert sum(piece.marked for piece in pieces) == 11
    assert pieces[0].text == "… " and pieces[-1].text == " …"
    assert sum(len(piece.text) for piece in pieces[1:-1]) == EXCERPT


def test_an_excerpt_names_no_persons_data() -> None:
    """Personal data is shown as its kind, and marks stay where they were."""
    text = "Menu\nWrite to jane.doe@mail.example.com or call soon, it is a long line of text.\nHome"
    rule = "max_short_line_fraction"
    shown = "".join(piece.text for piece in excerpt(text, partial(fineweb.quality.where, rule=rule)))
    assert "jane" not in shown
    assert "<EMAIL_ADDRESS>" in shown
    assert marked(text, fineweb.quality, rule) == ["Menu", "Home"]


def test_marking_takes_linear_time() -> None:
    """A page of brackets or of one letter costs no more than any other."""
    for text in ("{" * 100_000, "a " * 100_000, "a\n" * 100_000, "." * 100_000, "1" * 100_000):
        for judge, rule in (
            (c4.quality, "max_curly_bracket_lines"),
            (gopher.repetition, "max_duplicate_5_gram_char_fraction"),
            (gopher.quality, "min_letter_word_fraction"),
        ):
            assert len(excerpt(text, partial(judge.where, rule=rule))) < 2000


def test_intervals_are_the_published_ones() -> None:
    """Wilson's for 10 of 50 and for none; Katz's for 30 of 100 against 10 of 100."""
    assert groups.wilson(10, 50) == pytest.approx((0.1124, 0.3304), abs=1e-4)
    assert groups.wilson(0, 20) == pytest.approx((0.0, 0.1611), abs=1e-4)
    assert groups.wilson(0, 0) == (0.0, 1.0)
    assert groups.ratio_of(30, 100, 10, 100) == pytest.approx((3.0, 1.551, 5.803), abs=1e-3)
    assert groups.ratio_of(0, 100, 10, 100)[0] == pytest.approx(0.5 / 10.5)


def test_rules_are_judged_together() -> None:
    """Three pages fail one limit, one fails both and one is fine: fails, only it and overlaps."""
    numbers = {
        "gopher.quality__words": [5, 6, 7, 8, 100, 3],
        "gopher.quality__stop_words": [9, 9, 9, 0, 9, 0],
    }
    fates = ["gopher.quality"] * 4 + ["kept", "read"]
    pages = pages_of(fates, **numbers)
    limits = [limit("words", 10), limit("stop_words", 2)]
    together = rules.failing(pages, limits, ("gopher.quality",))
    report = {"stages": [{"name": "gopher.quality", "dropped": {"min_words": 4}}]}
    words, stops = rules.study_rules(pages, report, limits, together)
    assert (words.failing, words.unique, words.measured) == (4, 3, 5)
    assert (stops.failing, stops.unique, stops.count) == (1, 0, 0)
    assert words.overlaps == (("gopher.quality min_stop_words", 1),)
    assert words.near_kept == (4,)
    assert words.near_dropped == (3, 2, 1, 0)
    assert words.histogram is not None
    assert (words.histogram.failing.sum(), words.histogram.kept.sum(), words.histogram.passing.sum()) == (4, 1, 0)
    place = int(np.searchsorted(words.histogram.edges, 10.0 - 1e-6))
    assert words.histogram.edges[place] == pytest.approx(10.0)
    assert words.histogram.failing[place:].sum() == words.histogram.kept[:place].sum() == 0


def test_a_limit_far_from_every_page_is_told() -> None:
    """A least of 10 words is far from pages of 50 and more, and near a page of 12."""
    least = [limit("words", 10)]
    report = {"stages": [{"name": "gopher.quality", "dropped": {}}]}
    for words, far in (([50, 60, 70], True), ([12, 60, 70], False)):
        pages = pages_of(["kept"] * 3, **{"gopher.quality__words": words})
        studies = rules.study_rules(pages, report, least, rules.failing(pages, least, ("gopher.quality",)))
        silent, found = rules.warnings_of(studies, pages)
        assert [study.rule for study in silent] == ["min_words"]
        assert [nearest for _, nearest in found] == ([50.0] if far else [])


def test_sites_that_lose_to_duplicates_are_named() -> None:
    """Twelve copies of twenty pages are an alarm; nine of ten are too few, and twelve of thirty are less than half."""
    urls = ["https://a.example/"] * 20 + ["https://www.b.example/"] * 10 + ["https://c.example/"] * 30
    fates = (
        (["dedup_near"] * 12 + ["kept"] * 8) + (["dedup_near"] * 9 + ["kept"]) + (["dedup_near"] * 12 + ["kept"] * 18)
    )
    pages = pages_of(fates, urls)
    sites = groups.by_key(groups.dimensions(pages))["site"].label
    assert [(site.name, site.pages, site.kept) for site in groups.lost_to_duplicates(pages, sites)] == [
        ("a.example", 20, 8)
    ]


def test_topics_part_what_differs() -> None:
    """Texts of two vocabularies get two topics, and no page is in the wrong one."""
    random = np.random.default_rng(5)
    vocabularies = [[f"{start}{letter}word" for letter in "abcdefghijklmnop"] for start in ("sea", "oven")]
    texts = {i: " ".join(random.choice(vocabularies[i % 2], 9)) for i in range(60)}
    words = topics.words_of(texts, np.arange(60))
    topic = topics.topics(words, 61)
    assert topic is not None
    assert topic.label[60] == ""
    by_parity = [set(topic.label[start:60:2]) for start in (0, 1)]
    assert by_parity[0].isdisjoint(by_parity[1])
    assert all(name.startswith("sea") for name in by_parity[0])


def test_the_models_words_are_those_that_part_kept_from_dropped() -> None:
    """A word of every kept page leads one side, one of every dropped page the other."""
    fates = ["kept", "quality"] * 20
    texts = {i: ("treatise" if i % 2 == 0 else "discount") + " common filler" for i in range(40)}
    found = topics.preference(pages_of(fates), topics.words_of(texts, np.arange(40)), "quality")
    assert found is not None
    assert (found.kept, found.dropped) == (20, 20)
    assert found.liked[0] == ("treatise", 1.0, 0.0)
    assert found.disliked[0] == ("discount", 0.0, 1.0)


def test_texts_come_from_few_row_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of 40 groups of dropped and 4 of kept pages a quarter of each are read, and whole."""
    monkeypatch.setattr(topics, "MAX_GROUPS", 11)
    fates = ["quality"] * 400 + ["kept"] * 40
    place = np.stack([np.repeat([0, 1], [400, 40]), np.arange(440) // 10, np.arange(440) % 10], axis=1)
    files = (Path("dropped/part-00000.parquet"), Path("data/part-00000.parquet"))
    pages = replace(pages_of(fates), place=place, files=files)
    chosen = topics.choose(pages, "quality")
    groups_read = np.unique(place[chosen, 1], return_counts=True)
    assert groups_read[1].tolist() == [10] * 11
    assert (groups_read[0] >= 40).sum() == 1


def test_identities_are_whole_words() -> None:
    """A text about women names women; one about a womanly figure or a manual names nobody."""
    texts = {0: "The women of the town", 1: "A womanly manual for mandarins"}
    named = {cut.label[0]: cut.label[1] for cut in topics.identities(topics.words_of(texts, np.arange(2)), 2)}
    assert named["women"] == groups.OTHERS
    assert set(named) == {"women", groups.OTHERS}


def test_a_crawl_of_sites_that_are_all_or_nothing_is_less_sure() -> None:
    """Ten pages a site that share one fate make the interval about sqrt(10) times as wide."""
    report = {"totals": {"survival_docs": 0.5, "docs_out": 200, "tokens_out": 2000}}
    alike = pages_of(
        ["kept" if i % 20 < 10 else "read" for i in range(400)], [f"https://{i // 10}.example/" for i in range(400)]
    )
    single = pages_of(["kept" if i % 2 else "read" for i in range(400)])
    wide, narrow = (crawl.estimate(pages, report) for pages in (alike, single))
    assert wide is not None and narrow is not None
    assert wide.documents.value == narrow.documents.value == 0.5 * crawl.CRAWL_PAGES
    assert wide.parameters.value == pytest.approx(5 * crawl.CRAWL_PAGES / 20)
    width = (wide.survival.high - wide.survival.low) / (narrow.survival.high - narrow.survival.low)
    assert width == pytest.approx(10**0.5, rel=0.25)
