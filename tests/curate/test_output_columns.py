"""What a run writes opens in the tools people have, with FineWeb's names, nulls, and a footer on what made it."""

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from curate.cluster import Workers
from curate.engine.run import run
from curate.engine.work_rows import WorkRows
from curate.files import write_marker
from curate.folder import KINDS, parts
from curate.output.columns import BUCKET, MEANINGS, meaning, with_known_names, without_blanks
from curate.output.parts import Folder, Part, write_part
from curate.recipe import Recipe, load_recipe
from curate.stages import Extract, Read

RECIPE = """
from curate.recipe import Recipe
from curate.stages import ExactDuplicates, Extract, Language, Prefilter, Read
from curate.filters.html import HtmlRules
recipe = Recipe("small", (Read(), Prefilter(HtmlRules(min_html_bytes=10)), Extract("resiliparse"), Language(),
                          ExactDuplicates()))
"""
CRAWL = "crawl-data/CC-MAIN-2026-30/segments/1/warc/CC-MAIN-20260701000000-00000.warc.gz"
PAGE = "<html><head>%s</head><body><main><p>Page %d tells of the sea, and all of them have heard it.</p></main></body>"
READERS = {
    "pandas": lambda m, path: m.read_parquet(path)["text"].tolist(),
    "polars": lambda m, path: m.scan_parquet(path).collect()["text"].to_list(),
    "duckdb": lambda m, path: [row[0] for row in m.sql(f"SELECT text FROM '{path}/*.parquet'").fetchall()],
    "datasets": lambda m, path: list(
        m.load_dataset(str(path.parent), split="train", cache_dir=path.parents[1] / "hf")["text"]
    ),
    "pyarrow.dataset": lambda m, path: m.dataset(path).to_table()["text"].to_pylist(),
}


@pytest.fixture(scope="module")
def out(tmp_path_factory, write_warc, record) -> Path:
    """A finished run of six pages, one of which shows a licence."""
    folder = tmp_path_factory.mktemp("columns")
    licence = '<a rel="license" href="https://creativecommons.org/licenses/by/4.0/">l</a>'
    pages = [record(f"http://a.org/{n}", PAGE % (licence if n == 3 else "", n)) for n in range(6)]
    write_warc(folder / "in.warc.gz", pages)
    (folder / "small.py").write_text(RECIPE)
    for name in ("out", "again"):
        run(load_recipe(str(folder / "small.py")), [str(folder / "in.warc.gz")], folder / name, workers=Workers(1))
    return folder / "out"


@pytest.mark.parametrize("reader", READERS)
def test_readers_get_every_text(out, reader):
    """Each tool reads the folder as it is, rows in the order that pyarrow sees."""
    module = pytest.importorskip(reader)
    texts = pq.read_table(out / "data" / "part-00000.parquet")["text"].to_pylist()
    assert len(texts) == 6
    assert READERS[reader](module, out / "data") == texts


def test_names_that_fineweb_has(out):
    """FineWeb's columns are there with its types; text and provenance are still ours."""
    table = pq.read_table(out / "data")
    types = {"text": "large_string", "id": "string", "dump": "string", "url": "string", "date": "string",
             "file_path": "string", "language": "string", "language_score": "float",
             "token_count": "int64"}  # fmt: skip
    assert {name: str(table.schema.field(name).type) for name in types} == types
    first = table.to_pylist()[0]
    assert first["dump"] is None and first["file_path"] == first["warc_path"] == "in.warc.gz"
    assert first["token_count"] == round(len(first["text"].encode()) / 4.4) > 0
    assert 0.65 <= first["language_score"] <= 1
    assert table["licence"].to_pylist() == [None, None, None, "cc-by-4.0", None, None]


