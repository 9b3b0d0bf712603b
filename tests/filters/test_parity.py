"""Verdicts against those datatrove gave the same pages, where the measuring data is at hand."""

import hashlib
import io
import json
from pathlib import Path

import pytest

from curate.filters import c4, fineweb, gopher
from curate.filters.text_view import TextView

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
TABLE = SHARED / "reference" / "reference_dev.jsonl.zst"
pytestmark = pytest.mark.skipif(not TABLE.exists(), reason="needs the shared measuring data beside the repository")

RULE_SETS = {
    "gopher_quality": gopher.quality,
    "gopher_repetition": gopher.repetition,
    "c4_noterm": c4.quality.with_dialect("fineweb"),
    "c4_term": c4.quality,
    "fineweb_quality": fineweb.quality,
}


@pytest.fixture(scope="module")
def rows():
    """Every fourth page of the table."""
    zstandard = pytest.importorskip("zstandard", reason="needs zstandard to read the measuring data")
    with TABLE.open("rb") as file:
        lines = io.TextIOWrapper(zstandard.ZstdDecompressor().stream_reader(file), encoding="utf-8")
        return [json.loads(line) for number, line in enumerate(lines) if number % 4 == 0]


@pytest.mark.parametrize("name", RULE_SETS)
def test_verdicts_agree(rows, name):
    """At least 99 % of verdicts are datatrove's; the texts C4 leaves are its texts."""
    agreed = [bool(RULE_SETS[name](row["text"])) == row["verdicts"][name]["kept"] for row in rows]
    assert sum(agreed) / len(rows) >= 0.99


def test_words_agree(rows):
    """At least 99 % of texts have as many words as datatrove found."""
    agreed = [len(TextView(row["text"]).words) == row["n_words"] for row in rows]
    assert sum(agreed) / len(rows) >= 0.99


@pytest.mark.parametrize(("name", "dialect"), [("c4_noterm", "fineweb"), ("c4_term", "datatrove")])
def test_cleaned_texts_agree(rows, name, dialect):
    """At least 99 % of the texts that C4 edits and keeps are, to the letter, those datatrove left."""
    kept = [row for row in rows if row["verdicts"][name]["kept"]]
    texts = [c4.clean_lines(row["text"], dialect=dialect).encode("utf-8", "surrogatepass") for row in kept]
    agreed = [
        hashlib.sha1(text).hexdigest() == row["verdicts"][name]["text_after_sha1"]
        for text, row in zip(texts, kept, strict=True)
    ]
    assert sum(agreed) / len(kept) >= 0.99
