"""Training of our extractor: labels, tables and trees, against hand-worked cases and LightGBM itself."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from curate.extract import page as p
from curate.extract.blocks import read
from curate.extract.byte_hashes import empty_table, hash_bytes
from curate.extract.model import TABLES, lay_out
from curate.extract.siblings import SIBLINGS
from curate.extract.training import forests as training
from curate.extract.training import labels as training_labels
from curate.extract.training import log_odds as training_tables
from curate.extract.training.direct import leaf_place, line_keys, line_scores, look_up, probabilities
from curate.extract.training.forests import view
from curate.extract.training.leftovers import repeated
from curate.extract.training.log_odds import Votes


def test_targets_are_the_share_of_three_word_runs_in_the_gold_text() -> None:
    """A long block is judged by its runs of three words, a short one as a whole."""
    gold = "The river rises in the hills. It is not long."
    blocks = ["The river rises in the hills", "The river rises in the plains", "not long", "not short", "ong", ""]
    assert training_labels.by_overlap(blocks, gold).tolist() == [1.0, 0.75, 1.0, 0.0, 0.0, 0.0]


def test_snippets_label_only_the_blocks_they_are_in() -> None:
    """Wanted snippets give 1, unwanted 0, and every other block stays unknown."""
    blocks = ["A recipe for bread, with salt.", "Share this recipe", "Something else"]
    targets = training_labels.by_snippets(blocks, ["bread, with salt"], ["Share this"])
    assert targets[:2].tolist() == [1.0, 0.0]
    assert np.isnan(targets[2])


def test_a_reader_marks_blocks_in_their_order() -> None:
    """Repeats of a line are told by order; where one is gone, only what all of them were called is known."""
    before = ["Home", "A text.", "More", "A text.", "More"]
    hashes = [training_labels.line_hash(block) for block in before]
    assert training_labels.by_marks(before, hashes, "ltllc") == "ltllc"
    assert training_labels.by_marks(["more!", "New", "Home", "More"], hashes, "ltllc") == "l lc"
    assert training_labels.by_marks(["A text.", "More"], hashes, "ltlll") == " l"


def test_scores_are_shrunken_log_odds_known_from_several_sites() -> None:
    """A token always with content scores above 0, one never with it below; one from few sites has no score."""
    good, bad, rare = (hash_bytes(name) & 0xFFFFFFFF for name in (b"post", b"nav", b"odd"))
    votes = [
        (f"site{i}", 1.0, Votes(np.array([good, bad], np.uint32), np.array([1.0, 0.0], np.float32))) for i in range(6)
    ]
    votes.append(("site0", 1.0, Votes(np.array([rare], np.uint32), np.array([1.0], np.float32))))
    hashes, scores = training_tables.score_table(votes)
    found = dict(zip(hashes.tolist(), scores.tolist(), strict=True))
    assert set(found) == {good, bad}
    # 6 votes of 1 and 2 pseudo-pages at the base rate of 7/13: (6 + 14/13) / 8, against odds of 7/6.
    share = (6 + 2 * 7 / 13) / 8
    assert found[good] == round(25 * (np.log(share / (1 - share)) - np.log(7 / 6)))
    assert found[bad] < 0


def test_tables_find_what_was_laid_out_and_nothing_else() -> None:
    """Every hash is found with its score; hashes that are not in the table are not."""
    rng = np.random.default_rng(1)
    hashes = np.unique(rng.integers(1, 2**32, 3000).astype(np.uint32))
    scores = rng.integers(5, 120, len(hashes)).astype(np.int8)
    keys, values = lay_out(hashes, scores)
    assert [look_up(keys, values, np.uint64(key)) for key in hashes] == scores.tolist()
    others = set(rng.integers(1, 2**32, 3000).tolist()) - set(hashes.tolist())
    assert {look_up(keys, values, np.uint64(key)) for key in others} == {-1}


def test_every_bit_has_a_place_of_its_own() -> None:
    """The lowest of some bits decides the place, whatever bits are above it."""
    places = [leaf_place(np.uint32(1 << bit)) for bit in range(32)]
    assert sorted(places) == list(range(32))
    assert [leaf_place(np.uint32((1 << bit) | (1 << 31))) for bit in range(32)] == places


@pytest.mark.parametrize("n", [1, 3, 512, 3000])
def test_trees_say_what_lightgbm_says(n: int) -> None:
    """The flat trees give LightGBM's own predictions, also at rows that sit on a threshold."""
    pytest.importorskip("lightgbm")
    rng = np.random.default_rng(2)
    rows = np.round(rng.random((3000, 6)), 2).astype(np.float32)
    targets = (rows[:, 0] + rows[:, 1] * rows[:, 2] > 0.8).astype(np.float32)
    booster = training.boost(rows, targets, np.ones(3000, np.float32), training.SECOND, 20)
    expected = booster.predict(rows[:n].astype(np.float64))
    assert np.abs(probabilities(training.forest(booster), rows[:n]) - expected).max() < 1e-5


