"""Training a quality model: the sample, what is held out, the limit, and the same bytes twice."""

import json
import random
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest

from curate.classifiers import quality, webtext
from curate.classifiers.fasttext_model import ModelError
from curate.classifiers.training import webtext as training
from curate.classifiers.training import webtext_report
from curate.classifiers.training.labelled_sets import Row
from curate.classifiers.training.webtext import GOOD, ORDINARY, Sample, Target, spread, study, threshold_for

GOOD_WORDS = "river hills naturalist species century observatory granite historians engineer migration".split()
POOR_WORDS = "cart login checkout shipping menu casino bonus click newsletter password".split()


def _rows(number: int = 60) -> list[Row]:
    rows = []
    for label, own in ((GOOD, GOOD_WORDS), (ORDINARY, POOR_WORDS)):
        for at in range(number):
            some = random.Random(f"{label}{at}")
            text = " ".join(some.choice(own if some.random() < 0.7 else ["the", "of", "and", "for"]) for _ in range(60))
            rows.append(Row(label, f"site{at % 17}.org", f"{label} file", text))
    return rows


def test_a_sample_does_not_depend_on_the_order() -> None:
    """Whatever the order, the same texts are taken, at most so many, and each once."""
    rows = [
        Row(GOOD, f"{at}.org", "k", f"text number {'abcdefghij'[at % 10]} {'klmnopqrst'[at // 10]}") for at in range(60)
    ]
    one, two = Sample(25), Sample(25)
    for row in [*rows, *rows[:30]]:
        one.add(row)
    for row in reversed([*rows[20:], *rows]):
        two.add(row)
    assert one.rows() == two.rows()
    assert len(one.rows()) == 25
    assert {row.text for row in one.rows()} < {row.text for row in rows}


def test_a_sample_takes_all_below_its_cap_and_says_what_was_left_out() -> None:
    """Texts that read the same to the model are one; those on the good side too are not ordinary."""
    good, ordinary = Sample(10), Sample(10)
    good.add(Row(GOOD, "a.org", "k", "One text."))
    for text in ("one TEXT .", "another text", "Another   text", "a third"):
        ordinary.add(Row(ORDINARY, "b.org", "k", text))
    assert sorted(row.text for row in ordinary.rows(without=good)) == ["a third", "another text"]
    assert dict(ordinary.counts) == {"duplicate": 1, "also_good": 1, "taken": 2}


def test_only_what_the_model_reads_is_held() -> None:
    """A book is held as its excerpt."""
    sample = Sample(1)
    sample.add(Row(GOOD, "a.org", "k", "word " * 100_000))
    assert len(sample.rows()[0].text) <= webtext.MAX_HEAD + webtext.MAX_MIDDLE + 1


def test_a_domain_that_is_most_of_a_side_is_split() -> None:
    """An encyclopaedia under one domain is held out by article, other sites stay whole."""
    rows = [Row(GOOD, "wiki.org", "k", f"article {at}") for at in range(50)]
    rows += [Row(ORDINARY, f"site{at % 25}.org", "k", f"page {at}") for at in range(100)]
    done, split = spread(rows)
    assert split == ["wiki.org"]
    assert {row.fold for row in done if row.label == GOOD} == {0, 1, 2, 3, 4}
    assert len({row.group for row in done if row.label == ORDINARY}) == 25


def test_study_tries_every_row_on_a_model_that_never_saw_its_site() -> None:
    """Well-separated texts are told apart on unseen sites; random labels are not, which a leak would hide."""
    rows = _rows(30)
    assert study(rows).auc(lambda _: True) > 0.99
    some = random.Random(1)
    same = [Row(some.choice([GOOD, ORDINARY]), f"site{at}.org", "k", row.text) for at, row in enumerate(_rows()[:60])]
    assert 0.2 < study([*same, *same]).auc(lambda _: True) < 0.8  # each text stands twice, in one fold


def test_a_model_a_card_and_settings_come_out_twice_the_same(tmp_path: Path) -> None:
    """Two trainings on the same rows in another order give the same bytes, and the settings are read back."""
    cards = []
    for name in ("one", "two"):
        rows = _rows(30) if name == "one" else _rows(30)[::-1]
        rows.sort(key=lambda row: row.text)
        found = study(rows, target=Target(keep=0.1))
        model, settings = training.train_webtext(rows, tmp_path / f"{name}.ftz", found)
        cards.append(webtext_report.card(found, model, {}, sources=[], counts={}, notes=[]))
    assert (tmp_path / "one.ftz").read_bytes() == (tmp_path / "two.ftz").read_bytes()
    assert cards[0] == cards[1]
    assert len(settings.crawl_scores) == 101
    assert settings.crawl_scores[89] <= settings.threshold <= settings.crawl_scores[92]


