"""Each example of docs/dataframes.md runs as it stands, where the package it is about is installed.

Spark and Ray start processes of their own, so `bench/dataframes.py` runs those two.
"""

import re
from pathlib import Path

import pytest

DOCUMENT = (Path(__file__).resolve().parents[1] / "docs" / "dataframes.md").read_text()
TEXTS = ["Too short.", "This is the end of a story that was told by the sea, and all of them have heard it before."]
SECTIONS = dict(re.findall(r"^## ([^\n]+)\n\n```py\n(.*?)^```", DOCUMENT, re.MULTILINE | re.DOTALL))


def run(title: str) -> dict:
    """The names an example leaves, once it has run."""
    names = {"texts": list(TEXTS)}
    exec(compile(SECTIONS[title], f"docs/dataframes.md, {title}", "exec"), names)
    return names


def test_pandas():
    """A mask, the columns beside the text, and a function for each row keep the same text."""
    pytest.importorskip("pandas")
    made = run("pandas")
    assert made["kept"]["text"].tolist() == made["same"]["text"].tolist() == TEXTS[1:]
    assert made["judged"]["rule"].tolist() == ["min_words", ""]
    assert made["judged"]["kept"].dtype == bool


def test_polars():
    """An eager mask and a lazy one keep the same text; the columns have types of their own."""
    polars = pytest.importorskip("polars")
    made = run("polars")
    assert made["kept"]["text"].to_list() == made["same"]["text"].to_list() == TEXTS[1:]
    assert made["judged"].schema == {
        "text": polars.String, "kept": polars.Boolean, "rule": polars.String, "value": polars.Float64,
        "limit": polars.Float64,
    }  # fmt: skip


def test_arrow():
    """A chunked array goes in; the columns become Arrow's."""
    made = run("Arrow and Parquet")
    assert made["kept"]["text"].to_pylist() == TEXTS[1:]
    assert [str(field.type) for field in made["table"].schema][1:] == ["bool", "string", "double", "double"]


def test_datasets():
    """`filter` takes the mask, `map` the dict of columns."""
    pytest.importorskip("datasets")
    made = run("Hugging Face datasets")
    assert made["kept"]["text"][:] == TEXTS[1:]
    assert made["judged"]["rule"][:] == ["min_words", ""]


def test_duckdb():
    """A function by row and one by vector, in SQL."""
    pytest.importorskip("duckdb")
    made = run("DuckDB")
    assert made["kept"] == [(TEXTS[1],)]
    assert made["why"] == [("min_words",), ("",)]


def test_every_example_is_run_somewhere():
    """No example of the document is left out, here or in the bench."""
    here = {"pandas", "polars", "Arrow and Parquet", "Hugging Face datasets", "DuckDB"}
    assert set(SECTIONS) == here | {"Ray Data", "Spark"}