def test_the_fold_of_a_site_is_fixed() -> None:
    """Folds depend on the site alone: the same on every machine and in every process."""
    assert [training.fold_of(site, 3) for site in ("example.org", "example.com", "example.net")] == [0, 2, 2]


def test_all_pages_of_a_site_are_in_one_fold() -> None:
    """The registered domain decides, whatever the host, without the network."""
    from curate.extract.training.examples import site_of

    assert site_of("https://news.bbc.co.uk/a") == site_of("http://www.bbc.co.uk/b?c") == "bbc.co.uk"
    assert site_of("http://10.0.0.1/x") != site_of("http://example.org/")
    assert site_of("https://one.github.io/a") != site_of("https://two.github.io/a")


def test_an_id_is_other_evidence_than_a_class() -> None:
    """An id of a part of the text, made from its heading, never meets a class of the same name; that of a box does."""
    names = [f"<{tag} {kind}=related-posts>" for tag, kind in (("div", "class"), ("div", "id"), ("section", "id"))]
    found = []
    for name in names:
        page = read(f"{name}<p>Text</p>")
        found.append(set(page.tokens[: page.state[p.TOKENS]].tolist()))
    assert [len(tokens) for tokens in found] == [3, 3, 3]
    assert found[0] == found[1]
    assert not found[1] & found[2]
    same = read("<section id=related-posts><h2 id=related-posts>A</h2><p>Text</p>")
    assert set(same.tokens[: same.state[p.TOKENS]].tolist()) == found[2]


def test_blocks_built_alike_are_told_from_a_row_of_paragraphs() -> None:
    """Teasers have an element each, a link before and dots at the end; paragraphs stand in a row in one element."""
    words = "One more sentence of some words that goes on and on. "
    article = f"<article><p>{words * 2}</p><p>{words * 3}</p><p>{words * 4}</p></article>"
    teasers = "".join(f"<li><a href=/{i}>What {i} is about</a><p>{words}and then...</p></li>" for i in range(3))
    page = read(f"{article}<ul>{teasers}</ul>")
    rows = view(page, tuple(part for _ in TABLES for part in empty_table())).rows[:, -SIBLINGS:]
    # Dots, elements a block, after links, after headings, in a row, with dots, from first to last of the page's blocks.
    assert rows[1, :7].tolist() == pytest.approx([0, 1 / 3, 0, 0, 2 / 3, 0, 3 / 9])
    assert rows[4, :7].tolist() == pytest.approx([1, 1, 1, 0, 0, 1, 5 / 9])
    # Said by a heading; in the element with the most text, how far from it, its share, and one's own beside it.
    ours, theirs = 11 * (2 + 3 + 4), 3 * 13
    assert rows[1, 7:].tolist() == pytest.approx([0, 1, 0, ours / (ours + theirs), 1])
    assert rows[4, 7:].tolist() == pytest.approx([0, 0, -2, ours / (ours + theirs), 13 / ours])


def test_a_line_is_known_whatever_its_numbers_and_marks() -> None:
    """Case, marks and numbers count for nothing in a line; a shape keeps short words and the kinds of the others."""
    lines = ["3 comments", "(17) Comments!", "By Jo Brook", "by Al Hill", "By the river", "x " * 13]
    page = read("".join(f"<p>{line}</p>" for line in lines))
    keys = line_keys(page)
    assert keys[0, 0] == keys[1, 0]
    assert len(set(keys[:5, 0].tolist())) == 4
    # "By Jo Brook" and "by Al Hill": by, a short word and a long one with a capital; the short words differ.
    assert keys[2, 1] != keys[3, 1]
    assert keys[5, :2].tolist() == [0, 0]
    names = read("<p>By John Brook</p><p>by Alan Hill</p><p>By John brook</p>")
    shapes = line_keys(names)[:, 1].tolist()
    assert shapes[0] == shapes[1] != shapes[2]


