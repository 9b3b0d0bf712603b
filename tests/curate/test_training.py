"""`curate train`: corpora of every kind, positives by links, the same bytes twice, mistakes in one line."""

import argparse
import bz2
import io
import json
import lzma
import random
from collections import Counter
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from rich.console import Console

from curate.classifiers import quality, webtext
from curate.classifiers.training.webtext import Target
from curate.commands import train as command
from curate.commands.quality_option import arguments, with_options
from curate.errors import CurateError, UsageError
from curate.recipe import Recipe, describe, fingerprint, load_recipe
from curate.stages import Read, Score
from curate.training import texts as training_texts
from curate.training.webtext import LinkRules, Request, recommended, scores_of_run, train_quality

GOOD = "river hills naturalist species century observatory granite historians engineer migration".split()
POOR = "cart login checkout shipping menu casino bonus click newsletter password".split()


def _text(words: list[str], seed: str) -> str:
    some = random.Random(seed)
    return " ".join(some.choice(words if some.random() < 0.7 else ["the", "of", "and"]) for _ in range(60))


def _warc(pages: dict[str, str]) -> bytes:
    records = []
    for url, text in pages.items():
        html = f"<html><body><article><h1>A page</h1><p>{text}.</p></article></body></html>".encode()
        http = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + html
        head = (f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: {url}\r\nWARC-Date: 2024-01-02T03:04:05Z\r\n"
                "Content-Type: application/http; msgtype=response\r\n"
                f"Content-Length: {len(http)}\r\n\r\n")  # fmt: skip
        records.append(head.encode() + http + b"\r\n\r\n")
    return b"".join(records)


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """A crawl of 60 pages of 30 sites, 20 of them recommended in a dump; articles in a dump; both kinds of text."""
    pages = {f"http://www.site{at % 30}.org/{at}/": _text(GOOD if at < 20 else POOR, str(at)) for at in range(60)}
    (tmp_path / "crawl.warc").write_bytes(_warc(pages))
    posts = [
        {"url": f"https://site{at}.org/{at}", "score": 5, "subreddit": "Science", "is_self": False} for at in range(20)
    ]
    posts.append({"url": "https://site25.org/25", "score": 2, "subreddit": "Science", "is_self": False})
    (tmp_path / "RS_2012-01.xz").write_bytes(lzma.compress("".join(json.dumps(post) + "\n" for post in posts).encode()))
    page = "<page><title>T{0}</title><ns>0</ns><revision><text>'''T{0}''' {1}.</text></revision></page>"
    articles = "".join(page.format(at, _text(GOOD, f"wiki{at}")) for at in range(25))
    (tmp_path / "wiki.xml.bz2").write_bytes(bz2.compress(f"<mediawiki>{articles}</mediawiki>".encode()))
    return tmp_path


def _request(folder: Path, **more: object) -> Request:
    return Request((str(folder / "wiki.xml.bz2"),), (str(folder / "crawl.warc"),), (folder / "RS_2012-01.xz",), **more)  # type: ignore[arg-type]


def test_a_model_is_trained_from_a_dump_a_crawl_and_links(corpus: Path) -> None:
    """Linked pages of the crawl join the articles, the rest of it is ordinary; the model then scores."""
    said: list[str] = []
    study = train_quality(_request(corpus, target=Target(keep=0.25)), corpus / "one", say=said.append)
    kinds = Counter((row.kind, row.label) for row in study.rows)
    assert kinds == {("wiki.xml.bz2", "hq"): 25, ("crawl.warc, recommended", "hq"): 20, ("crawl.warc", "cc"): 40}
    assert (study.scores[~study.good] >= study.threshold).mean() == pytest.approx(0.25, abs=0.03)
    good, poor = quality.scorer(corpus / "one/quality.ftz")([_text(GOOD, "new"), _text(POOR, "new")])
    assert good > 0.5 > poor
    train_quality(_request(corpus, target=Target(keep=0.25)), corpus / "two", say=said.append)
    for name in ("quality.ftz", "quality.json", "quality.md"):
        assert (corpus / "one" / name).read_bytes() == (corpus / "two" / name).read_bytes()
    card = (corpus / "one/quality.md").read_text()
    assert "| ordinary | recommended, so good | 20 |" in card
    assert str(corpus) not in card


