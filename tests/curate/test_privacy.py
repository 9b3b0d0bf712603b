"""Pages that were not kept: who can look at them, what the output shows of them, and how they are removed."""

import gzip
import json
import stat
import subprocess
import sys

import pyarrow.parquet as pq
import pytest

RECIPE = """
from curate.engine.flow import Outcome
from curate.recipe import Recipe
from curate.stages import Extract, Read, Rules
from curate.filters import gopher
recipe = Recipe("small", (Read(), Extract("resiliparse"), Rules(gopher.quality.with_limits(min_words=30))){})
"""
PAGE = "<html><body><main><p>Write to somebody@herons.org about the {} of it.</p></main></body></html>"


@pytest.fixture
def crawl(tmp_path):
    from tests.curate.archives import archive, http, record

    pages = [PAGE.format("end " * 50 if number % 2 else "end").encode() for number in range(8)]
    (tmp_path / "a.warc.gz").write_bytes(
        archive(record(f"http://a.example/{number}", http(page)) for number, page in enumerate(pages))
    )
    (tmp_path / "keeps.py").write_text(RECIPE.format(""))
    (tmp_path / "redacts.py").write_text(RECIPE.format(", redact_dropped_text=True"))
    (tmp_path / "leaves_out.py").write_text(RECIPE.format(", keep_dropped_text=False"))
    return tmp_path


def texts(out) -> list[str | None]:
    return pq.ParquetDataset(sorted((out / "dropped").glob("*.parquet"))).read(columns=["text"])["text"].to_pylist()


def test_dropped_texts_are_shown_redacted_or_not_at_all(crawl, curate):
    """By default as they were; a recipe can redact them or leave them out; what is kept stays the same."""
    for name in ("keeps", "redacts", "leaves_out"):
        done = curate(
            "run", crawl / "a.warc.gz", "--out", crawl / name, "--recipe", crawl / f"{name}.py", "--workers", 1
        )
        assert done.returncode == 0, done.stderr
        assert curate("verify", crawl / name).returncode == 0
    assert any("somebody@herons.org" in text for text in texts(crawl / "keeps"))
    assert len(texts(crawl / "redacts")) == len(texts(crawl / "keeps")) >= 4
    assert all("<EMAIL_ADDRESS>" in text and "herons.org" not in text for text in texts(crawl / "redacts"))
    assert not any(texts(crawl / "leaves_out"))
    kept = {name: pq.read_table(crawl / name / "data/part-00000.parquet") for name in ("keeps", "redacts")}
    assert kept["keeps"].equals(kept["redacts"])
    assert "somebody@" not in (crawl / "redacts/report.html").read_text()


def test_folders_with_pages_are_private_and_files_honour_the_umask(crawl, curate):
    """Nobody else looks into the folders that hold pages as they were, whatever the umask allows."""
    out = crawl / "out"
    command = [sys.executable, "-m", "curate.cli", "run", crawl / "a.warc.gz", "--out", out, "--workers", "1"]
    command = [str(word) for word in (*command, "--recipe", crawl / "keeps.py")]
    subprocess.run(["sh", "-c", 'umask 027; exec "$0" "$@"', *command], check=True, capture_output=True)
    modes = {path.relative_to(out).as_posix(): stat.S_IMODE(path.stat().st_mode) for path in out.rglob("*")}
    assert modes["dropped"] == modes["quarantine"] == modes["work"] == 0o700
    assert modes["data"] == modes["signals"] == 0o750
    assert {mode for name, mode in modes.items() if (out / name).is_file()} == {0o640}


def test_cleaning_leaves_the_output_and_nothing_else(crawl, curate):
    """The work files go; what is left verifies, and a later run begins anew with the same result."""
    out = crawl / "out"
    run = ("run", crawl / "a.warc.gz", "--out", out, "--recipe", crawl / "keeps.py", "--workers", 1)
    assert curate(*run).returncode == 0
    digest = json.loads((out / "manifest.json").read_text())["digest"]
    assert curate("clean", out).returncode == 0
    assert not (out / "work").exists()
    assert curate("verify", out).returncode == 0
    assert curate(*run).returncode == 0
    assert json.loads((out / "manifest.json").read_text())["digest"] == digest
    (crawl / "other").mkdir()
    done = curate("clean", crawl / "other")
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1


def test_a_compressed_archive_is_not_needed_for_this(crawl):
    """The fixture is what it says: eight pages, of which half are too short."""
    assert gzip.decompress((crawl / "a.warc.gz").read_bytes()).count(b"somebody@herons.org") == 8