def test_a_line_opens_with_two_words_or_with_one_of_two() -> None:
    """Long lines of one kind open alike; of two words the first counts, and a line of one word has no opening."""
    lines = [
        "Previous message: so it goes", "previous  message (2)", "Related guides", "Related posts", "Related",
        "Page 3 of 7", "page 12 and more " * 20, "previous question and answer",
    ]  # fmt: skip
    found = line_keys(read("".join(f"<p>{line}</p>" for line in lines)))[:, 2].tolist()
    assert found[0] == found[1] != 0
    assert found[2] == found[3] != 0
    assert found[4] == 0
    assert found[5] == found[6] != 0
    assert len(set(found)) == 5


def test_scores_of_lines_are_those_of_the_block_and_its_neighbours() -> None:
    """The columns are the line, the shape, the lines before and after, and the opening; what is not known is 0."""
    page = read("<p>Leave a reply</p><p>Something here</p><p>Leave a Reply</p><p>Leave a comment to the above</p>")
    table = lay_out(np.unique(line_keys(page)[0].astype(np.uint32)), np.array([-50, -50, -50], np.int8))
    found = line_scores(page, *table)
    assert found[:, 0].tolist() == [-50, 0, -50, 0]
    assert found[1].tolist() == [0, 0, -50, -50, 0]
    assert found[0, 2:].tolist() == [0, 0, -50]
    assert found[3].tolist() == [0, 0, -50, 0, -50]


def test_what_half_of_a_site_says_is_no_content() -> None:
    """A line that stands on half the pages of a site, three at least, is none; on fewer pages or sites it may be."""
    pages = [read(f"<p>Our newest recipes</p><p>Only on page {word}</p>") for word in ("one", "two", "three", "four")]
    keys = [line_keys(page) for page in pages]
    assert [found.tolist() for found in repeated(["a"] * 4, keys)] == [[True, False]] * 4
    assert not any(found.any() for found in repeated(["a", "a", "b", "b"], keys))


def test_what_readers_marked_is_taught_and_posters_lines_of_forums_are_not(tmp_path: Path) -> None:
    """Leftovers and dates are 0 and text is 1, whatever the teacher says, but not a poster's line in a forum."""
    from curate.extract.training.examples import MARK_WEIGHT, Labelled, Teacher, example

    blocks = ["Home", "May 3", "What is said of it.", "Not shown"]
    html = "".join(f"<p>{block}</p>" for block in blocks)
    hashes = tuple(training_labels.line_hash(block) for block in blocks)
    page = Labelled("a", "archive", "https://example.org/", html, "home may 3 not shown", (), (), 1.0)
    made = {
        kind: example(replace(page, page_type=kind, hashes=hashes, marks="lmt "), Teacher(tmp_path))
        for kind in ("news", "forum")
    }
    assert made["news"] is not None and made["forum"] is not None
    assert made["news"].targets.tolist() == [0, 0, 1, 1]
    assert made["forum"].targets.tolist() == [0, 1, 1, 1]
    plain = example(page, Teacher(tmp_path))
    assert plain is not None and plain.targets.tolist() == [1, 1, 0, 1]
    assert (made["news"].weights / plain.weights).tolist() == pytest.approx([MARK_WEIGHT] * 3 + [1])


def test_every_page_that_readers_marked_has_a_mark_for_each_block() -> None:
    """The file of marks is whole: four digits and one known letter, or a space, for each block."""
    from curate.extract.training.examples import MARKS, READ_PAGES, json_lines

    rows = list(json_lines(READ_PAGES))
    assert len({row["url"] for row in rows}) == len(rows)
    assert all(len(row["hashes"]) == 4 * len(row["marks"]) for row in rows)
    assert set("".join(row["marks"] for row in rows)) <= {*MARKS, " "}