def _texts(path: Path) -> list[training_texts.Text]:
    counts: Counter[str] = Counter()
    return [text for each in training_texts.find_corpora([str(path)]) for text in each.read(counts)]


def test_every_kind_of_file_is_read(corpus: Path) -> None:
    """HTML in archives, rows, lines, both encyclopaedia formats: text, address and what is held out together."""
    crawl = _texts(corpus / "crawl.warc")
    assert len(crawl) == 60
    assert crawl[0].url == "http://www.site0.org/0/"
    assert crawl[0].group == "site0.org"
    assert _text(GOOD, "0") in crawl[0].text
    assert [text.group for text in _texts(corpus / "wiki.xml.bz2")][:2] == ["article T0", "article T1"]
    (corpus / "wiki_00").write_text(json.dumps({"title": "A", "text": "x" * 300}) + "\n")
    assert [text.group for text in _texts(corpus / "wiki_00")] == ["article A"]
    (corpus / "a.txt").write_text("first text\n\nsecond text\n")
    assert [text.text for text in _texts(corpus / "a.txt")] == ["first text", "second text"]
    (corpus / "b.jsonl").write_text(json.dumps({"url": "https://me.github.io/x", "text": "third"}) + "\nbroken\n")
    assert [(text.group, text.text) for text in _texts(corpus / "b.jsonl")] == [("me.github.io", "third")]
    pq.write_table(pa.table({"text": ["fourth"], "url": ["http://a.example.co.uk/"]}), corpus / "c.parquet")
    assert [text.group for text in _texts(corpus / "c.parquet")] == ["example.co.uk"]
    assert len(training_texts.find_corpora([str(corpus)])) == 6
    assert len(training_texts.find_corpora([str(corpus / "*.txt"), str(corpus / "a.txt")])) == 1


def test_a_run_stands_for_what_it_kept(tmp_path: Path) -> None:
    """Not for what it dropped, its work files or its log; a run below a folder is left out."""
    run = tmp_path / "texts" / "run"
    for name in ("data/part-00000.txt", "dropped/part-00000.txt", "work/00-read/a.txt"):
        (run / name).parent.mkdir(parents=True)
        (run / name).write_text(f"{name}\n")
    (run / ".lock").touch()
    (run / "log.jsonl").write_text(json.dumps({"text": "a line of the log"}) + "\n")
    (tmp_path / "texts" / "own.txt").write_text("beside\n")
    assert [text.text for text in _texts(run)] == ["data/part-00000.txt"]
    assert [text.text for text in _texts(tmp_path / "texts")] == ["beside"]


def test_what_gives_no_text_is_counted(corpus: Path) -> None:
    """A broken line and an empty page are reasons, not silence."""
    (corpus / "b.jsonl").write_text(json.dumps({"text": "third"}) + "\nbroken\n")
    counts: Counter[str] = Counter()
    (found,) = training_texts.find_corpora([str(corpus / "b.jsonl")])
    assert len(list(found.read(counts))) == 1
    assert counts == {"read: bad_json": 1}


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (["--target-keep", "2"], "--target-keep must be between 0 and 1, not 2"),
        (["--extractor", "magic"], "unknown extractor 'magic'"),
        (["--max-texts", "0"], "--max-texts must be positive"),
        (["--reddit", "missing.zst"], "missing.zst does not exist"),
        (["--positives", "missing.warc"], "'missing.warc' does not exist"),
        ([], "nothing is good"),
        (["--positives", "{}/wiki.xml.bz2", "--language", "de"], "0 good texts are too few"),
    ],
)
def test_mistakes_are_one_line_before_work(corpus: Path, more: list[str], message: str) -> None:
    """Every mistake is a usage error, and nothing is written."""
    with pytest.raises(CurateError) as raised:
        _run(["quality", "--negatives", str(corpus / "crawl.warc"), "--out", str(corpus / "out"),
              *(each.format(corpus) for each in more)])  # fmt: skip
    assert message in str(raised.value)
    assert "\n" not in str(raised.value)
    assert not (corpus / "out").exists()


