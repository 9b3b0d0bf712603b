"""The training command, and the rows it trains on."""

from collections import Counter
from pathlib import Path

import pytest

from curate.classifiers.training import main as train
from curate.classifiers.training.contrast import contrast_sentences
from curate.classifiers.training.labelled_sets import Row, site

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"


def test_mistakes_are_told_before_work_starts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An unknown model and a folder without the sets end with exit code 2 and one clear line."""
    for arguments, message in (
        (["grammar"], "no model is called grammar"),
        (["--data", str(tmp_path), "language"], "has no folder 'labelled'"),
    ):
        with pytest.raises(SystemExit) as stopped:
            train.main(arguments)
        assert stopped.value.code == 2
        assert message in capsys.readouterr().err


def test_a_group_is_in_one_fold() -> None:
    """Every text of a group has the same fold, and groups are spread over all five."""
    folds = {Row("hq", f"site{number}.org", "", "x").fold for number in range(100)}
    assert folds == {0, 1, 2, 3, 4}
    assert Row("hq", "a.org", "one", "x").fold == Row("cc", "a.org", "two", "y").fold


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://www.example.org/a", "example.org"),
        ("https://user.github.io/x", "user.github.io"),
        ("http://a.b.example.co.uk", "example.co.uk"),
        ("not a url", "not a url"),
    ],
)
def test_sites_are_kept_together(url: str, name: str) -> None:
    """A site is the end of its host name, whatever page it is."""
    assert site(url) == name


def test_contrast_sentences_balance_what_is_said() -> None:
    """The same groups stand in calm and in hateful sentences, no sentence is both, and every slot is filled."""
    rows = list(contrast_sentences())
    calm = {sentence for label, sentence in rows if label == "calm"}
    toxic = {sentence for label, sentence in rows if label == "toxic"}
    assert not calm & toxic
    assert not any("{" in sentence for sentence in calm | toxic)
    for name in ("Muslim", "women", "gay", "black"):
        assert sum(name.lower() in sentence.lower() for sentence in calm) > 50
        assert sum(name.lower() in sentence.lower() for sentence in toxic) > 50


@pytest.mark.skipif(not SHARED.exists(), reason="needs the shared measuring data beside the repository")
def test_no_source_is_most_of_the_crawl() -> None:
    """The crawl's side holds few pages of each source: a model must not learn what a collection looks like."""
    pytest.importorskip("zstandard", reason="needs the optional zstandard")
    from curate.classifiers.training.labelled_sets import webtext_rows

    rows = webtext_rows(SHARED, max_source_pages=7)
    counts = Counter(row.group for row in rows if row.label == "cc")
    assert max(counts.values()) == 7
    assert {row.kind for row in rows if row.label == "hq"} == {"wikipedia"}