def test_crawls_are_named_by_their_paths():
    """Only a whole folder of a path names a crawl; a name that looks like one does not."""
    names = [CRAWL, "CC-MAIN-20260701000000-00000.warc.gz", "crawl-data/CC-NEWS/2026/07/a.warc.gz", "mine.jsonl"]
    table = pa.table({"warc_path": names, "text": pa.array(["é" * 22, "", None, "12345"], pa.large_string())})
    found = with_known_names(table)
    assert found["dump"].to_pylist() == ["CC-MAIN-2026-30", None, "CC-NEWS", None]
    assert found["file_path"].to_pylist() == [BUCKET + names[0], names[1], BUCKET + names[2], names[3]]
    assert found["token_count"].to_pylist() == [10, 0, 0, 1]


def test_absent_is_null_and_empty_text_is_not():
    """Strings that say nothing become null; a text of no characters is a text."""
    table = pa.table({"url": ["", "u"], "text": pa.array(["", "t"], pa.large_string()), "n": [0, 1]})
    assert without_blanks(table).to_pylist() == [{"url": None, "text": "", "n": 0}, {"url": "u", "text": "t", "n": 1}]


def test_footer_names_what_made_it(out):
    """The footer has what the manifest says and no clock: a second run leaves the same bytes."""
    manifest = json.loads((out / "manifest.json").read_text())
    footers = [pq.read_schema(path).metadata for kind in KINDS for path in parts(out / kind)]
    assert len(footers) == 4
    for said in footers:
        assert said[b"webcurate.recipe_fingerprint"].decode() == manifest["recipe"]["fingerprint"]
        assert said[b"webcurate.version"].decode() == manifest["versions"]["curate"]
        assert len(said[b"webcurate.inputs_fingerprint"]) == 16
    again = json.loads((out.with_name("again") / "manifest.json").read_text())
    assert again["digest"] == manifest["digest"]


def test_groups_are_bounded_in_rows_and_bytes(tmp_path):
    """Short texts come in groups of 5,000, and long ones in groups of 64 MiB at most but for the last text."""
    for name, count, size in (("short", 12_000, 3), ("long", 40, 4 << 20)):
        rows = WorkRows(tmp_path / "00-work" / f"{name}.documents.parquet")
        texts = pa.array(["x" * size] * count, pa.large_string())
        places = pa.array(np.arange(count))
        rows.path.parent.mkdir(exist_ok=True)
        rows.write(pa.record_batch({"warc_path": ["a"] * count, "warc_offset": places, "text": texts}))
        write_marker(rows.path.parent / f"{name}.json", {"files": {"documents": rows.close()}})
    recipe = Recipe("long", (Read(), Extract("resiliparse")), part_bytes=1 << 40)
    schema = pa.schema([("warc_path", pa.string()), ("warc_offset", pa.int64()), ("text", pa.large_string())])
    how = Folder("data", "documents", (tmp_path / "00-work",), schema, recipe, {}, {})
    paths = {name: tmp_path / f"{name}-out" / "part-00000.parquet" for name in ("short", "long")}
    for path in paths.values():
        path.parent.mkdir()
    described = [write_part(how, Part(path, (name,))).described for name, path in paths.items()]
    assert [each["rows"] for each in described] == [12_000, 40]
    groups = []
    for name in ("short", "long"):
        found = pq.read_metadata(tmp_path / f"{name}-out" / "part-00000.parquet")
        groups.append([found.row_group(number).num_rows for number in range(found.num_row_groups)])
    assert groups == [[5000, 5000, 2000], [16, 16, 8]]


def test_every_column_is_explained(out):
    """The card and the Croissant file say what each column is, and so does the document."""
    names = pq.read_schema(out / "data" / "part-00000.parquet").names
    assert {meaning(name) for name in names}.isdisjoint({"added by a stage"})
    card = (out / "README.md").read_text()
    croissant = json.loads((out / "croissant.json").read_text())
    fields = {field["name"]: field["description"] for field in croissant["recordSet"][0]["field"]}
    assert fields == {name: meaning(name) for name in names}
    assert all(f"`{name}`" in card for name in names) and MEANINGS["token_count"].split(",")[0] in card.replace(
        "\\", ""
    )
    document = (Path(__file__).parents[2] / "docs" / "output.md").read_text()
    assert [
        f"| `{name}` | {told} |" for name, told in MEANINGS.items() if f"| `{name}` | {told} |" not in document
    ] == []