def _run(arguments: list[str]) -> str:
    parser = argparse.ArgumentParser()
    command.arguments(parser)
    shown = io.StringIO()
    assert command.command(parser.parse_args(arguments), Console(file=shown, width=200)) == 0
    return shown.getvalue()


def test_links_are_listed_and_listed_links_are_read_back(corpus: Path) -> None:
    """The list of a dump can stand for the dump; rules name subreddits and domains."""
    dump = corpus / "RS_2012-01.xz"
    assert "20 pages" in _run(["links", str(dump), "--out", str(corpus / "urls.txt")])
    urls = (corpus / "urls.txt").read_text().split()
    assert urls == sorted(f"site{at}.org/{at}" for at in range(20))
    assert recommended([dump], LinkRules(without_subreddits=("r/science",))) == []
    assert len(recommended([dump], LinkRules(min_score=2, without_domains=("site3.org",)))) == 20
    by_list = Request((), (str(corpus / "crawl.warc"),), links=(corpus / "urls.txt",))
    study = train_quality(by_list, corpus / "listed", say=lambda _: None)
    assert study.good.sum() == 20


def test_a_limit_for_a_share_of_an_earlier_run(tmp_path: Path) -> None:
    """Of ten scored texts in two parts, two tenths are kept at 0.8; texts that were not scored do not count."""
    (tmp_path / "signals").mkdir()
    for name, scores in (("part-0", [0.0, 0.9, 0.2, None, 0.4]), ("part-1", [0.1, 0.3, 0.5, 0.6, 0.7, 0.8])):
        table = pa.table({"quality.score": pa.array(scores, pa.float64())})
        pq.write_table(table, tmp_path / "signals" / f"{name}.parquet")
    assert np.sort(scores_of_run(tmp_path)).tolist() == [at / 10 for at in range(10)]
    assert _run(["limit", str(tmp_path), "--share", "0.2"]).startswith("0.800000  keeps 20.00% of 10 texts")
    with pytest.raises(UsageError, match=r"no signal 'other\.score'"):
        scores_of_run(tmp_path, "other.score")
    with pytest.raises(UsageError, match="not the output of a run"):
        scores_of_run(tmp_path / "signals")