def test_limits_reach_their_targets() -> None:
    """By hand: of ten ordinary texts scored 0 to 0.9 the limit 0.7 keeps three; precision is counted among the kept."""
    scores = np.array([at / 10 for at in range(10)] + [0.95, 0.85, 0.45])
    good = np.array([False] * 10 + [True] * 3)
    assert threshold_for(scores, good, Target(keep=0.3)) == 0.7
    assert threshold_for(scores, good, Target(precision=0.5)) == 0.8  # 0.8 0.85 0.9 0.95: two of four
    assert threshold_for(scores, good) == 0.5
    with pytest.raises(ValueError, match="no limit"):
        threshold_for(-scores, good, Target(precision=0.99))


@pytest.mark.parametrize(("share", "limit"), [(1.0, 0.0), (0.1, 0.9), (0.25, 0.8), (0.001, 0.9)])
def test_limit_for_share_by_hand(share: float, limit: float) -> None:
    """Of ten texts a tenth is the best one, a quarter the best two (2.5, to even), and never none."""
    assert quality.limit_for_share([at / 10 for at in range(10)], share) == limit


@pytest.mark.parametrize(("scores", "share"), [([], 0.5), ([float("nan")], 0.5), ([0.5], 0.0), ([0.5], 1.1)])
def test_impossible_shares_are_refused(scores: list[float], share: float) -> None:
    """No scores, or a share that is none, is an error."""
    with pytest.raises(ValueError, match=r"share must|no scores"):
        quality.limit_for_share(scores, share)


def test_pareto_limits_are_the_rule() -> None:
    """A score over a document's limit is kept by `keep`, one under it is not."""
    ids = [f"id{number}" for number in range(200)]
    for key, limit in zip(ids, quality.Pareto(9.0)(ids), strict=True):
        assert limit <= 1.0
        if 0.001 < limit < 0.999:
            assert quality.keep(limit + 0.001, key) > quality.keep(limit - 0.001, key)


def test_too_little_is_told() -> None:
    """A side with few texts or a single site is named."""
    assert "0 good texts" in training.too_few([])
    one_site = [Row(label, "a.org", "k", str(at)) for at in range(40) for label in (GOOD, ORDINARY)]
    assert "held out" in training.too_few(one_site)
    assert not training.too_few(_rows())


def test_hostile_names_do_not_break_a_card() -> None:
    """Pipes, backticks, tags and control characters from file names and hosts are harmless in a table."""
    row = webtext_report.table(["a"], [["x|y <img> `z` \x1b[31m\n"]]).split("\n")
    assert len(row) == 3
    assert "<" not in row[2]
    assert "\x1b" not in row[2]


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small model with its settings."""
    path = tmp_path_factory.mktemp("model") / "quality.ftz"
    rows = _rows(30)
    _, settings = training.train_webtext(rows, path, study(rows))
    webtext.settings_file(path).write_text(json.dumps(asdict(settings)))
    return path


class TestScorer:
    """A model by path."""

    def test_a_model_trained_here_needs_no_label(self, trained: Path) -> None:
        """Its settings say how it is read; a copy elsewhere is the same scorer to a recipe."""
        ours = webtext.scorer(trained)
        good, poor = ours([" ".join(GOOD_WORDS * 3), " ".join(POOR_WORDS * 3)])
        assert good > 0.5 > poor
        assert ours.reads == "words"
        assert trained.parent.name not in repr(ours)

    def test_a_foreign_model_reads_the_text_as_it_is(self, trained: Path, tmp_path: Path) -> None:
        """Without settings a label is asked for, and several labels count together."""
        foreign = tmp_path / "foreign.ftz"
        foreign.write_bytes(trained.read_bytes())
        with pytest.raises(ModelError, match="say which label"):
            webtext.scorer(foreign)
        with pytest.raises(ModelError, match="no label 'nice'; it has cc, hq"):
            webtext.scorer(foreign, label="nice")
        texts = ["river hills", "login cart", ""]
        assert webtext.scorer(foreign, label="hq").reads == "line"
        both = webtext.scorer(foreign, label="hq+cc")(texts)
        assert both == pytest.approx([1.0, 1.0, 0.0], abs=1e-4)

    def test_the_shipped_model_by_path_is_the_shipped_scorer(self) -> None:
        """Named by path it scores as by default, calibrated."""
        texts = ["The river rises in the hills north of the town.", "Login Register Cart"]
        assert webtext.scorer(webtext.MODEL.path)(texts).tolist() == webtext.score(texts).tolist()

    def test_a_swapped_model_is_refused(self, trained: Path, tmp_path: Path) -> None:
        """Settings of another model, a file changed after it was named, and a missing one are told by name."""
        swapped = tmp_path / "quality.ftz"
        swapped.write_bytes(trained.read_bytes()[:-1] + b"\0")
        webtext.settings_file(swapped).write_text(webtext.settings_file(trained).read_text())
        with pytest.raises(ModelError, match="is about a model with SHA-256"):
            webtext.scorer(swapped)
        webtext.settings_file(swapped).unlink()
        swapped.write_bytes(trained.read_bytes())
        scorer = webtext.scorer(swapped, label="hq")
        swapped.write_bytes(trained.read_bytes() + b"\0")
        with pytest.raises(ModelError, match="expected"):
            scorer(["text"])
        with pytest.raises(ModelError, match="cannot read the model"):
            webtext.scorer(tmp_path / "none.bin", label="hq")
