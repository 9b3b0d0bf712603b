"""A quarantined page is run again from its stored bytes."""

import io
import random
from pathlib import Path

import pytest
from rich.console import Console

from curate.cli import main
from curate.cluster import Workers
from curate.engine.flow import Failure
from curate.engine.run import run
from curate.errors import UsageError
from curate.recipe import load_recipe
from curate.walk import quarantined, replay

RECIPE = '''
"""One stage that breaks on poison, and a sandbox that a long page is too much for."""
from dataclasses import dataclass
from curate.engine.flow import Outcome
from curate.recipe import Recipe
from curate.extract.child_process import SandboxLimits
from curate.stages import ExactDuplicates, Extract, Read, Rules
from curate.filters import gopher
from curate.filters.verdict import KEPT

@dataclass(frozen=True)
class NoPoison:
    name: str = "mine"
    measures: bool = False
    signals: tuple[str, ...] = ()
    def __call__(self, documents):
        if POISON and any("poisonous" in text for text in documents.texts()):
            raise RuntimeError("met [bold]poison\\x1b[31m")
        return Outcome(documents, [KEPT] * len(documents))

recipe = Recipe("broken", (Read(), Extract("resiliparse", limits=SandboxLimits(max_text_bytes=20000)),
                ExactDuplicates(), NoPoison(), Rules(gopher.quality)))
'''
WORDS = "the river of stone and light that we have seen was made to be a home with gardens where people walk".split()


@pytest.fixture(scope="module")
def place(tmp_path_factory, record, write_warc) -> Path:
    """A run with two pages in quarantine: one that extraction broke, one that broke a later stage."""
    folder = tmp_path_factory.mktemp("replay")
    rng = random.Random(5)
    texts = [" ".join(rng.choice(WORDS) for _ in range(100)) + "." for _ in range(8)]
    texts[3] += " poisonous"
    texts[5] = " ".join(rng.choice(WORDS) for _ in range(8000))
    pages = [
        record(f"https://a.example/{i}", f"<html><body><p>{text}</p></body></html>") for i, text in enumerate(texts)
    ]
    (folder / "broken.py").write_text(RECIPE.replace("POISON", "True"))
    (folder / "mended.py").write_text(RECIPE.replace("POISON", "False").replace("20000", "2000000"))
    crawl = write_warc(folder / "crawl.warc.gz", pages)
    run(load_recipe(str(folder / "broken.py")), [str(crawl)], folder / "out", workers=Workers(1))
    return folder


def rows(place: Path) -> dict[str, dict]:
    import pyarrow.parquet as pq

    return {row["stage"]: row for row in pq.read_table(place / "out/quarantine/part-00000.parquet").to_pylist()}


def command(place: Path, *arguments: str) -> tuple[int, str]:
    """Exit code and output of the command, called as the table of commands calls it."""
    from argparse import ArgumentParser

    from curate.commands import replay as module

    parser = ArgumentParser()
    module.arguments(parser)
    said = io.StringIO()
    code = module.command(parser.parse_args([str(place / "out"), *arguments]), Console(file=said, width=200))
    return code, said.getvalue()


def test_a_later_stage_breaks_again_where_it_did(place):
    """The text starts at the stage that failed; the traceback is shown, harmless, and the exit code is 1."""
    id_ = rows(place)["mine"]["id"]
    code, said = command(place, id_[:12], "--recipe", str(place / "broken.py"))
    assert code == 1
    assert id_ in said
    assert "Traceback" in said
    assert "RuntimeError: met [bold]poison<U+001B>[31m" in said
    assert "extract" not in said.splitlines()[2]


def test_with_the_bug_mended_it_goes_through(place):
    """Exit code 0 and a verdict of every stage from there on."""
    code, said = command(place, rows(place)["mine"]["id"], "--recipe", str(place / "mended.py"))
    assert code == 0
    lines = [line.split() for line in said.splitlines()[2:]]
    assert [(line[0], line[2]) for line in lines] == [("mine", "kept"), ("gopher.quality", "kept")]


def test_a_page_that_broke_extraction_starts_as_html(place):
    """The sandbox refuses it again; in this process, without limits, it comes out whole."""
    row = rows(place)["extract"]
    recipe = load_recipe(str(place / "broken.py"))
    [step] = replay(recipe, row)
    assert isinstance(step.fate, Failure)
    assert (step.fate.kind, step.chars) == ("text_limit", row["raw_bytes"])
    steps = list(replay(recipe, row, in_process=True))
    assert [step.stage for step in steps] == ["extract", "dedup_exact", "mine", "gopher.quality"]
    assert steps[2].chars > 20000


@pytest.mark.parametrize(("id_", "said"), [("", "2 quarantined pages"), ("zz", "0 quarantined pages")])
def test_an_id_has_to_name_one_page(id_, said, place):
    """None or several are refused; so is a folder without a run."""
    with pytest.raises(UsageError, match=said):
        quarantined(place / "out", id_)
    with pytest.raises(UsageError, match="no run"):
        quarantined(place, id_)


def test_another_recipe_is_refused(place):
    """One that has no stage of the name that failed."""
    with pytest.raises(UsageError, match="no stage 'mine'"):
        list(replay(load_recipe("fineweb"), rows(place)["mine"]))


def test_the_command_is_in_the_table(capsys):
    """`curate replay --help` works."""
    with pytest.raises(SystemExit) as ended:
        main(["replay", "--help"])
    if "invalid choice" in capsys.readouterr().err:
        pytest.skip("the command is not in the table yet")
    assert ended.value.code == 0