class TestOptions:
    """`--quality-model` and its companions."""

    @staticmethod
    def _options(*given: str) -> argparse.Namespace:
        parser = argparse.ArgumentParser()
        arguments(parser)
        return parser.parse_args(given)

    def _stage(self, *given: str) -> Score:
        recipe = with_options(load_recipe("webtext"), self._options(*given))
        return next(stage for stage in recipe.stages if isinstance(stage, Score) and stage.name == "quality")

    def test_without_options_the_recipe_is_the_same(self) -> None:
        """Nothing is loaded and nothing changes."""
        recipe = load_recipe("webtext")
        assert with_options(recipe, self._options()) is recipe

    def test_a_model_brings_its_limit_and_its_digest_is_in_the_fingerprint(self, tmp_path: Path) -> None:
        """The shipped model by path keeps its limit; where a copy lies does not matter, what it is does."""
        copy = tmp_path / "copy.ftz"
        copy.write_bytes(Path(webtext.MODEL.path).read_bytes())
        assert self._stage("--quality-model", str(copy)).min_score == webtext.MIN_SCORE
        here, there = (self._stage("--quality-model", path, "--quality-threshold", "0.4") for path in
                       (str(copy), webtext.MODEL.path))  # fmt: skip
        assert fingerprint(here) == fingerprint(there)
        changed = self._stage("--quality-model", str(copy), "--quality-threshold", "0.4", "--quality-label", "cc")
        assert fingerprint(here) != fingerprint(changed)
        assert self._stage("--quality-threshold", "0.3").min_score == 0.3

    @pytest.mark.parametrize(
        ("given", "message"),
        [
            (["--quality-model", "missing.bin"], "cannot read the model missing.bin"),
            (["--quality-label", "hq"], "go with --quality-model"),
            (["--quality-threshold", "7"], "must be in"),
            (["--quality-model", "{}", "--quality-label", "nice"], "no label 'nice'"),
            (["--quality-model", "{}", "--quality-label", "cc"], "give --quality-threshold"),
            (["--quality-model", "{}", "--quality-share", "0.2"], "no scores"),
        ],
    )
    def test_mistakes_are_told_before_a_run(self, given: list[str], message: str) -> None:
        """A missing model, a wrong label and a limit nobody knows are one line."""
        with pytest.raises(UsageError, match=message):
            self._stage(*(each.format(webtext.MODEL.path) for each in given))
        with pytest.raises(UsageError, match="has no stage 'quality'"):
            with_options(Recipe("empty", (Read(),)), self._options(*given))

    def test_a_value_model_by_path_keeps_the_default_limit(self, tmp_path: Path) -> None:
        """The shipped value model, copied elsewhere, is the same stage; a share of its training is not known."""
        copy = tmp_path / "mine.npz"
        copy.write_bytes(Path(quality.MODEL.path).read_bytes())
        stage = self._stage("--quality-model", str(copy))
        assert (stage.min_score, stage.percentile) == (quality.MIN_QUALITY, True)
        with pytest.raises(UsageError, match="no scores"):
            self._stage("--quality-model", str(copy), "--quality-share", "0.2")


SENTENCES = ("The old mill by the river was closed for years, and nobody knew who had the key. ",
             "We walked to the harbour because the boats were late, and they had no news for us. ",
             "It is hard to say why the bridge was moved, but the letters of the time are clear. ")  # fmt: skip


def _labelled(sources: int = 12) -> list[dict]:
    """Prose of value 4 and menus of value 0, as many of each source; some rows say where they are from by address."""
    rows = []
    for source in range(sources):
        for k in range(6):
            draw = random.Random(f"{source} {k}")
            prose = "".join(draw.choice(SENTENCES) for _ in range(9))
            menu = "\n".join(draw.choice(POOR).title() for _ in range(25))
            where = {"source": f"s{source}"} if source % 2 else {"url": f"https://www.site{source}.org/{k}"}
            rows.append({"text": prose if k % 2 else menu, "value": 4 if k % 2 else 0, **where})
    return rows


def _lines(path: Path, rows: list[dict]) -> Path:
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    return path


