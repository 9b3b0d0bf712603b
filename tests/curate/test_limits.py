"""`curate limits fit`: limits are quantiles of the reference, and the recipe it writes is one that runs."""

import json

import numpy as np
import pytest

from curate.errors import UsageError
from curate.filters.text_view import TextView
from curate.recipe import load_recipe
from curate.training.limits import fit_limits, stop_words

WORDS = "och att det som en på är av för med till den har de inte".split()


def texts(count: int) -> list[str]:
    """Made-up pages of growing length, with Swedish small words among others."""
    return [
        " ".join(f"{WORDS[i % len(WORDS)]} ord{'x' * (i % 5)}" for i in range(30 + 5 * n)) + "." for n in range(count)
    ]


def test_limits_are_quantiles_of_the_reference():
    """The least number of words is that of the shortest text but the share that may lie beyond, counted by hand."""
    reference = texts(200)
    found = fit_limits("sv", reference, source="made up", beyond=0.1)
    sizes = sorted(len(TextView(text).unicode_words) for text in reference)
    assert found.limits["min_words"].value == np.quantile(sizes, 0.1, method="lower") == sizes[19]
    assert "0.1 quantile of words in 200 texts, made up" in found.limits["min_words"].source
    assert "ord" in found.stop_words and set(WORDS) <= set(found.stop_words)


def test_stop_words_are_the_frequent_ones():
    """The most frequent first."""
    assert stop_words(["det är det som är det " * 50])[:2] == ("det", "är")


def test_the_command_writes_a_recipe_that_loads(curate, tmp_path):
    """Its limits are those the reference has, and no more than one text in a hundred of it is dropped by each."""
    reference = tmp_path / "good.jsonl"
    rows = [json.dumps({"url": f"https://example.org/{n}", "text": text}) for n, text in enumerate(texts(120))]
    reference.write_text("\n".join(rows))
    done = curate("limits", "fit", "--language", "swe", "--reference", reference, "--out", tmp_path / "svenska.py")
    assert done.returncode == 0, done.stderr
    assert "min_words" in done.stdout
    recipe = load_recipe(str(tmp_path / "svenska.py"))
    rules = next(stage for stage in recipe.stages if stage.name == "gopher.quality").stages["sv"].rules
    assert sum(rules.batch(texts(120)).kept) >= 120 * (1 - 0.01 * len(rules.rules))
    assert all(rule.source for rule in rules.rules)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--language", "swedish"), "no code of a language"),
        (("--language", "sv", "--beyond", "0.7"), "--beyond"),
        (("--language", "sv", "--out", "sv.txt"), "recipe file"),
        (("--language", "sv"), "20 reference texts"),
    ],
)
def test_mistakes_are_one_line(curate, tmp_path, arguments, said):
    """Exit code 2, and no file."""
    (tmp_path / "few.txt").write_text("En rad.\nEn rad till.\n")
    out = () if "--out" in arguments else ("--out", tmp_path / "sv.py")
    done = curate("limits", "fit", *arguments, "--reference", tmp_path / "few.txt", *out)
    assert done.returncode == 2 and said in done.stderr and done.stderr.count("\n") == 1
    assert not (tmp_path / "sv.py").exists()


def test_too_few_texts():
    """Quantiles of a handful are single texts."""
    with pytest.raises(UsageError, match="20 reference texts"):
        fit_limits("sv", texts(5), source="made up")