@pytest.fixture(scope="module")
def mine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a value model made of labels."""
    folder = tmp_path_factory.mktemp("mine")
    labels = _lines(folder / "labels.jsonl", _labelled())
    options = _arguments("quality", "--labels", str(labels), "--out", str(folder))
    assert command.command(options, Console(file=io.StringIO())) == 0
    return folder


def test_labels_of_ones_own_make_a_value_model(tmp_path: Path, mine: Path) -> None:
    """`--labels` trains a model that scores unseen texts, the same bytes from JSON Lines and Parquet, and a card."""
    full = [{"url": None, "source": None} | row for row in _labelled()]
    pq.write_table(pa.Table.from_pylist(full), tmp_path / "labels.parquet")
    options = _arguments("quality", "--labels", str(tmp_path / "labels.parquet"), "--out", str(tmp_path))
    assert command.command(options, Console(file=io.StringIO())) == 0
    assert (mine / "quality.npz").read_bytes() == (tmp_path / "quality.npz").read_bytes()
    good, poor = quality.scorer(mine / "quality.npz")([SENTENCES[1] * 8, "Login\nCart\nMenu\n" * 9])
    assert good > 0.7 > 0.3 > poor
    card = (mine / "quality.md").read_text()
    assert "labels.jsonl" in card
    assert "| texts as they were read | 1.000 |" in card


def _corpus(seed: int, count: int, site: str) -> list[dict]:
    """Made texts, each of a site of its own."""
    rng = random.Random(seed)
    return [{"text": " ".join(rng.choices(GOOD, k=70)), "url": f"https://www.{site}{n}.org/{n}"} for n in range(count)]


def test_a_proof_knows_what_a_model_of_ones_own_has_learned(mine: Path, tmp_path: Path, curate) -> None:
    """Training leaves the sites of its labels; a proof of a run by that model names them, or leaves them out."""
    held, plain = (_lines(tmp_path / f"{name}.jsonl", _corpus(1, n, name)) for name, n in (("held", 8), ("plain", 120)))
    scorer, recipe = quality.scorer(mine / "quality.npz"), load_recipe("webtext")
    own = replace(recipe, stages=tuple(replace(each, score=scorer) if isinstance(each, Score) and each.name == "quality"
                                       else each for each in recipe.stages))  # fmt: skip
    (tmp_path / "run/data").mkdir(parents=True)
    (tmp_path / "run/manifest.json").write_text(json.dumps({"digest": "d", "recipe": {"stages": describe(own)}}))
    kept = [*_corpus(2, 12, "site"), *_corpus(3, 120, "other")]  # labels are of six sites with an address: 0, 2 ... 10
    pq.write_table(pa.Table.from_pylist(kept), tmp_path / "run/data/part-00000.parquet")
    asked = (
        "prove",
        tmp_path / "run",
        plain,
        "--held-out",
        held,
        "--n-grams-only",
        "--budget",
        "1s",
        "--work",
        tmp_path,
    )
    model = sha256((mine / "quality.npz").read_bytes()).hexdigest()[:8]
    assert f"run: nobody says which sites its quality model {model} has learned" in curate(*asked).stdout
    known = (*asked, "--learned", mine / "quality.sites.json")
    assert f"run: 6 of 132 texts are of sites that its quality model {model} was trained on" in curate(*known).stdout
    left = json.loads(curate(*known, "--unlearned", "--json").stdout)
    assert left["arms"]["run"]["texts"] == 126 and not any(note.startswith("run:") for note in left["notes"])


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([{"text": "a", "value": 6}], "row 1 has the value 6"),
        ([{"text": "a", "value": True}], "has the value True"),
        ([{"value": 3}], "row 1 has no text"),
        (_labelled(3), "of 10 sources or more are needed, there are 3"),
        ([row for row in _labelled() if row["value"]], "one kind only"),
    ],
)
def test_labels_that_cannot_teach_are_refused(rows: list[dict], message: str, tmp_path: Path) -> None:
    """A wrong value, a row without text and too few sources are one line, and nothing is written."""
    labels = _lines(tmp_path / "labels.jsonl", rows)
    options = _arguments("quality", "--labels", str(labels), "--out", str(tmp_path / "out"))
    with pytest.raises(UsageError, match=message):
        command.command(options, Console(file=io.StringIO()))
    assert not (tmp_path / "out").exists()


def test_labels_and_corpora_do_not_go_together(tmp_path: Path) -> None:
    """Two kinds of model are asked for, or none."""
    labels = _lines(tmp_path / "labels.jsonl", _labelled())
    for given, message in (
        (["--labels", str(labels), "--negatives", "x"], "another kind"), (["--positives", "x"], "give --labels"),
    ):  # fmt: skip
        with pytest.raises(UsageError, match=message):
            command.command(_arguments("quality", *given, "--out", str(tmp_path / "out")), Console(file=io.StringIO()))


def _arguments(*given: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    command.arguments(parser)
    return parser.parse_args(given)
